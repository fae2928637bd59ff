//! The eight symmetries of a rectangle as SVG matrices.

use crate::matching::pair::Transform;

/// What lays a picture of `width` x `height` as `transform` does, back in the corner at 0, 0: the
/// value of an SVG attribute `transform`.
#[must_use]
pub(super) fn matrix(transform: Transform, width: u32, height: u32) -> String {
    let (w, h) = (width, height);
    let [a, b, c, d, e, f] = match transform {
        Transform::Identity => [1, 0, 0, 1, 0, 0],
        Transform::Mirror => [-1, 0, 0, 1, w as i64, 0],
        Transform::Flip => [1, 0, 0, -1, 0, h as i64],
        Transform::Rotate90 => [0, 1, -1, 0, h as i64, 0],
        Transform::Rotate180 => [-1, 0, 0, -1, w as i64, h as i64],
        Transform::Rotate270 => [0, -1, 1, 0, 0, w as i64],
        Transform::Transpose => [0, 1, 1, 0, 0, 0],
        Transform::Transverse => [0, -1, -1, 0, h as i64, w as i64],
    };
    format!("matrix({a} {b} {c} {d} {e} {f})")
}

/// Width and height after `transform`.
#[must_use]
pub(super) fn size(transform: Transform, width: u32, height: u32) -> (u32, u32) {
    match transform {
        Transform::Rotate90
        | Transform::Rotate270
        | Transform::Transpose
        | Transform::Transverse => (height, width),
        _ => (width, height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(matrix: &str) -> Vec<i64> {
        let inner = matrix.trim_start_matches("matrix(").trim_end_matches(')');
        inner.split(' ').map(|n| n.parse().unwrap()).collect()
    }

    fn moved(transform: Transform, (x, y): (i64, i64)) -> (i64, i64) {
        let m = numbers(&matrix(transform, 6, 4));
        (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])
    }

    #[test]
    fn every_corner_stays_in_the_frame() {
        for transform in Transform::ALL {
            let (w, h) = size(transform, 6, 4);
            for corner in [(0, 0), (6, 0), (0, 4), (6, 4)] {
                let (x, y) = moved(transform, corner);
                assert!(
                    [0, w as i64].contains(&x) && [0, h as i64].contains(&y),
                    "{transform:?}"
                );
            }
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_brings_the_upper_left_corner_to_the_upper_right() {
        assert_eq!(moved(Transform::Rotate90, (0, 0)), (4, 0));
        assert_eq!(moved(Transform::Rotate270, (0, 0)), (0, 6));
        assert_eq!(moved(Transform::Mirror, (0, 0)), (6, 0));
        assert_eq!(moved(Transform::Transpose, (6, 0)), (0, 6));
    }
}
