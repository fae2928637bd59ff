//! JSON and printed Python dictionaries that hold a whole run: lists by metric, lists of rows, or
//! one row.

use serde_json::{Map, Value};

use super::names::{Measure, Side, is_test, side_of};
use super::rows::{Reading, Row, reading};
use super::{LogColumns, Printed, lines, printed};

/// What such a text holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    /// It is the state of a Hugging Face trainer.
    pub(super) hugging_face: bool,
    pub(super) warnings: Vec<String>,
}

/// One curve, or one number.
struct Leaf {
    name: String,
    values: Vec<Option<Printed>>,
    list: bool,
}

/// Rows of a text that is one such value. `None` for any other text.
pub(super) fn rows(text: &str, columns: &LogColumns) -> Option<Found> {
    let (from, to) = (text.find(['{', '['])?, text.rfind(['}', ']'])?);
    let inner = text.get(from..=to)?;
    // A line or two of code may stand before a printed dictionary, no more, and no other losses.
    if from > 200 || text.len() - to > 200 {
        return None;
    }
    let value: Value = serde_json::from_str(inner)
        .or_else(|_| serde_json::from_str(&python_to_json(inner)))
        .ok()?;
    let around = [&text[..from], &text[to + 1..]];
    let told = |part: &&str| {
        lines::rows(part, columns).is_ok_and(|rows| rows.iter().any(|r| !r.readings.is_empty()))
    };
    if around.iter().any(told) {
        return None;
    }
    if let Some(history) = value.get("log_history").and_then(Value::as_array) {
        return Some(Found {
            rows: history
                .iter()
                .map(|line| row(line, columns, true))
                .collect(),
            hugging_face: true,
            ..Found::default()
        });
    }
    if let Some(rows) = list_of_rows(&value, columns) {
        return Some(Found {
            rows,
            ..Found::default()
        });
    }
    match &value {
        Value::Object(_) => Some(lists(&value, columns)),
        _ => None,
    }
}

/// Objects in a list, or by the number of their epoch, at any depth; of several the first with a
/// number of interest.
fn list_of_rows(value: &Value, columns: &LogColumns) -> Option<Vec<Row>> {
    let told =
        |rows: Vec<Row>| Some(rows).filter(|rows| rows.iter().any(|row| !row.readings.is_empty()));
    match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let rows = items.iter().map(|item| row(item, columns, false));
            told(rows.collect())
                .or_else(|| items.iter().find_map(|item| list_of_rows(item, columns)))
        }
        Value::Object(map) if is_numbered(map) && map.values().all(Value::is_object) => {
            let mut rows: Vec<(u64, Row)> = map
                .iter()
                .filter_map(|(key, item)| Some((key.parse().ok()?, row(item, columns, false))))
                .collect();
            rows.sort_by_key(|(epoch, _)| *epoch);
            let numbered = rows.into_iter().map(|(epoch, row)| Row {
                epoch: row.epoch.or(Some(epoch)),
                iteration: false,
                ..row
            });
            told(numbered.collect())
        }
        Value::Object(map) => frame(map, columns)
            .or_else(|| map.values().find_map(|item| list_of_rows(item, columns))),
        _ => None,
    }
}

/// A frame that pandas writes as names of columns beside lists of cells.
fn frame(map: &Map<String, Value>, columns: &LogColumns) -> Option<Vec<Row>> {
    let names: Option<Vec<&str>> = map
        .get("columns")?
        .as_array()?
        .iter()
        .map(Value::as_str)
        .collect();
    let names = names?;
    let data = map.get("data")?.as_array()?.iter();
    let rows = data.filter_map(|cells| {
        let cells = names
            .iter()
            .map(|name| (*name).to_owned())
            .zip(cells.as_array()?.clone());
        Some(row(&Value::Object(cells.collect()), columns, false))
    });
    Some(rows.collect())
}

