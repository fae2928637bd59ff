//! Binary codes, their distance, and the layout in which many of them are
//! compared at once.

use std::ops::Range;

/// A binary code of `64 * W` bits: a perceptual hash as integers.
pub type Code<const W: usize> = [u64; W];

/// Codes compared in one step. Ranges of [`Planes`] are rounded up to whole
/// steps.
pub(super) const LANES: usize = 8;

/// Hamming distance: the number of bits in which two codes differ, 0 to `64 *
/// W`.
#[inline(always)]
pub fn distance<const W: usize>(a: &Code<W>, b: &Code<W>) -> u32 {
    // A plain loop: an iterator's sum may stay a function of its own, without the instructions of its caller.
    let mut bits = 0_u32;
    for word in 0..W {
        bits = bits.wrapping_add((a[word] ^ b[word]).count_ones());
    }
    bits
}

/// The bits in which two codes differ.
#[inline(always)]
pub(super) fn xor<const W: usize>(a: &Code<W>, b: &Code<W>) -> Code<W> {
    let mut difference = *a;
    for word in 0..W {
        difference[word] ^= b[word];
    }
    difference
}

/// Codes stored word by word: all first words side by side, then all second
/// words, and so on. In this layout neighbouring codes fall into neighbouring
/// lanes of a vector register.
pub(super) struct Planes<const W: usize> {
    words: [Vec<u64>; W],
    len: usize,
}

/// A range of [`Planes`]: `len` codes, readable up to the next multiple of
/// [`LANES`].
#[derive(Clone, Copy)]
pub(super) struct Span<'a, const W: usize> {
    pub(super) words: [&'a [u64]; W],
    pub(super) len: usize,
}

impl<const W: usize> Planes<W> {
    pub(super) fn new(codes: &[Code<W>]) -> Self {
        Self::gather(codes, 0..codes.len())
    }

    /// The codes at the given places of `codes`, in that order.
    pub(super) fn gather(
        codes: &[Code<W>],
        places: impl ExactSizeIterator<Item = usize> + Clone,
    ) -> Self {
        let len = places.len();
        let words = std::array::from_fn(|word| {
            let mut plane = Vec::with_capacity(len + LANES);
            plane.extend(places.clone().map(|place| codes[place][word]));
            // Room to read whole steps from any start.
            plane.resize(len + LANES, 0);
            plane
        });
        Self { words, len }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span<'_, W> {
        let whole_steps = range.start..range.start + range.len().next_multiple_of(LANES);
        Span {
            words: std::array::from_fn(|word| &self.words[word][whole_steps.clone()]),
            len: range.len(),
        }
    }

    pub(super) fn code(&self, place: usize) -> Code<W> {
        std::array::from_fn(|word| self.words[word][place])
    }
}

impl<const W: usize> Span<'_, W> {
    pub(super) fn code(&self, place: usize) -> Code<W> {
        std::array::from_fn(|word| self.words[word][place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_differing_bits_of_all_words() {
        assert_eq!(distance(&[0b1011, u64::MAX], &[0b0010, 0]), 2 + 64);
        assert_eq!(distance(&[7, 9], &[7, 9]), 0);
    }

    #[test]
    fn a_span_reads_whole_steps_but_knows_its_length() {
        let codes: Vec<Code<2>> = (0..21).map(|i| [i, 100 + i]).collect();
        let planes = Planes::new(&codes);
        let span = planes.span(19..21);
        assert_eq!((span.len, span.words[0].len()), (2, LANES));
        assert_eq!((span.code(0), span.code(1)), ([19, 119], [20, 120]));
        assert_eq!(planes.span(21..21).words[1].len(), 0);
    }
}
