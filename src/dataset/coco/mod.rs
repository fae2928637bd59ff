//! COCO's JSON: a file a split that lists its pictures.
//!
//! The split is in the name of the file (`instances_train2017.json`, `val.json`), or is that of the
//! folder (`valid/_annotations.coco.json`). A file without a split (`instances_default.json`) draws
//! on pictures and divides nothing.

mod document;
mod objects;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::csv_text::at_line;
use super::drawn::Gather;
use super::exports::stem;
use super::io_error;
use super::resolve::Resolver;
use super::split_name::{role_of, words};
use super::walk::Walked;
use crate::annotation::{Annotations, FaultKind};
use crate::error::Error;
use crate::sample::{Layout, Problem, ProblemKind, SplitRole};
use crate::source::read_file;
use document::Document;

/// Largest file that is read, in bytes; COCO's own are below half of it.
const MOST_BYTES: u64 = 1 << 30;

/// Most files that are read; more are annotations of single pictures.
const MOST_FILES: usize = 50;

/// Percent of the pictures that must be here.
const LEAST_FOUND: usize = 90;

/// Words of names of such files that tell what is annotated, not which split.
const KINDS: &[&str] = &[
    "annotations",
    "bbox",
    "captions",
    "coco",
    "detections",
    "image",
    "info",
    "instance",
    "instances",
    "keypoints",
    "labels",
    "panoptic",
    "person",
    "stuff",
];

/// What such files of the tree claim together.
///
/// # Errors
/// A file cannot be read, or is named like COCO's and is damaged.
pub(super) fn claim(root: &Path, walked: &Walked) -> Result<Option<Claim>, Error> {
    let named = walked
        .texts
        .iter()
        .filter_map(|path| Some((path, split_of(path)?)));
    let named: Vec<(&String, (String, SplitRole))> = named.collect();
    if named.len() > MOST_FILES {
        return Ok(None);
    }
    let mut files = Vec::new();
    for (path, split) in named {
        if let Some(document) = read(&root.join(path), path)? {
            files.push((path, split, document));
        }
    }
    let mut gather = Gather::new(objects::classes(files.iter().map(|file| &file.2)));
    let mut drafts: BTreeMap<(String, String), Draft> = BTreeMap::new();
    let mut splits = BTreeSet::new();
    let (mut found, mut all, mut problems) = (0, 0, Vec::new());
    for (path, (split, role), document) in &files {
        let resolver = Resolver::new(root, &root.join(path), walked);
        let (mut pictures, mut seen) = (Vec::new(), BTreeSet::new());
        for image in &document.images {
            let (name, place, exists) = resolver.resolve(&image.file_name, Some(*role));
            found += usize::from(exists);
            all += 1;
            let draft = Draft {
                path: name.clone(),
                place,
                split: Some((split.clone(), *role)),
                ..Draft::default()
            };
            pictures.push(name.clone());
            if !seen.insert(name.clone()) {
                problems.push(Problem {
                    kind: ProblemKind::ListedTwice,
                    path: name.clone(),
                    detail: format!("is listed more than once in `{path}`"),
                });
            }
            drafts.entry((name, split.clone())).or_insert(draft);
        }
        objects::gather(document, &Arc::from(path.as_str()), &pictures, &mut gather);
        splits.insert((split.clone(), *role));
    }
    if found == 0 || found * 100 < all * LEAST_FOUND {
        return Ok(None);
    }
    let drafts: Vec<Draft> = drafts.into_values().collect();
    let trains = splits.iter().any(|(_, role)| *role == SplitRole::Training);
    let evaluates = splits.iter().any(|(_, role)| role.is_evaluation());
    let files: Vec<String> = files.iter().map(|(path, ..)| format!("`{path}`")).collect();
    let files = files[..files.len().min(4)].join(", ");
    let strength = match trains && evaluates {
        true => Strength::Splits,
        false => Strength::SomeSplits,
    };
    let evidence = format!("COCO annotations {files}");
    Ok(Some(Claim {
        splits: splits.into_iter().collect(),
        lists_samples: true,
        problems,
        annotations: gather.finish(evidence.clone()),
        ..Claim::new(Layout::Coco, strength, evidence, drafts)
    }))
}

