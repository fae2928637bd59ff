//! `split/class/image.jpg`: folders named after splits.
//!
//! The outermost folder that spells a split decides, so `train/…`,
//! `images/train/…` and `data/v2/val/cat/…` all work. The folder below it names
//! the class, unless it says only `images`, repeats the split's own name, or names entities such as
//! patients ([`class_folder`]).

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Draft;
use super::claim::{Claim, SplitOf, Strength};
use super::class_folder;
use super::split_folders::{SplitFolder, SplitFolders, split_folders};
use super::walk::Walked;
use crate::annotation::Annotations;
use crate::sample::{Layout, SplitRole};

/// Folder names below a split that are no class.
const NOT_A_CLASS: &[&str] = &[
    "images",
    "image",
    "imgs",
    "img",
    "frames",
    "data",
    "jpegimages",
];

/// Whether a folder's name says nothing but that it holds pictures, perhaps of one of several
/// cameras (`image_2`).
pub(super) fn is_plain(name: &str) -> bool {
    let unnumbered = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let word = unnumbered.trim_end_matches(['_', '-']).to_ascii_lowercase();
    NOT_A_CLASS.contains(&word.as_str())
}

/// What split folders claim; `None` when no folder that could hold images spells a split.
pub(super) fn claim(walked: &Walked) -> Option<Claim> {
    let images = walked.images.iter().map(|image| image.path.as_str());
    let unread = walked.unread.iter().map(|file| file.path.as_str());
    let folders = split_folders(
        &walked.directories,
        &walked.told_splits,
        images.chain(unread),
    );
    let empty = without_pictures(walked, &folders);
    let names: BTreeSet<(SplitRole, &str)> = folders
        .0
        .iter()
        .filter(|(path, folder)| !folder.holds_annotations && !empty.contains(path.as_str()))
        .map(|(_, folder)| (folder.role, folder.split.as_str()))
        .collect();
    if names.is_empty() {
        return None;
    }
    let drafts = walked.images.iter().map(|image| {
        let mut draft = Draft::of(image.clone());
        if let Some((folder, below)) = folders.around(&image.path) {
            draft.split = Some((folder.split.clone(), folder.role));
            draft.label = class(folder, below);
        }
        draft
    });
    let mut drafts: Vec<Draft> = drafts.collect();
    keep_classes(&mut drafts);
    let labels_from = match walked.images.iter().any(|image| image.label.is_some()) {
        true => "labels inside the containers",
        false if drafts.iter().any(|draft| draft.label.is_some()) => "class folders",
        false => "",
    };
    // What a container says of its images is a class, however it is spelled.
    for (draft, image) in drafts.iter_mut().zip(&walked.images) {
        draft.label = image.label.clone().or(draft.label.take());
    }
    let named = |(role, name): &(SplitRole, &str)| ((*name).to_owned(), *role);
    Some(Claim {
        layout: Layout::ImageFolder,
        strength: Strength::Folders,
        evidence: evidence(&names),
        chosen_by: format!("`--layout {}`", Layout::ImageFolder.name()),
        drafts,
        splits: names.iter().map(named).collect(),
        parts: parts(&folders),
        problems: Vec::new(),
        split_of: SplitOf(Box::new(move |path| {
            Some(folders.around(path)?.0.split.clone())
        })),
        lists_samples: false,
        labels_from: labels_from.to_owned(),
        annotations: Annotations::default(),
        columns: Vec::new(),
        group_columns: Vec::new(),
        perhaps_folds: None,
        placed: None,
    })
}

