//! PNG: a signature and chunks, the last of them `IEND` (PNG specification, 3rd edition, chapter
//! 5).

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

/// Width and height.
pub(super) fn size(bytes: &[u8]) -> (u32, u32) {
    let side = |at: usize| {
        let four = bytes.get(at..).and_then(|rest| rest.first_chunk());
        four.map_or(0, |four| u32::from_be_bytes(*four))
    };
    (side(16), side(20))
}

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let mut found = Structure {
        end: None,
        bits: 8,
        colour: Colour::Colour,
        alpha: false,
        frames: 1,
    };
    // Control chunks of frames; without one before the data, the picture is none of the frames.
    let (mut controlled, mut is_apart, mut is_animated) = (0, None, false);
    let mut at = 8;
    loop {
        let head = take(bytes, at, 8, "the file ends without an IEND chunk")?;
        let (length, name) = head.split_at(4);
        let length = u32::from_be_bytes(length.try_into().map_err(|_| Stop::Strange)?);
        if !name.iter().all(u8::is_ascii_alphabetic) || length > i32::MAX as u32 {
            return Err(Stop::Strange);
        }
        let chunk = take(
            bytes,
            at + 8,
            length as usize + 4,
            "the file ends inside a chunk",
        )?;
        let data = &chunk[..length as usize];
        match name {
            b"IHDR" => {
                let &[bits, colour] = data
                    .get(8..10)
                    .and_then(|two| two.first_chunk())
                    .ok_or(Stop::Strange)?;
                found.bits = bits;
                found.colour = match colour {
                    0 | 4 => Colour::Grey,
                    3 => Colour::Palette,
                    _ => Colour::Colour,
                };
                found.alpha = matches!(colour, 4 | 6);
            }
            b"tRNS" => found.alpha = true,
            b"acTL" => {
                let frames = data.first_chunk::<4>().ok_or(Stop::Strange)?;
                found.frames = u32::from_be_bytes(*frames) as usize;
                is_animated = true;
            }
            b"fcTL" => controlled += 1,
            b"IDAT" if is_animated => {
                is_apart.get_or_insert(controlled == 0);
            }
            b"IEND" => {
                if is_animated {
                    let apart = usize::from(is_apart == Some(true));
                    found.frames = found.frames.max(controlled).max(1 - apart) + apart;
                }
                found.end = Some(at + 8 + chunk.len());
                return Ok(found);
            }
            _ => {}
        }
        at += 8 + chunk.len();
    }
}
