//! Stepping over coefficients nobody asked for.
//!
//! To pass a coefficient one needs only the length of its code, the number of magnitude bits behind
//! it and how far it moves the index; not its value. So all symbols whose codes lie within the next
//! [`STEP_BITS`] bits can be passed with *one* look-up: the table holds the sum of their lengths
//! and of their moves. The magnitude bits of the last one may reach beyond the look-up, as only
//! their number matters. A second table starts at the DC coefficient of a block: it gives the DC
//! difference and passes the first AC symbols along with it. A third one is for coefficients that
//! somebody does ask for: it gives the values of up to two.

use std::sync::Arc;

use super::bits::{Bits, signed};
use super::huffman::Huffman;

/// Bits a look-up sees. Measured from 10 to 13: more saves look-ups, but builds slower and leaves
/// the first-level cache.
const STEP_BITS: u32 = 11;
const SIZE: usize = 1 << STEP_BITS;

/// End of block, in the place of a move of the index.
pub(super) const END: u32 = 128;
/// A move that says that one look-up does not do: the code is longer or does not exist.
const UNRESOLVED: u32 = 255;

/// The tables for blocks coded with one DC and one AC table.
///
/// The low byte of an entry is the number of bits to drop, at most 27. The byte above is the move
/// of the zigzag index: at most 63 without an end of block, [`END`] plus at most 63 with one, or
/// [`UNRESOLVED`]. Adding it to an index below 64 stays below 64 exactly when the block goes on.
pub(super) struct Steps {
    /// Codes of the DC differences.
    pub(super) dc: Arc<Huffman>,
    /// Codes of the AC coefficients.
    pub(super) ac: Arc<Huffman>,
    /// Whether entries pass several symbols.
    pub(super) fused: bool,
    /// From the DC symbol on. The upper half of an entry is the DC difference.
    start: Box<[u32; SIZE]>,
    /// From an AC symbol on.
    rest: Box<[u16; SIZE]>,
    /// Up to two AC symbols whose codes and magnitudes are within the look-up. Above the move of
    /// both, an entry has a byte for the move of the first, and in its upper half the two
    /// coefficients. Where there is only one, it stands twice.
    pairs: Box<[u64; SIZE]>,
}

/// One AC symbol.
#[derive(Clone, Copy)]
struct Symbol {
    code_bits: u32,
    /// Code and magnitude.
    bits: u32,
    /// Of the index, or [`END`].
    moves: u32,
}

impl Symbol {
    /// What `window` starts with. `None` where no code fits.
    #[inline(always)]
    fn at(window: u64, ac: &Huffman) -> Option<Self> {
        let (code_bits, symbol) = ac.look_up(window)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let moves = if size == 0 && run != 15 { END } else { run + 1 };
        Some(Self {
            code_bits,
            bits: code_bits + size,
            moves,
        })
    }
}

/// The entry of [`Steps::pairs`] for a look-up, from the symbol that each look-up starts with;
/// `None` where the first symbol reaches beyond.
fn pair(index: usize, symbols: &[Option<Symbol>]) -> Option<u64> {
    let within = |from: u32| {
        let symbol = symbols[(index << from) & (SIZE - 1)]?;
        let value = signed(
            ((index as u64) << (64 - STEP_BITS)) << (from + symbol.code_bits),
            symbol.bits - symbol.code_bits,
        );
        (from + symbol.bits <= STEP_BITS).then_some((symbol, value))
    };
    let entry = |bits: u32, moves: u32, first_moves: u32, first: i32, second: i32| {
        let low = bits | (moves << 8) | (first_moves << 16);
        u64::from(low) | u64::from(first as u16) << 32 | u64::from(second as u16) << 48
    };
    let (first, value) = within(0)?;
    if first.moves == END {
        return Some(entry(first.bits, END, 0, 0, 0));
    }
    let second = (first.bits < STEP_BITS).then(|| within(first.bits));
    Some(match second.flatten() {
        Some((second, second_value)) => entry(
            first.bits + second.bits,
            first.moves + second.moves,
            first.moves,
            value,
            second_value,
        ),
        None => entry(first.bits, first.moves, first.moves, value, value),
    })
}