/// One list a metric, as `History.history`; or one row. Of lists that are longer or shorter than
/// the validation loss only the last values belong together.
fn lists(value: &Value, columns: &LogColumns) -> Found {
    let mut leaves = Vec::new();
    flatten("", value, &mut leaves);
    let longest = |list: bool| {
        let own = leaves.iter().filter(move |leaf| leaf.list == list);
        own.map(|leaf| leaf.values.len()).max()
    };
    let of_list = longest(true).is_some();
    leaves.retain(|leaf| leaf.list == of_list && !leaf.values.is_empty());
    let read = |leaf: &Leaf, at: usize| -> Option<Reading> {
        let value = leaf.values[at].unwrap_or(exact(f64::NAN));
        reading(&leaf.name, value, columns)
    };
    let is_loss = |leaf: &&Leaf, side: Side| {
        read(leaf, 0).is_some_and(|r| {
            r.side.unwrap_or(Side::Train) == side
                && matches!(r.measure, Measure::Loss | Measure::NamedLoss(_))
        })
    };
    let all = leaves.iter().map(|leaf| leaf.values.len()).max();
    let length_of = |side| {
        let own = leaves.iter().find(|leaf| is_loss(leaf, side));
        own.map(|leaf| leaf.values.len())
    };
    let length = length_of(Side::Validation).or(all).unwrap_or(0);
    let mut warnings = Vec::new();
    if let Some(training) = length_of(Side::Train).filter(|training| *training != length) {
        warnings.push(format!(
            "the list of training losses has {training} values and that of validation losses {length}; only the last of each are put together"
        ));
    }
    let row = |index: usize| {
        let readings = leaves.iter().filter_map(|leaf| match leaf.values.len() {
            own if own == length => read(leaf, index),
            own if index + 1 == length => read(leaf, own - 1),
            _ => None,
        });
        Row {
            epoch: Some(index as u64 + 1),
            readings: readings.collect(),
            ..Row::default()
        }
    };
    Found {
        rows: (0..length).map(row).collect(),
        hugging_face: false,
        warnings,
    }
}

fn row(value: &Value, columns: &LogColumns, hugging_face: bool) -> Row {
    let mut leaves = Vec::new();
    flatten("", value, &mut leaves);
    let number = |wanted: &str| {
        let found = leaves.iter().find(|leaf| leaf.name == wanted)?;
        found.values.first().copied().flatten().map(|p| p.value)
    };
    // The trainer sums its run up in the end; that is no epoch.
    let summary = number("train_runtime").is_some();
    let readings = leaves.iter().filter(|_| !summary).filter_map(|leaf| {
        let value = leaf.values.first().copied().flatten()?;
        // A trainer rounds `loss` to four decimals.
        let rounded = hugging_face && leaf.name == "loss";
        let half_width = if rounded { 0.5e-4 } else { value.half_width };
        reading(
            &leaf.name,
            Printed {
                half_width,
                ..value
            },
            columns,
        )
    });
    let mut readings: Vec<Reading> = readings.collect();
    // `"phase": "val"` tells the side of the row.
    let words = value.as_object().into_iter().flat_map(Map::values);
    let sides: Vec<&str> = words
        .filter_map(Value::as_str)
        .filter(|word| side_of(word).is_some())
        .collect();
    if let [side] = sides[..] {
        for reading in readings.iter_mut().filter(|r| r.side.is_none()) {
            reading.side = side_of(side);
            reading.rank = if is_test(side) { 3 } else { reading.rank };
        }
    }
    Row {
        // Evaluations of a trainer follow steps, not epochs.
        epoch: number("epoch")
            .filter(|_| !hugging_face)
            .map(|epoch| epoch.max(0.0).ceil() as u64),
        iteration: !hugging_face && number("epoch").is_none(),
        readings,
        ..Row::default()
    }
}

fn exact(value: f64) -> Printed {
    Printed {
        value,
        half_width: 0.0,
    }
}

fn is_numbered(map: &Map<String, Value>) -> bool {
    !map.is_empty() && map.keys().all(|key| key.parse::<u64>().is_ok())
}

/// A number, also one in quotes.
fn number(value: &Value) -> Option<Printed> {
    match value {
        Value::String(text) => printed(text),
        _ => value.as_f64().map(exact),
    }
}

