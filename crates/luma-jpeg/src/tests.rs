//! Whole files, made here by an encoder.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::*;

pub(super) const PIXELS: u64 = 1 << 24;
pub(super) const FULL: (u32, u32) = (u32::MAX, u32::MAX);
pub(super) const SAMPLINGS: [SamplingFactor; 8] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_4_1,
    SamplingFactor::F_4_2,
    SamplingFactor::F_1_4,
    SamplingFactor::F_2_4,
];

/// How a test file is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe {
    pub(super) size: (u16, u16),
    pub(super) sampling: SamplingFactor,
    pub(super) grey: bool,
    pub(super) progressive: bool,
    pub(super) optimised: bool,
    pub(super) restart_interval: u16,
    pub(super) quality: u8,
}

pub(super) const PLAIN: Recipe = Recipe {
    size: (83, 61),
    sampling: SamplingFactor::F_2_2,
    grey: false,
    progressive: false,
    optimised: false,
    restart_interval: 0,
    quality: 85,
};

/// A picture with slopes, waves, edges and some noise, far enough from black and white that no
/// decoder clips it.
pub(super) fn encode(recipe: Recipe) -> Vec<u8> {
    let (width, height) = recipe.size;
    let mut noise = 1_u32;
    let mut level = |x: u32, y: u32, channel: u32| -> u8 {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let wave = ((x * (3 + channel)) as f32 / 17.0).sin() * 25.0 + (y as f32 / 9.0).cos() * 20.0;
        let edge = if (x / 21 + y / 13).is_multiple_of(2) {
            12.0
        } else {
            -12.0
        };
        (128.0 + wave + edge + (noise >> 29) as f32) as u8
    };
    let channels = if recipe.grey { 1 } else { 3 };
    let pixels: Vec<u8> = (0..u32::from(height))
        .flat_map(|y| {
            (0..u32::from(width))
                .flat_map(move |x| (0..channels).map(move |channel| (x, y, channel)))
        })
        .map(|(x, y, channel)| level(x, y, channel))
        .collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, recipe.quality);
    encoder.set_sampling_factor(recipe.sampling);
    encoder.set_progressive(recipe.progressive);
    encoder.set_optimized_huffman_tables(recipe.optimised);
    if recipe.restart_interval > 0 {
        encoder.set_restart_interval(recipe.restart_interval);
    }
    encoder
        .encode(
            &pixels,
            width,
            height,
            if recipe.grey {
                ColorType::Luma
            } else {
                ColorType::Rgb
            },
        )
        .unwrap();
    file
}

pub(super) fn read_fresh(bytes: &[u8], at_least: (u32, u32)) -> Result<Picture<'_>, JpegError> {
    read(bytes, at_least, PIXELS, &mut Scratch::default())
}

#[test]
fn reused_memory_does_not_change_the_answer() {
    let mut scratch = Scratch::default();
    for round in 0..3 {
        for (index, sampling) in SAMPLINGS.into_iter().enumerate() {
            let bytes = encode(Recipe {
                sampling,
                optimised: index % 2 == 0,
                quality: 40 + index as u8,
                ..PLAIN
            });
            for at_least in [(1, 1), (20, 15), (41, 30), FULL] {
                let expected = read_fresh(&bytes, at_least);
                assert_eq!(
                    read(&bytes, at_least, PIXELS, &mut scratch),
                    expected,
                    "round {round}, {sampling:?}"
                );
            }
        }
    }
}

/// The offset and length of the first segment with this marker, marker included.
pub(super) fn segment(bytes: &[u8], marker: u8) -> (usize, usize) {
    let mut offset = 2;
    while bytes[offset + 1] != marker {
        offset += 2 + usize::from(u16::from_be_bytes([bytes[offset + 2], bytes[offset + 3]]));
    }
    (
        offset,
        2 + usize::from(u16::from_be_bytes([bytes[offset + 2], bytes[offset + 3]])),
    )
}

#[test]
fn sampling_factors_of_a_single_component_do_not_matter() {
    let mut bytes = encode(Recipe {
        grey: true,
        ..PLAIN
    });
    let expected = read_fresh(&bytes, FULL).unwrap().luma;
    let (frame, _) = segment(&bytes, 0xC0);
    bytes[frame + 11] = 0x42;
    assert_eq!(read_fresh(&bytes, FULL).unwrap().luma, expected);
}

