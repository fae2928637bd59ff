//! JSON of any nesting that tells the splits of pictures: by the name of what they are listed
//! under, or by a field beside them.

use serde_json::{Map, Value};

use super::json::{PICTURE, SPLIT};
use super::splits::entry_of;
use super::{Export, Row};
use crate::dataset::by_products::is_report;
use crate::dataset::split_name::{role_beside_training, role_of, value_role};
use crate::sample::SplitRole;

/// What stands above a value.
#[derive(Debug, Clone, Copy, Default)]
struct Above<'a> {
    /// The split that it is listed under.
    split: Option<&'a str>,
    /// Its own name.
    key: Option<&'a str>,
}

/// `{"cat": {"train": ["a.jpg"]}}`, `{"train": {"cat": [..]}}`, `{"a.jpg": {"split": "train"}}`,
/// `{"data": {"0": {"image": "a.jpg", "subset": "val"}}}`.
pub(super) fn nested(text: &str) -> Option<Export> {
    if is_report(text) {
        return None;
    }
    let whole: Value = serde_json::from_str(text).ok()?;
    let mut rows = Vec::new();
    walk(&whole, Above::default(), &mut rows);
    let has = |wanted: fn(SplitRole) -> bool| {
        let mut roles = rows
            .iter()
            .filter_map(|row: &Row| value_role(row.split.as_deref()?));
        roles.any(wanted)
    };
    let divides = has(|role| role == SplitRole::Training) && has(SplitRole::is_evaluation);
    divides.then(|| Export::new("splits", rows))
}

fn walk(value: &Value, above: Above<'_>, rows: &mut Vec<Row>) {
    match value {
        Value::Object(fields) => object(fields, value, above, rows),
        Value::Array(entries) => {
            for entry in entries {
                let own = above.split.and_then(|split| entry_of(entry, split));
                match own {
                    Some(row) => rows.push(row),
                    None => walk(entry, Above { key: None, ..above }, rows),
                }
            }
        }
        _ => {}
    }
}

fn object(fields: &Map<String, Value>, whole: &Value, above: Above<'_>, rows: &mut Vec<Row>) {
    let split = SPLIT.iter().find_map(|key| fields.get(*key)?.as_str());
    if let Some(split) = split.filter(|split| value_role(split).is_some()) {
        let named = entry_of(whole, split);
        let by_key = || {
            Some(Row {
                name: above.key?.to_owned(),
                split: Some(split.to_owned()),
                ..Row::default()
            })
        };
        rows.extend(named.or_else(by_key));
        return;
    }
    let is_picture = PICTURE
        .iter()
        .any(|key| fields.get(*key).is_some_and(Value::is_string));
    if let Some(row) = above
        .split
        .filter(|_| is_picture)
        .and_then(|split| entry_of(whole, split))
    {
        rows.push(row);
        return;
    }
    let trains = fields
        .keys()
        .any(|key| role_of(key) == Some(SplitRole::Training));
    for (key, inner) in fields {
        let beside = || role_beside_training(key).filter(|_| trains);
        let split = role_of(key)
            .or_else(beside)
            .map(|_| key.as_str())
            .or(above.split);
        let key = Some(key.as_str());
        walk(inner, Above { split, key }, rows);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name split` of each row.
    fn told(text: &str) -> Option<Vec<String>> {
        let rows = nested(text)?.rows.into_iter();
        Some(
            rows.map(|row| format!("{} {}", row.name, row.split.unwrap_or_default()))
                .collect(),
        )
    }

    #[test]
    fn lists_below_classes_and_classes_below_lists_tell_splits() {
        let below =
            r#"{"cat": {"train": ["a"], "val": ["b"]}, "dog": {"train": ["c"], "note": "d"}}"#;
        assert_eq!(told(below).unwrap(), ["a train", "b val", "c train"]);
        let above = r#"{"train": {"cat": ["a"], "dog": ["c"]}, "val": {"cat": ["b"]}}"#;
        assert_eq!(told(above).unwrap(), ["a train", "c train", "b val"]);
        let tuples = r#"[{"train": [["a", 0, 0]], "query": [["b", 0, 1]], "num": 3}]"#;
        assert_eq!(told(tuples).unwrap(), ["b query", "a train"]);
    }

    #[test]
    fn a_field_beside_a_picture_tells_its_split() {
        let named = r#"{"a.jpg": {"split": "train", "label": 0}, "b.jpg": {"split": "val"}}"#;
        assert_eq!(told(named).unwrap(), ["a.jpg train", "b.jpg val"]);
        let inside = r#"{"data": {"0": {"image": "a.jpg", "subset": "train"}, "1": {"image": "b.jpg", "subset": "test"}}}"#;
        assert_eq!(told(inside).unwrap(), ["a.jpg train", "b.jpg test"]);
    }

    #[test]
    fn what_divides_nothing_tells_nothing() {
        for text in [
            r#"{"train": {"loss": 0.3}, "val": {"loss": 0.2}}"#,
            r#"{"cat": {"train": ["a"]}}"#,
            r#"{"a": {"split": "left"}, "b": {"split": "right"}}"#,
            "[1, 2]",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
