//! JPEG: segments from the start marker to the end marker (ITU-T T.81, annex B).
//!
//! The fast reader knows whether its files are whole. This walk serves those that it leaves to the
//! general decoder, which fills what is missing with grey; and it reads headers for both.

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

/// What headers say.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::signature) struct Headers<'a> {
    /// Bits of a sample; 0 where no frame header was met.
    bits: u8,
    components: u8,
    /// The frame's marker; 0 where no frame header was met.
    frame: u8,
    /// Pixels across and down, as stored.
    pub(in crate::signature) size: (u32, u32),
    /// Components of the first scan; 0 where none was met.
    scanned: u8,
    /// The first EXIF block.
    pub(in crate::signature) exif: Option<&'a [u8]>,
    /// First piece of the colour profile.
    pub(in crate::signature) profile: Option<&'a [u8]>,
    /// What the file says of several pictures in it.
    pub(super) index: Option<&'a [u8]>,
}

impl Headers<'_> {
    /// Bits of a sample.
    pub(in crate::signature) fn bits(&self) -> u8 {
        if self.bits == 0 { 8 } else { self.bits }
    }

    /// Bytes of the decoded picture.
    pub(in crate::signature) fn samples(&self) -> u64 {
        let channels = if self.components == 1 { 1 } else { 3 };
        u64::from(self.size.0) * u64::from(self.size.1) * channels
    }

    /// Bytes of the coefficients that a decoder of the whole picture keeps: all of them where
    /// several scans make it up.
    pub(in crate::signature) fn coefficients(&self) -> u64 {
        let components = u64::from(self.components.clamp(1, 4));
        match self.frame == 0xC2 || self.scanned != self.components {
            true => 2 * components * u64::from(self.size.0) * u64::from(self.size.1),
            false => 0,
        }
    }

    /// The kind of file, where it is one that no decoder here reads.
    pub(in crate::signature) fn not_decoded(&self) -> Option<&'static str> {
        match self.frame {
            0xC3 | 0xC7 | 0xCB | 0xCF => Some("a lossless JPEG"),
            0xC5 | 0xC6 | 0xCD | 0xCE => Some("a hierarchical JPEG"),
            0xC9 | 0xCA => Some("a JPEG with arithmetic coding"),
            _ if self.bits() != 8 => Some("a JPEG of more than 8 bits"),
            _ => None,
        }
    }

    /// What the components mean.
    pub(in crate::signature) fn colour(&self) -> Colour {
        match self.components {
            1 => Colour::Grey,
            4 => Colour::Cmyk,
            _ => Colour::Colour,
        }
    }
}

/// What stands before the first scan, as far as it can be read.
pub(in crate::signature) fn headers(bytes: &[u8]) -> Headers<'_> {
    let mut headers = Headers::default();
    let mut at = 2;
    while let Ok((marker, payload, after)) = segment(bytes, at) {
        if marker == 0xD9 {
            break;
        }
        headers.note(marker, payload);
        if marker == 0xDA {
            break;
        }
        at = after;
    }
    headers
}

/// Whether one of these words stands in what applications wrote before the first scan.
pub(super) fn says(bytes: &[u8], words: &[&[u8]]) -> bool {
    let mut at = 2;
    while let Ok((marker, payload, after)) = segment(bytes, at) {
        let is_there = |word: &&[u8]| memchr::memmem::find(payload, word).is_some();
        match marker {
            0xD9 | 0xDA => return false,
            0xE0..=0xEF if words.iter().any(is_there) => return true,
            _ => at = after,
        }
    }
    false
}

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let mut headers = Headers::default();
    let mut at = 2;
    loop {
        let (marker, payload, after) = segment(bytes, at)?;
        at = after;
        if marker == 0xD9 {
            break;
        }
        headers.note(marker, payload);
    }
    Ok(Structure {
        end: Some(at),
        bits: headers.bits(),
        colour: headers.colour(),
        alpha: false,
        frames: 1,
    })
}

impl<'a> Headers<'a> {
    fn note(&mut self, marker: u8, payload: &'a [u8]) {
        match marker {
            // Frame headers; C4, C8 and CC are tables and a reserved marker.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                self.bits = payload.first().copied().unwrap_or(0);
                self.components = payload.get(5).copied().unwrap_or(0);
                self.frame = marker;
                let side = |at: usize| {
                    let two = payload.get(at..).and_then(|rest| rest.first_chunk());
                    two.map_or(0, |two| u32::from(u16::from_be_bytes(*two)))
                };
                self.size = (side(3), side(1));
            }
            0xDA if self.scanned == 0 => {
                self.scanned = payload.first().copied().unwrap_or(0);
            }
            0xE1 => self.exif = self.exif.or(payload.strip_prefix(b"Exif\0\0")),
            0xE2 => {
                let piece = payload.strip_prefix(b"ICC_PROFILE\0");
                self.profile = self.profile.or(piece.and_then(|piece| piece.get(2..)));
                self.index = self.index.or(payload.strip_prefix(b"MPF\0"));
            }
            _ => {}
        }
    }
}

/// The next segment from `at` on, past whatever is not one: marker, payload, and where it ends.
fn segment(bytes: &[u8], mut at: usize) -> Result<(u8, &[u8], usize), Stop> {
    const NO_END: &str = "the file ends without an end marker";
    loop {
        let rest = bytes.get(at..).ok_or(Stop::Cut(NO_END))?;
        at += memchr::memchr(0xFF, rest).ok_or(Stop::Cut(NO_END))? + 1;
        match take(bytes, at, 1, NO_END)?[0] {
            // Stuffing, restarts, and markers without a payload.
            0x00 | 0x01 | 0xD0..=0xD8 => at += 1,
            0xFF => {}
            0xD9 => return Ok((0xD9, &[], at + 1)),
            marker => {
                let length = take(bytes, at + 1, 2, NO_END)?;
                let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
                let payload = length.checked_sub(2).ok_or(Stop::Strange)?;
                let payload = take(bytes, at + 3, payload, "the file ends inside a segment")?;
                return Ok((marker, payload, at + 1 + length));
            }
        }
    }
}
