//! Rows of the explanation that the report counts as leaked for belonging together.

use crate::explain::inputs::Together;
use crate::explain::phrases::A_GROUP;
use crate::leak::Leak;
use crate::sample::SampleId;

/// Such rows of the explained split, with rows of training.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Belonging {
    pairs: Vec<(u32, u32)>,
    shared: Vec<&'static str>,
}

impl Belonging {
    /// The pairs of which both samples are explained; `samples` are the explained ones, ascending.
    pub(super) fn of(counted: &[(SampleId, SampleId, Leak)], samples: &[SampleId]) -> Self {
        let row = |id: SampleId| samples.binary_search(&id).ok().map(|row| row as u32);
        let mut found = Self::default();
        for &(evaluation, training, kind) in counted {
            let Some(pair) = row(evaluation).zip(row(training)) else {
                continue;
            };
            found.pairs.push(pair);
            let shared = shared_in(kind);
            if !found.shared.contains(&shared) {
                found.shared.push(shared);
            }
        }
        found
    }

    pub(super) fn as_together(&self) -> Together<'_> {
        Together {
            pairs: &self.pairs,
            shared: &self.shared,
        }
    }
}

/// In words, what such samples share.
fn shared_in(kind: Leak) -> &'static str {
    match kind {
        Leak::OverlappingTile => "tiles of one image",
        Leak::AugmentedSibling => "copies of one source",
        Leak::SequenceNeighbour => "one recording",
        Leak::AnotherPass => "passes of one place",
        _ => A_GROUP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_become_rows_and_ways_are_named_once() {
        let samples = [2, 5, 7, 9].map(SampleId);
        let id = SampleId;
        let counted = [
            (id(2), id(7), Leak::OverlappingTile),
            (id(5), id(9), Leak::OverlappingTile),
            (id(5), id(7), Leak::SharedGroup),
            (id(2), id(8), Leak::AugmentedSibling),
        ];
        let found = Belonging::of(&counted, &samples);
        let shared = ["tiles of one image", A_GROUP];
        let together = found.as_together();
        assert_eq!(together.pairs, [(0, 2), (1, 3), (1, 2)]);
        assert_eq!(together.shared, shared);
    }
}
