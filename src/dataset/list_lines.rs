//! Lines of lists: a path or a name without ending of a picture, a video, or a folder of its
//! frames, and perhaps a label behind it.

use std::collections::HashSet;

use super::builder::Draft;
use super::companions::says_masks;
use super::exports::is_with_boxes;
use super::file_kind::is_image_ending;
use super::resolve::{Resolved, Resolver};
use super::split_name::words;
use crate::sample::{Problem, ProblemKind, SplitRole};

/// Percent of the lines that must name images.
const LEAST_FOUND: usize = 90;

/// The lines of lists as they are collected.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) drafts: Vec<Draft>,
    pub(super) problems: Vec<Problem>,
    pub(super) found: usize,
    pub(super) missing: usize,
    /// Lines with a label, and those of which it is one more than that of the line before.
    labelled: usize,
    counting: usize,
    /// Folders with a label, and those whose label is the number of their pictures.
    folders: usize,
    sized: usize,
}

impl Rows {
    /// Whether nearly all lines name images.
    pub(super) fn name_images(&self) -> bool {
        self.found > 0 && self.found * 100 >= (self.found + self.missing) * LEAST_FOUND
    }

    /// Whether more than one in ten of the pictures stands in `others`, too, as those of a class
    /// do.
    pub(super) fn repeat(&self, others: &Self) -> bool {
        let known: HashSet<&str> = others.drafts.iter().map(|one| one.path.as_str()).collect();
        let again = self
            .drafts
            .iter()
            .filter(|one| known.contains(one.path.as_str()));
        again.count() * 10 > self.drafts.len()
    }

    /// Whether what stands behind each picture is the number of its line, or behind each folder
    /// that of its pictures, and no class.
    pub(super) fn are_counts(&self) -> bool {
        const LEAST: usize = 10;
        let of_lines = self.labelled >= LEAST && self.counting == self.labelled;
        of_lines || self.folders > 1 && self.sized == self.folders
    }

    /// Adds those of another list.
    pub(super) fn add(&mut self, other: Self) {
        self.drafts.extend(other.drafts);
        self.problems.extend(other.problems);
        self.found += other.found;
        self.missing += other.missing;
        self.labelled += other.labelled;
        self.counting += other.counting;
        self.folders += other.folders;
        self.sized += other.sized;
    }

    pub(super) fn read(
        &mut self,
        text: &str,
        (name, role): (&str, SplitRole),
        resolver: &Resolver,
    ) {
        let mut seen = HashSet::new();
        let mut before: Option<u64> = None;
        for line in without_count(text, resolver) {
            let Line {
                draft,
                exists,
                others,
                names_more: _,
            } = read_line(line, role, resolver);
            if let Some(label) = &draft.label {
                let number = label.parse().ok();
                let follows = |number: u64| match before {
                    None => number < 2,
                    Some(before) => number == before + 1,
                };
                self.labelled += 1;
                self.counting += usize::from(number.is_some_and(follows));
                before = number;
            }
            let split = Some((name.to_owned(), role));
            let is_pair = !others.is_empty();
            // One picture may be in many pairs.
            for other in others {
                if seen.insert(other.path.clone()) {
                    self.drafts.push(Draft {
                        split: split.clone(),
                        ..other
                    });
                }
            }
            // A video, or a folder of its frames, which may lie beside the list.
            let inside = resolver.pictures_of_folder(&draft.path);
            if !inside.is_empty() {
                self.found += 1;
                if !seen.insert(draft.path.clone()) {
                    continue;
                }
                if let Some(label) = &draft.label {
                    self.folders += 1;
                    self.sized += usize::from(label.parse() == Ok(inside.len()));
                }
                self.drafts
                    .extend(inside.into_iter().map(|(path, place)| Draft {
                        path,
                        place,
                        split: split.clone(),
                        label: draft.label.clone(),
                        ..Draft::default()
                    }));
                continue;
            }
            match exists {
                true => self.found += 1,
                false => self.missing += 1,
            }
            let is_known = !seen.insert(draft.path.clone());
            if is_known && is_pair {
                continue;
            }
            if is_known {
                self.problems.push(Problem {
                    kind: ProblemKind::ListedTwice,
                    path: draft.path,
                    detail: "is listed more than once in the same split; counted once".to_owned(),
                });
                continue;
            }
            self.drafts.push(Draft { split, ..draft });
        }
    }
}

/// The lines of a list without comments, and without their number above them.
fn without_count<'a>(text: &'a str, resolver: &Resolver) -> impl Iterator<Item = &'a str> {
    let lines = told_lines(text);
    let first = lines.clone().next().unwrap_or_default();
    let is_count = first.parse() == Ok(lines.clone().count().saturating_sub(1))
        && !resolver.resolve(first, None).2;
    lines.skip(usize::from(is_count))
}

/// What a line says.
pub(super) struct Line {
    /// A picture and its label, which stands behind it.
    pub(super) draft: Draft,
    /// Whether the picture is there.
    pub(super) exists: bool,
    /// Further pictures of the tree, of which the line is a pair: masks are none of these.
    pub(super) others: Vec<Draft>,
    /// Whether it names further pictures, met by a walk or not.
    pub(super) names_more: bool,
}

