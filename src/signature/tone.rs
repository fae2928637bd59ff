//! Luma to lightness and sharpness.
//!
//! Lightness is told by percentiles and sharpness by the spread of a 3 x 3 edge filter on a small
//! copy, as cleanvision does (dark: 99th percentile, light: 5th, blurry: `FIND_EDGES` of Pillow on
//! at most 64 pixels). Of the small copy here each side is halved until it has fewer than 96
//! pixels: what the JPEG reader gives anyway.

use std::borrow::Cow;

use luma_jpeg::Luma;

use super::facts::Tone;

/// A side is halved as long as it keeps so many pixels.
const LEAST_SIDE: u32 = 48;

/// Lightness and sharpness of a picture.
#[must_use]
pub fn tone(luma: &Luma) -> Tone {
    let mut small = Cow::Borrowed(luma);
    loop {
        let halves = |length: u32| if length / 2 >= LEAST_SIDE { 2 } else { 1 };
        small = Cow::Owned(match (halves(small.width), halves(small.height)) {
            (1, 1) => break,
            (2, 2) => reduced::<2, 2>(&small),
            (2, _) => reduced::<2, 1>(&small),
            (_, _) => reduced::<1, 2>(&small),
        });
    }
    let histogram = histogram(&small.data);
    let n = small.data.len() as u64;
    let moment = |power: u32| -> u64 {
        let levels = histogram.iter().zip(0u64..);
        levels
            .map(|(&count, level)| u64::from(count) * level.pow(power))
            .sum()
    };
    let mean = moment(1) as f64 / n as f64;
    let variance = (moment(2) as f64 / n as f64 - mean * mean).max(0.0);
    Tone {
        sharpness: (edge_spread(&small) * 256.0).round().min(65_535.0) as u16,
        mean: mean.round() as u8,
        spread: variance.sqrt().round() as u8,
        low: percentile(&histogram, n * 5 / 100),
        high: percentile(&histogram, n * 99 / 100),
    }
}

/// Means of `X` x `Y` pixels; an odd last row or column is left out.
fn reduced<const X: usize, const Y: usize>(luma: &Luma) -> Luma {
    let across = luma.width as usize;
    let (width, height) = (across / X, luma.height as usize / Y);
    let mut data = Vec::with_capacity(width * height);
    for rows in luma.data.chunks_exact(across * Y) {
        let pixels: [&[[u8; X]]; Y] =
            std::array::from_fn(|row| rows[row * across..][..across].as_chunks::<X>().0);
        data.extend((0..width).map(|x| {
            let sum: u16 = pixels
                .iter()
                .flat_map(|row| row[x])
                .fold(0, |sum, level| sum + u16::from(level));
            let count = (X * Y) as u16;
            ((sum + count / 2) / count) as u8
        }));
    }
    Luma {
        width: width as u32,
        height: height as u32,
        data,
    }
}

/// Counts of levels. Four counters a level, because runs of one level would wait for one counter.
fn histogram(levels: &[u8]) -> [u32; 256] {
    let mut counts = [[0u32; 256]; 4];
    let (fours, rest) = levels.as_chunks::<4>();
    for four in fours {
        for (count, &level) in counts.iter_mut().zip(four) {
            let count = &mut count[usize::from(level)];
            *count = count.wrapping_add(1);
        }
    }
    for &level in rest {
        counts[0][usize::from(level)] += 1;
    }
    let [mut total, rest @ ..] = counts;
    for (level, count) in total.iter_mut().enumerate() {
        *count += rest.iter().map(|counts| counts[level]).sum::<u32>();
    }
    total
}

/// The level of the pixel at `rank` (from 0) in order of level.
fn percentile(histogram: &[u32; 256], rank: u64) -> u8 {
    let mut seen = 0;
    for (level, &count) in (0..=255u8).zip(histogram) {
        seen += u64::from(count);
        if seen > rank {
            return level;
        }
    }
    255
}

/// Pixels whose squared edges fit 32 bits together: 255 * 255 * 1024 does.
const PIECE: usize = 1024;

