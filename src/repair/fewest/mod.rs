//! The fewest changes that make the given split free of leaks.
//!
//! Units go to one side whole, as in a new split, but they follow the split as it is: each goes to
//! the side that holds most of it, unless sizes or classes would then leave their tolerance. Few
//! units are tried in every way; of many, a local search says how to keep sizes and classes.

mod exact;
mod films;
mod model;
mod runs;
mod search;

use super::{Constraints, units};
use model::Model;

/// A piece of a recording holds at least this part of what is evaluated: half of what a size may
/// change by.
const PIECES: usize = 20;

/// A split as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Current<'a> {
    /// What must be kept apart.
    pub constraints: Constraints<'a>,
    /// The side of each sample: 0 is training, the others are evaluated. Of two samples too close
    /// to each other the one of the higher side stays.
    pub sides: &'a [u8],
    /// The class of each sample, or the part of the range that its target lies in.
    pub classes: &'a [u32],
}

/// What may be done with a sample on the wrong side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It goes to the side of its unit.
    Move,
    /// It is left out.
    Drop,
}

/// A split without leaks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fewest {
    /// The side of each sample; `None` is left out.
    pub sides: Vec<Option<u8>>,
    /// Samples by which sizes, and by which classes, are beyond their tolerance: 0 where they are
    /// kept.
    pub beyond: [i64; 2],
    /// Whether no choice of sides for whole clusters and groups changes fewer samples and keeps
    /// sizes and classes as well. Recordings can be cut in more ways than are tried.
    pub proven: bool,
}

/// Changes as few samples as it can. The size of each side, and each class of a side that is
/// evaluated, stays within `tolerance` (a share of it, rounded up) where any choice can, and no
/// side becomes empty; keeping them comes before few changes, and sizes before classes.
#[must_use]
pub(crate) fn fewest(current: &Current, by: By, tolerance: f64) -> Fewest {
    let Constraints { members, purge, .. } = current.constraints;
    let evaluated = current.sides.iter().filter(|&&side| side > 0).count();
    let films = members.iter().any(|member| member.place.is_some());
    let model = |length| {
        let stretches = runs::stretches(members, current.sides, length, purge);
        let units = units::units(&current.constraints, &stretches);
        Model::new(current, units, by, tolerance)
    };
    let mut model_used = model(units::stretch_length(evaluated, purge));
    let mut best = choose(&model_used);
    if films {
        // Short pieces meet a size that long ones miss, and are searched less well.
        let finer = model((evaluated / PIECES).max(1));
        let other = choose(&finer);
        if other.key() < best.key() {
            (model_used, best) = (finer, other);
        }
    }
    let exhausted = exact::is_small(&model_used);
    let least = best.outside == 0 && best.changes == model_used.least_changes();
    Fewest {
        proven: best.changes == 0 || (!films && (exhausted || least)),
        beyond: model_used.beyond(&best.sides),
        sides: best.sides,
    }
}

