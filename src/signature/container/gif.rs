//! GIF: a screen, then blocks until the trailer `3B` (`GIF89a` specification, appendix B).

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

const NO_TRAILER: &str = "the file ends without a trailer";

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let screen = take(bytes, 6, 7, "the file ends inside its header")?;
    let mut at = 13 + table_length(screen[4]);
    let mut found = Structure {
        end: None,
        bits: 8,
        colour: Colour::Palette,
        alpha: false,
        frames: 0,
    };
    loop {
        match take(bytes, at, 1, NO_TRAILER)?[0] {
            0x3B => {
                found.end = Some(at + 1);
                found.frames = found.frames.max(1);
                return Ok(found);
            }
            0x2C => {
                let image = take(bytes, at + 1, 9, NO_TRAILER)?;
                // One byte more: the code size of the picture's data.
                at = sub_blocks(bytes, at + 10 + table_length(image[8]) + 1)?;
                found.frames += 1;
            }
            0x21 => {
                let label = take(bytes, at + 1, 1, NO_TRAILER)?[0];
                if label == 0xF9 {
                    let control = take(bytes, at + 2, 2, NO_TRAILER)?;
                    found.alpha |= control[0] >= 1 && control[1] & 1 == 1;
                }
                at = sub_blocks(bytes, at + 2)?;
            }
            _ => return Err(Stop::Strange),
        }
    }
}

/// The file with a screen as large as its first picture, where it says that the screen has no width
/// or no height: viewers show such a file.
pub(in crate::signature) fn with_a_screen(bytes: &[u8]) -> Option<Vec<u8>> {
    let screen = bytes.get(6..13)?;
    if screen[..2] != [0, 0] && screen[2..4] != [0, 0] {
        return None;
    }
    let mut at = 13 + table_length(screen[4]);
    while *bytes.get(at)? == 0x21 {
        at = sub_blocks(bytes, at + 2).ok()?;
    }
    let frame = bytes.get(at + 1..at + 9).filter(|_| bytes[at] == 0x2C)?;
    let mut whole = bytes.to_vec();
    for side in [0, 2] {
        let edge = |at: usize| u32::from(u16::from_le_bytes([frame[at], frame[at + 1]]));
        let reach = (edge(side) + edge(side + 4)).min(u32::from(u16::MAX)) as u16;
        whole[6 + side..8 + side].copy_from_slice(&reach.to_le_bytes());
    }
    Some(whole)
}

/// Bytes of the table of colours that flags announce.
fn table_length(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// One past the empty sub-block that ends a run of them.
fn sub_blocks(bytes: &[u8], mut at: usize) -> Result<usize, Stop> {
    loop {
        let length = take(bytes, at, 1, NO_TRAILER)?[0];
        at += 1 + usize::from(length);
        if length == 0 {
            return Ok(at);
        }
    }
}
