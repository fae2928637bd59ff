//! `data.yaml` of Ultralytics and Roboflow: what the training program itself reads.
//!
//! `train`, `val` and `test` are each a folder, a text list, or several, relative to `path`,
//! which is relative to the file. What is not there is tried without leading `../` and below the
//! file's folder, because Roboflow writes `../train/images` and `path` is that of another machine.
//! A sample may be in several splits here; it then leaks, whatever its folder is called.

mod label_files;
pub(super) mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::builder::Draft;
use super::claim::{Claim, SplitOf, Strength};
use super::csv_text::{at_line, read_text, read_text_up_to};
use super::resolve::Resolver;
use super::usual_names::is_yaml;
use super::walk::Walked;
use crate::annotation::{Annotations, Fault, FaultKind};
use crate::error::Error;
use crate::faults;
use crate::sample::{Layout, Problem, ProblemKind, SplitRole};
use label_files::Classes;
use rows::Form;

/// Largest file that is taken for such a description, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Most such files that are looked at.
const MOST_FILES: usize = 50;

const SPLITS: [(&str, SplitRole); 3] = [
    ("train", SplitRole::Training),
    ("val", SplitRole::Validation),
    ("test", SplitRole::Test),
];

/// The keys that say where pictures are, and those by which such a file is known.
#[derive(Debug, Deserialize)]
struct Description {
    path: Option<String>,
    train: Option<OneOrSeveral>,
    #[serde(alias = "valid", alias = "validation")]
    val: Option<OneOrSeveral>,
    test: Option<OneOrSeveral>,
    nc: Option<Number>,
    names: Option<Names>,
    #[serde(default)]
    kpt_shape: Vec<usize>,
}

/// Most classes that a number alone may announce.
const MOST_CLASSES: u32 = 100_000;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Whole(u32),
    Otherwise(serde::de::IgnoredAny),
}

/// Names of classes, by their numbers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Names {
    Listed(Vec<String>),
    Numbered(BTreeMap<u32, String>),
    Otherwise(serde::de::IgnoredAny),
}

impl Description {
    /// The classes by number. Where only their count is told, numbers are names.
    fn classes(&self) -> Classes {
        let named = |count: u32, name: &dyn Fn(u32) -> Option<String>| -> Vec<String> {
            let numbers = 0..count.min(MOST_CLASSES);
            let name = |number: u32| name(number).unwrap_or_else(|| number.to_string());
            numbers.map(name).collect()
        };
        let listed = match (&self.names, &self.nc) {
            (Some(Names::Listed(names)), _) => names.clone(),
            (Some(Names::Numbered(names)), _) => {
                let count = names
                    .keys()
                    .next_back()
                    .map_or(0, |last| last.saturating_add(1));
                named(count, &|number| names.get(&number).cloned())
            }
            (_, Some(Number::Whole(count))) => named(*count, &|_| None),
            _ => Vec::new(),
        };
        let key_points = match *self.kpt_shape {
            [points, values] => points.saturating_mul(values),
            _ => 0,
        };
        Classes {
            listed,
            form: Form { key_points },
        }
    }

