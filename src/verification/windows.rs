//! Views of one picture, whole and in every frame, quickly.
//!
//! What a crop shows is a product: which columns it averages does not depend on the row. So its
//! view is two small matrix products instead of an interpolation for each cell. Views of the
//! mirrored picture are mirrored views of other frames.

use std::sync::LazyLock;

use pulp::{Arch, NullaryFnOnce};

use super::affine::Affine;
use super::frames::{CROPS, FRAMES, MIRRORED};
use super::views::{self, VIEW_CELLS, VIEW_SIDE, View};
use super::whitening::{CELLS, Residual};
use crate::matching::pair::Transform;
use crate::signature::thumbnail::SIDE;

/// A picture that views are taken of.
pub(super) struct Windows<'a> {
    residual: &'a Residual,
    cells: [f32; CELLS],
}

impl<'a> Windows<'a> {
    pub(super) fn new(residual: &'a Residual) -> Self {
        Self {
            residual,
            cells: residual.map(f32::from),
        }
    }

    /// The view of the whole.
    pub(super) fn whole(&self) -> View {
        WHOLE.view(&self.cells)
    }

    /// The view of the part in frame number `frame`, a place in [`FRAMES`].
    pub(super) fn framed(&self, frame: usize) -> View {
        match CROPPED.get(frame) {
            Some(crop) => crop.view(&self.cells),
            None => views::view(self.residual, FRAMES[frame]),
        }
    }

    /// Views in all frames: of the picture, then of its mirror image.
    pub(super) fn framed_and_mirrored(&self) -> [View; 2 * FRAMES.len()] {
        let framed: [View; FRAMES.len()] = std::array::from_fn(|frame| self.framed(frame));
        std::array::from_fn(|index| match index.checked_sub(FRAMES.len()) {
            None => framed[index],
            Some(frame) => views::transformed(&framed[MIRRORED[frame]], Transform::Mirror),
        })
    }
}

/// How much each column and row of a picture adds to each column and row of a view.
struct Window {
    columns: [[f32; VIEW_SIDE]; SIDE],
    rows: [[f32; SIDE]; VIEW_SIDE],
}

static WHOLE: LazyLock<Window> = LazyLock::new(|| Window::new(Affine::IDENTITY));
static CROPPED: LazyLock<[Window; CROPS]> =
    LazyLock::new(|| std::array::from_fn(|crop| Window::new(FRAMES[crop])));

impl Window {
    /// Of a crop: a map that neither turns nor shears.
    fn new(crop: Affine) -> Self {
        let mut columns = [[0.0; VIEW_SIDE]; SIDE];
        let mut rows = [[0.0; SIDE]; VIEW_SIDE];
        for at in 0..SIDE {
            let to = at * VIEW_SIDE / SIDE;
            for (from, weight) in between(at, crop.xx, crop.x0) {
                columns[from][to] += weight;
            }
            for (from, weight) in between(at, crop.yy, crop.y0) {
                rows[to][from] += weight;
            }
        }
        Self { columns, rows }
    }

    fn view(&self, cells: &[f32; CELLS]) -> View {
        let window = self;
        Arch::new().dispatch(Look { window, cells })
    }
}

/// A view of a picture; compiled for the widest instructions of the processor.
struct Look<'a> {
    window: &'a Window,
    cells: &'a [f32; CELLS],
}

impl NullaryFnOnce for Look<'_> {
    type Output = View;

    #[inline(always)]
    fn call(self) -> View {
        let mut narrow = [[0f32; VIEW_SIDE]; SIDE];
        for (row, sums) in self.cells.chunks_exact(SIDE).zip(&mut narrow) {
            for (&cell, weights) in row.iter().zip(&self.window.columns) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += cell * weight;
                }
            }
        }
        let mut view = [0f32; VIEW_CELLS];
        for (weights, sums) in self
            .window
            .rows
            .iter()
            .zip(view.chunks_exact_mut(VIEW_SIDE))
        {
            for (weight, row) in weights.iter().zip(&narrow) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += value * weight;
                }
            }
        }
        views::scaled(view)
    }
}

/// The two cells of a line between which `at` is taken, with their weights; none outside of it.
fn between(at: usize, scale: f32, shift: f32) -> impl Iterator<Item = (usize, f32)> {
    let (half, last) = ((SIDE as f32 - 1.0) / 2.0, SIDE as f32 - 1.0);
    let place = (at as f32 - half) * scale + shift + half;
    let inside = (-0.5..=last + 0.5).contains(&place);
    let place = place.clamp(0.0, last);
    let left = (place as usize).min(SIDE - 2);
    let right = place - left as f32;
    [(left, 1.0 - right), (left + 1, right)]
        .into_iter()
        .filter(move |_| inside)
}

#[cfg(test)]
mod tests {
    use super::super::candidates::oriented;
    use super::*;
    use proptest::prelude::*;

    /// Sums in another order may round a cell the other way.
    fn agree(a: &View, b: &View) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= 1)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn windows_show_what_sampling_shows(cells in proptest::collection::vec(-127i8..=127, CELLS)) {
            let residual: Residual = cells.try_into().unwrap();
            let windows = Windows::new(&residual);
            prop_assert!(agree(&windows.whole(), &views::view(&residual, Affine::IDENTITY)));
            let mirrored = oriented(&residual, Transform::Mirror);
            let all = windows.framed_and_mirrored();
            for (index, view) in all.iter().enumerate() {
                let side = if index < FRAMES.len() { &residual } else { &mirrored };
                let sampled = views::view(side, FRAMES[index % FRAMES.len()]);
                prop_assert!(agree(view, &sampled), "{index}: {view:?} {sampled:?}");
            }
        }
    }

    #[test]
    fn a_place_outside_has_no_weight_and_one_at_the_edge_has_all() {
        assert_eq!(between(0, 1.0, -0.6).count(), 0);
        let at_edge: f32 = between(0, 1.0, -0.4).map(|(_, weight)| weight).sum();
        assert!((at_edge - 1.0).abs() < 1e-6);
    }
}
