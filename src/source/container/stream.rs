//! Bytes that can be read from any place on: those of a file, or what they are inflated.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::damaged;
use super::inflate::{Framing, Index};

/// A file, or a stretch of it that is inflated.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    file: PathBuf,
    /// First byte of the stretch in the file.
    at: u64,
    size: u64,
    /// How the stretch is inflated, where it is.
    index: Option<Arc<Index>>,
}

impl Stream {
    /// All of a file, as it is.
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        let size = std::fs::metadata(file)?.len();
        Ok(Self::stretch(file, 0, size))
    }

    /// A stretch of a file, as it is.
    pub(super) fn stretch(file: &Path, at: u64, size: u64) -> Self {
        Self {
            file: file.to_owned(),
            at,
            size,
            index: None,
        }
    }

    /// A stretch of a file, inflated. Reads all of it once, handing on what it is inflated.
    ///
    /// # Errors
    /// It cannot be read or inflated; what has been handed on by then is right.
    pub(super) fn inflated(
        file: &Path,
        at: u64,
        packed: u64,
        framing: Framing,
        take: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Self> {
        let mut opened = File::open(file)?;
        opened.seek(SeekFrom::Start(at))?;
        let index = Index::of(opened.take(packed), framing, take)?;
        Ok(Self {
            size: index.size(),
            index: Some(Arc::new(index)),
            ..Self::stretch(file, at, packed)
        })
    }

    /// How many bytes there are.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// `size` bytes from `at` on.
    ///
    /// # Errors
    /// There are fewer, or they cannot be read.
    pub(super) fn read(&self, at: u64, size: u64) -> io::Result<Vec<u8>> {
        let is_there = at.checked_add(size).is_some_and(|end| end <= self.size);
        if !is_there {
            return Err(damaged("its container ends before it"));
        }
        let mut file = File::open(&self.file)?;
        if let Some(index) = &self.index {
            return index.read(&mut file, self.at, at, size);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        file.seek(SeekFrom::Start(self.at + at))?;
        if file.take(size).read_to_end(&mut bytes)? as u64 != size {
            return Err(damaged("its container has become shorter"));
        }
        Ok(bytes)
    }
}

/// What a file compressed by itself is inflated, `most` bytes at the most.
///
/// # Errors
/// It cannot be read or inflated, or is longer.
pub(crate) fn inflated(file: &Path, most: u64) -> io::Result<Vec<u8>> {
    let packed = std::fs::metadata(file)?.len();
    let (mut all, mut size) = (Vec::new(), 0);
    Stream::inflated(file, 0, packed, Framing::Gzip, &mut |bytes| {
        size += bytes.len() as u64;
        if size <= most {
            all.extend_from_slice(bytes);
        }
    })?;
    match size <= most {
        true => Ok(all),
        false => Err(damaged("inflates to more than is read")),
    }
}
