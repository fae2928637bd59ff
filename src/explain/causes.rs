//! Table of causes that can put validation below training, with the evidence for and against each.
//! Several can hold at once.

use super::bounds::{ASSUMED_SPREAD, sampling_half_width};
use super::inputs::Inputs;
use crate::report::explanation::{
    Cause, Evidence, FromImages, FromLosses, FromTargets, TrainLossKind,
};
use crate::report::interleaving::SplitKind;
use crate::wording::percent;

/// Ratios of training to validation loss from the second epoch on that stay within this factor
/// count as constant.
const CONSTANT_RATIO: f64 = 1.25;

/// The table of causes, always complete.
#[must_use]
pub(crate) fn causes(
    inputs: &Inputs,
    images: &FromImages,
    losses: &FromLosses,
    targets: Option<&FromTargets>,
) -> Vec<Cause> {
    vec![
        epoch_average(losses),
        training_mode(inputs, losses),
        leakage(inputs.unanswered, images, losses),
        easier_validation(targets),
        small_validation(images, losses),
        cause(
            "penalty",
            Evidence::Unknown,
            "an L1 or L2 penalty of the layers is in both losses in Keras and in neither with weight decay: it does not make a gap",
        ),
        split_order(images),
        target_scale(losses, targets),
    ]
}

fn cause(id: &str, evidence: Evidence, detail: impl Into<String>) -> Cause {
    let detail = detail.into();
    Cause {
        id: id.to_owned(),
        evidence,
        summary: detail.clone(),
        detail,
    }
}

fn epoch_average(losses: &FromLosses) -> Cause {
    let last = losses
        .half_epoch
        .last()
        .filter(|end| end.share_of_gap_max.is_some());
    match (losses.train_loss_kind, last) {
        (TrainLossKind::EpochMean | TrainLossKind::WindowMean, Some(end)) => {
            let most = end.share_of_gap_max.unwrap_or(0.0);
            let about = end.share_of_gap.map_or_else(String::new, |share| {
                format!("about {}, ", of_the_gap(share))
            });
            let told = match end.share_of_gap {
                Some(share) if share > 1.0 && most > 1.0 => of_the_gap(share),
                _ => format!("{about}at most {}", of_the_gap(most)),
            };
            let detail = format!(
                "the printed training loss is a mean over the epoch, while the weights still improved: {told} of the gap"
            );
            let summary = format!("{told} of the gap");
            Cause {
                summary,
                ..cause("epoch_average", Evidence::For, detail)
            }
        }
        (TrainLossKind::LastStep | TrainLossKind::Evaluation, _) => cause(
            "epoch_average",
            Evidence::Against,
            "the training loss is not averaged over the epoch",
        ),
        (TrainLossKind::Unknown, _) => cause(
            "epoch_average",
            Evidence::Unknown,
            "whether the training loss is a mean over the epoch is not known",
        ),
        _ => cause(
            "epoch_average",
            Evidence::Unknown,
            "needs training losses of several epochs that fall",
        ),
    }
}

/// A share of the gap: more than all of it is told as such.
fn of_the_gap(share: f64) -> String {
    match share {
        share if share > 1.0 => "all and more".to_owned(),
        share => percent(share.max(0.0)),
    }
}

