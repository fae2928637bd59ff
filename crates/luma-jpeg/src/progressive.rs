//! Scans of progressive files (T.81, annex G): a band of coefficients, down to some bit position.

use std::ops::Range;

use super::bits::Bits;
use super::frame::Scan;
use super::huffman::Huffman;
use super::plane::Plane;

/// One component of a DC scan.
pub(super) struct DcChannel<'p> {
    /// Blocks in a minimum coded unit of this scan, across and down.
    pub(super) sampling: (usize, usize),
    /// `None` for a scan that refines.
    pub(super) table: Option<&'p Huffman>,
    /// Where its coefficients go; `None` for a component that is only stepped over.
    pub(super) target: Option<&'p mut Plane>,
}

/// Decodes the minimum coded units `units` of a DC scan that has `across` of them in a row.
/// `position` is that of the lowest bit it tells. `None` where a code is bad or the bits end.
pub(super) fn decode_dc(
    bits: &mut Bits<'_>,
    units: Range<usize>,
    across: usize,
    channels: &mut [DcChannel<'_>],
    position: u32,
) -> Option<()> {
    let mut predictions = [0_i32; 4];
    for unit in units {
        for (channel, prediction) in channels.iter_mut().zip(&mut predictions) {
            let (wide, high) = channel.sampling;
            for index in 0..wide * high {
                bits.refill()?;
                let value = match channel.table {
                    Some(table) => {
                        let size = table.take(bits)?;
                        *prediction = prediction.wrapping_add(bits.take_signed(size.into()));
                        *prediction << position
                    }
                    None => (bits.take(1) << position) as i32,
                };
                if let Some(plane) = &mut channel.target {
                    let place = (
                        unit % across * wide + index % wide,
                        unit / across * high + index / wide,
                    );
                    *plane.coefficients(place)?.first_mut()? |= value as i16;
                }
            }
        }
    }
    Some(())
}

/// An AC scan.
pub(super) struct Band<'s> {
    /// Its Huffman table.
    pub(super) table: &'s Huffman,
    /// Its header.
    pub(super) scan: &'s Scan,
}

impl Band<'_> {
    /// Decodes the blocks `blocks` of a scan that has `across` of them in a row. `None` where a
    /// code is bad or the bits end.
    pub(super) fn decode(
        &self,
        bits: &mut Bits<'_>,
        blocks: Range<usize>,
        across: usize,
        plane: &mut Plane,
    ) -> Option<()> {
        // Blocks to come, the current one included, in which the band says nothing new.
        let mut run = 0;
        for index in blocks {
            let block = plane
                .coefficients((index % across, index / across))?
                .first_chunk_mut::<64>()?;
            let mut k = self.scan.band.0;
            if run == 0 {
                (k, run) = if self.scan.refines() {
                    self.refine(bits, block)?
                } else {
                    self.begin(bits, block)?
                };
            }
            if run > 0 {
                if self.scan.refines() {
                    self.correct(bits, block, k, u32::MAX)?;
                }
                run -= 1;
            }
        }
        Some(())
    }

    /// Decodes a block of which no scan has told. Returns the index where a run of blocks without
    /// news starts, and its length, 0 for none.
    fn begin(&self, bits: &mut Bits<'_>, block: &mut [i16; 64]) -> Option<(u32, u32)> {
        let mut k = self.scan.band.0;
        while k <= self.scan.band.1 {
            bits.refill()?;
            let symbol = self.table.take(bits)?;
            let (zeros, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && zeros != 15 {
                return Some((k, run_length(bits, zeros)));
            }
            k += zeros;
            if size > 0 {
                *block.get_mut(k as usize)? = (bits.take_signed(size) << self.scan.position) as i16;
            }
            k += 1;
        }
        Some((k, 0))
    }

    /// Decodes a block of which a scan has told: corrects the coefficients that are known and
    /// places new ones. Returns as [`Self::begin`].
    fn refine(&self, bits: &mut Bits<'_>, block: &mut [i16; 64]) -> Option<(u32, u32)> {
        let mut k = self.scan.band.0;
        while k <= self.scan.band.1 {
            bits.refill()?;
            let symbol = self.table.take(bits)?;
            let zeros = u32::from(symbol >> 4);
            let new = match symbol & 15 {
                0 if zeros != 15 => return Some((k, run_length(bits, zeros))),
                0 => 0,
                1 => (if bits.take(1) == 1 { 1 } else { -1 }) << self.scan.position,
                _ => return None,
            };
            k = self.correct(bits, block, k, zeros)?;
            if new != 0 && k <= self.scan.band.1 {
                block[k as usize] = new;
            }
            k += 1;
        }
        Some((k, 0))
    }

    /// Reads a correction bit for every coefficient from index `k` on that is not zero, until
    /// `zeros` that are zero have been passed. Returns the index of the next zero.
    fn correct(
        &self,
        bits: &mut Bits<'_>,
        block: &mut [i16; 64],
        mut k: u32,
        mut zeros: u32,
    ) -> Option<u32> {
        while k <= self.scan.band.1 {
            let value = &mut block[k as usize];
            if *value == 0 {
                if zeros == 0 {
                    break;
                }
                zeros -= 1;
            } else {
                bits.refill()?;
                if bits.take(1) == 1 && (*value >> self.scan.position) & 1 == 0 {
                    let step = 1 << self.scan.position;
                    *value = value.wrapping_add(if *value > 0 { step } else { -step });
                }
            }
            k += 1;
        }
        Some(k)
    }
}

/// Length of a run of blocks, this one included, for a code of class `class` (T.81, G.1.2.2).
fn run_length(bits: &mut Bits<'_>, class: u32) -> u32 {
    (1 << class) + bits.take(class)
}
