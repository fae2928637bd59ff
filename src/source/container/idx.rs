//! IDX files, as MNIST is published in: `train-images-idx3-ubyte`, gzipped or not.
//!
//! Two zero bytes, the type of the numbers, the number of dimensions, and their lengths, high byte
//! first. Pictures are bytes in three or four dimensions; their labels are a file of one dimension
//! beside them.

use std::io;
use std::path::{Path, PathBuf};

use super::array::{self, Array};
use super::inflate::Framing;
use super::listing::{Listing, Part, check_is_file};
use super::names::RowNames;
use super::pixels::Levels;
use super::stream::Stream;
use super::{Container, Reader, damaged};

/// Whether a lower-case name is that of a gzipped IDX file.
pub(super) fn is_named(name: &str) -> bool {
    name.ends_with("-ubyte.gz") || name.ends_with(".idx.gz")
}

/// What an IDX file holds; `None` where it is no pictures.
///
/// # Errors
/// The file cannot be read, or is not what its head says.
pub(super) fn list(file: &Path, name: &str, gzipped: bool) -> io::Result<Option<Listing>> {
    let stream = open(file, gzipped)?;
    let Some(lengths) = lengths(&stream)? else {
        return Ok(None);
    };
    if lengths.len() == 1 {
        // Labels.
        return Ok(Some(Listing::default()));
    }
    let Some((rows, shape)) = array::pictures(&lengths, true).filter(|_| lengths.len() > 2) else {
        return Ok(None);
    };
    let start = head_size(lengths.len());
    let all = shape
        .numbers()
        .and_then(|one| one.checked_mul(rows)?.checked_add(start));
    if all != Some(stream.size()) {
        return Err(damaged("has another size than its head says"));
    }
    let labels = labels_beside(file, gzipped, rows);
    let array = Array::new(stream, start, shape, Levels::Byte);
    let container = Container::new(file, Reader::Array(array));
    let names = RowNames::new(name, rows);
    let mut listing = Listing {
        // What MNIST calls its test set, for the ten thousand pictures it has.
        split: name
            .rsplit('/')
            .next()
            .is_some_and(|own| own.starts_with("t10k"))
            .then_some("test"),
        ..Listing::default()
    };
    for row in 0..rows {
        let label = labels.get(row as usize).map(u8::to_string);
        listing.add(&container, names.of(row), Part::Row(row), label);
    }
    Ok(Some(listing))
}

fn open(file: &Path, gzipped: bool) -> io::Result<Stream> {
    check_is_file(file)?;
    match gzipped {
        false => Stream::of(file),
        true => {
            let packed = std::fs::metadata(file)?.len();
            Stream::inflated(file, 0, packed, Framing::Gzip, &mut |_| {})
        }
    }
}

fn head_size(dimensions: usize) -> u64 {
    4 + 4 * dimensions as u64
}

/// The lengths of an array of bytes; `None` for other numbers.
fn lengths(stream: &Stream) -> io::Result<Option<Vec<u64>>> {
    let magic = stream.read(0, 4)?;
    let [0, 0, 8, dimensions @ 1..=4] = magic[..] else {
        return Ok(None);
    };
    let lengths = stream.read(4, 4 * u64::from(dimensions))?;
    let length = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0, |all, &byte| all << 8 | u64::from(byte))
    };
    Ok(Some(lengths.chunks_exact(4).map(length).collect()))
}

/// The labels beside a file of pictures: as many as there are, or none.
fn labels_beside(file: &Path, gzipped: bool, rows: u64) -> Vec<u8> {
    let read = |file: PathBuf| -> io::Result<Vec<u8>> {
        let stream = open(&file, gzipped)?;
        match lengths(&stream)?.as_deref() {
            Some(&[length]) if length == rows => stream.read(head_size(1), length),
            _ => Ok(Vec::new()),
        }
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let other = name.replace("images", "labels").replace("idx3", "idx1");
    match other == name {
        true => Vec::new(),
        false => read(file.with_file_name(other)).unwrap_or_default(),
    }
}
