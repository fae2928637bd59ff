//! T1: what the reported losses tell, given the leaked fraction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;

/// What T1 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromLosses {
    /// Validation loss of the last epoch that has one; the interval is its rounding.
    pub validation_loss: Estimate,
    /// Training loss as printed for that epoch.
    pub training_loss: Estimate,
    /// What that training loss means.
    pub train_loss_kind: TrainLossKind,
    /// Training loss in evaluation mode, if it was measured.
    pub train_loss_evaluation: Option<f64>,
    /// Printed training loss minus validation loss.
    pub gap: Estimate,
    /// Smallest (leaked share x advantage) at which leakage closes the whole gap.
    pub f_star: Estimate,
    /// Loss on clean samples under ever stronger assumptions.
    pub clean_loss_bounds: Vec<Bound>,
    /// Share of the gap that leakage could close, 0 to 1; an interval.
    pub share_of_gap: Estimate,
    /// Share of the gap that goes away where the training loss is measured in evaluation mode, with
    /// dropout off, after the epoch: it holds that of the mean over the epoch, and exceeds 1 where
    /// more than the gap goes. `null` without that measurement, or without a gap.
    #[serde(default)]
    pub share_of_gap_mode: Option<f64>,
    /// Training loss at the end of each epoch.
    pub half_epoch: Vec<HalfEpoch>,
    /// Square root of the validation loss, when it is a squared error.
    pub rmse: Option<f64>,
    /// That as a share of the range of the targets.
    pub share_of_range: Option<f64>,
}

/// What a source's training loss means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrainLossKind {
    /// Mean over the batches of the epoch, while the weights were moving.
    EpochMean,
    /// Mean over the steps since the last line.
    WindowMean,
    /// One batch.
    LastStep,
    /// Measured in evaluation mode on the training set.
    Evaluation,
    /// Not known.
    Unknown,
}

/// One row of the table of bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bound {
    /// `B0` to `B4`.
    pub set: String,
    /// Which samples count as leaked: `exposed` (everything but clean) or `near` (twin or adjacent
    /// only; descriptive).
    pub basis: String,
    /// The leaked share used.
    pub leaked: f64,
    /// Loss on the clean samples. Its reason is `almost_all_leaked` where so few are clean that
    /// the log alone bounds nothing of use.
    pub clean_loss: Estimate,
}

/// Training loss at the end of an epoch, for a log that prints means over epochs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HalfEpoch {
    /// Number of the epoch, from 1.
    pub epoch: u64,
    /// Estimate; `null` for the first epoch.
    pub train_end: Option<f64>,
    /// Lower end, if the loss falls ever more slowly.
    pub lo: f64,
    /// Upper end, if it falls.
    pub hi: f64,
    /// Share of the epoch's gap that the averaging explains, from `train_end`.
    pub share_of_gap: Option<f64>,
    /// The largest such share, from `lo`.
    pub share_of_gap_max: Option<f64>,
}
