//! Files that may hold samples and are not read: which splits they hide.
//!
//! A file inside a split hides samples of it, unless it belongs to a picture there: an array with
//! the picture's stem is its depth map or its features. A file elsewhere hides a split where its
//! name spells one that holds nothing else; `val.zip` beside `train/` does, and beside `val/` is
//! what that folder was unpacked from. What is no archive, as `val.pt`, is more of that split if it
//! is large enough for pictures. With more words in its name, `val_part2.rar` beside `val/`, it is
//! so, too, unless they tell features, labels or the like. Beside other archives of a split, one
//! that is damaged or missing is a shard of it. Of a form that may be anything, nothing is told
//! where no split is hidden.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Draft;
use super::by_products::{HOLDS_PICTURES, is_about_pictures};
use super::claim::Claim;
use super::file_kind::{
    is_archive, is_document, is_drawing, is_no_file, is_of_one_picture, says_nothing,
};
use super::split_name::{beside_training, role_of, spelled, spelled_by_file};
use super::walk::UnreadFile;
use crate::sample::{SplitRole, Unread};
use crate::source::Place;
use crate::source::container::file_of;

/// What of `files` is no companion of a picture, with the split that each file hides.
pub(super) fn hidden(files: Vec<UnreadFile>, claim: &Claim) -> Vec<Unread> {
    if files.is_empty() {
        return Vec::new();
    }
    let pictures: BTreeSet<(&str, &str)> = claim.drafts.iter().map(stem_in_split).collect();
    let roles: BTreeSet<SplitRole> = claim.drafts.iter().filter_map(role).collect();
    let packed = claim
        .drafts
        .iter()
        .filter(|draft| matches!(draft.place, Place::Inside(_)));
    let packed: BTreeMap<SplitRole, &str> = packed
        .filter_map(|draft| draft.split.as_ref())
        .map(|(name, role)| (*role, name.as_str()))
        .collect();
    let splits = claim.drafts.iter().filter_map(|draft| draft.split.as_ref());
    let names: BTreeMap<SplitRole, &str> =
        splits.map(|(name, role)| (*role, name.as_str())).collect();
    let holding = holding(claim);
    let split_of = |file: &UnreadFile| {
        let told = file.split.clone().or_else(|| claim.split_of.0(&file.path));
        let told = told.or_else(|| holding.get(file.path.as_str()).map(|own| own.1.to_owned()));
        // What a list leaves out is left out on purpose.
        let unlisted = || {
            let among = || could_be_of(&file.path, &packed);
            let alone = || could_be(&file.path, &roles);
            let more = || could_be_more_of(file, &names);
            among()
                .or_else(alone)
                .or_else(more)
                .filter(|_| !claim.lists_samples)
        };
        told.or_else(unlisted)
    };
    // Where pictures of splits lie.
    let in_splits = claim.drafts.iter().filter(|draft| draft.split.is_some());
    let folders: BTreeSet<&str> = in_splits.map(|draft| folder(&draft.path)).collect();
    let mut documents: BTreeMap<String, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| is_document(&file.reason)) {
        *documents.entry(folder(&file.path).to_owned()).or_default() += 1;
    }
    let mut unread = Vec::new();
    for file in files {
        let split = split_of(&file);
        let own = (split.as_deref().unwrap_or_default(), stem(&file.path));
        let belongs = is_of_one_picture(&file.reason) && pictures.contains(&own);
        let may_be_anything = split.is_none() && says_nothing(&file.reason);
        let own = folder(&file.path);
        let is_scanned = folders.contains(own) && documents.get(own).is_some_and(|n| *n > 1);
        let documents =
            is_document(&file.reason) && !is_scanned || is_drawing(&file.reason) && split.is_none();
        if !belongs && !may_be_anything && !documents {
            unread.push(Unread {
                path: file.path,
                reason: file.reason,
                split,
            });
        }
    }
    unread.sort_by(|a, b| a.path.cmp(&b.path));
    unread
}