    /// What is wrong with its own list of classes.
    fn fault(&self, path: &str) -> Option<Fault> {
        let Some(Number::Whole(count)) = self.nc else {
            return None;
        };
        let names = match self.names.as_ref()? {
            Names::Listed(names) => names.len(),
            Names::Numbered(names) => names.len(),
            Names::Otherwise(_) => return None,
        };
        (names != count as usize).then(|| Fault {
            kind: FaultKind::Malformed,
            file: Arc::from(path),
            line: 0,
            picture: None,
            detail: format!("`nc` says {count} classes and `names` has {names}"),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    One(String),
    Several(Vec<String>),
}

impl OneOrSeveral {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// What descriptions of the tree claim.
///
/// # Errors
/// `data.yaml` or `dataset.yaml` is no YAML, or a list that one names cannot be read.
pub(super) fn claims(root: &Path, walked: &Walked) -> Result<Vec<Claim>, Error> {
    let ends_so = |path: &&String| path.ends_with(".yaml") || path.ends_with(".yml");
    let mut claims = Vec::new();
    for path in walked.texts.iter().filter(ends_so).take(MOST_FILES) {
        let file = root.join(path);
        let is_usual = is_yaml(path);
        let text = match read_text_up_to(&file, MOST_BYTES) {
            Err(error) if is_usual => return Err(error),
            Err(_) => continue,
            Ok(text) => text,
        };
        // Of other YAML files any may be there, and any may be of another form.
        match serde_saphyr::from_str::<Description>(&text) {
            Ok(description) => claims.extend(claim(root, path, &description, walked)?),
            Err(error) if is_usual && text.contains("train") => {
                let line = error.location().map_or(1, |location| location.line());
                return Err(at_line(&file, line, faults::yaml(&error.to_string())));
            }
            Err(_) => {}
        }
    }
    Ok(super::lists::apart(claims))
}

fn claim(
    root: &Path,
    path: &str,
    description: &Description,
    walked: &Walked,
) -> Result<Option<Claim>, Error> {
    let (Some(train), Some(val)) = (&description.train, &description.val) else {
        return Ok(None);
    };
    if description.nc.is_none() && description.names.is_none() {
        return Ok(None);
    }
    let sides = [Some(train), Some(val), description.test.as_ref()];
    let bases = bases(path, description.path.as_deref());
    let mut drafts = Vec::new();
    let mut splits = Vec::new();
    let mut folders: Vec<(String, String)> = Vec::new();
    let mut problems = Vec::new();
    for ((name, role), side) in SPLITS.into_iter().zip(sides) {
        let Some(side) = side else { continue };
        let mut seen = BTreeSet::new();
        for written in side.all() {
            let mut samples = Vec::new();
            match find(root, &bases, written) {
                Some(Found::Folder(folder)) => {
                    samples.extend(inside(walked, &folder));
                    folders.push((folder, name.to_owned()));
                }
                Some(Found::List(list)) => samples.extend(listed(root, &list, role, walked)?),
                // The test split is often named and not delivered.
                None if role == SplitRole::Test => continue,
                None => {
                    problems.push(absent(path, name, written));
                    continue;
                }
            }
            samples.retain(|draft: &Draft| seen.insert(draft.path.clone()));
            drafts.extend(samples.into_iter().map(|draft| Draft {
                split: Some((name.to_owned(), role)),
                ..draft
            }));
        }
        splits.push((name.to_owned(), role));
    }
    // What names nothing that is here describes another dataset.
    if drafts.is_empty() && !problems.is_empty() {
        return Ok(None);
    }
    let annotations = annotations(root, path, description, walked, &drafts);
    // Only folders of one split can be said to hide samples of it.
    folders.sort();
    Ok(Some(Claim {
        splits,
        split_of: SplitOf(Box::new(move |path| {
            let inside = |(folder, _): &&(String, String)| is_inside(path, folder);
            Some(folders.iter().find(inside)?.1.clone())
        })),
        lists_samples: true,
        annotations,
        problems,
        ..Claim::new(
            Layout::Yolo,
            Strength::Manifest,
            format!("`{path}`"),
            drafts,
        )
    }))
}

/// Part of a split that is not here, where another part or split is.
fn absent(path: &str, split: &str, written: &str) -> Problem {
    Problem {
        kind: ProblemKind::NotUsed,
        path: path.to_owned(),
        detail: format!(
            "names `{written}` for its split `{split}`, which is not here: what it holds was compared with nothing; fetch it, or correct the path"
        ),
    }
}

fn annotations(
    root: &Path,
    path: &str,
    description: &Description,
    walked: &Walked,
    drafts: &[Draft],
) -> Annotations {
    let pictures: BTreeSet<&str> = drafts.iter().map(|draft| draft.path.as_str()).collect();
    let mut read = label_files::read(root, walked, &description.classes(), &pictures);
    if !read.is_empty() {
        read.faults.extend(description.fault(path));
    }
    read
}

/// Folders that values may be relative to, relative to the root, likeliest first.
fn bases(path: &str, written: Option<&str>) -> Vec<String> {
    let own = path
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder)
        .to_owned();
    let mut bases = vec![own.clone()];
    if let Some(written) = written.filter(|written| !written.starts_with('/')) {
        bases.insert(0, join(&own, written).unwrap_or_default());
        bases.insert(1, join("", written).unwrap_or_default());
    }
    bases
}

enum Found {
    /// Relative to the root.
    Folder(String),
    List(String),
}

/// What a value of a split names, below the root.
fn find(root: &Path, bases: &[String], written: &str) -> Option<Found> {
    let here = |path: String| {
        let at = root.join(&path);
        if at.is_dir() {
            Some(Found::Folder(path))
        } else {
            (at.is_file() && path.ends_with(".txt")).then_some(Found::List(path))
        }
    };
    let slashed = written.replace('\\', "/");
    if slashed.starts_with('/') || slashed.contains(':') {
        let absolute = Path::new(written).strip_prefix(root).ok();
        let below = absolute.map(|below| below.to_string_lossy().replace('\\', "/"));
        if let Some(found) = below.and_then(here) {
            return Some(found);
        }
        // Of another machine: its last parts.
        let parts: Vec<&str> = slashed.split('/').filter(|part| !part.is_empty()).collect();
        return (1..parts.len()).find_map(|from| here(parts[from..].join("/")));
    }
    let trimmed = slashed.trim_start_matches("../");
    let spellings = [slashed.as_str(), trimmed];
    let mut tried = bases
        .iter()
        .flat_map(|base| spellings.map(|spelling| join(base, spelling)));
    tried.find_map(|path| path.and_then(here))
}

/// Joins with `.` and `..` resolved; `None` outside the root.
fn join(base: &str, below: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in below.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn is_inside(path: &str, folder: &str) -> bool {
    let below = path.strip_prefix(folder);
    folder.is_empty() || below.is_some_and(|below| below.starts_with('/'))
}

/// The images of a folder.
fn inside<'a>(walked: &'a Walked, folder: &str) -> impl Iterator<Item = Draft> + use<'a> {
    let folder = folder.to_owned();
    let images = walked.images.iter();
    let inside = images.filter(move |image| is_inside(&image.path, &folder));
    inside.cloned().map(Draft::of)
}

/// The images of a text list, one a line.
fn listed(root: &Path, list: &str, role: SplitRole, walked: &Walked) -> Result<Vec<Draft>, Error> {
    let file = root.join(list);
    let resolver = Resolver::new(root, &file, walked);
    let text = read_text(&file)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let draft = |line| {
        let (path, place, _) = resolver.resolve(line, Some(role));
        Draft {
            path,
            place,
            ..Draft::default()
        }
    };
    Ok(lines.map(draft).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_resolved_and_never_lead_out() {
        assert_eq!(join("a/b", "../c").as_deref(), Some("a/c"));
        assert_eq!(join("", "./x").as_deref(), Some("x"));
        assert_eq!(join("", "../x"), None);
    }

    #[test]
    fn classes_are_named_by_a_list_by_numbers_or_by_their_count() {
        let of = |text: &str| {
            let read: Description = serde_saphyr::from_str(text).unwrap();
            let fault = read.fault("data.yaml").map(|fault| fault.detail);
            (read.classes().listed.join(" "), fault)
        };
        assert_eq!(
            of("names: [cat, dog]\nnc: 2\n"),
            ("cat dog".to_owned(), None)
        );
        assert_eq!(
            of("names:\n  0: cat\n  2: dog\n"),
            ("cat 1 dog".to_owned(), None)
        );
        assert_eq!(of("nc: 2\n"), ("0 1".to_owned(), None));
        assert_eq!(of("names: x"), (String::new(), None));
        let fault = "`nc` says 3 classes and `names` has 2".to_owned();
        assert_eq!(
            of("names: [a, b]\nnc: 3\n"),
            ("a b".to_owned(), Some(fault))
        );
    }

    #[test]
    fn key_points_are_counted_by_their_shape() {
        let of = |text: &str| {
            let read: Description = serde_saphyr::from_str(text).unwrap();
            read.classes().form.key_points
        };
        assert_eq!((of("nc: 1\nkpt_shape: [17, 3]\n"), of("nc: 1\n")), (51, 0));
    }

    #[test]
    fn values_are_one_path_or_several() {
        let text = "path: .\ntrain: [a, b]\nval: a\nnames: {0: cat}\n";
        let read: Description = serde_saphyr::from_str(text).unwrap();
        assert_eq!(read.train.unwrap().all(), ["a", "b"]);
        assert_eq!(read.val.unwrap().all(), ["a"]);
    }
}
