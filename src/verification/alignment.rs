//! Lays one picture on another: the affine map under which two residuals correlate best.
//!
//! Gauss-Newton on the squared difference of the normalised grids, with the roles of the
//! two exchanged so that gradients and Hessian are computed once for the template (inverse
//! compositional alignment: Baker and Matthews, "Lucas-Kanade 20 years on", 2004). Brightness and
//! contrast are free, as in enhanced correlation (Evangelidis and Psarakis, 2008). A first pass
//! at half the resolution reaches shifts of about three cells.

use super::affine::Affine;
use super::grid::{Grid, Moments, Sampled};
use crate::signature::thumbnail::SIDE;

/// Steps at most. The first few do nearly all.
const STEPS: usize = 6;

/// Least part of the template that must lie on the other picture.
const LEAST_OVERLAP: f32 = 0.4;

/// Added to the diagonal of the Hessian, as a part of its mean: keeps directions without texture still.
const DAMPING: f32 = 0.02;

/// A step that does not raise the correlation by this much is the last. On the coarse grid, that is all it takes to
/// tell which candidates are worth the fine one.
const LEAST_GAIN: f32 = 0.003;
const LEAST_COARSE_GAIN: f32 = 0.01;

/// The fixed side of an alignment, prepared.
pub(super) struct Template {
    pub(super) grid: Grid,
    /// How each cell answers to the six parameters, padded to eight.
    steepest: Vec<[f32; 8]>,
    inverse_hessian: [[f32; 6]; 6],
}

/// The best map found from template to moving picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alignment {
    pub(super) map: Affine,
    /// Correlation over the overlap, -1 to 1.
    pub(super) correlation: f32,
}

impl Template {
    /// `None` when the grid has no texture to align by.
    pub(super) fn new(grid: Grid) -> Option<Self> {
        let side = grid.side;
        let half = grid.half();
        let cells = grid.cells();
        let value = |x: usize, y: usize| cells[y * side + x];
        let mut steepest = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let right = value((x + 1).min(side - 1), y) - value(x.saturating_sub(1), y);
                let down = value(x, (y + 1).min(side - 1)) - value(x, y.saturating_sub(1));
                let (gx, gy) = (right / 2.0, down / 2.0);
                let (u, v) = (x as f32 / half - 1.0, y as f32 / half - 1.0);
                steepest.push([gx * u, gx * v, gy * u, gy * v, gx, gy, 0.0, 0.0]);
            }
        }
        let inverse_hessian = inverted(damped_hessian(&steepest))?;
        Some(Self {
            grid,
            steepest,
            inverse_hessian,
        })
    }

    /// Improves `start`, a map from this template to `moving`. The result correlates no worse than the start.
    pub(super) fn align(&self, moving: &Grid, start: Affine) -> Alignment {
        let mut best = Alignment {
            map: start,
            correlation: -1.0,
        };
        let mut map = start;
        let mut sampled = Sampled::new();
        let least_gain = if self.grid.side == SIDE {
            LEAST_GAIN
        } else {
            LEAST_COARSE_GAIN
        };
        for step in 0..=STEPS {
            moving.sample(map, &mut sampled);
            let moments = Moments::of(self.grid.cells(), &sampled);
            if moments.n < LEAST_OVERLAP * self.grid.cells().len() as f32 {
                break;
            }
            let correlation = moments.correlation();
            let gain = correlation - best.correlation;
            if gain > 0.0 {
                best = Alignment { map, correlation };
            }
            if step == STEPS || correlation <= 0.0 || gain < least_gain {
                break;
            }
            let change = self.step(&sampled, &moments);
            let Some(next) = self.improved(map, change) else {
                break;
            };
            map = next;
        }
        best
    }

    /// The Gauss-Newton step, for the template, in cells at its edge.
    fn step(&self, sampled: &Sampled, moments: &Moments) -> [f32; 6] {
        let (template_mean, moving_mean) = moments.means();
        let (template_square, moving_square, _) = moments.deviations();
        let gain = (template_square / moving_square).sqrt();
        let mut slope = [0f32; 8];
        let seen = sampled.values().iter().zip(sampled.weights());
        for ((cell, (value, weight)), steepest) in
            self.grid.cells().iter().zip(seen).zip(&self.steepest)
        {
            let error = ((value - moving_mean) * gain - (cell - template_mean)) * weight;
            for (sum, part) in slope.iter_mut().zip(steepest) {
                *sum += error * part;
            }
        }
        self.inverse_hessian
            .map(|row| row.iter().zip(&slope).map(|(h, s)| h * s).sum())
    }

    /// `map` with the step undone on the template's side, or `None` when no edit does that.
    fn improved(&self, map: Affine, change: [f32; 6]) -> Option<Affine> {
        let half = self.grid.half();
        let step = Affine {
            xx: 1.0 + change[0] / half,
            xy: change[1] / half,
            yx: change[2] / half,
            yy: 1.0 + change[3] / half,
            x0: change[4],
            y0: change[5],
        };
        let next = map.after(step.inverse()?);
        next.refined(SIDE as f32 / self.grid.side as f32)
            .is_plausible()
            .then_some(next)
    }
}

