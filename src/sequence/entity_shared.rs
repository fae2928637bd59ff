//! Numbers that several classes share: one person before two cameras, one leaf from both sides.

use std::collections::{BTreeMap, BTreeSet};

use crate::sample::Sample;

use super::entity::Scheme;
use super::entity_judge::SPARSE;
use super::fields::Kind;
use super::view;

/// Fewest numbers that two classes share.
const FEWEST_SHARED: usize = 5;
/// Two classes share so many times as many numbers as chance makes them.
const BEYOND_CHANCE: f64 = 3.0;

/// Whether all classes are numbered or lettered cameras: `cam_a`, `cam_b`.
pub(super) fn are_cameras(labels: &BTreeSet<&str>) -> bool {
    labels.len() > 1 && labels.iter().all(|label| view::is_camera(label))
}

/// Whether each class has one value of a column: it numbers the classes.
pub(super) fn is_of_one_class(scheme: &Scheme<'_>, samples: &[Sample], at: usize) -> bool {
    let mut of_class: BTreeMap<&str, &str> = BTreeMap::new();
    let mut members = scheme.rows.iter().zip(&scheme.members);
    let is_one = members.all(|(row, member)| {
        let value = scheme.columns[at].value(row).unwrap_or_default();
        let label = samples[*member].label.as_deref();
        label.is_some_and(|label| *of_class.entry(label).or_insert(value) == value)
    });
    is_one && of_class.len() > 1
}

/// Whether two classes share numbers of a column far more often than chance makes them: numbers
/// far apart, as each class that counts for itself has none.
pub(super) fn is_of_all_classes(scheme: &Scheme<'_>, samples: &[Sample], at: usize) -> bool {
    let column = &scheme.columns[at];
    if column.kind != Some(Kind::Digits) {
        return false;
    }
    let mut of_class: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for (row, member) in scheme.rows.iter().zip(&scheme.members) {
        let number = column.value(row).and_then(|text| text.parse().ok());
        let (Some(number), Some(label)) = (number, samples[*member].label.as_deref()) else {
            return false;
        };
        of_class.entry(label).or_default().insert(number);
    }
    let mut classes: Vec<BTreeSet<u64>> = of_class.into_values().collect();
    classes.sort_by_key(|numbers| std::cmp::Reverse(numbers.len()));
    let [first, second, ..] = classes.as_slice() else {
        return false;
    };
    let all: BTreeSet<u64> = first.union(second).copied().collect();
    let (Some(least), Some(most)) = (all.first(), all.last()) else {
        return false;
    };
    let span = most - least + 1;
    let shared = first.intersection(second).count();
    let by_chance = first.len() as f64 * second.len() as f64 / span as f64;
    span / all.len() as u64 >= SPARSE
        && shared >= FEWEST_SHARED
        && shared * 2 >= second.len()
        && shared as f64 > BEYOND_CHANCE * by_chance
}

#[cfg(test)]
mod tests {
    use crate::sequence::testing::{labelled, scattered, widest};

    fn asked(folders: [&str; 2], name: impl Fn(usize) -> String) -> Option<usize> {
        let path = |at: usize| {
            let split = if at.is_multiple_of(3) { "val" } else { "train" };
            format!("{split}/{}/{}.png", folders[at % 2], name(at / 2))
        };
        let paths: Vec<String> = (0..72).map(path).collect();
        widest(&labelled(&paths)).map(|found| found.0)
    }

    #[test]
    fn numbers_far_apart_that_two_classes_share_are_of_one_thing() {
        let person = |at: usize| format!("{:03}", at * 23 + 40);
        assert_eq!(asked(["real", "fake"], person), Some(36));
        assert_eq!(asked(["left", "right"], person), Some(36));
        let counted = |at: usize| format!("{at:03}");
        assert_eq!(
            asked(["cats", "dogs"], counted),
            None,
            "each counts its own"
        );
        assert_eq!(asked(["left", "right"], counted), None, "gestures");
    }

    #[test]
    fn of_numbered_cameras_the_same_number_is_the_same_thing() {
        let counted = |at: usize| format!("{at:04}");
        assert_eq!(asked(["cam_a", "cam_b"], counted), Some(36));
        let person = |at: usize| format!("person_{at:04}");
        assert_eq!(asked(["cam_a", "cam_b"], person), Some(36));
    }

    #[test]
    fn a_number_of_the_class_in_names_is_no_recording() {
        let of = |number: fn(usize) -> usize| {
            let path = |at: usize| {
                let class = ["ant", "bee", "cow", "doe"][at % 4];
                let (domain, frame) = (["clipart", "real"][at / 4 % 2], scattered(at, 90_000));
                format!("train/{class}/{domain}_{:03}_{frame:06}.png", number(at))
            };
            widest(&labelled(&(0..72).map(path).collect::<Vec<_>>()))
        };
        assert_eq!(of(|at| at % 4), None);
        assert!(of(|at| at / 12).is_some());
    }

    #[test]
    fn numbers_that_chance_makes_equal_are_nothing() {
        let paths = (0..200).map(|at| {
            let class = ["a1", "b2"][at % 2];
            format!("train/{class}/{}.png", scattered(at, 600))
        });
        assert_eq!(widest(&labelled(&paths.collect::<Vec<_>>())), None);
    }
}
