//! Folders that are splits, and the datasets that they make up.
//!
//! The outermost folder that spells a split is one, and a folder to train on that holds folders to
//! evaluate on is not one split with them: these are splits of their own. Folders side by side
//! whose names differ in nothing but the word for the split are splits, too (`seg_train`,
//! `seg_test`), and those beside a plain `train` of which one word spells one (`test_seen`,
//! `holdout_2021`).
//!
//! Splits of one folder belong together. Where several folders have a split to train and one to
//! evaluate on, each is a dataset, a part of the tree: folds, versions, categories. They are not
//! parts where they are classes (`cats/train`, `dogs/train`): pictures lie directly in the splits,
//! and the names tell no fold, version or set.

use std::collections::{BTreeMap, BTreeSet};

use super::split_name::{
    beginning, beside_training, role_of, side_by_side, spelled_by_file, words,
};
use crate::sample::{Problem, ProblemKind, SplitRole};
use crate::source::container::{folder_and_name, stem_of_folder};

/// A folder that is a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SplitFolder {
    /// Name of the split.
    pub(super) split: String,
    pub(super) role: SplitRole,
    /// The dataset that it belongs to, where the tree holds several.
    pub(super) part: Option<String>,
    /// The class of all its pictures, where the folder above names it.
    pub(super) class: Option<String>,
    /// Whether it holds labels or masks rather than pictures.
    pub(super) holds_annotations: bool,
}

/// Split folders by path, relative to the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SplitFolders(pub(super) BTreeMap<String, SplitFolder>);

impl SplitFolders {
    /// The split folder that a file lies in, and the folders between the two.
    pub(super) fn around<'a>(&self, path: &'a str) -> Option<(&SplitFolder, &'a str)> {
        let own = self.folder_of(path)?;
        let (folders, _) = folder_and_name(path)?;
        let below = folders[own.len()..].trim_start_matches('/');
        Some((self.0.get(own)?, below))
    }

    /// The path of the split folder that a file lies in.
    pub(super) fn folder_of<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (folders, _) = folder_and_name(path)?;
        let ends = folders.match_indices('/').map(|(at, _)| at);
        // The innermost: only splits within a split are found below one.
        let mut around = ends.chain([folders.len()]).rev().map(|end| &folders[..end]);
        around.find(|folder| self.0.contains_key(*folder))
    }
}

/// Finds the split folders among `directories`; `files` are those that may be samples. Folders of
/// `told` are splits whatever their names spell.
pub(super) fn split_folders<'a>(
    directories: &'a [String],
    told: &BTreeMap<String, &'static str>,
    files: impl Iterator<Item = &'a str>,
) -> SplitFolders {
    let (roles, names) = roles(directories, told);
    let mut containers: BTreeMap<&str, Container> = BTreeMap::new();
    for (path, role) in &roles {
        let container = containers.entry(parent_and_name(path).0).or_default();
        container.folders.push((path, *role));
    }
    let mut found = SplitFolders(
        roles
            .iter()
            .map(|(path, role)| plain(path, *role, names.get(path).map(String::as_str)))
            .collect(),
    );
    for path in files {
        let Some((folder, below)) = found.around(path) else {
            continue;
        };
        let (role, below) = (folder.role, !below.is_empty());
        let end = folder_and_name(path).map_or(0, |(folder, _)| folder.len());
        let ends = path[..end]
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([end]);
        let mut around = ends.rev().map(|end| &path[..end]);
        let split = around.find(|path| found.0.contains_key(*path));
        let above = split.map(|split| parent_and_name(split).0);
        if let Some(container) = above.and_then(|above| containers.get_mut(above)) {
            container.roles.insert(role);
            container.has_folders_below |= below;
        }
    }
    divide(&mut found, &containers);
    found
}

/// A folder that holds split folders.
#[derive(Debug, Default)]
struct Container<'a> {
    folders: Vec<(&'a str, SplitRole)>,
    /// Roles of the splits that hold files.
    roles: BTreeSet<SplitRole>,
    /// Whether files lie deeper than directly in a split.
    has_folders_below: bool,
}

