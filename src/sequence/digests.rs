//! Names told apart by digests, so that a million of them can be read on all cores and numbered
//! without keeping each.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

/// Digest of a name. Of a million different names two agree in one dataset out of forty million.
pub(super) fn digest(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(name.as_bytes());
    hasher.finish()
}

/// Digests to numbers, in order of first appearance, with the name of each.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    numbers: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    names: Vec<Box<str>>,
}

impl Numbering {
    /// The number of a digest; where it is new, a new one, and `name` is asked for what it stands
    /// for.
    pub(super) fn number(&mut self, digest: u64, name: impl FnOnce() -> Box<str>) -> u32 {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(digest).or_insert(next);
        if number == next {
            self.names.push(name());
        }
        number
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The names, by number.
    pub(super) fn into_names(self) -> Vec<Box<str>> {
        self.names
    }
}

/// A digest needs no hashing.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::super::recording::Interner;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_get_the_numbers_that_keeping_them_would_give(names in prop::collection::vec("[ab]{0,3}", 0..60)) {
            let mut kept = Interner::default();
            let mut numbered = Numbering::default();
            for name in &names {
                let number = numbered.number(digest(name), || name.as_str().into());
                prop_assert_eq!(number, kept.number(name));
            }
            prop_assert_eq!(numbered.into_names(), kept.into_names());
        }
    }
}
