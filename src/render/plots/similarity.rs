//! How alike the listed pairs are, against the threshold.

use super::axis::{Axis, Frame};
use super::svg::{Canvas, Key, Paint, Stroke, number};
use super::{Plot, Section};
use crate::report::Report;
use crate::wording::count;

const COLUMNS: usize = 30;

/// The histogram; none where no pair was measured.
pub(super) fn similarity(report: &Report) -> Option<Plot> {
    let values: Vec<f64> = report
        .pairs
        .iter()
        .filter_map(|pair| pair.similarity)
        .collect();
    if values.is_empty() {
        return None;
    }
    let threshold = report.detection.threshold;
    let least = values.iter().copied().fold(threshold, f64::min);
    // From a tenth on, so that columns begin at round numbers.
    let lo = (least.min(0.5) * 10.0).floor() / 10.0;
    let counts = columns(&values, lo, 1.0);
    let most = counts.iter().copied().max().unwrap_or(0);
    let mut canvas = Canvas::default();
    canvas.legend(&[
        (Key::Area(Paint::Blue), "listed pairs".to_owned()),
        (Key::Mark, format!("threshold {threshold:.2}")),
    ]);
    let frame = Frame::draw(
        &mut canvas,
        190.0,
        (
            Axis::exact(lo, 1.0, 6.0),
            "similarity of the pair (-1 to 1)",
        ),
        (Axis::counts(most as f64, 5.0), "pairs"),
    );
    let step = (1.0 - lo) / COLUMNS as f64;
    for (column, n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let from = lo + step * column as f64;
        let (left, right) = (frame.x(from), frame.x(from + step));
        let top = frame.y(*n as f64);
        let words = format!("{} pairs, {from:.2} to {:.2}", count(*n), from + step);
        let area = [left + 0.5, top, right - left - 1.0, frame.bottom - top];
        canvas.rect(Paint::Blue, area, &words);
    }
    let x = number(frame.x(threshold));
    canvas.line(
        Stroke::Mark,
        &format!("M{x} {}V{}", number(frame.top), number(frame.bottom)),
    );
    let above = values.iter().filter(|value| **value >= threshold).count();
    Some(Plot {
        name: "similarity",
        section: Section::How,
        title: "Similarities of the listed pairs".to_owned(),
        caption: format!(
            "{} pairs with a similarity are listed, {} of them at least {threshold:.2} alike, the threshold of near duplicates.",
            count(values.len() as u64),
            count(above as u64)
        ),
        numbers: None,
        canvas,
    })
}

/// Values in columns of one width; both ends belong to them, and outsiders are left out.
fn columns(values: &[f64], lo: f64, hi: f64) -> [u64; COLUMNS] {
    let mut counts = [0; COLUMNS];
    for value in values.iter().filter(|value| (lo..=hi).contains(*value)) {
        let column = ((value - lo) / (hi - lo) * COLUMNS as f64) as usize;
        counts[column.min(COLUMNS - 1)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_in_their_columns_and_outsiders_left_out() {
        let counts = columns(&[0.0, 0.01, 1.0, 1.5, -0.1], 0.0, 1.0);
        assert_eq!((counts[0], counts[COLUMNS - 1]), (2, 1));
        assert_eq!(counts.iter().sum::<u64>(), 3);
    }
}