impl Container<'_> {
    /// Whether something can be trained and evaluated here.
    fn is_whole(&self) -> bool {
        let evaluates = self.roles.iter().any(|role| role.is_evaluation());
        self.roles.contains(&SplitRole::Training) && evaluates
    }
}

/// Names the splits of several containers, and tells parts from classes.
fn divide(found: &mut SplitFolders, containers: &BTreeMap<&str, Container>) {
    let whole: Vec<&str> = containers
        .iter()
        .filter(|(_, container)| container.is_whole())
        .map(|(path, _)| *path)
        .collect();
    let is_class = |path: &&str| {
        !path.is_empty()
            && !tells_a_part(parent_and_name(path).1)
            && !containers[*path].has_folders_below
    };
    let are_classes = whole.len() > 1 && whole.iter().all(is_class);
    for (path, container) in containers {
        let is_whole = whole.contains(path);
        let own_name = whole.len() > 1 || (whole.len() == 1 && !is_whole);
        // Folders of labels and masks hold no pictures; their splits are those of the pictures.
        let own_name = own_name && !container.roles.is_empty();
        for (folder, _) in &container.folders {
            let Some(split) = found.0.get_mut(*folder) else {
                continue;
            };
            if are_classes && is_whole {
                split.class = Some(parent_and_name(path).1.to_owned());
            } else if own_name && !path.is_empty() && !split.holds_annotations {
                split.split = (*folder).to_owned();
            }
            if whole.len() > 1 && is_whole && !are_classes {
                split.part = Some(if path.is_empty() { "." } else { path }.to_owned());
            }
        }
    }
}

/// What is asked where the datasets of one root are many, called by one word and a number that tell
/// neither folds nor versions: `P001`, `plant 7`. One model may learn from all of them.
pub(super) fn perhaps_entities<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Problem> {
    const FEWEST: usize = 4;
    let names: BTreeSet<&str> = parts.map(|part| parent_and_name(part).1).collect();
    let called: BTreeSet<String> = names
        .iter()
        .map(|name| {
            let word = name.trim_end_matches(|last: char| last.is_ascii_digit());
            let is_numbered = word.len() < name.len() && !tells_a_part(name);
            let word = word.trim_end_matches(['-', '_', ' ']).to_lowercase();
            if is_numbered { word } else { String::new() }
        })
        .collect();
    let is_one = called.len() == 1 && !called.contains("");
    let first = names.first().filter(|_| is_one && names.len() >= FEWEST)?;
    Some(Problem {
        kind: ProblemKind::PerhapsEntities,
        path: (*first).to_owned(),
        detail: "they are called as patients or places are: what their images share by that is not judged".to_owned(),
    })
}

/// Whether a folder's name tells a fold, a version or a set rather than a class.
fn tells_a_part(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "batch",
        "cv",
        "data",
        "dataset",
        "datasets",
        "exp",
        "experiment",
        "fold",
        "k",
        "kfold",
        "new",
        "old",
        "original",
        "part",
        "r",
        "rep",
        "repeat",
        "run",
        "seed",
        "set",
        "site",
        "split",
        "splits",
        "subset",
        "task",
        "trial",
        "v",
        "ver",
        "version",
    ];
    let words = words(name);
    let is_number = |word: &String| word.chars().all(char::is_numeric);
    words.iter().any(|word| WORDS.contains(&word.as_str())) || words.iter().all(is_number)
}

fn plain(path: &str, role: SplitRole, told: Option<&str>) -> (String, SplitFolder) {
    let (parents, name) = parent_and_name(path);
    let own = stem_of_folder(name);
    // Shards of a split are one split.
    let split = match told {
        Some(split) => split.to_owned(),
        None if own != name => spelled_by_file(own).unwrap_or_else(|| own.to_owned()),
        None => name.to_owned(),
    };
    let is_annotation = |parent: &str| {
        ["labels", "annotations", "masks"].contains(&parent.to_ascii_lowercase().as_str())
    };
    let folder = SplitFolder {
        split,
        role,
        part: None,
        class: None,
        holds_annotations: parents.split('/').any(is_annotation),
    };
    (path.to_owned(), folder)
}

