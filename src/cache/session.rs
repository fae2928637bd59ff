//! One run's view of the cache: what it knows of the dataset, and what is to be added.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rayon::prelude::*;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Cache, CompareBy, key, today};
use crate::report::Report;
use crate::sample::{Dataset, SampleId};
use crate::settings::Settings;
use crate::signature::digest::Digest;
use crate::signature::memory::Memory;
use crate::signature::{ReadMask, SIGNATURE_VERSION, Signed, encoding};
use crate::source::Stamp;

/// A killed run loses what it learned in this time at most, and what it was working on.
const BATCH: Duration = Duration::from_millis(500);

/// Reports kept for one dataset: a few settings and a few states of the data.
const REPORTS_PER_DATASET: i64 = 8;

/// Rows decoded at once on all cores: a few megabytes.
const ROWS_AT_ONCE: usize = 4096;

/// Decodes what was kept of files, each at its place in `known`, and empties the batch.
fn decode(batch: &mut Vec<(usize, Digest, Vec<u8>)>, known: &mut [Option<Signed>]) {
    let decoded: Vec<(usize, Option<Signed>)> = batch
        .par_drain(..)
        .map(|(at, content, bytes)| (at, encoding::decode(content, &bytes)))
        .collect();
    for (at, signed) in decoded {
        known[at] = signed;
    }
}

/// One audit of one dataset.
pub(crate) struct Session<'a> {
    cache: &'a Cache,
    dataset: &'a Dataset,
    /// The dataset's root, absolute, as its name in the database. `None` where it
    /// cannot be written down: then only contents are known.
    root: Option<String>,
    /// Of each of [`Dataset::files`] its first sample, and its stamp where that can be trusted.
    /// Empty where files are not looked at.
    files: Vec<(SampleId, Option<Stamp>)>,
    /// `None` when the report must not be kept.
    key: Option<Digest>,
    /// Files, masks among them, whose content this run knows.
    answered: AtomicUsize,
    pending: Mutex<Pending>,
}

/// What has been learned and not been written.
struct Pending {
    places: Vec<(SampleId, Stamp, Digest)>,
    signatures: Vec<(Digest, Vec<u8>)>,
    since: Instant,
}

impl Pending {
    fn new() -> Self {
        Self {
            places: Vec::new(),
            signatures: Vec::new(),
            since: Instant::now(),
        }
    }
}

impl<'a> Session<'a> {
    /// Looks at the files of a dataset, without opening any.
    pub(crate) fn new(cache: &'a Cache, settings: &Settings, dataset: &'a Dataset) -> Self {
        let mut session = Self::of_contents(cache, dataset);
        session.files = dataset.files().into_iter().map(|id| (id, None)).collect();
        if cache.is_on() {
            session.look(settings);
        }
        session
    }

    /// For a dataset that has been signed elsewhere: knows contents only, and no report.
    pub(crate) fn of_contents(cache: &'a Cache, dataset: &'a Dataset) -> Self {
        let root = dataset.root.canonicalize().ok();
        Self {
            cache,
            dataset,
            root: root.and_then(|root| root.to_str().map(str::to_owned)),
            files: Vec::new(),
            key: None,
            answered: AtomicUsize::new(0),
            pending: Mutex::new(Pending::new()),
        }
    }

    fn look(&mut self, settings: &Settings) {
        let (now, dataset) = (SystemTime::now(), self.dataset);
        self.files.par_iter_mut().for_each(|(id, stamp)| {
            let found = dataset.source(*id).stamp();
            *stamp = found.filter(|stamp| !stamp.is_racy(now));
        });
        let masks = dataset.companions.par_iter().map(|mask| {
            let stamp = mask.source(&dataset.root).stamp();
            stamp.filter(|stamp| !stamp.is_racy(now))
        });
        let masks: Vec<Option<Stamp>> = masks.collect();
        let stamps = self.files.iter().map(|file| file.1).chain(masks);
        let stamps: Option<Vec<Stamp>> = stamps.collect();
        if self.cache.compare_by == CompareBy::Stamp
            && let (Some(root), Some(stamps)) = (&self.root, stamps)
        {
            let program = self.cache.program;
            let key = key::report_key(program, settings, root, dataset, &stamps);
            self.key = Some(key);
        }
    }

