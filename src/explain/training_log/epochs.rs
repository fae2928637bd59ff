//! Rows to epochs: which names are the losses, which rows belong to one epoch, and where a run
//! starts again.

use std::collections::{BTreeMap, BTreeSet};

use super::arranged;
use super::names::{Measure, Side};
use super::rows::{Reading, Row};
use super::{Epoch, LogError, Printed};

/// Epochs of a log, and what there is to know about how they were read.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Epochs of the last run.
    pub(super) epochs: Vec<Epoch>,
    /// What was left out.
    pub(super) warnings: Vec<String>,
    /// Names of the training loss and of the validation loss that were read.
    pub(super) names: [Option<String>; 2],
    /// The training loss is that of one iteration.
    pub(super) last_step: bool,
    /// Metrics that are no means over samples.
    pub(super) metrics: Vec<String>,
}

/// Puts rows together. `windows`: every validation value takes the last training value before it.
///
/// # Errors
/// [`LogError::Malformed`] when one row gives a loss twice and differently.
pub(super) fn join(mut rows: Vec<Row>, windows: bool) -> Result<Joined, LogError> {
    let mut joined = Joined::default();
    arranged::arrange(&mut rows, &mut joined.warnings);
    sides(&mut rows);
    without_evaluations(&mut rows, &mut joined);
    joined.metrics = metrics(&rows);
    let losses = [Side::Train, Side::Validation].map(|side| Chosen::loss(&rows, side));
    let losses = compared(losses, &mut joined);
    let accuracies = [Side::Train, Side::Validation].map(|side| Chosen::accuracy(&rows, side));
    let mut told: Vec<Told> = Vec::new();
    for row in &rows {
        let mut values = [None; 4];
        let mut train_name = None;
        for (at, chosen) in losses.iter().chain(&accuracies).enumerate() {
            if let Some(chosen) = chosen {
                let found = chosen.read(row)?;
                if let (Some((name, _)), true) = (&found, at < 2) {
                    joined.names[at].get_or_insert_with(|| name.clone());
                    train_name = train_name.or_else(|| (at == 0).then(|| name.clone()));
                }
                values[at] = found.map(|(_, value)| value);
            }
        }
        if values.iter().any(Option::is_some) {
            told.push(Told {
                row,
                values,
                train_name,
            });
        }
    }
    let records = records(&told, windows);
    let validated = records.iter().any(|record| record.validated());
    let (records, open) = finished(records, validated);
    if open > 0 && validated {
        joined.warnings.push(
            "numbers after the last validation belong to no finished epoch and are left out"
                .to_owned(),
        );
    }
    let runs = runs(arranged::oldest_first(records, |record| record.epoch));
    if runs.len() > 1 {
        joined.warnings.push(format!(
            "{} runs or folds in one log (epoch numbers start again); the last, of {} epochs, is read",
            runs.len(),
            runs.last().map_or(0, Vec::len)
        ));
    }
    let last = runs.into_iter().next_back().unwrap_or_default();
    // Losses of single iterations, and nothing they could be compared with: no epoch was told.
    if !validated && !last.is_empty() && last.iter().all(|record| record.iteration) {
        let value = last.iter().rev().find_map(|record| record.values[0]);
        joined.warnings.push(format!(
            "the log tells losses of single iterations{} and no validation loss, so neither side is read; give a log with both, or --train-loss and --val-loss",
            value.map_or_else(String::new, |value| format!(" (last: {})", value.value))
        ));
        return Ok(joined);
    }
    joined.last_step = last
        .last()
        .is_some_and(|record| record.iteration || record.step);
    let zero_based = last.iter().filter_map(|record| record.epoch).min() == Some(0);
    joined.epochs = (1..)
        .zip(&last)
        .map(|(ordinal, record)| Epoch {
            number: record
                .epoch
                .map_or(ordinal, |epoch| epoch + u64::from(zero_based)),
            train: record.values[0],
            validation: record.values[1],
            train_accuracy: record.values[2],
            validation_accuracy: record.values[3],
        })
        .collect();
    Ok(joined)
}

