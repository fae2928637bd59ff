//! DICOM: samples to the picture that a viewer shows, the middle frame where there are several.
//!
//! Samples of one channel are numbers (after rescaling, Hounsfield units for CT), of which a window
//! shows a range: the first that the file names, or else that from the 1st to the 99th percentile.
//! Whether two files have the same pixels is told by the samples, not by what a window shows.

use std::borrow::Cow;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, RgbImage};
use memchr::memmem;

use super::exact::digest_of;
use super::need::{Announced, SLACK};
use super::{Full, admit_size, decode_as, refusal};
use crate::budget::Share;
use crate::signature::capture::acquired;
use crate::signature::container::dicom::{Headers, Layout, Syntax, headers, tag};
use crate::signature::container::jpeg;
use crate::signature::container::{self, Stop};
use crate::signature::digest::Digest;
use crate::signature::facts::{Camera, Need, Profile};
use crate::signature::patient::Patient;
use crate::signature::unreadable::{Format, Unreadable};

/// Share of the samples that is left out at either end where no window is named.
const TAIL: f64 = 0.01;

/// Bytes among which a JPEG file says what its channels mean.
const HEAD: usize = 1 << 12;

/// The start of a JPEG file whose channels are red, green and blue.
const ADOBE_RGB: &[u8] = b"\xFF\xD8\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";

/// Samples of a frame.
enum Samples {
    /// Red, green and blue.
    Colour(RgbImage),
    /// One channel of numbers, as they are stored.
    Grey(Grey),
}

/// One channel of numbers.
struct Grey {
    width: u32,
    height: u32,
    /// Bits of a sample, 1 to 16.
    bits: u16,
    /// Whether the highest of these bits stands for less than nothing.
    signed: bool,
    /// In order of rows; no other bits are set.
    codes: Vec<u16>,
}

/// Decodes a file in its share of the memory.
///
/// # Errors
/// Every way in which the bytes are not a whole, supported picture that fits.
pub(super) fn decode(bytes: &[u8], share: &mut Share<'_>) -> Result<Full, Unreadable> {
    let headers = headers(bytes).map_err(stopped)?;
    if let Syntax::NotRead(name) = headers.syntax {
        return Err(not_read(&format!("{name} coding")));
    }
    if !headers.has_pixels() {
        return Err(Unreadable::Unsupported {
            detail:
                "DICOM without a picture (a report, a plan, contours); leave it out by `exclude`"
                    .to_owned(),
        });
    }
    let (samples, need) = match headers.syntax {
        Syntax::Jpeg => compressed(bytes, &headers, share)?,
        _ => native(bytes, &headers, share)?,
    };
    let (image, exact) = match samples {
        Samples::Colour(image) => (DynamicImage::ImageRgb8(image), None),
        Samples::Grey(grey) => shown(grey, &headers),
    };
    let model = match headers.text(tag::MODEL) {
        b"" => headers.text(tag::MANUFACTURER),
        model => model,
    };
    Ok(Full {
        image,
        exact,
        orientation: Orientation::NoTransforms,
        profile: Profile::None,
        camera: Camera::named(model),
        captured: acquired(&headers),
        patient: Patient::of(&headers),
        need,
    })
}

/// Samples of a file inside, which the reader of such files decodes.
fn compressed(
    bytes: &[u8],
    headers: &Headers<'_>,
    share: &mut Share<'_>,
) -> Result<(Samples, Need), Unreadable> {
    let Some(mut inner) = headers.compressed_frame() else {
        return Err(corrupt("the compressed picture is not where it should be"));
    };
    container::walk(&inner, Format::Jpeg).map_err(|missing| Unreadable::Truncated {
        format: Format::Dicom,
        detail: format!("of the JPEG file inside, {missing}"),
    })?;
    // Readers of JPEG take three channels for luma and chroma, unless this segment says otherwise.
    let head = &inner[..inner.len().min(HEAD)];
    if headers.photometric() == b"RGB" && memmem::find(head, b"Adobe").is_none() {
        let rest = inner.get(2..).unwrap_or_default();
        inner = Cow::Owned([ADOBE_RGB, rest].concat());
    }
    let announced = jpeg::headers(&inner);
    if let Some(kind) = announced.not_decoded() {
        return Err(not_read(kind));
    }
    let (width, height) = announced.size;
    let decoded = Announced {
        format: ImageFormat::Jpeg,
        width,
        height,
        samples: announced.samples(),
        turned: false,
    };
    // The file that is inside may be a copy of a copy, and samples are made of what is decoded.
    let pixels = u64::from(width) * u64::from(height);
    let beside = 3 * bytes.len() as u64 + 4 * pixels;
    let need = Need::covering(decoded.in_all(&inner).bytes().saturating_add(beside));
    share.take(need.bytes())?;
    let image = decode_as(&inner, ImageFormat::Jpeg, Format::Dicom, share)?.image;
    let samples = match image {
        DynamicImage::ImageLuma8(grey) => Samples::Grey(Grey {
            width: grey.width(),
            height: grey.height(),
            bits: 8,
            signed: false,
            codes: grey.iter().map(|&sample| u16::from(sample)).collect(),
        }),
        other => Samples::Colour(other.into_rgb8()),
    };
    Ok((samples, need))
}

