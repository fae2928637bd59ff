//! CVAT's XML: `<annotations><image name subset><box label/></image></annotations>`.

use super::xml::{Element, Met, attribute, each};
use super::{Export, Row};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;

/// What a file lists; `None` for another form, for damaged text, and where it lists nothing.
pub(super) fn images(text: &str) -> Option<Export> {
    let mut rows: Vec<Row> = Vec::new();
    let mut is_of_tool = true;
    each(text, |around, line, met| {
        let Met::Start(element) = met else {
            return true;
        };
        let around: Vec<&str> = around.iter().map(String::as_str).collect();
        match around[..] {
            ["annotations"] => {}
            ["annotations", "image"] => match attribute(element, "name") {
                Some(name) => rows.push(Row {
                    name,
                    split: attribute(element, "subset").filter(|subset| !subset.is_empty()),
                    size: number(element, "width").zip(number(element, "height")),
                    ..Row::default()
                }),
                None => is_of_tool = false,
            },
            ["annotations", "image", kind] => {
                if let Some(row) = rows.last_mut()
                    && let Some(class) = attribute(element, "label")
                {
                    match shape(element, kind, class) {
                        Ok(drawn) => row.drawn.push(Drawn { line, ..drawn }),
                        Err(detail) => row.faults.push((FaultKind::Malformed, detail)),
                    }
                }
            }
            [_] => is_of_tool = false,
            _ => {}
        }
        is_of_tool
    })
    .ok()?;
    let export = Export::new("CVAT", rows);
    (is_of_tool && !export.rows.is_empty()).then_some(export)
}

fn number(element: &Element<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.parse().ok()
}

fn shape(element: &Element<'_>, kind: &str, class: String) -> Result<Drawn, String> {
    let wrong = |name: &str| format!("`{name}` of a `{kind}` with label `{class}` is no number");
    let edge = |name: &str| -> Result<f32, String> {
        let text = attribute(element, name).unwrap_or_default();
        text.parse().map_err(|_| wrong(name))
    };
    match kind {
        "box" => {
            let bounds = Bounds {
                left: edge("xtl")?,
                top: edge("ytl")?,
                right: edge("xbr")?,
                bottom: edge("ybr")?,
                unit: Unit::Pixels,
            };
            Ok(Drawn {
                bounds: Some(bounds),
                ..Drawn::tag(class)
            })
        }
        "polygon" => {
            let text = attribute(element, "points").unwrap_or_default();
            let point = |point: &str| {
                let (x, y) = point.split_once(',')?;
                Some((x.trim().parse().ok()?, y.trim().parse().ok()?))
            };
            let points: Option<Vec<(f32, f32)>> = text.split(';').map(point).collect();
            let points = points.ok_or_else(|| wrong("points"))?;
            Ok(Drawn::outline(Some(class), &points, Unit::Pixels))
        }
        _ => Ok(Drawn::tag(class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name split size class@right edge …` of each image, and faults.
    fn told(images_text: &str) -> (Vec<String>, Vec<String>) {
        let text = format!(
            "<?xml version=\"1.0\"?><annotations><version>1.1</version>{images_text}</annotations>"
        );
        let rows = images(&text).unwrap().rows;
        let of = |row: &Row| {
            let drawn = row.drawn.iter().map(|one| {
                let edge = one.bounds.map(|at| format!("@{}", at.right));
                format!(
                    "{}{}",
                    one.class.as_deref().unwrap(),
                    edge.unwrap_or_default()
                )
            });
            let drawn = drawn.collect::<Vec<_>>().join("+");
            let size = row.size.map_or("-".to_owned(), |(w, h)| format!("{w}x{h}"));
            format!(
                "{} {} {size} {drawn}",
                row.name,
                row.split.as_deref().unwrap_or("-")
            )
        };
        let faults = rows.iter().flat_map(|row| &row.faults);
        (
            rows.iter().map(of).collect(),
            faults.map(|fault| fault.1.clone()).collect(),
        )
    }

    #[test]
    fn images_have_a_subset_a_size_and_shapes() {
        let text = r#"<image id="0" name="a &amp; b.jpg" subset="train" width="9" height="7"><tag label="cat"/></image>
            <image id="1" name="c.jpg"><box label="dog" xtl="1" ytl="1" xbr="5.5" ybr="3"><attribute name="x">1</attribute></box><polygon label="cow" points="1,1;4,2;3,3"/></image>
            <image id="2" name="d.jpg"/>"#;
        let expected = [
            "a & b.jpg train 9x7 cat",
            "c.jpg - - dog@5.5+cow@4",
            "d.jpg - - ",
        ];
        assert_eq!(told(text).0, expected);
    }

    #[test]
    fn a_shape_without_its_numbers_is_told() {
        let text = r#"<image name="a.jpg"><box label="dog" xtl="1" ytl="1" xbr="x" ybr="3"/><polygon label="cow" points="1"/><tag label="cat"/></image>"#;
        let (rows, faults) = told(text);
        assert_eq!(rows, ["a.jpg - - cat"]);
        let expected = [
            "`xbr` of a `box` with label `dog` is no number",
            "`points` of a `polygon` with label `cow` is no number",
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn xml_of_another_form_is_no_export() {
        for text in [
            "<annotation/>",
            "<annotations/>",
            "no",
            "<annotations><image/></annotations>",
            "<annotations><image name='a'/>",
        ] {
            assert_eq!(images(text), None, "{text}");
        }
    }
}
