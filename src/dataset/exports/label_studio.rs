//! Tasks of Label Studio: `[{"data": {"image": …, "split": …}, "annotations": […]}]`, or the
//! short form `[{"image": …, "label": […]}]`.

use serde_json::{Map, Value};

use super::json::{PICTURE, SPLIT, pair};
use super::{Export, Row};
use crate::annotation::{Bounds, Unit};
use crate::dataset::drawn::Drawn;

/// What tasks say; `None` for another form.
pub(super) fn tasks(text: &str) -> Option<Export> {
    let tasks: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    let row = |task: &Map<String, Value>| {
        let data = task.get("data").and_then(Value::as_object).unwrap_or(task);
        let text = |key: &&str| data.get(*key)?.as_str().map(ToOwned::to_owned);
        let mut drawn = Vec::new();
        for key in ["annotations", "choice", "label"] {
            match task.get(key) {
                Some(Value::String(class)) => drawn.push(Drawn::tag(class.clone())),
                Some(value) => collect(value, &mut drawn),
                None => {}
            }
        }
        Some(Row {
            name: PICTURE.iter().find_map(text)?,
            split: SPLIT.iter().find_map(text),
            drawn,
            ..Row::default()
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
    Some(Export::new(
        "Label Studio",
        tasks.iter().filter_map(row).collect(),
    ))
}

/// Values of the keys under which Label Studio writes what was chosen, with what was drawn beside.
fn collect(value: &Value, drawn: &mut Vec<Drawn>) {
    match value {
        Value::Array(several) => several.iter().for_each(|one| collect(one, drawn)),
        Value::Object(object) => {
            for (key, value) in object {
                let is_choice = key == "choices" || key == "labels" || key.ends_with("labels");
                match value {
                    Value::Array(names) if is_choice => {
                        let names = names.iter().filter_map(Value::as_str);
                        drawn.extend(names.map(|name| shape(object, name)));
                    }
                    Value::Array(_) | Value::Object(_) => collect(value, drawn),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// A box or an outline in percent of the sides, or a class of the whole picture.
fn shape(object: &Map<String, Value>, class: &str) -> Drawn {
    let share = |value: f32| value / 100.0;
    let points = object.get("points").and_then(Value::as_array);
    let points = points.into_iter().flatten().filter_map(pair);
    let points: Vec<(f32, f32)> = points.map(|(x, y)| (share(x), share(y))).collect();
    if points.len() > 2 {
        return Drawn::outline(Some(class.to_owned()), &points, Unit::Fractions);
    }
    let edges = ["x", "y", "width", "height"].map(|key| object.get(key).and_then(Value::as_f64));
    let bounds = match edges {
        [Some(x), Some(y), Some(width), Some(height)] => {
            let edges = [x, y, width, height].map(|edge| share(edge as f32));
            Some(Bounds::from_corner(edges, Unit::Fractions))
        }
        _ => None,
    };
    Drawn {
        bounds,
        ..Drawn::tag(class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name split class@right edge …` of each task.
    fn rows(text: &str) -> Vec<String> {
        let rows = tasks(text).unwrap().rows.into_iter();
        let of = |row: Row| {
            let drawn = row.drawn.iter().map(|one| {
                let edge = one.bounds.map(|at| format!("@{:.2}", at.right));
                format!(
                    "{}{}",
                    one.class.as_deref().unwrap(),
                    edge.unwrap_or_default()
                )
            });
            let drawn = drawn.collect::<Vec<_>>().join("+");
            format!(
                "{} {} {drawn}",
                row.name,
                row.split.as_deref().unwrap_or("-")
            )
        };
        rows.map(of).collect()
    }

    #[test]
    fn what_is_chosen_or_drawn_is_read_in_both_forms() {
        let long = r#"[{"id": 1, "data": {"image": "/data/upload/1/a.jpg", "split": "val"},
            "annotations": [{"result": [{"type": "choices", "value": {"choices": ["cat"]}}]}]}]"#;
        assert_eq!(rows(long), ["/data/upload/1/a.jpg val cat"]);
        let short = r#"[{"image": "a.jpg", "choice": "cat"},
            {"image": "b.jpg", "annotator": 1, "label": [{"rectanglelabels": ["dog"], "x": 10, "y": 0, "width": 20, "height": 5}, {"polygonlabels": ["cow"], "points": [[0, 0], [50, 0], [9, 9]]}]}]"#;
        assert_eq!(rows(short), ["a.jpg - cat", "b.jpg - dog@0.30+cow@0.50"]);
        assert_eq!(tasks(r#"[{"image": "a.jpg"}]"#), None);
    }
}
