//! A dataset that tests make sample by sample, without files.

use std::collections::BTreeMap;

use super::Evidence;
use crate::dataset::Builder;
use crate::finding::{Finding, Subject};
use crate::labels::Labels;
use crate::leak::Leak;
use crate::matching::pair::Pair;
use crate::matching::partners::Partnerships;
use crate::report::Controls;
use crate::sample::{Dataset, Layout, Sample, SampleId, SplitId, SplitRole};
use crate::signature::digest::Digest;
use crate::signature::facts::{Camera, Colour, Facts, Need, Profile, Stored, Tone};
use crate::signature::patient::Patient;
use crate::signature::unreadable::{Format, Unreadable};
use crate::signature::{Hash64, ReadMask, Signature};

/// Splits are `train` (0), `val` (1) and `test` (2).
pub(super) struct World {
    pub(super) dataset: Dataset,
    signatures: Vec<Result<Signature, Unreadable>>,
    pub(super) masks: Vec<ReadMask>,
    partners: Partnerships,
    pub(super) shared_with_parts: BTreeMap<SplitId, usize>,
    pub(super) controls: Option<Controls>,
}

impl World {
    pub(super) fn new() -> Self {
        let mut builder = Builder::new("data", Layout::CsvManifest);
        builder
            .split("train", SplitRole::Training)
            .split("val", SplitRole::Validation)
            .split("test", SplitRole::Test);
        Self {
            dataset: builder.build(),
            signatures: Vec::new(),
            masks: Vec::new(),
            partners: Partnerships::with_limit(5),
            shared_with_parts: BTreeMap::new(),
            controls: None,
        }
    }

    /// Adds an ordinary image without a split; gives its signature to change.
    pub(super) fn add(&mut self, path: &str) -> &mut Signature {
        self.push(path, None, None)
    }

    /// Adds an ordinary image with a split and a label.
    pub(super) fn push(
        &mut self,
        path: &str,
        split: Option<u16>,
        label: Option<&str>,
    ) -> &mut Signature {
        let target = label.and_then(|label| label.parse().ok());
        self.dataset.samples.push(Sample {
            split: split.map(SplitId),
            label: label.map(Into::into),
            target: target.filter(|target: &f64| target.is_finite()),
            ..Sample::new(path)
        });
        self.signatures.push(Ok(ordinary()));
        match self.signatures.last_mut() {
            Some(Ok(signature)) => signature,
            _ => unreachable!("it was pushed"),
        }
    }

    /// The signature of a sample, to change.
    pub(super) fn signature(&mut self, at: usize) -> &mut Signature {
        match &mut self.signatures[at] {
            Ok(signature) => signature,
            Err(_) => unreachable!("all are readable"),
        }
    }

    /// Adds `n` ordinary images with names from `prefix`.
    pub(super) fn many(&mut self, n: usize, prefix: &str, split: u16, label: Option<&str>) {
        for i in 0..n {
            self.push(&format!("{prefix}{i:05}.jpg"), Some(split), label);
        }
    }

    /// Records that two samples show one picture, as the matching stage does.
    pub(super) fn pair(&mut self, a: usize, b: usize, kind: Leak) {
        let pair = |a: usize, b: usize| Pair {
            kind,
            a: SampleId(a as u32),
            b: SampleId(b as u32),
            near: None,
        };
        let split = |at: usize| self.dataset.samples[at].split;
        self.partners.record(pair(a, b), split(b), 1);
        self.partners.record(pair(b, a), split(a), 1);
    }

    pub(super) fn evidence(&self) -> Evidence<'_> {
        Evidence {
            dataset: &self.dataset,
            // Leaked: the evidence borrows it, and a test is over soon.
            labels: Box::leak(Box::new(Labels::of(&self.dataset))),
            signatures: &self.signatures,
            masks: &self.masks,
            partners: &self.partners,
            together: &[],
            recordings: None,
            counted: &[],
            shared_with_parts: &self.shared_with_parts,
            controls: self.controls,
        }
    }

    /// Paths of all samples of a finding.
    pub(super) fn paths_of(&self, finding: &Finding) -> Vec<String> {
        let ids = ids_of(finding).iter();
        ids.map(|id| self.dataset.samples[id.index()].path.to_string())
            .collect()
    }
}

/// All samples of a finding about samples; none of another.
pub(super) fn ids_of(finding: &Finding) -> &[SampleId] {
    match &finding.subject {
        Subject::Samples(ids) => ids,
        _ => &[],
    }
}

fn ordinary() -> Signature {
    Signature {
        byte_digest: Digest([0; 16]),
        pixel_digest: None,
        perceptual: Hash64(0),
        thumbnail: None,
        width: 320,
        height: 160,
        low_information: false,
        captured: None,
        patient: Patient::default(),
        facts: Facts {
            stored: Stored {
                format: Format::Jpeg,
                bytes: 10_000,
                trailing: 0,
                frames: 1,
                bits: 8,
                colour: Colour::Colour,
                alpha: false,
                orientation: 1,
                profile: Profile::None,
                camera: Camera::default(),
            },
            tone: Tone {
                sharpness: 40 * 256,
                mean: 120,
                spread: 50,
                low: 20,
                high: 240,
            },
            border: 0,
            need: Need::default(),
        },
    }
}
