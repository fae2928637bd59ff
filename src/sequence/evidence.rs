//! Counts that speak for reading names as a recording, and against it.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::recordings::{NameEvidence, PositionUnit};
use crate::sample::{Sample, SampleId, SplitId};

use super::layout::has_word;
use super::recording::{Place, Recordings, gaps};

/// Words that name recordings.
const RECORDING_WORDS: [&str; 35] = [
    // Extensions of videos, as tools leave them in the names of frames.
    "avi",
    "m4v",
    "mkv",
    "mp4",
    "mpeg",
    "mpg",
    "webm",
    "bag",
    "clip",
    "cut",
    "drive",
    "ep",
    "episode",
    "flight",
    "lap",
    "mov",
    "movie",
    "rec",
    "recording",
    "run",
    "scene",
    "seq",
    "sequence",
    "session",
    "shot",
    "take",
    "tour",
    "track",
    "traj",
    "trajectory",
    "video",
    "gopr",
    "vid",
    "videos",
    "trip",
];

/// An instant count from which a recording is long.
const LONG: usize = 5;
/// Two seconds.
const SHORT_GAP: i64 = 2_000_000_000;
/// Half a minute: what a few photos of one thing take.
const NEAR_GAP: i64 = 30_000_000_000;

/// Measures.
#[must_use]
pub(crate) fn measure(recordings: &Recordings, samples: &[Sample]) -> NameEvidence {
    let clock = recordings.unit == PositionUnit::Nanoseconds;
    let index = recordings.unit == PositionUnit::Index;
    let mut evidence = NameEvidence {
        samples: samples.len() as u64,
        placed: recordings.order.len() as u64,
        recordings: recordings.names.len() as u64,
        in_long_recordings: 0,
        gaps: 0,
        regular_gaps: 0,
        short_gaps: clock.then_some(0),
        near_gaps: clock.then_some(0),
        instants: 0,
        positions: 0,
        span: index.then_some(0),
        colliding_within_splits: 0,
        outside_largest_split: 0,
        colliding_across_splits: 0,
        begin_at_0_or_1: index.then_some(0),
        in_named_recordings: 0,
        in_device_named_recordings: 0,
        in_class_like_recordings: 0,
        labels: 0,
        recordings_are_labels: false,
    };
    for (run, name) in recordings.runs().zip(&recordings.names) {
        let places: Vec<Place> = run
            .iter()
            .filter_map(|id| recordings.place(*id).copied())
            .collect();
        let mut positions: Vec<i64> = places.iter().map(|place| place.position).collect();
        positions.dedup();
        let instants = places.chunk_by(|a, b| a.step == b.step).count();
        let samples = run.len() as u64;
        evidence.instants += instants as u64;
        evidence.positions += positions.len() as u64;
        evidence.in_long_recordings += if instants >= LONG { samples } else { 0 };
        evidence.in_named_recordings += if names_recording(name) { samples } else { 0 };
        evidence.in_device_named_recordings += if names_device(name) { samples } else { 0 };
        evidence.in_class_like_recordings += if names_class(name) { samples } else { 0 };
        if let (Some(first), Some(last)) = (positions.first(), positions.last()) {
            let span = last.abs_diff(*first).saturating_add(1);
            evidence.span = evidence.span.map(|sum| sum.saturating_add(span));
            evidence.begin_at_0_or_1 = evidence
                .begin_at_0_or_1
                .map(|count| count + u64::from((0..=1).contains(first)));
        }
        count_gaps(&mut evidence, gaps(&recordings.places, run));
    }
    count_collisions(&mut evidence, recordings, samples);
    compare_with_labels(&mut evidence, recordings, samples);
    evidence
}

/// A word for recordings, or the time at which one began.
fn names_recording(name: &str) -> bool {
    has_word(name, &RECORDING_WORDS) || super::clock::find(name).is_some()
}

/// A camera's own numbering (four characters and a number, as `DCF` prescribes), or that of a tool
/// that takes frames out of a video.
fn names_device(name: &str) -> bool {
    const TOOLS: [&str; 10] = [
        "capture",
        "grab",
        "out",
        "output",
        "snap",
        "snapshot",
        "still",
        "thumb",
        "thumbnail",
        "vlcsnap",
    ];
    let last = name.rsplit('/').next().unwrap_or(name);
    let Some(before) = last.strip_suffix('#') else {
        return false;
    };
    let letters = before.bytes().filter(u8::is_ascii_uppercase).count();
    let camera = before.len() == 4
        && letters >= 2
        && before
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let word = before.trim_end_matches(['_', '-', ' ', '.']);
    camera || TOOLS.iter().any(|tool| word.eq_ignore_ascii_case(tool))
}

