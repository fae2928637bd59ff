//! Samples with equal digests, without comparing every pair.

use crate::sample::SampleId;

/// Groups of samples whose keys are equal, two or more in each; members and
/// groups in order of sample. Samples without a key stand alone.
#[must_use]
pub fn groups_of_equal<K: Ord>(keys: &[Option<K>]) -> Vec<Vec<SampleId>> {
    let mut order: Vec<usize> = (0..keys.len())
        .filter(|&index| keys[index].is_some())
        .collect();
    order.sort_by(|&a, &b| keys[a].cmp(&keys[b]).then(a.cmp(&b)));
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
