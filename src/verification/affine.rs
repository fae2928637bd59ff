//! Linear maps with a shift, by which one picture lies on another.

use crate::matching::area::Area;
use crate::matching::pair::Transform;
use crate::signature::thumbnail::SIDE;

/// Takes a cell of one grid, counted from its centre, to a place in another:
/// `x' = xx x + xy y + x0`, `y' = yx x + yy y + y0`, in cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Affine {
    pub(super) xx: f32,
    pub(super) xy: f32,
    pub(super) yx: f32,
    pub(super) yy: f32,
    pub(super) x0: f32,
    pub(super) y0: f32,
}

impl Affine {
    pub(crate) const IDENTITY: Self = Self {
        xx: 1.0,
        xy: 0.0,
        yx: 0.0,
        yy: 1.0,
        x0: 0.0,
        y0: 0.0,
    };

    /// The whole grid onto the part of the other that keeps `part` of each side and lies `right`
    /// and `down` of the middle, in fractions of the sides.
    pub(super) const fn onto(part: f32, right: f32, down: f32) -> Self {
        let side = SIDE as f32;
        Self {
            xx: part,
            yy: part,
            x0: right * side,
            y0: down * side,
            ..Self::IDENTITY
        }
    }

    /// As [`Self::onto`], with a part of its own for width and height.
    pub(super) const fn onto_part(wide: f32, high: f32, right: f32, down: f32) -> Self {
        Self {
            xx: wide,
            yy: high,
            ..Self::onto(1.0, right, down)
        }
    }

    /// A turn about the middle by an angle with this sine.
    pub(super) const fn turn(sine: f32) -> Self {
        // Good to 1e-4 for the small angles it is used for.
        let cosine = 1.0 - sine * sine / 2.0;
        Self {
            xx: cosine,
            xy: -sine,
            yx: sine,
            yy: cosine,
            ..Self::IDENTITY
        }
    }

    /// First `inner`, then `self`.
    pub(super) fn after(self, inner: Self) -> Self {
        let (x0, y0) = self.apply(inner.x0, inner.y0);
        Self {
            xx: self.xx * inner.xx + self.xy * inner.yx,
            xy: self.xx * inner.xy + self.xy * inner.yy,
            yx: self.yx * inner.xx + self.yy * inner.yx,
            yy: self.yx * inner.xy + self.yy * inner.yy,
            x0,
            y0,
        }
    }

    /// What undoes it, or `None` when it flattens the plane.
    pub(super) fn inverse(self) -> Option<Self> {
        let determinant = self.xx * self.yy - self.xy * self.yx;
        if determinant.abs() < 0.1 {
            return None;
        }
        let (xx, xy) = (self.yy / determinant, -self.xy / determinant);
        let (yx, yy) = (-self.yx / determinant, self.xx / determinant);
        let (x0, y0) = (
            -(xx * self.x0 + xy * self.y0),
            -(yx * self.x0 + yy * self.y0),
        );
        Some(Self {
            xx,
            xy,
            yx,
            yy,
            x0,
            y0,
        })
    }

    /// Where a point goes.
    pub(super) fn apply(self, x: f32, y: f32) -> (f32, f32) {
        (
            self.xx * x + self.xy * y + self.x0,
            self.yx * x + self.yy * y + self.y0,
        )
    }

    /// Where a place goes, both in fractions of the sides of the pictures.
    pub(crate) fn in_fractions(self, x: f32, y: f32) -> (f32, f32) {
        let side = SIDE as f32;
        let (x, y) = self.apply((x - 0.5) * side, (y - 0.5) * side);
        (x / side + 0.5, y / side + 0.5)
    }

    /// The same map seen after both pictures were transformed.
    #[must_use]
    pub(super) fn transformed(self, transform: Transform) -> Self {
        let turn = Self::of(transform);
        let back = Self::of(transform.inverse());
        turn.after(self).after(back)
    }

    /// A symmetry of the square.
    fn of(transform: Transform) -> Self {
        // Edges of a part without extent are a point.
        let [xx, yx, ..] = transform.edges([1.0, 0.0, 1.0, 0.0], 0.0);
        let [xy, yy, ..] = transform.edges([0.0, 1.0, 0.0, 1.0], 0.0);
        Self {
            xx,
            xy,
            yx,
            yy,
            ..Self::IDENTITY
        }
    }

    /// The same map between grids `factor` times as fine.
    pub(super) fn refined(self, factor: f32) -> Self {
        Self {
            x0: self.x0 * factor,
            y0: self.y0 * factor,
            ..self
        }
    }

    /// Greater and smaller singular value of the linear part: the scales along its principal axes.
    pub(super) fn scales(self) -> (f32, f32) {
        let squares = self.xx.powi(2) + self.xy.powi(2) + self.yx.powi(2) + self.yy.powi(2);
        let determinant = self.xx * self.yy - self.xy * self.yx;
        let spread = (squares * squares / 4.0 - determinant * determinant)
            .max(0.0)
            .sqrt();
        (
            (squares / 2.0 + spread).sqrt(),
            (squares / 2.0 - spread).max(0.0).sqrt(),
        )
    }

