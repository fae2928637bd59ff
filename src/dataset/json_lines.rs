//! JSON Lines as a table: one object a line, a column for each key of the first lines; fields of an
//! object inside a row are columns, too (`meta.slide`).

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::csv_text::at_line;
use super::nested;
use crate::error::Error;
use crate::faults;

/// Rows whose keys are columns: some may lack what others have.
const LOOKED_AT: usize = 256;

/// The text of a CSV table with the same rows. Values that are no text and no number are written
/// as JSON.
///
/// # Errors
/// A line that is no JSON object.
pub(super) fn as_table(file: &Path, text: &str) -> Result<String, Error> {
    let lines = || {
        text.lines()
            .zip(1..)
            .filter(|line| !line.0.trim().is_empty())
    };
    let read = |(line, number): (&str, u64)| {
        let row: Result<Map<String, Value>, _> = serde_json::from_str(line);
        row.map(cells).map_err(|error| {
            let message = match error.is_data() {
                true => "is no JSON object; write one `{...}` a line".to_owned(),
                false => faults::json(line.as_bytes(), &error, false),
            };
            at_line(file, number, message)
        })
    };
    let (mut keys, mut known) = (Vec::new(), BTreeSet::new());
    for line in lines().take(LOOKED_AT) {
        for (key, _) in read(line)? {
            if known.insert(key.clone()) {
                keys.push(key);
            }
        }
    }
    let mut table = String::new();
    push_row(&mut table, keys.iter().cloned());
    for line in lines() {
        let mut row = read(line)?;
        let mut cell = |key: &String| {
            let at = row.iter().position(|(name, _)| name == key);
            at.map_or(String::new(), |at| row.swap_remove(at).1)
        };
        push_row(&mut table, keys.iter().map(&mut cell));
    }
    Ok(table)
}

/// The cells of a row with their names, in the order of the line.
fn cells(row: Map<String, Value>) -> Vec<(String, String)> {
    let mut all = Vec::with_capacity(row.len());
    for (name, value) in row {
        match value {
            Value::String(text) => all.push((name, text)),
            Value::Null => all.push((name, String::new())),
            value => {
                all.push((name.clone(), value.to_string()));
                if value.is_object() {
                    nested::cells(&name, &value, &mut all);
                }
                for (name, text) in named_values(&value) {
                    if all.iter().all(|cell| cell.0 != name) {
                        all.push((name, text));
                    }
                }
            }
        }
    }
    all
}

/// Fields that stand in a list, each with its name, as Labelbox writes what users add:
/// `[{"schema_name": "split", "value": "train"}]`.
fn named_values(value: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let entries = value.as_array().into_iter().flatten();
    entries.filter_map(|entry| {
        let name = ["schema_name", "key", "name"];
        let name = name.iter().find_map(|key| entry.get(*key)?.as_str())?;
        Some((name.to_owned(), entry.get("value")?.as_str()?.to_owned()))
    })
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
    fn fields_inside_are_columns_and_later_rows_may_have_more() {
        let text = "{\"a\":1}\n{\"a\":2,\"meta\":{\"slide\":\"S1\"}}\n";
        let table = as_table(Path::new("x.jsonl"), text).unwrap();
        assert_eq!(
            table,
            "\"a\",\"meta\",\"meta.slide\"\n\"1\",\"\",\"\"\n\"2\",\"{\"\"slide\"\":\"\"S1\"\"}\",\"S1\"\n"
        );
    }

    #[test]
    fn fields_of_a_list_that_have_names_are_columns() {
        let text =
            r#"{"row":"a.jpg","more":[{"schema_name":"split","value":"train"},{"box":[1,2]}]}"#;
        let table = as_table(Path::new("x.ndjson"), text).unwrap();
        let header = table.lines().next().unwrap();
        assert_eq!(header, "\"more\",\"split\",\"row\"");
        assert!(table.ends_with(",\"train\",\"a.jpg\"\n"), "{table}");
        let own = r#"{"split":"val","more":[{"name":"split","value":"train"}]}"#;
        let table = as_table(Path::new("x.ndjson"), own).unwrap();
        assert!(
            table.contains("\"val\"") && table.matches("\"split\"").count() == 2,
            "{table}"
        );
    }

    #[test]
    fn a_damaged_line_is_named() {
        let error = as_table(Path::new("x.jsonl"), "{\"a\":1}\n{\"a\":").unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
