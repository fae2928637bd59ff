//! Losses that need no image: of the best constant, and of the target some steps away.

use super::effective_size::effective_size;
use super::inputs::{Inputs, Metric, Targets};
use super::variogram::variogram;
use crate::median::median;
use crate::report::explanation::{Estimate, Status, Yardsticks};

/// The metric that targets of this kind have when none was stated.
#[must_use]
pub(crate) fn metric_of(metric: Metric, targets: &Targets) -> Metric {
    match (metric, targets) {
        (Metric::Unknown, Targets::Numbers(_)) => Metric::SquaredError,
        (Metric::Unknown, Targets::Classes(_)) => Metric::LogLoss,
        (metric, _) => metric,
    }
}

/// Computes all yardsticks; `loss` is the reported validation loss.
#[must_use]
pub(crate) fn yardsticks(inputs: &Inputs, loss: Option<f64>) -> Yardsticks {
    let evaluation = targets_of(inputs, true);
    let training = targets_of(inputs, false);
    let metric = inputs.metric;
    let trivial = |values: &[f64]| trivial_loss(metric, inputs.targets, &training, values);
    let trivial_loss = trivial(&evaluation);
    let numbers = matches!(inputs.targets, Targets::Numbers(_)) && !evaluation.is_empty();
    let n = evaluation.len() as f64;
    let variogram = if numbers {
        variogram(inputs)
    } else {
        Vec::new()
    };
    let squared = metric == Metric::SquaredError;
    let reached = loss.filter(|_| squared).and_then(|loss| {
        variogram
            .iter()
            .find(|point| point.mean_squared_difference >= loss)
    });
    let n_effective_targets = numbers
        .then(|| effective_size(inputs, &variogram))
        .flatten();
    let equivalent_lag_steps = reached.map(|point| point.lag_steps);
    Yardsticks {
        r2: r_squared(loss, &trivial_loss),
        trivial_loss_training: trivial(&training),
        trivial_loss,
        zero_share: numbers.then(|| evaluation.iter().filter(|&&y| y == 0.0).count() as f64 / n),
        equivalent_lag_steps,
        equivalent_lag_seconds: equivalent_lag_steps
            .zip(inputs.seconds_per_step)
            .map(|(steps, seconds)| f64::from(steps) * seconds),
        n_effective_targets,
        n_without_target: (inputs.evaluation_rows().len() - evaluation.len()) as u64,
    }
}

fn targets_of(inputs: &Inputs, evaluation: bool) -> Vec<f64> {
    let rows = inputs
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.evaluation == evaluation);
    rows.filter_map(|(index, _)| inputs.targets.number(index))
        .collect()
}

fn r_squared(loss: Option<f64>, trivial: &Estimate) -> Estimate {
    match (loss, trivial.value) {
        (Some(loss), Some(trivial)) if trivial > 0.0 => Estimate::exact(1.0 - loss / trivial, 0),
        (None, _) => Estimate::absent(
            Status::MissingInput,
            "no_validation_loss",
            "no validation loss was given",
        ),
        _ => Estimate::absent(
            trivial.status,
            trivial.reason_code.as_deref().unwrap_or("constant_targets"),
            trivial.message.clone(),
        ),
    }
}

fn trivial_loss(
    metric: Metric,
    targets: &Targets,
    training: &[f64],
    evaluation: &[f64],
) -> Estimate {
    if matches!(targets, Targets::None) || training.is_empty() || evaluation.is_empty() {
        return Estimate::absent(
            Status::MissingInput,
            "no_targets",
            "no targets: add a target or label column to the manifest",
        );
    }
    if training.iter().chain(evaluation).all(|&y| y == training[0]) {
        return Estimate::absent(
            Status::NotApplicable,
            "constant_targets",
            "all targets are the same",
        );
    }
    if metric == Metric::NotAMean {
        return Estimate::absent(
            Status::NotApplicable,
            "not_decomposable",
            "AUC, F1 and IoU are no means over samples",
        );
    }
    if !is_of(metric, targets) {
        let message = match metric {
            Metric::Unknown => "the log's loss is none that a constant's is known for",
            _ => "a loss of numbers says nothing of classes, nor one of classes of numbers",
        };
        return Estimate::absent(Status::NotApplicable, "loss_of_other_targets", message);
    }
    let n = evaluation.len() as f64;
    let average = |loss: &dyn Fn(f64) -> f64| evaluation.iter().map(|&y| loss(y)).sum::<f64>() / n;
    let value = match (metric, targets) {
        (Metric::LogLoss, Targets::Classes(_)) => {
            // One count is added to every class, so that a class absent from training costs much,
            // not everything.
            let classes = training
                .iter()
                .chain(evaluation)
                .fold(0.0f64, |most, &y| most.max(y))
                + 1.0;
            let counts = sorted_counts(training);
            let share =
                |y: f64| (count_of(&counts, y) as f64 + 1.0) / (training.len() as f64 + classes);
            average(&|y| -share(y).ln())
        }
        (_, Targets::Classes(_)) => {
            let counts = sorted_counts(training);
            let most = counts
                .iter()
                .max_by_key(|(y, n)| (*n, std::cmp::Reverse(y.to_bits())))
                .map_or(0.0, |(y, _)| *y);
            average(&|y| f64::from(u8::from(y != most)))
        }
        (Metric::AbsoluteError, _) => {
            let median = median(training.to_vec()).unwrap_or_default();
            average(&|y| (y - median).abs())
        }
        _ => {
            let mean = training.iter().sum::<f64>() / training.len() as f64;
            average(&|y| (y - mean).powi(2))
        }
    };
    Estimate::exact(value, evaluation.len())
}