    /// By how much it slants: cosine of the angle between what rows and columns become, 0 for turns
    /// and for stretches along them.
    pub(crate) fn shear(self) -> f32 {
        let lengths = self.xx.hypot(self.yx) * self.xy.hypot(self.yy);
        (self.xx * self.xy + self.yx * self.yy) / lengths.max(f32::MIN_POSITIVE)
    }

    /// Angle of the rotation nearest to it, in radians.
    pub(super) fn angle(self) -> f32 {
        (self.yx - self.xy).atan2(self.xx + self.yy)
    }

    /// Whether an edit that keeps a picture recognisable could have done it: crops and zooms
    /// up to 1.75 to one, unequal by up to 1.45 to one, shifts of a third.
    pub(super) fn is_plausible(self) -> bool {
        let (greater, smaller) = self.scales();
        let third = SIDE as f32 / 3.0;
        self.xx * self.yy > self.xy * self.yx
            && greater < 1.75
            && smaller > 1.0 / 1.75
            && greater < 1.45 * smaller
            && self.x0.abs() < third
            && self.y0.abs() < third
            && (self.yx - self.xy).abs() < 0.6
    }

    /// The part of the other grid that the whole of this one covers, clipped to it.
    pub(super) fn covered(self) -> Area {
        let half = SIDE as f32 / 2.0;
        let corners = [(-half, -half), (half, -half), (-half, half), (half, half)]
            .map(|(x, y)| self.apply(x, y))
            .map(|(x, y)| (x / SIDE as f32 + 0.5, y / SIDE as f32 + 0.5));
        Area::around(&corners)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn maps() -> impl Strategy<Value = Affine> {
        (
            0.6f32..1.6,
            -0.3f32..0.3,
            -0.3f32..0.3,
            0.6f32..1.6,
            -5f32..5.0,
            -5f32..5.0,
        )
            .prop_map(|(xx, xy, yx, yy, x0, y0)| Affine {
                xx,
                xy,
                yx,
                yy,
                x0,
                y0,
            })
    }

    proptest! {
        #[test]
        fn a_map_after_its_inverse_moves_nothing(map in maps(), x in -12f32..12.0, y in -12f32..12.0) {
            let (back_x, back_y) = map.after(map.inverse().unwrap()).apply(x, y);
            prop_assert!((back_x - x).abs() < 1e-3 && (back_y - y).abs() < 1e-3);
        }

        #[test]
        fn a_transformed_map_takes_what_was_transformed_to_its_transformed_place(
            map in maps(), x in -12f32..12.0, y in -12f32..12.0, transform in 0..8usize
        ) {
            let turn = Affine::of(Transform::ALL[transform]);
            let (there_x, there_y) = map.apply(x, y);
            let expected = turn.apply(there_x, there_y);
            let (x, y) = turn.apply(x, y);
            let found = map.transformed(Transform::ALL[transform]).apply(x, y);
            prop_assert!((found.0 - expected.0).abs() < 1e-3 && (found.1 - expected.1).abs() < 1e-3);
        }

        #[test]
        fn scales_are_the_extremes_of_how_lengths_change(map in maps(), angle in 0f32..6.3) {
            let (x, y) = (map.xx * angle.cos() + map.xy * angle.sin(), map.yx * angle.cos() + map.yy * angle.sin());
            let (greater, smaller) = map.scales();
            prop_assert!(smaller - 1e-3 <= x.hypot(y) && x.hypot(y) <= greater + 1e-3);
        }
    }

    #[test]
    fn a_crop_covers_its_part_of_the_other_picture() {
        let covered = Affine::onto(0.8, -0.1, 0.0).covered();
        let part = Area {
            left: 0,
            right: 80,
            top: 10,
            bottom: 90,
        };
        assert_eq!(covered, part);
    }

    #[test]
    fn a_symmetry_moves_an_area_as_the_transform_does() {
        let map = Affine::onto(0.5, 0.1, -0.2);
        for transform in Transform::ALL {
            let moved = Affine::of(transform).after(map).covered();
            assert_eq!(moved, map.covered().transformed(transform), "{transform:?}");
        }
    }

    #[test]
    fn turns_and_stretches_do_not_slant() {
        let stretched = Affine::turn(0.14).after(Affine::onto_part(0.7, 1.0, 0.1, 0.0));
        assert!(stretched.shear().abs() < 1e-6);
        let slanted = Affine {
            xy: 0.2,
            ..Affine::IDENTITY
        };
        assert!((slanted.shear() - 0.196).abs() < 1e-3);
    }

    #[test]
    fn a_turn_keeps_lengths_and_has_its_angle() {
        let turn = Affine::turn(0.14);
        let (greater, smaller) = turn.scales();
        assert!((greater - smaller).abs() < 1e-3 && (greater - 1.0).abs() < 1e-3);
        assert!((turn.angle() - 0.14f32.asin()).abs() < 1e-3);
    }
}
