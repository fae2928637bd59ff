//! Codes sorted into buckets by some of their bits.

use std::ops::Range;

use super::code::{Code, Padded};

/// A run of neighbouring bits of a code. Two codes that differ in few bits
/// differ in few bits of some chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// First bit, counted from the lowest.
    pub(super) start: u32,
    /// Bits, 1 to 32.
    pub(super) width: u32,
    /// Keys at most this many bits apart are compared.
    pub(super) radius: u32,
}

impl Chunk {
    /// The bits of `code` that lie in this chunk.
    pub(super) fn key(&self, code: Code) -> u32 {
        (code >> self.start & ((1 << self.width) - 1)) as u32
    }

    /// Whether the keys of two codes, given the exclusive or of the codes, are
    /// compared.
    pub(super) fn reaches(&self, difference: Code) -> bool {
        self.key(difference).count_ones() <= self.radius
    }

    /// All keys at most `radius` bits from zero, ascending: what to combine
    /// with a key to visit its neighbours.
    pub(super) fn neighbourhood(&self) -> Vec<u32> {
        let mut keys = vec![0_u32];
        let mut last_weight = 0;
        for _ in 0..self.radius.min(self.width) {
            let end = keys.len();
            for at in last_weight..end {
                let above_highest = 32 - keys[at].leading_zeros();
                let base = keys[at];
                keys.extend((above_highest..self.width).map(|bit| base | 1 << bit));
            }
            last_weight = end;
        }
        keys.sort_unstable();
        keys
    }
}

/// All codes, ordered by their key in one chunk, equal keys in order of place.
pub(super) struct Buckets {
    pub(super) codes: Padded,
    /// The place that each code had before.
    pub(super) places: Vec<u32>,
    /// Where the bucket of each key begins; one more than there are keys.
    starts: Vec<u32>,
}

impl Buckets {
    /// Sorts by counting: two passes over the codes, whatever their order.
    pub(super) fn new(codes: &[Code], chunk: &Chunk) -> Self {
        let mut starts = vec![0_u32; (1 << chunk.width) + 1];
        for &code in codes {
            starts[chunk.key(code) as usize + 1] += 1;
        }
        for key in 1..starts.len() {
            starts[key] += starts[key - 1];
        }
        // Each start moves to the end of its bucket while the bucket is filled,
        // which is where the next one begins.
        let mut places = vec![0_u32; codes.len()];
        for (place, &code) in (0..).zip(codes) {
            let next = &mut starts[chunk.key(code) as usize];
            places[*next as usize] = place;
            *next += 1;
        }
        let last = starts.len() - 1;
        starts.copy_within(0..last, 1);
        starts[0] = 0;
        let codes = Padded::new(places.iter().map(|&place| codes[place as usize]));
        Self {
            codes,
            places,
            starts,
        }
    }

    /// Where the codes with this key are.
    pub(super) fn bucket(&self, key: u32) -> Range<usize> {
        self.starts[key as usize] as usize..self.starts[key as usize + 1] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_sees_its_own_bits_only() {
        let chunk = Chunk {
            start: 56,
            width: 8,
            radius: 1,
        };
        assert_eq!(chunk.key(0x3A << 56 | 0xFF << 48), 0x3A);
        assert!(chunk.reaches(1 << 60 | 0xFF) && !chunk.reaches(3 << 60));
    }

    #[test]
    fn the_neighbourhood_is_every_key_of_low_weight() {
        for (width, radius) in [(1, 0), (5, 2), (9, 9), (7, 20), (12, 3)] {
            let found = Chunk {
                start: 0,
                width,
                radius,
            }
            .neighbourhood();
            let expected: Vec<u32> = (0..1_u32 << width)
                .filter(|key| key.count_ones() <= radius)
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn buckets_hold_every_code_once_in_order_of_key_then_place() {
        let codes = [3, 1, 7, 3, 0, 15, 3].map(|bits: Code| bits << 2);
        let buckets = Buckets::new(
            &codes,
            &Chunk {
                start: 2,
                width: 3,
                radius: 0,
            },
        );
        assert_eq!(buckets.places, [4, 1, 0, 3, 6, 2, 5]);
        assert_eq!(
            (buckets.bucket(3), buckets.bucket(4), buckets.bucket(7)),
            (2..5, 5..5, 5..7)
        );
        assert_eq!(buckets.codes.code(2), 12);
    }
}
