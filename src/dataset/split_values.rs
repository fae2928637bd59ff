//! Columns of tables that say of every sample in which split it is, and what their values mean.

use std::collections::BTreeSet;

use super::split_name::value_role;
use crate::sample::SplitRole;

/// Names of such columns, likeliest first.
const NAMES: &[&str] = &[
    "split",
    "subset",
    "partition",
    "data_split",
    "dataset_split",
    "set",
    "usage",
    "ml_use",
    "phase",
    "mode",
    "is_valid",
    "is_val",
    "is_validation",
    "is_test",
    "is_train",
    "dataset",
    "purpose",
    "tvt",
    "fold",
];

/// Most different values of such a column.
const MOST_VALUES: usize = 64;

/// Whether a word names such a column by itself.
pub(super) fn is_name(word: &str) -> bool {
    NAMES.contains(&word)
}

/// How the values of a column tell splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Values {
    /// Words: `train`, `Validation`, `PublicTest`, 训练.
    Words,
    /// 0 to train on, 1 validation, 2 test.
    Numbers,
    /// Yes or no: the role of yes, and that of no.
    Flags(SplitRole, SplitRole),
}

impl Values {
    /// Name and role of the split that a value tells.
    pub(super) fn split(self, value: &str) -> (String, SplitRole) {
        let role = match (self, value) {
            (Self::Words, _) => value_role(value).or(short(value)),
            (Self::Numbers, "0") => Some(SplitRole::Training),
            (Self::Numbers, "1") => Some(SplitRole::Validation),
            (Self::Numbers, "2") => Some(SplitRole::Test),
            (Self::Numbers, _) => None,
            (Self::Flags(yes, no), _) => flag(value).map(|value| if value { yes } else { no }),
        };
        let name = match (self, role) {
            (Self::Words, _) | (_, None) => value,
            (_, Some(SplitRole::Training)) => "train",
            (_, Some(SplitRole::Validation)) => "val",
            (_, Some(_)) => "test",
        };
        (name.to_owned(), role.unwrap_or(SplitRole::Other))
    }
}

/// What a cell says that is one of yes and no.
pub(super) fn flag(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "t" | "y" | "1.0" => Some(true),
        "0" | "false" | "no" | "f" | "n" | "0.0" => Some(false),
        _ => None,
    }
}

/// Two letters for a split, where the name of the column says that it is one.
fn short(value: &str) -> Option<SplitRole> {
    match value.to_ascii_lowercase().as_str() {
        "tr" => Some(SplitRole::Training),
        "va" | "vl" => Some(SplitRole::Validation),
        "te" | "ts" => Some(SplitRole::Test),
        _ => None,
    }
}

/// How the values of a column of this name tell splits; `None` where they tell none.
pub(super) fn values(name: &str, distinct: &BTreeSet<&str>) -> Option<Values> {
    use SplitRole::{Test, Training, Validation};
    let all = |known: &dyn Fn(&str) -> bool| {
        !distinct.is_empty()
            && distinct.len() <= MOST_VALUES
            && distinct.iter().all(|one| known(one))
    };
    let flags = match name.to_ascii_lowercase().as_str() {
        "is_valid" | "is_val" | "is_validation" => Some((Validation, Training)),
        "is_test" => Some((Test, Training)),
        "is_train" | "in_train" | "train" | "training" => Some((Training, Validation)),
        _ => None,
    };
    if let Some((yes, no)) = flags {
        return all(&|value| flag(value).is_some()).then_some(Values::Flags(yes, no));
    }
    let is_fold = name.eq_ignore_ascii_case("fold");
    let numbers = ["0", "1", "2"];
    if !is_fold && distinct.len() > 1 && distinct.contains("0") && all(&|v| numbers.contains(&v)) {
        return Some(Values::Numbers);
    }
    // A value more, such as `unused`, is a split of another role.
    let known = distinct.iter();
    let known = known
        .filter(|value| value_role(value).or(short(value)).is_some())
        .count();
    (known > 0 && distinct.len() <= MOST_VALUES).then_some(Values::Words)
}

