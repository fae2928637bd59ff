//! All that verification keeps of one picture.

use rayon::prelude::*;

use super::frames::CROPS;
use super::sample::Key;
use super::views::{self, VIEW_CELLS, View};
use super::whitening::{CELLS, Residual, Whitening};
use super::windows::Windows;
use crate::matching::pair::Transform;
use crate::signature::thumbnail::Thumbnail;

/// A thumbnail with its key.
pub(crate) type Keyed = (Key, Thumbnail);

/// A whitened thumbnail (576 bytes) with the codes it is looked up by (192 bytes) and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(super) residual: Box<Residual>,
    pub(super) view: View,
    pub(super) code: u64,
    pub(super) crop_codes: [u64; CROPS],
    pub(super) key: Key,
}

/// Thumbnails whitened in one matrix product.
const BATCH: usize = 256;

/// Describes every picture by the whitening of its dataset, in the order given.
///
/// Takes the thumbnails, and keeps a residual where its thumbnail was, so that a sample never holds
/// both. `None` stays `None`, and so do pictures without a detail of their own: flat ones, and such
/// as equal the dataset's mean.
#[must_use]
pub(crate) fn describe(
    whitening: &Whitening,
    mut thumbnails: Vec<Option<Keyed>>,
) -> Vec<Option<Picture>> {
    let mut pictures: Vec<Option<Picture>> = Vec::new();
    pictures.resize_with(thumbnails.len(), || None);
    let batches = thumbnails.par_chunks_mut(BATCH);
    batches
        .zip(pictures.par_chunks_mut(BATCH))
        .for_each(|(thumbnails, pictures)| {
            let (places, given): (Vec<_>, Vec<Keyed>) = pictures
                .iter_mut()
                .zip(thumbnails)
                .filter_map(|(place, thumbnail)| Some((place, thumbnail.take()?)))
                .unzip();
            let all: Vec<&Thumbnail> = given.iter().map(|(_, thumbnail)| thumbnail).collect();
            let residuals = whitening.residuals(&all);
            for ((place, (key, thumbnail)), residual) in
                places.into_iter().zip(given).zip(residuals)
            {
                *place = residual.map(|residual| {
                    let mut kept: Box<Residual> = bytemuck::cast_box(thumbnail.0);
                    *kept = residual;
                    Picture::new(kept, key)
                });
            }
        });
    pictures
}

impl Picture {
    fn new(residual: Box<Residual>, key: Key) -> Self {
        let windows = Windows::new(&residual);
        let view = windows.whole();
        Self {
            view,
            code: views::code(&view),
            crop_codes: std::array::from_fn(|crop| views::code(&windows.framed(crop))),
            residual,
            key,
        }
    }

    /// Bytes that [`Picture::from_bytes`] reads again.
    pub(super) const BYTES: usize = CELLS + VIEW_CELLS + 8 + 8 * CROPS + 8;

    /// Appends the picture as bytes.
    pub(super) fn push_bytes(&self, to: &mut Vec<u8>) {
        let signed = self.residual.iter().chain(&self.view);
        to.extend(signed.map(|&value| value.cast_unsigned()));
        let numbers = [self.code].into_iter().chain(self.crop_codes);
        let numbers = numbers.chain([self.key]);
        numbers.for_each(|code| to.extend(code.to_le_bytes()));
    }

    /// A picture from its [`Picture::BYTES`] bytes; `None` for another number of them.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (residual, rest) = bytes.split_first_chunk::<CELLS>()?;
        let (view, rest) = rest.split_first_chunk::<VIEW_CELLS>()?;
        let codes = rest.as_chunks::<8>();
        let mut codes = codes.0.iter().map(|&code| u64::from_le_bytes(code));
        let code = codes.next()?;
        let mut crop_codes = [0; CROPS];
        for crop_code in &mut crop_codes {
            *crop_code = codes.next()?;
        }
        (bytes.len() == Self::BYTES).then_some(Self {
            residual: Box::new(residual.map(u8::cast_signed)),
            view: view.map(u8::cast_signed),
            code,
            crop_codes,
            key: codes.next()?,
        })
    }

    /// How unlike two pictures look, 0 to 2: one minus the correlation of their views in the best
    /// of eight orientations.
    #[must_use]
    pub(crate) fn unlikeness(&self, other: &Self) -> f32 {
        let oriented = Transform::ALL.map(|transform| views::transformed(&self.view, transform));
        let likeness = oriented
            .iter()
            .map(|view| views::correlation(view, &other.view));
        (1.0 - likeness.fold(-1.0, f32::max)).clamp(0.0, 2.0)
    }

    /// Correlation of two pictures as they lie, without alignment, -1 to 1.
    #[must_use]
    pub(crate) fn likeness(&self, other: &Self) -> f32 {
        let dot = |a: &Residual, b: &Residual| -> f32 {
            let products = a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y));
            products.sum::<i32>() as f32
        };
        let (a, b) = (&self.residual, &other.residual);
        let scale = (dot(a, a) * dot(b, b)).sqrt();
        if scale > 0.0 { dot(a, b) / scale } else { 0.0 }
    }
}
