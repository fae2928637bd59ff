//! What the simulations measure: each function repeats one claim `runs` times and returns how often
//! it held.

use super::learners::{Learner, Model};
use super::worlds::{VideoSplit, World, grouped_losses, near_duplicates, shot, video};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use splitleak::internals::explain::{
    Case, Inputs, Prediction, Setting, classify, degree_standardised, explain, ratio, sum_by_group,
};
use splitleak::report::explanation::{Estimate, Exposure, TrainLossKind};
use splitleak::training::{declared, printed};

/// Share of `true`.
fn share(hits: &[bool]) -> f64 {
    hits.iter().filter(|&&hit| hit).count() as f64 / hits.len() as f64
}

fn covers(estimate: &Estimate, truth: f64) -> bool {
    estimate
        .lo
        .zip(estimate.hi)
        .is_some_and(|(lo, hi)| lo <= truth && truth <= hi)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// World A with a trained model: losses of the validation frames as cases, and the loss of the same
/// model on fresh shots, every fresh shot weighted by its frames.
struct Trained {
    cases: Vec<Case>,
    fresh: f64,
}

fn train(world: &World, learner: Learner, easier: bool, seed: u64) -> Trained {
    let inputs = world.inputs();
    let exposures = classify(&inputs, 20, Setting::Default);
    let targets: Vec<f64> = (0..world.rows.len() as u32)
        .map(|row| world.target(row))
        .collect();
    let training = inputs.training_rows();
    let mut degree = vec![0; world.rows.len()];
    for twin in &world.twins {
        degree[twin.a as usize] += 1;
        degree[twin.b as usize] += 1;
    }
    let model = learner.train(&world.features, &targets, &training, seed);
    let case = |(&row, &class): (&u32, &Exposure)| {
        let predicted = model.predict(&world.features[row as usize]);
        Case {
            group: world.unit[row as usize],
            clean: class == Exposure::Clean,
            degree: degree[row as usize],
            loss: (predicted - world.target(row)).powi(2),
        }
    };
    let cases = exposures
        .rows
        .iter()
        .zip(&exposures.class)
        .map(case)
        .collect();
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0xf4e5);
    let (mut loss, mut frames) = (0.0, 0.0);
    for _ in 0..2000 {
        let shot = shot(&mut random, easier);
        let predicted = model.predict(&shot.features);
        // The label noise of a frame, whose variance is 0.05 squared, is part of every honest loss.
        loss += f64::from(shot.frames) * ((predicted - shot.label).powi(2) + 0.0025);
        frames += f64::from(shot.frames);
    }
    Trained {
        cases,
        fresh: loss / frames,
    }
}

/// C4, at equal difficulty: how often the interval of the clean mean contains the loss on fresh
/// shots.
pub(crate) fn clean_mean_covers(learner: Learner, runs: u64) -> f64 {
    let hits: Vec<bool> = (0..runs)
        .into_par_iter()
        .map(|seed| {
            let t = train(&near_duplicates(900, false, seed), learner, false, seed);
            covers(&clean_mean(&t.cases), t.fresh)
        })
        .collect();
    share(&hits)
}

fn clean_mean(cases: &[Case]) -> Estimate {
    let clean: Vec<_> = cases
        .iter()
        .filter(|case| case.clean)
        .map(|case| (case.group, case.loss, 1.0))
        .collect();
    let n = clean.len();
    ratio(&sum_by_group(clean.into_iter()), n)
}

/// C5: the interval of a mean over groups contains the expectation, 1.
pub(crate) fn interval_covers(runs: u64, groups: u32, strong: bool) -> f64 {
    let hits: Vec<bool> = (0..runs)
        .into_par_iter()
        .map(|seed| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let sums = grouped_losses(groups, strong, &mut random);
            covers(&ratio(&sums, 1), 1.0)
        })
        .collect();
    share(&hits)
}

/// C6: what the degree-standardised loss achieves when duplicates are easier.
pub(crate) struct Standardised {
    pub(crate) available: f64,
    pub(crate) coverage: f64,
    pub(crate) median_ratio: f64,
    pub(crate) naive_coverage: f64,
}

pub(crate) fn standardised_when_duplicates_are_easier(runs: u64, shots: u32) -> Standardised {
    let results: Vec<(Option<(bool, f64)>, bool)> = (0..runs)
        .into_par_iter()
        .map(|seed| {
            let t = train(
                &near_duplicates(shots, true, seed),
                Learner::ThreeNearest,
                true,
                seed,
            );
            let estimate = degree_standardised(&t.cases);
            (
                estimate
                    .value
                    .map(|value| (covers(&estimate, t.fresh), value / t.fresh)),
                covers(&clean_mean(&t.cases), t.fresh),
            )
        })
        .collect();
    let found: Vec<(bool, f64)> = results.iter().filter_map(|result| result.0).collect();
    Standardised {
        available: found.len() as f64 / runs as f64,
        coverage: share(&found.iter().map(|f| f.0).collect::<Vec<_>>()),
        median_ratio: median(found.iter().map(|f| f.1).collect()),
        naive_coverage: share(&results.iter().map(|result| result.1).collect::<Vec<_>>()),
    }
}

