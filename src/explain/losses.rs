//! T1: what the reported losses tell, given the leaked fraction.

use super::bounds::{self, ADVANTAGES, ASSUMED_SPREADS, Range};
use super::estimate::{Assumption, Estimate, Status};
use super::gap::{closable_share, epoch_ends, tipping_leaked_loss, tipping_point};
use super::images::FromImages;
use super::inputs::{Inputs, Metric};
use super::training_log::{Printed, Quantity, TrainLossKind, TrainingLog};
use super::wording::{loss as in_words, percent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Above this exposed share the log alone does not bound the loss in any useful way.
pub const ALMOST_ALL: f64 = 0.95;

/// What T1 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromLosses {
    /// Validation loss of the last epoch that has one; the interval is its rounding.
    pub validation_loss: Estimate,
    /// Training loss as printed for that epoch.
    pub training_loss: Estimate,
    /// What that training loss means.
    pub train_loss_kind: TrainLossKind,
    /// Training loss in evaluation mode, if it was measured.
    pub train_loss_evaluation: Option<f64>,
    /// Printed training loss minus validation loss.
    pub gap: Estimate,
    /// Printed training loss over validation loss, epoch by epoch.
    pub ratio_by_epoch: Vec<f64>,
    /// Smallest (leaked share x advantage) at which leakage closes the whole gap.
    pub f_star: Estimate,
    /// Loss on clean samples under ever stronger assumptions.
    pub clean_loss_bounds: Vec<Bound>,
    /// Loss on clean samples if leaked ones are fitted better by a share of 0 to 1.
    pub advantage_curve: Vec<AdvantagePoint>,
    /// Highest loss of leaked samples at which leakage closes the whole gap.
    pub tipping_leaked_loss: Estimate,
    /// Share of the gap that leakage could close, 0 to 1; an interval.
    pub share_of_gap: Estimate,
    /// The upper end before it is cut at 1.
    pub share_of_gap_raw: Option<f64>,
    /// Bounds widened for a finite validation set.
    pub widened: Vec<Widened>,
    /// Training loss at the end of each epoch.
    pub half_epoch: Vec<HalfEpoch>,
    /// Square root of the validation loss, when it is a squared error.
    pub rmse: Option<f64>,
    /// That as a share of the range of the targets.
    pub share_of_range: Option<f64>,
    /// Samples the log says it was made on, when they are not those of the dataset.
    pub size_mismatch: Option<String>,
}

/// One row of the table of bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bound {
    /// `B0` to `B4`.
    pub set: String,
    /// Which samples count as leaked: `exposed` (everything but clean) or `near` (twin or adjacent only; descriptive).
    pub basis: String,
    /// The leaked share used.
    pub leaked: f64,
    /// Loss on the clean samples.
    pub clean_loss: Estimate,
}

/// One row of the advantage curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdvantagePoint {
    /// How much better leaked samples are fitted: 0 not at all, 1 perfectly.
    pub advantage: f64,
    /// Loss on clean samples; `null` when unbounded.
    pub clean_loss: Option<f64>,
    /// Share of the gap closed, cut at 1; `null` without a positive gap.
    pub share_of_gap: Option<f64>,
}

/// Bounds widened for a finite validation set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Widened {
    /// Relative standard deviation of per-sample losses, assumed.
    pub assumed_spread: f64,
    /// Effective number of independent samples.
    pub n_effective: f64,
    /// Lower end.
    pub lo: f64,
    /// Upper end; `null` when unbounded.
    pub hi: Option<f64>,
}

/// Training loss at the end of an epoch, for a log that prints means over epochs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HalfEpoch {
    /// Number of the epoch, from 1.
    pub epoch: u64,
    /// Estimate; `null` for the first epoch.
    pub train_end: Option<f64>,
    /// Lower end, if the loss falls ever more slowly.
    pub lo: f64,
    /// Upper end, if it falls.
    pub hi: f64,
    /// Share of the epoch's gap that the averaging explains, from `train_end`.
    pub share_of_gap: Option<f64>,
    /// The largest such share, from `lo`.
    pub share_of_gap_max: Option<f64>,
}

/// The losses of the last epoch with a validation loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reported {
    /// Validation loss.
    pub validation: Printed,
    /// Printed training loss.
    pub train: Option<Printed>,
}

