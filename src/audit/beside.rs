//! Files that belong to a picture and go where it goes: masks, and annotations of its own.

use std::collections::BTreeSet;

use crate::repair::manifest::Column;
use crate::sample::{Dataset, SampleId};

/// Folders of pictures beside which annotations lie in a tree of their own.
const PICTURES: [&str; 5] = ["images", "image", "imgs", "img", "jpegimages"];
/// Folders of annotations.
const ANNOTATIONS: [&str; 5] = ["labels", "label", "annotations", "Annotations", "annots"];
/// Endings of annotations of one picture: YOLO, Pascal VOC, labelme.
const ENDINGS: [&str; 3] = ["txt", "xml", "json"];

/// What lies beside each of some samples; empty where there is nothing.
pub(super) struct Beside {
    masks: Vec<String>,
    annotations: Vec<String>,
}

impl Beside {
    pub(super) fn of(dataset: &Dataset, ids: &[SampleId]) -> Self {
        let texts: BTreeSet<&str> = dataset.texts.iter().map(String::as_str).collect();
        let mask = |id: &SampleId| {
            let own = dataset.companions_of(*id).first();
            own.map_or(String::new(), |companion| companion.path.clone())
        };
        let annotation = |id: &SampleId| {
            let mut names = annotations(&dataset.samples[id.index()].path).into_iter();
            names
                .find(|name| texts.contains(name.as_str()))
                .unwrap_or_default()
        };
        Self {
            masks: ids.iter().map(mask).collect(),
            annotations: ids.iter().map(annotation).collect(),
        }
    }

    /// Samples with annotations of their own.
    pub(super) fn annotated(&self) -> usize {
        self.annotations
            .iter()
            .filter(|path| !path.is_empty())
            .count()
    }

    /// Columns of a manifest, where any sample has such a file.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        let columns = [("mask", &self.masks), ("annotation", &self.annotations)];
        columns.into_iter().filter_map(|(name, paths)| {
            let any = paths.iter().any(|path| !path.is_empty());
            any.then(|| Column {
                name,
                cells: paths.iter().map(String::as_str).collect(),
            })
        })
    }
}

/// Where the annotations of a picture may lie, likeliest first.
fn annotations(picture: &str) -> Vec<String> {
    let (folder, file) = picture.rsplit_once('/').unwrap_or(("", picture));
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let parts: Vec<&str> = folder.split('/').collect();
    let is_of_pictures = |part: &&str| PICTURES.contains(&part.to_ascii_lowercase().as_str());
    let mut folders = Vec::new();
    if let Some(at) = parts.iter().rposition(is_of_pictures) {
        for name in ANNOTATIONS {
            let mut parts = parts.clone();
            parts[at] = name;
            folders.push(parts.join("/"));
        }
    }
    folders.push(folder.to_owned());
    let named = |folder: &String| {
        ENDINGS.map(|ending| match folder.as_str() {
            "" => format!("{stem}.{ending}"),
            folder => format!("{folder}/{stem}.{ending}"),
        })
    };
    folders.iter().flat_map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_lie_beside_their_picture_or_in_a_tree_like_its_own() {
        let found =
            |picture: &str, annotation: &str| annotations(picture).contains(&annotation.to_owned());
        assert!(found("images/train/a.jpg", "labels/train/a.txt"));
        assert!(found("train/images/a.b.jpg", "train/labels/a.b.txt"));
        assert!(found("VOC/JPEGImages/1.jpg", "VOC/Annotations/1.xml"));
        assert!(found("train/a.jpg", "train/a.json"));
        assert!(found("a.jpg", "a.xml"));
        assert!(!found("train/cat/a.jpg", "labels/cat/a.txt"));
    }
}
