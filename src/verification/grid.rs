//! Residuals as square grids of numbers, for alignment.

use super::affine::Affine;
use super::whitening::{CELLS, Residual};
use crate::signature::thumbnail::SIDE;

/// A square grid of values, at most as fine as a thumbnail.
#[derive(Clone)]
pub(super) struct Grid {
    pub(super) side: usize,
    /// Row by row; those behind the last row are zero.
    cells: [f32; CELLS],
}

/// What one grid has at the places where the cells of another are taken: zero where that is outside.
pub(super) struct Sampled {
    values: [f32; CELLS],
    /// 1 inside, 0 outside.
    weights: [f32; CELLS],
    /// Cells of the other grid.
    len: usize,
}

impl Sampled {
    pub(super) fn new() -> Self {
        Self {
            values: [0.0; CELLS],
            weights: [0.0; CELLS],
            len: 0,
        }
    }

    /// Values, by cell.
    pub(super) fn values(&self) -> &[f32] {
        &self.values[..self.len]
    }

    /// Whether each cell is inside: 1 or 0.
    pub(super) fn weights(&self) -> &[f32] {
        &self.weights[..self.len]
    }
}

impl Grid {
    /// A grid of `side` x `side` cells, each with the value of its column and row.
    #[cfg(test)]
    pub(super) fn from_fn(side: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let mut cells = [0.0; CELLS];
        for (i, cell) in cells[..side * side].iter_mut().enumerate() {
            *cell = value(i % side, i / side);
        }
        Self { side, cells }
    }

    /// The residual as it is.
    pub(super) fn fine(residual: &Residual) -> Self {
        Self {
            side: SIDE,
            cells: residual.map(f32::from),
        }
    }

    /// The residual at half the resolution: means of 2x2 cells.
    pub(super) fn coarse(residual: &Residual) -> Self {
        let side = SIDE / 2;
        let mut cells = [0.0; CELLS];
        for (i, cell) in cells[..side * side].iter_mut().enumerate() {
            let at = (i / side) * 2 * SIDE + (i % side) * 2;
            let sum = [at, at + 1, at + SIDE, at + SIDE + 1].map(|j| i16::from(residual[j]));
            *cell = f32::from(sum.iter().sum::<i16>()) / 4.0;
        }
        Self { side, cells }
    }

    /// The values, row by row.
    pub(super) fn cells(&self) -> &[f32] {
        &self.cells[..self.side * self.side]
    }

    /// Half the distance between the centres of the first and the last cell.
    pub(super) fn half(&self) -> f32 {
        (self.side as f32 - 1.0) / 2.0
    }

    /// Values of this grid where `map` takes the cells of another of the same size. Bilinear.
    ///
    /// Places are counted in whole parts of a cell: cheaper than numbers with a point, and the same on every processor.
    pub(super) fn sample(&self, map: Affine, out: &mut Sampled) {
        let side = self.side.min(SIDE);
        out.len = side * side;
        let step = (parts(map.xx), parts(map.yx));
        for row in 0..side {
            let (x, y) = map.apply(-self.half(), row as f32 - self.half());
            let start = (parts(x + self.half()), parts(y + self.half()));
            let row_of = Places::new(start, step, side as i32);
            let cells = row * side..(row + 1) * side;
            out.weights[cells.clone()].copy_from_slice(&row_of.weight[..side]);
            for (column, value) in out.values[cells].iter_mut().enumerate() {
                // The bounds hold already; said here, they save the checks.
                let column = column.min(SIDE - 1);
                let at = (row_of.at[column] as usize).min(CELLS - SIDE - 2);
                let below = at + side;
                let (right, down) = (row_of.right[column], row_of.down[column]);
                let upper = self.cells[at] + (self.cells[at + 1] - self.cells[at]) * right;
                let lower = self.cells[below] + (self.cells[below + 1] - self.cells[below]) * right;
                *value = (upper + (lower - upper) * down) * row_of.weight[column];
            }
        }
    }
}

/// Parts of a cell.
const PARTS: i32 = 1 << PART_BITS;
const PART_BITS: u32 = 16;

