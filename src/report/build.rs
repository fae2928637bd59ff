//! From what the stages found to a [`Report`].

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Coverage, DatasetSummary, Duplicates, IgnoredFiles, Leakage, LeakageOfPart, Measured, Overlap,
    PairMember, RecordedTogether, Report, ReportPair, ReportSettings, SCHEMA_VERSION, Scope,
    SplitSummary, Tool,
};
use crate::checks::Evidence;
use crate::finding::Finding;
use crate::gate::Gate;
use crate::matching::area::Area;
use crate::matching::pair::{Kind, Near, Pair};
use crate::rate::Rate;
use crate::sample::{Dataset, ProblemKind, Sample, SampleId, SplitId, SplitRole};
use crate::sequence::examine::{LeakKind, SplitLeaks};
use crate::settings::Settings;
use crate::signature::SIGNATURE_VERSION;

/// Most classes or folders listed for one leakage entry.
const WORST_PARTS: usize = 20;

/// Builds the report. Its gate has not been judged yet: it passes, with no limits.
#[must_use]
pub fn build(
    settings: &Settings,
    evidence: &Evidence<'_>,
    measured: Measured,
    findings: Vec<Finding>,
) -> Report {
    let leakage = leakage(evidence);
    let (pairs, pairs_truncated) = pairs(evidence);
    let mut finding_counts: BTreeMap<String, u64> = BTreeMap::new();
    let per_code = settings.detail.findings_per_code as u64;
    let listed: Vec<Finding> = findings
        .iter()
        .filter(|finding| {
            let seen = finding_counts
                .entry(finding.code.name().to_owned())
                .or_default();
            *seen += 1;
            *seen <= per_code
        })
        .cloned()
        .collect();
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
            signature_version: SIGNATURE_VERSION,
        },
        detection: measured.detection,
        scope: evidence.focus.map(|focus| scope(evidence, focus)),
        dataset: summary(evidence),
        coverage: coverage(evidence),
        leakage_unavailable: leakage
            .is_empty()
            .then(|| why_unavailable(evidence.dataset)),
        leakage,
        pairs,
        pairs_truncated,
        leaked_samples: measured.leaked_samples,
        duplicates: duplicates(evidence),
        clusters: measured.clusters,
        recordings: measured.recordings,
        findings_truncated: listed.len() < findings.len(),
        findings: listed,
        finding_counts,
        explanation: measured.explanation,
        gate: Gate::default(),
    }
}

fn scope(evidence: &Evidence<'_>, focus: &BTreeSet<String>) -> Scope {
    let samples = evidence.dataset.samples.iter().zip(evidence.signatures);
    let asked = samples.filter(|(sample, _)| focus.contains(&*sample.path));
    Scope {
        files: focus.len() as u64,
        samples: asked.clone().count() as u64,
        readable: asked.filter(|(_, signature)| signature.is_ok()).count() as u64,
    }
}

fn is_signed(evidence: &Evidence<'_>, index: usize) -> bool {
    evidence.signatures[index].is_ok()
}

/// Samples of a split with their ids; `None` is a dataset without splits.
fn samples_of<'a>(
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

fn summary(evidence: &Evidence<'_>) -> DatasetSummary {
    let dataset = evidence.dataset;
    let splits = split_ids(dataset).zip(&dataset.splits).map(|(id, split)| {
        let signed =
            samples_of(evidence, Some(id)).filter(|(id, _)| is_signed(evidence, id.index()));
        SplitSummary {
            name: split.name.clone(),
            role: split.role,
            samples: samples_of(evidence, Some(id)).count() as u64,
            readable: signed.count() as u64,
        }
    });
    DatasetSummary {
        layout: dataset.layout,
        splits: splits.collect(),
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
        unreadable: samples - signed,
        low_information: low_information as u64,
        ignored: ignored.collect(),
    }
}

fn leakage(evidence: &Evidence<'_>) -> Vec<Leakage> {
    let dataset = evidence.dataset;
    let with_role = |wanted: fn(SplitRole) -> bool| {
        split_ids(dataset).filter(move |id| wanted(dataset.splits[id.index()].role))
    };
    let mut entries = Vec::new();
    for evaluation in with_role(SplitRole::is_evaluation) {
        for training in with_role(|role| role == SplitRole::Training) {
            entries.push(leakage_between(evidence, evaluation, training));
        }
    }
    entries.sort_by(|a, b| {
        let share = |entry: &Leakage| entry.leaked.fraction.unwrap_or(-1.0);
        share(b).total_cmp(&share(a)).then_with(|| {
            let name =
                |entry: &Leakage| (entry.evaluation_split.clone(), entry.training_split.clone());
            name(a).cmp(&name(b))
        })
    });
    entries
}

fn leakage_between(evidence: &Evidence<'_>, evaluation: SplitId, training: SplitId) -> Leakage {
    let dataset = evidence.dataset;
    let mut by_kind = every_kind();
    let mut parts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let (mut leaked, mut readable) = (0, 0);
    for (id, sample) in samples_of(evidence, Some(evaluation)) {
        if !is_signed(evidence, id.index()) {
            continue;
        }
        readable += 1;
        let part = parts.entry(part_of(sample)).or_default();
        part.1 += 1;
        if let Some(partners) = evidence.partners.of(id, Some(training)) {
            leaked += 1;
            part.0 += 1;
            *by_kind.entry(partners.strongest).or_default() += 1;
        }
    }
    Leakage {
        evaluation_split: dataset.splits[evaluation.index()].name.clone(),
        training_split: dataset.splits[training.index()].name.clone(),
        leaked: Rate::new(leaked, readable),
        by_kind,
        recorded_together: recorded_together(evidence, evaluation, training),
        worst: worst(parts),
    }
}

