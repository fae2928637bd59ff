//! The changes of frame that are looked up beside the whole picture: crops and small turns.
//!
//! Alignment starts from them and bridges what lies between.

use super::affine::Affine;

/// Two crops about the centre, the four corners, and then, from [`CROPS`] on, a turn by 8 degrees either way. Each takes the
/// whole of one picture onto a part of the other.
pub(super) const FRAMES: [Affine; 8] = [
    Affine::onto(0.86, 0.0, 0.0),
    Affine::onto(0.72, 0.0, 0.0),
    Affine::onto(0.82, -0.09, -0.09),
    Affine::onto(0.82, 0.09, -0.09),
    Affine::onto(0.82, -0.09, 0.09),
    Affine::onto(0.82, 0.09, 0.09),
    Affine::turn(0.14),
    Affine::turn(-0.14),
];

/// How many of [`FRAMES`] are crops. Only those are looked up in both directions: turning one picture
/// forth is turning the other back.
pub(super) const CROPS: usize = 6;
