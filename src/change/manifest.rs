//! Rows of a manifest that have changed: a sample that changes its split is new there.

use std::collections::BTreeSet;

use super::git::Repository;
use crate::dataset;
use crate::error::Error;
use crate::progress::Silent;
use crate::sample::{Dataset, Sample};
use crate::settings::{Columns, Files, Input};

/// Samples whose row differs from every row that the commit's manifest has for them;
/// `None` where the commit has no such manifest, or one that cannot be read.
///
/// # Errors
/// Those of git, and a temporary file that cannot be written.
pub(super) fn moved_rows(
    repository: &Repository,
    commit: &str,
    table: &str,
    dataset: &Dataset,
    columns: &Columns,
) -> Result<Option<BTreeSet<String>>, Error> {
    let path = format!("{}{table}", repository.prefix()?);
    let Some(text) = repository.content(commit, &path)? else {
        return Ok(None);
    };
    let refused = |error: std::io::Error| Error::Change {
        message: format!("a temporary copy of `{table}` could not be written ({error})"),
    };
    // The reader of manifests takes a file, and tells columns by name.
    let directory = tempfile::tempdir().map_err(refused)?;
    let name = table.rsplit('/').next().unwrap_or(table);
    let manifest = directory.path().join(name);
    std::fs::write(&manifest, text).map_err(refused)?;
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
