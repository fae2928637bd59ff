//! Pascal VOC's XML beside each picture, `<annotation><object><name>cat</name><bndbox>…`, and that
//! of the first `LabelMe`, which has `<polygon><pt>` in its place.

use super::xml::{Met, each};
use super::{Row, Told};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;

/// Edges of a box, in the order of [`Object::edges`].
const EDGES: [&str; 4] = ["xmin", "ymin", "xmax", "ymax"];

/// An object as it is read.
#[derive(Default)]
struct Object {
    name: Option<String>,
    edges: [Option<f32>; 4],
    /// Coordinates of an outline, x and y in turn.
    points: Vec<f32>,
    line: u32,
}

/// What a file says of its picture.
pub(super) fn picture(text: &str) -> Told {
    let mut row = Row::default();
    let mut object = Object::default();
    let mut size = [None, None];
    let mut is_of_tool = false;
    let read = each(text, |around, line, met| {
        let around: Vec<&str> = around.iter().map(String::as_str).collect();
        match (&around[..], met) {
            (["annotation"], _) => is_of_tool = true,
            ([_], _) => return false,
            (["annotation", "object"], Met::Start(_)) => {
                object = Object {
                    line,
                    ..Object::default()
                };
            }
            (["annotation", "object"], Met::End(_)) => row.drawn.push(drawn(&mut object)),
            (["annotation", "object", "name"], Met::End(text)) => {
                object.name = Some(text.to_owned());
            }
            (["annotation", "object", "bndbox", edge], Met::End(text)) => {
                if let Some(at) = EDGES.iter().position(|own| own == edge) {
                    object.edges[at] = text.parse().ok();
                    if object.edges[at].is_none() {
                        let detail = format!("line {line}: `{edge}` `{text}` is no number");
                        row.faults.push((FaultKind::Malformed, detail));
                    }
                }
            }
            (["annotation", "object", "polygon", "pt", "x" | "y"], Met::End(text)) => {
                object.points.extend(text.parse::<f32>().ok());
            }
            (["annotation", "imagesize", "ncols"], Met::End(text)) => size[0] = text.parse().ok(),
            (["annotation", "imagesize", "nrows"], Met::End(text)) => size[1] = text.parse().ok(),
            (["annotation", "size", side], Met::End(text)) => match *side {
                "width" => size[0] = text.parse().ok(),
                "height" => size[1] = text.parse().ok(),
                _ => {}
            },
            _ => {}
        }
        true
    });
    match read {
        _ if !is_of_tool => Told::OtherForm,
        Err((line, message)) => Told::Damaged(line, message),
        Ok(()) => {
            // Tools that do not know the size write zeros.
            let told = size[0].zip(size[1]);
            row.size = told.filter(|&(width, height)| width > 0 && height > 0);
            Told::Picture(row)
        }
    }
}

fn drawn(object: &mut Object) -> Drawn {
    if object.points.len() >= 6 {
        let points: Vec<(f32, f32)> = object
            .points
            .chunks_exact(2)
            .map(|at| (at[0], at[1]))
            .collect();
        return Drawn {
            line: object.line,
            ..Drawn::outline(object.name.take(), &points, Unit::Pixels)
        };
    }
    let bounds = match object.edges {
        [Some(left), Some(top), Some(right), Some(bottom)] => Some(Bounds {
            left,
            top,
            right,
            bottom,
            unit: Unit::Pixels,
        }),
        _ => None,
    };
    Drawn {
        class: object.name.take(),
        bounds,
        line: object.line,
        ..Drawn::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `class@right edge:line …`, size and faults.
    fn told(objects: &str) -> (String, Option<(u32, u32)>, Vec<String>) {
        let text = format!(
            "<annotation><filename>a.jpg</filename>\n<size><width>9</width><height>7</height></size>\n{objects}</annotation>"
        );
        let Told::Picture(row) = picture(&text) else {
            panic!("{text}");
        };
        let drawn = row.drawn.iter().map(|one| {
            let edge = one.bounds.map(|at| format!("@{}", at.right));
            let class = one.class.as_deref().unwrap_or("-");
            format!("{class}{}:{}", edge.unwrap_or_default(), one.line)
        });
        let faults = row.faults.iter().map(|fault| fault.1.clone());
        (
            drawn.collect::<Vec<_>>().join(" "),
            row.size,
            faults.collect(),
        )
    }

    #[test]
    fn objects_have_a_name_and_a_box_and_their_parts_are_not_objects() {
        let objects = "<object><name>cat &amp; dog</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3.5</xmax><ymax>4</ymax></bndbox><part><name>head</name><bndbox><xmin>x</xmin></bndbox></part></object>\n<object><name>cow</name></object>";
        let expected = ("cat & dog@3.5:3 cow:4".to_owned(), Some((9, 7)), Vec::new());
        assert_eq!(told(objects), expected);
    }

    #[test]
    fn an_outline_may_stand_in_place_of_a_box() {
        let point = |x: u32, y: u32| format!("<pt><x>{x}</x><y>{y}</y></pt>");
        let points = [(1, 1), (5, 1), (3, 4)].map(|(x, y)| point(x, y)).concat();
        let object = format!("<object><name>cat</name><polygon>{points}</polygon></object>");
        assert_eq!(told(&object).0, "cat@5:3");
    }

    #[test]
    fn an_edge_that_is_no_number_is_told_with_its_line() {
        let (drawn, _, faults) =
            told("<object><name>cat</name>\n<bndbox><xmin>left</xmin></bndbox></object>");
        assert_eq!(drawn, "cat:3");
        assert_eq!(faults, ["line 4: `xmin` `left` is no number"]);
    }

    #[test]
    fn another_form_is_told_from_a_damaged_file() {
        assert_eq!(
            picture("<annotations><object/></annotations>"),
            Told::OtherForm
        );
        let damaged = Told::Damaged(1, "ends inside `<object>`".to_owned());
        assert_eq!(picture("<annotation><object>"), damaged);
        let Told::Picture(row) =
            picture("<annotation><size><width>0</width><height>0</height></size></annotation>")
        else {
            panic!("a file without objects is one");
        };
        assert_eq!(row, Row::default());
    }
}
