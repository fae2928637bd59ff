//! A directory, a container or a list for each split, given on the command line.
//!
//! Paths are told relative to the deepest directory that holds all of them, and the annotations
//! that lie beside them ([`neighbours`]).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::builder::Draft;
use super::claim::{Claim, SplitOf, Strength};
use super::companions;
use super::image_folder::{class_below, keep_classes};
use super::neighbours::{self, Neighbours};
use super::split_lists::{self, Listed};
use super::walk::{UnreadFile, Walked, WalkedFile, looks};
use crate::annotation::Annotations;
use crate::error::Error;
use crate::progress::Progress;
use crate::sample::{Companion, Ignored, Layout, Problem, ProblemKind, SplitRole};
use crate::settings::{Columns, Files, SplitDirectory};
use crate::source::{Place, path_text};

/// Folders of listed pictures beside which annotations are looked for.
const MOST_FOLDERS: usize = 100;

/// What was given for each split.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) root: PathBuf,
    pub(super) claim: Claim,
    /// What the walks met, with the texts that may describe samples.
    pub(super) walked: Walked,
    /// By name of a text, the folders whose pictures it may be about.
    pub(super) homes: BTreeMap<String, Vec<String>>,
    /// Texts that lie beside the directories, not in them.
    pub(super) outside: BTreeSet<String>,
}

/// Walks every directory.
///
/// # Errors
/// A directory that is missing or no directory, or a list whose pictures are not here.
pub(super) fn claim(
    splits: &[SplitDirectory],
    columns: &Columns,
    files: &Files,
    progress: &dyn Progress,
) -> Result<Given, Error> {
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
    let beside = neighbours::find(&places(&absolute, &lists), files, progress);
    let mut held = absolute.clone();
    held.extend(beside.texts.keys().chain(beside.images.keys()).cloned());
    let root = common_ancestor(&held);
    let mut all = Walked::default();
    let (mut drafts, mut of_lists) = (Vec::new(), Vec::new());
    let mut homes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut seen_problems = BTreeSet::new();
    let mut seen_directories: Vec<&PathBuf> = Vec::new();
    let (mut labels_from, mut own_labels) = (String::new(), Vec::new());
    for (number, (split, directory)) in splits.iter().zip(&absolute).enumerate() {
        if let Some(list) = lists.remove(&number) {
            labels_from.clone_from(&list.labels_from);
            // What a list leaves out by a pattern is not known any more.
            all.fit_by_anything(files);
            let own = (split.name.as_str(), split.role);
            add_list(&root, directory, own, list, &mut of_lists, &mut all);
            continue;
        }
        let (above, mut walked) = super::walk_from(directory, files, progress)?;
        walked.tell_companions(above, &HashSet::new());
        all.fit.append(&mut walked.fit);
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
            let folders = inner.rsplit_once('/').map_or("", |(folders, _)| folders);
            let class = class_below("", folders);
            let path = below(&image.path);
            let mut draft = Draft::of(WalkedFile { path, ..image });
            draft.split = Some((split.name.clone(), split.role));
            // What a container says of its images is a class, however it is spelled.
            own_labels.push(std::mem::replace(&mut draft.label, class));
            drafts.push(draft);
        }
        for text in &walked.texts {
            homes.entry(below(text)).or_default().push(prefix.clone());
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
    keep_classes(&mut drafts);
    for (draft, own) in drafts.iter_mut().zip(own_labels) {
        draft.label = own.or(draft.label.take());
    }
    drafts.extend(of_lists);
    if labels_from.is_empty() && drafts.iter().any(|draft| draft.label.is_some()) {
        labels_from.push_str("class folders");
    }
    let images: BTreeMap<&str, &Place> = drafts
        .iter()
        .map(|draft| (draft.path.as_str(), &draft.place))
        .collect();
    let images = images.into_iter();
    all.images = images
        .map(|(path, place)| WalkedFile::new(path.to_owned(), place.clone()))
        .collect();
    all.image_files = all.images.len() as u64;
    let texts = beside.texts.keys().map(|text| path_text(&root, text).0);
    let outside = texts.collect();
    add_neighbours(&root, beside, &mut homes, &mut all);
    Companion::sort(&mut all.companions);
    all.texts = homes.keys().cloned().collect();
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
        columns: Vec::new(),
        group_columns: Vec::new(),
        perhaps_folds: None,
        placed: None,
    };
    Ok(Given {
        root,
        claim,
        walked: all,
        homes,
        outside,
    })
}

