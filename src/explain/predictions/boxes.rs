//! Boxes that a detector found: results in COCO's form, and label files of YOLO with confidences.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Line, PredictionError};
use crate::explain::detection::{DetectedClass, Detection};
use crate::faults;

/// One entry of a list of results. Masks and key points beside the box are not read.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    image_id: Value,
    #[serde(default)]
    file_name: Option<String>,
    #[serde(default)]
    category_id: Value,
    #[serde(default, alias = "class_name")]
    category_name: Option<String>,
    #[serde(default)]
    bbox: Value,
    #[serde(default)]
    score: Value,
}

/// Whether a text is a list whose first entry says of an image what was found, and how surely.
pub(super) fn are_coco_results(text: &str) -> bool {
    let Some(entries) = text.strip_prefix('[') else {
        return false;
    };
    let mut first = serde_json::Deserializer::from_str(entries).into_iter::<Value>();
    let Some(Ok(Value::Object(first))) = first.next() else {
        return false;
    };
    let has = |name: &str| first.contains_key(name);
    let is_of_class = has("category_id") || has("category_name");
    (has("image_id") || has("file_name")) && (has("bbox") || (is_of_class && has("score")))
}

/// Reads `[{"image_id", "category_id", "bbox": [x, y, width, height], "score"}, ...]`: a line for
/// each image.
///
/// # Errors
/// An entry without an image, a class, a box or a score.
pub(super) fn coco_results(text: &str) -> Result<Vec<Line>, PredictionError> {
    let entries: Vec<Entry> =
        serde_json::from_str(text).map_err(|error| PredictionError::Line {
            line: error.line(),
            reason: faults::json(text.as_bytes(), &error, false),
        })?;
    let mut lines: Vec<Line> = Vec::new();
    let mut of_image: BTreeMap<(bool, String), usize> = BTreeMap::new();
    for (entry, number) in entries.into_iter().zip(1..) {
        let wrong = |reason: &str| PredictionError::Detection {
            number,
            reason: reason.to_owned(),
        };
        let image = match (entry.file_name, &entry.image_id) {
            (Some(name), _) => (true, name),
            (None, Value::String(id)) => (false, id.clone()),
            (None, Value::Number(id)) => (false, id.to_string()),
            _ => return Err(wrong("no `image_id` or `file_name`")),
        };
        let class = match (entry.category_name, &entry.category_id) {
            (Some(name), _) => DetectedClass::Name(name),
            (None, Value::String(name)) => class_of(name),
            (None, Value::Number(id)) => {
                let id = id
                    .as_i64()
                    .ok_or_else(|| wrong("`category_id` is no whole number"))?;
                DetectedClass::Id(id)
            }
            _ => return Err(wrong("no `category_id` or `category_name`")),
        };
        let corner = corner(&entry.bbox)
            .ok_or_else(|| wrong("`bbox` is not x, y, width and height, none negative in size"))?;
        let score = entry.score.as_f64().ok_or_else(|| {
            wrong("no `score`: annotations are no detections, and without it none is surer than another")
        })?;
        let at = *of_image.entry(image.clone()).or_insert_with(|| {
            let (is_name, image) = image;
            let [path, image_id] = [is_name, !is_name].map(|is_so| is_so.then(|| image.clone()));
            lines.push(Line {
                path,
                image_id,
                ..Line::default()
            });
            lines.len() - 1
        });
        lines[at].detections.push(Detection {
            class,
            corner,
            is_fraction: false,
            score,
        });
    }
    Ok(lines)
}

/// A number in quotes is a number.
fn class_of(text: &str) -> DetectedClass {
    match text.trim().parse() {
        Ok(id) => DetectedClass::Id(id),
        Err(_) => DetectedClass::Name(text.to_owned()),
    }
}

