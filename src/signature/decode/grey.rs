//! Decoded pictures to grey levels.

use std::borrow::Cow;

use image::{DynamicImage, RgbaImage};
use luma_jpeg::Luma;

/// Whether a channel has more than 8 bits.
pub(super) fn is_deep(image: &DynamicImage) -> bool {
    let color = image.color();
    color.bytes_per_pixel() / color.channel_count() > 1
}

/// Grey levels by the weights that JPEG uses (ITU-R BT.601), so that a JPEG and
/// its PNG copy agree. Transparent parts show white, as on a page; a picture
/// that vanishes on white is shown on black.
///
/// More than 8 bits are stretched from darkest to lightest pixel: sensors with
/// 12 bits in a 16-bit file would otherwise come out black.
pub(super) fn luma(image: &DynamicImage) -> Luma {
    let (width, height) = (image.width(), image.height());
    let data = if is_deep(image) {
        stretched(image)
    } else if let DynamicImage::ImageLuma8(grey) = image {
        grey.as_raw().clone()
    } else if image.color().has_alpha() {
        let rgba = match image {
            DynamicImage::ImageRgba8(rgba) => Cow::Borrowed(rgba),
            other => Cow::Owned(other.to_rgba8()),
        };
        let on_white = over(&rgba, 255);
        if on_white.iter().all(|&level| level == 255) {
            over(&rgba, 0)
        } else {
            on_white
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

fn over(rgba: &RgbaImage, ground: u8) -> Vec<u8> {
    let pixels = rgba.pixels().map(|pixel| {
        let [red, green, blue, alpha] = pixel.0;
        let level = u32::from(weigh([red, green, blue])) * u32::from(alpha);
        ((level + u32::from(ground) * (255 - u32::from(alpha)) + 127) / 255) as u8
    });
    pixels.collect()
}

fn stretched(image: &DynamicImage) -> Vec<u8> {
    let rgb = image.to_rgb32f();
    let levels = rgb.pixels().map(|pixel| {
        let [red, green, blue] = pixel.0;
        0.299 * red + 0.587 * green + 0.114 * blue
    });
    let levels: Vec<f32> = levels
        .map(|level| if level.is_finite() { level } else { 0.0 })
        .collect();
    let low = levels.iter().copied().fold(f32::INFINITY, f32::min);
    let high = levels.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scale = if high > low {
        255.0 / (high - low)
    } else {
        0.0
    };
    levels
        .into_iter()
        .map(|level| ((level - low) * scale).round() as u8)
        .collect()
}
