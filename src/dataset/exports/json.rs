//! Exports in JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::nested::nested;
use super::{Export, Row, createml, forms, label_studio, splits, vott};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::lenient::Lenient;
use crate::dataset::split_name::role_of;

/// Names of fields that tell a split.
pub(super) const SPLIT: [&str; 6] = ["split", "subset", "partition", "set", "data_split", "phase"];
/// Names of fields that tell a picture, likeliest first.
pub(super) const PICTURE: [&str; 7] = ["image", "img", "image_url", "url", "file", "path", "photo"];

/// Names of fields that tell a class.
pub(super) const CLASS: [&str; 5] = ["label", "class", "category", "class_name", "target"];

/// What a file of JSON lists; `None` for another form, and where it lists nothing.
pub(super) fn export(text: &str, file: &Path) -> Option<Export> {
    read(text, file).filter(|export| !export.rows.is_empty())
}

fn read(text: &str, file: &Path) -> Option<Export> {
    if let Some(export) = forms::pictures(text) {
        return Some(export);
    }
    if text.trim_start().starts_with('[') {
        return createml::pictures(text)
            .or_else(|| label_studio::tasks(text))
            .or_else(|| splits::of_folds(text))
            .or_else(|| splits::by_field(text))
            .or_else(|| splits::one(text, file))
            .or_else(|| nested(text));
    }
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_str(text).ok()?;
    let has = |key: &str| keys.contains_key(key);
    if has("samples") {
        fiftyone(text)
    } else if has("classes") && has("labels") {
        fiftyone_labels(text)
    } else if has("assets") {
        vott::assets(text)
    } else if has("items") && has("categories") {
        datumaro(text, file)
    } else if keys.keys().filter(|key| role_of(key).is_some()).count() > 1 {
        splits::several(text).or_else(|| nested(text))
    } else {
        let with_splits = has("images").then(|| splits::of_images(text)).flatten();
        with_splits
            .or_else(|| splits::by_name(text))
            .or_else(|| splits::one_inside(text))
            .or_else(|| nested(text))
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
        let mut tags = tags.into_iter().flatten().filter_map(Value::as_str);
        let truth = sample.get("ground_truth").or_else(|| {
            let told = |value: &&Value| value.get("_cls").is_some();
            sample.values().find(told)
        });
        let side = |name: &str| {
            let told = sample.get("metadata")?.get(name)?.as_u64()?;
            u32::try_from(told).ok()
        };
        Some(Row {
            name: sample.get("filepath")?.as_str()?.to_owned(),
            split: tags
                .find(|tag| role_of(tag).is_some())
                .map(ToOwned::to_owned),
            size: side("width").zip(side("height")),
            drawn: truth.map(truth_of).unwrap_or_default(),
            ..Row::default()
        })
    };
    Some(Export::new(
        "FiftyOne",
        samples.iter().filter_map(row).collect(),
    ))
}

/// Objects of a field of `FiftyOne`: a class, boxes as fractions, or outlines.
fn truth_of(truth: &Value) -> Vec<Drawn> {
    let class = |of: &Value| of.get("label")?.as_str().map(ToOwned::to_owned);
    let several = ["detections", "classifications", "polylines"].map(|key| truth.get(key));
    let several = several
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten();
    let object = |of: &Value| {
        let class = class(of);
        let outline = of.get("points").and_then(Value::as_array).map(|rings| {
            let points = rings.iter().filter_map(Value::as_array).flatten();
            points.filter_map(pair).collect::<Vec<(f32, f32)>>()
        });
        if let Some(points) = outline.filter(|points| !points.is_empty()) {
            return Drawn::outline(class, &points, Unit::Fractions);
        }
        let edges = of.get("bounding_box").and_then(numbers);
        let bounds = edges.and_then(|edges| <[f32; 4]>::try_from(edges).ok());
        Drawn {
            class,
            bounds: bounds.map(|edges| Bounds::from_corner(edges, Unit::Fractions)),
            ..Drawn::default()
        }
    };
    let single = class(truth).map(Drawn::tag);
    single.into_iter().chain(several.map(object)).collect()
}

/// `[x, y]`.
pub(super) fn pair(value: &Value) -> Option<(f32, f32)> {
    match numbers(value)?[..] {
        [x, y] => Some((x, y)),
        _ => None,
    }
}

fn numbers(value: &Value) -> Option<Vec<f32>> {
    let values = value.as_array()?.iter();
    values.map(|value| Some(value.as_f64()? as f32)).collect()
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
        let mut row = Row {
            name,
            ..Row::default()
        };
        match &value {
            Value::Number(number) => {
                let at = number.as_u64().and_then(|at| usize::try_from(at).ok());
                match at.and_then(|at| classes.get(at)) {
                    Some(class) => row.drawn.push(Drawn::tag(class.clone())),
                    None => row.faults.push(unknown_class(number)),
                }
            }
            Value::String(class) => row.drawn.push(Drawn::tag(class.clone())),
            _ => {}
        }
        row
    };
    Some(Export {
        rows: labels.into_iter().map(row).collect(),
        declared: classes,
        tool: "FiftyOne",
    })
}

fn unknown_class(number: impl std::fmt::Display) -> (FaultKind, String) {
    let detail = format!("class number {number} is not in the list of classes");
    (FaultKind::UnknownClass, detail)
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
    label_id: Option<Lenient<usize>>,
    #[serde(default)]
    bbox: Option<Lenient<[f32; 4]>>,
    #[serde(default)]
    points: Option<Lenient<Vec<f32>>>,
}

