//! Rows in the order of training, and without those that tell of another model or process.

use std::collections::BTreeSet;

use super::names::{Measure, Side};
use super::rows::Row;

/// Strands of which the first is the run and others repeat it; of folds the last is read.
const PROCESSES: [&str; 5] = ["rank", "local_rank", "gpu", "worker", "process"];

/// Puts the rows of one run in order.
pub(super) fn arrange(rows: &mut Vec<Row>, warnings: &mut Vec<String>) {
    one_strand(rows, warnings);
    without_asides(rows);
    sides_by_epoch(rows);
}

/// One of several processes or folds whose rows name them.
fn one_strand(rows: &mut Vec<Row>, warnings: &mut Vec<String>) {
    let strands: Vec<(String, u64)> = rows.iter().filter_map(|row| row.strand.clone()).collect();
    let several: BTreeSet<&(String, u64)> = strands.iter().collect();
    let kinds: BTreeSet<&str> = strands.iter().map(|(kind, _)| kind.as_str()).collect();
    let all = strands.len() == rows.iter().filter(|row| !row.readings.is_empty()).count();
    let (Some(first), Some(last)) = (strands.first(), strands.last()) else {
        return;
    };
    if several.len() < 2 || kinds.len() != 1 || !all {
        return;
    }
    let (one, what, which) = if PROCESSES.contains(&first.0.as_str()) {
        (first, "processes", "first")
    } else {
        (last, "runs or folds", "last")
    };
    warnings.push(format!(
        "{} {what} in one log; the {which}, {} {}, is read",
        several.len(),
        one.0,
        one.1
    ));
    rows.retain(|row| row.strand.as_ref() == Some(one));
}

fn has(row: &Row, side: Option<Side>) -> bool {
    row.readings.iter().any(|reading| reading.side == side)
}

/// Takes out what tells of no epoch though it stands among them: numbers without a side before the
/// first row that has both (a model card), and a full bar without a side below the validation of
/// its epoch (an evaluation after training).
fn without_asides(rows: &mut Vec<Row>) {
    let both = |row: &Row| {
        [Side::Train, Side::Validation].iter().all(|side| {
            let mut own = row.readings.iter();
            own.any(|r| r.side == Some(*side) && r.measure == Measure::Loss)
        })
    };
    let plain = |row: &Row| row.readings.iter().all(|reading| reading.side.is_none());
    if let Some(paired) = rows.iter().position(both) {
        let mut at = 0;
        rows.retain(|row| {
            at += 1;
            at > paired || row.epoch.is_some() || row.header > 0 || !plain(row)
        });
    }
    let mut validated = None;
    rows.retain(|row| {
        let epoch = (row.header, row.epoch);
        let aside = row.bar.is_some() && plain(row) && validated == Some(epoch);
        let known = row.epoch.is_some() || row.header > 0;
        if known && has(row, Some(Side::Validation)) {
            validated = Some(epoch);
        }
        !aside
    });
}

/// All training rows and then all validation rows, each with the number of its epoch: rows of one
/// epoch belong together.
fn sides_by_epoch(rows: &mut [Row]) {
    let side = |row: &Row| match (
        has(row, Some(Side::Train)),
        has(row, Some(Side::Validation)),
    ) {
        (true, false) => Some(Side::Train),
        (false, true) => Some(Side::Validation),
        _ => None,
    };
    let keys: Option<Vec<(u64, Side)>> = rows
        .iter()
        .filter(|row| !row.readings.is_empty())
        .map(|row| Some((row.epoch?, side(row)?)))
        .collect();
    let Some(keys) = keys else { return };
    let distinct: BTreeSet<&(u64, Side)> = keys.iter().collect();
    let changes = keys
        .windows(2)
        .filter(|pair| pair[0].1 != pair[1].1)
        .count();
    let same_header = rows.windows(2).all(|pair| pair[0].header == pair[1].header);
    if distinct.len() == keys.len() && changes == 1 && same_header {
        rows.sort_by_key(|row| (row.epoch, side(row)));
    }
}

