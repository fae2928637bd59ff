//! Luma of any size to the fixed grid that hashing and verification share.
//!
//! The grid is square whatever the aspect of the picture, so that a picture and
//! its squeezed copy agree.

use luma_jpeg::Luma;

use super::content::{Content, content};

/// Cells on each side of a thumbnail.
pub const SIDE: usize = 24;

/// `SIDE` x `SIDE` grey levels, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail(pub Box<[u8; SIDE * SIDE]>);

/// Shrinks or stretches the content of `luma` (what a uniform frame leaves, see
/// `content.rs`) to the grid by area averaging: every cell is the mean of
/// the part of the picture it covers, with fractional pixels weighted.
#[must_use]
pub fn thumbnail(luma: &Luma) -> Thumbnail {
    thumbnail_of(luma, content(luma))
}

/// As [`thumbnail`], where the content is known.
#[must_use]
pub fn thumbnail_of(luma: &Luma, content: Content) -> Thumbnail {
    let columns = spans(content.width());
    let mut grid = Box::new([0u8; SIDE * SIDE]);
    let mut line = vec![0f32; content.width()];
    let (rows, _) = grid.as_chunks_mut::<SIDE>();
    for (cells, span) in rows.iter_mut().zip(spans(content.height())) {
        // Rows first: many pixels of a line are added at once.
        line.fill(0.0);
        for (y, weight) in span.weights() {
            let from = (content.top + y) * luma.width as usize;
            let pixels = &luma.data[from + content.left..from + content.right];
            for (sum, &pixel) in line.iter_mut().zip(pixels) {
                *sum += weight * f32::from(pixel);
            }
        }
        for (cell, span) in cells.iter_mut().zip(&columns) {
            let sum: f32 = span.weights().map(|(x, weight)| weight * line[x]).sum();
            *cell = (sum + 0.5) as u8;
        }
    }
    Thumbnail(grid)
}

/// The pixels under one cell: `first..=last`. Those between the ends count `inner`; all shares add
/// up to 1.
struct Span {
    first: usize,
    last: usize,
    first_weight: f32,
    inner_weight: f32,
    last_weight: f32,
}

impl Span {
    /// The pixels with their shares in the cell.
    fn weights(&self) -> impl Iterator<Item = (usize, f32)> {
        let weight = |at: usize| match at {
            at if at == self.first => self.first_weight,
            at if at == self.last => self.last_weight,
            _ => self.inner_weight,
        };
        (self.first..=self.last).map(move |at| (at, weight(at)))
    }
}

/// Divides `length` pixels into `SIDE` equal spans.
fn spans(length: usize) -> [Span; SIDE] {
    let step = length as f64 / SIDE as f64;
    std::array::from_fn(|cell| {
        let start = cell as f64 * step;
        let end = start + step;
        let first = (start.floor() as usize).min(length - 1);
        let last = ((end.ceil() as usize).max(1) - 1).clamp(first, length - 1);
        let (first_weight, last_weight) = match first == last {
            true => (1.0, 1.0),
            false => (
                (1.0 - (start - first as f64)) / step,
                (end - last as f64) / step,
            ),
        };
        Span {
            first,
            last,
            first_weight: first_weight as f32,
            inner_weight: (1.0 / step) as f32,
            last_weight: last_weight as f32,
        }
    })
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
    fn a_grid_of_the_same_size_is_unchanged() {
        let source = luma(24, 24, |x, y| (x * 7 + y * 3) as u8);
        assert_eq!(thumbnail(&source).0[..], source.data[..]);
    }

    #[test]
    fn every_size_of_a_flat_picture_gives_the_same_flat_grid() {
        for (width, height) in [(1, 1), (1, 400), (28, 28), (33, 31), (320, 32)] {
            let grid = thumbnail(&luma(width, height, |_, _| 77));
            assert!(grid.0.iter().all(|&v| v == 77), "{width}x{height}");
        }
    }

    proptest! {
        #[test]
        fn a_cell_is_the_mean_of_what_it_covers(
            width in 1u32..70, height in 1u32..70, data in prop::collection::vec(any::<u8>(), 4900),
        ) {
            let source = luma(width, height, |x, y| data[(y * width + x) as usize]);
            let (across, down) = (f64::from(width) / SIDE as f64, f64::from(height) / SIDE as f64);
            let overlap = |cell: usize, step: f64, pixel: u32| {
                let (start, end) = (cell as f64 * step, (cell + 1) as f64 * step);
                (end.min(f64::from(pixel) + 1.0) - start.max(f64::from(pixel))).max(0.0)
            };
            let content = Content { left: 0, top: 0, right: width as usize, bottom: height as usize };
            let found = thumbnail_of(&source, content);
            for (at, &cell) in found.0.iter().enumerate() {
                let (column, row) = (at % SIDE, at / SIDE);
                let shares = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| {
                    let share = overlap(column, across, x) * overlap(row, down, y);
                    share * f64::from(source.data[(y * width + x) as usize])
                });
                let mean = shares.sum::<f64>() / (across * down);
                prop_assert!((mean - f64::from(cell)).abs() < 0.51, "{} {}", mean, cell);
            }
        }
    }

    #[test]
    fn shrinking_by_two_averages_four_pixels() {
        let source = luma(48, 48, |x, y| if (x + y) % 2 == 0 { 0 } else { 200 });
        assert!(thumbnail(&source).0.iter().all(|&v| v == 100));
    }
}
