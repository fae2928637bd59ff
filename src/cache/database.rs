//! The database file: where it lies, its tables, and what its failures mean.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use crate::source::cache_name;

/// Raised with every change of the tables, so that no release reads another's.
const FORMAT: u32 = 3;

/// How long a run waits for another that is writing. A batch takes a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(5);

/// `dataset.seen` counts days since 1970. A file row leads to its signature by
/// digest, so that files with equal bytes share one.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS dataset (
    id INTEGER PRIMARY KEY AUTOINCREMENT, root TEXT NOT NULL UNIQUE, seen INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS file (
    dataset INTEGER NOT NULL, path TEXT NOT NULL,
    size INTEGER NOT NULL, modified INTEGER NOT NULL, changed INTEGER NOT NULL,
    content BLOB NOT NULL, PRIMARY KEY (dataset, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS signature (
    content BLOB NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (content, version));
CREATE TABLE IF NOT EXISTS mask (
    dataset INTEGER NOT NULL, content BLOB NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (dataset, content)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS report (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, dataset INTEGER NOT NULL, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS learned (
    dataset INTEGER NOT NULL, part INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,
    PRIMARY KEY (dataset, part));
";

/// Why the cache cannot be used.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file is no database, or a broken one.
    Damaged,
    /// Anything else, in words.
    Refused(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Refused("another run has kept it locked".to_owned())
            }
            Some(ErrorCode::DiskFull) => Self::Refused("the disk is full".to_owned()),
            Some(ErrorCode::ReadOnly) => Self::Refused("it cannot be written".to_owned()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

/// The database file of a cache directory.
pub(super) fn file_in(directory: &Path) -> PathBuf {
    directory.join(cache_name(FORMAT))
}

/// Opens the database; makes it, and its directory, where there is none.
pub(super) fn open(directory: &Path) -> Result<Connection, Fault> {
    make_private(directory).map_err(|error| Fault::Refused(error.to_string()))?;
    let connection = Connection::open(file_in(directory))?;
    connection.busy_timeout(PATIENCE)?;
    // A rollback journal, unlike a write-ahead log, works on network file systems and
    // leaves one file; NORMAL is enough to survive a kill and, but for rare cases, a
    // power cut.
    connection.pragma_update(None, "journal_mode", "TRUNCATE")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

/// Renames a damaged database, so that the next run begins a new one.
pub(super) fn move_aside(directory: &Path) -> std::io::Result<PathBuf> {
    let file = file_in(directory);
    let aside = file.with_extension("sqlite.damaged");
    std::fs::rename(&file, &aside)?;
    // A journal without its database would be played into the next one.
    match std::fs::remove_file(file.with_extension("sqlite-journal")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(aside),
    }
}

/// Thumbnails of images that may be private: nobody else may list the directory.
fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