/// A loss without a side is the training loss. An accuracy without one belongs to it, too, except
/// beside losses that both name their side, where tools measure on validation only.
fn sides(rows: &mut [Row]) {
    let losses = |side| {
        let all = rows.iter().flat_map(|row| &row.readings);
        all.filter(|r| r.measure == Measure::Loss && r.side == side)
            .count()
    };
    let named =
        losses(None) == 0 && losses(Some(Side::Train)) > 0 && losses(Some(Side::Validation)) > 0;
    for reading in rows.iter_mut().flat_map(|row| &mut row.readings) {
        let measured = named && matches!(reading.measure, Measure::Accuracy | Measure::ErrorRate);
        let plain = if measured {
            Side::Validation
        } else {
            Side::Train
        };
        reading.side = reading.side.or(Some(plain));
    }
}

/// Takes out what an evaluation after training printed: a full bar of another length without an
/// epoch of its own, and a test set that was evaluated once.
fn without_evaluations(rows: &mut Vec<Row>, joined: &mut Joined) {
    let usual = rows.iter().find_map(|row| row.bar);
    let both = |row: &Row| {
        row.readings
            .iter()
            .any(|r| r.side == Some(Side::Validation))
    };
    rows.retain(|row| row.bar.is_none() || row.bar == usual || both(row));
    let is_test = |reading: &Reading| reading.rank == 3 && reading.measure == Measure::Loss;
    let tested: Vec<String> = rows
        .iter()
        .flat_map(|row| &row.readings)
        .filter(|reading| is_test(reading))
        .map(|reading| format!("{} {}", reading.name, reading.value.value))
        .collect();
    let epochs: BTreeSet<(u64, Option<u64>)> =
        rows.iter().map(|row| (row.header, row.epoch)).collect();
    let trained = rows.iter().filter(|row| {
        row.readings
            .iter()
            .any(|r| r.side == Some(Side::Train) && r.measure == Measure::Loss)
    });
    if let ([once], true) = (&tested[..], epochs.len() > 1 && trained.count() > 1) {
        joined.warnings.push(format!(
            "`{once}` was printed once, after training, and counts for no epoch; if that is your validation loss, give --val-loss"
        ));
        for row in rows.iter_mut() {
            row.readings.retain(|reading| reading.rank != 3);
        }
    }
}

