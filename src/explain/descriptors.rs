//! Descriptors, by which the proxies see an image: a short vector of whole numbers, standardised
//! over the dataset.
//!
//! Whole numbers make every distance exact, so neighbours and ties are the same on every machine.

use rayon::prelude::*;

/// Columns of the grid that a thumbnail is reduced to.
const COLUMNS: usize = 16;
/// Rows of that grid. Driving frames carry more across than up; other images lose little.
const ROWS: usize = 8;
/// Longest vector accepted, so that squared distances fit 31 bits.
pub(crate) const MAX_DIMENSION: usize = 512;
/// Units per standard deviation.
const UNIT: f64 = 64.0;
/// Values beyond this many standard deviations are cut.
const CUT: f64 = 8.0;

/// One vector a row; rows without an image have none.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptors {
    dimension: usize,
    values: Vec<i16>,
    /// Squared length, or -1 for a row without a vector.
    norms: Vec<i32>,
}

impl Descriptors {
    /// From square grey thumbnails (`side` x `side`, row by row): block means on a 16 x 8 grid,
    /// each cell standardised. `None`, or a slice of another length, is a row without an image.
    #[must_use]
    pub fn from_thumbnails(side: usize, thumbnails: &[Option<&[u8]>]) -> Self {
        let means = thumbnails.par_iter().map(|grey| {
            grey.filter(|grey| side > 0 && grey.len() == side * side)
                .map(|grey| block_means(side, grey))
        });
        // A cell that hardly varies must not be blown up to the weight of the others: one grey
        // level at least.
        Self::standardised(&means.collect::<Vec<_>>(), 1.0)
    }

    /// From vectors of one length, each coordinate standardised. Vectors longer than
    /// [`MAX_DIMENSION`] are cut.
    #[must_use]
    pub fn from_vectors(vectors: &[Option<Vec<f32>>]) -> Self {
        Self::standardised(vectors, 1e-6)
    }

    fn standardised(vectors: &[Option<Vec<f32>>], smallest_deviation: f64) -> Self {
        let dimension = vectors
            .iter()
            .flatten()
            .map(Vec::len)
            .min()
            .unwrap_or(0)
            .min(MAX_DIMENSION);
        let n = vectors.iter().flatten().count().max(1) as f64;
        let (mut mean, mut square) = (vec![0.0; dimension], vec![0.0; dimension]);
        for vector in vectors.iter().flatten() {
            for (k, &value) in vector.iter().take(dimension).enumerate() {
                mean[k] += f64::from(value) / n;
                square[k] += f64::from(value) * f64::from(value) / n;
            }
        }
        let scale: Vec<f64> = mean
            .iter()
            .zip(&square)
            .map(|(m, s)| UNIT / (s - m * m).max(0.0).sqrt().max(smallest_deviation))
            .collect();
        let quantise = |k: usize, value: f32| {
            let units = (f64::from(value) - mean[k]) * scale[k];
            if units.is_nan() {
                0
            } else {
                units.round().clamp(-CUT * UNIT, CUT * UNIT) as i16
            }
        };
        let mut values = vec![0; dimension * vectors.len()];
        let mut norms = vec![-1; vectors.len()];
        for (row, vector) in vectors.iter().enumerate() {
            let Some(vector) = vector else { continue };
            let out = &mut values[row * dimension..(row + 1) * dimension];
            for (k, out) in out.iter_mut().enumerate() {
                *out = quantise(k, vector[k]);
            }
            norms[row] = dot(out, out);
        }
        Self {
            dimension,
            values,
            norms,
        }
    }

    /// Numbers per vector.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The vector of a row, in 1/64 standard deviations.
    #[must_use]
    pub fn vector(&self, row: u32) -> Option<&[i16]> {
        let start = row as usize * self.dimension;
        (*self.norms.get(row as usize)? >= 0).then(|| &self.values[start..start + self.dimension])
    }

    /// Squared length of a row's vector.
    pub(super) fn norm(&self, row: u32) -> i32 {
        self.norms[row as usize]
    }
}

/// Inner product. Sums wrap in principle, never in fact: [`MAX_DIMENSION`] and the cut keep them
/// below 2^28.
#[inline]
pub(super) fn dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).fold(0, |sum: i32, (&x, &y)| {
        sum.wrapping_add(i32::from(x).wrapping_mul(i32::from(y)))
    })
}

fn block_means(side: usize, grey: &[u8]) -> Vec<f32> {
    let (mut sums, mut counts) = (vec![0f32; COLUMNS * ROWS], vec![0f32; COLUMNS * ROWS]);
    for (y, line) in grey.chunks_exact(side).enumerate() {
        for (x, &value) in line.iter().enumerate() {
            let cell = y * ROWS / side * COLUMNS + x * COLUMNS / side;
            sums[cell] += f32::from(value);
            counts[cell] += 1.0;
        }
    }
    sums.iter()
        .zip(&counts)
        .map(|(sum, &count): (&f32, &f32)| sum / count.max(1.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_get_the_same_weight_whatever_their_scale() {
        let vectors: Vec<_> = (0..100)
            .map(|i| Some(vec![i as f32, 1000.0 * ((i * 37) % 100) as f32]))
            .collect();
        let d = Descriptors::from_vectors(&vectors);
        let spread = |k: usize| {
            (0..100)
                .map(|i| i64::from(d.vector(i).unwrap()[k]).pow(2))
                .sum::<i64>() as f64
                / 100.0
        };
        assert!((spread(0) / spread(1) - 1.0).abs() < 0.02);
        assert!((spread(0).sqrt() / UNIT - 1.0).abs() < 0.02);
    }

    #[test]
    fn a_row_without_an_image_has_no_vector() {
        let grey = [7u8; 1024];
        let d = Descriptors::from_thumbnails(32, &[Some(&grey), None, Some(&grey[..10])]);
        assert!(d.vector(0).is_some() && d.vector(1).is_none() && d.vector(2).is_none());
        assert_eq!(d.dimension(), 128);
    }

    #[test]
    fn values_that_are_not_numbers_become_the_mean() {
        let d = Descriptors::from_vectors(&[Some(vec![f32::NAN]), Some(vec![1.0])]);
        assert_eq!(d.vector(0), Some(&[0][..]));
    }
}
