//! Files that hold images inside: archives, arrays, tables.
//!
//! [`list`] opens one and says which images it holds; each is a place, read on its own, and nothing
//! is unpacked to disk. Listing reads what tells where things are (headers, an index, a footer),
//! not the images, but where the file is compressed as a whole.

mod array;
mod arrow;
mod cifar;
mod columns;
mod flat;
mod idx;
mod inflate;
mod labels;
mod listing;
mod lmdb;
mod member;
mod names;
mod npy;
mod npz;
mod parquet_table;
mod pickle;
mod picture_columns;
mod pixel_table;
pub(super) mod pixels;
mod stream;
mod tar_archive;
mod tfrecord;
mod video;
mod zip_archive;
mod zip_directory;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use array::Array;
pub(crate) use columns::columns;
use listing::Part;
pub(crate) use listing::{Listing, NameRules, list};
pub(super) use member::member;
pub(crate) use names::{RowNames, file_of, folder_and_name, inner_folders, stem_of_folder};
use parquet_table::Cells;
use pixel_table::Rows;
pub(crate) use pixel_table::is_one as is_pixel_table;
use stream::Stream;
pub(crate) use stream::inflated;
use video::Video;

/// An image inside a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    container: Arc<Container>,
    part: Part,
}

/// A file that holds images, and how one of them is found in it.
pub(crate) struct Container {
    file: PathBuf,
    reader: Reader,
}

/// How the images of a container are read.
enum Reader {
    /// Each is a run of bytes.
    Bytes(Stream),
    /// Each is a row of an array of numbers.
    Array(Array),
    /// Each is a cell of a column.
    Cells(Cells),
    /// Each is a row of a table of pixels.
    Rows(Rows),
    /// Each is a frame, called by its millisecond.
    Video(Video),
}

impl Container {
    /// The column that its images are cells of; 0 where there are no columns.
    fn column(&self) -> usize {
        match &self.reader {
            Reader::Cells(cells) => cells.column(),
            _ => 0,
        }
    }
}

/// Two containers are the same when they read the same column of the same file; how follows from
/// what it holds.
impl PartialEq for Container {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file && self.column() == other.column()
    }
}

impl Eq for Container {}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Container({})", self.file.display())
    }
}

impl Inside {
    /// The file that holds the image.
    pub(super) fn file(&self) -> &Path {
        &self.container.file
    }

    /// What tells the image from all others in its file.
    #[must_use]
    pub(crate) fn key(&self) -> [u64; 2] {
        match self.part {
            Part::Stored { at, size } => [at, size],
            Part::Deflated { at, size, .. } => [at, size],
            Part::Row(row) => [row, u64::MAX - self.container.column() as u64],
        }
    }

    /// The bytes of an image file: those that are stored, or numbers written as a picture.
    ///
    /// # Errors
    /// The file cannot be read, or is no longer what it was when it was listed.
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        caught(|| self.read_part())
    }

    fn read_part(&self) -> io::Result<Vec<u8>> {
        match (&self.container.reader, self.part) {
            (Reader::Bytes(stream), Part::Stored { at, size }) => stream.read(at, size),
            (
                Reader::Bytes(stream),
                Part::Deflated {
                    at,
                    packed,
                    size,
                    check,
                },
            ) => inflate::whole(&stream.read(at, packed)?, size, check),
            (Reader::Array(array), Part::Row(row)) => array.picture(row),
            (Reader::Cells(cells), Part::Row(row)) => cells.read(row),
            (Reader::Rows(rows), Part::Stored { at, size }) => rows.picture(at, size),
            (Reader::Video(video), Part::Row(millisecond)) => video.frame(millisecond),
            _ => Err(damaged("a part that does not fit its container")),
        }
    }

    /// The second of its video at which a frame stands; `None` for what is no frame.
    pub(super) fn second(&self) -> Option<f64> {
        match (&self.container.reader, self.part) {
            (Reader::Video(_), Part::Row(millisecond)) => Some(millisecond as f64 / 1000.0),
            _ => None,
        }
    }

    /// How many bytes [`Self::read`] takes at most, where that is known before.
    pub(crate) fn size(&self) -> Option<u64> {
        match (self.part, &self.container.reader) {
            (Part::Stored { size, .. } | Part::Deflated { size, .. }, _) => Some(size),
            (Part::Row(_), Reader::Array(array)) => array.size(),
            (Part::Row(_), _) => None,
        }
    }
}

/// A number of so many bytes, at most 8, low byte first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let own = bytes.get(at..at.checked_add(width)?)?.iter().rev();
    Some(own.fold(0, |all, &byte| all << 8 | u64::from(byte)))
}

/// Whether bytes begin as encoded images do.
fn begins_as_image(bytes: &[u8]) -> bool {
    const MAGICS: [&[u8]; 5] = [b"\xFF\xD8\xFF", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*"];
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    // Texts begin with these letters, too.
    let is_bitmap = bytes.starts_with(b"BM") && bytes.get(6..10) == Some(&[0; 4]);
    is_webp || is_bitmap || MAGICS.iter().any(|magic| bytes.starts_with(magic))
}

/// What is read of a file, where the crate that reads it may panic at what is not as it should be.
fn caught<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(damaged("is not as its form demands: its reader gave up")))
}

/// What is wrong with an archive of nothing.
const NO_FILES: &str = "holds no files";

/// An error that says what is wrong with a file's content.
fn damaged(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}