fn metrics(rows: &[Row]) -> Vec<String> {
    let names = rows
        .iter()
        .flat_map(|row| &row.readings)
        .filter_map(|reading| match &reading.measure {
            Measure::Metric(_) => Some(reading.name.clone()),
            _ => None,
        });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Which readings are the loss, or the accuracy, of one side.
#[derive(Debug, Clone, PartialEq)]
enum Chosen {
    /// This measure, at this rank.
    One(Side, Measure, u8),
    /// Parts that make up the loss, all of which must be there.
    Sum(Side, Vec<String>),
}

impl Chosen {
    fn loss(rows: &[Row], side: Side) -> Option<Self> {
        let of_side = || {
            rows.iter()
                .flat_map(|row| &row.readings)
                .filter(|r| r.side == Some(side))
        };
        let plain = of_side()
            .filter(|r| r.measure == Measure::Loss)
            .map(|r| r.rank)
            .min();
        if let Some(rank) = plain {
            return Some(Self::One(side, Measure::Loss, rank));
        }
        let mut named: BTreeMap<&str, u8> = BTreeMap::new();
        for reading in of_side() {
            if let Measure::NamedLoss(name) = &reading.measure {
                let rank = named.entry(name).or_insert(reading.rank);
                *rank = reading.rank.min(*rank);
            }
        }
        // `logloss` beside `rmse` is the loss; `box loss` beside `cls loss` is a part of one.
        let losses: Vec<(&str, u8)> = named
            .iter()
            .filter(|(name, _)| name.ends_with("loss"))
            .map(|(n, r)| (*n, *r))
            .collect();
        match &losses[..] {
            [] if named.len() == 1 => named
                .first_key_value()
                .map(|(name, rank)| Self::One(side, Measure::NamedLoss((*name).to_owned()), *rank)),
            [] => None,
            [(name, rank)] => Some(Self::One(
                side,
                Measure::NamedLoss((*name).to_owned()),
                *rank,
            )),
            _ => Some(Self::Sum(
                side,
                losses.iter().map(|(name, _)| (*name).to_owned()).collect(),
            )),
        }
    }

    fn accuracy(rows: &[Row], side: Side) -> Option<Self> {
        [Measure::Accuracy, Measure::ErrorRate]
            .into_iter()
            .find_map(|measure| {
                let own = rows.iter().flat_map(|row| &row.readings);
                let own = own.filter(|r| r.side == Some(side) && r.measure == measure);
                let rank = own.map(|r| r.rank).min()?;
                Some(Self::One(side, measure, rank))
            })
    }

    /// The value in a row with its name; an error rate is turned into an accuracy.
    fn read(&self, row: &Row) -> Result<Option<(String, Printed)>, LogError> {
        match self {
            Self::One(side, measure, rank) => {
                let mut own = row
                    .readings
                    .iter()
                    .filter(|r| r.side == Some(*side) && r.measure == *measure && r.rank == *rank);
                let Some(first) = own.next() else {
                    return Ok(None);
                };
                let differs = |other: &&Reading| {
                    let slack = first.value.half_width + other.value.half_width;
                    (first.value.value - other.value.value).abs()
                        > slack.max(1e-9 * first.value.value.abs())
                };
                if let (Some(other), Measure::Loss | Measure::NamedLoss(_)) =
                    (own.find(differs), measure)
                {
                    return Err(LogError::twice(row.line, first, other));
                }
                let value = match measure {
                    Measure::ErrorRate => Printed {
                        value: 1.0 - first.value.value,
                        ..first.value
                    },
                    _ => first.value,
                };
                Ok(Some((first.name.clone(), value)))
            }
            Self::Sum(side, parts) => {
                let part = |name: &String| {
                    let own = |r: &&Reading| {
                        r.side == Some(*side)
                            && matches!(&r.measure, Measure::NamedLoss(own) if own == name)
                    };
                    row.readings.iter().find(own).map(|r| r.value)
                };
                let values: Option<Vec<Printed>> = parts.iter().map(part).collect();
                let sum = values
                    .unwrap_or_default()
                    .into_iter()
                    .reduce(|a, b| Printed {
                        value: a.value + b.value,
                        half_width: a.half_width + b.half_width,
                    });
                Ok(sum.map(|sum| (format!("sum of {}", parts.join(", ")), sum)))
            }
        }
    }
}

/// Losses that cannot be compared are not read: parts of different losses, or parts on one side
/// only.
fn compared(losses: [Option<Chosen>; 2], joined: &mut Joined) -> [Option<Chosen>; 2] {
    let what = |chosen: &Option<Chosen>| match chosen {
        Some(Chosen::One(_, Measure::NamedLoss(name), _)) => vec![name.clone()],
        Some(Chosen::Sum(_, parts)) => parts.clone(),
        _ => Vec::new(),
    };
    let [train, validation] = [what(&losses[0]), what(&losses[1])];
    if train == validation
        || (train.len() < 2 && validation.len() < 2 && (losses[0].is_none() || losses[1].is_none()))
    {
        return losses;
    }
    let or_none = |parts: &[String]| {
        if parts.is_empty() {
            "the loss or none".to_owned()
        } else {
            parts.join(", ")
        }
    };
    joined.warnings.push(format!(
        "training and validation tell different losses ({} / {}), so neither is read; name the columns with --log-columns train=NAME,val=NAME",
        or_none(&train),
        or_none(&validation)
    ));
    [None, None]
}

struct Told<'a> {
    row: &'a Row,
    /// Training loss, validation loss, and the two accuracies.
    values: [Option<Printed>; 4],
    /// Name of the training loss in this row.
    train_name: Option<String>,
}