/// A length in cells, in parts; what no edit reaches is cut.
fn parts(cells: f32) -> i32 {
    let far = 4.0 * SIDE as f32;
    (cells.max(-far).min(far) * PARTS as f32) as i32
}

/// Places of one row, each between four cells. An array for each part of them, so that the compiler can use vector
/// instructions.
struct Places {
    /// The upper left one of the four.
    at: [i32; SIDE],
    /// How far to the right of it, 0 to 1.
    right: [f32; SIDE],
    /// How far below it, 0 to 1.
    down: [f32; SIDE],
    /// 1, or 0 for a place outside the grid.
    weight: [f32; SIDE],
}

impl Places {
    /// From `start` in steps of `step`, both in parts, in a grid of `side` cells.
    fn new(start: (i32, i32), step: (i32, i32), side: i32) -> Self {
        let mut places = Self {
            at: [0; SIDE],
            right: [0.0; SIDE],
            down: [0.0; SIDE],
            weight: [0.0; SIDE],
        };
        let (edge, last) = (PARTS / 2, (side - 1) * PARTS);
        let fraction = |place: i32, whole: i32| (place - whole * PARTS) as f32 / PARTS as f32;
        for i in 0..SIDE {
            let column = i as i32;
            let x = start.0.wrapping_add(step.0.wrapping_mul(column));
            let y = start.1.wrapping_add(step.1.wrapping_mul(column));
            let inside = (x >= -edge) & (y >= -edge) & (x <= last + edge) & (y <= last + edge);
            // `max` and `min`, and a shift for a quotient, are what vector units have.
            let (x, y) = (x.max(0).min(last), y.max(0).min(last));
            let (left, top) = (
                (x >> PART_BITS).min(side - 2),
                (y >> PART_BITS).min(side - 2),
            );
            places.at[i] = top * side + left;
            places.right[i] = fraction(x, left);
            places.down[i] = fraction(y, top);
            places.weight[i] = if inside { 1.0 } else { 0.0 };
        }
        places
    }
}

/// Sums from which the correlation of two sets of values follows.
#[derive(Default)]
pub(super) struct Moments {
    pub(super) n: f32,
    a: f32,
    b: f32,
    aa: f32,
    bb: f32,
    ab: f32,
}

/// Partial sums that are kept apart, so that the compiler can use vector instructions.
const LANES: usize = 4;

impl Moments {
    /// Of a grid's cells and what another has there, where that is inside.
    pub(super) fn of(cells: &[f32], sampled: &Sampled) -> Self {
        let mut n = [0f32; LANES];
        let (mut a, mut b, mut aa, mut bb, mut ab) = (n, n, n, n, n);
        let (values, weights) = (sampled.values(), sampled.weights());
        let lanes = cells.chunks_exact(LANES).zip(values.chunks_exact(LANES));
        for ((cells, values), weights) in lanes.zip(weights.chunks_exact(LANES)) {
            for lane in 0..LANES {
                let (cell, value) = (cells[lane] * weights[lane], values[lane]);
                n[lane] += weights[lane];
                a[lane] += cell;
                b[lane] += value;
                aa[lane] += cell * cell;
                bb[lane] += value * value;
                ab[lane] += cell * value;
            }
        }
        let total = |lanes: [f32; LANES]| lanes.iter().sum();
        let mut moments = Self {
            n: total(n),
            a: total(a),
            b: total(b),
            aa: total(aa),
            bb: total(bb),
            ab: total(ab),
        };
        let whole = cells.len() / LANES * LANES;
        for at in whole..cells.len() {
            moments.add_weighted(cells[at], values[at], weights[at]);
        }
        moments
    }

    /// One more pair of values; `weight` is 1, or 0 for a pair that does not count and whose `b` is 0.
    pub(super) fn add_weighted(&mut self, a: f32, b: f32, weight: f32) {
        let a = a * weight;
        self.n += weight;
        self.a += a;
        self.b += b;
        self.aa += a * a;
        self.bb += b * b;
        self.ab += a * b;
    }

    #[cfg(test)]
    pub(super) fn add(&mut self, a: f32, b: f32) {
        self.n += 1.0;
        self.a += a;
        self.b += b;
        self.aa += a * a;
        self.bb += b * b;
        self.ab += a * b;
    }

