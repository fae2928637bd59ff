//! Bytes of a file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::NoBytes;

/// What is said of what is there and has no bytes of its own.
pub(crate) const NO_FILE: &str = "is a pipe, socket or device, not a file";

/// The bytes of a regular file of at most `most` bytes; symbolic links are followed.
///
/// # Errors
/// Why there are none.
pub(super) fn read(file: &Path, most: u64) -> Result<Vec<u8>, NoBytes> {
    // Asked first, because opening a named pipe would wait for ever.
    let metadata = std::fs::metadata(file).map_err(|error| refusal(file, &error))?;
    if metadata.is_dir() {
        return Err(NoBytes::IsDirectory);
    }
    if !metadata.is_file() {
        return Err(NoBytes::Refused(NO_FILE.to_owned()));
    }
    let bytes = metadata.len();
    if bytes > most {
        return Err(NoBytes::TooLarge { bytes, most });
    }
    let read = |file: &Path| -> std::io::Result<Vec<u8>> {
        let mut held = Vec::with_capacity(usize::try_from(bytes).unwrap_or(0));
        // It may grow while it is read.
        File::open(file)?.take(most + 1).read_to_end(&mut held)?;
        Ok(held)
    };
    let held = read(file).map_err(|error| refusal(file, &error))?;
    match held.len() as u64 {
        bytes if bytes > most => Err(NoBytes::TooLarge { bytes, most }),
        _ => Ok(held),
    }
}

/// Why a file gives no bytes, from an error of reading it.
pub(super) fn refusal(file: &Path, error: &std::io::Error) -> NoBytes {
    if error.kind() != ErrorKind::NotFound {
        return NoBytes::Refused(error.to_string());
    }
    // git-annex leaves a dangling link where the data has not been fetched.
    let target = std::fs::read_link(file).unwrap_or_default();
    if target.to_string_lossy().contains(".git/annex/") {
        return NoBytes::NotFetchedByAnnex;
    }
    NoBytes::Missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_of_the_right_size_says_why() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a");
        assert_eq!(read(&file, 9), Err(NoBytes::Missing));
        assert_eq!(read(directory.path(), 9), Err(NoBytes::IsDirectory));
        std::fs::write(&file, "ten bytes!").unwrap();
        let (bytes, most) = (10, 9);
        assert_eq!(read(&file, most), Err(NoBytes::TooLarge { bytes, most }));
        assert_eq!(read(&file, 10).unwrap(), b"ten bytes!");
    }
}
