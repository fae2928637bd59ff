//! From what the stages found to a [`Report`].

mod identity;
mod leaked;
mod located;
mod suspicion;

use std::collections::{BTreeMap, BTreeSet};

use identity::Identities;
use located::Locator;
use suspicion::{leaks_between, open_codes, suspects};

use super::verdict::{self, Known};
use super::{
    Coverage, DatasetSummary, Duplicates, Gate, IgnoredFiles, Leakage, LeakageOfPart, Measured,
    NotReadFiles, PairMember, RecordedTogether, Report, ReportFinding, ReportPair, ReportSettings,
    SCHEMA_VERSION, Scope, SharedArea, SplitSummary, Tool,
};
use crate::checks::Evidence;
use crate::finding::Finding;
use crate::leak::Leak;
use crate::matching::area::Area;
use crate::matching::pair::{Near, Pair, Transform};
use crate::rate::Rate;
use crate::sample::{Dataset, ProblemKind, Sample, SampleId, SplitId, SplitRole, split_pairs};
use crate::sequence::examine::RecordedPair;
use crate::settings::Settings;
use crate::signature::digest::Digest;
use crate::signature::unreadable::Unreadable;
use crate::signature::{SIGNATURE_VERSION, Signed};

/// Most classes or folders listed for one leakage entry.
const WORST_PARTS: usize = 20;

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
    let mut locator = Locator {
        dataset,
        identities: Identities { dataset, content },
        focus,
        most_members: settings.detail.findings_per_code,
    };
    let findings = locator.all(findings);
    let leaked_samples = leaked::samples(evidence, &mut locator.identities);
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
        scope: focus.map(|focus| scope(evidence, focus)),
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
        findings_truncated,
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
        evidence: dataset.evidence.clone(),
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

/// What leaks between every evaluation split and every training split, most leaked first.
#[must_use]
pub(crate) fn leakage(evidence: &Evidence<'_>) -> Vec<Leakage> {
    let dataset = evidence.dataset;
    let pairs = split_pairs(&dataset.splits).into_iter();
    let entries = pairs.map(|(from, to)| leakage_between(evidence, from, to));
    let mut entries: Vec<Leakage> = entries.collect();
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
    let belonging = belonging(evidence, evaluation, training);
    let mut by_kind: BTreeMap<Leak, u64> = Leak::ALL.into_iter().map(|kind| (kind, 0)).collect();
    let mut parts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let suspects = suspects(evidence, evaluation, training);
    let (mut leaked, mut readable) = (0, 0);
    let (mut suspected, mut of_suspected) = (0, 0);
    for (id, sample) in samples_of(evidence, Some(evaluation)) {
        let signature = &evidence.signatures[id.index()];
        if matches!(signature, Err(Unreadable::NotOpened)) {
            of_suspected += 1;
            suspected += u64::from(suspects.contains(&id));
        }
        if signature.is_err() {
            continue;
        }
        readable += 1;
        of_suspected += 1;
        let part = parts.entry(part_of(sample)).or_default();
        part.1 += 1;
        let shown = evidence.shown(id, training);
        let shown = shown.map(|partners| partners.strongest);
        if let Some(kind) = shown.or_else(|| belonging.get(&id).copied()) {
            leaked += 1;
            part.0 += 1;
            *by_kind.entry(kind).or_default() += 1;
        } else {
            suspected += u64::from(suspects.contains(&id));
            let partners = evidence.partners.of(id, Some(training));
            if let Some(kind) = partners.map(|partners| partners.strongest) {
                *by_kind.entry(kind).or_default() += 1;
            }
        }
    }
    let unknown = open_codes(evidence, evaluation, training);
    let part = |split: SplitId| dataset.splits[split.index()].part.as_ref();
    let part = part(evaluation).or_else(|| part(training));
    Leakage {
        verdict: verdict::decide(Known {
            leaked,
            suspected,
            compared: readable,
            open: &unknown,
        }),
        unknown,
        suspected: Rate::new(suspected, of_suspected),
        evaluation_split: dataset.splits[evaluation.index()].name.clone(),
        training_split: dataset.splits[training.index()].name.clone(),
        part: part.cloned(),
        leaked: Rate::new(leaked, readable),
        by_kind,
        recorded_together: recorded_together(evidence, evaluation, training),
        worst: worst(parts),
    }
}

/// Evaluation samples that count as leaked because they belong together with training samples, by
/// the strongest kind.
fn belonging(
    evidence: &Evidence<'_>,
    evaluation: SplitId,
    training: SplitId,
) -> BTreeMap<SampleId, Leak> {
    let mut strongest = BTreeMap::new();
    for leak in leaks_between(evidence, evaluation, training) {
        if evidence.counts(leak) {
            let known = strongest.entry(leak.evaluation).or_insert(leak.kind);
            *known = leak.kind.min(*known);
        }
    }
    strongest
}

