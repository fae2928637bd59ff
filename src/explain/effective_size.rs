//! Effective number of independent evaluation samples, from the autocorrelation of their targets.

use super::inputs::{Inputs, Place};
use super::variogram::VariogramPoint;

/// `n^2 / sum r(lag)` over all pairs of evaluation samples, `r` being the autocorrelation of the
/// targets along the recordings, up to the first lag at which it is no longer positive. `variogram`
/// holds every lag from 1 up.
///
/// Samples without a place are independent of all others. `None` where no two are known to follow
/// each other, and where targets do not vary.
pub(super) fn effective_size(inputs: &Inputs, variogram: &[VariogramPoint]) -> Option<f64> {
    let correlation = autocorrelation(inputs, variogram)?;
    let rows = inputs.evaluation_rows();
    let mut places: Vec<Place> = rows
        .iter()
        .filter_map(|&row| inputs.rows[row as usize].place)
        .collect();
    places.sort_unstable();
    // Every sample is correlated with itself.
    let mut sum = rows.len() as f64;
    for (i, place) in places.iter().enumerate() {
        let later = places[i + 1..]
            .iter()
            .take_while(|other| other.recording == place.recording);
        let lags = later.map(|other| (other.position - place.position) as usize);
        let correlated = lags.map_while(|lag| correlation.get(lag));
        sum += 2.0 * correlated.sum::<f64>();
    }
    let n = rows.len() as f64;
    Some((n * n / sum).clamp(1.0, n))
}

/// Autocorrelation by lag, 1 at lag 0, up to the last positive one.
fn autocorrelation(inputs: &Inputs, variogram: &[VariogramPoint]) -> Option<Vec<f64>> {
    let placed = (0..inputs.rows.len()).filter(|&row| inputs.rows[row].place.is_some());
    let values: Vec<f64> = placed
        .filter_map(|row| inputs.targets.number(row))
        .collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
    if variogram.is_empty() || variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let mut correlation = vec![1.0];
    for point in variogram {
        let r = 1.0 - point.mean_squared_difference / (2.0 * variance);
        // Lags that no pair has are passed over with what came before.
        let missing = (point.lag_steps as usize).saturating_sub(correlation.len());
        correlation.extend(std::iter::repeat_n(r.max(0.0), missing));
        if r <= 0.0 {
            break;
        }
        correlation.push(r);
    }
    Some(correlation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::exposure::tests::bare;
    use crate::explain::inputs::{Row, Targets};

    fn rows(n: u32) -> Vec<Row> {
        let row = |position| Row {
            evaluation: position % 2 == 0,
            place: Some(Place {
                recording: 0,
                position,
            }),
            group: None,
        };
        (0..n).map(row).collect()
    }

    fn size(targets: Vec<Option<f64>>, variogram: &[(u32, f64)]) -> Option<f64> {
        let points: Vec<VariogramPoint> = variogram
            .iter()
            .map(|&(lag_steps, mean_squared_difference)| VariogramPoint {
                lag_steps,
                mean_squared_difference,
            })
            .collect();
        let rows = rows(targets.len() as u32);
        let targets = Targets::Numbers(targets);
        effective_size(
            &Inputs {
                targets: &targets,
                ..bare(&rows, &[])
            },
            &points,
        )
    }

    /// +1 and -1 in turns: the variance is 1.
    fn alternating(n: u32) -> Vec<Option<f64>> {
        (0..n).map(|i| Some(f64::from(i % 2) * 2.0 - 1.0)).collect()
    }

    #[test]
    fn targets_that_forget_at_once_are_all_independent() {
        assert_eq!(size(alternating(40), &[(1, 2.0), (2, 2.0)]), Some(20.0));
    }

    #[test]
    fn half_a_correlation_two_steps_on_is_counted_on_both_sides() {
        // r(1) = 0.75, r(2) = 0.5, r(3) = 0: of 20 samples two steps apart 19 pairs correlate by a
        // half.
        let found = size(alternating(40), &[(1, 0.5), (2, 1.0), (3, 2.0)]).unwrap();
        assert!((found - 400.0 / (20.0 + 19.0)).abs() < 1e-9, "{found}");
    }

    #[test]
    fn constant_targets_have_no_such_number() {
        assert_eq!(size(vec![Some(1.0); 10], &[(1, 0.0)]), None);
        assert_eq!(size(alternating(10), &[]), None);
    }
}
