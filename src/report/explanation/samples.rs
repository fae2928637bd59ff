//! T0: what images, names and the split tell without any loss.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::report::interleaving::Interleaving;

/// What T0 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromImages {
    /// Evaluation samples.
    pub n_validation: u64,
    /// Training samples.
    pub n_training: u64,
    /// Evaluation samples per exposure class, most exposed first.
    pub classes: Vec<ClassCount>,
    /// In words, what samples of the class `together` share with training.
    pub shared: Vec<String>,
    /// Share with a twin in training.
    pub f_twin: Estimate,
    /// Share with a twin or an adjacent frame in training.
    pub f_near: Estimate,
    /// Share that is not clean. Every upper bound uses this one.
    pub f_exposed: Estimate,
    /// Share with a twin at the three detector settings.
    pub f_sensitivity: Sensitivity,
    /// Share that is not clean, at the three detector settings.
    pub f_exposed_sensitivity: Sensitivity,
    /// Median time between neighbouring steps of a recording; `null` without a clock.
    pub seconds_per_step: Option<f64>,
    /// Decorrelation lag used for the class `shadowed`, in steps.
    pub decorrelation_lag_steps: u32,
    /// Whether that lag was measured from the targets, not assumed.
    pub decorrelation_lag_measured: bool,
    /// Independent groups of evaluation samples.
    pub n_groups_validation: u64,
    /// Effective number of independent evaluation samples if groups are perfectly correlated; the
    /// best case is `n_validation`.
    pub n_effective_worst: f64,
    /// How the two sides alternate along the recordings, all training splits together; `null`
    /// where no evaluation sample stands in a recording.
    pub interleaving: Option<Interleaving>,
    /// Share of evaluation samples in recordings with a training frame at most one step away.
    pub adjacent_share: Option<f64>,
    /// The same as expected of a random split of the frames.
    pub adjacent_share_expected_random: Option<f64>,
}

/// Exposure of an evaluation sample to the training split: the first that applies.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// A training image shows the same picture.
    Twin,
    /// A training frame of the same recording is one step away.
    Adjacent,
    /// A training frame of the same recording lies within the decorrelation lag.
    Shadowed,
    /// Counted as leaked for belonging together with a training sample: a tile of the same image,
    /// an augmented copy of the same source, a sample of the same group.
    Together,
    /// None of these.
    Clean,
}

impl Exposure {
    /// All classes, most exposed first.
    pub const ALL: [Self; 5] = [
        Self::Twin,
        Self::Adjacent,
        Self::Shadowed,
        Self::Together,
        Self::Clean,
    ];

    /// Name as the report writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Twin => "twin",
            Self::Adjacent => "adjacent",
            Self::Shadowed => "shadowed",
            Self::Together => "together",
            Self::Clean => "clean",
        }
    }
}

/// Evaluation samples of one exposure class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassCount {
    /// The class.
    pub class: Exposure,
    /// How many.
    pub n: u64,
}

/// Share of evaluation samples by detector setting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// Strict setting.
    pub strict: f64,
    /// Default setting.
    pub default: f64,
    /// Loose setting.
    pub loose: f64,
}
