//! The lookup table: what copying the targets of the nearest training images scores.

use super::inputs::{Inputs, Metric, Targets};
use crate::report::explanation::{ExclusionCurve, Memoriser};
use crate::wording::{Scale, count, times};

/// A lookup table and a model whose losses differ by at most this factor cannot be told apart by
/// them.
const INDISTINGUISHABLE: f64 = 1.25;

/// A proxy's loss in the unit of the reported one. For classes the proxies measure an error rate
/// `e`; as a log loss that is `H(e) + e ln(K - 1)`: the loss of a table that states its error
/// honestly and spreads it over the other classes.
#[must_use]
pub(crate) fn in_metric(inputs: &Inputs, loss: f64) -> f64 {
    let Targets::Classes(classes) = inputs.targets else {
        return loss;
    };
    if inputs.metric != Metric::LogLoss {
        return loss;
    }
    let n = classes.iter().flatten().count() as f64;
    let others = classes
        .iter()
        .flatten()
        .max()
        .map_or(1, |&most| most)
        .max(1);
    // Never quite certain: the error was itself estimated.
    let error = loss.clamp(1.0 / (n + 2.0), 1.0 - 1.0 / (n + 2.0));
    -error * error.ln() - (1.0 - error) * (1.0 - error).ln() + error * f64::from(others).ln()
}

/// Scores the lookup table, which is the exclusion curve with nothing hidden. `loss` is the
/// reported validation loss, `looked_up` the number of evaluation samples that were looked up.
#[must_use]
pub(crate) fn memoriser(
    inputs: &Inputs,
    loss: Option<f64>,
    curve: Option<&ExclusionCurve>,
    looked_up: usize,
) -> Memoriser {
    let first = curve.and_then(|curve| curve.points.first());
    let unit = |loss: f64| in_metric(inputs, loss);
    let in_words = |loss: f64| inputs.scale().value(loss);
    let copy = first.and_then(|point| point.copy_nearest).map(unit);
    let five = first.and_then(|point| point.five_nearest.value).map(unit);
    let message = match (copy, five) {
        (Some(copy), Some(five)) => {
            let scores = format!(
                "A lookup table that copies the nearest training label scores {} (5 nearest: {}) on {}",
                in_words(copy),
                in_words(five),
                sampled(inputs, looked_up)
            );
            match loss {
                Some(loss) if loss > INDISTINGUISHABLE * copy.min(five) => format!(
                    "{scores}; your network scores {}, {} times {}: copying is better.",
                    in_words(loss),
                    times(loss / copy.min(five)),
                    match inputs.scale() {
                        Scale::Loss => "as much",
                        Scale::Accuracy => "as many errors",
                    }
                ),
                Some(loss) if copy.min(five) <= INDISTINGUISHABLE * loss => format!(
                    "{scores}; your network scores {}: the number alone does not tell the two apart.",
                    in_words(loss)
                ),
                Some(loss) => {
                    format!(
                        "{scores}; your network scores {}, clearly better.",
                        in_words(loss)
                    )
                }
                None => format!("{scores}."),
            }
        }
        _ => String::new(),
    };
    Memoriser {
        copy_nearest: copy,
        five_nearest: five,
        message,
    }
}

/// What the table was scored on: all of validation, or the evenly spaced part that large ones are
/// cut to.
fn sampled(inputs: &Inputs, looked_up: usize) -> String {
    let all = inputs.evaluation_rows().len();
    if looked_up < all {
        format!(
            "{} of your {} validation samples",
            count(looked_up as u64),
            count(all as u64)
        )
    } else {
        "your validation set".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::bare;
    use super::*;

    #[test]
    fn a_guess_among_two_classes_costs_one_bit() {
        let targets = Targets::Classes(vec![Some(0), Some(1)]);
        let inputs = Inputs {
            targets: &targets,
            metric: Metric::LogLoss,
            ..bare(&[], &[])
        };
        assert!((in_metric(&inputs, 0.5) - 2f64.ln()).abs() < 1e-12);
        assert_eq!(
            in_metric(
                &Inputs {
                    metric: Metric::ErrorRate,
                    ..inputs
                },
                0.5
            ),
            0.5
        );
    }

    #[test]
    fn more_classes_make_the_same_error_dearer() {
        let loss = |k: u32| {
            let targets = Targets::Classes((0..k).map(Some).collect());
            in_metric(
                &Inputs {
                    targets: &targets,
                    metric: Metric::LogLoss,
                    ..bare(&[], &[])
                },
                0.3,
            )
        };
        assert!(loss(10) > loss(2));
    }
}
