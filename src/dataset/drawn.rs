//! What a file draws on a picture, and how that becomes [`Annotations`] of the dataset.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::annotation::{
    Annotated, Annotations, Bounds, ClassNumbers, Fault, FaultKind, Region, Unit,
};

/// One box, outline or tag, before its class has a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawn {
    pub(super) class: Option<String>,
    pub(super) bounds: Option<Bounds>,
    /// Digest of an outline's points; 0 for a box.
    pub(super) outline: u64,
    /// Around many objects that are not told apart.
    pub(super) crowd: bool,
    /// Line of the file, from 1; 0 where lines tell nothing.
    pub(super) line: u32,
}

impl Drawn {
    /// A class that is said of the whole picture.
    pub(super) fn tag(class: impl Into<String>) -> Self {
        Self {
            class: Some(class.into()),
            ..Self::default()
        }
    }

    /// An outline through points.
    pub(super) fn outline(class: Option<String>, points: &[(f32, f32)], unit: Unit) -> Self {
        let digest = points.iter().fold(OFFSET, |digest, (x, y)| {
            let of_both = u64::from(x.to_bits()) << 32 | u64::from(y.to_bits());
            (digest ^ of_both).wrapping_mul(PRIME)
        });
        Self {
            class,
            bounds: Bounds::around(points.iter().copied(), unit),
            outline: digest,
            ..Self::default()
        }
    }
}

// FNV-1a, 64 bits, over whole points.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Annotations as they are collected.
#[derive(Debug, Default)]
pub(super) struct Gather {
    classes: Vec<String>,
    declared: usize,
    numbers: HashMap<String, u32>,
    pictures: BTreeMap<String, Annotated>,
    faults: Vec<Fault>,
}

impl Gather {
    /// With the classes that a list declares; none where there is no list.
    pub(super) fn new(declared: impl IntoIterator<Item = String>) -> Self {
        let mut gather = Self::default();
        for class in declared {
            gather.number(class);
        }
        gather.declared = gather.classes.len();
        gather
    }

    fn number(&mut self, class: String) -> u32 {
        let next = self.classes.len() as u32;
        *self.numbers.entry(class).or_insert_with_key(|class| {
            self.classes.push(class.clone());
            next
        })
    }

    /// Adds what a file draws on a picture. Of two files that draw something on one the first is
    /// believed: COCO draws persons in `instances` and in `person_keypoints`.
    pub(super) fn picture(
        &mut self,
        path: &str,
        file: &Arc<str>,
        size: Option<(u32, u32)>,
        drawn: impl IntoIterator<Item = Drawn>,
    ) {
        let known = self.pictures.get(path);
        if known.is_some_and(|known| !known.regions.is_empty() && known.file != *file) {
            return;
        }
        let mut regions = Vec::new();
        for one in drawn {
            let class = one.class.map(|class| self.number(class));
            let unknown = class.filter(|&class| {
                let declared = self.declared as u32;
                declared > 0 && class >= declared
            });
            if let Some(class) = unknown {
                let class = &self.classes[class as usize];
                let detail = format!("class `{class}` is not in the list of classes");
                self.fault(FaultKind::UnknownClass, file, one.line, Some(path), detail);
            }
            regions.push(Region {
                class,
                bounds: one.bounds,
                outline: one.outline,
                crowd: one.crowd,
                line: one.line,
            });
        }
        let picture = self
            .pictures
            .entry(path.to_owned())
            .or_insert_with(|| Annotated {
                path: path.to_owned(),
                file: Arc::clone(file),
                id: None,
                size: None,
                regions: Vec::new(),
            });
        picture.size = picture.size.or(size);
        if !regions.is_empty() {
            picture.file = Arc::clone(file);
        }
        picture.regions.extend(regions);
    }

    /// Tells what a file calls a picture that it drew on first.
    pub(super) fn id(&mut self, path: &str, file: &Arc<str>, id: &str) {
        if let Some(picture) = self.pictures.get_mut(path).filter(|one| one.file == *file) {
            picture.id.get_or_insert_with(|| id.into());
        }
    }

    /// Adds something wrong.
    pub(super) fn fault(
        &mut self,
        kind: FaultKind,
        file: &Arc<str>,
        line: u32,
        picture: Option<&str>,
        detail: String,
    ) {
        self.faults.push(Fault {
            kind,
            file: Arc::clone(file),
            line,
            picture: picture.map(ToOwned::to_owned),
            detail,
        });
    }

    /// All that was collected, read from `source`.
    pub(super) fn finish(self, source: impl Into<String>) -> Annotations {
        Annotations {
            source: source.into(),
            classes: self.classes,
            declared: self.declared,
            numbers: ClassNumbers::default(),
            pictures: self.pictures.into_values().collect(),
            faults: self.faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_beyond_the_declared_ones_is_a_fault_and_is_kept() {
        let file: Arc<str> = "a.txt".into();
        let drawn = |class: &str| Drawn {
            line: 7,
            ..Drawn::tag(class)
        };
        let gathered = |declared: &[&str]| {
            let declared = declared.iter().map(|&class| class.to_owned());
            let mut gather = Gather::new(declared);
            gather.picture("a.jpg", &file, None, [drawn("cat"), drawn("9")]);
            gather.finish("x")
        };
        let open = gathered(&[]);
        assert_eq!((open.faults.len(), open.classes.len()), (0, 2));
        let listed = gathered(&["cat", "dog"]);
        assert_eq!(listed.classes, ["cat", "dog", "9"]);
        assert_eq!(
            (listed.faults[0].kind, listed.faults[0].line),
            (FaultKind::UnknownClass, 7)
        );
    }

    #[test]
    fn of_two_files_that_draw_on_one_picture_the_first_is_believed() {
        let [first, second]: [Arc<str>; 2] = ["captions".into(), "boxes".into()];
        let mut gather = Gather::new([]);
        gather.picture("a.jpg", &first, Some((4, 3)), []);
        gather.picture("a.jpg", &second, None, [Drawn::tag("cat")]);
        gather.picture("a.jpg", &second, None, [Drawn::tag("cow")]);
        gather.picture("a.jpg", &"more".into(), None, [Drawn::tag("dog")]);
        let found = gather.finish("x");
        assert_eq!(found.classes, ["cat", "cow"]);
        assert_eq!(
            (found.pictures[0].size, &found.pictures[0].file),
            (Some((4, 3)), &second)
        );
    }

    #[test]
    fn outlines_with_the_same_bounds_are_told_apart_by_their_points() {
        let of = |points: &[(f32, f32)]| Drawn::outline(None, points, Unit::Pixels);
        let (one, other) = (
            of(&[(0., 0.), (4., 0.), (4., 4.)]),
            of(&[(0., 0.), (0., 4.), (4., 4.)]),
        );
        assert_eq!(one.bounds, other.bounds);
        assert_ne!(one.outline, other.outline);
    }
}
