//! TIFF: directories that say where strips and tiles lie (TIFF 6.0, sections 2 and 15).
//!
//! TIFF has no end marker, and data between what directories name is legal, so nothing is said of
//! trailing bytes.

use super::tags::{Tag, Tags};
use super::{Stop, Structure};
use crate::signature::facts::Colour;

/// Most pages that are walked: chains of directories may be loops.
const MOST_PAGES: usize = 1 << 14;

const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const MEANING: u16 = 262;
const EXTRA: u16 = 338;

/// Tags of places and lengths of data: strips, tiles, and JPEG data of old.
const DATA: [(u16, u16); 3] = [(273, 279), (324, 325), (513, 514)];

pub(super) fn walk(bytes: &[u8]) -> Result<Structure, Stop> {
    let (tags, first) = Tags::read(bytes)?;
    let mut found = Structure {
        end: None,
        bits: 8,
        colour: Colour::Colour,
        alpha: false,
        frames: 0,
    };
    let mut at = first;
    while at != 0 && found.frames < MOST_PAGES {
        let (page, next) = tags.directory(at)?;
        for (places, lengths) in DATA {
            data_is_here(tags, &page, places, lengths, bytes.len() as u64)?;
        }
        if found.frames == 0 {
            describe(tags, &page, &mut found);
        }
        found.frames += 1;
        at = next;
    }
    found.frames = found.frames.max(1);
    Ok(found)
}

/// Whether the first picture is compressed as JPEG, of either kind (6 and 7).
pub(in crate::signature) fn holds_jpeg(bytes: &[u8]) -> bool {
    let read = || {
        let (tags, first) = Tags::read(bytes)?;
        let (page, _) = tags.directory(first)?;
        let compression = tag(&page, COMPRESSION).map(|tag| tags.first(tag));
        Ok::<_, Stop>(matches!(compression, Some(6 | 7)))
    };
    // The decoder may read what the walk does not: then the more is assumed.
    read().unwrap_or(true)
}

fn tag(page: &[Tag], number: u16) -> Option<Tag> {
    page.iter().find(|tag| tag.number == number).copied()
}

fn data_is_here(
    tags: Tags<'_>,
    page: &[Tag],
    places: u16,
    lengths: u16,
    file: u64,
) -> Result<(), Stop> {
    let (Some(places), Some(lengths)) = (tag(page, places), tag(page, lengths)) else {
        return Ok(());
    };
    // Values that are no whole numbers are the decoder's to judge.
    let (Ok(places), Ok(lengths)) = (tags.values(places), tags.values(lengths)) else {
        return Ok(());
    };
    let beyond = |(place, length): (u64, u64)| place.saturating_add(length) > file;
    if places.into_iter().zip(lengths).any(beyond) {
        return Err(Stop::Cut("the file ends before its last strip or tile"));
    }
    Ok(())
}

fn describe(tags: Tags<'_>, page: &[Tag], found: &mut Structure) {
    if let Some(bits) = tag(page, BITS) {
        found.bits = tags.first(bits).min(255) as u8;
    }
    if let Some(meaning) = tag(page, MEANING) {
        found.colour = match tags.first(meaning) {
            0 | 1 => Colour::Grey,
            3 => Colour::Palette,
            5 => Colour::Cmyk,
            _ => Colour::Colour,
        };
    }
    // 1 and 2 are kinds of alpha, 0 is anything else.
    found.alpha = tag(page, EXTRA).is_some_and(|extra| matches!(tags.first(extra), 1 | 2));
}
