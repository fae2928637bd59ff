//! Sums from which the correlation of two sets of values follows.

use super::grid::Sampled;

/// Sums over pairs of values.
#[derive(Default, Clone, Copy)]
pub(super) struct Moments {
    /// Pairs.
    pub(super) n: f32,
    a: f32,
    b: f32,
    aa: f32,
    bb: f32,
    ab: f32,
}

impl Moments {
    /// Of a grid's cells and what another has there, where that is inside.
    #[inline(always)]
    pub(super) fn of<const S: usize>(cells: &[[f32; S]; S], sampled: &Sampled<S>) -> Self {
        let mut lanes = Lanes::<8>::new();
        let (cells, _) = cells.as_flattened().as_chunks::<8>();
        let (values, _) = sampled.values.as_flattened().as_chunks::<8>();
        let (weights, _) = sampled.weights.as_flattened().as_chunks::<8>();
        const { assert!((S * S).is_multiple_of(8), "no cell is left over") };
        for ((cells, values), weights) in cells.iter().zip(values).zip(weights) {
            lanes.add(cells, values, weights);
        }
        lanes.total(0..8)
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

    /// Sums over the pairs of both.
    #[inline(always)]
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            n: self.n + other.n,
            a: self.a + other.a,
            b: self.b + other.b,
            aa: self.aa + other.aa,
            bb: self.bb + other.bb,
            ab: self.ab + other.ab,
        }
    }

    #[inline(always)]
    pub(super) fn means(&self) -> (f32, f32) {
        (self.a / self.n, self.b / self.n)
    }

    /// Sums of squared deviations of both, and of the product of deviations.
    #[inline(always)]
    pub(super) fn deviations(&self) -> (f32, f32, f32) {
        let (a, b) = self.means();
        (
            self.aa - self.n * a * a,
            self.bb - self.n * b * b,
            self.ab - self.n * a * b,
        )
    }

    /// Correlation, -1 to 1; 0 when either side does not vary.
    #[inline(always)]
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

/// Sums that are kept apart by place, so that the compiler can use vector instructions.
pub(super) struct Lanes<const L: usize> {
    n: [f32; L],
    a: [f32; L],
    b: [f32; L],
    aa: [f32; L],
    bb: [f32; L],
    ab: [f32; L],
}

impl<const L: usize> Lanes<L> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let zero = [0.0; L];
        Self {
            n: zero,
            a: zero,
            b: zero,
            aa: zero,
            bb: zero,
            ab: zero,
        }
    }

    /// One more pair for each lane; a weight is 1, or 0 for a pair that does not count and whose
    /// value is 0.
    #[inline(always)]
    pub(super) fn add(&mut self, cells: &[f32; L], values: &[f32; L], weights: &[f32; L]) {
        for lane in 0..L {
            let (cell, value) = (cells[lane] * weights[lane], values[lane]);
            self.n[lane] += weights[lane];
            self.a[lane] += cell;
            self.b[lane] += value;
            self.aa[lane] += cell * cell;
            self.bb[lane] += value * value;
            self.ab[lane] += cell * value;
        }
    }

    /// Sums over some lanes.
    #[inline(always)]
    pub(super) fn total(&self, lanes: std::ops::Range<usize>) -> Moments {
        let total = |sums: &[f32; L]| sums[lanes.clone()].iter().sum();
        Moments {
            n: total(&self.n),
            a: total(&self.a),
            b: total(&self.b),
            aa: total(&self.aa),
            bb: total(&self.bb),
            ab: total(&self.ab),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::affine::Affine;
    use super::super::grid::{Between, Grid};
    use super::*;
    use proptest::prelude::*;

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
        fn moments_in_lanes_are_those_of_the_cells_inside(shift in -13f32..13.0) {
            let grid = Grid::<12>::from_fn(|x, y| ((x * 7 + y * 13) % 17) as f32);
            let mut sampled = Sampled::new();
            let map = Affine { x0: shift, y0: shift / 2.0, ..Affine::IDENTITY };
            Between::new(&grid).sample(map, &mut sampled);
            let mut naive = Moments::default();
            let cells = grid.cells();
            let pairs = cells.as_flattened().iter().zip(sampled.values.as_flattened());
            for ((&a, &b), &weight) in pairs.zip(sampled.weights.as_flattened()) {
                if weight > 0.0 {
                    naive.add(a, b);
                }
            }
            let quick = Moments::of(&cells, &sampled);
            prop_assert_eq!(quick.n, naive.n);
            prop_assert!((quick.correlation() - naive.correlation()).abs() < 1e-3);
        }
    }
}
