//! Complaints of decoders, in the words of a report.

use image::error::ImageError;
use luma_jpeg::JpegError;

use crate::signature::container::tiff;
use crate::signature::unreadable::{Format, Unreadable};

/// Why the JPEG reader gave no picture.
pub(super) fn of_jpeg(error: &JpegError) -> Unreadable {
    let format = Format::Jpeg;
    let detail = error.to_string();
    match error {
        JpegError::Truncated { .. } => Unreadable::Truncated { format, detail },
        JpegError::TooLarge { .. } => Unreadable::TooLarge { detail },
        JpegError::Corrupt { .. } => Unreadable::Corrupt { format, detail },
        JpegError::Unsupported(_) | JpegError::NotJpeg => Unreadable::Unsupported { detail },
    }
}

/// A kind of image that no decoder here reads.
pub(super) fn of_kind(kind: &str) -> Unreadable {
    Unreadable::Unsupported {
        detail: format!("{kind} is not supported; convert it to PNG or JPEG"),
    }
}

/// The same for a TIFF file, of which there are hundreds of kinds.
pub(super) fn of_tiff(bytes: &[u8]) -> Unreadable {
    of_kind(tiff::kind(bytes).as_deref().unwrap_or("this kind of TIFF"))
}

/// Why a general decoder gave no picture.
pub(super) fn of_image(error: &ImageError, format: Format) -> Unreadable {
    match error {
        ImageError::Limits(_) => Unreadable::TooLarge {
            detail: "its decoder asks for more memory than its headers announce".to_owned(),
        },
        ImageError::Unsupported(error) => Unreadable::Unsupported {
            detail: one_line(error),
        },
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Unreadable::Truncated {
                format,
                detail: one_line(error),
            }
        }
        other => {
            let detail = one_line(other);
            let lower = detail.to_lowercase();
            let ends_early = [
                "unexpected end",
                "unexpected eof",
                "eof",
                "truncated",
                "failed to fill whole buffer",
                "no more bytes",
                "not enough",
            ];
            if ends_early.iter().any(|words| lower.contains(words)) {
                Unreadable::Truncated { format, detail }
            } else {
                Unreadable::Corrupt { format, detail }
            }
        }
    }
}

fn one_line(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}
