//! T1: gap, tipping point and bounds from the reported losses and the exposed share.

use super::bounds::{self, Range};
use super::gap::{closable_share, epoch_ends, tipping_point};
use super::inputs::{Inputs, Metric, Targets};
use super::label_noise::label_noise;
use super::training_log::{LogSource, Printed, Quantity, TrainingLog};
use crate::report::explanation::{
    Assumption, Bound, CiMethod, Estimate, FromImages, FromLosses, HalfEpoch, Status, TrainLossKind,
};
use crate::wording::{Scale, count};

/// Above this exposed share the log alone does not bound the loss in any useful way.
pub(crate) const ALMOST_ALL: f64 = 0.95;

/// The losses of the last epoch with a validation loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reported {
    /// Validation loss.
    pub validation: Printed,
    /// Printed training loss.
    pub train: Option<Printed>,
    /// The same where it is below 0, and bounds nothing.
    pub negative_train: Option<f64>,
}

/// Picks the losses to explain, or says why there are none. Without a log the mean loss of the
/// predictions is explained, where there is one for every evaluation sample.
///
/// # Errors
/// The estimate that stands in their place.
pub(crate) fn reported(inputs: &Inputs) -> Result<Reported, Box<Estimate>> {
    let logged = of_log(inputs);
    let from_predictions = || {
        let absent = logged.as_ref().err()?;
        let missing = absent.status == Status::MissingInput;
        predicted(inputs).filter(|_| missing)
    };
    from_predictions().map_or_else(
        || logged.clone().map_err(|absent| lacking(inputs, absent)),
        Ok,
    )
}

/// Why there is no loss; where predictions were given in place of a log, what they lack.
fn lacking(inputs: &Inputs, absent: Box<Estimate>) -> Box<Estimate> {
    let Some(predictions) = inputs.predictions.filter(|_| inputs.log.is_none()) else {
        return absent;
    };
    let rows = inputs.evaluation_rows();
    let with_loss = rows.iter().filter(|row| {
        let own = predictions.get(**row as usize).and_then(Option::as_ref);
        own.is_some_and(|own| own.loss.is_some())
    });
    let answers = inputs.answers;
    let tells_a_metric = answers.detected.is_some() || !answers.measures.is_empty();
    let with_loss = with_loss.count() as u64;
    if with_loss == 0 && tells_a_metric {
        let message = "the predictions have no loss of samples, and no training log was given";
        return Box::new(Estimate::absent(
            Status::MissingInput,
            "predictions_without_loss",
            message,
        ));
    }
    let message = format!(
        "{} of {} evaluation samples have a usable loss in the predictions, and no training log was given",
        count(with_loss),
        count(rows.len() as u64)
    );
    Box::new(Estimate::absent(
        Status::MissingInput,
        "predictions_without_loss",
        message,
    ))
}

/// The mean loss of the predictions, if every evaluation sample has one.
fn predicted(inputs: &Inputs) -> Option<Reported> {
    let predictions = inputs.predictions?;
    let rows = inputs.evaluation_rows();
    let losses = rows
        .iter()
        .map(|&row| predictions.get(row as usize)?.as_ref()?.loss);
    let losses: Option<Vec<f64>> = losses.collect();
    let losses = losses.filter(|losses| !losses.is_empty())?;
    let value = losses.iter().sum::<f64>() / losses.len() as f64;
    let validation = Printed {
        value,
        half_width: 0.0,
    };
    Some(Reported {
        validation,
        train: None,
        negative_train: None,
    })
}

fn of_log(inputs: &Inputs) -> Result<Reported, Box<Estimate>> {
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
            "AUC, F1, IoU and the like are no means over samples, so they do not split into leaked and clean ones; give --predictions, or evaluate again without the leaked samples",
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
            match log.source {
                LogSource::Declared => "no validation loss was given",
                _ => "the log has no validation loss",
            },
        )));
    };
    if validation.value < 0.0 {
        return Err(Box::new(Estimate::absent(
            Status::NotApplicable,
            "negative_loss",
            "a negative validation loss (as of Dice, or of a likelihood) does not split into leaked and clean samples; give --predictions with a column such as `dice`",
        )));
    }
    let (train, negative) = (
        train.filter(|train| train.value >= 0.0),
        train.filter(|train| train.value < 0.0),
    );
    Ok(Reported {
        validation,
        train,
        negative_train: negative.map(|train| train.value),
    })
}

