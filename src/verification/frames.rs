//! The changes of frame that are looked up beside the whole picture: crops and small turns.
//!
//! Alignment starts from them and bridges what lies between.

use super::affine::Affine;

/// Each takes the whole of one picture onto a part of the other.
pub(super) const FRAMES: [Affine; 16] = [
    // About the centre.
    Affine::onto(0.86, 0.0, 0.0),
    Affine::onto(0.72, 0.0, 0.0),
    // At a corner.
    Affine::onto(0.82, -0.09, -0.09),
    Affine::onto(0.82, 0.09, -0.09),
    Affine::onto(0.82, -0.09, 0.09),
    Affine::onto(0.82, 0.09, 0.09),
    // Towards a side, and beyond it: what is missing there has been cut off or painted over.
    Affine::onto(0.88, 0.12, 0.0),
    Affine::onto(0.88, -0.12, 0.0),
    Affine::onto(0.88, 0.0, 0.12),
    Affine::onto(0.88, 0.0, -0.12),
    // Cut at one side, and stretched to the old shape.
    Affine::onto_part(0.8, 1.0, 0.1, 0.0),
    Affine::onto_part(0.8, 1.0, -0.1, 0.0),
    Affine::onto_part(1.0, 0.8, 0.0, 0.1),
    Affine::onto_part(1.0, 0.8, 0.0, -0.1),
    // A turn by 8 degrees either way, from [`CROPS`] on.
    Affine::turn(0.14),
    Affine::turn(-0.14),
];

/// How many of [`FRAMES`] are crops. Only those are looked up in both directions: turning one
/// picture forth is turning the other back.
pub(super) const CROPS: usize = 14;

/// The frame that shows a mirrored picture where this one shows the picture.
pub(super) const MIRRORED: [usize; FRAMES.len()] =
    [0, 1, 3, 2, 5, 4, 7, 6, 8, 9, 11, 10, 12, 13, 15, 14];
