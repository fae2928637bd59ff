//! JPEG files to luma at 1/8, 1/4, 1/2 or full size, across and down each on its own, decoding
//! nothing that the scale does not need.
//!
//! A JPEG file holds its own thumbnails: the DC coefficients are the picture at 1/8, and the lowest
//! AC coefficients add what 1/4 and 1/2 need. So chroma and the other coefficients are only
//! *stepped over* (`steps`), without dequantisation and without transform; nothing is resized or
//! converted.
//!
//! ```text
//!   file ─► segments: tables, frame, scan headers    file, tables, frame
//!             └► scan ─► bits ─► symbols             image, entropy, bits, huffman, steps
//!                                   └► block         sequential, progressive
//!                                       └► samples   scale, transform, plane
//! ```
//!
//! What is promised about damage:
//! - A file cut anywhere before the end of its end marker is never read as whole.
//! - In sequential files every scan is decoded to its end, so a missing piece is noticed: as an
//!   error, or as [`Picture::stray_bytes`] where what is left happens to be valid codes. Of single
//!   flipped bits a quarter is noticed (of one each in 1,000 driving frames, 125 gave an error and
//!   106 left bytes over); the others change values only.
//! - In progressive files only the scans that the scale needs are decoded: the DC scans of luma at
//!   1/8, all of luma otherwise. Of the rest only the markers are read, so flipped bits in them go
//!   unnoticed.
//! - A flip that leaves all codes valid cannot be noticed by any decoder; JPEG has no checksum.
//!
//! Covered: 8-bit baseline, extended sequential and progressive Huffman files with one or three
//! components, any sampling factors, restart intervals, one or many scans. The rest is
//! [`JpegError::Unsupported`].

mod bits;
#[cfg(test)]
mod damage_tests;
mod entropy;
mod file;
mod frame;
mod huffman;
mod image;
mod luma;
mod plane;
mod progressive;
mod scale;
#[cfg(test)]
mod scale_tests;
mod sequential;
mod steps;
mod tables;
#[cfg(test)]
mod tests;
mod transform;

pub use luma::Luma;

/// The example of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// A picture and what reading it told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture<'a> {
    /// Luma at the chosen scale: the full size over `scale_denominators`, rounded up. Each sample
    /// is the mean of the full picture's over its cell, at 1/8 by 1/8 exactly, between that and
    /// full size as far as the coefficients that the scale looks at tell.
    pub luma: Luma,
    /// Samples in a row of the full picture, 1 to 65,535.
    pub full_width: u32,
    /// Rows of the full picture, 1 to 65,535.
    pub full_height: u32,
    /// 8, 4, 2 or 1, across and down.
    pub scale_denominators: (u8, u8),
    /// Colour components in the file: 1 or 3.
    pub components: u8,
    /// Whether the file is progressive.
    pub progressive: bool,
    /// The first Exif segment's data (a TIFF header and what follows), undecoded. The luma is as
    /// stored, not turned upright.
    pub exif: Option<&'a [u8]>,
    /// Bytes before the end marker that belong to no segment and no block. Some writers leave a
    /// few; in a sequential file many are a sign of damage.
    pub stray_bytes: usize,
    /// Bytes after the end marker. Phones append further pictures and films here.
    pub trailing_bytes: usize,
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JpegError {
    /// The file does not start as a JPEG file does.
    #[error("not a JPEG file")]
    NotJpeg,
    /// A kind of JPEG file that this reader leaves to a general decoder. Nothing is said about
    /// whether it is whole.
    #[error("not supported by the fast reader: {0}")]
    Unsupported(&'static str),
    /// The file lacks something that its beginning announces.
    #[error("truncated at byte {offset}: {reason}")]
    Truncated {
        /// Where it was noticed, in bytes from the start.
        offset: usize,
        /// What is missing.
        reason: &'static str,
    },
    /// The file has something that no JPEG file may have.
    #[error("corrupt at byte {offset}: {reason}")]
    Corrupt {
        /// Where it was noticed, in bytes from the start.
        offset: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The full picture has more pixels than the caller allows.
    #[error("{width} x {height} pixels are more than the {max_pixels} allowed")]
    TooLarge {
        /// Samples in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// The limit.
        max_pixels: u64,
    },
}

/// Memory to reuse from file to file: keep one per thread. What it holds changes how fast a file is
/// read, never the answer.
#[derive(Default)]
pub struct Scratch {
    memory: tables::Memory,
    /// Entropy-coded data without stuffing.
    plain: Vec<u8>,
}

/// Reads a JPEG file at the smallest scale at which the picture is at least `at_least` (width,
/// height) in size; a side that is shorter is read at full size.
///
/// `max_pixels` limits width times height of the full picture. At full size a sequential file takes
/// one byte of memory a pixel and a progressive one three (three times as much where the components
/// are red, green and blue); a file with fewer bits than blocks is refused before that.
///
/// ```
/// use luma_jpeg::{JpegError, Scratch, read};
///
/// let answer = read(b"no JPEG file", (64, 64), 1 << 24, &mut Scratch::default());
/// assert_eq!(answer, Err(JpegError::NotJpeg));
/// ```
///
/// # Errors
/// See [`JpegError`].
pub fn read<'a>(
    bytes: &'a [u8],
    at_least: (u32, u32),
    max_pixels: u64,
    scratch: &mut Scratch,
) -> Result<Picture<'a>, JpegError> {
    file::read(bytes, at_least, max_pixels, scratch)
}
