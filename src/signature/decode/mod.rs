//! Bytes of a file to an upright grey picture; the only user of `image`.
//!
//! The format is told by content, never by name. JPEG goes through
//! [`luma_jpeg`], which decodes only what a thumbnail needs; what that reader
//! leaves alone, and every other format, goes through `image`. EXIF orientation
//! is applied, so that a signature describes what a person sees. Decoders run
//! behind `catch_unwind` and in their share of the memory, which `need.rs` estimates from
//! headers: hostile files are values, not crashes. What they would shrug at, a missing end,
//! [`super::container`] finds. DICOM, which `image` does not know, has its own file here.

mod dicom;
mod edited;
mod exact;
mod grey;
mod look;
mod mask;
mod need;
mod preview;
mod recognise;
mod refusal;

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use luma_jpeg::{JpegError, Luma, Scratch};

pub(crate) use edited::{Edit, edited};
pub(crate) use look::{Look, look};
pub(crate) use mask::{Mask, read_mask};
pub(crate) use preview::{Preview, preview};

use exact::digest_of;
use grey::luma;
use need::Announced;
use recognise::{Decoder, recognise};

use super::capture::{Captured, captured};
use super::container::behind::pictures_behind;
use super::container::jpeg::Headers;
use super::container::{self, Structure, tags};
use super::digest::Digest;
use super::facts::{Camera, Colour, Need, Profile, Stored};
use super::patient::Patient;
use super::thumbnail::SIDE;
use super::unreadable::{Format, Unreadable};
use crate::budget::Share;

/// Most pixels of one picture: above it a file is called a decompression bomb.
/// The figure is that of Pillow's `DecompressionBombError`.
const MAX_PIXELS: u64 = 178_956_970;

/// Least width and height of the luma a thumbnail is made from, where the
/// picture has as much: with two pixels a cell, thumbnails at a reduced scale and from a
/// full decode correlate at 0.999 on driving frames, with one and a half at 0.990.
const LEAST_LUMA: u32 = SIDE as u32 * 2;

/// A decoded picture.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Grey, upright; smaller than the picture where the format allows it, but
    /// at least [`LEAST_LUMA`] on each side unless the picture itself is smaller.
    pub(super) luma: Luma,
    /// Digest of size and of all channels, upright; `None` where the picture was
    /// not decoded in full. See [`pixel_digest`].
    pub(super) pixel_digest: Option<Digest>,
    /// Pixels across, upright.
    pub(super) width: u32,
    /// Pixels down, upright.
    pub(super) height: u32,
    /// How the file stores it.
    pub(super) stored: Stored,
    /// What EXIF or DICOM says of time and camera.
    pub(super) captured: Option<Captured>,
    /// What DICOM says of the patient.
    pub(super) patient: Patient,
    /// Memory that decoding it in full takes at most.
    pub(super) need: Need,
}

/// Decodes a file as far as a signature needs, in its share of the memory, which is to be held as
/// long as what comes of it.
///
/// # Errors
/// Every way in which the bytes are not a whole, supported image that fits.
pub(super) fn decode(
    bytes: &[u8],
    scratch: &mut Scratch,
    share: &mut Share<'_>,
) -> Result<Decoded, Unreadable> {
    decode_to(LEAST_LUMA, bytes, scratch, share)
}

/// Decodes every pixel of a file, in its share of the memory.
///
/// # Errors
/// As [`decode`].
pub(super) fn decode_in_full(bytes: &[u8], share: &mut Share<'_>) -> Result<Luma, Unreadable> {
    Ok(decode_to(u32::MAX, bytes, &mut Scratch::default(), share)?.luma)
}

