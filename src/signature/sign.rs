//! Bytes to a signature.

use luma_jpeg::Scratch;

use super::content::content;
use super::decode::decode;
use super::digest::Digest;
use super::facts::Facts;
use super::perceptual::PerceptualHasher;
use super::thumbnail::{Thumbnail, thumbnail_of};
use super::tone::tone;
use super::unreadable::{Unreadable, caught};
use super::{Signature, Signed};
use crate::budget::{Budget, Share};

/// Grey levels between the darkest and the lightest cell of a thumbnail below
/// which nothing can be told from it.
const FLAT_RANGE: u8 = 8;

/// Makes signatures; holds tables and memory worth reusing, so keep one per thread.
#[derive(Default)]
pub struct Signer {
    hasher: PerceptualHasher,
    scratch: Scratch,
    budget: Budget,
}

impl Signer {
    /// One that shares this budget of memory with others.
    #[must_use]
    pub fn within(budget: &Budget) -> Self {
        Self {
            budget: budget.clone(),
            ..Self::default()
        }
    }

    /// The signature of a file's bytes.
    ///
    /// # Errors
    /// Why the bytes are no whole, supported image.
    pub fn sign(&mut self, bytes: &[u8]) -> Signed {
        let budget = self.budget.clone();
        self.sign_content(bytes, Digest::of(bytes), &mut budget.share())
    }

    /// The same for bytes whose digest is known, in this share of the memory.
    ///
    /// # Errors
    /// As for [`Self::sign`].
    pub(crate) fn sign_content(
        &mut self,
        bytes: &[u8],
        byte_digest: Digest,
        share: &mut Share<'_>,
    ) -> Signed {
        let signed = caught(|| self.describe(bytes, byte_digest, share));
        if matches!(signed, Err(Unreadable::Internal { .. })) {
            // What a panic left half done is not used for the next image.
            *self = Self::within(&self.budget);
        }
        signed
    }

    fn describe(&mut self, bytes: &[u8], byte_digest: Digest, share: &mut Share<'_>) -> Signed {
        let decoded = decode(bytes, &mut self.scratch, share)?;
        let luma = &decoded.luma;
        let content = content(luma);
        let thumbnail = thumbnail_of(luma, content);
        let inside = content.width() * content.height();
        let facts = Facts {
            stored: decoded.stored,
            tone: tone(luma),
            need: decoded.need,
            border: 100 - (inside * 100).div_ceil(luma.data.len()) as u8,
        };
        Ok(Signature {
            byte_digest,
            pixel_digest: decoded.pixel_digest,
            perceptual: self.hasher.hash(&thumbnail),
            low_information: is_flat(&thumbnail),
            thumbnail: Some(thumbnail),
            width: decoded.width,
            height: decoded.height,
            facts,
            captured: decoded.captured,
            patient: decoded.patient,
        })
    }
}

fn is_flat(thumbnail: &Thumbnail) -> bool {
    let low = thumbnail.0.iter().copied().min().unwrap_or(0);
    let high = thumbnail.0.iter().copied().max().unwrap_or(0);
    high - low < FLAT_RANGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SIGNATURE_VERSION;

    /// A 40 x 30 PGM with some structure.
    fn pgm() -> Vec<u8> {
        let mut bytes = b"P5 40 30 255\n".to_vec();
        bytes.extend((0..1200u32).map(|at| ((at % 40) * 5 + (at / 40) * (at / 40) / 9) as u8));
        bytes
    }

    #[test]
    fn the_same_bytes_give_the_signature_they_always_gave() {
        let signature = Signer::default().sign(&pgm()).unwrap();
        let thumbnail = Digest::of(&signature.thumbnail.as_ref().unwrap().0[..]);
        let found = format!(
            "{SIGNATURE_VERSION} {:016x} {thumbnail:?}",
            signature.perceptual.0
        );
        // A change here is a change of signatures: raise `SIGNATURE_VERSION` with it.
        assert_eq!(found, "9 e0f0f0f0e0f0f878 778ede17d040fce61c2cbdef1d250e38");
    }

    #[test]
    fn a_picture_without_pixels_or_with_very_many_in_a_row_is_a_value() {
        let without: [&[u8]; 4] = [
            b"P5 0 4 255\n",
            b"P6 4 0 255\n",
            b"farbfeld\0\0\0\0\0\0\0\x04",
            b"P7\nWIDTH 0\nHEIGHT 3\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n",
        ];
        for bytes in without {
            let refused = Signer::default().sign(bytes).unwrap_err();
            let internal = matches!(refused, Unreadable::Internal { .. });
            assert!(!internal, "{refused}");
        }
        let wide = [b"P5 9000000 3 255\n".to_vec(), vec![255; 27_000_000]].concat();
        let signature = Signer::default().sign(&wide).unwrap();
        assert!(signature.low_information);
        assert_eq!((signature.width, signature.height), (9_000_000, 3));
    }

    #[test]
    fn a_flat_picture_has_low_information_and_another_has_not() {
        let flat = [b"P5 8 8 255\n".to_vec(), vec![90; 64]].concat();
        assert!(Signer::default().sign(&flat).unwrap().low_information);
        assert!(!Signer::default().sign(&pgm()).unwrap().low_information);
    }
}
