//! Reading of files of predictions: CSV and NPY.

use super::named_columns::Unnamed;
use super::{LOSS, Line, MEASURES, PATH, PREDICTED, PredictionError, RIGHT, TRUTH, number};
use crate::npy;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn csv_table(text: &str) -> Result<Vec<Line>, PredictionError> {
    let by = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .delimiter(by)
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
    let right = column(&RIGHT);
    let (path, truth, predicted, loss) = (
        column(&PATH),
        column(&TRUTH),
        column(&PREDICTED),
        column(&LOSS),
    );
    let probabilities = columns_of_classes(&names)?;
    let measures: Vec<(&str, usize)> = MEASURES
        .iter()
        .filter_map(|measure| Some((*measure, names.iter().position(|name| name == measure)?)))
        .collect();
    // What has no other meaning may be the probabilities of classes by their names.
    let known = [path, truth, predicted, loss, right].into_iter().flatten();
    let known = known.chain(measures.iter().map(|one| one.1));
    let known: BTreeSet<usize> = known.chain(probabilities.columns.iter().copied()).collect();
    let unnamed: Vec<usize> = (0..names.len()).filter(|at| !known.contains(at)).collect();
    let unnamed_names: Arc<[String]> = unnamed.iter().map(|&at| names[at].clone()).collect();
    let says_nothing = predicted.is_none()
        && right.is_none()
        && loss.is_none()
        && measures.is_empty()
        && probabilities.columns.is_empty()
        && unnamed.is_empty();
    if path.is_none() || says_nothing {
        return Err(PredictionError::Columns {
            found: named(&names),
        });
    }
    let line = |(index, record): (usize, Result<csv::StringRecord, csv::Error>)| {
        let mut record = record.map_err(at(index + 2))?;
        if by == b';' {
            record = record.iter().map(with_point).collect();
        }
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
            right: cell(right).as_deref().and_then(as_bool),
            loss: cell(loss).map(|loss| loss.parse().unwrap_or(f64::NAN)),
            probabilities: probabilities.of(&record),
            unnamed: (!unnamed.is_empty()).then(|| Unnamed {
                names: Arc::clone(&unnamed_names),
                cells: unnamed.iter().map(|&at| as_cell(cell(Some(at)))).collect(),
            }),
            measures: measures
                .iter()
                .filter_map(|&(name, column)| Some((name, number(&cell(Some(column)))?)))
                .collect(),
            ..Line::default()
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

/// A number, or that there is none.
fn as_cell(cell: Option<String>) -> f64 {
    cell.and_then(|cell| cell.parse().ok()).unwrap_or(f64::NAN)
}

/// What parts the cells: what the header has most of.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |by: &u8| head.bytes().filter(|byte| byte == by).count();
    // Of equals the last of these is taken.
    let all = *b"|\t;,";
    all.into_iter().max_by_key(count).unwrap_or(b',')
}

/// A number with a decimal comma, which `;` between cells allows, with a point.
fn with_point(cell: &str) -> String {
    let pointed = cell.replace(',', ".");
    let is_number = cell.matches(',').count() == 1 && pointed.parse::<f64>().is_ok();
    if is_number { pointed } else { cell.to_owned() }
}

/// The names of a header, no more than a reader takes in.
fn named(names: &[String]) -> String {
    const MOST: usize = 12;
    let short = names.iter().take(MOST).map(|name| {
        let start: String = name.chars().take(40).collect();
        if start.len() < name.len() {
            start + ".."
        } else {
            start
        }
    });
    let mut told: Vec<String> = short.collect();
    if names.len() > MOST {
        told.push(format!(".. ({} in all)", names.len()));
    }
    told.join(", ")
}

/// `1`, `True` or `yes` as right.
pub(super) fn as_bool(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "1.0" | "true" | "yes" | "t" => Some(true),
        "0" | "0.0" | "false" | "no" | "f" => Some(false),
        _ => None,
    }
}

