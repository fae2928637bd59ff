//! Recordings, groups, tiles and families as the report carries them: what names, times and columns
//! tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::interleaving::Interleaving;

/// What a name says was done to its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AugmentationMark {
    /// `.rf.` and a hash: a version that Roboflow exported.
    Roboflow,
    /// A word for an augmentation, perhaps numbered: `_aug3`, `_flip`, `_rot90`.
    Word,
    /// A copy as file managers name it: `x (1)`, `x_copy`, `x - Copy`. Only beside `x` itself.
    Copy,
}

/// What the pixels said. A comparison that ties counts as one half for each side, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupAgreement {
    /// Comparisons whose two similarities could be measured.
    pub compared: u64,
    /// Comparisons in which the sample of the same value was more alike. Its share is the effect
    /// size: the probability of superiority, 0.5 where values mean nothing.
    pub same_closer: u64,
    /// Probability of so many or more if values meant nothing (sign test: the exact permutation
    /// test of the pairs), 0 to 1.
    pub p: f64,
}

/// What was measured on the samples as a rule lays them out. Counts have their denominators beside
/// them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NameEvidence {
    /// Samples of the dataset.
    pub samples: u64,
    /// Samples whose place the rule tells.
    pub placed: u64,
    /// Recordings.
    pub recordings: u64,
    /// Placed samples in recordings of at least five instants.
    pub in_long_recordings: u64,
    /// Gaps between consecutive positions of one recording and one view.
    pub gaps: u64,
    /// Gaps within a tenth of their recording's median gap.
    pub regular_gaps: u64,
    /// Gaps of at most two seconds; null where positions are not times.
    pub short_gaps: Option<u64>,
    /// Gaps of at most half a minute; null where positions are not times.
    #[serde(default)]
    pub near_gaps: Option<u64>,
    /// Different instants of all recordings; cameras that see one instant count once.
    pub instants: u64,
    /// Different positions of all recordings, burst counters left out.
    pub positions: u64,
    /// Frame numbers from the first to the last of every recording, summed; null where positions
    /// are times.
    pub span: Option<u64>,
    /// Placed samples at a place that a sample of the same split and view takes too.
    pub colliding_within_splits: u64,
    /// Placed samples of all splits but the largest.
    pub outside_largest_split: u64,
    /// Of these, samples at a place (and view) that a sample of the largest split takes too.
    pub colliding_across_splits: u64,
    /// Recordings whose first frame number is 0 or 1; null where positions are times.
    pub begin_at_0_or_1: Option<u64>,
    /// Samples in recordings whose name holds a word for recordings (`video`, `scene`, `drive`) or
    /// a time.
    pub in_named_recordings: u64,
    /// Samples in recordings that a camera or a tool for frames names so: `DJI_#`, `IMAG#`, `out#`,
    /// `video.mp4_#`.
    pub in_device_named_recordings: u64,
    /// Samples in recordings whose name holds no digit but those of a year or of a `WordNet` id
    /// (`n01440764`).
    pub in_class_like_recordings: u64,
    /// Different labels; 0 without labels.
    pub labels: u64,
    /// Whether recordings are no more than another spelling of the labels.
    pub recordings_are_labels: bool,
}

/// What was recorded together: the report's key `recordings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordingsReport {
    /// How samples were laid out along recordings, or why not.
    pub sequences: SequenceFacts,
    /// Distances along the recordings, one entry for each evaluation and training split; empty
    /// without a layout.
    pub distances: Vec<Distances>,
    /// The recordings with most evaluation samples, as stretches of one split: at most three.
    #[serde(default)]
    pub timelines: Vec<Timeline>,
    /// Groups shared, one entry for each rule, evaluation and training split.
    pub groups: Vec<SharedGroups>,
    /// Tiles, one entry for each evaluation and training split; empty where names give no
    /// positions.
    pub tiles: Vec<TileFacts>,
    /// Families of augmented copies, one entry for each evaluation and training split.
    pub families: Vec<FamilyFacts>,
    /// Identifiers in names that both splits share and nobody has answered.
    pub possible_groups: Vec<PossibleGroup>,
}

