//! Lists of numbers behind names, as scripts and YAML write them: `train_losses = [0.9, 0.5]`.

use serde_json::{Map, Value};

use super::{LogColumns, json};

pattern!(
    LIST,
    r#"["']?([\p{L}_][\w ./\-]*?)["']?\s*[:=]\s*\[\s*((?:[-+.\deE]+\s*,\s*)+[-+.\deE]+)\s*,?\s*\]"#
);
pattern!(
    BLOCK,
    r"(?m)^[ \t]*([\p{L}_][\w ./\-]*):[ \t]*\n((?:[ \t]*-[ \t]+[-+.\deE]+[ \t]*(?:\n|\z)){2,})"
);

/// The lists of a text as one object; `None` for a text without two, or without a loss among them.
pub(super) fn as_json(text: &str, columns: &LogColumns) -> Option<String> {
    let mut lists = Map::new();
    for (pattern, by) in [(&LIST, ','), (&BLOCK, '\n')] {
        for found in pattern.as_ref()?.captures_iter(text) {
            let numbers = found[2].split(by);
            let numbers = numbers.map(|number| number.trim().trim_start_matches("- ").trim());
            let numbers: Option<Vec<Value>> = numbers
                .filter(|number| !number.is_empty())
                .map(|number| number.parse::<f64>().ok().map(Value::from))
                .collect();
            lists.insert(found[1].trim().to_owned(), Value::from(numbers?));
        }
    }
    let object = Some(Value::Object(lists).to_string());
    object.filter(|object| {
        let found = json::rows(object, columns).unwrap_or_default();
        found.rows.iter().any(|row| !row.readings.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::{LogColumns, as_json};

    #[test]
    fn lists_behind_names_are_read() {
        for text in [
            "train_losses = [0.9, 0.5]\nval_losses = [0.8, 0.4]\n",
            "Train losses: [0.9, 0.5]\nVal losses: [0.8, 0.4]",
            "train_loss:\n- 0.9\n- 0.5\nval_loss:\n- 0.8\n- 0.4\n",
            "history = {'loss': array([0.9, 0.5]), 'val_loss': array([0.8, 0.4])}",
        ] {
            let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
            let epoch = log.explained().unwrap();
            let sides = (epoch.train.unwrap().value, epoch.validation.unwrap().value);
            assert_eq!((sides, log.epochs.len()), ((0.5, 0.4), 2), "{text}");
        }
    }

    #[test]
    fn other_lists_are_none() {
        for text in [
            "sizes = [1, 2]",
            "names: [a, b]\nmore: [c, d]",
            "a: [1.0.0, 2]\nb: [1, 2]",
        ] {
            assert_eq!(as_json(text, &LogColumns::default()), None, "{text}");
        }
        assert!(parse(b"sizes = [1, 2]\nkernels = [3, 3]").is_err());
    }
}
