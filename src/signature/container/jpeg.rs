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
    /// First piece of the colour profile.
    pub(in crate::signature) profile: Option<&'a [u8]>,
}

impl Headers<'_> {
    /// Bits of a sample.
    pub(in crate::signature) fn bits(&self) -> u8 {
        if self.bits == 0 { 8 } else { self.bits }
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
        if matches!(marker, 0xD9 | 0xDA) {
            break;
        }
        headers.note(marker, payload);
        at = after;
    }
    headers
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
            }
            0xE2 => {
                let piece = payload.strip_prefix(b"ICC_PROFILE\0");
                self.profile = self.profile.or(piece.and_then(|piece| piece.get(2..)));
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
