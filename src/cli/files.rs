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
    pub(super) fn has(self, path: &Path) -> Result<bool, Error> {
        let Some(snapshot) = self.staged else {
            return Ok(path.is_file());
        };
        if snapshot.find(path).is_some() {
            return Ok(true);
        }
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
