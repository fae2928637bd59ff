//! What a choice of sides costs, and how far it leaves sizes and classes.

use super::super::separate;
use super::super::units::{self, Unit};
use super::{By, Current};

/// Units, and what each would change on each side.
pub(super) struct Model<'a> {
    current: &'a Current<'a>,
    by: By,
    pub(super) units: Vec<Unit>,
    /// How many sides there are.
    pub(super) sides: u8,
    classes: usize,
    profiles: Vec<Profile>,
    boundaries: Vec<Boundary>,
    /// Boundaries of each unit.
    touching: Vec<Vec<u32>>,
    limits: Vec<Limit>,
}

/// Samples of a unit by class and by the side they are on now.
type Profile = Vec<(u32, Vec<u32>)>;

/// Two units that follow each other in a recording.
struct Boundary {
    units: [usize; 2],
    /// Samples of each that lie within the gap of the other, by the side they are on now: those of
    /// the lower side are left out.
    near: [Vec<u32>; 2],
}

/// What a number of samples may become.
#[derive(Clone, Copy)]
struct Limit {
    least: i64,
    most: i64,
    /// What an empty side counts, so that none becomes empty.
    empty: i64,
}

impl Limit {
    fn outside(self, n: i64) -> i64 {
        let empty = if n == 0 { self.empty } else { 0 };
        (self.least - n).max(n - self.most).max(0) + empty
    }
}

/// Samples of each side, and of each class of each side.
#[derive(Clone)]
pub(super) struct Tally {
    counts: Vec<i64>,
    /// Samples by which they are beyond their limits.
    pub(super) outside: i64,
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
        let boundaries = boundaries(current, &units, sides);
        let mut touching = vec![Vec::new(); units.len()];
        for (at, boundary) in (0u32..).zip(&boundaries) {
            for unit in boundary.units {
                touching[unit].push(at);
            }
        }
        let mut model = Self {
            current,
            by,
            units,
            sides,
            classes,
            profiles,
            boundaries,
            touching,
            limits: Vec::new(),
        };
        let all = current.sides.len() as i64;
        let limit = |(slot, n): (usize, i64)| {
            let (is_size, side) = (slot % (classes + 1) == 0, slot / (classes + 1));
            if side == 0 && !is_size {
                return Limit {
                    least: 0,
                    most: i64::MAX,
                    empty: 0,
                };
            }
            let slack = (n as f64 * tolerance).ceil() as i64;
            Limit {
                least: n - slack,
                most: n + slack,
                empty: if is_size && n > 0 { all } else { 0 },
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
        let of_side: u32 = self.profiles[unit]
            .iter()
            .map(|(_, counts)| counts[usize::from(side)])
            .sum();
        self.units[unit].rows.len() as i64 - i64::from(of_side)
    }

    /// How many samples more are changed if a unit goes elsewhere, as far as its own and its
    /// neighbours' say.
    pub(super) fn change(&self, sides: &[u8], unit: usize, to: u8) -> i64 {
        let own = self.cost(unit, to) - self.cost(unit, sides[unit]);
        let left_out = |boundary: &Boundary, of: [u8; 2]| {
            let loser = usize::from(of[1] < of[0]);
            match of[0] == of[1] {
                true => 0,
                false => i64::from(boundary.near[loser][usize::from(of[loser])]),
            }
        };
        let around = self.touching[unit].iter().map(|&at| {
            let boundary = &self.boundaries[at as usize];
            let before = boundary.units.map(|unit| sides[unit]);
            let after = boundary
                .units
                .map(|one| if one == unit { to } else { sides[one] });
            left_out(boundary, after) - left_out(boundary, before)
        });
        own + around.sum::<i64>()
    }

    /// Counts of a choice, before anything is left out for being too close.
    pub(super) fn tally(&self, sides: &[u8]) -> Tally {
        let mut tally = Tally {
            counts: vec![0; self.limits.len()],
            outside: 0,
        };
        for (unit, &side) in sides.iter().enumerate() {
            self.each_count(unit, side, |slot, n| tally.counts[slot] += n);
        }
        tally.outside = self.outside(&tally.counts);
        tally
    }

    /// By how much `outside` changes if a unit goes elsewhere.
    pub(super) fn strain(&self, tally: &Tally, unit: usize, from: u8, to: u8) -> i64 {
        let mut strain = 0;
        let mut add = |slot: usize, n: i64| {
            let (limit, count) = (self.limits[slot], tally.counts[slot]);
            strain += limit.outside(count + n) - limit.outside(count);
        };
        self.each_count(unit, from, |slot, n| add(slot, -n));
        self.each_count(unit, to, add);
        strain
    }

    /// Lets a unit go elsewhere.
    pub(super) fn shift(&self, tally: &mut Tally, unit: usize, from: u8, to: u8) {
        tally.outside += self.strain(tally, unit, from, to);
        self.each_count(unit, from, |slot, n| tally.counts[slot] -= n);
        self.each_count(unit, to, |slot, n| tally.counts[slot] += n);
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

fn boundaries(current: &Current, units: &[Unit], sides: u8) -> Vec<Boundary> {
    let members = current.constraints.members;
    let gap = current.constraints.purge.max(1);
    let mut unit_of = vec![0; members.len()];
    for (at, unit) in units.iter().enumerate() {
        for &row in &unit.rows {
            unit_of[row as usize] = at;
        }
    }
    let placed = units::placed(members);
    let position = |row: usize| members[row].place.map_or(0, |place| place.position);
    let mut boundaries = Vec::new();
    for at in 1..placed.len() {
        let edge = [placed[at - 1], placed[at]];
        let pair = edge.map(|row| unit_of[row]);
        if pair[0] == pair[1] || !units::of_one_recording(members, edge[0], edge[1]) {
            continue;
        }
        let near = |rows: &mut dyn Iterator<Item = &usize>, unit: usize, other: usize| {
            let mut near = vec![0; usize::from(sides)];
            for &row in rows {
                let same = units::of_one_recording(members, row, other) && unit_of[row] == unit;
                if !same || position(row).abs_diff(position(other)) > gap {
                    break;
                }
                near[usize::from(current.sides[row])] += 1;
            }
            near
        };
        boundaries.push(Boundary {
            units: pair,
            near: [
                near(&mut placed[..at].iter().rev(), pair[0], edge[1]),
                near(&mut placed[at..].iter(), pair[1], edge[0]),
            ],
        });
    }
    boundaries
}
