//! Tables in Parquet files: written whole or not at all, and read only as they were written.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::wrong;
use crate::error::Error;
use crate::signature::digest::Digest;

/// What a table is: every column of its schema may have gaps.
pub(super) struct Form {
    /// Its name, and the versions of everything that decides what its cells mean.
    pub(super) name: String,
    pub(super) schema: &'static str,
}

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Column {
    Bytes(Vec<Option<Vec<u8>>>),
    Number(Vec<Option<i64>>),
    Real(Vec<Option<f32>>),
}

/// Names under which the form and a digest of all cells stand in a file.
const FORM: &str = "splitleak.form";
const DIGEST: &str = "splitleak.digest";

/// Writes a table beside its place, and then moves it there.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(to: &Path, form: &Form, columns: &[Column]) -> Result<(), Error> {
    let io = |path: &Path, source| Error::Io {
        action: "write",
        path: path.to_path_buf(),
        source,
    };
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
    // Two machines may make the same file at once: each writes its own, and the last one stays.
    let mut own = to.to_path_buf();
    own.set_extension(format!("{}.part", Digest::of(&unique()).hex()));
    let file = File::create_new(&own).map_err(|source| io(&own, source))?;
    let synced = file.try_clone().map_err(|source| io(&own, source))?;
    let written = write_to(file, form, columns).map_err(|error| wrong(&own, error.to_string()));
    let moved = written.and_then(|()| {
        synced.sync_all().map_err(|source| io(&own, source))?;
        fs::rename(&own, to).map_err(|source| io(to, source))
    });
    if moved.is_err() {
        // The reason is told already.
        let _ = fs::remove_file(&own);
    }
    moved
}

/// Different for every process and call, on whatever machine.
fn unique() -> Vec<u8> {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(std::process::id());
    random.to_le_bytes().to_vec()
}

fn write_to(file: File, form: &Form, columns: &[Column]) -> Result<(), ParquetError> {
    let note = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let notes = vec![
        note(FORM, form.name.clone()),
        note(DIGEST, digest(columns).hex()),
    ];
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_key_value_metadata(Some(notes))
        .build();
    let schema = Arc::new(parse_message_type(form.schema)?);
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for column in columns {
        match column {
            Column::Bytes(cells) => {
                write_column::<ByteArrayType, _>(&mut group, cells, |cell| cell.clone().into())?;
            }
            Column::Number(cells) => write_column::<Int64Type, _>(&mut group, cells, |cell| *cell)?,
            Column::Real(cells) => write_column::<FloatType, _>(&mut group, cells, |cell| *cell)?,
        }
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

fn write_column<T: DataType, Cell>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    cells: &[Option<Cell>],
    value: impl Fn(&Cell) -> T::T,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().map(value).collect();
    let next = group.next_column()?;
    let mut column = next.ok_or_else(|| ParquetError::General("a column too many".into()))?;
    column
        .typed::<T>()
        .write_batch(&values, Some(&levels), None)?;
    column.close()
}

/// Reads a table of this form; `None` where there is no such file.
///
/// # Errors
/// The file cannot be read, is damaged, or is of another form. `again` says how to make it.
pub(super) fn read(from: &Path, form: &Form, again: &str) -> Result<Option<Vec<Column>>, Error> {
    let is_file = fs::metadata(from).and_then(|found| match found.is_file() {
        true => Ok(()),
        false => Err(std::io::Error::other("it is no file")),
    });
    let file = match is_file.and_then(|()| File::open(from)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(Error::Io {
                action: "read",
                path: from.to_path_buf(),
                source,
            });
        }
    };
    let said = |error: &ParquetError| {
        wrong(
            from,
            format!("is damaged ({error}); delete it, then {again}"),
        )
    };
    let reader = caught(|| SerializedFileReader::new(file)).map_err(|error| said(&error))?;
    let notes = reader.metadata().file_metadata().key_value_metadata();
    let note = |key: &str| {
        let found = notes.and_then(|notes| notes.iter().find(|note| note.key == key));
        found
            .and_then(|note| note.value.clone())
            .unwrap_or_default()
    };
    let (found, digest_then) = (note(FORM), note(DIGEST));
    if found != form.name {
        let found = match found.as_str() {
            "" => "a table that splitleak has not written".to_owned(),
            _ => format!("`{found}`"),
        };
        let message = format!(
            "is {found}, where `{}` is read; delete it, then {again}",
            form.name
        );
        return Err(wrong(from, message));
    }
    let columns = caught(|| columns(&reader)).map_err(|error| said(&error))?;
    if digest(&columns).hex() != digest_then {
        return Err(wrong(from, format!("is damaged; delete it, then {again}")));
    }
    Ok(Some(columns))
}