fn training_mode(inputs: &Inputs, losses: &FromLosses) -> Cause {
    let model = inputs.log.map(|log| log.model).unwrap_or_default();
    let ratios = loss_ratios(inputs);
    let late = ratios.get(1..).unwrap_or_default();
    let (low, high) = late
        .iter()
        .fold((f64::INFINITY, 0.0f64), |(low, high), &r| {
            (low.min(r), high.max(r))
        });
    let constant = late.len() >= 3 && low > 1.0 && high / low <= CONSTANT_RATIO;
    let ratio = if constant {
        format!(
            "; the ratio of the losses stays at {low:.2}-{high:.2}, as an always-on mechanism makes it"
        )
    } else {
        String::new()
    };
    if let Some(share) = losses.share_of_gap_mode {
        let lag = losses
            .half_epoch
            .last()
            .and_then(|end| end.share_of_gap_max)
            .unwrap_or(0.0);
        let detail = format!(
            "measured in evaluation mode the training loss is lower by {} of the gap; the epoch's average explains at most {} of it{ratio}",
            of_the_gap(share),
            of_the_gap(lag)
        );
        let evidence = if share > lag {
            Evidence::For
        } else {
            Evidence::Against
        };
        let summary = format!(
            "{} of the gap is gone in evaluation mode",
            of_the_gap(share)
        );
        return Cause {
            summary,
            ..cause("training_mode", evidence, detail)
        };
    }
    let mut acting = Vec::new();
    for (n, name) in [
        (model.dropout_layers, "dropout"),
        (model.batch_norm_layers, "batch-normalisation"),
        (model.noise_layers, "noise or augmentation"),
    ] {
        if n > 0 {
            acting.push(format!("{n} {name} layer{}", if n == 1 { "" } else { "s" }));
        }
    }
    if !acting.is_empty() {
        let steady = if constant {
            format!("; loss ratio steady at {low:.2}-{high:.2}")
        } else {
            String::new()
        };
        let summary = format!("{}{steady}", acting.join(", "));
        return Cause {
            summary,
            ..cause(
                "training_mode",
                Evidence::For,
                format!(
                    "{} raise the printed training loss only{ratio}",
                    acting.join(", ")
                ),
            )
        };
    }
    if constant {
        return cause(
            "training_mode",
            Evidence::For,
            format!("no model summary{ratio}"),
        );
    }
    cause(
        "training_mode",
        Evidence::Unknown,
        "no model summary: dropout, augmentation, batch normalisation would do it",
    )
}

/// Printed training loss over validation loss, epoch by epoch.
fn loss_ratios(inputs: &Inputs) -> Vec<f64> {
    let epochs = inputs.log.map(|log| &log.epochs[..]).unwrap_or_default();
    epochs
        .iter()
        .filter_map(|epoch| Some(epoch.train?.value / epoch.validation?.value))
        .filter(|ratio| ratio.is_finite())
        .collect()
}

fn leakage(unanswered: &[&str], images: &FromImages, losses: &FromLosses) -> Cause {
    let exposed = images.f_exposed.value.unwrap_or(0.0);
    // More may be exposed than is known.
    let enough = losses.f_star.value.is_some_and(|star| exposed >= star);
    if !enough && !unanswered.is_empty() {
        let why = unanswered.join(", ");
        let detail = format!("not everything that could tell of leaks was answered: {why}");
        return Cause {
            summary: format!("not judged in full: {why}"),
            ..cause("leakage", Evidence::Unknown, detail)
        };
    }
    if exposed == 0.0 {
        return cause(
            "leakage",
            Evidence::Against,
            "no validation sample has a twin or neighbour in training",
        );
    }
    if losses.training_loss.value.is_none() {
        return cause(
            "leakage",
            Evidence::Unknown,
            "no training loss: whether validation is below it is not known",
        );
    }
    let (Some(loss), Some(star)) = (losses.validation_loss.value, losses.f_star.value) else {
        return cause(
            "leakage",
            Evidence::Unknown,
            "validation is not below training; leakage may still flatter it",
        );
    };
    // Two losses that chance alone may have put in this order say nothing.
    let chance = sampling_half_width(ASSUMED_SPREAD, images.n_effective_worst) * loss;
    if losses
        .train_loss_evaluation
        .is_some_and(|t| t > loss && t - loss <= chance)
    {
        return cause(
            "leakage",
            Evidence::Unknown,
            "validation is as low as the training loss in evaluation mode, within what chance does: leakage or an easy validation set would do that",
        );
    }
    if losses.train_loss_evaluation.is_some_and(|t| t > loss) {
        let summary = "validation is below even the evaluation-mode training loss".to_owned();
        return Cause {
            summary,
            ..cause(
                "leakage",
                Evidence::Against,
                "validation is below even the training loss in evaluation mode; leakage cannot do that",
            )
        };
    }
    if exposed < star {
        let most = losses.share_of_gap.hi.unwrap_or(1.0);
        let detail = format!(
            "{} of validation is exposed: leakage can close at most {} of the gap; all of it needs {}",
            percent(exposed),
            percent(most),
            percent(star)
        );
        let summary = format!(
            "closes at most {} of the gap; all of it would take {} leaked",
            percent(most),
            percent(star)
        );
        return Cause {
            summary,
            ..cause("leakage", Evidence::Against, detail)
        };
    }
    let detail = format!(
        "{} of validation is exposed: leakage closes the gap if exposed samples are fitted {} better, but it cannot push validation below the training loss in evaluation mode",
        percent(exposed),
        percent(star / exposed)
    );
    let summary = format!(
        "would close the gap if leaked ones were fitted {} better than clean ones",
        percent(star / exposed)
    );
    Cause {
        summary,
        ..cause("leakage", Evidence::Unknown, detail)
    }
}

