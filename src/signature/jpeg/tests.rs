//! Whole files: made here by an encoder, read at every scale, compared with a full decoder.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::*;

pub(super) const PIXELS: u64 = 1 << 24;
pub(super) const FULL: (u32, u32) = (u32::MAX, u32::MAX);
const SAMPLINGS: [SamplingFactor; 8] = [
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

/// The reference: luma at full size, row by row, and its width.
fn reference(bytes: &[u8]) -> (Vec<u8>, usize) {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::Luma)
        .set_strict_mode(true);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let luma = decoder.decode().unwrap();
    (luma, decoder.dimensions().unwrap().0)
}

/// The largest difference between `luma` and the mean of the reference over the cells that lie
/// wholly inside.
fn largest_difference(
    luma: &Luma,
    (reference, width): &(Vec<u8>, usize),
    denominator: usize,
) -> f64 {
    let (across, down) = (width / denominator, reference.len() / width / denominator);
    let cells = (0..down).flat_map(|y| (0..across).map(move |x| (x, y)));
    let differences = cells.map(|(x, y)| {
        let inside = (0..denominator * denominator).map(|i| {
            let (x, y) = (
                x * denominator + i % denominator,
                y * denominator + i / denominator,
            );
            f64::from(reference[y * width + x])
        });
        let mean = inside.sum::<f64>() / (denominator * denominator) as f64;
        (mean - f64::from(luma.data[y * luma.width as usize + x])).abs()
    });
    differences.fold(0.0, f64::max)
}

/// Reads `bytes` at every scale and compares with the reference. The scales between see no
/// coefficients above their own index, which the mean of a cell with an edge in it does: hence
/// their larger tolerance.
fn compare_every_scale(bytes: &[u8], what: &dyn std::fmt::Debug) {
    let reference = reference(bytes);
    for (denominator, tolerance) in [(1_u8, 1.01), (2, 10.0), (4, 10.0), (8, 1.51)] {
        let (width, height) = (reference.1, reference.0.len() / reference.1);
        let scaled = (
            width.div_ceil(denominator.into()) as u32,
            height.div_ceil(denominator.into()) as u32,
        );
        let picture = read_fresh(bytes, scaled).unwrap();
        assert_eq!(
            picture.scale_denominators,
            (denominator, denominator),
            "{what:?}"
        );
        assert_eq!(
            (picture.luma.width, picture.luma.height),
            scaled,
            "{what:?}"
        );
        assert_eq!(
            picture.luma.data.len(),
            (scaled.0 * scaled.1) as usize,
            "{what:?}"
        );
        assert_eq!(
            (picture.stray_bytes, picture.trailing_bytes),
            (0, 0),
            "{what:?}"
        );
        let difference = largest_difference(&picture.luma, &reference, denominator.into());
        assert!(
            difference <= tolerance,
            "{what:?} at 1/{denominator}: {difference}"
        );
    }
}

#[test]
fn luma_is_the_same_whatever_the_sampling_of_chroma() {
    for at_least in [(1, 1), (20, 15), (41, 30), FULL] {
        let plain = encode(Recipe {
            sampling: SamplingFactor::F_1_1,
            ..PLAIN
        });
        let expected = read_fresh(&plain, at_least).unwrap().luma;
        for sampling in SAMPLINGS {
            for (progressive, optimised) in
                [(false, false), (false, true), (true, false), (true, true)]
            {
                let bytes = encode(Recipe {
                    sampling,
                    progressive,
                    optimised,
                    ..PLAIN
                });
                let found = read_fresh(&bytes, at_least).unwrap().luma;
                assert!(
                    found == expected,
                    "{sampling:?} {progressive} {optimised} {at_least:?}"
                );
            }
        }
    }
}

#[test]
fn samplings_agree_with_a_full_decoder_at_every_scale() {
    // The reference panics on other samplings, and misplaces rows where subsampled components have
    // scans of their own, which is how this encoder optimises. The test above covers them.
    let known = [
        (SamplingFactor::F_1_1, true),
        (SamplingFactor::F_2_1, false),
        (SamplingFactor::F_2_2, false),
    ];
    for (sampling, optimised) in known {
        for progressive in [false, true] {
            let recipe = Recipe {
                sampling,
                progressive,
                optimised,
                ..PLAIN
            };
            compare_every_scale(&encode(recipe), &recipe);
        }
    }
}

#[test]
fn grey_files_restart_intervals_and_qualities_agree_too() {
    for (grey, restart_interval, quality) in [
        (true, 0, 30),
        (true, 3, 75),
        (false, 1, 95),
        (false, 7, 50),
        (false, 4, 100),
    ] {
        for progressive in [false, true] {
            let recipe = Recipe {
                grey,
                restart_interval,
                quality,
                progressive,
                ..PLAIN
            };
            compare_every_scale(&encode(recipe), &recipe);
        }
    }
}

