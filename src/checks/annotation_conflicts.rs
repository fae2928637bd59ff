//! One picture with different annotations: a box that only one of two copies has, or that is of
//! another class in each.
//!
//! Boxes of one copy are laid on the other through the transform that was found between them, and
//! meet where their intersection over union (IoU) is that of PASCAL VOC's evaluation, 0.5, or
//! where no edge is further away than alignment can tell.

use std::collections::BTreeSet;

use super::Evidence;
use crate::annotation::{Annotated, Annotations, Bounds, Unit};
use crate::finding::{Code, Finding, Subject};
use crate::labels::Labels;
use crate::leak::Leak;
use crate::matching::area::Area;
use crate::matching::pair::{Near, Transform};
use crate::sample::SampleId;
use crate::wording::counted;

/// Intersection over union from which two boxes are one.
const LEAST_OVERLAP: f32 = 0.5;

/// The same for edges, in fractions of a side: shared areas are known to a hundredth, and small
/// boxes overlap little when they miss by it.
const EDGES_APART: f32 = 0.03;

/// Share of a box that must lie in what both pictures show; others may be cut off in one.
const LEAST_SHOWN: f32 = 0.8;

/// Up to one finding, within and across splits.
pub(super) fn conflicts(evidence: &Evidence<'_>) -> Vec<Finding> {
    let annotations = &evidence.dataset.annotations;
    if annotations.pictures.is_empty() {
        return Vec::new();
    }
    let samples = &evidence.dataset.samples;
    let said = |id: SampleId| annotations.of(&samples[id.index()].path);
    let size = |id: SampleId| {
        let signature = evidence.signatures[id.index()].as_ref().ok()?;
        Some((signature.width, signature.height))
    };
    let mut pairs = BTreeSet::new();
    let mut example = None;
    for (_, _, partners) in evidence.partners.iter() {
        for pair in &partners.best {
            let both = (pair.a.min(pair.b), pair.a.max(pair.b));
            if pairs.contains(&both) || !is_one_picture(evidence, pair.kind, both) {
                continue;
            }
            let (Some(a), Some(b)) = (said(pair.a), said(pair.b)) else {
                continue;
            };
            let boxes =
                boxes(annotations, a, size(pair.a)).zip(boxes(annotations, b, size(pair.b)));
            let drawn = || {
                let (of_a, of_b) = boxes?;
                difference(&of_a, &of_b, pair.near.as_ref())
            };
            // Where each picture shows one class, that is its label, and compared as such.
            let tagged = match evidence.labels {
                Labels::None => other_tags(annotations, a, b),
                _ => None,
            };
            let difference = tagged.or_else(drawn);
            if let Some(difference) = difference {
                example
                    .get_or_insert_with(|| format!("`{}` and `{}`: {difference}", a.path, b.path));
                pairs.insert(both);
            }
        }
    }
    let Some(example) = example else {
        return Vec::new();
    };
    let images: BTreeSet<SampleId> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
    let message = format!(
        "{} of the same picture with different annotations; at most one of them is right, look at the pairs ({example})",
        counted(images.len(), "image")
    );
    let subject = Subject::Pairs(pairs.into_iter().collect());
    vec![Finding::new(Code::AnnotationConflict, subject, message)]
}

/// Whether two samples show one picture, not two moments of a recording.
fn is_one_picture(evidence: &Evidence<'_>, kind: Leak, (a, b): (SampleId, SampleId)) -> bool {
    match kind {
        Leak::SameBytes | Leak::SamePixels => true,
        Leak::NearDuplicate => {
            let place = |id| evidence.recordings.and_then(|all| all.place(id));
            let together = place(a).zip(place(b));
            together.is_none_or(|(a, b)| (a.recording, a.step) == (b.recording, b.step))
        }
        _ => false,
    }
}

/// Classes that are said of one of two whole pictures only, in words.
fn other_tags(annotations: &Annotations, a: &Annotated, b: &Annotated) -> Option<String> {
    let tags = |of: &Annotated| -> BTreeSet<String> {
        let whole = of.regions.iter().filter(|region| region.bounds.is_none());
        let names = whole.filter_map(|region| annotations.class_of(region));
        names.map(ToOwned::to_owned).collect()
    };
    let (a, b) = (tags(a), tags(b));
    let first = a.symmetric_difference(&b).next()?;
    Some(format!("`{first}` is said of one of them"))
}

/// A box in fractions of its picture's sides, with its class.
type Boxed<'a> = (Option<&'a str>, Bounds);