/// The luma has at least so many pixels on each side, where the picture has them.
fn decode_to(
    least: u32,
    bytes: &[u8],
    scratch: &mut Scratch,
    share: &mut Share<'_>,
) -> Result<Decoded, Unreadable> {
    let (decoder, format) = recognise(bytes)?;
    if format == Format::Jpeg {
        let headers = container::jpeg::headers(bytes);
        if let Some(kind) = headers.not_decoded() {
            return Err(refusal::of_kind(kind));
        }
        let (width, height) = headers.size;
        // Whether it is decoded in full later depends on the other files.
        let need = Announced {
            format: ImageFormat::Jpeg,
            width,
            height,
            samples: headers.samples(),
            turned: headers
                .exif
                .and_then(Orientation::from_exif_chunk)
                .is_some_and(is_turned),
        }
        .in_all(bytes);
        share.admits(need.bytes())?;
        let fast = need::of_fast_jpeg(bytes, width, height, least);
        share.take(fast.min(need.bytes()))?;
        let read = AssertUnwindSafe(|| decode_jpeg(bytes, headers, (need, least), scratch));
        match catch_unwind(read) {
            Ok(Ok(decoded)) => return Ok(decoded),
            Ok(Err(JpegError::Unsupported(_) | JpegError::NotJpeg)) => {}
            Ok(Err(error)) => return Err(refusal::of_jpeg(&error)),
            Err(_) => return Err(Unreadable::DecoderPanicked { format }),
        }
    }
    if format == Format::Tiff && container::tiff::is_misread(bytes) {
        return Err(refusal::of_tiff(bytes));
    }
    let structure = container::walk(bytes, format).map_err(|missing| Unreadable::Truncated {
        format,
        detail: missing.to_owned(),
    })?;
    let full = decode_fully(bytes, decoder, format, share)?;
    let image = &full.image;
    if image.width() == 0 || image.height() == 0 {
        let detail = format!("a picture of {} x {} pixels", image.width(), image.height());
        return Err(Unreadable::Corrupt { format, detail });
    }
    Ok(Decoded {
        captured: full.captured,
        patient: full.patient,
        need: full.need,
        pixel_digest: Some(full.pixel_digest()),
        width: image.width(),
        height: image.height(),
        luma: luma(image),
        stored: stored(format, structure, &full, bytes),
    })
}

/// Digest of width, height and every pixel of a file, as 8-bit RGBA, or 16-bit
/// RGBA where the picture has more than 8 bits. A grey picture and its RGB copy agree.
///
/// # Errors
/// Every way in which the bytes are not a whole, supported image that fits.
pub(super) fn pixel_digest(bytes: &[u8], share: &mut Share<'_>) -> Result<Digest, Unreadable> {
    let (decoder, format) = recognise(bytes)?;
    Ok(decode_fully(bytes, decoder, format, share)?.pixel_digest())
}

fn decode_jpeg(
    bytes: &[u8],
    headers: Headers<'_>,
    (need, least): (Need, u32),
    scratch: &mut Scratch,
) -> Result<Decoded, JpegError> {
    let picture = luma_jpeg::read(bytes, (least, least), MAX_PIXELS, scratch)?;
    let upright = picture.exif.and_then(Orientation::from_exif_chunk);
    let upright = upright.unwrap_or(Orientation::NoTransforms);
    let (width, height) = match is_turned(upright) {
        true => (picture.full_height, picture.full_width),
        false => (picture.full_width, picture.full_height),
    };
    let stored = Stored {
        format: Format::Jpeg,
        bytes: saturated(bytes.len()),
        trailing: saturated(picture.trailing_bytes),
        frames: saturated_frames(
            1 + pictures_behind(
                bytes,
                bytes.len().saturating_sub(picture.trailing_bytes),
                u64::from(picture.full_width) * u64::from(picture.full_height),
            ),
        ),
        bits: headers.bits(),
        colour: headers.colour(),
        alpha: false,
        orientation: upright.to_exif(),
        profile: headers.profile.map_or(Profile::None, Profile::of),
        camera: picture.exif.map(tags::camera).unwrap_or_default(),
    };
    Ok(Decoded {
        captured: picture.exif.and_then(captured),
        patient: Patient::default(),
        need,
        luma: turn(picture.luma, upright),
        pixel_digest: None,
        width,
        height,
        stored,
    })
}

