//! Binary codes, their distance, and the list in which many of them are
//! compared at once.

use std::ops::Range;

/// A binary code of 64 bits.
pub type Code = u64;

/// Bits of a [`Code`].
pub(super) const BITS: u32 = Code::BITS;

/// Codes compared in one step. Ranges of [`Padded`] are rounded up to whole
/// steps.
pub(super) const LANES: usize = 8;

/// Hamming distance: the number of bits in which two codes differ, 0 to 64.
#[inline(always)]
pub(super) fn distance(a: Code, b: Code) -> u32 {
    (a ^ b).count_ones()
}

/// Codes with room behind them, so that whole steps can be read from any start.
pub(super) struct Padded {
    codes: Vec<Code>,
    len: usize,
}

/// A range of [`Padded`]: `len` codes, readable up to the next multiple of
/// [`LANES`].
#[derive(Clone, Copy)]
pub(super) struct Span<'a> {
    pub(super) codes: &'a [Code],
    pub(super) len: usize,
}

impl Padded {
    pub(super) fn new(codes: impl ExactSizeIterator<Item = Code>) -> Self {
        let len = codes.len();
        let mut padded = Vec::with_capacity(len + LANES);
        padded.extend(codes);
        padded.resize(len + LANES, 0);
        Self { codes: padded, len }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span<'_> {
        let whole_steps = range.start..range.start + range.len().next_multiple_of(LANES);
        Span {
            codes: &self.codes[whole_steps],
            len: range.len(),
        }
    }

    pub(super) fn code(&self, place: usize) -> Code {
        self.codes[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_differing_bits() {
        assert_eq!(distance(0b1011, 0b0010), 2);
        assert_eq!((distance(7, 7), distance(0, Code::MAX)), (0, 64));
    }

    #[test]
    fn a_span_reads_whole_steps_but_knows_its_length() {
        let padded = Padded::new((0..21_usize).map(|code| code as Code));
        let span = padded.span(19..21);
        assert_eq!((span.len, span.codes.len()), (2, LANES));
        assert_eq!(span.codes[..2], [19, 20]);
        assert_eq!(padded.span(21..21).codes.len(), 0);
    }
}
