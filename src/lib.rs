//! Skeleton.
pub mod matching;
pub mod sample;
pub mod signature;
pub mod verification;
