//! Rates of leaked and suspected samples for each evaluation and training split.

use std::collections::BTreeMap;

use super::samples_of;
use super::suspicion::{OfDataset, leaks_between, open_codes, suspects};
use crate::checks::Evidence;
use crate::leak::Leak;
use crate::rate::Rate;
use crate::report::verdict::{self, Known};
use crate::report::{Leakage, LeakageOfPart, RecordedTogether};
use crate::sample::{Sample, SampleId, SplitId, split_pairs};
use crate::signature::unreadable::Unreadable;

/// Most classes or folders listed for one entry.
const WORST_PARTS: usize = 20;

/// What leaks between every evaluation split and every training split, most leaked first.
#[must_use]
pub(crate) fn leakage(evidence: &Evidence<'_>) -> Vec<Leakage> {
    let dataset = evidence.dataset;
    let pairs = split_pairs(&dataset.splits).into_iter();
    let of_dataset = OfDataset::of(evidence);
    let entries = pairs.map(|pair| leakage_between(evidence, &of_dataset, pair));
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

fn leakage_between(
    evidence: &Evidence<'_>,
    of_dataset: &OfDataset,
    (evaluation, training): (SplitId, SplitId),
) -> Leakage {
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
        if let Some(kind) = shown.into_iter().chain(belonging.get(&id).copied()).min() {
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
    let unknown = open_codes(evidence, of_dataset, (evaluation, training));
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

/// Evaluation samples of a split that count as leaked for belonging together with training,
/// whatever looks tell, each with one training sample and the way; a sample may occur several
/// times.
#[must_use]
pub(crate) fn counted_together(
    evidence: &Evidence<'_>,
    evaluation: SplitId,
) -> Vec<(SampleId, SampleId, Leak)> {
    let between = evidence.together.iter();
    let leaks = between
        .filter(|split| split.evaluation == evaluation)
        .flat_map(|split| &split.leaks);
    let by_names = leaks
        .filter(|leak| evidence.counts(leak))
        .map(|leak| (leak.evaluation, leak.training, leak.kind));
    // Passes of one place are told by looks; they count only where settings say so.
    let passes = evidence.partners.iter().filter(|(_, _, partners)| {
        partners.strongest == Leak::AnotherPass && evidence.counts_by_looks(Leak::AnotherPass)
    });
    let passes = passes
        .filter(|(sample, ..)| evidence.dataset.samples[sample.index()].split == Some(evaluation));
    let passes = passes.map(|(sample, _, partners)| (sample, partners.top.b, Leak::AnotherPass));
    let readable =
        |(sample, ..): &(SampleId, SampleId, Leak)| evidence.signatures[sample.index()].is_ok();
    by_names.chain(passes).filter(readable).collect()
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
