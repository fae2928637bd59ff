//! Datasets: samples, splits and labels.
//!
//! A sample is one row of membership, "this image in this split". One file may
//! be a sample twice; that is itself a leak, so paths are never keys.

mod columns;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::annotation::Annotations;
#[cfg(feature = "cli")]
use crate::source::container::file_of;
use crate::source::{Place, Source};
pub use columns::{GroupColumn, PlacedTiles, TilePlace};

/// Position of a sample in [`Dataset::samples`].
///
/// Samples are sorted by path, then split, so an id is stable for a fixed dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleId(pub u32);

impl SampleId {
    /// The id as an index into per-sample vectors.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Position of a split in [`Dataset::splits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SplitId(pub u16);

impl SplitId {
    /// The id as an index into [`Dataset::splits`].
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One image in one split.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Path relative to the dataset root, `/` on every platform.
    /// Bytes that are not UTF-8 are written `\xHH`.
    pub path: Box<str>,
    /// Where its bytes are.
    pub place: Place,
    /// The split it belongs to, or `None` in a dataset without splits.
    pub split: Option<SplitId>,
    /// Class name, from the class folder or the manifest's label column.
    pub label: Option<Box<str>>,
    /// Regression target, when the manifest's label column holds numbers.
    pub target: Option<f64>,
    /// What the user says was recorded together: patient, scene, video.
    pub group: Option<Box<str>>,
    /// Time or position within the group, in the manifest's own unit.
    pub time: Option<f64>,
    /// Folders of the path that tell the split, and nothing of what was recorded: bit 0 is the
    /// outermost.
    pub of_split: u32,
}

impl Sample {
    /// The file of this name, in no split, with nothing known of it.
    #[must_use]
    pub fn new(path: impl Into<Box<str>>) -> Self {
        Self {
            path: path.into(),
            place: Place::Named,
            split: None,
            label: None,
            target: None,
            group: None,
            time: None,
            of_split: 0,
        }
    }

    /// The name of the file that holds it: its own, or that of its container.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn file(&self) -> &str {
        match &self.place {
            Place::Inside(_) => file_of(&self.path),
            _ => &self.path,
        }
    }
}

/// A partition as the layout spells it (`val2017`), with the role it plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Spelling of the dataset.
    pub name: String,
    /// What it is used for.
    pub role: SplitRole,
    /// Name of the dataset it belongs to, where one root holds several; `None` belongs to all.
    pub part: Option<String>,
}

impl Split {
    /// Whether its samples are looked for in `other`: two datasets of one root are not compared.
    #[must_use]
    pub fn is_compared_with(&self, other: &Self) -> bool {
        match (&self.part, &other.part) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }
}

/// Every evaluation split with every training split that it is compared with.
#[must_use]
pub fn split_pairs(splits: &[Split]) -> Vec<(SplitId, SplitId)> {
    let numbered = || splits.iter().zip((0_u16..).map(SplitId));
    let mut pairs = Vec::new();
    for (evaluation, from) in numbered().filter(|(split, _)| split.role.is_evaluation()) {
        let training = numbered().filter(|(split, _)| {
            split.role == SplitRole::Training && evaluation.is_compared_with(split)
        });
        pairs.extend(training.map(|(_, to)| (from, to)));
    }
    pairs
}

/// What a split is used for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[derive(schemars::JsonSchema)]
pub enum SplitRole {
    /// The model is fitted on it.
    Training,
    /// The model is selected on it.
    Validation,
    /// The model is judged on it.
    Test,
    /// Anything else, for example unlabelled extra images.
    Other,
}

impl SplitRole {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::Other => "other",
        }
    }

    /// Whether leaks *into* this split are what an audit looks for.
    #[must_use]
    pub fn is_evaluation(self) -> bool {
        matches!(self, Self::Validation | Self::Test)
    }
}

/// How a dataset lies on disk.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Folders named after splits, class folders below or none.
    ImageFolder,
    /// A CSV file that lists paths and splits.
    CsvManifest,
    /// A table for each split, named after it.
    Tables,
    /// Text files that list samples: one for each split, or one that says the split of each.
    Lists,
    /// `data.yaml`, as YOLO programs read it.
    Yolo,
    /// COCO's JSON, a file for each split.
    Coco,
    /// What annotation tools export: one file that says the split of each picture.
    Exports,
    /// A driving log: one row an instant, one column a camera.
    DrivingLog,
    /// One directory per split, given on the command line.
    Directories,
    /// Images without any split.
    Unsplit,
    /// Samples that a program has handed over one by one.
    Given,
}