/// A recording in its order, cut where the split changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    /// Name of the recording.
    pub recording: String,
    /// Samples in it.
    pub samples: u64,
    /// Consecutive samples of one split; at most 2,000.
    pub stretches: Vec<Stretch>,
    /// Whether the recording goes on after the last of them.
    pub truncated: bool,
}

/// Consecutive samples of one split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// The split; `null` for samples of none.
    pub split: Option<String>,
    /// How many.
    pub samples: u64,
}

/// Augmented copies on both sides of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FamilyFacts {
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Families with samples in the evaluation split: the denominator of `shared`.
    pub evaluation_families: u64,
    /// Of these, families with samples in the training split too.
    pub shared: u64,
    /// Samples of the evaluation split: the denominator of the next.
    pub evaluation_samples: u64,
    /// Evaluation samples with a sibling in the training split.
    pub samples_with_sibling: u64,
}

/// Where groups come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupRule {
    /// The group column of the manifest.
    Column,
    /// The video that a frame is of.
    Video,
    /// The pattern that the user gave.
    Pattern(String),
    /// The patient that DICOM files name, or else their study; groups are called by a digest.
    Patient,
    /// Names that differ in a word for a camera only.
    Views,
    /// A part of names, described so, that pixels confirm.
    Entity(String),
}

/// Groups that an evaluation split shares with a training split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SharedGroups {
    /// Where the groups come from.
    pub rule: GroupRule,
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Groups with evaluation samples: the denominator of `shared`.
    pub evaluation_groups: u64,
    /// Of these, groups with training samples too.
    pub shared: u64,
    /// Samples of the evaluation split: the denominator of the next two.
    pub evaluation_samples: u64,
    /// Evaluation samples of shared groups.
    pub samples_of_shared_groups: u64,
    /// Evaluation samples without a group.
    pub samples_without_group: u64,
    /// Shared groups by name, at most ten.
    pub examples: Vec<String>,
    /// The result as one line that can be attested: `0 of 12 groups of "val" shared with "train"
    /// (…)`.
    pub statement: String,
}

/// Where places come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The user's pattern.
    Pattern(String),
    /// Group and time columns of the manifest.
    Columns,
    /// EXIF capture times.
    CaptureTimes,
    /// File names, read under a rule.
    Names(NameRule),
}

/// A layout that was tried and not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// What was tried.
    pub basis: Basis,
    /// Why it was refused, in words.
    pub reason: String,
}

/// What settled that a layout holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettledBy {
    /// The user gave a pattern or columns.
    User,
    /// Names or times alone are evidence enough; pixels were not asked or did not contradict.
    Names,
    /// Names fit several readings; pixels decided.
    Pixels,
}

/// A sample as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// Path of the sample.
    pub path: String,
    /// Name of its recording: `#` stands for the position and `*` for the camera.
    pub recording: String,
    /// Its position, in the unit of `unit`.
    pub position: i64,
    /// Steps since the first instant of the recording.
    pub step: u32,
}

/// How the dataset is laid out along recordings, for the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceFacts {
    /// Where places come from; null when no layout was taken.
    pub basis: Option<Basis>,
    /// What positions count; null without a layout.
    pub unit: Option<PositionUnit>,
    /// What settled it; null without a layout.
    pub settled_by: Option<SettledBy>,
    /// What was measured on the layout that was taken; null without one.
    pub evidence: Option<NameEvidence>,
    /// What pixels said; null when they were not asked.
    pub pixels: Option<PixelAgreement>,
    /// First, middle and last placed sample.
    pub examples: Vec<Example>,
    /// Layouts that were tried and refused, in the order they were tried.
    pub refused: Vec<Refusal>,
}

