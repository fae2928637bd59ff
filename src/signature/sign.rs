//! Files to signatures, on all cores, in the order of the samples.

use std::path::Path;

use rayon::prelude::*;

use super::Signature;
use super::decode::decode;
use super::digest::Digest;
use super::jpeg::Scratch;
use super::perceptual::PerceptualHasher;
use super::thumbnail::{Thumbnail, thumbnail};
use super::unreadable::{DataStore, Unreadable};
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
    pub fn sign(&mut self, bytes: &[u8]) -> Result<Signature, Unreadable> {
        let decoded = decode(bytes, &mut self.scratch)?;
        let thumbnail = thumbnail(&decoded.luma);
        Ok(Signature {
            byte_digest: Digest::of(bytes),
            pixel_digest: decoded.pixel_digest,
            perceptual: self.hasher.hash(&thumbnail),
            low_information: is_flat(&thumbnail),
            thumbnail: Some(thumbnail),
            width: decoded.width,
            height: decoded.height,
        })
    }
}

/// The signature of every sample, at the sample's index. A file that is a
/// sample of several splits is read once.
#[must_use]
pub fn sign(dataset: &Dataset, progress: &dyn Progress) -> Vec<Result<Signature, Unreadable>> {
    // Samples are sorted by path, so one file's samples stand together.
    let mut starts: Vec<usize> = Vec::new();
    for (index, sample) in dataset.samples.iter().enumerate() {
        if index == 0 || dataset.samples[index - 1].path != sample.path {
            starts.push(index);
        }
    }
    progress.begin(Stage::Hashing, Some(starts.len() as u64));
    let signed: Vec<_> = starts
        .par_iter()
        .map_init(Signer::default, |signer, &start| {
            let bytes = read(&dataset.file(SampleId(start as u32)));
            let signature = bytes.and_then(|bytes| signer.sign(&bytes));
            progress.advance(1);
            signature
        })
        .collect();
    progress.end();
    let mut signatures = Vec::with_capacity(dataset.samples.len());
    let ends = starts
        .iter()
        .skip(1)
        .copied()
        .chain([dataset.samples.len()]);
    for ((start, end), signature) in starts.iter().zip(ends).zip(signed) {
        for _ in start + 1..end {
            signatures.push(signature.clone());
        }
        signatures.push(signature);
    }
    signatures
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
