//! The tools and datasets whose JSON is a list of objects for each picture, and where each keeps
//! what. A further one is a further row of a table.

use serde_json::Value;

use super::shaped::{self, Form, NOTHING, Shape};
use super::{Export, Told, via_table};

const VIA: Form = Form {
    tool: "VGG Image Annotator",
    mark: "shape_attributes",
    pictures: "*",
    names: &["filename"],
    objects: &["regions/*"],
    class: &["region_attributes"],
    shapes: &[
        Shape::Corner([
            "shape_attributes/x",
            "shape_attributes/y",
            "shape_attributes/width",
            "shape_attributes/height",
        ]),
        Shape::Axes([
            "shape_attributes/all_points_x",
            "shape_attributes/all_points_y",
        ]),
    ],
    ..NOTHING
};

/// One file for many pictures.
const ALONE: &[Form] = &[
    VIA,
    Form {
        pictures: "_via_img_metadata/*",
        ..VIA
    },
    Form {
        tool: "Labelbox",
        mark: r#""Labeled Data""#,
        pictures: "*",
        names: &["External ID", "Labeled Data"],
        objects: &["Label/objects/*"],
        class: &["value", "title"],
        shapes: &[
            Shape::Corner(["bbox/left", "bbox/top", "bbox/width", "bbox/height"]),
            Shape::Points("polygon"),
        ],
        ..NOTHING
    },
    Form {
        tool: "Labelbox",
        mark: r#""data_row""#,
        pictures: "*",
        names: &["data_row/external_id", "data_row/row_data"],
        size: &[["media_attributes/width", "media_attributes/height"]],
        objects: &["projects/*/labels/*/annotations/objects/*"],
        class: &["value", "name"],
        shapes: &[
            Shape::Corner([
                "bounding_box/left",
                "bounding_box/top",
                "bounding_box/width",
                "bounding_box/height",
            ]),
            Shape::Points("polygon"),
        ],
        ..NOTHING
    },
    Form {
        tool: "Hasty",
        mark: r#""image_name""#,
        pictures: "images/*",
        names: &["image_name"],
        split: "dataset_name",
        size: &[["width", "height"]],
        objects: &["labels/*"],
        class: &["class_name"],
        shapes: &[Shape::Points("polygon"), Shape::EdgeList("bbox")],
        ..NOTHING
    },
    Form {
        tool: "OpenMMLab",
        mark: r#""data_list""#,
        pictures: "data_list/*",
        names: &["img_path"],
        size: &[["width", "height"]],
        objects: &["instances/*"],
        class: &["bbox_label"],
        classes: "metainfo/classes/*",
        shapes: &[Shape::EdgeList("bbox")],
        ..NOTHING
    },
    BDD,
    Form {
        pictures: "frames/*",
        ..BDD
    },
    Form {
        tool: "CrowdHuman",
        mark: r#""gtboxes""#,
        pictures: "*",
        names: &["ID"],
        objects: &["gtboxes/*"],
        class: &["tag"],
        shapes: &[Shape::CornerList("vbox"), Shape::CornerList("fbox")],
        ..NOTHING
    },
];

const BDD: Form = Form {
    tool: "BDD100K",
    mark: r#"2d""#,
    pictures: "*",
    names: &["name"],
    objects: &["labels/*"],
    class: &["category"],
    shapes: &[
        Shape::Edges(["box2d/x1", "box2d/y1", "box2d/x2", "box2d/y2"]),
        Shape::Points("poly2d/*/vertices"),
    ],
    ..NOTHING
};

/// What a file lists; `None` for other JSON.
pub(super) fn pictures(text: &str) -> Option<Export> {
    of_any(text, |text| serde_json::from_str(text).ok())
}

/// The same of a file with a record for each line.
pub(super) fn lines(text: &str) -> Option<Export> {
    of_any(text, |text| {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let records = lines.map(serde_json::from_str);
        Some(Value::Array(records.collect::<Result<_, _>>().ok()?))
    })
}

/// The same of a table with a row for each object.
pub(super) fn table(text: &str) -> Option<Export> {
    of_any(text, via_table::records)
}

fn of_any(text: &str, parse: impl Fn(&str) -> Option<Value>) -> Option<Export> {
    let mut marked = ALONE
        .iter()
        .filter(|form| text.contains(form.mark))
        .peekable();
    marked.peek()?;
    let whole = parse(text)?;
    let told = marked.filter_map(|form| shaped::export(&whole, form));
    let mut told = told.filter(|export| export.rows.iter().any(|row| !row.drawn.is_empty()));
    told.next()
}

