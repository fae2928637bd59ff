//! Inputs that are still missing and what each would tell, the most telling first, with commands.

use super::inputs::{Inputs, Metric, Targets};
use crate::report::explanation::{FromImages, NextStep, Status};

/// Steps that are still open, the most telling first.
#[must_use]
pub(crate) fn next_steps(inputs: &Inputs, images: &FromImages) -> Vec<NextStep> {
    let step = |what: &str, command: &str| NextStep {
        what: what.to_owned(),
        command: command.to_owned(),
    };
    let leaked = images.f_exposed.value.unwrap_or(0.0) > 0.0;
    let mut steps = Vec::new();
    // Losses of all samples tell more than a log; models are compared without one.
    let is_needless = inputs.log.is_none()
        && (has_every_loss(inputs) || has_metrics_alone(inputs) || only_compares(inputs));
    if inputs.log.is_none() && !is_needless {
        steps.push(step(
            "give the training log",
            "splitleak check DATASET --training-log FILE",
        ));
    }
    // It sharpens the bounds on a mean loss of what leaks, and nothing else.
    let is_mean = inputs.metric != Metric::NotAMean;
    if leaked && is_mean && inputs.train_loss_evaluation.is_none() && !is_needless {
        let measured = inputs.scale().name();
        steps.push(step(
            &format!("measure the training {measured} in evaluation mode (no dropout)"),
            "model.evaluate(X_train, y_train), then --train-loss-eval VALUE",
        ));
    }
    if matches!(inputs.targets, Targets::None) && !has_metrics_alone(inputs) {
        steps.push(step(
            "give targets: a column of the manifest",
            "path,split,label in --manifest FILE",
        ));
    }
    if leaked && inputs.second_run.is_none() {
        let what = "retrain on a split by recording or group, three seeds; random k-fold would repeat the leak";
        steps.push(step(
            what,
            "splitleak split DATASET --out split_grouped.csv",
        ));
    }
    if leaked && inputs.predictions.is_none() && images.f_exposed.status == Status::Ok {
        steps.push(step(
            "give per-sample predictions: the loss by exposure",
            "--predictions FILE with path,y_true,y_pred",
        ));
    }
    steps
}

/// Whether the predictions give every evaluation sample a loss.
fn has_every_loss(inputs: &Inputs) -> bool {
    let Some(predictions) = inputs.predictions else {
        return false;
    };
    inputs.evaluation_rows().iter().all(|&row| {
        let own = predictions.get(row as usize).and_then(Option::as_ref);
        own.is_some_and(|own| own.loss.is_some())
    })
}

/// Whether the predictions tell a metric that no loss bounds, such as of boxes.
fn has_metrics_alone(inputs: &Inputs) -> bool {
    let answers = inputs.answers;
    let losses = inputs.predictions.unwrap_or_default().iter().flatten();
    let tells_one = answers.detected.is_some() || !answers.measures.is_empty();
    tells_one && losses.filter_map(|one| one.loss).next().is_none()
}

/// Whether nothing is asked but which of several models is best.
fn only_compares(inputs: &Inputs) -> bool {
    !inputs.compared.is_empty() && inputs.predictions.is_none() && inputs.second_run.is_none()
}
