//! The contract: what a report holds. `docs/report.schema.json` is generated
//! from these types, and `docs/report-format.md` explains them.
//!
//! Paths are relative to the dataset root with `/` between parts. A rate stands
//! with its numerator and denominator. What was not measured is `null`. The same
//! dataset and settings give the same bytes: no clock, no host, no order of threads.

mod build;
mod clusters;
mod detection;
pub mod difference;
pub mod drift;
pub mod explanation;
mod findings;
mod gate;
pub mod interleaving;
pub mod labels;
mod read;
pub mod recordings;
mod verdict;

use recordings::{Distances, RecordingsReport};
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use build::{build, counted_together, leakage};
pub use clusters::{ClusterSummary, Clusters};
pub use detection::{Controls, Detection, DetectionDoubt, ThresholdSource};
pub use findings::{Acceptance, AcceptedBy, FindingMember, Part, ReportFinding};
pub use gate::{AcceptedFindings, Gate, GateNote, NoteCode, Ruling, Violation, ViolationCode};
pub use read::parse;
pub use verdict::Verdict;

use crate::finding::Code;
use crate::leak::Leak;
use crate::matching::pair::Transform;
use crate::rate::Rate;
use crate::sample::{Dataset, Ignored, IgnoredKind, Layout, SampleId, SplitRole};
use drift::Distribution;
use explanation::Explanation;
use labels::LabelsRead;

/// Raised in its major part when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: &str = "2.0";

/// Everything an audit found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this format, `major.minor`.
    pub schema_version: String,
    /// What made the report.
    pub tool: Tool,
    /// Settings that shaped it.
    pub settings: ReportSettings,
    /// How near duplicates were told from look-alikes.
    pub detection: Detection,
    /// The part of the dataset that was asked about; `null` for all of it.
    pub scope: Option<Scope>,
    /// What was checked.
    pub dataset: DatasetSummary,
    /// How much of it could be checked: the denominators.
    pub coverage: Coverage,
    /// What it comes to: the worst verdict of `leakage`.
    pub verdict: Verdict,
    /// One entry per evaluation split and training split, most leaked first.
    pub leakage: Vec<Leakage>,
    /// Why `leakage` is empty, `null` when it is not.
    pub leakage_unavailable: Option<String>,
    /// Pairs across splits, strongest first.
    pub pairs: Vec<ReportPair>,
    /// Whether a limit cut `pairs`. Counts are never cut.
    pub pairs_truncated: bool,
    /// Every leaked evaluation sample, once for each training split and code, in order
    /// of path; never cut. The gate accepts or refuses these one by one.
    pub leaked_samples: Vec<LeakedSample>,
    /// Duplicates inside each split, in the order of `dataset.splits`; one entry
    /// without a name for a dataset without splits.
    pub duplicates: Vec<Duplicates>,
    /// What hangs together through duplicates, over all splits; `null` when only some samples were
    /// asked about.
    pub clusters: Option<Clusters>,
    /// What was recorded together, as names and columns tell it.
    pub recordings: RecordingsReport,
    /// Splits that were tried on paper with `--simulate-split`, in the order asked.
    pub simulated_splits: Vec<SimulatedSplit>,
    /// How facts of the images are distributed, for every evaluation and training split of at least
    /// 20 such images each.
    #[serde(default)]
    pub distributions: Vec<Distribution>,
    /// What is wrong, worst first.
    pub findings: Vec<ReportFinding>,
    /// Number of findings by code, also of those that a limit cut.
    pub finding_counts: BTreeMap<String, u64>,
    /// Whether a limit cut `findings`, or the members of one.
    pub findings_truncated: bool,
    /// How much of a low validation loss leakage could explain; `null` unless asked.
    pub explanation: Option<Explanation>,
    /// Whether policy accepts the dataset.
    pub gate: Gate,
}

