//! How much memory decoding a picture takes, told from headers before it begins.
//!
//! What is told is never less than what is taken, and for the usual kinds not much more. It depends
//! on the bytes of the file alone.

use image::ImageFormat;

use crate::signature::container::{exr, jpeg, tiff};
use crate::signature::facts::Need;

/// What headers announce.
#[derive(Debug, Clone, Copy)]
pub(super) struct Announced {
    pub(super) format: ImageFormat,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bytes of the decoded picture, all channels.
    pub(super) samples: u64,
    /// Whether rows become columns, which takes a second picture.
    pub(super) turned: bool,
}

/// Tables, and buffers of a few rows.
pub(super) const SLACK: u64 = 1 << 20;

impl Announced {
    /// Bytes that a decoder takes besides the picture that it fills.
    pub(super) fn beside(&self, bytes: &[u8]) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let file = bytes.len() as u64;
        let own = match self.format {
            // A copy of the file.
            ImageFormat::Jpeg => 2 * file + jpeg::headers(bytes).coefficients(),
            // A picture with alpha, planes of luma and chroma, alpha on its own, chunks.
            ImageFormat::WebP => 10 * pixels + file,
            // The picture once more; a whole strip is decoded at once where it is a JPEG file.
            ImageFormat::Tiff => {
                let jpeg = if tiff::holds_jpeg(bytes) {
                    12 * pixels
                } else {
                    0
                };
                self.samples + self.samples / 3 + jpeg
            }
            ImageFormat::OpenExr => self.samples.saturating_add(exr::blocks(bytes)),
            // Frames may be larger than the screen that they are shown on.
            ImageFormat::Gif => self.samples.max(64 << 20),
            ImageFormat::Pnm | ImageFormat::Tga | ImageFormat::Dds => self.samples,
            _ => 0,
        };
        own.saturating_add(SLACK)
    }

    /// What decoding takes in all, with the file, the picture and two grey ones: its own, and
    /// that of a picture with which it is compared.
    pub(super) fn in_all(&self, bytes: &[u8]) -> Need {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let pictures = if self.turned { 2 } else { 1 } * self.samples;
        let taken = pictures + 2 * pixels + bytes.len() as u64;
        Need::covering(self.beside(bytes).saturating_add(taken))
    }
}

/// Bytes that the fast JPEG reader takes for a luma of at least so many pixels on each side.
pub(super) fn of_fast_jpeg(bytes: &[u8], width: u32, height: u32, least: u32) -> u64 {
    // Full size where it is not more than is asked for, else the first halving that is enough.
    let side =
        |length: u32| u64::from(length.min(length.div_ceil(8).max(least.saturating_mul(2))) + 8);
    // Three bytes a sample of luma, three times that of red, green and blue, and one to turn.
    2 * bytes.len() as u64 + 10 * side(width) * side(height) + SLACK
}
