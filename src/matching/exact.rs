//! Samples with equal digests, without comparing every pair.

use rayon::prelude::*;

use crate::sample::SampleId;

/// For each sample the number of the first one whose key is equal, its own where there is none
/// before it; `None` for samples without a key.
#[must_use]
pub(crate) fn first_of_equal<K: Ord + Send>(keys: Vec<Option<K>>) -> Vec<Option<u32>> {
    let mut first = vec![None; keys.len()];
    let with_place = keys.into_par_iter().enumerate();
    let mut order: Vec<(K, u32)> = with_place
        .filter_map(|(place, key)| Some((key?, place as u32)))
        .collect();
    order.par_sort_unstable();
    for group in order.chunk_by(|a, b| a.0 == b.0) {
        for &(_, place) in group {
            first[place as usize] = Some(group[0].1);
        }
    }
    first
}

/// Groups of samples whose keys are equal, two or more in each; members and
/// groups in order of sample. Samples without a key stand alone.
#[must_use]
pub(crate) fn groups_of_equal<K: Ord + Sync>(keys: &[Option<K>]) -> Vec<Vec<SampleId>> {
    let mut order: Vec<usize> = (0..keys.len())
        .filter(|&index| keys[index].is_some())
        .collect();
    order.par_sort_unstable_by(|&a, &b| keys[a].cmp(&keys[b]).then(a.cmp(&b)));
    let mut groups: Vec<Vec<SampleId>> = order
        .chunk_by(|&a, &b| keys[a] == keys[b])
        .filter(|group| group.len() > 1)
        .map(|group| group.iter().map(|&index| SampleId(index as u32)).collect())
        .collect();
    groups.sort();
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_of_equal_keys_is_the_first_one_that_a_walk_meets(
            keys in proptest::collection::vec(proptest::option::of(0u8..6), 0..40)
        ) {
            let walked = |key: &Option<u8>| key.and_then(|_| keys.iter().position(|other| other == key));
            let expected: Vec<Option<u32>> = keys.iter().map(|key| walked(key).map(|at| at as u32)).collect();
            prop_assert_eq!(first_of_equal(keys), expected);
        }

        #[test]
        fn two_samples_share_a_group_exactly_when_their_keys_are_equal(
            keys in proptest::collection::vec(proptest::option::of(0u8..6), 0..40)
        ) {
            let groups = groups_of_equal(&keys);
            for a in 0..keys.len() {
                for b in a + 1..keys.len() {
                    let (a_id, b_id) = (SampleId(a as u32), SampleId(b as u32));
                    let together =
                        groups.iter().any(|group| group.contains(&a_id) && group.contains(&b_id));
                    prop_assert_eq!(together, keys[a].is_some() && keys[a] == keys[b]);
                }
            }
        }
    }
}
