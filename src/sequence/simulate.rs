//! Splits that could have been: which samples a given way of splitting would hold out.

use std::fmt;
use std::str::FromStr;

use super::group::Groups;
use super::recording::Recordings;

/// A way of splitting. Fractions lie above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SimulatedSplit {
    /// Samples drawn by themselves: `random:0.2:7`.
    Random {
        /// Share of samples held out.
        fraction: f64,
        /// Seed of the draw.
        seed: u64,
    },
    /// The last samples in order of path, as `validation_split` of Keras' `fit` takes the last
    /// rows: `last:0.2`.
    Last {
        /// Share of samples held out.
        fraction: f64,
    },
    /// The end of every recording, whole instants: `block:0.2`.
    Block {
        /// Share of the samples of every recording held out.
        fraction: f64,
    },
    /// Whole groups, or whole recordings where there are no groups: `group:0.2` or `group:0.2:7`.
    Group {
        /// Share of samples held out, at least; groups are drawn until it is reached.
        fraction: f64,
        /// Seed of the draw, 0 unless given.
        seed: u64,
    },
}

/// Why a split cannot be simulated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    /// Not one of the four spellings.
    #[error(
        "`{0}` is no split to simulate; use random:FRACTION:SEED, last:FRACTION, block:FRACTION or group:FRACTION"
    )]
    Spelling(String),
    /// Not a fraction.
    #[error("`{0}` must be a fraction above 0 and below 1")]
    Fraction(String),
    /// Not a seed.
    #[error("`{0}` must be a whole number")]
    Seed(String),
    /// Nothing tells recordings.
    #[error(
        "splitting by block needs recordings, and none were recognised; give `--sequence-pattern` or a time column"
    )]
    NoRecordings,
    /// Nothing tells groups.
    #[error(
        "splitting by group needs groups or recordings, and none were recognised; give `--group-pattern` or a group column"
    )]
    NoGroups,
}

/// As it is given on the command line.
impl fmt::Display for SimulatedSplit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random { fraction, seed } => write!(f, "random:{fraction}:{seed}"),
            Self::Last { fraction } => write!(f, "last:{fraction}"),
            Self::Block { fraction } => write!(f, "block:{fraction}"),
            Self::Group { fraction, seed } => write!(f, "group:{fraction}:{seed}"),
        }
    }
}

impl FromStr for SimulatedSplit {
    type Err = SimulateError;

    fn from_str(text: &str) -> Result<Self, SimulateError> {
        let mut parts = text.split(':');
        let kind = parts.next().unwrap_or_default();
        let fraction = parts
            .next()
            .ok_or_else(|| SimulateError::Spelling(text.into()))?;
        let seed = parts.next();
        if parts.next().is_some() {
            return Err(SimulateError::Spelling(text.into()));
        }
        let fraction = fraction
            .parse()
            .ok()
            .filter(|fraction| (f64::MIN_POSITIVE..1.0).contains(fraction))
            .ok_or_else(|| SimulateError::Fraction(fraction.into()))?;
        let number = |seed: &str| seed.parse().map_err(|_| SimulateError::Seed(seed.into()));
        match (kind, seed) {
            ("random", Some(seed)) => Ok(Self::Random {
                fraction,
                seed: number(seed)?,
            }),
            ("last", None) => Ok(Self::Last { fraction }),
            ("block", None) => Ok(Self::Block { fraction }),
            ("group", seed) => Ok(Self::Group {
                fraction,
                seed: number(seed.unwrap_or("0"))?,
            }),
            _ => Err(SimulateError::Spelling(text.into())),
        }
    }
}

/// Which of `count` samples would be held out, by sample id. The same input gives the same split on
/// every machine.
///
/// A block holds out samples without a recording never; a group draw too.
///
/// # Errors
/// When recordings or groups are needed and missing.
pub fn simulate(
    split: SimulatedSplit,
    count: usize,
    recordings: Option<&Recordings>,
    groups: Option<&Groups>,
) -> Result<Vec<bool>, SimulateError> {
    let share = |fraction: f64, of: usize| (fraction * of as f64).round() as usize;
    let mut held_out = vec![false; count];
    match split {
        SimulatedSplit::Random { fraction, seed } => {
            for index in drawn(count, seed).into_iter().take(share(fraction, count)) {
                held_out[index] = true;
            }
        }
        SimulatedSplit::Last { fraction } => held_out[count - share(fraction, count)..].fill(true),
        SimulatedSplit::Block { fraction } => {
            let recordings = recordings.ok_or(SimulateError::NoRecordings)?;
            for run in recordings.runs() {
                let step = |id| recordings.place(id).map(|place| place.step);
                let begin = run.len() - share(fraction, run.len());
                let Some(first) = run.get(begin).and_then(|id| step(*id)) else {
                    continue;
                };
                for id in run.iter().filter(|id| step(**id) >= Some(first)) {
                    held_out[id.index()] = true;
                }
            }
        }
        SimulatedSplit::Group { fraction, seed } => {
            let groups = members(recordings, groups).ok_or(SimulateError::NoGroups)?;
            let mut wanted = share(fraction, count);
            for group in drawn(groups.len(), seed) {
                if wanted == 0 {
                    break;
                }
                wanted = wanted.saturating_sub(groups[group].len());
                for &index in &groups[group] {
                    held_out[index] = true;
                }
            }
        }
    }
    Ok(held_out)
}

