//! Huffman tables (T.81, annex C) and the decoding of one symbol.

use super::bits::Bits;

/// Codes up to this long are found by one look-up.
const SHORT: u32 = 9;

/// A decoding table.
pub(super) struct Huffman {
    /// By the next [`SHORT`] bits: length of the code << 8 | symbol; 0 where the code is longer or
    /// does not exist.
    short: [u16; 1 << SHORT],
    /// By length: the first 16-bit window above all codes of this length or shorter. `limit[17]` is
    /// unreachable.
    limit: [u32; 18],
    /// By length: what to add to a code to get the index of its symbol, modulo 2^32.
    offset: [u32; 17],
    /// Symbols in the order of their codes.
    symbols: [u8; 256],
}

impl Huffman {
    /// Builds the table from the number of codes of length 1 to 16 and the symbols in order of
    /// their codes. `None` where the lengths cannot belong to a prefix code or the number of
    /// symbols does not agree.
    pub(super) fn new(counts: &[u8; 16], symbols_in_order: &[u8]) -> Option<Self> {
        if counts
            .iter()
            .map(|&count| usize::from(count))
            .sum::<usize>()
            != symbols_in_order.len()
        {
            return None;
        }
        let mut table = Self {
            short: [0; 1 << SHORT],
            limit: [0; 18],
            offset: [0; 17],
            symbols: [0; 256],
        };
        table
            .symbols
            .get_mut(..symbols_in_order.len())?
            .copy_from_slice(symbols_in_order);
        let (mut code, mut index) = (0_u32, 0_u32);
        for (length, &count) in (1_u32..).zip(counts) {
            table.offset[length as usize] = index.wrapping_sub(code);
            for _ in 0..count {
                if length <= SHORT {
                    let first = (code << (SHORT - length)) as usize;
                    let entries = table
                        .short
                        .get_mut(first..first + (1 << (SHORT - length)))?;
                    entries
                        .fill((length << 8) as u16 | u16::from(symbols_in_order[index as usize]));
                }
                code += 1;
                index += 1;
            }
            if code > 1 << length {
                return None;
            }
            table.limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        table.limit[17] = u32::MAX;
        Some(table)
    }

    /// The code that a window starts with: its length and symbol. `None` where no code of the table
    /// fits.
    #[inline(always)]
    pub(super) fn look_up(&self, window: u64) -> Option<(u32, u8)> {
        let entry = self.short[(window >> (64 - SHORT)) as usize];
        if entry != 0 {
            Some((u32::from(entry >> 8), entry as u8))
        } else {
            self.look_up_long(window)
        }
    }

    /// [`Self::look_up`] for codes longer than [`SHORT`].
    #[cold]
    fn look_up_long(&self, window: u64) -> Option<(u32, u8)> {
        let next = (window >> 48) as u32;
        let length = (SHORT + 1..=16).find(|&length| next < self.limit[length as usize])?;
        let index = (next >> (16 - length)).wrapping_add(self.offset[length as usize]);
        Some((length, *self.symbols.get(index as usize)?))
    }

    /// Takes one symbol. `None` where no code fits. Needs 16 available bits.
    #[inline(always)]
    pub(super) fn take(&self, bits: &mut Bits<'_>) -> Option<u8> {
        let (length, symbol) = self.look_up(bits.window)?;
        bits.skip(length);
        Some(symbol)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Random tables with symbols up to `largest`: counts and symbols.
    pub(in super::super) fn definition(largest: u8) -> impl Strategy<Value = ([u8; 16], Vec<u8>)> {
        prop::collection::vec((1_usize..=16, 0..=largest), 1..200).prop_map(|wanted| {
            let (mut counts, mut symbols, mut room) = ([0_u8; 16], Vec::new(), 1_u32 << 16);
            for (length, symbol) in wanted {
                if room >= 1 << (16 - length) {
                    room -= 1 << (16 - length);
                    counts[length - 1] += 1;
                    symbols.push(symbol);
                }
            }
            (counts, symbols)
        })
    }

    /// The code of `window` by the procedure of T.81, F.2.2.3: one bit after the other.
    fn naive(counts: &[u8; 16], symbols: &[u8], window: u64) -> Option<(u32, u8)> {
        let (mut code, mut first, mut index) = (0, 0, 0);
        for length in 1..=16 {
            code = code << 1 | (window >> (64 - length) & 1);
            let count = u64::from(counts[length as usize - 1]);
            if code < first + count {
                return Some((length, symbols[(index + code - first) as usize]));
            }
            index += count;
            first = (first + count) << 1;
        }
        None
    }

    proptest! {
        #[test]
        fn look_up_agrees_with_reading_bit_by_bit(
            (counts, symbols) in definition(255),
            windows in prop::collection::vec(any::<u64>(), 50),
        ) {
            let table = Huffman::new(&counts, &symbols).unwrap();
            for window in windows {
                prop_assert_eq!(table.look_up(window), naive(&counts, &symbols, window));
            }
        }

        #[test]
        fn any_definition_is_refused_or_usable(counts: [u8; 16], window: u64) {
            let total: usize = counts.iter().map(|&count| usize::from(count)).sum();
            if let Some(table) = Huffman::new(&counts, &vec![7; total]) {
                table.look_up(window);
            }
        }
    }

    #[test]
    fn too_many_codes_of_a_length_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert!(Huffman::new(&counts, &[1, 2, 3]).is_none());
        counts[0] = 2;
        assert!(Huffman::new(&counts, &[1, 2]).is_some());
        assert!(Huffman::new(&counts, &[1]).is_none());
    }
}
