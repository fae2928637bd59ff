//! Reading entropy-coded data bit by bit, most significant bit first.
//!
//! A 64-bit window is refilled from eight bytes at a time without a branch on how many bits are
//! left (variant 4 of F. Giesen, "Reading bits in far too many ways, part 2", 2018). The price is
//! that the bytes must already be free of byte stuffing and followed by [`PADDING`] zeros, which is
//! what [`super::entropy`] provides.

/// Zeros that must follow the data: enough to fill the window once more after the last byte.
pub(super) const PADDING: usize = 16;

/// A position in entropy-coded data.
pub(super) struct Bits<'a> {
    /// Data without stuffing, and [`PADDING`].
    padded: &'a [u8],
    /// First byte that is not wholly in `window`.
    next: usize,
    /// The bits to come, the first one at the top. Below `available` bits it may hold the start of
    /// byte `next`.
    pub(super) window: u64,
    /// Bits of `window` that may be used.
    available: u32,
}

impl<'a> Bits<'a> {
    /// Starts at the first bit of `padded`, whose last [`PADDING`] bytes are not data.
    pub(super) fn new(padded: &'a [u8]) -> Self {
        debug_assert!(padded.len() >= PADDING, "the data is padded");
        Self {
            padded,
            next: 0,
            window: 0,
            available: 0,
        }
    }

    /// Makes at least 56 bits available. `None` well after the end of the data: then
    /// [`Self::past_the_end`] is true.
    #[inline(always)]
    pub(super) fn refill(&mut self) -> Option<()> {
        let eight = self
            .padded
            .get(self.next..self.next.wrapping_add(8))?
            .first_chunk::<8>()?;
        self.window |= u64::from_be_bytes(*eight) >> self.available;
        self.next = self
            .next
            .wrapping_add(((63 - self.available) >> 3) as usize);
        self.available |= 56;
        Some(())
    }

    /// Drops `count` (below 64) of the available bits.
    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.window <<= count & 63;
        self.available = self.available.wrapping_sub(count & 63);
    }

    /// Takes `count` (0 to 16) of the available bits as a number.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u32 {
        let value = (self.window >> 1 >> (63 - (count & 31))) as u32;
        self.skip(count);
        value
    }

    /// Takes the `size` (0 to 15) magnitude bits of a coefficient.
    #[inline(always)]
    pub(super) fn take_signed(&mut self, size: u32) -> i32 {
        let value = signed(self.window, size);
        self.skip(size);
        value
    }

    /// Whether more bits were taken than the data holds.
    #[inline(always)]
    pub(super) fn past_the_end(&self) -> bool {
        self.next * 8 > (self.padded.len() - PADDING) * 8 + self.available as usize
    }

    /// Whole bytes of data of which no bit was taken.
    pub(super) fn untouched_bytes(&self) -> usize {
        (self.padded.len() - PADDING).saturating_sub(self.position().div_ceil(8))
    }

    /// Bits taken.
    pub(super) fn position(&self) -> usize {
        (self.next * 8).saturating_sub(self.available as usize)
    }
}

/// The coefficient whose `size` (0 to 15) magnitude bits `window` starts with: a leading 0 means
/// negative (T.81, F.2.2.1).
#[inline(always)]
pub(super) fn signed(window: u64, size: u32) -> i32 {
    let negative = !((window as i64) >> 63) as i32;
    let magnitude = (window >> 1 >> (63 - (size & 31))) as i32;
    magnitude.wrapping_sub(((1 << (size & 31)) - 1) & negative)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn magnitudes_are_those_of_the_standard() {
        let values = |size| [0_u64, 1, 2, 3].map(|bits| signed(bits << 62 << (2 - size), size));
        assert_eq!(values(2), [-3, -2, 2, 3]);
        assert_eq!(values(1)[..2], [-1, 1]);
        assert_eq!(signed(u64::MAX, 0), 0);
        assert_eq!(signed(0, 0), 0);
        assert_eq!((signed(0, 15), signed(u64::MAX, 15)), (-32_767, 32_767));
    }

    proptest! {
        #[test]
        fn bits_come_in_order_and_the_end_is_noticed(
            data in prop::collection::vec(any::<u8>(), 0..40),
            counts in prop::collection::vec(0_u32..=16, 0..60),
        ) {
            let mut padded = data.clone();
            padded.resize(data.len() + PADDING, 0);
            let mut bits = Bits::new(&padded);
            let mut position = 0;
            for count in counts {
                if bits.refill().is_none() {
                    prop_assert!(bits.past_the_end());
                    break;
                }
                let expected = (position..position + count as usize).fold(0, |number, index| {
                    let byte = data.get(index / 8).copied().unwrap_or(0);
                    number << 1 | u32::from(byte >> (7 - index % 8) & 1)
                });
                prop_assert_eq!(bits.take(count), expected);
                position += count as usize;
                prop_assert_eq!(bits.position(), position);
                prop_assert_eq!(bits.past_the_end(), position > data.len() * 8);
                prop_assert_eq!(bits.untouched_bytes(), data.len().saturating_sub(position.div_ceil(8)));
            }
        }
    }
}