/// Whether rows become columns.
fn is_turned(upright: Orientation) -> bool {
    matches!(
        upright,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn turn(luma: Luma, upright: Orientation) -> Luma {
    let Luma {
        width,
        height,
        data,
    } = luma;
    let Some(grey) = image::GrayImage::from_raw(width, height, data) else {
        unreachable!("a luma holds width x height samples")
    };
    let mut image = DynamicImage::ImageLuma8(grey);
    image.apply_orientation(upright);
    Luma {
        width: image.width(),
        height: image.height(),
        data: image.into_bytes(),
    }
}

fn decode_fully(
    bytes: &[u8],
    decoder: Decoder,
    format: Format,
    share: &mut Share<'_>,
) -> Result<Full, Unreadable> {
    let Decoder::General(image_format) = decoder else {
        let decode = AssertUnwindSafe(|| dicom::decode(bytes, share));
        return catch_unwind(decode).unwrap_or(Err(Unreadable::DecoderPanicked { format }));
    };
    let (bytes, image_format) = decodable(bytes, image_format);
    let decode = AssertUnwindSafe(|| decode_as(&bytes, image_format, format, share));
    match catch_unwind(decode).unwrap_or(Err(Unreadable::DecoderPanicked { format })) {
        Err(Unreadable::Unsupported { .. }) if format == Format::Tiff => {
            Err(refusal::of_tiff(&bytes))
        }
        other => other,
    }
}

/// What is handed to a decoder: another file inside, or one that says what it leaves out.
fn decodable(bytes: &[u8], format: ImageFormat) -> (Cow<'_, [u8]>, ImageFormat) {
    match format {
        // The decoder of icons takes no PNG files but those with alpha.
        ImageFormat::Ico => match container::ico::png(bytes) {
            Some(png) => (Cow::Borrowed(png), ImageFormat::Png),
            None => (Cow::Borrowed(bytes), format),
        },
        ImageFormat::Gif => {
            let with_a_screen = container::gif::with_a_screen(bytes);
            (
                with_a_screen.map_or(Cow::Borrowed(bytes), Cow::Owned),
                format,
            )
        }
        _ => (Cow::Borrowed(bytes), format),
    }
}

/// What a decoder of whole pictures gives.
struct Full {
    /// Upright.
    image: DynamicImage,
    /// Digest of the stored pixels, where `image` is what a window shows of them.
    exact: Option<Digest>,
    /// How it was turned.
    orientation: Orientation,
    profile: Profile,
    camera: Camera,
    captured: Option<Captured>,
    patient: Patient,
    /// Memory that decoding takes at most.
    need: Need,
}

impl Full {
    fn pixel_digest(&self) -> Digest {
        self.exact.unwrap_or_else(|| digest_of(&self.image))
    }
}

fn decode_as(
    bytes: &[u8],
    image_format: ImageFormat,
    format: Format,
    share: &mut Share<'_>,
) -> Result<Full, Unreadable> {
    let refused = |error| refusal::of_image(&error, format);
    let reader = ImageReader::with_format(Cursor::new(bytes), image_format);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    admit_size(width, height)?;
    // A damaged EXIF block is no reason to refuse a good picture.
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let block = decoder.exif_metadata().ok().flatten();
    let announced = Announced {
        format: image_format,
        width,
        height,
        samples: decoder.total_bytes(),
        turned: is_turned(upright),
    };
    let need = announced.in_all(bytes);
    share.take(need.bytes())?;
    // What is not announced is not taken.
    let mut limits = Limits::default();
    limits.max_alloc = Some(announced.samples.saturating_add(announced.beside(bytes)));
    decoder.set_limits(limits).map_err(refused)?;
    let camera = match image_format {
        // A TIFF file is an EXIF block itself.
        ImageFormat::Tiff => tags::camera(bytes),
        _ => block.as_deref().map(tags::camera).unwrap_or_default(),
    };
    let mut image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    image.apply_orientation(upright);
    Ok(Full {
        image,
        exact: None,
        orientation: upright,
        profile: profile.map_or(Profile::None, |icc| Profile::of(&icc)),
        camera,
        captured: block.as_deref().and_then(captured),
        patient: Patient::default(),
        need,
    })
}

/// # Errors
/// There are more pixels than are decoded.
fn admit_size(width: u32, height: u32) -> Result<(), Unreadable> {
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let detail = format!("{width} x {height} pixels, at most {MAX_PIXELS} are decoded");
        return Err(Unreadable::TooLarge { detail });
    }
    Ok(())
}

/// How a file stores what was decoded: by its structure, or by what came of it where the structure
/// is not known.
fn stored(format: Format, structure: Option<Structure>, full: &Full, bytes: &[u8]) -> Stored {
    let color = full.image.color();
    let bits = 8 * color.bytes_per_pixel() / color.channel_count();
    let colour = if color.has_color() {
        Colour::Colour
    } else {
        Colour::Grey
    };
    let structure = structure.unwrap_or(Structure {
        end: None,
        bits,
        colour,
        alpha: color.has_alpha(),
        frames: 1,
    });
    let length = bytes.len();
    let pixels = u64::from(full.image.width()) * u64::from(full.image.height());
    let behind = structure
        .end
        .map_or(0, |end| pictures_behind(bytes, end, pixels));
    Stored {
        format,
        bytes: saturated(length),
        trailing: structure
            .end
            .map_or(0, |end| saturated(length.saturating_sub(end))),
        frames: saturated_frames(structure.frames.saturating_add(behind)),
        bits: structure.bits,
        colour: structure.colour,
        alpha: structure.alpha,
        orientation: full.orientation.to_exif(),
        profile: full.profile,
        camera: full.camera,
    }
}

fn saturated_frames(frames: usize) -> u16 {
    u16::try_from(frames).unwrap_or(u16::MAX)
}

fn saturated(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;

    fn read(bytes: &[u8]) -> Result<Decoded, Unreadable> {
        decode(
            bytes,
            &mut Scratch::default(),
            &mut Budget::default().share(),
        )
    }

    fn png(image: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn gradient(width: u32, height: u32) -> image::RgbImage {
        image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x * 3) as u8, (y * 5) as u8, 90])
        })
    }

    #[test]
    fn a_grey_picture_and_its_rgb_and_opaque_copies_have_one_pixel_digest() {
        let grey = image::GrayImage::from_fn(40, 30, |x, y| image::Luma([(x * 4 + y) as u8]));
        let grey = DynamicImage::ImageLuma8(grey);
        let rgb = DynamicImage::ImageRgb8(grey.to_rgb8());
        let rgba = DynamicImage::ImageRgba8(grey.to_rgba8());
        let digests = [&grey, &rgb, &rgba].map(|image| read(&png(image)).unwrap().pixel_digest);
        assert_eq!(digests[0], digests[1]);
        assert_eq!(digests[0], digests[2]);
    }

    #[test]
    fn pixel_digests_tell_pictures_of_one_byte_count_apart() {
        let wide = DynamicImage::ImageRgb8(gradient(40, 30));
        let tall = DynamicImage::ImageRgb8(gradient(30, 40));
        assert_ne!(
            read(&png(&wide)).unwrap().pixel_digest,
            read(&png(&tall)).unwrap().pixel_digest
        );
    }

    #[test]
    fn a_drawing_in_white_on_transparent_does_not_vanish() {
        let image = image::RgbaImage::from_fn(16, 16, |x, _| {
            image::Rgba([255, 255, 255, if x < 8 { 255 } else { 0 }])
        });
        let luma = read(&png(&DynamicImage::ImageRgba8(image))).unwrap().luma;
        assert_eq!((luma.data[0], luma.data[15]), (255, 0));
    }

    #[test]
    fn sixteen_bits_are_stretched_so_that_dim_sensors_are_seen() {
        let image = image::ImageBuffer::from_fn(16, 16, |x, _| image::Luma([(x * 200) as u16]));
        let luma = read(&png(&DynamicImage::ImageLuma16(image))).unwrap().luma;
        assert_eq!((luma.data[0], luma.data[15]), (0, 255));
    }

    #[test]
    fn every_cut_of_a_png_is_refused_as_truncated_or_corrupt() {
        let bytes = png(&DynamicImage::ImageRgb8(gradient(20, 20)));
        for length in 1..bytes.len() - 12 {
            assert!(
                read(&bytes[..length]).is_err(),
                "cut to {length} of {}",
                bytes.len()
            );
        }
    }

    #[test]
    fn pointers_name_the_tool_that_fetches() {
        let text = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
        let error = read(text).unwrap_err();
        assert!(error.to_string().contains("git lfs pull"), "{error}");
    }

    #[test]
    fn text_and_nothing_are_told_apart() {
        assert_eq!(read(b"hello").unwrap_err(), Unreadable::NotAnImage);
        assert_eq!(read(b"").unwrap_err(), Unreadable::Empty);
    }
}
