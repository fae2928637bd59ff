//! Which images detections are of, and what they come to there.

use std::collections::BTreeMap;

use super::classes::{Classes, Known};
use super::{Detected, Detection, Guess, Picture, TrueBox};
use crate::explain::predictions::{Line, Rows};
use crate::wording::{count, counted_large};

/// Detections beside what is true.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) detected: Detected,
    /// Rows with a detection, of either side.
    pub(crate) rows: Vec<usize>,
    /// Detections of images that are no samples.
    pub(crate) n_unmatched: usize,
    /// What is to be known of them, in sentences.
    pub(crate) notes: Vec<String>,
}

/// Gives each evaluation image its detections; `pictures` are by row, as `paths` are.
///
/// # Errors
/// Detections that fit no image or class, and annotations without boxes.
pub(crate) fn match_to(
    lines: &[Line],
    paths: &[&str],
    pictures: &[Picture],
    evaluation: &[u32],
    classes: &Classes<'_>,
) -> Result<Found, String> {
    let shows = |row: &u32| {
        let boxes = pictures[*row as usize].boxes.as_deref();
        boxes.is_some_and(|boxes| boxes.iter().any(|one| !one.crowd))
    };
    if !evaluation.iter().any(shows) {
        return Err(
            "the annotations draw no box on the evaluation images, so no detection is right or wrong; put them beside the dataset (COCO, YOLO, VOC, ...)".to_owned(),
        );
    }
    let ids = Ids::new(lines, paths, pictures, evaluation);
    let mut by_row: BTreeMap<u32, Vec<&Detection>> = BTreeMap::new();
    let mut n_unmatched = 0;
    for line in lines {
        match ids.row(line) {
            Some(row) => by_row.entry(row).or_default().extend(&line.detections),
            None => n_unmatched += line.detections.len(),
        }
    }
    by_row.retain(|_, own| !own.is_empty());
    let is_evaluated = |row: &u32| evaluation.binary_search(row).is_ok();
    if !by_row.keys().any(is_evaluated) {
        let all: usize = lines.iter().map(|line| line.detections.len()).sum();
        return Err(format!(
            "none of the {} is of an evaluation image: `image_id` must be the `id` in the annotations, the name of the file (such as `{}`), or that name without its ending",
            counted_large(all as u64, "detection"),
            evaluation.first().map_or("", |&row| paths[row as usize])
        ));
    }
    let own = by_row.iter().filter(|(row, _)| is_evaluated(row));
    let said = own.flat_map(|(_, all)| all.iter().map(|one| &one.class));
    let known = classes.known(said)?;
    let mut faults = Faults {
        both_ways: ids.both_ways,
        from_one: known.from_one,
        ..Faults::default()
    };
    let mut images = Vec::new();
    for &row in evaluation {
        let found = by_row.get(&row).map_or(&[][..], Vec::as_slice);
        let picture = &pictures[row as usize];
        faults.without_detection += u64::from(found.is_empty());
        faults.without_annotation += u64::from(picture.boxes.is_none());
        let unknown = found.iter().filter(|one| known.class(&one.class).is_none());
        faults.unknown_class += unknown.count() as u64;
        match in_one_unit(found, picture, &known) {
            Some((found, truth)) => images.push((row, found, truth)),
            None => faults.without_size += 1,
        }
    }
    let others = by_row.iter().filter(|(row, _)| !is_evaluated(row));
    faults.of_training = others.map(|(_, all)| all.len() as u64).sum();
    Ok(Found {
        detected: Detected::new(images.into_iter()),
        rows: by_row.keys().map(|&row| row as usize).collect(),
        n_unmatched,
        notes: faults.notes(evaluation.len() as u64),
    })
}

/// Boxes of one image in the unit of both; `None` where only its size, which is not known, could
/// tell.
fn in_one_unit(
    found: &[&Detection],
    picture: &Picture,
    known: &Known<'_>,
) -> Option<(Vec<Guess>, Vec<TrueBox>)> {
    let truth = picture.boxes.as_deref().unwrap_or_default();
    let units = found.iter().map(|one| one.is_fraction);
    let units: Vec<bool> = units
        .chain(truth.iter().map(|one| one.is_fraction))
        .collect();
    let sides = match units.windows(2).all(|two| two[0] == two[1]) {
        true => Some([1.0, 1.0]),
        false => picture
            .size
            .map(|(width, height)| [f64::from(width), f64::from(height)]),
    }?;
    let corner = |own: [f64; 4], is_fraction: bool| match is_fraction {
        true => std::array::from_fn(|at| own[at] * sides[at % 2]),
        false => own,
    };
    let found = found.iter().filter_map(|one| {
        Some(Guess {
            class: known.class(&one.class)?,
            corner: corner(one.corner, one.is_fraction),
            score: one.score,
        })
    });
    let truth = truth.iter().map(|one| TrueBox {
        corner: corner(one.corner, one.is_fraction),
        ..*one
    });
    Some((found.collect(), truth.collect()))
}

