//! Faults of annotations: what a trainer drops, clips or takes for something else in silence.
//!
//! Where a field's programs define a rule, it is theirs: label files as Ultralytics' verification
//! takes them, numbers of COCO as `pycocotools` looks them up.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Evidence;
use crate::annotation::{Annotated, Bounds, Fault, FaultKind, Region, Unit};
use crate::finding::{Code, Finding, Subject};
use crate::sample::SampleId;
use crate::signature::Signature;
use crate::wording::counted;

/// How far an edge may lie outside of a picture, in fractions of its side: Ultralytics'
/// verification lets coordinates pass up to 1.01, because they are written with few digits.
const TOLERATED: f32 = 0.01;

/// The same in pixels: some tools count from 1, others from 0.
const TOLERATED_PIXELS: f32 = 1.0;

/// One finding for each kind of fault that reading met.
pub(super) fn faults_of_files(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut by_kind: BTreeMap<FaultKind, Vec<&Fault>> = BTreeMap::new();
    for fault in &evidence.dataset.annotations.faults {
        by_kind.entry(fault.kind).or_default().push(fault);
    }
    let told = by_kind.into_iter();
    told.map(|(kind, faults)| of_kind(kind, &faults)).collect()
}

fn of_kind(kind: FaultKind, faults: &[&Fault]) -> Finding {
    const SHOWN: usize = 3;
    let shown: Vec<String> = faults
        .iter()
        .take(SHOWN)
        .map(|fault| format!("{}: {}", place(&fault.file, fault.line), fault.detail))
        .collect();
    let more = if faults.len() > SHOWN { "; ..." } else { "" };
    let n = faults.len();
    let (code, what) = match kind {
        FaultKind::Malformed => (
            Code::MalformedAnnotation,
            format!(
                "{} that cannot be read: programs skip the row or the picture, or stop; mend it",
                counted(n, "annotation")
            ),
        ),
        FaultKind::UnknownClass => (
            Code::UnknownClass,
            format!(
                "{} of a class that the list of classes does not have; add it to the list, or mend the number",
                counted(n, "annotation")
            ),
        ),
        FaultKind::DuplicateId => (
            Code::DuplicateId,
            format!(
                "{} used twice, of which most programs keep the last entry; number them anew",
                counted(n, "id")
            ),
        ),
        FaultKind::WithoutPicture => (
            Code::LabelWithoutPicture,
            format!(
                "{} of a picture that is not here; add the pictures, or remove the annotations",
                counted(n, "annotation")
            ),
        ),
    };
    let message = format!("{what} ({}{more})", shown.join("; "));
    let files: BTreeSet<&str> = faults
        .iter()
        .map(|fault| fault.picture.as_deref().unwrap_or(&fault.file))
        .collect();
    let files = files.into_iter().map(ToOwned::to_owned).collect();
    Finding::new(code, Subject::Paths(files), message)
}

/// Boxes that reach outside of their picture, that cover nothing, and that stand there twice.
pub(super) fn faulty_boxes(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut outside = Faulty::default();
    let mut empty = Faulty::default();
    let mut twice = Faulty::default();
    for picture in &evidence.dataset.annotations.pictures {
        let Some(id) = evidence.dataset.first_sample(&picture.path) else {
            continue;
        };
        let sizes = sizes(picture, evidence.signatures[id.index()].as_ref().ok());
        let mut seen = HashSet::new();
        for region in &picture.regions {
            let Some(bounds) = region.bounds else {
                continue;
            };
            let edges = [bounds.left, bounds.top, bounds.right, bounds.bottom];
            if bounds.is_empty() {
                empty.add(id, picture, region);
            } else if reaches_out(bounds, &sizes) {
                outside.add(id, picture, region);
            }
            if !seen.insert((region.class, edges.map(f32::to_bits), region.outline)) {
                twice.add(id, picture, region);
            }
        }
    }
    let told = [
        outside.told(
            Code::BoxOutsidePicture,
            "outside of their picture",
            "trainers clip or drop them; mend the edges",
        ),
        empty.told(
            Code::BoxWithoutArea,
            "without area (width or height is zero or negative)",
            "trainers drop them or divide by zero; remove or mend them",
        ),
        twice.told(
            Code::DuplicateAnnotation,
            "that stand twice in one picture",
            "they count twice in the loss; remove one",
        ),
    ];
    told.into_iter().flatten().collect()
}

