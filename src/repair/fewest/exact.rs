//! Every choice of sides of a few units, but for those that cannot be better.

use super::model::{Model, Outcome};

/// Most choices that are tried.
const MOST_CHOICES: u32 = 4096;

/// Whether all choices can be tried.
pub(super) fn is_small(model: &Model) -> bool {
    let units = u32::try_from(model.units.len()).unwrap_or(u32::MAX);
    let choices = u32::from(model.sides).checked_pow(units);
    choices.is_some_and(|n| n <= MOST_CHOICES)
}

/// The best choice, if it is better than a known one.
pub(super) fn improve(model: &Model, known: Outcome) -> Outcome {
    let mut rest = vec![0; model.units.len() + 1];
    for unit in (0..model.units.len()).rev() {
        rest[unit] = rest[unit + 1] + model.cost(unit, model.cheapest(unit));
    }
    let mut tree = Tree {
        model,
        rest,
        best: known,
        sides: vec![0; model.units.len()],
    };
    tree.branch(0, 0);
    tree.best
}

struct Tree<'a> {
    model: &'a Model<'a>,
    /// Samples that the units from one on change at least.
    rest: Vec<i64>,
    best: Outcome,
    sides: Vec<u8>,
}

impl Tree<'_> {
    /// Tries every side of a unit and of those behind it. What is left out for being too close
    /// only adds to what the units before it `changed`.
    fn branch(&mut self, unit: usize, changed: i64) {
        if (0, changed + self.rest[unit]) >= self.best.key() {
            return;
        }
        if unit == self.sides.len() {
            let outcome = self.model.outcome(&self.sides);
            if outcome.key() < self.best.key() {
                self.best = outcome;
            }
            return;
        }
        for side in 0..self.model.sides {
            self.sides[unit] = side;
            self.branch(unit + 1, changed + self.model.cost(unit, side));
        }
    }
}