/// Nothing that could number a recording: no digit, a year alone, or a `WordNet` id.
fn names_class(name: &str) -> bool {
    let mut runs = super::name::digit_runs(name);
    let Some(run) = runs.next() else {
        return true;
    };
    let digits = &name[run.clone()];
    let year = run.len() == 4 && ("1950".."2051").contains(&digits);
    let before = name[..run.start].strip_suffix('n');
    let wordnet = run.len() == 8 && before.is_some_and(|b| b.is_empty() || b.ends_with('/'));
    (year || wordnet) && runs.next().is_none()
}

fn count_gaps(evidence: &mut NameEvidence, mut gaps: Vec<i64>) {
    if gaps.is_empty() {
        return;
    }
    let middle = (gaps.len() - 1) / 2;
    let median = *gaps.select_nth_unstable(middle).1;
    let regular = |gap: &&i64| gap.abs_diff(median) <= median.unsigned_abs() / 10;
    evidence.gaps += gaps.len() as u64;
    // One gap alone is always its own median and tells nothing.
    if gaps.len() > 1 {
        evidence.regular_gaps += gaps.iter().filter(regular).count() as u64;
    }
    let short = gaps.iter().filter(|gap| **gap <= SHORT_GAP).count() as u64;
    let near = gaps.iter().filter(|gap| **gap <= NEAR_GAP).count() as u64;
    evidence.near_gaps = evidence.near_gaps.map(|count| count + near);
    evidence.short_gaps = evidence.short_gaps.map(|count| count + short);
}

fn count_collisions(evidence: &mut NameEvidence, recordings: &Recordings, samples: &[Sample]) {
    let split = |id: SampleId| samples[id.index()].split;
    let mut by_split: BTreeMap<Option<SplitId>, u64> = BTreeMap::new();
    for id in &recordings.order {
        *by_split.entry(split(*id)).or_default() += 1;
    }
    let largest = by_split
        .iter()
        .max_by_key(|(_, count)| *count)
        .map(|(own, _)| *own);
    let of_largest = |own| Some(own) == largest;
    let place = |id: SampleId| {
        recordings
            .place(id)
            .map(|p| (p.recording, p.position, p.burst))
    };
    let view = |id: SampleId| recordings.place(id).map_or(0, |p| p.view);
    let mut keys = Vec::new();
    for run in recordings.order.chunk_by(|a, b| place(*a) == place(*b)) {
        keys.clear();
        keys.extend(run.iter().map(|id| (view(*id), split(*id))));
        keys.sort_unstable();
        for group in keys.chunk_by(|a, b| a == b) {
            let count = group.len() as u64;
            evidence.colliding_within_splits += if count > 1 { count } else { 0 };
            let (view, own) = group[0];
            if !of_largest(own) {
                evidence.outside_largest_split += count;
                let taken = keys.iter().any(|key| key.0 == view && of_largest(key.1));
                evidence.colliding_across_splits += if taken { count } else { 0 };
            }
        }
    }
}

/// Recordings spell the labels when nearly every sample of a recording has one label and there is
/// hardly more than one recording for a label.
fn compare_with_labels(evidence: &mut NameEvidence, recordings: &Recordings, samples: &[Sample]) {
    let mut labels = BTreeSet::new();
    let mut agreeing = 0;
    for run in recordings.runs() {
        let mut counts = BTreeMap::new();
        for id in run {
            if let Some(label) = samples[id.index()].label.as_deref() {
                *counts.entry(label).or_insert(0_u64) += 1;
                labels.insert(label);
            }
        }
        agreeing += counts.values().max().unwrap_or(&0);
    }
    evidence.labels = labels.len() as u64;
    evidence.recordings_are_labels = labels.len() > 1
        && evidence.recordings > 1
        && agreeing * 20 >= evidence.placed * 19
        && evidence.recordings * 2 <= evidence.labels * 3;
}
