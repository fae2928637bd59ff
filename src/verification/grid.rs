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
    pub(super) fn sample(&self, map: Affine, out: &mut Sampled) {
        let side = self.side.min(SIDE);
        let (half, edge) = (self.half(), side as f32 - 0.5);
        let last = side as f32 - 1.0;
        out.len = side * side;
        for row in 0..side {
            let (x_row, y_row) = map.apply(-half, row as f32 - half);
            let cells = row * side..(row + 1) * side;
            let values = out.values[cells.clone()].iter_mut();
            for ((column, value), weight) in (0u8..).zip(values).zip(&mut out.weights[cells]) {
                let x = x_row + map.xx * f32::from(column) + half;
                let y = y_row + map.yx * f32::from(column) + half;
                let inside = x >= -0.5 && y >= -0.5 && x <= edge && y <= edge;
                *weight = f32::from(u8::from(inside));
                // Written so that a place that is no number ends up at an edge, too.
                let (x, y) = (x.max(0.0).min(last), y.max(0.0).min(last));
                let left = (x as usize).min(side - 2);
                let top = (y as usize).min(side - 2);
                let (fx, fy) = (x - left as f32, y - top as f32);
                // The bound holds already; said here, it saves four checks.
                let at = (top * side + left).min(CELLS - SIDE - 2);
                let upper = self.cells[at] + (self.cells[at + 1] - self.cells[at]) * fx;
                let below = at + side;
                let lower = self.cells[below] + (self.cells[below + 1] - self.cells[below]) * fx;
                *value = (upper + (lower - upper) * fy) * *weight;
            }
        }
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
const LANES: usize = 8;

impl Moments {
    /// Of a grid's cells and what another has there, where that is inside.
    pub(super) fn of(cells: &[f32], sampled: &Sampled) -> Self {
        let mut sums = [[0f32; LANES]; 6];
        let (values, weights) = (sampled.values(), sampled.weights());
        for ((cells, values), weights) in cells
            .chunks_exact(LANES)
            .zip(values.chunks_exact(LANES))
            .zip(weights.chunks_exact(LANES))
        {
            for lane in 0..LANES {
                let (a, b) = (cells[lane] * weights[lane], values[lane]);
                for (sum, part) in sums
                    .iter_mut()
                    .zip([weights[lane], a, b, a * a, b * b, a * b])
                {
                    sum[lane] += part;
                }
            }
        }
        let [n, a, b, aa, bb, ab] = sums.map(|lanes| lanes.iter().sum());
        let mut moments = Self {
            n,
            a,
            b,
            aa,
            bb,
            ab,
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
