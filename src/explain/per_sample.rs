//! T3: what per-sample predictions or losses add.

use super::correlation::{Correlation, correlation};
use super::estimate::{Assumption, CiMethod, Estimate, Status};
use super::exclusion::copy_loss;
use super::exposure::{Exposure, Exposures};
use super::honest::{Case, degree_standardised};
use super::inputs::{Inputs, Prediction, Setting};
use super::interval::{GroupSum, Scale, from_influence, ratio, sum_by_group};
use super::losses::Reported;
use super::neighbours::{Query, Window};
use super::permutation::{Frame, by_degree, by_shift};
use super::twin_labels::copied_weight;
use super::wording;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Relative difference beyond rounding at which predictions and log are not of one run.
const SAME_RUN: f64 = 0.01;
/// Bins of the dose-response table.
const BINS: usize = 6;
/// Share of frames with an adjacent training frame above which exposure hardly varies.
const HARDLY_VARIES: f64 = 0.9;

/// What T3 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromPredictions {
    /// Samples, of either split, that a prediction was matched to.
    pub n_matched: u64,
    /// Predictions that fit no sample, or more than one; they are left out.
    pub n_unmatched: u64,
    /// Evaluation samples with a loss, of `n_validation`.
    pub n_with_loss: u64,
    /// Mean loss; `contradicted` when it is not the log's.
    pub loss_recomputed: Estimate,
    /// Mean loss by exposure.
    pub by_class: Vec<ClassLoss>,
    /// Clean minus near (twin or adjacent).
    pub difference_clean_near: Estimate,
    /// Honest loss on the same samples, standardised over degree.
    pub honest_standardised: Estimate,
    /// That over the reported loss.
    pub inflation_ratio: Estimate,
    /// p-value of the permutation test for a leak effect.
    pub permutation_p: Option<f64>,
    /// `degree` (exposure permuted within degree) or `shift` (circular shifts in recordings).
    pub permutation_kind: Option<String>,
    /// Loss by distance to the nearest training image; confounded with difficulty, hence the last column.
    pub dose: Vec<DoseBin>,
    /// Loss by number of adjacent training frames.
    pub by_adjacent: Vec<AdjacentLoss>,
    /// Weight of the twin's label in the prediction.
    pub copied_weight: Estimate,
    /// Predicted against true numbers; `null` for classes.
    pub correlation: Option<Correlation>,
    /// Effective number of independent losses.
    pub n_effective_loss: Option<f64>,
    /// Standard deviation of losses over their mean.
    pub relative_spread: Option<f64>,
    /// What follows, or why nothing does.
    pub message: String,
}

/// Mean loss of one exposure class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassLoss {
    /// The class.
    pub class: Exposure,
    /// Mean loss with its interval.
    pub loss: Estimate,
}

/// One bin of the dose-response table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DoseBin {
    /// Smallest distance, in standard deviations of the descriptor.
    pub distance_lo: f64,
    /// Largest distance.
    pub distance_hi: f64,
    /// Samples.
    pub n: u64,
    /// Mean loss.
    pub loss: f64,
    /// Mean loss over that of the mean of the bin's training targets' constant; `null` without targets.
    pub loss_over_trivial: Option<f64>,
}

/// Mean loss of frames with 0, 1 or 2 adjacent training frames.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdjacentLoss {
    /// Adjacent training frames.
    pub adjacent: u8,
    /// Mean loss with its interval.
    pub loss: Estimate,
}

