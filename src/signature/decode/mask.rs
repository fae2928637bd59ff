//! Masks: their size, and the values that they hold.

use std::collections::BTreeSet;

use image::DynamicImage;
use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

use super::grey::is_deep;
use super::recognise::recognise;
use super::{container, decode_fully, is_turned};
use crate::budget::Share;
use crate::signature::digest::Digest;
use crate::signature::unreadable::{Format, Unreadable, caught};

/// Most distinct values that are kept: as many as a palette has.
const MOST_VALUES: usize = 256;

/// What is kept of one mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mask {
    /// Pixels across, upright.
    pub(crate) width: u32,
    /// Pixels down, upright.
    pub(crate) height: u32,
    /// Digest of size and pixels; of a JPEG, of its bytes.
    pub(crate) pixels: Digest,
    /// Distinct levels, or places in the palette, in order; `None` where pixels have colours, or
    /// over 256 levels, or in a JPEG.
    pub(crate) levels: Option<Vec<u32>>,
    /// Distinct colours, `0xRRGGBB`, in order; `None` where there are over 256, or over 8 bits.
    pub(crate) colours: Option<Vec<u32>>,
}

/// Reads a mask, decoding all but JPEG in full, in its share of the memory.
///
/// # Errors
/// Every way in which the bytes are not a whole, supported image that fits.
pub(crate) fn read_mask(bytes: &[u8], share: &mut Share<'_>) -> Result<Mask, Unreadable> {
    caught(|| read(bytes, share))
}

fn read(bytes: &[u8], share: &mut Share<'_>) -> Result<Mask, Unreadable> {
    let (decoder, format) = recognise(bytes)?;
    container::walk(bytes, format).map_err(|missing| Unreadable::Truncated {
        format,
        detail: missing.to_owned(),
    })?;
    if format == Format::Jpeg {
        return sized(of_jpeg(bytes), format);
    }
    let full = decode_fully(bytes, decoder, format, share)?;
    let pixels = full.pixel_digest();
    // What a window shows are no values of a mask.
    let is_windowed = full.exact.is_some();
    let image = full.image;
    let colours = (!is_deep(&image) && !is_windowed)
        .then(|| colours_of(&image))
        .flatten();
    let palette = match format {
        Format::Png => palette(bytes),
        _ => None,
    };
    let levels = match (&colours, palette) {
        (Some(colours), Some(palette)) => places(colours, &palette),
        (Some(colours), None) => greys(colours),
        (None, _) => deep_levels(&image),
    };
    let mask = Mask {
        width: image.width(),
        height: image.height(),
        pixels,
        levels,
        colours,
    };
    sized(mask, format)
}

/// A mask that has a pixel.
fn sized(mask: Mask, format: Format) -> Result<Mask, Unreadable> {
    match mask.width.min(mask.height) {
        0 => Err(Unreadable::Corrupt {
            format,
            detail: format!("a picture of {} x {} pixels", mask.width, mask.height),
        }),
        _ => Ok(mask),
    }
}

/// A JPEG is as large as its header says, and smooths whatever values it is given: decoding all of
/// it, which takes long where clean pictures stand beside noisy ones, would tell no more.
fn of_jpeg(bytes: &[u8]) -> Mask {
    let headers = container::jpeg::headers(bytes);
    let (width, height) = headers.size;
    let upright = headers.exif.and_then(Orientation::from_exif_chunk);
    let (width, height) = match upright.is_some_and(is_turned) {
        true => (height, width),
        false => (width, height),
    };
    Mask {
        width,
        height,
        pixels: Digest::of(bytes),
        levels: None,
        colours: None,
    }
}

/// The distinct among `values`, in order; `None` where there are too many. Runs of one value, of
/// which a mask is made, cost a comparison each.
fn distinct(values: impl Iterator<Item = u32>) -> Option<Vec<u32>> {
    let mut seen = BTreeSet::new();
    let mut last = None;
    for value in values {
        if last == Some(value) {
            continue;
        }
        last = Some(value);
        if seen.insert(value) && seen.len() > MOST_VALUES {
            return None;
        }
    }
    Some(seen.into_iter().collect())
}

fn colours_of(image: &DynamicImage) -> Option<Vec<u32>> {
    let rgb = |[red, green, blue]: [u8; 3]| u32::from_be_bytes([0, red, green, blue]);
    let samples = image.as_bytes();
    match image {
        DynamicImage::ImageLuma8(_) => distinct(samples.iter().map(|&level| rgb([level; 3]))),
        DynamicImage::ImageRgb8(_) => distinct(samples.as_chunks().0.iter().map(|&one| rgb(one))),
        other => {
            let copy = other.to_rgb8();
            distinct(copy.pixels().map(|pixel| rgb(pixel.0)))
        }
    }
}

/// Levels of colours that are all grey.
fn greys(colours: &[u32]) -> Option<Vec<u32>> {
    let level = |&colour: &u32| {
        let level = colour & 0xff;
        (colour == level * 0x01_01_01).then_some(level)
    };
    colours.iter().map(level).collect()
}

/// Levels of one deep channel: instances of Cityscapes, depths.
fn deep_levels(image: &DynamicImage) -> Option<Vec<u32>> {
    match image {
        DynamicImage::ImageLuma16(image) => {
            distinct(image.as_raw().iter().map(|&level| u32::from(level)))
        }
        _ => None,
    }
}

