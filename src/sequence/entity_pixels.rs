//! A question to the pixels: are samples of one value more alike than samples of different values?
//!
//! A paired permutation test. Each comparison takes a sample, another of its value and one of
//! another value in the same class. If values mean nothing, the two partners are exchangeable:
//! whether the first is more alike is a toss of a coin.

use std::collections::BTreeMap;

use crate::report::recordings::GroupAgreement;
use crate::sample::{Sample, SampleId};

use super::group::Groups;
use super::pixels::{Comparison, Similarities};

/// Comparisons asked for, at most.
const COMPARISONS: usize = 256;
/// Fewer say nothing.
const FEWEST: u64 = 30;
/// Least share of comparisons in which the same value must be more alike.
const LEAST_SHARE: f64 = 0.6;
/// Largest probability of chance.
const MOST_P: f64 = 0.001;
/// Samples looked through for a control of another value in the same class.
const TRIES: usize = 64;

impl GroupAgreement {
    /// Whether pixels confirm that the values are groups.
    #[must_use]
    pub fn confirms(&self) -> bool {
        self.compared >= FEWEST
            && self.same_closer as f64 >= LEAST_SHARE * self.compared as f64
            && self.p <= MOST_P
    }
}

/// Chooses comparisons evenly over all samples of values with two samples at least: `neighbour` has
/// the same value, `control` another.
#[must_use]
pub(crate) fn comparisons(groups: &Groups, samples: &[Sample]) -> Vec<Comparison> {
    let mut members: Vec<Vec<SampleId>> = vec![Vec::new(); groups.names.len()];
    let mut classes: BTreeMap<Option<&str>, Vec<SampleId>> = BTreeMap::new();
    let group = |id: SampleId| groups.of[id.index()];
    let class = |id: SampleId| samples[id.index()].label.as_deref();
    for (id, of) in (0_u32..).map(SampleId).zip(&groups.of) {
        if let Some(of) = of {
            members[*of as usize].push(id);
            classes.entry(class(id)).or_default().push(id);
        }
    }
    let possible: Vec<(SampleId, SampleId)> = members
        .iter()
        .filter(|own| own.len() > 1)
        .flat_map(|own| {
            // The partner is far along in the same value, so that successive frames do not decide.
            let away = own.len() / 2;
            (0..own.len()).map(move |at| (own[at], own[(at + away) % own.len()]))
        })
        .filter(|(a, b)| class(*a) == class(*b))
        .collect();
    let every = possible.len().div_ceil(COMPARISONS).max(1);
    let chosen = possible.into_iter().step_by(every).zip(0_u64..);
    chosen
        .filter_map(|((sample, neighbour), number)| {
            let others = &classes[&class(sample)];
            let control = (0..TRIES as u64)
                .map(|attempt| {
                    others[(scatter(number * 1000 + attempt) % others.len() as u64) as usize]
                })
                .find(|other| group(*other) != group(sample))?;
            Some(Comparison {
                sample,
                neighbour,
                control,
            })
        })
        .collect()
}

/// Counts answers.
#[must_use]
pub(crate) fn agreement(answers: &[Similarities]) -> GroupAgreement {
    let counted = super::pixels::agreement(answers);
    GroupAgreement {
        compared: counted.compared,
        same_closer: counted.neighbour_closer,
        p: at_least(counted.neighbour_closer, counted.compared),
    }
}

/// Probability of at least `heads` heads in `tosses` fair tosses, to four significant decimals.
fn at_least(heads: u64, tosses: u64) -> f64 {
    // By logarithms: 2^-256 itself would do, but a caller may ask for more.
    let mut term = -(tosses as f64) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    for k in 0..=tosses {
        if k >= heads {
            sum += term.exp();
        }
        term += ((tosses - k) as f64 / (k + 1) as f64).ln();
    }
    (f64::min(sum, 1.0) * 1e4).round() / 1e4
}

/// A fixed scattering of numbers (`SplitMix64`), so that the choice is the same on every machine.
fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recordings::GroupRule;
    use crate::sequence::testing;

    fn groups(of: Vec<u32>) -> Groups {
        let names = 0..=of.iter().copied().max().unwrap_or(0);
        Groups {
            rule: GroupRule::Entity("part".into()),
            of: of.into_iter().map(Some).collect(),
            names: names.map(|name| name.to_string().into()).collect(),
        }
    }

    #[test]
    fn comparisons_pair_one_value_against_another_of_the_same_class() {
        let paths: Vec<String> = (0..400).map(|i| format!("train/c{}/{i}", i % 2)).collect();
        let samples = testing::labelled(&paths);
        let groups = groups((0..400).map(|i| i / 8).collect());
        let asked = comparisons(&groups, &samples);
        assert!((150..=COMPARISONS).contains(&asked.len()));
        for ask in asked {
            let (of, class) = (
                |id: SampleId| groups.of[id.index()],
                |id: SampleId| samples[id.index()].label.clone(),
            );
            assert!(of(ask.sample) == of(ask.neighbour) && of(ask.sample) != of(ask.control));
            assert!(ask.sample != ask.neighbour);
            assert_eq!(class(ask.sample), class(ask.control));
        }
    }

    #[test]
    fn one_value_alone_cannot_be_asked_about() {
        let paths: Vec<String> = (0..40).map(|i| format!("train/{i}")).collect();
        assert!(comparisons(&groups(vec![0; 40]), &testing::samples(&paths)).is_empty());
    }

    #[test]
    fn coins_do_not_confirm_and_a_clear_majority_does() {
        let say = |same: usize, all: usize| {
            let answers: Vec<_> = (0..all)
                .map(|i| Some(if i < same { (0.5, 0.1) } else { (0.1, 0.5) }))
                .collect();
            agreement(&answers)
        };
        assert!(say(180, 256).confirms());
        assert!(!say(128, 256).confirms() && !say(150, 256).confirms());
        assert!(!say(29, 29).confirms(), "too few");
        assert!((say(5, 10).p - 0.623).abs() < 1e-3);
        assert!(say(0, 10).p > 0.99 && say(0, 0).p > 0.99);
    }
}