/// Folders of splits that never held pictures: those of masks; and those of texts, where no folder
/// of a split holds pictures. One of texts beside others that do may have lost its own.
fn without_pictures<'a>(walked: &'a Walked, folders: &SplitFolders) -> BTreeSet<&'a str> {
    let of = |path: &'a str| folders.folder_of(path);
    let images = walked.images.iter().map(|image| image.path.as_str());
    let unread = walked.unread.iter().map(|file| file.path.as_str());
    let held: BTreeSet<&str> = images.chain(unread).filter_map(of).collect();
    let masks = walked.companions.iter().map(|mask| mask.path.as_str());
    let mut others: BTreeSet<&str> = masks.filter_map(of).collect();
    if held.is_empty() {
        others.extend(walked.texts.iter().filter_map(|text| of(text)));
    }
    others.difference(&held).copied().collect()
}

/// The folders, for people.
fn evidence(splits: &BTreeSet<(SplitRole, &str)>) -> String {
    const MOST: usize = 4;
    let first = splits
        .iter()
        .take(MOST)
        .map(|(_, name)| format!("`{name}`"));
    let first: Vec<String> = first.collect();
    let more = match splits.len().saturating_sub(MOST) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    let noun = if splits.len() == 1 {
        "folder"
    } else {
        "folders"
    };
    format!("{noun} {}{more}", first.join(", "))
}

/// The dataset of each split, where the tree holds several.
fn parts(folders: &SplitFolders) -> BTreeMap<String, String> {
    let part = |folder: &SplitFolder| Some((folder.split.clone(), folder.part.clone()?));
    folders.0.values().filter_map(part).collect()
}

/// Takes labels away that are folders and no classes.
pub(super) fn keep_classes(drafts: &mut [Draft]) {
    let labels = drafts.iter().filter_map(|draft| {
        let (split, _) = draft.split.as_ref()?;
        Some((draft.label.as_deref()?, split.as_str()))
    });
    let labels: Vec<(&str, &str)> = labels.collect();
    // One class for all tells nothing.
    let tells_nothing =
        labels.len() == drafts.len() && labels.iter().all(|one| one.0 == labels[0].0);
    if tells_nothing || !class_folder::are_classes(labels.into_iter()) {
        for draft in drafts {
            draft.label = None;
        }
    }
}

/// The class that `folders`, which lie below the split `own`, name.
pub(super) fn class_below(own: &str, folders: &str) -> Option<String> {
    // A column of a table, or an array among others, is a folder of its rows.
    let is_column = |name: &str| {
        let own = name.strip_suffix('#');
        own.is_some_and(|own| !own.contains('.'))
    };
    let names_a_class = |name: &&str| {
        let says_something = !name.is_empty() && !is_plain(name) && !is_column(name);
        says_something && !name.eq_ignore_ascii_case(own)
    };
    folders
        .split('/')
        .find(names_a_class)
        .map(ToOwned::to_owned)
}

