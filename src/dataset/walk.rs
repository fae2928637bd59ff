//! Every file below a directory, sorted; the only user of `walkdir`.
//!
//! Symbolic links are followed, because datasets are often assembled from them;
//! loops are found and reported. Hidden directories are not entered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::file_kind::{FileKind, kind_of};
use super::path_text::path_text;
use crate::progress::Progress;
use crate::sample::{Ignored, Problem, ProblemKind};

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
}

/// One image found by a walk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WalkedFile {
    /// Relative to the root, `/` between parts.
    pub(super) path: String,
    /// The true path, where `path` cannot express it.
    pub(super) file: Option<PathBuf>,
}

/// Walks `root`. The order of the result does not depend on the file system's.
pub(super) fn walk(root: &Path, progress: &dyn Progress) -> Walked {
    let mut walked = Walked::default();
    let mut ignored: BTreeMap<String, Ignored> = BTreeMap::new();
    let mut ignore = |reason: String, path: String| {
        let entry = ignored.entry(reason.clone());
        let entry = entry.or_insert_with(|| Ignored {
            reason,
            files: 0,
            example: path.clone(),
        });
        entry.files += 1;
        if path < entry.example {
            entry.example = path;
        }
    };
    let entries = WalkDir::new(root).follow_links(true).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !is_hidden_directory(entry)) {
        match entry {
            Ok(entry) if entry.depth() == 0 => {}
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
                let (path, file) = path_text(root, entry.path());
                match kind_of(entry.path(), super::file_kind::sniff_file) {
                    FileKind::Image => walked.images.push(WalkedFile { path, file }),
                    FileKind::DataPointer => walked.problems.push(Problem {
                        kind: ProblemKind::DataNotFetched,
                        path,
                        detail: "describes data that is not here; run `dvc pull`".to_owned(),
                    }),
                    FileKind::Companion(reason) => {
                        if entry.depth() == 1 && has_extension(entry.path(), "csv") {
                            walked.root_tables.push(entry.path().to_path_buf());
                        }
                        ignore(reason, path);
                    }
                }
            }
            Err(error) => record_error(root, &error, &mut walked),
        }
    }
    walked.images.sort();
    walked.directories.sort();
    walked.root_tables.sort();
    walked
        .problems
        .sort_by(|a, b| (a.kind, &a.path).cmp(&(b.kind, &b.path)));
    walked.ignored = ignored.into_values().collect();
    walked
}

/// A broken link or a refused entry: an image keeps its place among the samples
/// and turns out unreadable later; anything else is a problem now.
fn record_error(root: &Path, error: &walkdir::Error, walked: &mut Walked) {
    let at = error.path().unwrap_or(root);
    let (path, file) = path_text(root, at);
    let problem = |kind, detail: &str| Problem {
        kind,
        path: path.clone(),
        detail: detail.to_owned(),
    };
    if error.loop_ancestor().is_some() {
        let detail = "leads back to one of its own parent directories and was not followed";
        walked.problems.push(problem(ProblemKind::LinkLoop, detail));
    } else if kind_of(at, |_| Ok(None)) == FileKind::Image {
        walked.images.push(WalkedFile { path, file });
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

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}
