//! Pairs of splits that are compared, and the samples of a split.

use crate::sample::{Dataset, SampleId, SplitId, SplitRole};

/// Pairs of an evaluation and a training split.
pub(super) fn split_pairs(dataset: &Dataset) -> Vec<(SplitId, SplitId)> {
    let with = |wanted: fn(SplitRole) -> bool| {
        let splits = dataset.splits.iter().zip(0u16..);
        splits
            .filter(move |(split, _)| wanted(split.role))
            .map(|(_, id)| SplitId(id))
    };
    let training = |role| role == SplitRole::Training;
    with(SplitRole::is_evaluation)
        .flat_map(|evaluation| with(training).map(move |training| (evaluation, training)))
        .collect()
}

/// Samples of a split, in order.
pub(super) fn members(dataset: &Dataset, split: SplitId) -> impl Iterator<Item = SampleId> {
    let samples = dataset.samples.iter().zip(0u32..);
    let own = samples.filter(move |(sample, _)| sample.split == Some(split));
    own.map(|(_, id)| SampleId(id))
}
