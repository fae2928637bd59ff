//! Verification of an assignment against the constraints alone.

use std::collections::BTreeSet;

use super::Constraints;
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

/// Counts everything that crosses between any two sides.
#[must_use]
pub(crate) fn verify(constraints: &Constraints, sides: &[Option<u8>]) -> Crossing {
    let highest = sides.iter().flatten().copied().max().unwrap_or(0);
    let mut all = Crossing::default();
    for high in 1..=highest {
        let crossing = into(constraints, sides, high);
        all.twins += crossing.twins;
        all.neighbours += crossing.neighbours;
        all.groups += crossing.groups;
    }
    all
}

/// What crosses into one side from those below it.
fn into(constraints: &Constraints, sides: &[Option<u8>], high: u8) -> Crossing {
    let is_high = |row: usize| sides[row] == Some(high);
    let is_low = |row: usize| sides[row].is_some_and(|side| side < high);
    let rows = 0..sides.len();
    let mut low: Vec<Place> = rows
        .clone()
        .filter(|&row| is_low(row))
        .filter_map(|row| constraints.members[row].place)
        .collect();
    low.sort_unstable();
    let near = |row: usize| {
        let place = constraints.members[row].place;
        let steps = place.and_then(|place| steps_to(&low, place));
        steps.is_some_and(|steps| steps <= constraints.purge.max(1))
    };
    let groups = |of: &dyn Fn(usize) -> bool| -> BTreeSet<u32> {
        let rows = rows.clone().filter(|&row| of(row));
        rows.filter_map(|row| constraints.members[row].group)
            .collect()
    };
    let crosses = |&&(a, b): &&(u32, u32)| {
        let (a, b) = (a as usize, b as usize);
        is_high(a) && is_low(b) || is_low(a) && is_high(b)
    };
    Crossing {
        twins: constraints.twins.iter().filter(crosses).count(),
        neighbours: rows
            .clone()
            .filter(|&row| is_high(row) && near(row))
            .count(),
        groups: groups(&is_low).intersection(&groups(&is_high)).count(),
    }
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
        let crossing = |twins, neighbours, groups| Crossing {
            twins,
            neighbours,
            groups,
        };
        let sides = [Some(0), Some(1), None, Some(1)];
        assert_eq!(verify(&constraints, &sides), crossing(2, 1, 1));
        // Between two sides that are evaluated, too.
        let sides = [Some(1), Some(2), None, Some(0)];
        assert_eq!(verify(&constraints, &sides), crossing(2, 1, 1));
    }
}
