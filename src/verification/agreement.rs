//! Do two aligned pictures agree everywhere, or only in one striking thing?
//!
//! The correlation over the whole overlap is ruled by its strongest contrasts: two dark aeroplanes
//! on a plain sky correlate, and so do two pictures in the same white frame. A second opinion
//! weighs all parts alike: the mean of the correlations inside blocks, or that of the inner
//! blocks alone, whichever is less. It asks that the plain parts agree in their small detail, and
//! that a frame has something in it. A map that turns or squeezes is a weaker explanation
//! than one that does not, and costs.

use super::affine::Affine;
use super::grid::{Grid, Moments};
use crate::signature::thumbnail::SIDE;

/// Blocks on each side.
const BLOCKS: usize = 4;

/// Cells on each side of a block.
const BLOCK_SIDE: usize = SIDE / BLOCKS;

/// A block counts when at least half of it overlaps.
const LEAST_CELLS: f32 = (BLOCK_SIDE * BLOCK_SIDE / 2) as f32;

/// Price of a turn by one radian, and of sides scaled unequally by a factor e.
const DISTORTION_PRICE: f32 = 0.5;

/// Similarity of `template` and `moving` under `map`, at most 1: the mean of the correlation of the
/// whole and of the parts, less the price of the map's distortion.
pub(super) fn similarity(template: &Grid, moving: &Grid, map: Affine) -> f32 {
    let mut sampled = Vec::with_capacity(template.cells.len());
    moving.sample(map, &mut sampled);
    let mut whole = Moments::default();
    let mut blocks: [Moments; BLOCKS * BLOCKS] = std::array::from_fn(|_| Moments::default());
    for s in &sampled {
        let (x, y) = (s.cell % SIDE, s.cell / SIDE);
        let value = template.cells[s.cell];
        whole.add(value, s.value);
        blocks[y / BLOCK_SIDE * BLOCKS + x / BLOCK_SIDE].add(value, s.value);
    }
    let mean = |counts: fn(usize) -> bool| {
        let (mut sum, mut n) = (0.0, 0.0f32);
        for (_, block) in blocks.iter().enumerate().filter(|(i, block)| counts(*i) && block.n >= LEAST_CELLS) {
            sum += block.correlation();
            n += 1.0;
        }
        sum / n.max(1.0)
    };
    let parts = mean(|_| true).min(mean(is_inner));
    (whole.correlation() + parts) / 2.0 - DISTORTION_PRICE * distortion(map)
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