/// A file whose three components are red, green and blue, said by an Adobe segment instead of the
/// JFIF one.
fn rgb_file(pixels: &[u8], (width, height): (u16, u16)) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 100);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    encoder
        .encode(pixels, width, height, ColorType::Ycbcr)
        .unwrap();
    let (offset, length) = segment(&file, 0xE0);
    let adobe = [
        0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0,
    ];
    file.splice(offset..offset + length, adobe);
    file
}

#[test]
fn red_green_and_blue_make_luma() {
    let pixels: Vec<u8> = (0..16 * 16)
        .flat_map(|i| {
            if i % 16 < 8 {
                [200, 30, 60]
            } else {
                [20, 180, 90]
            }
        })
        .collect();
    let bytes = rgb_file(&pixels, (16, 16));
    for (at_least, across) in [(FULL, 16), ((1, 1), 2)] {
        let luma = read_fresh(&bytes, at_least).unwrap().luma;
        let (left, right) = (i32::from(luma.data[0]), i32::from(luma.data[across - 1]));
        assert!(
            (left - 84).abs() <= 1 && (right - 122).abs() <= 1,
            "{left} {right}"
        );
    }
}

#[test]
fn exif_is_handed_over() {
    let mut bytes = encode(PLAIN);
    assert_eq!(read_fresh(&bytes, FULL).unwrap().exif, None);
    bytes.splice(2..2, *b"\xFF\xE1\0\x0CExif\0\0II*\0");
    assert_eq!(read_fresh(&bytes, FULL).unwrap().exif, Some(&b"II*\0"[..]));
}

#[test]
fn other_kinds_of_file_are_told_from_damage() {
    let bytes = encode(PLAIN);
    let (frame, _) = segment(&bytes, 0xC0);
    let patched = |at: usize, value: u8| {
        let mut patched = bytes.clone();
        patched[frame + at] = value;
        read_fresh(&patched, FULL).map(|_| ()).unwrap_err()
    };
    for marker in [0xC3, 0xC5, 0xC9, 0xCA, 0xCF] {
        assert!(
            matches!(patched(1, marker), JpegError::Unsupported(_)),
            "{marker:x}"
        );
    }
    assert!(matches!(patched(4, 12), JpegError::Unsupported(_)));
    assert!(matches!(patched(9, 2), JpegError::Corrupt { .. }));
    assert!(matches!(patched(11, 0x50), JpegError::Corrupt { .. }));
    assert_eq!(read_fresh(b"\x89PNG", FULL), Err(JpegError::NotJpeg));
    let without = |marker: u8| {
        let mut patched = bytes.clone();
        let (offset, length) = segment(&bytes, marker);
        patched.drain(offset..offset + length);
        read_fresh(&patched, FULL).map(|_| ()).unwrap_err()
    };
    assert!(matches!(without(0xDB), JpegError::Corrupt { .. }));
    // Files without Huffman tables mean the example tables of T.81, as in Motion JPEG.
    assert!(matches!(without(0xC4), JpegError::Unsupported(_)));
    assert!(matches!(without(0xC0), JpegError::Corrupt { .. }));
}

#[test]
fn size_is_limited_before_anything_is_allocated() {
    let mut bytes = encode(PLAIN);
    let pixels = 83 * 61;
    assert!(read(&bytes, FULL, pixels, &mut Scratch::default()).is_ok());
    let refused = read(&bytes, FULL, pixels - 1, &mut Scratch::default());
    assert_eq!(
        refused,
        Err(JpegError::TooLarge {
            width: 83,
            height: 61,
            max_pixels: pixels - 1
        })
    );
    // A small file cannot claim a large picture, whatever the limit.
    let (frame, _) = segment(&bytes, 0xC0);
    bytes[frame + 5..frame + 9].fill(0xFF);
    let refused = read(&bytes, FULL, u64::MAX, &mut Scratch::default());
    assert!(matches!(refused, Err(JpegError::Truncated { .. })));
}
