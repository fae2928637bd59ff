//! What a choice of sides costs, and how far it leaves sizes and classes.

use super::super::separate;
use super::super::units::Unit;
use super::films::Films;
use super::{By, Current};

/// A sample by which a split is too large or small weighs as many samples of its classes.
const SIZE_WEIGHT: i64 = 100;

/// Units, and what each would change on each side.
pub(super) struct Model<'a> {
    pub(super) current: &'a Current<'a>,
    pub(super) by: By,
    pub(super) units: Vec<Unit>,
    /// How many sides there are.
    pub(super) sides: u8,
    classes: usize,
    profiles: Vec<Profile>,
    films: Films,
    limits: Vec<Limit>,
}

/// Samples of a unit by class and by the side they are on now.
type Profile = Vec<(u32, Vec<u32>)>;

/// What a number of samples may become.
#[derive(Clone, Copy)]
struct Limit {
    least: i64,
    most: i64,
    /// What an empty side counts, so that none becomes empty.
    empty: i64,
    /// What a sample beyond counts.
    weight: i64,
}

impl Limit {
    fn outside(self, n: i64) -> i64 {
        let empty = if n == 0 { self.empty } else { 0 };
        ((self.least - n).max(n - self.most).max(0) + empty) * self.weight
    }
}

/// Samples of each side, and of each class of each side.
pub(super) struct Tally {
    counts: Vec<i64>,
    /// What they are beyond their limits by, weighed.
    pub(super) outside: i64,
}

/// A unit goes elsewhere.
pub(super) struct Step {
    /// What is added to counts, by place.
    counts: Vec<(usize, i64)>,
    /// Samples that change besides those that do.
    pub(super) changes: i64,
}

/// A choice of sides, carried out.
pub(super) struct Outcome {
    pub(super) sides: Vec<Option<u8>>,
    pub(super) outside: i64,
    pub(super) changes: i64,
}

impl Outcome {
    /// The less the better: limits first.
    pub(super) fn key(&self) -> (i64, i64) {
        (self.outside, self.changes)
    }
}

impl<'a> Model<'a> {
    pub(super) fn new(current: &'a Current<'a>, units: Vec<Unit>, by: By, tolerance: f64) -> Self {
        let sides = current.sides.iter().max().map_or(1, |highest| highest + 1);
        let classes = current
            .classes
            .iter()
            .max()
            .map_or(1, |&last| last as usize + 1);
        let profiles = units
            .iter()
            .map(|unit| profile(current, unit, sides))
            .collect();
        let films = Films::new(&current.constraints, &units);
        let mut model = Self {
            current,
            by,
            units,
            sides,
            classes,
            profiles,
            films,
            limits: Vec::new(),
        };
        let all = current.sides.len() as i64;
        let limit = |(slot, n): (usize, i64)| {
            let (is_size, side) = (slot % (classes + 1) == 0, slot / (classes + 1));
            if side == 0 && !is_size {
                return Limit {
                    least: 0,
                    most: i64::MAX / 2,
                    empty: 0,
                    weight: 0,
                };
            }
            let slack = (n as f64 * tolerance).ceil() as i64;
            Limit {
                least: n - slack,
                most: n + slack,
                empty: if is_size && n > 0 { all } else { 0 },
                weight: if is_size { SIZE_WEIGHT } else { 1 },
            }
        };
        let now: Vec<Option<u8>> = current.sides.iter().copied().map(Some).collect();
        let counts = model.counts(&now).into_iter().enumerate();
        model.limits = counts.map(limit).collect();
        model
    }

    /// The side that changes fewest samples of a unit; in doubt the one that is evaluated.
    pub(super) fn cheapest(&self, unit: usize) -> u8 {
        let sides = (0..self.sides).rev();
        sides.min_by_key(|&side| self.cost(unit, side)).unwrap_or(0)
    }

    /// No choice of sides changes fewer samples.
    pub(super) fn least_changes(&self) -> i64 {
        let units = 0..self.units.len();
        units.map(|unit| self.cost(unit, self.cheapest(unit))).sum()
    }

    /// Samples of a unit that are not on a side.
    pub(super) fn cost(&self, unit: usize, side: u8) -> i64 {
        self.units[unit].rows.len() as i64 - self.size_on(unit, side)
    }

    /// Samples of a unit that are on a side now.
    pub(super) fn size_on(&self, unit: usize, side: u8) -> i64 {
        let counts = self.profiles[unit].iter();
        counts
            .map(|(_, counts)| i64::from(counts[usize::from(side)]))
            .sum()
    }

    /// Units with frames of recordings, in order of the first.
    pub(super) fn placed(&self) -> Vec<usize> {
        let units = 0..self.units.len();
        units.filter(|&unit| self.films.holds(unit)).collect()
    }

