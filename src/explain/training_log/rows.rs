//! Rows of named numbers: what every front end makes of a log.

use super::names::{Meaning, Measure, Side, meaning};
use super::{LogColumns, Printed};

/// One named number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// Its name as the log writes it.
    pub(super) name: String,
    /// The side, where the name or what stands around it gives one.
    pub(super) side: Option<Side>,
    /// What it measures.
    pub(super) measure: Measure,
    /// Lower counts first, as [`Meaning::rank`].
    pub(super) rank: u8,
    /// The number.
    pub(super) value: Printed,
}

/// Numbers that the log gives together: a line of text, a row of a table, an object.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Row {
    /// Line of the text, from 1; 0 where there is none.
    pub(super) line: usize,
    /// Number of the epoch as written, rounded up.
    pub(super) epoch: Option<u64>,
    /// How many lines that only announce an epoch came before.
    pub(super) header: u64,
    /// The epoch was still running: a bar or a counter that was not full.
    pub(super) unfinished: bool,
    /// The row tells of one iteration.
    pub(super) iteration: bool,
    /// The row counts steps, so that its loss is that of the last one.
    pub(super) step: bool,
    /// Length of a full bar.
    pub(super) bar: Option<u64>,
    /// Which of several processes or folds the row names: `rank 0`, `fold 3`.
    pub(super) strand: Option<(String, u64)>,
    /// The numbers.
    pub(super) readings: Vec<Reading>,
}

/// Reads a named number, or `None` for a name of no interest. The user's own names come first; with
/// them no other name is a loss.
pub(super) fn reading(name: &str, value: Printed, columns: &LogColumns) -> Option<Reading> {
    let reading = |side, measure, rank, value| Reading {
        name: name.trim().to_owned(),
        side,
        measure,
        rank,
        value,
    };
    if let Some(side) = columns.side(name) {
        return Some(reading(Some(side), Measure::Loss, 0, value));
    }
    let Meaning {
        side,
        measure,
        rank,
    } = meaning(name)?;
    let measure = measure?;
    if columns.is_given() && matches!(measure, Measure::Loss | Measure::NamedLoss(_)) {
        return None;
    }
    let value = match measure {
        Measure::Accuracy | Measure::ErrorRate => share(value)?,
        _ => value,
    };
    Some(reading(side, measure, rank, value))
}

/// A share from a fraction or a percentage.
fn share(value: Printed) -> Option<Printed> {
    match value.value {
        v if (0.0..=1.0).contains(&v) => Some(value),
        v if v > 1.0 && v <= 100.0 => Some(Printed {
            value: v / 100.0,
            half_width: value.half_width / 100.0,
        }),
        _ => None,
    }
}
