//! Lays one picture on another: the affine map under which two residuals correlate best.
//!
//! Gauss-Newton on the squared difference of the normalised grids, with the roles of the
//! two exchanged so that gradients and Hessian are computed once for the template (inverse
//! compositional alignment: Baker and Matthews, "Lucas-Kanade 20 years on", 2004). Brightness and
//! contrast are free, as in enhanced correlation (Evangelidis and Psarakis, 2008). A first pass
//! at half the resolution reaches shifts of about three cells.

use pulp::{Arch, NullaryFnOnce};

use super::affine::Affine;
use super::grid::{Between, Grid, Sampled, half};
use super::moments::Moments;
use crate::signature::thumbnail::SIDE;

/// Steps at most. The first few do nearly all.
const STEPS: usize = 6;

/// Least part of the template that must lie on the other picture.
const LEAST_OVERLAP: f32 = 0.4;

/// Added to the diagonal of the Hessian, as a part of its mean: keeps directions without texture
/// still.
const DAMPING: f32 = 0.02;

/// A step that does not raise the correlation by this much is the last. On the coarse grid, that is
/// all it takes to tell which candidates are worth the fine one.
const LEAST_GAIN: f32 = 0.003;
const LEAST_COARSE_GAIN: f32 = 0.01;

/// The fixed side of an alignment, prepared.
///
/// How a cell answers to the six parameters is the slope of the picture there, along rows (`right`)
/// and columns (`down`), each times the cell's column `u`, its row `v` (both -1 to 1) and 1.
pub(super) struct Template<const S: usize> {
    pub(super) cells: [[f32; S]; S],
    right: [[f32; S]; S],
    down: [[f32; S]; S],
    inverse_hessian: [[f32; PARAMETERS]; PARAMETERS],
}

/// Memory for an alignment: what the moving picture has under the best map, and under the one that
/// is tried.
pub(super) struct Laid<const S: usize> {
    samples: [Sampled<S>; 2],
    best: usize,
}

impl<const S: usize> Laid<S> {
    pub(super) fn new() -> Self {
        Self {
            samples: [Sampled::new(), Sampled::new()],
            best: 0,
        }
    }

    /// What the moving picture has under the best map.
    pub(super) fn best(&self) -> &Sampled<S> {
        &self.samples[self.best]
    }
}

/// Parameters of a map.
const PARAMETERS: usize = 6;

/// The best map found from template to moving picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alignment {
    pub(super) map: Affine,
    /// Correlation over the overlap, -1 to 1.
    pub(super) correlation: f32,
}

impl<const S: usize> Template<S> {
    /// `None` when the grid has no texture to align by.
    pub(super) fn new(grid: &Grid<S>) -> Option<Self> {
        Arch::new().dispatch(Prepare(grid))
    }

    /// Improves `start`, a map from this template to `moving`. The result correlates no worse than
    /// the start; `laid` then holds what `moving` has under it.
    pub(super) fn align(
        &self,
        moving: &Between<S>,
        start: Affine,
        laid: &mut Laid<S>,
    ) -> Alignment {
        Arch::new().dispatch(Align {
            template: self,
            moving,
            start,
            laid,
        })
    }

    /// The Gauss-Newton step, for the template, in cells at its edge.
    #[inline(always)]
    fn step(&self, sampled: &Sampled<S>, moments: &Moments) -> [f32; PARAMETERS] {
        let (template_mean, moving_mean) = moments.means();
        let (template_square, moving_square, _) = moments.deviations();
        let gain = (template_square / moving_square).sqrt();
        // By column, so that the compiler can use vector instructions.
        let zero = [0f32; S];
        let (mut right, mut right_by_row) = (zero, zero);
        let (mut down, mut down_by_row) = (zero, zero);
        for y in 0..S {
            let v = place::<S>(y);
            for x in 0..S {
                let (value, weight) = (sampled.values[y][x], sampled.weights[y][x]);
                let error =
                    ((value - moving_mean) * gain - (self.cells[y][x] - template_mean)) * weight;
                let (to_right, to_below) = (error * self.right[y][x], error * self.down[y][x]);
                right[x] += to_right;
                right_by_row[x] += to_right * v;
                down[x] += to_below;
                down_by_row[x] += to_below * v;
            }
        }
        let slope = [
            by_column(&right),
            right_by_row.iter().sum(),
            by_column(&down),
            down_by_row.iter().sum(),
            right.iter().sum(),
            down.iter().sum(),
        ];
        self.inverse_hessian
            .map(|row| row.iter().zip(&slope).map(|(h, s)| h * s).sum())
    }

    /// `map` with the step undone on the template's side, or `None` when no edit does that.
    #[inline(always)]
    fn improved(map: Affine, change: [f32; PARAMETERS]) -> Option<Affine> {
        let half = half(S);
        let step = Affine {
            xx: 1.0 + change[0] / half,
            xy: change[1] / half,
            yx: change[2] / half,
            yy: 1.0 + change[3] / half,
            x0: change[4],
            y0: change[5],
        };
        let next = map.after(step.inverse()?);
        next.refined(SIDE as f32 / S as f32)
            .is_plausible()
            .then_some(next)
    }
}

