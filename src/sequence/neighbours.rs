//! The nearest training sample of the same recording, for every evaluation sample.

use crate::report::recordings::Distances;
use crate::sample::{Sample, SampleId, SplitId};

use super::interleaving::interleaving;
use super::recording::Recordings;

/// An evaluation sample and the training sample recorded nearest to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Neighbour {
    /// The evaluation sample.
    pub evaluation: SampleId,
    /// The nearest training sample of the same recording: fewest steps, then the same view, then
    /// the smaller id.
    pub training: SampleId,
    /// Steps between them; 0 is the same instant.
    pub steps: u32,
    /// Seconds between them, where positions are times of a clock.
    pub seconds: Option<f64>,
}

/// Finds the nearest training sample of every evaluation sample whose recording has one, in order
/// of evaluation id.
#[must_use]
pub(crate) fn nearest(
    recordings: &Recordings,
    samples: &[Sample],
    evaluation: SplitId,
    training: SplitId,
) -> Vec<Neighbour> {
    let within = |id: SampleId, split| samples[id.index()].split == Some(split);
    let mut found = Vec::new();
    for run in recordings.runs() {
        let mut trained: Vec<(u32, u8, SampleId)> = run
            .iter()
            .filter(|id| within(**id, training))
            .filter_map(|id| {
                recordings
                    .place(*id)
                    .map(|place| (place.step, place.view, *id))
            })
            .collect();
        trained.sort_unstable();
        // One for each instant and view: a thousand samples at one place must not be tried a
        // thousand times.
        trained.dedup_by_key(|(step, view, _)| (*step, *view));
        for id in run.iter().copied().filter(|id| within(*id, evaluation)) {
            let Some(place) = recordings.place(id) else {
                continue;
            };
            // Samples of one instant stand together, so the nearest are those of the instants on
            // both sides.
            let split = trained.partition_point(|at| at.0 < place.step);
            let after = trained[split..].chunk_by(|a, b| a.0 == b.0).next();
            let before = trained[..split].chunk_by(|a, b| a.0 == b.0).next_back();
            let candidates = after.into_iter().chain(before).flatten();
            let best = candidates.min_by_key(|(step, view, id)| {
                (step.abs_diff(place.step), *view != place.view, *id)
            });
            if let Some(&(step, _, training)) = best {
                let seconds = recordings
                    .place(training)
                    .and_then(|p| recordings.seconds(place, p));
                let steps = step.abs_diff(place.step);
                found.push(Neighbour {
                    evaluation: id,
                    training,
                    steps,
                    seconds,
                });
            }
        }
    }
    found.sort_unstable_by_key(|neighbour| neighbour.evaluation);
    found
}

