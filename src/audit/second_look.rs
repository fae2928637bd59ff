//! A second look at pairs in doubt, at the full resolution of their files.
//!
//! Where the dataset is a continuum of look-alikes, a thumbnail does not tell a copy from a picture
//! of the same kind. Fine detail does, for copies in the same frame: re-encoded, enlarged, dimmed,
//! mirrored or turned by quarters.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::budget::Budget;
use crate::matching::pair::Transform;
use crate::sample::{Dataset, SampleId, SplitId};
use crate::signature::detail::{self, Turn};
use crate::signature::reading::Opened;
use crate::signature::{Signed, region};
use crate::verification::Found as Match;

/// Slopes of two copies correlate by more. Measured: JPEG of quality 75, enlargement and dimming of
/// digits and glyphs at least 0.981, the nearest of several thousand pairs of strangers 0.975 (see
/// `docs/method.md`).
const SAME_DETAIL: f64 = 0.98;

/// Pairs of one picture in another split, or in its own, that are looked at: its most similar ones.
const MOST_OF_ONE: usize = 3;

/// Pairs that are looked at in all, the most similar ones: minutes at most.
const MOST: usize = 20_000;

/// A pair in doubt, with the splits of the two.
pub(super) type InDoubt = (Match, Option<SplitId>, Option<SplitId>);

/// For each of the pairs whether fine detail agrees. Pairs beyond the limits are not copies as far
/// as one knows.
pub(super) fn agree(
    dataset: &Dataset,
    signatures: &[Signed],
    budget: &Budget,
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
    order.retain(|&at| {
        let (found, _, to) = &pairs[at];
        let own = of_one.entry((found.query, *to)).or_default();
        *own += 1;
        *own <= MOST_OF_ONE
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
                .and_then(|[one, other]| detail::agreement(&one, turn(found.transform), &other));
            agreement.is_some_and(|agreement| agreement >= SAME_DETAIL)
        })
        .collect();
    let mut all = vec![false; pairs.len()];
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
