//! Leakage without a threshold: how much closer evaluation images are to training than a separation by groups would allow.
//!
//! `f = sup_d (F(d) - F_out(d))` over distances `d`, where `F` is the distribution of the distance to the nearest
//! training image and `F_out` the same with the sample's own leak group hidden. A lower bound on the share of samples that are too close
//! (compare nearest-neighbour distance matching, Linnenbrink et al. 2024).

use super::estimate::{CiMethod, Estimate, Status};
use super::neighbours::{Query, Window};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Resamples of groups behind the interval.
const RESAMPLES: u64 = 999;

/// The two distances of one evaluation sample.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pair {
    group: u32,
    to_training: i32,
    outside_group: i32,
}

/// The share, with an interval from resampled groups; `window` hides the leak group.
#[must_use]
pub fn too_close(queries: &[Query], window: Window, groups: &[u32], seed: u64) -> Estimate {
    let nearest = |query: &Query, window| query.left_by(window).next().map(|n| n.distance);
    let pairs: Vec<Pair> = queries
        .iter()
        .filter_map(|query| {
            Some(Pair {
                group: groups[query.row as usize],
                to_training: nearest(query, Window::NOTHING)?,
                outside_group: nearest(query, window)?,
            })
        })
        .collect();
    if pairs.is_empty() {
        return Estimate::absent(
            Status::NotIdentified,
            "nothing_outside_group",
            "no sample has a training image outside its own group",
        );
    }
    // Group ids become 0..n in ascending order, so that a resample is a vector of weights.
    let mut ids: Vec<u32> = pairs.iter().map(|pair| pair.group).collect();
    ids.sort_unstable();
    ids.dedup();
    let index = |group: u32| ids.partition_point(|&id| id < group);
    let mut steps: Vec<(i32, f64, usize)> = pairs
        .iter()
        .flat_map(|pair| {
            [
                (pair.to_training, 1.0, index(pair.group)),
                (pair.outside_group, -1.0, index(pair.group)),
            ]
        })
        .collect();
    steps.sort_by_key(|step| step.0);
    let value = largest_excess(&steps, &vec![1.0; ids.len()]);
    let estimate = Estimate {
        groups_used: Some(ids.len() as u64),
        ..Estimate::exact(value, pairs.len())
    };
    if ids.len() < 2 {
        return estimate.with_message("no interval: all samples are in one group");
    }
    let resample = |number: u64| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number);
        let mut weights = vec![0.0; ids.len()];
        for _ in 0..ids.len() {
            weights[random.random_range(0..ids.len())] += 1.0;
        }
        largest_excess(&steps, &weights)
    };
    let mut shares: Vec<f64> = (0..RESAMPLES).into_par_iter().map(resample).collect();
    shares.sort_by(f64::total_cmp);
    let at = |q: f64| shares[(q * (RESAMPLES - 1) as f64).round() as usize];
    estimate.with_interval(at(0.025), at(0.975), CiMethod::GroupBootstrap)
}

/// Largest excess of the first distribution over the second, both weighted by group. Steps are sorted by distance.
fn largest_excess(steps: &[(i32, f64, usize)], weights: &[f64]) -> f64 {
    let (mut excess, mut largest, mut total) = (0.0, 0.0f64, 0.0);
    for run in steps.chunk_by(|a, b| a.0 == b.0) {
        for &(_, sign, group) in run {
            excess += sign * weights[group];
            total += weights[group] / 2.0;
        }
        largest = largest.max(excess);
    }
    if total > 0.0 { largest / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_distances_leave_no_excess_and_shifted_ones_leave_all() {
        let weights = vec![1.0; 4];
        let steps = |shift: i32| {
            let mut steps: Vec<_> = (0..4)
                .flat_map(|i| [(i, 1.0, i as usize), (i + shift, -1.0, i as usize)])
                .collect();
            steps.sort_by_key(|step| step.0);
            steps
        };
        assert_eq!(largest_excess(&steps(0), &weights), 0.0);
        assert_eq!(largest_excess(&steps(10), &weights), 1.0);
        assert_eq!(largest_excess(&steps(2), &weights), 0.5);
    }
}
