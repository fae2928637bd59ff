//! Every file below a directory, sorted; the only user of `walkdir`.
//!
//! Symbolic links are followed, because datasets are often assembled from them;
//! loops are found and reported. Files in hidden directories are counted and left alone.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::by_products::{OF_A_RUN, is_of_a_run, settled};
use super::companions::{self, Found};
use super::containers;
use super::csv_text::without_packing;
use super::file_kind::{FileKind, directory_form, is_image_ending, kind_of, sniff_file};
use super::georeferenced::WORLD_FILES;
use crate::budget::Budget;
use crate::progress::Progress;
use crate::sample::{Companion, Ignored, IgnoredKind, Problem, ProblemKind};
use crate::settings::Files;
use crate::signature::{Look, look};
use crate::source::{Place, Source, is_of_cache, path_text};

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Images, in order of path.
    pub(super) images: Vec<WalkedFile>,
    /// Texts that may describe samples (tables, lists, JSON, YAML), in order of path.
    pub(super) texts: Vec<String>,
    /// Directories, relative, in order of path.
    pub(super) directories: Vec<String>,
    /// What could not be walked.
    pub(super) problems: Vec<Problem>,
    /// Files that are no images, counted by reason.
    pub(super) ignored: Vec<Ignored>,
    /// Splits that containers are by convention, whatever their names spell.
    pub(super) told_splits: BTreeMap<String, &'static str>,
    /// Files that may hold samples and are not read, in order of path; they are in `ignored`, too.
    pub(super) unread: Vec<UnreadFile>,
    /// Files that are left alone and that other readers may take for samples: hidden, or written by
    /// a training run.
    pub(super) aside: Vec<String>,
    /// Masks and depth maps, once they are told from pictures.
    pub(super) companions: Vec<Companion>,
    /// Number of files that are images or were claimed as such.
    pub(super) image_files: u64,
    /// Whether files or directories were reached by links.
    pub(super) has_links: bool,
    /// Patterns of `include` and `exclude` that fit a file.
    pub(super) fit: BTreeSet<String>,
}

/// The folder of side files in archives of a Mac.
pub(super) const MAC_FOLDER: &str = "__MACOSX";

/// Why a mask or depth map is no sample.
const MASK: &str = "mask or depth map of a picture";

/// Why files in hidden directories are no samples.
const IN_HIDDEN_DIRECTORY: &str = "in a hidden directory";

impl Walked {
    /// Takes masks and depth maps out of the images, but for those that are `listed`: a list that
    /// says of a mask what it is for makes a sample of it.
    pub(super) fn tell_companions(&mut self, root: &Path, listed: &HashSet<&str>) {
        let mut others = self.images.clone();
        let Found {
            mut companions,
            mut orphans,
            mut bare,
        } = companions::take(&mut others, &looks(root));
        companions.retain(|one| !listed.contains(one.path.as_str()));
        orphans.retain(|path| !listed.contains(path.as_str()));
        bare.retain(|_| !companions.is_empty());
        let taken: HashSet<&str> = companions
            .iter()
            .map(|one| &one.path)
            .chain(&orphans)
            .map(String::as_str)
            .collect();
        self.images
            .retain(|image| !taken.contains(image.path.as_str()));
        self.image_files = self.images.len() as u64;
        let first = companions.iter().map(|one| &one.path).chain(&orphans).min();
        if let Some(first) = first {
            self.ignored.push(Ignored {
                reason: MASK.to_owned(),
                kind: IgnoredKind::Companion,
                files: (companions.len() + orphans.len()) as u64,
                example: first.clone(),
            });
            self.ignored.sort_by(|a, b| a.reason.cmp(&b.reason));
        }
        let problems = |kind, paths: Vec<String>| {
            paths.into_iter().map(move |path| Problem {
                kind,
                path,
                detail: String::new(),
            })
        };
        let without_picture = problems(ProblemKind::MaskWithoutPicture, orphans);
        self.problems.extend(without_picture);
        self.problems
            .extend(problems(ProblemKind::PictureWithoutMask, bare));
        self.companions = companions;
    }

    /// Counts a file that may hold samples among those that are ignored for another reason.
    pub(super) fn no_longer_unread(&mut self, file: &UnreadFile, why: &str) {
        let reason = not_read(&file.reason);
        if let Some(one) = self.ignored.iter_mut().find(|one| one.reason == reason) {
            one.files -= 1;
        }
        self.ignored.retain(|one| one.files > 0);
        match self.ignored.iter_mut().find(|one| one.reason == why) {
            Some(one) => one.files += 1,
            None => self.ignored.push(Ignored {
                reason: why.to_owned(),
                kind: IgnoredKind::Companion,
                files: 1,
                example: file.path.clone(),
            }),
        }
        self.ignored.sort_by(|a, b| a.reason.cmp(&b.reason));
    }

