//! Directories that hold given files and nothing else, so that one link stands for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The highest directories below `top` that hold files of `files`, all of them regular, and
/// nothing else at any depth. Hidden ones are left out: what lies behind a link to one is not
/// counted as files of a hidden directory are.
pub(super) fn directories(top: &Path, files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut inside: BTreeMap<&Path, BTreeSet<&OsStr>> = BTreeMap::new();
    for file in files {
        let mut path = file.as_path();
        while let (Some(above), Some(name)) = (path.parent(), path.file_name()) {
            let is_new = inside.entry(above).or_default().insert(name);
            if !is_new {
                break;
            }
            path = above;
        }
    }
    let known: BTreeSet<&Path> = files.iter().map(PathBuf::as_path).collect();
    let mut whole: BTreeSet<&Path> = BTreeSet::new();
    // A directory comes after those above it, so that from the end those below are known.
    for (folder, names) in inside.iter().rev() {
        let below = |name: &&OsStr| {
            let path = folder.join(name);
            known.contains(&*path) || whole.contains(&*path)
        };
        if names.iter().all(below) && holds_only(&top.join(folder), names) {
            whole.insert(folder);
        }
    }
    let is_linked = |folder: &&&Path| {
        let is_hidden = folder
            .file_name()
            .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        !is_hidden
            && top
                .join(folder)
                .symlink_metadata()
                .is_ok_and(|found| found.is_dir())
    };
    let linked: BTreeSet<&Path> = whole.iter().filter(is_linked).copied().collect();
    let highest = |folder: &&&Path| {
        !folder
            .ancestors()
            .skip(1)
            .any(|above| linked.contains(above))
    };
    linked
        .iter()
        .filter(highest)
        .map(|folder| folder.to_path_buf())
        .collect()
}

/// Whether a directory holds these names and no others.
fn holds_only(directory: &Path, names: &BTreeSet<&OsStr>) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return false;
    };
    let mut count = 0;
    for entry in entries {
        match entry {
            Ok(entry) if names.contains(&*entry.file_name()) => count += 1,
            _ => return false,
        }
    }
    count == names.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn found(there: &[&str], files: &[&str]) -> Vec<String> {
        let top = tempfile::tempdir().unwrap();
        for path in there {
            let file = top.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "x").unwrap();
        }
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let found = directories(top.path(), &files);
        let found = found.iter().map(|path| path.to_str().unwrap().to_owned());
        found.collect()
    }

    #[test]
    fn the_highest_directory_without_other_files_is_whole() {
        let all = ["d/t/a", "d/t/b", "d/v/c", "e/f", "g"];
        assert_eq!(found(&all, &all), ["d", "e"]);
        assert_eq!(found(&all, &["d/t/a", "d/t/b", "e/f", "g"]), ["d/t", "e"]);
        assert_eq!(found(&all, &["d/t/a", "d/v/c"]), ["d/v"]);
        assert_eq!(found(&["d/t/a"], &["d/t/a", "d/t/gone"]), [""; 0]);
    }

    #[test]
    fn hidden_directories_are_no_links_and_may_lie_in_one() {
        let all = ["d/.h/a", "d/b", ".k/l/c"];
        assert_eq!(found(&all, &all), [".k/l", "d"]);
    }
}
