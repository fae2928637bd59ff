//! Pictures that a split has more than once, or that two evaluation splits share.

use std::collections::BTreeMap;

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::sample::{SampleId, SplitId};
use crate::wording::counted;

/// One finding for each split with duplicates.
pub(super) fn within_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let mut duplicated: BTreeMap<Option<SplitId>, Vec<SampleId>> = BTreeMap::new();
    for (sample, with, _) in evidence.partners.iter() {
        if dataset.samples[sample.index()].split == with {
            duplicated.entry(with).or_default().push(sample);
        }
    }
    let findings = duplicated.into_iter().map(|(split, samples)| {
        let place = match split {
            Some(split) => format!("`{}`", dataset.splits[split.index()].name),
            None => "the dataset".to_owned(),
        };
        let message = format!(
            "{} of {place} with a copy or near copy in {place} itself; such pictures weigh twice, and a random split of them would leak",
            counted(samples.len(), "image")
        );
        Finding::new(Code::DuplicateInSplit, Subject::Samples(samples), message).between(split)
    });
    findings.collect()
}

/// One finding for each pair of evaluation splits that share pictures.
pub(super) fn across_evaluation_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let role = |split: SplitId| dataset.splits[split.index()].role;
    let mut shared: BTreeMap<(SplitId, SplitId), Vec<SampleId>> = BTreeMap::new();
    for (sample, with, _) in evidence.partners.iter() {
        let (Some(own), Some(with)) = (dataset.samples[sample.index()].split, with) else {
            continue;
        };
        // Both directions are recorded; one is told.
        if own < with && role(own).is_evaluation() && role(with).is_evaluation() {
            shared.entry((own, with)).or_default().push(sample);
        }
    }
    let findings = shared.into_iter().map(|((one, other), samples)| {
        let name = |split: SplitId| &dataset.splits[split.index()].name;
        let message = format!(
            "{} of `{}` shown in `{}` too; a model selected on one is then judged on what it was selected for",
            counted(samples.len(), "image"),
            name(one),
            name(other)
        );
        let subject = Subject::Samples(samples);
        Finding::new(Code::DuplicateAcrossEvaluation, subject, message).between([one, other])
    });
    findings.collect()
}