impl Layout {
    /// Layouts of a tree that a user may choose; a table is chosen by naming it.
    pub const CHOICES: [Self; 7] = [
        Self::ImageFolder,
        Self::Yolo,
        Self::Coco,
        Self::Exports,
        Self::Lists,
        Self::Tables,
        Self::Unsplit,
    ];

    /// The name used in reports and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ImageFolder => "image-folder",
            Self::CsvManifest => "csv-manifest",
            Self::Tables => "tables",
            Self::Lists => "lists",
            Self::Yolo => "yolo",
            Self::Coco => "coco",
            Self::Exports => "exports",
            Self::DrivingLog => "driving-log",
            Self::Directories => "directories",
            Self::Unsplit => "unsplit",
            Self::Given => "given",
        }
    }

    /// The one of [`Self::CHOICES`] with this name.
    #[must_use]
    pub fn choice(name: &str) -> Option<Self> {
        Self::CHOICES.into_iter().find(|one| one.name() == name)
    }
}

/// A dataset as loaded: what the samples are, and what was wrong on the way. Made by
/// [`dataset::load`](crate::dataset::load), or sample by sample by a
/// [`dataset::Builder`](crate::dataset::Builder).
#[derive(Debug)]
pub struct Dataset {
    /// Directory that sample paths are relative to.
    pub root: PathBuf,
    /// How the dataset was recognised.
    pub layout: Layout,
    /// By what, in words.
    pub evidence: String,
    /// Splits, training first, then by name.
    pub splits: Vec<Split>,
    /// Samples in order of path, then split.
    pub samples: Vec<Sample>,
    /// What was wrong with files and manifests before any pixel was read.
    pub problems: Vec<Problem>,
    /// Files of the tree that are not samples, counted by reason.
    pub ignored: Vec<Ignored>,
    /// Files that may hold samples, in a form that is not read; in order of path, and among those
    /// of `ignored`.
    pub unread: Vec<Unread>,
    /// Masks and depth maps of samples, in order of sample; they are among those of `ignored`.
    pub companions: Vec<Companion>,
    /// What the tree says of the values that a mask may have, where it does.
    pub mask_classes: Option<MaskClasses>,
    /// Texts of the tree that may tell splits or labels, as tables, lists, JSON, YAML, XML; in
    /// order of path.
    pub texts: Vec<String>,
    /// What was seen that may be splits, with what to do, where there is none to train on or none
    /// to evaluate on.
    pub perhaps: Option<String>,
    /// What tells the labels of samples, in words; empty where none has one.
    pub labels_from: String,
    /// What is drawn on samples, or said of them besides their labels.
    pub annotations: Annotations,
    /// Columns of tables that may tell groups, which nobody has said.
    pub group_columns: Vec<GroupColumn>,
    /// Where tables say that samples lie on something larger.
    pub placed: Option<PlacedTiles>,
    /// Files of the tree that are samples, or images that a manifest does not list. With those of
    /// `ignored` they are all files of the tree.
    pub image_files: u64,
}

impl Dataset {
    /// Where the bytes of a sample are read.
    #[must_use]
    pub fn source(&self, id: SampleId) -> Source<'_> {
        let sample = &self.samples[id.index()];
        Source::new(&self.root, &sample.path, &sample.place)
    }

    /// The first sample of every file, in order of path. Samples are sorted by
    /// path, so the samples of one file stand together.
    #[must_use]
    pub fn files(&self) -> Vec<SampleId> {
        let mut firsts = Vec::new();
        for (index, sample) in self.samples.iter().enumerate() {
            if index == 0 || self.samples[index - 1].path != sample.path {
                firsts.push(SampleId(index as u32));
            }
        }
        firsts
    }

    /// The first sample of a name.
    #[must_use]
    pub fn first_sample(&self, path: &str) -> Option<SampleId> {
        let at = self.samples.partition_point(|one| &*one.path < path);
        let found = self.samples.get(at).filter(|one| &*one.path == path);
        found.map(|_| SampleId(at as u32))
    }

    /// Masks and depth maps of a sample.
    #[must_use]
    pub fn companions_of(&self, id: SampleId) -> &[Companion] {
        let path = &*self.samples[id.index()].path;
        let from = self.companions.partition_point(|one| *one.of < *path);
        let own = &self.companions[from..];
        &own[..own.partition_point(|one| one.of == path)]
    }

    /// Names of the datasets that share the root, in order; none where there is one.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        let parts = self.splits.iter().filter_map(|split| split.part.as_deref());
        parts.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Makes one dataset of all that share the root: every split is compared with every other.
    pub fn merge_parts(&mut self) {
        for split in &mut self.splits {
            split.part = None;
        }
    }

    /// The split of a sample, if it has one.
    #[must_use]
    pub fn split(&self, id: SampleId) -> Option<&Split> {
        let split = self.samples[id.index()].split?;
        Some(&self.splits[split.index()])
    }
}