/// Images by what detections call them.
struct Ids<'a> {
    rows: Rows,
    /// Evaluation images by the ids of the annotations.
    of: BTreeMap<&'a str, Option<u32>>,
    /// Images whose names are numbers by these, without zeros in front.
    numbers: BTreeMap<&'a str, Option<u32>>,
    /// Numbers are names of files.
    are_names: bool,
    /// Some are the id of one image and the name of another.
    both_ways: bool,
}

impl<'a> Ids<'a> {
    fn new(lines: &[Line], paths: &[&'a str], pictures: &'a [Picture], evaluation: &[u32]) -> Self {
        let (mut of, mut numbers) = (BTreeMap::new(), BTreeMap::new());
        let add = |to: &mut BTreeMap<&'a str, Option<u32>>, key, row| {
            let own = to.entry(key).or_insert(Some(row));
            *own = own.filter(|own| *own == row);
        };
        for &row in evaluation {
            if let Some(id) = &pictures[row as usize].id {
                add(&mut of, id.as_str(), row);
            }
            let stem = Rows::stem(paths[row as usize]);
            if is_number(stem) {
                add(&mut numbers, without_zeros(stem), row);
            }
        }
        let mut ids = Self {
            rows: Rows::new(paths),
            of,
            numbers,
            are_names: false,
            both_ways: false,
        };
        let said = || lines.iter().filter_map(|line| line.image_id.as_deref());
        // The annotations of one tool and the results of another: whichever fits all.
        ids.are_names =
            said().any(|id| ids.by_id(id).is_none()) && said().all(|id| ids.by_name(id).is_some());
        ids.both_ways = !ids.are_names
            && said().any(|id| {
                let two = ids.by_id(id).zip(ids.by_name(id));
                two.is_some_and(|(one, other)| one != other)
            });
        ids
    }

    fn row(&self, line: &Line) -> Option<u32> {
        if let Some(path) = &line.path {
            return self.rows.row(path).map(|row| row as u32);
        }
        let id = line.image_id.as_deref()?;
        match self.are_names {
            true => self.by_name(id),
            false => self.by_id(id).or_else(|| self.by_name(id)),
        }
    }

    fn by_id(&self, id: &str) -> Option<u32> {
        self.of.get(id).copied().flatten()
    }

    fn by_name(&self, id: &str) -> Option<u32> {
        let named = self.rows.row(id).or_else(|| self.rows.of_stem(id));
        let named = named.map(|row| row as u32);
        let number = || self.numbers.get(without_zeros(id)).copied().flatten();
        named.or_else(|| number().filter(|_| is_number(id)))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_zeros(text: &str) -> &str {
    let short = text.trim_start_matches('0');
    if short.is_empty() { "0" } else { short }
}

/// What is to be known of a file of detections.
#[derive(Debug, Default)]
struct Faults {
    without_detection: u64,
    without_annotation: u64,
    without_size: u64,
    unknown_class: u64,
    of_training: u64,
    both_ways: bool,
    from_one: bool,
}

impl Faults {
    fn notes(&self, n_evaluation: u64) -> Vec<String> {
        let of = |n: u64| {
            let have = if n == 1 { "has" } else { "have" };
            format!(
                "{} of {} evaluation images {have}",
                count(n),
                count(n_evaluation)
            )
        };
        let detections = |n: u64, one: &str, many: &str| {
            format!(
                "{} {}",
                counted_large(n, "detection"),
                if n == 1 { one } else { many }
            )
        };
        let kinds = [
            (
                self.without_size > 0,
                format!(
                    "{} boxes in fractions beside pixels and no size that is known: left out",
                    of(self.without_size)
                ),
            ),
            (
                self.unknown_class > 0,
                detections(
                    self.unknown_class,
                    "names a class that the dataset does not have: left out",
                    "name classes that the dataset does not have: left out",
                ),
            ),
            (
                self.both_ways,
                "`image_id` is taken for the `id` in the annotations; where it is the name of the file, write that as `file_name`".to_owned(),
            ),
            (
                self.from_one,
                "`category_id` counts classes from 1, the dataset from 0: one was taken off"
                    .to_owned(),
            ),
            (
                self.without_detection > 0,
                format!("{} no detection: nothing was found there", of(self.without_detection)),
            ),
            (
                self.without_annotation > 0,
                format!("{} no annotations: taken for empty", of(self.without_annotation)),
            ),
            (
                self.of_training > 0,
                detections(
                    self.of_training,
                    "is of a training image: left out",
                    "are of training images: left out",
                ),
            ),
        ];
        let occurring = kinds.into_iter().filter(|(occurs, _)| *occurs);
        occurring.map(|(_, note)| note).collect()
    }
}