impl Report {
    /// Why leakage was not judged, without what there is to do about it.
    #[must_use]
    pub fn why_not_judged(&self) -> Option<&str> {
        let reason = self.leakage_unavailable.as_deref()?;
        Some(reason.split(';').next().unwrap_or(reason))
    }
}

/// A part of the dataset: changed files, or files that were named. Pairs and counts of
/// leaks are those with a sample of it on either side, in the whole dataset. What could
/// not be read is reported everywhere, because a partner could hide there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// Files that were named.
    pub files: u64,
    /// Samples among them; the others are deleted, or no images of the dataset.
    pub samples: u64,
    /// Of these samples, those that could be read.
    pub readable: u64,
    /// What was found of other images under the codes and fingerprints of what is listed here: a
    /// baseline that accepts one of two copies accepts the one that was there before.
    pub beside: Vec<FoundBeside>,
}

impl Scope {
    /// Whether no sample of the dataset is in it, so that nothing was compared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }
}

/// An image outside of the scope, found under the code and the fingerprint of one inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FoundBeside {
    /// What kind.
    pub code: Code,
    /// Identity across runs, as in `leaked_samples` and `findings`.
    pub fingerprint: String,
    /// The image, relative to the dataset root.
    pub path: String,
    /// Its split, for leaks; empty for other findings.
    pub split: String,
}

/// What stages measured about the audit as a whole.
#[derive(Debug, Clone)]
pub struct Measured {
    /// How near duplicates were told from look-alikes.
    pub detection: Detection,
    /// What was recorded together.
    pub recordings: RecordingsReport,
    /// What hangs together through duplicates.
    pub clusters: Option<Clusters>,
    /// Splits that were tried on paper.
    pub simulated_splits: Vec<SimulatedSplit>,
    /// The loss explanation, if one was asked for.
    pub explanation: Option<Explanation>,
    /// What leaks between every evaluation split and every training split.
    pub leakage: Vec<Leakage>,
    /// How facts of the images are distributed.
    pub distributions: Vec<Distribution>,
}

/// What made the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `splitleak`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Settings that shaped the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportSettings {
    /// Similarity that makes a pair, where the user set it; `null` where the dataset calibrates it.
    pub similarity: Option<f64>,
    /// Most pairs listed for one evaluation sample and training split.
    pub pairs_per_sample: u64,
    /// Most findings listed for one code, and members for one finding.
    pub findings_per_code: u64,
    /// Ways of belonging together that count into `leaked` whatever pixels say.
    pub counted_as_leaked: Vec<Leak>,
    /// Version of the signature: reports of different versions may differ on one dataset.
    pub signature_version: u32,
}

/// What was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetSummary {
    /// How the dataset was recognised.
    pub layout: Layout,
    /// By what it was recognised, and what was left alone, in words.
    #[serde(default)]
    pub evidence: String,
    /// Splits: training first, then validation, test and others, by name.
    pub splits: Vec<SplitSummary>,
    /// What was read of labels, by kind; empty where none were found.
    #[serde(default)]
    pub labels: Vec<LabelsRead>,
}

/// One split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SplitSummary {
    /// As the dataset spells it.
    pub name: String,
    /// What it is used for.
    pub role: SplitRole,
    /// Images listed in it.
    pub samples: u64,
    /// Images of it that could be read.
    pub readable: u64,
}

/// How much could be checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Files of the tree: `sample_files` + `unlisted_files` + those of `ignored`.
    pub files: u64,
    /// Files of the tree that are samples, each once.
    pub sample_files: u64,
    /// Images of the tree that the manifest does not list.
    pub unlisted_files: u64,
    /// Images in all splits; a file listed in two splits counts twice.
    pub samples: u64,
    /// Samples with a signature.
    pub signed: u64,
    /// Samples that could not be read; `signed + unreadable + not_opened = samples`.
    pub unreadable: u64,
    /// Samples that were not to be opened (`--names-only`): nothing is known of their pixels.
    pub not_opened: u64,
    /// Signed samples too flat to be compared by their look.
    pub low_information: u64,
    /// Files of the tree that are not samples, by reason.
    pub ignored: Vec<IgnoredFiles>,
    /// Files that may hold samples, in a form that is not read, by split and form; they are among
    /// those of `ignored`.
    #[serde(default)]
    pub not_read: Vec<NotReadFiles>,
}

