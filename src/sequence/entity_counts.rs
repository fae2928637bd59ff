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
    /// Whether a number behind it is the same for all samples of a value, as the age of a person
    /// is, and another for others.
    pub(super) determines: bool,
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
    let grouped: usize = sizes.values().filter(|size| **size > 1).sum();
    // Where hardly any value repeats, nothing is counted within one.
    let is_counted_within =
        grouped * 10 >= values.len() && behind.iter().any(|at| is_counter(scheme, *at, &values));
    let determines = (part.column + 1..scheme.columns.len())
        .any(|at| is_determined(scheme, at, &values, &sizes));
    Counts {
        samples: values.len(),
        values: sizes.len(),
        grouped,
        pairs: sizes
            .values()
            .map(|size| (*size * (*size - 1)) as f64 / 2.0)
            .sum(),
        rest: rest.len(),
        is_counted_within,
        determines,
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

/// Whether a number is the same for all names of each value that several have, and else mostly
/// another. One that each value has for itself is the value once more, as of a class.
fn is_determined(
    scheme: &Scheme<'_>,
    column: usize,
    values: &[u64],
    sizes: &HashMap<u64, usize>,
) -> bool {
    let own = &scheme.columns[column];
    if own.is_hash || own.kind == Some(Kind::Letters) {
        return false;
    }
    let mut of_value: HashMap<u64, &str> = HashMap::new();
    let mut met: HashMap<&str, usize> = HashMap::new();
    for (row, value) in scheme.rows.iter().zip(values) {
        let Some(number) = own.value(row) else {
            return false;
        };
        if sizes[value] < 2 {
            continue;
        }
        if *of_value.entry(*value).or_insert(number) != number {
            return false;
        }
        *met.entry(number).or_default() += 1;
    }
    let all: usize = met.values().sum();
    let alike: usize = met.values().map(|count| count * count).sum();
    let several = of_value.len() >= 2 * FEWEST_VALUES && met.len() >= FEWEST_VALUES;
    several && met.len() * 10 <= of_value.len() * 9 && alike * 2 <= all * all
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

#[cfg(test)]
mod tests {
    use crate::sequence::testing::{named, scattered};

    #[test]
    fn a_number_behind_that_counts_each_value_anew_makes_an_entity_whatever_else_varies() {
        // Eleven people with six pictures each, numbered within each; then a number drawn.
        let of = |counter: fn(usize) -> usize| {
            named(66, |at| {
                let drawn = scattered(at, 9_000);
                format!("{:04}_{:03}_{drawn:04}", at / 6, counter(at))
            })
        };
        assert_eq!(of(|at| at % 6), Some((11, false)));
        assert_eq!(of(|at| scattered(at, 500)), None, "drawn");
    }

    #[test]
    fn a_number_behind_that_each_value_has_once_makes_an_entity() {
        // Forty people with two pictures each, and the age of each.
        let of = |age: fn(usize) -> usize| {
            named(80, |at| {
                let study = scattered(at, 1 << 30);
                format!("{:04}_{study:010}_{:03}", at / 2 + 1, age(at))
            })
        };
        assert_eq!(of(|at| scattered(at / 2, 17)), Some((40, false)));
        assert_eq!(of(|at| scattered(at, 17)), None, "of each picture");
        assert_eq!(of(|at| at / 2 * 31), None, "the same number once more");
    }

    #[test]
    fn months_of_years_are_nothing() {
        let of = |drawn: fn(usize) -> usize| {
            named(80, |at| {
                format!("20{}/{:02}/{:08x}", 17 + at % 3, 1 + at % 12, drawn(at))
            })
        };
        assert_eq!(of(|at| scattered(at, 1 << 32)), None);
    }

    #[test]
    fn sides_behind_a_subject_and_what_it_has_once_make_an_entity() {
        let of = |words: [&'static str; 2]| {
            named(40, |at| {
                let sex = ["F", "M"][at / 2 % 2];
                format!("CG{:03}_{sex}_{}", at / 2 + 1, words[at % 2])
            })
        };
        assert_eq!(of(["L", "R"]), Some((20, false)));
        assert_eq!(of(["happy", "sad"]), None, "two of each by chance");
    }

    #[test]
    fn a_code_of_letters_and_a_number_is_not_taken_for_a_word_in_doubt() {
        let code = |at: usize| {
            let letters = ["ajsx", "full", "lywg", "oqwb", "rbqx", "ucrr"][at / 4 % 6];
            format!("{letters}{:04}_{}", 100 + at / 4 * 37, at % 4 + 1)
        };
        assert_eq!(named(24, code), Some((6, false)));
    }

    #[test]
    fn numbers_too_long_to_be_counted_are_identifiers() {
        let study = |at: usize| {
            let drawn = scattered(at / 3, 1 << 40);
            format!(
                "21684011136696401{drawn:020}{drawn:08}_{:03}",
                scattered(at, 999)
            )
        };
        assert_eq!(named(60, study), Some((20, false)));
    }
}
