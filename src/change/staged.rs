//! Samples that differ between a commit and the index.

use std::collections::BTreeSet;

use super::git::{self, Extent};
use super::{ChangedFiles, Snapshot, files};
use crate::error::Error;
use crate::sample::Dataset;

/// Samples whose staged files are not those of the commit.
///
/// # Errors
/// Those of git.
pub(super) fn touched(
    snapshot: &Snapshot,
    commit: &str,
    dataset: &Dataset,
) -> Result<ChangedFiles, Error> {
    let repository = &snapshot.repository;
    let changes = repository.changes(commit, Extent::Index)?;
    let changed: BTreeSet<&str> = changes.iter().map(|change| &*change.path).collect();
    let links = changes.iter().filter(|change| change.is_directory);
    let links: Vec<&str> = links.map(|change| &*change.path).collect();
    let prefix = repository.prefix();
    let below = changes
        .iter()
        .filter_map(|change| change.path.strip_prefix(&prefix));
    let mut paths: BTreeSet<String> = below.map(ToOwned::to_owned).collect();
    for file in files::told_of(dataset) {
        let path = format!("{prefix}{}", file.path);
        if snapshot.holds(&path) || paths.contains(file.path) {
            continue;
        }
        // It is reached through a link, or lies outside of the dataset.
        let place = file.source.path();
        let source = place.and_then(|place| snapshot.source(&place));
        let source = source.map(|source| git::text(&source));
        let is_known =
            source.is_some_and(|source| snapshot.holds(&source) && !changed.contains(&*source));
        if !is_known || links.iter().any(|link| super::is_below(&path, link)) {
            paths.insert(file.path.to_owned());
        }
    }
    Ok(ChangedFiles {
        paths,
        notes: Vec::new(),
    })
}
