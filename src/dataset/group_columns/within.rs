//! Numbers that begin anew within each value of a wider column, as patients 1 to 8 of each of three
//! hospitals do: what belongs together is told by both columns.

use std::collections::BTreeMap;

use super::Column;
use super::names::{Named, holds_others, is_of_collections, named};
use super::values::{Fold, Values, folded};
use super::words::Kind;

/// The column that one of numbers is within.
#[derive(Debug, PartialEq)]
pub(super) struct Wider {
    pub(super) at: usize,
    /// Whether its name says that it is wider; else its values may as well be views of the same.
    pub(super) is_certain: bool,
}

/// The column that the one at `at`, of these values, begins anew within each value of.
pub(super) fn wider(columns: &[Column], at: usize, values: &Values) -> Option<Wider> {
    let inner = &columns[at];
    if !values.are_counted() {
        return None;
    }
    let numbers = inner.of.iter().filter_map(|(path, value)| {
        let folded = folded(value, Fold::Code)?;
        let word = folded.trim_end_matches(|c: char| c.is_ascii_digit());
        Some((path.as_str(), folded[word.len()..].parse().ok()?))
    });
    let numbers: BTreeMap<&str, u64> = numbers.collect();
    let others = columns.iter().enumerate().filter(|one| one.0 != at);
    let found = others.filter_map(|(at, column)| {
        let is_certain = is_wider(&column.name, &inner.name)?;
        begin_anew(&numbers, column).then_some(Wider { at, is_certain })
    });
    found.min_by_key(|one| !one.is_certain)
}

/// Both columns as one, which `--group-column` takes by the same name.
pub(super) fn pair(wider: &Column, inner: &Column) -> Column {
    let both = inner.of.iter().filter_map(|(path, value)| {
        let within = wider.of.get(path)?;
        // Neither says that there is none.
        folded(within, Fold::Code).zip(folded(value, Fold::Code))?;
        Some((path.clone(), format!("{} {value}", within.trim())))
    });
    Column {
        name: format!("{}+{}", wider.name, inner.name),
        table: inner.table.clone(),
        of: both.collect(),
    }
}

/// Whether one name is that of a wider thing than the other; `None` where it is not.
fn is_wider(wider: &str, inner: &str) -> Option<bool> {
    let (outer, own) = (named(wider), named(inner));
    if holds_others(wider) {
        return Some(true);
    }
    match (outer, own) {
        (Named::Entity(wide), Named::Entity(narrow)) if wide > narrow => None,
        (Named::Entity(_), Named::Entity(_)) => {
            let is_whole = matches!(outer.kind(), Some(Kind::Person | Kind::Thing));
            Some(is_whole && !outer.is_any_group())
        }
        (Named::Other, _) => is_of_collections(wider).then_some(false),
        _ => Some(false),
    }
}

/// Whether most numbers are met within several values, and count on from the first in nearly each;
/// and whether half of the pictures share both with another.
fn begin_anew(numbers: &BTreeMap<&str, u64>, wider: &Column) -> bool {
    let mut within: BTreeMap<String, BTreeMap<u64, usize>> = BTreeMap::new();
    let mut met: BTreeMap<u64, usize> = BTreeMap::new();
    let mut told = 0;
    for (path, number) in numbers {
        let value = wider.of.get(*path);
        if let Some(value) = value.and_then(|value| folded(value, Fold::Code)) {
            told += 1;
            let count = within.entry(value).or_default().entry(*number).or_default();
            *met.entry(*number).or_default() += usize::from(*count == 0);
            *count += 1;
        }
    }
    let Some(&least) = met.keys().next() else {
        return false;
    };
    let recurring = met.values().filter(|count| **count > 1).count();
    let counts_on = |own: &&BTreeMap<u64, usize>| {
        let ends = own.keys().next().zip(own.keys().next_back());
        // One may be missing at the beginning.
        ends.is_some_and(|(first, last)| first - least <= 1 && last - first < 2 * own.len() as u64)
    };
    let anew = within.values().filter(counts_on).count();
    let pairs: usize = within.values().map(BTreeMap::len).sum();
    let sizes = within.values().flat_map(BTreeMap::values);
    let together: usize = sizes.filter(|size| **size > 1).sum();
    told * 10 >= numbers.len() * 9
        && within.len() > 1
        && recurring * 2 >= met.len()
        && anew * 10 >= within.len() * 9
        && pairs >= 2 * within.len()
        && together * 2 >= told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::claim::{Claim, Strength};
    use crate::sample::Layout;

    /// The wider of two columns of 96 pictures, as the second is within the first.
    fn found([wide, inner]: [&str; 2], values: impl Fn(usize) -> (String, String)) -> Option<bool> {
        let claim = Claim::new(
            Layout::Unsplit,
            Strength::Samples,
            String::new(),
            Vec::new(),
        );
        let column = |name: &str, value: &dyn Fn(usize) -> String| Column {
            name: name.to_owned(),
            table: "meta.csv".to_owned(),
            of: (0..96).map(|at| (format!("{at}.png"), value(at))).collect(),
        };
        let columns = [
            column(wide, &|at| values(at).0),
            column(inner, &|at| values(at).1),
        ];
        let values = Values::of(&columns[1].of, &claim, Fold::Code);
        wider(&columns, 1, &values).map(|one| one.is_certain)
    }

    /// Eight of each of three, four pictures each.
    fn anew(at: usize) -> (String, String) {
        (format!("h{}", at / 4 % 3), (at / 12 + 1).to_string())
    }

    #[test]
    fn numbers_that_begin_anew_are_within_a_wider_column() {
        assert_eq!(found(["hospital", "patient"], anew), Some(true));
        assert_eq!(found(["farm_id", "cow"], anew), Some(true));
        assert_eq!(found(["patient_id", "slide"], anew), Some(true));
        // Names leave it open.
        assert_eq!(found(["ward", "patient"], anew), Some(false));
        assert_eq!(found(["source_dataset", "patient"], anew), Some(false));
        let words = |at| (anew(at).0, format!("P{}", anew(at).1));
        assert_eq!(found(["clinic", "patient"], words), Some(true));
    }

    #[test]
    fn other_numbers_are_not() {
        // Counted through, the narrower one, an attribute, and codes.
        let through = |at: usize| (format!("h{}", at / 32), (at / 4).to_string());
        assert_eq!(found(["hospital", "patient"], through), None);
        assert_eq!(found(["slide", "patient"], anew), None);
        assert_eq!(found(["view", "patient"], anew), None);
        let codes = |at: usize| (anew(at).0, (at / 12 * 991).to_string());
        assert_eq!(found(["hospital", "patient"], codes), None);
        // No two pictures share both.
        let alone = |at: usize| ((at % 4).to_string(), (at / 4).to_string());
        assert_eq!(found(["hospital", "patient"], alone), None);
    }
}
