//! Samples that differ between a commit and the working tree.

use std::collections::BTreeSet;
use std::path::Path;

use super::git::{self, Change, Extent, Repository};
use super::lfs::{self, Store};
use super::{ChangedFiles, dvc, files, is_below};
use crate::error::Error;
use crate::sample::Dataset;

/// Samples whose files are not those of the commit, and those that nobody tracks.
///
/// # Errors
/// Those of git.
pub(super) fn touched(
    repository: &Repository,
    commit: &str,
    dataset: &Dataset,
) -> Result<ChangedFiles, Error> {
    // Three programs that mostly wait for the disk.
    let (changes, (tracked, bundles)) = rayon::join(
        || changes(repository, commit),
        || rayon::join(|| repository.tracked(), || dvc::bundles(repository, commit)),
    );
    let (changes, tracked, bundles) = (changes?, tracked?, bundles?);
    let mut paths: BTreeSet<String> = changes.iter().map(|change| change.path.clone()).collect();
    paths.extend(tracked.unwatched.iter().cloned());
    let moved = changes.iter().filter(|change| change.is_directory);
    let mut moved: Vec<&str> = moved.map(|change| change.path.as_str()).collect();
    for submodule in &tracked.submodules {
        if repository.is_dirty(submodule)? {
            moved.push(submodule);
        }
    }
    let mut elsewhere = Elsewhere::new(repository, commit);
    let (mut untracked, mut unpacked) = (0, 0);
    for file in files::told_of(dataset) {
        let path = file.path;
        if tracked.files.contains(path) || paths.contains(path) {
            continue;
        }
        let bundle = bundles.iter().find(|bundle| is_below(path, &bundle.path));
        let within = |places: &[String]| {
            let mut places = places.iter().filter(|place| is_below(path, place));
            places.next().map(|place| moved.contains(&place.as_str()))
        };
        let is_known = if let Some(bundle) = bundle {
            unpacked += usize::from(bundle.is_touched_whole() && file.is_image);
            !bundle.touches(path)
        } else if let Some(has_moved) = within(&tracked.submodules) {
            !has_moved
        } else if let Some(has_moved) = within(&tracked.links) {
            match file.source.path() {
                Some(file) if !has_moved => elsewhere.is_unchanged(&file)?,
                _ => false,
            }
        } else {
            untracked += usize::from(file.is_image);
            false
        };
        if !is_known {
            paths.insert(path.to_owned());
        }
    }
    let mut notes = Vec::new();
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
    Ok(ChangedFiles { paths, notes })
}

/// Files that differ from a commit. Filters are not run, so that git takes the files of Git LFS for
/// changed unless it has looked at them before; those that are what the pointer stands for are not.
fn changes(repository: &Repository, commit: &str) -> Result<Vec<Change>, Error> {
    let mut changes = repository.changes(commit, Extent::Directory)?;
    if !repository.uses_lfs() {
        return Ok(changes);
    }
    let blobs: Vec<&str> = changes
        .iter()
        .filter_map(|change| change.old.as_deref())
        .collect();
    let sizes = repository.sizes(&blobs)?;
    let small = blobs.iter().zip(sizes);
    let small = small.filter(|(_, size)| size.is_some_and(|size| size <= lfs::LONGEST));
    let small: Vec<&str> = small.map(|(blob, _)| *blob).collect();
    let store = Store::of(repository)?;
    let mut objects = std::collections::BTreeMap::new();
    repository.contents(&small, |number, content| {
        let mut text = Vec::new();
        content.read_to_end(&mut text)?;
        if let Some(object) = store.object(&text) {
            objects.insert(small[number].to_owned(), object);
        }
        Ok(())
    })?;
    let root = repository.top.join(&repository.below);
    changes.retain(|change| {
        let object = change.old.as_ref().and_then(|blob| objects.get(blob));
        !object.is_some_and(|object| lfs::is_same(object, &root.join(&change.path)))
    });
    Ok(changes)
}

/// Files that links lead to, in the same repository or outside of it.
struct Elsewhere<'a> {
    repository: &'a Repository,
    commit: &'a str,
    /// What changed in all of the repository, and what it tracks: asked for once, when it is
    /// needed.
    known: Option<(BTreeSet<String>, BTreeSet<String>)>,
}

impl<'a> Elsewhere<'a> {
    fn new(repository: &'a Repository, commit: &'a str) -> Self {
        Self {
            repository,
            commit,
            known: None,
        }
    }

    /// Whether the file is the same as in the commit. Outside of the repository, the link vouches
    /// for one in a cache that names files by their content, and nothing does for another.
    fn is_unchanged(&mut self, file: &Path) -> Result<bool, Error> {
        let Ok(real) = file.canonicalize() else {
            return Ok(true);
        };
        let Ok(path) = real.strip_prefix(&self.repository.top) else {
            return Ok(is_named_by_content(&real));
        };
        let known = match self.known.take() {
            Some(known) => known,
            None => {
                let changes = self.repository.changes(self.commit, Extent::Everything)?;
                let tracked = self.repository.named_like("")?;
                (
                    changes.into_iter().map(|change| change.path).collect(),
                    tracked.into_iter().collect(),
                )
            }
        };
        let (changed, tracked) = self.known.insert(known);
        let path = git::text(path);
        Ok(tracked.contains(&path) && !changed.contains(&path))
    }
}

/// Whether a file has a digest for a name: `3f/9a1c…` of DVC, `SHA256E-s7--9a1c….jpg` of
/// git-annex.
fn is_named_by_content(file: &Path) -> bool {
    const DIGITS: usize = 30;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let runs = name.split(|character: char| !character.is_ascii_hexdigit());
    runs.map(str::len).any(|length| length >= DIGITS)
}
