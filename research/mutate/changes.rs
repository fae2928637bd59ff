//! Changes of bytes that readers are likely to stumble over.

/// A generator of numbers (`SplitMix64`); the same seed, the same numbers.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`; 0 where that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % (end as u64).max(1)) as usize
    }
}

/// Values of fields at which arithmetic goes wrong.
const EXTREMES: [u32; 12] = [
    0,
    1,
    2,
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x0001_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFE,
    0xFFFF_FFFF,
];

/// `bytes` with one to six changes; parts of `other` may come in.
pub(crate) fn changed(bytes: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(6) {
        change(&mut bytes, other, numbers);
    }
    if numbers.below(3) > 0 {
        mend_png(&mut bytes);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let length = bytes.len();
    // Headers are where sizes stand.
    let reach = match numbers.below(2) {
        0 => length.min(128),
        _ => length,
    };
    let at = numbers.below(reach);
    match numbers.below(10) {
        0 | 1 if length > 0 => bytes[at] ^= 1 << numbers.below(8),
        2 if length > 0 => bytes[at] = numbers.below(256) as u8,
        3 | 4 => {
            let value = EXTREMES[numbers.below(EXTREMES.len())];
            let width = [1, 2, 4][numbers.below(3)];
            let field = match numbers.below(2) {
                0 => value.to_le_bytes()[..width].to_vec(),
                _ => value.to_be_bytes()[4 - width..].to_vec(),
            };
            for (to, from) in bytes.iter_mut().skip(at).zip(field) {
                *to = from;
            }
        }
        5 => bytes.truncate(numbers.below(length)),
        6 => {
            let end = (at + 1 + numbers.below(40)).min(length);
            bytes.drain(at.min(end)..end);
        }
        7 => {
            let piece = vec![[0, 0xFF, b'"', b'\n'][numbers.below(4)]; 1 + numbers.below(40)];
            bytes.splice(at..at, piece);
        }
        8 => {
            let from = numbers.below(length);
            let end = (from + 1 + numbers.below(60)).min(length);
            let piece = bytes[from.min(end)..end].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => {
            let from = numbers.below(other.len());
            let end = (from + 1 + numbers.below(60)).min(other.len());
            let piece = other[from.min(end)..end].to_vec();
            let reach = (at + piece.len()).min(bytes.len());
            bytes.splice(at..reach, piece);
        }
    }
}

/// Makes the checksums of a PNG file right again, so that what is behind them is reached.
fn mend_png(bytes: &mut [u8]) {
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return;
    }
    let mut at = 8;
    while let Some(length) = bytes.get(at..at + 4).and_then(|four| four.first_chunk()) {
        let end = at + 8 + u32::from_be_bytes(*length) as usize;
        let Some(sum) = bytes.get(at + 4..end).map(checksum) else {
            return;
        };
        let Some(to) = bytes.get_mut(end..end + 4) else {
            return;
        };
        to.copy_from_slice(&sum.to_be_bytes());
        at = end + 4;
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg())
        })
    })
}
