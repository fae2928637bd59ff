//! What annotation tools export: one file that lists pictures, with the split of each and what it
//! shows (CVAT, Label Studio, `FiftyOne`, Datumaro), or a file beside each picture (`LabelMe`,
//! Pascal VOC).
//!
//! Splits are told by a field, an attribute or a tag. Classes are labels where every annotated
//! picture shows exactly one.

mod json;
mod xml;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use rayon::prelude::*;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::resolve::Resolver;
use super::split_name::{role_of, value_role};
use super::walk::Walked;
use crate::sample::{Layout, SplitRole};
use crate::source::read_file;

/// Most files that are looked at, where no picture has their name.
const MOST_FILES: usize = 100;

/// Largest file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 28;

/// Percent of the pictures of an export that must be here.
const LEAST_FOUND: usize = 90;

/// One picture of an export.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    /// As written: a path, a name, a name without ending, or an address.
    name: String,
    split: Option<String>,
    classes: BTreeSet<String>,
}

/// A file as a tool wrote it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Export {
    tool: &'static str,
    rows: Vec<Row>,
}

/// Files of one folder by one tool.
#[derive(Debug, Default)]
struct Pool<'a> {
    paths: Vec<&'a str>,
    rows: Vec<Row>,
}

/// What exports claim of splits, and what they say of classes.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) claims: Vec<Claim>,
    pub(super) labels: Vec<Claim>,
}

/// Reads the exports of a tree. A file of another form is none.
pub(super) fn find(root: &Path, walked: &Walked) -> Found {
    let mut by_stem: HashMap<&str, Vec<&str>> = HashMap::new();
    for image in &walked.images {
        let pictures = by_stem.entry(stem(&image.path)).or_default();
        pictures.push(&image.path);
    }
    let is_export = |path: &&String| path.ends_with(".json") || path.ends_with(".xml");
    let texts = walked.texts.iter().filter(is_export);
    let (beside, alone): (Vec<&String>, Vec<&String>) =
        texts.partition(|path| by_stem.contains_key(stem(path)));
    let mut found = Found::default();
    if alone.len() <= MOST_FILES {
        // A tool may write a file for each split.
        let mut pooled: BTreeMap<(&str, &str), Pool<'_>> = BTreeMap::new();
        for path in alone {
            if let Some(export) = read(&root.join(path)) {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                let pool = pooled.entry((folder, export.tool)).or_default();
                pool.paths.push(path);
                pool.rows.extend(export.rows);
            }
        }
        for ((_, tool), pool) in pooled {
            add(&mut found, root, tool, &pool, walked);
        }
    }
    found.claims = super::lists::apart(found.claims);
    found
        .labels
        .extend(of_each_picture(root, &beside, &by_stem));
    found.claims.extend(super::hf_readme::claim(root, walked));
    found
}

fn read(file: &Path) -> Option<Export> {
    if std::fs::metadata(file).is_ok_and(|data| data.len() > MOST_BYTES) {
        return None;
    }
    let bytes = read_file(file).ok()?;
    let text = std::str::from_utf8(&bytes)
        .ok()?
        .trim_start_matches('\u{feff}');
    match file.extension()?.to_str()? {
        "xml" => xml::cvat(text),
        _ => json::export(text, file),
    }
}

/// Adds what files of one folder say together.
fn add(found: &mut Found, root: &Path, tool: &str, pool: &Pool<'_>, walked: &Walked) {
    let Pool { paths, rows } = pool;
    let Some(path) = paths.first() else { return };
    let resolver = Resolver::new(root, &root.join(path), walked);
    // An export in the folder of a split is of that split.
    let folder_role = path.split('/').rev().skip(1).find_map(role_of);
    let mut drafts: BTreeMap<(String, Option<&str>), Draft> = BTreeMap::new();
    let (mut here, mut with_split, mut one_class) = (0, 0, true);
    for row in rows {
        let role = row.split.as_deref().map(value_role);
        let role = role.unwrap_or(folder_role);
        let Some((name, place)) = spellings(&row.name).find_map(|name| {
            let (name, place, exists) = resolver.resolve(name, role);
            exists.then_some((name, place))
        }) else {
            continue;
        };
        here += 1;
        with_split += usize::from(row.split.is_some());
        one_class &= row.classes.len() < 2;
        let key = (name.clone(), row.split.as_deref());
        drafts.entry(key).or_insert(Draft {
            path: name,
            place,
            split: row
                .split
                .as_ref()
                .map(|split| (split.clone(), role.unwrap_or(SplitRole::Other))),
            label: row.classes.first().cloned(),
            ..Draft::default()
        });
    }
    if here == 0 || here * 100 < rows.len() * LEAST_FOUND {
        return;
    }
    let mut drafts: Vec<Draft> = drafts.into_values().collect();
    if !one_class {
        drafts.iter_mut().for_each(|draft| draft.label = None);
    }
    let has_role = |wanted: fn(SplitRole) -> bool| {
        let mut roles = drafts
            .iter()
            .filter_map(|draft| Some(draft.split.as_ref()?.1));
        roles.any(wanted)
    };
    let trains = has_role(|role| role == SplitRole::Training);
    let evaluates = has_role(SplitRole::is_evaluation);
    let named: Vec<String> = paths
        .iter()
        .take(4)
        .map(|path| format!("`{path}`"))
        .collect();
    let strength = match trains && evaluates {
        true => Strength::Splits,
        false => Strength::SomeSplits,
    };
    let evidence = format!("{tool} in {}", named.join(", "));
    let claim = Claim {
        lists_samples: true,
        ..Claim::new(Layout::Exports, strength, evidence, drafts)
    };
    if with_split > 0 && (trains || evaluates) {
        found.claims.push(claim);
    } else {
        found.labels.push(claim);
    }
}