/// Splits of which nothing was read: they are there all the same.
pub(super) fn splits_without_samples(hidden: &[Unread], claim: &Claim) -> Vec<(String, SplitRole)> {
    let known = claim.drafts.iter().filter_map(|draft| draft.split.as_ref());
    let known: BTreeSet<&str> = known.chain(&claim.splits).map(|split| &*split.0).collect();
    let names: BTreeSet<&str> = hidden
        .iter()
        .filter_map(|one| one.split.as_deref())
        .collect();
    let role = |name: &str| {
        let own = name.rsplit('/').next().unwrap_or(name);
        role_of(own).or_else(|| beside_training(own))
    };
    names
        .difference(&known)
        .filter_map(|&name| Some((name.to_owned(), role(name)?)))
        .collect()
}

/// Of each container that holds samples of splits one of these: what a damaged one lost may be of
/// any. Of training, if it has any, with which all are compared.
fn holding(claim: &Claim) -> BTreeMap<&str, (SplitRole, &str)> {
    let mut holding: BTreeMap<&str, (SplitRole, &str)> = BTreeMap::new();
    for draft in &claim.drafts {
        if let (Place::Inside(_), Some((name, role))) = (&draft.place, &draft.split) {
            let own = holding.entry(file_of(&draft.path));
            let own = own.or_insert((*role, name));
            *own = (*own).min((*role, name));
        }
    }
    holding
}

fn role(draft: &Draft) -> Option<SplitRole> {
    Some(draft.split.as_ref()?.1)
}

fn stem_in_split(draft: &Draft) -> (&str, &str) {
    let split = draft.split.as_ref().map_or("", |split| split.0.as_str());
    (split, stem(&draft.path))
}

/// The split of other containers that a name spells: a shard that is missing or damaged hides
/// samples of it, whatever the others hold.
fn could_be_of(path: &str, packed: &BTreeMap<SplitRole, &str>) -> Option<String> {
    let role = role_of(&spelled_by_file(stem(path))?)?;
    packed.get(&role).map(|split| (*split).to_owned())
}

/// The split that a name outside of every split spells, where no sample has its role.
fn could_be(path: &str, held: &BTreeSet<SplitRole>) -> Option<String> {
    let stem = stem(path);
    let Some(name) = spelled(stem) else {
        // What is held out by another word is one more split.
        let is_other = spelled_by_file(stem).is_none() && !is_about_pictures(stem);
        return (is_other && beside_training(stem).is_some()).then(|| stem.to_owned());
    };
    role_of(&name)
        .is_some_and(|role| !held.contains(&role))
        .then_some(name)
}

