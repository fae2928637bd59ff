//! A random forest and a small network retrained on blocks of time, against what the explanation
//! projects for them: `cargo run --release -p splitleak-research --bin drive -- DATASET MANIFEST`.
//! The manifest has a split and a number to predict; files sort in time.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own that prints a table"
)]

#[expect(dead_code, reason = "the simulations train others, too")]
#[path = "../simulation/learners.rs"]
mod learners;

use std::error::Error;
use std::path::PathBuf;

use learners::{Learner, Model};
use rayon::prelude::*;
use splitleak::audit;
use splitleak::cache::Cache;
use splitleak::dataset;
use splitleak::progress::Silent;
use splitleak::sample::{Dataset, SampleId, SplitRole};
use splitleak::settings::{Explain, Input, Settings};
use splitleak::signature::Signer;
use splitleak::signature::thumbnail::SIDE;
use splitleak::training::{Metric, TrainLossKind, declared, printed};

/// Blocks of time that are held out in turn, and frames left out on either side of one: five
/// seconds at 10 Hz.
const BLOCKS: usize = 5;
const PURGE: usize = 50;

fn main() {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let (Some(root), Some(manifest)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: drive DATASET MANIFEST");
        return;
    };
    if let Err(error) = compare(&Settings::new(Input::Manifest { root, manifest })) {
        eprintln!("error: {error}");
    }
}

fn compare(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let dataset = dataset::load(&settings.input, &settings.columns, &settings.files, &Silent)?;
    let features = features(&dataset)?;
    let samples = &dataset.samples;
    let targets: Vec<f64> = samples.iter().map(|s| s.target.unwrap_or(0.0)).collect();
    let is_training = |row: &u32| {
        let split = dataset.split(SampleId(*row));
        split.is_some_and(|split| split.role == SplitRole::Training)
    };
    let (training, validation): (Vec<u32>, Vec<u32>) =
        (0..samples.len() as u32).partition(is_training);
    println!("learner   training  validation  in blocks  ratio  projected (range)");
    for learner in [Learner::Forest, Learner::Network] {
        let loss = |model: &Model<'_>, rows: &[u32]| {
            let error = |&row: &u32| {
                let row = row as usize;
                (model.predict(&features[row]) - targets[row]).powi(2)
            };
            rows.par_iter().map(error).collect::<Vec<f64>>()
        };
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
        let model = learner.train(&features, &targets, &training, 1);
        let (seen, reported) = (
            mean(&loss(&model, &training)),
            mean(&loss(&model, &validation)),
        );
        let blocked: Vec<f64> = (0..BLOCKS)
            .into_par_iter()
            .flat_map_iter(|block| {
                let n = samples.len();
                let (first, last) = (block * n / BLOCKS, (block + 1) * n / BLOCKS);
                let away = |row: &u32| {
                    let row = *row as usize;
                    row + PURGE < first || row >= last + PURGE
                };
                let others: Vec<u32> = (0..n as u32).filter(away).collect();
                let inside = |row: &&u32| (first..last).contains(&(**row as usize));
                let held_out: Vec<u32> = validation.iter().filter(inside).copied().collect();
                loss(&learner.train(&features, &targets, &others, 1), &held_out)
            })
            .collect();
        let honest = mean(&blocked);
        let explained = Settings {
            explain: Some(Explain {
                log: Some(declared(
                    None,
                    Some(&format!("{reported:.9}")),
                    TrainLossKind::Unknown,
                )),
                train_loss_evaluation: printed(&format!("{seen:.9}")),
                metric: Metric::SquaredError,
                target_range: None,
                predictions: None,
                second_log: None,
                second_predictions: None,
                compared: Vec::new(),
            }),
            ..settings.clone()
        };
        let report = audit(&explained, &Cache::off(), &Silent)?;
        let projection = report
            .explanation
            .and_then(|all| Some(all.t2?.honest_projection))
            .ok_or("no projection")?;
        let number = |value: Option<f64>| value.map_or("none".to_owned(), |v| format!("{v:.4}"));
        println!(
            "{learner:9?} {seen:.4}    {reported:.4}      {honest:.4}     {:.2}   {} ({} to {})",
            honest / reported,
            number(projection.value),
            number(projection.lo),
            number(projection.hi)
        );
    }
    Ok(())
}

/// Grey means of 12 x 12 cells.
fn features(dataset: &Dataset) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    const CELLS: usize = 12;
    const STEP: usize = SIDE / CELLS;
    let mut signer = Signer::default();
    let mut features = Vec::new();
    for index in 0..dataset.samples.len() {
        let name = &dataset.samples[index].path;
        let bytes = dataset.source(SampleId(index as u32)).bytes();
        let signature = bytes
            .map_err(Into::into)
            .and_then(|bytes| signer.sign(&bytes))
            .map_err(|reason| format!("{name}: {reason}"))?;
        let thumbnail = signature.thumbnail.ok_or("no thumbnail")?;
        let cell = |at: usize| {
            let (x, y) = (at % CELLS * STEP, at / CELLS * STEP);
            let inside = (0..STEP * STEP).map(|i| (y + i / STEP) * SIDE + x + i % STEP);
            inside.map(|at| f32::from(thumbnail.0[at])).sum::<f32>()
        };
        features.push((0..CELLS * CELLS).map(cell).collect());
    }
    Ok(features)
}
