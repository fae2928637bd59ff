//! Summary of the training log as read, for the report and in one line.

use super::training_log::{Epoch, LogSource, Printed, Quantity, TrainingLog};
use crate::report::explanation::{LogPoint, LogRead, TrainLossKind};
use crate::wording::{accuracy, as_printed};

/// Most epochs of the curve.
const MOST_POINTS: usize = 500;

/// The epoch that is explained, as read.
#[must_use]
pub(crate) fn log_read(log: &TrainingLog) -> LogRead {
    let epoch = log.explained();
    let losses = log.quantity != Quantity::Error;
    let (training, validation) = (
        epoch.and_then(|e| e.train),
        epoch.and_then(|e| e.validation),
    );
    let (train_right, validation_right) = (
        epoch.and_then(|e| e.train_accuracy),
        epoch.and_then(|e| e.validation_accuracy),
    );
    let loss = |side: Option<Printed>| side.filter(|_| losses);
    let told = |side: Option<Printed>, right: Option<Printed>, means: &str| {
        let parts = [
            loss(side).map(|p| as_printed(p.value, p.half_width) + means),
            right.map(|p| format!("accuracy {}", accuracy(p.value, p.half_width))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            match log.source {
                LogSource::Declared => "not given".to_owned(),
                _ => "not in the log".to_owned(),
            }
        } else {
            parts.join(", ")
        }
    };
    let validated = log.epochs.iter();
    let validated = validated.filter_map(|e| Some((e.number, loss(e.validation)?)));
    let first_validation = validated.clone().next().map(|(_, first)| first.value);
    let best = validated.min_by(|a, b| a.1.value.total_cmp(&b.1.value));
    // The last epoch is explained, whichever was kept.
    let better = best.filter(|(_, best)| validation.is_some_and(|last| best.value < last.value));
    let better = better.map_or_else(String::new, |(number, best)| {
        format!(
            "; lowest {} in epoch {number}",
            as_printed(best.value, best.half_width)
        )
    });
    let means = Some(meaning(log)).filter(|means| !means.is_empty());
    let means = means.map_or_else(String::new, |means| format!(" ({means})"));
    let line = format!(
        "{} {}, training {}, validation {}{better}",
        if log.epochs.len() == 1 {
            "epoch"
        } else {
            "epochs"
        },
        log.epochs.len(),
        told(training, train_right, &means),
        told(validation, validation_right, "")
    );
    LogRead {
        format: log.source.name().to_owned(),
        epochs: log.epochs.len() as u64,
        epoch: epoch.map(|epoch| epoch.number),
        training: loss(training).map(|p| p.value),
        validation: loss(validation).map(|p| p.value),
        first_validation,
        best_epoch: best.map(|(number, _)| number),
        training_means: log.train_loss_kind,
        training_accuracy: train_right.map(|p| p.value),
        validation_accuracy: validation_right.map(|p| p.value),
        other_metrics: log.other_metrics.clone(),
        line,
        curve: match losses {
            true => curve(&log.epochs, epoch),
            false => Vec::new(),
        },
    }
}

/// Losses of the epochs that have one: of many, evenly spaced ones that hold the one explained.
fn curve(epochs: &[Epoch], explained: Option<&Epoch>) -> Vec<LogPoint> {
    // A run that diverged prints what JSON cannot hold.
    let told = |printed: Option<Printed>| printed.map(|p| p.value).filter(|v| v.is_finite());
    let points: Vec<LogPoint> = epochs
        .iter()
        .filter(|epoch| epoch.train.is_some() || epoch.validation.is_some())
        .map(|epoch| LogPoint {
            epoch: epoch.number,
            training: told(epoch.train),
            validation: told(epoch.validation),
        })
        .collect();
    let every = points.len().div_ceil(MOST_POINTS).max(1);
    let explained = explained.map(|epoch| epoch.number);
    let at = points.iter().position(|p| Some(p.epoch) == explained);
    let first = at.map_or(0, |at| at % every);
    points.into_iter().skip(first).step_by(every).collect()
}

/// What the training loss means, and whether a summary in the log shows that it was taken with
/// dropout.
fn meaning(log: &TrainingLog) -> String {
    let kind = match log.train_loss_kind {
        TrainLossKind::EpochMean => "mean over the epoch",
        TrainLossKind::WindowMean => "mean over a window",
        TrainLossKind::LastStep => "of the last step",
        TrainLossKind::Evaluation => "in evaluation mode",
        TrainLossKind::Unknown => "",
    };
    let dropout = (log.model.dropout_layers > 0
        && log.train_loss_kind != TrainLossKind::Evaluation)
        .then_some("dropout on");
    [Some(kind).filter(|kind| !kind.is_empty()), dropout]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::training_log::{declared, parse};
    use super::*;

    fn line(text: &str) -> String {
        log_read(&parse(text.as_bytes()).unwrap()).line
    }

    #[test]
    fn the_curve_holds_every_epoch_of_a_short_log_and_the_explained_one_of_a_long() {
        let short = "epoch,loss,val_loss\n1,0.5,0.4\n2,0.3,\n3,0.2,0.35\n";
        let curve = log_read(&parse(short.as_bytes()).unwrap()).curve;
        let told: Vec<_> = curve
            .iter()
            .map(|p| (p.epoch, p.training, p.validation))
            .collect();
        assert_eq!(
            told,
            [
                (1, Some(0.5), Some(0.4)),
                (2, Some(0.3), None),
                (3, Some(0.2), Some(0.35))
            ]
        );
        let rows = (1..=1201).map(|n| format!("{n},0.5,0.4\n"));
        let long = format!("epoch,loss,val_loss\n{}", rows.collect::<String>());
        let curve = log_read(&parse(long.as_bytes()).unwrap()).curve;
        let numbers: Vec<u64> = curve.iter().map(|point| point.epoch).collect();
        assert_eq!(numbers, (1..=1201).step_by(3).collect::<Vec<u64>>());
        assert_eq!(
            log_read(&parse(b"epoch,accuracy\n0,0.9\n").unwrap()).curve,
            []
        );
    }

    #[test]
    fn what_was_read_is_told_with_what_it_means() {
        assert_eq!(
            line(
                "dropout_1 (Dropout) (None, 10) 0\nEpoch 1/1\n9/9 [==] - 1s - loss: 0.0151 - val_loss: 0.0098"
            ),
            "epoch 1, training 0.0151 (mean over the epoch, dropout on), validation 0.0098"
        );
        assert_eq!(
            line(
                "epoch 1, train loss: 0.61, val loss: 0.44\nepoch 2, train loss: 0.41, val loss: 0.33"
            ),
            "epochs 2, training 0.41, validation 0.33"
        );
        assert_eq!(
            line("epoch,accuracy,val_accuracy\n0,0.93,0.941\n"),
            "epoch 1, training accuracy 93 %, validation accuracy 94.1 %"
        );
        let typed = declared(None, Some("0.3"), TrainLossKind::Unknown);
        assert_eq!(
            log_read(&typed).line,
            "epoch 1, training not given, validation 0.3"
        );
        assert_eq!(
            line("Epoch 1/1\n9/9 - loss: 0.5"),
            "epoch 1, training 0.5, validation not in the log"
        );
        assert_eq!(
            line(
                "epoch 1, train loss: 0.61, val loss: 0.33\nepoch 2, train loss: 0.41, val loss: 0.44"
            ),
            "epochs 2, training 0.41, validation 0.44; lowest 0.33 in epoch 1"
        );
    }
}
