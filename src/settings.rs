//! Settings of an audit, resolved and validated.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::budget::Budget;
use crate::error::Error;
use crate::leak::Leak;
use crate::path_pattern::PathPattern;
use crate::sample::{Layout, SplitRole};
use crate::training::{Line, Metric, Printed, TrainingLog};

pub use crate::sequence::pattern::{GroupPattern, SequencePattern};
pub use crate::sequence::simulate::SimulatedSplit;

/// Everything that can change a report.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the samples come from.
    pub input: Input,
    /// Names of the manifest's columns.
    pub columns: Columns,
    /// Which files may be samples.
    pub files: Files,
    /// How samples are compared.
    pub matching: Matching,
    /// How samples that were recorded together are told.
    pub recorded: Recorded,
    /// Open no image: read names, times and columns only.
    pub names_only: bool,
    /// Splits to try on paper, in the order in which they are reported.
    pub simulate: Vec<SimulatedSplit>,
    /// What is known of the training run; `None` explains nothing.
    pub explain: Option<Explain>,
    /// Samples that are asked about, by path relative to the dataset root; `None` asks about all.
    /// The whole dataset is read, learned from and compared with, whatever is asked.
    pub focus: Option<BTreeSet<String>>,
    /// How much detail the report carries; never changes a count.
    pub detail: Detail,
    /// Memory for decoding, over all threads; an image that needs more cannot be read.
    pub memory: Budget,
}

/// Where the samples come from.
#[derive(Debug, Clone)]
pub enum Input {
    /// One directory; its layout is recognised, or told.
    Tree {
        /// The dataset directory.
        root: PathBuf,
        /// How to read it, one of [`Layout::CHOICES`]; `None` recognises it.
        layout: Option<Layout>,
    },
    /// One directory and a CSV file that lists its samples.
    Manifest {
        /// The dataset directory.
        root: PathBuf,
        /// The CSV file.
        manifest: PathBuf,
    },
    /// One directory per split.
    Directories(Vec<SplitDirectory>),
}

/// A directory given as a split.
#[derive(Debug, Clone)]
pub struct SplitDirectory {
    /// Name of the split in the report.
    pub name: String,
    /// Its role.
    pub role: SplitRole,
    /// The directory.
    pub path: PathBuf,
}

/// Columns of a manifest, where the user names them; `None` tries the usual names.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    /// Columns that hold paths of images; several for several cameras.
    pub path: Option<Vec<String>>,
    /// Split.
    pub split: Option<String>,
    /// Class or regression target.
    pub label: Option<String>,
    /// Patient, scene, video.
    pub group: Option<String>,
    /// Time or position within the group.
    pub time: Option<String>,
    /// Fold, in place of the split: each is validated on, and the others are trained on.
    pub folds: Option<String>,
}

/// Which files of a tree may be samples, and of how many datasets.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Only files of these patterns; all where there are none.
    pub include: Vec<PathPattern>,
    /// No files of these patterns.
    pub exclude: Vec<PathPattern>,
    /// Whether datasets that share the root are one, whose splits are all compared.
    pub merge_parts: bool,
    /// Roles of splits, or of folders that become splits, by name.
    pub roles: Vec<(String, SplitRole)>,
}

impl Files {
    /// Whether a file may be a sample, by its path relative to the dataset.
    #[must_use]
    pub fn admits(&self, path: &str) -> bool {
        let among = |patterns: &[PathPattern]| patterns.iter().any(|one| one.matches(path));
        (self.include.is_empty() || among(&self.include)) && !among(&self.exclude)
    }

    /// Whether `exclude` means a folder, or all that may lie in it.
    #[must_use]
    pub fn leaves_out_folder(&self, path: &str) -> bool {
        self.exclude.iter().any(|one| one.covers(path))
    }

    /// Whether there are files that may not be samples.
    #[must_use]
    pub fn leaves_out(&self) -> bool {
        !(self.include.is_empty() && self.exclude.is_empty())
    }
}

/// How samples are compared.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Similarity from which on two pictures are the same, 0 to 1; `None` lets the dataset
    /// calibrate it.
    pub similarity: Option<f32>,
}

/// How samples that were recorded together are told.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// How the user reads recording and position from a path; `None` infers it.
    pub sequence_pattern: Option<SequencePattern>,
    /// How the user reads a group from a path.
    pub group_pattern: Option<GroupPattern>,
    /// Why names tell no groups, where the user says so: identifiers in names are not asked about.
    pub no_groups: Option<String>,
    /// Most steps between two samples of one recording that were recorded next to each other.
    pub neighbour_steps: u32,
    /// Ways of belonging together that count as leaked whatever pixels say.
    pub counted: Vec<Leak>,
}

impl Default for Recorded {
    fn default() -> Self {
        Self {
            sequence_pattern: None,
            group_pattern: None,
            no_groups: None,
            neighbour_steps: 5,
            counted: Vec::new(),
        }
    }
}

/// What is known of a training run whose validation loss is to be explained.
#[derive(Debug, Clone)]
pub struct Explain {
    /// Its log.
    pub log: Option<TrainingLog>,
    /// Training loss measured in evaluation mode.
    pub train_loss_evaluation: Option<Printed>,
    /// What its losses are.
    pub metric: Metric,
    /// Least and greatest value of the targets.
    pub target_range: Option<(f64, f64)>,
    /// What the model said of each sample.
    pub predictions: Option<Vec<Line>>,
    /// Log of a second run, trained on a split without the leak.
    pub second_log: Option<TrainingLog>,
    /// Predictions of that run.
    pub second_predictions: Option<Vec<Line>>,
    /// Predictions of several models to be compared, with their names.
    pub compared: Vec<(String, Vec<Line>)>,
}

/// How much detail the report carries.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Most pairs listed for one evaluation sample.
    pub pairs_per_sample: usize,
    /// Most findings listed for one code, and members for one finding.
    pub findings_per_code: usize,
}

impl Default for Detail {
    fn default() -> Self {
        Self {
            pairs_per_sample: 5,
            findings_per_code: 1000,
        }
    }
}

impl Settings {
    /// Settings with every default, for one input.
    #[must_use]
    pub fn new(input: Input) -> Self {
        Self {
            input,
            columns: Columns::default(),
            files: Files::default(),
            matching: Matching::default(),
            recorded: Recorded::default(),
            names_only: false,
            simulate: Vec::new(),
            explain: None,
            focus: None,
            detail: Detail::default(),
            memory: Budget::default(),
        }
    }

    /// Whether `path` is asked about.
    #[must_use]
    pub fn asks_about(&self, path: &str) -> bool {
        self.focus.as_ref().is_none_or(|focus| focus.contains(path))
    }

    /// Refuses values out of range.
    ///
    /// # Errors
    /// [`Error::Settings`] naming the setting and its range.
    pub fn validate(&self) -> Result<(), Error> {
        if let Some(similarity) = self.matching.similarity
            && !(0.0..=1.0).contains(&similarity)
        {
            let message = format!(
                "similarity {similarity} is out of range: use 0 to 1 (unrelated pictures reach about 0.5)"
            );
            return Err(Error::settings(message));
        }
        if self.focus.is_some() && self.explain.is_some() {
            let message = "a loss is explained by the whole dataset: leave out `--changed-since` and `--files-from`";
            return Err(Error::Settings {
                message: message.to_owned(),
            });
        }
        Ok(())
    }
}
