//! Predictions of a model for each sample: CSV, JSON Lines or NPY, matched to the samples by path.

mod answers;
mod boxes;
mod classes;
mod faults;
mod json;
mod named_columns;
mod reading;
mod rows;
mod truths;

use std::collections::{BTreeMap, BTreeSet};

use super::detection::{Detection, Found};
use super::inputs::{Metric, Prediction, Targets};
use super::metrics::Answers;
use answers::{File, are_classes, judge, with_scores_as_probabilities};
use classes::Classes;
use faults::Faults;
use json::json;
use reading::{array, csv_table};

#[cfg(feature = "cli")]
pub(crate) use boxes::label_files;
pub(crate) use classes::ClassName;
pub use named_columns::Unnamed;
pub(crate) use named_columns::with_named_columns;
pub(crate) use rows::Rows;

/// Longest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 30;

const PATH: [&str; 12] = [
    "path",
    "file",
    "filename",
    "image",
    "image_path",
    "name",
    "file_name",
    "file_path",
    "filepath",
    "img",
    "img_path",
    "image_id",
];
const TRUTH: [&str; 5] = ["y_true", "target", "label", "true", "truth"];
const PREDICTED: [&str; 5] = ["y_pred", "prediction", "pred", "predicted", "output"];
/// Measures that programs take of each sample. A lower `cer` and `wer` is better.
const MEASURES: [&str; 13] = [
    "iou", "miou", "jaccard", "dice", "f1", "ap", "map", "psnr", "ssim", "pck", "oks", "cer", "wer",
];
/// Whether the answer was right, for files that say nothing else.
const RIGHT: [&str; 4] = ["correct", "is_correct", "right", "hit"];
const LOSS: [&str; 3] = ["loss", "per_sample_loss", "sample_loss"];

/// One line of a file of predictions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// Path as written; `None` in files without one, which follow the order of the samples.
    pub path: Option<String>,
    /// True value as written.
    pub truth: Option<String>,
    /// Predicted value as written.
    pub predicted: Option<String>,
    /// Loss as given; NaN where it is no number.
    pub loss: Option<f64>,
    /// Whether the answer is right, where the file says only that.
    pub right: Option<bool>,
    /// Class probabilities; NaN where one is no number.
    pub probabilities: Vec<f64>,
    /// Measures of this sample (`iou`, `dice`, ...), by name.
    pub measures: Vec<(&'static str, f64)>,
    /// Numbers in columns without another meaning, which may be those of classes.
    pub unnamed: Option<Unnamed>,
    /// What results of COCO's form call the image in place of its path.
    pub image_id: Option<String>,
    /// Boxes that were found.
    pub detections: Vec<Detection>,
}

/// Predictions in the order of the samples.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matched {
    /// One per sample.
    pub predictions: Vec<Option<Prediction>>,
    /// Answers beside what is true.
    pub answers: Answers,
    /// Samples that have one.
    pub n_matched: usize,
    /// Lines that fit no sample.
    pub n_unmatched: usize,
    /// What the losses are, where all are of one kind.
    pub loss_kind: Option<LossKind>,
    /// What is wrong with lines, one sentence for each kind of fault.
    pub notes: Vec<String>,
}

impl Matched {
    /// Of boxes: they have no loss, and are right or wrong only beside others.
    pub(crate) fn of_boxes(found: Found, n_rows: usize) -> Self {
        let mut predictions = vec![None; n_rows];
        for &row in &found.rows {
            predictions[row] = Some(Prediction::default());
        }
        Self {
            predictions,
            answers: Answers {
                detected: Some(found.detected),
                ..Answers::default()
            },
            n_matched: found.rows.len(),
            n_unmatched: found.n_unmatched,
            loss_kind: None,
            notes: found.notes,
        }
    }
}

/// What the losses of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossKind {
    /// As the file gives them.
    Given,
    /// Of the probability of the true class.
    LogLoss,
    /// 1 where the class is wrong.
    Wrong,
    /// The difference of two numbers.
    AbsoluteError,
    /// The same squared.
    SquaredError,
}

/// Why predictions could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PredictionError {
    /// No line.
    #[error("the file of predictions is empty")]
    Empty,
    /// Longer than the limit.
    #[error("the file of predictions is longer than 1 GiB")]
    TooLarge,
    /// A CSV without the columns needed.
    #[error(
        "the predictions have columns {found}; needed are `path` and one of `y_pred`, `loss`, class probabilities (`p_0`, `p_1`, .., or columns named after all classes), or a measure such as `iou`"
    )]
    Columns {
        /// Columns there are.
        found: String,
    },
    /// Something else is wrong with the text.
    #[error("predictions, line {line}: {reason}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A box that is none.
    #[error("detection {number}: {reason}")]
    Detection {
        /// From 1.
        number: usize,
        /// What is wrong.
        reason: String,
    },
    /// A file of another program's format.
    #[error("{0}; save the predictions as CSV with `path` and `y_pred`")]
    Other(&'static str),
    /// The NPY file is of a kind that is not understood.
    #[error("NPY: {0}")]
    Npy(String),
}

