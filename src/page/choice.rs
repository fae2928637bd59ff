//! The pairs that are shown: a share for each kind of leak, half of it for the strongest and half
//! for the weakest, where a person must look.

use std::collections::BTreeMap;

use crate::leak::Leak;
use crate::report::ReportPair;

/// Indices into `pairs` (strongest first) of at most `most` to show, in order. Every kind gets an
/// equal share; what a kind leaves over goes to the others.
#[must_use]
pub(super) fn chosen(pairs: &[ReportPair], most: usize) -> Vec<usize> {
    let mut by_kind: BTreeMap<Leak, Vec<usize>> = BTreeMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        by_kind.entry(pair.kind).or_default().push(index);
    }
    // Those with few first: what they leave is then known.
    let mut kinds: Vec<Vec<usize>> = by_kind.into_values().collect();
    kinds.sort_by_key(Vec::len);
    let (mut left, mut shown) = (most, Vec::new());
    let n = kinds.len();
    for (at, of_kind) in kinds.into_iter().enumerate() {
        let share = (left / (n - at)).min(of_kind.len());
        left -= share;
        let strongest = share.div_ceil(2);
        let weakest = of_kind.len() - (share - strongest);
        shown.extend_from_slice(&of_kind[..strongest]);
        shown.extend_from_slice(&of_kind[weakest..]);
    }
    shown.sort_unstable();
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matching::pair::Transform;
    use crate::report::PairMember;

    fn pairs(kinds: &[(Leak, usize)]) -> Vec<ReportPair> {
        let member = || PairMember {
            path: String::new(),
            split: String::new(),
        };
        let of = |&(kind, n): &(Leak, usize)| {
            (0..n).map(move |_| ReportPair {
                kind,
                transform: Transform::Identity,
                distance: None,
                similarity: None,
                confirmed: true,
                steps: None,
                seconds: None,
                overlap: None,
                shared_area: None,
                evaluation: member(),
                training: member(),
            })
        };
        kinds.iter().flat_map(of).collect()
    }

    #[test]
    fn all_are_shown_where_there_is_room() {
        let pairs = pairs(&[(Leak::SameBytes, 2), (Leak::NearDuplicate, 3)]);
        assert_eq!(chosen(&pairs, 5), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_rare_kind_keeps_its_pairs_and_a_common_one_shows_both_ends() {
        let pairs = pairs(&[(Leak::SameBytes, 1), (Leak::NearDuplicate, 10)]);
        assert_eq!(chosen(&pairs, 5), [0, 1, 2, 9, 10]);
    }

    proptest! {
        #[test]
        fn fewer_are_among_more(few in 0usize..40, more in 0usize..40, n in [0usize..15, 0..15, 0..15]) {
            let pairs = pairs(&[
                (Leak::SameBytes, n[0]),
                (Leak::NearDuplicate, n[1]),
                (Leak::SharedGroup, n[2]),
            ]);
            let (few, more) = (few.min(more), few.max(more));
            let of_more = chosen(&pairs, more);
            prop_assert_eq!(of_more.len(), more.min(pairs.len()));
            prop_assert!(chosen(&pairs, few).iter().all(|index| of_more.contains(index)));
        }
    }

    #[test]
    fn nothing_is_shown_of_nothing() {
        assert!(chosen(&[], 5).is_empty());
    }
}
