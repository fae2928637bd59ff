//! Every scale, compared with a full decoder.

use jpeg_encoder::SamplingFactor;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::tests::{FULL, PIXELS, PLAIN, Recipe, SAMPLINGS, encode, read_fresh};
use super::*;

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
        // At 1/8 the means are exact, so that reducing the other side, too, leaves what both have
        // in common.
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
