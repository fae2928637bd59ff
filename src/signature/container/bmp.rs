//! BMP: a header that says where the rows begin, and rows of a known length.

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

const NO_HEADER: &str = "the file ends inside its header";

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let long = |at: usize| -> Result<u32, Stop> {
        let four = take(bytes, at, 4, NO_HEADER)?
            .first_chunk()
            .ok_or(Stop::Strange)?;
        Ok(u32::from_le_bytes(*four))
    };
    let short = |at: usize| Ok(long(at)? & 0xFFFF);
    let (file_length, rows_at, header) = (long(2)?, long(10)?, long(14)?);
    take(bytes, 14, header as usize, NO_HEADER)?;
    let (width, height, bits, compression, stated) = if header == 12 {
        (short(18)?, short(20)?, short(24)?, 0, 0)
    } else if header >= 40 {
        (long(18)?, long(22)?, short(28)?, long(30)?, long(34)?)
    } else {
        return Err(Stop::Strange);
    };
    // A negative height says that the uppermost row comes first.
    let (width, height) = (
        u64::from(width),
        u64::from(height.cast_signed().unsigned_abs()),
    );
    if rows_at < 14 + header || bits > 32 || width > 1 << 24 || height > 1 << 24 {
        return Err(Stop::Strange);
    }
    let rows = match compression {
        // Plain rows, with or without masks; a row fills up four bytes.
        0 | 3 | 6 => (width * u64::from(bits)).div_ceil(32) * 4 * height,
        _ => u64::from(stated),
    };
    let end = u64::from(rows_at) + rows;
    if end > bytes.len() as u64 {
        return Err(Stop::Cut("the file ends before its last row"));
    }
    let end = (end as usize).max((file_length as usize).min(bytes.len()));
    Ok(Structure {
        end: Some(end),
        bits: if bits <= 8 { bits as u8 } else { 8 },
        colour: if bits <= 8 {
            Colour::Palette
        } else {
            Colour::Colour
        },
        alpha: bits == 32 && compression != 0,
        frames: 1,
    })
}
