//! Writing of text to streams and files. A file is written whole or not at all.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::dataset;
use crate::error::Error;

/// Held while a file is written and renamed.
static WRITING: Mutex<()> = Mutex::new(());

/// Files that this run reads: nothing is written over them.
static INPUTS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Keeps a file that this run reads from being written over.
pub(super) fn protect(input: &Path) {
    if let Ok(real) = input.canonicalize() {
        let mut inputs = INPUTS.lock().unwrap_or_else(PoisonError::into_inner);
        inputs.insert(real);
    }
}

/// Refuses to write over what the user owns.
///
/// # Errors
/// The file is called as an image, is there and no text, as archives and arrays are, or this run
/// reads it.
fn spared(path: &Path) -> Result<(), Error> {
    let name = path.display();
    if dataset::is_called_as_image(path) {
        return Err(Error::settings(format!(
            "`{name}` is called as an image is, and no image is written: choose another name, so that none of the dataset is lost"
        )));
    }
    if is_binary(path) {
        return Err(Error::settings(format!(
            "`{name}` is there already and is no text, so that it is nothing that was written here before: choose another name"
        )));
    }
    let inputs = INPUTS.lock().unwrap_or_else(PoisonError::into_inner);
    match path.canonicalize().is_ok_and(|real| inputs.contains(&real)) {
        true => Err(Error::settings(format!(
            "`{name}` is read by this run, and would be written over: choose another file"
        ))),
        false => Ok(()),
    }
}

/// Whether a file is there that is no text.
fn is_binary(path: &Path) -> bool {
    const LOOKED_AT: u64 = 4096;
    let mut begin = Vec::new();
    std::fs::metadata(path).is_ok_and(|found| found.is_file())
        && std::fs::File::open(path)
            .is_ok_and(|file| file.take(LOOKED_AT).read_to_end(&mut begin).is_ok())
        && begin.contains(&0)
}

/// Returns when no file is half written, and keeps another from being begun.
pub(super) fn wait_until_written() {
    std::mem::forget(WRITING.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Writes text to standard output, without colours where they are not wanted. A reader that has
/// gone away (`| head`) is no error.
///
/// # Errors
/// Any other failure of the stream.
pub(super) fn to_stdout(text: &[u8]) -> Result<(), Error> {
    write_all(text, anstream::stdout().lock())
}

/// As [`to_stdout`], byte for byte: a program reads it.
///
/// # Errors
/// As for [`to_stdout`].
pub(super) fn bytes_to_stdout(bytes: &[u8]) -> Result<(), Error> {
    write_all(bytes, std::io::stdout().lock())
}

fn write_all(text: &[u8], mut stdout: impl Write) -> Result<(), Error> {
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Error::Io {
            action: "write",
            path: "standard output".into(),
            source,
        }),
        Ok(()) => Ok(()),
    }
}

/// Writes a file by way of a temporary one beside it, so that an interruption
/// leaves either the old text or the new.
///
/// # Errors
/// A directory that is missing or cannot be written, and a file that the user would lose.
pub(super) fn to_file(path: &Path, text: &[u8]) -> Result<(), Error> {
    spared(path)?;
    let failed = |source| Error::Io {
        action: "write",
        path: path.to_path_buf(),
        source,
    };
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    // A pipe or `/dev/stderr` cannot be renamed over.
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return std::fs::write(path, text).map_err(failed);
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|source| {
        let _ = std::fs::remove_file(&temporary);
        failed(source)
    })
}