fn recorded_together(
    evidence: &Evidence<'_>,
    evaluation: SplitId,
    training: SplitId,
) -> BTreeMap<Leak, RecordedTogether> {
    let mut counts: BTreeMap<Leak, RecordedTogether> = BTreeMap::new();
    for leak in leaks_between(evidence, evaluation, training) {
        let count = counts.entry(leak.kind).or_default();
        count.samples += 1;
        let shown = evidence.shown(leak.evaluation, training);
        count.confirmed += u64::from(leak.pixels.agree || shown.is_some());
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
    let belonging = strongest_of_each_pair(evidence);
    let known = |a, b| belonging.get(&(a, b)).copied();
    let mut pairs: Vec<ReportPair> = found
        .iter()
        .map(|pair| {
            let leak = known(pair.a, pair.b);
            let (steps, seconds) = apart(evidence, pair);
            ReportPair {
                kind: pair.kind,
                transform: pair.near.map(|near| near.transform).unwrap_or_default(),
                distance: pair.near.and_then(|near| near.distance),
                similarity: pair.near.map(|near| rounded(near.similarity)),
                confirmed: true,
                steps,
                seconds,
                overlap: leak.and_then(|leak| leak.overlap),
                shared_area: pair.near.and_then(shared_area),
                evaluation: PairMember::of(dataset, pair.a),
                training: PairMember::of(dataset, pair.b),
            }
        })
        .collect();
    let told: BTreeSet<(SampleId, SampleId)> = found.iter().map(|pair| (pair.a, pair.b)).collect();
    let mut others: Vec<&RecordedPair> = belonging
        .into_iter()
        .filter_map(|(pair, leak)| (!told.contains(&pair)).then_some(leak))
        .collect();
    others.sort_by(|a, b| {
        let similarity = |leak: &RecordedPair| leak.pixels.similarity.unwrap_or(-1.0);
        (a.kind, b.pixels.agree)
            .cmp(&(b.kind, a.pixels.agree))
            .then_with(|| similarity(b).total_cmp(&similarity(a)))
            .then_with(|| (a.evaluation, a.training).cmp(&(b.evaluation, b.training)))
    });
    pairs.extend(others.into_iter().map(|leak| ReportPair {
        kind: leak.kind,
        transform: Transform::Identity,
        distance: hash_distance(evidence, leak),
        similarity: leak.pixels.similarity.map(rounded),
        confirmed: leak.pixels.agree,
        steps: leak.steps,
        seconds: leak.seconds,
        overlap: leak.overlap,
        shared_area: None,
        evaluation: PairMember::of(dataset, leak.evaluation),
        training: PairMember::of(dataset, leak.training),
    }));
    (pairs, truncated)
}

/// Steps and seconds between two samples of one recording.
fn apart(evidence: &Evidence<'_>, pair: &Pair) -> (Option<u32>, Option<f64>) {
    let place = |id| evidence.recordings.and_then(|all| all.place(id));
    match (place(pair.a), place(pair.b)) {
        (Some(a), Some(b)) if a.recording == b.recording => {
            let seconds = evidence.recordings.and_then(|all| all.seconds(a, b));
            (Some(a.step.abs_diff(b.step)), seconds)
        }
        _ => (None, None),
    }
}

/// Pairs of samples that belong together, each with the strongest way in which they do.
fn strongest_of_each_pair<'a>(
    evidence: &'a Evidence<'_>,
) -> BTreeMap<(SampleId, SampleId), &'a RecordedPair> {
    let mut strongest = BTreeMap::new();
    // Leaks of a split stand in order of kind.
    for leak in evidence.together.iter().flat_map(|split| &split.leaks) {
        strongest
            .entry((leak.evaluation, leak.training))
            .or_insert(leak);
    }
    strongest
}

fn hash_distance(evidence: &Evidence<'_>, leak: &RecordedPair) -> Option<u32> {
    let signature = |id: SampleId| evidence.signatures[id.index()].as_ref().ok();
    let (one, other) = (signature(leak.evaluation)?, signature(leak.training)?);
    let told = !one.low_information && !other.low_information;
    told.then(|| one.perceptual.distance(other.perceptual))
}

fn shared_area(near: Near) -> Option<SharedArea> {
    let edges = |area: Area| {
        [area.left, area.top, area.right, area.bottom].map(|edge| f64::from(edge) / 100.0)
    };
    let whole = near.of_a.is_whole() && near.of_b.is_whole();
    (!whole).then(|| SharedArea {
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

fn every_kind() -> BTreeMap<Leak, u64> {
    Leak::by_pixels().map(|kind| (kind, 0)).collect()
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
