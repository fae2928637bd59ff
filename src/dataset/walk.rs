//! Every file below a directory, sorted; the only user of `walkdir`.
//!
//! Symbolic links are followed, because datasets are often assembled from them;
//! loops are found and reported. Files in hidden directories are counted and left alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::file_kind::{FileKind, kind_of};
use crate::progress::Progress;
use crate::sample::{Ignored, IgnoredKind, Problem, ProblemKind};
use crate::source::{Place, path_text};

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Images, in order of path.
    pub(super) images: Vec<WalkedFile>,
    /// CSV files directly in the root.
    pub(super) root_tables: Vec<PathBuf>,
    /// Directories, relative, in order of path.
    pub(super) directories: Vec<String>,
    /// What could not be walked.
    pub(super) problems: Vec<Problem>,
    /// Files that are no images, counted by reason.
    pub(super) ignored: Vec<Ignored>,
    /// Number of files that are images or were claimed as such.
    pub(super) image_files: u64,
}

/// Why files in hidden directories are no samples.
const IN_HIDDEN_DIRECTORY: &str = "in a hidden directory";

impl Walked {
    /// Takes a file that was ignored for an image, because a manifest says so.
    pub(super) fn claim(&mut self, root: &Path, path: &str) {
        let (reason, _) = match reason(&root.join(path)) {
            _ if in_hidden_directory(Path::new(path)) => {
                (IN_HIDDEN_DIRECTORY.to_owned(), IgnoredKind::Other)
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

/// One image found by a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WalkedFile {
    /// Relative to the root, `/` between parts.
    pub(super) path: String,
    /// Where its bytes are.
    pub(super) place: Place,
}

/// Walks `root`. The order of the result does not depend on the file system's.
pub(super) fn walk(root: &Path, progress: &dyn Progress) -> Walked {
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
    // A link may lead from a hidden directory to anywhere.
    let is_hidden_link = |entry: &DirEntry| entry.path_is_symlink() && is_hidden_directory(entry);
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden_link(entry)) {
        match entry {
            Ok(entry) if entry.depth() == 0 => {}
            Ok(entry) if hidden(entry.path()) || is_hidden_directory(&entry) => {
                if !entry.file_type().is_dir() {
                    let (path, _) = path_text(root, entry.path());
                    ignore((IN_HIDDEN_DIRECTORY.to_owned(), IgnoredKind::Other), path);
                }
            }
            Ok(entry) if entry.file_type().is_dir() => {
                let (path, _) = path_text(root, entry.path());
                if kind_of(entry.path(), |_| Ok(None)) == FileKind::Image {
                    let detail = "is a directory, though its name ends like an image's".to_owned();
                    let kind = ProblemKind::DirectoryNamedAsImage;
                    walked.problems.push(Problem {
                        kind,
                        path: path.clone(),
                        detail,
                    });
                }
                walked.directories.push(path);
            }
            Ok(entry) => {
                progress.advance(1);
                let (path, place) = path_text(root, entry.path());
                let Some(reason) = reason(entry.path()) else {
                    walked.images.push(WalkedFile { path, place });
                    continue;
                };
                if reason.0 == DATA_POINTER {
                    walked.problems.push(Problem {
                        kind: ProblemKind::DataNotFetched,
                        path: path.clone(),
                        detail: "describes data that is not here; run `dvc pull`".to_owned(),
                    });
                }
                if entry.depth() == 1 && has_extension(entry.path(), "csv") {
                    walked.root_tables.push(entry.path().to_path_buf());
                }
                ignore(reason, path);
            }
            Err(error) => {
                let at = error.path().unwrap_or(root);
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
                        path,
                    );
                }
                record_error(root, &error, &mut walked);
            }
        }
    }
    walked.images.sort_by(|a, b| a.path.cmp(&b.path));
    walked.directories.sort();
    walked.root_tables.sort();
    walked
        .problems
        .sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    walked.image_files = walked.images.len() as u64;
    walked.ignored = ignored.into_values().collect();
    walked
}

/// Why a DVC file whose data is not here is no sample.
const DATA_POINTER: &str = "stands for data that is not here (.dvc)";

/// Why a file is no sample, and what it is; `None` for an image.
fn reason(path: &Path) -> Option<(String, IgnoredKind)> {
    match kind_of(path, super::file_kind::sniff_file) {
        FileKind::Image => None,
        FileKind::DataPointer => Some((DATA_POINTER.to_owned(), IgnoredKind::Companion)),
        FileKind::Companion(reason) => Some((reason, IgnoredKind::Companion)),
        FileKind::Junk => Some(("left by an operating system".to_owned(), IgnoredKind::Junk)),
        FileKind::Other(reason) => Some((reason, IgnoredKind::Other)),
    }
}

/// A broken link or a refused entry: an image keeps its place among the samples
/// and turns out unreadable later; anything else is a problem now.
fn record_error(root: &Path, error: &walkdir::Error, walked: &mut Walked) {
    let at = error.path().unwrap_or(root);
    let (path, place) = path_text(root, at);
    let problem = |kind, detail: &str| Problem {
        kind,
        path: path.clone(),
        detail: detail.to_owned(),
    };
    if error.loop_ancestor().is_some() {
        let detail = "leads back to one of its own parent directories and was not followed";
        walked.problems.push(problem(ProblemKind::LinkLoop, detail));
    } else if kind_of(at, |_| Ok(None)) == FileKind::Image {
        walked.images.push(WalkedFile { path, place });
    } else {
        let reason = error
            .io_error()
            .map_or_else(|| error.to_string(), ToString::to_string);
        let detail =
            format!("could not be listed ({reason}); its images are missing from this report");
        walked
            .problems
            .push(problem(ProblemKind::UnreadableDirectory, &detail));
    }
}

fn is_hidden_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_dir() && entry.file_name().as_encoded_bytes().starts_with(b".")
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
