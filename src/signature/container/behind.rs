//! Whole pictures behind the end of a picture, which most readers never see.
//!
//! Cameras and phones put previews, gain maps and depth maps there, and some say so: in a
//! multi-picture index (CIPA DC-007) or in the metadata of what stands behind. What is told to be
//! such, or has far fewer pixels than the first, is none of the pictures that are counted.

use super::{jpeg, png, tags::Tags};

/// Most pictures that are counted.
const MOST: usize = 1000;

/// Words in the head of a picture that say what it is for.
const HELPERS: &[&[u8]] = &[
    b"hdrgm:",
    b"hdrgainmap",
    b"hdr-gain-map",
    b"urn:iso:std:iso:ts:21496",
    b"AuxiliaryImageType",
];

/// Words in the head of the first picture that say what those behind it are for.
const DIRECTORIES: &[&[u8]] = &[b"\"GainMap\"", b"\"Depth\"", b"GDepth:", b"hdrgm:Version"];

/// The tag of an index that has sixteen bytes for each picture.
const ENTRIES: u16 = 0xB002;

/// How many whole pictures stand behind the first, which ends at `end` and has so many pixels.
pub(in crate::signature) fn pictures_behind(bytes: &[u8], end: usize, pixels: u64) -> usize {
    let Some(mut rest) = bytes.get(end..).filter(|rest| !rest.is_empty()) else {
        return 0;
    };
    let head = &bytes[..end];
    let kinds = kinds(head);
    let has_helpers = jpeg::says(head, DIRECTORIES);
    let mut found = 0;
    for nth in 1..MOST {
        // Some begin at whole blocks.
        let padding = rest.iter().take_while(|byte| **byte == 0).count();
        rest = &rest[padding..];
        let (size, length) = match rest {
            [0xFF, 0xD8, 0xFF, ..] => match jpeg::walk(rest) {
                Ok(structure) => (jpeg::headers(rest).size, structure.end),
                Err(_) => break,
            },
            [0x89, b'P', b'N', b'G', ..] => match png::walk(rest) {
                Ok(structure) => (png::size(rest), structure.end),
                Err(_) => break,
            },
            _ => break,
        };
        let own = u64::from(size.0) * u64::from(size.1);
        let is_small = own.saturating_mul(2) < pixels;
        let is_helper = match kinds.get(nth).map(|kind| kind >> 16 & 0xFF) {
            // Thumbnails, and pictures that were taken together.
            Some(1) => true,
            Some(2) => false,
            _ => is_small || has_helpers || jpeg::says(rest, HELPERS),
        };
        found += usize::from(!is_helper);
        let Some(behind) = length.and_then(|length| rest.get(length..)) else {
            break;
        };
        rest = behind;
    }
    found
}

/// Kinds of the pictures of a file by its index, the first among them; none without one.
fn kinds(head: &[u8]) -> Vec<u32> {
    let entries = || {
        let block = jpeg::headers(head).index?;
        let (tags, at) = Tags::read(block).ok()?;
        let (directory, _) = tags.directory(at).ok()?;
        let entries = directory.into_iter().find(|tag| tag.number == ENTRIES)?;
        let kind = |entry: &[u8]| Some(tags.number_of(entry.first_chunk()?));
        let entries = tags.bytes_of(entries).chunks_exact(16);
        entries.map(kind).collect::<Option<Vec<u32>>>()
    };
    entries().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::ImageFormat;
    use std::io::Cursor;

    fn picture(side: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let image = image::RgbImage::from_pixel(side, side, image::Rgb([9, 90, 200]));
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn jpeg(side: u32) -> Vec<u8> {
        picture(side, ImageFormat::Jpeg)
    }

    /// A segment of a JPEG behind its start.
    fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u16 + 2).to_be_bytes();
        [&jpeg[..2], &[0xFF, marker], &length, content, &jpeg[2..]].concat()
    }

    /// An index of two pictures of which the second is of this kind.
    fn index(kind: u32) -> Vec<u8> {
        let mut block = b"MPF\0II*\0\x08\0\0\0\x01\0".to_vec();
        block.extend(ENTRIES.to_le_bytes());
        block.extend([7, 0, 32, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0]);
        for kind in [0x03_0000, kind] {
            block.extend(kind.to_le_bytes());
            block.extend([0; 12]);
        }
        block
    }

    fn behind(first: &[u8], more: &[u8]) -> usize {
        let bytes = [first, more].concat();
        pictures_behind(&bytes, first.len(), 64 * 64)
    }

    #[test]
    fn whole_pictures_behind_the_first_are_counted() {
        let png = picture(64, ImageFormat::Png);
        assert_eq!(behind(&jpeg(64), &[]), 0);
        assert_eq!(behind(&jpeg(64), &jpeg(64)), 1);
        assert_eq!(behind(&png, &png), 1);
        assert_eq!(behind(&png, &[&[0; 90][..], &jpeg(80), &png].concat()), 2);
        assert_eq!(behind(&jpeg(64), b"film, text and rubbish"), 0);
        assert_eq!(behind(&jpeg(64), &jpeg(64)[..300]), 0);
    }

    #[test]
    fn what_cameras_put_behind_a_photo_is_none() {
        let (first, preview) = (jpeg(64), jpeg(40));
        assert_eq!(behind(&first, &preview), 0);
        let of = |kind| with_segment(&first, 0xE2, &index(kind));
        // By their kinds: a large thumbnail, a pair, and one that says nothing.
        assert_eq!(behind(&of(0x01_0002), &jpeg(64)), 0);
        assert_eq!(behind(&of(0x02_0002), &preview), 1);
        assert_eq!(behind(&of(0), &jpeg(64)), 1);
        assert_eq!(behind(&of(0), &preview), 0);
        // A gain map that is as large as its picture says what it is.
        let told = b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version=\"1.0\"/>";
        assert_eq!(behind(&of(0), &with_segment(&jpeg(64), 0xE1, told)), 0);
        let directory = b"http://ns.adobe.com/xap/1.0/\0 Item:Semantic=\"GainMap\"";
        let primary = with_segment(&of(0), 0xE1, directory);
        assert_eq!(behind(&primary, &jpeg(64)), 0);
    }
}
