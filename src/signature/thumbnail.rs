//! Luma of any size to the fixed grid that hashing and verification share.
//!
//! The grid is square whatever the aspect of the picture, so that a picture and
//! its squeezed copy agree.

use super::content::{Content, content};
use super::luma::Luma;

/// Cells on each side of a thumbnail.
pub const SIDE: usize = 24;

/// `SIDE` x `SIDE` grey levels, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail(pub Box<[u8; SIDE * SIDE]>);

/// Shrinks or stretches the content of `luma` (what a uniform frame leaves, see
/// [`super::content`]) to the grid by area averaging: every cell is the mean of
/// the part of the picture it covers, with fractional pixels weighted.
#[must_use]
pub fn thumbnail(luma: &Luma) -> Thumbnail {
    thumbnail_of(luma, content(luma))
}

/// As [`thumbnail`], where the content is known.
#[must_use]
pub fn thumbnail_of(luma: &Luma, content: Content) -> Thumbnail {
    let columns = spans(content.width());
    let rows = spans(content.height());
    // Columns first: `narrow` is SIDE wide and as high as the content.
    let mut narrow = vec![0f32; SIDE * content.height()];
    for (y, out) in (content.top..content.bottom).zip(narrow.chunks_exact_mut(SIDE)) {
        let line = &luma.data[y * luma.width as usize..][content.left..content.right];
        for (cell, span) in out.iter_mut().zip(&columns) {
            *cell = span.mean(|i| f32::from(line[i]));
        }
    }
    let mut grid = Box::new([0u8; SIDE * SIDE]);
    for (y, span) in rows.iter().enumerate() {
        for x in 0..SIDE {
            grid[y * SIDE + x] = span.mean(|i| narrow[i * SIDE + x]).round() as u8;
        }
    }
    Thumbnail(grid)
}

/// The pixels under one cell: `first..=last`, with the share of the two ends that counts.
struct Span {
    first: usize,
    last: usize,
    first_weight: f32,
    last_weight: f32,
}

impl Span {
    fn mean(&self, value: impl Fn(usize) -> f32) -> f32 {
        if self.first == self.last {
            return value(self.first);
        }
        let inner: f32 = (self.first + 1..self.last).map(&value).sum();
        let sum =
            inner + value(self.first) * self.first_weight + value(self.last) * self.last_weight;
        let weight = (self.last - self.first - 1) as f32 + self.first_weight + self.last_weight;
        sum / weight
    }
}

/// Divides `length` pixels into `SIDE` equal spans.
fn spans(length: usize) -> Vec<Span> {
    let step = length as f64 / SIDE as f64;
    (0..SIDE)
        .map(|cell| {
            let start = cell as f64 * step;
            let end = start + step;
            let first = (start.floor() as usize).min(length - 1);
            let last = ((end.ceil() as usize).max(1) - 1).clamp(first, length - 1);
            Span {
                first,
                last,
                first_weight: (1.0 - (start - first as f64)) as f32,
                last_weight: (end - last as f64) as f32,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn shrinking_by_two_averages_four_pixels() {
        let source = luma(48, 48, |x, y| if (x + y) % 2 == 0 { 0 } else { 200 });
        assert!(thumbnail(&source).0.iter().all(|&v| v == 100));
    }
}
