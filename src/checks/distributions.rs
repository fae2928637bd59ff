//! How facts of the images are distributed in the splits: what drift is judged by, counted in bins
//! for a picture.

use super::Evidence;
use super::drift::{Sides, names_differ, numbers_differ, sides};
use super::statistics::{chi_square, kolmogorov_smirnov};
use crate::report::drift::{Distribution, Fact};

/// Bins of a number.
const BINS: usize = 24;

/// Most names that are counted by themselves.
const NAMES: usize = 12;

const FACTS: [Fact; 8] = [
    Fact::Brightness,
    Fact::Contrast,
    Fact::Sharpness,
    Fact::Pixels,
    Fact::Aspect,
    Fact::Target,
    Fact::Class,
    Fact::Format,
];

/// Every fact in every pair of splits where enough images have it.
#[must_use]
pub(crate) fn distributions(evidence: &Evidence<'_>) -> Vec<Distribution> {
    let of = |sides: Sides<'_>| {
        FACTS
            .into_iter()
            .filter_map(move |fact| numbers(&sides, fact).or_else(|| names(&sides, fact)))
            .collect::<Vec<_>>()
    };
    sides(evidence).flat_map(of).collect()
}

fn numbers(sides: &Sides<'_>, fact: Fact) -> Option<Distribution> {
    let [here, there] = sides.numbers_of(fact)?;
    let both = || here.iter().chain(&there).copied();
    let (lo, hi) = both().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), value| {
        (lo.min(value), hi.max(value))
    });
    let found = kolmogorov_smirnov(&here, &there)?;
    let (bins, width) = bins(fact, lo, hi);
    // Where all are alike, one bin says so.
    let bin = |value: f64| match width > 0.0 {
        true => (((value - lo) / width) as usize).min(bins - 1),
        false => 0,
    };
    let counted = |values: &[f64]| {
        let mut counts = vec![0; bins];
        for &value in values {
            counts[bin(value)] += 1;
        }
        counts
    };
    Some(Distribution {
        edges: (0..=bins).map(|at| lo + width * at as f64).collect(),
        evaluation: counted(&here),
        training: counted(&there),
        effect: Some(found.d),
        drifts: numbers_differ(found),
        ..empty(sides, fact)
    })
}

/// How many bins, and how wide they are; width 0 where all values are the same.
fn bins(fact: Fact, lo: f64, hi: f64) -> (usize, f64) {
    if lo >= hi {
        return (1, 0.0);
    }
    match fact {
        // Bins of unlike many grey levels would look like a comb.
        Fact::Brightness | Fact::Contrast => {
            let levels = hi - lo + 1.0;
            let width = (levels / BINS as f64).ceil();
            ((levels / width).ceil() as usize, width)
        }
        _ => (BINS, (hi - lo) / BINS as f64),
    }
}

fn names(sides: &Sides<'_>, fact: Fact) -> Option<Distribution> {
    let counts = sides.names_of(fact)?;
    let table: Vec<[u64; 2]> = counts.values().copied().collect();
    let found = chi_square(&table);
    let mut counts: Vec<(&str, [u64; 2])> = counts.into_iter().collect();
    counts.sort_by_key(|(name, [here, there])| (std::cmp::Reverse(here + there), *name));
    let mut names: Vec<String> = counts.iter().map(|(name, _)| (*name).to_owned()).collect();
    if counts.len() > NAMES {
        let rest = counts.split_off(NAMES - 1);
        let sum = |side: usize| rest.iter().map(|(_, row)| row[side]).sum();
        names.truncate(NAMES - 1);
        names.push(format!("{} others", rest.len()));
        counts.push(("", [sum(0), sum(1)]));
    }
    let side = |side: usize| counts.iter().map(|(_, row)| row[side]).collect();
    Some(Distribution {
        names,
        evaluation: side(0),
        training: side(1),
        effect: found.map(|found| found.v),
        drifts: found.is_some_and(names_differ),
        ..empty(sides, fact)
    })
}

