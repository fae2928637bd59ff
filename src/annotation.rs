//! What is drawn on pictures or said of them: boxes, outlines and tags, with the file that says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Annotations of a dataset, as read from the files of one tool or from a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotations {
    /// What they were read from, in words; empty where there are none.
    pub source: String,
    /// Names of classes. Those that a list declares come first, in its order.
    pub classes: Vec<String>,
    /// How many of `classes` a list declares; 0 where there is no such list.
    pub declared: usize,
    /// By which numbers a tool knows the classes.
    pub numbers: ClassNumbers,
    /// What is said of each picture, in order of name: also of those on which nothing is drawn.
    pub pictures: Vec<Annotated>,
    /// What is wrong with the files, in the order of reading.
    pub faults: Vec<Fault>,
}

/// Numbers that a tool gives to classes, as its results write them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassNumbers {
    /// A number and an index into [`Annotations::classes`], in order. A number that files give to
    /// different classes has several; none where classes are known by name only.
    pub of: Vec<(i64, u32)>,
    /// The numbers are places in a list, counted from 0.
    pub by_place: bool,
}

/// What is said of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotated {
    /// Name of the picture.
    pub path: String,
    /// The file that says it, relative to the root.
    pub file: Arc<str>,
    /// What that file calls the picture in place of its name, as COCO's numbers.
    pub id: Option<Box<str>>,
    /// Width and height of the picture in pixels, as the file tells them.
    pub size: Option<(u32, u32)>,
    /// In the order of the file.
    pub regions: Vec<Region>,
}

/// One box, outline or tag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Its class, as an index into [`Annotations::classes`].
    pub class: Option<u32>,
    /// Where it is; `None` for what is said of the whole picture.
    pub bounds: Option<Bounds>,
    /// A digest of its points, which tells outlines with the same bounds apart; 0 for boxes.
    pub outline: u64,
    /// It is around many objects that are not told apart (COCO's `iscrowd`).
    pub crowd: bool,
    /// Line of the file, from 1; 0 where lines tell nothing.
    pub line: u32,
}

/// An upright rectangle; of an outline, the one around it. Edges may be in any order and lie
/// outside of the picture, as files have them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
    /// What the edges are counted in.
    pub unit: Unit,
}

/// What edges are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Pixels of the picture as it is stored.
    Pixels,
    /// Fractions of the picture's sides, 0 to 1.
    Fractions,
}

impl Bounds {
    /// From a corner, width and height.
    #[must_use]
    pub fn from_corner([left, top, width, height]: [f32; 4], unit: Unit) -> Self {
        Self {
            left,
            top,
            right: left + width,
            bottom: top + height,
            unit,
        }
    }

    /// From the left, upper, right and lower edge.
    #[must_use]
    pub fn from_edges([left, top, right, bottom]: [f32; 4], unit: Unit) -> Self {
        Self {
            left,
            top,
            right,
            bottom,
            unit,
        }
    }

    /// From the centre, width and height.
    #[must_use]
    pub fn from_centre([x, y, width, height]: [f32; 4], unit: Unit) -> Self {
        let (half_width, half_height) = (width / 2.0, height / 2.0);
        Self {
            left: x - half_width,
            top: y - half_height,
            right: x + half_width,
            bottom: y + half_height,
            unit,
        }
    }

    /// Around points; `None` without any.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = (f32, f32)>, unit: Unit) -> Option<Self> {
        points
            .into_iter()
            .fold(None, |bounds: Option<Self>, (x, y)| {
                let own = Self {
                    left: x,
                    top: y,
                    right: x,
                    bottom: y,
                    unit,
                };
                Some(bounds.map_or(own, |all| Self {
                    left: all.left.min(x),
                    top: all.top.min(y),
                    right: all.right.max(x),
                    bottom: all.bottom.max(y),
                    unit,
                }))
            })
    }

    /// Whether it covers nothing: no width, no height, or edges that have changed places.
    #[must_use]
    pub fn is_empty(self) -> bool {
        // Not `<=`: what is not a number covers nothing either.
        !(self.right > self.left && self.bottom > self.top)
    }

    /// The same in fractions of a picture's sides; `None` for a picture without a size.
    #[must_use]
    pub fn in_fractions(self, (width, height): (u32, u32)) -> Option<Self> {
        if self.unit == Unit::Fractions {
            return Some(self);
        }
        if width == 0 || height == 0 {
            return None;
        }
        let (width, height) = (width as f32, height as f32);
        Some(Self {
            left: self.left / width,
            top: self.top / height,
            right: self.right / width,
            bottom: self.bottom / height,
            unit: Unit::Fractions,
        })
    }
}