/// The class that the folders between a split and a picture name.
fn class(folder: &SplitFolder, below: &str) -> Option<String> {
    let own = folder.split.rsplit('/').next().unwrap_or_default();
    folder.class.clone().or_else(|| class_below(own, below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_paths(paths: &[&str]) -> Option<Vec<(Option<String>, Option<String>)>> {
        let mut walked = Walked::default();
        for path in paths {
            walked.images.push(super::super::walk::WalkedFile::new(
                (*path).into(),
                crate::source::Place::Named,
            ));
            let mut at = 0;
            while let Some(slash) = path[at..].find('/') {
                walked.directories.push(path[..at + slash].to_owned());
                at += slash + 1;
            }
        }
        let claim = claim(&walked)?;
        Some(
            claim
                .drafts
                .into_iter()
                .map(|d| (d.split.map(|s| s.0), d.label))
                .collect(),
        )
    }

    fn some(split: &str, class: Option<&str>) -> (Option<String>, Option<String>) {
        (Some(split.to_owned()), class.map(ToOwned::to_owned))
    }

    #[test]
    fn split_then_class() {
        let found = read_paths(&["train/cat/1.jpg", "val2017/2.jpg"]);
        assert_eq!(
            found,
            Some(vec![some("train", Some("cat")), some("val2017", None)])
        );
    }

    #[test]
    fn images_above_or_below_the_split_is_no_class() {
        let found = read_paths(&["images/train/1.jpg", "test/images/dog/2.jpg"]);
        assert_eq!(
            found,
            Some(vec![some("train", None), some("test", Some("dog"))])
        );
    }

    #[test]
    fn a_class_folder_that_spells_a_split_does_not_move_its_images() {
        let found = read_paths(&["train/test/1.jpg", "val/test/2.jpg", "val/a/3.jpg"]);
        let expected = [
            some("train", Some("test")),
            some("val", Some("test")),
            some("val", Some("a")),
        ];
        assert_eq!(found, Some(expected.to_vec()));
    }

    #[test]
    fn the_name_of_the_split_repeated_below_it_is_no_class() {
        let found = read_paths(&[
            "training_set/training_set/cat/1.jpg",
            "training_set/training_set/dog/1.jpg",
            "test_set/cat/2.jpg",
        ]);
        let expected = [
            some("training_set", Some("cat")),
            some("training_set", Some("dog")),
            some("test_set", Some("cat")),
        ];
        assert_eq!(found, Some(expected.to_vec()));
    }

    #[test]
    fn no_split_folder_is_another_layout() {
        assert_eq!(read_paths(&["cats/1.jpg", "dogs/2.jpg"]), None);
    }

    #[test]
    fn folders_of_splits_that_hold_masks_or_texts_only_are_none() {
        let splits = |images: &[&str], masks: &[&str], texts: &[&str]| -> Vec<String> {
            let mut walked = Walked::default();
            for path in [images, masks, texts].concat() {
                let (folder, _) = path.rsplit_once('/').unwrap();
                walked.directories.push(folder.to_owned());
            }
            walked.directories.sort();
            let image = |path: &&str| {
                let place = crate::source::Place::Named;
                super::super::walk::WalkedFile::new((*path).to_owned(), place)
            };
            walked.images = images.iter().map(image).collect();
            let mask = |path: &&str| crate::sample::Companion {
                path: (*path).to_owned(),
                of: String::new(),
                place: crate::source::Place::Named,
            };
            walked.companions = masks.iter().map(mask).collect();
            walked.texts = texts.iter().map(|&text| text.to_owned()).collect();
            let claim = claim(&walked).into_iter();
            claim.flat_map(|one| one.splits).map(|one| one.0).collect()
        };
        let both = ["x_train_in/1.jpg", "x_val_in/2.jpg"];
        let masks = ["x_train_gt/1.png", "x_val_gt/2.png"];
        assert_eq!(splits(&both, &masks, &[]), ["x_train_in", "x_val_in"]);
        let texts = ["m/train/1.txt", "m/val/2.txt"];
        assert!(splits(&["a/1.jpg"], &[], &texts).is_empty());
        // The pictures of one of them may be gone, and a folder without anything is told.
        let lost = splits(&["m/val/2.jpg"], &[], &texts);
        assert_eq!(lost, ["train", "val"]);
    }

    #[test]
    fn an_image_outside_the_splits_has_none() {
        let found = read_paths(&["train/1.jpg", "logo.png"]);
        assert_eq!(found, Some(vec![some("train", None), (None, None)]));
    }

    #[test]
    fn one_folder_for_all_and_folders_of_cameras_are_no_classes() {
        let labels = |paths: &[&str]| -> Vec<Option<String>> {
            let found = read_paths(paths).unwrap().into_iter();
            found.map(|(_, label)| label).collect()
        };
        assert_eq!(labels(&["train/x/1.jpg", "val/x/2.jpg"]), [None, None]);
        let cameras = [
            "train/image_2/1.jpg",
            "train/image_3/1.jpg",
            "val/image_2/2.jpg",
        ];
        assert_eq!(labels(&cameras), [None, None, None]);
        let some = |class: &str| Some(class.to_owned());
        assert_eq!(
            labels(&["train/x/1.jpg", "val/x/2.jpg", "val/y/3.jpg"]),
            [some("x"), some("x"), some("y")]
        );
    }
}
