//! Is there a leak effect at all: permutation tests that keep difficulty out.

use super::honest::{Case, degree_classes};
use super::interval::sum_by_group;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Permutations.
const PERMUTATIONS: u64 = 999;

/// p-value of "clean groups have a higher loss than exposed ones", exposure permuted among groups of one degree
/// class. Unstratified, the test rejects always when duplicates are easier. `None` when no class has both.
#[must_use]
pub fn by_degree(cases: &[Case], seed: u64) -> Option<f64> {
    let classes = degree_classes(cases)?;
    let mut strata: Vec<Stratum> = Vec::new();
    for class in 1..4 {
        let members = || {
            cases
                .iter()
                .zip(&classes)
                .filter(move |(_, c)| **c == class)
                .map(|(case, _)| case)
        };
        let groups = sum_by_group(members().map(|case| (case.group, case.loss, 1.0)));
        let exposed =
            sum_by_group(members().map(|case| (case.group, f64::from(u8::from(!case.clean)), 1.0)));
        let losses: Vec<f64> = groups.iter().map(|group| group.num / group.den).collect();
        let clean: Vec<bool> = exposed
            .iter()
            .map(|group| group.num < 0.5 * group.den)
            .collect();
        if clean.contains(&true) && clean.contains(&false) {
            strata.push(Stratum {
                weight: members().count() as f64,
                losses,
                clean,
            });
        }
    }
    if strata.is_empty() {
        return None;
    }
    let observed: f64 = strata
        .iter()
        .map(|stratum| stratum.difference(&stratum.clean))
        .sum();
    let as_large = (0..PERMUTATIONS).into_par_iter().filter(|&number| {
        let mut random = stream(seed, number);
        let permuted: f64 = strata
            .iter()
            .map(|stratum| {
                let mut clean = stratum.clean.clone();
                clean.shuffle(&mut random);
                stratum.difference(&clean)
            })
            .sum();
        permuted >= observed
    });
    Some(p_value(as_large.count()))
}

/// One frame of a recording, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Which recording.
    pub recording: u32,
    /// Training frames one step away: 0, 1 or 2.
    pub adjacent: u8,
    /// Its loss.
    pub loss: f64,
}

/// p-value of "the loss falls with the number of adjacent training frames": Spearman's correlation against circular
/// shifts of exposure within each recording, which keep its serial dependence. `None` when exposure does not vary.
#[must_use]
pub fn by_shift(frames: &[Frame], seed: u64) -> Option<f64> {
    let losses = ranks(frames.iter().map(|frame| frame.loss));
    let exposure = ranks(frames.iter().map(|frame| -f64::from(frame.adjacent)));
    if frames.len() < 20
        || frames
            .iter()
            .all(|frame| frame.adjacent == frames[0].adjacent)
    {
        return None;
    }
    let product = |exposure: &[f64]| losses.iter().zip(exposure).map(|(a, b)| a * b).sum::<f64>();
    let observed = product(&exposure);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for run in frames.chunk_by(|a, b| a.recording == b.recording) {
        runs.push((start, run.len()));
        start += run.len();
    }
    let as_large = (0..PERMUTATIONS).into_par_iter().filter(|&number| {
        let mut random = stream(seed, number);
        let mut shifted = exposure.clone();
        for &(start, length) in &runs {
            shifted[start..start + length].rotate_left(random.random_range(0..length));
        }
        product(&shifted) >= observed * (1.0 - 1e-12)
    });
    Some(p_value(as_large.count()))
}

struct Stratum {
    weight: f64,
    losses: Vec<f64>,
    clean: Vec<bool>,
}

impl Stratum {
    fn difference(&self, clean: &[bool]) -> f64 {
        let mean = |wanted: bool| {
            let (sum, n) = self
                .losses
                .iter()
                .zip(clean)
                .filter(|(_, c)| **c == wanted)
                .fold((0.0, 0.0), |(sum, n), (loss, _)| (sum + loss, n + 1.0));
            sum / n
        };
        self.weight * (mean(true) - mean(false))
    }
}

fn p_value(as_large: usize) -> f64 {
    (1.0 + as_large as f64) / (1.0 + PERMUTATIONS as f64)
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    random
}

/// Ranks with ties averaged, centred on zero.
pub(super) fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted: Vec<(f64, usize)> = values.zip(0..).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let centre = (sorted.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; sorted.len()];
    let mut start = 0;
    for run in sorted.chunk_by(|a, b| a.0 == b.0) {
        let rank = start as f64 + (run.len() as f64 - 1.0) / 2.0 - centre;
        run.iter().for_each(|&(_, index)| ranks[index] = rank);
        start += run.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(effect: f64) -> Vec<Case> {
        let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 16 & 0xff) / 256.0;
        (0..200)
            .map(|i| {
                let (degree, clean) = (i % 2, i % 2 == 0 || i % 6 == 1);
                let easier = if degree == 1 { 0.3 } else { 1.0 };
                Case {
                    group: i,
                    clean,
                    degree,
                    loss: easier * (0.5 + noise(i))
                        + if degree == 1 && clean { effect } else { 0.0 },
                }
            })
            .collect()
    }

    #[test]
    fn easier_duplicates_alone_are_no_effect_but_a_real_one_is_seen() {
        assert!(by_degree(&cases(0.0), 1).unwrap() > 0.05);
        assert!(by_degree(&cases(0.5), 1).unwrap() < 0.01);
    }

    #[test]
    fn a_loss_that_follows_exposure_is_seen_against_shifts() {
        let frame = |i: u32, follows: bool| {
            let adjacent = (i.wrapping_mul(2_654_435_761) >> 20 & 3).min(2) as u8;
            let noise = f64::from(i.wrapping_mul(40_503) >> 4 & 0xff) / 256.0;
            Frame {
                recording: i / 100,
                adjacent,
                loss: noise
                    + if follows {
                        f64::from(2 - adjacent)
                    } else {
                        0.0
                    },
            }
        };
        let frames = |follows| (0..400).map(|i| frame(i, follows)).collect::<Vec<_>>();
        assert!(by_shift(&frames(true), 1).unwrap() < 0.01);
        assert!(by_shift(&frames(false), 1).unwrap() > 0.05);
    }

    #[test]
    fn exposure_that_never_varies_has_no_test() {
        let frames = vec![
            Frame {
                recording: 0,
                adjacent: 2,
                loss: 1.0
            };
            50
        ];
        assert_eq!(by_shift(&frames, 1), None);
    }

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks([3.0, 1.0, 3.0].into_iter()), [0.5, -1.0, 0.5]);
    }
}
