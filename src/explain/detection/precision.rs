//! The average precision of one class.

use super::match_boxes::Hit;
use super::{OfClass, THRESHOLDS};

/// Recalls at which the precision is taken, from 0 to 1.
const RECALLS: u32 = 101;

/// Over which overlaps the precision is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Half.
    AtHalf,
    /// From 0.5 to 0.95, in steps of 0.05.
    HalfTo95,
}

impl Measure {
    /// All, in the order in which they are told.
    pub(crate) const ALL: [Self; 2] = [Self::AtHalf, Self::HalfTo95];

    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AtHalf => "map_50",
            Self::HalfTo95 => "map_50_95",
        }
    }

    fn thresholds(self) -> usize {
        match self {
            Self::AtHalf => 1,
            Self::HalfTo95 => THRESHOLDS,
        }
    }
}

/// Counts at one overlap, over boxes from the surest on.
#[derive(Default)]
struct Counted {
    right: u32,
    ignored: u32,
    /// The precision up to each box that is right.
    precisions: Vec<f64>,
}

/// The mean over overlaps and recalls, on the `wanted` rows; `None` where they do not show the
/// class.
pub(super) fn average(class: &OfClass, wanted: &[bool], measure: Measure) -> Option<f64> {
    let is_wanted = |row: u32| wanted.get(row as usize).copied().unwrap_or(false);
    let shown = class.shown.iter().filter(|(row, _)| is_wanted(*row));
    let shown: u32 = shown.map(|(_, count)| count).sum();
    if shown == 0 {
        return None;
    }
    let mut counts: Vec<Counted> = Vec::new();
    counts.resize_with(measure.thresholds(), Counted::default);
    let hits = class.hits.iter().filter(|hit| is_wanted(hit.row));
    for (hit, seen) in hits.zip(1u32..) {
        // What is wrong at every overlap only makes later precisions lower.
        if hit.right | hit.ignored != 0 {
            count(hit, seen, &mut counts);
        }
    }
    let each = counts
        .into_iter()
        .map(|of| over_recalls(of.precisions, shown));
    Some(each.sum::<f64>() / measure.thresholds() as f64)
}

fn count(hit: &Hit, seen: u32, counts: &mut [Counted]) {
    for (at, of) in counts.iter_mut().enumerate() {
        if hit.ignored >> at & 1 == 1 {
            of.ignored += 1;
        } else if hit.right >> at & 1 == 1 {
            of.right += 1;
            let counting = f64::from(seen - of.ignored) + f64::EPSILON;
            of.precisions.push(f64::from(of.right) / counting);
        }
    }
}

/// The mean over recalls of the highest precision at that recall or a higher one.
fn over_recalls(mut precisions: Vec<f64>, shown: u32) -> f64 {
    let mut highest = 0.0f64;
    for precision in precisions.iter_mut().rev() {
        highest = highest.max(*precision);
        *precision = highest;
    }
    let mut sum = 0.0;
    let mut at = 0;
    for recall in 0..RECALLS {
        // Not divided: the last digit decides ties.
        let wanted = f64::from(recall) * 0.01;
        // Of `at + 1` right boxes.
        while at < precisions.len() && (at as f64 + 1.0) / f64::from(shown) < wanted {
            at += 1;
        }
        let Some(precision) = precisions.get(at) else {
            break;
        };
        sum += precision;
    }
    sum / f64::from(RECALLS)
}
