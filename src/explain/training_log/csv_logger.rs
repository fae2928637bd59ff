//! Keras `CSVLogger`: `epoch` counted from 0, then one column a metric in alphabetical order.

use super::{
    Epoch, LogError, LogSource, Printed, Quantity, TrainLossKind, TrainingLog, empty, finish,
    printed,
};

/// Whether a first line belongs to this format, or to any table with such columns.
#[must_use]
pub fn recognises(header: &str) -> bool {
    let names: Vec<&str> = header.split([',', ';', '\t']).map(str::trim).collect();
    names.len() > 1
        && (names.contains(&"loss") || names.contains(&"accuracy") || names.contains(&"acc"))
}

/// Reads the table. Without a loss column, accuracy is read as an error rate.
///
/// # Errors
/// [`LogError`] for a broken table or one without a number.
pub fn parse(text: &str) -> Result<TrainingLog, LogError> {
    let table = Table::read(text, "CSV log")?;
    let mut log = empty(LogSource::KerasCsv, TrainLossKind::EpochMean);
    let (train, validation) = if table.column("loss").is_some() {
        ("loss", "val_loss")
    } else if table.column("accuracy").is_some() {
        log.quantity = Quantity::Error;
        ("accuracy", "val_accuracy")
    } else {
        log.quantity = Quantity::Error;
        ("acc", "val_acc")
    };
    let value = |row: &Vec<String>, name| {
        let mut value = table.cell(row, name)?;
        if log.quantity == Quantity::Error {
            value.value = 1.0 - value.value;
        }
        Some(value)
    };
    for (index, row) in table.rows.iter().enumerate() {
        let zero_based = table
            .cell(row, "epoch")
            .map_or(index as f64, |epoch| epoch.value);
        log.epochs.push(Epoch {
            number: zero_based.max(0.0) as u64 + 1,
            train: value(row, train),
            validation: value(row, validation),
        });
    }
    finish(log)
}

/// A small table of text cells with named columns.
pub(super) struct Table {
    names: Vec<String>,
    /// Cells as written, row by row.
    pub(super) rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads comma-, semicolon- or tab-separated text.
    pub(super) fn read(text: &str, format: &'static str) -> Result<Self, LogError> {
        let header = text.lines().next().unwrap_or_default();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .find(|&d| header.contains(char::from(d)))
            .unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let malformed = |error: csv::Error| LogError::Malformed {
            format,
            reason: error.to_string(),
        };
        let names = reader
            .headers()
            .map_err(malformed)?
            .iter()
            .map(str::to_owned)
            .collect();
        let rows = reader.records().map(|record| {
            Ok(record
                .map_err(malformed)?
                .iter()
                .map(str::to_owned)
                .collect())
        });
        Ok(Self {
            names,
            rows: rows.collect::<Result<_, LogError>>()?,
        })
    }

    /// Position of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// Columns whose name passes a test, in the order of the table.
    pub(super) fn columns(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.names.len())
            .filter(|&i| wanted(&self.names[i]))
            .collect()
    }

    /// A cell as a number; `None` for an empty cell, a missing one, or text.
    pub(super) fn cell(&self, row: &[String], name: &str) -> Option<Printed> {
        printed(row.get(self.column(name)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_counted_from_zero_become_one_based() {
        let log =
            parse("epoch,loss,mae,val_loss,val_mae\n0,0.5,1,0.4,1\n1,0.3,1,0.25,1\n").unwrap();
        assert_eq!(log.epochs[1].number, 2);
        assert_eq!(log.epochs[1].validation.unwrap().value, 0.25);
        assert_eq!(log.epochs[1].validation.unwrap().half_width, 0.005);
    }

    #[test]
    fn semicolons_are_understood() {
        assert!(recognises("epoch;loss;val_loss"));
        assert_eq!(
            parse("epoch;loss;val_loss\n0;0.5;0.4\n")
                .unwrap()
                .epochs
                .len(),
            1
        );
    }

    #[test]
    fn accuracy_without_loss_becomes_an_error_rate() {
        let log = parse("epoch,accuracy,val_accuracy\n0,0.9,0.75\n").unwrap();
        assert_eq!(
            (log.quantity, log.epochs[0].validation.unwrap().value),
            (Quantity::Error, 0.25)
        );
    }

    #[test]
    fn a_short_row_is_read_as_far_as_it_goes() {
        let log = parse("epoch,loss,val_loss\n0,0.5\n1,0.4,0.3\n").unwrap();
        assert_eq!(log.epochs[0].validation, None);
    }
}
