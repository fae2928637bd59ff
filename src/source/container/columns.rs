//! What containers say of their pictures besides their classes: columns of tables, and arrays
//! beside those of pictures.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::listing::check_is_file;
use super::{arrow, caught, npz, parquet_table};

/// What one column says of the rows of a table, or one array of those of another.
#[derive(Debug, Default, Clone)]
pub(crate) struct Told {
    /// The array of pictures that it is about; empty in a table.
    pub(crate) array: String,
    pub(crate) name: String,
    /// By row.
    pub(crate) values: Vec<Option<String>>,
}

/// The columns of a container whose names are wanted; none where its form has no columns.
///
/// # Errors
/// The file cannot be read, or is damaged.
pub(crate) fn columns(file: &Path, is_wanted: &dyn Fn(&str) -> bool) -> io::Result<Vec<Told>> {
    check_is_file(file)?;
    let mut head = Vec::new();
    File::open(file)?.take(4).read_to_end(&mut head)?;
    let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
    caught(|| match (head.as_slice(), ending.to_str()) {
        (b"PAR1", _) => parquet_table::columns(file, is_wanted),
        (b"ARRO", _) | ([0xFF, 0xFF, 0xFF, 0xFF], Some("arrow")) => arrow::columns(file, is_wanted),
        (b"PK\x03\x04", Some("npz")) => npz::columns(file, is_wanted),
        _ => Ok(Vec::new()),
    })
}
