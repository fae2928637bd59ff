//! Random choice of the units to evaluate, up to a size, each class by its share.
//!
//! Folds are balanced as scikit-learn's `StratifiedGroupKFold` balances them: greedily, large units
//! first.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::units::Unit;

/// Rows of randomly chosen units, together at most `size`, of each class about its share of it; a
/// divisible unit that is too long gives its first rows, so that the size is met exactly when there
/// is one. `classes` holds the class of each row.
pub(super) fn up_to(units: &[Unit], classes: &[u32], size: usize, seed: u64) -> Vec<u32> {
    let mut taken = Taken::new(units, classes, size);
    let mut chosen: Vec<u32> = Vec::new();
    let mut rest = Vec::new();
    for unit in shuffled(units, seed) {
        let counts = taken.counts(unit);
        if chosen.len() + unit.rows.len() <= size && taken.stays_within(&counts, 0.0) {
            taken.add(&counts);
            chosen.extend(&unit.rows);
        } else {
            rest.push(unit);
        }
    }
    // The size comes before the classes: what brings these nearer to their shares, what takes them
    // a sample beyond, then what does least harm.
    let fills: [Fill; 3] = [
        |taken, counts| taken.harm(counts) < 0.0,
        |taken, counts| taken.stays_within(counts, 1.0),
        |_, _| true,
    ];
    for may_take in fills {
        let harm = |unit: &&Unit| taken.harm(&taken.counts(unit)) / unit.rows.len() as f64;
        rest.sort_by_cached_key(|unit| Ordered(harm(unit)));
        rest.retain(|unit| {
            let counts = taken.counts(unit);
            let takes = chosen.len() + unit.rows.len() <= size && may_take(&taken, &counts);
            if takes {
                taken.add(&counts);
                chosen.extend(&unit.rows);
            }
            !takes
        });
    }
    if let Some(unit) = rest.iter().find(|unit| unit.divisible) {
        chosen.extend(unit.rows.iter().take(size - chosen.len()));
    }
    chosen
}

/// Classes of a unit in order, each with its rows.
type Counts = [(usize, f64)];

/// Whether a unit may be taken beside what is.
type Fill = fn(&Taken<'_>, &Counts) -> bool;

/// A number as a key.
#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// How many rows of each class are taken, and how many are wanted.
struct Taken<'a> {
    classes: &'a [u32],
    rows: Vec<f64>,
    wanted: Vec<f64>,
}

impl<'a> Taken<'a> {
    fn new(units: &[Unit], classes: &'a [u32], size: usize) -> Self {
        let all = totals(units, classes);
        let share = size as f64 / all.iter().sum::<f64>().max(1.0);
        Self {
            classes,
            rows: vec![0.0; all.len()],
            wanted: all.iter().map(|count| count * share).collect(),
        }
    }

    /// Classes of a unit, each with its rows.
    fn counts(&self, unit: &Unit) -> Vec<(usize, f64)> {
        counts(unit, self.classes)
    }

    /// Whether no class comes to be more than `beyond` above its share.
    fn stays_within(&self, counts: &Counts, beyond: f64) -> bool {
        let mut counts = counts.iter();
        // A share that is a whole number may come out a little below it.
        counts.all(|&(class, n)| self.rows[class] + n <= self.wanted[class] + beyond + 1e-9)
    }

    /// By how much the squared distance to what is wanted grows, relative to it.
    fn harm(&self, counts: &Counts) -> f64 {
        let of_class = |&(class, n): &(usize, f64)| {
            let before = self.rows[class] - self.wanted[class];
            (2.0 * before * n + n * n) / self.wanted[class].max(f64::MIN_POSITIVE)
        };
        counts.iter().map(of_class).sum()
    }

    fn add(&mut self, counts: &Counts) {
        for &(class, n) in counts {
            self.rows[class] += n;
        }
    }
}

/// Rows of `k` folds of about equal size, of each class about as many in each: units in random
/// order, longest first, each to the fold that has least of its classes, or else least of all.
pub(super) fn evenly(units: &[Unit], classes: &[u32], k: usize, seed: u64) -> Vec<Vec<u32>> {
    let all = totals(units, classes);
    let mut order = shuffled(units, seed);
    order.sort_by_key(|unit| std::cmp::Reverse(unit.rows.len()));
    let mut folds = vec![Vec::new(); k];
    let mut held = vec![vec![0.0; all.len()]; k];
    for unit in order {
        let counts = counts(unit, classes);
        let of_its_classes = |fold: usize| -> f64 {
            let own = counts.iter();
            own.map(|&(class, n)| held[fold][class] * n / all[class])
                .sum()
        };
        let least = (0..k).min_by(|&a, &b| {
            let by_class = of_its_classes(a).total_cmp(&of_its_classes(b));
            by_class.then_with(|| folds[a].len().cmp(&folds[b].len()))
        });
        if let Some(fold) = least {
            folds[fold].extend(&unit.rows);
            for (class, n) in counts {
                held[fold][class] += n;
            }
        }
    }
    folds
}