/// The split that one word of a name spells beside words that tell a part of it, whatever is
/// there of that split.
fn could_be_more_of(file: &UnreadFile, names: &BTreeMap<SplitRole, &str>) -> Option<String> {
    let stem = stem(&file.path);
    let is_small = file.bytes.is_some_and(|bytes| bytes < HOLDS_PICTURES);
    // An archive with a name of nothing else is what a folder was unpacked from.
    let may_be_source = is_small || is_archive(&file.reason) && !is_no_file(&file.reason);
    let is_source = spelled(stem).is_some() && may_be_source;
    if is_source || is_about_pictures(stem) {
        return None;
    }
    let word = spelled_by_file(stem)?;
    let own = names.get(&role_of(&word)?).copied();
    Some(own.unwrap_or(&word).to_owned())
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file's name up to its first dot.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::image_folder;
    use crate::dataset::walk::{Walked, WalkedFile};

    /// Splits that are hidden among `train/a.png`, `val/b.png` and one file.
    fn split_of(path: &str, reason: &str, images: &[&str]) -> Vec<Option<String>> {
        let claim = image_folder::claim(&walked(images)).unwrap();
        let file = UnreadFile {
            reason: reason.to_owned(),
            ..UnreadFile::new(path.to_owned())
        };
        let unread = hidden(vec![file], &claim);
        unread.into_iter().map(|one| one.split).collect()
    }

    fn walked(images: &[&str]) -> Walked {
        let mut walked = Walked::default();
        for path in images {
            let (folder, _) = path.rsplit_once('/').unwrap_or_default();
            walked.directories.push(folder.to_owned());
            walked
                .images
                .push(WalkedFile::new((*path).to_owned(), Place::Named));
        }
        walked
    }

    #[test]
    fn a_file_in_a_split_hides_it_unless_it_belongs_to_a_picture_there() {
        let both = ["train/a.png", "val/b.png"];
        let val = || vec![Some("val".to_owned())];
        assert_eq!(split_of("val/x.npy", "array (.npy)", &both), val());
        assert_eq!(split_of("val/b.npy", "array (.npy)", &both), []);
        assert_eq!(split_of("val/a.npy", "array (.npy)", &both), val());
        assert_eq!(split_of("val/b.zip", "archive (.zip)", &both), val());
    }

    #[test]
    fn drawings_in_a_split_are_told_and_documents_only_among_its_pictures() {
        let both = ["train/a.png", "val/b.png"];
        let val = || vec![Some("val".to_owned())];
        assert_eq!(split_of("val/x.svg", "drawing (.svg)", &both), val());
        assert_eq!(split_of("logo.svg", "drawing (.svg)", &both), []);
        assert_eq!(split_of("val/b.svg", "drawing (.svg)", &both), []);
        let pages = "document of pages (.pdf)";
        for one in ["val/about.pdf", "docs/paper.pdf"] {
            assert_eq!(split_of(one, pages, &both), []);
        }
        let walked = walked(&both);
        let scans = ["val/1.pdf", "val/2.pdf", "docs/1.pdf", "docs/2.pdf"];
        let files = scans.map(|path| UnreadFile {
            reason: pages.to_owned(),
            ..UnreadFile::new(path.to_owned())
        });
        let claim = image_folder::claim(&walked).unwrap();
        let told = hidden(files.into(), &claim).into_iter();
        let told: Vec<String> = told.map(|one| one.path).collect();
        assert_eq!(told, ["val/1.pdf", "val/2.pdf"]);
    }

    #[test]
    fn a_file_outside_hides_a_split_that_holds_nothing_else() {
        let (both, one) = (["train/a.png", "val/b.png"], ["train/a.png"]);
        let archive = "archive (.zip)";
        assert_eq!(split_of("val.zip", archive, &both), [None]);
        assert_eq!(split_of("val.zip", archive, &one), [Some("val".to_owned())]);
        assert_eq!(split_of("features.npy", "array (.npy)", &one), [None]);
        let val = [Some("val".to_owned())];
        assert_eq!(split_of("val.pt", "tensors (.pt)", &both), val);
        assert_eq!(
            split_of("data/val.beton", "file of records (.beton)", &both),
            val
        );
        assert_eq!(split_of("val_features.pt", "tensors (.pt)", &both), []);
        assert_eq!(split_of("other.pt", "tensors (.pt)", &both), []);
        let more = |path| split_of(path, archive, &both);
        assert_eq!(more("val_part2.rar"), [Some("val".to_owned())]);
        assert_eq!(more("val-part-b.7z"), [Some("val".to_owned())]);
        assert_eq!(more("more_test_scenes.rar"), [Some("test".to_owned())]);
        assert_eq!(more("val_features.rar"), [None]);
        assert_eq!(more("validity.rar"), [None]);
        let shard = split_of("data/test-00000-of-00002.parquet", "table", &both);
        assert_eq!(shard, [Some("test".to_owned())]);
    }

    #[test]
    fn what_is_held_out_by_another_word_is_hidden_too() {
        let both = ["train/a.png", "val/b.png"];
        let held_out = split_of("holdout.h5", "database (.h5)", &both);
        assert_eq!(held_out, [Some("holdout".to_owned())]);
        for features in ["features.h5", "holdout_features.h5", "train_features.h5"] {
            let hidden = split_of(features, "database (.h5)", &both);
            assert_eq!(hidden, [None], "{features}");
        }
    }
}
