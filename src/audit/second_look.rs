//! A second look at pairs in doubt, at the full resolution of their files.
//!
//! Where distinct pictures may be as similar as copies, a thumbnail does not tell a copy from a
//! picture of the same kind. Fine detail does: every patch of a copy shows what its original shows,
//! and where one map puts it.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::budget::Budget;
use crate::matching::pair::Transform;
use crate::sample::{Dataset, SampleId, SplitId};
use crate::signature::detail::{self, Agreement, Turn};
use crate::signature::reading::Opened;
use crate::signature::{Signed, region};
use crate::verification::{Doubt, Found as Match};

/// Patches of two copies correlate by more at their best places (see `docs/method.md`).
const SAME_PATCHES: f32 = 0.9;

/// And by more where they are laid.
const SAME_WHOLE: f32 = 0.85;

/// The best places of a copy's patches stray by less, in sides of the picture. Measured: strangers
/// among scikit-learn's digits 0.016 or more, half of them more than 0.025.
const STRAY: f32 = 0.008;

/// The same for pictures of few pixels, whose places are told less exactly: so many pixels, ...
const STRAY_PIXELS: f32 = 0.4;

/// ... but never more than this.
const MOST_STRAY: f32 = 0.0125;

/// A copy is not slanted by more: strokes of one sign, drawn anew, are.
const MOST_SHEAR: f32 = 0.06;

/// And not scaled by more in one direction than in the other (logarithm).
const MOST_UNEVEN: f32 = 0.06;

/// Just above a threshold that decoys tell, most pairs are copies, some of them edited beyond what
/// the bounds above allow: there only what strays far is none. Measured on CIFAR-10, by eye, in the
/// tenth above the threshold: 6 of 68 copies stray further, 22 of 34 look-alikes.
const MOST_STRAY_NEAR: f32 = 0.024;

/// Whether fine detail agrees as that of copies does, laid on each other by a map of this shear.
fn agrees(doubt: Doubt, agreement: Agreement, shear: f32) -> bool {
    match doubt {
        Doubt::Sampling => agreement.stray <= MOST_STRAY_NEAR,
        Doubt::FewImages | Doubt::Continuum => is_copy(agreement, shear),
    }
}

/// Whether fine detail says by itself that two pictures are copies.
fn is_copy(agreement: Agreement, shear: f32) -> bool {
    let stray = (STRAY_PIXELS / agreement.pixels).clamp(STRAY, MOST_STRAY);
    agreement.patches >= SAME_PATCHES
        && agreement.whole >= SAME_WHOLE
        && agreement.stray <= stray
        && agreement.uneven <= MOST_UNEVEN
        && shear.abs() <= MOST_SHEAR
}

/// Pairs of one picture in another split, or in its own, that are looked at: its most similar ones.
const MOST_OF_ONE: usize = 3;

/// Pairs that are looked at in all, the most similar ones: minutes at most.
const MOST: usize = 20_000;

/// A pair in doubt, with the splits of the two.
pub(super) type InDoubt = (Match, Option<SplitId>, Option<SplitId>);

