//! Images of another size or shape than the rest.

use std::collections::BTreeMap;

use super::fences::Quartiles;
use super::{Evidence, FEW, MINORITY, is_minority, readable_files};
use crate::finding::{Code, Finding, Subject};
use crate::sample::SampleId;
use crate::wording::counted;

/// How many times more or fewer pixels than the median an odd size has at least.
const SIZE_FACTOR: f64 = 4.0;

/// How many times wider or taller than the median shape an odd shape is at least.
const ASPECT_FACTOR: f64 = 2.0;

/// One finding for images unlike a size that nearly all have, or far from a spread of sizes.
pub(super) fn odd_size(evidence: &Evidence<'_>) -> Vec<Finding> {
    let files = sizes(evidence);
    let mut sizes: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (_, size) in &files {
        *sizes.entry(*size).or_default() += 1;
    }
    let Some((common, having)) = sizes.iter().max_by_key(|row| row.1) else {
        return Vec::new();
    };
    if is_minority(files.len() - having, files.len()) {
        let others = files.iter().filter(|(_, size)| size != common);
        let others: Vec<SampleId> = others.map(|(id, _)| *id).collect();
        let message = format!(
            "{} not {} x {} pixels, as the other {having} are (told up to {MINORITY} %); loaders that expect one size stop at them or squeeze them",
            counted(others.len(), "image"),
            common.0,
            common.1
        );
        let subject = Subject::Samples(others);
        return vec![Finding::new(Code::OddSize, subject, message)];
    }
    let area = |(width, height): (u32, u32)| f64::from(width) * f64::from(height);
    let far = far_out(&files, SIZE_FACTOR, area);
    told(Code::OddSize, far, files.len(), |n, median| {
        format!(
            "{n} of a size far from the rest: beyond three interquartile ranges and {SIZE_FACTOR} times the pixels of the median image, \
             {median:.0}, or as many times fewer; see that they are no thumbnails or scans"
        )
    })
}

/// One finding for images far from the spread of shapes.
pub(super) fn odd_aspect(evidence: &Evidence<'_>) -> Vec<Finding> {
    let files = sizes(evidence);
    let far = far_out(&files, ASPECT_FACTOR, |(width, height)| {
        f64::from(width) / f64::from(height)
    });
    told(Code::OddAspect, far, files.len(), |n, median| {
        format!(
            "{n} of a shape far from the rest: beyond three interquartile ranges and {ASPECT_FACTOR} times wider or taller than the median \
             of {median:.2} (width over height); resizing to one shape distorts them"
        )
    })
}

type Sizes = Vec<(SampleId, (u32, u32))>;

fn sizes(evidence: &Evidence<'_>) -> Sizes {
    let files = readable_files(evidence);
    files
        .map(|(id, one)| (id, (one.width, one.height)))
        .collect()
}

/// Files far from the others by the logarithm of `value`, and the median value.
fn far_out(files: &Sizes, factor: f64, value: impl Fn((u32, u32)) -> f64) -> (Vec<SampleId>, f64) {
    let logarithm = |size| value(size).ln();
    let quartiles = Quartiles::of(files.iter().map(|(_, size)| logarithm(*size)));
    let Some(quartiles) = quartiles.filter(|_| files.len() >= FEW) else {
        return (Vec::new(), 0.0);
    };
    let odd = |size| {
        let at = logarithm(size);
        let beyond = at < quartiles.lower_fence() || at > quartiles.upper_fence();
        beyond && (at - quartiles.median).abs() >= f64::ln(factor)
    };
    let far = files
        .iter()
        .filter(|(_, size)| odd(*size))
        .map(|(id, _)| *id);
    (far.collect(), quartiles.median.exp())
}

fn told(
    code: Code,
    (far, median): (Vec<SampleId>, f64),
    all: usize,
    message: impl Fn(String, f64) -> String,
) -> Vec<Finding> {
    // More than a few of a shape, such as portraits among landscapes, are a kind of their own.
    if !is_minority(far.len(), all) {
        return Vec::new();
    }
    let message = message(counted(far.len(), "image"), median);
    vec![Finding::new(code, Subject::Samples(far), message)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{World, ids_of};

    fn world(sizes: impl Iterator<Item = (u32, u32)>) -> World {
        let mut world = World::new();
        for (i, size) in sizes.enumerate() {
            let signature = world.add(&format!("{i:03}.jpg"));
            (signature.width, signature.height) = size;
        }
        world
    }

    fn odd(world: &World) -> (usize, usize) {
        let ids = |findings: Vec<Finding>| findings.first().map_or(0, |one| ids_of(one).len());
        let evidence = world.evidence();
        (ids(odd_size(&evidence)), ids(odd_aspect(&evidence)))
    }

    #[test]
    fn where_all_have_one_size_a_single_pixel_is_odd() {
        let one = |last| world((0..99).map(|_| (320, 160)).chain([last]));
        assert_eq!(odd(&one((320, 160))), (0, 0));
        assert_eq!(odd(&one((320, 161))), (1, 0));
    }

    #[test]
    fn where_sizes_vary_only_far_ones_are_odd() {
        let varied = |last| world((0..99).map(|i| (400 + i * 3, 300 + i * 2)).chain([last]));
        assert_eq!(odd(&varied((640, 480))), (0, 0));
        assert_eq!(
            odd(&varied((900, 700))),
            (0, 0),
            "less than four times the pixels"
        );
        assert_eq!(odd(&varied((4000, 3000))), (1, 0));
        assert_eq!(odd(&varied((1200, 200))), (0, 1));
    }

    #[test]
    fn two_usual_shapes_are_both_usual() {
        let both = world((0..100).map(|i| if i % 3 == 0 { (480, 640) } else { (640, 480) }));
        assert_eq!(odd(&both), (0, 0));
    }
}
