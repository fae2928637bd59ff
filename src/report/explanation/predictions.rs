//! T3 and T4: what per-sample predictions and a second run add.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Estimate, Exposure, Status};

/// What T3 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromPredictions {
    /// Samples, of either split, that a prediction was matched to.
    pub n_matched: u64,
    /// Predictions that fit no sample, or more than one; they are left out.
    pub n_unmatched: u64,
    /// Evaluation samples with a loss, of `n_validation`.
    pub n_with_loss: u64,
    /// Mean loss; `contradicted` when it is not the log's.
    pub loss_recomputed: Estimate,
    /// Mean loss by exposure.
    pub by_class: Vec<ClassLoss>,
    /// Honest loss on the same samples, standardised over degree.
    pub honest_standardised: Estimate,
    /// What it would be if leaks were missed; empty where it is not known, or nothing leaks.
    #[serde(default)]
    pub if_missed: Vec<IfMissed>,
    /// That over the reported loss.
    pub inflation_ratio: Estimate,
    /// Share of right classes; `null` where no classes were predicted.
    pub accuracy: Option<Accuracies>,
    /// Metrics that are no mean of losses, as far as the predictions tell them.
    pub metrics: Vec<MetricByExposure>,
    /// Loss by distance to the nearest training image; confounded with difficulty, hence the last
    /// column.
    pub dose: Vec<DoseBin>,
    /// Loss by other measures of how close training came, of which at least two values occur; as
    /// confounded.
    #[serde(default)]
    pub responses: Vec<Response>,
    /// Predicted against true numbers; `null` for classes.
    pub correlation: Option<Correlation>,
}

impl FromPredictions {
    /// The mean loss of clean samples, where predictions tell it and are not of another run than
    /// the log.
    #[must_use]
    pub fn clean_loss(&self) -> Option<&Estimate> {
        if self.loss_recomputed.status == Status::Contradicted {
            return None;
        }
        let classes = self.by_class.iter();
        let mut clean = classes.filter(|row| row.class == Exposure::Clean);
        clean.next().map(|row| &row.loss)
    }
}

/// The honest loss if only a share of the leaked samples was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IfMissed {
    /// The share, above 0 and below 1.
    pub recall: f64,
    /// The loss.
    pub honest: Estimate,
}

/// Mean loss of one exposure class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassLoss {
    /// The class.
    pub class: Exposure,
    /// Mean loss with its interval.
    pub loss: Estimate,
}

/// Shares of right classes, 0 to 1, with intervals over groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Accuracies {
    /// On all evaluation samples with a prediction.
    pub all: Estimate,
    /// On those that leak.
    pub leaked: Estimate,
    /// On those that do not.
    pub clean: Estimate,
    /// On clean samples, weighed by their number of twins like all of validation: the honest
    /// accuracy where exposure was random given that number.
    pub standardised: Estimate,
}

/// A metric by exposure, with intervals over groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricByExposure {
    /// `macro_f1`, `balanced_accuracy`, `auc` of classes; `mae`, `rmse`, `r2` of numbers;
    /// `map_50`, `map_50_95` of boxes; or the mean of a measure of each sample, such as `iou`.
    pub metric: String,
    /// On all evaluation samples with a prediction.
    pub all: Estimate,
    /// On those that leak.
    pub leaked: Estimate,
    /// On those that do not.
    pub clean: Estimate,
}

/// One bin of the dose-response table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DoseBin {
    /// Smallest distance, in standard deviations of the descriptor.
    pub distance_lo: f64,
    /// Largest distance.
    pub distance_hi: f64,
    /// Samples.
    pub n: u64,
    /// Mean loss.
    pub loss: f64,
    /// Lower end of its 95 % interval over groups; `null` when there is none.
    #[serde(default)]
    pub loss_lo: Option<f64>,
    /// Upper end.
    #[serde(default)]
    pub loss_hi: Option<f64>,
    /// Mean loss over that of the mean of the training targets; `null` without targets.
    pub loss_over_trivial: Option<f64>,
}

/// Mean loss of the evaluation samples by one measure of how close training came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Response {
    /// The measure.
    pub by: ResponseBy,
    /// Bins that hold samples, from the smallest; first those without a measure: no training
    /// frame in the recording, no training image alike.
    pub bins: Vec<ResponseBin>,
}

/// How close training came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseBy {
    /// Steps to the nearest training frame of the same recording.
    Steps,
    /// Similarity to the most similar training image, -1 to 1.
    Similarity,
    /// Training images that show the same picture.
    Copies,
}

/// Samples whose measure lies in one bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResponseBin {
    /// Smallest value, which belongs to the bin; `null` for samples without one.
    pub lo: Option<f64>,
    /// Largest value: of counts it belongs to the bin, of similarities only 1 does. `null` where
    /// the bin is open, or for samples without a value.
    pub hi: Option<f64>,
    /// Mean loss with its interval over groups.
    pub loss: Estimate,
}

/// Agreement of predicted (x) and true (y) numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Correlation {
    /// Over all evaluation samples with both.
    pub all: Line,
    /// The same in the thirds of samples with the smallest, middle and largest true values by
    /// magnitude; empty below 30 samples.
    pub by_magnitude: Vec<Third>,
    /// For a plot: at most 2,000 samples, evenly spaced in order of path.
    pub points: Vec<Point>,
}

/// A least-squares line of truth on prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Pearson's correlation; `null` where all predictions or all truths are the same.
    pub r: Option<f64>,
    /// Slope; `null` where all predictions are the same.
    pub slope: Option<f64>,
    /// Intercept.
    pub intercept: Option<f64>,
    /// 1 - squared error of the predictions themselves over the variance of the truth; `null`
    /// where that is 0.
    pub r2: Option<f64>,
    /// Samples.
    pub n: u64,
}

/// One third of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Third {
    /// Smallest magnitude of a true value in it.
    pub magnitude_lo: f64,
    /// Largest.
    pub magnitude_hi: f64,
    /// The line in it.
    pub line: Line,
}

/// One evaluation sample of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    /// Predicted value.
    pub predicted: f64,
    /// True value.
    pub truth: f64,
    /// Exposure of the sample.
    pub exposure: Exposure,
}

/// What T4 found: a second run of the same model, trained on a split without the leak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromSecondRun {
    /// Loss of the second run over that of the first on the samples both predicted, paired.
    pub paired_ratio: Estimate,
    /// Last validation loss of the second log over that of the first; other samples, other
    /// difficulty.
    pub ratio_of_logs: Estimate,
    /// What the comparison does not cover.
    pub message: String,
}
