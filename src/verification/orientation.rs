//! The eight symmetries of a rectangle, as permutations of a square grid.

use crate::matching::pair::Transform;

/// Which cell of the original a cell of the transformed `side` x `side` grid comes from.
pub(super) fn source(transform: Transform, side: usize, to: usize) -> usize {
    let (x, y) = (to % side, to / side);
    let (back_x, back_y) = (side - 1 - x, side - 1 - y);
    let (from_x, from_y) = match transform {
        Transform::Identity => (x, y),
        Transform::Mirror => (back_x, y),
        Transform::Flip => (x, back_y),
        Transform::Rotate180 => (back_x, back_y),
        // A quarter turn clockwise: the left edge becomes the top.
        Transform::Rotate90 => (y, back_x),
        Transform::Rotate270 => (back_y, x),
        Transform::Transpose => (y, x),
        Transform::Transverse => (back_y, back_x),
    };
    from_y * side + from_x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformed(transform: Transform, grid: &[usize]) -> Vec<usize> {
        (0..grid.len())
            .map(|to| grid[source(transform, 3, to)])
            .collect()
    }

    #[test]
    fn a_quarter_turn_clockwise_brings_the_left_column_to_the_top() {
        let grid: Vec<usize> = (0..9).collect();
        assert_eq!(
            transformed(Transform::Rotate90, &grid),
            [6, 3, 0, 7, 4, 1, 8, 5, 2]
        );
    }

    #[test]
    fn all_eight_differ_and_each_is_undone_by_its_inverse() {
        let grid: Vec<usize> = (0..9).collect();
        let all = Transform::ALL.map(|transform| transformed(transform, &grid));
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one));
            assert_eq!(transformed(Transform::ALL[i].inverse(), one), grid);
        }
    }
}
