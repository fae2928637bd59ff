//! PNG: a signature and chunks, the last of them `IEND` (PNG specification, 3rd edition, chapter
//! 5).

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let mut found = Structure {
        end: None,
        bits: 8,
        colour: Colour::Colour,
        alpha: false,
        frames: 1,
    };
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
                found.frames = (u32::from_be_bytes(*frames) as usize).max(1);
            }
            b"IEND" => {
                found.end = Some(at + 8 + chunk.len());
                return Ok(found);
            }
            _ => {}
        }
        at += 8 + chunk.len();
    }
}
