//! True values beside predictions that are not the labels of the dataset.

use std::collections::BTreeMap;

use super::classes::Classes;
use super::{Line, number};
use crate::explain::inputs::Targets;
use crate::explain::training_log::printed;

/// Relative difference of two numbers that float32 and a scaling back make.
const SAME_NUMBER: f64 = 1e-3;

/// How many lines, of the rows given beside them, have another true value than the dataset.
pub(super) fn contradicting(
    lines: &[(&Line, usize)],
    targets: &Targets,
    classes: &Classes<'_>,
) -> u64 {
    let found = match targets {
        Targets::None => 0,
        Targets::Numbers(_) => lines
            .iter()
            .filter(|(line, row)| is_another_number(line, targets.number(*row)))
            .count(),
        Targets::Classes(own) => {
            let stated = lines.iter().filter_map(|&(line, row)| {
                let own = own.get(row).copied().flatten()?;
                Some((line.truth.as_deref()?.trim(), own))
            });
            other_classes(&stated.collect::<Vec<_>>(), classes)
        }
    };
    found as u64
}

/// Whether a stated number differs from that of the dataset by more than its own rounding.
fn is_another_number(line: &Line, own: Option<f64>) -> bool {
    let (Some(stated), Some(own)) = (number(&line.truth), own) else {
        return false;
    };
    let digit = line.truth.as_deref().and_then(printed);
    let rounding = digit.map_or(0.0, |digit| digit.half_width);
    (stated - own).abs() > 1.01 * rounding + SAME_NUMBER * own.abs() + 1e-6
}

/// Labels that name another class of the dataset. What the dataset names otherwise, such as the
/// number of a class, contradicts where neither most samples of that label are of this class nor
/// most of this class have that label: finer and coarser labels do not.
fn other_classes(stated: &[(&str, u32)], classes: &Classes<'_>) -> usize {
    let named = |label: &str| match label.parse::<f64>() {
        Ok(_) => None,
        Err(_) => classes.of_dataset(label),
    };
    let mut class_of: BTreeMap<&str, BTreeMap<u32, usize>> = BTreeMap::new();
    let mut label_of: BTreeMap<u32, BTreeMap<&str, usize>> = BTreeMap::new();
    for &(label, class) in stated {
        *class_of.entry(label).or_default().entry(class).or_default() += 1;
        *label_of.entry(class).or_default().entry(label).or_default() += 1;
    }
    let contradicts = |&&(label, class): &&(&str, u32)| match named(label) {
        Some(other) => other != class,
        None => !is_most(&class_of[label], &class) && !is_most(&label_of[&class], &label),
    };
    stated.iter().filter(contradicts).count()
}

/// Whether none occurs more often than this one.
fn is_most<K: Ord>(counts: &BTreeMap<K, usize>, one: &K) -> bool {
    let most = counts.values().max();
    counts.get(one) == most
}
