//! Coarse descriptions of a residual, whole and cropped, that candidates are looked up by.
//!
//! A view is the residual, or a part of it, averaged to 8x8. Its code has a
//! bit for every cell above the median. Turning or mirroring the picture
//! permutes cells and bits, so all eight orientations cost nothing.

use super::orientation::source;
use super::whitening::{CELLS, Residual};
use crate::matching::pair::Transform;
use crate::signature::thumbnail::SIDE;

/// Cells on each side of a view.
const VIEW_SIDE: usize = 8;

/// Cells of a view.
const VIEW_CELLS: usize = VIEW_SIDE * VIEW_SIDE;

/// A view: zero mean, scaled so that the dot product of two is their correlation times [`UNIT`] squared.
pub(super) type View = [i8; VIEW_CELLS];

/// Length of a view as a vector. Cells rarely exceed a half of it; those that do are clamped.
pub(super) const UNIT: f32 = 254.0;

/// Part of a picture, in fractions of its sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge, 0 to 1.
    pub left: f32,
    /// Upper edge, 0 to 1.
    pub top: f32,
    /// Right edge, 0 to 1.
    pub right: f32,
    /// Lower edge, 0 to 1.
    pub bottom: f32,
}

impl Area {
    /// The whole picture.
    pub const WHOLE: Self = Self {
        left: 0.0,
        top: 0.0,
        right: 1.0,
        bottom: 1.0,
    };
}

/// The crops looked up beside the whole picture: two about the centre, and the four corners.
/// Alignment starts from them and bridges what lies between.
pub(super) const CROPS: [Area; 6] = [
    Area {
        left: 0.07,
        top: 0.07,
        right: 0.93,
        bottom: 0.93,
    },
    Area {
        left: 0.14,
        top: 0.14,
        right: 0.86,
        bottom: 0.86,
    },
    Area {
        left: 0.0,
        top: 0.0,
        right: 0.82,
        bottom: 0.82,
    },
    Area {
        left: 0.18,
        top: 0.0,
        right: 1.0,
        bottom: 0.82,
    },
    Area {
        left: 0.0,
        top: 0.18,
        right: 0.82,
        bottom: 1.0,
    },
    Area {
        left: 0.18,
        top: 0.18,
        right: 1.0,
        bottom: 1.0,
    },
];

/// The view of a part of a residual. All zero when that part is flat.
pub(super) fn view(residual: &Residual, area: Area) -> View {
    let columns = spans(area.left, area.right);
    let rows = spans(area.top, area.bottom);
    let mut narrow = [[0f32; VIEW_SIDE]; SIDE];
    for (line, out) in residual.chunks_exact(SIDE).zip(&mut narrow) {
        for (cell, (first, weights)) in out.iter_mut().zip(&columns) {
            *cell = weights
                .iter()
                .zip(&line[*first..])
                .map(|(w, &v)| w * f32::from(v))
                .sum();
        }
    }
    let mut cells = [0f32; VIEW_CELLS];
    for (out, (first, weights)) in cells.chunks_exact_mut(VIEW_SIDE).zip(&rows) {
        for (x, cell) in out.iter_mut().enumerate() {
            *cell = weights
                .iter()
                .zip(&narrow[*first..])
                .map(|(w, line)| w * line[x])
                .sum();
        }
    }
    scaled(cells)
}

/// A view as the transformed picture would have it.
pub(super) fn transformed(view: &View, transform: Transform) -> View {
    let mut out = [0; VIEW_CELLS];
    for (to, cell) in out.iter_mut().enumerate() {
        *cell = view[source(transform, VIEW_SIDE, to)];
    }
    out
}

/// One bit a cell: set where the cell exceeds the median.
pub(super) fn code(view: &View) -> u64 {
    let mut sorted = *view;
    sorted.sort_unstable();
    let median = sorted[VIEW_CELLS / 2 - 1];
    view.iter().enumerate().fold(0, |code, (bit, &cell)| {
        code | u64::from(cell > median) << bit
    })
}

/// Correlation of two views, -1 to 1.
pub(super) fn correlation(a: &View, b: &View) -> f32 {
    let dot: i32 = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| i32::from(a) * i32::from(b))
        .sum();
    dot as f32 / (UNIT * UNIT)
}

/// For each cell of a view: the first residual cell under it, and the share of each one from there.
fn spans(from: f32, to: f32) -> [(usize, Vec<f32>); VIEW_SIDE] {
    let step = (to - from) * SIDE as f32 / VIEW_SIDE as f32;
    std::array::from_fn(|cell| {
        let start = from * SIDE as f32 + cell as f32 * step;
        let end = (start + step).min(SIDE as f32);
        let first = start as usize;
        let last = (end.ceil() as usize).clamp(first + 1, SIDE);
        let weights = (first..last)
            .map(|i| (end.min(i as f32 + 1.0) - start.max(i as f32)).max(0.0) / step)
            .collect();
        (first, weights)
    })
}

fn scaled(cells: [f32; VIEW_CELLS]) -> View {
    let mean = cells.iter().sum::<f32>() / VIEW_CELLS as f32;
    let length = cells
        .iter()
        .map(|v| (v - mean) * (v - mean))
        .sum::<f32>()
        .sqrt();
    let mut view = [0; VIEW_CELLS];
    if length > 0.0 {
        for (out, value) in view.iter_mut().zip(cells) {
            *out = ((value - mean) * UNIT / length)
                .round()
                .clamp(-127.0, 127.0) as i8;
        }
    }
    view
}

const _: () = assert!(CELLS == SIDE * SIDE);
