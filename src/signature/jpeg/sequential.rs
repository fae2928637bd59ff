//! Scans of baseline and extended sequential files: every coefficient of a block at once.

use std::ops::Range;
use std::sync::Arc;

use super::bits::Bits;
use super::plane::Plane;
use super::steps::{END, Steps};
use super::transform::{Block, Factors};

/// One component of a scan.
pub(super) struct Channel<'p> {
    /// Blocks in a minimum coded unit of this scan, across and down.
    pub(super) sampling: (usize, usize),
    /// How its blocks are coded.
    pub(super) steps: Arc<Steps>,
    /// Where its samples go; `None` for a component that is only stepped over.
    pub(super) target: Option<(&'p mut Plane, Factors)>,
}

/// Decodes the minimum coded units `units` of a scan that has `across` of them in a row, at `N`
/// samples per block side. `None` where a code is bad or the bits end.
#[inline(always)]
pub(super) fn decode<const N: usize>(
    bits: &mut Bits<'_>,
    units: Range<usize>,
    across: usize,
    channels: &mut [Channel<'_>],
) -> Option<()> {
    let mut predictions = [0_i32; 4];
    let (mut unit_x, mut unit_y) = (units.start % across, units.start / across);
    for _ in units {
        for (channel, prediction) in channels.iter_mut().zip(&mut predictions) {
            for y in 0..channel.sampling.1 {
                for x in 0..channel.sampling.0 {
                    let Some((plane, factors)) = &mut channel.target else {
                        channel.steps.block(bits)?;
                        continue;
                    };
                    let block = block::<N>(bits, &channel.steps, prediction)?;
                    let place = (
                        unit_x * channel.sampling.0 + x,
                        unit_y * channel.sampling.1 + y,
                    );
                    plane.put(place, block.samples(factors));
                }
            }
        }
        unit_x += 1;
        if unit_x == across {
            (unit_x, unit_y) = (0, unit_y + 1);
        }
    }
    Some(())
}

/// Decodes what a scale of `N` samples needs of one block and steps over the rest.
#[inline(always)]
fn block<const N: usize>(
    bits: &mut Bits<'_>,
    steps: &Steps,
    prediction: &mut i32,
) -> Option<Block<N>> {
    if N == 1 {
        *prediction = prediction.wrapping_add(steps.block(bits)?);
        return Some(Block::flat(*prediction as i16));
    }
    bits.refill()?;
    let size = steps.dc.take(bits)?;
    *prediction = prediction.wrapping_add(bits.take_signed(size.into()));
    let mut block = Block::flat(*prediction as i16);
    let mut k = 1;
    while k <= Block::<N>::LAST {
        bits.refill()?;
        let (value, moves) = steps.coefficient(bits)?;
        if moves == END {
            return Some(block);
        }
        k += moves;
        if k > 64 {
            return None;
        }
        block.set(k - 1, value);
    }
    if k < 64 {
        bits.refill()?;
        steps.rest(bits, k)?;
    }
    Some(block)
}
