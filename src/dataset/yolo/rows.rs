//! Label files of YOLO: a text beside each picture, a line for each object. A line is a class
//! number and a box (centre, width and height as fractions), an outline (at least three points), or
//! a box with key points, as Ultralytics' trainer takes them.

use crate::annotation::{Bounds, Unit};
use crate::dataset::drawn::Drawn;

/// What a line may hold.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::dataset) struct Form {
    /// Numbers that key points add to a box; 0 where pictures have none.
    pub(in crate::dataset) key_points: usize,
}

/// A line that is none: its number, and what is wrong with it.
pub(in crate::dataset) type Malformed = (u32, String);

/// Reads a label file; `name` gives the name of a class by its number.
pub(in crate::dataset) fn read(
    text: &str,
    form: Form,
    name: impl Fn(u32) -> String,
) -> (Vec<Drawn>, Vec<Malformed>) {
    let (mut drawn, mut malformed) = (Vec::new(), Vec::new());
    for (line, number) in text.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        match row(line, form, &name) {
            Ok(one) => drawn.push(Drawn {
                line: number,
                ..one
            }),
            Err(detail) => malformed.push((number, detail)),
        }
    }
    (drawn, malformed)
}

/// Whether a text is a label file: each line is one, and there is a line.
pub(super) fn is_label_file(text: &str) -> bool {
    let name = |class: u32| class.to_string();
    let (drawn, malformed) = read(text, Form::default(), name);
    malformed.is_empty() && !drawn.is_empty()
}

fn row(line: &str, form: Form, name: impl Fn(u32) -> String) -> Result<Drawn, String> {
    let mut values = Vec::new();
    for field in line.split_whitespace() {
        let value = field.parse::<f32>().ok().filter(|value| value.is_finite());
        values.push(value.ok_or_else(|| format!("`{field}` is no number"))?);
    }
    let (class, place) = values.split_first().ok_or("the line is empty")?;
    if class.fract() != 0.0 || *class < 0.0 {
        return Err(format!("`{class}` is no number of a class"));
    }
    let class = Some(name(*class as u32));
    let boxed = |[x, y, width, height]: [f32; 4]| Drawn {
        class: class.clone(),
        bounds: Some(Bounds::from_centre([x, y, width, height], Unit::Fractions)),
        ..Drawn::default()
    };
    match *place {
        [x, y, width, height] => Ok(boxed([x, y, width, height])),
        [x, y, width, height, ..] if form.key_points > 0 && place.len() == 4 + form.key_points => {
            Ok(boxed([x, y, width, height]))
        }
        _ if form.key_points == 0 && place.len() >= 6 && place.len().is_multiple_of(2) => {
            let points: Vec<(f32, f32)> = place.chunks_exact(2).map(|at| (at[0], at[1])).collect();
            Ok(Drawn::outline(class, &points, Unit::Fractions))
        }
        _ => Err(format!(
            "{} numbers: a box has 5, {}",
            values.len(),
            match form.key_points {
                0 => "an outline a class and at least three points".to_owned(),
                more => format!("with the key points of `kpt_shape` {}", 5 + more),
            }
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str, key_points: usize) -> String {
        let (drawn, malformed) = read(line, Form { key_points }, |class| format!("c{class}"));
        match (drawn.first(), malformed.first()) {
            (Some(one), None) => {
                let bounds = one.bounds.unwrap();
                let kind = if one.outline == 0 { "box" } else { "outline" };
                let class = one.class.as_deref().unwrap();
                format!("{kind} {class} {} {}", bounds.left, bounds.bottom)
            }
            (None, Some((line, detail))) => format!("{line}: {detail}"),
            _ => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_line_is_a_box_an_outline_or_a_box_with_key_points() {
        assert_eq!(told("1 0.5 0.5 0.5 0.25", 0), "box c1 0.25 0.625");
        assert_eq!(told("0.0 .1 .2 .3 .2 .3 .4", 0), "outline c0 0.1 0.4");
        assert_eq!(told("2 0.5 0.5 0.5 0.5 0 0 2", 3), "box c2 0.25 0.75");
        assert_eq!(told(" \n", 0), "nothing");
    }

    #[test]
    fn other_lines_are_told_with_their_numbers() {
        for (line, key_points, detail) in [
            ("\ndog 0.5 0.5 0.1 0.2", 0, "2: `dog` is no number"),
            ("0 0.5 0.5 0.1 nan", 0, "1: `nan` is no number"),
            ("-1 0.5 0.5 0.1 0.1", 0, "1: `-1` is no number of a class"),
            ("0.5 0.5 0.5 0.1 0.1", 0, "1: `0.5` is no number of a class"),
            (
                "0 0.5 0.5 0.1",
                0,
                "1: 4 numbers: a box has 5, an outline a class and at least three points",
            ),
            (
                "0 0.5 0.5 0.1 0.1 0.9",
                0,
                "1: 6 numbers: a box has 5, an outline a class and at least three points",
            ),
            (
                "0 0.5 0.5 0.1 0.1 0 0",
                3,
                "1: 7 numbers: a box has 5, with the key points of `kpt_shape` 8",
            ),
        ] {
            assert_eq!(told(line, key_points), detail, "{line}");
        }
        assert!(!is_label_file("") && !is_label_file("cat\n") && is_label_file("0 1 1 1 1\n"));
    }
}
