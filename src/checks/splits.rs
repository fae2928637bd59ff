//! The samples of a split.

use crate::sample::{Dataset, SampleId, SplitId};

/// Samples of a split, in order.
pub(super) fn members(dataset: &Dataset, split: SplitId) -> impl Iterator<Item = SampleId> {
    let samples = dataset.samples.iter().zip(0u32..);
    let own = samples.filter(move |(sample, _)| sample.split == Some(split));
    own.map(|(_, id)| SampleId(id))
}
