//! Variogram of the targets: their mean squared difference by lag inside recordings.

use super::inputs::Inputs;

/// Longest lag, in steps.
const LONGEST_LAG: u32 = 100;

/// One lag of the variogram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct VariogramPoint {
    /// Lag in steps.
    pub(super) lag_steps: u32,
    /// Mean of `(y(t) - y(t + lag))^2`.
    pub(super) mean_squared_difference: f64,
}

/// Every lag from 1 up that any two rows in recordings are apart, over both splits.
pub(super) fn variogram(inputs: &Inputs) -> Vec<VariogramPoint> {
    let rows = inputs.rows.iter().enumerate();
    let mut points: Vec<_> = rows
        .filter_map(|(index, row)| Some((row.place?, inputs.targets.number(index)?)))
        .collect();
    points.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Simultaneous views have one target; where they differ the first stands for the instant.
    points.dedup_by_key(|point| point.0);
    let mut sums = vec![(0.0, 0u64); LONGEST_LAG as usize + 1];
    for (i, (place, y)) in points.iter().enumerate() {
        let later = points[i + 1..].iter().take_while(|(other, _)| {
            other.recording == place.recording && other.position - place.position <= LONGEST_LAG
        });
        for (other, z) in later {
            let sum = &mut sums[(other.position - place.position) as usize];
            *sum = (sum.0 + (z - y).powi(2), sum.1 + 1);
        }
    }
    let lags = (1..).zip(&sums[1..]).filter(|(_, sum)| sum.1 > 0);
    lags.map(|(lag_steps, &(sum, n))| VariogramPoint {
        lag_steps,
        mean_squared_difference: sum / n as f64,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::{bare, film};
    use super::super::inputs::Targets;
    use super::*;

    #[test]
    fn each_lag_has_the_mean_squared_difference_of_its_pairs() {
        let rows = film(&[false, false, false, true, true]);
        let targets = Targets::Numbers([0.0, 3.0, 0.0, 1.0, 3.0].map(Some).to_vec());
        let points = variogram(&Inputs {
            targets: &targets,
            ..bare(&rows, &[])
        });
        let lags: Vec<u32> = points.iter().map(|point| point.lag_steps).collect();
        assert_eq!(lags, [1, 2, 3, 4]);
        let at = |lag: usize| points[lag - 1].mean_squared_difference;
        assert_eq!(at(1), (9.0 + 9.0 + 1.0 + 4.0) / 4.0);
        assert_eq!(at(4), 9.0);
    }
}
