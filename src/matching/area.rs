//! The part of a picture that another one shows.

use super::pair::Transform;

/// A part of a picture, in hundredths of its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Left edge, 0 to 100.
    pub left: u8,
    /// Upper edge, 0 to 100.
    pub top: u8,
    /// Right edge, 0 to 100.
    pub right: u8,
    /// Lower edge, 0 to 100.
    pub bottom: u8,
}

/// Hundredths by which an edge may miss the picture's own and the whole still be meant: less than a
/// cell of the grid that pictures are aligned on.
const EXACTNESS: u8 = 3;

impl Area {
    /// The whole picture.
    pub const WHOLE: Self = Self {
        left: 0,
        top: 0,
        right: 100,
        bottom: 100,
    };

    /// The smallest area that holds all these points, in fractions of the sides; what lies outside
    /// the picture is cut.
    #[must_use]
    pub fn around(points: &[(f32, f32)]) -> Self {
        let hundredths = |value: f32| (value.clamp(0.0, 1.0) * 100.0).round() as u8;
        let all = |part: fn(&(f32, f32)) -> f32| points.iter().map(part);
        Self {
            left: hundredths(all(|p| p.0).fold(f32::INFINITY, f32::min)),
            top: hundredths(all(|p| p.1).fold(f32::INFINITY, f32::min)),
            right: hundredths(all(|p| p.0).fold(f32::NEG_INFINITY, f32::max)),
            bottom: hundredths(all(|p| p.1).fold(f32::NEG_INFINITY, f32::max)),
        }
    }

    /// Whether it is the whole picture, as exactly as alignment can tell.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.left.max(self.top) <= EXACTNESS && self.right.min(self.bottom) >= 100 - EXACTNESS
    }

    /// The area as it lies in the transformed picture.
    #[must_use]
    pub fn transformed(self, transform: Transform) -> Self {
        let edges = [self.left, self.top, self.right, self.bottom];
        let [left, top, right, bottom] = transform.edges(edges, 100);
        Self {
            left,
            top,
            right,
            bottom,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Area = Area {
        left: 10,
        top: 20,
        right: 40,
        bottom: 90,
    };

    #[test]
    fn undoing_a_transform_brings_the_area_back() {
        for transform in Transform::ALL {
            let there = PART.transformed(transform);
            assert_eq!(
                there.transformed(transform.inverse()),
                PART,
                "{transform:?}"
            );
            assert!(there.left < there.right && there.top < there.bottom);
        }
    }

    #[test]
    fn a_quarter_turn_clockwise_takes_the_upper_edge_to_the_right() {
        let upper = Area {
            bottom: 30,
            ..Area::WHOLE
        };
        let right = Area {
            left: 70,
            ..Area::WHOLE
        };
        assert_eq!(upper.transformed(Transform::Rotate90), right);
    }

    #[test]
    fn points_outside_the_picture_are_cut_and_a_sliver_less_is_the_whole() {
        let around = Area::around(&[(-0.2, 0.02), (0.5, 1.4), (1.1, 0.6)]);
        assert_eq!(
            around,
            Area {
                top: 2,
                ..Area::WHOLE
            }
        );
        assert!(around.is_whole());
        assert!(!PART.is_whole());
        assert!(
            !Area {
                top: 4,
                ..Area::WHOLE
            }
            .is_whole()
        );
    }
}
