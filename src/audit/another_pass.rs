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
use crate::matching::partners::Partnerships;
use crate::report::recordings::PositionUnit;
use crate::sample::{Dataset, SampleId};
use crate::sequence::recording::{Place, Recordings};
use crate::verification::{Doubt, Threshold};

/// Frames at least so similar are one picture, however far apart in time: a car that stands, a
/// camera that does not move, a film saved twice. Two passes of one place reach 0.971 on 4,500
/// frames of a drive, neighbours in time 0.99.
const ONE_PICTURE: f32 = 0.98;
/// Longest usual step of a film, in seconds.
const FILM_STEP_SECONDS: f64 = 2.0;
/// Fewest pairs of two recordings that show one to be a copy of the other.
const COPIED_FRAMES: usize = 8;
/// Share of their pairs, in percent, that then lie the same number of steps apart. Two passes drift
/// against each other.
const COPIED_SHARE: usize = 80;

/// Nanoseconds since 1970 of September 2001. Clocks before it begin anew with every film: they tell
/// nothing of two films.
const SINCE_1970: i64 = 1_000_000_000_000_000_000;

/// Pairs of one sample and split that are kept until kinds are told: as many as a search finds, so
/// that hardly one is only counted.
pub(super) const KEPT: usize = 10;

/// Tells other passes among the pairs between splits, then keeps of each sample as many pairs as
/// the report lists.
pub(super) fn tell(
    recordings: Option<&Recordings>,
    threshold: Threshold,
    found: &mut Partnerships,
    dataset: &Dataset,
    pairs_per_sample: usize,
) {
    if let Some(passes) = Passes::new(recordings, found, threshold) {
        passes.mark(found, dataset);
    }
    found.limit_to(pairs_per_sample);
}

/// Tells another pass from the same picture.
pub(super) struct Passes<'a> {
    recordings: &'a Recordings,
    /// Steps within which time alone makes a neighbour.
    lag: u32,
    /// Two recordings, the smaller number first, of which one is a copy of the other.
    copies: BTreeSet<(u32, u32)>,
}

