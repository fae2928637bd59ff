//! `--train train.txt`: a list or a table that names the pictures of one split.
//!
//! What it names is looked for beside it, then in the folders above, then in the folder that the
//! command runs in, because lists carry paths from where their author stood; at last by name,
//! anywhere below the list's own folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::builder::Draft;
use super::csv_manifest;
use super::csv_text::read_text;
use super::list_lines::read_line;
use super::resolve::Resolver;
use super::side_tables;
use super::walk::{Walked, walk};
use crate::error::Error;
use crate::progress::Progress;
use crate::sample::SplitRole;
use crate::settings::{Columns, Files};
use crate::source::container::is_pixel_table;

/// Folders above a list in which its pictures are looked for.
const MOST_ABOVE: usize = 4;

/// Lines of a list that are tried in each folder.
const MOST_TRIED: usize = 50;

/// Percent of these that must be there.
const LEAST_FOUND: usize = 90;

/// What a list or table names, and the folder that its names are relative to.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) folder: PathBuf,
    pub(super) drafts: Vec<Draft>,
    pub(super) labels_from: String,
}

/// Whether a file is one by its name, and no table of pixels.
pub(super) fn is_list(file: &Path) -> bool {
    let is_named = is_table(file) || has_ending(file, &["txt", "lst", "list"]);
    is_named && !is_pixel_table(file)
}

fn is_table(file: &Path) -> bool {
    has_ending(file, &side_tables::ENDINGS)
}

fn has_ending(file: &Path, endings: &[&str]) -> bool {
    let ending = file.extension().unwrap_or_default();
    endings.iter().any(|one| ending.eq_ignore_ascii_case(one))
}

/// Reads a list.
///
/// # Errors
/// It cannot be read, or most of what it names is in none of the folders.
pub(super) fn read(
    file: &Path,
    role: SplitRole,
    columns: &Columns,
    files: &Files,
    progress: &dyn Progress,
) -> Result<Listed, Error> {
    let above = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let above: Vec<PathBuf> = above
        .ancestors()
        .skip(1)
        .take(1 + MOST_ABOVE)
        .map(Path::to_path_buf)
        .collect();
    let here = std::path::absolute(Path::new("."));
    let folders = above.into_iter().chain(here.into_iter().map(|mut here| {
        // `absolute` keeps the `.`.
        if here.ends_with(".") {
            here.pop();
        }
        here
    }));
    let text = read_text(file)?;
    let folders: Vec<PathBuf> = folders.collect();
    let listed = |folders: &[PathBuf], walked: &Walked| match is_table(file) {
        true => table(file, columns, folders, walked),
        false => lines(file, &text, role, folders, walked),
    };
    listed(&folders, &Walked::default()).or_else(|refused| {
        let Some(own) = folders.first() else {
            return Err(refused);
        };
        let mut walked = walk(own, files, progress);
        walked.tell_companions(own, &HashSet::new());
        // What is said of where paths lead says more than that no name is there, either.
        listed(std::slice::from_ref(own), &walked).map_err(|_| refused)
    })
}

fn table(
    file: &Path,
    columns: &Columns,
    folders: &[PathBuf],
    walked: &Walked,
) -> Result<Listed, Error> {
    let mut refused = None;
    for folder in folders {
        match csv_manifest::claim(folder, file, columns, walked) {
            Ok(claim) => {
                return Ok(Listed {
                    folder: folder.clone(),
                    drafts: claim.drafts,
                    labels_from: claim.labels_from,
                });
            }
            // What is said of the folder beside the list says most.
            Err(error) => drop(refused.get_or_insert(error)),
        }
    }
    Err(refused.unwrap_or_else(|| nothing_there(file, None)))
}

fn lines(
    file: &Path,
    text: &str,
    role: SplitRole,
    folders: &[PathBuf],
    walked: &Walked,
) -> Result<Listed, Error> {
    let is_told = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines: Vec<&str> = text.lines().map(str::trim).filter(is_told).collect();
    for folder in folders {
        // The list lies in the folder, as far as names go.
        let resolver = Resolver::new(folder, &folder.join("list"), walked);
        let tried = &lines[..lines.len().min(MOST_TRIED)];
        let found = tried
            .iter()
            .filter(|line| read_line(line, role, &resolver).exists);
        if found.count() * 100 < tried.len() * LEAST_FOUND || tried.is_empty() {
            continue;
        }
        let mut known = HashSet::new();
        let mut drafts = Vec::new();
        for line in &lines {
            let line = read_line(line, role, &resolver);
            // One picture may be in many pairs.
            let is_pair = !line.others.is_empty();
            let mut add = |one: Draft, is_of_pair: bool| {
                if known.insert(one.path.clone()) || !is_of_pair {
                    drafts.push(one);
                }
            };
            add(line.draft, is_pair);
            line.others.into_iter().for_each(|one| add(one, true));
        }
        return Ok(Listed {
            drafts,
            folder: folder.clone(),
            labels_from: "what stands behind the paths of lists".to_owned(),
        });
    }
    Err(nothing_there(file, lines.first().copied()))
}

fn nothing_there(file: &Path, example: Option<&str>) -> Error {
    let message = match example {
        Some(example) => format!(
            "most of the images it lists are neither beside it, nor in a folder above, nor here (for example `{example}`); run from the folder that its paths are relative to"
        ),
        None => "it lists no image; write a path on each line".to_owned(),
    };
    Error::Manifest {
        path: file.to_path_buf(),
        line: None,
        message,
    }
}