/// JSON beside each picture of SA-1B.
pub(super) fn segment_anything(text: &str) -> Told {
    const FORM: Form = Form {
        size: &[["image/width", "image/height"]],
        objects: &["annotations/*"],
        shapes: &[Shape::CornerList("bbox")],
        ..NOTHING
    };
    shaped::beside(text, &FORM)
}

/// JSON beside each picture, in the form of Darwin.
pub(super) fn darwin(text: &str) -> Told {
    const FORM: Form = Form {
        size: &[
            ["item/slots/0/width", "item/slots/0/height"],
            ["image/width", "image/height"],
        ],
        objects: &["annotations/*"],
        class: &["name"],
        shapes: &[
            Shape::Points("polygon/paths/*"),
            Shape::Points("polygon/path"),
            Shape::Corner([
                "bounding_box/x",
                "bounding_box/y",
                "bounding_box/w",
                "bounding_box/h",
            ]),
        ],
        ..NOTHING
    };
    shaped::beside(text, &FORM)
}

/// Polygons of Cityscapes and Mapillary Vistas.
pub(super) fn cityscapes(text: &str) -> Told {
    const FORM: Form = Form {
        size: &[["imgWidth", "imgHeight"], ["width", "height"]],
        objects: &["objects/*"],
        class: &["label"],
        shapes: &[Shape::Points("polygon")],
        ..NOTHING
    };
    shaped::beside(text, &FORM)
}

