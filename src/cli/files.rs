//! Files that say how to judge: as they lie there, or as they are staged.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::change::Snapshot;
use crate::error::Error;
use crate::source::text;

/// Where files are read from.
#[derive(Clone, Copy, Default)]
pub(super) struct SettingFiles<'a> {
    /// What is staged, where that is judged.
    pub(super) staged: Option<&'a Snapshot>,
}

impl SettingFiles<'_> {
    /// Whether a file that nobody named is there.
    ///
    /// # Errors
    /// It lies in the repository and is not staged: the commit would be judged otherwise than here.
    /// Or it is there and no file: what it should say would not be in force.
    pub(super) fn has(self, path: &Path) -> Result<bool, Error> {
        if self.staged.is_some_and(|tree| tree.find(path).is_some()) {
            return Ok(true);
        }
        must_be_file(path)?;
        let Some(snapshot) = self.staged else {
            return Ok(path.is_file());
        };
        if path.is_file() && snapshot.is_of_repository(path) {
            let path = path.display();
            let message = format!(
                "`{path}` is there and not staged, so the commit would be judged without it; `git add {path}`, or name it on the command line"
            );
            return Err(Error::settings(message));
        }
        Ok(path.is_file())
    }

    /// The text of a file: as it is staged, where it is.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(self, path: &Path, most: u64) -> Result<String, Error> {
        let staged = self.staged.and_then(|snapshot| snapshot.find(path));
        let file = staged.unwrap_or_else(|| PathBuf::from(path));
        let text = text::read(&file, most).and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is no text in UTF-8"))
        });
        text.map_err(|source| Error::Io {
            action: "read",
            path: path.to_path_buf(),
            source,
        })
    }
}

/// Refuses what stands where a file of settings or a baseline is looked for.
///
/// # Errors
/// It is there, and a folder, a pipe or a link that leads nowhere.
pub(super) fn must_be_file(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_err() || path.is_file() {
        return Ok(());
    }
    let what = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "a folder",
        Ok(_) => "a pipe or a device",
        Err(_) => "a link that leads nowhere",
    };
    Err(Error::settings(format!(
        "`{}` is {what}, where a file is looked for that says what is judged: put the file there, or remove or rename what is",
        path.display()
    )))
}
