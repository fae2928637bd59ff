//! What the labels of a dataset are: classes, or numbers to regress.

use std::collections::BTreeMap;

use crate::sample::{Dataset, Sample, SampleId, SplitId};

/// More distinct whole numbers than this are numbers to regress, fewer are classes.
const MOST_NUMBERED_CLASSES: usize = 100;

/// Share of labels that must parse as numbers for the label column to be one of numbers, in percent.
pub(super) const NUMERIC: usize = 95;

/// What the labels are.
#[derive(Debug, PartialEq)]
pub(super) enum Labels<'a> {
    /// There are none.
    None,
    /// Names in order, and for each sample which of them it has.
    Classes(Vec<&'a str>, Vec<Option<u32>>),
    /// For each sample a finite number.
    Numbers(Vec<Option<f64>>),
}

/// Whether nearly all labels are numbers, finite or not.
pub(super) fn are_numeric(dataset: &Dataset) -> bool {
    let labels = dataset
        .samples
        .iter()
        .filter_map(|sample| sample.label.as_deref());
    let (mut all, mut numeric) = (0, 0);
    for label in labels {
        all += 1;
        numeric += usize::from(label.parse::<f64>().is_ok());
    }
    all > 0 && numeric * 100 >= all * NUMERIC
}

impl<'a> Labels<'a> {
    /// The labels of a dataset.
    pub(super) fn of(dataset: &'a Dataset) -> Self {
        let samples = &dataset.samples;
        let mut names: BTreeMap<&str, u32> = BTreeMap::new();
        for label in samples.iter().filter_map(|sample| sample.label.as_deref()) {
            names.insert(label, 0);
        }
        if names.is_empty() {
            return Self::None;
        }
        let mut targets = samples.iter().filter_map(|sample| sample.target);
        let fractional = targets.any(|target| target.fract() != 0.0);
        if are_numeric(dataset) && (fractional || names.len() > MOST_NUMBERED_CLASSES) {
            return Self::Numbers(samples.iter().map(|sample| sample.target).collect());
        }
        for (number, class) in (0..).zip(names.values_mut()) {
            *class = number;
        }
        let class = |sample: &Sample| names.get(sample.label.as_deref()?).copied();
        let classes = samples.iter().map(class).collect();
        Self::Classes(names.into_keys().collect(), classes)
    }
}

/// Pairs of an evaluation and a training split.
pub(super) fn split_pairs(dataset: &Dataset) -> Vec<(SplitId, SplitId)> {
    let with = |wanted: fn(crate::sample::SplitRole) -> bool| {
        let splits = dataset.splits.iter().zip(0u16..);
        splits
            .filter(move |(split, _)| wanted(split.role))
            .map(|(_, id)| SplitId(id))
    };
    let training = |role| role == crate::sample::SplitRole::Training;
    with(crate::sample::SplitRole::is_evaluation)
        .flat_map(|evaluation| with(training).map(move |training| (evaluation, training)))
        .collect()
}

/// Samples of a split, in order.
pub(super) fn members(dataset: &Dataset, split: SplitId) -> impl Iterator<Item = SampleId> {
    let samples = dataset.samples.iter().zip(0u32..);
    let own = samples.filter(move |(sample, _)| sample.split == Some(split));
    own.map(|(_, id)| SampleId(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;

    fn labelled(labels: impl Iterator<Item = String>) -> World {
        let mut world = World::new();
        for (i, label) in labels.enumerate() {
            world.push(&format!("{i}.jpg"), Some(0), Some(&label));
        }
        world
    }

    #[test]
    fn fractions_and_many_whole_numbers_are_targets_and_few_are_classes() {
        let numbers = |world: &World| matches!(Labels::of(&world.dataset), Labels::Numbers(_));
        assert!(numbers(&labelled((0..40).map(|i| format!("{}.5", i % 3)))));
        assert!(numbers(&labelled((0..200).map(|i| i.to_string()))));
        assert!(!numbers(&labelled((0..200).map(|i| (i % 10).to_string()))));
        assert!(!numbers(&labelled((0..200).map(|i| format!("n{i}")))));
    }

    #[test]
    fn classes_are_numbered_in_order_of_name() {
        let world = labelled(["dog", "cat", "dog"].into_iter().map(ToOwned::to_owned));
        let classes = vec![Some(1), Some(0), Some(1)];
        assert_eq!(
            Labels::of(&world.dataset),
            Labels::Classes(vec!["cat", "dog"], classes)
        );
    }
}
