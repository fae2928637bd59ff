//! What no command writes over: one rule for every file that is written.
//!
//! An image, what is no text, a file that this run reads, and a file of the dataset that nothing
//! here has written. What an earlier run has left may be written again, unless the dataset is read
//! from it.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::config;
use crate::dataset;
use crate::error::Error;
use crate::gate::baseline;
use crate::sample::{Dataset, Layout};
use crate::settings::Input;

use super::own;

/// Bytes of a file that are looked at.
const LOOKED_AT: u64 = 65_536;

/// What this run reads and is going to write.
#[derive(Debug, Default)]
struct Known {
    /// Files that are read.
    read: BTreeSet<PathBuf>,
    /// Folders of the dataset.
    folders: Vec<PathBuf>,
    /// Whether the dataset is read from lists of images, so that any such list may be its own.
    reads_lists: bool,
    /// Files that are going to be written.
    wanted: Vec<PathBuf>,
}

static KNOWN: Mutex<Known> = Mutex::new(Known {
    read: BTreeSet::new(),
    folders: Vec::new(),
    reads_lists: false,
    wanted: Vec::new(),
});

fn known() -> MutexGuard<'static, Known> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a file that this run reads from being written over.
pub(super) fn protect(input: &Path) {
    if let Ok(real) = input.canonicalize() {
        known().read.insert(real);
    }
}

/// Says which files are going to be written, before anything is done.
///
/// # Errors
/// Two of them are one, or one would be lost.
pub(super) fn announce<'a>(wanted: impl IntoIterator<Item = &'a Path>) -> Result<(), Error> {
    let mut places = BTreeSet::new();
    for path in wanted.into_iter().filter(|path| *path != Path::new("-")) {
        // Any number may go to `/dev/null`.
        let is_file = std::fs::metadata(path).map_or(true, |found| found.is_file());
        if is_file && !places.insert(place(path)) {
            return Err(Error::settings(format!(
                "two outputs go to `{}`, and only one of them would be left: give each a file of its own",
                path.display()
            )));
        }
        must_spare(path)?;
        known().wanted.push(path.to_path_buf());
    }
    Ok(())
}

/// Keeps the files of a dataset from being written over.
///
/// # Errors
/// One of those that are going to be written would be lost.
pub(super) fn protect_dataset(input: &Input, dataset: &Dataset) -> Result<(), Error> {
    for name in told_by(dataset) {
        protect(&dataset.root.join(name));
    }
    let folders = match input {
        Input::Tree { root, .. } | Input::Manifest { root, .. } => vec![root.as_path()],
        Input::Directories(splits) => {
            // Beside them lies what may be of no dataset, but for what was read.
            if let Ok(root) = dataset.root.canonicalize() {
                let texts = dataset.texts.iter().map(|text| root.join(text));
                known().read.extend(texts);
            }
            let places = splits.iter().map(|split| split.path.as_path());
            places.clone().for_each(protect);
            places.collect()
        }
    };
    let real = folders
        .into_iter()
        .filter_map(|one| one.canonicalize().ok());
    known().folders.extend(real);
    known().reads_lists |= matches!(dataset.layout, Layout::Lists | Layout::Yolo);
    let wanted = known().wanted.clone();
    wanted.iter().try_for_each(|path| must_spare(path))
}

/// Names of the texts that a dataset was read from. What is named as not used is not.
fn told_by(dataset: &Dataset) -> BTreeSet<String> {
    let words = [&dataset.evidence, &dataset.labels_from];
    let parts = words.into_iter().flat_map(|text| text.split("; "));
    let used = parts.filter(|part| !part.starts_with("not used"));
    let quoted = used.flat_map(|part| part.split('`').skip(1).step_by(2));
    let mut names: BTreeSet<String> = quoted.map(ToOwned::to_owned).collect();
    names.extend(dataset.group_columns.iter().map(|one| one.table.clone()));
    names.extend(dataset.mask_classes.iter().map(|one| one.file.clone()));
    names
}

/// Refuses to write over what the user owns.
///
/// # Errors
/// The file is called as an image, is there and no text, as archives and arrays are, is read by
/// this run, holds settings, or is one of the dataset that nothing here has written.
pub(super) fn must_spare(path: &Path) -> Result<(), Error> {
    let name = path.display();
    must_be_text(path)?;
    let Ok(real) = path.canonicalize() else {
        return Ok(());
    };
    let known = known();
    if known.read.contains(&real) {
        return Err(Error::settings(format!(
            "`{name}` is read by this run, and would be written over: choose another file"
        )));
    }
    if !real.is_file() {
        return Ok(());
    }
    let own_name = real.file_name().unwrap_or_default();
    if own_name == config::FILE_NAME || own_name == baseline::FILE_NAME {
        return Err(Error::settings(format!(
            "`{name}` holds what `splitleak init` or `splitleak baseline` writes, and would be written over: choose another file"
        )));
    }
    let of_dataset = known.folders.iter().any(|folder| real.starts_with(folder));
    let is_own = |begin: Vec<u8>| {
        let may_be_read = known.reads_lists && own::is_list(&real, &begin);
        own::is_own(&real, &begin) && !may_be_read
    };
    if of_dataset && !begin(&real).is_some_and(is_own) {
        return Err(Error::settings(format!(
            "`{name}` lies in the dataset and is nothing that was written here before: choose another name, or remove it first"
        )));
    }
    Ok(())
}

/// Refuses to write text over what is none.
///
/// # Errors
/// The file is called as an image, or is there and no text.
pub(super) fn must_be_text(path: &Path) -> Result<(), Error> {
    let name = path.display();
    if dataset::is_called_as_image(path) {
        return Err(Error::settings(format!(
            "`{name}` is called as an image is, and no image is written: choose another name, so that none of the dataset is lost"
        )));
    }
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    // Names may be ended by NUL bytes (`--null`).
    let is_other = |begin: Vec<u8>| begin.contains(&0) && !own::is_own(path, &begin);
    if is_file && begin(path).is_some_and(is_other) {
        return Err(Error::settings(format!(
            "`{name}` is there already and is no text, so that it is nothing that was written here before: choose another name"
        )));
    }
    Ok(())
}

/// The first bytes of a file.
fn begin(path: &Path) -> Option<Vec<u8>> {
    let mut begin = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(LOOKED_AT).read_to_end(&mut begin).ok()?;
    Some(begin)
}

/// Where a file lies or would lie, whatever links lead there.
fn place(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    let beside = || {
        let parent = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(parent.join(path.file_name()?))
    };
    let real = path.canonicalize().ok();
    real.or_else(beside).unwrap_or_else(|| path.to_path_buf())
}