/// Sides for the units of a model.
fn choose(model: &Model) -> model::Outcome {
    let found = model.outcome(&search::search(model));
    match exact::is_small(model) {
        true => exact::improve(model, found),
        false => found,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::film;
    use super::super::{Member, verify};
    use super::*;
    use proptest::prelude::*;

    fn alone(n: usize) -> Vec<Member> {
        let one = Member {
            place: None,
            group: None,
        };
        vec![one; n]
    }

    fn count(sides: &[Option<u8>], side: Option<u8>) -> usize {
        sides.iter().filter(|&&one| one == side).count()
    }

    fn changes(current: &Current, fewest: &Fewest) -> usize {
        let pairs = current.sides.iter().zip(&fewest.sides);
        pairs
            .filter(|(before, after)| Some(**before) != **after)
            .count()
    }

    fn is_clean(current: &Current, fewest: &Fewest) -> bool {
        verify::verify(&current.constraints, &fewest.sides).is_clean()
    }

    fn of<'a>(
        members: &'a [Member],
        twins: &'a [(u32, u32)],
        sides: &'a [u8],
        classes: &'a [u32],
    ) -> Current<'a> {
        Current {
            constraints: Constraints {
                members,
                twins,
                purge: 5,
            },
            sides,
            classes,
        }
    }

    #[test]
    fn each_cluster_goes_where_most_of_it_is_and_in_doubt_is_evaluated() {
        let members = alone(60);
        let mut sides = vec![0; 40];
        sides.extend([1; 20]);
        // Two in training and one in evaluation; one and two; one and one; and one in training.
        let twins = [(0, 1), (1, 40), (2, 41), (41, 42), (3, 43), (4, 5)];
        let classes = vec![0; 60];
        let current = of(&members, &twins, &sides, &classes);
        for by in [By::Move, By::Drop] {
            let fewest = fewest(&current, by, 0.1);
            assert!(is_clean(&current, &fewest) && fewest.proven);
            assert_eq!((changes(&current, &fewest), fewest.beyond), (3, [0, 0]));
            let changed: Vec<Option<u8>> = [40, 2, 3].map(|i| fewest.sides[i]).to_vec();
            let expected = match by {
                By::Move => [Some(0), Some(1), Some(1)],
                By::Drop => [None; 3],
            };
            assert_eq!(changed, expected);
        }
    }

    #[test]
    fn a_split_without_leaks_stays_as_it_is() {
        let (members, classes) = (alone(20), vec![0; 20]);
        let sides: Vec<u8> = (0..20).map(|i| u8::from(i % 4 == 0)).collect();
        let current = of(&members, &[(1, 2), (4, 8)], &sides, &classes);
        let kept = fewest(&current, By::Move, 0.0);
        assert_eq!(changes(&current, &kept), 0);
        assert!(kept.proven);
        // A film in two pieces with a gap between them, and one without.
        let members = film(400);
        let classes = vec![0; 400];
        let sides: Vec<u8> = (0..400).map(|i| u8::from(i >= 300)).collect();
        let current = of(&members, &[], &sides, &classes);
        let cut = fewest(&current, By::Move, 0.1);
        assert_eq!(changes(&current, &cut), 5);
        assert_eq!(count(&cut.sides, Some(1)), 100);
        let place = |member: &Member| {
            let mut member = *member;
            if let Some(place) = &mut member.place
                && place.position >= 300
            {
                place.position += 5;
            }
            member
        };
        let apart: Vec<Member> = members.iter().map(place).collect();
        let current = of(&apart, &[], &sides, &classes);
        assert_eq!(changes(&current, &fewest(&current, By::Move, 0.1)), 0);
    }

    #[test]
    fn a_film_that_was_split_by_frame_is_split_by_stretch_at_its_size() {
        let members = film(2000);
        let sides: Vec<u8> = (0u32..2000).map(|i| u8::from(i * 7919 % 5 == 0)).collect();
        let classes: Vec<u32> = (0..2000).map(|i| i / 20 % 2).collect();
        let current = of(&members, &[], &sides, &classes);
        let fewest = fewest(&current, By::Move, 0.1);
        assert!(is_clean(&current, &fewest));
        assert_eq!(fewest.beyond, [0, 0]);
        let evaluated = count(&fewest.sides, Some(1));
        assert!((360..=440).contains(&evaluated), "{evaluated}");
        assert!(count(&fewest.sides, None) <= 60);
    }

    #[test]
    fn sizes_are_kept_by_moving_others_and_what_cannot_be_kept_is_told() {
        // Five of ten evaluation samples are copies of two training samples each.
        let members = alone(40);
        let mut sides = vec![0; 30];
        sides.extend([1; 10]);
        let twins: Vec<(u32, u32)> = (0..5)
            .flat_map(|i| [(2 * i, 30 + i), (2 * i + 1, 30 + i)])
            .collect();
        let classes = vec![0; 40];
        let current = of(&members, &twins, &sides, &classes);
        let moved = fewest(&current, By::Move, 0.1);
        assert!(is_clean(&current, &moved));
        assert_eq!(moved.beyond, [0, 0]);
        assert!((9..=11).contains(&count(&moved.sides, Some(1))));
        // One cluster holds everything but a sample.
        let chain: Vec<(u32, u32)> = (0..38).map(|i| (i, i + 1)).collect();
        let current = of(&members, &chain, &sides, &classes);
        let tied = fewest(&current, By::Drop, 0.1);
        assert!(is_clean(&current, &tied) && tied.beyond[0] > 0 && tied.proven);
        assert!(count(&tied.sides, Some(0)) > 0 && count(&tied.sides, Some(1)) > 0);
    }

    #[test]
    fn classes_are_kept() {
        // Leaks are of class 1 only: four pairs of three in training with one in evaluation.
        let members = alone(60);
        let mut sides = vec![0; 40];
        sides.extend([1; 20]);
        let twins: Vec<(u32, u32)> = (0..4u32)
            .flat_map(|i| (0..3).map(move |k| (3 * i + k, 40 + i)))
            .collect();
        let classes: Vec<u32> = (0..60)
            .map(|i| u32::from(i < 20 || (40..48).contains(&i)))
            .collect();
        let current = of(&members, &twins, &sides, &classes);
        let fewest = fewest(&current, By::Move, 0.1);
        let evaluated = (0..60).filter(|&i| fewest.sides[i] == Some(1));
        let of_class_1 = evaluated.filter(|&i| classes[i] == 1).count();
        assert!(is_clean(&current, &fewest));
        assert_eq!(fewest.beyond, [0, 0]);
        assert!((7..=9).contains(&of_class_1), "{of_class_1}");
    }

    /// Members, twins, sides and classes drawn by a property test.
    type Drawn = (Vec<Member>, Vec<(u32, u32)>, Vec<u8>, Vec<u32>);

    fn drawn(most: usize, sides: u8) -> impl Strategy<Value = Drawn> {
        let sample = (0u32..5, 0u32..40, 0u32..12, 0..sides, 0u32..3);
        let samples = prop::collection::vec(sample, 2..most);
        let pairs = prop::collection::vec((0..most as u32, 0..most as u32), 0..most);
        (samples, pairs).prop_map(|(samples, pairs)| {
            let member = |&(recording, position, group, ..): &(u32, u32, u32, u8, u32)| Member {
                place: (recording < 2).then_some(super::super::Place {
                    recording,
                    position,
                }),
                group: (group < 3).then_some(group),
            };
            let n = samples.len() as u32;
            let inside = |&(a, b): &(u32, u32)| a != b && a < n && b < n;
            (
                samples.iter().map(member).collect(),
                pairs.into_iter().filter(inside).collect(),
                samples.iter().map(|sample| sample.3).collect(),
                samples.iter().map(|sample| sample.4).collect(),
            )
        })
    }

    proptest! {
        #[test]
        fn nothing_leaks_and_few_units_are_best_among_all_choices(
            (members, twins, sides, classes) in drawn(14, 3),
            by in prop::sample::select(vec![By::Move, By::Drop]),
            tolerance in 0.0..0.5,
        ) {
            let current = of(&members, &twins, &sides, &classes);
            let found = fewest(&current, by, tolerance);
            prop_assert!(is_clean(&current, &found));
            let stretches = runs::stretches(&members, &sides, 4, 5);
            let units = units::units(&current.constraints, &stretches);
            let model = Model::new(&current, units, by, tolerance);
            let chosen = choose(&model);
            let sides = u32::from(*sides.iter().max().unwrap()) + 1;
            let ways = sides.checked_pow(model.units.len() as u32).filter(|&n| n <= 20_000);
            if let Some(ways) = ways {
                let choice = |way: u32| -> Vec<u8> {
                    (0..model.units.len() as u32).map(|u| (way / sides.pow(u) % sides) as u8).collect()
                };
                let all = (0..ways).map(|way| model.outcome(&choice(way)).key());
                let least = all.min().unwrap();
                prop_assert!(chosen.key() >= least);
                if exact::is_small(&model) {
                    prop_assert_eq!(chosen.key(), least);
                }
                let no_films = members.iter().all(|member| member.place.is_none());
                if found.proven && no_films {
                    prop_assert_eq!(changes(&current, &found) as i64, least.1);
                }
            }
        }

        #[test]
        fn many_samples_never_leak(
            (members, twins, sides, classes) in drawn(150, 3),
            by in prop::sample::select(vec![By::Move, By::Drop]),
        ) {
            let current = of(&members, &twins, &sides, &classes);
            let found = fewest(&current, by, 0.1);
            prop_assert!(is_clean(&current, &found));
            if by == By::Drop {
                let kept = current.sides.iter().zip(&found.sides);
                prop_assert!(kept.into_iter().all(|(before, after)| after.is_none_or(|a| a == *before)));
            }
        }
    }
}
