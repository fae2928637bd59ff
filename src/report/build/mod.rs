//! From what the stages found to a [`Report`].

mod beside;
mod identity;
mod labels;
mod leakage;
mod leaked;
mod located;
mod pairs;
mod suspicion;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use leakage::{counted_together, leakage};

use identity::Identities;
use located::Locator;
use pairs::pairs;

use super::verdict;
use super::{
    Coverage, DatasetSummary, Duplicates, FoundBeside, Gate, IgnoredFiles, Measured, NotReadFiles,
    Report, ReportFinding, ReportSettings, SCHEMA_VERSION, Scope, SplitSummary, Tool,
};
use crate::checks::Evidence;
use crate::finding::Finding;
use crate::leak::Leak;
use crate::rate::Rate;
use crate::sample::{Dataset, ProblemKind, Sample, SampleId, SplitId, SplitRole};
use crate::settings::Settings;
use crate::signature::digest::Digest;
use crate::signature::unreadable::Unreadable;
use crate::signature::{SIGNATURE_VERSION, Signed};

/// Builds the report. Its gate has not been judged yet: it passes, with no limits. `content` gives
/// the digest of a sample's file, `None` where it has no content.
#[must_use]
pub(crate) fn build(
    settings: &Settings,
    evidence: &Evidence<'_>,
    measured: Measured,
    findings: Vec<Finding>,
    content: &mut dyn FnMut(SampleId) -> Option<Digest>,
) -> Report {
    let (dataset, focus) = (evidence.dataset, settings.focus.as_ref());
    let open = measured.leakage.iter().flat_map(|entry| &entry.unknown);
    let mut locator = Locator {
        dataset,
        identities: Identities { dataset, content },
        focus,
        open: open.copied().collect(),
        most_members: settings.detail.findings_per_code,
    };
    // Only who asks about some samples has others beside them.
    let everywhere = focus.map(|focus| (focus, findings.clone()));
    let findings = locator.all(findings);
    let leaked_samples = leaked::samples(evidence, &mut locator.identities);
    let scope = everywhere.map(|(focus, everywhere)| {
        let mut beside = beside::leaks(evidence, &mut locator.identities);
        locator.focus = None;
        beside.extend(beside::findings(&locator.all(everywhere), &findings));
        scope(evidence, focus, beside)
    });
    let leakage = measured.leakage;
    let (pairs, pairs_truncated) = pairs(evidence);
    let mut finding_counts: BTreeMap<String, u64> = BTreeMap::new();
    let per_code = settings.detail.findings_per_code as u64;
    let found = findings.len();
    let listed: Vec<ReportFinding> = findings
        .into_iter()
        .filter(|finding| {
            let seen = finding_counts
                .entry(finding.code.name().to_owned())
                .or_default();
            *seen += 1;
            *seen <= per_code
        })
        .collect();
    let findings_truncated =
        listed.len() < found || listed.iter().any(|one| !one.lists_all_parts());
    Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        settings: ReportSettings {
            similarity: settings.matching.similarity.map(f64::from),
            pairs_per_sample: settings.detail.pairs_per_sample as u64,
            findings_per_code: per_code,
            counted_as_leaked: settings.recorded.counted.clone(),
            signature_version: SIGNATURE_VERSION,
        },
        detection: measured.detection,
        scope,
        dataset: summary(evidence),
        coverage: coverage(evidence),
        verdict: verdict::worst(&leakage),
        leakage_unavailable: leakage
            .is_empty()
            .then(|| why_unavailable(evidence.dataset)),
        leakage,
        pairs,
        pairs_truncated,
        leaked_samples,
        duplicates: duplicates(evidence),
        clusters: measured.clusters,
        recordings: measured.recordings,
        simulated_splits: measured.simulated_splits,
        distributions: measured.distributions,
        findings_truncated,
        findings: listed,
        finding_counts,
        explanation: measured.explanation,
        gate: Gate::default(),
    }
}

fn scope(evidence: &Evidence<'_>, focus: &BTreeSet<String>, mut beside: Vec<FoundBeside>) -> Scope {
    beside.sort_unstable();
    let samples = evidence.dataset.samples.iter().zip(evidence.signatures);
    let asked = samples.filter(|(sample, _)| focus.contains(&*sample.path));
    Scope {
        files: focus.len() as u64,
        samples: asked.clone().count() as u64,
        readable: asked.filter(|(_, signature)| signature.is_ok()).count() as u64,
        beside,
    }
}

fn is_signed(evidence: &Evidence<'_>, index: usize) -> bool {
    evidence.signatures[index].is_ok()
}

/// Samples of a split with their ids; `None` is a dataset without splits.
pub(super) fn samples_of<'a>(
    evidence: &'a Evidence<'_>,
    split: Option<SplitId>,
) -> impl Iterator<Item = (SampleId, &'a Sample)> {
    let all = evidence.dataset.samples.iter().enumerate();
    let own = all.filter(move |(_, sample)| sample.split == split);
    own.map(|(index, sample)| (SampleId(index as u32), sample))
}