/// The column among `header` that tells splits, and how; `column` gives the values of one.
pub(super) fn column(
    header: &[String],
    column: impl Fn(usize) -> BTreeSet<String>,
) -> Option<(usize, Values)> {
    let at = |name: &&str| {
        let is_it = |column: &String| column.trim().eq_ignore_ascii_case(name);
        let at = header.iter().position(is_it)?;
        let cells = column(at);
        let cells = cells.iter().map(String::as_str).collect();
        Some((at, values(name, &cells)?))
    };
    NAMES.iter().find_map(at)
}

/// The first column, whatever it is called, whose values are all words for splits, one to train on
/// and one to evaluate on among them; `first` gives the cells of the first row.
pub(super) fn by_values<'a>(
    first: impl Fn(usize) -> Option<&'a str>,
    column: impl Fn(usize) -> BTreeSet<String>,
    taken: &dyn Fn(usize) -> bool,
) -> Option<(usize, Values)> {
    let row = (0..).map_while(|at| Some((at, first(at)?)));
    // Paths and records hold such words, too.
    let is_word = |cell: &str| !cell.contains(['/', '\\', '{', '[']);
    let mut open = row.filter(|(at, cell)| value_role(cell).is_some() && !taken(*at));
    let tells = |at: usize| {
        let cells = column(at);
        let role = |cell: &String| value_role(cell).filter(|_| is_word(cell));
        let roles: Option<BTreeSet<SplitRole>> = cells.iter().map(role).collect();
        roles.is_some_and(|roles| {
            let evaluates = roles.iter().any(|role| role.is_evaluation());
            roles.contains(&SplitRole::Training) && evaluates
        })
    };
    open.find(|(at, _)| tells(*at))
        .map(|(at, _)| (at, Values::Words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(name: &str, cells: &[&str]) -> Option<Vec<SplitRole>> {
        let values = values(name, &cells.iter().copied().collect())?;
        Some(cells.iter().map(|cell| values.split(cell).1).collect())
    }

    #[test]
    fn a_column_of_words_for_splits_tells_them_whatever_it_is_called() {
        let rows = [["a.jpg", "cat", "train"], ["b.jpg", "test", "val"]];
        let told = |rows: &[[&'static str; 3]]| {
            let cells = |at: usize| rows.iter().map(|row| row[at].to_owned()).collect();
            by_values(|at| rows[0].get(at).copied(), cells, &|at| at == 0)
        };
        assert_eq!(told(&rows), Some((2, Values::Words)));
        assert_eq!(told(&rows[..1]), None, "nothing to evaluate on");
        for [one, other] in [
            ["train", "broken"],
            ["train/a.xml", "val/b.xml"],
            ["{\"split\":\"train\"}", "{\"split\":\"val\"}"],
        ] {
            let rows = [["a.jpg", "1", one], ["b.jpg", "2", other]];
            assert_eq!(told(&rows), None, "{one}");
        }
    }

    #[test]
    fn words_flags_and_numbers_tell_splits() {
        use SplitRole::{Other, Test, Training, Validation};
        for (name, cells, expected) in [
            (
                "split",
                vec!["train", "val", "extra"],
                Some(vec![Training, Validation, Other]),
            ),
            (
                "split",
                vec!["0", "1", "2"],
                Some(vec![Training, Validation, Test]),
            ),
            (
                "Usage",
                vec!["Training", "PublicTest"],
                Some(vec![Training, Test]),
            ),
            (
                "is_valid",
                vec!["False", "True"],
                Some(vec![Training, Validation]),
            ),
            ("is_train", vec!["0", "1"], Some(vec![Validation, Training])),
            (
                "split",
                vec!["训练", "验证"],
                Some(vec![Training, Validation]),
            ),
            (
                "tvt",
                vec!["tr", "va", "te"],
                Some(vec![Training, Validation, Test]),
            ),
            ("fold", vec!["0", "1"], None),
            ("dataset", vec!["coco", "voc"], None),
            ("is_valid", vec!["maybe"], None),
        ] {
            assert_eq!(roles(name, &cells), expected, "{name} {cells:?}");
        }
    }
}
