//! Residuals as square grids of whole numbers, and what lies between their cells.

use super::affine::Affine;
use super::whitening::Residual;
use crate::signature::thumbnail::SIDE;

/// Cells on each side at half the resolution of a thumbnail.
pub(super) const COARSE: usize = SIDE / 2;

/// A square grid of values, row by row.
#[derive(Clone)]
pub(super) struct Grid<const S: usize>(pub(super) [[i8; S]; S]);

impl Grid<SIDE> {
    /// The residual as it is.
    pub(super) fn fine(residual: &Residual) -> Self {
        let rows = residual.as_chunks::<SIDE>().0;
        Self(std::array::from_fn(|y| rows[y]))
    }
}

impl Grid<COARSE> {
    /// The residual at half the resolution: means of 2x2 cells.
    pub(super) fn coarse(residual: &Residual) -> Self {
        let cell = |x: usize, y: usize| i16::from(residual[y * SIDE + x]);
        let mean = |x: usize, y: usize| {
            let sum = cell(x, y) + cell(x + 1, y) + cell(x, y + 1) + cell(x + 1, y + 1);
            // Rounded to the nearest; four bytes have a byte as their mean.
            ((sum + 2) >> 2) as i8
        };
        Self(std::array::from_fn(|y| {
            std::array::from_fn(|x| mean(2 * x, 2 * y))
        }))
    }
}

impl<const S: usize> Grid<S> {
    /// A grid with a value for each column and row.
    #[cfg(test)]
    pub(super) fn from_fn(value: impl Fn(usize, usize) -> f32) -> Self {
        let cell = |x, y| value(x, y).round().clamp(-127.0, 127.0) as i8;
        Self(std::array::from_fn(|y| std::array::from_fn(|x| cell(x, y))))
    }

    /// The values as numbers to compute with.
    #[inline(always)]
    pub(super) fn cells(&self) -> [[f32; S]; S] {
        self.0.map(|row| row.map(f32::from))
    }
}

/// Half the distance between the centres of the first and the last of `side` cells.
pub(super) const fn half(side: usize) -> f32 {
    (side as f32 - 1.0) / 2.0
}

/// A grid that values between cells are taken from.
pub(super) struct Between<const S: usize> {
    /// For each cell but the last of a row or column: this one, its right neighbour and the two
    /// below, a byte each.
    fours: [[u32; S]; S],
}

/// What one grid has at the places where the cells of another are taken.
pub(super) struct Sampled<const S: usize> {
    /// Values, zero outside.
    pub(super) values: [[f32; S]; S],
    /// 1 inside, 0 outside.
    pub(super) weights: [[f32; S]; S],
}

impl<const S: usize> Sampled<S> {
    pub(super) fn new() -> Self {
        Self {
            values: [[0.0; S]; S],
            weights: [[0.0; S]; S],
        }
    }
}

impl<const S: usize> Between<S> {
    #[inline(always)]
    pub(super) fn new(grid: &Grid<S>) -> Self {
        let mut fours = [[0; S]; S];
        for (y, row) in fours[..S - 1].iter_mut().enumerate() {
            let (upper, lower) = (&grid.0[y], &grid.0[y + 1]);
            for (x, four) in row[..S - 1].iter_mut().enumerate() {
                let corners = [upper[x], upper[x + 1], lower[x], lower[x + 1]];
                *four = u32::from_le_bytes(corners.map(i8::cast_unsigned));
            }
        }
        Self { fours }
    }

    /// Values where `map` takes the cells of another grid of this size. Bilinear.
    ///
    /// Places are counted in whole parts of a cell: cheaper than numbers with a point, and the same
    /// on every processor.
    #[inline(always)]
    pub(super) fn sample(&self, map: Affine, out: &mut Sampled<S>) {
        let half = half(S);
        let step = (parts(map.xx), parts(map.yx));
        let fours = self.fours.as_flattened();
        let rows = out.values.iter_mut().zip(&mut out.weights);
        for (row, (values, weights)) in rows.enumerate() {
            let (x, y) = map.apply(-half, row as f32 - half);
            let places = Places::<S>::new((parts(x + half), parts(y + half)), step);
            // The bound holds already; said here, it saves the check.
            let four = places.at.map(|at| fours[(at as usize).min(S * S - 1)]);
            for (column, value) in values.iter_mut().enumerate() {
                let corner = |shift: u32| ((four[column] << shift).cast_signed() >> 24) as f32;
                let (right, down) = (places.right[column], places.down[column]);
                let upper = corner(24) + (corner(16) - corner(24)) * right;
                let lower = corner(8) + (corner(0) - corner(8)) * right;
                *value = (upper + (lower - upper) * down) * places.weight[column];
            }
            *weights = places.weight;
        }
    }
}

/// Parts of a cell.
const PARTS: i32 = 1 << PART_BITS;
const PART_BITS: u32 = 16;

/// A length in cells, in parts; what no edit reaches is cut.
#[inline(always)]
fn parts(cells: f32) -> i32 {
    let far = 4.0 * SIDE as f32;
    (cells.max(-far).min(far) * PARTS as f32) as i32
}

/// Places of one row, each between four cells. An array for each part of them, so that the compiler
/// can use vector instructions.
struct Places<const S: usize> {
    /// The upper left one of the four.
    at: [i32; S],
    /// How far to the right of it, 0 to 1.
    right: [f32; S],
    /// How far below it, 0 to 1.
    down: [f32; S],
    /// 1, or 0 for a place outside the grid.
    weight: [f32; S],
}

