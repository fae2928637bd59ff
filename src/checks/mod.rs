//! What is wrong? One file per question, one table of all checks.

mod duplicates;
mod files;
mod layout;
mod leaks;
mod together;

use crate::finding::Finding;
use crate::matching::partners::Partnerships;
use crate::sample::{Dataset, SampleId};
use crate::sequence::examine::{Leak, LeakKind, SplitLeaks};
use crate::sequence::recording::Recordings;
use crate::signature::Signature;
use crate::signature::unreadable::Unreadable;

/// What a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The dataset as loaded.
    pub dataset: &'a Dataset,
    /// Signatures by sample.
    pub signatures: &'a [Result<Signature, Unreadable>],
    /// Duplicates of every sample.
    pub partners: &'a Partnerships,
    /// Evaluation samples that were recorded or made together with training samples.
    pub together: &'a [SplitLeaks],
    /// Where samples stand in recordings, if a layout was taken.
    pub recordings: Option<&'a Recordings>,
    /// Ways of belonging together that count as leaked whatever pixels say.
    pub counted: &'a [LeakKind],
}

impl Evidence<'_> {
    /// Whether an evaluation sample that belongs together with a training sample counts as leaked for that.
    #[must_use]
    pub fn counts(&self, leak: &Leak) -> bool {
        leak.pixels.agree || self.counted.contains(&leak.kind)
    }
}

/// A question asked of a dataset.
type Check = fn(&Evidence<'_>) -> Vec<Finding>;

const CHECKS: &[Check] = &[
    leaks::across_splits,
    together::across_splits,
    duplicates::across_evaluation_splits,
    duplicates::within_splits,
    files::unreadable,
    files::low_information,
    layout::problems,
    layout::empty_splits,
    layout::samples_without_split,
];

/// Asks every question. Findings are sorted: worst first, then by code and path.
#[must_use]
pub fn run(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = CHECKS.iter().flat_map(|check| check(evidence)).collect();
    findings.sort_by(|a, b| {
        (a.severity, a.code, &a.paths, &a.message).cmp(&(b.severity, b.code, &b.paths, &b.message))
    });
    findings
}

/// How many paths a finding about many samples names.
const EXAMPLES: usize = 10;

/// Paths of the first few samples.
fn examples(dataset: &Dataset, samples: &[SampleId]) -> Vec<String> {
    let first = samples.iter().take(EXAMPLES);
    first
        .map(|id| dataset.samples[id.index()].path.to_string())
        .collect()
}

/// `1 image`, `2 images`.
fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}
