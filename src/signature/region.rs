//! Parts of pictures compared directly: does the same strip show in two files?

use luma_jpeg::Luma;

use super::decode::decode_in_full;
use super::reading::Opened;
use crate::budget::Share;

/// Left, upper, right and lower edge of a part, in fractions of the sides, 0 to 1.
pub(crate) type Edges = [f32; 4];

/// Cells of the grid that a part is averaged on, along each side.
const CELLS: usize = 12;
/// Spread of grey levels below which a part shows nothing.
const FLAT: f64 = 2.0;

/// The luma of two signed images in full, since a strip that two tiles share may be few pixels
/// wide; `None` when one cannot be read. They are to be dropped before
/// the share that they are in.
#[must_use]
pub(crate) fn lumas(pair: [Opened<'_>; 2], share: &mut Share<'_>) -> Option<[Luma; 2]> {
    // Each needs room for a grey picture of its size besides itself, so the larger one's is enough
    // for both where the smaller one comes first.
    share.take(pair[0].need().max(pair[1].need())).ok()?;
    let mut read = |opened: &Opened<'_>| -> Option<Luma> {
        let bytes = opened.source.bytes().ok()?;
        decode_in_full(&bytes, share).ok()
    };
    let [one, other] = &pair;
    if one.pixels() <= other.pixels() {
        let one = read(one)?;
        Some([one, read(other)?])
    } else {
        let other = read(other)?;
        Some([read(one)?, other])
    }
}

/// Correlation of two parts cell by cell, -1 to 1; `None` where one of them is flat or smaller than
/// a pixel.
#[must_use]
pub(crate) fn correlation(one: (&Luma, Edges), other: (&Luma, Edges)) -> Option<f64> {
    let (a, b) = (cells(one.0, one.1)?, cells(other.0, other.1)?);
    let mean = |cells: &[f64]| cells.iter().sum::<f64>() / cells.len() as f64;
    let (mean_a, mean_b) = (mean(&a), mean(&b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        ab += (x - mean_a) * (y - mean_b);
        aa += (x - mean_a).powi(2);
        bb += (y - mean_b).powi(2);
    }
    let flat = FLAT.powi(2) * a.len() as f64;
    (aa >= flat && bb >= flat).then(|| ab / (aa * bb).sqrt())
}

/// Means over a grid.
fn cells(luma: &Luma, [left, upper, right, lower]: Edges) -> Option<Vec<f64>> {
    let pixel = |edge: f32, side: u32| {
        ((edge.clamp(0.0, 1.0) * side as f32).round() as usize).min(side as usize)
    };
    let (x0, x1) = (pixel(left, luma.width), pixel(right, luma.width));
    let (y0, y1) = (pixel(upper, luma.height), pixel(lower, luma.height));
    if x1 <= x0 || y1 <= y0 {
        return None;
    }
    let (columns, rows) = (CELLS.min(x1 - x0), CELLS.min(y1 - y0));
    let along = |from: usize, to: usize, cell: usize, cells: usize| {
        from + (to - from) * cell / cells..from + (to - from) * (cell + 1) / cells
    };
    let mut means = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            let (mut sum, mut count) = (0_u64, 0_u64);
            for y in along(y0, y1, row, rows) {
                for x in along(x0, x1, column, columns) {
                    sum += u64::from(luma.data[y * luma.width as usize + x]);
                    count += 1;
                }
            }
            means.push(sum as f64 / count.max(1) as f64);
        }
    }
    Some(means)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(seed: u32) -> Luma {
        let data = (0..64 * 64_u32).map(|i| {
            let (x, y) = (i % 64, i / 64);
            ((x * 7 + y * 3 + seed * x * y / 5) % 251) as u8
        });
        Luma {
            width: 64,
            height: 64,
            data: data.collect(),
        }
    }

    /// A part of a picture as a picture of its own.
    fn cut(from: &Luma, x: usize, y: usize, side: usize) -> Luma {
        let rows =
            (y..y + side).flat_map(|row| from.data[row * 64 + x..row * 64 + x + side].to_vec());
        Luma {
            width: side as u32,
            height: side as u32,
            data: rows.collect(),
        }
    }

    #[test]
    fn a_strip_that_two_tiles_share_correlates_and_one_they_do_not_share_does_not() {
        let whole = picture(1);
        let (left, right) = (cut(&whole, 0, 0, 40), cut(&whole, 24, 0, 40));
        let strip = |a, b| correlation((&left, a), (&right, b)).unwrap();
        let shared = strip([0.6, 0.0, 1.0, 1.0], [0.0, 0.0, 0.4, 1.0]);
        let other = strip([0.6, 0.0, 1.0, 1.0], [0.6, 0.0, 1.0, 1.0]);
        assert!(shared > 0.999 && other < 0.9, "{shared} {other}");
    }

    #[test]
    fn flat_and_empty_parts_say_nothing() {
        let flat = Luma {
            width: 8,
            height: 8,
            data: vec![7; 64],
        };
        let whole = [0.0, 0.0, 1.0, 1.0];
        assert_eq!(correlation((&flat, whole), (&flat, whole)), None);
        let some = picture(2);
        assert_eq!(
            correlation((&some, [0.5, 0.0, 0.5, 1.0]), (&some, whole)),
            None
        );
    }
}
