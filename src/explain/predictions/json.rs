//! Predictions as JSON: one object a line, a list of objects, lists by column, or answers by path.

use crate::faults;
use serde_json::{Map, Value};

use super::reading::{as_bool, as_number, of_two};
use super::{LOSS, Line, MEASURES, PATH, PREDICTED, PredictionError, RIGHT, TRUTH};

const PROBABILITIES: [&str; 3] = ["probabilities", "probs", "proba"];

/// Reads a text that begins as JSON.
pub(super) fn json(text: &str) -> Result<Vec<Line>, PredictionError> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(rows)) => rows.iter().map(of_row).collect(),
        Ok(Value::Object(map)) if value(&map, &PATH).is_some_and(is_column) => Ok(by_column(&map)),
        Ok(Value::Object(map)) if !is_one_row(&map) => Ok(by_path(&map)),
        Ok(row) => Ok(vec![of_row(&row)?]),
        Err(_) => text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| {
                let object: Value =
                    serde_json::from_str(line).map_err(|error| PredictionError::Line {
                        line: index + 1,
                        reason: faults::json(line.as_bytes(), &error, false),
                    })?;
                of_row(&object)
            })
            .collect(),
    }
}

fn value<'a>(map: &'a Map<String, Value>, known: &[&str]) -> Option<&'a Value> {
    let found = known.iter().find_map(|name| map.get(*name));
    found.filter(|value| !value.is_null())
}

/// Whether an object names what a row holds, and is no answers by path.
fn is_one_row(map: &Map<String, Value>) -> bool {
    let known = [&PATH[..], &PREDICTED, &TRUTH, &LOSS, &RIGHT, &PROBABILITIES];
    let measured = MEASURES.iter().any(|name| map.contains_key(*name));
    measured || known.iter().any(|names| value(map, names).is_some())
}

fn is_column(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

fn word(value: &Value) -> String {
    let text = value.as_str();
    text.map_or_else(|| value.to_string(), str::to_owned)
}

fn probabilities(given: &Value) -> Vec<f64> {
    let all: Vec<f64> = match given {
        Value::Array(values) => values.iter().map(as_number).collect(),
        one => vec![as_number(one)],
    };
    match all[..] {
        [second] => of_two(second),
        _ => all,
    }
}

/// A row of names and values; a bare value is a prediction in the order of the samples.
fn of_row(row: &Value) -> Result<Line, PredictionError> {
    let Value::Object(map) = row else {
        return Err(PredictionError::Columns {
            found: "values without names".to_owned(),
        });
    };
    let get = |known: &[&str]| value(map, known);
    Ok(Line {
        path: get(&PATH).map(word),
        truth: get(&TRUTH).map(word),
        predicted: get(&PREDICTED).map(word),
        right: get(&RIGHT).and_then(|value| as_bool(&word(value))),
        loss: get(&LOSS).map(as_number),
        probabilities: get(&PROBABILITIES).map(probabilities).unwrap_or_default(),
        measures: MEASURES
            .iter()
            .filter_map(|name| Some((*name, map.get(*name)?.as_f64()?)))
            .collect(),
        ..Line::default()
    })
}

/// Columns as lists, or as pandas writes them, by the number of the row.
fn by_column(map: &Map<String, Value>) -> Vec<Line> {
    let cells = |column: &Value| -> Vec<(String, Value)> {
        match column {
            Value::Array(cells) => (0..)
                .zip(cells)
                .map(|(at, cell): (u64, _)| (at.to_string(), cell.clone()))
                .collect(),
            Value::Object(cells) => cells
                .iter()
                .map(|(at, cell)| (at.clone(), cell.clone()))
                .collect(),
            _ => Vec::new(),
        }
    };
    let mut rows: Vec<(String, Map<String, Value>)> = Vec::new();
    for (at, cell) in value(map, &PATH).map(cells).unwrap_or_default() {
        let own = Map::from_iter([("path".to_owned(), cell)]);
        rows.push((at, own));
    }
    for (name, column) in map
        .iter()
        .filter(|(name, _)| !PATH.contains(&name.as_str()))
    {
        let cells: std::collections::BTreeMap<String, Value> = cells(column).into_iter().collect();
        for (at, row) in &mut rows {
            if let Some(cell) = cells.get(at) {
                row.insert(name.clone(), cell.clone());
            }
        }
    }
    let lines = rows.into_iter();
    lines
        .filter_map(|(_, row)| of_row(&Value::Object(row)).ok())
        .collect()
}

/// What was predicted by path: a class, probabilities, or names and values.
fn by_path(map: &Map<String, Value>) -> Vec<Line> {
    let line = |(path, told): (&String, &Value)| {
        let own = match told {
            Value::Object(_) => of_row(told).unwrap_or_default(),
            Value::Array(_) => Line {
                probabilities: probabilities(told),
                ..Line::default()
            },
            Value::Null => Line::default(),
            one => Line {
                predicted: Some(word(one)),
                ..Line::default()
            },
        };
        Line {
            path: Some(path.clone()),
            ..own
        }
    };
    map.iter().map(line).collect()
}