/// Picks the losses to explain, or says why there are none.
///
/// # Errors
/// The estimate that stands in their place.
pub fn reported(inputs: &Inputs) -> Result<Reported, Box<Estimate>> {
    let Some(log) = inputs.log else {
        return Err(Box::new(Estimate::absent(
            Status::MissingInput,
            "no_log",
            "no training log: give --training-log FILE or --val-loss",
        )));
    };
    if inputs.metric == Metric::NotAMean {
        return Err(Box::new(Estimate::absent(
            Status::NotApplicable,
            "not_decomposable",
            "AUC, F1 and IoU are no means over samples: not decomposable into leaked and clean ones",
        )));
    }
    let last = log
        .epochs
        .iter()
        .rev()
        .find_map(|epoch| Some((epoch.train, epoch.validation?)));
    let Some((train, validation)) = last else {
        return Err(Box::new(Estimate::absent(
            Status::MissingInput,
            "no_validation_loss",
            "the log has no validation loss",
        )));
    };
    if validation.value < 0.0 {
        return Err(Box::new(Estimate::absent(
            Status::NotApplicable,
            "negative_loss",
            "the validation loss is negative, so it is no mean of losses that cannot be",
        )));
    }
    Ok(Reported {
        validation,
        train: train.filter(|train| train.value > 0.0),
    })
}

/// Puts T1 together. `noise_floor` is what no model can get below on exact duplicates, if their targets tell it.
#[must_use]
pub fn from_losses(
    inputs: &Inputs,
    reported: Reported,
    images: &FromImages,
    noise_floor: Option<f64>,
) -> FromLosses {
    let loss = reported.validation.value;
    let exposed = images.f_exposed.value.unwrap_or(0.0);
    let near = images.f_near.value.unwrap_or(0.0);
    let kind = inputs
        .log
        .map_or(TrainLossKind::Unknown, |log| log.train_loss_kind);
    let gap = gap(reported);
    let positive_gap = reported
        .train
        .filter(|train| train.value > loss)
        .map(|train| train.value);
    let share_raw = positive_gap
        .filter(|_| exposed < 1.0)
        .map(|train| closable_share(loss, train, exposed, 1.0));
    let epochs = inputs.log.map(|log| &log.epochs[..]).unwrap_or_default();
    let rmse = squared_error(inputs).then(|| loss.sqrt());
    let range = inputs
        .target_range
        .or(inputs.log.and_then(|log| log.stated_range));
    let floor = noise_floor.filter(|_| squared_error(inputs));
    let mut clean_loss_bounds = bound_table(inputs, reported, exposed, floor, "exposed");
    if near != exposed {
        clean_loss_bounds.extend(bound_table(inputs, reported, near, floor, "near"));
    }
    FromLosses {
        validation_loss: as_estimate(reported.validation),
        training_loss: reported.train.map_or_else(
            || {
                Estimate::absent(
                    Status::MissingInput,
                    "no_training_loss",
                    "no training loss: the gap cannot be explained, the rest can",
                )
            },
            as_estimate,
        ),
        train_loss_kind: kind,
        train_loss_evaluation: inputs.train_loss_evaluation.map(|t| t.value),
        ratio_by_epoch: epochs
            .iter()
            .filter_map(|e| Some(e.train?.value / e.validation?.value))
            .filter(|r| r.is_finite())
            .collect(),
        f_star: f_star(reported),
        clean_loss_bounds,
        advantage_curve: ADVANTAGES
            .map(|advantage| advantage_point(loss, exposed, advantage, positive_gap))
            .to_vec(),
        tipping_leaked_loss: tipping(loss, positive_gap, exposed),
        share_of_gap: share_of_gap(&gap, share_raw, exposed),
        share_of_gap_raw: share_raw,
        widened: ASSUMED_SPREADS
            .map(|spread| widen(loss, exposed, spread, images.n_effective_worst))
            .to_vec(),
        half_epoch: if matches!(kind, TrainLossKind::EpochMean | TrainLossKind::WindowMean) {
            half_epochs(inputs.log)
        } else {
            Vec::new()
        },
        share_of_range: rmse.zip(range).map(|(rmse, (lo, hi))| rmse / (hi - lo)),
        rmse,
        size_mismatch: size_mismatch(inputs, images),
        gap,
    }
}

/// Whether the reported loss is taken to be a squared error.
fn squared_error(inputs: &Inputs) -> bool {
    let from_log = inputs
        .log
        .is_some_and(|log| log.quantity == Quantity::Loss && log.model.outputs == Some(1));
    match inputs.metric {
        Metric::SquaredError => true,
        Metric::Unknown => {
            matches!(inputs.targets, super::inputs::Targets::Numbers(_))
                || (from_log && matches!(inputs.targets, super::inputs::Targets::None))
        }
        _ => false,
    }
}

