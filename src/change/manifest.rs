//! Rows of a manifest that have changed: a sample that changes its split is new there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Tree;
use super::git::{self, Repository};
use crate::dataset;
use crate::error::Error;
use crate::progress::Silent;
use crate::sample::{Dataset, Layout, Sample};
use crate::settings::{Columns, Files, Input};

/// What is known of the rows that have changed.
pub(super) enum Rows {
    /// Samples whose row differs from every row that the commit's manifest has for them.
    Moved(BTreeSet<String>),
    /// They are not known, and why.
    Unknown(String),
}

/// Compares the manifests of a dataset, if it has any, with those of a commit.
///
/// # Errors
/// Those of git, and a temporary file that cannot be written.
pub(super) fn moved_rows(
    repository: &Repository,
    commit: &str,
    tree: Tree<'_>,
    dataset: &Dataset,
    input: &Input,
    columns: &Columns,
) -> Result<Rows, Error> {
    let mut changed = Vec::new();
    for table in tables(tree, dataset, input)? {
        let Some(path) = repository.place_from_top(&table) else {
            let name = table.display();
            return Ok(Rows::Unknown(format!("`{name}` is not in the repository")));
        };
        let file = match tree {
            Tree::Working(_) => Some(table.clone()),
            Tree::Staged(snapshot) => snapshot.find(&table),
        };
        let now = file.and_then(|file| std::fs::read(file).ok());
        let before = repository.content(commit, &git::text(&path))?;
        if now.is_none() || now.as_deref().map(lines) != before.as_deref().map(lines) {
            changed.push((table, before));
        }
    }
    match changed.as_slice() {
        [] => Ok(Rows::Moved(BTreeSet::new())),
        [(table, before)] => {
            let before = before.as_deref();
            let rows = before.map(|text| compared(text, table, dataset, columns));
            Ok(match rows.transpose()?.flatten() {
                Some(rows) => Rows::Moved(rows),
                None => Rows::Unknown(format!(
                    "the revision has no `{}` that can be compared with",
                    table.display()
                )),
            })
        }
        several => {
            let names = several.iter().map(|(table, _)| table.display().to_string());
            let names = names.collect::<Vec<_>>().join(", ");
            Ok(Rows::Unknown(format!(
                "several manifests have changed ({names})"
            )))
        }
    }
}

/// Files that say which split a sample is in, or may do so.
fn tables(tree: Tree<'_>, dataset: &Dataset, input: &Input) -> Result<Vec<PathBuf>, Error> {
    match input {
        Input::Manifest { manifest, .. } => return Ok(vec![manifest.clone()]),
        Input::Tree { .. }
            if matches!(dataset.layout, Layout::CsvManifest | Layout::DrivingLog) => {}
        Input::Tree { .. } | Input::Directories(_) => return Ok(Vec::new()),
    }
    let directory = match tree {
        Tree::Working(_) => dataset.root.clone(),
        Tree::Staged(snapshot) => snapshot.tree(),
    };
    let failed = |source| Error::Io {
        action: "list",
        path: dataset.root.clone(),
        source,
    };
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let table = dataset.root.join(entry.map_err(failed)?.file_name());
        let is = |name: &str, part: Option<&std::ffi::OsStr>| {
            part.is_some_and(|part| part.eq_ignore_ascii_case(name))
        };
        if is("manifest.csv", table.file_name()) {
            return Ok(vec![table]);
        }
        if is("csv", table.extension()) {
            tables.push(table);
        }
    }
    tables.sort();
    Ok(tables)
}

/// Text by its lines: git may end them otherwise in the working tree.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split(|&byte| byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

/// Samples whose row differs from every row that `before` has for them; `None` where that cannot be
/// read.
fn compared(
    before: &[u8],
    table: &Path,
    dataset: &Dataset,
    columns: &Columns,
) -> Result<Option<BTreeSet<String>>, Error> {
    let refused = |error: std::io::Error| Error::Change {
        message: format!(
            "a temporary copy of `{}` could not be written ({error})",
            table.display()
        ),
    };
    // The reader of manifests takes a file, and tells columns by name.
    let directory = tempfile::tempdir().map_err(refused)?;
    let manifest = directory.path().join(table.file_name().unwrap_or_default());
    std::fs::write(&manifest, before).map_err(refused)?;
    let input = Input::Manifest {
        root: dataset.root.clone(),
        manifest,
    };
    let Ok(before) = dataset::load(&input, columns, &Files::default(), &Silent) else {
        return Ok(None);
    };
    let known: BTreeSet<String> = before.samples.iter().map(|one| row(&before, one)).collect();
    let samples = dataset.samples.iter();
    let moved = samples.filter(|sample| !known.contains(&row(dataset, sample)));
    Ok(Some(moved.map(|sample| sample.path.to_string()).collect()))
}

/// All that a row says, with the split by its name: numbers differ between manifests.
fn row(dataset: &Dataset, sample: &Sample) -> String {
    let split = sample.split.map(|split| &dataset.splits[split.index()]);
    let Sample {
        path,
        place: _,
        split: _,
        label,
        target: _,
        group,
        time,
    } = sample;
    format!("{path:?} {split:?} {label:?} {group:?} {time:?}")
}