/// Sorts neighbours into distances. `names` are those of the evaluation and the training split.
#[must_use]
pub(crate) fn distances(
    recordings: &Recordings,
    samples: &[Sample],
    (evaluation, training): (SplitId, SplitId),
    names: (&str, &str),
    neighbours: &[Neighbour],
) -> Distances {
    let evaluated = samples
        .iter()
        .zip(&recordings.places)
        .filter(|(s, _)| s.split == Some(evaluation));
    let unplaced = evaluated
        .clone()
        .filter(|(_, place)| place.is_none())
        .count();
    let evaluation_samples = evaluated.count();
    let within = |low, high| {
        neighbours
            .iter()
            .filter(|n| (low..=high).contains(&n.steps))
            .count() as u64
    };
    let mut seconds: Vec<f64> = neighbours.iter().filter_map(|n| n.seconds).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    Distances {
        evaluation_split: names.0.into(),
        training_split: names.1.into(),
        evaluation_samples: evaluation_samples as u64,
        same_instant: within(0, 0),
        at_1_step: within(1, 1),
        at_2_steps: within(2, 2),
        at_3_to_5_steps: within(3, 5),
        at_6_to_30_steps: within(6, 30),
        further: within(31, u32::MAX),
        other_recording_only: (evaluation_samples - unplaced - neighbours.len()) as u64,
        unplaced: unplaced as u64,
        median_seconds: seconds.get(seconds.len().saturating_sub(1) / 2).copied(),
        interleaving: interleaving(recordings, samples, evaluation, &[training]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::interleaving::SplitKind;
    use crate::sequence::testing::{self, TRAINING, VALIDATION};
    use proptest::prelude::*;

    fn described(places: &[(u32, i64, SplitId)]) -> Distances {
        let (samples, recordings) = testing::laid_out(places);
        let found = nearest(&recordings, &samples, VALIDATION, TRAINING);
        distances(
            &recordings,
            &samples,
            (VALIDATION, TRAINING),
            ("val", "train"),
            &found,
        )
    }

    fn every(nth: i64, frames: i64) -> Vec<(u32, i64, SplitId)> {
        (0..frames)
            .map(|i| (0, i, if i % nth == 0 { VALIDATION } else { TRAINING }))
            .collect()
    }

    #[test]
    fn every_fifth_frame_has_a_neighbour_at_one_step() {
        let found = described(&every(5, 100));
        assert_eq!((found.evaluation_samples, found.at_1_step), (20, 20));
        assert_eq!(found.interleaving.kind, SplitKind::RandomFrame);
        assert_eq!(found.interleaving.mean_evaluation_run, Some(1.0));
    }

    #[test]
    fn a_block_touches_training_at_one_frame_only() {
        let places: Vec<_> = (0..100)
            .map(|i| (0, i, if i < 80 { TRAINING } else { VALIDATION }))
            .collect();
        let found = described(&places);
        let counts = (
            found.at_1_step,
            found.at_2_steps,
            found.at_3_to_5_steps,
            found.at_6_to_30_steps,
        );
        assert_eq!(counts, (1, 1, 3, 15));
        assert_eq!(found.interleaving.kind, SplitKind::Blocked);
    }

    #[test]
    fn whole_recordings_share_nothing() {
        let places: Vec<_> = (0..100)
            .map(|i| {
                (
                    i / 10,
                    i64::from(i % 10),
                    if i < 80 { TRAINING } else { VALIDATION },
                )
            })
            .collect();
        let found = described(&places);
        assert_eq!(
            (found.other_recording_only, found.evaluation_samples),
            (20, 20)
        );
        assert_eq!(found.interleaving.recordings_shared, 0);
        assert_eq!(found.interleaving.recordings_evaluated, 2);
        assert_eq!(found.interleaving.index, None);
    }

    #[test]
    fn a_frame_listed_in_both_splits_is_the_same_instant() {
        let found = described(&[(0, 0, TRAINING), (0, 0, VALIDATION), (0, 1, TRAINING)]);
        assert_eq!(found.same_instant, 1);
    }

    proptest! {
        #[test]
        fn agrees_with_trying_every_pair(
            places in prop::collection::vec((0_u32..4, -20_i64..20, 0_u16..3), 1..60),
        ) {
            let places: Vec<_> = places.into_iter().map(|(r, p, s)| (r, p, SplitId(s))).collect();
            let (samples, recordings) = testing::laid_out(&places);
            let found = nearest(&recordings, &samples, VALIDATION, TRAINING);
            let mut expected = Vec::new();
            for (e, _) in places.iter().enumerate().filter(|(_, p)| p.2 == VALIDATION) {
                let a = recordings.places[e].unwrap();
                let candidates = (0..places.len()).filter(|t| places[*t].2 == TRAINING);
                let best = candidates
                    .map(|t| (t, recordings.places[t].unwrap()))
                    .filter(|(_, b)| a.recording == b.recording)
                    .map(|(t, b)| (a.step.abs_diff(b.step), t))
                    .min();
                expected.extend(best.map(|(steps, t)| (e, steps, t)));
            }
            let found: Vec<_> =
                found.iter().map(|n| (n.evaluation.index(), n.steps, n.training.index())).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
