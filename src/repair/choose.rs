//! Random choice of the units to evaluate, up to a size.

use super::units::Unit;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Rows of randomly chosen units, together at most `size`; a divisible unit that is too long gives
/// its first rows, so that the size is met exactly when there is one.
pub(super) fn up_to(units: &[Unit], size: usize, seed: u64) -> Vec<u32> {
    let mut chosen: Vec<u32> = Vec::new();
    let mut left_over = Vec::new();
    for unit in shuffled(units, seed) {
        if chosen.len() + unit.rows.len() <= size {
            chosen.extend(&unit.rows);
        } else if unit.divisible {
            left_over.push(unit);
        }
    }
    if let Some(unit) = left_over.first() {
        chosen.extend(unit.rows.iter().take(size - chosen.len()));
    }
    chosen
}

/// Rows of `k` folds of about equal size: units in random order, longest first, each to the
/// smallest fold.
pub(super) fn evenly(units: &[Unit], k: usize, seed: u64) -> Vec<Vec<u32>> {
    let mut order = shuffled(units, seed);
    order.sort_by_key(|unit| std::cmp::Reverse(unit.rows.len()));
    let mut folds = vec![Vec::new(); k];
    for unit in order {
        if let Some(smallest) = folds.iter_mut().min_by_key(|fold| fold.len()) {
            smallest.extend(&unit.rows);
        }
    }
    folds
}

fn shuffled(units: &[Unit], seed: u64) -> Vec<&Unit> {
    let mut order: Vec<&Unit> = units.iter().collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}
