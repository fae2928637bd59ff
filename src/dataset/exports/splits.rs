//! JSON and YAML that list the pictures of splits, by the names of these, of folds, or of the
//! pictures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::json::{CLASS, PICTURE};
use super::{Export, Row};
use crate::dataset::drawn::Drawn;
use crate::dataset::split_name::{role_of, spelled_by_file, value_role, words};
use crate::dataset::split_values;
use crate::sample::SplitRole;

/// `train.json` with a list of names or of objects that name pictures; where the name says more
/// than the split, such files tell it together.
pub(super) fn one(text: &str, file: &Path) -> Option<Export> {
    let split = file.file_stem()?.to_str()?;
    spelled_by_file(split)?;
    let is_plain = role_of(split).is_some();
    let entries: Vec<Value> = serde_json::from_str(text).ok()?;
    let rows = entries.iter().map(|entry| {
        let row = entry_of(entry, split)?;
        let split = row.split.filter(|_| is_plain);
        Some(Row { split, ..row })
    });
    Some(Export::new("a list", rows.collect::<Option<_>>()?))
}

/// `{"train": […], "val": […]}`; keys of another kind are left alone.
pub(super) fn several(text: &str) -> Option<Export> {
    let splits: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
    Some(Export::new("lists", rows_of(&splits)?))
}

/// The rows of lists by the name of their split.
fn rows_of(splits: &BTreeMap<String, Value>) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    for (split, entries) in splits.iter().filter(|(split, _)| role_of(split).is_some()) {
        let entries = entries.as_array()?.iter();
        let own = entries.map(|entry| entry_of(entry, split));
        rows.extend(own.collect::<Option<Vec<Row>>>()?);
    }
    Some(rows)
}

/// The same in YAML, where nothing else is said.
pub(super) fn of_yaml(text: &str) -> Option<Export> {
    let splits: BTreeMap<String, Value> = serde_saphyr::from_str(text).ok()?;
    let are_lists = splits.values().all(Value::is_array);
    let rows = rows_of(&splits).filter(|_| are_lists)?;
    Some(Export::new("lists", rows))
}

/// `[{"train": […], "val": […]}, …]`, folds as nnU-Net keeps them.
pub(super) fn of_folds(text: &str) -> Option<Export> {
    let folds: Vec<BTreeMap<String, Value>> = serde_json::from_str(text).ok()?;
    let is_fold = |fold: &BTreeMap<String, Value>| {
        let lists = fold
            .iter()
            .filter(|(key, value)| role_of(key).is_some() && value.is_array());
        lists.count() > 1
    };
    if folds.is_empty() || !folds.iter().all(is_fold) {
        return None;
    }
    let mut rows = Vec::new();
    for (number, fold) in folds.iter().enumerate() {
        let own = rows_of(fold)?.into_iter();
        rows.extend(own.map(|row| Row {
            part: Some(format!("fold{number}")),
            ..row
        }));
    }
    Some(Export::new("folds", rows))
}

/// `[{"image": "a.jpg", "split": "train"}]`, `[{"image": "a.jpg", "isValidation": 0.0}]`: a field
/// that tells splits as a column of a table does.
pub(super) fn by_field(text: &str) -> Option<Export> {
    let entries: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    let fields: Vec<&String> = entries.first()?.keys().collect();
    let header: Vec<String> = fields.iter().map(|name| words(name).join("_")).collect();
    let cell = |entry: &Map<String, Value>, field: &str| match entry.get(field)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(entry[field].to_string()),
        _ => None,
    };
    let cells = |at: usize| {
        let cells = entries.iter().filter_map(|entry| cell(entry, fields[at]));
        cells.collect()
    };
    let (at, values) = split_values::column(&header, cells)?;
    let mut roles = BTreeSet::new();
    let row = |entry: &Map<String, Value>| {
        let row = entry_of(&Value::Object(entry.clone()), "")?;
        let split = cell(entry, fields[at]).map(|value| values.split(&value));
        roles.extend(split.as_ref().map(|split| split.1));
        let split = split.map(|split| split.0);
        Some(Row { split, ..row })
    };
    let rows = entries.iter().map(row).collect::<Option<Vec<Row>>>()?;
    let evaluates = roles.iter().any(|role| role.is_evaluation());
    let tells = evaluates && roles.contains(&SplitRole::Training);
    tells.then(|| Export::new("a list with splits", rows))
}

/// `{"a.jpg": "train", "b.jpg": "val"}`.
pub(super) fn by_name(text: &str) -> Option<Export> {
    let splits: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    let roles: Option<Vec<SplitRole>> = splits.values().map(|split| value_role(split)).collect();
    let roles = roles?;
    let evaluates = roles.iter().any(|role| role.is_evaluation());
    if !evaluates || !roles.contains(&SplitRole::Training) {
        return None;
    }
    let row = |(name, split)| Row {
        name,
        split: Some(split),
        ..Row::default()
    };
    let rows = splits.into_iter().map(row).collect();
    Some(Export::new("splits by name", rows))
}

/// `{"data": [{"image": …}, …]}`: of which split is told by the names of such files together.
pub(super) fn one_inside(text: &str) -> Option<Export> {
    const KEYS: [&str; 4] = ["data", "entries", "items", "records"];
    let whole: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
    let entries = KEYS.iter().find_map(|key| whole.get(*key)?.as_array())?;
    let rows = entries.iter().map(|entry| {
        let is_object = entry.is_object();
        let row = entry_of(entry, "").filter(|_| is_object)?;
        Some(Row { split: None, ..row })
    });
    Some(Export::new("a list", rows.collect::<Option<_>>()?))
}

