//! JSON and printed Python dictionaries that hold a whole run: lists by metric, lists of rows, or
//! one row.

use serde_json::{Map, Value};

use super::rows::{Row, reading};
use super::{LogColumns, Printed};

/// Rows of a text that is one such value, with whether it is the state of a Hugging Face trainer.
/// `None` for any other text.
pub(super) fn rows(text: &str, columns: &LogColumns) -> Option<(Vec<Row>, bool)> {
    let (from, to) = (text.find(['{', '['])?, text.rfind(['}', ']'])?);
    let inner = text.get(from..=to)?;
    // A line or two of code may stand before a printed dictionary, no more.
    if from > 200 || text.len() - to > 200 {
        return None;
    }
    let value: Value = serde_json::from_str(inner)
        .or_else(|_| serde_json::from_str(&python_to_json(inner)))
        .ok()?;
    if let Some(history) = value.get("log_history").and_then(Value::as_array) {
        return Some((
            history
                .iter()
                .map(|line| row(line, columns, true))
                .collect(),
            true,
        ));
    }
    match &value {
        Value::Array(items) if items.iter().any(Value::is_object) => Some((
            items.iter().map(|item| row(item, columns, false)).collect(),
            false,
        )),
        Value::Object(_) => Some((lists(&value, columns), false)),
        _ => None,
    }
}

/// One list a metric, as `History.history`; or one row.
fn lists(value: &Value, columns: &LogColumns) -> Vec<Row> {
    let mut leaves = Vec::new();
    flatten("", value, &mut leaves);
    let length = leaves
        .iter()
        .map(|(_, values)| values.len())
        .max()
        .unwrap_or(0);
    let row = |index: usize| {
        let at = leaves.iter().filter(|(_, values)| values.len() == length);
        let readings = at.filter_map(|(name, values)| {
            let value = values[index].unwrap_or(f64::NAN);
            reading(name, exact(value), columns)
        });
        Row {
            epoch: Some(index as u64 + 1),
            readings: readings.collect(),
            ..Row::default()
        }
    };
    (0..length).map(row).collect()
}

fn row(value: &Value, columns: &LogColumns, hugging_face: bool) -> Row {
    let mut leaves = Vec::new();
    flatten("", value, &mut leaves);
    let number = |wanted: &str| {
        let found = leaves.iter().find(|(name, _)| name == wanted)?;
        found.1.first().copied().flatten()
    };
    // The trainer sums its run up in the end; that is no epoch.
    let summary = number("train_runtime").is_some();
    let readings = leaves
        .iter()
        .filter(|_| !summary)
        .filter_map(|(name, values)| {
            let value = exact(values.first().copied().flatten()?);
            // A trainer rounds `loss` to four decimals.
            let rounded = Printed {
                half_width: 0.5e-4,
                ..value
            };
            reading(
                name,
                if hugging_face && name == "loss" {
                    rounded
                } else {
                    value
                },
                columns,
            )
        });
    Row {
        // Evaluations of a trainer follow steps, not epochs.
        epoch: number("epoch")
            .filter(|_| !hugging_face)
            .map(|epoch| epoch.max(0.0).ceil() as u64),
        iteration: !hugging_face && number("epoch").is_none(),
        readings: readings.collect(),
        ..Row::default()
    }
}

fn exact(value: f64) -> Printed {
    Printed {
        value,
        half_width: 0.0,
    }
}

/// Numbers and lists of numbers, by names joined with `/`. An object with numbered keys is a list.
fn flatten(name: &str, value: &Value, leaves: &mut Vec<(String, Vec<Option<f64>>)>) {
    let numbered = |map: &Map<String, Value>| {
        !map.is_empty() && map.keys().all(|key| key.parse::<u64>().is_ok())
    };
    match value {
        Value::Number(_) | Value::Null => leaves.push((name.to_owned(), vec![value.as_f64()])),
        Value::Array(values) => {
            leaves.push((name.to_owned(), values.iter().map(Value::as_f64).collect()));
        }
        Value::Object(map)
            if numbered(map)
                && map
                    .values()
                    .all(|value| value.is_number() || value.is_null()) =>
        {
            leaves.push((name.to_owned(), map.values().map(Value::as_f64).collect()));
        }
        Value::Object(map) => {
            for (key, value) in map {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}/{key}")
                };
                flatten(&name, value, leaves);
            }
        }
        _ => {}
    }
}

/// Single quotes, `nan`, `inf` and `None`, which JSON does not know.
fn python_to_json(text: &str) -> String {
    let words = [
        ("'", "\""),
        ("-inf", "null"),
        ("inf", "null"),
        ("nan", "null"),
        ("-Infinity", "null"),
        ("Infinity", "null"),
        ("NaN", "null"),
        ("None", "null"),
        ("True", "true"),
        ("False", "false"),
    ];
    words
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
