//! Do two aligned pictures agree everywhere, or only in one striking thing?
//!
//! The correlation over the whole overlap is ruled by its strongest contrasts: two dark aeroplanes
//! on a plain sky correlate, and so do two pictures in the same white frame. A second opinion
//! weighs all parts alike: the mean of the correlations inside blocks, or that of the inner
//! blocks alone, whichever is less. It asks that the plain parts agree in their small detail, and
//! that a frame has something in it. A map that turns or squeezes is a weaker explanation
//! than one that does not, and costs.

use pulp::{Arch, NullaryFnOnce};

use super::affine::Affine;
use super::grid::Sampled;
use super::moments::{Lanes, Moments};
use crate::signature::thumbnail::SIDE;

/// Blocks on each side.
const BLOCKS: usize = 4;

/// Cells on each side of a block.
const BLOCK_SIDE: usize = SIDE / BLOCKS;

/// A block counts when at least half of it overlaps.
const LEAST_CELLS: f32 = (BLOCK_SIDE * BLOCK_SIDE / 2) as f32;

/// Price of a turn by one radian, and of sides scaled unequally by a factor e.
const DISTORTION_PRICE: f32 = 0.5;

/// Similarity of `template` and what another picture has under `map`, at most 1: the mean of the
/// correlation of the whole and of the parts, less the price of the map's distortion.
pub(super) fn similarity(
    template: &[[f32; SIDE]; SIDE],
    sampled: &Sampled<SIDE>,
    map: Affine,
) -> f32 {
    let blocks = Arch::new().dispatch(Blocks { template, sampled });
    let whole = blocks.iter().fold(Moments::default(), |a, &b| a.with(b));
    let mean = |counts: fn(usize) -> bool| {
        let (mut sum, mut n) = (0.0, 0.0f32);
        for (_, block) in blocks
            .iter()
            .enumerate()
            .filter(|(i, block)| counts(*i) && block.n >= LEAST_CELLS)
        {
            sum += block.correlation();
            n += 1.0;
        }
        sum / n.max(1.0)
    };
    let parts = mean(|_| true).min(mean(is_inner));
    (whole.correlation() + parts) / 2.0 - DISTORTION_PRICE * distortion(map)
}

/// What two pictures have in each block, row by row; compiled for the widest instructions of the
/// processor.
struct Blocks<'a> {
    template: &'a [[f32; SIDE]; SIDE],
    sampled: &'a Sampled<SIDE>,
}

impl NullaryFnOnce for Blocks<'_> {
    type Output = [Moments; BLOCKS * BLOCKS];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let mut blocks = [Moments::default(); BLOCKS * BLOCKS];
        for (band, blocks) in blocks.chunks_exact_mut(BLOCKS).enumerate() {
            let mut columns = Lanes::<SIDE>::new();
            for y in band * BLOCK_SIDE..(band + 1) * BLOCK_SIDE {
                columns.add(
                    &self.template[y],
                    &self.sampled.values[y],
                    &self.sampled.weights[y],
                );
            }
            for (block, moments) in blocks.iter_mut().enumerate() {
                *moments = columns.total(block * BLOCK_SIDE..(block + 1) * BLOCK_SIDE);
            }
        }
        blocks
    }
}

/// Whether a block does not touch the edge.
fn is_inner(block: usize) -> bool {
    let inner = 1..BLOCKS - 1;
    inner.contains(&(block % BLOCKS)) && inner.contains(&(block / BLOCKS))
}

/// Angle in radians, plus the logarithm of the ratio of the scales.
fn distortion(map: Affine) -> f32 {
    let (greater, smaller) = map.scales();
    (greater / smaller).ln() + map.angle().abs()
}

#[cfg(test)]
mod tests {
    use super::super::grid::{Between, Grid};
    use super::super::test_pictures::scene;
    use super::*;

    /// Levels around zero, as those of residuals.
    fn grid(value: impl Fn(usize, usize) -> f32) -> Grid<SIDE> {
        Grid::from_fn(|x, y| (value(x, y) - 128.0) / 4.0)
    }

    fn similarity(template: &Grid<SIDE>, moving: &Grid<SIDE>) -> f32 {
        let mut sampled = Sampled::new();
        Between::new(moving).sample(Affine::IDENTITY, &mut sampled);
        super::similarity(&template.cells(), &sampled, Affine::IDENTITY)
    }

    fn drawn(seed: u32) -> impl Fn(usize, usize) -> f32 {
        let picture = scene(seed);
        move |x, y| picture(x as f32 / SIDE as f32, y as f32 / SIDE as f32)
    }

    #[test]
    fn a_picture_agrees_with_itself_in_any_contrast() {
        let one = drawn(1);
        // Whole numbers: little contrast would be lost in rounding.
        let strong = Grid::from_fn(|x, y| one(x, y) - 128.0);
        let pale = Grid::from_fn(|x, y| 0.3 * one(x, y) - 20.0);
        assert!(similarity(&strong, &pale) > 0.99);
    }

    #[test]
    fn two_pictures_in_one_frame_do_not_agree() {
        let in_frame = |seed| {
            let inside = drawn(seed);
            grid(move |x, y| {
                if (4..20).contains(&x) && (4..20).contains(&y) {
                    inside(x, y)
                } else {
                    255.0
                }
            })
        };
        assert!(similarity(&in_frame(1), &in_frame(2)) < 0.6);
        assert!(similarity(&in_frame(1), &in_frame(1)) > 0.9);
    }

    #[test]
    fn one_shape_in_common_is_not_enough() {
        let shape = |x: usize, y: usize| x.abs_diff(12) + y.abs_diff(12) < 5;
        let on_ground = |seed| {
            let ground = drawn(seed);
            grid(move |x, y| if shape(x, y) { -600.0 } else { ground(x, y) })
        };
        let (one, other) = (on_ground(1), on_ground(2));
        let mut whole = Moments::default();
        let (a, b) = (one.cells(), other.cells());
        let pairs = a.as_flattened().iter().zip(b.as_flattened());
        pairs.for_each(|(&a, &b)| whole.add(a, b));
        assert!(
            whole.correlation() > 0.8,
            "the shape rules the correlation: {}",
            whole.correlation()
        );
        assert!(similarity(&one, &other) < whole.correlation() - 0.1);
    }

    #[test]
    fn a_turn_and_a_squeeze_cost_and_a_shift_and_a_zoom_do_not() {
        assert!(distortion(Affine::onto(0.8, 0.1, 0.0)) < 1e-3);
        assert!((distortion(Affine::turn(0.1)) - 0.1).abs() < 1e-2);
        let squeezed = Affine {
            xx: 1.2,
            ..Affine::IDENTITY
        };
        assert!((distortion(squeezed) - 1.2f32.ln()).abs() < 1e-3);
    }
}
