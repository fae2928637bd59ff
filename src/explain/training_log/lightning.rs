//! PyTorch Lightning `metrics.csv`: sparse rows, training and validation on different ones, joined here by epoch.

use super::csv_logger::Table;
use super::{
    Epoch, LogError, LogSource, Printed, TrainLossKind, TrainingLog, empty, finish, printed,
};
use std::collections::BTreeMap;

const VALIDATION: [&str; 5] = [
    "val_loss",
    "val/loss",
    "valid_loss",
    "validation_loss",
    "val_loss_epoch",
];
const TRAIN: [(&str, TrainLossKind); 6] = [
    ("train_loss_epoch", TrainLossKind::EpochMean),
    ("train/loss_epoch", TrainLossKind::EpochMean),
    ("train_loss_step", TrainLossKind::LastStep),
    ("train/loss_step", TrainLossKind::LastStep),
    ("train_loss", TrainLossKind::Unknown),
    ("train/loss", TrainLossKind::Unknown),
];

/// Whether a first line belongs to this format.
#[must_use]
pub fn recognises(header: &str) -> bool {
    let names: Vec<&str> = header.split(',').map(str::trim).collect();
    names.contains(&"epoch")
        && (VALIDATION.iter().any(|n| names.contains(n))
            || TRAIN.iter().any(|(n, _)| names.contains(n)))
        && !names.contains(&"loss")
}

/// Reads the table; the last value of a column within an epoch counts. Epochs are counted from 0 in the file.
///
/// # Errors
/// [`LogError`] for a broken table or one without a number.
pub fn parse(text: &str) -> Result<TrainingLog, LogError> {
    let table = Table::read(text, "metrics.csv")?;
    let train = TRAIN.iter().find(|(name, _)| table.column(name).is_some());
    let validation = VALIDATION.iter().find_map(|name| table.column(name));
    let mut log = empty(
        LogSource::Lightning,
        train.map_or(TrainLossKind::Unknown, |(_, kind)| *kind),
    );
    let mut by_epoch: BTreeMap<u64, (Option<Printed>, Option<Printed>)> = BTreeMap::new();
    for row in &table.rows {
        let Some(epoch) = table.cell(row, "epoch").filter(|e| e.value >= 0.0) else {
            continue;
        };
        let entry = by_epoch.entry(epoch.value as u64).or_default();
        let value = |column: Option<usize>| printed(row.get(column?)?);
        entry.0 = value(train.and_then(|(name, _)| table.column(name))).or(entry.0);
        entry.1 = value(validation).or(entry.1);
    }
    let epochs = by_epoch.into_iter();
    log.epochs = epochs
        .map(|(epoch, (train, validation))| Epoch {
            number: epoch + 1,
            train,
            validation,
        })
        .collect();
    finish(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_rows_are_joined_by_epoch() {
        let log = parse("epoch,step,train_loss_epoch,train_loss_step,val_loss\n0,10,,0.9,\n0,20,,,0.6\n0,20,0.7,,\n1,40,,,0.4\n1,40,0.5,,\n").unwrap();
        assert_eq!(log.train_loss_kind, TrainLossKind::EpochMean);
        let last = log.epochs[1];
        assert_eq!(
            (last.train.unwrap().value, last.validation.unwrap().value),
            (0.5, 0.4)
        );
    }

    #[test]
    fn a_step_loss_is_known_to_be_one_batch() {
        let log = parse("epoch,step,train_loss_step,val_loss\n0,10,0.9,\n0,20,,0.6\n").unwrap();
        assert_eq!(log.train_loss_kind, TrainLossKind::LastStep);
        assert_eq!(log.epochs.len(), 1);
    }
}
