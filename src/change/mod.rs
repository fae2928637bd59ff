//! Which samples has a change touched? Asks git, or a list of files.
//!
//! What cannot be told counts as touched: a sample that neither git nor DVC knows is
//! checked every time, rather than never.

mod dvc;
mod git;
mod manifest;

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Error;
use crate::sample::{Dataset, Layout, Sample};
use crate::settings::{Columns, Input};
use crate::source::path_text;
use git::Repository;

/// Samples that a change has touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Their paths relative to the dataset root; `None` is all of them. Paths that are
    /// no sample may be among them: deleted files, and files that are no images.
    pub paths: Option<BTreeSet<String>>,
    /// What the user should know, one sentence each.
    pub notes: Vec<String>,
}

impl Touched {
    fn everything(note: String) -> Self {
        Self {
            paths: None,
            notes: vec![format!("{note}, so every image is checked")],
        }
    }
}

/// Samples that differ between a revision and the files as they lie there, or that are not tracked.
///
/// # Errors
/// [`Error::Change`]: no git, no repository, no such revision, or history that a shallow clone lacks.
pub fn since(
    revision: &str,
    dataset: &Dataset,
    input: &Input,
    columns: &Columns,
) -> Result<Touched, Error> {
    let repository = Repository::of(&dataset.root)?;
    if repository.is_unborn()? {
        let note = "the repository has no commit yet".to_owned();
        return Ok(Touched::everything(note));
    }
    let commit = repository.commit(revision)?;
    // Three programs that mostly wait for the disk.
    let (changes, (tracked, bundles)) = rayon::join(
        || repository.changes(&commit),
        || {
            rayon::join(
                || repository.tracked(),
                || dvc::bundles(&repository, &commit),
            )
        },
    );
    let (changes, tracked, bundles) = (changes?, tracked?, bundles?);
    let mut notes = Vec::new();
    let mut paths: BTreeSet<String> = changes.iter().map(|change| change.path.clone()).collect();
    let moved = changes.iter().filter(|change| change.is_directory);
    let moved: Vec<&str> = moved.map(|change| change.path.as_str()).collect();
    let (mut untracked, mut unpacked) = (0, 0);
    for sample in &dataset.samples {
        let path = &*sample.path;
        if tracked.files.contains(path) || paths.contains(path) {
            continue;
        }
        let bundle = bundles.iter().find(|bundle| is_below(path, &bundle.path));
        let link = tracked
            .directories
            .iter()
            .find(|place| is_below(path, place));
        let known = match (bundle, link) {
            (Some(bundle), _) => {
                unpacked += usize::from(bundle.is_touched_whole());
                !bundle.touches(path)
            }
            (None, Some(place)) => !moved.contains(&place.as_str()),
            (None, None) => {
                untracked += 1;
                false
            }
        };
        if !known {
            paths.insert(path.to_owned());
        }
    }
    if untracked > 0 {
        notes.push(format!(
            "images that git and DVC do not track, checked every time: {untracked}"
        ));
    }
    if unpacked > 0 {
        notes.push(format!(
            "images in directories whose DVC file has changed, all checked because the DVC cache does not tell which have: {unpacked}"
        ));
    }
    let tables = changes
        .iter()
        .filter(|change| is_manifest(&change.path, dataset, input));
    let tables: Vec<&str> = tables.map(|change| change.path.as_str()).collect();
    match tables.as_slice() {
        [] => {}
        [table] => match manifest::moved_rows(&repository, &commit, table, dataset, columns)? {
            Some(rows) => paths.extend(rows),
            None => {
                let note = format!("`{revision}` has no `{table}` that can be compared with");
                return Ok(Touched::everything(note));
            }
        },
        _ => {
            let note = format!("several manifests have changed ({})", tables.join(", "));
            return Ok(Touched::everything(note));
        }
    }
    Ok(Touched {
        paths: Some(paths),
        notes,
    })
}

