//! Files of `LabelMe`: JSON beside each picture.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{Row, Told};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::lenient::Lenient;

#[derive(Deserialize)]
struct LabelMe {
    #[serde(rename = "imagePath")]
    _path: IgnoredAny,
    #[serde(default)]
    shapes: Vec<Shape>,
    #[serde(default)]
    flags: Option<BTreeMap<String, Value>>,
    #[serde(default, rename = "imageWidth")]
    width: Option<Lenient<u32>>,
    #[serde(default, rename = "imageHeight")]
    height: Option<Lenient<u32>>,
}

#[derive(Deserialize)]
struct Shape {
    label: String,
    #[serde(default)]
    points: Option<Lenient<Vec<(f32, f32)>>>,
    #[serde(default)]
    shape_type: Option<String>,
}

/// What a file says of its picture: labels of its shapes, and flags that are set.
pub(super) fn picture(text: &str) -> Told {
    let read: LabelMe = match serde_json::from_str(text) {
        Ok(read) => read,
        Err(error) if error.is_data() => return Told::OtherForm,
        Err(error) => {
            return Told::Damaged(error.line() as u32, "is no JSON".to_owned());
        }
    };
    let side = |told: &Option<Lenient<u32>>| told.as_ref().and_then(Lenient::right);
    let mut row = Row {
        size: side(&read.width).zip(side(&read.height)),
        ..Row::default()
    };
    for shape in read.shapes {
        let label = shape.label.clone();
        match drawn(shape) {
            Some(drawn) => row.drawn.push(drawn),
            None => {
                let detail = format!("the `points` of `{label}` are no pairs of numbers");
                row.faults.push((FaultKind::Malformed, detail));
            }
        }
    }
    let flags = read.flags.unwrap_or_default().into_iter();
    let set = flags.filter_map(|(name, value)| (value == Value::Bool(true)).then_some(name));
    row.drawn.extend(set.map(Drawn::tag));
    Told::Picture(row)
}

/// A shape; points and lines have no area, and are of the whole picture here. `None` where its
/// points cannot be read.
fn drawn(shape: Shape) -> Option<Drawn> {
    let points = match &shape.points {
        None => Vec::new(),
        Some(points) => points.right()?,
    };
    let class = Some(shape.label);
    Some(match (shape.shape_type.as_deref(), points.as_slice()) {
        (Some("point" | "points" | "line" | "linestrip"), _) | (_, []) => Drawn {
            class,
            ..Drawn::default()
        },
        (Some("circle"), &[(x, y), (edge_x, edge_y)]) => {
            let radius = (edge_x - x).hypot(edge_y - y);
            let edges = [x, y, 2.0 * radius, 2.0 * radius];
            Drawn {
                class,
                bounds: Some(Bounds::from_centre(edges, Unit::Pixels)),
                ..Drawn::default()
            }
        }
        (_, [_, _]) => Drawn {
            class,
            bounds: Bounds::around(points.iter().copied(), Unit::Pixels),
            ..Drawn::default()
        },
        _ => Drawn::outline(class, &points, Unit::Pixels),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes with right edges, and faults.
    fn told(shapes: &str) -> (String, Vec<String>) {
        let text = format!(
            r#"{{"imagePath": "a.jpg", "imageWidth": 9, "imageHeight": 7, "shapes": [{shapes}], "flags": {{"dark": false, "wet": true}}}}"#
        );
        let Told::Picture(row) = picture(&text) else {
            panic!("{text}");
        };
        assert_eq!(row.size, Some((9, 7)));
        let drawn = row.drawn.iter().map(|one| {
            let edge = one.bounds.map(|at| format!("@{}", at.right));
            format!(
                "{}{}",
                one.class.as_deref().unwrap(),
                edge.unwrap_or_default()
            )
        });
        let faults = row.faults.into_iter().map(|fault| fault.1);
        (drawn.collect::<Vec<_>>().join(" "), faults.collect())
    }

    #[test]
    fn shapes_and_flags_are_read() {
        let shapes = r#"{"label": "cat", "points": [[4, 1], [2, 3]], "shape_type": "rectangle"},
            {"label": "dog", "points": [[1, 1], [6, 1], [1, 2]], "shape_type": "polygon"},
            {"label": "sun", "points": [[5, 5], [5, 7]], "shape_type": "circle"},
            {"label": "eye", "points": [[5, 5]], "shape_type": "point"}, {"label": "all"}"#;
        let drawn = "cat@4 dog@6 sun@7 eye all wet".to_owned();
        assert_eq!(told(shapes), (drawn, Vec::new()));
        let fault = "the `points` of `cat` are no pairs of numbers".to_owned();
        assert_eq!(
            told(r#"{"label": "cat", "points": "x"}"#),
            ("wet".to_owned(), vec![fault])
        );
    }

    #[test]
    fn another_form_is_told_from_a_damaged_file() {
        assert_eq!(picture(r#"{"version": 1}"#), Told::OtherForm);
        let damaged = Told::Damaged(2, "is no JSON".to_owned());
        assert_eq!(
            picture("{\"imagePath\": \"a.jpg\",\n\"shapes\": ["),
            damaged
        );
    }
}