/// [`Template::new`], compiled for the widest instructions of the processor. Without fused
/// multiplication, which the compiler never introduces, they all give the same numbers.
struct Prepare<'a, const S: usize>(&'a Grid<S>);

impl<const S: usize> NullaryFnOnce for Prepare<'_, S> {
    type Output = Option<Template<S>>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let cells = self.0.cells();
        let (mut right, mut down) = ([[0.0; S]; S], [[0.0; S]; S]);
        for y in 0..S {
            let (above, below) = (&cells[y.saturating_sub(1)], &cells[(y + 1).min(S - 1)]);
            for x in 0..S {
                down[y][x] = (below[x] - above[x]) / 2.0;
            }
            right[y][0] = (cells[y][1] - cells[y][0]) / 2.0;
            for x in 1..S - 1 {
                right[y][x] = (cells[y][x + 1] - cells[y][x - 1]) / 2.0;
            }
            right[y][S - 1] = (cells[y][S - 1] - cells[y][S - 2]) / 2.0;
        }
        let inverse_hessian = inverted(damped_hessian(&right, &down))?;
        Some(Template {
            cells,
            right,
            down,
            inverse_hessian,
        })
    }
}

/// [`Template::align`], compiled as [`Prepare`] is.
struct Align<'a, const S: usize> {
    template: &'a Template<S>,
    moving: &'a Between<S>,
    start: Affine,
    laid: &'a mut Laid<S>,
}

impl<const S: usize> NullaryFnOnce for Align<'_, S> {
    type Output = Alignment;

    #[inline(always)]
    fn call(self) -> Alignment {
        let Self {
            template,
            moving,
            start,
            laid,
        } = self;
        let [mut kept, mut tried] = laid.samples.each_mut();
        laid.best = 0;
        let mut best = Alignment {
            map: start,
            correlation: -1.0,
        };
        let mut map = start;
        let least_gain = if S == SIDE {
            LEAST_GAIN
        } else {
            LEAST_COARSE_GAIN
        };
        for step in 0..=STEPS {
            moving.sample(map, tried);
            let moments = Moments::of(&template.cells, tried);
            let overlaps = moments.n >= LEAST_OVERLAP * (S * S) as f32;
            let correlation = if overlaps {
                moments.correlation()
            } else {
                -1.0
            };
            let gain = correlation - best.correlation;
            if step == 0 || gain > 0.0 {
                best = Alignment { map, correlation };
                std::mem::swap(&mut kept, &mut tried);
                laid.best = 1 - laid.best;
            }
            if step == STEPS || correlation <= 0.0 || gain < least_gain {
                break;
            }
            let change = template.step(kept, &moments);
            let Some(next) = Template::<S>::improved(map, change) else {
                break;
            };
            map = next;
        }
        best
    }
}

/// Where a column or row lies, -1 to 1.
#[inline(always)]
fn place<const S: usize>(at: usize) -> f32 {
    at as f32 / half(S) - 1.0
}

/// Sum of values times the places of their columns.
#[inline(always)]
fn by_column<const S: usize>(values: &[f32; S]) -> f32 {
    let products = values.iter().enumerate();
    products.map(|(x, value)| value * place::<S>(x)).sum()
}

/// Sums of the products of all answers to two parameters, with [`DAMPING`] on the diagonal.
/// Parameters are in the order of [`Affine`].
#[inline(always)]
fn damped_hessian<const S: usize>(
    right: &[[f32; S]; S],
    down: &[[f32; S]; S],
) -> [[f32; PARAMETERS]; PARAMETERS] {
    let (rr, rd, dd) = (
        products(right, right),
        products(right, down),
        products(down, down),
    );
    // Of each parameter: whether it goes with the slope along columns, and whether with u, v or 1.
    let answers = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 2)];
    let mut hessian = answers.map(|(slope, place)| {
        answers.map(|(other_slope, other_place)| {
            let products = match slope + other_slope {
                0 => &rr,
                1 => &rd,
                _ => &dd,
            };
            products[place][other_place]
        })
    });
    let diagonal: f32 = (0..PARAMETERS).map(|i| hessian[i][i]).sum();
    let damping = DAMPING * diagonal / PARAMETERS as f32;
    for (i, row) in hessian.iter_mut().enumerate() {
        row[i] += damping;
    }
    hessian
}

