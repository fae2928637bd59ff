//! Scans of baseline and extended sequential files: every coefficient of a block at once.

use std::ops::Range;
use std::sync::Arc;

use super::bits::Bits;
use super::plane::Plane;
use super::steps::Steps;
use super::transform::{Block, Factors, Transform, mean};

/// One component of a scan.
pub(super) struct Channel<'p> {
    /// Blocks in a minimum coded unit of this scan, across and down.
    pub(super) sampling: (usize, usize),
    /// How its blocks are coded.
    pub(super) steps: Arc<Steps>,
    /// Where its samples go; `None` for a component that is only stepped over.
    pub(super) target: Option<(&'p mut Plane, Factors)>,
}

/// Decodes the minimum coded units `units` of a scan that has `across` of them in a row. `None`
/// where a code is bad or the bits end.
pub(super) fn decode(
    bits: &mut Bits<'_>,
    units: Range<usize>,
    across: usize,
    channels: &mut [Channel<'_>],
    transform: &Transform,
) -> Option<()> {
    let mut block = Block::flat(0);
    each_block(bits, units, across, channels, |bits, channel, dc, place| {
        let Some((plane, factors)) = &mut channel.target else {
            channel.steps.block(bits)?;
            return Some(());
        };
        fill(&mut block, bits, &channel.steps, dc, transform)?;
        plane.put(place, &block, transform, factors);
        Some(())
    })
}

/// [`decode`] where only the mean of each block is wanted.
pub(super) fn decode_means(
    bits: &mut Bits<'_>,
    units: Range<usize>,
    across: usize,
    channels: &mut [Channel<'_>],
) -> Option<()> {
    each_block(bits, units, across, channels, |bits, channel, dc, place| {
        let difference = channel.steps.block(bits)?;
        if let Some((plane, factors)) = &mut channel.target {
            *dc = dc.wrapping_add(difference);
            plane.put_mean(place, mean(*dc as i16, factors));
        }
        Some(())
    })
}

/// Calls `block` for every block of the units, in their order in the file, with its channel, the
/// channel's last DC coefficient, and the place of the block in its plane.
#[inline(always)]
fn each_block<'p>(
    bits: &mut Bits<'_>,
    units: Range<usize>,
    across: usize,
    channels: &mut [Channel<'p>],
    mut block: impl FnMut(&mut Bits<'_>, &mut Channel<'p>, &mut i32, (usize, usize)) -> Option<()>,
) -> Option<()> {
    let mut predictions = [0_i32; 4];
    let (mut unit_x, mut unit_y) = (units.start % across, units.start / across);
    for _ in units {
        for (channel, prediction) in channels.iter_mut().zip(&mut predictions) {
            let (wide, high) = channel.sampling;
            for y in 0..high {
                for x in 0..wide {
                    let place = (unit_x * wide + x, unit_y * high + y);
                    block(bits, channel, prediction, place)?;
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

/// Decodes what the transform needs of one block and steps over the rest.
#[inline(always)]
fn fill(
    block: &mut Block,
    bits: &mut Bits<'_>,
    steps: &Steps,
    prediction: &mut i32,
    transform: &Transform,
) -> Option<()> {
    bits.refill()?;
    let size = steps.dc.take(bits)?;
    *prediction = prediction.wrapping_add(bits.take_signed(size.into()));
    block.begin(*prediction as i16);
    let set = |k: u32, value: i16| block.set(transform, k, value);
    if let Some(k) = steps.coefficients(bits, transform.last, set)? {
        bits.refill()?;
        steps.rest(bits, k)?;
    }
    Some(())
}