/// Rows of each class.
fn totals(units: &[Unit], classes: &[u32]) -> Vec<f64> {
    let highest = classes.iter().max().map_or(0, |&class| class as usize);
    let mut all = vec![0.0; highest + 1];
    for &row in units.iter().flat_map(|unit| &unit.rows) {
        all[classes[row as usize] as usize] += 1.0;
    }
    all
}

/// Classes of a unit in order, each with its rows.
fn counts(unit: &Unit, classes: &[u32]) -> Vec<(usize, f64)> {
    let mut own: Vec<u32> = unit.rows.iter().map(|&row| classes[row as usize]).collect();
    own.sort_unstable();
    let runs = own.chunk_by(|a, b| a == b);
    runs.map(|run| (run[0] as usize, run.len() as f64))
        .collect()
}

fn shuffled(units: &[Unit], seed: u64) -> Vec<&Unit> {
    let mut order: Vec<&Unit> = units.iter().collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Units of these sizes over rows in order.
    fn units(sizes: &[usize]) -> Vec<Unit> {
        let mut from = 0;
        let unit = |&size: &usize| {
            let rows = (from..from + size as u32).collect();
            from += size as u32;
            Unit {
                rows,
                divisible: false,
            }
        };
        sizes.iter().map(unit).collect()
    }

    fn of_class(rows: &[u32], classes: &[u32], class: u32) -> usize {
        let own = rows.iter().filter(|&&row| classes[row as usize] == class);
        own.count()
    }

    #[test]
    fn whole_groups_of_two_classes_are_chosen_so_that_both_keep_their_share() {
        // 20 patients of ten pictures, every fourth of them ill.
        let units = units(&[10; 20]);
        let classes: Vec<u32> = (0..200).map(|row| u32::from(row / 10 % 4 == 0)).collect();
        for seed in 0..20 {
            let chosen = up_to(&units, &classes, 40, seed);
            assert_eq!(chosen.len(), 40, "{seed}");
            assert_eq!(of_class(&chosen, &classes, 1), 10, "{seed}");
            for fold in evenly(&units, &classes, 5, seed) {
                assert_eq!(
                    (fold.len(), of_class(&fold, &classes, 1)),
                    (40, 10),
                    "{seed}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn single_samples_keep_the_share_of_each_class_within_one(
            classes in prop::collection::vec(0u32..6, 1..300),
            share in 0usize..101,
            k in 2usize..8,
            seed in 0u64..1000,
        ) {
            let units = units(&vec![1; classes.len()]);
            let size = classes.len() * share / 100;
            let chosen = up_to(&units, &classes, size, seed);
            prop_assert_eq!(chosen.len(), size);
            let folds = evenly(&units, &classes, k, seed);
            for class in 0..6 {
                let all = classes.iter().filter(|&&one| one == class).count();
                let wanted = (all * size) as f64 / classes.len() as f64;
                let off = (of_class(&chosen, &classes, class) as f64 - wanted).abs();
                prop_assert!(off < 1.0 + 1e-9, "class {}: {} off", class, off);
                for fold in &folds {
                    let off = of_class(fold, &classes, class) as f64 - all as f64 / k as f64;
                    prop_assert!(off.abs() < 1.0, "class {}: {} off in a fold", class, off);
                }
            }
        }

        #[test]
        fn what_is_chosen_is_whole_units_that_fit(
            sizes in prop::collection::vec(1usize..9, 1..40),
            labels in prop::collection::vec(0u32..3, 360),
            share in 0usize..101,
            seed in 0u64..1000,
        ) {
            let units = units(&sizes);
            let n: usize = sizes.iter().sum();
            let size = n * share / 100;
            let mut chosen = up_to(&units, &labels[..n], size, seed);
            prop_assert!(chosen.len() <= size);
            chosen.sort_unstable();
            for unit in &units {
                let taken = unit.rows.iter().filter(|row| chosen.binary_search(row).is_ok()).count();
                prop_assert!(taken == 0 || taken == unit.rows.len());
            }
            // No unit that is left would fit.
            let left = units.iter().filter(|unit| chosen.binary_search(&unit.rows[0]).is_err());
            prop_assert!(left.map(|unit| unit.rows.len()).all(|rows| chosen.len() + rows > size));
        }
    }
}
