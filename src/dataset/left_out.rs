//! Files that `include` and `exclude` leave out, and patterns that fit none.

use super::builder::Draft;
use super::walk::Walked;
use crate::error::Error;
use crate::path_pattern::PathPattern;
use crate::sample::{Ignored, IgnoredKind};
use crate::settings::Files;

impl Walked {
    /// Remembers which patterns fit a file.
    pub(super) fn fit_by(&mut self, files: &Files, path: &str) {
        self.remember(files, |pattern| pattern.matches(path));
    }

    /// Remembers which patterns mean all that lies in a folder.
    pub(super) fn fit_by_folder(&mut self, files: &Files, folder: &str) {
        self.remember(files, |pattern| pattern.covers(folder));
    }

    /// Takes every pattern for one that fits.
    pub(super) fn fit_by_anything(&mut self, files: &Files) {
        self.remember(files, |_| true);
    }

    fn remember(&mut self, files: &Files, fits: impl Fn(&PathPattern) -> bool) {
        for (_, pattern) in patterns(files) {
            if !self.fit.contains(pattern.text()) && fits(pattern) {
                self.fit.insert(pattern.text().to_owned());
            }
        }
    }

    /// Counts a file inside a container that is left out.
    pub(super) fn leave_out(&mut self, path: &str) {
        let mut ignored = self.ignored.iter_mut();
        if let Some(one) = ignored.find(|one| one.reason == Ignored::LEFT_OUT) {
            one.files += 1;
            return;
        }
        self.ignored.push(Ignored {
            reason: Ignored::LEFT_OUT.to_owned(),
            kind: IgnoredKind::Other,
            files: 1,
            example: path.to_owned(),
        });
        self.ignored.sort_by(|a, b| a.reason.cmp(&b.reason));
    }
}

/// Refuses a pattern that fits no file and nothing that is listed.
///
/// # Errors
/// Which one, and how patterns are written.
pub(super) fn must_fit(files: &Files, walked: &Walked, drafts: &[Draft]) -> Result<(), Error> {
    let is_idle = |pattern: &PathPattern| {
        !walked.fit.contains(pattern.text())
            && !drafts.iter().any(|draft| pattern.matches(&draft.path))
    };
    match patterns(files).find(|(_, pattern)| is_idle(pattern)) {
        None => Ok(()),
        Some((key, pattern)) => Err(Error::settings(format!(
            "`{key}`: the pattern `{}` fits no file of the dataset: correct it, or leave it out (paths begin at the dataset, `x/**` is all below `x`, `**/x.jpg` is `x.jpg` in any folder)",
            pattern.text()
        ))),
    }
}

fn patterns(files: &Files) -> impl Iterator<Item = (&'static str, &PathPattern)> {
    let include = files.include.iter().map(|one| ("include", one));
    include.chain(files.exclude.iter().map(|one| ("exclude", one)))
}
