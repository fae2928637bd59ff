//! How a picture looks at large: as one that was taken, or as one that was drawn by a program, such
//! as a mask.

use std::collections::HashSet;

use image::DynamicImage;

use super::decode_fully;
use super::recognise::recognise;
use crate::budget::Budget;
use crate::signature::reading;
use crate::signature::unreadable::{Unreadable, caught};
use crate::source::Source;

/// Most distinct colours of a picture that holds few.
const FEW: usize = 64;

/// Pixels to one colour, at least, in a picture that holds few: a tiny one has no room for more.
const PIXELS_A_COLOUR: usize = 16;

/// Of a hundred pixels of a flat picture, those that are as the one to their left.
const FLAT: usize = 85;

/// Pixels that are looked at: of a larger picture, rows at equal distances.
const MOST_PIXELS: u64 = 1 << 20;

/// What is seen of one picture at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// It holds few colours.
    pub(crate) has_few_colours: bool,
    /// Most of it is areas of one colour each.
    pub(crate) is_flat: bool,
    /// Without any colour.
    pub(crate) is_grey: bool,
}

/// Looks at a picture, decoding it in full; `None` where that fails.
pub(crate) fn look(source: Source<'_>, budget: &Budget) -> Option<Look> {
    let mut share = budget.share();
    let bytes = reading::read(source, &mut share).ok()?;
    let image = caught(|| -> Result<DynamicImage, Unreadable> {
        let (decoder, format) = recognise(&bytes)?;
        Ok(decode_fully(&bytes, decoder, format, &mut share)?.image)
    });
    Some(look_of(&image.ok()?))
}

fn look_of(image: &DynamicImage) -> Look {
    let (width, height) = (image.width(), image.height());
    let pixels = u64::from(width) * u64::from(height);
    let step = usize::try_from(pixels / MOST_PIXELS).unwrap_or(usize::MAX) + 1;
    let mut seen = HashSet::new();
    let (mut all, mut alike, mut pairs, mut is_grey) = (0, 0, 0, true);
    for y in (0..height).step_by(step) {
        // Of 16 bits the lower half tells depths apart that look as one.
        let row = image.crop_imm(0, y, width, 1).to_rgb16();
        let row: Vec<[u16; 3]> = row.pixels().map(|pixel| pixel.0).collect();
        let is_run = |pair: &&[[u16; 3]]| pair[0] == pair[1];
        alike += row.windows(2).filter(is_run).count();
        pairs += row.len().saturating_sub(1);
        all += row.len();
        is_grey &= row.iter().all(|[r, g, b]| r == g && g == b);
        for pixel in row {
            if seen.len() <= FEW {
                seen.insert(pixel);
            }
        }
    }
    Look {
        has_few_colours: seen.len() <= FEW && seen.len() * PIXELS_A_COLOUR <= all,
        is_flat: alike * 100 >= pairs * FLAT,
        is_grey,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage};

    fn told(image: impl Into<DynamicImage>) -> (bool, bool, bool) {
        let look = look_of(&image.into());
        (look.has_few_colours, look.is_flat, look.is_grey)
    }

    /// Numbers without order.
    fn noise(x: u32, y: u32) -> u8 {
        let mixed = (x + 1).wrapping_mul(0x9e37_79b1) ^ (y + 1).wrapping_mul(0x85eb_ca6b);
        (mixed.wrapping_mul(0xc2b2_ae35) >> 24) as u8
    }

    #[test]
    fn masks_hold_few_colours_in_areas_and_photos_neither() {
        let mask = RgbImage::from_fn(64, 64, |x, y| {
            Rgb([128 * u8::from(x * x + y * y < 900), 0, 9])
        });
        assert_eq!(told(mask), (true, true, false));
        let levels = GrayImage::from_fn(64, 64, |x, _| Luma([u8::from(x > 20)]));
        assert_eq!(told(levels), (true, true, true));
        let photo = RgbImage::from_fn(64, 64, |x, y| Rgb([noise(x, y), noise(y, x), x as u8]));
        assert_eq!(told(photo), (false, false, false));
        let grey = GrayImage::from_fn(64, 64, |x, y| Luma([noise(x, y)]));
        assert_eq!(told(grey), (false, false, true));
    }

    #[test]
    fn a_tiny_picture_and_depths_that_differ_in_their_lower_half_hold_many() {
        let tiny = GrayImage::from_fn(8, 4, |x, y| Luma([noise(x, y)]));
        assert!(!look_of(&tiny.into()).has_few_colours);
        let depth: ImageBuffer<Luma<u16>, Vec<u16>> =
            ImageBuffer::from_fn(64, 64, |x, y| Luma([20_000 + (x * 64 + y) as u16 % 200]));
        assert_eq!(told(depth), (false, false, true));
    }
}