impl<const S: usize> Places<S> {
    /// From `start` in steps of `step`, both in parts.
    #[inline(always)]
    fn new(start: (i32, i32), step: (i32, i32)) -> Self {
        let mut places = Self {
            at: [0; S],
            right: [0.0; S],
            down: [0.0; S],
            weight: [0.0; S],
        };
        let side = S as i32;
        let (edge, last) = (PARTS / 2, (side - 1) * PARTS);
        let fraction = |place: i32, whole: i32| (place - whole * PARTS) as f32 / PARTS as f32;
        for i in 0..S {
            let column = i as i32;
            let x = start.0.wrapping_add(step.0.wrapping_mul(column));
            let y = start.1.wrapping_add(step.1.wrapping_mul(column));
            let inside = (x >= -edge) & (y >= -edge) & (x <= last + edge) & (y <= last + edge);
            // `max` and `min`, and a shift for a quotient, are what vector units have.
            let (x, y) = (x.max(0).min(last), y.max(0).min(last));
            let (left, top) = (
                (x >> PART_BITS).min(side - 2),
                (y >> PART_BITS).min(side - 2),
            );
            places.at[i] = top * side + left;
            places.right[i] = fraction(x, left);
            places.down[i] = fraction(y, top);
            places.weight[i] = if inside { 1.0 } else { 0.0 };
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp() -> Grid<6> {
        Grid::from_fn(|x, y| x as f32 + 10.0 * y as f32)
    }

    fn sampled<const S: usize>(grid: &Grid<S>, map: Affine) -> Sampled<S> {
        let mut sampled = Sampled::new();
        Between::new(grid).sample(map, &mut sampled);
        sampled
    }

    #[test]
    fn the_identity_samples_every_cell_as_it_is() {
        let grid = ramp();
        let sampled = sampled(&grid, Affine::IDENTITY);
        assert_eq!(sampled.weights, [[1.0; 6]; 6]);
        let (values, cells) = (sampled.values, grid.cells());
        let mut pairs = values.as_flattened().iter().zip(cells.as_flattened());
        assert!(pairs.all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn a_shift_by_half_a_cell_interpolates_and_leaves_out_what_lies_outside() {
        let shift = Affine {
            x0: 1.5,
            ..Affine::IDENTITY
        };
        let sampled = sampled(&ramp(), shift);
        for weights in sampled.weights {
            assert_eq!(weights, [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        }
        assert!((sampled.values[0][0] - 1.5).abs() < 1e-4);
        assert_eq!(sampled.values[0][5], 0.0);
    }

    #[test]
    fn the_coarse_grid_holds_the_nearest_number_to_the_mean_of_four() {
        let mut residual = [0; SIDE * SIDE];
        (residual[0], residual[1], residual[SIDE]) = (-127, -127, -127);
        (residual[2], residual[3]) = (3, 4);
        let coarse = Grid::coarse(&residual);
        assert_eq!(coarse.0[0][..3], [-95, 2, 0]);
    }

    proptest! {
        #[test]
        fn samples_lie_between_the_four_cells_around(
            cells in proptest::collection::vec(-127i8..=127, 36),
            (xx, xy, yx, yy) in (-1.5f32..1.5, -1.5f32..1.5, -1.5f32..1.5, -1.5f32..1.5),
            (x0, y0) in (-4f32..4.0, -4f32..4.0),
        ) {
            let grid = Grid::<6>::from_fn(|x, y| f32::from(cells[y * 6 + x]));
            let map = Affine { xx, xy, yx, yy, x0, y0 };
            let sampled = sampled(&grid, map);
            for row in 0..6 {
                for column in 0..6 {
                    let (x, y) = map.apply(column as f32 - 2.5, row as f32 - 2.5);
                    let (x, y) = (x + 2.5, y + 2.5);
                    let outside = [x, y].into_iter().map(|at| (-0.5 - at).max(at - 5.5)).fold(f32::MIN, f32::max);
                    // Whole parts are exact to a few of 65,536.
                    if outside.abs() < 1e-3 {
                        continue;
                    }
                    prop_assert_eq!(sampled.weights[row][column], f32::from(u8::from(outside < 0.0)));
                    let (x, y) = (x.clamp(0.0, 5.0), y.clamp(0.0, 5.0));
                    let (left, top) = ((x as usize).min(4), (y as usize).min(4));
                    let cell = |x: usize, y: usize| f32::from(grid.0[y][x]);
                    let (right, down) = (x - left as f32, y - top as f32);
                    let upper = cell(left, top) * (1.0 - right) + cell(left + 1, top) * right;
                    let lower = cell(left, top + 1) * (1.0 - right) + cell(left + 1, top + 1) * right;
                    let value = (upper * (1.0 - down) + lower * down) * sampled.weights[row][column];
                    prop_assert!((sampled.values[row][column] - value).abs() < 0.1);
                }
            }
        }

        #[test]
        fn any_map_samples_without_panic(xx in -1e6f32..1e6, x0 in proptest::num::f32::ANY) {
            let sampled = sampled(&ramp(), Affine { xx, x0, ..Affine::IDENTITY });
            prop_assert!(sampled.values.as_flattened().iter().all(|value| value.is_finite()));
        }
    }
}
