//! What is particular to one picture, once what all pictures of the dataset share is taken away.
//!
//! Photos agree in their low frequencies (sky above ground, bright centre), frames of one camera in
//! its bonnet, slides in their vignette. Whitening with the dataset's own covariance `C` removes
//! it: the thumbnail minus the mean thumbnail is multiplied by `(C + f I)^(-1/2)`, f being
//! [`FLOOR`] times the mean eigenvalue, so that strong common components are brought down to the
//! strength of the weak ones and noise is not raised. The symmetric ("ZCA") root keeps every cell
//! in its place (Bell and Sejnowski, 1997), so the result is again a picture that can be aligned.

use faer::{Mat, MatRef, Side};

use crate::signature::thumbnail::{SIDE, Thumbnail};

/// Cells of a thumbnail.
pub(super) const CELLS: usize = SIDE * SIDE;

/// Thumbnails looked at; more change the covariance by less than its own use of it.
const SAMPLE: usize = 4096;

/// Strength of the prior covariance, in thumbnails: it decides for a handful of pictures and
/// fades behind a few hundred.
const PRIOR_WEIGHT: f64 = 64.0;

/// Strength of the prior mean, which is flat: only a handful of pictures is held back by it, since what
/// is left of a bonnet's or a border's mean looks like a copy.
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

/// The whitening of one dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Whitening {
    mean: Vec<f32>,
    /// Symmetric, `CELLS` x `CELLS`.
    root: Mat<f32>,
}

impl Whitening {
    /// Learns from an even sample of the thumbnails. Never fails: the fewer
    /// there are, the more a prior of smooth pictures decides.
    #[must_use]
    pub fn learn(thumbnails: &[&Thumbnail]) -> Self {
        let step = thumbnails.len().div_ceil(SAMPLE).max(1);
        let mut cells: Vec<f32> = thumbnails
            .iter()
            .step_by(step)
            .filter_map(|thumbnail| centred(thumbnail))
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
            let deviations = picture.iter_mut().zip(&mean);
            deviations.for_each(|(cell, mean)| *cell -= mean);
        }
        let deviations = MatRef::from_column_major_slice(&cells, CELLS, n);
        let scatter = deviations * deviations.transpose();
        let trace = scatter.diagonal().column_vector().sum();
        let variance = if n == 0 {
            1.0
        } else {
            f64::from(trace) / (n * CELLS) as f64
        };
        let prior = prior();
        let covariance = Mat::from_fn(CELLS, CELLS, |a, b| {
            let dx = (a % SIDE).abs_diff(b % SIDE);
            let dy = (a / SIDE).abs_diff(b / SIDE);
            let expected = variance * prior[dy][dx] * PRIOR_WEIGHT;
            (f64::from(scatter[(a, b)]) + expected) / (n as f64 + PRIOR_WEIGHT)
        });
        Self {
            mean: mean.to_vec(),
            root: inverse_root(&covariance),
        }
    }

    /// Bytes that [`Whitening::from_bytes`] reads again.
    pub(super) const BYTES: usize = 4 * CELLS * (CELLS + 1);

    /// Appends the whitening as bytes.
    pub(super) fn push_bytes(&self, to: &mut Vec<u8>) {
        let columns = self.root.col_iter().flat_map(|column| column.iter());
        let values = self.mean.iter().chain(columns);
        values.for_each(|value| to.extend(value.to_le_bytes()));
    }

    /// A whitening from its [`Whitening::BYTES`] bytes; `None` for another number of them.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let values = bytes.as_chunks::<4>().0.iter();
        let values: Vec<f32> = values.map(|&value| f32::from_le_bytes(value)).collect();
        let (mean, root) = values.split_at(CELLS);
        Some(Self {
            mean: mean.to_vec(),
            root: MatRef::from_column_major_slice(root, CELLS, CELLS).to_owned(),
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
            for ((to, cell), mean) in column
                .iter_mut()
                .zip(cells.iter().flatten())
                .zip(&self.mean)
            {
                *to = cell - mean;
            }
        }
        let data = MatRef::from_column_major_slice(&data, CELLS, thumbnails.len());
        let white = &self.root * data;
        let columns = white.col_iter().zip(varied);
        columns
            .map(|(column, varied)| {
                let column = column.try_as_col_major()?.as_slice();
                varied.then(|| quantised(column)).flatten()
            })
            .collect()
    }
}

/// Cells minus their mean, or `None` when the picture is flat.
fn centred(thumbnail: &Thumbnail) -> Option<[f32; CELLS]> {
    let mean = thumbnail.0.iter().map(|&cell| f32::from(cell)).sum::<f32>() / CELLS as f32;
    let cells = thumbnail.0.map(|cell| f32::from(cell) - mean);
    let variance = cells.iter().map(|cell| cell * cell).sum::<f32>() / CELLS as f32;
    (variance >= FLAT * FLAT).then_some(cells)
}

/// Correlation of two cells of a smooth random picture, by their distance down and across.
fn prior() -> [[f64; SIDE]; SIDE] {
    let correlation = |dy: usize, dx: usize| (-(dx as f64).hypot(dy as f64) / PRIOR_REACH).exp();
    std::array::from_fn(|dy| std::array::from_fn(|dx| correlation(dy, dx)))
}

/// `(covariance + floor)^(-1/2)`, symmetric.
fn inverse_root(covariance: &Mat<f64>) -> Mat<f32> {
    let trace = covariance.diagonal().column_vector().sum();
    let floor = FLOOR * trace / CELLS as f64;
    // Not to be had only when the iteration does not converge, and then the pictures stay as they are.
    let Ok(eigen) = covariance.self_adjoint_eigen(Side::Lower) else {
        return Mat::identity(CELLS, CELLS);
    };
    let (vectors, values) = (eigen.U(), eigen.S().column_vector());
    let scaled = Mat::from_fn(CELLS, CELLS, |row, column| {
        let root = (values[column].max(0.0) + floor).sqrt();
        vectors[(row, column)] / root.max(f64::MIN_POSITIVE)
    });
    let root = scaled * vectors.transpose();
    Mat::from_fn(CELLS, CELLS, |row, column| root[(row, column)] as f32)
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
        *cell = ((value - mean) * scale).round().clamp(-127.0, 127.0) as i8;
    }
    Some(residual)
}

#[cfg(test)]
mod tests {
    use super::super::test_pictures::{dashboard, drawn, scene};
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
        let residuals: Vec<Residual> = Whitening::learn(&given)
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

    #[test]
    fn residuals_have_no_mean_and_one_scale() {
        let thumbnails: Vec<Thumbnail> = (0..5)
            .map(|seed| drawn(&scene(seed), 50, 40, seed))
            .collect();
        let given: Vec<&Thumbnail> = thumbnails.iter().collect();
        for residual in Whitening::learn(&given)
            .residuals(&given)
            .into_iter()
            .flatten()
        {
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
        let whitening = Whitening::learn(&[]);
        let flat = Thumbnail(Box::new([200; CELLS]));
        assert_eq!(whitening.residuals(&[&flat]), [None]);
        assert!(whitening.residuals(&[&drawn(&scene(1), 30, 30, 1)])[0].is_some());
    }
}
