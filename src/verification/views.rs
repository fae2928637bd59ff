//! Coarse descriptions of a residual, whole or in part, that candidates are looked up by.
//!
//! A view is the residual, or a part of it, averaged to 8x8. Its code has a
//! bit for every cell above the median. Turning or mirroring the picture
//! permutes cells and bits, so all eight orientations cost nothing.

use super::affine::Affine;
use super::grid::{Between, Grid, Sampled};
use super::orientation::source;
use super::whitening::Residual;
use crate::matching::pair::Transform;
use crate::signature::thumbnail::SIDE;

/// Cells on each side of a view.
pub(super) const VIEW_SIDE: usize = 8;

/// Cells of a thumbnail on each side of a cell of a view.
const RATIO: usize = SIDE / VIEW_SIDE;

/// Cells of a view.
pub(super) const VIEW_CELLS: usize = VIEW_SIDE * VIEW_SIDE;

/// A view: zero mean, scaled so that the dot product of two is their correlation times [`UNIT`]
/// squared.
pub(super) type View = [i8; VIEW_CELLS];

/// Length of a view as a vector. Cells rarely exceed a half of it; those that do are clamped.
pub(super) const UNIT: f32 = 254.0;

/// The part of `residual` that `frame` maps the grid onto, as a view; the whole for the identity.
/// Cells outside count as nothing in particular (zero). All zero when the part is flat.
pub(super) fn view(residual: &Residual, frame: Affine) -> View {
    let mut sampled = Sampled::new();
    Between::new(&Grid::fine(residual)).sample(frame, &mut sampled);
    let mut cells = [0f32; VIEW_CELLS];
    for (i, value) in sampled.values.as_flattened().iter().enumerate() {
        let (x, y) = (i % SIDE / RATIO, i / SIDE / RATIO);
        cells[y * VIEW_SIDE + x] += value;
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
    let median = median(view);
    let mut code = 0;
    // Bytes of eight bits each: shifts within 64 bits are not made with vector instructions.
    for (at, cells) in view.as_chunks::<8>().0.iter().enumerate() {
        let byte = (0..8).fold(0, |byte, bit| byte | u8::from(cells[bit] > median) << bit);
        code |= u64::from(byte) << (8 * at);
    }
    code
}

/// The least level that half of the cells do not exceed. Halves the range of levels, since counting
/// cells takes a few instructions and sorting them hundreds.
fn median(view: &View) -> i8 {
    let (mut least, mut most) = (i16::from(i8::MIN), i16::from(i8::MAX));
    while least < most {
        let middle = (least + most) >> 1;
        let level = middle as i8;
        // At most 64.
        let below = (0..VIEW_CELLS).fold(0u8, |n, at| n.wrapping_add(u8::from(view[at] <= level)));
        if usize::from(below) >= VIEW_CELLS / 2 {
            most = middle;
        } else {
            least = middle + 1;
        }
    }
    least as i8
}

/// Correlation of two views, -1 to 1.
pub(super) fn correlation(a: &View, b: &View) -> f32 {
    // A plain loop that wraps, though nothing can: checked sums are not made with vector
    // instructions, and a wide net asks this of every hit.
    let mut dot = 0i32;
    for cell in 0..VIEW_CELLS {
        dot = dot.wrapping_add(i32::from(
            i16::from(a[cell]).wrapping_mul(i16::from(b[cell])),
        ));
    }
    dot as f32 / (UNIT * UNIT)
}

/// Sums of the cells under each cell of a view, as a view. Inlined where it can be compiled for
/// wider instructions.
#[inline(always)]
pub(super) fn scaled(cells: [f32; VIEW_CELLS]) -> View {
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

const _: () = assert!(
    SIDE.is_multiple_of(VIEW_SIDE),
    "every cell of a view averages whole cells of a thumbnail"
);

#[cfg(test)]
mod tests {
    use super::super::candidates::oriented;
    use super::super::whitening::CELLS;
    use super::*;
    use proptest::prelude::*;

    fn residuals() -> impl Strategy<Value = Residual> {
        proptest::collection::vec(-127i8..=127, CELLS).prop_map(|cells| cells.try_into().unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_view_of_a_turned_picture_is_the_turned_view(residual in residuals(), which in 0usize..8) {
            let transform = Transform::ALL[which];
            let direct = view(&oriented(&residual, transform), Affine::IDENTITY);
            let turned = transformed(&view(&residual, Affine::IDENTITY), transform);
            // Sums in another order may round a cell the other way.
            prop_assert!(direct.iter().zip(&turned).all(|(a, b)| a.abs_diff(*b) <= 1));
        }

        #[test]
        fn the_median_is_the_last_of_the_lower_half(view in proptest::collection::vec(any::<i8>(), VIEW_CELLS)) {
            let view: View = view.try_into().unwrap();
            let mut sorted = view;
            sorted.sort_unstable();
            prop_assert_eq!(median(&view), sorted[VIEW_CELLS / 2 - 1]);
        }

        #[test]
        fn a_view_correlates_fully_with_itself_and_its_code_has_half_of_the_bits_at_most(residual in residuals()) {
            let view = view(&residual, Affine::IDENTITY);
            prop_assert!((correlation(&view, &view) - 1.0).abs() < 0.05);
            prop_assert!(code(&view).count_ones() <= 32);
        }
    }

    #[test]
    fn a_flat_part_has_an_empty_view() {
        assert_eq!(view(&[5; CELLS], Affine::IDENTITY), [0; VIEW_CELLS]);
    }
}