/// The decoder panics on some damaged files.
fn caught<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let caught = catch_unwind(AssertUnwindSafe(work));
    caught.unwrap_or_else(|_| Err(ParquetError::General("its pages contradict it".into())))
}

fn columns(reader: &SerializedFileReader<File>) -> Result<Vec<Column>, ParquetError> {
    if reader.num_row_groups() != 1 {
        return Err(ParquetError::General("it has not one row group".into()));
    }
    let rows = usize::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
    let group = reader.get_row_group(0)?;
    let columns = (0..group.num_columns()).map(|at| match group.get_column_reader(at)? {
        ColumnReader::ByteArrayColumnReader(reader) => {
            let bytes = |value: ByteArray| value.data().to_vec();
            Ok(Column::Bytes(read_column(reader, rows, bytes)?))
        }
        ColumnReader::Int64ColumnReader(reader) => {
            Ok(Column::Number(read_column(reader, rows, |value| value)?))
        }
        ColumnReader::FloatColumnReader(reader) => {
            Ok(Column::Real(read_column(reader, rows, |value| value)?))
        }
        _ => Err(ParquetError::General("a column of another type".into())),
    });
    columns.collect()
}

fn read_column<T: DataType, Cell>(
    mut reader: ColumnReaderImpl<T>,
    rows: usize,
    cell: impl Fn(T::T) -> Cell,
) -> Result<Vec<Option<Cell>>, ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let more = reader.read_records(rows - read, Some(&mut levels), None, &mut values)?;
        if more.0 == 0 {
            return Err(ParquetError::EOF("a column is too short".into()));
        }
        read += more.0;
    }
    let mut values = values.into_iter().map(cell);
    let cells = levels.into_iter().map(|level| match level {
        0 => None,
        _ => values.next(),
    });
    Ok(cells.collect())
}

/// A digest of all cells: what was damaged is not taken for what was found.
fn digest(columns: &[Column]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut add = |cell: Option<&[u8]>| {
        let length = cell.map_or(u64::MAX, |cell| cell.len() as u64);
        hasher.update(&length.to_le_bytes());
        hasher.update(cell.unwrap_or_default());
    };
    for column in columns {
        match column {
            Column::Bytes(cells) => cells.iter().for_each(|cell| add(cell.as_deref())),
            Column::Number(cells) => {
                let cells = cells.iter().map(|cell| cell.map(i64::to_le_bytes));
                cells.for_each(|cell| add(cell.as_ref().map(|cell| &cell[..])));
            }
            Column::Real(cells) => {
                let cells = cells.iter().map(|cell| cell.map(f32::to_le_bytes));
                cells.for_each(|cell| add(cell.as_ref().map(|cell| &cell[..])));
            }
        }
    }
    Digest::from_hasher(&hasher)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(version: u32) -> Form {
        Form {
            name: format!("things {version}"),
            schema: "message things {
                optional binary name (UTF8); optional int64 number; optional float real;
            }",
        }
    }

    fn columns() -> Vec<Column> {
        let names = [Some("a"), None, Some("")];
        vec![
            Column::Bytes(
                names
                    .map(|name| name.map(|name| name.as_bytes().to_vec()))
                    .to_vec(),
            ),
            Column::Number(vec![Some(-1), Some(i64::MAX), None]),
            Column::Real(vec![None, Some(0.5), Some(-1.0)]),
        ]
    }

    #[test]
    fn a_table_comes_back_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("below/a.parquet");
        write(&file, &form(1), &columns()).unwrap();
        assert_eq!(read(&file, &form(1), "x").unwrap(), Some(columns()));
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
        let empty = vec![
            Column::Bytes(vec![]),
            Column::Number(vec![]),
            Column::Real(vec![]),
        ];
        write(&file, &form(1), &empty).unwrap();
        assert_eq!(read(&file, &form(1), "x").unwrap(), Some(empty));
        assert_eq!(
            read(&folder.path().join("none"), &form(1), "x").unwrap(),
            None
        );
    }

    #[test]
    fn what_is_damaged_or_of_another_form_is_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.parquet");
        write(&file, &form(1), &columns()).unwrap();
        let refused = || read(&file, &form(1), "sign again").unwrap_err().to_string();
        let whole = fs::read(&file).unwrap();
        for at in [whole.len() / 2, whole.len() - 1, 4] {
            fs::write(&file, &whole[..at]).unwrap();
            assert!(refused().contains("a.parquet"), "{}", refused());
            assert!(refused().ends_with("sign again"), "{}", refused());
        }
        write(&file, &form(2), &columns()).unwrap();
        assert!(refused().contains("`things 2`"), "{}", refused());
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 4;
            fs::write(&file, flipped).unwrap();
            let read = read(&file, &form(1), "x");
            assert!(read.is_err() || read.unwrap() == Some(columns()), "{at}");
        }
    }
}
