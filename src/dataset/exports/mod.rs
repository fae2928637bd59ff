//! What annotation tools export: one file that lists pictures, with the split of each and what it
//! shows (CVAT, Label Studio, `FiftyOne`, Datumaro, `CreateML`, `VoTT`), or a file beside each
//! picture (`LabelMe`, Pascal VOC).
//!
//! Splits are told by a field, an attribute or a tag, or by the names of files of one tool.

mod beside;
mod createml;
mod cvat;
mod forms;
mod json;
mod label_studio;
mod labelme;
mod many_lines;
mod nested;
mod own_names;
mod shaped;
mod splits;
mod supervisely;
mod text_rows;
mod tracks;
mod via_table;
mod voc;
mod vott;
pub(super) mod xml;

pub(super) use many_lines::is_with_boxes;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::builder::Draft;
use super::claim::{Claim, Strength};
use super::drawn::{Drawn, Gather};
use super::resolve::Resolver;
use super::side_texts::ending;
use super::split_name::{role_of, spelled_by_file, split_of_export, value_role};
use super::usual_names::is_yaml;
use super::walk::Walked;
use crate::annotation::{Annotations, FaultKind};
use crate::sample::{Layout, SplitRole};
use crate::source::{Place, read_file_up_to};

/// Most files that are looked at, where no picture has their name.
const MOST_FILES: usize = 100;

/// Endings of what one file says of many pictures.
const DOCUMENTS: [&str; 7] = ["json", "jsonl", "ndjson", "odgt", "xml", "yaml", "yml"];

/// Ending of tables, which other layouts read, too.
const TABLE: &str = "csv";

/// Largest file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 28;

/// Endings of pictures that a tool keeps in the names of its files.
const IMAGES: [&str; 7] = ["bmp", "jpeg", "jpg", "png", "tif", "tiff", "webp"];

/// Percent of the pictures of an export that must be here.
const LEAST_FOUND: usize = 90;

/// One picture of an export.
#[derive(Debug, Default, PartialEq)]
struct Row {
    /// As written: a path, a name, a name without ending, or an address.
    name: String,
    split: Option<String>,
    /// The fold that the split is one of.
    part: Option<String>,
    /// Width and height, as told.
    size: Option<(u32, u32)>,
    drawn: Vec<Drawn>,
    /// What is wrong with what is drawn.
    faults: Vec<(FaultKind, String)>,
}

/// A file as a tool wrote it.
#[derive(Debug, Default, PartialEq)]
struct Export {
    tool: &'static str,
    rows: Vec<Row>,
    /// Classes that the tool lists.
    declared: Vec<String>,
}

impl Export {
    /// Without a list of classes.
    fn new(tool: &'static str, rows: Vec<Row>) -> Self {
        Self {
            tool,
            rows,
            declared: Vec::new(),
        }
    }
}

/// What a file that stands beside a picture says.
#[derive(Debug, PartialEq)]
enum Told {
    Picture(Row),
    /// A file of something else.
    OtherForm,
    /// A line, and what is wrong there.
    Damaged(u32, String),
}

/// Files of one folder by one tool.
#[derive(Debug, Default)]
struct Pool<'a> {
    paths: Vec<&'a str>,
    /// Each with its file.
    rows: Vec<(Arc<str>, Row)>,
    declared: Vec<String>,
}

/// What exports claim of splits, and what others say of pictures.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) claims: Vec<Claim>,
    pub(super) annotations: Vec<Annotations>,
}