/// Sample indices of every group, or of every recording.
fn members(recordings: Option<&Recordings>, groups: Option<&Groups>) -> Option<Vec<Vec<usize>>> {
    if let Some(groups) = groups {
        let mut members = vec![Vec::new(); groups.names.len()];
        for (index, group) in groups.of.iter().enumerate() {
            if let Some(group) = group {
                members[*group as usize].push(index);
            }
        }
        return Some(members);
    }
    Some(
        recordings?
            .runs()
            .map(|run| run.iter().map(|id| id.index()).collect())
            .collect(),
    )
}

/// 0 to `count` in an order that depends on `seed` only.
fn drawn(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let base = split_mix(seed);
    order.sort_by_cached_key(|index| (split_mix(base ^ *index as u64), *index));
    order
}

/// The mixing function of `SplitMix64` (Steele, Lea, Flood 2014).
fn split_mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing::{self, TRAINING};

    fn recordings() -> Recordings {
        let places: Vec<_> = (0..100)
            .map(|i| (i / 20, i64::from(i % 20), TRAINING))
            .collect();
        testing::laid_out(&places).1
    }

    fn held_out(text: &str) -> Vec<bool> {
        simulate(text.parse().unwrap(), 100, Some(&recordings()), None).unwrap()
    }

    #[test]
    fn every_way_holds_out_its_share() {
        for text in ["random:0.2:7", "last:0.2", "block:0.2", "group:0.2"] {
            assert_eq!(
                held_out(text).iter().filter(|held| **held).count(),
                20,
                "{text}"
            );
        }
    }

    #[test]
    fn a_random_split_depends_on_its_seed_only() {
        assert_eq!(held_out("random:0.2:7"), held_out("random:0.2:7"));
        assert_ne!(held_out("random:0.2:7"), held_out("random:0.2:8"));
    }

    #[test]
    fn the_last_are_the_last() {
        assert!(held_out("last:0.2")[80..].iter().all(|held| *held));
    }

    #[test]
    fn blocks_end_every_recording() {
        let held = held_out("block:0.2");
        for recording in held.chunks(20) {
            assert_eq!(recording.iter().position(|held| *held), Some(16));
        }
    }

    #[test]
    fn groups_stay_whole() {
        for recording in held_out("group:0.3:5").chunks(20) {
            assert!(recording.iter().all(|held| *held == recording[0]));
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let simulated = |text: &str| simulate(text.parse().unwrap(), 9, None, None);
        assert_eq!(simulated("block:0.2"), Err(SimulateError::NoRecordings));
        assert_eq!(simulated("group:0.2"), Err(SimulateError::NoGroups));
        assert_eq!(simulated("last:0.5").unwrap().len(), 9);
    }

    #[test]
    fn a_split_is_spelled_as_it_is_read() {
        for text in ["random:0.2:7", "last:0.25", "block:0.2", "group:0.2:3"] {
            let split: SimulatedSplit = text.parse().unwrap();
            assert_eq!(split.to_string(), text);
        }
        assert_eq!(
            "group:0.2".parse(),
            Ok(SimulatedSplit::Group {
                fraction: 0.2,
                seed: 0
            })
        );
    }

    #[test]
    fn bad_spellings_are_explained() {
        let error = |text: &str| text.parse::<SimulatedSplit>().unwrap_err();
        assert!(matches!(error("random:0.2"), SimulateError::Spelling(_)));
        assert!(matches!(error("last"), SimulateError::Spelling(_)));
        assert!(matches!(error("last:0.2:3:4"), SimulateError::Spelling(_)));
        for text in ["last:1.2", "last:0", "last:nan", "last:-1", "last:1"] {
            assert!(matches!(error(text), SimulateError::Fraction(_)), "{text}");
        }
        assert_eq!(
            error("random:0.2:x").to_string(),
            "`x` must be a whole number"
        );
    }
}