fn recorded_together(
    evidence: &Evidence<'_>,
    evaluation: SplitId,
    training: SplitId,
) -> BTreeMap<LeakKind, RecordedTogether> {
    let mut counts: BTreeMap<LeakKind, RecordedTogether> = BTreeMap::new();
    let between =
        |split: &&SplitLeaks| (split.evaluation, split.training) == (evaluation, training);
    for leak in evidence
        .together
        .iter()
        .filter(between)
        .flat_map(|split| &split.leaks)
    {
        let count = counts.entry(leak.kind).or_default();
        count.samples += 1;
        let confirmed = evidence
            .partners
            .of(leak.evaluation, Some(training))
            .is_some();
        count.confirmed += u64::from(confirmed);
    }
    counts
}

/// The class of a sample, or its folder where it has none or has a number to regress.
fn part_of(sample: &Sample) -> &str {
    match &sample.label {
        Some(label) if sample.target.is_none() => label,
        _ => sample
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder),
    }
}

fn worst(parts: BTreeMap<&str, (u64, u64)>) -> Vec<LeakageOfPart> {
    if parts.len() < 2 {
        return Vec::new();
    }
    let leaked = parts.into_iter().filter(|(_, (leaked, _))| *leaked > 0);
    let mut worst: Vec<LeakageOfPart> = leaked
        .map(|(name, (leaked, all))| LeakageOfPart {
            name: name.to_owned(),
            leaked: Rate::new(leaked, all),
        })
        .collect();
    // By the lower end of the interval, so that 1 of 1 does not come before 90 of 100.
    let low = |part: &LeakageOfPart| part.leaked.ci95.map_or(0.0, |ends| ends[0]);
    worst.sort_by(|a, b| low(b).total_cmp(&low(a)).then_with(|| a.name.cmp(&b.name)));
    worst.truncate(WORST_PARTS);
    worst
}

fn pairs(evidence: &Evidence<'_>) -> (Vec<ReportPair>, bool) {
    let dataset = evidence.dataset;
    let mut found: Vec<Pair> = Vec::new();
    let mut total = 0;
    for (sample, with, partners) in evidence.partners.iter() {
        let own = dataset.samples[sample.index()].split;
        let (Some(own), Some(with)) = (own, with) else {
            continue;
        };
        let role = |split: SplitId| dataset.splits[split.index()].role;
        if role(own).is_evaluation() && role(with) == SplitRole::Training {
            total += partners.pairs;
            found.extend(&partners.best);
        }
    }
    found.sort_by(Pair::cmp_strength);
    let truncated = total > found.len() as u64;
    let member = |id: SampleId| PairMember {
        path: dataset.samples[id.index()].path.to_string(),
        split: dataset
            .split(id)
            .map(|split| split.name.clone())
            .unwrap_or_default(),
    };
    let pairs = found.iter().map(|pair| ReportPair {
        kind: pair.kind,
        transform: pair.near.map(|near| near.transform).unwrap_or_default(),
        distance: pair.near.and_then(|near| near.distance),
        similarity: pair.near.map(|near| rounded(near.similarity)),
        overlap: pair.near.and_then(overlap),
        evaluation: member(pair.a),
        training: member(pair.b),
    });
    (pairs.collect(), truncated)
}

fn overlap(near: Near) -> Option<Overlap> {
    let edges = |area: Area| {
        [area.left, area.top, area.right, area.bottom].map(|edge| f64::from(edge) / 100.0)
    };
    let whole = near.of_a.is_whole() && near.of_b.is_whole();
    (!whole).then(|| Overlap {
        evaluation: edges(near.of_a),
        training: edges(near.of_b),
    })
}

/// Four decimals: more would be noise, and differ between processors.
fn rounded(similarity: f32) -> f64 {
    (f64::from(similarity) * 1e4).round() / 1e4
}

fn duplicates(evidence: &Evidence<'_>) -> Vec<Duplicates> {
    let dataset = evidence.dataset;
    let splits: Vec<Option<SplitId>> = if dataset.splits.is_empty() {
        vec![None]
    } else {
        split_ids(dataset).map(Some).collect()
    };
    let entries = splits.into_iter().map(|split| {
        let mut by_kind = every_kind();
        let (mut duplicated, mut readable) = (0, 0);
        for (id, _) in samples_of(evidence, split) {
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

fn every_kind() -> BTreeMap<Kind, u64> {
    Kind::ALL.into_iter().map(|kind| (kind, 0)).collect()
}

fn why_unavailable(dataset: &Dataset) -> String {
    let has = |wanted: fn(SplitRole) -> bool| dataset.splits.iter().any(|split| wanted(split.role));
    let training = has(|role| role == SplitRole::Training);
    let evaluation = has(SplitRole::is_evaluation);
    let advice = "use folders `train` and `val`, a manifest with a `split` column, or `--train DIR --val DIR`";
    match (training, evaluation) {
        _ if dataset.splits.is_empty() => {
            format!("the dataset has no splits, so nothing can leak between them; {advice}")
        }
        (true, false) => format!("no validation or test split was found; {advice}"),
        (false, true) => format!("no training split was found; {advice}"),
        _ => format!("no split is called training, validation or test; {advice}"),
    }
}