/// What stands where a number belongs; text is none, and is told as such.
pub(super) fn as_number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Probabilities of both of two classes from that of the second. What is no probability, such as
/// a logit, tells neither.
pub(super) fn of_two(second: f64) -> Vec<f64> {
    match (0.0..=1.0).contains(&second) {
        true => vec![1.0 - second, second],
        false => vec![f64::NAN; 2],
    }
}

/// Columns that hold the probability of a class each.
struct ClassColumns {
    /// Where they stand, by class.
    columns: Vec<usize>,
    /// Which class of two it is, where there is one column.
    only: Option<usize>,
}

impl ClassColumns {
    /// Probabilities of a row by class; none where all are empty. What is no number stays in its
    /// place, so that no other class takes it.
    fn of(&self, record: &csv::StringRecord) -> Vec<f64> {
        let cells = self.columns.iter().map(|&at| record.get(at).unwrap_or(""));
        if cells.clone().all(str::is_empty) {
            return Vec::new();
        }
        let own: Vec<f64> = cells.map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
        match (self.only, &own[..]) {
            (Some(0), [first]) => of_two(1.0 - first),
            (Some(_), [second]) => of_two(*second),
            _ => own,
        }
    }
}

/// What stands before the name of a class.
pub(super) const PREFIXES: [&str; 3] = ["p_", "prob_", "proba_"];

/// Columns named `p_0`, `p_1`, ...: all classes from 0 on, or one of two.
fn columns_of_classes(names: &[String]) -> Result<ClassColumns, PredictionError> {
    let class = |name: &str| {
        let number = PREFIXES
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))?;
        number.parse::<usize>().ok()
    };
    let named = names.iter().enumerate();
    let mut classes: Vec<(usize, usize)> = named
        .filter_map(|(at, name)| Some((class(name)?, at)))
        .collect();
    classes.sort_unstable();
    let only = match classes[..] {
        [(one @ (0 | 1), _)] => Some(one),
        _ => None,
    };
    let in_order = classes.iter().zip(0..).all(|((class, _), at)| *class == at);
    if only.is_none() && !in_order {
        let found: Vec<&str> = classes.iter().map(|(_, at)| &*names[*at]).collect();
        return Err(PredictionError::Line {
            line: 1,
            reason: format!(
                "the probabilities are {}: name one for each class, in order of the classes, `p_0`, `p_1`, .., or of two classes `p_1` alone",
                found.join(", ")
            ),
        });
    }
    Ok(ClassColumns {
        columns: classes.into_iter().map(|(_, at)| at).collect(),
        only,
    })
}

/// Most columns of an array, one a class.
const MOST_CLASSES: u64 = 100_000;

/// Version 1 to 3 arrays of little-endian floats or integers, C order: one prediction a row, what
/// is true and predicted, or the probabilities of classes.
pub(super) fn array(bytes: &[u8]) -> Result<Vec<Line>, PredictionError> {
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
        [_, columns @ 1..=MOST_CLASSES] => columns,
        _ => {
            return Err(error(
                "the array must have one column, two, or one for each class",
            ));
        }
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
    // Rows that add up to 1 are probabilities: as true and predicted classes all would be wrong.
    let shares = |row: &[f64]| {
        let sum: f64 = row.iter().sum();
        row.iter().all(|p| (0.0..=1.0).contains(p)) && (sum - 1.0).abs() < 1e-3
    };
    let rows = || values.chunks_exact(columns as usize);
    let are_probabilities = columns >= 2 && rows().all(shares);
    if columns > 2 && !are_probabilities {
        return Err(error(
            "the rows do not add up to 1, so they are no probabilities of classes (logits? apply the softmax)",
        ));
    }
    let line = |row: &[f64]| match *row {
        _ if are_probabilities => Line {
            probabilities: row.to_vec(),
            ..Line::default()
        },
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
