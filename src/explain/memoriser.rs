//! The lookup table: what copying the targets of the nearest training images scores.

use super::estimate::{Estimate, Status};
use super::exposure::Exposure;
use super::inputs::{Inputs, Metric, Targets};
use super::neighbours::Window;
use super::targets::Parts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lookup table whose loss is at most this many times the reported one cannot be told from the model.
const INDISTINGUISHABLE: f64 = 1.25;

/// What a lookup table scores, in the unit of the reported loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Memoriser {
    /// Copying the nearest training label, on all evaluation samples.
    pub copy_nearest: Option<f64>,
    /// The same on samples with a twin or an adjacent frame.
    pub copy_nearest_on_near: Option<f64>,
    /// The five nearest together.
    pub five_nearest: Option<f64>,
    /// How much of the way from the best constant to the reported loss copying covers on leaked samples alone, 0 to 1.
    pub reach: Estimate,
    /// Whether the reported loss is not clearly better than a lookup table.
    pub indistinguishable: Option<bool>,
    /// The finding as a sentence.
    pub message: String,
}

/// A proxy's loss in the unit of the reported one. For classes the proxies measure an error rate `e`; as a log loss that is
/// `H(e) + e ln(K - 1)`: the loss of a table that states its error honestly and spreads it over the other classes.
#[must_use]
pub fn in_metric(inputs: &Inputs, loss: f64) -> f64 {
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

/// Scores the lookup table; `loss` is the reported validation loss.
#[must_use]
pub fn memoriser(inputs: &Inputs, loss: Option<f64>, parts: &Parts) -> Memoriser {
    let first = parts
        .exclusion
        .as_ref()
        .and_then(|curve| curve.points.first());
    let unit = |loss: f64| in_metric(inputs, loss);
    let copy = first.and_then(|point| point.copy_nearest).map(unit);
    let five = first.and_then(|point| point.five_nearest.value).map(unit);
    let on_near = copy_on_near(inputs, parts).map(|(loss, share)| (unit(loss), share));
    let table = copy.into_iter().chain(five).reduce(f64::min);
    let indistinguishable = table
        .zip(loss)
        .map(|(table, loss)| table <= INDISTINGUISHABLE * loss);
    let four = super::wording::loss;
    let of = sampled(parts);
    let message = match (copy, five, loss, indistinguishable) {
        (Some(copy), Some(five), Some(loss), Some(true)) => format!(
            "A lookup table that copies the nearest training label scores {} (5 nearest: {}) on {of}; your network scores {}. The number cannot tell your network from a lookup table.",
            four(copy),
            four(five),
            four(loss)
        ),
        (Some(copy), Some(five), Some(loss), Some(false)) => format!(
            "A lookup table that copies the nearest training label scores {} (5 nearest: {}) on {of}; your network scores {}, clearly better.",
            four(copy),
            four(five),
            four(loss)
        ),
        (Some(copy), Some(five), ..) => format!(
            "A lookup table that copies the nearest training label scores {} (5 nearest: {}) on {of}.",
            four(copy),
            four(five)
        ),
        _ => String::new(),
    };
    Memoriser {
        copy_nearest: copy,
        copy_nearest_on_near: on_near.map(|(loss, _)| loss),
        five_nearest: five,
        reach: reach(loss, parts, on_near),
        indistinguishable,
        message,
    }
}

/// What the table was scored on: all of validation, or the evenly spaced part that large ones are cut to.
fn sampled(parts: &Parts) -> String {
    let (looked_up, all) = (
        parts.queries.len() as u64,
        parts.exposures.rows.len() as u64,
    );
    let count = super::wording::count;
    if looked_up < all {
        format!(
            "{} of your {} validation samples",
            count(looked_up),
            count(all)
        )
    } else {
        "your validation set".to_owned()
    }
}

/// Mean loss of copying on near samples, and the share of the searched samples that are near.
fn copy_on_near(inputs: &Inputs, parts: &Parts) -> Option<(f64, f64)> {
    let mut losses = Vec::new();
    for query in parts.queries {
        let at = parts.exposures.rows.binary_search(&query.row).ok()?;
        if parts.exposures.class[at] > Exposure::Adjacent {
            continue;
        }
        let copied = query
            .left_by(Window::NOTHING)
            .next()
            .and_then(|n| inputs.targets.number(n.row as usize));
        if let Some((truth, copied)) = inputs.targets.number(query.row as usize).zip(copied) {
            losses.push(super::exclusion::copy_loss(
                inputs.metric,
                inputs.targets,
                truth,
                copied,
            ));
        }
    }
    let mean = losses.iter().sum::<f64>() / losses.len() as f64;
    (!losses.is_empty()).then(|| (mean, losses.len() as f64 / parts.queries.len() as f64))
}

fn reach(loss: Option<f64>, parts: &Parts, on_near: Option<(f64, f64)>) -> Estimate {
    let (Some(loss), Some(trivial), Some((copy, share))) =
        (loss, parts.yardsticks.trivial_loss.value, on_near)
    else {
        return Estimate::absent(
            Status::MissingInput,
            "nothing_to_compare",
            "needs a validation loss, targets and leaked samples",
        );
    };
    if loss >= trivial {
        return Estimate::absent(
            Status::NotApplicable,
            "not_better_than_constant",
            "the reported loss is no better than the best constant",
        );
    }
    let table = share * copy + (1.0 - share) * trivial;
    Estimate::exact(
        ((trivial - table) / (trivial - loss)).clamp(0.0, 1.0),
        parts.exposures.rows.len(),
    )
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
