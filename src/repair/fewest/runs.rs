//! Stretches of recordings that follow the split as it is.

use super::super::Member;
use super::super::units::{of_one_recording, placed};

/// The stretch of each sample in a recording, as [`units::stretches`](super::units::stretches)
/// numbers them. A run of one side that is longer than the gaps at both its ends begins and ends a
/// stretch, so that a split by time keeps its cuts; what alternates faster is cut like a new split.
/// Both are cut after every `length` samples, never between simultaneous views.
pub(super) fn stretches(members: &[Member], sides: &[u8], length: usize, gap: u32) -> Vec<u32> {
    let mut stretch = vec![0; members.len()];
    let position = |row: usize| members[row].place.map_or(0, |place| place.position);
    let side = |instant: &[usize]| {
        let first = sides[instant[0]];
        instant
            .iter()
            .all(|&row| sides[row] == first)
            .then_some(first)
    };
    for recording in placed(members).chunk_by(|&a, &b| of_one_recording(members, a, b)) {
        let instants: Vec<&[usize]> = recording
            .chunk_by(|&a, &b| members[a].place == members[b].place)
            .collect();
        let (mut number, mut filled, mut was_long) = (0, 0, false);
        for run in instants.chunk_by(|a, b| side(a).is_some() && side(a) == side(b)) {
            let ends = [run[0][0], run[run.len() - 1][0]].map(position);
            let is_long = ends[1] - ends[0] > gap.saturating_mul(2).max(1);
            for (at, instant) in run.iter().enumerate() {
                let turns = at == 0 && (is_long || was_long);
                if filled > 0 && (turns || filled >= length) {
                    (number, filled) = (number + 1, 0);
                }
                filled += instant.len();
                for &row in *instant {
                    stretch[row] = number;
                }
            }
            was_long = is_long;
        }
    }
    stretch
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::film;
    use super::*;

    fn lengths(sides: &[u8], length: usize) -> Vec<usize> {
        let members = film(sides.len() as u32);
        let stretch = stretches(&members, sides, length, 2);
        stretch.chunk_by(|a, b| a == b).map(<[u32]>::len).collect()
    }

    #[test]
    fn long_runs_keep_their_ends_and_short_ones_are_cut_at_a_length() {
        let mut sides = vec![0; 12];
        sides.extend([1; 8]);
        assert_eq!(lengths(&sides, 100), [12, 8]);
        assert_eq!(lengths(&sides, 10), [10, 2, 8]);
        let alternating: Vec<u8> = (0..20).map(|i| i % 2).collect();
        assert_eq!(lengths(&alternating, 8), [8, 8, 4]);
        // Five samples are two gaps and an end.
        assert_eq!(lengths(&[1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1], 100), [11]);
        assert_eq!(
            lengths(&[1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1], 100),
            [3, 6, 3]
        );
    }

    #[test]
    fn simultaneous_views_never_part_and_recordings_begin_anew() {
        let mut members = film(40);
        for (i, member) in members.iter_mut().enumerate() {
            if let Some(place) = &mut member.place {
                (place.recording, place.position) = (u32::from(i >= 20), (i as u32 % 20) / 2);
            }
        }
        let stretch = stretches(&members, &[0; 40], 5, 2);
        for pair in stretch.chunks(2) {
            assert_eq!(pair[0], pair[1]);
        }
        assert_eq!((stretch[0], stretch[19], stretch[20]), (0, 3, 0));
    }
}
