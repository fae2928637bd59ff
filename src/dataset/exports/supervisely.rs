//! Files of Supervisely: `ann/a.jpg.json` for `img/a.jpg`.

use serde::Deserialize;

use super::{Row, Told};
use crate::annotation::{FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::lenient::Lenient;

#[derive(Deserialize)]
struct Annotation {
    size: Size,
    objects: Vec<Object>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Size {
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "classTitle")]
    class: String,
    #[serde(default)]
    points: Option<Lenient<Points>>,
}

#[derive(Clone, Deserialize)]
struct Points {
    exterior: Vec<(f32, f32)>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

/// What a file says of its picture.
pub(super) fn picture(text: &str) -> Told {
    let read: Annotation = match serde_json::from_str(text) {
        Ok(read) => read,
        Err(error) if error.is_data() => return Told::OtherForm,
        Err(error) => return Told::Damaged(error.line() as u32, "is no JSON".to_owned()),
    };
    let mut row = Row {
        size: Some((read.size.width, read.size.height)),
        drawn: read
            .tags
            .into_iter()
            .map(|tag| Drawn::tag(tag.name))
            .collect(),
        ..Row::default()
    };
    for object in read.objects {
        let points = object.points.as_ref().map(Lenient::right);
        match points {
            // Bitmaps have no points.
            None => row.drawn.push(Drawn::tag(object.class)),
            Some(Some(points)) => row.drawn.push(shape(object.class, &points.exterior)),
            Some(None) => {
                let detail = format!("the `points` of `{}` are no pairs of numbers", object.class);
                row.faults.push((FaultKind::Malformed, detail));
            }
        }
    }
    Told::Picture(row)
}

fn shape(class: String, points: &[(f32, f32)]) -> Drawn {
    let drawn = Drawn::outline(Some(class), points, Unit::Pixels);
    match points.len() {
        // Two opposite corners.
        2 => Drawn {
            outline: 0,
            ..drawn
        },
        // A point has no area.
        1 => Drawn {
            outline: 0,
            bounds: None,
            ..drawn
        },
        _ => drawn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_classes_and_points() {
        let text = r#"{"description": "", "tags": [{"name": "wet"}], "size": {"height": 7, "width": 9}, "objects": [
            {"classTitle": "cat", "geometryType": "rectangle", "points": {"exterior": [[4, 1], [2, 3]], "interior": []}},
            {"classTitle": "dog", "bitmap": {"data": "x", "origin": [0, 0]}},
            {"classTitle": "cow", "points": {"exterior": "x"}}]}"#;
        let Told::Picture(row) = picture(text) else {
            panic!("{text}");
        };
        let drawn = row.drawn.iter().map(|one| {
            let edge = one.bounds.map(|at| format!("@{}", at.right));
            format!(
                "{}{}",
                one.class.as_deref().unwrap(),
                edge.unwrap_or_default()
            )
        });
        assert_eq!(drawn.collect::<Vec<_>>(), ["wet", "cat@4", "dog"]);
        assert_eq!(row.size, Some((9, 7)));
        assert_eq!(row.faults.len(), 1);
        assert_eq!(picture("{}"), Told::OtherForm);
        assert_eq!(picture("{"), Told::Damaged(1, "is no JSON".to_owned()));
    }
}