/// Puts T3 together.
#[must_use]
pub fn from_predictions(
    inputs: &Inputs,
    predictions: &[Option<Prediction>],
    reported: Option<Reported>,
    exposures: &Exposures,
    queries: &[Query],
    groups: &[u32],
) -> FromPredictions {
    let loss_of = |row: u32| {
        predictions
            .get(row as usize)
            .copied()
            .flatten()
            .and_then(|p| p.loss)
    };
    let rows: Vec<usize> = (0..exposures.rows.len())
        .filter(|&i| loss_of(exposures.rows[i]).is_some())
        .collect();
    let losses: Vec<f64> = rows
        .iter()
        .filter_map(|&i| loss_of(exposures.rows[i]))
        .collect();
    let group = |i: usize| groups[exposures.rows[i] as usize];
    let mean_where = |wanted: &dyn Fn(usize) -> bool| {
        let chosen: Vec<_> = rows
            .iter()
            .zip(&losses)
            .filter(|(i, _)| wanted(**i))
            .map(|(&i, &loss)| (group(i), loss, 1.0))
            .collect();
        let n = chosen.len();
        ratio(&sum_by_group(chosen.into_iter()), n)
    };
    let all = mean_where(&|_| true);
    let degrees = degrees(inputs);
    let cases: Vec<Case> = rows
        .iter()
        .zip(&losses)
        .map(|(&i, &loss)| Case {
            group: group(i),
            clean: exposures.class[i] == Exposure::Clean,
            degree: degrees[exposures.rows[i] as usize],
            loss,
        })
        .collect();
    let ordered = inputs.rows.iter().any(|row| row.place.is_some());
    let honest = honest(&cases, ordered, exposures);
    let frames = frames(inputs, exposures, &rows, &losses);
    let permutation_p = if ordered {
        by_shift(&frames, inputs.seed)
    } else {
        by_degree(&cases, inputs.seed)
    };
    let spread = spread(&losses);
    FromPredictions {
        n_matched: predictions.iter().flatten().count() as u64,
        n_unmatched: inputs.predictions_unmatched,
        n_with_loss: rows.len() as u64,
        inflation_ratio: inflation(&honest, &cases),
        message: honest.message.clone(),
        honest_standardised: honest,
        by_class: Exposure::ALL
            .map(|class| ClassLoss {
                class,
                loss: mean_where(&|i| exposures.class[i] == class),
            })
            .into_iter()
            .filter(|row| row.loss.value.is_some())
            .collect(),
        difference_clean_near: difference(&cases, &rows, exposures),
        permutation_kind: permutation_p
            .map(|_| if ordered { "shift" } else { "degree" }.to_owned()),
        permutation_p,
        dose: dose(inputs, queries, &loss_of),
        by_adjacent: (0..=2)
            .filter(|_| ordered)
            .map(|adjacent| AdjacentLoss {
                adjacent,
                loss: mean_where(&|i| exposures.n_adjacent[i] == adjacent),
            })
            .filter(|row| row.loss.value.is_some())
            .collect(),
        copied_weight: copied_weight(inputs, predictions, groups),
        correlation: correlation(inputs, predictions, exposures),
        n_effective_loss: effective(&cases, &all, spread),
        relative_spread: all
            .value
            .filter(|&mean| mean > 0.0)
            .map(|mean| spread.sqrt() / mean),
        loss_recomputed: recomputed(all, reported),
    }
}

/// Twins of every row in the whole of `rows`.
fn degrees(inputs: &Inputs) -> Vec<u32> {
    let mut degree = vec![0; inputs.rows.len()];
    for twin in inputs
        .twins
        .iter()
        .filter(|twin| twin.setting <= Setting::Default)
    {
        degree[twin.a as usize] += 1;
        degree[twin.b as usize] += 1;
    }
    degree
}

fn honest(cases: &[Case], ordered: bool, exposures: &Exposures) -> Estimate {
    let touched = exposures.share(|class| class <= Exposure::Adjacent);
    if ordered && exposures.share(|class| class == Exposure::Clean) < 1.0 {
        let reason = if touched > HARDLY_VARIES {
            "exposure hardly varies"
        } else {
            "frames far from training are a selection of their own"
        };
        let message = format!(
            "{reason} ({} have an adjacent training frame); predictions cannot identify the honest loss; use the projection or retrain on the grouped split",
            wording::percent(touched)
        );
        return Estimate::absent(Status::NotIdentified, "exposure_not_randomised", message);
    }
    degree_standardised(cases)
}

fn inflation(honest: &Estimate, cases: &[Case]) -> Estimate {
    let reported = cases.iter().map(|case| case.loss).sum::<f64>() / cases.len() as f64;
    match (honest.value, honest.lo, honest.hi) {
        (Some(value), Some(lo), Some(hi)) if reported > 0.0 => Estimate {
            value: Some(value / reported),
            lo: Some(lo / reported),
            hi: Some(hi / reported),
            ..honest.clone()
        }
        .with_message("the interval takes the reported loss as fixed"),
        _ => Estimate::absent(
            Status::NotIdentified,
            honest.reason_code.as_deref().unwrap_or("no_interval"),
            honest.message.clone(),
        ),
    }
}

fn recomputed(all: Estimate, reported: Option<Reported>) -> Estimate {
    let (Some(value), Some(reported)) = (all.value, reported) else {
        return all;
    };
    let slack = reported.validation.half_width + SAME_RUN * reported.validation.value;
    if (value - reported.validation.value).abs() <= slack {
        return all;
    }
    let message = format!(
        "predictions give {} where the log says {}: not the same run, or the printed loss contains a penalty, sample weights or unequal batches",
        wording::loss(value),
        wording::loss(reported.validation.value)
    );
    Estimate {
        status: Status::Contradicted,
        reason_code: Some("loss_differs_from_log".to_owned()),
        ..all.with_message(message)
    }
}

