//! What is particular to one picture, once what all pictures of the dataset share is taken away.
//!
//! Photos agree in their low frequencies (sky above ground, bright centre), frames of one camera in
//! its bonnet, slides in their vignette. Whitening with the dataset's own covariance `C` removes
//! it: the thumbnail minus the mean thumbnail is multiplied by `(C + f I)^(-1/2)`, f being
//! [`FLOOR`] times the mean eigenvalue, so that strong common components are brought down to the
//! strength of the weak ones and noise is not raised. The symmetric ("ZCA") root keeps every cell
//! in its place (Bell and Sejnowski, 1997), so the result is again a picture that can be aligned.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

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
    mean: DVector<f32>,
    root: DMatrix<f32>,
}

impl Whitening {
    /// Learns from an even sample of the thumbnails. Never fails: the fewer
    /// there are, the more a prior of smooth pictures decides.
    #[must_use]
    pub fn learn(thumbnails: &[&Thumbnail]) -> Self {
        let step = thumbnails.len().div_ceil(SAMPLE).max(1);
        let rows: Vec<Vec<f32>> = thumbnails
            .iter()
            .step_by(step)
            .filter_map(|thumbnail| centred(thumbnail))
            .collect();
        let n = rows.len();
        let data = DMatrix::from_fn(CELLS, n, |cell, row| rows[row][cell]);
        let mean = match n {
            0 => DVector::zeros(CELLS),
            // The mean of two pictures would leave each the negative of the other.
            _ => data.column_mean() * (n as f32 / (n as f32 + MEAN_WEIGHT)),
        };
        let mut deviations = data;
        for mut column in deviations.column_iter_mut() {
            column -= &mean;
        }
        let scatter = &deviations * deviations.transpose();
        let variance = if n == 0 {
            1.0
        } else {
            f64::from(scatter.trace()) / (n * CELLS) as f64
        };
        let covariance = DMatrix::from_fn(CELLS, CELLS, |a, b| {
            let prior = variance * prior(a, b) * PRIOR_WEIGHT;
            (f64::from(scatter[(a, b)]) + prior) / (n as f64 + PRIOR_WEIGHT)
        });
        Self {
            mean,
            root: inverse_root(covariance),
        }
    }

    /// Bytes that [`Whitening::from_bytes`] reads again.
    pub(super) const BYTES: usize = 4 * CELLS * (CELLS + 1);

    /// Appends the whitening as bytes.
    pub(super) fn push_bytes(&self, to: &mut Vec<u8>) {
        let values = self.mean.iter().chain(self.root.iter());
        values.for_each(|value| to.extend(value.to_le_bytes()));
    }

    /// A whitening from its [`Whitening::BYTES`] bytes; `None` for another number of them.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::BYTES {
            return None;
        }
        let values = bytes
            .as_chunks::<4>()
            .0
            .iter()
            .map(|&value| f32::from_le_bytes(value));
        Some(Self {
            mean: DVector::from_iterator(CELLS, values.clone().take(CELLS)),
            root: DMatrix::from_iterator(CELLS, CELLS, values.skip(CELLS)),
        })
    }

    /// The residual of each thumbnail, `None` where it is too flat to have one.
    #[must_use]
    pub(super) fn residuals(&self, thumbnails: &[&Thumbnail]) -> Vec<Option<Residual>> {
        let rows: Vec<Option<Vec<f32>>> = thumbnails.iter().map(|t| centred(t)).collect();
        let data = DMatrix::from_fn(CELLS, rows.len(), |cell, row| {
            rows[row]
                .as_ref()
                .map_or(0.0, |row| row[cell] - self.mean[cell])
        });
        let white = &self.root * data;
        rows.iter()
            .zip(white.column_iter())
            .map(|(row, column)| {
                row.as_ref()?;
                quantised(column.as_slice())
            })
            .collect()
    }
}

/// Cells minus their mean, or `None` when the picture is flat.
fn centred(thumbnail: &Thumbnail) -> Option<Vec<f32>> {
    let mean = thumbnail.0.iter().map(|&cell| f32::from(cell)).sum::<f32>() / CELLS as f32;
    let cells: Vec<f32> = thumbnail
        .0
        .iter()
        .map(|&cell| f32::from(cell) - mean)
        .collect();
    let variance = cells.iter().map(|cell| cell * cell).sum::<f32>() / CELLS as f32;
    (variance >= FLAT * FLAT).then_some(cells)
}

/// Correlation of two cells of a smooth random picture.
fn prior(a: usize, b: usize) -> f64 {
    let dx = (a % SIDE).abs_diff(b % SIDE) as f64;
    let dy = (a / SIDE).abs_diff(b / SIDE) as f64;
    (-dx.hypot(dy) / PRIOR_REACH).exp()
}

/// `(covariance + floor)^(-1/2)`, symmetric.
fn inverse_root(covariance: DMatrix<f64>) -> DMatrix<f32> {
    let floor = FLOOR * covariance.trace() / CELLS as f64;
    let SymmetricEigen {
        eigenvectors,
        eigenvalues,
    } = covariance.symmetric_eigen();
    let mut scaled = eigenvectors.clone();
    for (mut column, value) in scaled.column_iter_mut().zip(eigenvalues.iter()) {
        column /= (value.max(0.0) + floor).sqrt().max(f64::MIN_POSITIVE);
    }
    (scaled * eigenvectors.transpose()).map(|value| value as f32)
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
        let mut moments = super::super::grid::Moments::default();
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
