//! Where results of several runs differ: between folds (the data), and between seeds of one fold
//! (the training).
//!
//! One-way random effects: a result is the mean, plus what its fold adds, plus what its seed adds.
//! The two variances are estimated by equating mean squares with what they expect, also where folds
//! have several numbers of runs (Searle, Casella and `McCulloch`, *Variance Components*, 1992,
//! chapter 3).

use std::collections::BTreeMap;

use super::interval::t_quantile;

/// What results of runs say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Components {
    /// Mean of the means of folds.
    pub(crate) mean: f64,
    /// Half the 95 % interval of the mean, by Student's t over folds; `None` with one fold. Folds
    /// share training images, so that it is somewhat too narrow (Bengio and Grandvalet 2004).
    pub(crate) half: Option<f64>,
    /// Standard deviation between folds, at least 0; `None` with one fold, or one run in each.
    pub(crate) folds: Option<f64>,
    /// Standard deviation between seeds of one fold; `None` with one run in each fold.
    pub(crate) seeds: Option<f64>,
    /// How far two single runs of one fold differ by their seeds, in 19 of 20 cases.
    pub(crate) seed_difference: Option<f64>,
    /// Whether more folds (or data) would narrow the interval more than more seeds.
    pub(crate) folds_matter_more: Option<bool>,
}

/// The components of results by fold; `None` for fewer than two results.
pub(crate) fn components(results: &[(u32, f64)]) -> Option<Components> {
    let mut by_fold: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for &(fold, result) in results {
        by_fold.entry(fold).or_default().push(result);
    }
    if results.len() < 2 {
        return None;
    }
    let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means: Vec<f64> = by_fold.values().map(|own| mean_of(own)).collect();
    let (count, folds) = (results.len() as f64, by_fold.len() as f64);
    let mean = mean_of(&means);
    let spread = means.iter().map(|own| (own - mean).powi(2)).sum::<f64>() / (folds - 1.0);
    let several = by_fold.len() > 1;
    let half = several.then(|| t_quantile(folds - 1.0) * (spread / folds).sqrt());
    let within_df = count - folds;
    let within = (within_df > 0.0).then(|| {
        let squares = by_fold
            .values()
            .zip(&means)
            .flat_map(|(own, mean)| own.iter().map(move |result| (result - mean).powi(2)));
        squares.sum::<f64>() / within_df
    });
    let between = within.filter(|_| several).map(|within| {
        let overall = results.iter().map(|one| one.1).sum::<f64>() / count;
        let sizes = by_fold.values().map(|own| own.len() as f64);
        let squares = sizes
            .clone()
            .zip(&means)
            .map(|(n, mean)| n * (mean - overall).powi(2));
        let mean_square = squares.sum::<f64>() / (folds - 1.0);
        let each = (count - sizes.map(|n| n * n).sum::<f64>() / count) / (folds - 1.0);
        ((mean_square - within) / each).max(0.0)
    });
    Some(Components {
        mean,
        half,
        folds: between.map(f64::sqrt),
        seeds: within.map(f64::sqrt),
        seed_difference: within.map(|within| t_quantile(within_df) * (2.0 * within).sqrt()),
        folds_matter_more: between
            .zip(within)
            .map(|(between, within)| between / folds > within / count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balanced_table_gives_the_textbook_components() {
        // Means 2, 4, 9; within folds each result is 1 away: mean square within 2, between 26.
        let results = [(0, 1.0), (0, 3.0), (1, 3.0), (1, 5.0), (2, 8.0), (2, 10.0)];
        let found = components(&results).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(found.mean, 5.0));
        assert!(close(found.seeds.unwrap().powi(2), 2.0));
        assert!(close(found.folds.unwrap().powi(2), (26.0 - 2.0) / 2.0));
        // t of 2 degrees of freedom times the standard error of three means, sqrt(13 / 3).
        assert!(close(
            found.half.unwrap(),
            4.302_652_729_911_275 * (13.0_f64 / 3.0).sqrt()
        ));
        assert!(close(
            found.seed_difference.unwrap(),
            3.182_446_305_284_263 * 2.0
        ));
        assert_eq!(found.folds_matter_more, Some(true));
    }

    #[test]
    fn what_too_few_runs_cannot_tell_is_not_told() {
        assert_eq!(components(&[(0, 1.0)]), None);
        let one_each = components(&[(0, 1.0), (1, 2.0)]).unwrap();
        assert!(one_each.half.is_some() && one_each.seeds.is_none() && one_each.folds.is_none());
        let one_fold = components(&[(0, 1.0), (0, 2.0)]).unwrap();
        assert!(one_fold.half.is_none() && one_fold.seeds.is_some());
    }

    /// Results of `folds` folds and `seeds` seeds with these standard deviations.
    fn drawn(seed: u64, folds: u32, seeds: u32, (between, within): (f64, f64)) -> Vec<(u32, f64)> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut normal = move || {
            let sum: f64 = (0..12)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    (state >> 11) as f64 / (1u64 << 53) as f64
                })
                .sum();
            sum - 6.0
        };
        let mut results = Vec::new();
        for fold in 0..folds {
            let own = between * normal();
            // Unequal numbers of runs.
            for _ in 0..seeds + fold % 2 {
                results.push((fold, 1.0 + own + within * normal()));
            }
        }
        results
    }

    #[test]
    fn components_are_those_that_results_were_drawn_with_and_the_interval_covers() {
        let (mut between, mut within, mut covered) = (0.0, 0.0, 0);
        const RUNS: u64 = 2000;
        for seed in 1..=RUNS {
            let found = components(&drawn(seed, 6, 3, (0.3, 0.2))).unwrap();
            between += found.folds.unwrap().powi(2) / RUNS as f64;
            within += found.seeds.unwrap().powi(2) / RUNS as f64;
            covered += usize::from((found.mean - 1.0).abs() <= found.half.unwrap());
        }
        // The estimate of a variance is cut at 0, which raises its mean a little.
        assert!((0.085..0.100).contains(&between), "{between}");
        assert!((0.038..0.042).contains(&within), "{within}");
        let covered = covered as f64 / RUNS as f64;
        assert!((0.935..0.965).contains(&covered), "{covered}");
    }
}
