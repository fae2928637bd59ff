//! `CreateML`'s JSON: `[{"image": …, "annotations": [{"label": …, "coordinates": {…}}]}]`, with the
//! centre, width and height of each box in pixels.

use serde::Deserialize;

use super::{Export, Row};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::lenient::Lenient;

#[derive(Deserialize)]
struct Picture {
    #[serde(alias = "imagefilename")]
    image: String,
    #[serde(alias = "annotation")]
    annotations: Vec<Object>,
}

#[derive(Deserialize)]
struct Object {
    label: String,
    coordinates: Lenient<Coordinates>,
}

#[derive(Clone, Deserialize)]
struct Coordinates {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

/// What a file lists; `None` for another form, and where nothing is drawn.
pub(super) fn pictures(text: &str) -> Option<Export> {
    let pictures: Vec<Picture> = serde_json::from_str(text).ok()?;
    if pictures.iter().all(|one| one.annotations.is_empty()) {
        return None;
    }
    let rows = pictures.into_iter().map(row).collect();
    Some(Export::new("CreateML", rows))
}

fn row(picture: Picture) -> Row {
    let mut row = Row {
        name: picture.image,
        ..Row::default()
    };
    for Object { label, coordinates } in picture.annotations {
        let Some(at) = coordinates.right() else {
            let detail = format!("`coordinates` of `{label}` are not x, y, width and height");
            row.faults.push((FaultKind::Malformed, detail));
            continue;
        };
        let edges = [at.x, at.y, at.width, at.height];
        row.drawn.push(Drawn {
            bounds: Some(Bounds::from_centre(edges, Unit::Pixels)),
            ..Drawn::tag(label)
        });
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_told_by_their_centre() {
        let text = r#"[{"image": "a.jpg", "annotations": [
            {"label": "cat", "coordinates": {"x": 50, "y": 40, "width": 20, "height": 10}},
            {"label": "dog", "coordinates": {"x": "?", "y": 40, "width": 20, "height": 10}}]},
            {"image": "b.jpg", "annotations": []}]"#;
        let rows = pictures(text).unwrap().rows;
        assert_eq!((rows.len(), rows[0].drawn.len()), (2, 1));
        let at = rows[0].drawn[0].bounds.unwrap();
        assert_eq!(
            (at.left, at.top, at.right, at.bottom),
            (40.0, 35.0, 60.0, 45.0)
        );
        let fault = "`coordinates` of `dog` are not x, y, width and height";
        assert_eq!(rows[0].faults, [(FaultKind::Malformed, fault.to_owned())]);
    }

    #[test]
    fn other_lists_of_pictures_are_of_other_tools() {
        for text in [
            r#"[{"image": "a.jpg", "annotations": [{"result": []}]}]"#,
            r#"[{"image": "a.jpg", "annotations": []}]"#,
            r#"[{"image": "a.jpg"}]"#,
            "{}",
        ] {
            assert_eq!(pictures(text), None, "{text}");
        }
    }
}
