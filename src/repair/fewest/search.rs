//! A choice of sides for many units: the cheapest side of each, then what keeps sizes and classes
//! for the fewest changes, then exchanges as long as they help.

use super::model::{Model, Tally};

/// Steps that are tried in all to improve a choice within limits: seconds.
const MOST_TRIED: usize = 20_000_000;

/// Windows of the recordings from which a search begins, too: steps of one piece do not join what
/// is evaluated into fewer blocks.
const WINDOWS: usize = 8;

/// Sides of all units.
pub(super) fn search(model: &Model) -> Vec<u8> {
    let cheapest: Vec<u8> = (0..model.units.len())
        .map(|unit| model.cheapest(unit))
        .collect();
    let placed = model.placed();
    let windows = match placed.len() {
        0 => 0,
        pieces => WINDOWS.min(pieces),
    };
    let window = |at: usize| window(model, &cheapest, &placed, at * placed.len() / windows);
    let starts = std::iter::once(cheapest.clone()).chain((0..windows).map(window));
    let found = starts.map(|sides| {
        let mut search = Search {
            model,
            tally: model.tally(&sides),
            sides,
            left: MOST_TRIED / (windows + 1),
        };
        search.meet_limits();
        while search.left > 0 && (search.improve_one() || search.exchange_two()) {}
        search.sides
    });
    found
        .min_by_key(|sides| model.outcome(sides).key())
        .unwrap_or_default()
}

/// The cheapest sides, but for recordings: what is evaluated follows each other from a piece on,
/// each side as large as it is now, and goes on from the first behind the last.
fn window(model: &Model, cheapest: &[u8], placed: &[usize], from: usize) -> Vec<u8> {
    let mut sides = cheapest.to_vec();
    let mut order = placed.iter().cycle().skip(from).take(placed.len());
    for side in 1..model.sides {
        let now = placed
            .iter()
            .map(|&unit| model.size_on(unit, side))
            .sum::<i64>();
        let mut filled = 0;
        while filled < now {
            let Some(&unit) = order.next() else {
                return sides;
            };
            filled += model.units[unit].rows.len() as i64;
            sides[unit] = side;
        }
    }
    for &unit in order {
        sides[unit] = 0;
    }
    sides
}

struct Search<'a> {
    model: &'a Model<'a>,
    sides: Vec<u8>,
    tally: Tally,
    left: usize,
}

/// What a step adds: samples beyond limits, and changed samples. The less the better, in this
/// order.
type Gain = (i64, i64);

impl Search<'_> {
    fn gain(&self, unit: usize, to: u8) -> Gain {
        let step = self.model.step(&self.sides, unit, to);
        (self.model.strain(&self.tally, &step), step.changes)
    }

    fn go(&mut self, unit: usize, to: u8) {
        let step = self.model.step(&self.sides, unit, to);
        self.model.take(&mut self.tally, &step);
        self.sides[unit] = to;
    }

    fn steps(&self) -> impl Iterator<Item = (usize, u8)> + use<> {
        let sides = self.model.sides;
        (0..self.sides.len()).flat_map(move |unit| (0..sides).map(move |to| (unit, to)))
    }

    /// Takes the steps that change fewest samples for what they bring nearer to the limits, as long
    /// as there are any. Those whose gain is still what it was follow at once: most samples of a
    /// large dataset are alike.
    fn meet_limits(&mut self) {
        while self.tally.outside > 0 {
            let steps = self
                .steps()
                .map(|(unit, to)| (self.gain(unit, to), unit, to));
            let mut nearer: Vec<_> = steps.filter(|((strain, _), ..)| *strain < 0).collect();
            // Compares changes / nearness without dividing.
            nearer.sort_by(|((a, one), ..), ((b, other), ..)| {
                (one * -b).cmp(&(other * -a)).then(a.cmp(b))
            });
            if nearer.is_empty() {
                return;
            }
            for (gain, unit, to) in nearer {
                if self.gain(unit, to) == gain {
                    self.go(unit, to);
                }
            }
        }
    }

    /// Takes every step that helps by itself; whether there was one.
    fn improve_one(&mut self) -> bool {
        let mut improved = false;
        self.left = self.left.saturating_sub(self.sides.len());
        for (unit, to) in self.steps() {
            if to != self.sides[unit] && self.gain(unit, to) < (0, 0) {
                self.go(unit, to);
                improved = true;
            }
        }
        improved
    }

    /// Lets one unit back to its cheapest side, and another go elsewhere for it, where that helps;
    /// whether it did.
    fn exchange_two(&mut self) -> bool {
        for unit in 0..self.sides.len() {
            let (from, to) = (self.sides[unit], self.model.cheapest(unit));
            if from == to {
                continue;
            }
            let tried = self.sides.len() * usize::from(self.model.sides);
            if self.left < tried {
                return false;
            }
            self.left -= tried;
            let back = self.gain(unit, to);
            self.go(unit, to);
            let both = |(strain, changed): Gain| (strain + back.0, changed + back.1);
            let others = self.steps().filter(|&(other, _)| other != unit);
            let best = others
                .map(|(other, to)| (both(self.gain(other, to)), other, to))
                .min();
            match best {
                Some((gain, other, to)) if gain < (0, 0) => {
                    self.go(other, to);
                    return true;
                }
                _ => self.go(unit, from),
            }
        }
        false
    }
}