/// Reads the exports of a tree. A file of another form is none.
///
/// With `rows`, texts with a line for each object are read, too; where a layout has read such
/// files, they are not asked again.
pub(super) fn find(root: &Path, walked: &Walked, rows: bool) -> Found {
    let mut by_stem: HashMap<&str, Vec<&str>> = HashMap::new();
    for image in &walked.images {
        for name in own_names::names(&image.path) {
            by_stem.entry(name).or_default().push(&image.path);
        }
    }
    let is_export = |path: &&String| {
        let is_document = DOCUMENTS.contains(&ending(path));
        let is_text = rows && path.ends_with(".txt");
        is_document && !is_yaml(path) || is_text || ending(path) == TABLE
    };
    let texts = walked.texts.iter().filter(is_export);
    let (beside, alone): (Vec<&String>, Vec<&String>) =
        texts.partition(|path| own_names::picture_of(path, &by_stem).is_some());
    let mut found = Found::default();
    let is_document = |path: &&&String| DOCUMENTS.contains(&ending(path));
    let (documents, lines): (Vec<&&String>, Vec<&&String>) = alone.iter().partition(is_document);
    for ((_, tool), mut pool) in pools(root, walked, &documents, of_document) {
        split_by_file(&mut pool);
        add(&mut found, root, tool, &pool, walked);
    }
    // A list of another form may be that of a further split.
    for ((_, tool), pool) in pools(root, walked, &lines, of_lines) {
        add(&mut found, root, tool, &pool, walked);
    }
    found.claims = super::lists::apart(found.claims);
    found
        .annotations
        .extend(beside::annotations(root, walked, &beside, &alone, &by_stem));
    found.claims.extend(super::hf_readme::claim(root, walked));
    found
}

/// What files say, by folder and tool: it may write a file for each split.
fn pools<'a>(
    root: &Path,
    walked: &Walked,
    files: &[&&'a String],
    read: fn(&Path, &str, &Walked) -> Option<Export>,
) -> BTreeMap<(&'a str, &'static str), Pool<'a>> {
    let mut pooled: BTreeMap<(&str, &str), Pool<'_>> = BTreeMap::new();
    let few = files.iter().filter(|_| files.len() <= MOST_FILES);
    for path in few {
        let Some(export) = read(root, path, walked) else {
            continue;
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let pool = pooled.entry((folder, export.tool)).or_default();
        pool.paths.push(path);
        let file: Arc<str> = Arc::from(path.as_str());
        let own = export.rows.into_iter();
        pool.rows.extend(own.map(|row| (Arc::clone(&file), row)));
        for class in export.declared {
            if !pool.declared.contains(&class) {
                pool.declared.push(class);
            }
        }
    }
    pooled
}

fn of_document(root: &Path, path: &str, _: &Walked) -> Option<Export> {
    let file = root.join(path);
    let text = read(&file)?;
    match ending(path) {
        "xml" => cvat::images(&text),
        "yaml" | "yml" => splits::of_yaml(&text),
        "jsonl" | "ndjson" | "odgt" => forms::lines(&text),
        _ => json::export(&text, &file),
    }
}

/// Of a text or a table with lines, which may be about many pictures.
fn of_lines(root: &Path, path: &str, walked: &Walked) -> Option<Export> {
    let text = read(&root.join(path))?;
    if ending(path) == TABLE {
        return forms::table(&text);
    }
    tracks::boxes(root, path, &text, walked).or_else(|| many_lines::pictures(&text))
}