/// Places of colours in a palette, the first of each.
fn places(colours: &[u32], palette: &[u32]) -> Option<Vec<u32>> {
    let place = |colour: &u32| {
        let at = palette.iter().position(|one| one == colour)?;
        u32::try_from(at).ok()
    };
    let places: Option<BTreeSet<u32>> = colours.iter().map(place).collect();
    Some(places?.into_iter().collect())
}

/// The colours of a PNG with a palette, in their order; the first chunks are read only.
fn palette(png: &[u8]) -> Option<Vec<u32>> {
    let is_indexed = png.get(25) == Some(&3);
    let mut rest = png.get(8..).filter(|_| is_indexed)?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (kind, after) = after.split_first_chunk::<4>()?;
        let (data, after) = after.split_at_checked(length)?;
        if kind == b"PLTE" {
            let colours = data.as_chunks::<3>().0.iter();
            return Some(
                colours
                    .map(|&[red, green, blue]| u32::from_be_bytes([0, red, green, blue]))
                    .collect(),
            );
        }
        rest = after.get(4..)?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::budget::Budget;
    use image::ImageFormat;

    fn written(image: &DynamicImage, format: ImageFormat) -> Mask {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        read_mask(&bytes.into_inner(), &mut Budget::default().share()).unwrap()
    }

    #[test]
    fn levels_and_colours_of_a_grey_mask_are_the_same_numbers() {
        let image =
            image::GrayImage::from_fn(8, 6, |x, _| image::Luma([[0, 1, 255][x as usize % 3]]));
        let grey = DynamicImage::ImageLuma8(image);
        let mask = written(&grey, ImageFormat::Png);
        assert_eq!((mask.width, mask.height), (8, 6));
        assert_eq!(mask.levels, Some(vec![0, 1, 255]));
        assert_eq!(mask.colours, Some(vec![0, 0x01_01_01, 0xff_ff_ff]));
        // In three channels it is the same mask.
        let rgb = DynamicImage::ImageRgb8(grey.to_rgb8());
        assert_eq!(written(&rgb, ImageFormat::Png), mask);
    }

    #[test]
    fn colours_have_no_level_and_many_values_are_not_kept() {
        let two = image::RgbImage::from_fn(4, 4, |x, _| {
            image::Rgb([[9, 200, 3], [0, 0, 0]][x as usize % 2])
        });
        let mask = written(&DynamicImage::ImageRgb8(two), ImageFormat::Bmp);
        assert_eq!(mask.levels, None);
        assert_eq!(mask.colours, Some(vec![0, 0x09_c8_03]));
        let many = image::RgbImage::from_fn(32, 32, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let mask = written(&DynamicImage::ImageRgb8(many), ImageFormat::Png);
        assert_eq!((mask.levels, mask.colours), (None, None));
    }

    #[test]
    fn deep_masks_have_levels_beyond_255() {
        let deep = image::ImageBuffer::from_fn(4, 4, |x, _| {
            image::Luma([[0, 24_001, 48_002, 500][x as usize]])
        });
        let mask = written(&DynamicImage::ImageLuma16(deep), ImageFormat::Png);
        assert_eq!(mask.levels, Some(vec![0, 500, 24_001, 48_002]));
        assert_eq!(mask.colours, None);
    }

    #[test]
    fn a_palette_gives_places_where_its_colours_are_not_those_of_levels() {
        let chunk = |kind: &[u8; 4], data: &[u8]| {
            let mut bytes = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
            bytes.extend(kind);
            bytes.extend(data);
            bytes.extend([0; 4]);
            bytes
        };
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.extend(chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0]));
        png.extend(chunk(b"gAMA", &[0; 4]));
        png.extend(chunk(b"PLTE", &[0, 0, 0, 128, 0, 0, 128, 0, 0]));
        assert_eq!(palette(&png), Some(vec![0, 0x80_00_00, 0x80_00_00]));
        assert_eq!(
            places(&[0x80_00_00], &palette(&png).unwrap()),
            Some(vec![1])
        );
        // Cut anywhere, it is none, and nothing is read beyond the end.
        for length in 0..png.len() - 4 {
            assert_eq!(palette(&png[..length]), None, "{length}");
        }
    }

    #[test]
    fn a_jpeg_has_its_size_and_no_values() {
        let image = DynamicImage::ImageLuma8(image::GrayImage::new(20, 10));
        let mask = written(&image, ImageFormat::Jpeg);
        assert_eq!((mask.width, mask.height), (20, 10));
        assert_eq!((mask.levels, mask.colours), (None, None));
    }

    #[test]
    fn a_mask_without_a_pixel_is_refused() {
        let refused = read_mask(b"P5 0 4 255\n", &mut Budget::default().share()).unwrap_err();
        assert!(!matches!(refused, Unreadable::Internal { .. }), "{refused}");
    }

    #[test]
    fn a_cut_mask_is_refused() {
        let image = DynamicImage::ImageLuma8(image::GrayImage::new(20, 20));
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        let bytes = bytes.into_inner();
        let cut = &bytes[..bytes.len() - 14];
        assert!(read_mask(cut, &mut Budget::default().share()).is_err());
    }
}
