//! Pictures of an evaluation split that a training split has too.

use std::collections::BTreeMap;

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::leak::Leak;
use crate::sample::{SampleId, SplitId, SplitRole};
use crate::wording::counted;

/// One finding for each evaluation split, training split and kind of evidence.
pub(super) fn across_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let mut leaked: BTreeMap<(SplitId, SplitId, Leak), Vec<SampleId>> = BTreeMap::new();
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
            let (what, todo) = in_words(kind);
            let message = format!(
                "{} of `{}` {what} `{}`; {todo}",
                counted(samples.len(), "image"),
                name(evaluation),
                name(training)
            );
            Finding::new(Code::of_leak(kind), Subject::Samples(samples), message)
                .between([evaluation, training])
        });
    findings.collect()
}

/// What leaked images are to a training split, and what to do about it.
pub(super) fn in_words(leak: Leak) -> (&'static str, &'static str) {
    match leak {
        Leak::SameFile => ("also listed in", "keep each file in one split"),
        Leak::SameBytes => ("with a byte-for-byte copy in", "remove one of the two"),
        Leak::SamePixels => ("with the pixels of an image of", "remove one of the two"),
        Leak::NearDuplicate => (
            "nearly the same as an image of",
            "keep whatever was recorded or edited together in one split",
        ),
        Leak::SequenceNeighbour => (
            "recorded a few steps from an image of",
            "split by recording, or in time with a gap",
        ),
        Leak::AugmentedSibling => (
            "made from the same source as an image of",
            "split before augmenting, and keep all versions of one source together",
        ),
        Leak::OverlappingTile => (
            "cut next to or over a tile of",
            "split by slide or scene, not by tile",
        ),
        Leak::LookAlike => (
            "as similar as a copy to an image of",
            "look at some of the pairs: distinct pictures of this dataset are as similar, so that \
             similarity is no evidence of a copy",
        ),
        Leak::SharedGroup => ("of a group that is also in", "keep each group in one split"),
        Leak::AnotherPass => (
            "of a place that, at another time, is in",
            "fine where the model will drive the same road; to measure new roads, split by place",
        ),
    }
}