/// Boxes with an area; `None` where one cannot be placed.
fn boxes<'a>(
    annotations: &'a Annotations,
    of: &Annotated,
    size: Option<(u32, u32)>,
) -> Option<Vec<Boxed<'a>>> {
    let size = of.size.or(size)?;
    let drawn = of.regions.iter().filter_map(|region| {
        let bounds = region.bounds.filter(|bounds| !bounds.is_empty())?;
        Some((annotations.class_of(region), bounds))
    });
    drawn
        .map(|(class, bounds)| Some((class, bounds.in_fractions(size)?)))
        .collect()
}

/// What the boxes of one picture and of its copy do not have in common, in words.
fn difference(a: &[Boxed<'_>], b: &[Boxed<'_>], near: Option<&Near>) -> Option<String> {
    let (transform, of_a, of_b) = near
        .map_or((Transform::Identity, Area::WHOLE, Area::WHOLE), |near| {
            (near.transform, near.of_a, near.of_b)
        });
    let (of_a, of_b) = (edges(of_a), edges(of_b));
    // The frame of both: what they share, from 0 to 1.
    let a = shown(a, |bounds| within(transformed(bounds, transform), of_a));
    let b = shown(b, |bounds| within(bounds, of_b));
    let mut open: Vec<&Placed<'_>> = b.iter().collect();
    let name = |class: Option<&str>| class.unwrap_or("a box").to_owned();
    let alone = |one: &Placed<'_>| {
        let is_seen = one.shown >= LEAST_SHOWN;
        is_seen.then(|| format!("`{}` has no partner", name(one.class)))
    };
    for one in &a {
        let Placed { class, bounds, .. } = one;
        let meeting = (0..open.len()).filter(|&at| meet(*bounds, open[at].bounds));
        let best = meeting.max_by(|&one, &other| {
            let same = |at: usize| open[at].class == *class;
            let shared = |at: usize| overlap(*bounds, open[at].bounds);
            let by_class = same(one).cmp(&same(other));
            by_class.then(shared(one).total_cmp(&shared(other)))
        });
        match best.map(|at| open.swap_remove(at)) {
            None => {
                if let Some(alone) = alone(one) {
                    return Some(alone);
                }
            }
            Some(partner) if partner.class != *class => {
                return Some(format!("`{}` is `{}`", name(*class), name(partner.class)));
            }
            Some(_) => {}
        }
    }
    open.into_iter().find_map(alone)
}

/// A box in the frame of what both pictures share, cut there.
struct Placed<'a> {
    class: Option<&'a str>,
    bounds: Bounds,
    /// Share of the whole box that lies there.
    shown: f32,
}

/// Boxes in the frame of what both pictures share; without those beside it.
fn shown<'a>(boxes: &[Boxed<'a>], place: impl Fn(Bounds) -> Bounds) -> Vec<Placed<'a>> {
    let placed = boxes.iter().map(|(class, bounds)| {
        let whole = place(*bounds);
        let cut = Bounds {
            left: whole.left.clamp(0.0, 1.0),
            top: whole.top.clamp(0.0, 1.0),
            right: whole.right.clamp(0.0, 1.0),
            bottom: whole.bottom.clamp(0.0, 1.0),
            ..whole
        };
        Placed {
            class: *class,
            bounds: cut,
            shown: area(cut) / area(whole),
        }
    });
    placed.filter(|one| one.shown > 0.0).collect()
}

fn edges(of: Area) -> Bounds {
    let share = |hundredths: u8| f32::from(hundredths) / 100.0;
    Bounds {
        left: share(of.left),
        top: share(of.top),
        right: share(of.right),
        bottom: share(of.bottom),
        unit: Unit::Fractions,
    }
}

/// A box as it lies in the transformed picture.
fn transformed(bounds: Bounds, transform: Transform) -> Bounds {
    let edges = [bounds.left, bounds.top, bounds.right, bounds.bottom];
    let [left, top, right, bottom] = transform.edges(edges, 1.0);
    Bounds {
        left,
        top,
        right,
        bottom,
        unit: bounds.unit,
    }
}

/// A box in the frame of an area of its picture.
fn within(bounds: Bounds, area: Bounds) -> Bounds {
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    Bounds {
        left: (bounds.left - area.left) / width,
        top: (bounds.top - area.top) / height,
        right: (bounds.right - area.left) / width,
        bottom: (bounds.bottom - area.top) / height,
        ..bounds
    }
}

fn area(bounds: Bounds) -> f32 {
    (bounds.right - bounds.left).max(0.0) * (bounds.bottom - bounds.top).max(0.0)
}