#[derive(Deserialize)]
struct Image {
    #[serde(default)]
    path: Option<String>,
    /// Height, then width.
    #[serde(default)]
    size: Option<Lenient<[u32; 2]>>,
}

/// `annotations/train.json` of Datumaro: the name of the file is the split.
fn datumaro(text: &str, file: &Path) -> Option<Export> {
    let read: Items = serde_json::from_str(text).ok()?;
    let names = read.categories.label.map(|label| label.labels);
    let names: Vec<String> = names
        .into_iter()
        .flatten()
        .map(|label| label.name)
        .collect();
    let split = file.file_stem()?.to_str()?;
    let split = role_of(split).map(|_| split.to_owned());
    let row = |item: Item| {
        let size = item
            .image
            .as_ref()
            .and_then(|image| image.size.as_ref()?.right());
        let path = item.image.and_then(|image| image.path);
        let mut row = Row {
            name: path.filter(|path| !path.is_empty()).unwrap_or(item.id),
            split: split.clone(),
            size: size.map(|[height, width]| (width, height)),
            ..Row::default()
        };
        for one in &item.annotations {
            let number = one.label_id.as_ref().and_then(Lenient::right);
            let class = number.and_then(|at| names.get(at).cloned());
            if let Some(number) = number.filter(|_| class.is_none()) {
                row.faults.push(unknown_class(number));
            }
            row.drawn.extend(drawn_by_datumaro(one, class));
        }
        row
    };
    Some(Export {
        rows: read.items.into_iter().map(row).collect(),
        declared: names,
        tool: "Datumaro",
    })
}

fn drawn_by_datumaro(one: &Annotation, class: Option<String>) -> Option<Drawn> {
    let points = one.points.as_ref().and_then(Lenient::right);
    if let Some(points) = points.filter(|points| points.len() >= 6) {
        let points: Vec<(f32, f32)> = points.chunks_exact(2).map(|at| (at[0], at[1])).collect();
        return Some(Drawn::outline(class, &points, Unit::Pixels));
    }
    let bounds = one.bbox.as_ref().and_then(Lenient::right);
    let drawn = Drawn {
        class,
        bounds: bounds.map(|edges| Bounds::from_corner(edges, Unit::Pixels)),
        ..Drawn::default()
    };
    (drawn != Drawn::default()).then_some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name split class` of each row.
    fn rows(text: &str) -> Vec<String> {
        let export = export(text, Path::new("annotations/train.json")).unwrap();
        let row = |row: &Row| {
            let drawn = row.drawn.iter().map(|one| {
                let class = one.class.as_deref().unwrap_or_default();
                let edges = one.bounds.map(|at| format!("@{:.0}", at.right * 100.0));
                format!("{class}{}", edges.unwrap_or_default())
            });
            let drawn = drawn.collect::<Vec<_>>().join("+");
            format!(
                "{} {} {drawn}",
                row.name,
                row.split.as_deref().unwrap_or("-")
            )
        };
        export.rows.iter().map(row).collect()
    }

    #[test]
    fn every_tool_tells_picture_split_and_classes() {
        let fiftyone = r#"{"samples": [{"filepath": "data/a.jpg", "tags": ["mine", "test"],
            "ground_truth": {"_cls": "Detections", "detections": [{"label": "cat", "bounding_box": [0.25, 0, 0.5, 1]}]}}]}"#;
        assert_eq!(rows(fiftyone), ["data/a.jpg test cat@75"]);
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
            "items": [{"id": "a", "annotations": [{"id": 0, "type": "label", "label_id": 0}, {"type": "bbox", "label_id": 0, "bbox": [0, 0, 2, 1]}, {"type": "caption"}]}]}"#;
        assert_eq!(rows(datumaro), ["a train cat+cat@200"]);
    }

    #[test]
    fn json_of_another_form_is_no_export() {
        let none = |text| export(text, Path::new("x.json")).is_none();
        assert!(none("{}") && none("[1, 2]") && none("[]") && none("{\"samples\": 3}"));
        assert!(none(
            r#"{"images": [], "annotations": [], "categories": []}"#
        ));
    }

    #[test]
    fn a_class_beyond_the_list_is_a_fault() {
        let faults = |text: &str| -> Vec<String> {
            let export = export(text, Path::new("annotations/train.json")).unwrap();
            let rows = export.rows.into_iter();
            rows.flat_map(|row| row.faults)
                .map(|fault| fault.1)
                .collect()
        };
        let fault = "class number 1 is not in the list of classes";
        let datumaro = |number| {
            format!(
                r#"{{"categories": {{"label": {{"labels": [{{"name": "cat"}}]}}}}, "items": [{{"id": "a", "annotations": [{{"label_id": {number}}}]}}]}}"#
            )
        };
        assert_eq!(
            (faults(&datumaro(1)), faults(&datumaro(0)).len()),
            (vec![fault.to_owned()], 0)
        );
        let labels = |number| format!(r#"{{"classes": ["cat"], "labels": {{"a": {number}}}}}"#);
        assert_eq!(
            (faults(&labels(1)), faults(&labels(0)).len()),
            (vec![fault.to_owned()], 0)
        );
    }
}
