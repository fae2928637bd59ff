//! Parquet tables with a column of encoded images, as Hugging Face publishes datasets.
//!
//! A cell is reached by reading its column from the beginning of its row group on, so what stands
//! behind the last cells that were read is kept: rows are mostly read in order.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::columns::Told;
use super::labels::{ClassNames, LABELS, NOTE};
use super::listing::{Listing, Part};
use super::picture_columns::{Found, called, choose, names_of};
use super::{Container, Reader, begins_as_image, damaged};

/// Cursors that are kept, of all tables together: each holds a file open and a page in memory.
const KEPT: usize = 8;

/// Rows whose labels are read at once.
const ROWS: usize = 4096;

/// Longest cells that identify something, on average, in bytes, and what a column takes besides.
const LONGEST_CELL: i64 = 256;
const LEAST_BYTES: i64 = 4096;

/// What a table holds; `None` where no column is one of images.
///
/// # Errors
/// The file cannot be read, or is damaged.
pub(super) fn list(
    file: &Path,
    name: &str,
    is_annotation: fn(&str) -> bool,
) -> io::Result<Option<Listing>> {
    let reader = open(file)?;
    let metadata = reader.metadata();
    let columns = image_columns(&reader)?;
    let (numbers, found): (Vec<usize>, Vec<Found>) = columns.into_iter().unzip();
    let chosen = choose(&found, is_annotation);
    if chosen.read.is_empty() {
        return Ok(None);
    }
    let groups = metadata.row_groups().iter();
    let groups: Vec<u64> = groups
        .map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
        .collect();
    let rows = groups.iter().sum();
    let labels = labels(&reader)?;
    let mut listing = Listing::default();
    for (nth, at) in chosen.read.into_iter().enumerate() {
        let column = numbers[at];
        let cells = Cells {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            file: file.to_owned(),
            column,
            groups: groups.clone(),
        };
        let container = Container::new(file, Reader::Cells(cells));
        let own = (nth > 0).then_some(&*found[at].name);
        let names = names_of(name, own, rows);
        // What the first column lacks is a row without its picture.
        let gaps = match own {
            None => Vec::new(),
            Some(_) => gaps(&reader, column)?,
        };
        for row in 0..rows {
            if gaps.get(row as usize).is_some_and(|is_gap| *is_gap) {
                continue;
            }
            let label = labels.get(row as usize).cloned().flatten();
            listing.add(&container, names.of(row), Part::Row(row), label);
        }
    }
    for what in chosen.faults {
        listing.fault(name, what);
    }
    Ok(Some(listing))
}

/// The cells of one column.
pub(super) struct Cells {
    /// Tells the cursors of this listing from those of an earlier one of the same file.
    id: u64,
    file: PathBuf,
    column: usize,
    /// Rows of each row group.
    groups: Vec<u64>,
}

impl Cells {
    /// The number of the column.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// The bytes of a cell.
    pub(super) fn read(&self, row: u64) -> io::Result<Vec<u8>> {
        let mut first = 0;
        for (group, &rows) in self.groups.iter().enumerate() {
            if row < first + rows {
                return self.read_in(group, row - first);
            }
            first += rows;
        }
        Err(damaged("its table has fewer rows"))
    }

    fn read_in(&self, group: usize, row: u64) -> io::Result<Vec<u8>> {
        let mut cursor = match self.take_cursor(group, row) {
            Some(cursor) => cursor,
            None => self.cursor(group)?,
        };
        let skipped = usize::try_from(row - cursor.row).unwrap_or(usize::MAX);
        if cursor.reader.skip_records(skipped).map_err(said)? != skipped {
            return Err(damaged("its table has fewer rows"));
        }
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let (read, _, _) = (cursor
            .reader
            .read_records(1, Some(&mut levels), None, &mut values))
        .map_err(said)?;
        if read != 1 {
            return Err(damaged("its table has fewer rows"));
        }
        let value = values.pop();
        cursor.row = row + 1;
        let mut kept = CURSORS.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push(cursor);
        match value {
            Some(value) => Ok(value.data().to_vec()),
            None => Err(damaged("has no bytes in its table, only a path")),
        }
    }

    /// The kept cursor that stands nearest before a row.
    fn take_cursor(&self, group: usize, row: u64) -> Option<Cursor> {
        let mut kept = CURSORS.lock().unwrap_or_else(PoisonError::into_inner);
        let is_usable =
            |cursor: &Cursor| cursor.row <= row && (cursor.id, cursor.group) == (self.id, group);
        let usable = (0..kept.len()).filter(|&at| is_usable(&kept[at]));
        let nearest = usable.max_by_key(|&at| kept[at].row)?;
        Some(kept.remove(nearest))
    }

