//! Samples laid out along their recordings: the one form in which names, columns and EXIF times
//! arrive.

use std::collections::HashMap;

use crate::report::recordings::PositionUnit;
use crate::sample::SampleId;

/// Where one sample stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Position in [`Recordings::names`].
    pub recording: u32,
    /// Time or frame number, in [`Recordings::unit`].
    pub position: i64,
    /// Counter of a burst within one second, 0 without one.
    pub burst: u32,
    /// Steps since the first instant of the recording; see [`Recordings::arrange`].
    pub step: u32,
    /// Camera or channel; samples of one instant differ in it.
    pub view: u8,
}

/// Samples by recording and position.
#[derive(Debug, Clone, PartialEq)]
pub struct Recordings {
    /// Place of every sample, by [`SampleId`]; `None` where nothing tells it.
    pub places: Vec<Option<Place>>,
    /// Placed samples by recording, position, burst counter, id.
    pub order: Vec<SampleId>,
    /// What each recording is called; those that a pause divided share a name.
    pub names: Vec<Box<str>>,
    /// What positions count.
    pub unit: PositionUnit,
}

/// A pause of more than this many usual steps ends a recording that has no name of its own. On a
/// drive at 10 Hz it is one second: longer than any hiccup of the recorder, shorter than a stop.
pub(crate) const PAUSE_STEPS: i64 = 10;

/// Gaps a recording needs before its own median step is trusted over the median of all gaps.
const GAPS_FOR_OWN_STEP: usize = 8;

impl Recordings {
    /// Sorts places (their `step` is not read) and counts steps.
    ///
    /// The usual step of a recording is the median gap between consecutive positions of one view.
    /// Positions of different views closer than half of it are one instant. Each next instant is
    /// one step away, or as many as the usual step fits into the gap, so that frames taken out of a
    /// recording still count. With `pauses_divide`, a gap of more than [`PAUSE_STEPS`] usual steps
    /// begins a new recording.
    #[must_use]
    pub fn arrange(
        mut places: Vec<Option<Place>>,
        names: Vec<Box<str>>,
        unit: PositionUnit,
        pauses_divide: bool,
    ) -> Self {
        let mut order: Vec<SampleId> = (0..places.len())
            .filter(|&index| places[index].is_some())
            .map(|index| SampleId(u32::try_from(index).unwrap_or(u32::MAX)))
            .collect();
        // Samples come in order of path, so this is mostly sorted already, which the stable sort
        // uses.
        order.sort_by_key(|id| places[id.index()].map(|p| (p.recording, p.position, p.burst, *id)));
        let mut divided = Vec::new();
        let all_gaps = usual_gap(gaps(&places, &order));
        let mut rest = order.as_slice();
        while let Some(&first) = rest.first() {
            let of_first = |id: &SampleId| recording(&places, *id) == recording(&places, first);
            let (run, others) = rest.split_at(rest.partition_point(of_first));
            rest = others;
            let own = gaps(&places, run);
            let usual = if own.len() >= GAPS_FOR_OWN_STEP {
                usual_gap(own)
            } else {
                all_gaps
            };
            let pause = pauses_divide.then(|| usual.saturating_mul(PAUSE_STEPS));
            let name = recording(&places, first) as usize;
            for id in count_steps(&mut places, run, usual, pause) {
                divided.push((id, names[name].clone()));
            }
        }
        let mut result = Self {
            places,
            order,
            names: Vec::new(),
            unit,
        };
        result.rename(divided);
        result
    }

    /// What was recorded at several places is a recording for each; `at` is by sample.
    #[must_use]
    pub(super) fn parted(self, at: &[Option<Box<str>>]) -> Self {
        let mut numbers: HashMap<(u32, Option<&str>), u32> = HashMap::new();
        let mut names: Vec<Box<str>> = Vec::new();
        let all = self.places.iter().zip(at);
        let parts = all.map(|(place, at)| {
            let (place, at) = ((*place)?, at.as_deref());
            let number = numbers.entry((place.recording, at)).or_insert_with(|| {
                let name = &self.names[place.recording as usize];
                names.push([name, at.unwrap_or_default()].join(" ").trim().into());
                names.len() as u32 - 1
            });
            Some(Place {
                recording: *number,
                ..place
            })
        });
        let parts = parts.collect();
        Self::arrange(parts, names, self.unit, false)
    }

