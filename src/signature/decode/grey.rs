//! Decoded pictures to grey levels.

use std::borrow::Cow;

use image::{DynamicImage, Rgb32FImage};
use luma_jpeg::Luma;

/// Whether a channel has more than 8 bits.
pub(super) fn is_deep(image: &DynamicImage) -> bool {
    let color = image.color();
    color.bytes_per_pixel() / color.channel_count() > 1
}

/// Grey levels by the weights that JPEG uses (ITU-R BT.601), so that a JPEG and
/// its PNG copy agree. Transparent parts show white, as on a page; a picture
/// that vanishes on white is shown on black; and one that lies beneath what is transparent is
/// shown whole, for programs that train drop the transparency.
///
/// More than 8 bits are stretched from darkest to lightest pixel: sensors with
/// 12 bits in a 16-bit file would otherwise come out black.
pub(super) fn luma(image: &DynamicImage) -> Luma {
    let (width, height) = (image.width(), image.height());
    let data = if is_deep(image) {
        stretched(image)
    } else if let DynamicImage::ImageLuma8(grey) = image {
        grey.as_raw().clone()
    } else if image.color().has_alpha() && !lies_beneath(image) {
        let on_white = over(image, 255);
        if on_white.iter().any(|&level| level != 255) {
            on_white
        } else {
            drop(on_white);
            over(image, 0)
        }
    } else {
        // Borrowed where it can be: a picture may have a hundred million pixels.
        let rgb = match image {
            DynamicImage::ImageRgb8(rgb) => Cow::Borrowed(rgb),
            other => Cow::Owned(other.to_rgb8()),
        };
        rgb.pixels().map(|pixel| weigh(pixel.0)).collect()
    };
    Luma {
        width,
        height,
        data,
    }
}

fn weigh([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    ((sum + 32_768) >> 16) as u8
}

/// Whether a picture lies beneath transparent pixels: an eighth of all at least, in levels that
/// vary. What was cut out has one colour there.
pub(super) fn lies_beneath(image: &DynamicImage) -> bool {
    const HIDDEN: u8 = 128;
    const LEAST_PART: u64 = 8;
    /// Standard deviation in levels; blocks of compression vary less.
    const VARIES: f64 = 8.0;
    let (mut count, mut sum, mut squares) = (0_u64, 0_u64, 0_u64);
    let mut add = |[red, green, blue, alpha]: [u8; 4]| {
        if alpha < HIDDEN {
            let level = u64::from(weigh([red, green, blue]));
            (count, sum, squares) = (count + 1, sum + level, squares + level * level);
        }
    };
    if let DynamicImage::ImageRgba8(rgba) = image {
        rgba.pixels().for_each(|pixel| add(pixel.0));
    } else {
        for band in bands(image) {
            band.to_rgba8().pixels().for_each(|pixel| add(pixel.0));
        }
    }
    let mean = sum as f64 / count.max(1) as f64;
    let variance = squares as f64 / count.max(1) as f64 - mean * mean;
    count * LEAST_PART >= pixels_of(image) as u64 && variance > VARIES * VARIES
}

fn over(image: &DynamicImage, ground: u8) -> Vec<u8> {
    let level = |[red, green, blue, alpha]: [u8; 4]| {
        let level = u32::from(weigh([red, green, blue])) * u32::from(alpha);
        ((level + u32::from(ground) * (255 - u32::from(alpha)) + 127) / 255) as u8
    };
    if let DynamicImage::ImageRgba8(rgba) = image {
        return rgba.pixels().map(|pixel| level(pixel.0)).collect();
    }
    let mut levels = Vec::with_capacity(pixels_of(image));
    for band in bands(image) {
        levels.extend(band.to_rgba8().pixels().map(|pixel| level(pixel.0)));
    }
    levels
}

/// Twice over the picture, because it would be several times larger as numbers.
fn stretched(image: &DynamicImage) -> Vec<u8> {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for band in bands(image) {
        for level in deep_levels(&band.to_rgb32f()) {
            (low, high) = (low.min(level), high.max(level));
        }
    }
    let scale = if high > low {
        255.0 / (high - low)
    } else {
        0.0
    };
    let mut levels = Vec::with_capacity(pixels_of(image));
    for band in bands(image) {
        let deep = band.to_rgb32f();
        levels.extend(deep_levels(&deep).map(|level| ((level - low) * scale).round() as u8));
    }
    levels
}

fn deep_levels(band: &Rgb32FImage) -> impl Iterator<Item = f32> {
    band.pixels().map(|pixel| {
        let [red, green, blue] = pixel.0;
        let level = 0.299 * red + 0.587 * green + 0.114 * blue;
        if level.is_finite() { level } else { 0.0 }
    })
}

fn pixels_of(image: &DynamicImage) -> usize {
    image.width() as usize * image.height() as usize
}

/// Pixels of a band.
const BAND: u32 = 1 << 16;

/// Copies of parts of a picture which are all of it, in the order of its pixels: what is made of
/// them never takes as much memory as the picture.
pub(super) fn bands(image: &DynamicImage) -> impl Iterator<Item = DynamicImage> {
    let (width, height) = (image.width(), image.height());
    let across = width.clamp(1, BAND);
    // A part of a row is a band of its own.
    let down = if across < width { 1 } else { BAND / across };
    let rows = (0..height).step_by(down as usize);
    let starts = rows.flat_map(move |y| (0..width).step_by(across as usize).map(move |x| (x, y)));
    starts.map(move |(x, y)| image.crop_imm(x, y, across.min(width - x), down.min(height - y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of which most is transparent, in these colours there.
    fn mostly_transparent(beneath: impl Fn(u32, u32) -> u8) -> DynamicImage {
        let image = image::RgbaImage::from_fn(32, 32, |x, y| {
            let level = beneath(x, y);
            let alpha = if x < 8 && y < 8 { 255 } else { 0 };
            image::Rgba([level, level, level, alpha])
        });
        DynamicImage::ImageRgba8(image)
    }

    #[test]
    fn a_picture_beneath_transparent_pixels_is_shown() {
        let level = |x: u32, y: u32| (x * 7 + y) as u8;
        let hidden = luma(&mostly_transparent(level));
        assert_eq!(hidden.data[31 * 32 + 31], level(31, 31));
        // What was cut out is shown on white.
        let cut = luma(&mostly_transparent(
            |x, y| if x < 8 && y < 8 { 90 } else { 0 },
        ));
        assert_eq!((cut.data[0], cut.data[31 * 32 + 31]), (90, 255));
    }

    #[test]
    fn bands_are_the_picture_in_order() {
        for (width, height) in [(7, 5), (1, 70_000), (70_000, 2), (300, 500), (65_536, 1)] {
            let image = image::ImageBuffer::from_fn(width, height, |x, y| {
                image::Luma([(x * 31 + y * 7) as u16])
            });
            let image = DynamicImage::ImageLuma16(image);
            let parts: Vec<DynamicImage> = bands(&image).collect();
            let joined: Vec<u8> = parts
                .iter()
                .flat_map(|part| part.as_bytes())
                .copied()
                .collect();
            assert!(joined == image.as_bytes(), "{width} x {height}");
            let most = parts.iter().map(|part| part.width() * part.height()).max();
            assert!(most.unwrap() <= BAND);
        }
    }
}