/// Samples that a list names: one path a line, or ended by NUL bytes where there are any.
/// Paths are relative to the current directory `base`, or else to the dataset root.
#[must_use]
pub fn listed(list: &[u8], base: &Path, dataset: &Dataset) -> Touched {
    let by_nul = list.contains(&0);
    let names = list.split(|&byte| if by_nul { byte == 0 } else { byte == b'\n' });
    let names = names.map(|name| match by_nul {
        true => name,
        false => name.strip_suffix(b"\r").unwrap_or(name),
    });
    let root = absolute(base, &dataset.root);
    let mut paths = BTreeSet::new();
    for name in names.filter(|name| !name.is_empty()) {
        let file = absolute(base, &git::path_of(name));
        let (text, _) = match file.strip_prefix(&root) {
            Ok(below) => path_text(Path::new(""), below),
            Err(_) => path_text(Path::new(""), &git::path_of(name)),
        };
        paths.insert(text);
    }
    let known = |sample: &&Sample| paths.contains(&*sample.path);
    let mut notes = Vec::new();
    if !paths.is_empty() && !dataset.samples.iter().any(|sample| known(&sample)) {
        notes.push(format!(
            "none of the {} named files is an image of `{}`",
            paths.len(),
            dataset.root.display()
        ));
    }
    Touched {
        paths: Some(paths),
        notes,
    }
}

/// A path from the root of the file system, without `.` and `..`; links are not followed.
fn absolute(base: &Path, path: &Path) -> std::path::PathBuf {
    let mut whole = std::path::PathBuf::new();
    for part in base.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}

fn is_below(path: &str, place: &str) -> bool {
    place.is_empty()
        || path
            .strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a changed file says which split a sample is in.
fn is_manifest(path: &str, dataset: &Dataset, input: &Input) -> bool {
    match input {
        Input::Manifest { root, manifest } => {
            let here = std::path::absolute(manifest).ok();
            here.is_some() && std::path::absolute(root.join(path)).ok() == here
        }
        Input::Tree { .. } => {
            let by_table = matches!(dataset.layout, Layout::CsvManifest | Layout::DrivingLog);
            by_table && !path.contains('/') && path.to_ascii_lowercase().ends_with(".csv")
        }
        Input::Directories(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Builder, Draft};

    fn dataset(root: &str, paths: &[&str]) -> Dataset {
        let mut builder = Builder::new(root, Layout::Unsplit);
        for path in paths {
            builder.sample(Draft {
                path: (*path).to_owned(),
                ..Draft::default()
            });
        }
        builder.build()
    }

    fn named(root: &str, list: &[u8]) -> Vec<String> {
        let touched = listed(list, Path::new("/home/a"), &dataset(root, &["train/a.jpg"]));
        touched.paths.unwrap().into_iter().collect()
    }

    #[test]
    fn a_listed_path_may_start_at_the_current_directory_or_at_the_dataset() {
        let list =
            b"data/train/a.jpg\r\n./data/train/../train/b c.jpg\ntrain/d.jpg\n/home/a/data/e.jpg\n\n";
        let expected = ["e.jpg", "train/a.jpg", "train/b c.jpg", "train/d.jpg"];
        assert_eq!(named("data", list), expected);
        assert_eq!(named("/home/a/data", list), expected);
    }

    #[test]
    fn names_ended_by_nul_may_hold_newlines() {
        assert_eq!(named(".", b"a\nb.jpg\0c.jpg\0"), ["a\nb.jpg", "c.jpg"]);
    }

    #[test]
    fn a_list_without_any_image_of_the_dataset_is_told() {
        let touched = listed(
            b"README.md\n",
            Path::new("/home/a"),
            &dataset("data", &["a.jpg"]),
        );
        assert!(touched.notes[0].contains("none of the 1 named files"));
        let empty = listed(b"", Path::new("/home/a"), &dataset("data", &["a.jpg"]));
        assert_eq!(
            (empty.paths.map(|paths| paths.len()), empty.notes.len()),
            (Some(0), 0)
        );
    }
}
