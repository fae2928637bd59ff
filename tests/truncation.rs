//! A file cut anywhere before its end is never reported as whole.

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, ExtendedColorType, Frame, ImageEncoder};
use jpeg_encoder::{ColorType, Encoder};
use splitleak::signature::Signer;
use splitleak::signature::unreadable::Unreadable;

use crate::workspace::{encode, picture_of_size};

/// A lossy WebP of 16 x 16 pixels, which no dependency can encode: Pillow 11,
/// `Image.new("RGB", (16, 16), (90, 120, 30))` with one red pixel, quality 30.
const LOSSY_WEBP: &[u8] = &[
    0x52, 0x49, 0x46, 0x46, 0x2E, 0x00, 0x00, 0x00, 0x57, 0x45, 0x42, 0x50, 0x56, 0x50, 0x38, 0x20,
    0x22, 0x00, 0x00, 0x00, 0x70, 0x01, 0x00, 0x9D, 0x01, 0x2A, 0x10, 0x00, 0x10, 0x00, 0x04, 0x00,
    0x68, 0x25, 0xB0, 0x02, 0x74, 0x01, 0x40, 0x00, 0x00, 0xFE, 0xE0, 0xB9, 0x7D, 0x7D, 0xE5, 0x0E,
    0xC4, 0xC4, 0x45, 0xC0, 0x00, 0x00,
];

/// Names and files of every kind that is promised.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let picture = picture_of_size(5, 40, 30);
    let jpeg = |progressive: bool, color: ColorType| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 80);
        encoder.set_progressive(progressive);
        let channels = if color == ColorType::Cmyk { 4 } else { 3 };
        let data: Vec<u8> = picture
            .pixels()
            .flat_map(|pixel| [&pixel.0[..], &[20]].concat()[..channels].to_vec())
            .collect();
        encoder.encode(&data, 40, 30, color).unwrap();
        bytes
    };
    let mut gif = Vec::new();
    let frame =
        |seed| Frame::new(DynamicImage::ImageRgb8(picture_of_size(seed, 40, 30)).to_rgba8());
    GifEncoder::new(&mut gif)
        .encode_frames([frame(1), frame(2)])
        .unwrap();
    let deep = DynamicImage::ImageRgb8(picture.clone()).to_rgba16();
    let deep: Vec<u8> = deep
        .into_raw()
        .into_iter()
        .flat_map(u16::to_ne_bytes)
        .collect();
    let mut deep_png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut deep_png);
    encoder
        .write_image(&deep, 40, 30, ExtendedColorType::Rgba16)
        .unwrap();
    let mut files = vec![
        ("baseline JPEG", jpeg(false, ColorType::Rgb)),
        ("progressive JPEG", jpeg(true, ColorType::Rgb)),
        ("CMYK JPEG", jpeg(false, ColorType::Cmyk)),
        ("animated GIF", gif),
        ("16-bit PNG with alpha", deep_png),
        ("lossy WebP", LOSSY_WEBP.to_vec()),
    ];
    for name in ["a.png", "a.gif", "a.webp", "a.tif", "a.bmp"] {
        files.push((name, encode(&picture, name)));
    }
    files
}

#[test]
fn a_file_cut_anywhere_before_its_end_is_never_whole() {
    let mut signer = Signer::default();
    for (name, bytes) in files() {
        let whole = signer.sign(&bytes);
        assert_eq!(whole.unwrap().facts.stored.trailing, 0, "{name}");
        for length in 0..bytes.len() {
            assert!(
                signer.sign(&bytes[..length]).is_err(),
                "{name} cut to {length} of {}",
                bytes.len()
            );
        }
        let last = signer.sign(&bytes[..bytes.len() - 1]);
        assert!(
            matches!(last, Err(Unreadable::Truncated { .. })),
            "{name}: {last:?}"
        );
    }
}

#[test]
fn what_follows_the_end_marker_is_counted() {
    let mut signer = Signer::default();
    for (name, mut bytes) in files() {
        bytes.extend(b"appended");
        // TIFF has no end: what no directory names may be anything.
        let expected = if name == "a.tif" { 0 } else { 8 };
        let trailing = signer.sign(&bytes).unwrap().facts.stored.trailing;
        assert_eq!(trailing, expected, "{name}");
    }
}
