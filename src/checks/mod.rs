//! All checks in one table, one file per question.

mod annotation_conflicts;
mod annotations;
mod classes;
mod content;
mod controls;
mod distributions;
mod drift;
mod duplicates;
mod fences;
mod files;
mod label_conflicts;
mod label_faults;
mod layout;
mod leaks;
mod masks;
mod names;
mod not_read;
mod odd;
mod possible_groups;
mod shortcut_facts;
mod shortcuts;
mod sizes;
mod splits;
mod statistics;
mod stored;
#[cfg(test)]
mod testing;
mod together;

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::labels::Labels;
use crate::leak::Leak;
use crate::matching::partners::{Partners, Partnerships};
use crate::report::Controls;
use crate::sample::{Dataset, SampleId, SplitId};
use crate::sequence::examine::{RecordedPair, SplitLeaks};
use crate::sequence::recording::Recordings;
use crate::signature::unreadable::Unreadable;
use crate::signature::{ReadMask, Signature};
pub(crate) use distributions::distributions;
pub(crate) use files::code_of;
pub(crate) use layout::may_be_splits;

/// What a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The dataset as loaded.
    pub dataset: &'a Dataset,
    /// Labels by sample.
    pub labels: &'a Labels<'a>,
    /// Signatures by sample.
    pub signatures: &'a [Result<Signature, Unreadable>],
    /// Masks by companion of a sample; none where they were not read.
    pub masks: &'a [ReadMask],
    /// Duplicates of every sample.
    pub partners: &'a Partnerships,
    /// Evaluation samples that were recorded or made together with training samples.
    pub together: &'a [SplitLeaks],
    /// Where samples stand in recordings, if a layout was taken.
    pub recordings: Option<&'a Recordings>,
    /// Ways of belonging together that count as leaked whatever pixels say.
    pub counted: &'a [Leak],
    /// How many images of each evaluation split show what another part trains on.
    pub shared_with_parts: &'a BTreeMap<SplitId, usize>,
    /// Whether edited copies of training pictures were found again.
    pub controls: Option<Controls>,
}

/// Of datasets without parts.
pub(crate) static NOT_SHARED: BTreeMap<SplitId, usize> = BTreeMap::new();

impl Evidence<'_> {
    /// Whether an evaluation sample that belongs together with a training sample counts as leaked
    /// for that.
    #[must_use]
    pub fn counts(&self, pair: &RecordedPair) -> bool {
        pair.declared || pair.pixels.agree || self.counted.contains(&pair.kind)
    }

    /// Whether two samples were found to show one picture.
    fn are_partners(&self, a: SampleId, b: SampleId) -> bool {
        let split = self.dataset.samples[b.index()].split;
        let partners = self.partners.of(a, split);
        partners.is_some_and(|partners| partners.best.iter().any(|pair| pair.b == b))
    }

    /// Whether evidence of this kind, found by comparing pixels, makes a sample leaked.
    #[must_use]
    pub fn counts_by_looks(&self, kind: Leak) -> bool {
        kind != Leak::AnotherPass || self.counted.contains(&kind)
    }

    /// What of a training split a sample shows, if that makes it leaked.
    #[must_use]
    pub fn shown(&self, sample: SampleId, training: SplitId) -> Option<&Partners> {
        let partners = self.partners.of(sample, Some(training))?;
        self.counts_by_looks(partners.strongest).then_some(partners)
    }
}

/// A question asked of a dataset.
type Check = fn(&Evidence<'_>) -> Vec<Finding>;

const CHECKS: &[Check] = &[
    leaks::across_splits,
    together::across_splits,
    possible_groups::unanswered,
    controls::copies_missed,
    duplicates::across_evaluation_splits,
    duplicates::within_splits,
    files::unreadable,
    not_read::not_read,
    names::sidecar_junk,
    stored::trailing_data,
    stored::extension_mismatch,
    stored::exif_orientation,
    stored::several_frames,
    odd::stored_unlike_the_rest,
    names::case_collisions,
    label_faults::label_faults,
    label_conflicts::conflicts,
    classes::target_pile_up,
    classes::missing_classes,
    drift::between_splits,
    shortcuts::to_labels,
    shortcuts::to_splits,
    files::low_information,
    content::dark,
    content::overexposed,
    content::blurred,
    sizes::odd_size,
    sizes::odd_aspect,
    annotations::faults_of_files,
    annotations::faulty_boxes,
    annotations::other_sizes,
    annotations::unused_classes,
    annotations::unlabelled_pictures,
    annotation_conflicts::conflicts,
    masks::faults,
    layout::problems,
    layout::empty_splits,
    layout::samples_without_split,
    layout::several_parts,
];

/// Asks every question of the whole dataset, in the order of the table.
#[must_use]
pub fn run(evidence: &Evidence<'_>) -> Vec<Finding> {
    CHECKS.iter().flat_map(|check| check(evidence)).collect()
}

/// Fewer images than this are too few to say what is usual among them.
const FEW: usize = 20;

/// Percent of the dataset up to which images unlike the rest are an oddity; more are a kind.
const MINORITY: usize = 5;

/// Whether `n` of `all` are a few unlike the rest.
fn is_minority(n: usize, all: usize) -> bool {
    n > 0 && all >= FEW && n * 100 <= all * MINORITY
}

/// The first sample of every file that could be read, and its signature.
fn readable_files<'a>(
    evidence: &Evidence<'a>,
) -> impl Iterator<Item = (SampleId, &'a Signature)> + use<'a> {
    let signatures = evidence.signatures;
    let files = evidence.dataset.files().into_iter();
    files.filter_map(move |id| Some((id, signatures[id.index()].as_ref().ok()?)))
}