    /// The place of a sample.
    #[must_use]
    pub fn place(&self, id: SampleId) -> Option<&Place> {
        self.places.get(id.index())?.as_ref()
    }

    /// Runs of [`Recordings::order`], one for each recording.
    pub fn runs(&self) -> impl Iterator<Item = &[SampleId]> {
        self.order
            .chunk_by(|a, b| recording(&self.places, *a) == recording(&self.places, *b))
    }

    /// Seconds between two samples of one recording, where positions are times of a clock.
    #[must_use]
    pub fn seconds(&self, a: &Place, b: &Place) -> Option<f64> {
        (self.unit == PositionUnit::Nanoseconds)
            .then(|| a.position.abs_diff(b.position) as f64 / 1e9)
    }

    /// Gives the recordings that pauses made their numbers: `starts` are positions of `order` in
    /// rising order.
    fn rename(&mut self, starts: Vec<(SampleId, Box<str>)>) {
        let mut starts = starts.into_iter().peekable();
        for id in &self.order {
            if starts.peek().is_some_and(|(start, _)| start == id)
                && let Some((_, name)) = starts.next()
            {
                self.names.push(name);
            }
            if let Some(place) = &mut self.places[id.index()] {
                place.recording =
                    u32::try_from(self.names.len().saturating_sub(1)).unwrap_or(u32::MAX);
            }
        }
    }
}

/// Names to numbers, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Interner {
    numbers: HashMap<Box<str>, u32>,
}

impl Interner {
    /// The number of a name, a new one when the name is new.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.into(), number);
        number
    }

    /// The names, by number.
    pub(super) fn into_names(self) -> Vec<Box<str>> {
        let mut pairs: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        pairs.sort_unstable_by_key(|(_, number)| *number);
        pairs.into_iter().map(|(name, _)| name).collect()
    }
}

fn recording(places: &[Option<Place>], id: SampleId) -> u32 {
    places[id.index()].map_or(u32::MAX, |place| place.recording)
}

/// Gaps between consecutive positions of one recording and one view.
pub(super) fn gaps(places: &[Option<Place>], order: &[SampleId]) -> Vec<i64> {
    let mut last: Vec<Option<Place>> = Vec::new();
    let mut gaps = Vec::new();
    for id in order {
        let Some(place) = places[id.index()] else {
            continue;
        };
        let view = usize::from(place.view);
        if last.len() <= view {
            last.resize(view + 1, None);
        }
        let before = last[view].replace(place);
        if let Some(before) = before
            && before.recording == place.recording
            && before.position != place.position
        {
            gaps.push(place.position.saturating_sub(before.position));
        }
    }
    gaps
}

/// The usual gap: their lower median, at least 1, so that it can divide; 1 for an empty list.
fn usual_gap(mut gaps: Vec<i64>) -> i64 {
    if gaps.is_empty() {
        return 1;
    }
    let middle = (gaps.len() - 1) / 2;
    (*gaps.select_nth_unstable(middle).1).max(1)
}

