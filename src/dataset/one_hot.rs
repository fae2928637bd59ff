//! Columns of a table that are named after splits, one of which says yes in every row: `train`,
//! `val`, `test` of 0 and 1.

use super::split_name::{role_of, words};
use super::split_values::flag;
use crate::sample::SplitRole;

/// Such columns: each with the split that it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OneHot(Vec<(usize, String, SplitRole)>);

/// Words in front of the split in the name of a column: `in_train`, `is_test`.
const IN_FRONT: [&str; 4] = ["for", "in", "is", "split"];

impl OneHot {
    /// The columns among `names` that are called after splits, one to train on and one to evaluate
    /// on among them; no row is read.
    pub(super) fn called(names: &[String]) -> Option<Self> {
        let named = names.iter().enumerate();
        let named: Vec<_> = named
            .filter_map(|(at, name)| {
                let (split, role) = split_of(name)?;
                Some((at, split, role))
            })
            .collect();
        let has = |wanted: fn(SplitRole) -> bool| named.iter().any(|column| wanted(column.2));
        let are_both = has(|role| role == SplitRole::Training) && has(SplitRole::is_evaluation);
        are_both.then_some(Self(named))
    }

    /// Itself, where rows tell splits so; `None` where one says yes to two, or one in ten to none.
    pub(super) fn told_by<'a>(
        self,
        rows: impl Iterator<Item = &'a csv::StringRecord>,
    ) -> Option<Self> {
        let (mut count, mut of_none) = (0, 0);
        for row in rows {
            let told = self.told(|at| row.get(at))?;
            count += 1;
            of_none += usize::from(told.is_none());
        }
        (count > 0 && of_none * 10 <= count).then_some(self)
    }

    /// The columns, in order.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().map(|column| column.0)
    }

    /// Name and role of the split of a row.
    pub(super) fn split<'a>(
        &self,
        cell: impl Fn(usize) -> Option<&'a str>,
    ) -> Option<(String, SplitRole)> {
        let (_, name, role) = self.told(cell)??;
        Some((name.clone(), *role))
    }

    /// The column that says yes, if one does; `None` where several do, or a cell says neither.
    fn told<'a>(
        &self,
        cell: impl Fn(usize) -> Option<&'a str>,
    ) -> Option<Option<&(usize, String, SplitRole)>> {
        let mut told = None;
        for column in &self.0 {
            let text = cell(column.0).unwrap_or_default().trim();
            let says_yes = match text {
                "" => false,
                text => flag(text)?,
            };
            if says_yes && told.replace(column).is_some() {
                return None;
            }
        }
        Some(told)
    }
}

/// Name and role of the split that a column is named after.
fn split_of(column: &str) -> Option<(String, SplitRole)> {
    let words = words(column);
    let name = match words.as_slice() {
        [front, name] if IN_FRONT.contains(&front.as_str()) => name,
        [name] => name,
        _ => return None,
    };
    Some((name.clone(), role_of(name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The split of each row.
    fn told(names: &[&str], rows: &[&[&'static str]]) -> Option<Vec<String>> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let records = rows.iter().map(|row| row.iter().collect());
        let records: Vec<csv::StringRecord> = records.collect();
        let found = OneHot::called(&names)?.told_by(records.iter())?;
        let split = |row: &&[&'static str]| found.split(|at| row.get(at).copied());
        let or = |split: Option<(String, SplitRole)>| split.map_or("-".to_owned(), |one| one.0);
        Some(rows.iter().map(|row| or(split(row))).collect())
    }

    #[test]
    fn the_column_that_says_yes_tells_the_split() {
        let rows: &[&[&str]] = &[
            &["a", "1", "0", "0"],
            &["b", "0", "1", ""],
            &["c", "0", "0", "1"],
        ];
        assert_eq!(
            told(&["ID", "TRAIN", "Valid", "test"], rows).unwrap(),
            ["train", "valid", "test"]
        );
        let flags: &[&[&str]] = &[&["a", "no", "yes"], &["b", "yes", "no"]];
        assert_eq!(
            told(&["image", "in_train", "in_val"], flags).unwrap(),
            ["val", "train"]
        );
    }

    #[test]
    fn columns_that_say_yes_twice_or_say_something_else_tell_none() {
        let names = ["image", "train", "test"];
        let of = |rows: &[&[&'static str]]| told(&names, rows);
        assert_eq!(of(&[&["a", "1", "1"], &["b", "1", "0"]]), None);
        assert_eq!(of(&[&["a", "3", "0"], &["b", "0", "1"]]), None, "counts");
        assert_eq!(of(&[&["a", "0", "0"], &["b", "1", "0"]]), None, "of none");
        assert_eq!(told(&["image", "val", "test"], &[&["a", "1", "0"]]), None);
        // A bus, a train, a car: classes, one of which is called so.
        assert_eq!(told(&["image", "bus", "train"], &[&["a", "1", "0"]]), None);
    }
}
