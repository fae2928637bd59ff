//! Digests of pixels: images that have exactly the same.
//!
//! A JPEG is not decoded in full to be signed, so its pixel digest is made only
//! when it may matter: when another file with other bytes has the same size and
//! either the same thumbnail, to the last grey level, or the same look. Two JPEG
//! files with the same pixels have the same luma coefficients, hence the same thumbnail.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Signature;
use super::decode::pixel_digest;
use super::digest::Digest;
use super::reading::Opened;
use super::unreadable::Unreadable;
use crate::budget::Budget;
use crate::source::Source;

/// What two samples share exactly when their pixels are known to be the same: a digest of the
/// pixels, or of the bytes where the pixels are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// Digest of the pixels.
    Pixels(Digest),
    /// Digest of the bytes, which stand for the pixels.
    Bytes(Digest),
}

/// What is known of the pixels of every sample; `None` for a sample without a signature. `source`
/// gives the bytes of the sample at an index.
#[must_use]
pub(crate) fn known<'a>(
    signatures: &[Result<Signature, Unreadable>],
    source: impl Fn(usize) -> Source<'a> + Sync,
    budget: &Budget,
) -> Vec<Option<Known>> {
    let digests = digests_of_twins(signatures, source, budget);
    let known = signatures.par_iter().map(|signature| {
        let signature = signature.as_ref().ok()?;
        let pixels = signature
            .pixel_digest
            .or_else(|| digests.get(&signature.byte_digest).copied());
        Some(pixels.map_or(Known::Bytes(signature.byte_digest), Known::Pixels))
    });
    known.collect()
}

/// Pixel digest of a signed image, decoding it in full; `None` when that fails.
#[must_use]
pub(crate) fn digest(opened: Opened<'_>, budget: &Budget) -> Option<Digest> {
    let mut share = budget.share();
    share.take(opened.need()).ok()?;
    pixel_digest(&opened.source.bytes().ok()?, &mut share).ok()
}

/// Pixel digests, by byte digest, of the JPEG files that another file may equal.
fn digests_of_twins<'a>(
    signatures: &[Result<Signature, Unreadable>],
    source: impl Fn(usize) -> Source<'a> + Sync,
    budget: &Budget,
) -> BTreeMap<Digest, Digest> {
    let signed = signatures.par_iter().enumerate();
    let mut looks: Vec<(usize, &Signature)> = signed
        .filter_map(|(index, signature)| Some((index, signature.as_ref().ok()?)))
        .collect();
    looks.par_sort_unstable_by(|(at_a, a), (at_b, b)| {
        let key = |at: &usize, one: &Signature| (one.byte_digest, *at);
        look(a)
            .cmp(&look(b))
            .then_with(|| key(at_a, a).cmp(&key(at_b, b)))
    });
    // One sample for each content; equal bytes look the same.
    looks.dedup_by_key(|(_, signature)| signature.byte_digest);
    let twins: Vec<(usize, &Signature)> = looks
        .chunk_by(|a, b| look(a.1) == look(b.1))
        .filter(|group| group.len() > 1)
        .flatten()
        .filter(|(_, signature)| signature.pixel_digest.is_none())
        .copied()
        .collect();
    twins
        .par_iter()
        .filter_map(|&(index, signature)| {
            let source = source(index);
            let opened = Opened { source, signature };
            Some((signature.byte_digest, digest(opened, budget)?))
        })
        .collect()
}

/// What two files with the same pixels have in common, if both are JPEG.
fn look(signature: &Signature) -> (u32, u32, Option<&[u8]>) {
    let cells = signature
        .thumbnail
        .as_ref()
        .map(|thumbnail| &thumbnail.0[..]);
    (signature.width, signature.height, cells)
}
