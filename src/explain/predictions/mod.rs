//! Predictions of a model for each sample: CSV, JSON Lines or NPY, matched to the samples by path.

mod answers;

use std::collections::BTreeMap;

use super::inputs::{Metric, Prediction, Targets};
use super::metrics::Answers;
use super::yardsticks::metric_of;
use crate::npy;
use answers::{class_answer, classes, number_answer, with_scores_as_probabilities};
use serde_json::Value;

/// Longest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 30;
/// Probabilities below this count as this, as frameworks clip them.
const SMALLEST_PROBABILITY: f64 = 1e-7;

const PATH: [&str; 6] = ["path", "file", "filename", "image", "image_path", "name"];
const TRUTH: [&str; 5] = ["y_true", "target", "label", "true", "truth"];
const PREDICTED: [&str; 5] = ["y_pred", "prediction", "pred", "predicted", "output"];
/// Measures that programs take of each sample. A lower `cer` and `wer` is better.
const MEASURES: [&str; 13] = [
    "iou", "miou", "jaccard", "dice", "f1", "ap", "map", "psnr", "ssim", "pck", "oks", "cer", "wer",
];
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
    /// Loss as given.
    pub loss: Option<f64>,
    /// Class probabilities.
    pub probabilities: Vec<f64>,
    /// Measures of this sample (`iou`, `dice`, ...), by name.
    pub measures: Vec<(&'static str, f64)>,
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
        "the predictions have columns {found}; needed are `path` and one of `y_pred`, `loss`, class probabilities `p_0`, `p_1`, .., or a measure such as `iou`"
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
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        Err(PredictionError::Empty)
    } else if text.starts_with('{') {
        json_lines(text)
    } else {
        csv_table(text)
    }
}

/// Gives each sample its line and computes the losses. Paths match when they are equal after `\`
/// became `/` and a leading `./` fell away, or else when their file names are equal and unique.
/// Lines without paths go to `in_order`, if there are as many.
#[must_use]
pub(crate) fn match_to(
    lines: &[Line],
    paths: &[&str],
    in_order: &[u32],
    targets: &Targets,
    metric: Metric,
) -> Matched {
    let lines = &*with_scores_as_probabilities(lines, targets);
    let mut predictions: Vec<Option<Prediction>> = vec![None; paths.len()];
    let are_classes = !matches!(targets, Targets::Numbers(_));
    let mut answers = Answers {
        are_classes,
        of: vec![None; paths.len()],
        measures: BTreeMap::new(),
    };
    let classes = classes(lines);
    let by_path = sorted_unique(paths.iter().map(|path| (*path).to_owned()));
    let by_name = sorted_unique(paths.iter().map(|path| file_name(path).to_owned()));
    let ordered = lines.len() == in_order.len();
    let mut n_unmatched = 0;
    for (index, line) in lines.iter().enumerate() {
        let row = match &line.path {
            Some(path) => {
                let path = path.replace('\\', "/");
                let path = path.trim_start_matches("./");
                find(&by_path, path).or_else(|| find(&by_name, file_name(path)))
            }
            None => in_order
                .get(index)
                .filter(|_| ordered)
                .map(|&row| row as usize),
        };
        match row {
            Some(row) => {
                predictions[row] = Some(prediction(line, row, targets, metric));
                answers.of[row] = match are_classes {
                    true => class_answer(line, &classes),
                    false => number_answer(line, row, targets),
                };
                for &(name, value) in &line.measures {
                    let own = answers.measures.entry(name);
                    own.or_insert_with(|| vec![None; paths.len()])[row] = Some(value);
                }
            }
            None => n_unmatched += 1,
        }
    }
    Matched {
        answers,
        n_matched: predictions.iter().flatten().count(),
        predictions,
        n_unmatched,
    }
}

/// A text as a finite number.
fn number(text: &Option<String>) -> Option<f64> {
    let text = text.as_ref()?;
    text.trim().parse::<f64>().ok().filter(|v| v.is_finite())
}