    /// What becomes of counts and changes if a unit goes elsewhere: its own, and those that it and
    /// its neighbours in time leave out.
    pub(super) fn step(&self, sides: &[u8], unit: usize, to: u8) -> Step {
        let from = sides[unit];
        let mut counts: Vec<(usize, i64)> = Vec::new();
        self.each_count(unit, from, |slot, n| counts.push((slot, -n)));
        self.each_count(unit, to, |slot, n| counts.push((slot, n)));
        let mut changes = self.cost(unit, to) - self.cost(unit, from);
        self.films
            .change(self, sides, (unit, to), &mut |row, side, more| {
                let slot = self.slot(side);
                counts.push((slot, -more));
                counts.push((slot + 1 + self.current.classes[row] as usize, -more));
                // What moved or was dropped is changed already.
                changes += more * i64::from(self.current.sides[row] == side);
            });
        counts.sort_unstable();
        counts.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0 };
            same
        });
        Step { counts, changes }
    }

    /// Counts of a choice that is carried out.
    pub(super) fn tally(&self, sides: &[u8]) -> Tally {
        let counts = self.counts(&self.outcome(sides).sides);
        Tally {
            outside: self.outside(&counts),
            counts,
        }
    }

    /// By how much `outside` changes with a step.
    pub(super) fn strain(&self, tally: &Tally, step: &Step) -> i64 {
        let strain = step.counts.iter().map(|&(slot, more)| {
            let (limit, n) = (self.limits[slot], tally.counts[slot]);
            limit.outside(n + more) - limit.outside(n)
        });
        strain.sum()
    }

    /// Takes a step.
    pub(super) fn take(&self, tally: &mut Tally, step: &Step) {
        tally.outside += self.strain(tally, step);
        for &(slot, more) in &step.counts {
            tally.counts[slot] += more;
        }
    }

    /// Carries a choice out.
    pub(super) fn outcome(&self, sides: &[u8]) -> Outcome {
        let now = self.current.sides;
        let mut after = vec![None; now.len()];
        for (unit, &side) in self.units.iter().zip(sides) {
            for &row in &unit.rows {
                let row = row as usize;
                after[row] = (self.by == By::Move || now[row] == side).then_some(side);
            }
        }
        separate(&self.current.constraints, &mut after);
        let changed = now
            .iter()
            .zip(&after)
            .filter(|(now, after)| Some(**now) != **after);
        Outcome {
            changes: changed.count() as i64,
            outside: self.outside(&self.counts(&after)),
            sides: after,
        }
    }

    /// Samples by which sizes, and by which classes, are beyond their limits.
    pub(super) fn beyond(&self, sides: &[Option<u8>]) -> [i64; 2] {
        let mut beyond = [0; 2];
        for (limit, n) in self.limits.iter().zip(self.counts(sides)) {
            if limit.weight > 0 {
                let of_size = limit.weight == SIZE_WEIGHT;
                beyond[usize::from(!of_size)] += limit.outside(n) / limit.weight;
            }
        }
        beyond
    }

    fn outside(&self, counts: &[i64]) -> i64 {
        let limits = self.limits.iter().zip(counts);
        limits.map(|(limit, &n)| limit.outside(n)).sum()
    }

    /// The place of a side's size; its classes follow.
    fn slot(&self, side: u8) -> usize {
        usize::from(side) * (self.classes + 1)
    }

    fn counts(&self, sides: &[Option<u8>]) -> Vec<i64> {
        let mut counts = vec![0; self.slot(self.sides)];
        for (side, &class) in sides.iter().zip(self.current.classes) {
            if let Some(side) = side {
                counts[self.slot(*side)] += 1;
                counts[self.slot(*side) + 1 + class as usize] += 1;
            }
        }
        counts
    }

    /// What a unit adds to the counts of a side that it goes to.
    fn each_count(&self, unit: usize, side: u8, mut add: impl FnMut(usize, i64)) {
        let slot = self.slot(side);
        let mut size = 0;
        for (class, counts) in &self.profiles[unit] {
            let n: u32 = match self.by {
                By::Move => counts.iter().sum(),
                By::Drop => counts[usize::from(side)],
            };
            size += i64::from(n);
            add(slot + 1 + *class as usize, i64::from(n));
        }
        add(slot, size);
    }
}

fn profile(current: &Current, unit: &Unit, sides: u8) -> Profile {
    let mut profile = Profile::new();
    for &row in &unit.rows {
        let (class, side) = (current.classes[row as usize], current.sides[row as usize]);
        let at = profile.partition_point(|(other, _)| *other < class);
        if profile.get(at).is_none_or(|(other, _)| *other != class) {
            profile.insert(at, (class, vec![0; usize::from(sides)]));
        }
        profile[at].1[usize::from(side)] += 1;
    }
    profile
}