/// Something wrong with a file of annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// The file, relative to the root.
    pub file: Arc<str>,
    /// Line of the file, from 1; 0 where lines tell nothing.
    pub line: u32,
    /// Name of the picture that it is about, if it is here.
    pub picture: Option<String>,
    /// What is wrong, without the place.
    pub detail: String,
}

/// Kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Text that is none of the tool's form, or a number where none can be.
    Malformed,
    /// A class that the dataset's list of classes does not have.
    UnknownClass,
    /// Two entries with one number, of which most programs keep the last.
    DuplicateId,
    /// Annotations of a picture that is not here.
    WithoutPicture,
}

impl ClassNumbers {
    /// With those of other files. Of two ways of counting none is known.
    fn joined(mut self, others: &[(i64, u32)], by_place: bool) -> Self {
        if self.by_place != by_place || self.of.is_empty() != others.is_empty() {
            return Self::default();
        }
        self.of.extend(others);
        self.of.sort_unstable();
        self.of.dedup();
        self
    }
}

impl Annotations {
    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty() && self.faults.is_empty()
    }

    /// What is said of a picture.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<&Annotated> {
        let at = self
            .pictures
            .binary_search_by(|one| one.path.as_str().cmp(path));
        at.ok().map(|at| &self.pictures[at])
    }

    /// Keeps what is said of pictures that are `wanted`, and faults of files that are about no
    /// picture.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        self.pictures.retain(|one| wanted(&one.path));
        self.faults
            .retain(|fault| fault.picture.as_deref().is_none_or(&wanted));
    }

    /// The name of a region's class.
    #[must_use]
    pub fn class_of(&self, region: &Region) -> Option<&str> {
        let class = self.classes.get(region.class? as usize)?;
        Some(class)
    }

    /// The class of every picture that has one; `None` where a picture shows several, so that
    /// classes are no labels of pictures.
    #[must_use]
    pub fn one_class_each(&self) -> Option<BTreeMap<&str, &str>> {
        let mut classes = BTreeMap::new();
        for picture in &self.pictures {
            let own: BTreeSet<&str> = picture
                .regions
                .iter()
                .filter_map(|region| self.class_of(region))
                .collect();
            match own.len() {
                0 => {}
                1 => classes.extend(own.first().map(|class| (picture.path.as_str(), *class))),
                _ => return None,
            }
        }
        Some(classes)
    }

    /// Joins annotations of different pictures, as a table in each split's folder has them. Of two
    /// that draw something on one picture the first is believed: two files may draw the same.
    #[must_use]
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        let mut sources = Vec::new();
        let mut known: HashMap<String, u32> = HashMap::new();
        for mut part in parts {
            if part.is_empty() {
                continue;
            }
            let mut class = |name: &String, classes: &mut Vec<String>| {
                *known.entry(name.clone()).or_insert_with(|| {
                    classes.push(name.clone());
                    classes.len() as u32 - 1
                })
            };
            // A list that one file declares is not that of another.
            let same_list = joined.classes.get(..joined.declared)
                == part.classes.get(..part.declared)
                || joined.pictures.is_empty();
            joined.declared = if same_list { part.declared } else { 0 };
            let numbers: Vec<u32> = part
                .classes
                .iter()
                .map(|name| class(name, &mut joined.classes))
                .collect();
            let of = part.numbers.of.iter();
            let of = of.map(|&(number, own)| (number, numbers[own as usize]));
            let of: Vec<(i64, u32)> = of.collect();
            joined.numbers = match joined.pictures.is_empty() {
                true => ClassNumbers { of, ..part.numbers },
                false => joined.numbers.joined(&of, part.numbers.by_place),
            };
            for region in part.pictures.iter_mut().flat_map(|one| &mut one.regions) {
                region.class = region.class.map(|own| numbers[own as usize]);
            }
            joined.pictures.extend(part.pictures);
            joined.faults.extend(part.faults);
            sources.push(part.source);
        }
        joined.pictures.sort_by(|a, b| a.path.cmp(&b.path));
        joined.pictures.dedup_by(|later, first| {
            let same = later.path == first.path;
            if same {
                first.size = first.size.or(later.size);
                first.id = first.id.take().or_else(|| later.id.take());
                if first.regions.is_empty() {
                    first.regions = std::mem::take(&mut later.regions);
                }
            }
            same
        });
        joined.source = source_of(&sources);
        joined
    }
}