    /// The report of an earlier run, if nothing it depends on has changed.
    pub(crate) fn report(&self) -> Option<Report> {
        let key = self.key?;
        let (value, seen): (Vec<u8>, i64) = self.cache.with(|connection| {
            let query = "SELECT value, seen FROM report JOIN dataset ON dataset.id = dataset \
                         WHERE key = ?1";
            let mut query = connection.prepare(query)?;
            let row = query.query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?)));
            row.optional()
        })??;
        let (check, text) = value.split_at_checked(key.0.len())?;
        if check != Digest::of(text).0 {
            return None;
        }
        let report = serde_json::from_slice(text).ok()?;
        if seen != today() {
            self.cache
                .with(|connection| note_dataset(connection, self.root.as_deref()));
        }
        Some(report)
    }

    /// What is known of each of [`Dataset::files`] without opening it.
    pub(crate) fn known(&self) -> Vec<Option<Signed>> {
        let mut known: Vec<Option<Signed>> = Vec::new();
        known.resize_with(self.files.len(), || None);
        if self.cache.compare_by == CompareBy::Stamp {
            self.cache
                .with(|connection| self.read_known(connection, &mut known));
        }
        let answered = known.iter().flatten().count();
        self.answered.store(answered, Ordering::Relaxed);
        known
    }

    /// Both the files and the rows come in order of path.
    fn read_known(
        &self,
        connection: &Connection,
        known: &mut [Option<Signed>],
    ) -> Result<(), rusqlite::Error> {
        let query = "SELECT path, size, modified, changed, file.content, value FROM file \
                     JOIN signature ON signature.content = file.content AND version = ?2 \
                     WHERE dataset = (SELECT id FROM dataset WHERE root = ?1) ORDER BY path";
        let mut query = connection.prepare(query)?;
        let mut rows = query.query(params![self.root, SIGNATURE_VERSION])?;
        let mut next = 0;
        let mut batch: Vec<(usize, Digest, Vec<u8>)> = Vec::with_capacity(ROWS_AT_ONCE);
        while let Some(row) = rows.next()? {
            let path = row.get_ref(0)?.as_str()?;
            let path_of = |(id, _): &(SampleId, _)| &*self.dataset.samples[id.index()].path;
            while next < self.files.len() && path_of(&self.files[next]) < path {
                next += 1;
            }
            let Some((id, stamp)) = self.files.get(next) else {
                break;
            };
            let source = self.dataset.source(*id);
            let kept = Stamp {
                size: row.get::<_, i64>(1)?.cast_unsigned(),
                modified: row.get(2)?,
                changed: row.get(3)?,
            };
            if path_of(&self.files[next]) == path && *stamp == Some(kept) && source.is_named() {
                let content = Digest(row.get(4)?);
                batch.push((next, content, row.get(5)?));
            }
            if batch.len() == ROWS_AT_ONCE {
                decode(&mut batch, known);
            }
        }
        decode(&mut batch, known);
        Ok(())
    }

    /// Keeps the report for the next run, if it can be told then that nothing has changed.
    pub(crate) fn keep(&self, report: &Report) {
        let Some(key) = self.key else { return };
        // A file that could not be opened may be readable the next time, though
        // nothing shows that it has changed.
        let files = self.files.len() + self.dataset.companions.len();
        if self.answered.load(Ordering::Relaxed) != files {
            return;
        }
        let Ok(text) = serde_json::to_vec(report) else {
            return;
        };
        let mut value = Digest::of(&text).0.to_vec();
        value.extend(text);
        self.cache.with(|connection| {
            let transaction = connection.transaction()?;
            let dataset = note_dataset(&transaction, self.root.as_deref())?;
            transaction.execute(
                "INSERT OR REPLACE INTO report (key, dataset, value) VALUES (?1, ?2, ?3)",
                params![key.0, dataset, value],
            )?;
            transaction.execute(
                "DELETE FROM report WHERE dataset = ?1 AND id NOT IN \
                 (SELECT id FROM report WHERE dataset = ?1 ORDER BY id DESC LIMIT ?2)",
                params![dataset, REPORTS_PER_DATASET],
            )?;
            transaction.commit()
        });
    }

    /// What earlier runs read of masks, by content.
    pub(crate) fn masks(&self) -> HashMap<Digest, ReadMask> {
        let rows = self.cache.with(|connection| {
            let query = "SELECT content, value FROM mask WHERE version = ?2 \
                         AND dataset = (SELECT id FROM dataset WHERE root = ?1)";
            let mut query = connection.prepare(query)?;
            let rows = query.query_map(params![self.root, SIGNATURE_VERSION], |row| {
                Ok((Digest(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
            })?;
            rows.collect::<Result<Vec<_>, _>>()
        });
        let rows = rows.unwrap_or_default().into_iter();
        rows.filter_map(|(content, value)| Some((content, encoding::decode(content, &value)?)))
            .collect()
    }

    /// Keeps what was read of masks, by content, of which `opened` more could be opened.
    pub(crate) fn keep_masks(&self, masks: &[(Digest, &ReadMask)], opened: usize) {
        self.answered.fetch_add(opened, Ordering::Relaxed);
        if masks.is_empty() || !self.keeps_learned() {
            return;
        }
        self.cache.with(|connection| {
            let transaction = connection.transaction()?;
            let dataset = note_dataset(&transaction, self.root.as_deref())?;
            let encoded = masks
                .iter()
                .filter_map(|&(content, mask)| Some((content, encoding::encode(content, mask)?)));
            for (content, value) in encoded {
                transaction.execute(
                    "INSERT OR REPLACE INTO mask (dataset, content, version, value) \
                     VALUES (?1, ?2, ?3, ?4)",
                    params![dataset, content.0, SIGNATURE_VERSION, value],
                )?;
            }
            transaction.commit()
        });
    }

    /// Whether what was learned of the whole dataset can be kept.
    pub(crate) fn keeps_learned(&self) -> bool {
        self.cache.is_on() && self.root.is_some()
    }

    /// What was learned under this key, in parts.
    pub(crate) fn learned(&self, key: Digest) -> Option<Vec<Vec<u8>>> {
        if !self.keeps_learned() {
            return None;
        }
        let parts: Vec<Vec<u8>> = self.cache.with(|connection| {
            let query = "SELECT value FROM learned WHERE key = ?2 AND \
                         dataset = (SELECT id FROM dataset WHERE root = ?1) ORDER BY part";
            let mut query = connection.prepare(query)?;
            let rows = query.query_map(params![self.root, key.0], |row| row.get(0))?;
            rows.collect()
        })?;
        let checked = parts.into_par_iter().map(|mut part| {
            let check = part.split_off(part.len().checked_sub(key.0.len())?);
            (check == Digest::of(&part).0).then_some(part)
        });
        checked.collect()
    }

    /// Keeps what was learned, in place of what was before: one state of a dataset is enough.
    pub(crate) fn keep_learned(&self, key: Digest, parts: impl Iterator<Item = Vec<u8>>) {
        self.cache.with(|connection| {
            let transaction = connection.transaction()?;
            let dataset = note_dataset(&transaction, self.root.as_deref())?;
            transaction.execute("DELETE FROM learned WHERE dataset = ?1", [dataset])?;
            for (mut value, number) in parts.zip(0i64..) {
                let check = Digest::of(&value).0;
                value.extend(check);
                transaction.execute(
                    "INSERT INTO learned (dataset, part, key, value) VALUES (?1, ?2, ?3, ?4)",
                    params![dataset, number, key.0, value],
                )?;
            }
            transaction.commit()
        });
    }

    /// Writes what has been learned and not been written.
    pub(crate) fn flush(&self) {
        let batch = std::mem::replace(&mut *self.pending(), Pending::new());
        if batch.places.is_empty() && batch.signatures.is_empty() {
            return;
        }
        self.cache.with(|connection| {
            let transaction = connection.transaction()?;
            self.write(&transaction, &batch)?;
            transaction.commit()
        });
    }

    fn write(&self, connection: &Connection, batch: &Pending) -> Result<(), rusqlite::Error> {
        let mut insert = connection.prepare_cached(
            "INSERT OR REPLACE INTO signature (content, version, value) VALUES (?1, ?2, ?3)",
        )?;
        for (content, value) in &batch.signatures {
            insert.execute(params![content.0, SIGNATURE_VERSION, value])?;
        }
        if batch.places.is_empty() {
            return Ok(());
        }
        let dataset = note_dataset(connection, self.root.as_deref())?;
        let mut insert = connection.prepare_cached(
            "INSERT OR REPLACE INTO file (dataset, path, size, modified, changed, content) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (id, stamp, content) in &batch.places {
            let path = &*self.dataset.samples[id.index()].path;
            let size = stamp.size.cast_signed();
            insert.execute(params![
                dataset,
                path,
                size,
                stamp.modified,
                stamp.changed,
                content.0
            ])?;
        }
        Ok(())
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        // A list that a panic cut short holds only whole entries.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stamp by which a sample's bytes will be known again. A place that its name does not
    /// lead to is not: two of them could share a name.
    fn place(&self, id: SampleId) -> Option<Stamp> {
        self.root.as_ref()?;
        if !self.dataset.source(id).is_named() {
            return None;
        }
        let at = self.files.binary_search_by_key(&id, |file| file.0).ok()?;
        self.files[at].1
    }
}

impl Memory for Session<'_> {
    fn recall(&self, sample: SampleId, content: Digest) -> Option<Signed> {
        if !self.cache.is_on() {
            return None;
        }
        self.answered.fetch_add(1, Ordering::Relaxed);
        if let Some(stamp) = self.place(sample) {
            self.pending().places.push((sample, stamp, content));
        }
        let value: Vec<u8> = self.cache.with(|connection| {
            let query = "SELECT value FROM signature WHERE content = ?1 AND version = ?2";
            let mut query = connection.prepare_cached(query)?;
            let row = query.query_row(params![content.0, SIGNATURE_VERSION], |row| row.get(0));
            row.optional()
        })??;
        encoding::decode(content, &value)
    }

    fn learn(&self, content: Digest, signed: &Signed) {
        let Some(value) = encoding::encode(content, signed).filter(|_| self.cache.is_on()) else {
            return;
        };
        let mut pending = self.pending();
        pending.signatures.push((content, value));
        let due = pending.since.elapsed() >= BATCH;
        drop(pending);
        if due {
            self.flush();
        }
    }
}

/// The number of a dataset; it is noted that somebody has asked for it today.
fn note_dataset(connection: &Connection, root: Option<&str>) -> Result<i64, rusqlite::Error> {
    connection.query_row(
        "INSERT INTO dataset (root, seen) VALUES (?1, ?2) \
         ON CONFLICT (root) DO UPDATE SET seen = excluded.seen RETURNING id",
        params![root, today()],
        |row| row.get(0),
    )
}