/// Files that may hold samples and were not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotReadFiles {
    /// Their form, such as `array (.npy)`.
    pub reason: String,
    /// How many files; an archive is one, whatever it holds.
    pub files: u64,
    /// Split whose samples they hide; `null` beside the splits.
    pub split: Option<String>,
    /// The first of them in order of path.
    pub example: String,
}

/// Files that are not samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoredFiles {
    /// Why they are left alone.
    pub reason: String,
    /// What they are.
    pub kind: IgnoredKind,
    /// How many.
    pub files: u64,
    /// One of them.
    pub example: String,
}

impl IgnoredFiles {
    /// Whether settings leave them out.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.reason == Ignored::LEFT_OUT
    }
}

/// Leakage from one training split into one evaluation split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Leakage {
    /// Split whose result is flattered.
    pub evaluation_split: String,
    /// Split that gives it away.
    pub training_split: String,
    /// Dataset that the two belong to, where one root holds several; `null` where it holds one.
    pub part: Option<String>,
    /// What is known.
    pub verdict: Verdict,
    /// Codes of the findings that keep it from being clear; empty too where no picture could be
    /// compared.
    pub unknown: Vec<Code>,
    /// Readable evaluation samples with at least one partner in the training split: a picture that
    /// pixels find there, a sample that belongs together with them and is alike (or whose kind is
    /// in `settings.counted_as_leaked`), or one of a group that the user's own column or pattern
    /// declares.
    pub leaked: Rate,
    /// Evaluation samples beyond `leaked` that names and columns suspect and pixels do not confirm,
    /// that look like a training sample without evidence of a copy, or that share the value of an
    /// identifier nobody has answered. Of readable samples, or of all where no image was opened.
    pub suspected: Rate,
    /// Leaked samples by their strongest kind of evidence: each counts once. Samples that do not
    /// leak and show a place that training has seen stand under `another-pass`; without these the
    /// sum is `leaked.count`.
    pub by_kind: BTreeMap<Leak, u64>,
    /// Samples that were recorded or made together with training samples, by how; a
    /// sample counts under every way that holds, leaked or not.
    pub recorded_together: BTreeMap<Leak, RecordedTogether>,
    /// Classes, or folders where there are none, with the largest leaked share,
    /// worst first; at most 20, none when there is only one.
    pub worst: Vec<LeakageOfPart>,
}

/// Evaluation samples that belong together with training samples in one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedTogether {
    /// How many; the denominator is that of `leaked`, with unreadable samples beside it.
    pub samples: u64,
    /// Of these, readable samples whose pixels agree: they are in `leaked`. The others are
    /// suspected.
    pub confirmed: u64,
}

/// What a check would say of a split that was tried on paper. Nothing was written or moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SimulatedSplit {
    /// The split as `--simulate-split` takes it.
    pub rule: String,
    /// Samples it trains on; a file that is listed more than once counts once.
    pub training_samples: u64,
    /// Samples it holds out.
    pub evaluation_samples: u64,
    /// Leakage between its two sides, called `val` and `train`; `null` where it could not be
    /// simulated.
    pub leakage: Option<Leakage>,
    /// Steps to the nearest training sample of the same recording; `null` without recordings.
    pub distances: Option<Distances>,
    /// Why it could not be simulated, `null` where it was.
    pub unavailable: Option<String>,
}

/// Leakage of a class or a folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeakageOfPart {
    /// Class, or folder relative to the root.
    pub name: String,
    /// Leaked share of its readable samples.
    pub leaked: Rate,
}

