//! Exports in JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::{Export, Row};
use crate::dataset::split_name::role_of;

/// Names of fields that tell a split.
const SPLIT: [&str; 6] = ["split", "subset", "partition", "set", "data_split", "phase"];
/// Names of fields that tell a picture, likeliest first.
const PICTURE: [&str; 7] = ["image", "img", "image_url", "url", "file", "path", "photo"];

/// Names of fields that tell a class.
const CLASS: [&str; 5] = ["label", "class", "category", "class_name", "target"];

/// What a file of JSON lists; `None` for another form, and where it lists nothing.
pub(super) fn export(text: &str, file: &Path) -> Option<Export> {
    read(text, file).filter(|export| !export.rows.is_empty())
}

fn read(text: &str, file: &Path) -> Option<Export> {
    if text.trim_start().starts_with('[') {
        return label_studio(text).or_else(|| one_split(text, file));
    }
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_str(text).ok()?;
    let has = |key: &str| keys.contains_key(key);
    if has("samples") {
        fiftyone(text)
    } else if has("classes") && has("labels") {
        fiftyone_labels(text)
    } else if has("items") && has("categories") {
        datumaro(text, file)
    } else if keys.keys().filter(|key| role_of(key).is_some()).count() > 1 {
        several_splits(text)
    } else if has("images") {
        images_with_splits(text)
    } else {
        None
    }
}

/// `train.json` with a list of names or of objects that name pictures.
fn one_split(text: &str, file: &Path) -> Option<Export> {
    let split = file.file_stem()?.to_str()?;
    role_of(split)?;
    let entries: Vec<Value> = serde_json::from_str(text).ok()?;
    let rows = entries.iter().map(|entry| entry_of(entry, split));
    Some(Export {
        tool: "a list",
        rows: rows.collect::<Option<_>>()?,
    })
}

/// `{"train": […], "val": […]}`; keys of another kind are left alone.
fn several_splits(text: &str) -> Option<Export> {
    let splits: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
    let mut rows = Vec::new();
    for (split, entries) in splits.iter().filter(|(split, _)| role_of(split).is_some()) {
        let entries = entries.as_array()?.iter();
        let own = entries.map(|entry| entry_of(entry, split));
        rows.extend(own.collect::<Option<Vec<Row>>>()?);
    }
    let tool = "lists";
    Some(Export { tool, rows })
}

/// `{"images": [{"filename": …, "split": "train"}]}`, as captions of COCO and Flickr are divided.
fn images_with_splits(text: &str) -> Option<Export> {
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
        classes: BTreeSet::new(),
    };
    Some(Export {
        tool: "images with splits",
        rows: images.into_iter().map(row).collect(),
    })
}

/// An entry of a list: a name, a name and its class behind, or an object with both.
fn entry_of(entry: &Value, split: &str) -> Option<Row> {
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
        classes: class.into_iter().collect(),
    })
}

/// `[{"data": {"image": …, "split": …}, "annotations": […]}]`, or its short form.
fn label_studio(text: &str) -> Option<Export> {
    let tasks: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    let row = |task: &Map<String, Value>| {
        let data = task.get("data").and_then(Value::as_object).unwrap_or(task);
        let text = |key: &&str| data.get(*key)?.as_str().map(ToOwned::to_owned);
        let mut classes = BTreeSet::new();
        for key in ["annotations", "choice", "label"] {
            if let Some(value) = task.get(key) {
                collect_choices(value, &mut classes);
            }
        }
        Some(Row {
            name: PICTURE.iter().find_map(text)?,
            split: SPLIT.iter().find_map(text),
            classes,
        })
    };
    let is_of_tool = |task: &Map<String, Value>| {
        ["data", "annotations", "choice", "annotator"]
            .iter()
            .any(|key| task.contains_key(*key))
    };
    if !tasks.iter().any(is_of_tool) {
        return None;
    }
    Some(Export {
        tool: "Label Studio",
        rows: tasks.iter().filter_map(row).collect(),
    })
}

