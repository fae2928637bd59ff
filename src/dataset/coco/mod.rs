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
use super::csv_text::{at_line, read_text};
use super::drawn::Gather;
use super::exports::stem;
use super::group_columns::Column;
use super::resolve::Resolver;
use super::split_name::{beside_training, role_of, side_by_side, spelled_by_file, words};
use super::walk::Walked;
use super::wholes::wholes;
use crate::annotation::{Annotations, FaultKind};
use crate::error::Error;
use crate::faults;
use crate::sample::{Layout, Problem, ProblemKind, SplitRole};
use document::Document;

/// Largest file that is read, in bytes; COCO's own are below half of it.
const MOST_BYTES: u64 = 1 << 30;

/// Most files that are read; more are annotations of single pictures.
const MOST_FILES: usize = 50;

/// Percent of the pictures of a file named after a split that must be here; the others are missing.
const LEAST_FOUND: usize = 50;

/// Percent of the pictures that must be here of a file that names no split.
const LEAST_DRAWN_ON: usize = 90;

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

/// What such files of the tree claim together, and those that are about pictures and cannot be
/// used.
///
/// # Errors
/// A file cannot be read, or is named like COCO's and is damaged.
pub(super) fn claim(root: &Path, walked: &Walked) -> Result<(Option<Claim>, Vec<Problem>), Error> {
    let named = named(walked);
    if named.len() > MOST_FILES {
        return Ok((None, Vec::new()));
    }
    let (mut files, mut unused) = (Vec::new(), Vec::new());
    for (path, split) in named {
        match read(&root.join(path), path)? {
            Some(document) if document.images.is_empty() => {}
            Some(document) => files.push((path, split, document)),
            None if lists_images(&root.join(path)) => {
                unused.push(not_used(
                    path,
                    "its `images` are of a form that is not read",
                ));
            }
            None if is_named_so(path) => unused.push(Problem {
                kind: ProblemKind::NotUsed,
                path: path.clone(),
                detail: "is named as COCO's annotations of a split are, and was not used: it lists no images; export it again, or remove it".to_owned(),
            }),
            None => {}
        }
    }
    let here = |(path, (_, role), document): &(&String, (String, SplitRole), Document)| {
        let mut resolver = Resolver::new(root, &root.join(path), walked);
        resolver.look_for(&document.names(), Some(*role));
        let images = document.images.iter();
        let found = images.filter(|image| resolver.resolve(image.name(), Some(*role)).2);
        (found.count(), document.images.len())
    };
    let found: Vec<(usize, usize)> = files.iter().map(here).collect();
    let is_usable = |&(found, all): &(usize, usize)| found * 100 >= all * LEAST_FOUND;
    let counts = files.iter().zip(&found);
    let evaluates = counts
        .clone()
        .any(|((_, (_, role), _), counts)| role.is_evaluation() && is_usable(counts));
    for ((path, (_, role), _), counts) in counts {
        // A split to evaluate on that was never fetched, beside one that was.
        let is_elsewhere = counts.0 == 0 && role.is_evaluation() && evaluates;
        if !is_usable(counts) && !is_elsewhere {
            let (found, all) = counts;
            let detail = format!("{found} of the {all} images that it lists are here");
            unused.push(not_used(path, &detail));
        }
    }
    let mut usable = found.iter().map(is_usable);
    files.retain(|_| usable.next().unwrap_or(false));
    let described = files.iter().map(|(_, (_, role), document)| {
        let images = document.images.iter();
        (*role, images.map(document::Image::name).collect())
    });
    let mut are_wholes = wholes(&described.collect::<Vec<_>>()).into_iter();
    files.retain(|_| !are_wholes.next().unwrap_or(false));
    let plain = files.iter().filter(|(path, ..)| split_of(path).is_some());
    let known: HashSet<String> = plain.flat_map(|file| names(&file.2)).collect();
    files.retain(|(path, _, document)| {
        // What names pictures of the others divides them in another way.
        let again = names(document).filter(|name| known.contains(name));
        split_of(path).is_some() || again.count() * 10 <= document.images.len()
    });
    if files.is_empty() {
        return Ok((None, unused));
    }
    Ok((Some(claimed(root, walked, &files)), unused))
}

