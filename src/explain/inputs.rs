//! Everything the explanation is made from, as plain data. Rows are samples of one evaluation
//! split and of the training split it is compared with, in one order for all fields.

use super::descriptors::Descriptors;
use super::metrics::Answers;
use super::predictions::LossKind;
use super::training_log::{Printed, Quantity, TrainingLog};
use crate::report::interleaving::Interleaving;
use crate::wording::Scale;

pub use crate::report::explanation::Metric;

/// What the explanation may use. Absent parts make the report say what they would have told.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The samples.
    pub rows: &'a [Row],
    /// Pairs of the same picture, by index into `rows`, in any order; across the splits and within
    /// them.
    pub twins: &'a [Twin],
    /// What looks found of every row among the training images, one per row; empty where that is
    /// not known.
    pub alike: &'a [Alike],
    /// Targets or classes.
    pub targets: &'a Targets,
    /// What the proxies see of an image.
    pub descriptors: Option<&'a Descriptors>,
    /// Median time between neighbouring positions of a recording, in seconds.
    pub seconds_per_step: Option<f64>,
    /// The run.
    pub log: Option<&'a TrainingLog>,
    /// Training loss in evaluation mode, if it was measured.
    pub train_loss_evaluation: Option<Printed>,
    /// What the losses are.
    pub metric: Metric,
    /// Range of targets and predictions, if stated; the log's own statement is used otherwise.
    pub target_range: Option<(f64, f64)>,
    /// Predictions, one per row; training rows may have them too.
    pub predictions: Option<&'a [Option<Prediction>]>,
    /// The same beside what is true, and measures of samples; empty without predictions.
    pub answers: &'a Answers,
    /// Predictions that fit no sample.
    pub predictions_unmatched: u64,
    /// What else is wrong with predictions, in sentences.
    pub prediction_notes: &'a [String],
    /// A second run on a split without the leak.
    pub second_run: Option<SecondRun<'a>>,
    /// Models to be compared on the same samples; fewer than two are compared with nothing.
    pub compared: &'a [Model<'a>],
    /// How the two sides alternate along the recordings, if any evaluation row stands in one.
    pub interleaving: Option<Interleaving>,
    /// Evaluation rows in recordings that resemble a training frame of another recording, or of
    /// another pass of the same place. They are no twins: exposure counts time, not looks.
    pub revisited: u64,
    /// Codes of what could tell of more leaks between the two sides and was not answered. Where
    /// there are any, nothing is said to be free of leaks.
    pub unanswered: &'a [&'static str],
    /// What counts as leaked for belonging together.
    pub together: Together<'a>,
}

impl Inputs<'_> {
    /// Whether predictions tell what is right.
    fn has_answers(&self) -> bool {
        let predictions = self.predictions.unwrap_or_default().iter().flatten();
        predictions.into_iter().any(|one| one.right.is_some())
    }

    /// How mean losses are told.
    pub(crate) fn scale(&self) -> Scale {
        match self.log {
            Some(log) if log.quantity == Quantity::Error => Scale::Accuracy,
            None if self.metric == Metric::ErrorRate && self.has_answers() => Scale::Accuracy,
            _ => Scale::Loss,
        }
    }
}

/// What the report counts as leaked whatever looks and time tell: tiles of one image, augmented
/// copies of one source, groups, passes of one place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Together<'a> {
    /// An evaluation row and a training row that belong together, each evaluation row at least
    /// once.
    pub pairs: &'a [(u32, u32)],
    /// In words, what they share.
    pub shared: &'a [&'static str],
}

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// In the evaluation split; otherwise in the training split.
    pub evaluation: bool,
    /// Where it stands in a recording, if it does.
    pub place: Option<Place>,
    /// Group declared by the user (patient, scene): samples that must not be separated.
    pub group: Option<u32>,
}

/// Position in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which recording.
    pub recording: u32,
    /// Steps from its start, counting every frame of the dataset, whichever split it is in.
    /// Simultaneous views share a position.
    pub position: u32,
}

/// Two rows that show the same picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Twin {
    /// One row.
    pub a: u32,
    /// The other row.
    pub b: u32,
    /// Strictest detector setting at which the pair is still reported.
    pub setting: Setting,
    /// Same bytes or same pixels.
    pub exact: bool,
}

/// What looks found of one row among the training images, whatever time and names say.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Alike {
    /// Similarity of the most similar one, -1 to 1; absent where none reached the threshold.
    pub similarity: Option<f64>,
    /// How many show the same picture.
    pub copies: u64,
}

/// Detector settings, from the strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Reports less than usual.
    Strict,
    /// The usual one; all estimates use it.
    Default,
    /// Reports more than usual.
    Loose,
}

/// What is to be predicted.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// Not known.
    None,
    /// Numbers, one per row.
    Numbers(Vec<Option<f64>>),
    /// Classes counted from 0, one per row.
    Classes(Vec<Option<u32>>),
}

/// What the model said about one sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Prediction {
    /// Predicted number or class.
    pub predicted: Option<f64>,
    /// Loss of this sample, as given or computed from the prediction and the target.
    pub loss: Option<f64>,
    /// Whether the class was right, where classes are predicted.
    pub right: Option<bool>,
}

/// Another run of the same model, trained and validated on a split without the leak.
#[derive(Debug, Clone, Copy)]
pub struct SecondRun<'a> {
    /// Its log.
    pub log: Option<&'a TrainingLog>,
    /// Its predictions, one per row of `Inputs::rows`.
    pub predictions: Option<&'a [Option<Prediction>]>,
}

/// A model by what it predicted.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its predictions, one per row of `Inputs::rows`.
    pub predictions: &'a [Option<Prediction>],
    /// Measures of samples and boxes that it found.
    pub answers: &'a Answers,
    /// What its losses are, where all are of one kind.
    pub loss_kind: Option<LossKind>,
}

impl Targets {
    /// The target of a row as a number; classes by their index.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Numbers(values) => values.get(row).copied().flatten().filter(|v| v.is_finite()),
            Self::Classes(values) => values.get(row).copied().flatten().map(f64::from),
        }
    }
}

impl Inputs<'_> {
    /// Indices of evaluation rows, ascending.
    #[must_use]
    pub fn evaluation_rows(&self) -> Vec<u32> {
        self.side(true)
    }

    /// Indices of training rows, ascending.
    #[must_use]
    pub fn training_rows(&self) -> Vec<u32> {
        self.side(false)
    }

    fn side(&self, evaluation: bool) -> Vec<u32> {
        let rows = (0u32..).zip(self.rows);
        rows.filter(|(_, row)| row.evaluation == evaluation)
            .map(|(index, _)| index)
            .collect()
    }
}
