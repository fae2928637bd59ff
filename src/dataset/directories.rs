//! A directory, a container or a list for each split, given on the command line.
//!
//! Paths are told relative to the deepest directory that holds all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::builder::Draft;
use super::claim::{Claim, SplitOf, Strength};
use super::split_lists;
use super::walk::{UnreadFile, Walked, WalkedFile};
use crate::annotation::Annotations;
use crate::error::Error;
use crate::progress::Progress;
use crate::sample::{Companion, Ignored, Layout, Problem, ProblemKind, SplitRole};
use crate::settings::{Columns, Files, SplitDirectory};
use crate::source::{Place, path_text};

/// Walks every directory: the root, what the directories are told to be, and what the walks met.
///
/// # Errors
/// A directory that is missing or no directory, or a list whose pictures are not here.
pub(super) fn claim(
    splits: &[SplitDirectory],
    columns: &Columns,
    files: &Files,
    progress: &dyn Progress,
) -> Result<(PathBuf, Claim, Walked), Error> {
    let mut absolute = Vec::new();
    let mut lists = BTreeMap::new();
    for (number, split) in splits.iter().enumerate() {
        if split.path.is_file() && split_lists::is_list(&split.path) {
            let list = split_lists::read(&split.path, split.role, columns, files, progress)?;
            absolute.push(list.folder.clone());
            lists.insert(number, list);
            continue;
        }
        if !split.path.is_file() {
            super::require_directory(&split.path)?;
        }
        let path = std::path::absolute(&split.path);
        absolute.push(path.map_err(|source| super::io_error("find", &split.path, source))?);
    }
    let root = common_ancestor(&absolute);
    let mut all = Walked::default();
    let mut drafts = Vec::new();
    let mut seen_problems = BTreeSet::new();
    let mut seen_directories: Vec<&PathBuf> = Vec::new();
    let mut labels_from = String::new();
    for (number, (split, directory)) in splits.iter().zip(&absolute).enumerate() {
        if let Some(list) = lists.remove(&number) {
            labels_from = list.labels_from;
            let own = (split.name.as_str(), split.role);
            add_list(&root, directory, own, list.drafts, &mut drafts, &mut all);
            continue;
        }
        let (above, mut walked) = super::walk_from(directory, files, progress)?;
        walked.tell_companions();
        let (prefix, _) = path_text(&root, above);
        let below = |path: &str| match prefix.as_str() {
            "" => path.to_owned(),
            prefix => format!("{prefix}/{path}"),
        };
        for image in walked.images {
            // Inside an archive its folders are what those of a directory would be.
            let inner = image
                .path
                .split_once("!/")
                .map_or(&*image.path, |(_, inner)| inner);
            let folder = inner.split_once('/').map(|(class, _)| class.to_owned());
            let path = below(&image.path);
            let mut draft = Draft::of(WalkedFile { path, ..image });
            draft.split = Some((split.name.clone(), split.role));
            draft.label = draft.label.or(folder);
            drafts.push(draft);
        }
        all.unread
            .extend(walked.unread.into_iter().map(|file| UnreadFile {
                path: below(&file.path),
                split: Some(split.name.clone()),
                ..file
            }));
        all.companions
            .extend(walked.companions.into_iter().map(|one| Companion {
                of: below(&one.of),
                path: below(&one.path),
                ..one
            }));
        for mut problem in walked.problems {
            problem.path = below(&problem.path);
            // Two splits in one directory meet its problems twice.
            if seen_problems.insert(problem.path.clone()) {
                all.problems.push(problem);
            }
        }
        // What lies in a directory of another split has been counted there, or will be.
        let counted = seen_directories.contains(&directory)
            || absolute
                .iter()
                .any(|other| directory != other && directory.starts_with(other));
        seen_directories.push(directory);
        if counted {
            continue;
        }
        let ignored = walked.ignored.into_iter();
        all.ignored.extend(ignored.map(|one| Ignored {
            example: below(&one.example),
            ..one
        }));
    }
    if labels_from.is_empty() && drafts.iter().any(|draft| draft.label.is_some()) {
        labels_from.push_str("class folders");
    }
    Companion::sort(&mut all.companions);
    let images: BTreeSet<&str> = drafts.iter().map(|draft| draft.path.as_str()).collect();
    all.image_files = images.len() as u64;
    let claim = Claim {
        layout: Layout::Directories,
        strength: Strength::Manifest,
        evidence: "directories and lists given for each split".to_owned(),
        chosen_by: "`--train`, `--val` and `--test`".to_owned(),
        drafts,
        splits: splits
            .iter()
            .map(|split| (split.name.clone(), split.role))
            .collect(),
        parts: BTreeMap::new(),
        problems: Vec::new(),
        split_of: SplitOf::nothing(),
        lists_samples: false,
        labels_from,
        annotations: Annotations::default(),
        group_columns: Vec::new(),
    };
    Ok((root, claim, all))
}

/// Adds what a list names, each once, with names relative to the root.
fn add_list(
    root: &Path,
    folder: &Path,
    (name, role): (&str, SplitRole),
    listed: Vec<Draft>,
    drafts: &mut Vec<Draft>,
    all: &mut Walked,
) {
    let (prefix, _) = path_text(root, folder);
    let mut seen = BTreeSet::new();
    for mut draft in listed {
        // What lies elsewhere is named by its whole path.
        if !prefix.is_empty() && !matches!(draft.place, Place::File(_)) {
            draft.path = format!("{prefix}/{}", draft.path);
        }
        if seen.insert(draft.path.clone()) {
            draft.split = Some((name.to_owned(), role));
            drafts.push(draft);
        } else {
            all.problems.push(Problem {
                kind: ProblemKind::ListedTwice,
                path: draft.path,
                detail: "is listed more than once in the same split; counted once".to_owned(),
            });
        }
    }
}

/// The deepest directory that holds all paths.
pub(super) fn common_ancestor(paths: &[PathBuf]) -> PathBuf {
    let mut common = paths.first().cloned().unwrap_or_default();
    // What lies in a file is named relative to where that lies.
    if common.is_file() {
        common.pop();
    }
    for path in paths {
        while !path.starts_with(&common) {
            common = common.parent().unwrap_or(Path::new("")).to_path_buf();
        }
    }
    common
}
