//! Arrow tables on disk, as Hugging Face's `save_to_disk` and its cache write them.
//!
//! A file is a series of messages (Arrow's IPC format, streaming or random access): a head in
//! `FlatBuffers`, and a body of buffers. The schema comes first; every batch of rows says where in
//! its body each buffer of each column lies, in the order of the schema, outer columns before
//! inner ones. An image is a run of bytes in such a body.

mod buffers;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::columns::Told;
use super::flat::Table;
use super::labels::{ClassNames, LABELS, NOTE};
use super::listing::{Listing, Part};
use super::picture_columns::{Found, called, choose, names_of};
use super::{Container, begins_as_image, damaged};
use buffers::Buffers;

/// Longest head of a message.
const LONGEST_HEAD: u64 = 64 << 20;

/// Columns inside each other.
const DEEPEST: usize = 16;

/// Kinds of messages.
const SCHEMA: u64 = 1;
const BATCH: u64 = 3;

/// What a table holds; `None` where no column is one of images.
///
/// # Errors
/// The file cannot be read, or is damaged.
pub(super) fn list(
    file: &Path,
    name: &str,
    is_annotation: fn(&str) -> bool,
) -> io::Result<Option<Listing>> {
    let size = std::fs::metadata(file)?.len();
    let mut reader = opened(file)?;
    // Behind the messages of a file that begins so stands a footer; behind a stream nothing does.
    let is_stream = reader.stream_position()? == 0;
    let (mut columns, mut rows, mut fault) = (None, Rows::default(), None);
    loop {
        match message(&mut reader) {
            Ok(None) => {
                let behind = size.saturating_sub(reader.stream_position()?);
                if is_stream && behind > 0 {
                    fault = Some(damaged(format!(
                        "goes on for {behind} bytes behind its end"
                    )));
                }
                break;
            }
            Ok(Some(message)) => {
                let Some(head) = Table::root(&message.head) else {
                    return Err(damaged("is no table that can be read"));
                };
                match (head.number(1, 1), head.table(2), &columns) {
                    (Some(SCHEMA), Some(schema), _) => columns = Some(Columns::of(schema)?),
                    (Some(BATCH), Some(batch), Some(columns)) => {
                        match columns.take_rows(&mut rows, &mut reader, batch, message.body) {
                            Ok(()) => {}
                            Err(error) => {
                                fault = Some(error);
                                break;
                            }
                        }
                    }
                    _ => {}
                }
                let size = head.number(3, 8).unwrap_or(0);
                reader.seek(SeekFrom::Start(message.body.saturating_add(size)))?;
            }
            Err(error) => {
                fault = Some(error);
                break;
            }
        }
    }
    let Some(columns) = columns.filter(|_| rows.count > 0 || fault.is_none()) else {
        return Err(fault.unwrap_or_else(|| damaged("is no table that can be read")));
    };
    let (numbers, found): (Vec<usize>, Vec<Found>) = (columns.images.into_iter().enumerate())
        .filter(|(at, _)| rows.kinds.get(at) == Some(&true))
        .map(|(at, column)| (at, column.found))
        .unzip();
    let chosen = choose(&found, is_annotation);
    if chosen.read.is_empty() && rows.count > 0 {
        return Ok(None);
    }
    let container = Container::of_bytes(file)?;
    let mut listing = Listing::default();
    for (nth, &at) in chosen.read.iter().enumerate() {
        let own = (nth > 0).then_some(&*found[at].name);
        let names = names_of(name, own, rows.count);
        let cells = rows.cells.get(&numbers[at]).map_or(&[][..], |cells| cells);
        // What the first column lacks is a row without its picture.
        let there = cells.iter().filter(|cell| own.is_none() || cell.size > 0);
        for cell in there {
            let label = rows.labels.get(cell.row as usize).cloned().flatten();
            let part = Part::Stored {
                at: cell.at,
                size: cell.size,
            };
            listing.add(&container, names.of(cell.row), part, label);
        }
    }
    for what in chosen.faults {
        listing.fault(name, what);
    }
    if let Some(error) = fault {
        listing.fault(name, format!("{error}, behind the rows that were read"));
    }
    Ok(Some(listing))
}