/// Polygons of ADE20K.
pub(super) fn ade(text: &str) -> Told {
    const FORM: Form = Form {
        size: &[["annotation/imsize/1", "annotation/imsize/0"]],
        objects: &["annotation/object/*"],
        class: &["name"],
        shapes: &[Shape::Axes(["polygon/x", "polygon/y"])],
        ..NOTHING
    };
    shaped::beside(text, &FORM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::exports::Row;

    /// `name split class@right edge …` with size and faults of each picture.
    fn told(rows: &[Row]) -> Vec<String> {
        let row = |row: &Row| {
            let drawn = row.drawn.iter().map(|one| {
                let edge = one.bounds.map(|at| format!("@{}", at.right));
                let class = one.class.as_deref().unwrap_or("-");
                let outline = if one.outline == 0 { "" } else { "~" };
                format!(" {class}{}{outline}", edge.unwrap_or_default())
            });
            let faults = row.faults.iter().map(|fault| format!(" !{}", fault.1));
            let all: String = drawn.chain(faults).collect();
            let size = row.size.map_or(String::new(), |(w, h)| format!(" {w}x{h}"));
            format!("{}{size}{all}", row.name)
        };
        rows.iter().map(row).collect()
    }

    fn listed(text: &str) -> Option<(&'static str, Vec<String>)> {
        let export = pictures(text)?;
        Some((export.tool, told(&export.rows)))
    }

    #[test]
    fn lists_of_objects_are_read_wherever_a_tool_keeps_them() {
        let rect = r#"{"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}, "region_attributes": {"type": "cat"}}"#;
        let polygon = r#"{"shape_attributes": {"name": "polygon", "all_points_x": [1, 9, 5], "all_points_y": [1, 1, 5]}, "region_attributes": {}}"#;
        let via = format!(
            r#"{{"a.jpg7": {{"filename": "a.jpg", "regions": [{rect}, {polygon}]}}, "b.jpg8": {{"filename": "b.jpg", "regions": []}}}}"#
        );
        for (text, tool, expected) in [
            (via.clone(), "VGG Image Annotator", "a.jpg cat@4 -@9~"),
            (
                format!(r#"{{"_via_img_metadata": {via}, "_via_settings": {{}}}}"#),
                "VGG Image Annotator",
                "a.jpg cat@4 -@9~",
            ),
            (
                r#"[{"External ID": "a.jpg", "Labeled Data": "https://x/y", "Label": {"objects": [{"value": "cat", "bbox": {"top": 1, "left": 2, "height": 3, "width": 4}}, {"value": "dog", "polygon": [{"x": 1, "y": 1}, {"x": 8, "y": 2}, {"x": 1, "y": 3}]}]}}]"#.to_owned(),
                "Labelbox",
                "a.jpg cat@6 dog@8~",
            ),
            (
                r#"{"images": [{"image_name": "a.jpg", "dataset_name": "x", "width": 9, "height": 7, "labels": [{"class_name": "cat", "bbox": [1, 2, 3, 4], "polygon": null}]}]}"#.to_owned(),
                "Hasty",
                "a.jpg 9x7 cat@3",
            ),
            (
                r#"{"metainfo": {"classes": ["cat", "dog"]}, "data_list": [{"img_path": "a.jpg", "width": 9, "height": 7, "instances": [{"bbox": [1, 2, 3, 4], "bbox_label": 1}]}]}"#.to_owned(),
                "OpenMMLab",
                "a.jpg 9x7 dog@3",
            ),
            (
                r#"[{"name": "a.jpg", "labels": [{"category": "car", "box2d": {"x1": 1, "y1": 2, "x2": 3, "y2": 4}}, {"category": "lane", "poly2d": [{"vertices": [[1, 1], [6, 2], [3, 3]]}]}]}]"#.to_owned(),
                "BDD100K",
                "a.jpg car@3 lane@6~",
            ),
        ] {
            let (found, rows) = listed(&text).unwrap();
            assert_eq!((found, rows[0].as_str()), (tool, expected), "{text}");
        }
    }

    #[test]
    fn a_record_a_line_is_read_as_a_list_of_them() {
        let box_of = r#""gtboxes": [{"tag": "person", "vbox": [1, 2, 3, 4]}]"#;
        let text = format!("{{\"ID\": \"a\", {box_of}}}\n{{\"ID\": \"b\", {box_of}}}\n");
        let export = lines(&text).unwrap();
        assert_eq!(told(&export.rows), ["a person@4", "b person@4"]);
        assert!(lines("{\"ID\": \"a\"}\nno JSON\n").is_none());
    }

    #[test]
    fn a_shape_that_is_no_numbers_is_a_fault_and_other_json_is_of_other_tools() {
        let wrong = r#"[{"name": "a.jpg", "labels": [{"category": "car", "box2d": {"x1": "?", "y1": 2, "x2": 3, "y2": 4}}, {"category": "car", "box2d": {"x1": 1, "y1": 2, "x2": 3, "y2": 4}}]}]"#;
        assert_eq!(
            listed(wrong).unwrap().1,
            ["a.jpg car@3 !`box2d/x1` is not one of four numbers of a box"]
        );
        for text in [
            r#"[{"name": "a.jpg", "labels": ["car"]}]"#,
            r#"[{"name": "a.jpg", "labels": []}]"#,
            r#"{"a.jpg": {"filename": "a.jpg"}}"#,
            r#"{"images": [{"file_name": "a.jpg", "id": 1}], "annotations": []}"#,
            "{}",
            "3",
        ] {
            assert_eq!(listed(text), None, "{text}");
        }
    }

    #[test]
    fn files_beside_pictures_are_told_by_their_objects() {
        type Read = fn(&str) -> Told;
        let city = r#"{"imgHeight": 7, "imgWidth": 9, "objects": [{"label": "car", "polygon": [[1, 1], [6, 2], [3, 3]]}]}"#;
        let sam = r#"{"image": {"width": 9, "height": 7}, "annotations": [{"bbox": [1, 2, 3, 4], "segmentation": {}}]}"#;
        let darwin_text = r#"{"item": {"slots": [{"width": 9, "height": 7}]}, "annotations": [{"name": "cat", "bounding_box": {"x": 1, "y": 2, "w": 3, "h": 4}}]}"#;
        let ade_text = r#"{"annotation": {"imsize": [7, 9, 3], "object": [{"name": "car", "polygon": {"x": [1, 5, 3], "y": [1, 2, 3]}}]}}"#;
        for (read, text, expected) in [
            (cityscapes as Read, city, " 9x7 car@6~"),
            (segment_anything, sam, " 9x7 -@4"),
            (darwin, darwin_text, " 9x7 cat@4"),
            (ade, ade_text, " 9x7 car@5~"),
        ] {
            let Told::Picture(row) = read(text) else {
                panic!("{text}");
            };
            assert_eq!(told(&[row]), [expected]);
            assert_eq!(read("{}"), Told::OtherForm);
            assert_eq!(read("{"), Told::Damaged(1, "is no JSON".to_owned()));
        }
        assert_eq!(
            [darwin(sam), segment_anything(darwin_text)],
            [Told::OtherForm, Told::OtherForm]
        );
    }
}
