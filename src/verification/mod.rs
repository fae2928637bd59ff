//! Is this candidate really the same picture?