/// For each of the pairs whether fine detail agrees. Pairs beyond the limits are what most of their
/// kind are: copies just above a threshold that decoys tell, else none as far as one knows.
pub(super) fn agree(
    dataset: &Dataset,
    signatures: &[Signed],
    budget: &Budget,
    doubt: Doubt,
    pairs: &[InDoubt],
) -> Vec<bool> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    let key = |at: usize| (pairs[at].0.query, pairs[at].0.partner);
    order.sort_by(|&a, &b| {
        let similarity = |at: usize| pairs[at].0.similarity;
        // What leaks first: duplicates inside a split must not take its turn.
        let inside = |at: usize| pairs[at].1 == pairs[at].2;
        inside(a)
            .cmp(&inside(b))
            .then(similarity(b).total_cmp(&similarity(a)))
            .then(key(a).cmp(&key(b)))
    });
    let mut of_one: BTreeMap<(u32, Option<SplitId>), usize> = BTreeMap::new();
    let mostly_copies = doubt == Doubt::Sampling;
    order.retain(|&at| {
        let (found, _, to) = &pairs[at];
        let own = of_one.entry((found.query, *to)).or_default();
        *own += 1;
        mostly_copies || *own <= MOST_OF_ONE
    });
    order.truncate(MOST);
    let agreed: Vec<bool> = order
        .par_iter()
        .map(|&at| {
            let found = &pairs[at].0;
            let opened = |place| Opened::of(dataset, signatures, SampleId(place));
            let mut share = budget.share();
            let agreement = opened(found.query)
                .zip(opened(found.partner))
                .and_then(|(one, other)| region::lumas([one, other], &mut share))
                .and_then(|[one, other]| {
                    let map = |x, y| found.map.in_fractions(x, y);
                    detail::agreement(&one, turn(found.transform), &other, map)
                });
            agreement.is_some_and(|agreement| agrees(doubt, agreement, found.map.shear()))
        })
        .collect();
    let mut all = vec![mostly_copies; pairs.len()];
    for (at, agreed) in order.into_iter().zip(agreed) {
        all[at] = agreed;
    }
    all
}

/// The same symmetry for [`detail`].
fn turn(transform: Transform) -> Turn {
    let (transposed, mirrored, flipped) = match transform {
        Transform::Identity => (false, false, false),
        Transform::Mirror => (false, true, false),
        Transform::Flip => (false, false, true),
        Transform::Rotate180 => (false, true, true),
        Transform::Transpose => (true, false, false),
        Transform::Rotate90 => (true, true, false),
        Transform::Rotate270 => (true, false, true),
        Transform::Transverse => (true, true, true),
    };
    Turn {
        transposed,
        mirrored,
        flipped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At every bound, or just within.
    const BARELY: Agreement = Agreement {
        patches: SAME_PATCHES,
        whole: SAME_WHOLE,
        stray: STRAY,
        pixels: 200.0,
        uneven: MOST_UNEVEN,
    };

    #[test]
    fn a_copy_fails_by_any_of_what_is_asked() {
        assert!(is_copy(BARELY, 0.0));
        let worse = [
            Agreement {
                patches: 0.89,
                ..BARELY
            },
            Agreement {
                whole: 0.84,
                ..BARELY
            },
            Agreement {
                stray: 0.0081,
                ..BARELY
            },
            Agreement {
                uneven: 0.061,
                ..BARELY
            },
        ];
        for agreement in worse {
            assert!(!is_copy(agreement, 0.0), "{agreement:?}");
        }
        assert!(is_copy(BARELY, -0.06) && !is_copy(BARELY, -0.061));
    }

    #[test]
    fn just_above_a_threshold_only_what_strays_far_is_no_copy() {
        let edited = |stray| Agreement {
            patches: 0.8,
            whole: 0.6,
            stray,
            uneven: 0.2,
            ..BARELY
        };
        assert!(agrees(Doubt::Sampling, edited(0.0239), 0.1));
        assert!(!agrees(Doubt::Sampling, edited(0.0241), 0.0));
        for doubt in [Doubt::FewImages, Doubt::Continuum] {
            assert!(!agrees(doubt, edited(0.002), 0.0));
            assert!(agrees(doubt, BARELY, 0.0));
        }
    }

    #[test]
    fn small_pictures_may_stray_by_part_of_a_pixel_but_not_without_end() {
        let strays = |stray, pixels| {
            let agreement = Agreement {
                stray,
                pixels,
                ..BARELY
            };
            is_copy(agreement, 0.0)
        };
        assert!(strays(0.0099, 40.0) && !strays(0.0101, 40.0));
        assert!(strays(0.0124, 16.0) && !strays(0.0126, 8.0));
    }
}
