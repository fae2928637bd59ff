//! Residuals as square grids of numbers, for alignment.

use super::affine::Affine;
use super::whitening::Residual;
use crate::signature::thumbnail::SIDE;

/// A square grid of values.
#[derive(Clone)]
pub(super) struct Grid {
    pub(super) side: usize,
    pub(super) cells: Vec<f32>,
}

/// A cell of one grid with the value another has there.
#[derive(Clone, Copy)]
pub(super) struct Sampled {
    pub(super) cell: usize,
    pub(super) value: f32,
}

impl Grid {
    /// The residual as it is.
    pub(super) fn fine(residual: &Residual) -> Self {
        Self {
            side: SIDE,
            cells: residual.iter().map(|&v| f32::from(v)).collect(),
        }
    }

    /// The residual at half the resolution: means of 2x2 cells.
    pub(super) fn coarse(residual: &Residual) -> Self {
        let side = SIDE / 2;
        let mut cells = vec![0.0; side * side];
        for (i, cell) in cells.iter_mut().enumerate() {
            let at = (i / side) * 2 * SIDE + (i % side) * 2;
            let sum = [at, at + 1, at + SIDE, at + SIDE + 1].map(|j| i16::from(residual[j]));
            *cell = f32::from(sum.iter().sum::<i16>()) / 4.0;
        }
        Self { side, cells }
    }

    /// Half the distance between the centres of the first and the last cell.
    pub(super) fn half(&self) -> f32 {
        (self.side as f32 - 1.0) / 2.0
    }

    /// Values of this grid where `map` takes the cells of another of the same size, in ascending order of cell;
    /// cells taken outside are left out. Bilinear.
    pub(super) fn sample(&self, map: Affine, out: &mut Vec<Sampled>) {
        out.clear();
        let (half, edge) = (self.half(), self.side as f32 - 0.5);
        let last = self.side as f32 - 1.0;
        for row in 0..self.side {
            let (x_row, y_row) = map.apply(-half, row as f32 - half);
            for column in 0..self.side {
                let x = x_row + map.xx * column as f32 + half;
                let y = y_row + map.yx * column as f32 + half;
                if !(x >= -0.5 && y >= -0.5 && x <= edge && y <= edge) {
                    continue;
                }
                let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
                let (left, top) = (
                    (x as usize).min(self.side - 2),
                    (y as usize).min(self.side - 2),
                );
                let (fx, fy) = (x - left as f32, y - top as f32);
                let at = top * self.side + left;
                let upper = self.cells[at] + (self.cells[at + 1] - self.cells[at]) * fx;
                let below = at + self.side;
                let lower = self.cells[below] + (self.cells[below + 1] - self.cells[below]) * fx;
                out.push(Sampled {
                    cell: row * self.side + column,
                    value: upper + (lower - upper) * fy,
                });
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

impl Moments {
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
        Grid {
            side: 6,
            cells: (0..36)
                .map(|i| (i % 6) as f32 + 10.0 * (i / 6) as f32)
                .collect(),
        }
    }

    #[test]
    fn the_identity_samples_every_cell_as_it_is() {
        let grid = ramp();
        let mut sampled = Vec::new();
        grid.sample(Affine::IDENTITY, &mut sampled);
        assert_eq!(sampled.len(), 36);
        assert!(
            sampled
                .iter()
                .all(|s| (s.value - grid.cells[s.cell]).abs() < 1e-4)
        );
    }

    #[test]
    fn a_shift_by_half_a_cell_interpolates_and_leaves_out_what_lies_outside() {
        let mut sampled = Vec::new();
        ramp().sample(
            Affine {
                x0: 1.5,
                ..Affine::IDENTITY
            },
            &mut sampled,
        );
        assert!(sampled.iter().all(|s| s.cell % 6 <= 4));
        let first = sampled.iter().find(|s| s.cell == 0).unwrap();
        assert!((first.value - 1.5).abs() < 1e-4);
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
        fn any_map_and_any_grid_sample_without_panic(xx in -1e6f32..1e6, x0 in proptest::num::f32::ANY) {
            let mut sampled = Vec::new();
            ramp().sample(Affine { xx, x0, ..Affine::IDENTITY }, &mut sampled);
            prop_assert!(sampled.len() <= 36);
        }
    }
}