impl Steps {
    /// Builds the tables; where `fused` is false, each entry passes one symbol only, which is
    /// quicker to build.
    pub(super) fn new(dc: Arc<Huffman>, ac: Arc<Huffman>, fused: bool) -> Self {
        let window = |index: usize| (index as u64) << (64 - STEP_BITS);
        let symbols: Vec<Option<Symbol>> = (0..SIZE)
            .map(|index| {
                Symbol::at(window(index), &ac).filter(|symbol| symbol.code_bits <= STEP_BITS)
            })
            .collect();
        // Passes symbols from bit `bits` of the look-up on, while their codes are wholly inside.
        let pass = |index: usize, mut bits: u32, mut moves: u32| {
            while bits < STEP_BITS {
                match symbols[(index << bits) & (SIZE - 1)] {
                    Some(next)
                        if bits + next.code_bits <= STEP_BITS
                            && moves + (next.moves & 127) <= 63 =>
                    {
                        bits += next.bits;
                        moves += next.moves;
                    }
                    _ => break,
                }
                if moves >= END || !fused {
                    break;
                }
            }
            (bits, moves)
        };
        let mut start = Box::new([UNRESOLVED << 8; SIZE]);
        let mut rest = Box::new([(UNRESOLVED << 8) as u16; SIZE]);
        let mut pairs = Box::new([u64::from(UNRESOLVED) << 8; SIZE]);
        for index in 0..SIZE {
            if let Some(pair) = pair(index, &symbols) {
                pairs[index] = pair;
            }
            let (bits, moves) = pass(index, 0, 0);
            if bits > 0 {
                rest[index] = (bits | (moves << 8)) as u16;
            }
            if let Some((code_bits, size)) = dc.look_up(window(index))
                && code_bits + u32::from(size) <= STEP_BITS
            {
                let difference = signed(window(index) << code_bits, size.into());
                let bits = code_bits + u32::from(size);
                let (bits, moves) = if fused {
                    pass(index, bits, 1)
                } else {
                    (bits, 1)
                };
                start[index] = bits | (moves << 8) | ((difference as u32) << 16);
            }
        }
        Self {
            dc,
            ac,
            fused,
            start,
            rest,
            pairs,
        }
    }

    /// Passes one block and returns its DC difference. `None` where a code does not exist, the
    /// index leaves the block or the bits end.
    #[inline(always)]
    pub(super) fn block(&self, bits: &mut Bits<'_>) -> Option<i32> {
        bits.refill()?;
        let step = self.start[(bits.window >> (64 - STEP_BITS)) as usize];
        let moves = (step >> 8) & 255;
        if moves == UNRESOLVED {
            let size = self.dc.take(bits)?;
            let difference = bits.take_signed(size.into());
            bits.refill()?;
            self.rest(bits, 1)?;
            return Some(difference);
        }
        bits.skip(step & 63);
        if moves < 64 {
            self.rest(bits, moves)?;
        }
        Some(step as i32 >> 16)
    }

    /// Takes the AC coefficients of a block up to zigzag index `last` or a little beyond, and hands
    /// them to `set` with their indices. Returns the index that comes next, or nothing when the
    /// block is at its end. `None` as in [`Self::block`].
    #[inline(always)]
    pub(super) fn coefficients(
        &self,
        bits: &mut Bits<'_>,
        last: u32,
        mut set: impl FnMut(u32, i16),
    ) -> Option<Option<u32>> {
        let mut k = 1;
        while k <= last {
            bits.refill()?;
            // Look-ups of at most `STEP_BITS` bits: four to a refill.
            for _ in 0..4 {
                let pair = self.pairs[(bits.window >> (64 - STEP_BITS)) as usize];
                let (moves, first_moves) = ((pair >> 8) as u32 & 255, (pair >> 16) as u32 & 255);
                let (first, second) = ((pair >> 32) as i16, (pair >> 48) as i16);
                let after = k + moves;
                if after <= 64 {
                    bits.skip(pair as u32 & 63);
                    set(k + first_moves - 1, first);
                    set(after - 1, second);
                    k = after;
                    if k > last {
                        break;
                    }
                    continue;
                }
                if (END..END + 64).contains(&after) {
                    bits.skip(pair as u32 & 63);
                    if first_moves > 0 {
                        set(k + first_moves - 1, first);
                    }
                    return Some(None);
                }
                // More bits than a look-up sees, a code that does not exist, or a second symbol
                // that belongs to the next block.
                bits.refill()?;
                let symbol = Symbol::at(bits.window, &self.ac)?;
                bits.skip(symbol.code_bits);
                let value = bits.take_signed(symbol.bits - symbol.code_bits);
                if symbol.moves == END {
                    return Some(None);
                }
                k += symbol.moves;
                if k > 64 {
                    return None;
                }
                set(k - 1, value as i16);
                break;
            }
        }
        Some((k < 64).then_some(k))
    }

