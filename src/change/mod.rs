//! Samples that a change has touched, as git or a list of files says.
//!
//! What cannot be told counts as touched: a sample that neither git nor DVC knows is
//! checked every time, rather than never.

mod described;
mod dvc;
mod files;
mod git;
mod lfs;
mod mirror;
mod process;
mod snapshot;
mod staged;
mod working;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::sample::{Dataset, Sample};
use crate::settings::Settings;
use crate::source::{Place, path_text, text};
use described::{Compared, Rows};
use git::Repository;
pub(crate) use snapshot::Snapshot;

/// Samples that a change has touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Their paths relative to the dataset root; `None` is all of them. Paths that are
    /// no sample may be among them: deleted files, and files that are no images.
    pub paths: Option<BTreeSet<String>>,
    /// What the user should know, one sentence each.
    pub notes: Vec<String>,
}

impl Touched {
    fn everything(note: String) -> Self {
        Self {
            paths: None,
            notes: vec![format!("{note}, so every image is checked")],
        }
    }
}

/// Where the files lie that are compared with a revision.
#[derive(Clone, Copy)]
pub(crate) enum Tree<'a> {
    /// In the working tree. The path is that of the index that the caller was told to use, as hooks
    /// are.
    Working(Option<&'a Path>),
    /// In the index.
    Staged(&'a Snapshot),
}

/// Samples that differ between a revision and the files of a tree, or that are not tracked; all
/// where one of `said`, files of settings and of what is accepted, differs: they say what a sample
/// is and what is judged.
///
/// # Errors
/// [`Error::Change`]: no git, no repository, no such revision, or history that a shallow clone
/// lacks.
pub(crate) fn since(
    revision: &str,
    tree: Tree<'_>,
    dataset: &Dataset,
    (settings, said): (&Settings, &BTreeSet<PathBuf>),
) -> Result<Touched, Error> {
    let own;
    let repository = match tree {
        Tree::Staged(snapshot) => &snapshot.repository,
        Tree::Working(handed) => {
            own = Repository::of(&dataset.root, handed)?;
            &own
        }
    };
    if repository.is_unborn()? {
        let note = "the repository has no commit yet".to_owned();
        return Ok(Touched::everything(note));
    }
    let commit = repository.commit(revision)?;
    for file in said {
        if has_changed(repository, &commit, tree, file)? {
            let note = format!("`{}` has changed since {revision}", file.display());
            return Ok(Touched::everything(note));
        }
    }
    let mut touched = match tree {
        Tree::Staged(snapshot) => staged::touched(snapshot, &commit, dataset)?,
        Tree::Working(_) => working::touched(repository, &commit, dataset)?,
    };
    match described::moved_rows(Compared {
        repository,
        commit: &commit,
        tree,
        dataset,
        settings,
    })? {
        Rows::Moved(rows) => {
            touched.paths.extend(rows);
            take_inner(&mut touched.paths, dataset);
            Ok(Touched {
                paths: Some(touched.paths),
                notes: touched.notes,
            })
        }
        Rows::Unknown(why) => Ok(Touched::everything(why)),
    }
}

/// Whether a file is another one than in a commit; none outside of the repository is.
fn has_changed(
    repository: &Repository,
    commit: &str,
    tree: Tree<'_>,
    file: &Path,
) -> Result<bool, Error> {
    let Some(path) = repository.place_from_top(file) else {
        return Ok(false);
    };
    let there = match tree {
        Tree::Working(_) => Some(file.to_path_buf()),
        Tree::Staged(snapshot) => snapshot.find(file),
    };
    let now = there.and_then(|file| text::read(&file, text::TABLE).ok());
    Ok(now != repository.content(commit, &git::text(&path))?)
}

/// Samples whose files have changed.
struct ChangedFiles {
    paths: BTreeSet<String>,
    notes: Vec<String>,
}

/// Samples that a list names: one path a line, or ended by NUL bytes where there are any.
/// Paths are relative to the current directory `base`, or else to the dataset root.
///
/// # Errors
/// [`Error::Change`]: a list without a name, as a command that failed leaves it, or of which no
/// name is an image of the dataset or a file.
pub(crate) fn listed(list: &[u8], base: &Path, dataset: &Dataset) -> Result<Touched, Error> {
    let by_nul = list.contains(&0);
    let names = list.split(|&byte| if by_nul { byte == 0 } else { byte == b'\n' });
    let names = names.map(|name| match by_nul {
        true => name,
        false => name.strip_suffix(b"\r").unwrap_or(name),
    });
    let root = absolute(base, &dataset.root);
    let mut paths = BTreeSet::new();
    let mut names_a_file = false;
    for name in names.filter(|name| !name.is_empty()) {
        let file = absolute(base, &process::path_of(name));
        let (text, _) = match file.strip_prefix(&root) {
            Ok(below) => path_text(Path::new(""), below),
            Err(_) => path_text(Path::new(""), &process::path_of(name)),
        };
        names_a_file |= file.is_file();
        paths.insert(text);
    }
    if paths.is_empty() {
        let message = "the list of files is empty: where nothing changed there is nothing to check, and a command before it may have failed; `--changed-since REV` asks git itself".to_owned();
        return Err(Error::Change { message });
    }
    take_inner(&mut paths, dataset);
    let known = |sample: &&Sample| paths.contains(&*sample.path);
    let mut notes = Vec::new();
    if !dataset.samples.iter().any(|sample| known(&sample)) {
        if !names_a_file {
            let message = format!(
                "none of the {} names in the list is an image of `{}`, or a file at all: give paths of files, one a line or ended by NUL bytes (`git diff -z`)",
                paths.len(),
                dataset.root.display()
            );
            return Err(Error::Change { message });
        }
        notes.push(format!(
            "none of the {} named files is an image of `{}`",
            paths.len(),
            dataset.root.display()
        ));
    }
    Ok(Touched {
        paths: Some(paths),
        notes,
    })
}

/// Adds what lies inside files that are touched: which of it has changed is not known. And pictures
/// whose mask is.
fn take_inner(paths: &mut BTreeSet<String>, dataset: &Dataset) {
    for mask in &dataset.companions {
        if paths.contains(mask.file()) {
            paths.insert(mask.of.clone());
        }
    }
    for sample in &dataset.samples {
        if matches!(sample.place, Place::Inside(_)) && paths.contains(sample.file()) {
            paths.insert(sample.path.to_string());
        }
    }
}

/// A path from the root of the file system, without `.` and `..`; links are not followed.
fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in base.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}

