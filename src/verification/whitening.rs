//! Whitening of thumbnails by the covariance of the dataset.
//!
//! Photos agree in their low frequencies (sky above ground, bright centre), frames of one camera in
//! its bonnet, slides in their vignette. Whitening with the dataset's own covariance `C` removes
//! it: the thumbnail minus the mean thumbnail is multiplied by `(C + f I)^(-1/2)`, f being
//! [`FLOOR`] times the mean eigenvalue, so that strong common components are brought down to the
//! strength of the weak ones and noise is not raised. The symmetric ("ZCA") root keeps every cell
//! in its place (Bell and Sejnowski, 1997), so the result is again a picture that can be aligned.
//!
//! `C` is learned of the thumbnails and of their mirror images, so that a mirrored copy is whitened
//! as its original is. Then the sums and the differences of mirrored cells are not correlated, and
//! one problem of 576 cells falls apart into two of 288, which together take a quarter of the time.

use std::f32::consts::FRAC_1_SQRT_2;

use faer::{Mat, MatRef, Side};

use super::sample::{Key, least};
use crate::signature::thumbnail::{SIDE, Thumbnail};

/// Cells of a thumbnail.
pub(super) const CELLS: usize = SIDE * SIDE;

/// Thumbnails looked at; more change the covariance by less than its own use of it.
const SAMPLE: usize = 4096;

/// Strength of the prior covariance, in thumbnails: it decides for a handful of pictures and
/// fades behind a few hundred.
const PRIOR_WEIGHT: f64 = 64.0;

/// Strength of the prior mean, which is flat: only a handful of pictures is held back by it, since
/// what is left of a bonnet's or a border's mean looks like a copy.
const MEAN_WEIGHT: f32 = 4.0;

/// Distance over which neighbouring cells of the prior stay alike, in cells.
const PRIOR_REACH: f64 = SIDE as f64 / 3.0;

/// Floor under the eigenvalues, as a multiple of their mean.
const FLOOR: f64 = 1.5;

/// Grey levels of standard deviation below which a thumbnail says nothing.
const FLAT: f32 = 2.0;

/// Quantisation step of a residual: cells in units of their standard deviation times this.
const SCALE: f32 = 24.0;

/// A whitened thumbnail: zero mean, standard deviation [`SCALE`], clamped to -127..=127.
pub(super) type Residual = [i8; CELLS];

/// Columns of the left half of a thumbnail.
const HALF: usize = SIDE / 2;

/// Cells of the left half of a thumbnail.
const HALF_CELLS: usize = SIDE * HALF;

/// The whitening of one dataset.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Whitening {
    mean: Vec<f32>,
    /// For the sums of mirrored cells: symmetric, `HALF_CELLS` x `HALF_CELLS`.
    even: Mat<f32>,
    /// For their differences.
    odd: Mat<f32>,
}

impl Whitening {
    /// Learns from a sample of the thumbnails, in whatever order they come. Never fails: the
    /// fewer there are, the more a prior of smooth pictures decides.
    #[must_use]
    pub(crate) fn learn(thumbnails: Vec<(Key, &Thumbnail)>) -> Self {
        let mut cells: Vec<f32> = least(thumbnails, SAMPLE)
            .into_iter()
            .filter_map(centred)
            .flatten()
            .collect();
        let n = cells.len() / CELLS;
        let mut mean = [0f32; CELLS];
        for picture in cells.chunks_exact(CELLS) {
            let sums = mean.iter_mut().zip(picture);
            sums.for_each(|(sum, cell)| *sum += cell);
        }
        // The mean of two pictures would leave each the negative of the other.
        let held_back = n as f32 + MEAN_WEIGHT;
        mean.iter_mut().for_each(|sum| *sum /= held_back);
        for picture in cells.chunks_exact_mut(CELLS) {
            subtract(picture, &mean);
        }
        let [even, odd] = halves(&cells);
        let scatter = |half: &[f32]| {
            let half = MatRef::from_column_major_slice(half, HALF_CELLS, n);
            half * half.transpose()
        };
        let (even, odd) = rayon::join(|| scatter(&even), || scatter(&odd));
        let trace = |scatter: &Mat<f32>| f64::from(scatter.diagonal().column_vector().sum());
        let variance = if n == 0 {
            1.0
        } else {
            (trace(&even) + trace(&odd)) / (n * CELLS) as f64
        };
        let weight = n as f64 + PRIOR_WEIGHT;
        // The mean eigenvalue is the variance: the prior has the same.
        let floor = FLOOR * variance;
        let smooth = smooth();
        let root = |scatter: &Mat<f32>, parity: Parity| {
            let covariance = Mat::from_fn(HALF_CELLS, HALF_CELLS, |a, b| {
                let expected = variance * parity.prior(&smooth, a, b) * PRIOR_WEIGHT;
                (f64::from(scatter[(a, b)]) + expected) / weight
            });
            inverse_root(&covariance, floor)
        };
        let (even, odd) = rayon::join(|| root(&even, Parity::Even), || root(&odd, Parity::Odd));
        Self {
            mean: mean.to_vec(),
            even,
            odd,
        }
    }

