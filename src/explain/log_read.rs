//! Summary of the training log as read, for the report and in one line.

use super::training_log::{Printed, Quantity, TrainingLog};
use crate::report::explanation::{LogRead, TrainLossKind};
use crate::wording::{accuracy, as_printed};

/// The epoch that is explained, as read.
#[must_use]
pub(crate) fn log_read(log: &TrainingLog) -> LogRead {
    let epoch = log.explained();
    let losses = log.quantity == Quantity::Loss;
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
            "not in the log".to_owned()
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
    }
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
    use super::super::training_log::parse;
    use super::*;

    fn line(text: &str) -> String {
        log_read(&parse(text.as_bytes()).unwrap()).line
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
