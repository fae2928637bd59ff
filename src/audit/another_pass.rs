//! Frames of films that look alike and are known to be far apart in time: another pass of the same
//! place, not the same picture.
//!
//! A frame whose place in a recording is known counts by time: next to a training frame it leaks,
//! whatever it looks like, and two passes of one place are two observations of it. Looks still
//! count where they say more than "the same place": very alike, turned or mirrored, or one
//! recording that is a copy of another.

use std::collections::{BTreeMap, BTreeSet};

use super::explanation::seconds_per_step;
use crate::explain::exposed_shares::lag_of;
use crate::leak::Leak;
use crate::matching::pair::{Pair, Transform};
use crate::matching::partners::{Partners, Partnerships};
use crate::report::recordings::PositionUnit;
use crate::sample::{Dataset, SampleId, SplitId};
use crate::sequence::recording::{Place, Recordings};

/// Frames at least so similar are one picture, however far apart in time: a car that stands, a
/// camera that does not move, a film saved twice. Two passes of one place reach 0.971 on 4,500
/// frames of a drive, neighbours in time 0.99.
const ONE_PICTURE: f32 = 0.98;
/// Fewer numbered frames are no film, and numbers say little of them. A clock tells films itself.
const FILM: usize = 20;
/// Longest usual step of a film, in seconds.
const FILM_STEP_SECONDS: f64 = 2.0;
/// Fewest pairs of two recordings that show one to be a copy of the other.
const COPIED_FRAMES: usize = 8;
/// Share of their pairs, in percent, that then lie the same number of steps apart. Two passes drift
/// against each other.
const COPIED_SHARE: usize = 80;

/// Tells another pass from the same picture.
pub(super) struct Passes<'a> {
    recordings: &'a Recordings,
    /// Steps within which time alone makes a neighbour.
    lag: u32,
    /// Recordings that are films.
    films: Vec<bool>,
    /// Two recordings, the smaller number first, of which one is a copy of the other.
    copies: BTreeSet<(u32, u32)>,
}

impl<'a> Passes<'a> {
    /// `None` where there are no recordings, or their frames are too far apart for a film.
    pub(super) fn new(recordings: Option<&'a Recordings>, found: &Partnerships) -> Option<Self> {
        let recordings = recordings?;
        let step = seconds_per_step(recordings);
        let clock = recordings.unit == PositionUnit::Nanoseconds;
        if clock && step.is_none_or(|seconds| seconds > FILM_STEP_SECONDS) {
            return None;
        }
        let mut sizes = vec![0usize; recordings.names.len()];
        for place in recordings.places.iter().flatten() {
            sizes[place.recording as usize] += 1;
        }
        Some(Self {
            recordings,
            lag: lag_of(step),
            films: sizes.iter().map(|&size| clock || size >= FILM).collect(),
            copies: copies(recordings, found),
        })
    }

    /// Whether two frames that look alike are no more than two passes of one place.
    pub(super) fn is_another_pass(&self, pair: &Pair) -> bool {
        let Some(near) = pair.near.filter(|_| pair.kind == Leak::NearDuplicate) else {
            return false;
        };
        let place = |id| self.recordings.place(id);
        let (Some(a), Some(b)) = (place(pair.a), place(pair.b)) else {
            return false;
        };
        let of = |place: &Place| self.films[place.recording as usize];
        near.transform == Transform::Identity
            && near.similarity < ONE_PICTURE
            && of(a)
            && of(b)
            && !self.is_near_in_time(a, b)
            && !self.copies.contains(&ordered(a.recording, b.recording))
    }

    fn is_near_in_time(&self, a: &Place, b: &Place) -> bool {
        // Recordings that a pause divided go on on one clock.
        let seconds = self.recordings.seconds(a, b);
        (a.recording == b.recording && a.step.abs_diff(b.step) <= self.lag)
            || seconds.is_some_and(|seconds| seconds < FILM_STEP_SECONDS)
    }

