//! Which ones are the same picture? Knows integers, not images.