impl<'a> Passes<'a> {
    /// `None` where no clock tells films: numbers of frames say nothing of how far apart two clips
    /// were recorded. Also where the pictures are a continuum of look-alikes: there only evidence
    /// of a copy is a near duplicate, wherever the two lie in time.
    pub(super) fn new(
        recordings: Option<&'a Recordings>,
        found: &Partnerships,
        threshold: Threshold,
    ) -> Option<Self> {
        let recordings = recordings?;
        if recordings.unit != PositionUnit::Nanoseconds || threshold.doubt == Some(Doubt::Continuum)
        {
            return None;
        }
        let step = seconds_per_step(recordings);
        if step.is_none_or(|seconds| seconds > FILM_STEP_SECONDS) {
            return None;
        }
        Some(Self {
            recordings,
            lag: lag_of(step),
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
        near.transform == Transform::Identity
            && near.similarity < ONE_PICTURE
            && self.is_far_in_time(a, b)
            && !self.copies.contains(&ordered(a.recording, b.recording))
    }

    /// Whether two frames are known to be far apart in time.
    fn is_far_in_time(&self, a: &Place, b: &Place) -> bool {
        let far = |seconds: f64| seconds >= FILM_STEP_SECONDS;
        let is_far = self.recordings.seconds(a, b).is_some_and(far);
        match a.recording == b.recording {
            true => is_far && a.step.abs_diff(b.step) > self.lag,
            false => is_far && a.position.min(b.position) >= SINCE_1970,
        }
    }

    /// Gives pairs between two splits, and the samples that have no other, their kind. A sample
    /// with pairs that were only counted stays what it is.
    fn mark(&self, found: &mut Partnerships, dataset: &Dataset) {
        let own = |id: SampleId| dataset.samples[id.index()].split;
        found.revise(|sample, with, partners| {
            if own(sample) == with {
                return;
            }
            for pair in partners.best.iter_mut().chain([&mut partners.top]) {
                if self.is_another_pass(pair) {
                    pair.kind = Leak::AnotherPass;
                }
            }
            partners.best.sort_by(Pair::cmp_strength);
            if let Some(&first) = partners.best.first() {
                partners.top = first;
            }
            let complete = partners.pairs == partners.best.len() as u64;
            if complete && partners.top.kind == Leak::AnotherPass {
                partners.strongest = Leak::AnotherPass;
            }
        });
    }
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
    use crate::sample::{Layout, Sample, Split, SplitId, SplitRole};

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
                PositionUnit::Nanoseconds => SINCE_1970 + (i + 100 * (i / 40)) * 100_000_000,
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
        if let Some(passes) = Passes::new(Some(recordings), &found, Threshold::given(0.8)) {
            passes.mark(&mut found, &dataset);
        }
        found.iter().map(|(_, _, all)| all.strongest).collect()
    }

    #[test]
    fn frames_far_apart_on_a_clock_are_another_pass_and_numbered_ones_are_not() {
        let one = pair(50, 7, 0.9, Transform::Identity);
        for (unit, kind) in [
            (PositionUnit::Nanoseconds, Leak::AnotherPass),
            (PositionUnit::Index, Leak::NearDuplicate),
        ] {
            assert_eq!(marked(&films(unit), &[one], 5), [kind]);
        }
        // Two films whose clocks begin anew are two clips of one, as far as one knows.
        let mut recordings = films(PositionUnit::Nanoseconds);
        for place in recordings.places.iter_mut().flatten() {
            place.position -= SINCE_1970;
        }
        assert_eq!(marked(&recordings, &[one], 5), [Leak::NearDuplicate]);
    }

    #[test]
    fn a_sample_is_shown_by_its_strongest_pair_once_kinds_are_told() {
        let mut found = Partnerships::with_limit(KEPT);
        for pair in [
            pair(50, 7, 0.95, Transform::Identity),
            pair(50, 9, 0.9, Transform::Mirror),
        ] {
            found.record(pair, Some(SplitId(0)), 1);
        }
        let recordings = films(PositionUnit::Nanoseconds);
        let passes = Passes::new(Some(&recordings), &found, Threshold::given(0.8)).unwrap();
        passes.mark(&mut found, &dataset());
        let partners = found.of(SampleId(50), Some(SplitId(0))).unwrap();
        assert_eq!(
            (partners.strongest, partners.top.b),
            (Leak::NearDuplicate, SampleId(9))
        );
    }

    #[test]
    fn in_a_continuum_of_look_alikes_time_takes_nothing_back() {
        let recordings = films(PositionUnit::Nanoseconds);
        let continuum = Threshold {
            copies: 0.95,
            doubt: Some(Doubt::Continuum),
            ..Threshold::given(0.8)
        };
        let found = Partnerships::with_limit(KEPT);
        assert!(Passes::new(Some(&recordings), &found, continuum).is_none());
    }

    #[test]
    fn looks_that_say_more_than_the_same_place_stay_near_duplicates() {
        for (similarity, transform) in [
            (0.98, Transform::Identity),
            (0.9, Transform::Mirror),
            (1.0, Transform::Rotate180),
        ] {
            let one = pair(50, 7, similarity, transform);
            let kinds = marked(&films(PositionUnit::Nanoseconds), &[one], 5);
            assert_eq!(kinds, [Leak::NearDuplicate], "{similarity} {transform:?}");
        }
    }

    #[test]
    fn a_film_saved_twice_is_no_other_pass() {
        let copy: Vec<Pair> = (0..20)
            .map(|i| pair(50 + i, 5 + i, 0.9, Transform::Identity))
            .collect();
        let kinds = marked(&films(PositionUnit::Nanoseconds), &copy, 5);
        assert!(kinds.iter().all(|&kind| kind == Leak::NearDuplicate));
        // A pass at another speed: distances drift.
        let pass: Vec<Pair> = (0..20)
            .map(|i| pair(50 + i, (5 + i) * 3 / 2, 0.9, Transform::Identity))
            .collect();
        let kinds = marked(&films(PositionUnit::Nanoseconds), &pass, 5);
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
    fn what_was_only_counted_may_be_anything() {
        let pairs = [7, 30].map(|b| pair(50, b, 0.9, Transform::Identity));
        let recordings = films(PositionUnit::Nanoseconds);
        assert_eq!(marked(&recordings, &pairs, 2), [Leak::AnotherPass]);
        assert_eq!(marked(&recordings, &pairs, 1), [Leak::NearDuplicate]);
    }

    #[test]
    fn photos_minutes_apart_are_no_films() {
        let mut recordings = films(PositionUnit::Nanoseconds);
        for place in recordings.places.iter_mut().flatten() {
            place.position = (place.position - SINCE_1970) * 600 + SINCE_1970;
        }
        let found = Partnerships::with_limit(5);
        assert!(Passes::new(Some(&recordings), &found, Threshold::given(0.8)).is_none());
    }
}