/// Boxes with one fault.
#[derive(Default)]
struct Faulty {
    boxes: usize,
    images: BTreeSet<SampleId>,
    example: Option<String>,
}

impl Faulty {
    fn add(&mut self, id: SampleId, picture: &Annotated, region: &Region) {
        self.boxes += 1;
        self.images.insert(id);
        self.example
            .get_or_insert_with(|| place(&picture.file, region.line));
    }

    fn told(self, code: Code, what: &str, advice: &str) -> Option<Finding> {
        let example = self.example?;
        let message = format!(
            "{} {what}, in {}: {advice} ({example}{})",
            counted(self.boxes, "box"),
            counted(self.images.len(), "image"),
            if self.boxes > 1 { ", ..." } else { "" }
        );
        let subject = Subject::Samples(self.images.into_iter().collect());
        Some(Finding::new(code, subject, message))
    }
}

/// Pictures whose annotations were made for another size.
pub(super) fn other_sizes(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut images = Vec::new();
    let mut example = None;
    for picture in &evidence.dataset.annotations.pictures {
        let Some(id) = evidence.dataset.first_sample(&picture.path) else {
            continue;
        };
        let (Some(told), Ok(signature)) = (picture.size, &evidence.signatures[id.index()]) else {
            continue;
        };
        if signature.sizes().any(|size| size == told) {
            continue;
        }
        example.get_or_insert_with(|| {
            format!(
                "`{}` is {} x {} and {} says {} x {}",
                picture.path,
                signature.width,
                signature.height,
                place(&picture.file, 0),
                told.0,
                told.1
            )
        });
        images.push(id);
    }
    let Some(example) = example else {
        return Vec::new();
    };
    let message = format!(
        "{} of another size than the annotations say, so that boxes in pixels lie elsewhere; annotate again, or bring back the originals ({example})",
        counted(images.len(), "image")
    );
    let subject = Subject::Samples(images);
    vec![Finding::new(Code::AnnotatedSizeDiffers, subject, message)]
}

/// Classes that a list declares and nothing is of.
pub(super) fn unused_classes(evidence: &Evidence<'_>) -> Vec<Finding> {
    let annotations = &evidence.dataset.annotations;
    let regions = annotations.pictures.iter().flat_map(|one| &one.regions);
    let used: BTreeSet<u32> = regions.filter_map(|region| region.class).collect();
    if used.is_empty() {
        return Vec::new();
    }
    let declared = annotations.classes.iter().take(annotations.declared);
    let unused = declared.zip(0..).filter(|(_, at)| !used.contains(at));
    let unused: Vec<String> = unused.map(|(name, _)| name.clone()).collect();
    if unused.is_empty() {
        return Vec::new();
    }
    let verb = if unused.len() == 1 { "is" } else { "are" };
    let message = format!(
        "{} {verb} declared and never used; a network keeps outputs for them that learn only to be silent",
        counted(unused.len(), "class")
    );
    let subject = Subject::Classes(unused);
    vec![Finding::new(Code::ClassNeverUsed, subject, message)]
}

/// Pictures without annotations in splits where others have them.
pub(super) fn unlabelled_pictures(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let annotations = &dataset.annotations;
    if annotations.pictures.is_empty() {
        return Vec::new();
    }
    let samples = || dataset.samples.iter().zip(0u32..);
    let is_annotated = |path: &str| annotations.of(path).is_some();
    let mut counts: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (sample, _) in samples() {
        let count = counts.entry(sample.split).or_default();
        count.0 += usize::from(is_annotated(&sample.path));
        count.1 += 1;
    }
    // A split that is mostly without is one to predict on.
    let open = samples().filter(|(sample, _)| {
        let (annotated, all) = counts[&sample.split];
        annotated * 2 >= all && !is_annotated(&sample.path)
    });
    let open: Vec<SampleId> = open.map(|(_, id)| SampleId(id)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "{} without annotations, where most others have them ({}); programs take such pictures for empty ones, annotate them if they are not",
        counted(open.len(), "image"),
        annotations.source
    );
    let subject = Subject::Samples(open);
    vec![Finding::new(Code::PictureWithoutLabel, subject, message)]
}

