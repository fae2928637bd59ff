//! Text files beside pictures, a line for each object: KITTI's (`Car 0.00 0 1.55 left top right
//! bottom …`), DOTA's (four corners, class, difficulty), ICDAR's (corners or edges, and the text
//! that stands there), `VisDrone`'s (a corner, width, height, and numbers), and YOLO's without a
//! `data.yaml`.

use super::{Row, Told};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::yolo::rows::{self, Form};

/// Fields of a line of KITTI: a class, 14 numbers, and perhaps how sure it is.
const KITTI: [usize; 2] = [15, 16];

/// Heads of lines in which DOTA says where a picture comes from.
const DOTA_NOTES: [&str; 2] = ["imagesource", "gsd"];

/// Objects of KITTI.
pub(super) fn kitti(text: &str) -> Told {
    of_lines(text, |line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (class, numbers) = fields.split_first()?;
        if !KITTI.contains(&fields.len()) || class.parse::<f32>().is_ok() {
            return None;
        }
        let numbers: Option<Vec<f32>> = numbers.iter().map(|field| field.parse().ok()).collect();
        let Some(numbers) = numbers else {
            return Some(Err(format!("`{class}` has a field that is no number")));
        };
        // Regions to be left out of account are no objects.
        Some(Ok((*class != "DontCare").then(|| Drawn {
            bounds: Some(Bounds {
                left: numbers[3],
                top: numbers[4],
                right: numbers[5],
                bottom: numbers[6],
                unit: Unit::Pixels,
            }),
            ..Drawn::tag(*class)
        })))
    })
}

/// Objects of DOTA.
pub(super) fn dota(text: &str) -> Told {
    of_lines(text, |line| {
        let is_note = |head: &&str| {
            let rest = line.strip_prefix(*head);
            rest.is_some_and(|rest| rest.starts_with(':'))
        };
        if DOTA_NOTES.iter().any(is_note) {
            return Some(Ok(None));
        }
        let fields: Vec<&str> = line.split_whitespace().collect();
        let corners = fields.get(..8)?;
        let class = fields.get(8).filter(|_| fields.len() <= 10)?;
        if class.parse::<f32>().is_ok() {
            return None;
        }
        let corners: Option<Vec<f32>> = corners.iter().map(|field| field.parse().ok()).collect();
        let Some(corners) = corners else {
            return Some(Err(format!("`{class}` has a corner that is no number")));
        };
        let points: Vec<(f32, f32)> = corners.chunks_exact(2).map(|at| (at[0], at[1])).collect();
        let class = Some((*class).to_owned());
        Some(Ok(Some(Drawn::outline(class, &points, Unit::Pixels))))
    })
}

/// Words of ICDAR, without a class: `x1,y1,…,x4,y4,text`, or `left top right bottom "text"`.
pub(super) fn icdar(text: &str) -> Told {
    const CORNERS: usize = 8;
    of_lines(text, |line| {
        let quoted = line.split_once('"').filter(|(_, rest)| rest.ends_with('"'));
        let (place, written) = match quoted {
            Some((place, rest)) => (place, rest.trim_end_matches('"')),
            None => {
                let (at, _) = line.match_indices(',').nth(CORNERS - 1)?;
                (&line[..at], &line[at + 1..])
            }
        };
        let is_gap = |c: char| c.is_whitespace() || c == ',';
        let fields = place.split(is_gap).filter(|field| !field.is_empty());
        let numbers: Option<Vec<f32>> = fields.map(|field| field.parse().ok()).collect();
        let numbers = numbers?;
        // What nobody can read is to be left out of account.
        let is_read = written.trim() != "###";
        let drawn = match (quoted, numbers.as_slice()) {
            (Some(_), &[left, top, right, bottom]) => Drawn {
                bounds: Some(Bounds::from_edges([left, top, right, bottom], Unit::Pixels)),
                ..Drawn::default()
            },
            (None, corners) if corners.len() == CORNERS => {
                let points = corners.chunks_exact(2).map(|at| (at[0], at[1]));
                Drawn::outline(None, &points.collect::<Vec<_>>(), Unit::Pixels)
            }
            _ => return None,
        };
        Some(Ok(is_read.then_some(drawn)))
    })
}

/// Objects of `VisDrone`: `left,top,width,height,score,class,truncation,occlusion`.
pub(super) fn visdrone(text: &str) -> Told {
    const FIELDS: usize = 8;
    of_lines(text, |line| {
        let fields = line.trim_end_matches(',').split(',');
        let numbers: Option<Vec<i32>> = fields.map(|field| field.trim().parse().ok()).collect();
        let numbers = numbers.filter(|numbers| numbers.len() == FIELDS)?;
        // Regions to be left out of account are scored 0.
        let is_counted = numbers[4] != 0;
        let [x, y, width, height] = [0, 1, 2, 3].map(|at| numbers[at] as f32);
        Some(Ok(is_counted.then(|| Drawn {
            bounds: Some(Bounds::from_corner([x, y, width, height], Unit::Pixels)),
            ..Drawn::tag(numbers[5].to_string())
        })))
    })
}

/// Objects of YOLO, with numbers as names of classes.
pub(super) fn yolo(text: &str) -> Told {
    let (drawn, malformed) = rows::read(text, Form::default(), |class| class.to_string());
    // Where nothing lies within a picture, the numbers are no fractions of one.
    let is_outside = |one: &Drawn| {
        let centre = |low: f32, high: f32| f32::midpoint(low, high);
        one.bounds
            .is_some_and(|of| centre(of.left, of.right).max(centre(of.top, of.bottom)) > 1.5)
    };
    let are_others = drawn.iter().all(is_outside) && !(drawn.is_empty() && malformed.is_empty());
    if are_others {
        return Told::OtherForm;
    }
    let fault =
        |(line, detail): (u32, String)| (FaultKind::Malformed, format!("line {line}: {detail}"));
    Told::Picture(Row {
        drawn,
        faults: malformed.into_iter().map(fault).collect(),
        ..Row::default()
    })
}

