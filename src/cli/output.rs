//! Writing of text to streams and files. A file is written whole or not at all.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::owned;
use crate::error::Error;

/// Held while a file is written and renamed.
static WRITING: Mutex<()> = Mutex::new(());

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
    owned::must_spare(path)?;
    renew(path, text)
}

/// As [`to_file`], where the file that is there was read as what is written, or the user said so.
///
/// # Errors
/// As for [`to_file`], but for what is a text.
pub(super) fn renew(path: &Path, text: &[u8]) -> Result<(), Error> {
    owned::must_be_text(path)?;
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
