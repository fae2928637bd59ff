//! The files of the index as a tree: what a fresh clone of the next commit will hold.
//!
//! Files that lie in the working tree as the index has them become links to there, so that
//! only the others are taken out of git.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::git::{self, Entry, LINK, Repository, SUBMODULE, text_of};
use super::leads_down;
use super::lfs::{self, Store};
use super::process::{path_of, refused};
use crate::dataset;
use crate::error::Error;
use crate::progress::Progress;
use crate::sample::Dataset;
use crate::settings::{Columns, Files, Input};
use crate::source::{Place, Source};

/// The index of the repository that a dataset lies in, as files.
pub(crate) struct Snapshot {
    pub(super) repository: Repository,
    /// The dataset as it was named.
    root: PathBuf,
    /// Vanishes with the snapshot.
    directory: tempfile::TempDir,
    /// Where the bytes of each file lie, by its path from the top.
    files: BTreeMap<PathBuf, Origin>,
    /// The same paths as samples spell them.
    names: BTreeSet<String>,
}

/// Where the bytes of a file lie.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    /// In the working tree.
    WorkingTree,
    /// In the store of Git LFS.
    Store(PathBuf),
    /// In the snapshot.
    Snapshot,
}

impl Snapshot {
    /// Takes the index of the repository that `root` lies in. `handed` is the index that the
    /// caller was told to use, as hooks are.
    ///
    /// # Errors
    /// [`Error::Change`]: no git, no repository, a merge that is not finished, a submodule inside
    /// the dataset, an object that is not here, or a temporary directory that cannot be written.
    pub(crate) fn take(root: &Path, handed: Option<&Path>) -> Result<Self, Error> {
        let repository = Repository::of(root, handed)?;
        let directory = tempfile::tempdir().map_err(unwritable)?;
        let mut snapshot = Self {
            root: root.to_path_buf(),
            directory,
            files: BTreeMap::new(),
            names: BTreeSet::new(),
            repository,
        };
        let unstaged = snapshot.repository.unstaged()?;
        let mut entries = snapshot.repository.index()?;
        entries.retain(|entry| !unstaged.announced.contains(&entry.path));
        snapshot.refuse_submodules(&entries)?;
        let (links, files): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .filter(|entry| entry.mode != SUBMODULE)
            .partition(|entry| entry.mode == LINK);
        let (same, others) = snapshot.compare(files, &unstaged.differing)?;
        snapshot.link_what_is_there(&same)?;
        snapshot.take_out(&others)?;
        // Last, so that no file is written through one.
        snapshot.take_links(&links)?;
        snapshot.names = snapshot.files.keys().map(|path| git::text(path)).collect();
        Ok(snapshot)
    }

    fn refuse_submodules(&self, entries: &[Entry]) -> Result<(), Error> {
        let mut submodules = entries.iter().filter(|entry| entry.mode == SUBMODULE);
        let below = &self.repository.below;
        match submodules.find(|entry| path_of(&entry.path).starts_with(below)) {
            None => Ok(()),
            Some(entry) => Err(refused(format!(
                "`{}` is a submodule, whose files are not in this index; check without `--staged`",
                text_of(&entry.path)
            ))),
        }
    }

    /// Entries whose files lie in the working tree byte for byte as the index has them, and the
    /// others.
    fn compare(
        &self,
        files: Vec<Entry>,
        differing: &BTreeSet<Vec<u8>>,
    ) -> Result<(Vec<Entry>, Vec<Entry>), Error> {
        let blobs: Vec<&str> = files.iter().map(|entry| &*entry.blob).collect();
        let sizes = self.repository.sizes(&blobs)?;
        let (mut same, mut others) = (Vec::new(), Vec::new());
        for (entry, size) in files.into_iter().zip(sizes) {
            let Some(size) = size else {
                return Err(absent(&entry));
            };
            let there = self.repository.top.join(path_of(&entry.path));
            // A filter such as that of Git LFS leaves a file of another size.
            let is_same = !entry.is_unwatched
                && !differing.contains(&entry.path)
                && fs::symlink_metadata(&there)
                    .is_ok_and(|metadata| metadata.is_file() && metadata.len() == size);
            match is_same {
                true => same.push(entry),
                false => others.push(entry),
            }
        }
        Ok((same, others))
    }

