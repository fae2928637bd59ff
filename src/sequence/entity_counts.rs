//! What is counted of a leading part of names: how often its values repeat, and what varies behind
//! them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use crate::sample::Sample;

use super::digests::digest;
use super::entity::{Scheme, value_of};
use super::entity_judge::{FEWEST_VALUES, Part};
use super::fields::Kind;

/// What is counted of a part.
pub(super) struct Counts {
    pub(super) samples: usize,
    pub(super) values: usize,
    /// Samples whose value others have, too.
    pub(super) grouped: usize,
    /// Pairs of samples with one value.
    pub(super) pairs: f64,
    /// What varies behind the part within one value: how many different ones there are in all.
    pub(super) rest: usize,
    /// Whether a number behind it counts the samples of each value anew.
    pub(super) is_counted_within: bool,
    /// Whether something varies behind it at all, and whether that holds a digit.
    pub(super) rest_varies: bool,
    pub(super) rest_has_digits: bool,
}

/// The value of a part in each name, as a digest; with the class where it belongs to it.
pub(super) fn values_of(scheme: &Scheme<'_>, samples: &[Sample], part: &Part) -> Vec<u64> {
    let mut key = String::new();
    let members = scheme.rows.iter().zip(&scheme.members);
    let values = members.map(|(row, at)| {
        value_of(part, &scheme.columns, row, &mut key);
        if part.with_class {
            key.push_str(samples[*at].label.as_deref().unwrap_or_default());
        }
        digest(&key)
    });
    values.collect()
}

pub(super) fn count(scheme: &Scheme<'_>, samples: &[Sample], part: &Part) -> Counts {
    let mut key = String::new();
    let values = values_of(scheme, samples, part);
    let mut sizes: HashMap<u64, usize> = HashMap::new();
    for value in &values {
        *sizes.entry(*value).or_default() += 1;
    }
    let behind = varying_behind(scheme, part.column, &values);
    let rest: HashSet<u64> = scheme
        .rows
        .iter()
        .map(|row| {
            key.clear();
            for at in &behind {
                key.push_str(scheme.columns[*at].value(row).unwrap_or_default());
                key.push('\u{1}');
            }
            digest(&key)
        })
        .collect();
    Counts {
        samples: values.len(),
        values: sizes.len(),
        grouped: sizes.values().filter(|size| **size > 1).sum(),
        pairs: sizes
            .values()
            .map(|size| (*size * (*size - 1)) as f64 / 2.0)
            .sum(),
        rest: rest.len(),
        is_counted_within: behind.iter().any(|at| is_counter(scheme, *at, &values)),
        rest_varies: !behind.is_empty(),
        rest_has_digits: behind
            .iter()
            .any(|at| scheme.columns[*at].kind != Some(Kind::Letters)),
    }
}

/// Columns behind one that vary within its values (one for each name); a field that each value has
/// once only belongs to the value.
pub(super) fn varying_behind<V: Copy + Eq + Hash>(
    scheme: &Scheme<'_>,
    column: usize,
    values: &[V],
) -> Vec<usize> {
    let varies = |at: &usize| {
        let mut first: HashMap<V, &str> = HashMap::new();
        scheme.rows.iter().zip(values).any(|(row, value)| {
            let own = scheme.columns[*at].value(row).unwrap_or_default();
            *first.entry(*value).or_insert(own) != own
        })
    };
    (column + 1..scheme.columns.len())
        .filter(|at| !scheme.columns[*at].is_hash)
        .filter(varies)
        .collect()
}

/// Whether a column counts the names of each value, from where all of them begin: `0007_000_…`,
/// `0007_001_…`, `0012_000_…`. One value in five may lack some.
fn is_counter(scheme: &Scheme<'_>, column: usize, values: &[u64]) -> bool {
    if scheme.columns[column].kind != Some(Kind::Digits) {
        return false;
    }
    let mut numbers: HashMap<u64, Vec<u64>> = HashMap::new();
    for (row, value) in scheme.rows.iter().zip(values) {
        let number = scheme.columns[column]
            .value(row)
            .and_then(|text| text.parse().ok());
        let Some(number) = number else { return false };
        numbers.entry(*value).or_default().push(number);
    }
    let first = numbers
        .values()
        .flatten()
        .min()
        .copied()
        .unwrap_or_default();
    numbers.retain(|_, own| own.len() > 1);
    let counts = |own: &Vec<u64>| {
        let different: BTreeSet<u64> = own.iter().copied().collect();
        let ends = different.first().zip(different.last());
        ends.is_some_and(|(least, most)| {
            different.len() == own.len()
                && *least <= first + 1
                && most - least < 2 * different.len() as u64
        })
    };
    let counted = numbers.values().filter(|own| counts(own)).count();
    numbers.len() >= FEWEST_VALUES && counted * 5 >= numbers.len() * 4
}
