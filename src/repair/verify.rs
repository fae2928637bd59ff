//! Verification of an assignment against the constraints alone.

use super::{Assignment, Constraints, Side};
use crate::explain::inputs::Place;

/// What crosses between training and evaluation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Crossing {
    /// Pairs of the same picture.
    pub twins: usize,
    /// Evaluation frames with a training frame of the same recording within the purge gap.
    pub neighbours: usize,
    /// Declared groups on both sides.
    pub groups: usize,
}

impl Crossing {
    /// Whether nothing crosses.
    #[must_use]
    pub fn is_clean(self) -> bool {
        self == Self::default()
    }
}

/// Counts everything that crosses.
#[must_use]
pub(crate) fn verify(constraints: &Constraints, sides: &Assignment) -> Crossing {
    let rows = |side| (0..sides.len()).filter(move |&i| sides[i] == side);
    let mut training: Vec<Place> = rows(Side::Training)
        .filter_map(|i| constraints.members[i].place)
        .collect();
    training.sort_unstable();
    let near = |&i: &usize| {
        constraints.members[i]
            .place
            .and_then(|place| steps_to(&training, place))
            .is_some_and(|steps| steps <= constraints.purge.max(1))
    };
    let groups = |side| {
        let mut groups: Vec<u32> = rows(side)
            .filter_map(|i| constraints.members[i].group)
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    };
    let evaluated = groups(Side::Evaluation);
    let crosses = |&&(a, b): &&(u32, u32)| {
        let pair = (sides[a as usize], sides[b as usize]);
        matches!(
            pair,
            (Side::Training, Side::Evaluation) | (Side::Evaluation, Side::Training)
        )
    };
    Crossing {
        twins: constraints.twins.iter().filter(crosses).count(),
        neighbours: rows(Side::Evaluation).filter(near).count(),
        groups: groups(Side::Training)
            .iter()
            .filter(|group| evaluated.binary_search(group).is_ok())
            .count(),
    }
}

/// Counts everything that crosses between any two of several numbered sides.
#[must_use]
pub(crate) fn verify_all(constraints: &Constraints, sides: &[Option<u8>]) -> Crossing {
    let highest = sides.iter().flatten().copied().max().unwrap_or(0);
    let mut all = Crossing::default();
    for high in 1..=highest {
        let below = |side: &Option<u8>| match side {
            Some(side) if *side == high => Side::Evaluation,
            Some(side) if *side < high => Side::Training,
            _ => Side::Purged,
        };
        let crossing = verify(constraints, &sides.iter().map(below).collect());
        all.twins += crossing.twins;
        all.neighbours += crossing.neighbours;
        all.groups += crossing.groups;
    }
    all
}

/// Steps to the nearest of some sorted places in the same recording.
pub(super) fn steps_to(sorted: &[Place], place: Place) -> Option<u32> {
    let at = sorted.partition_point(|other| *other < place);
    let neighbours = [at.checked_sub(1), Some(at)]
        .into_iter()
        .flatten()
        .filter_map(|i| sorted.get(i));
    neighbours
        .filter(|other| other.recording == place.recording)
        .map(|other| other.position.abs_diff(place.position))
        .min()
}

#[cfg(test)]
mod tests {
    use super::super::Member;
    use super::super::tests::film;
    use super::*;

    #[test]
    fn every_kind_of_crossing_is_counted() {
        let mut members = film(3);
        members[0].group = Some(9);
        members.push(Member {
            place: None,
            group: Some(9),
        });
        let constraints = Constraints {
            members: &members,
            twins: &[(0, 3), (0, 1)],
            purge: 1,
        };
        let sides = vec![
            Side::Training,
            Side::Evaluation,
            Side::Purged,
            Side::Evaluation,
        ];
        assert_eq!(
            verify(&constraints, &sides),
            Crossing {
                twins: 2,
                neighbours: 1,
                groups: 1
            }
        );
    }
}