/// Clean minus near, with the interval of a difference of two group-wise means.
fn difference(cases: &[Case], rows: &[usize], exposures: &Exposures) -> Estimate {
    let near = |k: usize| exposures.class[rows[k]] <= Exposure::Adjacent;
    let mean = |wanted: &dyn Fn(usize) -> bool| {
        let (sum, n) = (0..cases.len())
            .filter(|&k| wanted(k))
            .fold((0.0, 0.0), |(sum, n), k| (sum + cases[k].loss, n + 1.0));
        (sum / n, n)
    };
    let ((clean, n_clean), (leaked, n_near)) = (mean(&|k| cases[k].clean), mean(&near));
    if n_clean == 0.0 || n_near == 0.0 {
        return Estimate::absent(
            Status::NotIdentified,
            "one_class_only",
            "needs both clean and near samples",
        );
    }
    let influence = (0..cases.len()).map(|k| {
        let own = if cases[k].clean {
            (cases[k].loss - clean) / n_clean
        } else if near(k) {
            -(cases[k].loss - leaked) / n_near
        } else {
            0.0
        };
        (cases[k].group, own, 1.0)
    });
    let sums: Vec<GroupSum> = sum_by_group(influence);
    let (influence, sizes): (Vec<f64>, Vec<f64>) =
        sums.iter().map(|group| (group.num, group.den)).unzip();
    let estimate = Estimate {
        groups_used: Some(sums.len() as u64),
        ..Estimate::exact(clean - leaked, (n_clean + n_near) as usize)
    }
    .assuming(&[Assumption::A3]);
    let message = if clean < leaked {
        "exposed samples are not easier for this model; leakage does not explain the low loss"
    } else {
        ""
    };
    match from_influence(clean - leaked, &influence, &sizes, Scale::Linear) {
        Some(interval) => estimate
            .with_interval(interval.lo, interval.hi, CiMethod::GroupedT)
            .with_message(message),
        None => estimate.with_message(message),
    }
}

fn frames(inputs: &Inputs, exposures: &Exposures, rows: &[usize], losses: &[f64]) -> Vec<Frame> {
    let mut frames: Vec<_> = rows
        .iter()
        .zip(losses)
        .filter_map(|(&i, &loss)| {
            let place = inputs.rows[exposures.rows[i] as usize].place?;
            Some((
                place,
                Frame {
                    recording: place.recording,
                    adjacent: exposures.n_adjacent[i],
                    loss,
                },
            ))
        })
        .collect();
    frames.sort_by_key(|(place, _)| *place);
    frames.into_iter().map(|(_, frame)| frame).collect()
}

fn dose(inputs: &Inputs, queries: &[Query], loss_of: &dyn Fn(u32) -> Option<f64>) -> Vec<DoseBin> {
    let mut points: Vec<(i32, f64, u32)> = queries
        .iter()
        .filter_map(|query| {
            Some((
                query.left_by(Window::NOTHING).next()?.distance,
                loss_of(query.row)?,
                query.row,
            ))
        })
        .collect();
    points.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.cmp(&b.2)));
    let training: Vec<f64> = inputs
        .training_rows()
        .into_iter()
        .filter_map(|row| inputs.targets.number(row as usize))
        .collect();
    let constant = training.iter().sum::<f64>() / training.len() as f64;
    let size = points.len().div_ceil(BINS).max(1);
    let bin = |bin: &[(i32, f64, u32)]| {
        let n = bin.len() as f64;
        let loss = bin.iter().map(|point| point.1).sum::<f64>() / n;
        let trivial: Vec<f64> = bin
            .iter()
            .filter_map(|point| {
                Some(copy_loss(
                    inputs.metric,
                    inputs.targets,
                    inputs.targets.number(point.2 as usize)?,
                    constant,
                ))
            })
            .collect();
        let trivial = trivial.iter().sum::<f64>() / trivial.len() as f64;
        let distance = |d: i32| f64::from(d).sqrt() / 64.0;
        DoseBin {
            distance_lo: distance(bin[0].0),
            distance_hi: distance(bin[bin.len() - 1].0),
            n: bin.len() as u64,
            loss,
            loss_over_trivial: (trivial > 0.0).then(|| loss / trivial),
        }
    };
    points.chunks(size).map(bin).collect()
}

fn spread(losses: &[f64]) -> f64 {
    let n = losses.len() as f64;
    let mean = losses.iter().sum::<f64>() / n;
    losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>() / n
}

/// Sample variance of losses over the squared standard error of their mean.
fn effective(cases: &[Case], all: &Estimate, spread: f64) -> Option<f64> {
    let value = all.value?;
    let sums = sum_by_group(cases.iter().map(|case| (case.group, case.loss, 1.0)));
    let influence: Vec<f64> = sums
        .iter()
        .map(|group| (group.num - value * group.den) / cases.len() as f64)
        .collect();
    let se = super::interval::standard_error(&influence);
    (sums.len() > 1 && se > 0.0).then(|| spread / (se * se))
}