/// What a table says of its rows in columns of whole numbers or texts that are wanted.
///
/// # Errors
/// The file cannot be read, or is damaged.
pub(super) fn columns(file: &Path, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<Vec<Told>> {
    let mut reader = opened(file)?;
    let mut all: Vec<((usize, Label), Told)> = Vec::new();
    let names = ClassNames::listed(Vec::new());
    while let Some(message) = message(&mut reader)? {
        let head = Table::root(&message.head);
        let head = head.ok_or_else(|| damaged("is no table that can be read"))?;
        match (head.number(1, 1), head.table(2)) {
            (Some(SCHEMA), Some(schema)) => {
                let (mut counted, mut next) = (Columns::none(), 0);
                for field in schema.tables(1) {
                    let name = field.text(0).unwrap_or_default();
                    if let Some(label) = label(field, next).filter(|_| is_wanted(name)) {
                        let told = Told {
                            name: name.to_owned(),
                            ..Told::default()
                        };
                        all.push(((next + 1, label), told));
                    }
                    counted.take(field, &mut next, &Above::default())?;
                }
            }
            (Some(BATCH), Some(batch)) if batch.table(3).is_none() => {
                let count = batch.number(0, 8).unwrap_or(0);
                let mut buffers = Buffers {
                    file: &mut reader,
                    places: batch.pairs(2),
                    body: message.body,
                };
                for (column, told) in &mut all {
                    let cells = buffers.cells(column, count, &names)?;
                    told.values.extend(cells.into_iter().map(Some));
                }
            }
            _ => {}
        }
        let size = head.number(3, 8).unwrap_or(0);
        reader.seek(SeekFrom::Start(message.body.saturating_add(size)))?;
    }
    Ok(all.into_iter().map(|(_, told)| told).collect())
}

/// A file, at its first message.
fn opened(file: &Path) -> io::Result<BufReader<File>> {
    let mut reader = BufReader::new(File::open(file)?);
    if starts_with(&mut reader, b"ARROW1\0\0")? {
        reader.seek(SeekFrom::Start(8))?;
    }
    Ok(reader)
}

/// What was read of all batches.
#[derive(Default)]
struct Rows {
    count: u64,
    labels: Vec<Option<String>>,
    /// Of the columns that may hold images whether they do, once a cell has told it.
    kinds: BTreeMap<usize, bool>,
    /// The cells of those that do not hold something else.
    cells: BTreeMap<usize, Vec<Cell>>,
}

/// A cell of a column of images.
struct Cell {
    row: u64,
    at: u64,
    size: u64,
}

/// A message, up to its body.
struct Message {
    head: Vec<u8>,
    /// First byte of the body in the file.
    body: u64,
}

fn starts_with(reader: &mut (impl Read + Seek), magic: &[u8]) -> io::Result<bool> {
    let mut first = vec![0; magic.len()];
    let is_same = reader.read_exact(&mut first).is_ok() && first == magic;
    reader.seek(SeekFrom::Start(0))?;
    Ok(is_same)
}

/// The next message; `None` at the end of the series.
fn message(reader: &mut (impl Read + Seek)) -> io::Result<Option<Message>> {
    let cut = |_| damaged("is cut short");
    let mut four = [0; 4];
    match reader.read(&mut four)? {
        0 => return Ok(None),
        read => reader.read_exact(&mut four[read..]).map_err(cut)?,
    }
    // Before version 0.15 the length came first.
    if four == [0xFF; 4] {
        reader.read_exact(&mut four).map_err(cut)?;
    }
    let length = u64::from(u32::from_le_bytes(four));
    if length == 0 {
        return Ok(None);
    }
    if length > LONGEST_HEAD {
        return Err(damaged("is no table that can be read"));
    }
    let mut head = vec![0; length as usize];
    reader.read_exact(&mut head).map_err(cut)?;
    let body = reader.stream_position()?;
    Ok(Some(Message { head, body }))
}

/// Where the columns that are read have their buffers among those of a batch.
struct Columns {
    /// Columns that may hold encoded images.
    images: Vec<ImageColumn>,
    /// The buffer of the labels, and how many bytes each takes.
    label: Option<(usize, Label)>,
    /// Names of the classes.
    names: ClassNames,
}

/// A column of bytes.
struct ImageColumn {
    found: Found,
    runs: Runs,
}

/// A column of runs of bytes: its buffer of offsets, before that of the bytes.
#[derive(Clone, Copy)]
struct Runs {
    offsets: usize,
    /// Bytes of an offset.
    width: u64,
}

enum Label {
    /// Whole numbers of so many bytes, and whether they may be negative.
    Whole(u64, bool),
    /// Texts.
    Text(Runs),
}

/// What a column lies in.
#[derive(Default)]
struct Above {
    path: Vec<String>,
    is_list: bool,
}

impl Columns {
    fn none() -> Self {
        Self {
            images: Vec::new(),
            label: None,
            names: ClassNames::listed(Vec::new()),
        }
    }

    fn of(schema: Table<'_>) -> io::Result<Self> {
        let mut columns = Self::none();
        let mut next = 0;
        let mut best = LABELS.len();
        for field in schema.tables(1) {
            let name = field.text(0).unwrap_or_default();
            let rank = LABELS.iter().position(|label| *label == name);
            if let Some(rank) = rank.filter(|&rank| rank < best)
                && let Some(label) = label(field, next)
            {
                best = rank;
                columns.label = Some((next + 1, label));
                let notes = schema.tables(2);
                let note = notes.iter().find(|note| note.text(0) == Some(NOTE));
                let note = note.and_then(|note| note.text(1)).unwrap_or_default();
                columns.names = ClassNames::of(note, name);
            }
            columns.take(field, &mut next, &Above::default())?;
        }
        Ok(columns)
    }

    /// Counts the buffers of a column and of those inside it, and notes where runs of bytes are.
    fn take(&mut self, field: Table<'_>, next: &mut usize, above: &Above) -> io::Result<()> {
        let kind = field.number(2, 1).unwrap_or(0);
        let is_indexed = field.table(4).is_some();
        if above.path.len() > DEEPEST {
            return Err(damaged("holds columns too deep inside each other"));
        }
        let own = match kind {
            _ if is_indexed => 2,
            1 => 0,
            // Structures and lists of a fixed length have a buffer of gaps only.
            13 | 16 => 1,
            4 | 5 | 19 | 20 => 3,
            14 | 22.. => return Err(damaged("holds a kind of column that is not read")),
            _ => 2,
        };
        let own_name = field.text(0).unwrap_or_default().to_owned();
        let path: Vec<String> = above.path.iter().cloned().chain([own_name]).collect();
        if [4, 19].contains(&kind) && !is_indexed {
            self.images.push(ImageColumn {
                found: Found {
                    name: called(path.iter().map(String::as_str), above.is_list),
                    is_list: above.is_list,
                },
                runs: runs(kind, *next),
            });
        }
        *next += own;
        if !is_indexed {
            let above = Above {
                path,
                // What is inside a list has rows of its own.
                is_list: above.is_list || [12, 16, 17, 21].contains(&kind),
            };
            for inner in field.tables(5) {
                self.take(inner, next, &above)?;
            }
        }
        Ok(())
    }

    /// Adds the rows of a batch whose body begins at `body`.
    fn take_rows(
        &self,
        rows: &mut Rows,
        file: &mut (impl Read + Seek),
        batch: Table<'_>,
        body: u64,
    ) -> io::Result<()> {
        if batch.table(3).is_some() {
            return Err(damaged(
                "is compressed inside, which is not read; save it without",
            ));
        }
        let count = batch.number(0, 8).unwrap_or(0);
        let mut buffers = Buffers {
            file,
            places: batch.pairs(2),
            body,
        };
        let labels = self.labels(&mut buffers, count)?;
        let mut cells = Vec::new();
        for (at, column) in self.images.iter().enumerate() {
            if rows.kinds.get(&at) == Some(&false) {
                continue;
            }
            if column.found.is_list {
                let (data, size) = buffers.place(column.runs.offsets + 1)?;
                if size > 0 && !rows.kinds.contains_key(&at) {
                    let first = buffers.bytes(data, size.min(16))?;
                    rows.kinds.insert(at, begins_as_image(&first));
                }
                continue;
            }
            let runs = buffers.runs(column.runs, count)?;
            let first = runs.iter().find(|(_, size)| *size > 0);
            if let Some(&(first, size)) = first
                && let Entry::Vacant(unknown) = rows.kinds.entry(at)
            {
                unknown.insert(begins_as_image(&buffers.bytes(first, size.min(16))?));
            }
            cells.push((at, runs));
        }
        // Where a column was read, there are as many rows as are told.
        let is_read = !cells.is_empty();
        for (at, runs) in cells {
            let cell = |(row, (at, size))| Cell { row, at, size };
            let own = rows.cells.entry(at).or_default();
            own.extend((rows.count..).zip(runs).map(cell));
        }
        if is_read {
            let labels = (0..count as usize).map(|row| labels.get(row).cloned());
            rows.labels.extend(labels);
        }
        rows.count = rows.count.saturating_add(count);
        Ok(())
    }

    fn labels(
        &self,
        buffers: &mut Buffers<'_, impl Read + Seek>,
        count: u64,
    ) -> io::Result<Vec<String>> {
        match &self.label {
            Some(label) => buffers.cells(label, count, &self.names),
            None => Ok(Vec::new()),
        }
    }
}

fn runs(kind: u64, first: usize) -> Runs {
    Runs {
        offsets: first + 1,
        width: if kind >= 19 { 8 } else { 4 },
    }
}

/// How a column of labels is read, whose first buffer this is; `None` for what is no label.
fn label(field: Table<'_>, first: usize) -> Option<Label> {
    if field.table(4).is_some() {
        return None;
    }
    match field.number(2, 1)? {
        2 => {
            let of = field.table(3)?;
            let width = of.number(0, 4)? / 8;
            let is_signed = of.number(1, 1).is_some_and(|signed| signed != 0);
            (1..=8)
                .contains(&width)
                .then_some(Label::Whole(width, is_signed))
        }
        kind @ (5 | 20) => Some(Label::Text(runs(kind, first))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