    /// Bytes that [`Whitening::from_bytes`] reads again.
    pub(super) const BYTES: usize = 4 * (CELLS + 2 * HALF_CELLS * HALF_CELLS);

    /// Appends the whitening as bytes.
    pub(super) fn push_bytes(&self, to: &mut Vec<u8>) {
        let roots = self.even.col_iter().chain(self.odd.col_iter());
        let values = self
            .mean
            .iter()
            .chain(roots.flat_map(|column| column.iter()));
        values.for_each(|value| to.extend(value.to_le_bytes()));
    }

    /// A whitening from its [`Whitening::BYTES`] bytes; `None` for another number of them.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let values = bytes.as_chunks::<4>().0.iter();
        let values: Vec<f32> = values.map(|&value| f32::from_le_bytes(value)).collect();
        let (mean, roots) = values.split_at(CELLS);
        let (even, odd) = roots.split_at(HALF_CELLS * HALF_CELLS);
        let root = |values| MatRef::from_column_major_slice(values, HALF_CELLS, HALF_CELLS);
        Some(Self {
            mean: mean.to_vec(),
            even: root(even).to_owned(),
            odd: root(odd).to_owned(),
        })
    }

    /// The residual of each thumbnail, `None` where it is too flat to have one.
    #[must_use]
    pub(super) fn residuals(&self, thumbnails: &[&Thumbnail]) -> Vec<Option<Residual>> {
        let mut data = vec![0f32; CELLS * thumbnails.len()];
        let mut varied = Vec::with_capacity(thumbnails.len());
        for (thumbnail, column) in thumbnails.iter().zip(data.chunks_exact_mut(CELLS)) {
            let cells = centred(thumbnail);
            varied.push(cells.is_some());
            if let Some(cells) = cells {
                column.copy_from_slice(&cells);
                subtract(column, &self.mean);
            }
        }
        let white = |root: &Mat<f32>, half: &[f32]| {
            root * MatRef::from_column_major_slice(half, HALF_CELLS, thumbnails.len())
        };
        let [even, odd] = halves(&data);
        let (even, odd) = (white(&self.even, &even), white(&self.odd, &odd));
        let columns = even.col_iter().zip(odd.col_iter()).zip(varied);
        columns
            .map(|((even, odd), varied)| {
                let (even, odd) = (even.try_as_col_major()?, odd.try_as_col_major()?);
                let white = joined(even.as_slice(), odd.as_slice());
                varied.then(|| quantised(&white)).flatten()
            })
            .collect()
    }
}

/// Takes the mean picture away, or of a picture with less contrast than the mean as much less: it
/// cannot have all of the mean in it, and the negative of the mean would make two plain skies
/// alike.
fn subtract(picture: &mut [f32], mean: &[f32]) {
    let square = |cells: &[f32]| cells.iter().map(|cell| cell * cell).sum::<f32>();
    let share = (square(picture) / square(mean).max(f32::MIN_POSITIVE))
        .sqrt()
        .min(1.0);
    let cells = picture.iter_mut().zip(mean);
    cells.for_each(|(cell, mean)| *cell -= share * mean);
}

/// Sums and differences of mirrored cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parity {
    Even,
    Odd,
}

