//! A split without the leak: proposed as a list, never carried out on files.
//!
//! Samples that belong together form indivisible *units*: stretches of a recording, declared
//! groups, clusters of twins. Whole units go to one side; training frames too close to an
//! evaluation frame are left out (*purged*). How units are chosen is a step of its own: at random
//! with balanced classes (`choose.rs`), or with the fewest changes to a given split (`fewest/`).

mod choose;
pub(crate) mod diff;
pub(crate) mod fewest;
pub(crate) mod manifest;
mod units;
pub(crate) mod verify;

use crate::explain::inputs::Place;

/// One sample to be assigned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Member {
    /// Where it stands in a recording, if it does.
    pub place: Option<Place>,
    /// Declared group (patient, scene), never divided.
    pub group: Option<u32>,
}

/// What must be kept apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Constraints<'a> {
    /// The samples.
    pub members: &'a [Member],
    /// Pairs of the same picture, by index into `members`, each in either order.
    pub twins: &'a [(u32, u32)],
    /// Frames of one recording at most this many steps apart never stand on both sides; at least 1.
    pub purge: u32,
}

/// The side of each sample, `None` for what is left out because it is too close to another side.
pub(crate) type Assignment = Vec<Option<u8>>;

/// The side to train on. Higher ones are evaluated.
pub(crate) const TRAINING: u8 = 0;

/// A split with about `sizes` samples on the sides 1, 2, ...: exactly that many when recordings can
/// be cut, otherwise as near as whole units come from below, and of each class about its share.
/// `classes` holds the class of each sample.
#[must_use]
pub(crate) fn propose(
    constraints: &Constraints,
    classes: &[u32],
    sizes: &[usize],
    seed: u64,
) -> Assignment {
    let smallest = sizes.iter().copied().filter(|size| *size > 0).min();
    let length = units::stretch_length(smallest.unwrap_or(0), constraints.purge);
    let stretches = units::stretches(constraints.members, length);
    let mut units = units::units(constraints, &stretches);
    let mut sides = vec![Some(TRAINING); constraints.members.len()];
    // The highest side first: what is tested on is to be chosen from all.
    for (below, &size) in sizes.iter().enumerate().rev() {
        for row in choose::up_to(&units, classes, size, seed) {
            sides[row as usize] = Some(below as u8 + 1);
        }
        // What is too close to it can be on no side below it.
        separate(constraints, &mut sides);
        for unit in &mut units {
            unit.rows
                .retain(|&row| sides[row as usize] == Some(TRAINING));
        }
        units.retain(|unit| !unit.rows.is_empty());
    }
    sides
}

/// Stratified grouped k-fold: every sample is an evaluation sample (side 1) of exactly one of the
/// `k` assignments. Empty when `k` is below 2 or exceeds the number of units.
#[must_use]
pub(crate) fn folds(
    constraints: &Constraints,
    classes: &[u32],
    k: usize,
    seed: u64,
) -> Vec<Assignment> {
    let n = constraints.members.len();
    if k < 2 {
        return Vec::new();
    }
    let length = units::stretch_length(n / k, constraints.purge);
    let stretches = units::stretches(constraints.members, length);
    let units = units::units(constraints, &stretches);
    if units.len() < k {
        return Vec::new();
    }
    let folds = choose::evenly(&units, classes, k, seed).into_iter();
    folds
        .map(|rows| {
            let mut sides = vec![Some(TRAINING); n];
            for row in rows {
                sides[row as usize] = Some(1);
            }
            separate(constraints, &mut sides);
            sides
        })
        .collect()
}

