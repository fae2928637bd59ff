//! `split/class/image.jpg`: folders named after splits.
//!
//! The outermost folder that spells a split decides, so `train/…`,
//! `images/train/…` and `data/v2/val/cat/…` all work. The folder below it names
//! the class, unless it says only `images`, repeats the split, or names entities
//! such as patients ([`class_folder`]).

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::class_folder;
use super::split_name::role_of;
use super::walk::Walked;
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

/// What split folders claim; `None` when no folder that could hold images spells a split.
pub(super) fn claim(walked: &Walked) -> Option<Claim> {
    let splits = split_folders(&walked.directories);
    if splits.is_empty() {
        return None;
    }
    let drafts = walked.images.iter().map(|image| {
        let mut draft = Draft::of(image.clone());
        if let Some(place) = place_of(&image.path) {
            draft.split = Some((place.split.to_owned(), place.role));
            draft.label = place.class.map(ToOwned::to_owned);
        }
        draft
    });
    let mut drafts: Vec<Draft> = drafts.collect();
    let labels = drafts.iter().filter_map(|draft| {
        let (split, _) = draft.split.as_ref()?;
        Some((draft.label.as_deref()?, split.as_str()))
    });
    if !class_folder::are_classes(labels) {
        for draft in &mut drafts {
            draft.label = None;
        }
    }
    Some(Claim {
        layout: Layout::ImageFolder,
        strength: Strength::Folders,
        evidence: evidence(&splits),
        chosen_by: format!("`--layout {}`", Layout::ImageFolder.name()),
        drafts,
        splits,
        problems: Vec::new(),
        split_of: |path| Some(place_of(path)?.split.to_owned()),
        lists_samples: false,
    })
}

/// The folders, for people.
fn evidence(splits: &[(String, SplitRole)]) -> String {
    const MOST: usize = 4;
    let first = splits
        .iter()
        .take(MOST)
        .map(|(name, _)| format!("`{name}`"));
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

/// Where a path stands in the layout.
struct Place<'a> {
    split: &'a str,
    role: SplitRole,
    class: Option<&'a str>,
}

fn place_of(path: &str) -> Option<Place<'_>> {
    let (folders, _) = path.rsplit_once('/')?;
    let mut folders = folders.split('/');
    let (split, role) = folders
        .by_ref()
        .find_map(|name| role_of(name).map(|role| (name, role)))?;
    let class = folders
        // An archive unpacked into a folder of its own name repeats the split.
        .filter(|name| *name != split)
        .find(|name| !NOT_A_CLASS.contains(&name.to_ascii_lowercase().as_str()));
    Some(Place { split, role, class })
}

/// Splits that a folder names. Where any of them lies under a folder for images
/// only those count, so that the empty twin `labels/val` is no empty split.
fn split_folders(directories: &[String]) -> Vec<(String, SplitRole)> {
    let outermost = |path: &&String| {
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        role_of(name).is_some() && parents.split('/').all(|parent| role_of(parent).is_none())
    };
    let holds_annotations = |path: &String| {
        let parents = path.rsplit_once('/').map_or("", |(parents, _)| parents);
        parents.split('/').any(|parent| {
            ["labels", "annotations", "masks"].contains(&parent.to_ascii_lowercase().as_str())
        })
    };
    let folders = directories
        .iter()
        .filter(outermost)
        .filter(|path| !holds_annotations(path));
    let mut splits: Vec<_> = folders
        .filter_map(|path| {
            let name = path.rsplit('/').next()?;
            Some((name.to_owned(), role_of(name)?))
        })
        .collect();
    splits.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    splits.dedup();
    splits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_paths(paths: &[&str]) -> Option<Vec<(Option<String>, Option<String>)>> {
        let mut walked = Walked::default();
        for path in paths {
            walked.images.push(super::super::walk::WalkedFile {
                path: (*path).into(),
                place: crate::source::Place::Named,
            });
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
        let found = read_paths(&["train/test/1.jpg", "val/test/2.jpg"]);
        assert_eq!(
            found,
            Some(vec![some("train", Some("test")), some("val", Some("test"))])
        );
    }

    #[test]
    fn no_split_folder_is_another_layout() {
        assert_eq!(read_paths(&["cats/1.jpg", "dogs/2.jpg"]), None);
    }

    #[test]
    fn an_image_outside_the_splits_has_none() {
        let found = read_paths(&["train/1.jpg", "logo.png"]);
        assert_eq!(found, Some(vec![some("train", None), (None, None)]));
    }
}