fn prediction(line: &Line, row: usize, targets: &Targets, metric: Metric) -> Prediction {
    let truth = number(&line.truth).or_else(|| targets.number(row));
    let predicted = number(&line.predicted);
    let names = line
        .truth
        .as_ref()
        .zip(line.predicted.as_ref())
        .map(|(a, b)| f64::from(u8::from(a.trim() != b.trim())));
    let computed = match (metric_of(metric, targets), truth, predicted) {
        (Metric::LogLoss, Some(truth), _) if !line.probabilities.is_empty() => line
            .probabilities
            .get(truth as usize)
            .map(|p| -p.max(SMALLEST_PROBABILITY).ln()),
        (Metric::LogLoss | Metric::ErrorRate, Some(truth), Some(predicted)) => {
            Some(f64::from(u8::from(truth != predicted)))
        }
        (Metric::LogLoss | Metric::ErrorRate, ..) => names,
        (Metric::AbsoluteError, Some(truth), Some(predicted)) => Some((truth - predicted).abs()),
        (_, Some(truth), Some(predicted)) => Some((truth - predicted).powi(2)),
        _ => None,
    };
    Prediction {
        right: right(line, truth, targets),
        predicted,
        loss: line
            .loss
            .or(computed)
            .filter(|loss| loss.is_finite() && *loss >= 0.0),
    }
}

/// Whether a class was predicted right: two labels that are written alike, or the most probable
/// class. Classes of the dataset are numbered otherwise than those of a model, so that only a truth
/// that stands beside the prediction is compared.
fn right(line: &Line, truth: Option<f64>, targets: &Targets) -> Option<bool> {
    if matches!(targets, Targets::Numbers(_)) {
        return None;
    }
    if let (Some(truth), Some(predicted)) = (&line.truth, &line.predicted) {
        let number = |text: &str| text.trim().parse::<f64>().ok();
        return Some(match (number(truth), number(predicted)) {
            (Some(a), Some(b)) => a == b,
            _ => truth.trim() == predicted.trim(),
        });
    }
    let (truth, stated) = (truth?, line.truth.is_some());
    let best = line.probabilities.iter().zip(0u32..);
    let best = best
        .max_by(|a, b| a.0.total_cmp(b.0).then(b.1.cmp(&a.1)))?
        .1;
    stated.then_some(f64::from(best) == truth)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Keys with their index, sorted; keys that occur twice are ambiguous and fall away.
fn sorted_unique(keys: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut keys: Vec<(String, usize)> = keys.zip(0..).collect();
    keys.sort();
    keys.chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() == 1)
        .map(|run| run[0].clone())
        .collect()
}

fn find(sorted: &[(String, usize)], key: &str) -> Option<usize> {
    sorted
        .binary_search_by(|(other, _)| other.as_str().cmp(key))
        .ok()
        .map(|at| sorted[at].1)
}

fn csv_table(text: &str) -> Result<Vec<Line>, PredictionError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let at = |line: usize| {
        move |error: csv::Error| PredictionError::Line {
            line,
            reason: error.to_string(),
        }
    };
    let names: Vec<String> = reader
        .headers()
        .map_err(at(1))?
        .iter()
        .map(str::to_lowercase)
        .collect();
    let column = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
    let (path, truth, predicted, loss) = (
        column(&PATH),
        column(&TRUTH),
        column(&PREDICTED),
        column(&LOSS),
    );
    let mut probabilities: Vec<(usize, usize)> = names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| {
            let class = ["p_", "prob_", "proba_"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix))?;
            Some((class.parse().ok()?, i))
        })
        .collect();
    probabilities.sort_unstable();
    let measures: Vec<(&str, usize)> = MEASURES
        .iter()
        .filter_map(|measure| Some((*measure, names.iter().position(|name| name == measure)?)))
        .collect();
    let says_nothing =
        predicted.is_none() && loss.is_none() && measures.is_empty() && probabilities.is_empty();
    if path.is_none() || says_nothing {
        return Err(PredictionError::Columns {
            found: names.join(", "),
        });
    }
    let line = |(index, record): (usize, Result<csv::StringRecord, csv::Error>)| {
        let record = record.map_err(at(index + 2))?;
        let cell = |column: Option<usize>| {
            record
                .get(column?)
                .filter(|cell| !cell.is_empty())
                .map(str::to_owned)
        };
        Ok(Line {
            path: cell(path),
            truth: cell(truth),
            predicted: cell(predicted),
            loss: cell(loss).and_then(|loss| loss.parse().ok()),
            probabilities: probabilities
                .iter()
                .map_while(|&(_, column)| cell(Some(column))?.parse().ok())
                .collect(),
            measures: measures
                .iter()
                .filter_map(|&(name, column)| Some((name, number(&cell(Some(column)))?)))
                .collect(),
        })
    };
    let lines: Vec<Line> = reader
        .records()
        .enumerate()
        .map(line)
        .collect::<Result<_, _>>()?;
    if lines.is_empty() {
        Err(PredictionError::Empty)
    } else {
        Ok(lines)
    }
}