/// Samples as they lie in the file.
fn native(
    bytes: &[u8],
    headers: &Headers<'_>,
    share: &mut Share<'_>,
) -> Result<(Samples, Need), Unreadable> {
    let layout = headers.layout();
    let (width, height) = (u32::from(layout.columns), u32::from(layout.rows));
    let Layout {
        allocated,
        stored,
        high,
        ..
    } = layout;
    if !matches!(allocated, 8 | 16) {
        return Err(not_read(&format!("{allocated} bits a sample")));
    }
    if stored == 0 || high >= allocated || stored > high + 1 {
        return Err(corrupt("it stores bits that its samples do not have"));
    }
    let photometric = headers.photometric();
    let is_grey = matches!(photometric, b"MONOCHROME1" | b"MONOCHROME2");
    let is_colour = matches!(photometric, b"RGB" | b"YBR_FULL") && allocated == 8;
    if !(is_grey && layout.samples == 1 || is_colour && layout.samples == 3) {
        let letters = photometric
            .iter()
            .filter(|byte| byte.is_ascii_alphanumeric() || b"_ ".contains(byte));
        let what: String = letters.take(20).map(|&byte| char::from(byte)).collect();
        let samples = layout.samples;
        return Err(not_read(&format!("{what} of {samples} x {allocated} bits")));
    }
    admit_size(width, height)?;
    // Codes, what is shown of them, a copy to digest and two grey pictures, or three channels and
    // these; and samples of one byte once more where they are swapped.
    let swapped = match allocated {
        8 => u64::from(layout.samples),
        _ => 0,
    };
    let need = Need::covering(bytes.len() as u64 + (6 + swapped) * layout.pixels() + SLACK);
    share.take(need.bytes())?;
    let frame = headers.frame().map_err(stopped)?;
    if is_colour {
        let is_luma = photometric == b"YBR_FULL";
        let image = colour(&frame, &layout, is_luma).ok_or_else(no_frame)?;
        return Ok((Samples::Colour(image), need));
    }
    let code = |word: u16| (word >> (high + 1 - stored)) & mask(stored);
    let codes = match allocated {
        8 => frame.iter().map(|&byte| code(byte.into())).collect(),
        _ => {
            let words = frame.as_chunks().0.iter();
            words.map(|&two| code(headers.word(two))).collect()
        }
    };
    let grey = Grey {
        width,
        height,
        bits: stored,
        signed: layout.signed,
        codes,
    };
    Ok((Samples::Grey(grey), need))
}

/// Three channels, beside each other or behind each other, of colours or of luma and chroma.
fn colour(frame: &[u8], layout: &Layout, is_luma: bool) -> Option<RgbImage> {
    let pixels = layout.pixels() as usize;
    let mut samples = vec![0; 3 * pixels];
    for (at, pixel) in samples.as_chunks_mut().0.iter_mut().enumerate() {
        let channel = |channel: usize| match layout.planar {
            true => frame.get(channel * pixels + at),
            false => frame.get(3 * at + channel),
        };
        let three = [*channel(0)?, *channel(1)?, *channel(2)?];
        *pixel = if is_luma { rgb(three) } else { three };
    }
    RgbImage::from_raw(layout.columns.into(), layout.rows.into(), samples)
}

/// Luma and chroma of full range (PS3.3, C.7.6.3.1.2) to colours.
fn rgb(three: [u8; 3]) -> [u8; 3] {
    let [luma, blue, red] = three.map(f32::from);
    let (blue, red) = (blue - 128.0, red - 128.0);
    [
        luma + 1.402 * red,
        luma - 0.344_136 * blue - 0.714_136 * red,
        luma + 1.772 * blue,
    ]
    .map(|level| level.round() as u8)
}