/// What such files draw whose names tell no split. Files about other pictures are left alone.
///
/// # Errors
/// A file cannot be read, or is named like COCO's and is damaged.
pub(super) fn annotations(root: &Path, walked: &Walked) -> Result<Vec<Annotations>, Error> {
    let pictures = walked.images.iter().map(|image| stem(&image.path));
    let pictures: HashSet<&str> = pictures.collect();
    let is_open = |path: &str| split_of(path).is_none() && !pictures.contains(stem(path));
    read_each(root, walked, is_open)
}

/// What every such file draws, whatever split its name tells: where splits are given, files of
/// others may lie beside.
///
/// # Errors
/// As of [`annotations`].
pub(super) fn of_given(root: &Path, walked: &Walked) -> Result<Vec<Annotations>, Error> {
    let pictures = walked.images.iter().map(|image| stem(&image.path));
    let pictures: HashSet<&str> = pictures.collect();
    read_each(root, walked, |path| !pictures.contains(stem(path)))
}

fn read_each(
    root: &Path,
    walked: &Walked,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Annotations>, Error> {
    let is_wanted = |path: &&String| path.ends_with(".json") && wanted(path);
    let files: Vec<&String> = walked.texts.iter().filter(is_wanted).collect();
    let mut all = Vec::new();
    if files.len() > MOST_FILES {
        return Ok(all);
    }
    for path in files {
        if let Some(document) = read(&root.join(path), path)? {
            all.extend(drawn_by(&document, root, path, walked));
        }
    }
    Ok(all)
}

fn drawn_by(document: &Document, root: &Path, path: &str, walked: &Walked) -> Option<Annotations> {
    let resolver = Resolver::new(root, &root.join(path), walked);
    let of_folder = || path.split('/').rev().skip(1).find_map(role_of);
    let role = split_of(path).map(|(_, role)| role).or_else(of_folder);
    let file: Arc<str> = Arc::from(path);
    let mut gather = Gather::new(objects::classes([document].into_iter()));
    let (mut pictures, mut found) = (Vec::new(), 0);
    for image in &document.images {
        let (name, _, exists) = resolver.resolve(&image.file_name, role);
        found += usize::from(exists);
        if !exists {
            let detail = format!("`{}` is not here", image.file_name);
            gather.fault(FaultKind::WithoutPicture, &file, 0, None, detail);
        }
        pictures.push(name);
    }
    if found == 0 || found * 100 < pictures.len() * LEAST_FOUND {
        return None;
    }
    objects::gather(document, &file, &pictures, &mut gather);
    let told = gather.finish(format!("COCO annotations `{path}`"));
    let draws = told.pictures.iter().any(|one| !one.regions.is_empty());
    draws.then_some(told)
}

/// The split that the name or the folder of a file tells.
fn split_of(path: &str) -> Option<(String, SplitRole)> {
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".json")?;
    if file == "_annotations.coco.json" {
        let folder = folders.rsplit('/').next()?;
        return Some((folder.to_owned(), role_of(folder)?));
    }
    let words = words(stem);
    let left = words.iter().filter(|word| !KINDS.contains(&word.as_str()));
    let left: Vec<&str> = left.map(String::as_str).collect();
    let role = role_of(&left.join("_"))?;
    Some((left.concat(), role))
}

/// The content of a file; `None` for JSON of another form.
fn read(file: &Path, path: &str) -> Result<Option<Document>, Error> {
    if std::fs::metadata(file).is_ok_and(|data| data.len() > MOST_BYTES) {
        return Ok(None);
    }
    let bytes = read_file(file).map_err(|source| io_error("read", file, source))?;
    match serde_json::from_slice(&bytes) {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.is_data() => Ok(None),
        Err(error) if path.contains("instances") || path.contains(".coco.") => {
            let message = format!("is no JSON: {error}");
            Err(at_line(file, error.line() as u64, message))
        }
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_is_in_the_name_of_the_file_or_of_its_folder() {
        for (path, split) in [
            ("annotations/instances_train2017.json", Some("train2017")),
            ("person_keypoints_val2017.json", Some("val2017")),
            ("val.json", Some("val")),
            ("valid/_annotations.coco.json", Some("valid")),
            (
                "annotations/image_info_test-dev2017.json",
                Some("testdev2017"),
            ),
            ("images/cat_train.json", None),
            ("labels.json", None),
        ] {
            assert_eq!(
                split_of(path).map(|found| found.0).as_deref(),
                split,
                "{path}"
            );
        }
    }
}