impl Parity {
    /// Correlation of two sums, or two differences, of mirrored cells, by the numbers of the left
    /// cells, where `smooth` says how cells correlate.
    fn prior(self, smooth: &[[f64; SIDE]; SIDE], a: usize, b: usize) -> f64 {
        let down = (a / HALF).abs_diff(b / HALF);
        let (left, right) = (a % HALF, b % HALF);
        let (same, across) = (
            smooth[down][left.abs_diff(right)],
            smooth[down][SIDE - 1 - left - right],
        );
        match self {
            Self::Even => same + across,
            Self::Odd => same - across,
        }
    }
}

/// Of pictures, one behind the other, the sums and the differences of mirrored cells, each divided
/// by the root of two: another orthogonal basis.
fn halves(pictures: &[f32]) -> [Vec<f32>; 2] {
    let mut halves = [const { Vec::new() }; 2];
    let [even, odd] = &mut halves;
    even.reserve_exact(pictures.len() / 2);
    odd.reserve_exact(pictures.len() / 2);
    for row in pictures.as_chunks::<SIDE>().0 {
        let pair = |x: usize| (row[x], row[SIDE - 1 - x]);
        even.extend((0..HALF).map(|x| (pair(x).0 + pair(x).1) * FRAC_1_SQRT_2));
        odd.extend((0..HALF).map(|x| (pair(x).0 - pair(x).1) * FRAC_1_SQRT_2));
    }
    halves
}

/// The picture whose [`halves`] are given.
fn joined(even: &[f32], odd: &[f32]) -> [f32; CELLS] {
    let mut picture = [0.0; CELLS];
    let (even, odd) = (even.as_chunks::<HALF>().0, odd.as_chunks::<HALF>().0);
    for ((row, even), odd) in picture
        .as_chunks_mut::<SIDE>()
        .0
        .iter_mut()
        .zip(even)
        .zip(odd)
    {
        for x in 0..HALF {
            row[x] = (even[x] + odd[x]) * FRAC_1_SQRT_2;
            row[SIDE - 1 - x] = (even[x] - odd[x]) * FRAC_1_SQRT_2;
        }
    }
    picture
}

/// Cells minus their mean, or `None` when the picture is flat.
fn centred(thumbnail: &Thumbnail) -> Option<[f32; CELLS]> {
    let mean = thumbnail.0.iter().map(|&cell| f32::from(cell)).sum::<f32>() / CELLS as f32;
    let cells = thumbnail.0.map(|cell| f32::from(cell) - mean);
    let variance = cells.iter().map(|cell| cell * cell).sum::<f32>() / CELLS as f32;
    (variance >= FLAT * FLAT).then_some(cells)
}

/// Correlation of two cells of a smooth random picture, by their distance down and across.
fn smooth() -> [[f64; SIDE]; SIDE] {
    let correlation = |dy: usize, dx: usize| (-(dx as f64).hypot(dy as f64) / PRIOR_REACH).exp();
    std::array::from_fn(|dy| std::array::from_fn(|dx| correlation(dy, dx)))
}

/// `(covariance + floor)^(-1/2)`, symmetric.
fn inverse_root(covariance: &Mat<f64>, floor: f64) -> Mat<f32> {
    let side = covariance.nrows();
    // Not to be had only when the iteration does not converge, and then the pictures stay as they
    // are.
    let Ok(eigen) = covariance.self_adjoint_eigen(Side::Lower) else {
        return Mat::identity(side, side);
    };
    let (vectors, values) = (eigen.U(), eigen.S().column_vector());
    let scaled = Mat::from_fn(side, side, |row, column| {
        let root = (values[column].max(0.0) + floor).sqrt();
        vectors[(row, column)] / root.max(f64::MIN_POSITIVE)
    });
    let root = scaled * vectors.transpose();
    Mat::from_fn(side, side, |row, column| root[(row, column)] as f32)
}