fn split_ids(dataset: &Dataset) -> impl Iterator<Item = SplitId> {
    (0..dataset.splits.len()).map(|at| SplitId(at as u16))
}

/// The samples of every split, in one pass: there may be as many splits as samples.
fn samples_of_each(evidence: &Evidence<'_>) -> Vec<Vec<SampleId>> {
    let mut own = vec![Vec::new(); evidence.dataset.splits.len()];
    for (sample, index) in evidence.dataset.samples.iter().zip(0..) {
        if let Some(split) = sample.split {
            own[split.index()].push(SampleId(index));
        }
    }
    own
}

fn summary(evidence: &Evidence<'_>) -> DatasetSummary {
    let dataset = evidence.dataset;
    let samples = samples_of_each(evidence);
    let splits = dataset.splits.iter().zip(samples).map(|(split, own)| {
        let signed = own.iter().filter(|id| is_signed(evidence, id.index()));
        SplitSummary {
            name: split.name.clone(),
            role: split.role,
            samples: own.len() as u64,
            readable: signed.count() as u64,
        }
    });
    DatasetSummary {
        layout: dataset.layout,
        evidence: dataset.evidence.clone(),
        splits: splits.collect(),
        labels: labels::read(evidence),
    }
}

fn coverage(evidence: &Evidence<'_>) -> Coverage {
    let signed = evidence
        .signatures
        .iter()
        .filter_map(|signature| signature.as_ref().ok());
    let low_information = signed
        .clone()
        .filter(|signature| signature.low_information)
        .count();
    let unopened = |signed: &&Signed| matches!(signed, Err(Unreadable::NotOpened));
    let not_opened = evidence.signatures.iter().filter(unopened).count() as u64;
    let (samples, signed) = (evidence.signatures.len() as u64, signed.count() as u64);
    let ignored = evidence.dataset.ignored.iter().map(|one| IgnoredFiles {
        reason: one.reason.clone(),
        kind: one.kind,
        files: one.files,
        example: one.example.clone(),
    });
    let dataset = evidence.dataset;
    let unlisted = dataset
        .problems
        .iter()
        .filter(|one| one.kind == ProblemKind::Unlisted);
    let unlisted_files = unlisted.count() as u64;
    let not_samples: u64 = dataset.ignored.iter().map(|one| one.files).sum();
    Coverage {
        files: dataset.image_files + not_samples,
        sample_files: dataset.image_files - unlisted_files,
        unlisted_files,
        samples,
        signed,
        unreadable: samples - signed - not_opened,
        not_opened,
        low_information: low_information as u64,
        ignored: ignored.collect(),
        not_read: not_read(dataset),
    }
}

/// Files that may hold samples and were not read, by split and form.
fn not_read(dataset: &Dataset) -> Vec<NotReadFiles> {
    let mut groups: BTreeMap<(Option<&str>, &str), NotReadFiles> = BTreeMap::new();
    for one in &dataset.unread {
        let group = groups.entry((one.split.as_deref(), &one.reason));
        let group = group.or_insert_with(|| NotReadFiles {
            reason: one.reason.clone(),
            files: 0,
            split: one.split.clone(),
            example: one.path.clone(),
        });
        group.files += 1;
    }
    groups.into_values().collect()
}

fn duplicates(evidence: &Evidence<'_>) -> Vec<Duplicates> {
    let dataset = evidence.dataset;
    let of = |(id, _)| id;
    let splits: Vec<(Option<SplitId>, Vec<SampleId>)> = match dataset.splits.is_empty() {
        true => vec![(None, samples_of(evidence, None).map(of).collect())],
        false => (split_ids(dataset).map(Some))
            .zip(samples_of_each(evidence))
            .collect(),
    };
    let entries = splits.into_iter().map(|(split, own)| {
        let mut by_kind = every_kind();
        let (mut duplicated, mut readable) = (0, 0);
        for id in own {
            readable += u64::from(is_signed(evidence, id.index()));
            if let Some(partners) = evidence.partners.of(id, split) {
                duplicated += 1;
                *by_kind.entry(partners.strongest).or_default() += 1;
            }
        }
        Duplicates {
            split: split.map(|id| dataset.splits[id.index()].name.clone()),
            duplicated: Rate::new(duplicated, readable),
            by_kind,
        }
    });
    entries.collect()
}

fn every_kind() -> BTreeMap<Leak, u64> {
    Leak::by_pixels().map(|kind| (kind, 0)).collect()
}

fn why_unavailable(dataset: &Dataset) -> String {
    let has = |wanted: fn(SplitRole) -> bool| dataset.splits.iter().any(|split| wanted(split.role));
    let training = has(|role| role == SplitRole::Training);
    let evaluation = has(SplitRole::is_evaluation);
    let missing = match (training, evaluation) {
        _ if dataset.splits.is_empty() => "no splits were recognised",
        (true, false) => "no validation or test split was found",
        (false, true) => "no training split was found",
        _ => "no split is called training, validation or test",
    };
    let usual = "use folders `train` and `val`, a manifest with a `split` column, or `--train DIR --val DIR`";
    let advice = dataset.perhaps.as_deref().unwrap_or(usual);
    format!("{missing}; {advice}")
}
