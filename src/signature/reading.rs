//! Files into memory, within the budget.

use std::borrow::Cow;

use super::unreadable::Unreadable;
use super::{Signature, Signed};
use crate::budget::Share;
use crate::sample::{Dataset, SampleId};
use crate::source::{NoBytes, Source};

/// Files of more bytes are read one at a time, in their share of the budget. Smaller ones count
/// with their pictures, once these are known.
const LARGE: u64 = 64 << 20;

/// A signed image that is opened once more.
#[derive(Clone, Copy)]
pub(crate) struct Opened<'a> {
    /// Where it lies.
    pub(crate) source: Source<'a>,
    /// What is known of it.
    pub(crate) signature: &'a Signature,
}

impl<'a> Opened<'a> {
    /// A sample, where it has a signature.
    pub(crate) fn of(dataset: &'a Dataset, signatures: &'a [Signed], id: SampleId) -> Option<Self> {
        let signature = signatures[id.index()].as_ref().ok()?;
        let source = dataset.source(id);
        Some(Self { source, signature })
    }

    /// Bytes of memory that decoding it takes at most.
    pub(crate) fn need(&self) -> u64 {
        self.signature.facts.need.bytes()
    }

    /// Pixels of the whole picture.
    pub(crate) fn pixels(&self) -> u64 {
        u64::from(self.signature.width) * u64::from(self.signature.height)
    }
}

/// All bytes of a source.
///
/// # Errors
/// Why there are none.
pub(crate) fn read<'a>(
    source: Source<'a>,
    share: &mut Share<'_>,
) -> Result<Cow<'a, [u8]>, Unreadable> {
    match source.bytes_up_to(LARGE) {
        Err(NoBytes::TooLarge { bytes, .. }) => {
            share.take_for_large_file(bytes)?;
            Ok(source.bytes()?)
        }
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::source::Place;
    use std::path::Path;

    #[test]
    fn a_large_file_is_read_within_the_budget_only() {
        let place = Place::Memory(vec![7; LARGE as usize + 1].into());
        let source = Source::new(Path::new(""), "a", &place);
        let (enough, less) = (Budget::of(LARGE + 1), Budget::of(LARGE));
        assert!(read(source, &mut enough.share()).is_ok());
        let refused = read(source, &mut less.share()).unwrap_err();
        assert!(matches!(refused, Unreadable::NoRoom { .. }), "{refused}");
    }
}