/// Fills in the steps of one recording and returns the first sample of each part a pause makes of
/// it.
fn count_steps(
    places: &mut [Option<Place>],
    run: &[SampleId],
    usual: i64,
    pause: Option<i64>,
) -> Vec<SampleId> {
    let mut starts = vec![run[0]];
    let mut instant: Option<Place> = None;
    let mut views = [0_u64; 4];
    let mut step = 0_u32;
    for id in run {
        let Some(place) = &mut places[id.index()] else {
            continue;
        };
        let bit = (usize::from(place.view / 64), 1_u64 << (place.view % 64));
        if let Some(first) = instant {
            let gap = place.position.saturating_sub(first.position);
            let same = (gap, place.burst) == (0, first.burst)
                || (views[bit.0] & bit.1 == 0
                    && gap < usual - usual / 2
                    && first.burst == place.burst);
            if !same {
                let paused = pause.is_some_and(|pause| gap > pause);
                if paused {
                    starts.push(*id);
                }
                let rounded = (gap.saturating_add(usual / 2) / usual).max(1);
                step = if paused {
                    0
                } else {
                    step.saturating_add(u32::try_from(rounded).unwrap_or(u32::MAX))
                };
                instant = Some(*place);
                views = [0; 4];
            }
        } else {
            instant = Some(*place);
        }
        views[bit.0] |= bit.1;
        place.step = step;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(recording: u32, position: i64, view: u8) -> Option<Place> {
        Some(Place {
            recording,
            position,
            burst: 0,
            step: 0,
            view,
        })
    }

    fn steps(recordings: &Recordings) -> Vec<u32> {
        recordings
            .order
            .iter()
            .map(|id| recordings.place(*id).unwrap().step)
            .collect()
    }

    fn one(places: Vec<Option<Place>>, pauses_divide: bool) -> Recordings {
        Recordings::arrange(places, vec!["a".into()], PositionUnit::Index, pauses_divide)
    }

    #[test]
    fn every_fifth_frame_is_one_step() {
        let recordings = one((0..20).map(|i| place(0, i * 5, 0)).collect(), false);
        assert_eq!(steps(&recordings), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn frames_taken_out_still_count() {
        let kept = (0..20).chain(50..60);
        let recordings = one(kept.map(|i| place(0, i, 0)).collect(), false);
        assert_eq!(steps(&recordings)[19..21], [19, 50]);
    }

    #[test]
    fn a_pause_begins_a_new_recording() {
        let kept = (0..20).chain(31..40);
        let recordings = one(kept.map(|i| place(0, i, 0)).collect(), true);
        assert_eq!(recordings.names.len(), 2);
        assert_eq!(
            recordings.runs().map(<[_]>::len).collect::<Vec<_>>(),
            [20, 9]
        );
        let kept = (0..20).chain(29..40);
        assert_eq!(
            one(kept.map(|i| place(0, i, 0)).collect(), true)
                .names
                .len(),
            1
        );
    }

    #[test]
    fn what_was_recorded_at_two_places_is_two_recordings() {
        let all = || one((0..20).map(|i| place(0, i, 0)).collect(), false);
        let by = |at: fn(usize) -> Option<&'static str>| {
            let at: Vec<Option<Box<str>>> = (0..20).map(|i| at(i).map(Into::into)).collect();
            let parted = all().parted(&at);
            (
                parted.names.len(),
                parted.runs().map(<[_]>::len).collect::<Vec<_>>(),
            )
        };
        assert_eq!(by(|i| Some(["ford", "hill"][i % 2])), (2, vec![10, 10]));
        // One place for all, and none that is told.
        assert_eq!(by(|_| Some("ford")), (1, vec![20]));
        assert_eq!(by(|_| None), (1, vec![20]));
    }

    #[test]
    fn cameras_of_one_instant_are_no_step_apart() {
        let places =
            (0..10).flat_map(|i| (0..3).map(move |v| place(0, i * 100 + i64::from(v) * 7, v)));
        let recordings = one(places.collect(), false);
        let expected: Vec<u32> = (0..10).flat_map(|i| [i; 3]).collect();
        assert_eq!(steps(&recordings), expected);
    }

    #[test]
    fn frames_of_a_burst_are_one_step_apart() {
        let burst = |burst| {
            Some(Place {
                recording: 0,
                position: 0,
                burst,
                step: 0,
                view: 0,
            })
        };
        let recordings = one(vec![burst(1), burst(2), burst(3)], false);
        assert_eq!(steps(&recordings), [0, 1, 2]);
    }

    #[test]
    fn extreme_positions_do_not_overflow() {
        let recordings = one(
            vec![place(0, i64::MIN, 0), place(0, i64::MAX, 0), None],
            true,
        );
        assert_eq!(recordings.order.len(), 2);
    }
}
