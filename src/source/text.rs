//! Texts, read with a limit: settings, tables, lists, logs, reports.
//!
//! What a walk finds is a file. What the user names may be a pipe, as `<(command)` and
//! `/dev/stdin` are: it is read as a file is, but may have no end and nobody who writes to it.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Largest text that may have a row for each picture, in bytes.
pub(crate) const TABLE: u64 = 1 << 30;

/// Largest text of settings, or about one picture.
pub(crate) const SETTINGS: u64 = 64 << 20;

/// Largest text that comes through a pipe or from a device, which cannot say how much it has.
const PIPED: u64 = 256 << 20;

/// How long somebody who writes to a pipe is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The bytes of a file, or what comes through a pipe.
///
/// # Errors
/// It cannot be read, has more bytes than `most`, or is a pipe that nobody writes to.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let found = std::fs::metadata(path)?;
    if found.is_file() || found.is_dir() {
        return match found.len() > most {
            true => Err(too_large(found.len(), most)),
            false => read_all(File::open(path)?, most),
        };
    }
    let (opened, open) = mpsc::channel();
    let pipe = path.to_owned();
    // Opening it waits for who writes: a thread that waits in vain ends with the program.
    std::thread::spawn(move || opened.send(File::open(pipe)));
    let open = open.recv_timeout(PATIENCE).map_err(|_| {
        let seconds = PATIENCE.as_secs();
        let what = format!("it is a pipe, and nobody has opened it to write for {seconds} seconds");
        io::Error::new(ErrorKind::TimedOut, what)
    })?;
    read_all(open?, most.min(PIPED))
}

/// All that comes from standard input.
///
/// # Errors
/// It cannot be read, or has no end for too long.
#[cfg(feature = "cli")]
pub(crate) fn read_stdin() -> io::Result<Vec<u8>> {
    read_all(io::stdin().lock(), PIPED)
}

fn read_all(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(no_end(most)),
        false => Ok(bytes),
    }
}

fn too_large(bytes: u64, most: u64) -> io::Error {
    let (own, most) = (mebibytes(bytes), mebibytes(most));
    let what = format!(
        "it has {own} MiB, and a text of this kind is read up to {most} MiB; is it the right file?"
    );
    io::Error::new(ErrorKind::InvalidData, what)
}

fn no_end(most: u64) -> io::Error {
    let what = format!(
        "it has no end within {} MiB, the most that is read; if it is what you mean, save it to a file in parts",
        mebibytes(most)
    );
    io::Error::new(ErrorKind::InvalidData, what)
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_too_large_is_not_read_and_says_how_large_it_may_be() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "text").unwrap();
        assert_eq!(read(file.path(), 4).unwrap(), b"text");
        assert!(read(file.path(), 3).is_err());
        // A hole of three GiB takes no room, and no time.
        file.as_file().set_len(3 << 30).unwrap();
        let refused = read(file.path(), TABLE).unwrap_err().to_string();
        assert!(
            refused.contains("3072 MiB") && refused.contains("1024 MiB"),
            "{refused}"
        );
    }

    #[test]
    fn what_is_not_there_or_a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path(), TABLE).is_err());
        let missing = read(&folder.path().join("none"), TABLE).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_an_end_is_refused_and_an_empty_one_is_empty() {
        let refused = read(Path::new("/dev/zero"), 1 << 20)
            .unwrap_err()
            .to_string();
        assert!(refused.contains("no end within 1 MiB"), "{refused}");
        assert_eq!(read(Path::new("/dev/null"), TABLE).unwrap(), b"");
    }
}
