//! Overview and pruning of the cache.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::database::{self, Fault};
use super::today;
use crate::error::Error;

/// What a cache holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The database file.
    pub file: PathBuf,
    /// Its size in bytes; 0 when there is none yet.
    pub bytes: u64,
    /// Images whose signature is kept, by content.
    pub signatures: u64,
    /// Reports kept.
    pub reports: u64,
    /// Datasets, in order of root.
    pub datasets: Vec<KnownDataset>,
}

/// A dataset that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDataset {
    /// Its root.
    pub root: String,
    /// Files known by path.
    pub files: u64,
    /// Days since it was last checked.
    pub days: u64,
}

/// What is left in place by [`prune`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// Files and datasets that still exist and were checked within so many days.
    CheckedWithin(u64),
}

/// What [`prune`] took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Datasets.
    pub datasets: u64,
    /// Files known by path.
    pub files: u64,
    /// Signatures.
    pub signatures: u64,
    /// Reports.
    pub reports: u64,
}

/// Describes the cache in a directory. Makes none where there is none.
///
/// # Errors
/// [`Error::Cache`] for a file that is no cache or cannot be read.
pub fn overview(directory: &Path) -> Result<Overview, Error> {
    let mut overview = Overview {
        file: database::file_in(directory),
        bytes: 0,
        signatures: 0,
        reports: 0,
        datasets: Vec::new(),
    };
    if let Ok(metadata) = overview.file.metadata() {
        overview.bytes = metadata.len();
        let connection = open(directory)?;
        fill(&connection, &mut overview).map_err(|error| failed(directory, error.into()))?;
    }
    Ok(overview)
}

fn fill(connection: &Connection, overview: &mut Overview) -> Result<(), rusqlite::Error> {
    overview.signatures = count(connection, "signature")?;
    overview.reports = count(connection, "report")?;
    let today = today();
    let mut query = connection.prepare(
        "SELECT root, (SELECT count(*) FROM file WHERE dataset = dataset.id), seen \
         FROM dataset ORDER BY root",
    )?;
    let rows = query.query_map([], |row| {
        Ok(KnownDataset {
            root: row.get(0)?,
            files: row.get::<_, i64>(1)?.unsigned_abs(),
            days: (today - row.get::<_, i64>(2)?).max(0).unsigned_abs(),
        })
    })?;
    overview.datasets = rows.collect::<Result<_, _>>()?;
    Ok(())
}

/// Forgets what is not to be kept, and gives its room on disk back.
///
/// # Errors
/// [`Error::Cache`] for a cache that cannot be read or written, or is in use.
pub fn prune(directory: &Path, keep: Keep) -> Result<Pruned, Error> {
    if !database::file_in(directory).exists() {
        return Ok(Pruned {
            datasets: 0,
            files: 0,
            signatures: 0,
            reports: 0,
        });
    }
    let mut connection = open(directory)?;
    let pruned = forget(&mut connection, keep);
    pruned.map_err(|error| failed(directory, error.into()))
}

fn forget(connection: &mut Connection, keep: Keep) -> Result<Pruned, rusqlite::Error> {
    let transaction = connection.transaction()?;
    let before = counts(&transaction)?;
    match keep {
        Keep::Nothing => transaction
            .execute_batch("DELETE FROM dataset; DELETE FROM file; DELETE FROM signature;")?,
        Keep::CheckedWithin(days) => {
            let oldest = today().saturating_sub(i64::try_from(days).unwrap_or(i64::MAX));
            forget_gone(&transaction, oldest)?;
        }
    }
    // What nothing leads to any more.
    transaction.execute_batch(
        "DELETE FROM file WHERE dataset NOT IN (SELECT id FROM dataset);
         DELETE FROM mask WHERE dataset NOT IN (SELECT id FROM dataset);
         DELETE FROM report WHERE dataset NOT IN (SELECT id FROM dataset);
         DELETE FROM learned WHERE dataset NOT IN (SELECT id FROM dataset);
         DELETE FROM signature WHERE content NOT IN (SELECT content FROM file);",
    )?;
    let after = counts(&transaction)?;
    transaction.commit()?;
    connection.execute_batch("VACUUM")?;
    Ok(Pruned {
        datasets: before.datasets - after.datasets,
        files: before.files - after.files,
        signatures: before.signatures - after.signatures,
        reports: before.reports - after.reports,
    })
}

/// Forgets datasets not seen since day `oldest`, and datasets and files that are no more.
fn forget_gone(connection: &Connection, oldest: i64) -> Result<(), rusqlite::Error> {
    connection.execute("DELETE FROM dataset WHERE seen < ?1", [oldest])?;
    let mut datasets = connection.prepare("SELECT id, root FROM dataset")?;
    let datasets = datasets.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for dataset in datasets.collect::<Result<Vec<(i64, String)>, _>>()? {
        let (id, root) = dataset;
        if is_gone(Path::new(&root)) {
            connection.execute("DELETE FROM dataset WHERE id = ?1", [id])?;
            continue;
        }
        let mut files = connection.prepare("SELECT path FROM file WHERE dataset = ?1")?;
        let paths = files.query_map([id], |row| row.get(0))?;
        for path in paths.collect::<Result<Vec<String>, _>>()? {
            if is_gone(&Path::new(&root).join(&path)) {
                let delete = "DELETE FROM file WHERE dataset = ?1 AND path = ?2";
                connection.execute(delete, params![id, path])?;
            }
        }
    }
    Ok(())
}

/// Not merely out of reach for now.
fn is_gone(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

fn counts(connection: &Connection) -> Result<Pruned, rusqlite::Error> {
    Ok(Pruned {
        datasets: count(connection, "dataset")?,
        files: count(connection, "file")?,
        signatures: count(connection, "signature")?,
        reports: count(connection, "report")?,
    })
}

fn count(connection: &Connection, table: &str) -> Result<u64, rusqlite::Error> {
    let query = format!("SELECT count(*) FROM {table}");
    connection.query_row(&query, [], |row| Ok(row.get::<_, i64>(0)?.unsigned_abs()))
}

fn open(directory: &Path) -> Result<Connection, Error> {
    database::open(directory).map_err(|fault| failed(directory, fault))
}

fn failed(directory: &Path, fault: Fault) -> Error {
    let message = match fault {
        Fault::Damaged => "it is damaged; delete it, the next check begins a new one".to_owned(),
        Fault::Refused(reason) => reason,
    };
    Error::Cache {
        path: database::file_in(directory),
        message,
    }
}
