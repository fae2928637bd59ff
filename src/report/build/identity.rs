//! Fingerprints of findings and leaked samples: by content, so that another run knows them again.

use crate::sample::{Dataset, SampleId};
use crate::signature::digest::Digest;

/// Fingerprints of one dataset's files.
pub(super) struct Identities<'a> {
    pub(super) dataset: &'a Dataset,
    /// Digest of a sample's file; `None` where it has no content.
    pub(super) content: &'a mut dyn FnMut(SampleId) -> Option<Digest>,
}

impl Identities<'_> {
    /// Fingerprint of a sample: of its content, or of its name where it has none or an empty one,
    /// which many files share.
    pub(super) fn sample(&mut self, word: &str, id: SampleId, more: &[&str]) -> String {
        match (self.content)(id) {
            Some(digest) => fingerprint(word, &digest.0, more),
            None => {
                let path = &self.dataset.samples[id.index()].path;
                fingerprint(word, name_of(path).as_bytes(), more)
            }
        }
    }

    /// Fingerprint of a path: that of its sample, where it has one, or of its name.
    pub(super) fn path(&mut self, word: &str, path: &str, more: &[&str]) -> String {
        let samples = &self.dataset.samples;
        let at = samples.partition_point(|sample| *sample.path < *path);
        if samples.get(at).is_some_and(|sample| *sample.path == *path) {
            self.sample(word, SampleId(at as u32), more)
        } else {
            fingerprint(word, name_of(path).as_bytes(), more)
        }
    }
}

/// Digest of a word and parts, 32 hexadecimal digits. Of `more`, empty parts are left out.
pub(super) fn fingerprint(word: &str, first: &[u8], more: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(word.as_bytes()).update(b"\0").update(first);
    for part in more.iter().filter(|part| !part.is_empty()) {
        hasher.update(b"\0").update(part.as_bytes());
    }
    Digest::from_hasher(&hasher).hex()
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