/// Leaves out what is too close to a sample of another side. Of two such samples the one of the
/// higher side stays.
fn separate(constraints: &Constraints, sides: &mut [Option<u8>]) {
    let gap = constraints.purge.max(1);
    let highest = sides.iter().flatten().copied().max().unwrap_or(0);
    for high in (1..=highest).rev() {
        let members = constraints.members.iter().zip(&*sides);
        let of_high = members.filter(|(_, side)| **side == Some(high));
        let mut held: Vec<Place> = of_high.filter_map(|(member, _)| member.place).collect();
        held.sort_unstable();
        for (member, side) in constraints.members.iter().zip(&mut *sides) {
            let close = |place| verify::steps_to(&held, place).is_some_and(|steps| steps <= gap);
            if side.is_some_and(|side| side < high) && member.place.is_some_and(close) {
                *side = None;
            }
        }
    }
    for &(a, b) in constraints.twins {
        let (a, b) = (a as usize, b as usize);
        if let (Some(one), Some(other)) = (sides[a], sides[b])
            && one != other
        {
            sides[if one < other { a } else { b }] = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn film(n: u32) -> Vec<Member> {
        (0..n)
            .map(|position| Member {
                place: Some(Place {
                    recording: 0,
                    position,
                }),
                group: None,
            })
            .collect()
    }

    fn count(sides: &[Option<u8>], side: Option<u8>) -> usize {
        sides.iter().filter(|&&s| s == side).count()
    }

    #[test]
    fn a_film_is_split_at_exactly_the_size_asked() {
        let members = film(4500);
        let constraints = Constraints {
            members: &members,
            twins: &[(3, 4000)],
            purge: 20,
        };
        let sides = propose(&constraints, &[0; 4500], &[900], 1);
        assert_eq!(count(&sides, Some(1)), 900);
        assert!(count(&sides, None) < 300);
        assert!(verify::verify(&constraints, &sides).is_clean());
    }

    #[test]
    fn the_seed_decides_and_decides_the_same() {
        let members = film(1000);
        let constraints = Constraints {
            members: &members,
            twins: &[],
            purge: 5,
        };
        assert_eq!(
            propose(&constraints, &[0; 1000], &[200], 3),
            propose(&constraints, &[0; 1000], &[200], 3)
        );
        assert_ne!(
            propose(&constraints, &[0; 1000], &[200], 3),
            propose(&constraints, &[0; 1000], &[200], 4)
        );
    }

    #[test]
    fn every_sample_is_evaluated_in_exactly_one_fold() {
        let members = film(1000);
        let constraints = Constraints {
            members: &members,
            twins: &[],
            purge: 5,
        };
        let folds = folds(&constraints, &[0; 1000], 5, 1);
        for row in 0..1000 {
            assert_eq!(
                folds.iter().filter(|sides| sides[row] == Some(1)).count(),
                1
            );
        }
        for sides in &folds {
            assert!(verify::verify(&constraints, sides).is_clean());
            assert!((count(sides, Some(1)) as i64 - 200).abs() <= 20);
        }
    }

    #[test]
    fn fewer_groups_than_folds_give_no_folds() {
        let members = vec![
            Member {
                place: None,
                group: Some(1)
            };
            10
        ];
        let constraints = Constraints {
            members: &members,
            twins: &[],
            purge: 5,
        };
        assert!(folds(&constraints, &[0; 10], 2, 1).is_empty());
        assert!(folds(&constraints, &[0; 10], 0, 1).is_empty());
    }

    #[test]
    fn as_many_groups_as_folds_are_evaluated_one_in_each() {
        let group = |at: u32| Member {
            place: None,
            group: Some(at / 4),
        };
        let members: Vec<Member> = (0..12).map(group).collect();
        let constraints = Constraints {
            members: &members,
            twins: &[],
            purge: 5,
        };
        let folds = folds(&constraints, &[0; 12], 3, 1);
        let evaluated = |sides: &Assignment| -> Vec<u32> {
            let rows = (0..12).filter(|&row| sides[row as usize] == Some(1));
            rows.map(|row| row / 4).collect()
        };
        let mut groups: Vec<Vec<u32>> = folds.iter().map(evaluated).collect();
        groups.sort();
        assert_eq!(groups, [[0; 4], [1; 4], [2; 4]]);
        let trained = |sides: &Assignment| count(sides, Some(TRAINING));
        assert!(folds.iter().all(|sides| trained(sides) == 8));
    }

    proptest! {
        #[test]
        fn no_proposal_leaks(
            spec in prop::collection::vec((0u32..4, 0u32..200, 0u32..6), 1..150),
            pairs in prop::collection::vec((0usize..150, 0usize..150), 0..30),
            purge in 0u32..12,
            share in 0usize..60,
            seed in 0u64..1000,
        ) {
            let members: Vec<Member> = spec.iter().map(|&(recording, position, group)| Member {
                place: (recording < 3).then_some(Place { recording, position }),
                group: (group < 3).then_some(group),
            }).collect();
            let twins: Vec<(u32, u32)> = pairs.iter().filter(|(a, b)| a != b && *a < members.len() && *b < members.len()).map(|&(a, b)| (a as u32, b as u32)).collect();
            let constraints = Constraints { members: &members, twins: &twins, purge };
            let wanted = members.len() * share / 100;
            let classes: Vec<u32> = spec.iter().map(|&(_, _, class)| class).collect();
            let to_test = wanted / 3;
            let sides = propose(&constraints, &classes, &[wanted, to_test], seed);
            prop_assert!(verify::verify(&constraints, &sides).is_clean());
            prop_assert!(count(&sides, Some(1)) <= wanted);
            prop_assert!(count(&sides, Some(2)) <= to_test);
            for sides in folds(&constraints, &classes, 3, seed) {
                prop_assert!(verify::verify(&constraints, &sides).is_clean());
            }
        }
    }
}