/// Values of the keys under which Label Studio writes what was chosen.
fn collect_choices(value: &Value, classes: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(classes.insert(text.clone())),
        Value::Array(several) => several
            .iter()
            .filter(|one| !one.is_string())
            .for_each(|one| collect_choices(one, classes)),
        Value::Object(object) => {
            for (key, value) in object {
                let is_choice = key == "choices" || key == "labels" || key.ends_with("labels");
                match value {
                    Value::Array(names) if is_choice => {
                        let names = names.iter().filter_map(Value::as_str);
                        classes.extend(names.map(ToOwned::to_owned));
                    }
                    Value::Array(_) | Value::Object(_) => collect_choices(value, classes),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

#[derive(Deserialize)]
struct Samples {
    samples: Vec<Map<String, Value>>,
}

/// `{"samples": [{"filepath": …, "tags": ["train"], "ground_truth": {…}}]}`.
fn fiftyone(text: &str) -> Option<Export> {
    let Samples { samples } = serde_json::from_str(text).ok()?;
    let row = |sample: &Map<String, Value>| {
        let tags = sample.get("tags").and_then(Value::as_array);
        let tags = tags.into_iter().flatten().filter_map(Value::as_str);
        let mut classes = BTreeSet::new();
        let truth = sample.get("ground_truth").or_else(|| {
            let told = |value: &&Value| value.get("_cls").is_some();
            sample.values().find(told)
        });
        if let Some(truth) = truth {
            let single = truth.get("label");
            let several = ["detections", "classifications", "polylines"].map(|key| truth.get(key));
            let several = several.into_iter().flatten().filter_map(Value::as_array);
            let of_several = several.flatten().filter_map(|one| one.get("label"));
            let all = single.into_iter().chain(of_several);
            classes.extend(all.filter_map(Value::as_str).map(ToOwned::to_owned));
        }
        Some(Row {
            name: sample.get("filepath")?.as_str()?.to_owned(),
            split: tags
                .filter(|tag| role_of(tag).is_some())
                .map(ToOwned::to_owned)
                .next(),
            classes,
        })
    };
    Some(Export {
        tool: "FiftyOne",
        rows: samples.iter().filter_map(row).collect(),
    })
}

#[derive(Deserialize)]
struct ClassOfEach {
    classes: Vec<String>,
    labels: BTreeMap<String, Value>,
}

/// `{"classes": ["cat"], "labels": {"0001": 0}}`.
fn fiftyone_labels(text: &str) -> Option<Export> {
    let ClassOfEach { classes, labels } = serde_json::from_str(text).ok()?;
    let row = |(name, value): (String, Value)| {
        let class = match &value {
            Value::Number(number) => classes
                .get(usize::try_from(number.as_u64()?).ok()?)
                .cloned(),
            Value::String(class) => Some(class.clone()),
            _ => None,
        };
        Some(Row {
            name,
            split: None,
            classes: class.into_iter().collect(),
        })
    };
    Some(Export {
        tool: "FiftyOne",
        rows: labels.into_iter().filter_map(row).collect(),
    })
}

#[derive(Deserialize)]
struct Items {
    categories: Categories,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Categories {
    #[serde(default)]
    label: Option<Labels>,
}

#[derive(Deserialize)]
struct Labels {
    labels: Vec<Label>,
}

#[derive(Deserialize)]
struct Label {
    name: String,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    #[serde(default)]
    annotations: Vec<Annotation>,
    #[serde(default)]
    image: Option<Image>,
}

#[derive(Deserialize)]
struct Annotation {
    #[serde(default)]
    label_id: Option<usize>,
}

#[derive(Deserialize)]
struct Image {
    #[serde(default)]
    path: Option<String>,
}

/// `annotations/train.json` of Datumaro: the name of the file is the split.
fn datumaro(text: &str, file: &Path) -> Option<Export> {
    let read: Items = serde_json::from_str(text).ok()?;
    let names = read.categories.label.map(|label| label.labels);
    let names = names.unwrap_or_default();
    let split = file.file_stem()?.to_str()?;
    let split = role_of(split).map(|_| split.to_owned());
    let row = |item: Item| Row {
        classes: item
            .annotations
            .iter()
            .filter_map(|one| Some(names.get(one.label_id?)?.name.clone()))
            .collect(),
        name: item
            .image
            .and_then(|image| image.path)
            .filter(|path| !path.is_empty())
            .unwrap_or(item.id),
        split: split.clone(),
    };
    Some(Export {
        tool: "Datumaro",
        rows: read.items.into_iter().map(row).collect(),
    })
}

#[derive(Deserialize)]
struct LabelMe {
    #[serde(rename = "imagePath")]
    _path: IgnoredAny,
    #[serde(default)]
    shapes: Vec<Shape>,
    #[serde(default)]
    flags: Option<BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct Shape {
    label: String,
}

/// The classes of a picture: labels of its shapes, and flags that are set.
pub(super) fn labelme(text: &str) -> Option<BTreeSet<String>> {
    let read: LabelMe = serde_json::from_str(text).ok()?;
    let flags = read.flags.unwrap_or_default().into_iter();
    let set = flags.filter_map(|(name, value)| (value == Value::Bool(true)).then_some(name));
    let shapes = read.shapes.into_iter().map(|shape| shape.label);
    Some(shapes.chain(set).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name split class` of each row.
    fn rows(text: &str) -> Vec<String> {
        let export = export(text, Path::new("annotations/train.json")).unwrap();
        let row = |row: &Row| {
            let classes: Vec<&str> = row.classes.iter().map(String::as_str).collect();
            let split = row.split.as_deref().unwrap_or("-");
            format!("{} {split} {}", row.name, classes.join("+"))
        };
        export.rows.iter().map(row).collect()
    }

    #[test]
    fn every_tool_tells_picture_split_and_classes() {
        let label_studio = r#"[{"id": 1, "data": {"image": "/data/upload/1/a.jpg", "split": "val"},
            "annotations": [{"result": [{"type": "choices", "value": {"choices": ["cat"]}}]}]}]"#;
        assert_eq!(rows(label_studio), ["/data/upload/1/a.jpg val cat"]);
        let short = r#"[{"image": "a.jpg", "choice": "cat"},
            {"image": "b.jpg", "annotator": 1, "label": [{"rectanglelabels": ["dog"]}, {"rectanglelabels": ["cow"]}]}]"#;
        assert_eq!(rows(short), ["a.jpg - cat", "b.jpg - cow+dog"]);
        let fiftyone = r#"{"samples": [{"filepath": "data/a.jpg", "tags": ["mine", "test"],
            "ground_truth": {"_cls": "Detections", "detections": [{"label": "cat"}]}}]}"#;
        assert_eq!(rows(fiftyone), ["data/a.jpg test cat"]);
        let labels = r#"{"classes": ["cat", "dog"], "labels": {"a": 1, "b": null}}"#;
        assert_eq!(rows(labels), ["a - dog", "b - "]);
        let lists = r#"{"train": ["a.jpg"], "val": [["b.jpg", 1, "dog"]], "classes": 2}"#;
        assert_eq!(rows(lists), ["a.jpg train ", "b.jpg val dog"]);
        let medical = r#"{"name": "x", "training": [{"image": "./t/a.png", "label": "./l/a.png"}], "test": ["./t/b.png"]}"#;
        assert_eq!(rows(medical), ["./t/b.png test ", "./t/a.png training "]);
        let list = r#"[{"file_name": "a.jpg", "label": 3}, {"image": "b.jpg"}]"#;
        assert_eq!(rows(list), ["a.jpg train 3", "b.jpg train "]);
        let captions = r#"{"images": [{"filepath": "val2014", "filename": "a.jpg", "split": "restval", "sentids": [1]}]}"#;
        assert_eq!(rows(captions), ["val2014/a.jpg restval "]);
        let datumaro = r#"{"info": {}, "categories": {"label": {"labels": [{"name": "cat"}]}},
            "items": [{"id": "a", "annotations": [{"id": 0, "type": "label", "label_id": 0}]}]}"#;
        assert_eq!(rows(datumaro), ["a train cat"]);
    }

    #[test]
    fn json_of_another_form_is_no_export() {
        let none = |text| export(text, Path::new("x.json")).is_none();
        assert!(none("{}") && none("[1, 2]") && none("[]") && none("{\"samples\": 3}"));
        assert!(none(
            r#"{"images": [], "annotations": [], "categories": []}"#
        ));
        assert_eq!(labelme(r#"{"version": 1}"#), None);
    }

    #[test]
    fn shapes_and_flags_are_classes() {
        let text = r#"{"imagePath": "a.jpg", "shapes": [{"label": "cat"}], "flags": {"dark": false, "wet": true}}"#;
        let classes = labelme(text).unwrap();
        assert_eq!(classes.into_iter().collect::<Vec<_>>(), ["cat", "wet"]);
    }
}