    /// Takes a file that was ignored for an image, because a manifest says so.
    pub(super) fn claim(&mut self, root: &Path, path: &str) {
        let file = root.join(path);
        let bytes = || std::fs::metadata(&file).ok().map(|found| found.len());
        let (reason, _) = match reason(settled(kind_of(&file, sniff_file), path, bytes)) {
            _ if in_hidden_directory(Path::new(path)) => {
                (IN_HIDDEN_DIRECTORY.to_owned(), IgnoredKind::Other)
            }
            _ if is_of_a_run(path) => (OF_A_RUN.to_owned(), IgnoredKind::Other),
            None if self.companions.iter().any(|one| one.path == path) => {
                (MASK.to_owned(), IgnoredKind::Companion)
            }
            Some(reason) => reason,
            None => return,
        };
        if let Some(one) = self.ignored.iter_mut().find(|one| one.reason == reason) {
            one.files -= 1;
            self.image_files += 1;
        }
        self.ignored.retain(|one| one.files > 0);
    }
}

/// A file that may hold samples and is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnreadFile {
    /// Relative to the root, `/` between parts.
    pub(super) path: String,
    /// Its form.
    pub(super) reason: String,
    /// Split whose directory it lies in, where directories were given as splits.
    pub(super) split: Option<String>,
    /// Where it is.
    pub(super) place: Place,
    /// Whether it is there; one shard of a series may be missing.
    pub(super) is_there: bool,
    /// Its size, where it is known.
    pub(super) bytes: Option<u64>,
}

impl UnreadFile {
    /// A file of the tree whose form is not known yet.
    pub(super) fn new(path: String) -> Self {
        Self {
            path,
            reason: String::new(),
            split: None,
            place: Place::Named,
            is_there: true,
            bytes: None,
        }
    }
}

/// One image found by a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WalkedFile {
    /// Relative to the root, `/` between parts.
    pub(super) path: String,
    /// Where its bytes are.
    pub(super) place: Place,
    /// Its class, where its container says it.
    pub(super) label: Option<String>,
}

impl WalkedFile {
    /// A file, of which nothing is known.
    pub(super) fn new(path: String, place: Place) -> Self {
        Self {
            path,
            place,
            label: None,
        }
    }
}

/// Endings of texts that may describe samples.
const TEXTS: &[&str] = &[
    "csv", "json", "jsonl", "labels", "list", "lst", "manifest", "names", "ndjson", "odgt", "tsv",
    "txt", "xml", "yaml", "yml",
];

/// Whether a file is an image by its name.
#[cfg(feature = "cli")]
pub(crate) fn is_called_as_image(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    is_image_ending(&ending.to_string_lossy())
}

/// Whether a file is a text that may describe samples, by its name, compressed or not.
pub(crate) fn may_describe(path: &Path) -> bool {
    let path = without_packing(path).unwrap_or(path);
    let endings = TEXTS.iter().chain(WORLD_FILES);
    endings
        .into_iter()
        .any(|ending| has_extension(path, ending))
}

/// How images below `root` look.
pub(super) fn looks(root: &Path) -> impl Fn(&WalkedFile) -> Option<Look> {
    let budget = Budget::default();
    move |image| look(Source::new(root, &image.path, &image.place), &budget)
}

