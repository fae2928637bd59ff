//! BMP: a header that says where the rows begin, and rows of a known length.

use super::{Stop, Structure, take};
use crate::signature::facts::Colour;

const NO_HEADER: &str = "the file ends inside its header";

const NO_ROWS: &str = "the file ends before its last row";

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
    let mut end = u64::from(rows_at) + rows;
    if end > bytes.len() as u64 {
        return Err(Stop::Cut(NO_ROWS));
    }
    if matches!(compression, 1 | 2) {
        end = end.max(runs(bytes, rows_at as usize, compression == 2, width, height)? as u64);
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

/// One past the last of the runs that fill all rows. A decoder fills with black what is missing
/// behind a mark of the end that comes too early.
fn runs(
    bytes: &[u8],
    mut at: usize,
    has_nibbles: bool,
    width: u64,
    height: u64,
) -> Result<usize, Stop> {
    let (mut x, mut row) = (0, 0);
    // The mark of the end may be missing where the last row is whole.
    while row + u64::from(x >= width) < height || at + 2 <= bytes.len() {
        let code = take(bytes, at, 2, NO_ROWS)?;
        at += 2;
        match (code[0], code[1]) {
            (0, 0) => (x, row) = (0, row + 1),
            (0, 1) => break,
            (0, 2) => {
                let step = take(bytes, at, 2, NO_ROWS)?;
                (x, row) = (x + u64::from(step[0]), row + u64::from(step[1]));
                at += 2;
            }
            (0, count) => {
                let length = match has_nibbles {
                    true => usize::from(count).div_ceil(2),
                    false => usize::from(count),
                };
                // Filled up to an even number.
                let length = length + length % 2;
                take(bytes, at, length, NO_ROWS)?;
                at += length;
                x += u64::from(count);
            }
            (count, _) => x += u64::from(count),
        }
        if row >= height {
            break;
        }
    }
    match row + u64::from(x >= width) >= height {
        true => Ok(at),
        false => Err(Stop::Cut("its runs end before its last row")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three rows of four pixels in 8 bits, compressed.
    fn rle(runs: &[u8]) -> Vec<u8> {
        let long = |number: usize| (number as u32).to_le_bytes();
        let rows_at = 14 + 40 + 8;
        let mut bytes = b"BM".to_vec();
        bytes.extend([long(rows_at + runs.len()), long(0), long(rows_at)].concat());
        bytes.extend([long(40), long(4), long(3), [1, 0, 8, 0], long(1)].concat());
        bytes.extend([long(runs.len()), long(0), long(0), long(2), long(0)].concat());
        bytes.extend([0, 0, 0, 0, 255, 255, 255, 0]);
        bytes.extend(runs);
        bytes
    }

    #[test]
    fn compressed_rows_are_all_there_with_a_mark_of_the_end_or_without() {
        let row = [2, 1, 0, 3, 0, 1, 0, 0, 0, 0];
        let whole = [&row[..], &row, &[4, 1]].concat();
        assert!(walk(&rle(&whole)).is_ok());
        assert!(walk(&rle(&[&whole[..], &[0, 1]].concat())).is_ok());
        let skipped = [&row[..], &[0, 2, 1, 1, 3, 1, 0, 1]].concat();
        assert!(walk(&rle(&skipped)).is_ok());
    }

    #[test]
    fn compressed_rows_that_end_early_are_cut() {
        let row = [4, 1, 0, 0];
        for runs in [
            [&row[..], &[0, 1]].concat(),
            [&row[..], &row, &[2, 1, 0, 1]].concat(),
            [&row[..], &row].concat(),
            [&row[..], &row, &[0, 9, 1]].concat(),
        ] {
            assert!(matches!(walk(&rle(&runs)), Err(Stop::Cut(_))), "{runs:?}");
        }
    }
}