/// Puts T1 together.
#[must_use]
pub(crate) fn from_losses(inputs: &Inputs, reported: Reported, images: &FromImages) -> FromLosses {
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
        .map(|train| closable_share(loss, train, exposed));
    let rmse = squared_error(inputs).then(|| loss.sqrt());
    let range = inputs
        .target_range
        .or(inputs.log.and_then(|log| log.stated_range));
    let floor = label_noise(inputs).filter(|_| squared_error(inputs));
    let mut clean_loss_bounds = bound_table(inputs, reported, (exposed, images), floor, "exposed");
    // What is recorded one step away is told apart from the rest of a shadow.
    if near != exposed && images.adjacent_share.is_some() {
        clean_loss_bounds.extend(bound_table(inputs, reported, (near, images), floor, "near"));
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
        f_star: f_star(reported, exposed > 0.0),
        clean_loss_bounds,
        share_of_gap: share_of_gap(&gap, share_raw, exposed),
        share_of_gap_mode: positive_gap
            .zip(inputs.train_loss_evaluation)
            .map(|(train, measured)| (train - measured.value) / (train - loss)),
        half_epoch: if matches!(kind, TrainLossKind::EpochMean | TrainLossKind::WindowMean) {
            half_epochs(inputs.log)
        } else {
            Vec::new()
        },
        share_of_range: rmse.zip(range).map(|(rmse, (lo, hi))| rmse / (hi - lo)),
        rmse,
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
        Metric::Unknown => from_log && matches!(inputs.targets, Targets::None),
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
        CiMethod::Identity,
    )
}

fn gap(reported: Reported) -> Estimate {
    let Some(train) = reported.train else {
        return Estimate::absent(Status::MissingInput, "no_training_loss", "no training loss");
    };
    let value = train.value - reported.validation.value;
    let slack = train.half_width + reported.validation.half_width;
    Estimate::exact(value, 0).with_interval(value - slack, value + slack, CiMethod::Identity)
}

/// Whether validation is below training is not known without a training loss.
fn no_training_loss(reported: Reported) -> Estimate {
    if let Some(train) = reported.negative_train {
        let message = format!(
            "the training loss is negative ({train}) and the validation loss is not: they are not of one kind"
        );
        return Estimate::absent(Status::NotApplicable, "negative_training_loss", message);
    }
    Estimate::absent(
        Status::MissingInput,
        "no_training_loss",
        "no training loss: whether validation is below it is not known",
    )
}

fn f_star(reported: Reported, leaks: bool) -> Estimate {
    if reported.train.is_none() {
        return no_training_loss(reported);
    }
    let Some(train) = reported
        .train
        .filter(|train| train.value > reported.validation.value)
    else {
        return Estimate::absent(
            Status::NotApplicable,
            "validation_not_below_training",
            match leaks {
                true => "validation is not below training; leakage may still flatter it",
                false => "validation is not below training",
            },
        );
    };
    let (l, t) = (reported.validation, train);
    let lo = tipping_point(l.value + l.half_width, t.value - t.half_width);
    let hi = tipping_point(l.value - l.half_width, t.value + t.half_width);
    Estimate::exact(tipping_point(l.value, t.value), 0)
        .with_interval(lo, hi, CiMethod::Identity)
        .assuming(&[Assumption::A0, Assumption::A1])
}