/// Walks `root`. The order of the result does not depend on the file system's.
pub(super) fn walk(root: &Path, files: &Files, progress: &dyn Progress) -> Walked {
    let mut walked = Walked::default();
    let mut ignored: BTreeMap<String, Ignored> = BTreeMap::new();
    let mut ignore = |(reason, kind): (String, IgnoredKind), path: String| {
        let entry = ignored.entry(reason.clone());
        let entry = entry.or_insert_with(|| Ignored {
            reason,
            kind,
            files: 0,
            example: path.clone(),
        });
        entry.files += 1;
        if path < entry.example {
            entry.example = path;
        }
    };
    let hidden = |path: &Path| in_hidden_directory(path.strip_prefix(root).unwrap_or(path));
    let entries = WalkDir::new(root).follow_links(true).into_iter();
    // A directory that is one file to who reads it; what is below comes right behind it.
    let mut whole: Option<PathBuf> = None;
    // A link may lead from a hidden directory to anywhere.
    let is_hidden_link = |entry: &DirEntry| entry.path_is_symlink() && is_hidden_directory(entry);
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden_link(entry)) {
        if files.leaves_out() {
            match &entry {
                Ok(entry) if is_left_alone(entry) => {}
                Ok(entry) => walked.fit_by(files, &path_text(root, entry.path()).0),
                Err(error) => walked.fit_by_folder(files, &path_text(root, at(root, error)).0),
            }
        }
        match entry {
            Ok(entry) if entry.depth() == 0 => {}
            Ok(entry)
                if whole
                    .as_ref()
                    .is_some_and(|above| entry.path().starts_with(above)) => {}
            // The cache never changes a report.
            Ok(entry) if entry.file_type().is_file() && is_of_cache(entry.path()) => {}
            Ok(entry) if hidden(entry.path()) || is_hidden_directory(&entry) => {
                if !entry.file_type().is_dir() {
                    let (path, _) = path_text(root, entry.path());
                    walked
                        .aside
                        .extend(aside(&path).filter(|path| files.admits(path)));
                    ignore((IN_HIDDEN_DIRECTORY.to_owned(), IgnoredKind::Other), path);
                }
            }
            Ok(entry) if entry.file_type().is_dir() => {
                walked.has_links |= entry.path_is_symlink();
                let (path, place) = path_text(root, entry.path());
                if let Some(form) = directory_form(entry.path())
                    && files.admits(&path)
                {
                    ignore((not_read(&form), IgnoredKind::Other), path.clone());
                    walked.unread.push(UnreadFile {
                        reason: form,
                        place,
                        ..UnreadFile::new(path)
                    });
                    whole = Some(entry.into_path());
                    continue;
                }
                if is_left_by_a_system(&path) {
                    continue;
                }
                if kind_of(entry.path(), |_| Ok(None)) == FileKind::Image {
                    let detail = "is a directory, though its name ends like an image's".to_owned();
                    let kind = ProblemKind::DirectoryNamedAsImage;
                    walked.problems.push(Problem {
                        kind,
                        path: path.clone(),
                        detail,
                    });
                }
                walked.no_file(&path, "a folder");
                walked.directories.push(path);
            }
            Ok(entry) => {
                progress.advance(1);
                walked.has_links |= entry.path_is_symlink();
                let (path, place) = path_text(root, entry.path());
                if is_of_a_run(&path) {
                    walked
                        .aside
                        .extend(aside(&path).filter(|path| files.admits(path)));
                    ignore((OF_A_RUN.to_owned(), IgnoredKind::Other), path);
                    continue;
                }
                // Asked of few files only: it takes as long as the rest of the walk.
                let bytes = || {
                    let found = entry.metadata().ok().filter(std::fs::Metadata::is_file);
                    found.map(|found| found.len())
                };
                let kind = settled(kind_of(entry.path(), sniff_file), &path, bytes);
                let may_hold_samples = matches!(kind, FileKind::Image | FileKind::Unread(_));
                if may_hold_samples && !files.admits(&path) {
                    ignore((Ignored::LEFT_OUT.to_owned(), IgnoredKind::Other), path);
                    continue;
                }
                if let FileKind::Unread(reason) = &kind {
                    walked.unread.push(UnreadFile {
                        reason: reason.clone(),
                        place: place.clone(),
                        bytes: bytes(),
                        ..UnreadFile::new(path.clone())
                    });
                }
                let Some(reason) = reason(kind) else {
                    walked.images.push(WalkedFile::new(path, place));
                    continue;
                };
                if reason.0 == DATA_POINTER {
                    walked.problems.push(Problem {
                        kind: ProblemKind::DataNotFetched,
                        path: path.clone(),
                        detail: "describes data that is not here; run `dvc pull`".to_owned(),
                    });
                }
                // Opening a pipe would wait for ever, and a device may have no end.
                if !entry.file_type().is_file() {
                    walked.no_file(&path, "a pipe or a device");
                } else if may_describe(entry.path()) {
                    walked.texts.push(path.clone());
                }
                if entry.file_name().as_encoded_bytes().starts_with(b".") {
                    walked
                        .aside
                        .extend(aside(&path).filter(|path| files.admits(path)));
                }
                ignore(reason, path);
            }
            Err(error) => {
                let at = at(root, &error);
                let leads_nowhere = at.is_symlink() && error.loop_ancestor().is_none();
                let (path, _) = path_text(root, at);
                if hidden(at) {
                    if leads_nowhere {
                        ignore((IN_HIDDEN_DIRECTORY.to_owned(), IgnoredKind::Other), path);
                    }
                    continue;
                }
                if leads_nowhere && kind_of(at, |_| Ok(None)) != FileKind::Image {
                    ignore(
                        ("link that leads nowhere".to_owned(), IgnoredKind::Other),
                        path.clone(),
                    );
                }
                if !files.leaves_out_folder(&path) {
                    let is_loop = error.loop_ancestor().is_some();
                    let said = error.io_error().map(ToString::to_string);
                    let said = said.unwrap_or_else(|| error.to_string());
                    walked.refused(root, at, (!is_loop).then_some(said));
                }
            }
        }
    }
    walked.images.sort_by(|a, b| a.path.cmp(&b.path));
    walked.unread.sort_by(|a, b| a.path.cmp(&b.path));
    walked.directories.sort();
    walked.texts.sort();
    walked
        .problems
        .sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    walked.image_files = walked.images.len() as u64;
    walked.ignored = ignored.into_values().collect();
    containers::open(root, &mut walked, files);
    walked
}