fn as_estimate(printed: Printed) -> Estimate {
    let estimate = Estimate::exact(printed.value, 0);
    if printed.half_width == 0.0 {
        return estimate;
    }
    estimate.with_interval(
        printed.value - printed.half_width,
        printed.value + printed.half_width,
        super::estimate::CiMethod::Identity,
    )
}

fn gap(reported: Reported) -> Estimate {
    let Some(train) = reported.train else {
        return Estimate::absent(Status::MissingInput, "no_training_loss", "no training loss");
    };
    let value = train.value - reported.validation.value;
    let slack = train.half_width + reported.validation.half_width;
    Estimate::exact(value, 0).with_interval(
        value - slack,
        value + slack,
        super::estimate::CiMethod::Identity,
    )
}

fn f_star(reported: Reported) -> Estimate {
    let Some(train) = reported
        .train
        .filter(|train| train.value > reported.validation.value)
    else {
        return Estimate::absent(
            Status::NotApplicable,
            "validation_not_below_training",
            "validation is not below training; leakage may still flatter it",
        );
    };
    let (l, t) = (reported.validation, train);
    let lo = tipping_point(l.value + l.half_width, t.value - t.half_width);
    let hi = tipping_point(l.value - l.half_width, t.value + t.half_width);
    Estimate::exact(tipping_point(l.value, t.value), 0)
        .with_interval(lo, hi, super::estimate::CiMethod::Identity)
        .assuming(&[Assumption::A0, Assumption::A1])
}

fn bound_table(
    inputs: &Inputs,
    reported: Reported,
    leaked: f64,
    floor: Option<f64>,
    basis: &str,
) -> Vec<Bound> {
    use Assumption::{A0, A1, A2};
    let l = reported.validation;
    let row = |set: &str, clean_loss| Bound {
        set: set.to_owned(),
        basis: basis.to_owned(),
        leaked,
        clean_loss,
    };
    if leaked >= 1.0 {
        let message = "every sample is exposed: there is no clean one whose loss could be bounded";
        return vec![row(
            "B1",
            Estimate::absent(Status::NotIdentified, "all_leaked", message),
        )];
    }
    // Rounding of the printed loss widens both ends.
    let rounded = |bound: &dyn Fn(f64) -> Range| -> Range {
        (
            bound(l.value - l.half_width).0.max(0.0),
            bound(l.value + l.half_width).1,
        )
    };
    let mut table = Vec::new();
    if let Some(max_loss) = max_loss(inputs) {
        let (lo, hi) = rounded(&|loss| bounds::range_only(loss, leaked, max_loss));
        table.push(row("B0", Estimate::bounds(lo, hi, &[A0])));
    }
    let (lo, hi) = rounded(&|loss| bounds::no_harm(loss, leaked));
    let message = if leaked > ALMOST_ALL {
        "the log alone does not bound this"
    } else {
        "for the samples at hand; not a bound on the loss on new data, which may be harder"
    };
    table.push(row(
        "B1",
        Estimate::bounds(lo, hi, &[A0, A1]).with_message(message),
    ));
    if let Some(floor) = floor {
        let range = rounded(&|loss| bounds::with_floor(loss, leaked, floor));
        table.push(row("B2", above_noise(l, floor, range)));
    }
    if let Some(t) = inputs.train_loss_evaluation {
        let contradicted = "training samples are fitted worse, in evaluation mode, than validation samples: leakage cannot be what makes validation this low";
        if t.value > l.value + l.half_width {
            table.push(row(
                "B3",
                Estimate::absent(
                    Status::Contradicted,
                    "training_above_validation",
                    contradicted,
                ),
            ));
        } else {
            let (lo, hi) = rounded(&|loss| bounds::with_floor(loss, leaked, t.value));
            table.push(row("B3", Estimate::bounds(lo, hi, &[A0, A1, A2])));
            table.push(row(
                "B4",
                Estimate::exact(bounds::leaked_as(l.value, leaked, t.value), 0).assuming(&[A0, A2]),
            ));
        }
    }
    table
}

/// B2: leaked samples are fitted no better than the targets of exact duplicates agree with each other.
fn above_noise(loss: Printed, floor: f64, (lo, hi): Range) -> Estimate {
    if floor > loss.value + loss.half_width {
        let message = "the targets of exact duplicates differ by more than the model errs: it knows more than the image";
        return Estimate::absent(Status::Contradicted, "noise_above_loss", message);
    }
    Estimate::bounds(lo, hi, &[Assumption::A0, Assumption::A1])
        .with_message("no model can fit exact duplicates better than their targets agree")
}