fn bound_table(
    inputs: &Inputs,
    reported: Reported,
    (leaked, images): (f64, &FromImages),
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
    // Rounding of the printed loss widens both ends, up to what a loss can be.
    let largest = max_loss(inputs);
    let possible = |loss: f64| loss.min(largest.unwrap_or(f64::INFINITY));
    let rounded = |bound: &dyn Fn(f64) -> Range| -> Range {
        (
            bound(l.value - l.half_width).0.max(0.0),
            possible(bound(l.value + l.half_width).1),
        )
    };
    let mut table = Vec::new();
    if let Some(max_loss) = largest {
        let (lo, hi) = rounded(&|loss| bounds::range_only(loss, leaked, max_loss));
        table.push(row("B0", Estimate::bounds(lo, hi, &[A0])));
    }
    let of_use = |bounds: Estimate| match leaked > ALMOST_ALL {
        true => Estimate {
            reason_code: Some("almost_all_leaked".to_owned()),
            ..bounds.with_message("the log alone does not bound this")
        },
        false => bounds,
    };
    let (lo, hi) = rounded(&|loss| bounds::no_harm(loss, leaked));
    let message =
        "for the samples at hand; not a bound on the loss on new data, which may be harder";
    let no_harm = Estimate::bounds(lo, hi, &[A0, A1]).with_message(message);
    table.push(row("B1", of_use(no_harm)));
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
            // The mean over training is another mean than that of the few that leaked.
            let chance = chance_of_few(leaked * images.n_effective_worst);
            let lowest = t.value * (-chance).exp();
            let (lo, hi) = rounded(&|loss| bounds::with_floor(loss, leaked, lowest));
            let no_overfit = Estimate::bounds(lo, hi, &[A0, A1, A2]);
            table.push(row("B3", of_use(no_overfit)));
            let highest = (t.value * chance.exp()).min(l.value / leaked);
            let as_training = |loss| possible(bounds::leaked_as(l.value, leaked, loss));
            table.push(row(
                "B4",
                Estimate::exact(as_training(t.value), 0)
                    .with_interval(as_training(highest), as_training(lowest), CiMethod::Margin)
                    .assuming(&[A0, A2]),
            ));
        }
    }
    table
}

/// The most that the loss of clean samples can be, by the sharpest bound that is of use.
pub(crate) fn clean_at_most(losses: &FromLosses) -> Option<f64> {
    let exposed = losses.clean_loss_bounds.iter();
    let usable = exposed.filter(|bound| {
        bound.basis == "exposed" && bound.set != "B4" && bound.clean_loss.reason_code.is_none()
    });
    usable
        .filter_map(|bound| bound.clean_loss.hi)
        .reduce(f64::min)
}

/// By how much, on the logarithmic scale, chance moves the mean loss of `n` independent samples.
fn chance_of_few(n: f64) -> f64 {
    bounds::sampling_half_width(bounds::ASSUMED_SPREAD, n.max(1.0))
}

/// B2: leaked samples are fitted no better than the targets of exact duplicates agree with each
/// other.
fn above_noise(loss: Printed, floor: f64, (lo, hi): Range) -> Estimate {
    if floor > loss.value + loss.half_width {
        let message = "the targets of exact duplicates differ by more than the model errs: it knows more than the image";
        return Estimate::absent(Status::Contradicted, "noise_above_loss", message);
    }
    Estimate::bounds(lo, hi, &[Assumption::A0, Assumption::A1])
        .with_message("no model can fit exact duplicates better than their targets agree")
}

/// Largest loss a sample can have: the squared range of targets, or 1 for an error rate.
pub(super) fn max_loss(inputs: &Inputs) -> Option<f64> {
    let range = inputs
        .target_range
        .or(inputs.log.and_then(|log| log.stated_range));
    let error_rate = inputs.metric == Metric::ErrorRate || inputs.scale() == Scale::Accuracy;
    match range {
        _ if error_rate => Some(1.0),
        Some((lo, hi)) if squared_error(inputs) => Some((hi - lo).powi(2)),
        Some((lo, hi)) if inputs.metric == Metric::AbsoluteError => Some(hi - lo),
        _ => None,
    }
}

fn share_of_gap(gap: &Estimate, raw: Option<f64>, exposed: f64) -> Estimate {
    match (gap.value, raw) {
        (None, _) => gap.clone(),
        (Some(gap), _) if gap <= 0.0 => Estimate::absent(
            Status::NotApplicable,
            "validation_not_below_training",
            match exposed > 0.0 {
                true => "validation is not below training; leakage may still flatter it",
                false => "validation is not below training",
            },
        ),
        _ if exposed >= 1.0 => Estimate::bounds(0.0, 1.0, &[Assumption::A0, Assumption::A1]),
        (_, Some(raw)) => Estimate::bounds(0.0, raw.min(1.0), &[Assumption::A0, Assumption::A1]),
        _ => Estimate::absent(Status::NotIdentified, "no_share", "not known"),
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