/// Why a DVC file whose data is not here is no sample.
const DATA_POINTER: &str = "stands for data that is not here (.dvc)";

/// Why a file of a form that is not read is no sample.
pub(super) fn not_read(form: &str) -> String {
    format!("not read: {form}")
}

/// Why a file is no sample, and what it is; `None` for an image.
fn reason(kind: FileKind) -> Option<(String, IgnoredKind)> {
    match kind {
        FileKind::Image => None,
        FileKind::Unread(form) => Some((not_read(&form), IgnoredKind::Other)),
        FileKind::DataPointer => Some((DATA_POINTER.to_owned(), IgnoredKind::Companion)),
        FileKind::Companion(reason) => Some((reason, IgnoredKind::Companion)),
        FileKind::Junk => Some(("left by an operating system".to_owned(), IgnoredKind::Junk)),
        FileKind::Other(reason) => Some((reason, IgnoredKind::Other)),
    }
}

/// Whether an entry is a directory that is not one file to who reads it: patterns mean files.
fn is_left_alone(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() && directory_form(entry.path()).is_none()
}

/// Where a walk failed.
fn at<'a>(root: &'a Path, error: &'a walkdir::Error) -> &'a Path {
    error.path().unwrap_or(root)
}

fn is_hidden_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether a folder is what archives of a Mac hold beside the data: the same folders once more, of
/// side files. An image that lies there all the same is outside of every split.
fn is_left_by_a_system(folder: &str) -> bool {
    folder.split('/').any(|part| part == MAC_FOLDER)
}

/// A file that is left alone, where it is called as an image and lies in a folder that is not:
/// other readers take such for samples. What systems leave beside a file is none.
fn aside(path: &str) -> Option<String> {
    let (folders, name) = path.rsplit_once('/')?;
    let (_, ending) = name.rsplit_once('.')?;
    let is_beside = name.starts_with("._") || folders.starts_with('.');
    (is_image_ending(ending) && !is_beside).then(|| path.to_owned())
}

/// Whether a directory above `path`, which is relative to the root, is hidden.
fn in_hidden_directory(path: &Path) -> bool {
    let above = path.parent().unwrap_or(Path::new(""));
    let mut names = above
        .components()
        .map(|component| component.as_os_str().as_encoded_bytes());
    names.any(|name| name.starts_with(b".") && name != b"." && name != b"..")
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn folders_of_side_files_are_no_folders_of_the_data() {
        let side_file: &[u8] = &[0, 5, 0x16, 7, 0];
        let root = tempfile::tempdir().unwrap();
        for (path, content) in [
            ("x/train/1.jpg", &b""[..]),
            ("__MACOSX/x/train/._1.jpg", side_file),
            ("__MACOSX/x/train/2.jpg", b""),
            ("MACOSX/1.jpg", b""),
        ] {
            let file = root.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        let walked = walk(root.path(), &Files::default(), &Silent);
        assert_eq!(walked.directories, ["MACOSX", "x", "x/train"]);
        // An image is one wherever it lies.
        let images = walked.images.iter().map(|image| image.path.as_str());
        let expected = ["MACOSX/1.jpg", "__MACOSX/x/train/2.jpg", "x/train/1.jpg"];
        assert_eq!(images.collect::<Vec<_>>(), expected);
    }
}