/// Evaluation samples by distance to the nearest training sample of the same recording. The counts
/// add up to `evaluation_samples`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distances {
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Samples of the evaluation split: the denominator.
    pub evaluation_samples: u64,
    /// The same instant, seen by another camera or listed twice.
    pub same_instant: u64,
    /// One step away.
    pub at_1_step: u64,
    /// Two steps away.
    pub at_2_steps: u64,
    /// Three to five steps away.
    pub at_3_to_5_steps: u64,
    /// Six to 30 steps away.
    pub at_6_to_30_steps: u64,
    /// More than 30 steps away, in the same recording.
    pub further: u64,
    /// No training sample of the same recording.
    pub other_recording_only: u64,
    /// Nothing tells when they were recorded.
    pub unplaced: u64,
    /// Median seconds to the nearest training sample, among samples with one; null where positions
    /// are not times.
    pub median_seconds: Option<f64>,
    /// How the split cuts recordings.
    pub interleaving: Interleaving,
}

/// Tiles of an evaluation split that overlap or touch tiles of a training split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TileFacts {
    /// How names give positions.
    pub rule: TileRule,
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Tiles of the evaluation split: the denominator.
    pub evaluation_tiles: u64,
    /// Of these, tiles that overlap a training tile.
    pub overlapping: u64,
    /// Tiles that only touch one, or whose overlap cannot be known without their sizes.
    pub touching: u64,
    /// Largest share of an evaluation tile that one training tile covers; null when none is known.
    pub largest_overlap: Option<f64>,
}

/// What the pixels said. A comparison that ties counts as one half for each side, rounded down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PixelAgreement {
    /// Comparisons whose two similarities could be measured.
    pub compared: u64,
    /// Comparisons in which the neighbour was more alike.
    pub neighbour_closer: u64,
}

/// An identifier that an evaluation split shares with a training split, for the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PossibleGroup {
    /// The part of the names, in words.
    pub part: String,
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Different values in the evaluation split: the denominator of `shared`.
    pub evaluation_values: u64,
    /// Of these, values that the training split has, too.
    pub shared: u64,
    /// Shared values, at most ten.
    pub examples: Vec<String>,
    /// Samples of the evaluation split: the denominator of the next.
    pub evaluation_samples: u64,
    /// Evaluation samples whose value the training split has, too.
    pub samples_of_shared_values: u64,
    /// Evaluation samples without a value, where that is why it is asked: nothing is shared that is
    /// known.
    #[serde(default)]
    pub evaluation_without: u64,
    /// Training samples without a value, where that is why it is asked.
    #[serde(default)]
    pub training_without: u64,
    /// Share of evaluation samples that would share their value with training, had as many samples
    /// been drawn at random, 0 to 1.
    pub random_split_shares: f64,
    /// A `--group-pattern` that reads the part; null where no pattern does.
    pub group_pattern: Option<String>,
    /// The `--group-column` that is the part; null for a part of names.
    #[serde(default)]
    pub group_column: Option<String>,
    /// What pixels said: whether samples of one value are more alike than others; null where they
    /// were not asked.
    pub pixels: Option<GroupAgreement>,
}

/// What a position counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PositionUnit {
    /// Nanoseconds of a clock.
    Nanoseconds,
    /// Frame numbers.
    Index,
    /// Thousandths of whatever the manifest's time column counts.
    ManifestThousandths,
}

/// How names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameRule {
    /// A date with a time of day, or seconds since 1970: `center_2016_12_01_13_30_48_287`.
    Time,
    /// The number behind a word for frames: `frame_000123`, `scene-1_t0042`.
    FrameWord,
    /// The last number of the name: `vid03/000456`, `00014_00023`.
    LastNumber,
}

/// How positions are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TileRule {
    /// `slide_x1024_y2048`: pixels of the upper left corner.
    Corner,
    /// `r003_c017`, `row3_col17`: row and column of a grid, or pixels where they are far apart.
    Grid,
    /// `slide_0_410_512_922`: a corner and the opposite one, in pixels.
    TwoCorners,
    /// `slide_0512_1024`: two last numbers, in steps of at least 16 pixels.
    LastTwoNumbers,
    /// `17/70406/42987`, or `12021002310`: zoom, column and row as maps have them.
    ZoomColumnRow,
    /// Columns of a table tell places: edges, coordinates, keys of tiles.
    Columns,
}