/// Folders that are splits, in order of path, with their roles: the outermost ones, and those
/// directly in one to train on among which one is to evaluate on; and the names of the splits of
/// those whose own names are none.
fn roles(
    directories: &[String],
    told: &BTreeMap<String, &'static str>,
) -> (BTreeMap<String, SplitRole>, BTreeMap<String, String>) {
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in directories {
        let (parent, name) = parent_and_name(path);
        children.entry(parent).or_default().push(name);
    }
    let mut roles: BTreeMap<String, SplitRole> = BTreeMap::new();
    let mut split_names: BTreeMap<String, String> = told
        .iter()
        .map(|(path, split)| (path.clone(), (*split).to_owned()))
        .collect();
    // Parents come before what they hold.
    for (parent, names) in &children {
        let parent = *parent;
        let mut ends = parent
            .match_indices('/')
            .map(|(at, _)| at)
            .chain([parent.len()]);
        let around = ends.find_map(|end| Some((end, *roles.get(&parent[..end])?)));
        let stems: Vec<&str> = names.iter().map(|name| stem_of_folder(name)).collect();
        // A class that is called as a split stands in the other splits, too.
        let other_splits = roles.keys().filter(|path| *path != parent);
        let is_class = |stem: &str| {
            let mut others = other_splits
                .clone()
                .filter_map(|path| children.get(path.as_str()));
            others.any(|names| names.contains(&stem))
        };
        let evaluates =
            |stem: &&str| role_of(stem).is_some_and(SplitRole::is_evaluation) && !is_class(stem);
        let holds_splits = match around {
            None => true,
            Some((end, role)) => {
                let is_above = end == parent.len() && role == SplitRole::Training;
                is_above && stems.iter().any(evaluates)
            }
        };
        if !holds_splits {
            continue;
        }
        if let Some(of_many) = of_many(&stems) {
            for (name, (split, role)) in names
                .iter()
                .zip(of_many)
                .filter_map(|(name, of)| Some((name, of?)))
            {
                let path = join(parent, name);
                split_names.entry(path.clone()).or_insert(split);
                roles.insert(path, role);
            }
            continue;
        }
        let beside = side_by_side(&stems);
        let trains = stems
            .iter()
            .any(|stem| role_of(stem) == Some(SplitRole::Training));
        for ((name, stem), beside) in names.iter().zip(stems).zip(beside) {
            let path = join(parent, name);
            let told = told.get(&path).and_then(|split| role_of(split));
            let by_file = || spelled_by_file(stem).filter(|_| stem != *name);
            let own = role_of(stem).or_else(|| role_of(&by_file()?));
            let further = || beside_training(stem).filter(|_| trains);
            if let Some(role) = told.or(own).or(beside).or_else(further) {
                roles.insert(path, role);
            }
        }
    }
    (roles, split_names)
}

/// The splits of folders that each begin with the name of theirs, where many do: `Mass-Training`
/// and `Mass-Test` of `Mass-Training_P_00001_LEFT` and `Mass-Test_P_00016_LEFT`.
fn of_many(names: &[&str]) -> Option<Vec<Option<(String, SplitRole)>>> {
    /// Fewer are splits of their own, such as folds.
    const FEWEST: usize = 4;
    if names.iter().any(|name| role_of(name).is_some()) {
        return None;
    }
    let begins = |name: &&str| beginning(name).map(|(split, role)| (split.to_owned(), role));
    let told: Vec<Option<(String, SplitRole)>> = names.iter().map(begins).collect();
    let count =
        |role: fn(SplitRole) -> bool| told.iter().flatten().filter(|one| role(one.1)).count();
    let trained = count(|role| role == SplitRole::Training);
    let evaluated = count(SplitRole::is_evaluation);
    (trained >= FEWEST && evaluated > 0).then_some(told)
}

fn join(parent: &str, name: &str) -> String {
    match parent {
        "" => name.to_owned(),
        parent => format!("{parent}/{name}"),
    }
}

fn parent_and_name(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests;
