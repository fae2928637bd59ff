//! The listed pairs, strongest first.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::Evidence;
use crate::matching::area::Area;
use crate::matching::pair::{Near, Pair, Transform};
use crate::report::{PairMember, ReportPair, SharedArea};
use crate::sample::{SampleId, SplitId, SplitRole};
use crate::sequence::examine::RecordedPair;

pub(super) fn pairs(evidence: &Evidence<'_>) -> (Vec<ReportPair>, bool) {
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