/// Lines of a list without the empty ones and comments, and without quotes around them.
pub(super) fn told_lines(text: &str) -> impl Iterator<Item = &str> + Clone {
    let is_told = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let lines = text.trim_start_matches('\u{feff}').lines();
    lines.map(str::trim).filter(is_told).map(unquoted)
}

/// A path in quotes without them.
fn unquoted(line: &str) -> &str {
    let inside = |quote| line.strip_prefix(quote)?.strip_suffix(quote);
    let inside = inside('"').or_else(|| inside('\''));
    inside
        .filter(|inside| !inside.contains(['"', '\'']))
        .unwrap_or(line)
}

/// What stands first in the first lines of a list.
pub(super) fn first_fields(text: &str) -> impl Iterator<Item = &str> {
    const LOOKED_AT: usize = 100;
    told_lines(text)
        .take(LOOKED_AT)
        .filter_map(|line| line.split(is_gap).next())
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || c == ',' || c == ';'
}

/// Reads a line.
pub(super) fn read_line(line: &str, role: SplitRole, resolver: &Resolver) -> Line {
    // A path may hold spaces.
    let whole = resolver.resolve(line, Some(role));
    let (mut others, mut names_more) = (Vec::new(), false);
    let ((path, place, exists), label) = match line.split_once(is_gap) {
        Some((first, rest)) if !whole.2 => {
            let mut fields = rest.split(is_gap).filter(|field| !field.is_empty());
            let own = resolver.resolve(first, Some(role));
            // Behind a number and a label, as MXNet and SageMaker write it; a number may be the
            // name of a picture, too.
            let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
            let last = fields.clone().next_back().filter(|_| is_number || !own.2);
            let last = last.filter(|last| names_a_file(last) && names_a_picture(last));
            let behind = last.map(|last| resolver.resolve(last, Some(role)));
            if let Some(behind) = behind.filter(|behind| behind.2) {
                let label = fields.next_back().and(fields.next_back());
                return Line::of(behind, label);
            }
            let pictures = fields.clone().filter(|field| names_a_picture(field));
            names_more = pictures.clone().next().is_some();
            others = pictures
                .map(|field| resolver.resolve(field, Some(role)))
                .filter(|(path, _, exists)| *exists && *path != own.0 && resolver.is_walked(path))
                .map(|(path, place, _)| Draft {
                    path,
                    place,
                    ..Draft::default()
                })
                .collect();
            // What stands behind may be boxes.
            (own, fields.next().filter(|_| !is_with_boxes(line)))
        }
        _ => (whole, None),
    };
    Line {
        others,
        names_more,
        ..Line::of((path, place, exists), label)
    }
}

impl Line {
    /// Of one picture.
    fn of((path, place, exists): Resolved, label: Option<&str>) -> Self {
        let draft = Draft {
            path,
            place,
            label: label
                .filter(|label| !names_a_file(label))
                .map(ToOwned::to_owned),
            ..Draft::default()
        };
        Self {
            draft,
            exists,
            others: Vec::new(),
            names_more: false,
        }
    }
}

/// Whether a field names a picture that is no mask, by its ending and its words.
fn names_a_picture(field: &str) -> bool {
    let ending = field.rsplit_once('.').map_or("", |(_, ending)| ending);
    // Disparities, as KITTI calls them.
    let is_disparity = |part: &str| words(part).iter().any(|word| word == "disp");
    let is_other = |part: &str| says_masks(part) || is_disparity(part);
    is_image_ending(ending) && !field.split(['/', '\\']).any(is_other)
}

/// Whether a field names a file, such as a mask or boxes, and so no class: an image, or what has
/// folders and an ending. Classes may hold slashes (`/m/0k4j`).
pub(super) fn names_a_file(field: &str) -> bool {
    let (folder, name) = field.rsplit_once(['/', '\\']).unwrap_or(("", field));
    let Some((_, ending)) = name.rsplit_once('.') else {
        return false;
    };
    let is_ending = ending.len() < 5 && ending.starts_with(|c: char| c.is_ascii_alphabetic());
    is_image_ending(ending) || (!folder.is_empty() && is_ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_behind_another_are_pairs_and_masks_are_not() {
        for field in ["B/1.png", "image_3/000001.png", "b.JPG"] {
            assert!(names_a_picture(field), "{field}");
        }
        for field in [
            "masks/1.png",
            "disp_occ_0/1.png",
            "1_mask.png",
            "disp/1.png",
            "gt/1.png",
            "0",
            "1.xml",
        ] {
            assert!(!names_a_picture(field), "{field}");
        }
    }

    #[test]
    fn masks_and_boxes_behind_a_picture_are_no_classes() {
        for field in [
            "/testannot/1.png",
            "1_mask.PNG",
            "Annotations/1.xml",
            "labels\\1.txt",
        ] {
            assert!(names_a_file(field), "{field}");
        }
        for field in [
            "cat",
            "3",
            "0.5",
            "-1.25",
            "/m/0k4j",
            "St.Bernard",
            "a/b.2",
            "",
        ] {
            assert!(!names_a_file(field), "{field}");
        }
    }
}
