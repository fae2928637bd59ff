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
use crate::signature::thumbnail::SIDE;

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

/// Waves of a warp along each axis.
const WAVES: usize = 3;

/// The picture bent smoothly, by about `cells` cells to and fro in waves as long as half the
/// picture and longer: no affine map undoes it, and it still looks as its kind does. `seed` chooses
/// the waves; what was outside is what the nearest edge has.
pub(super) fn warped(residual: &Residual, seed: u64, cells: f32) -> Residual {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        // The generator of Knuth's MMIX, its upper bits.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    // Frequencies in periods a picture, the phase in periods.
    let waves: [[[f32; 3]; WAVES]; 2] = std::array::from_fn(|_| {
        std::array::from_fn(|_| [4.0 * next() - 2.0, 4.0 * next() - 2.0, next()])
    });
    let scale = cells * (2.0 / WAVES as f32).sqrt();
    let bent = |axis: &[[f32; 3]; WAVES], x: f32, y: f32| {
        let wave = |[across, down, phase]: &[f32; 3]| {
            (std::f32::consts::TAU * (across * x + down * y + phase)).sin()
        };
        scale * axis.iter().map(wave).sum::<f32>()
    };
    std::array::from_fn(|at| {
        let (column, row) = ((at % SIDE) as f32, (at / SIDE) as f32);
        let (u, v) = (column / SIDE as f32, row / SIDE as f32);
        let value = cubic(
            residual,
            column + bent(&waves[0], u, v),
            row + bent(&waves[1], u, v),
        );
        value.clamp(-127.0, 127.0).round() as i8
    })
}

/// The picture between its cells, by cubic convolution (Keys 1981), which keeps fine detail that a
/// mean of four would blur.
fn cubic(residual: &Residual, x: f32, y: f32) -> f32 {
    let weights = |part: f32| {
        let (a, b) = (part * part, part * part * part);
        [
            -0.5 * part + a - 0.5 * b,
            1.0 - 2.5 * a + 1.5 * b,
            0.5 * part + 2.0 * a - 1.5 * b,
            -0.5 * a + 0.5 * b,
        ]
    };
    let last = SIDE as i32 - 1;
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let mut sum = 0.0;
    for (row, down) in (-1..).zip(down) {
        for (column, across) in (-1..).zip(across) {
            let x = (left as i32 + column).clamp(0, last) as usize;
            let y = (top as i32 + row).clamp(0, last) as usize;
            sum += down * across * f32::from(residual[y * SIDE + x]);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_picture_bent_by_nothing_is_the_picture_and_bent_more_it_is_less_alike() {
        let residual: Residual = std::array::from_fn(|at| ((at * at / 7 + at) % 120) as i8 - 60);
        assert_eq!(warped(&residual, 5, 0.0), residual);
        let apart = |cells: f32| {
            let bent = warped(&residual, 5, cells);
            let cells = bent.iter().zip(&residual);
            cells
                .map(|(a, b)| (f32::from(*a) - f32::from(*b)).powi(2))
                .sum::<f32>()
        };
        assert!(0.0 < apart(0.05) && apart(0.05) < apart(0.2));
        assert_ne!(warped(&residual, 5, 1.0), warped(&residual, 6, 1.0));
    }

    #[test]
    fn a_negative_of_a_negative_is_the_picture() {
        let residual: Residual = std::array::from_fn(|at| (at % 200) as i8 / 2);
        assert_eq!(negative(&negative(&residual)), residual);
    }
}
