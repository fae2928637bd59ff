//! A second column of one table that tells splits, and other ones than the column that was taken.

use std::collections::BTreeSet;

use super::builder::Draft;
use super::group_columns::Column;
use super::split_name::{value_role, words};
use super::split_values;
use crate::sample::{Problem, ProblemKind, SplitRole};

/// Whether a column is called so that it may tell splits.
pub(super) fn may_tell(name: &str) -> bool {
    words(name).iter().any(|word| split_values::is_name(word))
}

/// What is to be asked where such a column has a role for every sample, roles to train and to
/// evaluate among them, and another one than `taken` says for some.
pub(super) fn disagrees(column: &Column, taken: &str, drafts: &[Draft]) -> Option<Problem> {
    let told: Option<Vec<(&Draft, SplitRole)>> = drafts
        .iter()
        .map(|draft| Some((draft, value_role(column.of.get(&draft.path)?)?)))
        .collect();
    let told = told?;
    let roles: BTreeSet<SplitRole> = told.iter().map(|one| one.1).collect();
    let evaluates = roles.iter().any(|role| role.is_evaluation());
    let trains = roles.contains(&SplitRole::Training);
    let differs = |(draft, role): &&(&Draft, SplitRole)| {
        let own = draft.split.as_ref().map(|split| split.1);
        own.is_some_and(|own| (own == SplitRole::Training) != (*role == SplitRole::Training))
    };
    let differing = told.iter().filter(differs).count();
    (trains && evaluates && differing > 0).then(|| Problem {
        kind: ProblemKind::NotUsed,
        path: column.table.clone(),
        detail: format!(
            "has a second column of splits, `{}`, that differs from `{taken}` for {differing} of {} images and was not used; say `--split-column {}` or `--split-column {taken}`",
            column.name,
            drafts.len(),
            column.name,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;
    use crate::source::Place;

    #[test]
    fn a_second_split_is_asked_about_where_it_differs() {
        let path = |at: usize| format!("{at}.png");
        let draft = |at: usize| Draft {
            split: Some(match at < 6 {
                true => ("train".to_owned(), SplitRole::Training),
                false => ("val".to_owned(), SplitRole::Validation),
            }),
            ..Draft::of(WalkedFile::new(path(at), Place::Named))
        };
        let drafts: Vec<Draft> = (0..8).map(draft).collect();
        let asked = |value: fn(usize) -> &'static str| {
            let column = Column {
                name: "split2".to_owned(),
                table: "data.csv".to_owned(),
                of: (0..8).map(|at| (path(at), value(at).to_owned())).collect(),
            };
            disagrees(&column, "split", &drafts).map(|one| one.detail)
        };
        let other = asked(|at| if at % 4 == 0 { "test" } else { "train" });
        assert!(other.is_some_and(|text| text.contains("for 4 of 8 images")));
        // The same split in other words, no split at all, and one role for all.
        assert_eq!(asked(|at| if at < 6 { "training" } else { "test" }), None);
        assert_eq!(asked(|at| if at < 3 { "day" } else { "night" }), None);
        assert_eq!(asked(|_| "train"), None);
        assert!(may_tell("split_2") && may_tell("officialSplit") && !may_tell("offset"));
    }
}
