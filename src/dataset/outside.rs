//! Folders of pictures beside the splits that may be splits themselves: nothing says so for sure,
//! and what is in them is compared with nothing, so the user is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::Claim;
use super::split_name::perhaps_beside;
use crate::sample::{Problem, ProblemKind, SplitRole};

/// One question for each such folder, with the options that answer it.
pub(super) fn questions(claim: &Claim) -> Vec<Problem> {
    let of = |divided: bool| {
        let drafts = claim.drafts.iter();
        let drafts = drafts.filter(move |draft| draft.split.is_some() == divided);
        drafts.map(|draft| draft.path.as_str())
    };
    let asked = perhaps_splits(of(true), of(false)).into_iter();
    let asked = asked.map(|(folder, images, role)| Problem {
        kind: ProblemKind::PerhapsSplit,
        detail: format!(
            "{images} in `{folder}`, which may be a split: `--role {folder}={role}` counts them, `--role {folder}=other` leaves them out",
            role = role.name()
        ),
        path: folder,
    });
    asked.collect()
}

/// What is asked about images that are left alone in splits, by their paths: hidden ones, and such
/// as training runs write. Other readers of folders take them for samples.
pub(super) fn aside(claim: &Claim, paths: &[String]) -> Option<Problem> {
    let of_split = |path: &&String| !claim.lists_samples && claim.split_of.0(path).is_some();
    let mut inside: Vec<&String> = paths.iter().filter(of_split).collect();
    inside.sort_unstable();
    let first = inside.first()?;
    Some(Problem {
        kind: ProblemKind::PerhapsSplit,
        path: (*first).clone(),
        detail: format!(
            "{} in hidden folders or those of training runs inside of splits, such as `{first}`, are not read here and are by many loaders: remove them, or leave them out with `--exclude`",
            inside.len()
        ),
    })
}

/// The outermost folders around files outside that hold none of a split, and are called as one may
/// be; with how many of these files they hold, and the role.
pub(super) fn perhaps_splits<'a>(
    inside: impl Iterator<Item = &'a str>,
    outside: impl Iterator<Item = &'a str>,
) -> Vec<(String, u64, SplitRole)> {
    let around: BTreeSet<&str> = inside.flat_map(folders).collect();
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    for path in outside.filter(|_| !around.is_empty()) {
        if let Some(folder) = folders(path).find(|folder| !around.contains(folder)) {
            *found.entry(folder).or_default() += 1;
        }
    }
    let asked = found.into_iter().filter_map(|(folder, images)| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        Some((folder.to_owned(), images, perhaps_beside(name)?))
    });
    asked.collect()
}

/// The folders that a file lies in, outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::image_folder;
    use crate::dataset::walk::{Walked, WalkedFile};
    use crate::source::Place;

    fn asked(paths: &[&str]) -> Vec<String> {
        let mut walked = Walked::default();
        for path in paths {
            walked
                .directories
                .extend(folders(path).map(ToOwned::to_owned));
            let file = WalkedFile::new((*path).to_owned(), Place::Named);
            walked.images.push(file);
        }
        walked.directories.sort();
        walked.directories.dedup();
        let claim = image_folder::claim(&walked).unwrap();
        questions(&claim).into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn a_folder_that_may_be_a_split_is_asked_about_and_others_are_not() {
        let both = ["x/train/a.png", "x/val/b.png"];
        let with = |more: &[&str]| asked(&[&both[..], more].concat());
        assert_eq!(with(&["x/ood/cat/c.png", "x/ood/dog/d.png"]), ["x/ood"]);
        assert_eq!(with(&["unlabeled2017/c.png"]), ["unlabeled2017"]);
        assert_eq!(with(&["documents/c.png", "x/test_masks/d.png"]), [""; 0]);
        assert_eq!(with(&["c.png"]), [""; 0]);
    }
}
