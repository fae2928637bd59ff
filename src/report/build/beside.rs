//! What lies outside of the scope and has the content of what lies inside: of two copies
//! a baseline accepts the one that was there before, or a second copy would pass for the first.

use std::collections::{BTreeMap, BTreeSet};

use super::identity::Identities;
use super::leaked::{by_looks, role_of};
use crate::checks::Evidence;
use crate::finding::Code;
use crate::report::{FoundBeside, ReportFinding};
use crate::sample::{SampleId, SplitId};

/// Evaluation samples that leak as listed ones of the same content and role do, and are not listed,
/// because neither they nor what they leak from was asked about.
pub(super) fn leaks(evidence: &Evidence<'_>, identities: &mut Identities<'_>) -> Vec<FoundBeside> {
    let dataset = evidence.dataset;
    let mut known: Option<BTreeMap<String, Vec<SampleId>>> = None;
    let mut beside = BTreeSet::new();
    let mut add = |code, fingerprint: &str, sample: SampleId| {
        beside.insert(FoundBeside {
            code,
            fingerprint: fingerprint.to_owned(),
            path: dataset.samples[sample.index()].path.to_string(),
            split: dataset
                .split(sample)
                .map_or(String::new(), |split| split.name.clone()),
        });
    };
    // Pixels of unasked pairs were not compared: but what has the bytes of a leaked sample leaks
    // from the same training sample.
    let rows = by_looks(evidence);
    let listed: BTreeSet<(SampleId, SplitId)> =
        rows.iter().map(|row| (row.evaluation, row.with)).collect();
    for row in &rows {
        let known = known.get_or_insert_with(|| of_evaluation(evidence, identities));
        let print = fingerprint(evidence, identities, row.evaluation);
        let copies = known.get(&print).into_iter().flatten();
        for &copy in copies.filter(|&&copy| !listed.contains(&(copy, row.with))) {
            add(row.code, &print, copy);
        }
    }
    for split in evidence.together {
        let mut listed: BTreeMap<Code, BTreeSet<String>> = BTreeMap::new();
        for leak in split.leaks.iter().filter(|_| !split.unasked.is_empty()) {
            let print = fingerprint(evidence, identities, leak.evaluation);
            listed
                .entry(Code::of_leak(leak.kind))
                .or_default()
                .insert(print);
        }
        for leak in &split.unasked {
            let code = Code::of_leak(leak.kind);
            let Some(listed) = listed.get(&code) else {
                continue;
            };
            let print = fingerprint(evidence, identities, leak.evaluation);
            if listed.contains(&print) {
                add(code, &print, leak.evaluation);
            }
        }
    }
    beside.into_iter().collect()
}

/// Evaluation samples that could be read, by fingerprint.
fn of_evaluation(
    evidence: &Evidence<'_>,
    identities: &mut Identities<'_>,
) -> BTreeMap<String, Vec<SampleId>> {
    let mut known: BTreeMap<String, Vec<SampleId>> = BTreeMap::new();
    for (signature, number) in evidence.signatures.iter().zip(0..) {
        let sample = SampleId(number);
        let role = role_of(evidence.dataset, sample);
        if signature.is_ok() && role.is_some_and(|role| role.is_evaluation()) {
            let print = fingerprint(evidence, identities, sample);
            known.entry(print).or_default().push(sample);
        }
    }
    known
}

fn fingerprint(
    evidence: &Evidence<'_>,
    identities: &mut Identities<'_>,
    sample: SampleId,
) -> String {
    let role = role_of(evidence.dataset, sample);
    identities.sample(role.map_or("", |role| role.name()), sample, &[])
}

/// Parts of the findings of a whole dataset that those of the scope lack, and that are known as
/// parts of these are.
pub(super) fn findings(everywhere: &[ReportFinding], inside: &[ReportFinding]) -> Vec<FoundBeside> {
    let mut known: BTreeMap<(Code, &str), BTreeSet<&str>> = BTreeMap::new();
    for finding in inside {
        for part in finding.parts() {
            let paths = known.entry((finding.code, part.fingerprint)).or_default();
            paths.insert(part.path);
        }
    }
    let mut beside = BTreeSet::new();
    for finding in everywhere {
        for part in finding.parts() {
            let paths = known.get(&(finding.code, part.fingerprint));
            if paths.is_some_and(|paths| !paths.contains(part.path)) {
                beside.insert(FoundBeside {
                    code: finding.code,
                    fingerprint: part.fingerprint.to_owned(),
                    path: part.path.to_owned(),
                    split: String::new(),
                });
            }
        }
    }
    beside.into_iter().collect()
}
