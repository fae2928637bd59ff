//! T4: ratio of the losses of two runs, the second trained on a split without the leak.

use super::inputs::{Inputs, Prediction, SecondRun};
use super::interval::{ratio, sum_by_group};
use super::losses::Reported;
use crate::report::explanation::{Assumption, Estimate, FromSecondRun, Status};

/// Ratios of the losses of two runs.
#[must_use]
pub(crate) fn compare(
    inputs: &Inputs,
    second: SecondRun,
    reported: Option<Reported>,
    groups: &[u32],
) -> FromSecondRun {
    FromSecondRun {
        paired_ratio: paired(inputs, second, groups),
        ratio_of_logs: of_logs(inputs, second, reported),
        message: "training randomness is not in these intervals: repeat both splits with three seeds or more".to_owned(),
    }
}

fn paired(inputs: &Inputs, second: SecondRun, groups: &[u32]) -> Estimate {
    let (Some(first), Some(other)) = (inputs.predictions, second.predictions) else {
        return Estimate::absent(
            Status::MissingInput,
            "no_predictions",
            "needs predictions of both runs",
        );
    };
    // A sample counts wherever the first run evaluated it; the second may have had it in another
    // role only if it predicted it unseen.
    let both = inputs.evaluation_rows().into_iter().filter_map(|row| {
        let loss =
            |predictions: &[Option<Prediction>]| predictions.get(row as usize)?.as_ref()?.loss;
        Some((groups[row as usize], loss(other)?, loss(first)?))
    });
    let both: Vec<_> = both.collect();
    if both.is_empty() {
        return Estimate::absent(
            Status::NotIdentified,
            "no_common_samples",
            "the two runs share no evaluation sample",
        );
    }
    let n = both.len();
    ratio(&sum_by_group(both.into_iter()), n).assuming(&[Assumption::A0])
}

fn of_logs(inputs: &Inputs, second: SecondRun, reported: Option<Reported>) -> Estimate {
    if let (Some(first), Some(other)) = (inputs.log, second.log)
        && first.quantity != other.quantity
    {
        return Estimate::absent(
            Status::NotApplicable,
            "other_loss",
            "the second log is of another loss, so the two have no ratio",
        );
    }
    let last = second
        .log
        .and_then(|log| log.epochs.iter().rev().find_map(|epoch| epoch.validation));
    match (last, reported) {
        (Some(second), Some(first)) if first.validation.value > 0.0 => {
            let (a, b) = (second, first.validation);
            // No interval: that of the printed digits would hide the difference of the two sets.
            Estimate::exact(a.value / b.value, 0)
                .with_message("the two validation sets differ in samples and difficulty")
        }
        _ => Estimate::absent(
            Status::MissingInput,
            "no_second_log",
            "needs the logs of both runs",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::{bare, film};
    use super::*;

    #[test]
    fn losses_are_paired_sample_by_sample() {
        let rows = film(&[true; 40]);
        let loss = |factor: f64| {
            (0..40)
                .map(|i| {
                    Some(Prediction {
                        predicted: None,
                        loss: Some(factor * f64::from(1 + i % 7)),
                        right: None,
                    })
                })
                .collect::<Vec<_>>()
        };
        let (first, second) = (loss(1.0), loss(1.25));
        let inputs = Inputs {
            predictions: Some(&first),
            ..bare(&rows, &[])
        };
        let groups: Vec<u32> = (0..40).collect();
        let result = compare(
            &inputs,
            SecondRun {
                log: None,
                predictions: Some(&second),
            },
            None,
            &groups,
        );
        let ratio = result.paired_ratio;
        assert!((ratio.value.unwrap() - 1.25).abs() < 1e-12);
        assert!(
            (ratio.hi.unwrap() - ratio.lo.unwrap()) < 1e-9,
            "pairing removes the spread of difficulty"
        );
        assert_eq!(result.ratio_of_logs.status, Status::MissingInput);
    }
}
