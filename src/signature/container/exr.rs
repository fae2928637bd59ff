//! `OpenEXR`: headers of attributes, each with its name, type and size (the `OpenEXR` file layout).

/// Blocks that a decoder holds at a time, at most: one for each of its threads and a few more.
const BLOCKS: u64 = 72;

/// Rows of a block, at most, in files without tiles.
const ROWS: u64 = 32;

/// What one header says of its blocks.
#[derive(Clone, Copy, Default)]
struct Part {
    width: u64,
    height: u64,
    channels: u64,
    tile: Option<(u64, u64)>,
}

/// Bytes of the blocks that are decoded at a time, at most. The window of data says how large they
/// are, and it may be any size, whatever the picture's; saturates where headers make no sense.
pub(in crate::signature) fn blocks(bytes: &[u8]) -> u64 {
    parts(bytes).map_or(u64::MAX, |parts| {
        parts.iter().map(Part::blocks).max().unwrap_or(u64::MAX)
    })
}

impl Part {
    fn blocks(&self) -> u64 {
        let area = self.width.saturating_mul(self.height);
        let block = match self.tile {
            Some((across, down)) => across.min(self.width) * down.min(self.height),
            None => self.width.saturating_mul(ROWS),
        };
        // Smaller copies of the picture take another third. A sample takes four bytes, compressed
        // and once more decompressed.
        let held = (BLOCKS.saturating_mul(block)).min(area.saturating_add(area / 2));
        held.max(block).saturating_mul(8 * self.channels.max(4))
    }
}

fn parts(bytes: &[u8]) -> Option<Vec<Part>> {
    let flags = u32::from_le_bytes(*bytes.get(4..8)?.first_chunk()?);
    let (has_many, mut rest) = (flags & 0x1000 != 0, bytes.get(8..)?);
    let mut parts = Vec::new();
    loop {
        let mut part = Part::default();
        while rest.first()? != &0 {
            let name = text(&mut rest)?;
            let kind = text(&mut rest)?;
            let size = long(rest)? as usize;
            let value = rest.get(4..)?.get(..size)?;
            rest = &rest[4 + size..];
            match (name, kind) {
                (b"dataWindow", b"box2i") => {
                    let edge = |at: usize| Some(i64::from(long(value.get(at..)?)?.cast_signed()));
                    let side = |from: i64, to: i64| (to - from + 1).max(0).cast_unsigned();
                    part.width = side(edge(0)?, edge(8)?);
                    part.height = side(edge(4)?, edge(12)?);
                }
                (b"tiles", b"tiledesc") => {
                    let side = |at: usize| Some(u64::from(long(value.get(at..)?)?));
                    part.tile = Some((side(0)?, side(4)?));
                }
                // Each channel is a name and 16 bytes.
                (b"channels", b"chlist") => {
                    let mut list = value;
                    while *list.first()? != 0 {
                        text(&mut list)?;
                        list = list.get(16..)?;
                        part.channels += 1;
                    }
                }
                _ => {}
            }
        }
        rest = &rest[1..];
        parts.push(part);
        if !has_many || *rest.first()? == 0 {
            return Some(parts);
        }
    }
}

/// A text up to its zero byte, taken off the front.
fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memchr(0, rest)?;
    let text = &rest[..end];
    *rest = &rest[end + 1..];
    Some(text)
}

fn long(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, kind: &str, value: &[u8]) -> Vec<u8> {
        let size = (value.len() as u32).to_le_bytes();
        [name.as_bytes(), b"\0", kind.as_bytes(), b"\0", &size, value].concat()
    }

    fn header(right: i32, lower: i32, more: &[u8]) -> Vec<u8> {
        let window = [0, 0, right, lower].map(i32::to_le_bytes).concat();
        let channels = [
            &b"B\0"[..],
            &[0; 16],
            b"G\0",
            &[0; 16],
            b"R\0",
            &[0; 16],
            b"\0",
        ]
        .concat();
        [
            b"\x76\x2f\x31\x01\x02\0\0\0".to_vec(),
            attribute("channels", "chlist", &channels),
            attribute("dataWindow", "box2i", &window),
            more.to_vec(),
            vec![0],
        ]
        .concat()
    }

    #[test]
    fn rows_of_a_small_picture_take_little_and_one_huge_tile_takes_all_of_it() {
        assert_eq!(blocks(&header(99, 9, b"")), 100 * 32 * 8 * 4);
        let tile = [1u32 << 16, 1 << 16].map(u32::to_le_bytes).concat();
        let huge = [&tile[..], b"\0"].concat();
        let tiled = header(65_535, 31_999, &attribute("tiles", "tiledesc", &huge));
        assert!(blocks(&tiled) >= 65_536 * 32_000 * 12);
    }

    #[test]
    fn headers_that_make_no_sense_are_never_small() {
        let whole = header(99, 9, b"");
        for end in 0..whole.len() {
            assert_eq!(blocks(&whole[..end]), u64::MAX, "{end}");
        }
    }
}
