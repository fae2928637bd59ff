//! What the user says of splits: which role one has, and that the values of a column are folds.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Draft;
use super::claim::Claim;
use super::image_folder::keep_classes;
use super::misspelled;
use crate::error::Error;
use crate::sample::{Layout, SplitRole};

/// Numbers of values that a column of folds may have; more number something else.
pub(super) const FOLDS: std::ops::RangeInclusive<usize> = 2..=100;

/// Most names that an error lists.
const MOST_NAMED: usize = 10;

/// Gives splits, or else folders of the tree, the roles that the user told.
///
/// # Errors
/// A name is neither that of a split nor of a folder that holds samples.
pub(super) fn roles(mut claim: Claim, told: &[(String, SplitRole)]) -> Result<Claim, Error> {
    let has_labels = claim.drafts.iter().any(|draft| draft.label.is_some());
    // Outer folders first, so that what is said of a folder inside one holds.
    let mut told: Vec<(&str, SplitRole)> = told
        .iter()
        .map(|(name, role)| (name.trim_end_matches('/'), *role))
        .collect();
    told.sort_by_key(|(name, _)| name.len());
    let names: BTreeSet<&str> = told.iter().map(|one| one.0).collect();
    for (name, role) in told {
        let is_named = |split: &(String, SplitRole)| split.0 == name;
        let of_samples = claim.drafts.iter().filter_map(|draft| draft.split.as_ref());
        if of_samples.chain(&claim.splits).any(is_named) {
            let drafts = claim.drafts.iter_mut();
            let of_samples = drafts.filter_map(|draft| draft.split.as_mut());
            for split in of_samples.chain(&mut claim.splits) {
                if is_named(split) {
                    split.1 = role;
                }
            }
        } else if !divide_by_folder(&mut claim, name, role, has_labels) {
            return Err(unknown(&claim, name));
        }
        let said = format!("; `{name}` is {} as told", role.name());
        claim.evidence.push_str(&said);
    }
    if !has_labels {
        keep_classes(&mut claim.drafts);
    }
    let asked = misspelled::questions(&claim, &names);
    claim.problems.extend(asked);
    Ok(claim)
}

/// Makes a folder a split, with the folders below as its labels unless samples have some already;
/// whether it holds samples.
fn divide_by_folder(claim: &mut Claim, folder: &str, role: SplitRole, has_labels: bool) -> bool {
    let Some(whole) = folder_called(claim, folder) else {
        return false;
    };
    let below = |path: &str| {
        let rest = path.strip_prefix(whole.as_str())?.strip_prefix('/')?;
        Some(rest.split_once('/').map(|(class, _)| class.to_owned()))
    };
    let mut is_there = false;
    for draft in &mut claim.drafts {
        if let Some(class) = below(&draft.path) {
            is_there = true;
            draft.split = Some((folder.to_owned(), role));
            draft.label = draft.label.take().or(class.filter(|_| !has_labels));
        }
    }
    if is_there && claim.layout == Layout::Unsplit {
        claim.layout = Layout::ImageFolder;
        claim.evidence = "folders".to_owned();
    }
    is_there
}

/// The path of the folder that is called so, whole or by its last parts, where it is the only one.
fn folder_called(claim: &Claim, name: &str) -> Option<String> {
    let mut found = BTreeSet::new();
    for draft in &claim.drafts {
        if draft
            .path
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('/'))
        {
            return Some(name.to_owned());
        }
        let at = draft.path.find(&format!("/{name}/"));
        found.extend(at.map(|at| &draft.path[..at + 1 + name.len()]));
    }
    match found.len() {
        1 => found.first().map(|only| (*only).to_owned()),
        _ => None,
    }
}

fn unknown(claim: &Claim, name: &str) -> Error {
    let splits = claim.drafts.iter().filter_map(|draft| draft.split.as_ref());
    let splits = splits.chain(&claim.splits).map(|split| split.0.as_str());
    let folders = claim
        .drafts
        .iter()
        .filter_map(|draft| draft.path.rsplit_once('/'));
    let known: BTreeSet<&str> = splits.chain(folders.map(|(folder, _)| folder)).collect();
    let first: Vec<String> = known
        .iter()
        .take(MOST_NAMED)
        .map(|one| format!("`{one}`"))
        .collect();
    let message = format!(
        "`--role {name}=...`: no split and no folder with images is called so; there are {}",
        first.join(", ")
    );
    Error::settings(message)
}

/// What a fold is called; `column` names those whose values are numbers.
pub(super) fn fold_name(column: &str, value: &str) -> String {
    match value.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("{column}{value}"),
        false => value.to_owned(),
    }
}

