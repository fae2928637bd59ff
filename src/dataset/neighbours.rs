//! What lies beside directories that are given for each split: texts that describe pictures,
//! folders of annotations, and masks.
//!
//! `--train images/train` names the pictures; their labels lie in `labels/train`, in `annotations/`
//! or in a `data.yaml` above. Looked at are the texts of the folder that holds a given directory
//! and its folders that are called like annotations; and the same one folder up, where only a
//! folder `images` or that of a split lies between. Nothing else above a directory is opened: it
//! may lie in a folder of anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::companions::MASK_WORDS;
use super::image_folder::is_plain;
use super::split_name::{role_of, words};
use super::walk::{WalkedFile, may_describe, walk};
use crate::progress::Progress;
use crate::settings::Files;
use crate::source::Place;

/// Words of folders of annotations that are not those of masks.
const WORDS: &[&str] = &["ann", "anns", "bbox", "boxes", "json", "txt", "xml", "xmls"];

/// What was found, each with the given directories that it lies beside, whose pictures it may be
/// about; all paths are absolute.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    pub(super) texts: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    /// Images in folders called like masks.
    pub(super) images: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

/// Looks beside `given` directories and containers, which are absolute.
pub(super) fn find(
    given: &BTreeSet<PathBuf>,
    files: &Files,
    progress: &dyn Progress,
) -> Neighbours {
    let is_given = |path: &Path| given.iter().any(|one| path.starts_with(one));
    let mut by_home: BTreeMap<&Path, BTreeSet<PathBuf>> = BTreeMap::new();
    for one in given {
        for home in homes(one) {
            by_home.entry(home).or_default().insert(one.clone());
        }
    }
    let mut found = Neighbours::default();
    for (home, about) in by_home {
        if is_given(home) {
            continue;
        }
        let Ok(entries) = std::fs::read_dir(home) else {
            continue;
        };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let holds_given = given.iter().any(|one| one.starts_with(&path));
            if is_given(&path) || holds_given {
                continue;
            }
            let mut text = |path: PathBuf| {
                let of = found.texts.entry(path).or_default();
                of.extend(about.iter().cloned());
            };
            if path.is_file() && may_describe(&path) && !is_hidden(&path) {
                text(path);
            } else if path.is_dir() && is_of_annotations(&path) {
                let walked = walk(&path, files, progress);
                for name in walked.texts {
                    text(path.join(name));
                }
                let named = |image: &WalkedFile| matches!(image.place, Place::Named);
                for image in walked.images.into_iter().filter(named) {
                    let of = found.images.entry(path.join(image.path)).or_default();
                    of.extend(about.iter().cloned());
                }
            }
        }
    }
    found
}

/// The folders beside whose entries a given directory lies.
fn homes(given: &Path) -> Vec<&Path> {
    let name = |path: &'_ Path| -> String {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let Some(own) = given.parent() else {
        return Vec::new();
    };
    let says_nothing =
        is_plain(&name(own)) || is_plain(&name(given)) && role_of(&name(own)).is_some();
    let above = own.parent().filter(|_| says_nothing);
    above.into_iter().chain([own]).collect()
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

/// Whether a folder is called like annotations or masks.
fn is_of_annotations(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let words = words(&name);
    let is_known = |word: &String| {
        [MASK_WORDS, WORDS]
            .iter()
            .any(|known| known.contains(&word.as_str()))
    };
    !name.starts_with('.') && words.iter().any(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_above_is_looked_at_where_only_a_word_lies_between() {
        let of = |given| -> Vec<&Path> { homes(Path::new(given)) };
        assert_eq!(of("/d/train"), [Path::new("/d")]);
        assert_eq!(
            of("/d/images/train"),
            [Path::new("/d"), Path::new("/d/images")]
        );
        assert_eq!(
            of("/d/valid/images"),
            [Path::new("/d"), Path::new("/d/valid")]
        );
        assert_eq!(of("/d/cats/images"), [Path::new("/d/cats")]);
    }

    #[test]
    fn folders_of_annotations_are_known_by_a_word() {
        for name in [
            "labels",
            "labelTxt",
            "Annotations",
            "label_2",
            "gt_masks",
            "ann",
        ] {
            assert!(is_of_annotations(Path::new(name)), "{name}");
        }
        for name in ["photos", ".labels", "2017", "train", "planning"] {
            assert!(!is_of_annotations(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn what_else_lies_above_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "labels/train/1.txt",
            "data.yaml",
            "other/2.txt",
            ".x.txt",
            "images/train/1.txt",
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        let given = BTreeSet::from([root.join("images/train")]);
        let found = find(&given, &Files::default(), &crate::progress::Silent);
        let texts: Vec<&Path> = found
            .texts
            .keys()
            .map(|path| path.strip_prefix(root).unwrap())
            .collect();
        assert_eq!(
            texts,
            [Path::new("data.yaml"), Path::new("labels/train/1.txt")]
        );
    }
}
