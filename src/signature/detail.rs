//! Two pictures compared at their own resolution, as they lie: does the fine detail agree?
//!
//! What is compared is not grey but its slope: the differences of neighbouring pixels. A copy that
//! was re-encoded, enlarged, dimmed or mirrored keeps nearly all of them; two drawings of one shape
//! share the shape, and their edges lie elsewhere.

use luma_jpeg::Luma;

/// Pixels along either side at most: finer detail is lost by recompression.
const MOST: usize = 256;

/// Pixels along either side at least: fewer have no detail.
const LEAST: usize = 6;

/// One of the eight symmetries of a rectangle: rows become columns, then left and right, then top
/// and bottom change places.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Turn {
    /// Whether rows become columns.
    pub transposed: bool,
    /// Whether left and right change places.
    pub mirrored: bool,
    /// Whether top and bottom change places.
    pub flipped: bool,
}

impl Turn {
    fn of(self, luma: &Luma) -> Luma {
        let (mut wide, mut high) = (luma.width, luma.height);
        if self.transposed {
            (wide, high) = (high, wide);
        }
        let mut data = Vec::with_capacity(luma.data.len());
        for y in 0..high {
            for x in 0..wide {
                let x = if self.mirrored { wide - 1 - x } else { x };
                let y = if self.flipped { high - 1 - y } else { y };
                let (x, y) = if self.transposed { (y, x) } else { (x, y) };
                data.push(luma.data[y as usize * luma.width as usize + x as usize]);
            }
        }
        Luma {
            width: wide,
            height: high,
            data,
        }
    }
}

/// Correlation of the slopes of two pictures, -1 to 1, the first turned. The larger is averaged
/// down to the size of the smaller. `None` where one is flat or tiny.
#[must_use]
pub(crate) fn agreement(one: &Luma, turn: Turn, other: &Luma) -> Option<f64> {
    let one = &turn.of(one);
    let side = |a: u32, b: u32| (a.min(b) as usize).min(MOST);
    let (wide, high) = (side(one.width, other.width), side(one.height, other.height));
    if wide < LEAST || high < LEAST {
        return None;
    }
    let (a, b) = (shrunk(one, wide, high), shrunk(other, wide, high));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    let mut add = |from: usize, to: usize| {
        let (x, y) = (a[to] - a[from], b[to] - b[from]);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    };
    for row in 0..high {
        for column in 0..wide {
            let at = row * wide + column;
            if column + 1 < wide {
                add(at, at + 1);
            }
            if row + 1 < high {
                add(at, at + wide);
            }
        }
    }
    (aa > 0.0 && bb > 0.0).then(|| ab / (aa * bb).sqrt())
}

/// Averaged to `wide` x `high`, neither more than the picture has, row by row.
fn shrunk(luma: &Luma, wide: usize, high: usize) -> Vec<f64> {
    let (width, height) = (luma.width as usize, luma.height as usize);
    // Along rows, then along columns: shares of a pixel in the two cells that it may lie in.
    let mut narrow = vec![0.0; wide * height];
    for y in 0..height {
        for x in 0..width {
            let value = f64::from(luma.data[y * width + x]);
            for (cell, share) in shares(x, width, wide) {
                narrow[y * wide + cell] += value * share;
            }
        }
    }
    let mut small = vec![0.0; wide * high];
    for y in 0..height {
        for (cell, share) in shares(y, height, high) {
            for x in 0..wide {
                small[cell * wide + x] += narrow[y * wide + x] * share;
            }
        }
    }
    small
}

/// The cells of `to` that pixel `at` of `from` lies in, at most two, each with the pixel's part of
/// the cell.
fn shares(at: usize, from: usize, to: usize) -> impl Iterator<Item = (usize, f64)> {
    let scale = to as f64 / from as f64;
    let (start, end) = (at as f64 * scale, (at + 1) as f64 * scale);
    let first = (start as usize).min(to - 1);
    let step = ((first + 1) as f64).min(end);
    [(first, step - start), ((first + 1).min(to - 1), end - step)]
        .into_iter()
        .filter(|(_, share)| *share > 1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(side: u32, seed: u32) -> Luma {
        let cells = (0..side * side).map(|at| {
            let (x, y) = (at % side, at / side);
            ((x * 31 + y * 17 + seed * (x * y % 13) * 7) % 241) as u8
        });
        Luma {
            width: side,
            height: side,
            data: cells.collect(),
        }
    }

    fn enlarged(luma: &Luma, times: u32) -> Luma {
        let (width, height) = (luma.width * times, luma.height * times);
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pixel = |(x, y)| luma.data[(y / times * luma.width + x / times) as usize];
        Luma {
            width,
            height,
            data: places.map(pixel).collect(),
        }
    }

    #[test]
    fn an_enlarged_and_dimmed_copy_agrees_and_another_picture_does_not() {
        let one = picture(20, 1);
        let mut copy = enlarged(&one, 3);
        copy.data
            .iter_mut()
            .for_each(|grey| *grey = (f64::from(*grey) * 0.9) as u8);
        assert!(agreement(&one, Turn::default(), &copy).unwrap() > 0.99);
        assert!(agreement(&one, Turn::default(), &picture(20, 5)).unwrap() < 0.9);
    }

    #[test]
    fn a_quarter_turn_clockwise_is_a_transposed_and_mirrored_picture() {
        let one = Luma {
            width: 3,
            height: 2,
            data: vec![1, 2, 3, 4, 5, 6],
        };
        let quarter = Turn {
            transposed: true,
            mirrored: true,
            flipped: false,
        };
        let turned = quarter.of(&one);
        assert_eq!((turned.width, turned.height), (2, 3));
        assert_eq!(turned.data, [4, 1, 5, 2, 6, 3]);
    }

    #[test]
    fn a_pixel_lies_in_cells_with_all_of_itself() {
        for (from, to) in [(7, 3), (9, 9), (100, 6), (31, 30)] {
            let mut sums = vec![0.0; to];
            for at in 0..from {
                shares(at, from, to).for_each(|(cell, share)| sums[cell] += share);
            }
            assert!(
                sums.iter().all(|sum| (sum - 1.0).abs() < 1e-6),
                "{from} {to}"
            );
        }
    }

    #[test]
    fn flat_and_tiny_pictures_say_nothing() {
        let flat = Luma {
            width: 9,
            height: 9,
            data: vec![7; 81],
        };
        let one = picture(9, 1);
        assert_eq!(agreement(&flat, Turn::default(), &one), None);
        assert_eq!(agreement(&picture(4, 1), Turn::default(), &one), None);
    }
}