/// Where pictures lie: the directories given, and the folders of those that lists name.
fn places(absolute: &[PathBuf], lists: &BTreeMap<usize, Listed>) -> BTreeSet<PathBuf> {
    let mut places = BTreeSet::new();
    for (number, path) in absolute.iter().enumerate() {
        let Some(list) = lists.get(&number) else {
            places.insert(path.clone());
            continue;
        };
        let named = list.drafts.iter().filter(|one| one.place == Place::Named);
        let pictures = named.filter_map(|draft| draft.path.rsplit_once('/'));
        let folders: BTreeSet<&str> = pictures.map(|(folder, _)| folder).collect();
        let folders = folders.into_iter().take(MOST_FOLDERS);
        places.extend(folders.map(|folder| path.join(folder)));
    }
    places
}

/// Adds texts, and those images of other folders that are masks of pictures.
fn add_neighbours(
    root: &Path,
    beside: Neighbours,
    homes: &mut BTreeMap<String, Vec<String>>,
    all: &mut Walked,
) {
    let name = |path: &Path| path_text(root, path).0;
    let names = |given: &BTreeSet<PathBuf>| given.iter().map(|one| name(one)).collect();
    for (text, given) in beside.texts {
        homes.entry(name(&text)).or_insert_with(|| names(&given));
    }
    let candidates: BTreeMap<String, Vec<String>> = beside
        .images
        .iter()
        .map(|(image, given)| (name(image), names(given)))
        .collect();
    if candidates.is_empty() {
        return;
    }
    let mut both = all.images.clone();
    let named = candidates.keys().cloned();
    both.extend(named.map(|path| WalkedFile::new(path, Place::Named)));
    let found = companions::take(&mut both, &looks(root));
    let own = found.companions.into_iter().filter(|one| {
        let homes = candidates.get(&one.path);
        homes.is_some_and(|homes| is_below_any(&one.of, homes))
    });
    let before = all.companions.len();
    all.companions.extend(own);
    if all.companions.len() > before {
        // Masks of no picture may be those of another split.
        all.problems
            .extend(found.bare.into_iter().map(|path| Problem {
                kind: ProblemKind::PictureWithoutMask,
                path,
                detail: String::new(),
            }));
    }
}

/// Whether a path lies in one of the folders or archives, or anywhere where one is the root.
pub(super) fn is_below_any(path: &str, folders: &[String]) -> bool {
    folders.iter().any(|folder| {
        let rest = path.strip_prefix(folder.as_str());
        folder.is_empty() || rest.is_some_and(|rest| rest.starts_with(['/', '!', '#']))
    })
}

/// Adds what a list names, each once, with names relative to the root.
fn add_list(
    root: &Path,
    folder: &Path,
    (name, role): (&str, SplitRole),
    listed: Listed,
    drafts: &mut Vec<Draft>,
    all: &mut Walked,
) {
    let (prefix, _) = path_text(root, folder);
    let below = |path: String| match prefix.as_str() {
        "" => path,
        prefix => format!("{prefix}/{path}"),
    };
    let problems = listed.problems.into_iter();
    all.problems.extend(problems.map(|problem| Problem {
        path: below(problem.path),
        ..problem
    }));
    let mut seen = BTreeSet::new();
    for mut draft in listed.drafts {
        // What lies elsewhere is named by its whole path.
        if !matches!(draft.place, Place::File(_)) {
            draft.path = below(draft.path);
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
