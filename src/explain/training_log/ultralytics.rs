//! Ultralytics `results.csv`: padded headers, one column a part of the loss. The loss is their sum.

use super::csv_logger::Table;
use super::{
    Epoch, LogError, LogSource, Printed, TrainLossKind, TrainingLog, empty, finish, printed,
};

/// Whether a first line belongs to this format.
#[must_use]
pub fn recognises(header: &str) -> bool {
    let mut names = header.split(',').map(str::trim);
    names.any(|name| name.starts_with("train/") && name.ends_with("loss"))
        && header.contains("metrics/")
}

/// Reads the table: `train/*_loss` and `val/*_loss` summed. The training parts are means over the epoch;
/// the validation parts come from the averaged weights (EMA), which alone can put them below the training loss.
///
/// # Errors
/// [`LogError`] for a broken table or one without a number.
pub fn parse(text: &str) -> Result<TrainingLog, LogError> {
    let table = Table::read(text, "results.csv")?;
    let parts = |side: &str| table.columns(|name| name.starts_with(side) && name.ends_with("loss"));
    let (train, validation) = (parts("train/"), parts("val/"));
    let mut log = empty(LogSource::Ultralytics, TrainLossKind::EpochMean);
    for (index, row) in table.rows.iter().enumerate() {
        let epoch = table.cell(row, "epoch").map_or(index as f64, |e| e.value);
        log.epochs.push(Epoch {
            number: epoch.max(0.0) as u64 + 1,
            train: sum(row, &train),
            validation: sum(row, &validation),
        });
    }
    log.warnings.push(
        "validation losses of Ultralytics come from averaged weights (EMA), training losses do not"
            .to_owned(),
    );
    finish(log)
}

/// Sum of the cells, or `None` when one of them is no number.
fn sum(row: &[String], columns: &[usize]) -> Option<Printed> {
    let cells = columns.iter().map(|&column| printed(row.get(column)?));
    let cells: Vec<Printed> = cells.collect::<Option<_>>()?;
    let add = |a: Printed, b: Printed| Printed {
        value: a.value + b.value,
        half_width: a.half_width + b.half_width,
    };
    cells.into_iter().reduce(add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_the_loss_are_summed() {
        let text = "                  epoch,         train/box_loss,         train/cls_loss,       metrics/mAP50(B),           val/box_loss,           val/cls_loss\n                      0,                    1.5,                    0.5,                    0.1,                    1.0,                   0.25\n";
        assert!(recognises(text.lines().next().unwrap()));
        let log = parse(text).unwrap();
        assert_eq!(log.epochs[0].train.unwrap().value, 2.0);
        assert_eq!(log.epochs[0].validation.unwrap().value, 1.25);
    }

    #[test]
    fn a_missing_part_makes_the_sum_missing() {
        let log =
            parse("epoch,train/box_loss,train/cls_loss,metrics/x,val/box_loss\n1,1.0,,0.1,0.5\n")
                .unwrap();
        assert_eq!(log.epochs[0].train, None);
    }
}
