//! What a walk meets and cannot go into: dead links, folders that are refused, loops, and what
//! stands where a description of the dataset is looked for.

use std::io::ErrorKind;
use std::path::Path;

use super::file_kind::{FileKind, kind_of};
use super::usual_names::is_description;
use super::walk::{Walked, WalkedFile};
use crate::sample::{Problem, ProblemKind};
use crate::source::path_text;

impl Walked {
    /// Tells what stands where a description of the dataset is looked for and is no file.
    pub(super) fn no_file(&mut self, path: &str, what: &str) {
        if is_description(path) {
            self.problems.push(Problem {
                kind: ProblemKind::NotUsed,
                path: path.to_owned(),
                detail: format!(
                    "is {what} and no file, so that nothing is known of what it should say of the images: put the file there, or remove or rename what is"
                ),
            });
        }
    }
}

impl Walked {
    /// A broken link or a refused entry: an image keeps its place among the samples and turns out
    /// unreadable later; anything else is a problem now. `refusal` is what the system said, where
    /// it is no loop.
    pub(super) fn refused(&mut self, root: &Path, at: &Path, refusal: Option<String>) {
        let (path, place) = path_text(root, at);
        let (kind, detail) = match refusal {
            None => (
                ProblemKind::LinkLoop,
                "leads back to one of its own parent directories and was not followed".to_owned(),
            ),
            Some(_) if kind_of(at, |_| Ok(None)) == FileKind::Image => {
                self.images.push(WalkedFile::new(path, place));
                return;
            }
            Some(reason) => not_there(at, &reason),
        };
        self.problems.push(Problem { kind, path, detail });
    }
}

/// What is said of something that is no image and cannot be gone into.
fn not_there(at: &Path, reason: &str) -> (ProblemKind, String) {
    let target = std::fs::metadata(at).map_err(|error| error.kind());
    let is_dead = at.is_symlink() && target.is_err_and(|kind| kind == ErrorKind::NotFound);
    match (is_dead, at.extension()) {
        (true, Some(_)) => (
            ProblemKind::DeadLink,
            "is a link that leads nowhere, so that what the file says or holds is missing from this report; mend the link, or remove it".to_owned(),
        ),
        (true, None) => (
            ProblemKind::UnreadableDirectory,
            "is a link that leads nowhere; if it is one to a folder, the images of that are missing from this report: mend the link, or remove it".to_owned(),
        ),
        (false, _) => (
            ProblemKind::UnreadableDirectory,
            format!(
                "could not be listed ({reason}), so that its images are missing from this report; make it readable, or leave it out by `--exclude`"
            ),
        ),
    }
}
