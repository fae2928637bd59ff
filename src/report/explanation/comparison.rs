//! Several models on the same evaluation samples.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;

/// Whether leakage changes which of several models is best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// What is compared.
    pub measure: Measure,
    /// Which metric, as in `t3.metrics`, where `measure` is `named`.
    #[serde(default)]
    pub named: Option<String>,
    /// Evaluation samples that every model predicted.
    pub samples: u64,
    /// Of those, samples that are not known to leak.
    pub clean: u64,
    /// Models, in the order given.
    pub models: Vec<ComparedModel>,
    /// The best model on all samples; of equals the first.
    pub best_on_all: String,
    /// The best model on clean samples; `null` where there is none.
    pub best_on_clean: Option<String>,
    /// The model that `difference` compares the best on clean samples with: the best on all, or
    /// where that is the same, the next on clean samples.
    pub against: Option<String>,
    /// How much better the best on clean samples is on those, paired by sample, 0 or more; in
    /// shares for an accuracy. The interval is over groups.
    pub difference: Option<Estimate>,
    /// The comparison in words.
    pub line: String,
}

/// What models are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share of right classes; more is better.
    Accuracy,
    /// Mean loss; less is better.
    Loss,
    /// A metric by its name: `map_50_95` of boxes, or the mean of a measure of each sample.
    Named,
}

/// One model of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedModel {
    /// The file of its predictions, without folders and ending.
    pub name: String,
    /// The measure on all samples.
    pub all: Estimate,
    /// On those that leak.
    pub leaked: Estimate,
    /// On those that are not known to.
    pub clean: Estimate,
}