/// C8, C9, C11: what the tool says of videos whose honest loss is known from grouped
/// cross-validation.
pub(crate) struct Video {
    /// Share of runs whose projection range contains the honest loss.
    pub(crate) covered: f64,
    /// Root mean square of ln(centre / honest).
    pub(crate) centre_error: f64,
    /// The same of the reported loss.
    pub(crate) reported_error: f64,
    /// Share of runs in which T3 refuses an honest loss.
    pub(crate) refused: f64,
    /// Smallest exposed share.
    pub(crate) exposed: f64,
    /// Largest ratio of the exclusion curve.
    pub(crate) ratio: f64,
}

pub(crate) fn videos(learner: Learner, split: VideoSplit, runs: u64) -> Video {
    let results: Vec<[f64; 6]> = (0..runs)
        .into_par_iter()
        .map(|seed| video_run(learner, split, seed))
        .collect();
    let column = |k: usize| results.iter().map(move |r| r[k]);
    let rms = |k: usize| mean(&column(k).map(|e| e * e).collect::<Vec<_>>()).sqrt();
    Video {
        covered: mean(&column(0).collect::<Vec<_>>()),
        centre_error: rms(1),
        reported_error: rms(2),
        refused: mean(&column(3).collect::<Vec<_>>()),
        exposed: column(4).fold(1.0, f64::min),
        ratio: column(5).fold(0.0, f64::max),
    }
}

fn video_run(learner: Learner, split: VideoSplit, seed: u64) -> [f64; 6] {
    let world = video(split, seed);
    let plain = world.inputs();
    let targets: Vec<f64> = (0..world.rows.len() as u32)
        .map(|row| world.target(row))
        .collect();
    let training = plain.training_rows();
    let evaluation = plain.evaluation_rows();
    let model = learner.train(&world.features, &targets, &training, seed);
    let loss = |model: &Model<'_>, row: u32| {
        (model.predict(&world.features[row as usize]) - world.target(row)).powi(2)
    };
    let per_sample: Vec<f64> = evaluation.iter().map(|&row| loss(&model, row)).collect();
    // Its own training frames, as evaluation mode sees them.
    let train_evaluation = mean(
        &training
            .iter()
            .step_by(5)
            .map(|&row| loss(&model, row))
            .collect::<Vec<_>>(),
    );
    let others: Vec<Vec<u32>> = (0..5)
        .map(|fold| {
            (0..world.rows.len() as u32)
                .filter(|&row| world.unit[row as usize] % 5 != fold)
                .collect()
        })
        .collect();
    let models: Vec<Model<'_>> = others
        .iter()
        .map(|others| learner.train(&world.features, &targets, others, seed))
        .collect();
    let honest = mean(
        &evaluation
            .iter()
            .map(|&row| loss(&models[world.unit[row as usize] as usize % 5], row))
            .collect::<Vec<_>>(),
    );
    let reported = mean(&per_sample);

    let mut predictions: Vec<Option<Prediction>> = vec![None; world.rows.len()];
    for (&row, &loss) in evaluation.iter().zip(&per_sample) {
        predictions[row as usize] = Some(Prediction {
            predicted: None,
            loss: Some(loss),
            right: None,
        });
    }
    let log = declared(
        None,
        Some(&format!("{reported:.17}")),
        TrainLossKind::Unknown,
    );
    let inputs = Inputs {
        log: Some(&log),
        train_loss_evaluation: printed(&format!("{train_evaluation:.17}")),
        predictions: Some(&predictions),
        ..plain
    };
    let Some(explanation) = explain(&inputs) else {
        return [0.0; 6];
    };
    let (Some(t2), Some(t3)) = (explanation.t2, explanation.t3) else {
        return [0.0; 6];
    };
    let projection = t2.honest_projection;
    // Without a leak nothing is projected: the reported loss stands.
    let centre = projection.value.unwrap_or(reported);
    let covered = if projection.value.is_some() {
        covers(&projection, honest)
    } else {
        (reported / honest).ln().abs() < 1.5f64.ln()
    };
    [
        f64::from(u8::from(covered)),
        (centre / honest).ln(),
        (reported / honest).ln(),
        f64::from(u8::from(t3.honest_standardised.value.is_none())),
        explanation.t0.f_exposed.value.unwrap_or(0.0),
        t2.exclusion
            .and_then(|curve| curve.ratio_five_nearest.value)
            .unwrap_or(0.0),
    ]
}
