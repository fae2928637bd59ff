//! Why an image has no signature. A value, not an error: one bad file never ends an audit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::budget::TooMuch;
use crate::source::NoBytes;

/// What kept an image from being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unreadable {
    /// There is no such file, or a symbolic link leads nowhere.
    Missing,
    /// The path is a directory.
    IsDirectory,
    /// The operating system refused; its own words.
    Refused(String),
    /// Zero bytes.
    Empty,
    /// A small text that stands for data kept elsewhere.
    Pointer(DataStore),
    /// What macOS keeps beside an image, under an image's name.
    SideFile,
    /// The bytes are of no image format.
    NotAnImage,
    /// The file ends before the picture does.
    Truncated {
        /// Format by content.
        format: Format,
        /// The decoder's words.
        detail: String,
    },
    /// The bytes contradict their format.
    Corrupt {
        /// Format by content.
        format: Format,
        /// The decoder's words.
        detail: String,
    },
    /// Decoding would take more memory than is allowed.
    TooLarge {
        /// What was found and what is allowed.
        detail: String,
    },
    /// An image of a kind that cannot be decoded.
    Unsupported {
        /// Which kind.
        detail: String,
    },
    /// The decoder failed in a way it should not.
    DecoderPanicked {
        /// Format by content.
        format: Format,
    },
    /// It was not to be opened.
    NotOpened,
    /// A fault of this program met while the image was signed.
    Internal {
        /// What went wrong, in the words of the panic.
        detail: String,
    },
    /// Decoding would take more memory than the whole budget.
    NoRoom {
        /// Bytes that it takes at most.
        needed: u64,
        /// Bytes that are allowed.
        allowed: u64,
    },
}

/// What comes of a file, where a panic on the way is a value, too: one file never ends an audit,
/// whatever it met.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Unreadable::Internal {
            detail: words.unwrap_or("no words").to_owned(),
        })
    })
}

impl From<TooMuch> for Unreadable {
    fn from(TooMuch { needed, allowed }: TooMuch) -> Self {
        Self::NoRoom { needed, allowed }
    }
}

impl From<NoBytes> for Unreadable {
    fn from(reason: NoBytes) -> Self {
        match reason {
            NoBytes::Missing => Self::Missing,
            NoBytes::NotFetchedByAnnex => Self::Pointer(DataStore::GitAnnex),
            NoBytes::IsDirectory => Self::IsDirectory,
            NoBytes::Refused(message) => Self::Refused(message),
            NoBytes::TooLarge { bytes, most } => Self::TooLarge {
                detail: format!("{bytes} bytes, at most {most} are read"),
            },
        }
    }
}

/// Where the data behind a pointer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataStore {
    /// A Git LFS pointer file.
    GitLfs,
    /// A git-annex pointer file or link.
    GitAnnex,
}

impl DataStore {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GitLfs => "Git LFS",
            Self::GitAnnex => "git-annex",
        }
    }

    /// The command that fetches the data.
    #[must_use]
    pub fn fetch_command(self) -> &'static str {
        match self {
            Self::GitLfs => "git lfs pull",
            Self::GitAnnex => "git annex get",
        }
    }
}

/// Image format by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
    /// TIFF.
    Tiff,
    /// DICOM.
    Dicom,
    /// Any other format, by its usual name.
    Other(&'static str),
}

impl Format {
    /// Its usual name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Dicom => "DICOM",
            Self::Other(name) => name,
        }
    }
}

/// Names of [`Format::Other`].
const OTHER_FORMATS: &[&str] = &[
    "BMP",
    "PNM",
    "ICO",
    "Radiance HDR",
    "OpenEXR",
    "farbfeld",
    "QOI",
    "DDS",
    "TGA",
];

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let named = [
            Self::Jpeg,
            Self::Png,
            Self::Webp,
            Self::Gif,
            Self::Tiff,
            Self::Dicom,
        ];
        let others = OTHER_FORMATS.iter().copied().map(Self::Other);
        let found = named
            .into_iter()
            .chain(others)
            .find(|format| format.name() == name);
        found.ok_or_else(|| D::Error::custom("an unknown format"))
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::IsDirectory => f.write_str("is a directory"),
            Self::Refused(reason) => write!(f, "could not be opened: {reason}"),
            Self::Empty => f.write_str("is empty (0 bytes)"),
            Self::Pointer(store) => {
                let (name, command) = (store.name(), store.fetch_command());
                write!(f, "is a {name} pointer, not the image; run `{command}`")
            }
            Self::SideFile => {
                f.write_str("is a side file of macOS (AppleDouble), not the image; delete it")
            }
            Self::NotAnImage => f.write_str("is not an image: its content is of no known format"),
            Self::Truncated { format, detail } => {
                write!(f, "{} ends too early: {detail}", format.name())
            }
            Self::Corrupt { format, detail } => write!(f, "{} is corrupt: {detail}", format.name()),
            Self::TooLarge { detail } => write!(f, "is too large to decode safely: {detail}"),
            Self::Unsupported { detail } => write!(f, "cannot be decoded here: {detail}"),
            Self::DecoderPanicked { format } => {
                write!(
                    f,
                    "made the {} decoder fail; the file is probably corrupt",
                    format.name()
                )
            }
            Self::NotOpened => f.write_str("was not to be opened"),
            Self::NoRoom { needed, allowed } => write!(
                f,
                "may take {} of memory to decode, and `--max-memory` allows {}",
                Mebibytes(*needed, u64::div_ceil),
                Mebibytes(*allowed, |bytes, unit| bytes / unit)
            ),
            Self::Internal { detail } => write!(
                f,
                "could not be read because of a fault in splitleak ({detail}); please report it with this file"
            ),
        }
    }
}

/// Bytes in MiB, rounded as told: up for what is needed, down for what is allowed.
struct Mebibytes(u64, fn(u64, u64) -> u64);

impl std::fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} MiB", self.1(self.0, 1 << 20))
    }
}
