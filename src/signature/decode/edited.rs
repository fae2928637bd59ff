//! Copies of a picture, edited as people edit pictures: made to see whether they would be found.

use std::borrow::Cow;

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

    /// The picture, edited, as a JPEG file; `None` where nothing is left of it.
    fn of(self, whole: &GrayImage) -> Option<Vec<u8>> {
        let edited = match self {
            Self::Saved => Cow::Borrowed(whole),
            Self::Cropped => Cow::Owned(cropped(whole)?),
        };
        let least = edited.width().min(edited.height());
        let divisor = match self {
            Self::Saved if least >= LEAST_HALVED => 2,
            _ => 1,
        };
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, self.quality());
        encoder.encode_image(&*resized(edited, divisor)).ok()?;
        Some(file)
    }
}

/// A picture by each edit, as JPEG files; `None` where it cannot be read, or nothing is left.
pub(crate) fn edited(opened: Opened<'_>, share: &mut Share<'_>) -> Option<[(Edit, Vec<u8>); 2]> {
    share.take(opened.need()).ok()?;
    let bytes = opened.source.bytes().ok()?;
    let luma = decode_in_full(&bytes, share).ok()?;
    let whole = GrayImage::from_raw(luma.width, luma.height, luma.data)?;
    let [saved, cropped] = Edit::ALL.map(|edit| Some((edit, edit.of(&whole)?)));
    Some([saved?, cropped?])
}

fn cropped(whole: &GrayImage) -> Option<GrayImage> {
    let cut = |side: u32| (f64::from(side) * CUT).round().max(1.0) as u32;
    let (x, y) = (cut(whole.width()), cut(whole.height()));
    let width = whole.width().checked_sub(2 * x)?;
    let height = whole.height().checked_sub(2 * y)?;
    (width > 0 && height > 0).then(|| imageops::crop_imm(whole, x, y, width, height).to_image())
}

fn resized(picture: Cow<'_, GrayImage>, divisor: u32) -> Cow<'_, GrayImage> {
    let (width, height) = picture.dimensions();
    let scale = f64::from(MOST) / f64::from(width.max(height));
    let scale = scale.min(1.0 / f64::from(divisor));
    if scale >= 1.0 {
        return picture;
    }
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let (width, height) = (side(width), side(height));
    Cow::Owned(imageops::resize(
        &*picture,
        width,
        height,
        FilterType::Triangle,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Width and height of a picture after an edit; `None` where nothing is left.
    fn size(edit: Edit, width: u32, height: u32) -> Option<(u32, u32)> {
        let whole = GrayImage::from_fn(width, height, |x, y| image::Luma([(x * 7 + y) as u8]));
        let file = edit.of(&whole)?;
        let read = image::load_from_memory(&file).unwrap();
        Some((read.width(), read.height()))
    }

    #[test]
    fn pictures_are_halved_where_they_are_large_and_cropped_by_a_pixel_at_least() {
        assert_eq!(size(Edit::Saved, 200, 128), Some((100, 64)));
        assert_eq!(size(Edit::Saved, 200, 127), Some((200, 127)));
        assert_eq!(size(Edit::Saved, 2048, 1024), Some((512, 256)));
        assert_eq!(size(Edit::Cropped, 100, 200), Some((94, 188)));
        assert_eq!(size(Edit::Cropped, 8, 8), Some((6, 6)));
        assert_eq!(size(Edit::Cropped, 2, 9), None);
    }
}