/// Reads line by line. A line is of another form (`None`), wrong, or draws something or nothing;
/// a file of which no line is of the form is another's, one without lines shows nothing.
fn of_lines(text: &str, read: impl Fn(&str) -> Option<Result<Option<Drawn>, String>>) -> Told {
    let (mut row, mut of_form, mut others) = (Row::default(), 0, Vec::new());
    for (line, number) in text.lines().zip(1u32..) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match read(line) {
            None => others.push(number),
            Some(told) => {
                of_form += 1;
                match told {
                    Ok(drawn) => row.drawn.extend(drawn.map(|drawn| Drawn {
                        line: number,
                        ..drawn
                    })),
                    Err(detail) => {
                        let detail = format!("line {number}: {detail}");
                        row.faults.push((FaultKind::Malformed, detail));
                    }
                }
            }
        }
    }
    if of_form == 0 && !others.is_empty() {
        return Told::OtherForm;
    }
    row.faults.extend(others.into_iter().map(|number| {
        let detail = format!("line {number}: another number of fields than the other lines");
        (FaultKind::Malformed, detail)
    }));
    Told::Picture(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `class@right edge:line …` and faults; `-` for another form.
    fn told(told: Told) -> String {
        let Told::Picture(row) = told else {
            return "-".to_owned();
        };
        let drawn = row.drawn.iter().map(|one| {
            let edge = one.bounds.unwrap().right;
            let class = one.class.as_deref().unwrap_or_default();
            format!("{class}@{edge}:{}", one.line)
        });
        let faults = row.faults.iter().map(|fault| fault.1.clone());
        drawn.chain(faults).collect::<Vec<_>>().join(" | ")
    }

    const CAR: &str =
        "Car 0.00 0 1.55 614.24 181.78 727.31 284.77 1.57 1.73 4.15 1.00 1.75 13.22 1.62";
    const PLANE: &str = "2.0 3 9 3 9 7 2 7 plane 0";

    #[test]
    fn each_tool_is_told_by_its_lines() {
        assert_eq!(told(kitti(CAR)), "Car@727.31:1");
        let ignored = CAR.replace("Car", "DontCare");
        assert_eq!(told(kitti(&ignored)), "");
        let dota_text = format!("imagesource:GoogleEarth\ngsd:0.1\n{PLANE}\n");
        assert_eq!(told(dota(&dota_text)), "plane@9:3");
        assert_eq!(told(yolo("3 0.5 0.5 0.5 0.5\n")), "3@0.75:1");
        // Numbers of another tool; one box outside among others is a fault of YOLO's.
        assert_eq!(told(yolo("1 1 10 10 10\n")), told(yolo("cat\n")));
        assert_ne!(
            told(yolo("3 0.5 0.5 0.5 0.5\n3 7 7 1 1\n")),
            told(yolo("cat\n"))
        );
        for (text, expected) in [
            (CAR, ["Car@727.31:1", "-", "-"]),
            (PLANE, ["-", "plane@9:1", "-"]),
            ("0 .5 .5 .5 .5", ["-", "-", "0@0.75:1"]),
            ("a photo of a cat", ["-", "-", "-"]),
            ("", ["", "", ""]),
        ] {
            assert_eq!(
                [kitti(text), dota(text), yolo(text)].map(told),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn words_have_corners_or_edges_and_no_class() {
        let corners = "1,1,9,1,9,5,1,5,STOP, now\n1,1,9,1,9,5,1,5,###\n";
        assert_eq!(told(icdar(corners)), "@9:1");
        assert_eq!(told(icdar("1 2 30 40 \"STOP\"\n")), "@30:1");
        assert_eq!(told(icdar("1, 2, 30, 40, \"\"STOP\"\"\n")), "@30:1");
        for other in [
            "1,1,9,1,9,5,1,5\n",
            "1,1,9,1,9,5,x,5,STOP\n",
            "word_1.png, \"STOP\"\n",
            "108 225 175 141 13 23 6 1 \"H\"\n",
            "a photo of a \"cat\"\n",
        ] {
            assert_eq!(told(icdar(other)), "-", "{other}");
        }
    }

    #[test]
    fn eight_whole_numbers_are_a_box_and_its_class() {
        assert_eq!(
            told(visdrone("10,2,30,40,1,4,0,0\n1,2,3,4,0,0,0,0,\n")),
            "4@40:1"
        );
        for other in [
            "1,2,3,4,1,4,0\n",
            "1,2,3,4,0.5,4,0,0\n",
            "1 2 3 4 1 4 0 0\n",
        ] {
            assert_eq!(told(visdrone(other)), "-", "{other}");
        }
    }

    #[test]
    fn a_wrong_line_among_others_is_told() {
        let text = format!("{CAR}\n{}\ncat\n", CAR.replace("614.24", "left"));
        assert_eq!(
            told(kitti(&text)),
            "Car@727.31:1 | line 2: `Car` has a field that is no number | line 3: another number of fields than the other lines"
        );
        let text = format!("{PLANE}\n{}\n", PLANE.replace("9 7", "9 x"));
        assert_eq!(
            told(dota(&text)),
            "plane@9:1 | line 2: `plane` has a corner that is no number"
        );
    }
}