    /// Gives pairs between two splits, and the samples that have no other, their kind.
    pub(super) fn mark(&self, found: &mut Partnerships, dataset: &Dataset) {
        let own = |id: SampleId| dataset.samples[id.index()].split;
        // What was counted and not kept may be anything where time says nothing.
        let mut all_placed: BTreeMap<Option<SplitId>, bool> = BTreeMap::new();
        for (sample, place) in dataset.samples.iter().zip(&self.recordings.places) {
            *all_placed.entry(sample.split).or_insert(true) &= place.is_some();
        }
        let neighbours = self.near_in_time(dataset);
        found.revise(|sample, with, partners| {
            if own(sample) == with {
                return;
            }
            for pair in partners.best.iter_mut().chain([&mut partners.top]) {
                if self.is_another_pass(pair) {
                    pair.kind = Leak::AnotherPass;
                }
            }
            let complete = partners.pairs == partners.best.len() as u64;
            let placed = all_placed.get(&with).copied().unwrap_or(false);
            let known = complete || (placed && !neighbours.contains(&(sample, with)));
            if known && kept(partners).all(|pair| pair.kind == Leak::AnotherPass) {
                partners.strongest = Leak::AnotherPass;
            }
        });
    }

    /// Samples with a frame of another split near in time, and that split.
    fn near_in_time(&self, dataset: &Dataset) -> BTreeSet<(SampleId, Option<SplitId>)> {
        let mut near = BTreeSet::new();
        for run in self.recordings.runs() {
            for (at, &id) in run.iter().enumerate() {
                let Some(place) = self.recordings.place(id) else {
                    continue;
                };
                for &later in &run[at + 1..] {
                    let Some(other) = self.recordings.place(later) else {
                        continue;
                    };
                    if other.step.abs_diff(place.step) > self.lag {
                        break;
                    }
                    near.insert((id, dataset.samples[later.index()].split));
                    near.insert((later, dataset.samples[id.index()].split));
                }
            }
        }
        near
    }
}

