//! Which ones are the same picture? Knows integers, not images.

pub mod exact;
pub mod pair;
pub mod partners;
pub mod spread;
