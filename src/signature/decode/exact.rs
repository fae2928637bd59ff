//! Digests that are equal exactly when all pixels are.

use image::DynamicImage;

use super::grey::{bands, is_deep};
use crate::signature::digest::Digest;

/// Digest of width, height and every pixel, as 8-bit RGBA, or 16-bit RGBA where the picture has
/// more than 8 bits. A grey picture and its RGB copy agree.
pub(super) fn digest_of(image: &DynamicImage) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&image.width().to_le_bytes());
    hasher.update(&image.height().to_le_bytes());
    if is_deep(image) {
        hasher.update(b"16");
        for band in bands(image) {
            let samples = band.to_rgba16().into_raw().into_iter();
            hasher.update(&samples.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        }
    } else {
        rgba_rows(image, |row| {
            hasher.update(row);
        });
    }
    Digest::from_hasher(&hasher)
}

/// Hands over the pixels as RGBA, in order; the common forms without a copy of the whole.
fn rgba_rows(image: &DynamicImage, mut each: impl FnMut(&[u8])) {
    let (samples, width) = (image.as_bytes(), image.width() as usize);
    match image {
        DynamicImage::ImageRgba8(_) => each(samples),
        DynamicImage::ImageRgb8(_) => expand(samples, width, |[r, g, b]| [r, g, b, 255], each),
        DynamicImage::ImageLuma8(_) => expand(samples, width, |[l]| [l, l, l, 255], each),
        DynamicImage::ImageLumaA8(_) => expand(samples, width, |[l, a]| [l, l, l, a], each),
        other => each(other.to_rgba8().as_raw()),
    }
}

/// Row by row; `C` samples a pixel.
fn expand<const C: usize>(
    samples: &[u8],
    width: usize,
    rgba: impl Fn([u8; C]) -> [u8; 4],
    mut each: impl FnMut(&[u8]),
) {
    let mut row = Vec::with_capacity(4 * width);
    for samples in samples.chunks_exact((width * C).max(1)) {
        row.clear();
        let pixels = samples.as_chunks::<C>().0.iter();
        row.extend(pixels.flat_map(|&pixel| rgba(pixel)));
        each(&row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_what_a_converted_copy_holds() {
        let picture = image::RgbaImage::from_fn(7, 5, |x, y| {
            image::Rgba([
                (x * 30) as u8,
                (y * 50) as u8,
                (x * y) as u8,
                (x + 40 * y) as u8,
            ])
        });
        let rgba = DynamicImage::ImageRgba8(picture);
        let forms = [
            DynamicImage::ImageRgb8(rgba.to_rgb8()),
            DynamicImage::ImageLuma8(rgba.to_luma8()),
            DynamicImage::ImageLumaA8(rgba.to_luma_alpha8()),
            rgba,
        ];
        for image in forms {
            let mut found = Vec::new();
            rgba_rows(&image, |row| found.extend_from_slice(row));
            assert_eq!(&found, image.to_rgba8().as_raw(), "{:?}", image.color());
        }
    }
}