/// Records from the oldest on, where every one has a lower number than the one before and the last
/// is the first of a run.
pub(super) fn oldest_first<T>(mut records: Vec<T>, epoch: impl Fn(&T) -> Option<u64>) -> Vec<T> {
    let falls = records.windows(2).all(|pair| {
        matches!((epoch(&pair[0]), epoch(&pair[1])), (Some(before), Some(now)) if now < before)
    });
    let starts = records
        .last()
        .and_then(&epoch)
        .is_some_and(|last| last <= 1);
    if records.len() > 1 && falls && starts {
        records.reverse();
    }
    records
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    /// Training loss, validation loss, number of epochs, number of warnings.
    fn read(text: &str) -> (Option<f64>, Option<f64>, usize, usize) {
        let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let epoch = log.explained().copied().unwrap_or_default();
        let value = |p: Option<super::super::Printed>| p.map(|p| p.value);
        (
            value(epoch.train),
            value(epoch.validation),
            log.epochs.len(),
            log.warnings.len(),
        )
    }

    #[test]
    fn blocks_of_one_side_are_joined_by_epoch() {
        let blocks = "{\"epoch\": 1, \"phase\": \"train\", \"loss\": 0.9}\n{\"epoch\": 2, \"phase\": \"train\", \"loss\": 0.5}\n\
            {\"epoch\": 1, \"phase\": \"val\", \"loss\": 0.8}\n{\"epoch\": 2, \"phase\": \"val\", \"loss\": 0.4}";
        assert_eq!(read(blocks), (Some(0.5), Some(0.4), 2, 0));
        let runs = "epoch 1 train loss 0.9 val loss 0.8\nepoch 1 train loss 0.5 val loss 0.4";
        assert_eq!(read(runs).1, Some(0.4));
    }

    #[test]
    fn the_newest_epoch_may_come_first() {
        let newest = "epoch,train_loss,val_loss\n3,0.5,0.4\n2,0.7,0.6\n1,0.9,0.8\n";
        assert_eq!(read(newest), (Some(0.5), Some(0.4), 3, 0));
        let resumed = "epoch,train_loss,val_loss\n7,0.9,0.8\n8,0.7,0.6\n1,0.5,0.4\n";
        assert_eq!(read(resumed), (Some(0.5), Some(0.4), 1, 1));
    }

    #[test]
    fn the_first_process_and_the_last_fold_are_read_and_told() {
        let ranks = "[rank 0] Epoch 1 train_loss=0.5 val_loss=0.4\n[rank 1] Epoch 1 train_loss=0.6 val_loss=0.7";
        assert_eq!(read(ranks), (Some(0.5), Some(0.4), 1, 1));
        let folds = "fold 1 epoch 1 train loss 0.6 val loss 0.7\nfold 2 epoch 1 train loss 0.5 val loss 0.4";
        assert_eq!(read(folds), (Some(0.5), Some(0.4), 1, 1));
        let one = "[rank 0] Epoch 1 train_loss=0.9 val_loss=0.8\n[rank 0] Epoch 2 train_loss=0.5 val_loss=0.4";
        assert_eq!(read(one), (Some(0.5), Some(0.4), 2, 0));
    }

    #[test]
    fn an_evaluation_after_training_is_no_training_loss() {
        let keras = "Epoch 1/2\n8/8 - 1s - loss: 0.9 - val_loss: 0.8\nEpoch 2/2\n8/8 - 1s - loss: 0.5 - val_loss: 0.4\n8/8 - 0s - loss: 0.2\n";
        assert_eq!(read(keras), (Some(0.5), Some(0.4), 2, 0));
        let deit = "Epoch: [0]  [10/10]  loss: 0.52 (0.50)\nEpoch: [0] Total time: 3\nAveraged stats: loss: 0.52 (0.50)\n\
            Test:  [2/3]  loss: 0.40 (0.44)  acc1: 84.0 (84.7)\n* Acc@1 84.700 loss 0.440\n\
            Epoch: [1]  [10/10]  loss: 0.42 (0.40)\nAveraged stats: loss: 0.42 (0.40)\n\
            Test:  [2/3]  loss: 0.30 (0.34)  acc1: 84.0 (84.7)\n* Acc@1 84.700 loss 0.340\n";
        assert_eq!(read(deit), (Some(0.4), Some(0.34), 2, 0));
    }

    #[test]
    fn what_a_model_card_says_above_its_table_is_of_no_epoch() {
        let card = "- Loss: 0.4\n- Accuracy: 0.84\n\n| Training Loss | Epoch | Validation Loss | Accuracy |\n|---|---|---|---|\n| 0.5 | 1.0 | 0.4 | 0.84 |\n";
        assert_eq!(read(card), (Some(0.5), Some(0.4), 1, 0));
        let log = parse(card.as_bytes()).unwrap();
        let epoch = log.explained().unwrap();
        assert!(epoch.train_accuracy.is_none() && epoch.validation_accuracy.is_some());
        let plain = "loss: 0.5\nval_loss: 0.4\n";
        assert_eq!(read(plain), (Some(0.5), Some(0.4), 1, 0));
    }
}