/// Whether a path leads down from where it begins, and nowhere else.
fn leads_down(path: &Path) -> bool {
    let is_plain = |part| matches!(part, std::path::Component::Normal(_));
    path.components().all(is_plain)
}

fn is_below(path: &str, place: &str) -> bool {
    place.is_empty()
        || path
            .strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_up_or_begins_anew_does_not_lead_down() {
        for path in ["../x.txt", "a/../../x.txt", "/x.txt"] {
            assert!(!leads_down(Path::new(path)), "{path}");
        }
        assert!(leads_down(Path::new("a/..b/x.txt")));
    }
    use crate::dataset::{Builder, Draft};
    use crate::sample::Layout;

    fn dataset(root: &str, paths: &[&str]) -> Dataset {
        let mut builder = Builder::new(root, Layout::Unsplit);
        for path in paths {
            builder.sample(Draft {
                path: (*path).to_owned(),
                ..Draft::default()
            });
        }
        builder.build()
    }

    fn named(root: &str, list: &[u8]) -> Vec<String> {
        let touched = listed(
            list,
            Path::new("/home/a"),
            &dataset(root, &["c.jpg", "train/a.jpg"]),
        );
        touched.unwrap().paths.unwrap().into_iter().collect()
    }

    #[test]
    fn a_listed_path_may_start_at_the_current_directory_or_at_the_dataset() {
        let list =
            b"data/train/a.jpg\r\n./data/train/../train/b c.jpg\ntrain/d.jpg\n/home/a/data/e.jpg\n\n";
        let expected = ["e.jpg", "train/a.jpg", "train/b c.jpg", "train/d.jpg"];
        assert_eq!(named("data", list), expected);
        assert_eq!(named("/home/a/data", list), expected);
    }

    #[test]
    fn names_ended_by_nul_may_hold_newlines() {
        assert_eq!(named(".", b"a\nb.jpg\0c.jpg\0"), ["a\nb.jpg", "c.jpg"]);
    }

    #[test]
    fn a_list_without_any_image_of_the_dataset_is_told_and_one_of_nothing_refused() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("README.md"), "read me").unwrap();
        let data = dataset("data", &["a.jpg"]);
        let touched = listed(b"README.md\n", home.path(), &data).unwrap();
        assert!(touched.notes[0].contains("none of the 1 named files"));
        let refused = |list: &[u8]| listed(list, home.path(), &data).unwrap_err().to_string();
        assert!(refused(b"\n").contains("is empty"));
        assert!(refused(b"\"val/a.jpg\"\n").contains("none of the 1 names"));
    }
}
