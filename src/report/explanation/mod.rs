//! The key `explanation` of a report: how much of a low validation loss leakage could explain.
//!
//! Plain types; `explain` fills them. Method, assumptions and measured reliability:
//! `docs/explanation.md`.

mod accuracy;
mod comparison;
mod estimate;
mod log;
mod losses;
mod predictions;
mod samples;
mod targets;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use accuracy::AccuracyBounds;
pub use comparison::{ComparedModel, Comparison, Measure};
pub use estimate::{Assumption, CiMethod, Estimate, Status};
pub use log::{LogPoint, LogRead};
pub use losses::{Bound, FromLosses, HalfEpoch, TrainLossKind};
pub use predictions::{
    Accuracies, ClassLoss, Correlation, DoseBin, FromPredictions, FromSecondRun, IfMissed, Line,
    MetricByExposure, Point, Response, ResponseBin, ResponseBy, Third,
};
pub use samples::{ClassCount, Exposure, FromImages, Sensitivity};
pub use targets::{
    CurvePoint, ExclusionCurve, FromTargets, Hidden, Memoriser, Metric, Ridge, Yardsticks,
};

/// The whole explanation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What it comes to.
    pub verdict: Verdict,
    /// The training log as it was read; `null` without one.
    pub log: Option<LogRead>,
    /// What the accuracy in the log says of clean samples; `null` where it has none.
    pub accuracy: Option<AccuracyBounds>,
    /// Images and split.
    pub t0: FromImages,
    /// Losses; `null` without a usable validation loss.
    pub t1: Option<FromLosses>,
    /// Why there is no `t1`.
    pub t1_absent: Option<Estimate>,
    /// Targets; `null` without them.
    pub t2: Option<FromTargets>,
    /// Per-sample predictions; `null` without them.
    pub t3: Option<FromPredictions>,
    /// A second run; `null` without one.
    pub t4: Option<FromSecondRun>,
    /// Several models on the same samples; `null` unless they were given.
    pub comparison: Option<Comparison>,
    /// Possible causes of the gap's sign, with evidence.
    pub causes: Vec<Cause>,
    /// What would settle the question, most telling first.
    pub next_steps: Vec<NextStep>,
    /// What was odd about the input.
    pub warnings: Vec<String>,
}

/// What the explanation comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// In one word.
    pub word: Word,
    /// In a paragraph that a person can repeat: all of `says`.
    pub line: String,
    /// Its sentences, each with what it rests on.
    pub says: Vec<Said>,
}

/// A sentence of the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// What it rests on.
    pub basis: Basis,
    /// The sentence.
    pub text: String,
}

/// What a sentence rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Counted or computed from what was given.
    Computed,
    /// Bounds that hold whatever the network did, or under the assumption that the sentence names.
    Bounded,
    /// A guess from proxies with a stated margin.
    Projected,
    /// What cannot be said, and why.
    Refused,
}

/// How firmly leakage is known to flatter the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// A second run, or per-sample losses, show it with an interval.
    Measured,
    /// Proxies trained on the same samples show it.
    Projected,
    /// Samples leak; how much that matters is not known.
    Possible,
    /// No sample leaks.
    NoneFound,
    /// The inputs do not allow a statement.
    CannotTell,
}

/// One possible cause of the gap's sign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// `epoch_average`, `training_mode`, `leakage`, `easier_validation`, `small_validation`,
    /// `penalty`, `split_order` or `target_scale`.
    pub id: String,
    /// Where the evidence points.
    pub evidence: Evidence,
    /// The evidence in half a line.
    pub summary: String,
    /// The evidence in full.
    pub detail: String,
}

/// Where evidence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// For the cause.
    For,
    /// Against it.
    Against,
    /// Neither.
    Unknown,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// What to do and what it tells.
    pub what: String,
    /// The command, with placeholders in capitals.
    pub command: String,
}