fn read(file: &Path) -> Option<String> {
    let bytes = read_file_up_to(file, MOST_BYTES).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

/// Files of one folder and tool that are named after splits tell these, where nothing in them does
/// and there is one to train on and one to evaluate on.
fn split_by_file(pool: &mut Pool<'_>) {
    let of_file = |path: &str| {
        if let Some((name, role)) = split_of_export(stem(path)) {
            return Some((name.to_owned(), role));
        }
        let word = spelled_by_file(stem(path))?;
        let role = role_of(&word)?;
        Some((word, role))
    };
    let told: Option<Vec<(String, SplitRole)>> =
        pool.paths.iter().map(|path| of_file(path)).collect();
    let Some(told) = told else { return };
    let trains = told.iter().any(|(_, role)| *role == SplitRole::Training);
    let evaluates = told.iter().any(|(_, role)| role.is_evaluation());
    let is_open = pool.rows.iter().all(|(_, row)| row.split.is_none());
    if trains && evaluates && is_open {
        for (file, row) in &mut pool.rows {
            row.split = of_file(file).map(|(name, _)| name);
        }
    }
}

/// Adds what files of one folder say together.
fn add(found: &mut Found, root: &Path, tool: &str, pool: &Pool<'_>, walked: &Walked) {
    let Pool { paths, rows, .. } = pool;
    let Some(path) = paths.first() else { return };
    let mut resolver = Resolver::new(root, &root.join(path), walked);
    let written: Vec<&str> = rows.iter().map(|(_, row)| row.name.as_str()).collect();
    resolver.look_for(&written, None);
    // An export in the folder of a split is of that split.
    let folder_role = path.split('/').rev().skip(1).find_map(role_of);
    let mut drafts: BTreeMap<(String, Option<String>), Draft> = BTreeMap::new();
    let mut parts = BTreeMap::new();
    let mut gather = Gather::new(pool.declared.iter().cloned());
    let (mut here, mut with_split) = (0, 0);
    for (file, row) in rows {
        let role = row.split.as_deref().map(value_role);
        let role = role.unwrap_or(folder_role);
        let inside = resolver.pictures_of_folder(&row.name);
        let one = || {
            spellings(&row.name).find_map(|name| {
                let (name, place, exists) = resolver.resolve(name, role);
                exists.then_some((name, place))
            })
        };
        let named: Vec<(String, Place)> = match inside.is_empty() {
            true => one().into_iter().collect(),
            false => inside,
        };
        if named.is_empty() {
            let detail = format!("`{}` is not here", row.name);
            gather.fault(FaultKind::WithoutPicture, file, 0, None, detail);
            continue;
        }
        here += 1;
        with_split += usize::from(row.split.is_some());
        let split = row.split.as_ref().map(|split| match &row.part {
            Some(part) => {
                let own = format!("{part}/{split}");
                parts.insert(own.clone(), part.clone());
                own
            }
            None => split.clone(),
        });
        for (name, place) in named {
            gather.picture(&name, file, row.size, row.drawn.iter().cloned());
            for (kind, detail) in &row.faults {
                gather.fault(*kind, file, 0, Some(&name), detail.clone());
            }
            let key = (name.clone(), split.clone());
            let role = role.unwrap_or(SplitRole::Other);
            drafts.entry(key).or_insert(Draft {
                path: name,
                place,
                split: split.clone().map(|split| (split, role)),
                ..Draft::default()
            });
        }
    }
    if here == 0 || here * 100 < rows.len() * LEAST_FOUND {
        return;
    }
    let drafts: Vec<Draft> = drafts.into_values().collect();
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
    let annotations = gather.finish(evidence.clone());
    let tells_splits = with_split > 0 && (trains || evaluates);
    if tells_splits && !folders_say_more(&drafts, walked) {
        found.claims.push(Claim {
            lists_samples: true,
            annotations,
            parts,
            ..Claim::new(Layout::Exports, strength, evidence, drafts)
        });
    } else {
        found.annotations.push(annotations);
    }
}

/// Whether folders say the same of all that is listed, and have a further split, which has no
/// annotations.
fn folders_say_more(drafts: &[Draft], walked: &Walked) -> bool {
    let of_folder = |path: &str| path.split('/').rev().skip(1).find_map(role_of);
    let roles = drafts.iter().map(|draft| {
        let told = draft.split.as_ref().map(|split| split.1);
        told.filter(|told| of_folder(&draft.path) == Some(*told))
    });
    let Some(roles) = roles.collect::<Option<BTreeSet<SplitRole>>>() else {
        return false;
    };
    let listed: HashSet<&str> = drafts.iter().map(|draft| draft.path.as_str()).collect();
    let images = walked.images.iter().map(|image| image.path.as_str());
    let mut others = images.filter(|path| !listed.contains(path)).peekable();
    others.peek().is_some()
        && others.all(|path| of_folder(path).is_some_and(|role| !roles.contains(&role)))
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

/// A file's name without folders and ending; of `a.jpg.json` without both endings.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match name
        .strip_suffix(".json")
        .and_then(|inner| inner.rsplit_once('.'))
    {
        Some((inner, ending)) if IMAGES.contains(&ending.to_ascii_lowercase().as_str()) => inner,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_spelled_as_files() {
        let last = |written| spellings(written).last().unwrap().to_owned();
        assert_eq!(last("/data/upload/1/3f2ab9c1-t00.jpg"), "t00.jpg");
        assert_eq!(last("/data/local-files/?d=a/t-1.jpg"), "t-1.jpg");
    }
}
