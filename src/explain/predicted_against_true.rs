//! Correlation and regression line of predicted against true numbers, and the points of a plot.
//!
//! Not a leak detector: the correlation hardly moves when the loss does.

use super::exposure::Exposures;
use super::inputs::{Inputs, Prediction, Targets};
use crate::report::explanation::{Correlation, Exposure, Line, Point, Third};

/// Most points listed; beyond, evenly spaced ones stand for all.
const MAX_POINTS: usize = 2_000;

/// Fewest samples of which a third is worth a line of its own.
const FEW: usize = 30;

/// Compares predictions with targets that are numbers; `None` for classes and without predicted
/// numbers.
#[must_use]
pub(crate) fn correlation(
    inputs: &Inputs,
    predictions: &[Option<Prediction>],
    exposures: &Exposures,
) -> Option<Correlation> {
    if !matches!(inputs.targets, Targets::Numbers(_)) {
        return None;
    }
    let point = |(&row, &exposure): (&u32, &Exposure)| {
        Some(Point {
            predicted: predictions.get(row as usize)?.as_ref()?.predicted?,
            truth: inputs.targets.number(row as usize)?,
            exposure,
        })
    };
    let rows = exposures.rows.iter().zip(&exposures.class);
    let points: Vec<Point> = rows.filter_map(point).collect();
    if points.is_empty() {
        return None;
    }
    let every = points.len().div_ceil(MAX_POINTS);
    Some(Correlation {
        all: line(&points),
        by_magnitude: thirds(points.clone()),
        points: points.into_iter().step_by(every).collect(),
    })
}

fn thirds(mut points: Vec<Point>) -> Vec<Third> {
    if points.len() < FEW {
        return Vec::new();
    }
    points.sort_by(|a, b| a.truth.abs().total_cmp(&b.truth.abs()));
    let third = |part: usize| {
        let of = &points[part * points.len() / 3..(part + 1) * points.len() / 3];
        Third {
            magnitude_lo: of[0].truth.abs(),
            magnitude_hi: of[of.len() - 1].truth.abs(),
            line: line(of),
        }
    };
    (0..3).map(third).collect()
}

fn line(points: &[Point]) -> Line {
    let n = points.len() as f64;
    let mean = |of: fn(&Point) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (mx, my) = (mean(|p| p.predicted), mean(|p| p.truth));
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        let centred = points.iter().map(|p| of(p.predicted - mx, p.truth - my));
        centred.sum::<f64>()
    };
    let (xx, yy, xy) = (sum(&|x, _| x * x), sum(&|_, y| y * y), sum(&|x, y| x * y));
    let errors = points.iter().map(|p| (p.truth - p.predicted).powi(2));
    let slope = (xx > 0.0).then(|| xy / xx);
    Line {
        r: (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt()),
        slope,
        intercept: slope.map(|slope| my - slope * mx),
        r2: (yy > 0.0).then(|| 1.0 - errors.sum::<f64>() / yy),
        n: points.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(pairs: &[(f64, f64)]) -> Vec<Point> {
        let point = |&(predicted, truth): &(f64, f64)| Point {
            predicted,
            truth,
            exposure: Exposure::Clean,
        };
        pairs.iter().map(point).collect()
    }

    #[test]
    fn a_line_is_found_and_its_error_told() {
        let found = line(&points(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]));
        assert_eq!(
            (found.r, found.slope, found.intercept),
            (Some(1.0), Some(2.0), Some(1.0))
        );
        // Perfectly correlated and still wrong: errors 1, 2, 3 against a variance sum of 8.
        assert_eq!(found.r2, Some(1.0 - 14.0 / 8.0));
    }

    #[test]
    fn constant_predictions_have_no_slope_and_constant_truth_no_correlation() {
        let same = line(&points(&[(1.0, 0.0), (1.0, 2.0)]));
        assert_eq!((same.r, same.slope, same.r2), (None, None, Some(0.0)));
        let truth = line(&points(&[(0.0, 1.0), (2.0, 1.0)]));
        assert_eq!((truth.r, truth.slope, truth.r2), (None, Some(0.0), None));
    }

    #[test]
    fn thirds_are_by_magnitude_and_hold_everybody() {
        let many: Vec<(f64, f64)> = (0..31)
            .map(|i| (0.0, f64::from(i) * (-1f64).powi(i)))
            .collect();
        let thirds = thirds(points(&many));
        assert_eq!(thirds.iter().map(|third| third.line.n).sum::<u64>(), 31);
        assert_eq!(
            (thirds[0].magnitude_lo, thirds[2].magnitude_hi),
            (0.0, 30.0)
        );
        assert!(thirds[0].magnitude_hi < thirds[1].magnitude_lo);
        assert!(super::thirds(points(&many[..29])).is_empty());
    }
}