    /// Links to files of the working tree, each by itself: a link to a directory would let what is
    /// taken out of git be written through it.
    fn link_what_is_there(&mut self, same: &[Entry]) -> Result<(), Error> {
        for entry in same {
            let place = self.place(entry)?;
            let path = path_of(&entry.path);
            link(&self.repository.top.join(&path), &place).map_err(unwritable)?;
            self.files.insert(path, Origin::WorkingTree);
        }
        Ok(())
    }

    /// Writes files as the index has them; what Git LFS keeps is linked to.
    fn take_out(&mut self, entries: &[Entry]) -> Result<(), Error> {
        let store = Store::of(&self.repository)?;
        let places: Vec<PathBuf> = entries
            .iter()
            .map(|entry| self.place(entry))
            .collect::<Result<_, _>>()?;
        let blobs: Vec<&str> = entries.iter().map(|entry| &*entry.blob).collect();
        let mut origins = Vec::new();
        self.repository.contents(&blobs, |number, content| {
            let mut first = Vec::new();
            content.take(lfs::LONGEST).read_to_end(&mut first)?;
            if let Some(object) = store.object(&first) {
                link(&object, &places[number])?;
                origins.push((number, Origin::Store(object)));
                return Ok(());
            }
            let mut file = fs::File::create_new(&places[number])?;
            file.write_all(&first)?;
            io::copy(content, &mut file)?;
            origins.push((number, Origin::Snapshot));
            Ok(())
        })?;
        for (number, origin) in origins {
            self.files.insert(path_of(&entries[number].path), origin);
        }
        let is_absent = |entry: &&Entry| !self.files.contains_key(&path_of(&entry.path));
        match entries.iter().find(is_absent) {
            None => Ok(()),
            Some(entry) => Err(absent(entry)),
        }
    }

    fn take_links(&self, links: &[Entry]) -> Result<(), Error> {
        let blobs: Vec<&str> = links.iter().map(|entry| &*entry.blob).collect();
        let mut targets = BTreeMap::new();
        self.repository.contents(&blobs, |number, content| {
            let mut target = Vec::new();
            content.read_to_end(&mut target)?;
            targets.insert(number, path_of(&target));
            Ok(())
        })?;
        for (number, entry) in links.iter().enumerate() {
            let target = targets.get(&number).ok_or_else(|| absent(entry))?;
            link(target, &self.place(entry)?).map_err(unwritable)?;
        }
        Ok(())
    }

    /// Where an entry lies in the snapshot; the directories above it are made.
    fn place(&self, entry: &Entry) -> Result<PathBuf, Error> {
        let path = path_of(&entry.path);
        if !leads_down(&path) {
            return Err(refused(format!(
                "the index holds `{}`, which leads out of the repository",
                text_of(&entry.path)
            )));
        }
        self.place_of(&path)
    }

    fn place_of(&self, path: &Path) -> Result<PathBuf, Error> {
        let place = self.directory.path().join(path);
        let above = place.parent().unwrap_or(&place);
        fs::create_dir_all(above).map_err(unwritable)?;
        Ok(place)
    }

    /// Where the bytes of a file of the repository lie as they are staged; `None` where it is not
    /// staged, or no file of the repository.
    #[must_use]
    pub(crate) fn find(&self, file: &Path) -> Option<PathBuf> {
        let path = self.repository.place_from_top(file)?;
        let place = self.directory.path().join(path);
        place.is_file().then_some(place)
    }

    /// The dataset as it is staged.
    pub(super) fn tree(&self) -> PathBuf {
        self.directory.path().join(&self.repository.below)
    }