fn kept(partners: &Partners) -> impl Iterator<Item = &Pair> {
    partners.best.iter().chain([&partners.top])
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

/// Pairs of recordings whose frames look alike at one and the same distance.
fn copies(recordings: &Recordings, found: &Partnerships) -> BTreeSet<(u32, u32)> {
    let mut distances: BTreeMap<(u32, u32), BTreeMap<i64, usize>> = BTreeMap::new();
    for (_, _, partners) in found.iter() {
        let place = |id| recordings.place(id);
        let (Some(a), Some(b)) = (place(partners.top.a), place(partners.top.b)) else {
            continue;
        };
        if a.recording != b.recording {
            let ahead = i64::from(a.step) - i64::from(b.step);
            let ahead = if a.recording < b.recording {
                ahead
            } else {
                -ahead
            };
            let of_two = distances.entry(ordered(a.recording, b.recording));
            *of_two.or_default().entry(ahead).or_default() += 1;
        }
    }
    let copied = distances.into_iter().filter(|(_, counts)| {
        let all: usize = counts.values().sum();
        let at = |distance: i64| counts.get(&distance).copied().unwrap_or(0);
        // Frames that were dropped on one side move the rest by a step.
        let most = counts.keys().map(|&d| at(d - 1) + at(d) + at(d + 1)).max();
        all >= COPIED_FRAMES && most.unwrap_or(0) * 100 >= all * COPIED_SHARE
    });
    copied.map(|(two, _)| two).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Builder;
    use crate::matching::area::Area;
    use crate::matching::pair::Near;
    use crate::sample::{Layout, Sample, Split, SplitRole};

    /// Two films of 40 frames, training and validation, with names that ascend.
    fn dataset() -> Dataset {
        let mut dataset = Builder::new("data", Layout::CsvManifest).build();
        let roles = [SplitRole::Training, SplitRole::Validation];
        let split = |(i, role): (usize, SplitRole)| Split {
            name: format!("split{i}"),
            role,
            part: None,
        };
        dataset.splits = roles.into_iter().enumerate().map(split).collect();
        let sample = |i: u16| Sample {
            split: Some(SplitId(i / 40)),
            ..Sample::new(format!("{i:03}.jpg"))
        };
        dataset.samples = (0..80).map(sample).collect();
        dataset
    }

    fn films(unit: PositionUnit) -> Recordings {
        let place = |i: i64| {
            let position = match unit {
                PositionUnit::Nanoseconds => (i + 100 * (i / 40)) * 100_000_000,
                _ => i % 40,
            };
            Some(Place {
                recording: (i / 40) as u32,
                position,
                burst: 0,
                step: 0,
                view: 0,
            })
        };
        let names = ["a", "b"].map(Into::into).to_vec();
        Recordings::arrange((0..80).map(place).collect(), names, unit, false)
    }

    fn pair(a: u32, b: u32, similarity: f32, transform: Transform) -> Pair {
        Pair {
            kind: Leak::NearDuplicate,
            a: SampleId(a),
            b: SampleId(b),
            near: Some(Near {
                distance: None,
                similarity,
                transform,
                of_a: Area::WHOLE,
                of_b: Area::WHOLE,
            }),
        }
    }

    /// The kinds of the validation samples after marking.
    fn marked(recordings: &Recordings, pairs: &[Pair], limit: usize) -> Vec<Leak> {
        let mut found = Partnerships::with_limit(limit);
        for pair in pairs {
            found.record(*pair, Some(SplitId(0)), 1);
        }
        let dataset = dataset();
        let passes = Passes::new(Some(recordings), &found).unwrap();
        passes.mark(&mut found, &dataset);
        found.iter().map(|(_, _, all)| all.strongest).collect()
    }

    #[test]
    fn frames_of_another_film_are_another_pass() {
        for unit in [PositionUnit::Index, PositionUnit::Nanoseconds] {
            let one = pair(50, 7, 0.9, Transform::Identity);
            assert_eq!(marked(&films(unit), &[one], 5), [Leak::AnotherPass]);
        }
    }

    #[test]
    fn looks_that_say_more_than_the_same_place_stay_near_duplicates() {
        for (similarity, transform) in [
            (0.98, Transform::Identity),
            (0.9, Transform::Mirror),
            (1.0, Transform::Rotate180),
        ] {
            let one = pair(50, 7, similarity, transform);
            let kinds = marked(&films(PositionUnit::Index), &[one], 5);
            assert_eq!(kinds, [Leak::NearDuplicate], "{similarity} {transform:?}");
        }
    }

    #[test]
    fn a_film_saved_twice_is_no_other_pass() {
        let copy: Vec<Pair> = (0..20)
            .map(|i| pair(50 + i, 5 + i, 0.9, Transform::Identity))
            .collect();
        let kinds = marked(&films(PositionUnit::Index), &copy, 5);
        assert!(kinds.iter().all(|&kind| kind == Leak::NearDuplicate));
        // A pass at another speed: distances drift.
        let pass: Vec<Pair> = (0..20)
            .map(|i| pair(50 + i, (5 + i) * 3 / 2, 0.9, Transform::Identity))
            .collect();
        let kinds = marked(&films(PositionUnit::Index), &pass, 5);
        assert!(kinds.iter().all(|&kind| kind == Leak::AnotherPass));
    }

    #[test]
    fn films_that_go_on_after_a_pause_are_near_in_time() {
        // Frame 39 is training, 40 validation, ten seconds on; without the pause they would touch.
        let mut recordings = films(PositionUnit::Nanoseconds);
        let seam = pair(40, 39, 0.9, Transform::Identity);
        assert_eq!(marked(&recordings, &[seam], 5), [Leak::AnotherPass]);
        for place in recordings.places.iter_mut().flatten() {
            place.position -= i64::from(place.recording) * 100 * 100_000_000;
        }
        assert_eq!(marked(&recordings, &[seam], 5), [Leak::NearDuplicate]);
    }

    #[test]
    fn what_was_only_counted_may_be_near_where_time_is_not_known() {
        let pairs = [pair(50, 7, 0.9, Transform::Identity), {
            pair(50, 30, 0.8, Transform::Identity)
        }];
        let mut recordings = films(PositionUnit::Index);
        assert_eq!(marked(&recordings, &pairs, 1), [Leak::AnotherPass]);
        recordings.places[3] = None;
        recordings.order.retain(|id| id.0 != 3);
        assert_eq!(marked(&recordings, &pairs, 1), [Leak::NearDuplicate]);
    }

    #[test]
    fn photos_minutes_apart_and_short_bursts_are_no_films() {
        let mut recordings = films(PositionUnit::Nanoseconds);
        for place in recordings.places.iter_mut().flatten() {
            place.position *= 600;
        }
        let found = Partnerships::with_limit(5);
        assert!(Passes::new(Some(&recordings), &found).is_none());
        let mut recordings = films(PositionUnit::Index);
        for place in recordings.places.iter_mut().skip(10).take(30) {
            *place = None;
        }
        recordings.order.retain(|id| !(10..40).contains(&id.0));
        let one = pair(50, 7, 0.9, Transform::Identity);
        assert_eq!(marked(&recordings, &[one], 5), [Leak::NearDuplicate]);
    }
}