impl Told<'_> {
    fn trained(&self) -> bool {
        self.values[0].is_some() || self.values[2].is_some()
    }

    fn validated(&self) -> bool {
        self.values[1].is_some() || self.values[3].is_some()
    }

    /// Gives a validation value that the record has already.
    fn repeats(&self, record: &Record) -> bool {
        [1, 3]
            .into_iter()
            .any(|at| self.values[at].is_some() && record.values[at].is_some())
    }
}

#[derive(Debug, Clone, Default)]
struct Record {
    epoch: Option<u64>,
    header: u64,
    values: [Option<Printed>; 4],
    iteration: bool,
    step: bool,
    /// Its validation was still running.
    validating: bool,
    train_name: Option<String>,
}

impl Record {
    fn validated(&self) -> bool {
        self.values[1].is_some() || self.values[3].is_some()
    }
}

/// Rows that belong to one epoch are one record; later values replace earlier ones.
fn records(told: &[Told], windows: bool) -> Vec<Record> {
    let known = told
        .iter()
        .any(|told| told.row.epoch.is_some() || told.row.header > 0);
    // Validation is printed first where a log begins with it and ends with training.
    let first = told.first().is_some_and(|told| !told.trained());
    let validation_first = !known && first && told.last().is_some_and(|told| !told.validated());
    let mut records: Vec<Record> = Vec::new();
    for told in told {
        let row = told.row;
        let next = records.last().is_none_or(|last| {
            let other =
                |a: Option<u64>, b: Option<u64>| matches!((a, b), (Some(a), Some(b)) if a != b);
            let same = row.epoch.is_some() && row.epoch == last.epoch;
            // A validation that was still running is followed by its end.
            let repeats = told.repeats(last) && !last.validating;
            let closed = match validation_first {
                true => last.values[0].is_some() && told.validated(),
                false => {
                    last.validated()
                        && (told.trained() || (repeats && !row.iteration && !row.unfinished))
                }
            };
            // The epoch is announced again for its validation.
            let resumed = same && !last.validated() && !told.trained();
            (row.header != last.header && !resumed)
                || (other(row.epoch, last.epoch) && !windows)
                || (closed && (windows || !same))
        });
        if next {
            records.push(Record {
                epoch: row.epoch.filter(|_| !windows),
                header: row.header,
                ..Record::default()
            });
        }
        if let Some(record) = records.last_mut() {
            // A loss by another name below a finished epoch sums up, it is no further epoch.
            let summary = !told.validated()
                && record.validated()
                && record
                    .train_name
                    .as_ref()
                    .is_some_and(|own| told.train_name.as_ref().is_some_and(|new| new != own));
            if summary {
                continue;
            }
            record.train_name = told.train_name.clone().or(record.train_name.take());
            for (own, new) in record.values.iter_mut().zip(told.values) {
                *own = new.or(*own);
            }
            record.epoch = record.epoch.or(row.epoch.filter(|_| !windows));
            if told.trained() {
                record.iteration = row.iteration || row.unfinished;
                record.step = row.step;
            } else {
                record.validating = row.unfinished;
            }
            record.header = row.header;
        }
    }
    records
}

/// Without the epochs at the end that were not validated, where others were; and how many those
/// are.
fn finished(mut records: Vec<Record>, validated: bool) -> (Vec<Record>, usize) {
    let found = records.len();
    if validated {
        while records.last().is_some_and(|record| !record.validated()) {
            records.pop();
        }
    }
    let open = found - records.len();
    (records, open)
}

/// Epochs of each run: a number that does not rise starts another.
fn runs(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut runs: Vec<Vec<Record>> = Vec::new();
    for record in records {
        let last = runs.last().and_then(|run| run.last());
        let again = matches!((last.and_then(|last| last.epoch), record.epoch), (Some(before), Some(now)) if now <= before);
        match runs.last_mut() {
            Some(run) if !again => run.push(record),
            _ => runs.push(vec![record]),
        }
    }
    runs
}