/// What several were read from, in words: the first of them.
pub(crate) fn source_of(sources: &[impl AsRef<str>]) -> String {
    const NAMED: usize = 3;
    let named: Vec<&str> = sources.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = if sources.len() > NAMED { ", ..." } else { "" };
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, classes: &[u32]) -> Annotated {
        Annotated {
            path: path.to_owned(),
            file: "x".into(),
            id: None,
            size: None,
            regions: classes.iter().map(|&class| tag(class)).collect(),
        }
    }

    fn tag(class: u32) -> Region {
        Region {
            class: Some(class),
            bounds: None,
            outline: 0,
            crowd: false,
            line: 0,
        }
    }

    fn named(source: &str, classes: &[&str], pictures: Vec<Annotated>) -> Annotations {
        Annotations {
            source: source.to_owned(),
            classes: classes.iter().map(|&class| class.to_owned()).collect(),
            pictures,
            ..Annotations::default()
        }
    }

    #[test]
    fn classes_are_labels_where_no_picture_shows_two() {
        let one = |classes: &[u32]| {
            let pictures = vec![said("a", classes), said("b", &[])];
            named("x", &["cat", "dog"], pictures)
                .one_class_each()
                .map(|classes| classes.get("a").map(|&class| class.to_owned()))
        };
        assert_eq!(one(&[1, 1]), Some(Some("dog".to_owned())));
        assert_eq!(one(&[]), Some(None));
        assert_eq!(one(&[0, 1]), None);
    }

    #[test]
    fn joined_annotations_name_classes_alike_and_stand_in_order() {
        let first = named("p", &["cat", "dog"], vec![said("b", &[1])]);
        let second = named(
            "q",
            &["dog", "cow"],
            vec![said("a", &[1, 0]), said("b", &[1])],
        );
        let joined = Annotations::join([first, Annotations::default(), second]);
        assert_eq!(
            (joined.source.as_str(), joined.classes.join(" ").as_str()),
            ("p, q", "cat dog cow")
        );
        let of = |path| -> Vec<&str> {
            let regions = &joined.of(path).unwrap().regions;
            regions
                .iter()
                .filter_map(|region| joined.class_of(region))
                .collect()
        };
        assert_eq!((of("a"), of("b")), (vec!["cow", "dog"], vec!["dog"]));
        assert_eq!(joined.of("c"), None);
    }

    #[test]
    fn a_box_covers_something_only_between_edges_in_their_order() {
        let empty = |edges| Bounds::from_corner(edges, Unit::Pixels).is_empty();
        assert!(!empty([1.0, 1.0, 0.5, 0.5]));
        for edges in [
            [1.0, 1.0, 0.0, 5.0],
            [1.0, 1.0, 5.0, -1.0],
            [f32::NAN, 1.0, 5.0, 5.0],
        ] {
            assert!(empty(edges), "{edges:?}");
        }
    }

    #[test]
    fn pixels_become_fractions_of_the_sides() {
        let bounds = Bounds::from_corner([10.0, 20.0, 30.0, 40.0], Unit::Pixels);
        let there = bounds.in_fractions((100, 200)).unwrap();
        let edges = [there.left, there.top, there.right, there.bottom];
        assert_eq!(edges, [0.1, 0.1, 0.4, 0.3]);
        assert_eq!(bounds.in_fractions((0, 10)), None);
        let centred = Bounds::from_centre([0.5, 0.5, 0.5, 0.25], Unit::Fractions);
        assert_eq!(centred.in_fractions((0, 0)), Some(centred));
        assert_eq!((centred.left, centred.bottom), (0.25, 0.625));
    }
}