    fn cursor(&self, group: usize) -> io::Result<Cursor> {
        let reader = open(&self.file)?;
        let group_reader = reader.get_row_group(group).map_err(said)?;
        match group_reader.get_column_reader(self.column).map_err(said)? {
            ColumnReader::ByteArrayColumnReader(reader) => Ok(Cursor {
                id: self.id,
                group,
                row: 0,
                reader,
            }),
            _ => Err(damaged("its table has changed")),
        }
    }
}

/// A column of a row group, read up to a row.
struct Cursor {
    id: u64,
    group: usize,
    row: u64,
    reader: ColumnReaderImpl<ByteArrayType>,
}

static NEXT: AtomicU64 = AtomicU64::new(0);

static CURSORS: Mutex<Vec<Cursor>> = Mutex::new(Vec::new());

fn open(file: &Path) -> io::Result<SerializedFileReader<File>> {
    SerializedFileReader::new(File::open(file)?).map_err(said)
}

fn said(error: ParquetError) -> io::Error {
    damaged(format!("is no table that can be read ({error})"))
}

/// Numbers of the columns of bytes whose first cell begins as images do, and what they are called:
/// `left` for the bytes of a structure `left`.
fn image_columns(reader: &SerializedFileReader<File>) -> io::Result<Vec<(usize, Found)>> {
    let schema = reader.metadata().file_metadata().schema_descr();
    let mut found = Vec::new();
    for (at, column) in schema.columns().iter().enumerate() {
        let may_be = column.physical_type() == Type::BYTE_ARRAY && !is_text(column);
        if may_be && is_of_images(reader, at)? {
            let is_list = column.max_rep_level() > 0;
            let parts = column.path().parts().iter().map(String::as_str);
            let name = called(parts, is_list);
            found.push((at, Found { name, is_list }));
        }
    }
    Ok(found)
}

/// Whether a column of bytes is said to be of texts.
fn is_text(column: &ColumnDescriptor) -> bool {
    use parquet::basic::ConvertedType;
    [
        ConvertedType::UTF8,
        ConvertedType::JSON,
        ConvertedType::ENUM,
    ]
    .contains(&column.converted_type())
}

/// Whether the first cell of a column that is not empty begins as encoded images do.
fn is_of_images(reader: &SerializedFileReader<File>, column: usize) -> io::Result<bool> {
    let mut first = None;
    let mut take = |_: &[bool], values: Vec<ByteArray>| {
        first = values.into_iter().find(|value| !value.is_empty());
        first.is_none()
    };
    read_bytes(reader, column, &mut take)?;
    Ok(first.is_some_and(|value| begins_as_image(value.data())))
}

/// Of each row whether its cell of a column is not there; empty where all are.
fn gaps(reader: &SerializedFileReader<File>, column: usize) -> io::Result<Vec<bool>> {
    let groups = reader.metadata().row_groups().iter();
    let mut chunks = groups.map(|group| group.column(column).statistics());
    let is_whole = chunks.all(|told| told.and_then(|told| told.null_count_opt()) == Some(0));
    let mut gaps = Vec::new();
    if !is_whole {
        let mut take = |are_gaps: &[bool], _| {
            gaps.extend_from_slice(are_gaps);
            true
        };
        read_bytes(reader, column, &mut take)?;
    }
    Ok(gaps)
}