fn damped_hessian(steepest: &[[f32; 8]]) -> [[f32; 6]; 6] {
    let mut rows = [[0f32; 8]; 6];
    for parts in steepest {
        for (row, &part) in rows.iter_mut().zip(parts) {
            for (sum, other) in row.iter_mut().zip(parts) {
                *sum += part * other;
            }
        }
    }
    let damping = DAMPING * (0..6).map(|i| rows[i][i]).sum::<f32>() / 6.0;
    let mut hessian = [[0f32; 6]; 6];
    for i in 0..6 {
        hessian[i].copy_from_slice(&rows[i][..6]);
        hessian[i][i] += damping;
    }
    hessian
}

/// Gauss-Jordan; `None` for a matrix that is not positive definite within rounding.
fn inverted(mut matrix: [[f32; 6]; 6]) -> Option<[[f32; 6]; 6]> {
    let mut inverse = [[0f32; 6]; 6];
    for (i, row) in inverse.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for i in 0..6 {
        let pivot = matrix[i][i];
        // Damped Hessians need no exchange of rows: they are positive definite.
        if pivot.is_nan() || pivot <= f32::MIN_POSITIVE {
            return None;
        }
        for j in 0..6 {
            matrix[i][j] /= pivot;
            inverse[i][j] /= pivot;
        }
        let (pivot_row, pivot_inverse) = (matrix[i], inverse[i]);
        for r in (0..6).filter(|&r| r != i) {
            let factor = matrix[r][i];
            for j in 0..6 {
                matrix[r][j] -= factor * pivot_row[j];
                inverse[r][j] -= factor * pivot_inverse[j];
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::scene;
    use super::*;

    /// A scene as the map would show it: cell (x, y) holds what lies at `map(x, y)`.
    fn seen(seed: u32, map: Affine) -> Grid {
        let picture = scene(seed);
        let half = (SIDE as f32 - 1.0) / 2.0;
        Grid::from_fn(SIDE, |column, row| {
            let (x, y) = map.apply(column as f32 - half, row as f32 - half);
            picture(
                (x + half + 0.5) / SIDE as f32,
                (y + half + 0.5) / SIDE as f32,
            )
        })
    }

    #[test]
    fn shifts_zooms_and_turns_are_recovered() {
        let maps = [
            Affine {
                x0: 1.2,
                y0: -0.8,
                ..Affine::IDENTITY
            },
            Affine {
                xx: 0.92,
                yy: 0.92,
                ..Affine::IDENTITY
            },
            Affine {
                xx: 1.05,
                yy: 0.95,
                y0: 0.5,
                ..Affine::IDENTITY
            },
            Affine::turn(0.06),
        ];
        for (seed, map) in (0..).zip(maps) {
            let template = Template::new(seen(seed, map)).unwrap();
            let aligned = template.align(&seen(seed, Affine::IDENTITY), Affine::IDENTITY);
            assert!(aligned.correlation > 0.98, "{map:?}: {aligned:?}");
            let half = SIDE as f32 / 2.0;
            for (x, y) in [(-half, -half), (half, -half), (half, half)] {
                let (should, is) = (map.apply(x, y), aligned.map.apply(x, y));
                assert!(
                    (should.0 - is.0).hypot(should.1 - is.1) < 0.5,
                    "{map:?}: {aligned:?}"
                );
            }
        }
    }

    #[test]
    fn the_result_is_never_worse_than_the_start() {
        for seed in 0..20 {
            let (one, other) = (
                seen(seed, Affine::IDENTITY),
                seen(seed + 100, Affine::IDENTITY),
            );
            let mut start = Moments::default();
            one.cells()
                .iter()
                .zip(other.cells())
                .for_each(|(&a, &b)| start.add(a, b));
            let aligned = Template::new(one).unwrap().align(&other, Affine::IDENTITY);
            assert!(aligned.correlation >= start.correlation() - 1e-4);
            assert!(aligned.map.is_plausible());
        }
    }

    #[test]
    fn a_flat_grid_is_no_template() {
        assert!(Template::new(Grid::from_fn(SIDE, |_, _| 3.0)).is_none());
    }

    #[test]
    fn a_matrix_times_its_inverse_is_the_identity() {
        let rows: [[f32; 8]; 9] =
            std::array::from_fn(|i| std::array::from_fn(|j| ((i * 7 + j * j * 3) % 11) as f32));
        let matrix = damped_hessian(&rows);
        let inverse = inverted(matrix).unwrap();
        for (i, row) in matrix.iter().enumerate() {
            for j in 0..6 {
                let product: f32 = row
                    .iter()
                    .zip(&inverse)
                    .map(|(a, column)| a * column[j])
                    .sum();
                assert!(
                    (product - f32::from(u8::from(i == j))).abs() < 1e-2,
                    "{i} {j}: {product}"
                );
            }
        }
    }
}
