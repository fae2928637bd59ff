//! JSON Lines as a table: one object a line, a column for each key of the first.

use std::path::Path;

use serde_json::{Map, Value};

use super::csv_text::at_line;
use crate::error::Error;

/// The text of a CSV table with the same rows. Values that are no text and no number are written
/// as JSON.
///
/// # Errors
/// A line that is no JSON object.
pub(super) fn as_table(file: &Path, text: &str) -> Result<String, Error> {
    let mut table = String::new();
    let mut keys: Vec<String> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let row: Map<String, Value> = serde_json::from_str(line).map_err(|error| {
            let message = format!("is no JSON object: {error}");
            at_line(file, number, message)
        })?;
        if keys.is_empty() {
            keys = row.keys().cloned().collect();
            push_row(&mut table, keys.iter().cloned());
        }
        push_row(
            &mut table,
            keys.iter()
                .map(|key| row.get(key).map_or(String::new(), cell)),
        );
    }
    Ok(table)
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}

pub(super) fn push_row(table: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells
        .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
        .collect();
    table.push_str(&cells.join(","));
    table.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_first_line_are_the_columns() {
        let text = "{\"path\":\"a, b.jpg\",\"y\":1}\n\n{\"y\":null,\"path\":\"say \\\"x\\\"\"}\n";
        let table = as_table(Path::new("x.jsonl"), text).unwrap();
        assert_eq!(
            table,
            "\"path\",\"y\"\n\"a, b.jpg\",\"1\"\n\"say \"\"x\"\"\",\"\"\n"
        );
    }

    #[test]
    fn a_damaged_line_is_named() {
        let error = as_table(Path::new("x.jsonl"), "{\"a\":1}\n{\"a\":").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
