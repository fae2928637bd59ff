//! Small pictures in colour, for people to look at.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, ImageReader, Rgb, RgbImage};
use memchr::memmem;

use super::decode_fully;
use super::grey::lies_beneath;
use super::recognise::{Decoder, recognise};
use crate::budget::Share;

/// Files of at most so many bytes are shown as they are.
const SMALL: usize = 8 << 10;
/// JPEG quality of the others, 1 to 100.
const QUALITY: u8 = 70;

/// A picture that browsers show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preview {
    /// The encoded file.
    pub(crate) bytes: Vec<u8>,
    /// Its media type, such as `image/jpeg`.
    pub(crate) media: &'static str,
    /// Pixels across.
    pub(crate) width: u32,
    /// Pixels down.
    pub(crate) height: u32,
}

/// An upright picture of at most `side` pixels across and down; `None` where the bytes are no image
/// that can be read.
#[must_use]
pub(crate) fn preview(bytes: &[u8], side: u32, share: &mut Share<'_>) -> Option<Preview> {
    let (decoder, format) = recognise(bytes).ok()?;
    if let Decoder::General(image_format) = decoder
        && let Some(whole) = as_it_is(bytes, image_format, side)
    {
        return Some(whole);
    }
    let image = decode_fully(bytes, decoder, format, share).ok()?.image;
    let (width, height) = (image.width(), image.height());
    if width == 0 || height == 0 {
        return None;
    }
    let small = match width.max(height) > side {
        true => image.thumbnail(side, side),
        false => image,
    };
    let small = on_white(&small);
    let mut encoded = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut encoded, QUALITY);
    encoder.encode_image(&small).ok()?;
    Some(Preview {
        bytes: encoded,
        media: "image/jpeg",
        width: small.width(),
        height: small.height(),
    })
}

/// A small file that needs no turning and says nothing besides its pixels: place and time of a
/// photo are not for a page that is mailed.
fn as_it_is(bytes: &[u8], format: ImageFormat, side: u32) -> Option<Preview> {
    let media = match format {
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Png => "image/png",
        _ => return None,
    };
    let says_more = |mark: &[u8]| memmem::find(bytes, mark).is_some();
    let marks: [&[u8]; 6] = [b"Exif", b"eXIf", b"http", b"tEXt", b"iTXt", b"zTXt"];
    if bytes.len() > SMALL || marks.into_iter().any(says_more) {
        return None;
    }
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader.into_dimensions().ok()?;
    (width > 0 && height > 0 && width.max(height) <= 2 * side).then(|| Preview {
        bytes: bytes.to_vec(),
        media,
        width,
        height,
    })
}

/// Transparent pixels as a white page shows them, unless a picture lies beneath.
fn on_white(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() || lies_beneath(image) {
        return image.to_rgb8();
    }
    let rgba = image.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, alpha] = rgba.get_pixel(x, y).0;
        let over = |colour: u8| {
            let (colour, alpha) = (u32::from(colour), u32::from(alpha));
            ((colour * alpha + 255 * (255 - alpha)) / 255) as u8
        };
        Rgb([over(r), over(g), over(b)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;

    fn shown(bytes: &[u8]) -> Option<Preview> {
        preview(bytes, 160, &mut Budget::default().share())
    }

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_large_picture_is_made_small_and_keeps_its_shape() {
        let noise = RgbImage::from_fn(400, 200, |x, y| {
            Rgb([((x * 7) ^ (y * 13)) as u8, (x * y) as u8, (x ^ y) as u8])
        });
        let shown = shown(&png(&DynamicImage::ImageRgb8(noise))).unwrap();
        assert_eq!(
            (shown.width, shown.height, shown.media),
            (160, 80, "image/jpeg")
        );
    }

    #[test]
    fn a_small_file_is_shown_as_it_is_unless_it_says_more_than_pixels() {
        let plain = png(&DynamicImage::new_rgb8(20, 10));
        let shown = shown(&plain).unwrap();
        assert_eq!((shown.media, &shown.bytes), ("image/png", &plain));
        let mut telling = plain.clone();
        telling.extend_from_slice(b"eXIf");
        assert_eq!(as_it_is(&telling, ImageFormat::Png, 160), None);
    }

    #[test]
    fn what_is_transparent_is_white() {
        let clear = DynamicImage::new_rgba8(2, 2);
        assert_eq!(on_white(&clear).get_pixel(0, 0).0, [255; 3]);
    }

    #[test]
    fn what_is_no_image_has_no_picture() {
        assert_eq!(shown(b"no image"), None);
    }
}
