//! Arrow tables on disk, as Hugging Face's `save_to_disk` and its cache write them.
//!
//! A file is a series of messages (Arrow's IPC format, streaming or random access): a head in
//! `FlatBuffers`, and a body of buffers. The schema comes first; every batch of rows says where in
//! its body each buffer of each column lies, in the order of the schema, outer columns before
//! inner ones. An image is a run of bytes in such a body.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::columns::Told;
use super::flat::Table;
use super::labels::{ClassNames, LABELS, NOTE, whole};
use super::listing::{Listing, Part};
use super::names::RowNames;
use super::{Container, begins_as_image, damaged};

/// Longest head of a message.
const LONGEST_HEAD: u64 = 64 << 20;

/// Columns inside each other.
const DEEPEST: u32 = 16;

/// Kinds of messages.
const SCHEMA: u64 = 1;
const BATCH: u64 = 3;

/// What a table holds; `None` where no column is one of images.
///
/// # Errors
/// The file cannot be read, or is damaged.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let mut reader = opened(file)?;
    let (mut columns, mut rows, mut fault) = (None, Vec::new(), None);
    loop {
        match message(&mut reader) {
            Ok(None) => break,
            Ok(Some(message)) => {
                let Some(head) = Table::root(&message.head) else {
                    return Err(damaged("is no table that can be read"));
                };
                match (head.number(1, 1), head.table(2), &columns) {
                    (Some(SCHEMA), Some(schema), _) => columns = Some(Columns::of(schema)?),
                    (Some(BATCH), Some(batch), Some(columns)) => {
                        match columns.rows(&mut reader, batch, message.body) {
                            Ok(Some(found)) => rows.extend(found),
                            Ok(None) => return Ok(None),
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
    if columns.is_none() || (rows.is_empty() && fault.is_some()) {
        return Err(fault.unwrap_or_else(|| damaged("is no table that can be read")));
    }
    let container = Container::of_bytes(file)?;
    let names = RowNames::new(name, rows.len() as u64);
    let mut listing = Listing::default();
    for (row, number) in rows.into_iter().zip(0..) {
        let part = Part::Stored {
            at: row.at,
            size: row.size,
        };
        listing.add(&container, names.of(number), part, row.label);
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
                    counted.take(field, &mut next, 0)?;
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

/// An image and its class.
struct Row {
    at: u64,
    size: u64,
    label: Option<String>,
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
    images: Vec<Runs>,
    /// The buffer of the labels, and how many bytes each takes.
    label: Option<(usize, Label)>,
    /// Names of the classes.
    names: ClassNames,
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
            columns.take(field, &mut next, 0)?;
        }
        Ok(columns)
    }

    /// Counts the buffers of a column and of those inside it, and notes where runs of bytes are.
    fn take(&mut self, field: Table<'_>, next: &mut usize, depth: u32) -> io::Result<()> {
        let kind = field.number(2, 1).unwrap_or(0);
        let is_indexed = field.table(4).is_some();
        if depth > DEEPEST {
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
        let is_bytes = [4, 19].contains(&kind) && !is_indexed;
        if is_bytes && depth < 2 && (depth == 0 || field.text(0) == Some("bytes")) {
            self.images.push(runs(kind, *next));
        }
        *next += own;
        if !is_indexed {
            for inner in field.tables(5) {
                // What is inside a list has rows of its own.
                let is_list = [12, 16, 17, 21].contains(&kind);
                self.take(inner, next, depth + if is_list { 2 } else { 1 })?;
            }
        }
        Ok(())
    }

    /// The rows of a batch whose body begins at `body`; `None` where no column is one of images.
    fn rows(
        &self,
        file: &mut (impl Read + Seek),
        batch: Table<'_>,
        body: u64,
    ) -> io::Result<Option<Vec<Row>>> {
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
        let mut found = None;
        for &column in &self.images {
            let runs = buffers.runs(column, count)?;
            let first = runs.iter().find(|(_, size)| *size > 0);
            let Some(&(at, size)) = first else { continue };
            if begins_as_image(&buffers.bytes(at, size.min(16))?) {
                found = Some(runs);
                break;
            }
        }
        let Some(runs) = found else {
            return Ok((count == 0).then(Vec::new));
        };
        let labels = self.labels(&mut buffers, count)?;
        let rows = runs.into_iter().enumerate().map(|(row, (at, size))| Row {
            at,
            size,
            label: labels.get(row).cloned(),
        });
        Ok(Some(rows.collect()))
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

/// The buffers of a batch.
struct Buffers<'a, R> {
    file: &'a mut R,
    /// Offset in the body, and size.
    places: Vec<(u64, u64)>,
    body: u64,
}

impl<R: Read + Seek> Buffers<'_, R> {
    /// Bytes of the file.
    fn bytes(&mut self, at: u64, size: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(at))?;
        self.file.by_ref().take(size).read_to_end(&mut bytes)?;
        match bytes.len() as u64 == size {
            true => Ok(bytes),
            false => Err(damaged("is cut short")),
        }
    }

    /// The first bytes of a buffer.
    fn whole(&mut self, buffer: usize, size: u64) -> io::Result<Vec<u8>> {
        let (at, length) = self.place(buffer)?;
        match size <= length {
            true => self.bytes(at, size),
            false => Err(damaged("holds a column that is shorter than its rows")),
        }
    }

    /// First byte in the file, and size.
    fn place(&self, buffer: usize) -> io::Result<(u64, u64)> {
        let place = self.places.get(buffer).copied();
        let place = place.and_then(|(at, size)| Some((self.body.checked_add(at)?, size)));
        place.ok_or_else(|| damaged("names a buffer that is not there"))
    }

    /// The cells of a column of labels.
    fn cells(
        &mut self,
        (buffer, label): &(usize, Label),
        count: u64,
        names: &ClassNames,
    ) -> io::Result<Vec<String>> {
        match label {
            Label::Text(runs) => {
                let cells = self.runs(*runs, count)?;
                let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
                    return Ok(Vec::new());
                };
                let begin = first.0;
                let all = self.bytes(begin, (last.0 + last.1).saturating_sub(begin))?;
                let text = |&(at, size): &(u64, u64)| {
                    let own = at.checked_sub(begin).map(|at| at as usize);
                    let own = own.and_then(|at| all.get(at..at + size as usize));
                    String::from_utf8_lossy(own.unwrap_or_default()).into_owned()
                };
                Ok(cells.iter().map(text).collect())
            }
            Label::Whole(width, is_signed) => {
                let bytes = self.whole(*buffer, count.saturating_mul(*width))?;
                let one = |bytes: &[u8]| names.of_number(whole(bytes, *is_signed));
                Ok(bytes.chunks_exact(*width as usize).map(one).collect())
            }
        }
    }

    /// First byte in the file and size of every cell of a column.
    fn runs(&mut self, column: Runs, count: u64) -> io::Result<Vec<(u64, u64)>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let (data, size) = self.place(column.offsets + 1)?;
        let offsets = count.saturating_add(1).saturating_mul(column.width);
        let offsets = self.whole(column.offsets, offsets)?;
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .rev()
                .fold(0, |all, &byte| all << 8 | u64::from(byte))
        };
        let offsets: Vec<u64> = offsets
            .chunks_exact(column.width as usize)
            .map(number)
            .collect();
        let one = |pair: &[u64]| match pair[0] <= pair[1] && pair[1] <= size {
            true => Ok((data + pair[0], pair[1] - pair[0])),
            false => Err(damaged("names bytes that are not there")),
        };
        offsets.windows(2).map(one).collect()
    }
}

#[cfg(test)]
mod tests;