    /// Passes the AC coefficients from index `k` (1 to 63) to the end of the block. Needs 29
    /// available bits. `None` as in [`Self::block`].
    #[inline(always)]
    pub(super) fn rest(&self, bits: &mut Bits<'_>, mut k: u32) -> Option<()> {
        let look_up =
            |bits: &Bits<'_>| u32::from(self.rest[(bits.window >> (64 - STEP_BITS)) as usize]);
        loop {
            // Two look-ups of at most 27 bits to one refill.
            let mut step = look_up(bits);
            let mut after = k + (step >> 8);
            if after < 64 {
                bits.skip(step & 63);
                k = after;
                bits.refill()?;
                step = look_up(bits);
                after = k + (step >> 8);
                if after < 64 {
                    bits.skip(step & 63);
                    k = after;
                    continue;
                }
            }
            // 64: the last coefficient was passed. From END on: an end of block, valid if before
            // the last coefficient.
            if after == 64 || (END..END + 64).contains(&after) {
                bits.skip(step & 63);
                return Some(());
            }
            // A long code, a code that does not exist, or symbols some of which belong to the next
            // block.
            bits.refill()?;
            let symbol = Symbol::at(bits.window, &self.ac)?;
            bits.skip(symbol.bits);
            bits.refill()?;
            match symbol.moves {
                END => return Some(()),
                moves if k + moves == 64 => return Some(()),
                moves if k + moves > 64 => return None,
                moves => k += moves,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::bits::PADDING;
    use super::super::huffman::tests::definition;
    use super::*;

    /// The same as [`Steps::block`], one symbol at a time.
    fn naive_block(bits: &mut Bits<'_>, dc: &Huffman, ac: &Huffman) -> Option<i32> {
        bits.refill()?;
        let size = dc.take(bits)?;
        let difference = bits.take_signed(size.into());
        let mut k = 1;
        while k < 64 {
            bits.refill()?;
            let symbol = ac.take(bits)?;
            bits.skip(u32::from(symbol & 15));
            match (symbol >> 4, symbol & 15) {
                (run, 0) if run != 15 => break,
                (run, _) => k += u32::from(run) + 1,
            }
        }
        (k <= 64).then_some(difference)
    }

    /// The coefficients of one block by index, one symbol at a time.
    fn naive_coefficients(bits: &mut Bits<'_>, ac: &Huffman) -> Option<[i16; 64]> {
        let (mut found, mut k) = ([0; 64], 1);
        while k < 64 {
            bits.refill()?;
            let symbol = ac.take(bits)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if size == 0 && run != 15 {
                break;
            }
            k += run + 1;
            *found.get_mut(k - 1)? = bits.take_signed(size) as i16;
        }
        Some(found)
    }

    proptest! {
        #[test]
        fn coefficients_are_those_of_single_symbols(
            ac in definition(255),
            data in prop::collection::vec(any::<u8>(), 0..2_000),
            last in 1_u32..64,
        ) {
            let mut padded = data;
            padded.resize(padded.len() + PADDING, 0);
            let table = |(counts, symbols): ([u8; 16], Vec<u8>)| Arc::new(Huffman::new(&counts, &symbols).unwrap());
            let ac = table(ac);
            let steps = Steps::new(Arc::clone(&ac), Arc::clone(&ac), true);
            let (mut quick, mut slow) = (Bits::new(&padded), Bits::new(&padded));
            loop {
                let expected = naive_coefficients(&mut slow, &ac);
                let mut found = [0; 64];
                let next = steps.coefficients(&mut quick, last, |k, value| found[k as usize] = value);
                let end = match next {
                    Some(Some(k)) => quick.refill().and_then(|()| steps.rest(&mut quick, k)),
                    Some(None) => Some(()),
                    None => None,
                };
                if slow.past_the_end() || quick.past_the_end() {
                    prop_assert_eq!(slow.past_the_end(), quick.past_the_end());
                    break;
                }
                prop_assert_eq!(end.is_some(), expected.is_some());
                let Some(expected) = expected else { break };
                prop_assert_eq!(&found[..=last as usize], &expected[..=last as usize]);
                prop_assert_eq!(quick.position(), slow.position());
            }
        }

        #[test]
        fn fused_steps_end_where_single_symbols_end(
            dc in definition(15),
            ac in definition(255),
            data in prop::collection::vec(any::<u8>(), 0..2_000),
            fused: bool,
        ) {
            let mut padded = data;
            padded.resize(padded.len() + PADDING, 0);
            let table = |(counts, symbols): ([u8; 16], Vec<u8>)| Arc::new(Huffman::new(&counts, &symbols).unwrap());
            let steps = Steps::new(table(dc), table(ac), fused);
            let (mut quick, mut slow) = (Bits::new(&padded), Bits::new(&padded));
            loop {
                let expected = naive_block(&mut slow, &steps.dc, &steps.ac);
                let found = steps.block(&mut quick);
                if slow.past_the_end() || quick.past_the_end() {
                    prop_assert_eq!(slow.past_the_end(), quick.past_the_end());
                    break;
                }
                prop_assert_eq!(found, expected);
                if expected.is_none() {
                    break;
                }
                prop_assert_eq!(quick.position(), slow.position());
            }
        }
    }
}