    /// Whether a file is staged, by its path from the top as samples spell it.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.names.contains(path)
    }

    /// Whether a file lies in the repository, staged or not.
    #[must_use]
    pub(crate) fn is_of_repository(&self, file: &Path) -> bool {
        self.repository.place_from_top(file).is_some()
    }

    /// Lists the samples of the dataset as they are staged; see [`dataset::load`]. Their paths
    /// are those of the dataset.
    ///
    /// # Errors
    /// As for [`dataset::load`], and splits that are given as directories.
    pub(crate) fn load(
        &self,
        input: &Input,
        columns: &Columns,
        files: &Files,
        progress: &dyn Progress,
    ) -> Result<Dataset, Error> {
        let root = self.tree();
        let input = match input {
            Input::Tree { layout, .. } => Input::Tree {
                root: root.clone(),
                layout: *layout,
            },
            Input::Manifest { manifest, .. } => Input::Manifest {
                root: root.clone(),
                manifest: self.find(manifest).unwrap_or_else(|| manifest.clone()),
            },
            Input::Directories(_) => {
                let message = "`--staged` needs the directory of the dataset; splits cannot be named one by one";
                return Err(refused(message.to_owned()));
            }
        };
        if !root.is_dir() {
            return Err(refused(format!(
                "nothing of `{}` is staged or committed",
                self.root.display()
            )));
        }
        let loaded = dataset::load(&input, columns, files, progress);
        let mut dataset = loaded.map_err(|error| self.as_named(error))?;
        for sample in &mut dataset.samples {
            // A container is read where it was opened: in the snapshot, which outlives the check.
            if matches!(sample.place, Place::Inside(_)) {
                continue;
            }
            let source = Source::new(&root, &sample.path, &sample.place);
            let is_exact = source.is_named();
            let Some(file) = source.path() else {
                continue;
            };
            let elsewhere = self.bytes_of(&file, is_exact);
            sample.place = elsewhere.map_or(Place::Named, |file| Place::File(file.into()));
        }
        dataset.root.clone_from(&self.root);
        Ok(dataset)
    }

    /// Where the bytes of a sample lie, given its file in the snapshot; `None` where they lie in
    /// the dataset under its path, which `is_exact` says can express it.
    fn bytes_of(&self, file: &Path, is_exact: bool) -> Option<PathBuf> {
        let inner = file.strip_prefix(self.directory.path());
        // A manifest may name files by where they lie in the working tree.
        let path = inner.or_else(|_| file.strip_prefix(&self.repository.top));
        let origin = path
            .ok()
            .and_then(|path| Some((path, self.files.get(path)?)));
        match origin {
            Some((_, Origin::WorkingTree)) if is_exact => None,
            Some((path, Origin::WorkingTree)) => Some(self.repository.top.join(path)),
            Some((_, Origin::Store(object))) => Some(object.clone()),
            Some((path, Origin::Snapshot)) => Some(self.directory.path().join(path)),
            None => Some(file.to_path_buf()),
        }
    }

    /// The path from the top of the file that a sample's bytes come from, links followed.
    pub(super) fn source(&self, file: &Path) -> Option<PathBuf> {
        let inner = self.directory.path().canonicalize().ok()?;
        let real = file.canonicalize().ok()?;
        let path = real.strip_prefix(inner);
        let path = path.or_else(|_| real.strip_prefix(&self.repository.top));
        path.ok().map(Path::to_path_buf)
    }

    /// An error with paths of the working tree in place of those of the snapshot.
    fn as_named(&self, error: Error) -> Error {
        let named = |path: PathBuf| match path.strip_prefix(self.directory.path()) {
            Err(_) => path,
            Ok(inner) => match inner.strip_prefix(&self.repository.below) {
                Ok(below) if below.as_os_str().is_empty() => self.root.clone(),
                Ok(below) => self.root.join(below),
                Err(_) => self.repository.top.join(inner),
            },
        };
        match error {
            Error::NothingFound { root, detail } => Error::NothingFound {
                root: named(root),
                detail: format!("{detail} (as staged)"),
            },
            Error::Manifest {
                path,
                line,
                message,
            } => Error::Manifest {
                path: named(path),
                line,
                message,
            },
            Error::Io {
                action,
                path,
                source,
            } => Error::Io {
                action,
                path: named(path),
                source,
            },
            other => other,
        }
    }
}

fn unwritable(error: io::Error) -> Error {
    refused(format!(
        "what is staged could not be written to a temporary directory ({error}); make room there, or name another by `$TMPDIR`"
    ))
}

fn absent(entry: &Entry) -> Error {
    refused(format!(
        "the staged content of `{}` is not in the repository (object `{}`), as in a partial clone; fetch it, or check without `--staged`",
        text_of(&entry.path),
        entry.blob
    ))
}

/// Not a hard link: that would change the file's times, by which git and the cache know it again.
#[cfg(unix)]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

/// Links need a privilege elsewhere: the file is there twice under one content, or is copied. A
/// target that is no file is written as text, as git does.
#[cfg(not(unix))]
fn link(target: &Path, place: &Path) -> io::Result<()> {
    if !target.is_file() {
        return fs::write(place, target.as_os_str().as_encoded_bytes());
    }
    fs::hard_link(target, place).or_else(|_| fs::copy(target, place).map(drop))
}