    pub(super) fn means(&self) -> (f32, f32) {
        (self.a / self.n, self.b / self.n)
    }

    /// Sums of squared deviations of both, and of the product of deviations.
    pub(super) fn deviations(&self) -> (f32, f32, f32) {
        let (a, b) = self.means();
        (
            self.aa - self.n * a * a,
            self.bb - self.n * b * b,
            self.ab - self.n * a * b,
        )
    }

    /// Correlation, -1 to 1; 0 when either side does not vary.
    pub(super) fn correlation(&self) -> f32 {
        let (aa, bb, ab) = self.deviations();
        let scale = aa * bb;
        if self.n > 0.0 && scale > 1e-6 {
            (ab / scale.sqrt()).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp() -> Grid {
        Grid::from_fn(6, |x, y| x as f32 + 10.0 * y as f32)
    }

    fn sampled(grid: &Grid, map: Affine) -> Sampled {
        let mut sampled = Sampled::new();
        grid.sample(map, &mut sampled);
        sampled
    }

    #[test]
    fn the_identity_samples_every_cell_as_it_is() {
        let grid = ramp();
        let sampled = sampled(&grid, Affine::IDENTITY);
        assert_eq!(sampled.weights(), [1.0; 36]);
        let pairs = sampled.values().iter().zip(grid.cells());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn a_shift_by_half_a_cell_interpolates_and_leaves_out_what_lies_outside() {
        let shift = Affine {
            x0: 1.5,
            ..Affine::IDENTITY
        };
        let sampled = sampled(&ramp(), shift);
        for (i, &weight) in sampled.weights().iter().enumerate() {
            assert_eq!(weight, f32::from(u8::from(i % 6 <= 4)), "{i}");
        }
        assert!((sampled.values()[0] - 1.5).abs() < 1e-4);
        assert_eq!(sampled.values()[5], 0.0);
    }

    proptest! {
        #[test]
        fn correlation_from_sums_is_that_of_the_definition(values in proptest::collection::vec((-100f32..100.0, -100f32..100.0), 3..60)) {
            let mut moments = Moments::default();
            for &(a, b) in &values {
                moments.add(a, b);
            }
            let n = values.len() as f64;
            let mean = |part: fn(&(f32, f32)) -> f32| values.iter().map(|v| f64::from(part(v))).sum::<f64>() / n;
            let (mean_a, mean_b) = (mean(|v| v.0), mean(|v| v.1));
            let sum = |f: &dyn Fn(f64, f64) -> f64| values.iter().map(|v| f(f64::from(v.0) - mean_a, f64::from(v.1) - mean_b)).sum::<f64>();
            let (aa, bb, ab) = (sum(&|a, _| a * a), sum(&|_, b| b * b), sum(&|a, b| a * b));
            prop_assume!(aa > 1.0 && bb > 1.0);
            prop_assert!((f64::from(moments.correlation()) - ab / (aa * bb).sqrt()).abs() < 1e-2);
        }

        #[test]
        fn moments_in_lanes_are_those_of_the_cells_inside(shift in -7f32..7.0, side in 4usize..=SIDE) {
            let value = |x: usize, y: usize| ((x * 7 + y * 13) % 17) as f32;
            let grid = Grid::from_fn(side, value);
            let sampled = sampled(&grid, Affine { x0: shift, y0: shift / 2.0, ..Affine::IDENTITY });
            let mut naive = Moments::default();
            for ((&a, &b), &weight) in grid.cells().iter().zip(sampled.values()).zip(sampled.weights()) {
                if weight > 0.0 {
                    naive.add(a, b);
                }
            }
            let quick = Moments::of(grid.cells(), &sampled);
            prop_assert_eq!(quick.n, naive.n);
            prop_assert!((quick.correlation() - naive.correlation()).abs() < 1e-3);
        }

        #[test]
        fn any_map_and_any_grid_sample_without_panic(xx in -1e6f32..1e6, x0 in proptest::num::f32::ANY) {
            let sampled = sampled(&ramp(), Affine { xx, x0, ..Affine::IDENTITY });
            prop_assert_eq!(sampled.values().len(), 36);
        }
    }
}