fn easier_validation(targets: Option<&FromTargets>) -> Cause {
    let trivial = targets.and_then(|t| {
        Some((
            t.yardsticks.trivial_loss.value?,
            t.yardsticks.trivial_loss_training.value?,
        ))
    });
    match trivial {
        Some((validation, training)) if training > 0.0 => {
            let ratio = validation / training;
            let evidence = if ratio < 0.95 {
                Evidence::For
            } else {
                Evidence::Against
            };
            cause(
                "easier_validation",
                evidence,
                format!(
                    "the best constant scores {ratio:.2} times as high on validation as on training"
                ),
            )
        }
        _ => cause("easier_validation", Evidence::Unknown, "needs targets"),
    }
}

fn small_validation(images: &FromImages, losses: &FromLosses) -> Cause {
    let (Some(loss), Some(gap)) = (
        losses.validation_loss.value,
        losses.gap.value.filter(|&gap| gap > 0.0),
    ) else {
        return cause(
            "small_validation",
            Evidence::Unknown,
            "no positive gap to compare with",
        );
    };
    let half = sampling_half_width(ASSUMED_SPREAD, images.n_effective_worst) * loss;
    let share = half / gap;
    let detail = format!(
        "{:.0} effective samples at worst: chance alone moves the validation loss by {} of the gap (assumed spread)",
        images.n_effective_worst,
        percent(share)
    );
    let evidence = if share < 0.5 {
        Evidence::Against
    } else {
        Evidence::Unknown
    };
    cause("small_validation", evidence, detail)
}

fn split_order(images: &FromImages) -> Cause {
    match images.interleaving.map(|interleaving| interleaving.kind) {
        Some(SplitKind::RandomFrame) => cause(
            "split_order",
            Evidence::For,
            "frames were drawn one by one, as `train_test_split` does: neighbours stand on both sides",
        ),
        Some(SplitKind::Chunked) => cause(
            "split_order",
            Evidence::For,
            "short stretches of frames were drawn: their ends touch training",
        ),
        Some(SplitKind::Blocked) => cause(
            "split_order",
            Evidence::Against,
            "whole stretches were held out, as `validation_split` of Keras does with the last rows",
        ),
        None => cause(
            "split_order",
            Evidence::Unknown,
            "the order of the samples is not known",
        ),
    }
}

fn target_scale(losses: &FromLosses, targets: Option<&FromTargets>) -> Cause {
    let rmse = losses.rmse.map_or_else(String::new, |rmse| {
        let range = losses.share_of_range.map_or_else(String::new, |share| {
            format!(" = {} of the range", percent(share))
        });
        format!("RMSE {rmse:.3}{range}; ")
    });
    match targets.and_then(|t| t.yardsticks.r2.value) {
        Some(r2) => cause(
            "target_scale",
            if r2 < 0.5 {
                Evidence::For
            } else {
                Evidence::Against
            },
            format!("{rmse}R2 {r2:.2}"),
        ),
        None => cause(
            "target_scale",
            Evidence::Unknown,
            format!("{rmse}whether that is small needs the targets"),
        ),
    }
}