fn quantised(white: &[f32]) -> Option<Residual> {
    let mean = white.iter().sum::<f32>() / CELLS as f32;
    let variance = white.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / CELLS as f32;
    if variance <= 0.0 {
        return None;
    }
    let scale = SCALE / variance.sqrt();
    let mut residual = [0; CELLS];
    for (cell, value) in residual.iter_mut().zip(white) {
        let level = ((value - mean) * scale).clamp(-127.0, 127.0);
        // Rounded so, and not by `round`, because that is a call for each cell.
        *cell = (level + 0.5f32.copysign(level)) as i8;
    }
    Some(residual)
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::{dashboard, drawn, learned_of, scene};
    use super::*;

    fn correlation(a: &[f32], b: &[f32]) -> f32 {
        let mut moments = super::super::moments::Moments::default();
        a.iter().zip(b).for_each(|(&a, &b)| moments.add(a, b));
        moments.correlation()
    }

    #[test]
    fn what_all_pictures_share_is_taken_away() {
        let thumbnails: Vec<Thumbnail> = (0..300)
            .map(|seed| drawn(&dashboard(seed), 64, 64, seed))
            .collect();
        let given: Vec<&Thumbnail> = thumbnails.iter().collect();
        let residuals: Vec<Residual> = learned_of(&given)
            .residuals(&given)
            .into_iter()
            .flatten()
            .collect();
        // The bonnet fills the lowest rows.
        let rows = 20 * SIDE..CELLS;
        let mut before = 0.0;
        let mut after = 0.0;
        for pair in 0..100 {
            let (one, other) = (2 * pair, 2 * pair + 1);
            let grey = |t: &Thumbnail| {
                t.0[rows.clone()]
                    .iter()
                    .map(|&v| f32::from(v))
                    .collect::<Vec<_>>()
            };
            let white = |r: &Residual| {
                r[rows.clone()]
                    .iter()
                    .map(|&v| f32::from(v))
                    .collect::<Vec<_>>()
            };
            before += correlation(&grey(&thumbnails[one]), &grey(&thumbnails[other])) / 100.0;
            after += correlation(&white(&residuals[one]), &white(&residuals[other])) / 100.0;
        }
        assert!(before > 0.8, "{before}");
        assert!(after.abs() < 0.2, "{after}");
    }

    /// The whitening by its definition: all cells at once, of the thumbnails and of their mirror
    /// images.
    fn naive(thumbnails: &[&Thumbnail]) -> (Vec<f32>, Mat<f64>) {
        let pictures: Vec<[f32; CELLS]> = thumbnails.iter().filter_map(|t| centred(t)).collect();
        let n = pictures.len();
        let mean: Vec<f32> = (0..CELLS)
            .map(|at| pictures.iter().map(|p| p[at]).sum::<f32>() / (n as f32 + MEAN_WEIGHT))
            .collect();
        let mirrored = |at: usize| at / SIDE * SIDE + SIDE - 1 - at % SIDE;
        let deviations = |map: &dyn Fn(usize) -> usize| {
            let cell =
                |row: usize, column: usize| f64::from(pictures[column][map(row)] - mean[map(row)]);
            Mat::from_fn(CELLS, n, cell)
        };
        let (upright, turned) = (deviations(&|at| at), deviations(&mirrored));
        let scatter =
            (&upright * upright.transpose() + &turned * turned.transpose()) * faer::Scale(0.5);
        let variance = scatter.diagonal().column_vector().sum() / (n * CELLS) as f64;
        let smooth = smooth();
        let covariance = Mat::from_fn(CELLS, CELLS, |a, b| {
            let (down, across) = ((a / SIDE).abs_diff(b / SIDE), (a % SIDE).abs_diff(b % SIDE));
            (scatter[(a, b)] + variance * smooth[down][across] * PRIOR_WEIGHT)
                / (n as f64 + PRIOR_WEIGHT)
        });
        let eigen = covariance.self_adjoint_eigen(Side::Lower).unwrap();
        let scaled = Mat::from_fn(CELLS, CELLS, |row, column| {
            eigen.U()[(row, column)]
                / (eigen.S().column_vector()[column].max(0.0) + FLOOR * variance).sqrt()
        });
        (mean, scaled * eigen.U().transpose())
    }

    #[test]
    fn two_halves_whiten_as_the_whole_does() {
        let thumbnails: Vec<Thumbnail> = (0..40)
            .map(|seed| drawn(&dashboard(seed), 64, 64, seed))
            .collect();
        let given: Vec<&Thumbnail> = thumbnails.iter().collect();
        let (mean, root) = naive(&given);
        let found = learned_of(&given).residuals(&given);
        for (thumbnail, found) in given.iter().zip(found) {
            let mut cells = centred(thumbnail).unwrap();
            subtract(&mut cells, &mean);
            let deviations = Mat::from_fn(CELLS, 1, |at, _| f64::from(cells[at]));
            let white = &root * deviations;
            let white: Vec<f32> = (0..CELLS).map(|at| white[(at, 0)] as f32).collect();
            let expected = quantised(&white).unwrap();
            // Single precision may round a cell the other way.
            assert!(
                found
                    .unwrap()
                    .iter()
                    .zip(&expected)
                    .all(|(a, b)| a.abs_diff(*b) <= 1)
            );
        }
    }

    #[test]
    fn pale_pictures_do_not_share_the_negative_of_the_mean() {
        // All but two have much in common; those two have nothing but a little noise.
        let mut thumbnails: Vec<Thumbnail> = (0..100)
            .map(|seed| drawn(&dashboard(seed), 64, 64, seed))
            .collect();
        thumbnails.extend((0..2u64).map(|seed| {
            let noise = |at: usize| (((at as u64 + 1) * (seed + 7) * 0x9E37_79B9) >> 20) % 11;
            Thumbnail(Box::new(std::array::from_fn(|at| 180 + noise(at) as u8)))
        }));
        let given: Vec<&Thumbnail> = thumbnails.iter().collect();
        let residuals = learned_of(&given).residuals(&given);
        let pale: Vec<Vec<f32>> = residuals[100..]
            .iter()
            .map(|residual| residual.unwrap().map(f32::from).to_vec())
            .collect();
        assert!(
            correlation(&pale[0], &pale[1]) < 0.3,
            "{}",
            correlation(&pale[0], &pale[1])
        );
    }

    #[test]
    fn a_mirrored_picture_is_whitened_to_the_mirrored_residual() {
        let pictures: Vec<Thumbnail> = (0..30)
            .map(|seed| drawn(&scene(seed), 64, 64, seed))
            .collect();
        let mirrored = |thumbnail: &Thumbnail| {
            let mut cells = thumbnail.clone();
            cells.0.chunks_exact_mut(SIDE).for_each(<[u8]>::reverse);
            cells
        };
        // With their mirror images among them, the mean is symmetric, too.
        let all: Vec<Thumbnail> = pictures
            .iter()
            .cloned()
            .chain(pictures.iter().map(mirrored))
            .collect();
        let given: Vec<&Thumbnail> = all.iter().collect();
        let residuals = learned_of(&given).residuals(&given);
        let (upright, turned) = residuals.split_at(pictures.len());
        for (upright, turned) in upright.iter().zip(turned) {
            let mut upright = upright.unwrap();
            upright.chunks_exact_mut(SIDE).for_each(<[i8]>::reverse);
            assert!(
                upright
                    .iter()
                    .zip(&turned.unwrap())
                    .all(|(a, b)| a.abs_diff(*b) <= 1)
            );
        }
    }

    #[test]
    fn residuals_have_no_mean_and_one_scale() {
        let thumbnails: Vec<Thumbnail> = (0..5)
            .map(|seed| drawn(&scene(seed), 50, 40, seed))
            .collect();
        let given: Vec<&Thumbnail> = thumbnails.iter().collect();
        for residual in learned_of(&given).residuals(&given).into_iter().flatten() {
            let mean = residual.iter().map(|&v| f32::from(v)).sum::<f32>() / CELLS as f32;
            let variance =
                residual.iter().map(|&v| f32::from(v).powi(2)).sum::<f32>() / CELLS as f32;
            assert!(
                mean.abs() < 1.0 && (variance.sqrt() - SCALE).abs() < 2.0,
                "{mean} {variance}"
            );
        }
    }

    #[test]
    fn a_flat_thumbnail_has_no_residual_and_no_thumbnail_at_all_still_teaches() {
        let whitening = learned_of(&[]);
        let flat = Thumbnail(Box::new([200; CELLS]));
        assert_eq!(whitening.residuals(&[&flat]), [None]);
        assert!(whitening.residuals(&[&drawn(&scene(1), 30, 30, 1)])[0].is_some());
    }
}
