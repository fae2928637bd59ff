//! Texts that say of many pictures what is drawn on each: a path, the number of boxes and a line
//! for each (WIDER FACE); or a path with boxes behind it, each four edges and a class (`a.jpg
//! 10,20,60,80,0 …`, as early trainers of YOLO take them).

use super::{Export, Row};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::file_kind::is_image_ending;

/// What a text lists; `None` for another form.
pub(super) fn pictures(text: &str) -> Option<Export> {
    let rows = counted(text).map(|rows| Export::new("WIDER FACE", rows));
    rows.or_else(|| Some(Export::new("YOLO with edges", in_line(text)?)))
}

/// Whether a line is a picture with boxes behind it.
pub(in crate::dataset) fn is_with_boxes(line: &str) -> bool {
    let told = picture_and_boxes(line).map(|(_, boxes)| boxes);
    told.is_some_and(|boxes| !boxes.is_empty() && boxes.iter().all(Option::is_some))
}

fn names_a_picture(line: &str) -> bool {
    let ending = line.rsplit_once('.').map_or("", |(_, ending)| ending);
    is_image_ending(ending)
}

/// Rows whose number stands behind the name of each picture.
fn counted(text: &str) -> Option<Vec<Row>> {
    const FIELDS: usize = 10;
    const INVALID: usize = 7;
    let lines = text.lines().zip(1u32..).map(|(line, at)| (line.trim(), at));
    let mut lines = lines.filter(|(line, _)| !line.is_empty()).peekable();
    let mut rows = Vec::new();
    while let Some((name, _)) = lines.next() {
        let count: usize = lines.next()?.0.parse().ok()?;
        if !names_a_picture(name) {
            return None;
        }
        let mut row = Row {
            name: name.to_owned(),
            ..Row::default()
        };
        for _ in 0..count {
            // Where fewer follow, the next picture is met.
            let Some((line, number)) = lines.next_if(|(line, _)| !names_a_picture(line)) else {
                let detail = format!("`{name}` has fewer boxes than the {count} that are told");
                row.faults.push((FaultKind::Malformed, detail));
                break;
            };
            let numbers = line.split_whitespace().map(|field| field.parse().ok());
            let numbers: Option<Vec<f32>> = numbers.collect();
            match numbers.as_deref() {
                Some(&[x, y, width, height, ..]) => {
                    let numbers = numbers.unwrap_or_default();
                    // Faces that nobody can tell are to be left out of account.
                    if numbers.get(INVALID) != Some(&1.0) {
                        row.drawn.push(Drawn {
                            bounds: Some(Bounds::from_corner([x, y, width, height], Unit::Pixels)),
                            line: number,
                            ..Drawn::default()
                        });
                    }
                }
                _ => {
                    let detail = format!("line {number}: `{line}` is no box");
                    row.faults.push((FaultKind::Malformed, detail));
                }
            }
        }
        // A picture without faces has a line of zeros.
        let is_empty = |line: &str| {
            let mut fields = line.split_whitespace();
            fields.clone().count() == FIELDS && fields.all(|field| field == "0")
        };
        if count == 0 {
            lines.next_if(|(line, _)| is_empty(line));
        }
        rows.push(row);
    }
    (!rows.is_empty()).then_some(rows)
}

/// Rows of which each line is a picture and its boxes.
fn in_line(text: &str) -> Option<Vec<Row>> {
    let lines = text.lines().zip(1u32..);
    let lines = lines.filter(|(line, _)| !line.trim().is_empty());
    let row = |(line, number): (&str, u32)| {
        let (name, boxes) = picture_and_boxes(line)?;
        let mut row = Row {
            name: name.to_owned(),
            ..Row::default()
        };
        for drawn in boxes {
            match drawn {
                Some(drawn) => row.drawn.push(Drawn {
                    line: number,
                    ..drawn
                }),
                None => {
                    let detail = format!("line {number}: a box is four edges and a class");
                    row.faults.push((FaultKind::Malformed, detail));
                }
            }
        }
        Some(row)
    };
    let rows: Vec<Row> = lines.map(row).collect::<Option<_>>()?;
    rows.iter().any(|row| !row.drawn.is_empty()).then_some(rows)
}

/// A picture, and what stands behind it as `left,top,right,bottom,class`.
fn picture_and_boxes(line: &str) -> Option<(&str, Vec<Option<Drawn>>)> {
    let mut fields = line.split_whitespace();
    let name = fields.next().filter(|name| names_a_picture(name))?;
    let is_list = |field: &&str| field.matches(',').count() == 4;
    let fields: Vec<&str> = fields.collect();
    if !fields.iter().all(is_list) {
        return None;
    }
    let drawn = |field: &&str| {
        let (edges, class) = field.rsplit_once(',')?;
        let edges = edges.split(',').map(|edge| edge.parse().ok());
        let edges: Vec<f32> = edges.collect::<Option<_>>()?;
        Some(Drawn {
            bounds: Some(Bounds::from_edges(edges.try_into().ok()?, Unit::Pixels)),
            ..Drawn::tag(class)
        })
    };
    Some((name, fields.iter().map(drawn).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tool, and `name class@right …` with faults.
    fn told(text: &str) -> Option<(&'static str, Vec<String>)> {
        let export = pictures(text)?;
        let row = |row: &Row| {
            let drawn = row.drawn.iter().map(|one| {
                let class = one.class.as_deref().unwrap_or_default();
                format!(" {class}@{}:{}", one.bounds.unwrap().right, one.line)
            });
            let faults = row.faults.iter().map(|fault| format!(" !{}", fault.1));
            format!("{}{}", row.name, drawn.chain(faults).collect::<String>())
        };
        Some((export.tool, export.rows.iter().map(row).collect()))
    }

    #[test]
    fn boxes_stand_below_their_picture_and_their_number() {
        let text = "0--Parade/a.jpg\n2\n1 2 3 4 0 0 0 0 0 0 \n5 6 7 8 0 0 0 1 0 0\n\
            b.jpg\n0\n0 0 0 0 0 0 0 0 0 0\nc.jpg\n2\n1 x 3 4\nd.jpg\n0\n";
        let expected = [
            "0--Parade/a.jpg @4:3",
            "b.jpg",
            "c.jpg !line 10: `1 x 3 4` is no box !`c.jpg` has fewer boxes than the 2 that are told",
            "d.jpg",
        ];
        let expected = expected.map(ToOwned::to_owned).to_vec();
        assert_eq!(told(text), Some(("WIDER FACE", expected)));
    }

    #[test]
    fn boxes_stand_behind_their_picture() {
        let text = "x/a.jpg 10,20,60,80,0 1,2,3,4,cat\nb.jpg\nc.jpg 1,x,3,4,0\n";
        let expected = [
            "x/a.jpg 0@60:1 cat@3:1",
            "b.jpg",
            "c.jpg !line 3: a box is four edges and a class",
        ];
        let expected = expected.map(ToOwned::to_owned).to_vec();
        assert_eq!(told(text), Some(("YOLO with edges", expected)));
        assert!(is_with_boxes("a.jpg 1,2,3,4,0") && !is_with_boxes("a.jpg"));
    }

    #[test]
    fn other_lists_are_of_another_form() {
        for text in [
            "a.jpg\nb.jpg\n",
            "a.jpg cat\n",
            "a.jpg 1\nb.jpg 2\n",
            "a.jpg,1,2,3,4,cat\n",
            "cat\n2\n",
            "a.jpg\n1\ncat\n7\n",
            "",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