/// Hands on a column of bytes, some cells at a time: of each whether it is a gap, and those that
/// are none; as long as more is asked for.
fn read_bytes(
    reader: &SerializedFileReader<File>,
    column: usize,
    take: &mut dyn FnMut(&[bool], Vec<ByteArray>) -> bool,
) -> io::Result<()> {
    const TOGETHER: usize = 16;
    let metadata = reader.metadata();
    let descriptor = metadata.file_metadata().schema_descr().column(column);
    let (full, is_list) = (descriptor.max_def_level(), descriptor.max_rep_level() > 0);
    for group in 0..metadata.num_row_groups() {
        let group = reader.get_row_group(group).map_err(said)?;
        let ColumnReader::ByteArrayColumnReader(mut reader) =
            group.get_column_reader(column).map_err(said)?
        else {
            return Ok(());
        };
        loop {
            let (mut levels, mut of_lists, mut values) = (Vec::new(), Vec::new(), Vec::new());
            let of_lists = is_list.then_some(&mut of_lists);
            let read = reader.read_records(TOGETHER, Some(&mut levels), of_lists, &mut values);
            let (records, _, _) = read.map_err(said)?;
            if records == 0 {
                break;
            }
            // A column that may have no gaps has no levels.
            let gaps: Vec<bool> = match full {
                0 => vec![false; records],
                _ => levels.iter().map(|&level| level < full).collect(),
            };
            if !take(&gaps, values) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The label of every row; empty where no column holds labels.
fn labels(reader: &SerializedFileReader<File>) -> io::Result<Vec<Option<String>>> {
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let find = |wanted: &&&str| {
        let mut columns = schema.columns().iter();
        columns.position(|column| column.path().string() == **wanted && column.max_rep_level() == 0)
    };
    let Some((name, column)) = LABELS.iter().find_map(|name| Some((*name, find(&name)?))) else {
        return Ok(Vec::new());
    };
    let notes = metadata.file_metadata().key_value_metadata();
    let note = notes.and_then(|notes| notes.iter().find(|note| note.key == NOTE));
    let note = note.and_then(|note| note.value.as_deref());
    let classes = ClassNames::of(note.unwrap_or_default(), name);
    let named = |class: i64| classes.of_number(class);
    cells(reader, column, &named)
}

/// What a table says of its rows in columns of numbers or short texts that are wanted, also in
/// those of a structure (`meta.patient`).
///
/// # Errors
/// The file cannot be read, or is damaged.
pub(super) fn columns(file: &Path, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<Vec<Told>> {
    let reader = open(file)?;
    let metadata = reader.metadata();
    let rows = metadata.file_metadata().num_rows();
    let bytes = |at: usize| {
        let groups = metadata.row_groups().iter();
        groups
            .map(|group| group.column(at).uncompressed_size())
            .sum::<i64>()
    };
    let mut all = Vec::new();
    let columns = metadata.file_metadata().schema_descr().columns().iter();
    for (at, column) in columns.enumerate() {
        let kinds = [
            Type::INT32,
            Type::INT64,
            Type::FLOAT,
            Type::DOUBLE,
            Type::BYTE_ARRAY,
        ];
        let is_one = column.max_rep_level() == 0;
        // What is longer is a picture or prose.
        let is_short = bytes(at) <= rows.max(1).saturating_mul(LONGEST_CELL) + LEAST_BYTES;
        if is_one && is_short && kinds.contains(&column.physical_type()) && is_wanted(column.name())
        {
            all.push(Told {
                array: String::new(),
                name: column.name().to_owned(),
                values: cells(&reader, at, &|number| number.to_string())?,
            });
        }
    }
    Ok(all)
}

/// The cells of a column as texts; none where it holds something else.
fn cells(
    reader: &SerializedFileReader<File>,
    column: usize,
    named: &dyn Fn(i64) -> String,
) -> io::Result<Vec<Option<String>>> {
    let metadata = reader.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let full = schema.column(column).max_def_level();
    let mut labels = Vec::new();
    for group in 0..metadata.num_row_groups() {
        let group = reader.get_row_group(group).map_err(said)?;
        match group.get_column_reader(column).map_err(said)? {
            ColumnReader::Int64ColumnReader(reader) => {
                read_all(reader, &mut labels, full, |value: &i64| named(*value))?;
            }
            ColumnReader::Int32ColumnReader(reader) => {
                read_all(reader, &mut labels, full, |value: &i32| {
                    named(i64::from(*value))
                })?;
            }
            ColumnReader::DoubleColumnReader(reader) => {
                read_all(reader, &mut labels, full, f64::to_string)?;
            }
            ColumnReader::FloatColumnReader(reader) => {
                read_all(reader, &mut labels, full, f32::to_string)?;
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let text = |value: &ByteArray| String::from_utf8_lossy(value.data()).into_owned();
                read_all(reader, &mut labels, full, text)?;
            }
            _ => return Ok(Vec::new()),
        }
    }
    Ok(labels)
}

/// Reads a column to its end; a cell that is there has the level `full`.
fn read_all<T: parquet::data_type::DataType>(
    mut reader: ColumnReaderImpl<T>,
    labels: &mut Vec<Option<String>>,
    full: i16,
    text: impl Fn(&T::T) -> String,
) -> io::Result<()> {
    loop {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        let read = reader.read_records(ROWS, Some(&mut levels), None, &mut values);
        let (records, _, _) = read.map_err(said)?;
        if records == 0 {
            return Ok(());
        }
        // A column that may have no gaps has no levels.
        let mut values = values.iter();
        let mut next = || values.next().map(&text);
        match full {
            0 => labels.extend((0..records).map(|_| next())),
            _ => labels.extend(levels.iter().map(|&level| match level == full {
                true => next(),
                false => None,
            })),
        }
    }
}
