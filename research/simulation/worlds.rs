//! Simulated datasets with a known truth, for the claims of `docs/explanation.md`.
//!
//! World A: near-duplicate shots, split frame by frame. World B: video sequences, split in four
//! ways. World C: nothing but losses in groups, for the interval.

use super::learners::normal;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use splitleak::internals::explain::Answers;
use splitleak::internals::explain::Descriptors;
use splitleak::internals::explain::GroupSum;
use splitleak::internals::explain::{Inputs, Place, Row, Setting, Targets, Twin};
use splitleak::training::Metric;

/// A dataset with what the tool may see of it.
pub(crate) struct World {
    pub(crate) rows: Vec<Row>,
    pub(crate) twins: Vec<Twin>,
    pub(crate) targets: Targets,
    pub(crate) descriptors: Descriptors,
    /// What learners see of each row.
    pub(crate) features: Vec<Vec<f32>>,
    /// Sequence or shot of each row.
    pub(crate) unit: Vec<u32>,
}

impl World {
    pub(crate) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            rows: &self.rows,
            twins: &self.twins,
            alike: &[],
            targets: &self.targets,
            descriptors: Some(&self.descriptors),
            seconds_per_step: None,
            log: None,
            train_loss_evaluation: None,
            metric: Metric::Unknown,
            target_range: None,
            predictions: None,
            answers: Answers::NONE,
            predictions_unmatched: 0,
            prediction_notes: &[],
            together: Default::default(),
            second_run: None,
            compared: &[],
            interleaving: None,
            revisited: 0,
            unanswered: &[],
        }
    }

    pub(crate) fn target(&self, row: u32) -> f64 {
        self.targets.number(row as usize).unwrap_or(0.0)
    }
}

/// What a shot shows, and the label of a frame of it.
pub(crate) struct Shot {
    pub(crate) features: Vec<f32>,
    pub(crate) label: f64,
    pub(crate) frames: u32,
}

const CONTENT: usize = 3;

/// A shot: its label is a function of the content, a deviation that only copying can know, and
/// noise. When `easier`, shots with duplicates have half the deviation, as a parked car has.
pub(crate) fn shot(random: &mut impl Rng, easier: bool) -> Shot {
    let frames = if random.random::<f64>() < 0.4 {
        random.random_range(2..=4)
    } else {
        1
    };
    let content: Vec<f64> = (0..CONTENT).map(|_| normal(random)).collect();
    let size = if easier && frames > 1 { 0.25 } else { 0.5 };
    let label = content[0].tanh() + 0.5 * content[1] + size * normal(random);
    Shot {
        features: content.iter().map(|&c| c as f32).collect(),
        label,
        frames,
    }
}

/// World A: `shots` shots, a fifth of the frames drawn for validation one by one.
pub(crate) fn near_duplicates(shots: u32, easier: bool, seed: u64) -> World {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut features, mut labels, mut unit, mut twins) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..shots {
        let shot = shot(&mut random, easier);
        let first = features.len() as u32;
        for frame in 0..shot.frames {
            features.push(
                shot.features
                    .iter()
                    .map(|&c| c + 1e-3 * normal(&mut random) as f32)
                    .collect::<Vec<f32>>(),
            );
            labels.push(shot.label + 0.05 * normal(&mut random));
            unit.push(number);
            twins.extend((0..frame).map(|other| Twin {
                a: first + other,
                b: first + frame,
                setting: Setting::Strict,
                exact: false,
            }));
        }
    }
    let mut order: Vec<usize> = (0..features.len()).collect();
    order.shuffle(&mut random);
    let mut rows = vec![
        Row {
            evaluation: false,
            place: None,
            group: None
        };
        features.len()
    ];
    order
        .iter()
        .take(features.len() / 5)
        .for_each(|&row| rows[row].evaluation = true);
    let vectors: Vec<_> = features.iter().cloned().map(Some).collect();
    World {
        rows,
        twins,
        targets: Targets::Numbers(labels.into_iter().map(Some).collect()),
        descriptors: Descriptors::from_vectors(&vectors),
        features,
        unit,
    }
}

/// How a video is split.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum VideoSplit {
    Random,
    Chunks(u32),
    BySequence,
}

/// World B: 12 sequences of 150 frames; content, appearance and the driver's own deviation wander
/// (AR(1)), small steering angles are pulled to zero.
pub(crate) fn video(split: VideoSplit, seed: u64) -> World {
    const SEQUENCES: u32 = 12;
    const FRAMES: u32 = 150;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mixing: Vec<[f64; 4]> = (0..24)
        .map(|_| [(); 4].map(|()| normal(&mut random)))
        .collect();
    let (mut features, mut labels, mut unit, mut rows) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for sequence in 0..SEQUENCES {
        let place = normal(&mut random);
        let mut state = [(); 5].map(|()| normal(&mut random));
        for position in 0..FRAMES {
            for (value, pace) in state.iter_mut().zip([0.93, 0.93, 0.96, 0.96, 0.95]) {
                *value = pace * *value + (1.0f64 - pace * pace).sqrt() * normal(&mut random);
            }
            let seen = [state[0] + 0.5 * place, state[1], state[2], state[3]];
            features.push(
                mixing
                    .iter()
                    .map(|m| {
                        (m.iter().zip(seen).map(|(m, s)| m * s).sum::<f64>()
                            + 0.2 * normal(&mut random)) as f32
                    })
                    .collect::<Vec<f32>>(),
            );
            let angle = 0.12 * (state[0] + 0.6 * state[1]) + 0.10 * state[4];
            labels.push((angle.abs() - 0.05).max(0.0).copysign(angle));
            unit.push(sequence);
            rows.push(Row {
                evaluation: false,
                place: Some(Place {
                    recording: sequence,
                    position,
                }),
                group: None,
            });
        }
    }
    let key = |row: usize| match split {
        VideoSplit::Random => row as u32,
        VideoSplit::Chunks(length) => row as u32 / length,
        VideoSplit::BySequence => unit[row],
    };
    let mut keys: Vec<u32> = (0..rows.len()).map(key).collect();
    keys.dedup();
    keys.shuffle(&mut random);
    let wanted = rows.len() / 5;
    let mut held = 0;
    for chosen in keys {
        if held >= wanted {
            break;
        }
        for row in (0..rows.len()).filter(|&row| key(row) == chosen) {
            rows[row].evaluation = true;
            held += 1;
        }
    }
    let vectors: Vec<_> = features.iter().cloned().map(Some).collect();
    World {
        rows,
        twins: Vec::new(),
        targets: Targets::Numbers(labels.into_iter().map(Some).collect()),
        descriptors: Descriptors::from_vectors(&vectors),
        features,
        unit,
    }
}

/// World C: squared-error-like losses in groups of mean size 8, with a scale and a residual shared
/// within each; expectation 1.
pub(crate) fn grouped_losses(groups: u32, strong: bool, random: &mut impl Rng) -> Vec<GroupSum> {
    let (sigma, shared) = if strong { (0.8f64, 0.5f64) } else { (0.4, 0.3) };
    (0..groups)
        .map(|_| {
            let size = 1 + (-7.0 * (1.0 - random.random::<f64>()).ln()).round() as u32;
            let scale = (sigma * normal(random) - sigma * sigma / 2.0).exp();
            let common = normal(random);
            let residual =
                |random: &mut _| shared.sqrt() * common + (1.0 - shared).sqrt() * normal(random);
            GroupSum {
                num: (0..size).map(|_| scale * residual(random).powi(2)).sum(),
                den: f64::from(size),
            }
        })
        .collect()
}