fn names(document: &Document) -> impl Iterator<Item = String> + '_ {
    document.images.iter().map(|image| image.name().to_owned())
}

fn not_used(path: &str, why: &str) -> Problem {
    Problem {
        kind: ProblemKind::NotUsed,
        path: path.to_owned(),
        detail: format!(
            "is named after a split and lists images, and was not used: {why}; fetch what is missing, or say how to read the dataset with `--layout`"
        ),
    }
}

/// Files that are named after splits. Where none is named by such a word and words of the format
/// alone, those that differ in nothing but that word: `lvis_v1_train.json`, `lvis_v1_val.json`.
fn named(walked: &Walked) -> Vec<(&String, (String, SplitRole))> {
    let own = walked.texts.iter();
    let strict: Vec<_> = own
        .filter_map(|path| Some((path, split_of(path)?)))
        .collect();
    if !strict.is_empty() {
        let folder = |path: &str| path.rsplit_once('/').map_or("", |one| one.0).to_owned();
        let trains: HashSet<String> = strict
            .iter()
            .filter(|(_, (_, role))| *role == SplitRole::Training)
            .map(|(path, _)| folder(path))
            .collect();
        let is_known = |path: &String| strict.iter().any(|one| one.0 == path);
        let texts = walked.texts.iter().filter(|path| path.ends_with(".json"));
        let beside = texts.filter(|path| trains.contains(&folder(path)) && !is_known(path));
        let beside: Vec<_> = beside
            .filter_map(|path| Some((path, split_beside(path)?)))
            .collect();
        return strict.into_iter().chain(beside).collect();
    }
    let pictures: HashSet<&str> = walked.images.iter().map(|one| stem(&one.path)).collect();
    let own = walked.texts.iter().filter(|path| path.ends_with(".json"));
    let own: Vec<&String> = own.filter(|path| !pictures.contains(stem(path))).collect();
    let stems: Vec<&str> = own.iter().map(|path| stem(path)).collect();
    let roles = side_by_side(&stems).into_iter();
    let told = own.iter().zip(&stems).zip(roles);
    let told: Vec<_> = told
        .filter_map(|((path, stem), role)| Some((*path, (spelled_by_file(stem)?, role?))))
        .collect();
    // Two versions of one description divide the pictures differently.
    let distinct: HashSet<&String> = told.iter().map(|(_, (split, _))| split).collect();
    match distinct.len() == told.len() {
        true => told,
        false => Vec::new(),
    }
}

/// Whether JSON of another form lists images.
fn lists_images(file: &Path) -> bool {
    let text = read_text(file).unwrap_or_default();
    let read: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let images = read
        .as_ref()
        .and_then(|read| read.get("images")?.as_array());
    images.is_some_and(|images| images.iter().any(serde_json::Value::is_object))
}

