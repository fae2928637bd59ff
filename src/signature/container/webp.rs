//! WebP: one RIFF chunk that says its length (WebP Container Specification).

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let length = little(take(bytes, 4, 4, "the file ends inside its header")?)?;
    if length < 4 {
        return Err(Stop::Strange);
    }
    take(bytes, 8, length, "the file is shorter than its header says")?;
    // A chunk of odd length is followed by a byte that its length does not count.
    let end = (8 + length + length % 2).min(bytes.len());
    let mut found = Structure {
        end: Some(end),
        bits: 8,
        colour: Colour::Colour,
        alpha: false,
        frames: 0,
    };
    let mut at = 12;
    while let Some(head) = bytes[..end].get(at..at + 8) {
        let length = little(&head[4..])?;
        let data = bytes[..end].get(at + 8..).unwrap_or_default();
        match &head[..4] {
            b"VP8X" => found.alpha |= data.first().is_some_and(|flags| flags & 0x10 != 0),
            // Signature, 14 bits each of width and height, and the alpha bit.
            b"VP8L" => found.alpha |= data.get(4).is_some_and(|byte| byte & 0x10 != 0),
            b"ALPH" => found.alpha = true,
            b"ANMF" => found.frames += 1,
            _ => {}
        }
        at = at.saturating_add(8).saturating_add(length + length % 2);
    }
    found.frames = found.frames.max(1);
    Ok(found)
}

fn little(four: &[u8]) -> Result<usize, Stop> {
    let four = four.first_chunk::<4>().ok_or(Stop::Strange)?;
    Ok(u32::from_le_bytes(*four) as usize)
}
