//! Directories of tags, as TIFF files and EXIF blocks hold them (TIFF 6.0, section 2; `BigTIFF`).

use super::{Stop, take};
use crate::signature::facts::Camera;

const MAKE: u16 = 271;
const MODEL: u16 = 272;

/// A block that begins as a TIFF file does.
#[derive(Clone, Copy)]
pub(super) struct Tags<'a> {
    bytes: &'a [u8],
    little: bool,
    /// `BigTIFF`: lengths and places have 8 bytes.
    big: bool,
}

/// One tag of a directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    pub(super) number: u16,
    kind: u16,
    count: u64,
    /// Where its values stand.
    at: usize,
}

const NO_DIRECTORY: &str = "the file ends before its directory of tags";

/// Most values that are read of one tag.
const MOST_VALUES: u64 = 1 << 22;

impl<'a> Tags<'a> {
    /// The block, and where its first directory stands.
    pub(super) fn read(bytes: &'a [u8]) -> Result<(Self, usize), Stop> {
        let mark = take(bytes, 0, 4, NO_DIRECTORY)?;
        let (little, big) = match mark {
            b"II*\0" => (true, false),
            b"MM\0*" => (false, false),
            b"II+\0" => (true, true),
            b"MM\0+" => (false, true),
            _ => return Err(Stop::Strange),
        };
        let tags = Self { bytes, little, big };
        let first = tags.number(if big { 8 } else { 4 }, if big { 8 } else { 4 })?;
        Ok((tags, place(first)?))
    }

    /// The tags of the directory at `at`, and where the next one stands; 0 for none.
    pub(super) fn directory(&self, at: usize) -> Result<(Vec<Tag>, usize), Stop> {
        let (count_length, entry, long) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = place(self.number(at, count_length)?)?;
        let start = at + count_length;
        let length = count.checked_mul(entry).ok_or(Stop::Strange)?;
        take(self.bytes, start, length, NO_DIRECTORY)?;
        let mut tags = Vec::with_capacity(count);
        for at in (start..start + length).step_by(entry) {
            let mut tag = Tag {
                number: self.number(at, 2)? as u16,
                kind: self.number(at + 2, 2)? as u16,
                count: self.number(at + 4, long)?,
                at: at + 4 + long,
            };
            let values = tag
                .count
                .checked_mul(size_of_kind(tag.kind))
                .ok_or(Stop::Strange)?;
            if values > long as u64 {
                tag.at = place(self.number(tag.at, long)?)?;
                take(
                    self.bytes,
                    tag.at,
                    place(values)?,
                    "the file ends inside the values of a tag",
                )?;
            }
            tags.push(tag);
        }
        let next = self.number(start + length, long)?;
        Ok((tags, place(next)?))
    }

    /// The values of a tag, where they are whole numbers.
    pub(super) fn values(&self, tag: Tag) -> Result<Vec<u64>, Stop> {
        let size = size_of_kind(tag.kind) as usize;
        if tag.count > MOST_VALUES || !matches!(tag.kind, 1 | 3 | 4 | 13 | 16 | 18) {
            return Err(Stop::Strange);
        }
        (0..tag.count as usize)
            .map(|i| self.number(tag.at + i * size, size))
            .collect()
    }

    /// The first value of a tag, 0 where there is none.
    pub(super) fn first(&self, tag: Tag) -> u64 {
        let one = Tag {
            count: tag.count.min(1),
            ..tag
        };
        let values = self.values(one).unwrap_or_default();
        values.first().copied().unwrap_or(0)
    }

    /// The bytes of a tag whose values have one each.
    pub(super) fn bytes_of(&self, tag: Tag) -> &'a [u8] {
        let end = tag.at.saturating_add(tag.count.min(MOST_VALUES) as usize);
        self.bytes.get(tag.at..end).unwrap_or_default()
    }

    /// A number of four bytes in the order of the block.
    pub(super) fn number_of(&self, bytes: &[u8; 4]) -> u32 {
        match self.little {
            true => u32::from_le_bytes(*bytes),
            false => u32::from_be_bytes(*bytes),
        }
    }

    fn text(&self, tag: Tag) -> &'a [u8] {
        let end = tag.at.saturating_add(tag.count.min(256) as usize);
        self.bytes.get(tag.at..end).unwrap_or_default()
    }

    /// The number of `length` bytes at `at`.
    fn number(&self, at: usize, length: usize) -> Result<u64, Stop> {
        let bytes = take(self.bytes, at, length, NO_DIRECTORY)?;
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Ok(if self.little {
            bytes.iter().rev().fold(0, join)
        } else {
            bytes.iter().fold(0, join)
        })
    }
}

/// What took a picture, from its EXIF block; empty where the block is damaged or says nothing.
pub(in crate::signature) fn camera(block: &[u8]) -> Camera {
    let read = || {
        let (tags, first) = Tags::read(block)?;
        let (found, _) = tags.directory(first)?;
        let named = |number| {
            let tag = found.iter().find(|tag| tag.number == number)?;
            let camera = Camera::named(tags.text(*tag));
            (!camera.is_empty()).then_some(camera)
        };
        Ok::<_, Stop>(named(MODEL).or_else(|| named(MAKE)).unwrap_or_default())
    };
    read().unwrap_or_default()
}

fn size_of_kind(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

fn place(number: u64) -> Result<usize, Stop> {
    usize::try_from(number).map_err(|_| Stop::Strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of one directory with a model of 6 bytes behind it.
    fn block(little: bool) -> Vec<u8> {
        let short = |number: u16| {
            if little {
                number.to_le_bytes()
            } else {
                number.to_be_bytes()
            }
        };
        let long = |number: u32| {
            if little {
                number.to_le_bytes()
            } else {
                number.to_be_bytes()
            }
        };
        let mut bytes = if little {
            b"II*\0".to_vec()
        } else {
            b"MM\0*".to_vec()
        };
        bytes.extend(long(8));
        bytes.extend(short(1));
        bytes.extend([short(MODEL), short(2)].concat());
        bytes.extend([long(6), long(26), long(0)].concat());
        bytes.extend(b"X-100\0");
        bytes
    }

    #[test]
    fn a_camera_is_read_in_either_byte_order() {
        assert_eq!(camera(&block(true)).name(), "X-100");
        assert_eq!(camera(&block(false)).name(), "X-100");
    }

    #[test]
    fn a_damaged_block_names_no_camera() {
        let whole = block(true);
        for length in 0..whole.len() {
            assert!(camera(&whole[..length]).is_empty(), "{length}");
        }
    }
}
