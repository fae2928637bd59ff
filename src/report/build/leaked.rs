//! Every evaluation sample that leaks, so that the gate can accept or refuse each.

use super::identity::Identities;
use crate::checks::Evidence;
use crate::finding::Code;
use crate::report::{LeakedSample, PairMember};
use crate::sample::{Dataset, SampleId, SplitId, SplitRole};

/// Every leaked evaluation sample, by training split and code, in order of path.
pub(super) fn samples(
    evidence: &Evidence<'_>,
    identities: &mut Identities<'_>,
) -> Vec<LeakedSample> {
    let dataset = evidence.dataset;
    let mut rows = by_looks(evidence);
    for split in evidence.together {
        let leaks = split.leaks.iter();
        rows.extend(leaks.map(|leak| {
            let readable = evidence.signatures[leak.evaluation.index()].is_ok();
            Row {
                evaluation: leak.evaluation,
                with: split.training,
                code: Code::of_leak(leak.kind),
                training: leak.training,
                counted: readable && evidence.counts(leak),
            }
        }));
    }
    rows.sort_unstable();
    let rows = rows.into_iter().map(|row| {
        let role = role_of(dataset, row.evaluation).map_or("", SplitRole::name);
        LeakedSample {
            code: row.code,
            counted: row.counted,
            fingerprint: identities.sample(role, row.evaluation, &[]),
            evaluation: PairMember::of(dataset, row.evaluation),
            training: PairMember::of(dataset, row.training),
            accepted: None,
        }
    });
    rows.collect()
}

/// An evaluation sample that leaks from a training split, in the order in which they are listed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) evaluation: SampleId,
    /// The training split.
    pub(super) with: SplitId,
    pub(super) code: Code,
    training: SampleId,
    counted: bool,
}

/// What pixels show.
pub(super) fn by_looks(evidence: &Evidence<'_>) -> Vec<Row> {
    let dataset = evidence.dataset;
    let role = |split: SplitId| dataset.splits[split.index()].role;
    let mut rows = Vec::new();
    for (sample, with, partners) in evidence.partners.iter() {
        let (Some(own), Some(with)) = (dataset.samples[sample.index()].split, with) else {
            continue;
        };
        if !role(own).is_evaluation() || role(with) != SplitRole::Training {
            continue;
        }
        rows.push(Row {
            evaluation: sample,
            with,
            code: Code::of_leak(partners.strongest),
            training: partners.top.b,
            counted: evidence.counts_by_looks(partners.strongest),
        });
    }
    rows
}

/// The role of a sample's split.
pub(super) fn role_of(dataset: &Dataset, sample: SampleId) -> Option<SplitRole> {
    dataset.split(sample).map(|split| split.role)
}