fn shared(one: Bounds, other: Bounds) -> f32 {
    area(Bounds {
        left: one.left.max(other.left),
        top: one.top.max(other.top),
        right: one.right.min(other.right),
        bottom: one.bottom.min(other.bottom),
        ..one
    })
}

/// Intersection over union, 0 to 1.
fn overlap(one: Bounds, other: Bounds) -> f32 {
    let shared = shared(one, other);
    shared / (area(one) + area(other) - shared)
}

fn meet(one: Bounds, other: Bounds) -> bool {
    let apart = [
        one.left - other.left,
        one.top - other.top,
        one.right - other.right,
        one.bottom - other.bottom,
    ];
    overlap(one, other) >= LEAST_OVERLAP || apart.iter().all(|edge| edge.abs() <= EDGES_APART)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(class: &'static str, edges: [f32; 4]) -> Boxed<'static> {
        (Some(class), Bounds::from_corner(edges, Unit::Fractions))
    }

    const CAT: [f32; 4] = [0.1, 0.2, 0.3, 0.4];

    fn near(transform: Transform, of_a: Area, of_b: Area) -> Near {
        Near {
            distance: None,
            similarity: 0.95,
            transform,
            of_a,
            of_b,
        }
    }

    #[test]
    fn copies_have_the_same_boxes_up_to_half_of_their_area() {
        let said = |a: &[Boxed<'_>], b: &[Boxed<'_>]| difference(a, b, None);
        let cat = at("cat", CAT);
        assert_eq!(said(&[cat], &[at("cat", [0.15, 0.2, 0.3, 0.4])]), None);
        assert_eq!(said(&[], &[]), None);
        let no_partner = Some("`cat` has no partner".to_owned());
        assert_eq!(said(&[cat], &[]), no_partner);
        assert_eq!(said(&[], &[cat]), no_partner);
        assert_eq!(said(&[cat], &[at("cat", [0.6, 0.2, 0.3, 0.4])]), no_partner);
        assert_eq!(
            said(&[cat], &[at("dog", CAT)]),
            Some("`cat` is `dog`".to_owned())
        );
        let both = [cat, at("dog", CAT)];
        assert_eq!(said(&both, &[both[1], both[0]]), None, "in another order");
        let small = |left| at("ant", [left, 0.5, 0.01, 0.01]);
        assert_eq!(
            said(&[small(0.5)], &[small(0.52)]),
            None,
            "as near as alignment tells"
        );
        assert_eq!(
            said(&[small(0.5)], &[small(0.54)]).as_deref(),
            Some("`ant` has no partner")
        );
    }

    #[test]
    fn boxes_are_laid_through_every_transform() {
        for transform in Transform::ALL {
            let near = near(transform, Area::WHOLE, Area::WHOLE);
            let there = (Some("cat"), transformed(at("cat", CAT).1, transform));
            assert_eq!(
                difference(&[at("cat", CAT)], &[there], Some(&near)),
                None,
                "{transform:?}"
            );
            let back = transformed(there.1, transform.inverse());
            let edges = [
                back.left - 0.1,
                back.top - 0.2,
                back.right - 0.4,
                back.bottom - 0.6,
            ];
            assert!(edges.iter().all(|edge| edge.abs() < 1e-5), "{transform:?}");
        }
        let mirrored = near(Transform::Mirror, Area::WHOLE, Area::WHOLE);
        let same_place = difference(&[at("cat", CAT)], &[at("cat", CAT)], Some(&mirrored));
        assert_eq!(same_place.as_deref(), Some("`cat` has no partner"));
    }

    #[test]
    fn what_a_crop_cuts_off_is_not_missed() {
        // The second picture is the right half of the first.
        let right_half = Area {
            left: 50,
            ..Area::WHOLE
        };
        let near = near(Transform::Identity, right_half, Area::WHOLE);
        let (cut, kept) = (
            at("cat", [0.1, 0.2, 0.3, 0.4]),
            at("dog", [0.6, 0.2, 0.2, 0.4]),
        );
        let there = at("dog", [0.2, 0.2, 0.4, 0.4]);
        assert_eq!(difference(&[cut, kept], &[there], Some(&near)), None);
        // Cut at the edge of the crop, where the second picture has what is left of it.
        let across = at("cow", [0.4, 0.2, 0.2, 0.4]);
        let rest = at("cow", [0.0, 0.2, 0.2, 0.4]);
        assert_eq!(difference(&[across], &[rest], Some(&near)), None);
        assert_eq!(difference(&[across], &[], Some(&near)), None);
        let lost = difference(&[cut, kept], &[], Some(&near));
        assert_eq!(lost.as_deref(), Some("`dog` has no partner"));
    }
}