#[test]
fn odd_sizes_agree_too() {
    for size in [(1, 1), (7, 9), (8, 8), (16, 17), (33, 15), (200, 3)] {
        for progressive in [false, true] {
            let recipe = Recipe {
                size,
                progressive,
                ..PLAIN
            };
            let bytes = encode(recipe);
            let picture = read_fresh(&bytes, FULL).unwrap();
            assert_eq!(
                (picture.full_width, picture.full_height),
                (size.0.into(), size.1.into())
            );
            assert!(
                largest_difference(&picture.luma, &reference(&bytes), 1) <= 1.01,
                "{recipe:?}"
            );
        }
    }
}

#[test]
fn the_smallest_scale_that_is_large_enough_is_chosen() {
    let bytes = encode(Recipe {
        size: (80, 40),
        ..PLAIN
    });
    for (at_least, denominators) in [
        ((1, 1), (8, 8)),
        ((10, 5), (8, 8)),
        ((11, 5), (4, 8)),
        ((10, 6), (8, 4)),
        ((20, 11), (4, 2)),
        ((40, 20), (2, 2)),
        ((41, 1), (1, 8)),
        (FULL, (1, 1)),
    ] {
        let picture = read_fresh(&bytes, at_least).unwrap();
        assert_eq!(picture.scale_denominators, denominators, "{at_least:?}");
        assert_eq!(
            (picture.luma.width, picture.luma.height),
            (
                80 / u32::from(denominators.0),
                40 / u32::from(denominators.1)
            )
        );
    }
}

#[test]
fn a_side_at_another_scale_holds_means_of_the_side_at_full_size() {
    for progressive in [false, true] {
        let bytes = encode(Recipe {
            size: (96, 64),
            grey: true,
            progressive,
            ..PLAIN
        });
        let (wide, high) = (
            read_fresh(&bytes, (12, 64)).unwrap(),
            read_fresh(&bytes, (96, 8)).unwrap(),
        );
        assert_eq!(wide.scale_denominators, (8, 1));
        assert_eq!(high.scale_denominators, (1, 8));
        // At 1/8 the means are exact, so that reducing the other side, too, leaves what both have in common.
        let eighth = read_fresh(&bytes, (12, 8)).unwrap().luma.data;
        for (at, &mean) in eighth.iter().enumerate() {
            let (x, y) = (at % 12, at / 12);
            let column = (0..8).map(|row| f64::from(wide.luma.data[(y * 8 + row) * 12 + x]));
            let row = (0..8).map(|column| f64::from(high.luma.data[y * 96 + x * 8 + column]));
            for of_side in [column.sum::<f64>() / 8.0, row.sum::<f64>() / 8.0] {
                assert!((of_side - f64::from(mean)).abs() <= 1.0, "{of_side} {mean}");
            }
        }
    }
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

/// Every file under the directory that the variable names, against the reference.
#[test]
fn real_files_agree_with_a_full_decoder() {
    const VARIABLE: &str = "SPLITLEAK_TEST_JPEGS";
    let Ok(directory) = std::env::var(VARIABLE) else {
        println!("skipped: {VARIABLE} names no directory of JPEG files");
        return;
    };
    let mut scratch = Scratch::default();
    let files = walkdir::WalkDir::new(directory)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    let (mut compared, mut refused) = (0, 0);
    for file in files.filter(|file| {
        file.path()
            .extension()
            .is_some_and(|extension| extension == "jpg")
    }) {
        let bytes = std::fs::read(file.path()).unwrap();
        let Ok(eighth) = read(&bytes, (1, 1), PIXELS, &mut scratch) else {
            refused += 1;
            continue;
        };
        let reference = reference(&bytes);
        let full = read(&bytes, FULL, PIXELS, &mut scratch).unwrap();
        assert!(
            largest_difference(&full.luma, &reference, 1) <= 2.0,
            "{}",
            file.path().display()
        );
        // The reference is clipped to 0..=255 before the mean is taken; so cells that touch either
        // end are another matter.
        let (width, luma) = (reference.1, &eighth.luma);
        for (x, y) in
            (0..reference.0.len() / width / 8).flat_map(|y| (0..width / 8).map(move |x| (x, y)))
        {
            let cell = (0..64).map(|i| reference.0[(y * 8 + i / 8) * width + x * 8 + i % 8]);
            if cell.clone().all(|level| (1..255).contains(&level)) {
                let mean = cell.map(f64::from).sum::<f64>() / 64.0;
                let found = f64::from(luma.data[y * luma.width as usize + x]);
                assert!(
                    (mean - found).abs() <= 2.0,
                    "{} at {x}, {y}: {found}, not {mean}",
                    file.path().display()
                );
            }
        }
        compared += 1;
    }
    println!("{compared} files compared, {refused} refused");
    assert!(compared > 0);
}
