//! The structure of a file around its pixels: is all of it there, and how is it stored?
//!
//! Decoders stop when they have their pixels, and some fill what is missing with grey and say
//! nothing. So each format with an end is walked from its first byte to its last: a few headers,
//! no pixels. What a walk does not understand it leaves to the decoder.

pub(super) mod behind;
mod bmp;
pub(super) mod dicom;
pub(super) mod exr;
pub(super) mod gif;
pub(super) mod ico;
pub(super) mod jpeg;
mod png;
pub(super) mod tags;
pub(super) mod tiff;
mod webp;

use super::facts::Colour;
use super::unreadable::Format;

/// What a walk found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Structure {
    /// One past the last byte that belongs to the file; `None` for formats that say nothing of it.
    pub(super) end: Option<usize>,
    /// Bits of a channel.
    pub(super) bits: u8,
    /// What the channels mean.
    pub(super) colour: Colour,
    /// Whether transparency is stored.
    pub(super) alpha: bool,
    /// Pictures in the file, at least 1.
    pub(super) frames: usize,
}

/// Why a walk came to no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The file ends before what it announces; the text says what is missing.
    Cut(&'static str),
    /// Nothing a walk understands.
    Strange,
}

/// Walks a file; `None` for formats without a walk, and for files that a walk does not understand.
///
/// # Errors
/// What is missing of a file that is cut.
pub(super) fn walk(bytes: &[u8], format: Format) -> Result<Option<Structure>, &'static str> {
    let found = match format {
        Format::Jpeg => jpeg::walk(bytes),
        Format::Png => png::walk(bytes),
        Format::Webp => webp::walk(bytes),
        Format::Gif => gif::walk(bytes),
        Format::Tiff => tiff::walk(bytes),
        Format::Dicom => dicom::walk(bytes),
        Format::Other("BMP") => bmp::walk(bytes),
        Format::Other(_) => Err(Stop::Strange),
    };
    match found {
        Ok(structure) => Ok(Some(structure)),
        Err(Stop::Strange) => Ok(None),
        Err(Stop::Cut(missing)) => Err(missing),
    }
}

/// `length` bytes from `at`.
fn take<'a>(
    bytes: &'a [u8],
    at: usize,
    length: usize,
    missing: &'static str,
) -> Result<&'a [u8], Stop> {
    let end = at.checked_add(length).ok_or(Stop::Strange)?;
    bytes.get(at..end).ok_or(Stop::Cut(missing))
}
