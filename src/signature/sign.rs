//! Files to signatures, on all cores, in the order of the samples.

use std::path::Path;

use luma_jpeg::Scratch;
use rayon::prelude::*;

use super::content::content;
use super::decode::decode;
use super::digest::Digest;
use super::facts::Facts;
use super::memory::Memory;
use super::perceptual::PerceptualHasher;
use super::thumbnail::{Thumbnail, thumbnail_of};
use super::tone::tone;
use super::unreadable::{DataStore, Unreadable};
use super::{Signature, Signed};
use crate::progress::{Progress, Stage};
use crate::sample::{Dataset, SampleId};

/// Grey levels between the darkest and the lightest cell of a thumbnail below
/// which nothing can be told from it.
const FLAT_RANGE: u8 = 8;

/// Makes signatures; holds tables and memory worth reusing, so keep one per thread.
#[derive(Default)]
pub struct Signer {
    hasher: PerceptualHasher,
    scratch: Scratch,
}

impl Signer {
    /// The signature of a file's bytes.
    ///
    /// # Errors
    /// Why the bytes are no whole, supported image.
    pub fn sign(&mut self, bytes: &[u8]) -> Signed {
        self.sign_content(bytes, Digest::of(bytes))
    }

    fn sign_content(&mut self, bytes: &[u8], byte_digest: Digest) -> Signed {
        let decoded = decode(bytes, &mut self.scratch)?;
        let luma = &decoded.luma;
        let content = content(luma);
        let thumbnail = thumbnail_of(luma, content);
        let inside = content.width() * content.height();
        let facts = Facts {
            stored: decoded.stored,
            tone: tone(luma),
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
        })
    }
}

/// The signature of every sample, at the sample's index. A file that is a
/// sample of several splits is read once.
///
/// `known` holds, for each of [`Dataset::files`], what an earlier run found and
/// still holds; only the others are read.
#[must_use]
pub fn sign(
    dataset: &Dataset,
    known: Vec<Option<Signed>>,
    memory: &dyn Memory,
    progress: &dyn Progress,
) -> Vec<Signed> {
    let files = dataset.files();
    assert_eq!(files.len(), known.len(), "one entry for every file");
    progress.begin(Stage::Hashing, Some(files.len() as u64));
    let signed: Vec<_> = files
        .par_iter()
        .zip(known)
        .map_init(Signer::default, |signer, (&id, known)| {
            let signed = match known {
                Some(signed) => signed,
                // The audit is given up, and this with it.
                None if progress.is_interrupted() => {
                    Err(Unreadable::Refused("interrupted".to_owned()))
                }
                None => sign_file(dataset, id, memory, signer),
            };
            progress.advance(1);
            signed
        })
        .collect();
    progress.end();
    let mut signatures = Vec::with_capacity(dataset.samples.len());
    let starts = files.iter().map(|id| id.index());
    let ends = starts.clone().skip(1).chain([dataset.samples.len()]);
    for ((start, end), signature) in starts.zip(ends).zip(signed) {
        for _ in start + 1..end {
            signatures.push(signature.clone());
        }
        signatures.push(signature);
    }
    signatures
}

fn sign_file(dataset: &Dataset, id: SampleId, memory: &dyn Memory, signer: &mut Signer) -> Signed {
    let bytes = read(&dataset.file(id))?;
    let content = Digest::of(&bytes);
    memory.recall(id, content).unwrap_or_else(|| {
        let signed = signer.sign_content(&bytes, content);
        memory.learn(content, &signed);
        signed
    })
}

fn is_flat(thumbnail: &Thumbnail) -> bool {
    let low = thumbnail.0.iter().copied().min().unwrap_or(0);
    let high = thumbnail.0.iter().copied().max().unwrap_or(0);
    high - low < FLAT_RANGE
}

/// Largest file that is read, in bytes. Pixels are limited by the decoder.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// The bytes of a file.
///
/// # Errors
/// Why there are none.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Unreadable> {
    // Asked first, because opening a named pipe would wait for ever.
    let metadata = std::fs::metadata(file).map_err(|error| refusal(file, &error))?;
    if metadata.is_dir() {
        return Err(Unreadable::IsDirectory);
    }
    if !metadata.is_file() {
        return Err(Unreadable::Refused(
            "is a pipe, socket or device, not a file".to_owned(),
        ));
    }
    if metadata.len() > MAX_FILE_BYTES {
        let detail = format!(
            "{} bytes, at most {MAX_FILE_BYTES} are read",
            metadata.len()
        );
        return Err(Unreadable::TooLarge { detail });
    }
    std::fs::read(file).map_err(|error| refusal(file, &error))
}

fn refusal(file: &Path, error: &std::io::Error) -> Unreadable {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Unreadable::Refused(error.to_string());
    }
    // git-annex leaves a dangling link where the data has not been fetched.
    let target = std::fs::read_link(file).unwrap_or_default();
    if target.to_string_lossy().contains(".git/annex/") {
        return Unreadable::Pointer(DataStore::GitAnnex);
    }
    Unreadable::Missing
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
        assert_eq!(found, "4 e0f0f0f0e0f0f878 778ede17d040fce61c2cbdef1d250e38");
    }

    #[test]
    fn a_flat_picture_has_low_information_and_another_has_not() {
        let flat = [b"P5 8 8 255\n".to_vec(), vec![90; 64]].concat();
        assert!(Signer::default().sign(&flat).unwrap().low_information);
        assert!(!Signer::default().sign(&pgm()).unwrap().low_information);
    }
}
