//! Runs test of a split along its recordings: how often it changes sides, against a random split.

use crate::report::interleaving::{Interleaving, SplitKind};
use crate::sample::{Sample, SplitId};

use super::recording::Recordings;

/// Index from which on a split counts as drawn frame by frame.
const RANDOM_FRAME: f64 = 0.8;

/// Index from which on a split counts as drawn in pieces.
const CHUNKED: f64 = 0.1;

/// Compares the runs of evaluation and training samples with those expected of a random split
/// (Wald and Wolfowitz, 1940): a recording with `v` evaluation and `t` training samples changes
/// sides `2vt / (v + t)` times. The index is the sum of the changes over that of the expectations.
///
/// Samples stand in the order of the recording, those of one instant in the order of the cameras.
/// That order knows nothing of the split, which the expectation needs: with the training samples
/// of an instant put first, say, a random split of two cameras would change sides more often than
/// expected. Samples of other splits are passed over.
#[must_use]
pub(crate) fn interleaving(
    recordings: &Recordings,
    samples: &[Sample],
    evaluation: SplitId,
    training: &[SplitId],
) -> Interleaving {
    let (mut evaluated, mut shared, mut evaluation_runs, mut placed) = (0_u64, 0_u64, 0_u64, 0_u64);
    let (mut changes, mut expected) = (0.0, 0.0);
    for run in recordings.runs() {
        let mut placed_sides: Vec<(u32, u8, bool)> = run
            .iter()
            .filter_map(|id| Some((recordings.place(*id)?, samples[id.index()].split?)))
            .filter(|(_, split)| *split == evaluation || training.contains(split))
            .map(|(place, split)| (place.step, place.view, split == evaluation))
            .collect();
        // Stable: samples of one camera and instant stay in the order of their paths.
        placed_sides.sort_by_key(|&(step, view, _)| (step, view));
        let sides: Vec<bool> = placed_sides.into_iter().map(|(.., side)| side).collect();
        let of_evaluation = sides.iter().filter(|own| **own).count();
        if of_evaluation == 0 {
            continue;
        }
        evaluated += 1;
        placed += of_evaluation as u64;
        let pieces = sides.chunk_by(|a, b| a == b);
        evaluation_runs += pieces.clone().filter(|piece| piece[0]).count() as u64;
        let of_training = sides.len() - of_evaluation;
        if of_training > 0 {
            shared += 1;
            changes += (pieces.count() - 1) as f64;
            expected += 2.0 * of_evaluation as f64 * of_training as f64 / sides.len() as f64;
        }
    }
    let index = (shared > 0).then(|| changes / expected);
    Interleaving {
        recordings_evaluated: evaluated,
        recordings_shared: shared,
        index,
        kind: match index {
            Some(index) if index >= RANDOM_FRAME => SplitKind::RandomFrame,
            Some(index) if index >= CHUNKED => SplitKind::Chunked,
            _ => SplitKind::Blocked,
        },
        mean_evaluation_run: (evaluation_runs > 0).then(|| placed as f64 / evaluation_runs as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing::{TRAINING, VALIDATION, laid_out};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Sides drawn at random, a fifth of them evaluation.
    fn drawn(n: usize) -> Vec<SplitId> {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let side = |_| match random.random_bool(0.2) {
            true => VALIDATION,
            false => TRAINING,
        };
        (0..n).map(side).collect()
    }

    fn of(places: &[(u32, i64, SplitId)]) -> Interleaving {
        let (samples, recordings) = laid_out(places);
        interleaving(&recordings, &samples, VALIDATION, &[TRAINING])
    }

    #[test]
    fn frames_drawn_one_by_one_have_an_index_of_about_one() {
        let places: Vec<_> = (0..)
            .zip(drawn(4000))
            .map(|(i, side)| (0, i, side))
            .collect();
        let found = of(&places);
        assert!((found.index.unwrap() - 1.0).abs() < 0.1, "{found:?}");
        assert_eq!(found.kind, SplitKind::RandomFrame);
    }

    #[test]
    fn so_have_images_of_two_cameras_drawn_one_by_one() {
        let sides = (0..).zip(drawn(4000));
        let places: Vec<_> = sides.map(|(i, side)| (0, i / 2, side)).collect();
        let found = of(&places);
        assert!((found.index.unwrap() - 1.0).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn stretches_of_five_are_pieces_and_one_stretch_is_a_block() {
        let sides = drawn(400);
        let pieces: Vec<_> = (0..2000).map(|i| (0, i, sides[i as usize / 5])).collect();
        let found = of(&pieces);
        assert_eq!(found.kind, SplitKind::Chunked);
        assert!(found.mean_evaluation_run.unwrap() >= 5.0);
        let side = |i| if i < 1600 { TRAINING } else { VALIDATION };
        let block: Vec<_> = (0..2000).map(|i| (0, i, side(i))).collect();
        assert_eq!(of(&block).kind, SplitKind::Blocked);
    }

    #[test]
    fn the_kinds_meet_at_their_thresholds() {
        // 200 samples of each side, so that 200 changes are expected: pieces of one sample each,
        // but for the first of each side, which holds the rest.
        let with_changes = |changes: usize| {
            let mut pieces = vec![1; changes + 1];
            pieces[0] += 200 - pieces.len().div_ceil(2);
            pieces[1] += 200 - pieces.len() / 2;
            let sides = [TRAINING, VALIDATION].into_iter().cycle();
            let sides = sides.zip(pieces).flat_map(|(side, n)| vec![side; n]);
            let found = of(&(0..)
                .zip(sides)
                .map(|(i, side)| (0, i, side))
                .collect::<Vec<_>>());
            (found.index.unwrap(), found.kind)
        };
        assert_eq!(with_changes(19), (0.095, SplitKind::Blocked));
        assert_eq!(with_changes(20), (0.1, SplitKind::Chunked));
        assert_eq!(with_changes(159), (0.795, SplitKind::Chunked));
        assert_eq!(with_changes(160), (0.8, SplitKind::RandomFrame));
    }

    #[test]
    fn several_training_splits_are_one_side() {
        const MORE: SplitId = SplitId(7);
        let side = |i| [VALIDATION, TRAINING, MORE][i as usize % 3];
        let places: Vec<_> = (0..300).map(|i| (0, i, side(i))).collect();
        let (samples, recordings) = laid_out(&places);
        let both = interleaving(&recordings, &samples, VALIDATION, &[TRAINING, MORE]);
        // 199 changes of side; 2 x 100 x 200 / 300 are expected.
        assert!((both.index.unwrap() - 199.0 * 300.0 / 40_000.0).abs() < 1e-12);
    }
}