fn corner(bbox: &Value) -> Option<[f64; 4]> {
    let edges: Option<Vec<f64>> = bbox.as_array()?.iter().map(Value::as_f64).collect();
    let corner = <[f64; 4]>::try_from(edges?).ok()?;
    (corner[2] >= 0.0 && corner[3] >= 0.0).then_some(corner)
}

/// Reads label files as YOLO saves what it found, by the names of their images without ending: a
/// class, a box as fractions (or an outline) and a confidence.
///
/// # Errors
/// A line of another form, with its file.
#[cfg(feature = "cli")]
pub(crate) fn label_files(files: &[(String, String)]) -> Result<Vec<Line>, PredictionError> {
    let read = files.iter().map(|(stem, text)| {
        let rows = text
            .lines()
            .zip(1..)
            .filter(|(row, _)| !row.trim().is_empty());
        let detections = rows.map(|(row, line)| {
            detection(row).map_err(|reason| PredictionError::Line {
                line,
                reason: format!("`{stem}.txt`: {reason}"),
            })
        });
        Ok(Line {
            image_id: Some(stem.clone()),
            detections: detections.collect::<Result<_, _>>()?,
            ..Line::default()
        })
    });
    let lines: Vec<Line> = read.collect::<Result<_, _>>()?;
    match lines.iter().all(|line| line.detections.is_empty()) {
        true => Err(PredictionError::Empty),
        false => Ok(lines),
    }
}

#[cfg(feature = "cli")]
fn detection(row: &str) -> Result<Detection, String> {
    let fields: Option<Vec<f64>> = row
        .split_whitespace()
        .map(|field| {
            let value = field.parse::<f64>().ok();
            value.filter(|value| value.is_finite())
        })
        .collect();
    let fields = fields.ok_or("a field is no number")?;
    let is_class = |class: f64| class >= 0.0 && class.fract() == 0.0 && class < f64::from(u32::MAX);
    let corner = match fields[..] {
        [_, x, y, width, height, _] => [x - width / 2.0, y - height / 2.0, width, height],
        [_, ref points @ .., _] if points.len() >= 6 && points.len().is_multiple_of(2) => {
            around(points)
        }
        _ => {
            return Err(format!(
                "{} numbers: a class, four of a box and a confidence are 6 (`save_conf=True`)",
                fields.len()
            ));
        }
    };
    match fields.first() {
        Some(&class) if is_class(class) => Ok(Detection {
            class: DetectedClass::Place(class as u32),
            corner,
            is_fraction: true,
            score: fields[fields.len() - 1],
        }),
        _ => Err("the first number is no class".to_owned()),
    }
}

