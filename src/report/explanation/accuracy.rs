//! Bounds on the accuracy on clean samples.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the accuracy in the log says of clean samples. All shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccuracyBounds {
    /// Validation accuracy in the log.
    pub accuracy: f64,
    /// Validation samples.
    pub samples: u64,
    /// Those that are not clean.
    pub leaked: u64,
    /// Accuracy on the clean ones if every leaked one was right; `null` without a clean one.
    pub clean_lo: Option<f64>,
    /// The same if no leaked one was right.
    pub clean_hi: Option<f64>,
    /// Most of the accuracy that leakage can be, if it does not hurt.
    pub leakage_at_most: Option<f64>,
    /// In one line.
    pub line: String,
}
