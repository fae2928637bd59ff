//! Pictures of an evaluation split that a training split has too.

use std::collections::BTreeMap;

use super::{Evidence, count};
use crate::finding::{Code, Finding, Subject};
use crate::matching::pair::Kind;
use crate::sample::{SampleId, SplitId, SplitRole};

/// One finding for each evaluation split, training split and kind of evidence.
pub(super) fn across_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let mut leaked: BTreeMap<(SplitId, SplitId, Kind), Vec<SampleId>> = BTreeMap::new();
    for (sample, with, partners) in evidence.partners.iter() {
        let (Some(own), Some(with)) = (dataset.samples[sample.index()].split, with) else {
            continue;
        };
        let role = |split: SplitId| dataset.splits[split.index()].role;
        if role(own).is_evaluation() && role(with) == SplitRole::Training {
            leaked
                .entry((own, with, partners.strongest))
                .or_default()
                .push(sample);
        }
    }
    let findings = leaked
        .into_iter()
        .map(|((evaluation, training, kind), samples)| {
            let name = |split: SplitId| &dataset.splits[split.index()].name;
            let (what, todo) = match kind {
                Kind::SameFile => ("is listed in", "keep each file in one split"),
                Kind::SameBytes => ("has a byte-for-byte copy in", "remove one of the two"),
                Kind::SamePixels => (
                    "has the same pixels as an image of",
                    "remove one of the two",
                ),
                Kind::NearDuplicate => (
                    "is a near duplicate of an image of",
                    "keep whatever was recorded or edited together in one split",
                ),
            };
            let message = format!(
                "{} of `{}` {what} `{}`; {todo}",
                count(samples.len(), "image"),
                name(evaluation),
                name(training)
            );
            Finding::new(Code::of_pixels(kind), Subject::Samples(samples), message)
                .between([evaluation, training])
        });
    findings.collect()
}
