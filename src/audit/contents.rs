//! Digests of file contents, of files without a signature, too.

use std::collections::BTreeMap;

use crate::sample::{Dataset, SampleId};
use crate::signature::Signed;
use crate::signature::digest::Digest;
use crate::signature::unreadable::Unreadable;
use crate::source::Source;

/// Digests of the files of one dataset, each file read once at most.
pub(super) struct Contents<'a> {
    dataset: &'a Dataset,
    signatures: &'a [Signed],
    /// Digests of files without a signature; they are few.
    unsigned: BTreeMap<SampleId, Option<Digest>>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(dataset: &'a Dataset, signatures: &'a [Signed]) -> Self {
        Self {
            dataset,
            signatures,
            unsigned: BTreeMap::new(),
        }
    }

    /// Digest of a sample's file; `None` where there is no content, it cannot be read, or no image
    /// is to be opened.
    pub(super) fn digest(&mut self, id: SampleId) -> Option<Digest> {
        match &self.signatures[id.index()] {
            Ok(signature) => Some(signature.byte_digest),
            // Who asked that no image be opened is not to have them opened here.
            Err(Unreadable::NotOpened) => None,
            Err(_) => *self
                .unsigned
                .entry(id)
                .or_insert_with(|| content_digest(self.dataset.source(id))),
        }
    }
}

/// Digest of bytes that are no image; `None` where there are none, or too many to be read for that
/// alone.
fn content_digest(source: Source<'_>) -> Option<Digest> {
    const MOST_BYTES: u64 = 1 << 28;
    let bytes = source.bytes_up_to(MOST_BYTES).ok()?;
    (!bytes.is_empty()).then(|| Digest::of(&bytes))
}