/// Files of one kind that the audit leaves alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Why, in words.
    pub reason: String,
    /// What such files are.
    pub kind: IgnoredKind,
    /// How many files.
    pub files: u64,
    /// First of them in path order, as an example.
    pub example: String,
}

impl Ignored {
    /// The reason of files that settings leave out and that may be samples.
    pub const LEFT_OUT: &str = "left out by `include` or `exclude`";
}

/// A file that may hold samples and is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Relative to the root.
    pub path: String,
    /// Its form, such as `array (.npy)`, with what is wrong with it where the form is read.
    pub reason: String,
    /// The split whose samples it hides; `None` where it is beside the splits.
    pub split: Option<String>,
}

impl Unread {
    /// The reason of a file that is one of a numbered series and is not there.
    pub const MISSING_SHARD: &str = "shard that is not here";
}

/// A mask or depth map of a sample: it goes where the sample goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// Name of the sample.
    pub of: String,
    /// Its own path, relative to the root.
    pub path: String,
    /// Where its bytes are.
    pub place: Place,
}

impl Companion {
    /// The name of the file that holds it: its own, or that of its container.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn file(&self) -> &str {
        match &self.place {
            Place::Inside(_) => file_of(&self.path),
            _ => &self.path,
        }
    }

    /// In order of sample, then of path.
    pub(crate) fn sort(companions: &mut [Self]) {
        companions.sort_by(|a, b| (&a.of, &a.path).cmp(&(&b.of, &b.path)));
    }

    /// Where its bytes are read, below the root of its dataset.
    #[must_use]
    pub fn source<'a>(&'a self, root: &'a Path) -> Source<'a> {
        Source::new(root, &self.path, &self.place)
    }
}

/// Values that a mask may have, as a list of classes beside the pictures says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskClasses {
    /// The file that lists them.
    pub file: String,
    /// The values.
    pub values: MaskValues,
}

/// Values of masks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaskValues {
    /// Levels, or places in a palette.
    Levels(BTreeSet<u32>),
    /// Colours, `0xRRGGBB`.
    Colours(BTreeSet<u32>),
}

/// What files that are no samples are.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum IgnoredKind {
    /// Annotations, labels, tables, documentation: what belongs beside images.
    Companion,
    /// What an operating system left behind.
    Junk,
    /// Anything else.
    Other,
}

/// Something wrong with the layout itself: found while loading, reported as a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind.
    pub kind: ProblemKind,
    /// Path relative to the root, or the manifest's own spelling.
    pub path: String,
    /// What happened, as a sentence without the path.
    pub detail: String,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A directory, or an entry of one, could not be listed.
    UnreadableDirectory,
    /// A directory carries the name of an image.
    DirectoryNamedAsImage,
    /// A symbolic link leads back to one of its own parents.
    LinkLoop,
    /// The manifest names one file twice in one split.
    ListedTwice,
    /// The manifest names one file twice in one split, with different labels.
    LabelledTwice,
    /// An image of the tree that the manifest does not name.
    Unlisted,
    /// A row of the manifest whose split cell is empty.
    SplitMissing,
    /// A camera column of a driving log none of whose images exists.
    CameraAbsent,
    /// A DVC file whose data has not been fetched.
    DataNotFetched,
    /// A mask or depth map whose picture is not there.
    MaskWithoutPicture,
    /// A picture without the mask that its neighbours have.
    PictureWithoutMask,
    /// A time of the manifest that cannot be read.
    UnparsableTime,
    /// A folder beside the splits that may be one.
    PerhapsSplit,
    /// A file that tells splits of pictures and cannot be used.
    NotUsed,
    /// Several datasets of one root that are called as patients are, so that they may be one.
    PerhapsEntities,
    /// A link to a file that is not there.
    DeadLink,
}