/// Sums of `a b` times the products of any two of u, v and 1.
#[inline(always)]
fn products<const S: usize>(a: &[[f32; S]; S], b: &[[f32; S]; S]) -> [[f32; 3]; 3] {
    let (mut plain, mut by_row, mut by_row_twice) = ([0f32; S], [0f32; S], [0f32; S]);
    for y in 0..S {
        let v = place::<S>(y);
        for x in 0..S {
            let product = a[y][x] * b[y][x];
            plain[x] += product;
            by_row[x] += product * v;
            by_row_twice[x] += product * (v * v);
        }
    }
    let by_column_twice = plain.iter().enumerate();
    let by_column_twice = by_column_twice.map(|(x, value)| value * place::<S>(x) * place::<S>(x));
    let (u, v, uv) = (by_column(&plain), by_row.iter().sum(), by_column(&by_row));
    let (uu, vv) = (by_column_twice.sum(), by_row_twice.iter().sum());
    [[uu, uv, u], [uv, vv, v], [u, v, plain.iter().sum()]]
}

/// Gauss-Jordan; `None` for a matrix that is not positive definite within rounding.
#[inline(always)]
fn inverted(
    mut matrix: [[f32; PARAMETERS]; PARAMETERS],
) -> Option<[[f32; PARAMETERS]; PARAMETERS]> {
    let mut inverse = [[0f32; PARAMETERS]; PARAMETERS];
    for (i, row) in inverse.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for i in 0..PARAMETERS {
        let pivot = matrix[i][i];
        // Damped Hessians need no exchange of rows: they are positive definite.
        if pivot.is_nan() || pivot <= f32::MIN_POSITIVE {
            return None;
        }
        let scale = 1.0 / pivot;
        for j in 0..PARAMETERS {
            matrix[i][j] *= scale;
            inverse[i][j] *= scale;
        }
        let (pivot_row, pivot_inverse) = (matrix[i], inverse[i]);
        for r in (0..PARAMETERS).filter(|&r| r != i) {
            let factor = matrix[r][i];
            for j in 0..PARAMETERS {
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
    fn seen(seed: u32, map: Affine) -> Grid<SIDE> {
        let picture = scene(seed);
        let half = half(SIDE);
        Grid::from_fn(|column, row| {
            let (x, y) = map.apply(column as f32 - half, row as f32 - half);
            let level = picture(
                (x + half + 0.5) / SIDE as f32,
                (y + half + 0.5) / SIDE as f32,
            );
            level - 128.0
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
            let template = Template::new(&seen(seed, map)).unwrap();
            let original = Between::new(&seen(seed, Affine::IDENTITY));
            let aligned = template.align(&original, Affine::IDENTITY, &mut Laid::new());
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
            let (a, b) = (one.cells(), other.cells());
            let pairs = a.as_flattened().iter().zip(b.as_flattened());
            pairs.for_each(|(&a, &b)| start.add(a, b));
            let template = Template::new(&one).unwrap();
            let aligned = template.align(&Between::new(&other), Affine::IDENTITY, &mut Laid::new());
            assert!(aligned.correlation >= start.correlation() - 1e-4);
            assert!(aligned.map.is_plausible());
        }
    }

    #[test]
    fn a_flat_grid_is_no_template() {
        assert!(Template::new(&Grid::<SIDE>::from_fn(|_, _| 3.0)).is_none());
    }

    /// The Hessian as it is defined: a sum over cells of products of answers.
    fn naive_hessian(right: &[[f32; 6]; 6], down: &[[f32; 6]; 6]) -> [[f32; 6]; 6] {
        let mut hessian = [[0f32; 6]; 6];
        for y in 0..6 {
            for x in 0..6 {
                let (u, v) = (x as f32 / 2.5 - 1.0, y as f32 / 2.5 - 1.0);
                let (r, d) = (right[y][x], down[y][x]);
                let answers = [r * u, r * v, d * u, d * v, r, d];
                for (row, a) in hessian.iter_mut().zip(answers) {
                    for (sum, b) in row.iter_mut().zip(answers) {
                        *sum += a * b;
                    }
                }
            }
        }
        let damping = DAMPING * (0..6).map(|i| hessian[i][i]).sum::<f32>() / 6.0;
        (0..6).for_each(|i| hessian[i][i] += damping);
        hessian
    }

    fn slopes(by: usize) -> [[f32; 6]; 6] {
        let slope = |x: usize, y: usize| ((x * 7 + y * y * by) % 11) as f32 - 5.0;
        std::array::from_fn(|y| std::array::from_fn(|x| slope(x, y)))
    }

    #[test]
    fn the_hessian_from_sums_by_column_is_that_of_the_definition() {
        let (right, down) = (slopes(3), slopes(5));
        let (quick, naive) = (damped_hessian(&right, &down), naive_hessian(&right, &down));
        for (a, b) in quick.as_flattened().iter().zip(naive.as_flattened()) {
            assert!((a - b).abs() < 1e-2, "{quick:?} {naive:?}");
        }
    }

    #[test]
    fn a_matrix_times_its_inverse_is_the_identity() {
        let matrix = damped_hessian(&slopes(3), &slopes(5));
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