fn claimed(
    root: &Path,
    walked: &Walked,
    files: &[(&String, (String, SplitRole), Document)],
) -> Claim {
    let mut gather = Gather::new(objects::classes(files.iter().map(|file| &file.2)));
    let mut drafts: BTreeMap<(String, String), Draft> = BTreeMap::new();
    let mut splits = BTreeSet::new();
    let mut problems = Vec::new();
    let mut columns: BTreeMap<&str, Column> = BTreeMap::new();
    for (path, (split, role), document) in files {
        let mut resolver = Resolver::new(root, &root.join(path), walked);
        resolver.look_for(&document.names(), Some(*role));
        let (mut pictures, mut seen) = (Vec::new(), BTreeSet::new());
        for image in &document.images {
            let (name, place, _) = resolver.resolve(image.name(), Some(*role));
            let draft = Draft {
                path: name.clone(),
                place,
                split: Some((split.clone(), *role)),
                ..Draft::default()
            };
            for (column, value) in image.groups() {
                let own: &mut Column = columns.entry(column).or_default();
                own.table.clone_from(path);
                own.of.entry(name.clone()).or_insert_with(|| value.clone());
            }
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
    let annotations = gather.finish(String::new());
    let annotations = with_numbers(annotations, files.iter().map(|(.., document)| document));
    let drafts: Vec<Draft> = drafts.into_values().collect();
    let columns = columns.into_iter().map(|(name, column)| Column {
        name: name.to_owned(),
        ..column
    });
    let trains = splits.iter().any(|(_, role)| *role == SplitRole::Training);
    let evaluates = splits.iter().any(|(_, role)| role.is_evaluation());
    let files: Vec<String> = files.iter().map(|(path, ..)| format!("`{path}`")).collect();
    let files = files[..files.len().min(4)].join(", ");
    let strength = match trains && evaluates {
        true => Strength::Splits,
        false => Strength::SomeSplits,
    };
    let evidence = format!("COCO annotations {files}");
    Claim {
        splits: splits.into_iter().collect(),
        lists_samples: true,
        problems,
        columns: columns.collect(),
        annotations: Annotations {
            source: evidence.clone(),
            ..annotations
        },
        ..Claim::new(Layout::Coco, strength, evidence, drafts)
    }
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
    let mut resolver = Resolver::new(root, &root.join(path), walked);
    let of_folder = || path.split('/').rev().skip(1).find_map(role_of);
    let role = split_of(path).map(|(_, role)| role).or_else(of_folder);
    let file: Arc<str> = Arc::from(path);
    resolver.look_for(&document.names(), role);
    let mut gather = Gather::new(objects::classes([document].into_iter()));
    let (mut pictures, mut found) = (Vec::new(), 0);
    for image in &document.images {
        let (name, _, exists) = resolver.resolve(image.name(), role);
        found += usize::from(exists);
        if !exists {
            let detail = format!("`{}` is not here", image.name());
            gather.fault(FaultKind::WithoutPicture, &file, 0, None, detail);
        }
        pictures.push(name);
    }
    if found == 0 || found * 100 < pictures.len() * LEAST_DRAWN_ON {
        return None;
    }
    objects::gather(document, &file, &pictures, &mut gather);
    let told = gather.finish(format!("COCO annotations `{path}`"));
    let told = with_numbers(told, [document].into_iter());
    let draws = told.pictures.iter().any(|one| !one.regions.is_empty());
    draws.then_some(told)
}

fn with_numbers<'a>(
    told: Annotations,
    documents: impl Iterator<Item = &'a Document>,
) -> Annotations {
    let numbers = objects::numbers(documents, &told.classes);
    Annotations { numbers, ..told }
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

/// The same beside a file of training: `instances_valminusminival`, `instances_dev_seen`.
fn split_beside(path: &str) -> Option<(String, SplitRole)> {
    let stem = stem(path);
    let left = words(stem).into_iter();
    let left: Vec<String> = left
        .filter(|word| !KINDS.contains(&word.as_str()))
        .collect();
    let role = beside_training(&left.join("_"))?;
    Some((left.join("_"), role))
}

/// Whether a file is named as COCO's tools and exports of it are.
fn is_named_so(path: &str) -> bool {
    path.contains("instances") || path.contains(".coco.")
}

/// The content of a file; `None` for JSON of another form.
fn read(file: &Path, path: &str) -> Result<Option<Document>, Error> {
    if std::fs::metadata(file).is_ok_and(|data| data.len() > MOST_BYTES) {
        return Ok(None);
    }
    let is_named = is_named_so(path);
    let text = match read_text(file) {
        Err(Error::Manifest { .. }) if !is_named => return Ok(None),
        text => text?,
    };
    match serde_json::from_str(&text) {
        // Pictures that nothing names are of another form.
        Ok(Document { images, .. }) if images.iter().any(|one| one.name().is_empty()) => Ok(None),
        Ok(read) => Ok(Some(read)),
        Err(error) if error.is_data() => Ok(None),
        Err(error) if is_named => {
            let message = faults::json(text.as_bytes(), &error, false);
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