/// Numbers and lists of numbers, by names joined with `/`. An object with numbered keys is a list.
fn flatten(name: &str, value: &Value, leaves: &mut Vec<Leaf>) {
    let mut leaf = |values: Vec<Option<Printed>>, list| {
        leaves.push(Leaf {
            name: name.to_owned(),
            values,
            list,
        });
    };
    match value {
        Value::Number(_) | Value::Null => leaf(vec![number(value)], false),
        Value::String(_) if number(value).is_some() => leaf(vec![number(value)], false),
        Value::Array(values) => leaf(values.iter().map(number).collect(), true),
        Value::Object(map)
            if is_numbered(map)
                && map
                    .values()
                    .all(|value| value.is_number() || value.is_null()) =>
        {
            let mut values: Vec<(u64, Option<Printed>)> = map
                .iter()
                .filter_map(|(key, value)| Some((key.parse().ok()?, number(value))))
                .collect();
            values.sort_by_key(|(key, _)| *key);
            leaf(values.into_iter().map(|(_, value)| value).collect(), true);
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

#[cfg(test)]
mod tests {
    use super::super::parse;

    /// Training loss, validation loss, number of epochs.
    fn read(text: &str) -> (Option<f64>, Option<f64>, usize) {
        let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let epoch = log.explained().copied().unwrap_or_default();
        let value = |p: Option<super::Printed>| p.map(|p| p.value);
        (
            value(epoch.train),
            value(epoch.validation),
            log.epochs.len(),
        )
    }

    #[test]
    fn an_object_below_a_printed_log_replaces_nothing() {
        let run = "epoch 1 train loss 0.9 val loss 0.8\nepoch 2 train loss 0.5 val loss 0.4\n";
        for end in [
            r#"{"test_loss": 0.9}"#,
            "{'test_loss': 0.9, 'test_acc': 0.8}",
        ] {
            assert_eq!(
                read(&format!("{run}{end}")),
                (Some(0.5), Some(0.4), 2),
                "{end}"
            );
        }
        let code = "history = model.fit(x)\n{'loss': [0.9, 0.5], 'val_loss': [0.8, 0.4]}";
        assert_eq!(read(code), (Some(0.5), Some(0.4), 2));
    }

    #[test]
    fn of_lists_of_other_lengths_the_last_values_are_read_and_told() {
        for text in [
            r#"{"train_loss": [0.9, 0.7, 0.6, 0.5], "val_loss": [0.8, 0.4]}"#,
            r#"{"train_loss": [0.6, 0.5], "val_loss": [0.9, 0.8, 0.4]}"#,
            r#"{"train_loss": [0.9, 0.5], "val_loss": [0.4], "test_loss": 0.7}"#,
        ] {
            let (train, validation, _) = read(text);
            assert_eq!((train, validation), (Some(0.5), Some(0.4)), "{text}");
            let log = parse(text.as_bytes()).unwrap();
            assert!(log.warnings[0].contains("only the last of each"), "{text}");
        }
        let same =
            parse(br#"{"loss": [0.9, 0.5], "val_loss": [0.8, 0.4], "lr": [1, 1, 1]}"#).unwrap();
        assert!(same.warnings.is_empty(), "{:?}", same.warnings);
    }

    #[test]
    fn rows_are_found_at_any_depth_and_by_the_number_of_their_epoch() {
        for text in [
            r#"{"epochs": [{"epoch": 1, "train": {"loss": 0.9}, "val": {"loss": 0.8}}, {"epoch": 2, "train": {"loss": 0.5}, "val": {"loss": 0.4}}]}"#,
            r#"{"1": {"train_loss": 0.9, "val_loss": 0.8}, "2": {"train_loss": 0.5, "val_loss": 0.4}}"#,
            r#"[{"epoch": "1", "train_loss": "0.9", "val_loss": "0.8"}, {"epoch": "2", "train_loss": "0.5", "val_loss": "0.4"}]"#,
            r#"{"columns": ["epoch", "train_loss", "val_loss"], "index": [0, 1], "data": [[1, 0.9, 0.8], [2, 0.5, 0.4]]}"#,
            r#"[{"epoch": 1, "phase": "train", "loss": 0.9}, {"epoch": 1, "phase": "val", "loss": 0.8}, {"epoch": 2, "phase": "train", "loss": 0.5}, {"epoch": 2, "phase": "val", "loss": 0.4}]"#,
        ] {
            assert_eq!(read(text), (Some(0.5), Some(0.4), 2), "{text}");
        }
        let ten: Vec<String> = (1..=11)
            .map(|n| format!(r#""{n}": {{"train_loss": {n}, "val_loss": 0.{n}}}"#))
            .collect();
        assert_eq!(read(&format!("{{{}}}", ten.join(","))).0, Some(11.0));
    }
}