/// What a viewer shows, and a digest of the samples where that is something else.
fn shown(grey: Grey, headers: &Headers<'_>) -> (DynamicImage, Option<Digest>) {
    let is_inverted = headers.photometric() == b"MONOCHROME1";
    let mut levels = levels(&grey, headers);
    let flip = match is_inverted {
        true => mask(grey.bits),
        false => 0,
    };
    if is_inverted {
        levels.iter_mut().for_each(|level| *level = 255 - *level);
    }
    let Grey {
        width,
        height,
        bits,
        codes,
        ..
    } = grey;
    let picture = codes.iter().map(|&code| levels[usize::from(code)]);
    let picture = GrayImage::from_raw(width, height, picture.collect());
    let upright = |code: &u16| code ^ flip;
    let is_exact = levels
        .iter()
        .zip(0_u16..)
        .all(|(&level, code)| u16::from(level) == upright(&code));
    let exact = if bits == 8 && is_exact {
        None
    } else if bits <= 8 {
        let samples = codes.iter().map(|code| upright(code) as u8);
        GrayImage::from_raw(width, height, samples.collect()).map(DynamicImage::ImageLuma8)
    } else {
        let samples = codes.into_iter().map(|code| upright(&code));
        ImageBuffer::from_raw(width, height, samples.collect()).map(DynamicImage::ImageLuma16)
    };
    let image = DynamicImage::ImageLuma8(picture.unwrap_or_default());
    (image, exact.as_ref().map(digest_of))
}

/// The grey level, 0 to 255, of each code.
fn levels(grey: &Grey, headers: &Headers<'_>) -> Vec<u8> {
    let codes = 0..=mask(grey.bits);
    let value = |code: u16| match grey.signed {
        true => i32::from(code) - (i32::from(code >> (grey.bits - 1)) << grey.bits),
        false => i32::from(code),
    };
    let positive = |width: &f64| *width >= 1.0;
    let width = headers.decimal(tag::WINDOW_WIDTH).filter(positive);
    if let (Some(centre), Some(width)) = (headers.decimal(tag::WINDOW_CENTER), width) {
        let slope = headers.decimal(tag::SLOPE).filter(|slope| *slope != 0.0);
        let (slope, intercept) = (slope.unwrap_or(1.0), headers.decimal(tag::INTERCEPT));
        let intercept = intercept.unwrap_or(0.0);
        // PS3.3, C.11.2.1.2; a width of one is a threshold.
        let level = |code| {
            let value = slope * f64::from(value(code)) + intercept - (centre - 0.5);
            match width - 1.0 {
                0.0 => 255.0 * f64::from(u8::from(value > 0.0)),
                width => (value / width + 0.5) * 255.0,
            }
        };
        return codes.map(|code| level(code).round() as u8).collect();
    }
    if grey.bits == 8 && !grey.signed {
        return codes.map(|code| code as u8).collect();
    }
    let (low, high) = range(grey, value);
    // Of a negative slope the greatest number is the least value.
    let falls = headers.decimal(tag::SLOPE).is_some_and(|slope| slope < 0.0);
    let level = |code| {
        let share = f64::from(value(code) - low) / f64::from((high - low).max(1));
        if falls { 1.0 - share } else { share }
    };
    codes
        .map(|code| (level(code) * 255.0).round() as u8)
        .collect()
}

/// The values between which all samples but the tails lie, or all where these are one.
fn range(grey: &Grey, value: impl Fn(u16) -> i32) -> (i32, i32) {
    let mut counts = vec![0_u32; usize::from(mask(grey.bits)) + 1];
    for &code in &grey.codes {
        counts[usize::from(code)] += 1;
    }
    let mut present: Vec<(i32, u32)> = (0..=mask(grey.bits))
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(code, count)| (value(code), count))
        .collect();
    present.sort_unstable();
    let tail = (grey.codes.len() as f64 * TAIL) as u32;
    let inner = (
        beyond(tail, present.iter()),
        beyond(tail, present.iter().rev()),
    );
    let ends = |values: &[(i32, u32)]| Some((values.first()?.0, values.last()?.0));
    match inner {
        (low, high) if low < high => inner,
        _ => ends(&present).unwrap_or((0, 0)),
    }
}

/// The first of counted values behind so many samples.
fn beyond<'a>(tail: u32, mut values: impl Iterator<Item = &'a (i32, u32)>) -> i32 {
    let mut passed = 0;
    let found = values.find(|(_, count)| {
        passed += count;
        passed > tail
    });
    found.map_or(0, |(value, _)| *value)
}

/// All codes of so many bits, 1 to 16.
fn mask(bits: u16) -> u16 {
    u16::MAX >> (16 - bits)
}

fn stopped(stop: Stop) -> Unreadable {
    match stop {
        Stop::Cut(missing) => Unreadable::Truncated {
            format: Format::Dicom,
            detail: missing.to_owned(),
        },
        Stop::Strange => corrupt("what should be its data elements are none"),
    }
}

fn no_frame() -> Unreadable {
    corrupt("it has fewer pixels than it announces")
}

fn corrupt(detail: &str) -> Unreadable {
    Unreadable::Corrupt {
        format: Format::Dicom,
        detail: detail.to_owned(),
    }
}

fn not_read(what: &str) -> Unreadable {
    refusal::of_kind(&format!("DICOM with {what}"))
}

#[cfg(test)]
mod tests;