fn json_lines(text: &str) -> Result<Vec<Line>, PredictionError> {
    let parse = |(index, line): (usize, &str)| {
        let object: Value = serde_json::from_str(line).map_err(|error| PredictionError::Line {
            line: index + 1,
            reason: error.to_string(),
        })?;
        let get = |known: &[&str]| {
            known
                .iter()
                .find_map(|name| object.get(name))
                .filter(|value| !value.is_null())
        };
        let word = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let probabilities = get(&["probabilities", "probs", "proba"]).and_then(Value::as_array);
        Ok(Line {
            path: get(&PATH).map(word),
            truth: get(&TRUTH).map(word),
            predicted: get(&PREDICTED).map(word),
            loss: get(&LOSS).and_then(Value::as_f64),
            probabilities: probabilities
                .map(|values| values.iter().filter_map(Value::as_f64).collect())
                .unwrap_or_default(),
            measures: MEASURES
                .iter()
                .filter_map(|name| Some((*name, object.get(*name)?.as_f64()?)))
                .collect(),
        })
    };
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(parse)
        .collect()
}

/// Version 1 to 3 arrays of little-endian floats or integers, one or two columns, C order.
fn array(bytes: &[u8]) -> Result<Vec<Line>, PredictionError> {
    let error = |reason: &str| PredictionError::Npy(reason.to_owned());
    let head = npy::head(bytes).map_err(error)?;
    let decode: fn(&[u8]) -> Option<f64> = match &*head.kind {
        "<f4" => |b| Some(f64::from(f32::from_le_bytes(b.try_into().ok()?))),
        "<f8" => |b| Some(f64::from_le_bytes(b.try_into().ok()?)),
        "<i4" => |b| Some(f64::from(i32::from_le_bytes(b.try_into().ok()?))),
        "<i8" => |b| Some(i64::from_le_bytes(b.try_into().ok()?) as f64),
        other => {
            return Err(PredictionError::Npy(format!(
                "arrays of `{other}` are not understood; save float32, float64, int32 or int64"
            )));
        }
    };
    if head.is_column_major {
        return Err(error("column-major arrays are not understood"));
    }
    let columns = match head.shape[..] {
        [_] => 1,
        [_, columns @ (1 | 2)] => columns,
        _ => return Err(error("the array must have one or two columns")),
    };
    let size = if head.kind.ends_with('4') { 4 } else { 8 };
    let values: Vec<f64> = bytes[head.end..]
        .chunks_exact(size)
        .filter_map(decode)
        .collect();
    if head.shape[0].checked_mul(columns) != Some(values.len() as u64) {
        return Err(error("the data do not fill the shape"));
    }
    let word = |value: f64| Some(value.to_string());
    let line = |row: &[f64]| match *row {
        [truth, predicted] => Line {
            truth: word(truth),
            predicted: word(predicted),
            ..Line::default()
        },
        _ => Line {
            predicted: word(row[0]),
            ..Line::default()
        },
    };
    Ok(values.chunks_exact(columns as usize).map(line).collect())
}

#[cfg(test)]
mod tests;
