//! Samples of pictures that depend on their contents alone: neither on names, nor on order, nor on
//! how the pictures are divided. (A bottom-k sketch: Cohen and Kaplan, 2007.)

use super::picture::Picture;

/// Orders pictures by chance, but always the same: the first bits of the digest of their bytes.
pub(crate) type Key = u64;

/// The at most `most` things of the least keys, in order of these. Things of one key are taken to
/// be interchangeable.
pub(super) fn least<T>(mut keyed: Vec<(Key, T)>, most: usize) -> Vec<T> {
    let by_key = |(key, _): &(Key, T)| *key;
    if keyed.len() > most {
        keyed.select_nth_unstable_by_key(most, by_key);
        keyed.truncate(most);
    }
    keyed.sort_by_key(by_key);
    keyed.into_iter().map(|(_, thing)| thing).collect()
}

/// As [`least`], of the pictures at these places.
pub(super) fn of_pictures(
    pictures: &[Option<Picture>],
    places: impl Iterator<Item = u32>,
    most: usize,
) -> Vec<u32> {
    let keyed = places.filter_map(|place| Some((pictures[place as usize].as_ref()?.key, place)));
    least(keyed.collect(), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_are_those_of_all_parts_whatever_their_order() {
        let keyed = |at: u64| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15), at);
        let all: Vec<(Key, u64)> = (0..1000).map(keyed).collect();
        let expected = {
            let mut all = all.clone();
            all.sort_unstable();
            all.truncate(70);
            all.into_iter().map(|(_, at)| at).collect::<Vec<u64>>()
        };
        assert_eq!(least(all.clone(), 70), expected);
        assert_eq!(least(all.iter().rev().copied().collect(), 70), expected);
        let parts = all.chunks(90).flat_map(|part| least(part.to_vec(), 70));
        assert_eq!(least(parts.map(keyed).collect(), 70), expected);
        assert_eq!(least(all, 2000).len(), 1000);
    }
}