/// Largest loss a sample can have: the squared range of targets, or 1 for an error rate.
fn max_loss(inputs: &Inputs) -> Option<f64> {
    let range = inputs
        .target_range
        .or(inputs.log.and_then(|log| log.stated_range));
    let error_rate = inputs.metric == Metric::ErrorRate
        || inputs
            .log
            .is_some_and(|log| log.quantity == Quantity::Error);
    match range {
        _ if error_rate => Some(1.0),
        Some((lo, hi)) if squared_error(inputs) => Some((hi - lo).powi(2)),
        Some((lo, hi)) if inputs.metric == Metric::AbsoluteError => Some(hi - lo),
        _ => None,
    }
}

fn advantage_point(loss: f64, exposed: f64, advantage: f64, train: Option<f64>) -> AdvantagePoint {
    let clean = bounds::with_advantage(loss, exposed, advantage);
    let share = train
        .filter(|_| exposed * advantage < 1.0)
        .map(|train| closable_share(loss, train, exposed, advantage).min(1.0));
    AdvantagePoint {
        advantage,
        clean_loss: clean.is_finite().then_some(clean),
        share_of_gap: share,
    }
}

fn tipping(loss: f64, train: Option<f64>, exposed: f64) -> Estimate {
    let Some(train) = train else {
        return Estimate::absent(
            Status::NotApplicable,
            "validation_not_below_training",
            "validation is not below training",
        );
    };
    let needed = if exposed > 0.0 {
        tipping_leaked_loss(loss, train, exposed)
    } else {
        -1.0
    };
    if needed < 0.0 {
        let star = percent(tipping_point(loss, train));
        return Estimate::absent(
            Status::NotApplicable,
            "cannot_close_gap",
            format!(
                "leakage cannot close the whole gap: that needs at least {star} leaked samples"
            ),
        );
    }
    Estimate::exact(needed, 0).assuming(&[Assumption::A0, Assumption::A1]).with_message(format!(
        "leakage closes the whole gap only if the leaked samples' loss is at most {}, {} lower than on the others",
        in_words(needed),
        percent(1.0 - needed / train)
    ))
}

fn share_of_gap(gap: &Estimate, raw: Option<f64>, exposed: f64) -> Estimate {
    match (gap.value, raw) {
        (None, _) => gap.clone(),
        (Some(gap), _) if gap <= 0.0 => Estimate::absent(
            Status::NotApplicable,
            "validation_not_below_training",
            "validation is not below training; leakage may still flatter it",
        ),
        _ if exposed >= 1.0 => Estimate::bounds(0.0, 1.0, &[Assumption::A0, Assumption::A1]),
        (_, Some(raw)) => Estimate::bounds(0.0, raw.min(1.0), &[Assumption::A0, Assumption::A1]),
        _ => Estimate::absent(Status::NotIdentified, "no_share", "not known"),
    }
}

fn widen(loss: f64, exposed: f64, assumed_spread: f64, n_effective: f64) -> Widened {
    let (lo, hi) = bounds::widened(
        bounds::no_harm(loss, exposed),
        assumed_spread,
        n_effective,
        exposed,
    );
    Widened {
        assumed_spread,
        n_effective,
        lo,
        hi: hi.is_finite().then_some(hi),
    }
}

fn half_epochs(log: Option<&TrainingLog>) -> Vec<HalfEpoch> {
    let epochs = log.map(|log| &log.epochs[..]).unwrap_or_default();
    let ends = epoch_ends(epochs).into_iter().zip(epochs);
    ends.filter_map(|(end, epoch)| {
        let end = end?;
        let train = epoch.train?.value;
        let gap = epoch
            .validation
            .map(|v| train - v.value)
            .filter(|&gap| gap > 0.0);
        let share = |at: f64| gap.map(|gap| (train - at) / gap);
        Some(HalfEpoch {
            epoch: end.epoch,
            train_end: end.train_end,
            lo: end.range.0,
            hi: end.range.1,
            share_of_gap: end.train_end.and_then(share),
            share_of_gap_max: share(end.range.0),
        })
    })
    .collect()
}

/// A log made on another number of samples is explained all the same, with a warning.
fn size_mismatch(inputs: &Inputs, images: &FromImages) -> Option<String> {
    let log = inputs.log?;
    let differs = |said: Option<u64>, have: u64| {
        said.is_some_and(|said| said.abs_diff(have) as f64 > 0.01 * have as f64)
    };
    if !differs(log.train_samples, images.n_training)
        && !differs(log.validation_samples, images.n_validation)
    {
        return None;
    }
    let said = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), super::wording::count);
    Some(format!(
        "the log has {} + {} samples, this dataset {} + {}",
        said(log.train_samples),
        said(log.validation_samples),
        super::wording::count(images.n_training),
        super::wording::count(images.n_validation)
    ))
}