/// Whether this metric measures predictions of such targets, so that it can be compared with what
/// simpler learners score.
#[must_use]
pub(crate) fn is_of(metric: Metric, targets: &Targets) -> bool {
    match metric {
        Metric::SquaredError | Metric::AbsoluteError => matches!(targets, Targets::Numbers(_)),
        Metric::LogLoss | Metric::ErrorRate => matches!(targets, Targets::Classes(_)),
        Metric::Unknown | Metric::NotAMean => false,
    }
}

fn sorted_counts(values: &[f64]) -> Vec<(f64, usize)> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
        .chunk_by(|a, b| a == b)
        .map(|run| (run[0], run.len()))
        .collect()
}

fn count_of(counts: &[(f64, usize)], value: f64) -> usize {
    counts
        .binary_search_by(|(y, _)| y.total_cmp(&value))
        .map_or(0, |at| counts[at].1)
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::{bare, film};
    use super::*;

    fn of(targets: Targets, metric: Metric, loss: f64) -> Yardsticks {
        let rows = film(&[false, false, false, true, true]);
        yardsticks(
            &Inputs {
                targets: &targets,
                metric,
                seconds_per_step: Some(0.1),
                ..bare(&rows, &[])
            },
            Some(loss),
        )
    }

    #[test]
    fn numbers_are_measured_against_the_training_mean() {
        let y = of(
            Targets::Numbers([0.0, 3.0, 0.0, 1.0, 3.0].map(Some).to_vec()),
            Metric::SquaredError,
            1.0,
        );
        assert_eq!(y.trivial_loss.value, Some(2.0));
        assert_eq!(y.r2.value, Some(0.5));
        assert_eq!(
            (y.equivalent_lag_steps, y.equivalent_lag_seconds),
            (Some(1), Some(0.1))
        );
        assert_eq!(y.zero_share, Some(0.0));
    }

    #[test]
    fn classes_are_measured_against_the_most_frequent_or_the_shares() {
        let classes = || Targets::Classes([0, 0, 1, 0, 1].map(Some).to_vec());
        assert_eq!(
            of(classes(), Metric::ErrorRate, 0.1).trivial_loss.value,
            Some(0.5)
        );
        let log_loss = of(classes(), Metric::LogLoss, 0.1)
            .trivial_loss
            .value
            .unwrap();
        assert!((log_loss + ((0.6f64).ln() + (0.4f64).ln()) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn constant_or_missing_targets_have_no_yardstick() {
        let constant = of(
            Targets::Numbers(vec![Some(2.0); 5]),
            Metric::SquaredError,
            0.1,
        );
        assert_eq!(constant.trivial_loss.status, Status::NotApplicable);
        assert_eq!(constant.r2.reason_code.as_deref(), Some("constant_targets"));
        assert_eq!(
            of(Targets::None, Metric::Unknown, 0.1).trivial_loss.status,
            Status::MissingInput
        );
        let not_numbers = of(
            Targets::Numbers(vec![Some(f64::NAN); 5]),
            Metric::SquaredError,
            0.1,
        );
        assert_eq!(not_numbers.trivial_loss.status, Status::MissingInput);
    }

    #[test]
    fn a_loss_of_other_targets_has_no_yardstick() {
        let numbers = || Targets::Numbers([0.0, 3.0, 0.0, 1.0, 3.0].map(Some).to_vec());
        let classes = || Targets::Classes([0, 0, 1, 0, 1].map(Some).to_vec());
        for (targets, metric) in [
            (numbers(), Metric::LogLoss),
            (numbers(), Metric::ErrorRate),
            (classes(), Metric::SquaredError),
            (classes(), Metric::AbsoluteError),
            (classes(), Metric::Unknown),
        ] {
            let constant = of(targets, metric, 0.1).trivial_loss;
            assert_eq!(
                constant.reason_code.as_deref(),
                Some("loss_of_other_targets"),
                "{metric:?}"
            );
        }
    }
}
