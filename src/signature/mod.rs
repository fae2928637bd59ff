//! Signatures: what an image looks like, in a few hundred bytes.
//!
//! A [`Signature`] depends only on the bytes of the file and on
//! [`SIGNATURE_VERSION`]; never on its name, its place or the machine.

mod capture;
mod container;
pub(crate) mod content;
mod decode;
pub(crate) mod detail;
pub mod digest;
pub(crate) mod encoding;
pub mod facts;
pub(crate) mod memory;
pub mod patient;
pub(crate) mod perceptual;
pub(crate) mod pixels;
pub(crate) mod reading;
pub(crate) mod region;
mod sign;
pub mod thumbnail;
pub(crate) mod tone;
pub mod unreadable;

use serde::{Deserialize, Serialize};

pub use capture::Captured;
pub(crate) use decode::{Edit, Look, Mask, Preview, edited, look, preview, read_mask};
use digest::Digest;
use facts::Facts;
use patient::Patient;
pub use sign::Signer;
use thumbnail::Thumbnail;
use unreadable::Unreadable;

/// Raised whenever the same bytes could give another signature, or read another mask, than before.
pub const SIGNATURE_VERSION: u32 = 9;

/// 64-bit perceptual hash. Two hashes are compared by the number of bits in which they differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Hash64(pub u64);

impl Hash64 {
    /// Bits that differ, 0 to 64.
    #[must_use]
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

/// What is kept of one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Digest of the file: same digest, same file.
    pub byte_digest: Digest,
    /// Digest of the decoded, upright pixels: same picture in another container.
    /// `None` for a JPEG, which is decoded in full only when it may matter.
    pub pixel_digest: Option<Digest>,
    /// Same picture, roughly.
    pub perceptual: Hash64,
    /// Small grey copy, upright. Matching takes it over, and leaves `None`.
    pub thumbnail: Option<Thumbnail>,
    /// Width in pixels after orientation.
    pub width: u32,
    /// Height in pixels after orientation.
    pub height: u32,
    /// Too flat for `perceptual` and `thumbnail` to mean anything.
    pub low_information: bool,
    /// What the file says besides its picture.
    pub facts: Facts,
    /// When and by which camera it was taken, where its EXIF or its DICOM elements say so.
    pub captured: Option<Captured>,
    /// Whom it shows, where its DICOM elements say so.
    pub patient: Patient,
}

impl Signature {
    /// The size of the picture, and that in which it is stored where a mark turns it.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (width, height) = (self.width, self.height);
        let is_turned = self.facts.stored.orientation > 4;
        std::iter::once((width, height)).chain(is_turned.then_some((height, width)))
    }
}

/// What reading one mask came to.
#[doc(hidden)]
pub type ReadMask = Result<Mask, Unreadable>;

/// What reading one image came to.
pub type Signed = Result<Signature, Unreadable>;
