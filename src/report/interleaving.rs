//! Measure of how finely a split cuts recordings: single frames, or whole stretches.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an evaluation split and the training split alternate along the recordings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interleaving {
    /// Recordings with evaluation samples: the denominator.
    pub recordings_evaluated: u64,
    /// Of these, recordings with training samples too.
    pub recordings_shared: u64,
    /// Alternations against those of a random split: 0 = every recording in one piece, about 1 =
    /// frames drawn at random. Null when no recording is shared.
    pub index: Option<f64>,
    /// What the index comes to.
    pub kind: SplitKind,
    /// Mean number of evaluation samples in a row; null without placed ones.
    pub mean_evaluation_run: Option<f64>,
}

/// What an interleaving index comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// Index of at least 0.8: as if every frame had been drawn by itself.
    RandomFrame,
    /// From 0.1 to 0.8: pieces of recordings.
    Chunked,
    /// Below 0.1, or no recording shared: long blocks or whole recordings.
    Blocked,
}
