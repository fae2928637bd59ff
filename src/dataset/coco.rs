//! COCO's JSON: a file a split that lists its pictures.
//!
//! The split is in the name of the file (`instances_train2017.json`, `val.json`), or is that of the
//! folder (`valid/_annotations.coco.json`). Classes are labels where every picture of the dataset
//! shows exactly one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Deserialize;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::csv_text::at_line;
use super::io_error;
use super::resolve::Resolver;
use super::split_name::{role_of, words};
use super::walk::Walked;
use crate::error::Error;
use crate::sample::{Layout, SplitRole};
use crate::source::read_file;

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

#[derive(Deserialize)]
struct Annotations {
    images: Vec<Image>,
    #[serde(default)]
    annotations: Vec<Annotation>,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Deserialize)]
struct Image {
    id: serde_json::Value,
    file_name: String,
}

#[derive(Deserialize)]
struct Annotation {
    image_id: serde_json::Value,
    #[serde(default)]
    category_id: Option<i64>,
}

#[derive(Deserialize)]
struct Category {
    id: i64,
    name: String,
}

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
    let mut drafts: BTreeMap<(String, String), Draft> = BTreeMap::new();
    let mut splits = BTreeSet::new();
    let (mut found, mut all, mut one_class) = (0, 0, true);
    for (path, (split, role)) in named {
        let file = root.join(path);
        let Some(read) = read(&file, path)? else {
            continue;
        };
        let classes = classes(&read);
        let resolver = Resolver::new(root, &file, walked);
        for image in &read.images {
            let (name, place, exists) = resolver.resolve(&image.file_name, Some(role));
            found += usize::from(exists);
            all += 1;
            let own = classes.get(&image.id.to_string());
            one_class &= own.is_some_and(|own| own.len() == 1);
            let draft = Draft {
                path: name.clone(),
                place,
                split: Some((split.clone(), role)),
                label: own.and_then(|own| own.first().map(|class| (*class).to_owned())),
                ..Draft::default()
            };
            drafts.entry((name, split.clone())).or_insert(draft);
        }
        splits.insert((split, role));
        files.push(format!("`{path}`"));
    }
    if found == 0 || found * 100 < all * LEAST_FOUND {
        return Ok(None);
    }
    let mut drafts: Vec<Draft> = drafts.into_values().collect();
    if !one_class {
        drafts.iter_mut().for_each(|draft| draft.label = None);
    }
    let trains = splits.iter().any(|(_, role)| *role == SplitRole::Training);
    let evaluates = splits.iter().any(|(_, role)| role.is_evaluation());
    files.truncate(4);
    let strength = match trains && evaluates {
        true => Strength::Splits,
        false => Strength::SomeSplits,
    };
    let evidence = format!("COCO annotations {}", files.join(", "));
    Ok(Some(Claim {
        splits: splits.into_iter().collect(),
        lists_samples: true,
        ..Claim::new(Layout::Coco, strength, evidence, drafts)
    }))
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
fn read(file: &Path, path: &str) -> Result<Option<Annotations>, Error> {
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

/// Names of classes by image.
fn classes(read: &Annotations) -> HashMap<String, BTreeSet<&str>> {
    let names: HashMap<i64, &str> = read
        .categories
        .iter()
        .map(|one| (one.id, one.name.as_str()))
        .collect();
    let mut classes: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for one in &read.annotations {
        if let Some(name) = one.category_id.and_then(|id| names.get(&id)) {
            classes
                .entry(one.image_id.to_string())
                .or_default()
                .insert(name);
        }
    }
    classes
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
