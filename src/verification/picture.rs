//! All that verification keeps of one picture.

use rayon::prelude::*;

use super::affine::Affine;
use super::frames::{CROPS, FRAMES};
use super::orientation::TRANSFORMS;
use super::views::{self, View};
use super::whitening::{Residual, Whitening};
use crate::signature::thumbnail::Thumbnail;

/// A whitened thumbnail with the codes it is looked up by: 696 bytes.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(super) residual: Residual,
    pub(super) view: View,
    pub(super) code: u64,
    pub(super) crop_codes: [u64; CROPS],
}

/// Thumbnails whitened in one matrix product.
const BATCH: usize = 256;

/// Learns the whitening of the dataset and describes every picture by it, in the order given.
///
/// Takes the thumbnails, so that a sample never holds both. `None` stays `None`, and so do
/// pictures without a detail of their own: flat ones, and such as equal the dataset's mean.
#[must_use]
pub fn describe(thumbnails: Vec<Option<Thumbnail>>) -> Vec<Option<Picture>> {
    let given: Vec<&Thumbnail> = thumbnails.iter().flatten().collect();
    let whitening = Whitening::learn(&given);
    let mut thumbnails = thumbnails;
    // Places are made first, so that the pictures never stand in memory twice.
    let mut pictures: Vec<Option<Picture>> = Vec::new();
    pictures.resize_with(thumbnails.len(), || None);
    let batches = thumbnails.par_chunks_mut(BATCH);
    batches
        .zip(pictures.par_chunks_mut(BATCH))
        .for_each(|(thumbnails, pictures)| {
            let (places, given): (Vec<_>, Vec<Thumbnail>) = pictures
                .iter_mut()
                .zip(thumbnails)
                .filter_map(|(place, thumbnail)| Some((place, thumbnail.take()?)))
                .unzip();
            let residuals = whitening.residuals(&given.iter().collect::<Vec<_>>());
            for (place, residual) in places.into_iter().zip(residuals) {
                *place = residual.map(Picture::new);
            }
        });
    pictures
}

impl Picture {
    fn new(residual: Residual) -> Self {
        let view = views::view(&residual, Affine::IDENTITY);
        Self {
            view,
            code: views::code(&view),
            crop_codes: std::array::from_fn(|crop| {
                views::code(&views::view(&residual, FRAMES[crop]))
            }),
            residual,
        }
    }

    /// How unlike two pictures look, 0 to 2: one minus the correlation of their views in the best of eight orientations.
    #[must_use]
    pub fn unlikeness(&self, other: &Self) -> f32 {
        let oriented = TRANSFORMS.map(|transform| views::transformed(&self.view, transform));
        let likeness = oriented
            .iter()
            .map(|view| views::correlation(view, &other.view));
        (1.0 - likeness.fold(-1.0, f32::max)).clamp(0.0, 2.0)
    }

    /// Correlation of two pictures as they lie, without alignment, -1 to 1.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f32 {
        let dot = |a: &Residual, b: &Residual| -> f32 {
            let products = a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y));
            products.sum::<i32>() as f32
        };
        let (a, b) = (&self.residual, &other.residual);
        let scale = (dot(a, a) * dot(b, b)).sqrt();
        if scale > 0.0 { dot(a, b) / scale } else { 0.0 }
    }
}