/// Sizes by which edges may be meant: as the file tells it, else as the picture has it.
fn sizes(picture: &Annotated, signature: Option<&Signature>) -> Vec<(u32, u32)> {
    match (picture.size, signature) {
        (Some(told), _) => vec![told],
        (None, Some(signature)) => signature.sizes().collect(),
        (None, None) => Vec::new(),
    }
}

/// Whether a box lies outside of its picture, whichever of these sizes is meant.
fn reaches_out(bounds: Bounds, sizes: &[(u32, u32)]) -> bool {
    let beyond = |right: f32, below: f32, tolerated: f32| {
        bounds.left < -tolerated
            || bounds.top < -tolerated
            || bounds.right > right + tolerated
            || bounds.bottom > below + tolerated
    };
    match bounds.unit {
        Unit::Fractions => beyond(1.0, 1.0, TOLERATED),
        Unit::Pixels => {
            let all_beyond = sizes
                .iter()
                .all(|&(width, height)| beyond(width as f32, height as f32, TOLERATED_PIXELS));
            all_beyond && !sizes.is_empty()
        }
    }
}

/// A line of a file, for people.
fn place(file: &str, line: u32) -> String {
    match line {
        0 => format!("`{file}`"),
        line => format!("line {line} of `{file}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation::{Annotations, ClassNumbers};
    use crate::checks::testing::World;

    fn region(class: u32, edges: [f32; 4], unit: Unit) -> Region {
        Region {
            class: Some(class),
            bounds: Some(Bounds::from_corner(edges, unit)),
            outline: 0,
            crowd: false,
            line: 3,
        }
    }

    /// Two pictures of 320 x 160, of which the first has these regions.
    fn world(size: Option<(u32, u32)>, regions: Vec<Region>) -> World {
        let mut world = World::new();
        for path in ["a.jpg", "b.jpg"] {
            world.push(path, Some(0), None);
        }
        let picture = |path: &str, regions| Annotated {
            path: path.to_owned(),
            file: "a.txt".into(),
            id: None,
            size,
            regions,
        };
        world.dataset.annotations = Annotations {
            source: "labels".to_owned(),
            classes: ["cat", "dog"].map(ToOwned::to_owned).to_vec(),
            declared: 2,
            numbers: ClassNumbers::default(),
            pictures: vec![picture("a.jpg", regions), picture("b.jpg", Vec::new())],
            faults: Vec::new(),
        };
        world
    }

    fn told(findings: &[Finding]) -> Vec<(Code, &str)> {
        let told = findings.iter();
        told.map(|one| (one.code, one.message.as_str())).collect()
    }

    fn codes(regions: Vec<Region>) -> Vec<Code> {
        let world = world(None, regions);
        let findings = faulty_boxes(&world.evidence());
        findings.iter().map(|one| one.code).collect()
    }

    #[test]
    fn boxes_may_miss_an_edge_by_a_rounding_and_no_more() {
        for (edges, unit, expected) in [
            ([0.0, 0.0, 320.0, 160.0], Unit::Pixels, None),
            ([1.0, 1.0, 320.0, 160.0], Unit::Pixels, None),
            (
                [0.0, 0.0, 322.0, 9.0],
                Unit::Pixels,
                Some(Code::BoxOutsidePicture),
            ),
            (
                [-2.0, 0.0, 9.0, 9.0],
                Unit::Pixels,
                Some(Code::BoxOutsidePicture),
            ),
            ([0.5, 0.5, 0.505, 0.5], Unit::Fractions, None),
            (
                [0.5, 0.5, 0.5, 0.52],
                Unit::Fractions,
                Some(Code::BoxOutsidePicture),
            ),
            (
                [0.5, 0.5, 0.1, 0.0],
                Unit::Fractions,
                Some(Code::BoxWithoutArea),
            ),
            (
                [9.0, 9.0, -1.0, 5.0],
                Unit::Pixels,
                Some(Code::BoxWithoutArea),
            ),
        ] {
            let found = codes(vec![region(0, edges, unit)]);
            assert_eq!(found, Vec::from_iter(expected), "{edges:?}");
        }
    }

    #[test]
    fn edges_are_those_of_the_size_that_the_file_tells() {
        let boxes = vec![region(0, [0.0, 0.0, 640.0, 320.0], Unit::Pixels)];
        let world = world(Some((640, 320)), boxes);
        assert_eq!(faulty_boxes(&world.evidence()), []);
    }

    #[test]
    fn a_box_stands_there_twice_only_with_its_class_and_its_points() {
        let one = region(0, [1.0, 1.0, 5.0, 5.0], Unit::Pixels);
        let of_another_class = Region {
            class: Some(1),
            ..one
        };
        let another_outline = Region { outline: 7, ..one };
        assert_eq!(codes(vec![one, of_another_class, another_outline]), []);
        let world = world(None, vec![one, one, one]);
        let findings = faulty_boxes(&world.evidence());
        assert_eq!(
            told(&findings),
            [(
                Code::DuplicateAnnotation,
                "2 boxes that stand twice in one picture, in 1 image: they count twice in the loss; remove one (line 3 of `a.txt`, ...)"
            )]
        );
    }

    #[test]
    fn a_told_size_is_that_of_the_picture_or_of_the_picture_as_stored() {
        let codes = |told, orientation| {
            let mut world = world(Some(told), Vec::new());
            world.signature(0).facts.stored.orientation = orientation;
            world.signature(1).facts.stored.orientation = orientation;
            other_sizes(&world.evidence()).len()
        };
        assert_eq!(codes((320, 160), 1), 0);
        assert_eq!(codes((160, 320), 6), 0);
        assert_eq!(codes((160, 320), 1), 1);
        assert_eq!(codes((320, 161), 6), 1);
    }

    #[test]
    fn a_declared_class_must_be_used_by_something() {
        let cat = region(0, [1.0, 1.0, 5.0, 5.0], Unit::Pixels);
        let dog = Region {
            class: Some(1),
            ..cat
        };
        assert_eq!(unused_classes(&world(None, vec![cat, dog]).evidence()), []);
        assert_eq!(unused_classes(&world(None, Vec::new()).evidence()), []);
        let one_sided = world(None, vec![cat]);
        let findings = unused_classes(&one_sided.evidence());
        assert_eq!(
            findings[0].subject,
            Subject::Classes(vec!["dog".to_owned()])
        );
    }

    #[test]
    fn a_picture_lacks_annotations_where_half_of_its_split_has_them() {
        let mut world = world(None, Vec::new());
        assert_eq!(unlabelled_pictures(&world.evidence()), []);
        world.push("c.jpg", Some(0), None);
        world.push("d.jpg", Some(1), None);
        let findings = unlabelled_pictures(&world.evidence());
        assert_eq!(findings[0].subject, Subject::Samples(vec![SampleId(2)]));
        world.push("e.jpg", Some(0), None);
        world.push("f.jpg", Some(0), None);
        assert_eq!(unlabelled_pictures(&world.evidence()), []);
    }

    #[test]
    fn faults_of_files_are_told_by_kind_with_their_places() {
        let mut world = world(None, Vec::new());
        let fault = |kind, line, detail: &str| Fault {
            kind,
            file: "a.txt".into(),
            line,
            picture: Some("a.jpg".to_owned()),
            detail: detail.to_owned(),
        };
        world.dataset.annotations.faults = vec![
            fault(FaultKind::Malformed, 2, "`x` is no number"),
            fault(FaultKind::UnknownClass, 0, "class `7`"),
            fault(FaultKind::Malformed, 4, "`y` is no number"),
        ];
        let findings = faults_of_files(&world.evidence());
        let told = told(&findings);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].0, Code::MalformedAnnotation);
        let places = "(line 2 of `a.txt`: `x` is no number; line 4 of `a.txt`: `y` is no number)";
        assert!(told[0].1.ends_with(places), "{}", told[0].1);
        assert_eq!(
            findings[0].subject,
            Subject::Paths(vec!["a.jpg".to_owned()])
        );
        assert_eq!(told[1].0, Code::UnknownClass);
    }
}
