//! The labels of a dataset: classes, numbers to regress, or none. Decided once for the whole
//! dataset.

use std::collections::BTreeMap;

use crate::sample::{Dataset, Sample};

/// More distinct whole numbers than this are numbers to regress, fewer are classes.
const MOST_NUMBERED_CLASSES: usize = 100;

/// Share of labels that must parse as numbers for the label column to be one of numbers, in
/// percent. A few texts among numbers (`n/a`) are faults of a manifest, not further classes.
pub(crate) const NUMERIC: usize = 95;

/// The labels of all samples of a dataset, by sample.
///
/// A sample has one label or none, as every layout that is read today gives it. Several labels for
/// a sample would be a variant of its own, which the compiler shows to everybody who matches.
#[derive(Debug, PartialEq)]
pub enum Labels<'a> {
    /// No sample has a label.
    None,
    /// Names of the classes in order, and for each sample its class as an index into them.
    Classes(Vec<&'a str>, Vec<Option<u32>>),
    /// For each sample its finite number; `None` where it has no label, or one that is no number.
    Numbers(Vec<Option<f64>>),
}

impl<'a> Labels<'a> {
    /// Numbers when nearly all labels parse as such and either one is fractional or there are too
    /// many of them to be classes; else classes, one for each distinct text.
    #[must_use]
    pub fn of(dataset: &'a Dataset) -> Self {
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

/// Whether at least [`NUMERIC`] percent of the labels are numbers, finite or not.
#[must_use]
pub(crate) fn are_numeric(dataset: &Dataset) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Builder;
    use crate::sample::Layout;

    fn labelled(labels: impl Iterator<Item = String>) -> Dataset {
        let sample = |(i, label): (u32, String)| Sample {
            target: label.parse().ok().filter(|target: &f64| target.is_finite()),
            label: Some(label.into()),
            ..Sample::new(format!("{i}.jpg"))
        };
        let mut dataset = Builder::new("data", Layout::CsvManifest).build();
        dataset.samples = (0..).zip(labels).map(sample).collect();
        dataset
    }

    fn are_numbers(dataset: &Dataset) -> bool {
        matches!(Labels::of(dataset), Labels::Numbers(_))
    }

    #[test]
    fn fractions_and_many_whole_numbers_are_targets_and_few_are_classes() {
        assert!(are_numbers(&labelled(
            (0..40).map(|i| format!("{}.5", i % 3))
        )));
        let whole = |distinct: u32| labelled((0..200).map(move |i| (i % distinct).to_string()));
        assert!(are_numbers(&whole(101)));
        assert!(!are_numbers(&whole(100)));
        assert!(!are_numbers(&labelled((0..200).map(|i| format!("n{i}")))));
    }

    #[test]
    fn up_to_five_percent_of_texts_among_numbers_are_missing_numbers() {
        let with_texts = |texts: u32| {
            labelled((0..100).map(move |i| match i {
                _ if i < texts => "n/a".to_owned(),
                _ => format!("{i}.5"),
            }))
        };
        assert!(!are_numbers(&with_texts(6)));
        let dataset = with_texts(5);
        let Labels::Numbers(numbers) = Labels::of(&dataset) else {
            panic!("five texts of a hundred made classes of numbers");
        };
        assert_eq!(numbers.iter().flatten().count(), 95);
        assert_eq!((numbers[4], numbers[5]), (None, Some(5.5)));
    }

    #[test]
    fn an_infinite_number_is_a_missing_one() {
        let dataset = labelled(["0.5", "nan", "1.5"].into_iter().map(ToOwned::to_owned));
        let numbers = vec![Some(0.5), None, Some(1.5)];
        assert_eq!(Labels::of(&dataset), Labels::Numbers(numbers));
    }

    #[test]
    fn classes_are_numbered_in_order_of_name() {
        let dataset = labelled(["dog", "cat", "dog"].into_iter().map(ToOwned::to_owned));
        let classes = vec![Some(1), Some(0), Some(1)];
        assert_eq!(
            Labels::of(&dataset),
            Labels::Classes(vec!["cat", "dog"], classes)
        );
    }

    #[test]
    fn without_a_label_there_are_none() {
        assert_eq!(Labels::of(&labelled(std::iter::empty())), Labels::None);
    }
}