/// Ways to spell a picture: as written, without the server's address, its name alone, and without
/// the digest that Label Studio puts in front.
fn spellings(written: &str) -> impl Iterator<Item = &str> {
    let local = written.rsplit_once("?d=").map_or(written, |(_, path)| path);
    let local = local.trim_start_matches('/');
    let name = local.rsplit('/').next().unwrap_or(local);
    let bare = name.split_once('-').filter(|(digest, _)| {
        digest.len() == 8 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let bare = bare.map_or(name, |(_, bare)| bare);
    [written, local, name, bare].into_iter()
}

/// Labels from files that belong to one picture each.
fn of_each_picture(
    root: &Path,
    files: &[&String],
    by_stem: &HashMap<&str, Vec<&str>>,
) -> Option<Claim> {
    let read = |path: &&String| {
        let picture = nearest(path, by_stem.get(stem(path))?)?;
        let bytes = read_file(&root.join(path.as_str())).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (tool, classes) = match path.ends_with(".xml") {
            true => ("Pascal VOC", xml::voc(&text)?),
            false => ("LabelMe", json::labelme(&text)?),
        };
        Some((picture.to_owned(), tool, classes))
    };
    let told: Vec<(String, &str, BTreeSet<String>)> = files.par_iter().filter_map(read).collect();
    let one_class = told.iter().all(|(_, _, classes)| classes.len() < 2);
    let (_, tool, _) = told.first().filter(|_| one_class)?;
    let evidence = format!("{tool} files such as `{}`", files.first()?);
    let labels = told
        .into_iter()
        .map(|(path, _, classes)| (path, classes.into_iter().next()));
    Some(Claim::of_labels(Layout::Exports, evidence, labels))
}

/// The one picture of several with a file's name that shares most folders with it, from either end.
fn nearest<'a>(file: &str, pictures: &[&'a str]) -> Option<&'a str> {
    let folders = |path: &'_ str| -> Vec<String> {
        let (folders, _) = path.rsplit_once('/').unwrap_or(("", path));
        folders.split('/').map(ToOwned::to_owned).collect()
    };
    let own = folders(file);
    let shared = |picture: &&&str| {
        let other = folders(picture);
        let before = own.iter().zip(&other).take_while(|(a, b)| a == b).count();
        let behind = own.iter().rev().zip(other.iter().rev());
        before + behind.take_while(|(a, b)| a == b).count()
    };
    let best = pictures.iter().map(|picture| shared(&picture)).max()?;
    let mut nearest = pictures.iter().filter(|picture| shared(picture) == best);
    match (nearest.next(), nearest.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// A file's name without folders and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_of_a_file_is_the_one_in_its_own_split() {
        let pictures = ["train/images/1.jpg", "val/images/1.jpg"];
        let of = |file| nearest(file, &pictures);
        assert_eq!(of("val/labels/1.xml"), Some("val/images/1.jpg"));
        assert_eq!(of("Annotations/1.xml"), None);
        assert_eq!(
            nearest("Annotations/1.xml", &pictures[..1]),
            Some(pictures[0])
        );
        let split_below = ["images/train/1.jpg", "images/val/1.jpg"];
        assert_eq!(nearest("xml/val/1.xml", &split_below), Some(split_below[1]));
    }

    #[test]
    fn addresses_of_servers_are_spelled_as_files() {
        let last = |written| spellings(written).last().unwrap().to_owned();
        assert_eq!(last("/data/upload/1/3f2ab9c1-t00.jpg"), "t00.jpg");
        assert_eq!(last("/data/local-files/?d=a/t-1.jpg"), "t-1.jpg");
    }
}