/// Reads a file of predictions, recognising the format by its content.
///
/// An NPY array holds one prediction a row, or `y_true, y_pred`, for the evaluation samples in
/// order of their paths.
///
/// # Errors
/// [`PredictionError`], with the line where there is one.
pub fn parse(bytes: &[u8]) -> Result<Vec<Line>, PredictionError> {
    if bytes.len() > MAX_BYTES {
        return Err(PredictionError::TooLarge);
    }
    if bytes.starts_with(b"\x93NUMPY") {
        return array(bytes);
    }
    let formats: [(&[u8], &'static str); 4] = [
        (
            b"PK\x03\x04",
            "the predictions are an archive (such as NumPy's `.npz`)",
        ),
        (b"PAR1", "the predictions are Parquet"),
        (b"ARROW1", "the predictions are Arrow"),
        (b"\x1f\x8b", "the predictions are packed (gzip)"),
    ];
    if let Some((_, what)) = formats.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(PredictionError::Other(what));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        Err(PredictionError::Empty)
    } else if boxes::are_coco_results(text) {
        boxes::coco_results(text)
    } else if text.starts_with(['{', '[']) {
        json(text)
    } else {
        csv_table(text)
    }
}

/// Gives each sample its line and computes the losses. Paths match when they are equal after `\`
/// became `/` and a leading `./` fell away, or else when their file names are equal and unique.
/// Lines without paths go to `in_order`, the evaluation samples, if there are as many. Columns of
/// probabilities are in the order of `names`, those of all classes of the dataset.
#[must_use]
pub(crate) fn match_to(
    lines: &[Line],
    paths: &[&str],
    in_order: &[u32],
    targets: &Targets,
    names: &[ClassName<'_>],
    metric: Metric,
) -> Matched {
    let scored = with_scores_as_probabilities(lines, targets, &Classes::new(lines, targets, names));
    let lines = &*scored;
    let places = places(lines, paths, in_order);
    let classes = Classes::new(lines, targets, names);
    let file = File {
        targets,
        metric,
        classes: &classes,
        are_classes: are_classes(lines, targets, metric),
    };
    let mut answers = Answers {
        are_classes: file.are_classes,
        of: vec![None; paths.len()],
        measures: BTreeMap::new(),
        detected: None,
    };
    let mut predictions: Vec<Option<Prediction>> = vec![None; paths.len()];
    let has_line = |row: &&u32| places.line_of.contains_key(&(**row as usize));
    let mut faults = Faults {
        conflicting: places.conflicting.len() as u64,
        missing: (in_order.len() - in_order.iter().filter(has_line).count()) as u64,
        ..Faults::default()
    };
    let mut used: Vec<(&Line, usize)> = Vec::new();
    let mut kinds = BTreeSet::new();
    for (&row, &index) in &places.line_of {
        if places.conflicting.contains(&row) {
            continue;
        }
        let line = &lines[index];
        used.push((line, row));
        let judged = judge(line, row, &file, &mut faults);
        predictions[row] = Some(judged.prediction);
        answers.of[row] = judged.answer;
        kinds.extend(judged.kind);
        for &(name, value) in &line.measures {
            let own = answers.measures.entry(name);
            own.or_insert_with(|| vec![None; paths.len()])[row] = Some(value);
        }
    }
    faults.contradicting = truths::contradicting(&used, targets, &classes);
    let one_kind = kinds.first().copied().filter(|_| kinds.len() == 1);
    Matched {
        answers,
        n_matched: places.line_of.len(),
        predictions,
        n_unmatched: places.n_unmatched,
        loss_kind: one_kind,
        notes: faults.notes(in_order.len() as u64),
    }
}

/// Which line every sample has.
struct Places {
    /// Index of the first line of each row that has one.
    line_of: BTreeMap<usize, usize>,
    /// Rows with several lines that differ.
    conflicting: BTreeSet<usize>,
    /// Lines that fit no row.
    n_unmatched: usize,
}

fn places(lines: &[Line], paths: &[&str], in_order: &[u32]) -> Places {
    let rows = Rows::new(paths);
    let ordered = lines.len() == in_order.len();
    let mut places = Places {
        line_of: BTreeMap::new(),
        conflicting: BTreeSet::new(),
        n_unmatched: 0,
    };
    for (index, line) in lines.iter().enumerate() {
        let row = match &line.path {
            Some(path) => rows.row(path),
            None => in_order
                .get(index)
                .filter(|_| ordered)
                .map(|&row| row as usize),
        };
        let Some(row) = row else {
            places.n_unmatched += 1;
            continue;
        };
        // A row cut short, or with nothing but a path, is none.
        if says_nothing(line) {
            continue;
        }
        let first = *places.line_of.entry(row).or_insert(index);
        if !says_the_same(&lines[first], line) {
            places.conflicting.insert(row);
        }
    }
    places
}

/// Whether nothing stands in the line but its path and what is true.
fn says_nothing(line: &Line) -> bool {
    let is_predicted = line.predicted.is_some() || !line.probabilities.is_empty();
    let is_judged = line.loss.is_some() || line.right.is_some();
    !is_predicted && !is_judged && line.measures.is_empty()
}

/// Whether two lines of one sample are alike, NaN for NaN.
fn says_the_same(a: &Line, b: &Line) -> bool {
    let bits = |line: &Line| -> Vec<u64> {
        let measures = line.measures.iter().map(|(_, value)| value);
        let numbers = line.probabilities.iter().chain(measures);
        numbers.map(|number| number.to_bits()).collect()
    };
    a.truth == b.truth
        && a.predicted == b.predicted
        && a.right == b.right
        && a.loss.map(f64::to_bits) == b.loss.map(f64::to_bits)
        && bits(a) == bits(b)
}

/// A text as a finite number.
fn number(text: &Option<String>) -> Option<f64> {
    let text = text.as_ref()?;
    text.trim().parse::<f64>().ok().filter(|v| v.is_finite())
}

#[cfg(test)]
mod tests;
