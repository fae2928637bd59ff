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
use super::list_lines::{Rows, first_fields, read_line, told_lines};
use super::resolve::Resolver;
use super::side_tables;
use super::text_tables;
use super::walk::{Walked, walk};
use crate::error::Error;
use crate::progress::Progress;
use crate::sample::{Problem, SplitRole};
use crate::settings::{Columns, Files};
use crate::source::container::is_pixel_table;

/// Folders above a list in which its pictures are looked for.
const MOST_ABOVE: usize = 4;

/// Lines of a list that are tried in each folder.
const MOST_TRIED: usize = 50;

/// What a list or table names, and the folder that its names are relative to.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) folder: PathBuf,
    pub(super) drafts: Vec<Draft>,
    /// What its lines say twice.
    pub(super) problems: Vec<Problem>,
    pub(super) labels_from: String,
}

/// Whether a file is one by its name, and no table of pixels.
pub(super) fn is_list(file: &Path) -> bool {
    let is_named = is_table(file) || has_ending(file, &["txt", "lst", "list"]);
    is_named && !is_pixel_table(file)
}

fn is_table(file: &Path) -> bool {
    has_ending(file, &side_tables::ENDINGS)
        || has_ending(file, &["txt"]) && text_tables::is_one(file)
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
    let mut folders: Vec<PathBuf> = above
        .ancestors()
        .skip(1)
        .take(1 + MOST_ABOVE)
        .map(Path::to_path_buf)
        .collect();
    let here = std::path::absolute(Path::new(".")).ok();
    // `absolute` keeps the `.`.
    let here = here.map(|here| here.components().collect::<PathBuf>());
    folders.extend(here.clone());
    let text = read_text(file)?;
    let listed = |folders: &[PathBuf], walked: &Walked| match is_table(file) {
        true => table(file, columns, folders, walked),
        false => lines(file, &text, role, folders, walked),
    };
    let refused = match listed(&folders, &Walked::default()) {
        Ok(listed) if is_table(file) || !asks_for_a_walk(&text, role, &listed.folder) => {
            return Ok(listed);
        }
        Ok(listed) => Ok(listed.folder),
        Err(refused) => Err(refused),
    };
    let walk_and_read = |folder: &PathBuf| {
        let mut walked = walk(folder, files, progress);
        walked.tell_companions(folder, &HashSet::new());
        listed(std::slice::from_ref(folder), &walked)
    };
    let refused = match refused {
        Ok(folder) => return walk_and_read(&folder),
        Err(refused) => refused,
    };
    // Where the command runs, its folder is that of the dataset.
    let own = folders.first().cloned();
    let here = here.filter(|here| above.starts_with(here) && Some(here) != own.as_ref());
    let walked = own.iter().chain(&here).map(walk_and_read);
    // What is said of where paths lead says more than that no name is there, either.
    walked.filter_map(Result::ok).next().ok_or(refused)
}

/// Whether lines name what only a walk of the folder can tell: folders of frames, or further
/// pictures, which may be masks.
fn asks_for_a_walk(text: &str, role: SplitRole, folder: &Path) -> bool {
    let nothing = Walked::default();
    let resolver = Resolver::new(folder, &folder.join("list"), &nothing);
    told_lines(text).take(MOST_TRIED).any(|line| {
        let line = read_line(line, role, &resolver);
        line.names_more || folder.join(&line.draft.path).is_dir()
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
                    problems: Vec::new(),
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
    let tried: Vec<&str> = told_lines(text).take(MOST_TRIED).collect();
    let tried = tried.join("\n");
    for folder in folders {
        // The list lies in the folder, as far as names go.
        let mut resolver = Resolver::new(folder, &folder.join("list"), walked);
        let written: Vec<&str> = first_fields(text).collect();
        resolver.look_for(&written, Some(role));
        let read = |text: &str| {
            let mut rows = Rows::default();
            rows.read(text, ("", role), &resolver);
            rows
        };
        if !read(&tried).name_images() {
            continue;
        }
        let rows = read(text);
        return Ok(Listed {
            drafts: rows.drafts,
            problems: rows.problems,
            folder: folder.clone(),
            labels_from: "what stands behind the paths of lists".to_owned(),
        });
    }
    Err(nothing_there(file, tried.lines().next()))
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