fn empty(sides: &Sides<'_>, of: Fact) -> Distribution {
    Distribution {
        of,
        evaluation_split: sides.called(sides.evaluation).to_owned(),
        training_split: sides.called(sides.training).to_owned(),
        edges: Vec::new(),
        names: Vec::new(),
        evaluation: Vec::new(),
        training: Vec::new(),
        effect: None,
        drifts: false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::testing::World;

    /// Images of `train` and `val` with these grey levels.
    fn lit(training: &[u8], validation: &[u8]) -> World {
        let mut world = World::new();
        for (split, levels) in [(0, training), (1, validation)] {
            for (i, &level) in levels.iter().enumerate() {
                let path = format!("{split}/{i:03}.jpg");
                world.push(&path, Some(split), None).facts.tone.mean = level;
            }
        }
        world
    }

    fn brightness(world: &World) -> Distribution {
        let all = distributions(&world.evidence());
        let mut own = all.into_iter().filter(|one| one.of == Fact::Brightness);
        own.next().unwrap()
    }

    proptest! {
        #[test]
        fn counts_are_those_of_the_edges(
            training in prop::collection::vec(0u8..=255, 20..60),
            validation in prop::collection::vec(0u8..=255, 20..60),
        ) {
            let found = brightness(&lit(&training, &validation));
            for (levels, counts) in [(&training, &found.training), (&validation, &found.evaluation)] {
                prop_assert_eq!(counts.iter().sum::<u64>(), levels.len() as u64);
                for (bin, &count) in counts.iter().enumerate() {
                    let (lo, hi) = (found.edges[bin], found.edges[bin + 1]);
                    let own = levels.iter().map(|&level| f64::from(level));
                    let own = own.filter(|level| (lo..hi).contains(level) || lo == hi);
                    prop_assert_eq!(own.count() as u64, count, "from {} to {}", lo, hi);
                }
            }
        }
    }

    #[test]
    fn numbers_with_a_fraction_are_counted_between_equally_distant_edges() {
        let mut world = World::new();
        for split in 0..2u16 {
            for i in 0..25 {
                let label = format!("{:.2}", f64::from(i) / 24.0 * 2.0 - 1.0);
                world.push(&format!("{split}/{i:02}.jpg"), Some(split), Some(&label));
            }
        }
        let all = distributions(&world.evidence());
        let found = all.iter().find(|one| one.of == Fact::Target).unwrap();
        assert_eq!((found.edges[0], found.edges.len()), (-1.0, BINS + 1));
        assert!((found.edges[BINS] - 1.0).abs() < 1e-12);
        assert_eq!(
            found.training.iter().sum::<u64>(),
            25,
            "the largest is in the last bin"
        );
    }

    #[test]
    fn what_is_the_same_everywhere_has_one_bin_and_no_effect() {
        let found = brightness(&lit(&[7; 30], &[7; 20]));
        assert_eq!((found.edges, found.training), (vec![7.0, 7.0], vec![30]));
        assert_eq!((found.effect, found.drifts), (Some(0.0), false));
    }

    #[test]
    fn a_drift_that_is_found_is_marked() {
        let dark: Vec<u8> = (0..60).collect();
        let light: Vec<u8> = (100..160).collect();
        let found = brightness(&lit(&dark, &light));
        assert_eq!((found.effect, found.drifts), (Some(1.0), true));
        assert_eq!(
            (&*found.evaluation_split, &*found.training_split),
            ("val", "train")
        );
    }

    #[test]
    fn rare_names_are_put_together() {
        let mut world = World::new();
        for class in 0..15 {
            for split in 0..2u16 {
                let n = 20 - class;
                world.many(
                    n,
                    &format!("{split}/{class}/"),
                    split,
                    Some(&format!("c{class:02}")),
                );
            }
        }
        let all = distributions(&world.evidence());
        let classes = all.iter().find(|one| one.of == Fact::Class).unwrap();
        assert_eq!(classes.names.len(), 12);
        assert_eq!(
            (&*classes.names[0], &*classes.names[11]),
            ("c00", "4 others")
        );
        assert_eq!(classes.training[11], 9 + 8 + 7 + 6);
        assert_eq!(classes.effect, Some(0.0));
    }

    #[test]
    fn a_handful_of_images_has_no_distribution() {
        assert_eq!(distributions(&lit(&[1; 30], &[2; 5]).evidence()), []);
    }
}
