//! Progress of an audit, told to the outside.

/// Stages that take time, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Listing files.
    Walking,
    /// Reading images.
    Hashing,
    /// Reading masks of images.
    Masks,
    /// Comparing samples.
    Matching,
}

/// Receives progress. The core calls it from many threads and never prints.
pub trait Progress: Sync {
    /// A stage begins; `total` is its number of steps where known.
    fn begin(&self, stage: Stage, total: Option<u64>);
    /// So many more steps are done.
    fn advance(&self, steps: u64);
    /// The stage is over.
    fn end(&self);
    /// Whether the user wants to stop. Asked before each image is read.
    fn is_interrupted(&self) -> bool {
        false
    }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: Stage, _total: Option<u64>) {}
    fn advance(&self, _steps: u64) {}
    fn end(&self) {}
}
