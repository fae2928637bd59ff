//! T2: what the targets add: yardsticks, the lookup table, the exclusion curve and the projection.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;

/// What T2 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromTargets {
    /// Losses that need no image.
    pub yardsticks: Yardsticks,
    /// What the losses of `exclusion` and `ridge` are: the metric of the targets, except that
    /// classes use the error rate.
    pub proxy_metric: Metric,
    /// Copying labels of training images.
    pub memoriser: Memoriser,
    /// The exclusion curve; `null` without descriptors.
    pub exclusion: Option<ExclusionCurve>,
    /// The learner that does not memorise; `null` when it could not be fitted.
    pub ridge: Option<Ridge>,
    /// Loss on the same samples had their leak groups been absent from training.
    pub honest_projection: Estimate,
}

/// What reported losses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Not stated: squared error for numbers, log loss for classes.
    Unknown,
    /// Mean squared error.
    SquaredError,
    /// Mean absolute error.
    AbsoluteError,
    /// Cross-entropy in nats.
    LogLoss,
    /// Share of wrong classes; an accuracy must be turned into it.
    ErrorRate,
    /// AUC, F1, IoU and others that are no mean over samples.
    NotAMean,
}

/// Losses that need no image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Yardsticks {
    /// Loss, on the evaluation samples, of the best constant fitted on the training samples:
    /// mean, median, class shares or most frequent class, after the metric.
    pub trivial_loss: Estimate,
    /// The same constant's loss on the training samples.
    pub trivial_loss_training: Estimate,
    /// 1 - reported loss / trivial loss.
    pub r2: Estimate,
    /// Share of evaluation targets that are exactly zero; numbers only.
    pub zero_share: Option<f64>,
    /// Smallest lag in a recording, in steps, at which targets differ by the reported loss or more
    /// (mean squared difference).
    pub equivalent_lag_steps: Option<u32>,
    /// The same in seconds.
    pub equivalent_lag_seconds: Option<f64>,
    /// Effective number of independent evaluation samples, by how long their targets stay alike in
    /// time; numbers in recordings only.
    pub n_effective_targets: Option<f64>,
    /// Evaluation samples without a target.
    pub n_without_target: u64,
}

/// What a lookup table scores, in the unit of the reported loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Memoriser {
    /// Copying the nearest training label, on all evaluation samples.
    pub copy_nearest: Option<f64>,
    /// The five nearest together.
    pub five_nearest: Option<f64>,
    /// The finding as a sentence.
    pub message: String,
}

/// The exclusion curve and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExclusionCurve {
    /// Windows, from the narrowest.
    pub points: Vec<CurvePoint>,
    /// Loss of the five nearest where the curve levels off.
    pub plateau: Estimate,
    /// Smallest lag that reaches 98 % of the plateau, in steps: the purge gap of a clean split.
    pub decorrelation_lag_steps: Option<u32>,
    /// Plateau over the loss with nothing hidden, five nearest.
    pub ratio_five_nearest: Estimate,
    /// The same for copying the nearest.
    pub ratio_copy_nearest: Estimate,
}

/// One window of the exclusion curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CurvePoint {
    /// Which training samples are hidden from each evaluation sample.
    pub hidden: Hidden,
    /// Lag up to which frames of the same recording are hidden, in steps.
    pub lag_steps: Option<u32>,
    /// Loss of copying the label of the nearest training image.
    pub copy_nearest: Option<f64>,
    /// Loss of the five nearest training images: mean of numbers, majority of classes.
    pub five_nearest: Estimate,
    /// Evaluation samples left out because fewer than five training images remain.
    pub n_dropped: u64,
    /// Mean share of the training samples that stay visible.
    pub training_left: f64,
}

/// What a window hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// Nothing: the split as it is.
    Nothing,
    /// Twins and the declared group.
    LeakGroup,
    /// Those, and frames of the same recording up to a lag.
    Lag,
    /// Those, and the whole recording.
    Recording,
}

/// Loss of a linear model on the evaluation samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ridge {
    /// Trained on the training split.
    pub user_split: f64,
    /// Trained without the block of groups that the sample is in and without its surroundings.
    pub blocked: f64,
    /// Blocked over user split; not clipped.
    pub ratio: Estimate,
}
