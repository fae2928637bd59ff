//! Copies of a picture, edited as people edit pictures: made to see whether they would be found.

use image::GrayImage;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};

use super::decode_in_full;
use crate::budget::Share;
use crate::signature::reading::Opened;

/// An ordinary edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Half as wide and high where it has [`LEAST_HALVED`] pixels, and saved as JPEG.
    Saved,
    /// Three percent cut off all around, and saved as JPEG.
    Cropped,
}

/// Smaller pictures are not made smaller still.
const LEAST_HALVED: u32 = 128;

/// Pictures are not edited at a higher resolution: a signature shows far less.
const MOST: u32 = 512;

/// Part that is cut off at each edge, at least a pixel.
const CUT: f64 = 0.03;

impl Edit {
    pub(crate) const ALL: [Self; 2] = [Self::Saved, Self::Cropped];

    const fn quality(self) -> u8 {
        match self {
            Self::Saved => 70,
            Self::Cropped => 85,
        }
    }

    /// The picture, edited, as a JPEG file; `None` where it cannot be read, or nothing is left.
    pub(crate) fn of(self, opened: Opened<'_>, share: &mut Share<'_>) -> Option<Vec<u8>> {
        share.take(opened.need()).ok()?;
        let bytes = opened.source.bytes().ok()?;
        let luma = decode_in_full(&bytes, share).ok()?;
        let whole = GrayImage::from_raw(luma.width, luma.height, luma.data)?;
        let edited = match self {
            Self::Saved => whole,
            Self::Cropped => cropped(&whole)?,
        };
        let least = edited.width().min(edited.height());
        let divisor = match self {
            Self::Saved if least >= LEAST_HALVED => 2,
            _ => 1,
        };
        let edited = resized(edited, divisor);
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, self.quality());
        encoder.encode_image(&edited).ok()?;
        Some(file)
    }
}

fn cropped(whole: &GrayImage) -> Option<GrayImage> {
    let cut = |side: u32| (f64::from(side) * CUT).round().max(1.0) as u32;
    let (x, y) = (cut(whole.width()), cut(whole.height()));
    let width = whole.width().checked_sub(2 * x)?;
    let height = whole.height().checked_sub(2 * y)?;
    (width > 0 && height > 0).then(|| imageops::crop_imm(whole, x, y, width, height).to_image())
}

fn resized(picture: GrayImage, divisor: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let scale = f64::from(MOST) / f64::from(width.max(height));
    let scale = scale.min(1.0 / f64::from(divisor));
    if scale >= 1.0 {
        return picture;
    }
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    imageops::resize(&picture, side(width), side(height), FilterType::Triangle)
}
