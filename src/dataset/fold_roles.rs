//! Folds told by two columns: a picture has a row for each fold, and one column says whether it is
//! trained or evaluated on in that one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::builder::Draft;
use super::csv_text::reader;
use super::split_name::value_role;
use super::told::fold_name;
use crate::sample::SplitRole;

/// The column of roles beside one of paths and one of folds; `None` where most pictures have one
/// row only, so that what they are in is the fold itself.
pub(super) fn column(text: &str, paths: usize, folds: usize) -> Option<usize> {
    let mut reader = reader(text, true);
    let mut open: BTreeMap<usize, BTreeSet<SplitRole>> = (0..reader.headers().ok()?.len())
        .filter(|at| *at != paths && *at != folds)
        .map(|at| (at, BTreeSet::new()))
        .collect();
    let (mut rows, mut pictures) = (0, HashSet::new());
    for record in reader.records().flatten() {
        rows += 1;
        pictures.insert(record.get(paths).unwrap_or_default().to_owned());
        open.retain(|&at, roles| {
            let role = record.get(at).and_then(value_role);
            roles.extend(role);
            role.is_some()
        });
        if open.is_empty() {
            return None;
        }
    }
    let tells = |roles: &BTreeSet<SplitRole>| {
        roles.contains(&SplitRole::Training) && roles.iter().any(|role| role.is_evaluation())
    };
    let found = open.into_iter().find(|(_, roles)| tells(roles));
    found.filter(|_| pictures.len() * 2 <= rows).map(|one| one.0)
}

/// Name and role of the split of a row; `None` where its role is none.
pub(super) fn split(column: &str, fold: &str, role: &str) -> Option<(String, SplitRole)> {
    let role = value_role(role)?;
    let name = match role {
        SplitRole::Training => "train",
        SplitRole::Test => "test",
        _ => "val",
    };
    Some((format!("{}/{name}", fold_name(column, fold)), role))
}

/// The part that each split belongs to: its fold.
pub(super) fn parts(drafts: &[Draft]) -> BTreeMap<String, String> {
    let splits = drafts.iter().filter_map(|draft| draft.split.as_ref());
    let parts = splits.filter_map(|(split, _)| {
        let (fold, _) = split.rsplit_once('/')?;
        Some((split.clone(), fold.to_owned()))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_for_each_fold_has_a_role_in_it() {
        let table = |rows: &[&str]| format!("fold,mag,grp,file\n{}\n", rows.join("\n"));
        let twice = ["1,40,train,a", "1,40,test,b", "2,40,test,a", "2,40,train,b"];
        assert_eq!(column(&table(&twice), 3, 0), Some(2));
        // One row each, one role for all, and words that are no roles.
        let once = ["1,40,train,a", "1,40,test,b", "2,40,test,c", "2,40,train,d"];
        assert_eq!(column(&table(&once), 3, 0), None);
        let all = twice.map(|row| row.replace("test", "train"));
        assert_eq!(column(&table(&all.each_ref().map(String::as_str)), 3, 0), None);
        let other = twice.map(|row| row.replace("test", "left"));
        assert_eq!(column(&table(&other.each_ref().map(String::as_str)), 3, 0), None);
        let named = split("fold", "2", "Testing").unwrap();
        assert_eq!(named, ("fold2/test".to_owned(), SplitRole::Test));
    }
}
