//! Places of bytes: where the image of a sample lies, and how it is read.
//!
//! Every byte of a sample comes through [`Source::bytes`]: signatures, the comparison of pixels and
//! digests are made from it, and the cache tells by [`Source::stamp`] whether it has changed. What
//! lies inside another file (a member of an archive, a row of an array or a table) is a place, too:
//! `container/` lists and reads it.

mod cache_name;
pub(crate) mod container;
mod file;
mod name;
mod pixels;
mod stamp;
pub(crate) mod text;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use file::NO_FILE;
use file::refusal;

pub(crate) use cache_name::{cache_name, is_of_cache};
pub use container::Inside;
pub(crate) use container::RowNames;
pub(crate) use name::path_text;
pub use pixels::{NoPicture, NumberKind, Pixels};
pub use stamp::Stamp;

/// Largest image that is read, in bytes. Pixels are limited by the decoder.
const MAX_BYTES: u64 = 1 << 30;

/// Where the bytes of a sample are.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// The file below the dataset's root that the sample's name spells.
    #[default]
    Named,
    /// A file whose path the name cannot spell: outside the root, or not UTF-8.
    File(Box<Path>),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
    /// Inside another file.
    Inside(Box<Inside>),
}

impl Place {
    /// The second of its video at which a frame stands; `None` for what is no frame.
    pub(crate) fn second(&self) -> Option<f64> {
        match self {
            Self::Inside(inside) => inside.second(),
            _ => None,
        }
    }

    /// The file that holds the sample with others.
    pub(crate) fn container(&self) -> Option<&Path> {
        match self {
            Self::Inside(inside) => Some(inside.file()),
            _ => None,
        }
    }

    /// The bytes that a part of a container takes, where that is known before reading.
    pub(crate) fn size_inside(&self) -> Option<u64> {
        match self {
            Self::Inside(inside) => inside.size(),
            _ => None,
        }
    }
}

/// Shows the size of bytes in memory, not the bytes.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named => f.write_str("Named"),
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Memory(bytes) => write!(f, "Memory({} bytes)", bytes.len()),
            Self::Inside(inside) => write!(f, "{inside:?}"),
        }
    }
}

/// Why the bytes of a place cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoBytes {
    /// There is no such file, or a symbolic link leads nowhere.
    Missing,
    /// A link of git-annex to data that has not been fetched.
    NotFetchedByAnnex,
    /// The path is a directory.
    IsDirectory,
    /// The operating system refused; its own words.
    Refused(String),
    /// More bytes than are read.
    TooLarge {
        /// How many there are.
        bytes: u64,
        /// How many are read at most.
        most: u64,
    },
}

/// The bytes of a text that describes a dataset, or of a member of an archive that the path leads
/// into.
///
/// # Errors
/// There is no such file or member, or it cannot be read, or is larger than any text.
pub(crate) fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    read_file_up_to(path, text::TABLE)
}

/// The same of at most `most` bytes, where it is a file.
///
/// # Errors
/// As above.
pub(crate) fn read_file_up_to(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    match text::read(path, most) {
        Err(error) => container::member(path).unwrap_or(Err(error)),
        read => read,
    }
}

/// The bytes of one sample, ready to be read.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Directory that names are relative to.
    root: &'a Path,
    /// Name of the sample.
    name: &'a str,
    place: &'a Place,
}

impl<'a> Source<'a> {
    /// The source of a sample with this name and place in a dataset with this root.
    #[must_use]
    pub fn new(root: &'a Path, name: &'a str, place: &'a Place) -> Self {
        Self { root, name, place }
    }

    /// All bytes.
    ///
    /// # Errors
    /// Why there are none; more than 1 GiB is too large.
    pub fn bytes(self) -> Result<Cow<'a, [u8]>, NoBytes> {
        self.bytes_up_to(MAX_BYTES)
    }

    /// All bytes, if there are at most `most`.
    ///
    /// # Errors
    /// Why there are none.
    pub fn bytes_up_to(self, most: u64) -> Result<Cow<'a, [u8]>, NoBytes> {
        match self.place {
            Place::Memory(held) => {
                let bytes = held.len() as u64;
                if bytes > most {
                    return Err(NoBytes::TooLarge { bytes, most });
                }
                Ok(Cow::Borrowed(held))
            }
            Place::Inside(inside) => {
                let too_large = |&bytes: &u64| bytes > most;
                if let Some(bytes) = inside.size().filter(too_large) {
                    return Err(NoBytes::TooLarge { bytes, most });
                }
                let bytes = inside
                    .read()
                    .map_err(|error| refusal(&self.file(), &error))?;
                Ok(Cow::Owned(bytes))
            }
            Place::Named | Place::File(_) => file::read(&self.file(), most).map(Cow::Owned),
        }
    }

    /// What tells without reading whether the bytes have changed; `None` where nothing does.
    #[must_use]
    pub fn stamp(self) -> Option<Stamp> {
        match self.place {
            Place::Memory(_) => None,
            Place::Named | Place::File(_) | Place::Inside(_) => Stamp::of(&self.file()),
        }
    }

    /// Whether the name alone leads to the bytes, so that no other place can share it.
    #[must_use]
    pub fn is_named(self) -> bool {
        matches!(self.place, Place::Named | Place::Inside(_))
    }

    /// The file that holds the bytes; `None` where no file does.
    #[must_use]
    pub fn path(self) -> Option<PathBuf> {
        let in_memory = matches!(self.place, Place::Memory(_));
        (!in_memory).then(|| self.file().into_owned())
    }

    fn file(self) -> Cow<'a, Path> {
        match self.place {
            Place::File(path) => Cow::Borrowed(path),
            Place::Inside(inside) => Cow::Borrowed(inside.file()),
            Place::Named | Place::Memory(_) => Cow::Owned(PathBuf::from(self.root).join(self.name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_place_is_the_file_below_the_root_and_another_wherever_it_says() {
        let directory = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let other = elsewhere.path().join("b");
        std::fs::write(directory.path().join("a"), "near").unwrap();
        std::fs::write(&other, "far").unwrap();
        let place = Place::File(other.into());
        let near = Source::new(directory.path(), "a", &Place::Named);
        let far = Source::new(directory.path(), "a", &place);
        assert_eq!(near.bytes().unwrap(), b"near".as_slice());
        assert_eq!(far.bytes().unwrap(), b"far".as_slice());
        assert_eq!((near.is_named(), far.is_named()), (true, false));
        assert_eq!(near.stamp().map(|stamp| stamp.size), Some(4));
    }

    #[test]
    fn bytes_in_memory_have_no_stamp_and_a_limit_like_all_others() {
        let place = Place::Memory(Arc::from(*b"four"));
        let held = Source::new(Path::new("nowhere"), "a", &place);
        assert_eq!(held.bytes().unwrap(), b"four".as_slice());
        assert_eq!(held.stamp(), None);
        let refused = NoBytes::TooLarge { bytes: 4, most: 3 };
        assert_eq!(held.bytes_up_to(3), Err(refused));
        assert_eq!(format!("{place:?}"), "Memory(4 bytes)");
    }
}
