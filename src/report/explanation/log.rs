//! The training log as it was read, so that a misreading is seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TrainLossKind;

/// Numbers of the epoch that is explained: the last with a validation loss, or the last of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogRead {
    /// `keras-text`, `text`, `table`, `json`, `hugging-face`, `tensorboard` or `declared`.
    pub format: String,
    /// Epochs of the last run in the log.
    pub epochs: u64,
    /// Number of the epoch, from 1.
    pub epoch: Option<u64>,
    /// Training loss; `null` where the log has none.
    pub training: Option<f64>,
    /// Validation loss; `null` where the log has none.
    pub validation: Option<f64>,
    /// Validation loss of the first epoch that has one.
    pub first_validation: Option<f64>,
    /// Number of the epoch with the lowest validation loss.
    pub best_epoch: Option<u64>,
    /// What the training loss means.
    pub training_means: TrainLossKind,
    /// Share of training samples classified right, 0 to 1.
    pub training_accuracy: Option<f64>,
    /// Share of validation samples classified right, 0 to 1.
    pub validation_accuracy: Option<f64>,
    /// Metrics that are no means over samples, as the log names them.
    pub other_metrics: Vec<String>,
    /// What was read, in one line.
    pub line: String,
    /// Losses along the training, for a plot: at most 500 epochs, evenly spaced, with the one that
    /// is explained; empty where the log has no losses.
    #[serde(default)]
    pub curve: Vec<LogPoint>,
}

/// Losses of one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogPoint {
    /// Number of the epoch, from 1.
    pub epoch: u64,
    /// Training loss, as printed.
    pub training: Option<f64>,
    /// Validation loss, as printed.
    pub validation: Option<f64>,
}
