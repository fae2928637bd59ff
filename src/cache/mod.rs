//! Results of earlier runs, kept in one database file; the only user of `rusqlite`.
//!
//! Two levels. A *signature* is kept by the digest of a file's bytes, and a file's
//! digest by its path and [`Stamp`]. A whole *report* is kept by a digest of
//! everything it depends on. The cache never changes a report, and never fails
//! an audit: when it cannot be used, the audit goes on without and there is a
//! [`warning`](Cache::warning). See `docs/cache.md`.

mod database;
mod key;
mod session;
mod upkeep;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use crate::source::Stamp;
use database::Fault;
pub(crate) use session::Session;
pub use upkeep::{Keep, KnownDataset, Overview, Pruned, overview, prune};

/// How a run tells that a file has not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareBy {
    /// By path, size and times: the file is not opened.
    Stamp,
    /// By a digest of its bytes: the file is read, but not decoded.
    Content,
}

/// A cache that an audit may ask, and tells what it learns.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    compare_by: CompareBy,
    program: Option<Stamp>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// `None` when there is no cache, or it has failed.
    connection: Option<Connection>,
    warning: Option<String>,
}

impl Cache {
    /// Knows nothing and keeps nothing.
    #[must_use]
    pub fn off() -> Self {
        Self {
            directory: PathBuf::new(),
            compare_by: CompareBy::Stamp,
            program: None,
            state: Mutex::default(),
        }
    }

    /// Opens the cache in a directory, and makes it where there is none.
    ///
    /// `program` is the stamp of the program file: another build of one version
    /// may report differently. A cache that cannot be opened is [off](Self::off),
    /// with a warning.
    #[must_use]
    pub fn open(directory: &Path, compare_by: CompareBy, program: Option<Stamp>) -> Self {
        let cache = Self {
            directory: directory.to_path_buf(),
            compare_by,
            program,
            state: Mutex::default(),
        };
        let opened = match database::open(directory) {
            Err(Fault::Damaged) => {
                cache.fail(&Fault::Damaged);
                database::open(directory)
            }
            other => other,
        };
        match opened {
            Ok(connection) => cache.lock().connection = Some(connection),
            Err(fault) => cache.fail(&fault),
        }
        cache
    }

    /// What kept the cache from being used, if anything did: one sentence for the user.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.lock().warning.clone()
    }

    fn is_on(&self) -> bool {
        self.lock().connection.is_some()
    }

    /// Does something with the database; `None` when there is none. A failure
    /// switches the cache off.
    fn with<T>(
        &self,
        action: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error>,
    ) -> Option<T> {
        let done = action(self.lock().connection.as_mut()?);
        done.map_err(|error| self.fail(&error.into())).ok()
    }

    fn fail(&self, fault: &Fault) {
        let mut state = self.lock();
        state.connection = None;
        let place = database::file_in(&self.directory);
        let what = match fault {
            Fault::Damaged => match database::move_aside(&self.directory) {
                Ok(aside) => format!("is damaged and was moved to `{}`", aside.display()),
                Err(error) => format!("is damaged and could not be moved away ({error})"),
            },
            Fault::Refused(reason) => {
                format!("could not be used ({reason}); this run goes on without what it lacks")
            }
        };
        // The first failure is the cause of any later one.
        let warning = format!("cache `{}` {what}", place.display());
        state.warning.get_or_insert(warning);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // SQLite rolls back what a thread that panicked had begun.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Days since 1970.
fn today() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| (since.as_secs() / 86_400) as i64)
}