/// Makes a part of each fold: it is validated on, and the others are trained on. `column` names
/// those whose values are numbers.
///
/// # Errors
/// The message says why the values are no folds.
pub(super) fn folds(
    drafts: Vec<Draft>,
    column: &str,
) -> Result<(Vec<Draft>, BTreeMap<String, String>), String> {
    let values: BTreeSet<String> = drafts
        .iter()
        .filter_map(|draft| Some(draft.split.as_ref()?.0.clone()))
        .collect();
    if !FOLDS.contains(&values.len()) {
        return Err(format!(
            "column `{column}` has {} different values, and folds are {} to {}",
            values.len(),
            FOLDS.start(),
            FOLDS.end()
        ));
    }
    let mut parts = BTreeMap::new();
    let mut all = Vec::with_capacity(drafts.len() * values.len());
    for value in &values {
        let fold = fold_name(column, value);
        let (train, val) = (format!("{fold}/train"), format!("{fold}/val"));
        all.extend(drafts.iter().map(|draft| Draft {
            split: draft.split.as_ref().map(|(own, _)| match own == value {
                true => (val.clone(), SplitRole::Validation),
                false => (train.clone(), SplitRole::Training),
            }),
            ..draft.clone()
        }));
        parts.insert(train, fold.clone());
        parts.insert(val, fold);
    }
    Ok((all, parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::image_folder;
    use crate::dataset::unsplit;
    use crate::dataset::walk::{Walked, WalkedFile};
    use crate::source::Place;

    fn walked(paths: &[&str]) -> Walked {
        let mut walked = Walked::default();
        for path in paths {
            let folders = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            walked.directories.extend(folders);
            walked
                .images
                .push(WalkedFile::new((*path).to_owned(), Place::Named));
        }
        walked.directories.sort();
        walked.directories.dedup();
        walked
    }

    fn told(claim: &Claim) -> Vec<String> {
        let one = |draft: &Draft| {
            let (name, role) = draft
                .split
                .clone()
                .unwrap_or(("-".into(), SplitRole::Other));
            let label = draft.label.clone().unwrap_or_default();
            format!("{} {name} {} {label}", draft.path, role.name())
        };
        claim.drafts.iter().map(one).collect()
    }

    #[test]
    fn a_split_gets_the_role_that_is_told() {
        let claim = image_folder::claim(&walked(&["train/a.png", "dev/b.png", "test/c.png"]));
        let claim = roles(claim.unwrap(), &[("test".into(), SplitRole::Other)]).unwrap();
        assert!(told(&claim).contains(&"test/c.png test other ".to_owned()));
        assert!(claim.evidence.ends_with("`test` is other as told"));
    }

    #[test]
    fn folders_that_no_layout_knows_become_splits_with_the_classes_below() {
        let tree = walked(&["a/cat/1.png", "a/dog/2.png", "b/cat/3.png", "c/4.png"]);
        let named = [
            ("a".to_owned(), SplitRole::Training),
            ("b/".to_owned(), SplitRole::Validation),
        ];
        let claim = roles(unsplit::claim(&tree), &named).unwrap();
        let expected = [
            "a/cat/1.png a training cat",
            "a/dog/2.png a training dog",
            "b/cat/3.png b validation cat",
            "c/4.png - other ",
        ];
        assert_eq!(told(&claim), expected);
        assert_eq!(claim.layout, Layout::ImageFolder);
    }

    #[test]
    fn a_name_that_is_nowhere_is_refused_with_those_that_are() {
        let claim = unsplit::claim(&walked(&["a/1.png", "b/2.png"]));
        let error = roles(claim, &[("x".into(), SplitRole::Test)]).unwrap_err();
        let said = error.to_string();
        assert!(
            said.contains("`--role x=...`") && said.contains("`a`, `b`"),
            "{said}"
        );
    }

    #[test]
    fn each_fold_is_held_out_once() {
        let draft = |path: &str, fold: &str| Draft {
            path: path.to_owned(),
            split: Some((fold.to_owned(), SplitRole::Other)),
            ..Draft::default()
        };
        let drafts = vec![draft("a", "0"), draft("b", "1"), draft("c", "1")];
        let (all, parts) = folds(drafts.clone(), "fold").unwrap();
        let held_out = |part: &str| -> Vec<&str> {
            let name = format!("{part}/val");
            let own = all
                .iter()
                .filter(|one| one.split.as_ref().unwrap().0 == name);
            own.map(|one| one.path.as_str()).collect()
        };
        assert_eq!(
            (held_out("fold0"), held_out("fold1")),
            (vec!["a"], vec!["b", "c"])
        );
        assert_eq!((all.len(), parts.len()), (6, 4));
        assert!(
            folds(drafts[1..].to_vec(), "fold").is_err(),
            "one value alone"
        );
    }
}
