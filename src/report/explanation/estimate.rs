//! The shape of every number in the explanation: a value, or the reason why there is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of statement an [`Estimate`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A point, usually with a confidence interval.
    Ok,
    /// Only an interval is known: the data do not single out a point within it.
    Bounded,
    /// A guess from proxies with a stated margin; not a confidence interval.
    Projection,
    /// The inputs are there, but they do not determine this number.
    NotIdentified,
    /// The question makes no sense for these inputs.
    NotApplicable,
    /// Something that the user could supply is absent.
    MissingInput,
    /// An assumption that the estimate needs is refuted by the data.
    Contradicted,
}

/// Assumptions, by the ids of `docs/explanation.md`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Assumption {
    /// Losses are not negative, and the reported one is their plain mean without penalties.
    A0,
    /// Leakage does not hurt: leaked samples are not fitted worse than clean ones.
    A1,
    /// Leaked samples are not fitted better than the training samples themselves.
    A2,
    /// Leaked and clean samples are equally hard, given the strata.
    A3,
    /// Clean samples are really unexposed.
    A4,
    /// An honest model is no worse than the best constant.
    A5,
    /// The split is random over samples.
    A6,
    /// Training and evaluation targets went through the same transform.
    A7,
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CiMethod {
    /// Logarithmic, Student's t, groups as units, degrees of freedom from influence.
    GroupedLogT,
    /// Student's t, groups as units, degrees of freedom from influence.
    GroupedT,
    /// Delete-a-group jackknife, Student's t.
    GroupedJackknife,
    /// Wilson's, with the sample size reduced by the design effect of the groups.
    GroupedWilson,
    /// Three divided by the number of groups, for a share of 0 or 1.
    RuleOfThree,
    /// Arithmetic bounds, widened by the printed digits only.
    Identity,
    /// A calibrated margin around a projection; no coverage is promised.
    Margin,
}

/// A number of the explanation, or the reason for its absence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// What kind of statement this is.
    pub status: Status,
    /// Machine-readable reason when the status is not `ok`.
    pub reason_code: Option<String>,
    /// The point, in the unit that the field's name or description gives.
    pub value: Option<f64>,
    /// Lower end; `null` when there is none.
    pub lo: Option<f64>,
    /// Upper end; `null` when there is none (for a `bounded` estimate: no upper bound).
    pub hi: Option<f64>,
    /// How `lo` and `hi` were made.
    pub ci_method: Option<CiMethod>,
    /// What must hold for this number to mean what it says.
    pub assumptions: Vec<Assumption>,
    /// Samples the number rests on.
    pub n_used: u64,
    /// Independent groups the number rests on.
    pub groups_used: Option<u64>,
    /// One sentence for a person; may be empty when the number speaks for itself.
    pub message: String,
}

impl Estimate {
    /// A number that needs no interval: a census of the given samples, or arithmetic.
    #[must_use]
    pub fn exact(value: f64, n_used: usize) -> Self {
        Self {
            status: Status::Ok,
            reason_code: None,
            value: finite(value),
            lo: None,
            hi: None,
            ci_method: None,
            assumptions: Vec::new(),
            n_used: n_used as u64,
            groups_used: None,
            message: String::new(),
        }
    }

    /// No number, and why.
    #[must_use]
    pub fn absent(status: Status, reason_code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            reason_code: Some(reason_code.to_owned()),
            value: None,
            message: message.into(),
            ..Self::exact(0.0, 0)
        }
    }

    /// An interval without a point. An infinite upper end becomes `null`.
    #[must_use]
    pub fn bounds(lo: f64, hi: f64, assumptions: &[Assumption]) -> Self {
        Self {
            status: Status::Bounded,
            value: None,
            lo: finite(lo),
            hi: finite(hi),
            ci_method: Some(CiMethod::Identity),
            assumptions: assumptions.to_vec(),
            ..Self::exact(0.0, 0)
        }
    }

    /// The same estimate with an interval.
    #[must_use]
    pub fn with_interval(self, lo: f64, hi: f64, method: CiMethod) -> Self {
        Self {
            lo: finite(lo),
            hi: finite(hi),
            ci_method: Some(method),
            ..self
        }
    }

    /// The same estimate with a sentence for a person.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..self
        }
    }

    /// The same estimate with the assumptions it rests on.
    #[must_use]
    pub fn assuming(self, assumptions: &[Assumption]) -> Self {
        Self {
            assumptions: assumptions.to_vec(),
            ..self
        }
    }
}

/// JSON has no infinities, and a value that was not measured is `null`.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