/// The box around an outline.
#[cfg(feature = "cli")]
fn around(points: &[f64]) -> [f64; 4] {
    let of = |first: usize, fold: fn(f64, f64) -> f64| {
        let own = points.iter().skip(first).step_by(2).copied();
        own.reduce(fold).unwrap_or(0.0)
    };
    let [left, top] = [of(0, f64::min), of(1, f64::min)];
    [left, top, of(0, f64::max) - left, of(1, f64::max) - top]
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn results_of_coco_are_one_line_an_image() {
        let text = r#" [{"image_id": 7, "category_id": 3, "bbox": [1, 2, 3.5, 4], "score": 0.5, "segmentation": {}},
            {"image_id": "b", "category_id": "2", "bbox": [0, 0, 1, 1], "score": 1},
            {"image_id": 7, "category_name": "cat", "category_id": 3, "bbox": [0, 0, 0, 0], "score": 0},
            {"image_id": 7, "file_name": "x/7.jpg", "category_id": "dog", "bbox": [0, 0, 1, 1], "score": 1}]"#;
        let lines = parse(text.as_bytes()).unwrap();
        let told: Vec<_> = lines
            .iter()
            .map(|line| {
                (
                    line.image_id.as_deref(),
                    line.path.as_deref(),
                    line.detections.len(),
                )
            })
            .collect();
        let by_path = (None, Some("x/7.jpg"), 1);
        assert_eq!(told, [(Some("7"), None, 2), (Some("b"), None, 1), by_path]);
        let of = |line: usize, at: usize| &lines[line].detections[at];
        assert_eq!(of(0, 0).corner, [1.0, 2.0, 3.5, 4.0]);
        let classes = [
            &of(0, 0).class,
            &of(0, 1).class,
            &of(1, 0).class,
            &of(2, 0).class,
        ];
        let name = |name: &str| DetectedClass::Name(name.to_owned());
        let expected = [
            DetectedClass::Id(3),
            name("cat"),
            DetectedClass::Id(2),
            name("dog"),
        ];
        assert_eq!(classes, expected.iter().collect::<Vec<_>>()[..]);
    }

    #[test]
    fn a_detection_that_lacks_something_is_told_by_its_number() {
        let good = r#"{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}"#;
        for (entry, reason) in [
            (
                r#"{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}"#,
                "no `score`",
            ),
            (
                r#"{"image_id": 1, "category_id": 1, "score": 1}"#,
                "`bbox` is not",
            ),
            (
                r#"{"image_id": 1, "category_id": 1, "bbox": [0, 0, -1, 1], "score": 1}"#,
                "`bbox` is not",
            ),
            (
                r#"{"image_id": 1, "bbox": [0, 0, 1, 1], "score": 1}"#,
                "no `category_id`",
            ),
            (
                r#"{"image_id": 1, "category_id": 1.5, "bbox": [0, 0, 1, 1], "score": 1}"#,
                "no whole number",
            ),
            (
                r#"{"category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}"#,
                "no `image_id`",
            ),
        ] {
            let refused = parse(format!("[{good}, {entry}]").as_bytes())
                .unwrap_err()
                .to_string();
            assert!(
                refused.starts_with("detection 2: ") && refused.contains(reason),
                "{refused}"
            );
        }
        let cut = format!("[{good}, {}", &good[..20]);
        assert!(
            parse(cut.as_bytes())
                .unwrap_err()
                .to_string()
                .contains("line 1")
        );
    }

    #[test]
    fn a_list_of_answers_is_no_list_of_boxes() {
        assert!(!are_coco_results(
            r#"[{"image_id": "a", "label": 1, "prediction": 1}]"#
        ));
        assert!(!are_coco_results(r#"[{"path": "a", "score": 1}]"#));
        assert!(!are_coco_results("[]"));
        assert!(are_coco_results(
            r#"[{"image_id": 1, "category_id": 1, "score": 1}]"#
        ));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn label_files_hold_a_class_a_box_and_a_confidence() {
        let read = |text: &str| label_files(&[("a.b".to_owned(), text.to_owned())]);
        let lines = read("2 0.5 0.5 0.5 0.25 0.9\n\n0 .1 .2 .3 .2 .3 .4 0.5\n").unwrap();
        assert_eq!(lines[0].image_id.as_deref(), Some("a.b"));
        let [boxed, outline] = &lines[0].detections[..] else {
            panic!("{lines:?}");
        };
        assert_eq!(
            (&boxed.class, boxed.corner, boxed.score),
            (&DetectedClass::Place(2), [0.25, 0.375, 0.5, 0.25], 0.9)
        );
        assert!((outline.corner[2] - 0.2).abs() < 1e-12 && outline.corner[0] == 0.1);
        for (text, reason) in [
            ("0 .5 .5 .1 .1\n", "line 1: `a.b.txt`: 5 numbers"),
            (
                "0 .5 .5 .1 .1 .9\ncat .5 .5 .1 .1 .9",
                "line 2: `a.b.txt`: a field",
            ),
            ("0.5 .5 .5 .1 .1 .9", "no class"),
            ("0 .1 .2 .3 .2 .3 .4", "7 numbers"),
            ("", "empty"),
        ] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains(reason), "{refused}");
        }
    }
}
