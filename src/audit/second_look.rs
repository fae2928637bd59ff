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
use crate::verification::{Doubt, Found as Match, Threshold};

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

/// Every patch of a copy agrees by more. Of one thing on two grounds, the grounds do not. Measured
/// on drawn signs, straying by [`MOST_STRAY`] at most: no stranger in 91, and 503 of 608 copies,
/// mostly cropped ones.
const SAME_EVERYWHERE: f32 = 0.85;

/// Just above a threshold that decoys tell, most pairs are copies, some of them edited beyond what
/// the bounds above allow: there only what strays far is none. Measured on CIFAR-10, by eye, up to
/// three standard errors above the threshold: 5 of 35 copies stray further, 20 of 30 look-alikes.
const MOST_STRAY_NEAR: f32 = 0.024;

/// Whether fine detail says by itself that two pictures are copies.
fn is_copy(agreement: Agreement, shear: f32) -> bool {
    let stray = (STRAY_PIXELS / agreement.pixels).clamp(STRAY, MOST_STRAY);
    agreement.patches >= SAME_PATCHES
        && agreement.whole >= SAME_WHOLE
        && agreement.stray <= stray
        && agreement.uneven <= MOST_UNEVEN
        && shear.abs() <= MOST_SHEAR
}

/// Whether fine detail agrees all over two pictures, so that no part of them is another.
fn is_same_everywhere(agreement: Agreement) -> bool {
    agreement.least >= SAME_EVERYWHERE && agreement.stray <= MOST_STRAY
}

/// Pairs of one picture in another split, or in its own, that are looked at: its most similar ones.
const MOST_OF_ONE: usize = 3;

/// Pairs that are looked at in all, the most similar ones: minutes at most.
const MOST: usize = 20_000;

/// A pair in doubt, with the splits of the two.
pub(super) type InDoubt = (Match, Option<SplitId>, Option<SplitId>);

/// Looks at the files of two pictures again.
pub(super) struct Look<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) signatures: &'a [Signed],
    pub(super) budget: &'a Budget,
}

impl Look<'_> {
    /// For each of the pairs whether fine detail says that the two are copies.
    pub(super) fn confirms(&self, pairs: &[InDoubt]) -> Vec<bool> {
        self.asks(pairs, |found, agreement| {
            is_copy(agreement, found.map.shear())
        })
    }

    /// For each of the pairs whether fine detail agrees all over the two.
    pub(super) fn agrees_everywhere(&self, pairs: &[InDoubt]) -> Vec<bool> {
        self.asks(pairs, |_, agreement| is_same_everywhere(agreement))
    }

    /// For each of the pairs what is asked of it. Pairs beyond the limits are no copies as far as
    /// one knows.
    fn asks(
        &self,
        pairs: &[InDoubt],
        agrees: impl Fn(&Match, Agreement) -> bool + Sync,
    ) -> Vec<bool> {
        let mut of_one: BTreeMap<(u32, Option<SplitId>), usize> = BTreeMap::new();
        let mut order = likeliest_first(pairs);
        order.retain(|&at| {
            let (found, _, to) = &pairs[at];
            let own = of_one.entry((found.query, *to)).or_default();
            *own += 1;
            *own <= MOST_OF_ONE
        });
        order.truncate(MOST);
        let is_copy = |at: &usize| {
            let found = &pairs[*at].0;
            let agreement = self.agreement(found);
            agreement.is_some_and(|agreement| agrees(found, agreement))
        };
        let agreed: Vec<bool> = order.par_iter().map(is_copy).collect();
        let mut all = vec![false; pairs.len()];
        for (at, agreed) in order.into_iter().zip(agreed) {
            all[at] = agreed;
        }
        all
    }

    /// For each of the pairs whether the two are copies as far as one knows: fine detail does not
    /// say that they are strangers. Pairs inside a split leak nothing and are not looked at.
    pub(super) fn tells_strangers(&self, pairs: &[InDoubt]) -> Vec<bool> {
        let mut order = likeliest_first(pairs);
        order.retain(|&at| pairs[at].1 != pairs[at].2);
        order.truncate(MOST);
        let strays = |at: &&usize| self.agreement(&pairs[**at].0).is_some_and(strays_near);
        let strangers: Vec<usize> = order.par_iter().filter(strays).copied().collect();
        let mut all = vec![true; pairs.len()];
        for at in strangers {
            all[at] = false;
        }
        all
    }

    /// How fine detail of the two files agrees; `None` where one of them shows none, or is not
    /// there any more.
    fn agreement(&self, found: &Match) -> Option<Agreement> {
        let opened = |place| Opened::of(self.dataset, self.signatures, SampleId(place));
        let files = [opened(found.query)?, opened(found.partner)?];
        agreement(files, found, self.budget)
    }
}

/// Whether a pair of these files would be taken for copies at this threshold, were it the only one.
/// Where a bound stands in, similarity answers: a trial asks whether crops are near at all.
pub(super) fn takes(
    threshold: Threshold,
    files: [Opened<'_>; 2],
    found: &Match,
    budget: &Budget,
) -> bool {
    if found.similarity >= threshold.copies || threshold.doubt == Some(Doubt::Bounded) {
        return true;
    }
    let agreement = agreement(files, found, budget);
    match threshold.doubt {
        None | Some(Doubt::Bounded) => true,
        Some(Doubt::Sampling) => !agreement.is_some_and(strays_near),
        Some(Doubt::FewImages | Doubt::Continuum) => {
            agreement.is_some_and(|agreement| is_copy(agreement, found.map.shear()))
        }
        Some(Doubt::Template) => false,
    }
}

/// Whether fine detail of a pair just above the threshold says that the two are strangers.
fn strays_near(agreement: Agreement) -> bool {
    agreement.stray > MOST_STRAY_NEAR
}

fn agreement(files: [Opened<'_>; 2], found: &Match, budget: &Budget) -> Option<Agreement> {
    let mut share = budget.share();
    let [one, other] = region::lumas(files, &mut share)?;
    let map = |x, y| found.map.in_fractions(x, y);
    detail::agreement(&one, turn(found.transform), &other, map)
}

/// The order in which pairs are looked at. What leaks first: duplicates inside a split must not
/// take its turn.
fn likeliest_first(pairs: &[InDoubt]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    let key = |at: usize| (pairs[at].0.query, pairs[at].0.partner);
    let similarity = |at: usize| pairs[at].0.similarity;
    let inside = |at: usize| pairs[at].1 == pairs[at].2;
    order.sort_by(|&a, &b| {
        inside(a)
            .cmp(&inside(b))
            .then(similarity(b).total_cmp(&similarity(a)))
            .then(key(a).cmp(&key(b)))
    });
    order
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
        least: SAME_EVERYWHERE,
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
        let strays = |stray| strays_near(Agreement { stray, ..BARELY });
        assert!(!strays(MOST_STRAY) && !strays(0.024) && strays(0.0241));
        // Other differences are those of edits.
        let edited = Agreement {
            patches: 0.5,
            whole: 0.5,
            uneven: 0.2,
            ..BARELY
        };
        assert!(!strays_near(edited));
    }

    #[test]
    fn one_thing_on_two_grounds_does_not_agree_everywhere() {
        let agrees = |least, stray| {
            is_same_everywhere(Agreement {
                least,
                stray,
                ..BARELY
            })
        };
        assert!(agrees(0.85, MOST_STRAY) && !agrees(0.84, STRAY) && !agrees(0.99, 0.0126));
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
