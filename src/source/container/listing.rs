//! What a container holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::super::{NO_FILE, Place};
use super::{Container, Inside, Reader, caught, damaged};
use super::{
    arrow, cifar, idx, lmdb, npy, npz, parquet_table, pickle, pixel_table, tar_archive, tfrecord,
    video, zip_archive,
};

/// What is inside a container.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Images and texts, in the container's order.
    pub(crate) items: Vec<Item>,
    /// What is wrong with part of it: the name of that part, and what.
    pub(crate) faults: Vec<(String, String)>,
    /// The split that the container is by convention, whatever its name spells.
    pub(crate) split: Option<&'static str>,
}

/// Something inside a container.
#[derive(Debug)]
pub(crate) struct Item {
    /// Its name: that of the container, a mark, and its own.
    pub(crate) name: String,
    /// Where its bytes are.
    pub(crate) place: Place,
    /// Its class, where the container says it.
    pub(crate) label: Option<String>,
}

/// Where an image is in its container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A run of bytes.
    Stored {
        /// Its first byte.
        at: u64,
        /// How many there are.
        size: u64,
    },
    /// A run of bytes, deflated by itself.
    Deflated {
        /// Its first byte.
        at: u64,
        /// How many bytes it takes.
        packed: u64,
        /// How many it is inflated.
        size: u64,
        /// Its CRC-32.
        check: u32,
    },
    /// A row of an array or a table, from 0.
    Row(u64),
}

impl Listing {
    /// Adds an image or a text.
    pub(super) fn add(
        &mut self,
        container: &Arc<Container>,
        name: String,
        part: Part,
        label: Option<String>,
    ) {
        let container = Arc::clone(container);
        self.items.push(Item {
            name,
            place: Place::Inside(Box::new(Inside { container, part })),
            label,
        });
    }

    /// Notes what is wrong with a part.
    pub(super) fn fault(&mut self, name: impl Into<String>, what: impl Into<String>) {
        self.faults.push((name.into(), what.into()));
    }
}

impl Container {
    pub(super) fn new(file: &Path, reader: Reader) -> Arc<Self> {
        let file = file.to_owned();
        Arc::new(Self { file, reader })
    }
}

/// First bytes that tell the form of a file: the magic number of a tar archive ends here.
const HEAD: usize = 264;

/// What names inside a container tell.
#[derive(Clone, Copy)]
pub(crate) struct NameRules {
    /// Whether a member of an archive may be an image or a text.
    pub(crate) is_wanted: fn(&str) -> bool,
    /// Whether pictures in a column called so annotate those in another, as masks do.
    pub(crate) is_annotation: fn(&str) -> bool,
}

/// What `file` holds; `name` is what it is called in reports. `None` for a form that is not read.
/// `is_video` says that its name or content is that of a video.
///
/// # Errors
/// The file cannot be read, or is not what its first bytes say.
pub(crate) fn list(
    file: &Path,
    name: &str,
    is_video: bool,
    rules: NameRules,
) -> io::Result<Option<Listing>> {
    // Some directories are one file to who reads them.
    if std::fs::metadata(file)?.is_dir() {
        return Ok(None);
    }
    check_is_file(file)?;
    caught(|| match is_video {
        true => video::list(file, name),
        false => list_as_it_is(file, name, rules),
    })
}

fn list_as_it_is(file: &Path, name: &str, rules: NameRules) -> io::Result<Option<Listing>> {
    let is_wanted = &rules.is_wanted;
    let head = head_of(file)?;
    if head.is_empty() {
        return Err(damaged("is empty"));
    }
    let starts = |magic: &[u8]| head.starts_with(magic);
    let gzipped = starts(&[0x1F, 0x8B]);
    let lower = file.to_string_lossy().to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if starts(b"PK\x03\x04") && ends(&[".npz"]) {
        return npz::list(file, name);
    }
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        return zip_archive::list(file, name, is_wanted).map(Some);
    }
    if head.get(257..262) == Some(b"ustar") || (!gzipped && ends(&[".tar"])) {
        return tar_archive::list(file, name, false, is_wanted).map(Some);
    }
    if gzipped && ends(&[".tar.gz", ".tgz"]) {
        return tar_archive::list(file, name, true, is_wanted).map(Some);
    }
    if starts(b"\x93NUMPY") {
        return npy::list(file, name);
    }
    if lmdb::is_head(&head) {
        return lmdb::list(file, name);
    }
    if starts(b"PAR1") {
        return parquet_table::list(file, name, rules.is_annotation);
    }
    if starts(b"ARROW1") || (starts(&[0xFF; 4]) && ends(&[".arrow"])) {
        return arrow::list(file, name, rules.is_annotation);
    }
    let own = lower.rsplit(['/', '\\']).next().unwrap_or_default();
    if own.contains(".tfrec") {
        return tfrecord::list(file, name, rules.is_annotation);
    }
    let is_idx = matches!(head[..], [0, 0, 8, 1 | 3 | 4, ..]);
    if is_idx || (gzipped && idx::is_named(&lower)) {
        return idx::list(file, name, gzipped);
    }
    if ends(&[".csv"]) {
        return pixel_table::list(file, name);
    }
    if matches!(head[..], [0x80, 2..=5, ..]) && pickle::is_small_enough(file) {
        return cifar::list(file, name);
    }
    Ok(None)
}

/// Refuses what is no file, as a pipe that nothing writes to, or a device without an end.
///
/// # Errors
/// It is none, or is not there.
pub(super) fn check_is_file(file: &Path) -> io::Result<()> {
    match std::fs::metadata(file)?.is_file() {
        true => Ok(()),
        false => Err(damaged(NO_FILE)),
    }
}

/// The first bytes of a file, as many as there are.
fn head_of(file: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    File::open(file)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}
