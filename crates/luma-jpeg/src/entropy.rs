//! Entropy-coded data as it lies in the file: stuffed, cut by restart markers, ended by another
//! marker.

use std::ops::Range;

use super::JpegError;
use super::bits::{Bits, PADDING};

/// The data of a scan.
#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    /// The whole file.
    pub(super) bytes: &'a [u8],
    /// Where the data starts.
    pub(super) start: usize,
    /// Minimum coded units between restart markers; 0 where there are none.
    pub(super) restart_interval: usize,
}

/// Where a scan ended.
pub(super) struct End {
    /// Where the `FF` of the marker after the scan stands.
    pub(super) offset: usize,
    /// Whole bytes of the scan that belong to no block.
    pub(super) stray_bytes: usize,
}

impl Data<'_> {
    /// Decodes `units` minimum coded units, one restart interval after the other. `decode` gets the
    /// bits and the units to decode from them, and returns `None` where it meets a bad code or the
    /// end of the bits. `plain` is memory to reuse.
    ///
    /// # Errors
    /// [`JpegError::Truncated`] where the file or the scan ends before its last unit,
    /// [`JpegError::Corrupt`] for bad codes and restart markers out of order.
    #[inline(always)]
    pub(super) fn decode(
        self,
        units: usize,
        plain: &mut Vec<u8>,
        mut decode: impl FnMut(&mut Bits<'_>, Range<usize>) -> Option<()>,
    ) -> Result<End, JpegError> {
        let bytes = self.bytes;
        let interval = if self.restart_interval == 0 {
            units
        } else {
            self.restart_interval
        };
        let (mut from, mut first, mut restarts, mut stray_bytes) = (self.start, 0_usize, 0, 0);
        loop {
            let offset = unstuff(bytes, from, plain);
            let Some(fill) = bytes[offset..].iter().position(|&byte| byte != 0xFF) else {
                let reason = "the file ends inside a scan";
                return Err(JpegError::Truncated {
                    offset: bytes.len(),
                    reason,
                });
            };
            let last = first.saturating_add(interval).min(units);
            let mut bits = Bits::new(plain);
            let decoded = decode(&mut bits, first..last);
            if bits.past_the_end() {
                let reason = "a scan or restart interval ends before its last block";
                return Err(JpegError::Truncated { offset, reason });
            }
            if decoded.is_none() {
                let reason = "a scan has a code that means nothing there";
                return Err(JpegError::Corrupt {
                    offset: from,
                    reason,
                });
            }
            stray_bytes += bits.untouched_bytes();
            first = last;
            if first == units {
                return Ok(End {
                    offset,
                    stray_bytes,
                });
            }
            let marker = bytes[offset + fill];
            if marker != 0xD0 + restarts {
                return Err(match marker {
                    0xD0..=0xD7 => JpegError::Corrupt {
                        offset,
                        reason: "restart markers are out of order",
                    },
                    _ => JpegError::Truncated {
                        offset,
                        reason: "a scan ends before its last restart interval",
                    },
                });
            }
            restarts = (restarts + 1) % 8;
            from = offset + fill + 1;
        }
    }

    /// Passes the scan without decoding it: only its end is looked for.
    pub(super) fn pass(self) -> End {
        let mut from = self.start;
        let offset = loop {
            let Some(found) = memchr::memchr(0xFF, &self.bytes[from..]) else {
                break self.bytes.len();
            };
            let offset = from + found;
            match self.bytes[offset..].iter().position(|&byte| byte != 0xFF) {
                Some(fill) if matches!(self.bytes[offset + fill], 0x00 | 0xD0..=0xD7) => {
                    from = offset + fill + 1;
                }
                Some(_) => break offset,
                None => break self.bytes.len(),
            }
        };
        End {
            offset,
            stray_bytes: 0,
        }
    }
}

/// Copies the entropy-coded bytes from `start` on into `plain`, without byte stuffing (`FF 00`
/// becomes `FF`), and adds [`PADDING`]. Returns where the `FF` of the marker that ends them stands,
/// or the end of the file.
fn unstuff(bytes: &[u8], start: usize, plain: &mut Vec<u8>) -> usize {
    plain.clear();
    let mut from = start;
    let end = loop {
        let Some(found) = memchr::memchr(0xFF, &bytes[from..]) else {
            plain.extend_from_slice(&bytes[from..]);
            break bytes.len();
        };
        let offset = from + found;
        // Any number of FF may fill the room before a marker.
        match bytes[offset..].iter().position(|&byte| byte != 0xFF) {
            Some(fill) if bytes[offset + fill] == 0 => {
                plain.extend_from_slice(&bytes[from..=offset]);
                from = offset + fill + 1;
            }
            _ => {
                plain.extend_from_slice(&bytes[from..offset]);
                break offset;
            }
        }
    };
    plain.resize(plain.len() + PADDING, 0);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unstuffed(bytes: &[u8]) -> (Vec<u8>, usize) {
        let mut plain = vec![9; 3];
        let end = unstuff(bytes, 0, &mut plain);
        let data = plain.len() - PADDING;
        assert!(plain[data..].iter().all(|&byte| byte == 0));
        plain.truncate(data);
        (plain, end)
    }

    #[test]
    fn stuffing_goes_and_a_marker_ends_the_data() {
        assert_eq!(
            unstuffed(&[1, 0xFF, 0, 2, 0xFF, 0xD9, 3]),
            (vec![1, 0xFF, 2], 4)
        );
        assert_eq!(unstuffed(&[1, 0xFF, 0xFF, 0xFF, 0xD0]), (vec![1], 1));
        assert_eq!(unstuffed(&[1, 0xFF, 0xFF, 0, 2]), (vec![1, 0xFF, 2], 5));
    }

    #[test]
    fn data_without_a_marker_ends_with_the_file() {
        assert_eq!(unstuffed(&[1, 2]), (vec![1, 2], 2));
        assert_eq!(unstuffed(&[1, 2, 0xFF]), (vec![1, 2], 2));
        assert_eq!(unstuffed(&[]), (vec![], 0));
    }

    #[test]
    fn passing_a_scan_stops_at_the_marker_that_is_no_restart() {
        let bytes = [1, 0xFF, 0, 0xFF, 0xD3, 2, 0xFF, 0xFF, 0xC4, 3];
        assert_eq!(
            Data {
                bytes: &bytes,
                start: 0,
                restart_interval: 0
            }
            .pass()
            .offset,
            6
        );
        assert_eq!(
            Data {
                bytes: &bytes[..7],
                start: 0,
                restart_interval: 0
            }
            .pass()
            .offset,
            7
        );
    }
}