/// Standard deviation of the edges inside the picture; 0 where it has no inside.
///
/// Nothing can overflow (nine levels of 255 are 2,295); wrapping arithmetic says so to the
/// compiler, which then takes many pixels at once.
fn edge_spread(luma: &Luma) -> f64 {
    let width = luma.width as usize;
    if width < 3 || luma.height < 3 {
        return 0.0;
    }
    let mut columns = vec![0i16; width];
    let (mut sum, mut squares) = (0u64, 0u64);
    for rows in luma.data.windows(3 * width).step_by(width) {
        let (upper, rest) = rows.split_at(width);
        let (middle, lower) = rest.split_at(width);
        for (((column, &a), &b), &c) in columns.iter_mut().zip(upper).zip(middle).zip(lower) {
            *column = i16::from(a)
                .wrapping_add(i16::from(b))
                .wrapping_add(i16::from(c));
        }
        for start in (1..width - 1).step_by(PIECE) {
            let end = (start + PIECE).min(width - 1);
            let sides = columns[start - 1..end - 1]
                .iter()
                .zip(&columns[start + 1..=end]);
            let around = columns[start..end].iter().zip(sides);
            let (mut piece_sum, mut piece_squares) = (0u32, 0u32);
            for (&level, (&b, (&a, &c))) in middle[start..end].iter().zip(around) {
                let around = a.wrapping_add(b).wrapping_add(c);
                let edge = i16::from(level)
                    .wrapping_mul(9)
                    .wrapping_sub(around)
                    .clamp(0, 255) as u32;
                piece_sum = piece_sum.wrapping_add(edge);
                piece_squares = piece_squares.wrapping_add(edge.wrapping_mul(edge));
            }
            sum += u64::from(piece_sum);
            squares += u64::from(piece_squares);
        }
    }
    let n = ((width - 2) * (luma.height as usize - 2)) as f64;
    let mean = sum as f64 / n;
    (squares as f64 / n - mean * mean).max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn luma(width: u32, height: u32, value: impl Fn(u32, u32) -> u8) -> Luma {
        let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Luma {
            width,
            height,
            data: data.map(|(x, y)| value(x, y)).collect(),
        }
    }

    #[test]
    fn black_grey_and_white_are_told_by_their_levels() {
        for level in [0, 128, 255] {
            let found = tone(&luma(60, 50, |_, _| level));
            assert_eq!((found.mean, found.low, found.high), (level, level, level));
            assert_eq!((found.spread, found.sharpness), (0, 0));
        }
    }

    #[test]
    fn a_hundredth_of_white_does_not_make_a_black_picture_light() {
        let with = |white: u32| {
            tone(&luma(
                60,
                50,
                |x, y| if y * 60 + x < white { 255 } else { 0 },
            ))
        };
        assert_eq!(with(29).high, 0);
        assert_eq!(with(31).high, 255);
    }

    #[test]
    fn a_picture_and_its_copy_of_twice_the_size_are_as_sharp() {
        let texture = |x: u32, y: u32| ((x * 37 + y * 91) % 200) as u8;
        let small = luma(64, 64, texture);
        let large = luma(128, 128, |x, y| texture(x / 2, y / 2));
        assert_eq!(tone(&small), tone(&large));
    }

    #[test]
    fn each_side_is_halved_on_its_own() {
        let wide = luma(192, 50, |x, y| ((x / 2 * 37 + y * 91) % 200) as u8);
        let halved = luma(96, 50, |x, y| ((x * 37 + y * 91) % 200) as u8);
        assert_eq!(tone(&wide), tone(&halved));
        let high = luma(50, 192, |x, y| ((x * 37 + y / 2 * 91) % 200) as u8);
        let halved = luma(50, 96, |x, y| ((x * 37 + y * 91) % 200) as u8);
        assert_eq!(tone(&high), tone(&halved));
    }

    #[test]
    fn blurring_lowers_sharpness() {
        let sharp = luma(64, 64, |x, _| if x % 16 < 8 { 40 } else { 200 });
        let ramp = |x: u32| (40 + (x % 16).min(16 - x % 16) * 20) as u8;
        assert!(tone(&sharp).sharpness > 2 * tone(&luma(64, 64, |x, _| ramp(x))).sharpness);
    }

    proptest! {
        #[test]
        fn edges_are_those_of_the_definition(width in 3u32..9, height in 3u32..9, data in prop::collection::vec(any::<u8>(), 81)) {
            let picture = luma(width, height, |x, y| data[(y * width + x) as usize]);
            let at = |x: u32, y: u32| i32::from(picture.data[(y * width + x) as usize]);
            let mut edges = Vec::new();
            for y in 1..height - 1 {
                for x in 1..width - 1 {
                    let around: i32 = (0..9).map(|i| at(x + i % 3 - 1, y + i / 3 - 1)).sum();
                    edges.push(f64::from((9 * at(x, y) - around).clamp(0, 255)));
                }
            }
            let mean = edges.iter().sum::<f64>() / edges.len() as f64;
            let variance = edges.iter().map(|edge| (edge - mean).powi(2)).sum::<f64>() / edges.len() as f64;
            prop_assert!((edge_spread(&picture) - variance.sqrt()).abs() < 1e-6);
        }
    }
}
