//! Training logs that are tables: Keras `CSVLogger`, Lightning `metrics.csv` and Ultralytics
//! `results.csv`. All that differs is a row of [`FORMATS`].

use super::{
    Epoch, LogError, LogSource, Printed, Quantity, TrainLossKind, TrainingLog, empty, finish,
    printed,
};
use std::collections::BTreeMap;

/// One format.
pub(super) struct Format {
    source: LogSource,
    /// Name of the file, for messages.
    file: &'static str,
    /// Whether columns with these names are of this format.
    recognises: fn(&[&str]) -> bool,
    /// What to read: the first whose training column is there, or else the last.
    losses: &'static [Losses],
    /// Whether values of one epoch stand on several rows, the last of each column counting.
    sparse: bool,
    /// What to know of every log of this format.
    warning: Option<&'static str>,
}

/// Columns of a training loss and of the validation losses that belong to it.
struct Losses {
    train: Column,
    kind: TrainLossKind,
    /// The first that is there counts.
    validation: &'static [Column],
}

#[derive(Clone, Copy)]
enum Column {
    /// A loss.
    Loss(&'static str),
    /// An accuracy, read as one minus it.
    Accuracy(&'static str),
    /// All columns that start like this and end in `loss`, summed: the parts of a loss.
    PartsOf(&'static str),
}

use Column::{Accuracy, Loss, PartsOf};
use TrainLossKind::{EpochMean, LastStep, Unknown};

/// The formats, the most special first.
const FORMATS: [Format; 3] = [
    Format {
        source: LogSource::Ultralytics,
        file: "results.csv",
        recognises: |names| {
            names.iter().any(|name| is_part_of(name, "train/"))
                && names.iter().any(|name| name.contains("metrics/"))
        },
        losses: &[losses(PartsOf("train/"), EpochMean, &[PartsOf("val/")])],
        sparse: false,
        warning: Some(
            "validation losses of Ultralytics come from averaged weights (EMA), training losses do not",
        ),
    },
    Format {
        source: LogSource::Lightning,
        file: "metrics.csv",
        recognises: |names| {
            let has = |column: &Column| column.is_in(names);
            let losses = LIGHTNING.iter();
            names.contains(&"epoch")
                && !names.contains(&"loss")
                && (LIGHTNING_VALIDATION.iter().any(has) || losses.map(|l| &l.train).any(has))
        },
        losses: &LIGHTNING,
        sparse: true,
        warning: None,
    },
    Format {
        source: LogSource::KerasCsv,
        file: "CSV log",
        recognises: |names| {
            let usual = ["loss", "accuracy", "acc"];
            names.len() > 1 && usual.iter().any(|name| names.contains(name))
        },
        losses: &[
            losses(Loss("loss"), EpochMean, &[Loss("val_loss")]),
            losses(Accuracy("accuracy"), EpochMean, &[Accuracy("val_accuracy")]),
            losses(Accuracy("acc"), EpochMean, &[Accuracy("val_acc")]),
        ],
        sparse: false,
        warning: None,
    },
];

const LIGHTNING: [Losses; 6] = [
    losses(Loss("train_loss_epoch"), EpochMean, &LIGHTNING_VALIDATION),
    losses(Loss("train/loss_epoch"), EpochMean, &LIGHTNING_VALIDATION),
    losses(Loss("train_loss_step"), LastStep, &LIGHTNING_VALIDATION),
    losses(Loss("train/loss_step"), LastStep, &LIGHTNING_VALIDATION),
    losses(Loss("train_loss"), Unknown, &LIGHTNING_VALIDATION),
    losses(Loss("train/loss"), Unknown, &LIGHTNING_VALIDATION),
];

const LIGHTNING_VALIDATION: [Column; 5] = [
    Loss("val_loss"),
    Loss("val/loss"),
    Loss("valid_loss"),
    Loss("validation_loss"),
    Loss("val_loss_epoch"),
];

const fn losses(train: Column, kind: TrainLossKind, validation: &'static [Column]) -> Losses {
    Losses {
        train,
        kind,
        validation,
    }
}

fn is_part_of(name: &str, side: &str) -> bool {
    name.starts_with(side) && name.ends_with("loss")
}

/// The format that the first line of a file shows, if it is one of these.
#[must_use]
pub(super) fn recognise(header: &str) -> Option<&'static Format> {
    let names: Vec<&str> = header.split(delimiter(header)).map(str::trim).collect();
    FORMATS.iter().find(|format| (format.recognises)(&names))
}

/// Comma, semicolon or tab.
fn delimiter(header: &str) -> char {
    let found = [',', ';', '\t'].into_iter().find(|&d| header.contains(d));
    found.unwrap_or(',')
}

impl Format {
    /// Reads the table. Without a loss column, accuracy is read as an error rate. Epochs are
    /// counted from 0 in these files.
    ///
    /// # Errors
    /// [`LogError`] for a broken table or one without a number.
    pub(super) fn parse(&self, text: &str) -> Result<TrainingLog, LogError> {
        let (table, rows) = Table::read(text, self.file)?;
        let there = |column: &&Column| column.is_in(&table.names);
        let wanted = self.losses.iter().find(|losses| there(&&losses.train));
        let Some(wanted) = wanted.or(self.losses.last()) else {
            return Err(LogError::NoLoss);
        };
        let validation = wanted.validation.iter().find(there);
        let mut log = empty(self.source, wanted.kind);
        if matches!(wanted.train, Accuracy(_)) {
            log.quantity = Quantity::Error;
        }
        let epoch = |row: &[String]| Some(table.cell(row, "epoch")?.value);
        let values = |row: &[String]| {
            (
                wanted.train.read(&table, row),
                validation.and_then(|column| column.read(&table, row)),
            )
        };
        let epochs: Vec<(u64, (Option<Printed>, Option<Printed>))> = if self.sparse {
            let mut by_epoch: BTreeMap<u64, (Option<Printed>, Option<Printed>)> = BTreeMap::new();
            for row in &rows {
                let Some(epoch) = epoch(row).filter(|&epoch| epoch >= 0.0) else {
                    continue;
                };
                let (train, validation) = values(row);
                let last = by_epoch.entry(epoch as u64).or_default();
                *last = (train.or(last.0), validation.or(last.1));
            }
            by_epoch.into_iter().collect()
        } else {
            let numbered = rows.iter().enumerate();
            numbered
                .map(|(index, row)| {
                    let epoch = epoch(row).unwrap_or(index as f64);
                    (epoch.max(0.0) as u64, values(row))
                })
                .collect()
        };
        log.epochs = epochs
            .into_iter()
            .map(|(zero_based, (train, validation))| Epoch {
                number: zero_based + 1,
                train,
                validation,
            })
            .collect();
        log.warnings.extend(self.warning.map(str::to_owned));
        finish(log)
    }
}

impl Column {
    fn is_in<S: AsRef<str>>(self, names: &[S]) -> bool {
        names.iter().map(AsRef::as_ref).any(|name| match self {
            Loss(own) | Accuracy(own) => name == own,
            PartsOf(side) => is_part_of(name, side),
        })
    }

    /// `None` when a cell is no number, or one of the parts is none.
    fn read(self, table: &Table, row: &[String]) -> Option<Printed> {
        match self {
            Loss(name) => table.cell(row, name),
            Accuracy(name) => {
                let accuracy = table.cell(row, name)?;
                Some(Printed {
                    value: 1.0 - accuracy.value,
                    ..accuracy
                })
            }
            PartsOf(side) => {
                let names = table.names.iter().zip(0..);
                let own = names.filter(|(name, _)| is_part_of(name, side));
                let parts: Vec<Printed> = own
                    .map(|(_, at): (_, usize)| printed(row.get(at)?))
                    .collect::<Option<_>>()?;
                parts.into_iter().reduce(|a, b| Printed {
                    value: a.value + b.value,
                    half_width: a.half_width + b.half_width,
                })
            }
        }
    }
}

/// Names of the columns of a table.
struct Table {
    names: Vec<String>,
}

impl Table {
    /// Reads a table, and its rows as text.
    fn read(text: &str, format: &'static str) -> Result<(Self, Vec<Vec<String>>), LogError> {
        let header = text.lines().next().unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(header) as u8)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| LogError::Malformed {
            format,
            reason: error.to_string(),
        };
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let names = cells(reader.headers().map_err(malformed)?);
        let rows = reader
            .records()
            .map(|record| Ok(cells(&record.map_err(malformed)?)))
            .collect::<Result<_, LogError>>()?;
        Ok((Self { names }, rows))
    }

    /// A cell as a number; `None` for an empty cell, a missing one, or text.
    fn cell(&self, row: &[String], name: &str) -> Option<Printed> {
        let at = self.names.iter().position(|own| own == name)?;
        printed(row.get(at)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a text, which must be of this format.
    fn read(source: LogSource, text: &str) -> TrainingLog {
        let format = recognise(text.lines().next().unwrap()).unwrap();
        assert_eq!(format.source, source);
        format.parse(text).unwrap()
    }

    #[test]
    fn epochs_counted_from_zero_become_one_based() {
        let text = "epoch,loss,mae,val_loss,val_mae\n0,0.5,1,0.4,1\n1,0.3,1,0.25,1\n";
        let log = read(LogSource::KerasCsv, text);
        assert_eq!(log.epochs[1].number, 2);
        let validation = log.epochs[1].validation.unwrap();
        assert_eq!((validation.value, validation.half_width), (0.25, 0.005));
    }

    #[test]
    fn semicolons_are_understood() {
        let log = read(LogSource::KerasCsv, "epoch;loss;val_loss\n0;0.5;0.4\n");
        assert_eq!(log.epochs.len(), 1);
    }

    #[test]
    fn accuracy_without_loss_becomes_an_error_rate() {
        for names in ["accuracy,val_accuracy", "acc,val_acc"] {
            let log = read(LogSource::KerasCsv, &format!("epoch,{names}\n0,0.9,0.75\n"));
            assert_eq!(
                (log.quantity, log.epochs[0].validation.unwrap().value),
                (Quantity::Error, 0.25)
            );
        }
        let text = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.9,0.5,0.8,0.4\n";
        let log = read(LogSource::KerasCsv, text);
        assert_eq!(log.quantity, Quantity::Loss);
        assert_eq!(log.epochs[0].train.unwrap().value, 0.5);
    }

    #[test]
    fn a_short_row_is_read_as_far_as_it_goes() {
        let log = read(
            LogSource::KerasCsv,
            "epoch,loss,val_loss\n0,0.5\n1,0.4,0.3\n",
        );
        assert_eq!(log.epochs[0].validation, None);
    }

    #[test]
    fn sparse_rows_are_joined_by_epoch() {
        let text = "epoch,step,train_loss_epoch,train_loss_step,val_loss\n0,10,,0.9,\n0,20,,,0.6\n0,20,0.7,,\n1,40,,,0.4\n1,40,0.5,,\n";
        let log = read(LogSource::Lightning, text);
        assert_eq!(log.train_loss_kind, EpochMean);
        let last = log.epochs[1];
        assert_eq!(
            (last.train.unwrap().value, last.validation.unwrap().value),
            (0.5, 0.4)
        );
    }

    #[test]
    fn a_step_loss_is_known_to_be_one_batch() {
        let text = "epoch,step,train_loss_step,val_loss\n0,10,0.9,\n0,20,,0.6\n";
        let log = read(LogSource::Lightning, text);
        assert_eq!(log.train_loss_kind, LastStep);
        assert_eq!(log.epochs.len(), 1);
    }

    #[test]
    fn a_validation_loss_alone_is_read_and_its_training_loss_unknown() {
        let log = read(LogSource::Lightning, "epoch,step,val/loss\n0,10,0.6\n");
        assert_eq!(log.train_loss_kind, Unknown);
        assert_eq!(log.epochs[0].train, None);
        assert_eq!(log.epochs[0].validation.unwrap().value, 0.6);
    }

    #[test]
    fn parts_of_the_loss_are_summed() {
        let text = "                  epoch,         train/box_loss,         train/cls_loss,       metrics/mAP50(B),           val/box_loss,           val/cls_loss\n                      0,                    1.5,                    0.5,                    0.1,                    1.0,                   0.25\n";
        let log = read(LogSource::Ultralytics, text);
        assert_eq!(log.epochs[0].train.unwrap().value, 2.0);
        assert_eq!(log.epochs[0].validation.unwrap().value, 1.25);
        assert_eq!(log.warnings.len(), 1);
    }

    #[test]
    fn a_missing_part_makes_the_sum_missing() {
        let text = "epoch,train/box_loss,train/cls_loss,metrics/x,val/box_loss\n1,1.0,,0.1,0.5\n";
        let log = read(LogSource::Ultralytics, text);
        assert_eq!(log.epochs[0].train, None);
        assert_eq!(log.epochs[0].validation.unwrap().value, 0.5);
    }

    #[test]
    fn text_and_single_columns_are_no_table() {
        for header in ["loss", "Epoch 1/5", "epoch,step,lr", "name,train/box_loss"] {
            assert!(recognise(header).is_none(), "{header}");
        }
    }
}
