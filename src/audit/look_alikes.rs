//! What merely looks alike joins what is suspected.

use crate::leak::Leak;
use crate::matching::partners::{Partners, Partnerships};
use crate::sample::Dataset;
use crate::sequence::examine::{Pixels, RecordedPair, SplitLeaks};

/// Adds the look-alike of every evaluation sample that has no copy in the same training split.
pub(super) fn add(
    together: &mut [SplitLeaks],
    look_alikes: &Partnerships,
    copies: &Partnerships,
    dataset: &Dataset,
) {
    for (sample, with, partners) in look_alikes.iter() {
        let own = dataset.samples[sample.index()].split;
        let is_copy = |found: &Partners| found.strongest.is_by_pixels();
        if copies.of(sample, with).is_some_and(is_copy) {
            continue;
        }
        let between =
            |split: &&mut SplitLeaks| Some(split.evaluation) == own && Some(split.training) == with;
        let Some(split) = together.iter_mut().find(between) else {
            continue;
        };
        // The last of all kinds, and in order of sample: what is rising stays so.
        split.leaks.push(RecordedPair {
            pixels: Pixels {
                similarity: partners.top.near.map(|near| near.similarity),
                agree: false,
            },
            ..RecordedPair::new(Leak::LookAlike, sample, partners.top.b)
        });
    }
}