/// `{"images": [{"filename": …, "split": "train"}]}`, as captions of COCO and Flickr are divided.
pub(super) fn of_images(text: &str) -> Option<Export> {
    #[derive(Deserialize)]
    struct Images {
        images: Vec<Divided>,
    }
    #[derive(Deserialize)]
    struct Divided {
        #[serde(default)]
        filepath: Option<String>,
        #[serde(alias = "file_name")]
        filename: String,
        split: String,
    }
    let Images { images } = serde_json::from_str(text).ok()?;
    let row = |image: Divided| Row {
        name: match image.filepath {
            Some(folder) if !folder.is_empty() => format!("{folder}/{}", image.filename),
            _ => image.filename,
        },
        split: Some(image.split),
        ..Row::default()
    };
    let rows = images.into_iter().map(row).collect();
    Some(Export::new("images with splits", rows))
}

/// An entry of a list: a name, a name and its class behind, or an object with both.
pub(super) fn entry_of(entry: &Value, split: &str) -> Option<Row> {
    let class_text = |value: &Value| match value {
        // A path is that of a mask.
        Value::String(text) => (!text.contains('/')).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let (name, class) = match entry {
        Value::String(name) => (name.clone(), None),
        Value::Array(fields) => {
            let name = fields.first()?.as_str()?.to_owned();
            (name, fields.get(1..)?.last().and_then(class_text))
        }
        Value::Object(fields) => {
            let name = PICTURE
                .iter()
                .chain(&["file_name", "filename", "image_path"]);
            let name = name.filter_map(|key| fields.get(*key)?.as_str()).next()?;
            let class = CLASS.iter().find_map(|key| class_text(fields.get(*key)?));
            (name.to_owned(), class)
        }
        _ => return None,
    };
    Some(Row {
        name,
        split: Some(split.to_owned()),
        drawn: class.into_iter().map(Drawn::tag).collect(),
        ..Row::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name split part` of each row.
    fn told(export: Option<Export>) -> Vec<String> {
        let or = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let rows = export.unwrap().rows.into_iter();
        rows.map(|row| format!("{} {} {}", row.name, or(row.split), or(row.part)))
            .collect()
    }

    #[test]
    fn folds_names_and_lists_inside_tell_splits() {
        let folds = r#"[{"train": ["a", "b"], "val": ["c"]}, {"train": ["c"], "val": ["a"]}]"#;
        let expected = [
            "a train fold0",
            "b train fold0",
            "c val fold0",
            "c train fold1",
            "a val fold1",
        ];
        assert_eq!(told(of_folds(folds)), expected);
        assert_eq!(of_folds(r#"[{"train": 1, "val": 2}]"#), None);
        assert_eq!(of_folds(r#"[{"image": ["a"], "train": ["b"]}]"#), None);
        let names = r#"{"a.jpg": "train", "b.jpg": "test"}"#;
        assert_eq!(told(by_name(names)), ["a.jpg train -", "b.jpg test -"]);
        assert_eq!(by_name(r#"{"a.jpg": "train", "b.jpg": "cat"}"#), None);
        assert_eq!(by_name(r#"{"a.jpg": "train"}"#), None);
        let inside =
            r#"{"dataset_name": "x", "data": [{"image": "documents/a.png", "answers": []}]}"#;
        assert_eq!(told(one_inside(inside)), ["documents/a.png - -"]);
        assert_eq!(one_inside(r#"{"data": ["a.png"]}"#), None);
        let yaml = "train:\n  - a.jpg\nval: [b.jpg]\n";
        assert_eq!(told(of_yaml(yaml)), ["a.jpg train -", "b.jpg val -"]);
        assert_eq!(
            of_yaml("train: images/train\nval: images/val\nnc: 2\n"),
            None
        );
    }

    #[test]
    fn a_field_tells_splits_as_a_column_does() {
        let words = r#"[{"image": "a.jpg", "split": "train"}, {"image": "b.jpg", "split": "val"}]"#;
        assert_eq!(told(by_field(words)), ["a.jpg train -", "b.jpg val -"]);
        let flags = r#"[{"image": "a.jpg", "joints": [], "isValidation": 0.0}, {"image": "b.jpg", "isValidation": 1.0}]"#;
        assert_eq!(told(by_field(flags)), ["a.jpg train -", "b.jpg val -"]);
        for other in [
            r#"[{"image": "a.jpg", "split": "train"}]"#,
            r#"[{"image": "a.jpg", "set": 3}, {"image": "b.jpg", "set": 9}]"#,
            r#"[{"name": "a", "split": "train"}, {"name": "b", "split": "val"}]"#,
            "[]",
        ] {
            assert_eq!(by_field(other), None, "{other}");
        }
    }

    #[test]
    fn a_name_that_says_more_than_a_split_tells_it_with_others_only() {
        let list = r#"[{"image": "a.jpg"}]"#;
        assert_eq!(told(one(list, Path::new("train.json"))), ["a.jpg train -"]);
        assert_eq!(
            told(one(list, Path::new("llava_train.json"))),
            ["a.jpg - -"]
        );
        assert_eq!(one(list, Path::new("captions.json")), None);
    }
}