/// Two samples in two splits that show one picture, or belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportPair {
    /// Kind of evidence; the strongest where there are several for this pair.
    pub kind: Leak,
    /// What is done to the evaluation image so that it lies on the training image.
    pub transform: Transform,
    /// Bits in which the perceptual hashes differ, 0 to 64; `null` where not measured.
    pub distance: Option<u32>,
    /// Verification score, -1 to 1; `null` where not measured.
    pub similarity: Option<f64>,
    /// Whether pixels agree. Where they do not, the pair is suspected for what names and columns
    /// say.
    pub confirmed: bool,
    /// Steps between the two, where both are of one recording; `null` otherwise.
    pub steps: Option<u32>,
    /// Seconds between them, where their recording has times; `null` otherwise.
    pub seconds: Option<f64>,
    /// Share of the evaluation tile that the training tile covers; `null` unless both are tiles of
    /// known size.
    pub overlap: Option<f64>,
    /// Which parts of the two images show the same; `null` where it is the whole of both, or
    /// nothing was aligned.
    pub shared_area: Option<SharedArea>,
    /// The evaluation sample.
    pub evaluation: PairMember,
    /// The training sample.
    pub training: PairMember,
}

/// Which parts of two images show the same, as left, upper, right and lower edge in fractions of
/// the sides, to 0.01.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SharedArea {
    /// Of the evaluation image, after `transform`.
    pub evaluation: [f64; 4],
    /// Of the training image.
    pub training: [f64; 4],
}

/// One side of a pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PairMember {
    /// Relative to the dataset root.
    pub path: String,
    /// Name of its split.
    pub split: String,
}

impl PairMember {
    /// A sample of a dataset.
    pub(crate) fn of(dataset: &Dataset, id: SampleId) -> Self {
        Self {
            path: dataset.samples[id.index()].path.to_string(),
            split: dataset
                .split(id)
                .map(|split| split.name.clone())
                .unwrap_or_default(),
        }
    }
}

/// An evaluation sample that leaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeakedSample {
    /// By which evidence: the strongest of those that pixels show, and each way of belonging
    /// together.
    pub code: Code,
    /// Whether the sample counts into `leaked` by this evidence: whatever pixels show does, and
    /// what names and columns say where pixels agree or settings count the kind.
    pub counted: bool,
    /// The evaluation sample.
    pub evaluation: PairMember,
    /// The training sample that shows it best.
    pub training: PairMember,
    /// Identity across runs, 32 hexadecimal digits, from the content of the evaluation sample and
    /// the role of its split.
    pub fingerprint: String,
    /// By what policy accepts it.
    pub accepted: Option<Acceptance>,
}

impl Leakage {
    /// Samples that do not leak and show a place that training has seen at another time.
    #[must_use]
    pub fn passes_beyond(&self) -> u64 {
        let all: u64 = self.by_kind.values().sum();
        let passes = self.by_kind.get(&Leak::AnotherPass).copied().unwrap_or(0);
        passes.min(all.saturating_sub(self.leaked.count))
    }

    /// Samples that leak by the evidence of one leak code.
    #[must_use]
    pub fn samples_under(&self, code: Code) -> u64 {
        match code.leak() {
            Some(leak) if leak.is_by_pixels() || leak == Leak::AnotherPass => {
                self.by_kind.get(&leak).copied()
            }
            Some(leak) => self.recorded_together.get(&leak).map(|one| one.samples),
            None => None,
        }
        .unwrap_or(0)
    }
}

/// Duplicates inside one split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Duplicates {
    /// Name of the split, `null` for a dataset without splits.
    pub split: Option<String>,
    /// Readable samples with at least one partner in the same split.
    pub duplicated: Rate,
    /// Those samples by their strongest kind of evidence: the four that bytes and pixels show.
    pub by_kind: BTreeMap<Leak, u64>,
}
