//! Images without splits: what is left where no layout recognises any.

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::split_name::{may_spell, words};
use super::walk::Walked;
use crate::sample::{Layout, SplitRole};

/// All images of a tree.
pub(super) fn claim(walked: &Walked) -> Claim {
    Claim::new(
        Layout::Unsplit,
        Strength::Nothing,
        format!("no folder and no table names splits{}", question(walked)),
        walked.images.iter().cloned().map(Draft::of).collect(),
    )
}

/// Folders that may be splits, with what to type if they are; empty where no two sides are seen.
fn question(walked: &Walked) -> String {
    let mut options: Vec<(SplitRole, String)> = Vec::new();
    let mut seen: Vec<&String> = Vec::new();
    for directory in &walked.directories {
        let name = directory.rsplit('/').next().unwrap_or(directory);
        let is_below = |outer: &&String| {
            let rest = directory.strip_prefix(outer.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let Some(role) = may_spell(name).filter(|_| !seen.iter().any(is_below)) else {
            continue;
        };
        let flag = match role {
            SplitRole::Training => "--train",
            SplitRole::Validation => "--val",
            _ => "--test",
        };
        seen.push(directory);
        options.push((role, format!("{flag} {directory}")));
    }
    options.sort();
    let trains = options.iter().any(|(role, _)| *role == SplitRole::Training);
    let evaluates = options.iter().any(|(role, _)| role.is_evaluation());
    if !(trains && evaluates) {
        return folds(walked);
    }
    let options: Vec<String> = options.into_iter().map(|(_, option)| option).collect();
    format!(
        "; if its folders are splits, say so from inside it: `splitleak check {}`",
        options.join(" ")
    )
}

/// The same for folders that may be folds: the last is held out.
fn folds(walked: &Walked) -> String {
    const MOST: usize = 10;
    let is_fold = |directory: &&String| {
        let words = words(directory.rsplit('/').next().unwrap_or(directory));
        let [word, number] = words.as_slice() else {
            return false;
        };
        ["fold", "cv", "kfold"].contains(&word.as_str()) && number.parse::<u32>().is_ok()
    };
    let folds: Vec<&String> = walked.directories.iter().filter(is_fold).collect();
    let Some((last, others)) = folds.split_last() else {
        return String::new();
    };
    if !(1..MOST).contains(&others.len()) {
        return String::new();
    }
    let others: Vec<String> = others
        .iter()
        .map(|fold| format!("--role {fold}=training"))
        .collect();
    format!(
        "; if its folders are folds, hold out one at a time: `--role {last}=validation {}`",
        others.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(directories: &[&str]) -> String {
        let walked = Walked {
            directories: directories.iter().map(|&one| one.to_owned()).collect(),
            ..Walked::default()
        };
        claim(&walked).evidence
    }

    #[test]
    fn folders_that_may_be_splits_come_with_a_command() {
        let evidence = asked(&["seg_test", "seg_train", "seg_train/seg_train"]);
        let command = "`splitleak check --train seg_train --test seg_test`";
        assert!(evidence.ends_with(command), "{evidence}");
    }

    #[test]
    fn folders_that_may_be_folds_come_with_their_roles() {
        let evidence = asked(&["fold0", "fold0/cat", "fold1", "fold_2"]);
        let options = "`--role fold_2=validation --role fold0=training --role fold1=training`";
        assert!(evidence.ends_with(options), "{evidence}");
        assert!(!asked(&["fold1", "folder 2"]).contains("--role"));
    }

    #[test]
    fn one_side_alone_is_not_asked_about() {
        assert!(!asked(&["steam_train", "cats"]).contains("splitleak"));
    }
}
