//! TIFF: directories that say where strips and tiles lie (TIFF 6.0, sections 2 and 15).
//!
//! TIFF has no end marker, and data between what directories name is legal, so nothing is said of
//! trailing bytes.

use super::tags::{Tag, Tags};
use super::{Stop, Structure};
use crate::signature::facts::Colour;

/// Most pages that are walked: chains of directories may be loops.
const MOST_PAGES: usize = 1 << 14;

const SUBFILE: u16 = 254;
const SUBFILE_OF_OLD: u16 = 255;
const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const MEANING: u16 = 262;
const FILL_ORDER: u16 = 266;
const CHANNELS: u16 = 277;
const PLANES: u16 = 284;
const EXTRA: u16 = 338;
const SAMPLE_FORMAT: u16 = 339;

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
    let mut first_page: Option<Vec<Tag>> = None;
    let mut walked = 0;
    while at != 0 && walked < MOST_PAGES {
        let (page, next) = tags.directory(at)?;
        walked += 1;
        for (places, lengths) in DATA {
            data_is_here(tags, &page, places, lengths, bytes.len() as u64)?;
        }
        at = next;
        let Some(first) = &first_page else {
            describe(tags, &page, &mut found);
            found.frames = 1;
            first_page = Some(page);
            continue;
        };
        if !shows_less_of(tags, first, &page) {
            found.frames += 1;
        }
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

/// What the first picture is, for people, where a decoder reads no such picture.
pub(in crate::signature) fn kind(bytes: &[u8]) -> Option<String> {
    let (tags, first) = Tags::read(bytes).ok()?;
    let (page, _) = tags.directory(first).ok()?;
    let value = |number: u16, default| tag(&page, number).map_or(default, |tag| tags.first(tag));
    let numbers = match value(SAMPLE_FORMAT, 1) {
        2 => "signed numbers",
        3 => "floating-point numbers",
        5 | 6 => "complex numbers",
        _ => "numbers",
    };
    let meaning = match value(MEANING, 1) {
        0 | 1 => "grey",
        2 => "red, green and blue",
        3 => "indices into a palette",
        5 => "inks",
        6 => "luma and chroma",
        8..=10 => "CIE Lab",
        _ => "an uncommon colour space",
    };
    let compression = match value(COMPRESSION, 1) {
        1 => "not compressed".to_owned(),
        2..=4 => "compressed as a fax".to_owned(),
        5 => "compressed by LZW".to_owned(),
        6 | 7 => "compressed as JPEG".to_owned(),
        8 | 32_946 => "compressed by Deflate".to_owned(),
        32_773 => "compressed by PackBits".to_owned(),
        other => format!("compressed by method {other}"),
    };
    let apart = match (value(PLANES, 1), value(FILL_ORDER, 1)) {
        (2, _) => ", channels apart",
        (_, 2) => ", bits in reverse",
        _ => "",
    };
    let bits = value(BITS, 1);
    Some(format!(
        "a TIFF of {bits}-bit {numbers} ({meaning}, {compression}{apart})"
    ))
}

/// Whether the first picture is stored in a way that the decoder does not know, but does not
/// refuse: channels in tiles of their own, and faxes with their bits in reverse.
pub(in crate::signature) fn is_misread(bytes: &[u8]) -> bool {
    let read = || {
        let (tags, first) = Tags::read(bytes)?;
        let (page, _) = tags.directory(first)?;
        let value = |number: u16| tag(&page, number).map_or(1, |tag| tags.first(tag));
        let planes = value(PLANES) == 2 && value(CHANNELS) > 1;
        let tiles = page.iter().any(|tag| tag.number == DATA[1].0);
        let fax = matches!(value(COMPRESSION), 2..=4);
        Ok::<_, Stop>((planes && tiles) || (fax && value(FILL_ORDER) == 2))
    };
    read().unwrap_or(false)
}

/// Whether a page is a copy of the first with fewer pixels, or its mask: it says so, or its tiles
/// are those of the next levels of a slide, whose writers do not.
fn shows_less_of(tags: Tags<'_>, first: &[Tag], page: &[Tag]) -> bool {
    let value = |page: &[Tag], number: u16| tag(page, number).map_or(0, |tag| tags.first(tag));
    const REDUCED: u64 = 1;
    const MASK: u64 = 4;
    if value(page, SUBFILE) & (REDUCED | MASK) != 0 || value(page, SUBFILE_OF_OLD) == 2 {
        return true;
    }
    let sides = [WIDTH, HEIGHT].map(|side| (value(first, side), value(page, side)));
    let [(width, narrow), (height, low)] = sides;
    let tiled = [first, page]
        .iter()
        .all(|page| tag(page, DATA[1].0).is_some());
    if !tiled || narrow == 0 || low == 0 || narrow >= width {
        return false;
    }
    let factor = (width as f64 / narrow as f64).round() as u64;
    // Levels are cut or rounded up by less than one pixel of theirs.
    let is_level = |(of, own): (u64, u64)| (own * factor).abs_diff(of) <= factor;
    factor >= 2 && sides.into_iter().all(is_level) && height > low
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of tags with one short each.
    fn tiff(values: &[(u16, u16)]) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((values.len() as u16).to_le_bytes());
        for (number, value) in values {
            bytes.extend([*number, 3, 1, 0, *value, 0].map(u16::to_le_bytes).concat());
        }
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn planes_in_tiles_and_turned_faxes_are_told_from_their_neighbours() {
        let planes = [(CHANNELS, 3), (PLANES, 2)];
        let tiled = [&planes[..], &[(DATA[1].0, 0)]].concat();
        let strips = [&planes[..], &[(DATA[0].0, 0)]].concat();
        assert!(is_misread(&tiff(&tiled)));
        assert!(!is_misread(&tiff(&strips)));
        assert!(is_misread(&tiff(&[(COMPRESSION, 4), (FILL_ORDER, 2)])));
        assert!(!is_misread(&tiff(&[(COMPRESSION, 5), (FILL_ORDER, 2)])));
        assert!(!is_misread(b"II*\0"));
    }

    #[test]
    fn reduced_copies_masks_and_levels_of_a_slide_are_no_pages() {
        let size =
            |side: u16, more: &[(u16, u16)]| [&[(WIDTH, side), (HEIGHT, side)][..], more].concat();
        let tiles = [(DATA[1].0, 0), (DATA[1].1, 0)];
        let frames = |pages: &[Vec<(u16, u16)>]| {
            let mut bytes = tiff(&pages[0]);
            for page in &pages[1..] {
                let (at, own) = (bytes.len() as u32, tiff(page));
                let link = bytes.len() - 4;
                bytes[link..].copy_from_slice(&at.to_le_bytes());
                bytes.extend(&own[8..]);
            }
            walk(&bytes).map(|found| found.frames).ok()
        };
        let one = size(64, &[]);
        assert_eq!(frames(std::slice::from_ref(&one)), Some(1));
        assert_eq!(frames(&[one.clone(), one.clone(), one.clone()]), Some(3));
        for kind in [1, 4, 5] {
            assert_eq!(
                frames(&[one.clone(), size(16, &[(SUBFILE, kind)])]),
                Some(1)
            );
        }
        assert_eq!(frames(&[one.clone(), size(64, &[(SUBFILE, 2)])]), Some(2));
        let levels = [64, 32, 16].map(|side| size(side, &tiles));
        assert_eq!(frames(&levels), Some(1));
        assert_eq!(frames(&[size(64, &[]), size(32, &[])]), Some(2));
        assert_eq!(frames(&[size(64, &tiles), size(64, &tiles)]), Some(2));
    }

    #[test]
    fn a_kind_is_told_in_words() {
        let values = [
            (BITS, 32),
            (SAMPLE_FORMAT, 3),
            (MEANING, 1),
            (COMPRESSION, 5),
        ];
        let expected = "a TIFF of 32-bit floating-point numbers (grey, compressed by LZW)";
        assert_eq!(kind(&tiff(&values)).as_deref(), Some(expected));
        assert_eq!(kind(b"II*"), None);
    }
}
