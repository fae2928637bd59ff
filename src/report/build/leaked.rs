//! Every evaluation sample that leaks, so that the gate can accept or refuse each.

use super::identity::Identities;
use crate::checks::Evidence;
use crate::finding::Code;
use crate::report::{LeakedSample, PairMember};
use crate::sample::{SampleId, SplitId, SplitRole};

/// Every leaked evaluation sample, by training split and code, in order of path.
pub(super) fn samples(
    evidence: &Evidence<'_>,
    identities: &mut Identities<'_>,
) -> Vec<LeakedSample> {
    let dataset = evidence.dataset;
    let role = |split: SplitId| dataset.splits[split.index()].role;
    let mut rows: Vec<(SampleId, SplitId, Code, SampleId, bool)> = Vec::new();
    for (sample, with, partners) in evidence.partners.iter() {
        let (Some(own), Some(with)) = (dataset.samples[sample.index()].split, with) else {
            continue;
        };
        if !role(own).is_evaluation() || role(with) != SplitRole::Training {
            continue;
        }
        let code = Code::of_leak(partners.strongest);
        let counted = evidence.counts_by_looks(partners.strongest);
        rows.push((sample, with, code, partners.top.b, counted));
    }
    for split in evidence.together {
        let leaks = split.leaks.iter();
        rows.extend(leaks.map(|leak| {
            let code = Code::of_leak(leak.kind);
            let readable = evidence.signatures[leak.evaluation.index()].is_ok();
            let counted = readable && evidence.counts(leak);
            let (evaluation, training) = (leak.evaluation, leak.training);
            (evaluation, split.training, code, training, counted)
        }));
    }
    rows.sort_unstable();
    let rows = rows
        .into_iter()
        .map(|(evaluation, _, code, training, counted)| {
            let role = dataset
                .split(evaluation)
                .map_or("", |split| split.role.name());
            LeakedSample {
                code,
                counted,
                fingerprint: identities.sample(role, evaluation, &[]),
                evaluation: PairMember::of(dataset, evaluation),
                training: PairMember::of(dataset, training),
                accepted: None,
            }
        });
    rows.collect()
}
