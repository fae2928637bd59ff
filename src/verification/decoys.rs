//! Pictures that are copies of nothing, but look as if they belonged to the dataset.
//!
//! A *negative* has the texture, contrast and layout of its picture. It says little about
//! strokes and silhouettes on an empty ground: dark shapes resemble no light ones. There a
//! picture *turned* by an eighth is the better decoy: it keeps the polarity, and none of the
//! eight orientations that are searched undoes it.

use std::f32::consts::FRAC_1_SQRT_2;

use super::affine::Affine;
use super::grid::{Between, Grid, Sampled};
use super::whitening::{CELLS, Residual};

/// The picture with light and dark exchanged.
pub(super) fn negative(residual: &Residual) -> Residual {
    residual.map(|cell| -cell)
}

/// The picture turned by 45 degrees about its middle; what was outside is empty.
pub(super) fn turned(residual: &Residual) -> Residual {
    let eighth = Affine {
        xx: FRAC_1_SQRT_2,
        xy: -FRAC_1_SQRT_2,
        yx: FRAC_1_SQRT_2,
        yy: FRAC_1_SQRT_2,
        ..Affine::IDENTITY
    };
    let mut sampled = Sampled::new();
    Between::new(&Grid::fine(residual)).sample(eighth, &mut sampled);
    let mut turned = [0; CELLS];
    for (cell, value) in turned.iter_mut().zip(sampled.values.as_flattened()) {
        *cell = value.round() as i8;
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::thumbnail::SIDE;

    #[test]
    fn two_eighth_turns_are_a_quarter_turn_about_the_middle() {
        // A soft blob to the right of the middle ends up below or above it.
        let blob = |cx: f32, cy: f32| -> Residual {
            std::array::from_fn(|at| {
                let (x, y) = ((at % SIDE) as f32 - cx, (at / SIDE) as f32 - cy);
                (100.0 * (-(x * x + y * y) / 18.0).exp()) as i8
            })
        };
        let middle = (SIDE as f32 - 1.0) / 2.0;
        let twice = turned(&turned(&blob(middle + 5.0, middle)));
        let brightest = (0..CELLS).max_by_key(|&at| twice[at]).unwrap();
        let (x, y) = (
            (brightest % SIDE) as f32 - middle,
            (brightest / SIDE) as f32 - middle,
        );
        assert!(x.abs() <= 1.0 && (y.abs() - 5.0).abs() <= 1.0, "{x} {y}");
    }

    #[test]
    fn a_negative_of_a_negative_is_the_picture() {
        let residual: Residual = std::array::from_fn(|at| (at % 200) as i8 / 2);
        assert_eq!(negative(&negative(&residual)), residual);
    }
}
