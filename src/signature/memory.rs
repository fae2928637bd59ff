//! Answers of earlier runs for a file's bytes.

use super::Signed;
use super::digest::Digest;
use crate::sample::SampleId;

/// Is asked before bytes are decoded, and told what came of it. Called from many threads.
pub(crate) trait Memory: Sync {
    /// A sample's file has this content: what is known of the content?
    fn recall(&self, sample: SampleId, content: Digest) -> Option<Signed>;
    /// Bytes of this content came to that.
    fn learn(&self, content: Digest, signed: &Signed);
}
