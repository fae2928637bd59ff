//! Bounds, projections and measurements of how much of a low validation loss leakage could explain.
//!
//! Two answers that are never mixed: what explains the *sign* of the gap between training and
//! validation loss, and by how much the validation loss *flatters* the model. What can be said
//! grows with what is given, in tiers: T0 images and split, T1 losses, T2 targets, T3 predictions,
//! T4 a second run. Method, assumptions and measured reliability: `docs/explanation.md`.

pub(crate) mod accuracy;
pub(crate) mod bounds;
pub(crate) mod causes;
pub(crate) mod comparison;
pub(crate) mod descriptors;
pub(crate) mod detection;
pub(crate) mod dose;
pub(crate) mod effective_size;
pub(crate) mod exclusion;
pub(crate) mod exposed_shares;
pub(crate) mod exposure;
pub(crate) mod gap;
pub(crate) mod honest;
pub(crate) mod inputs;
pub(crate) mod interval;
pub(crate) mod label_noise;
pub(crate) mod leak_groups;
pub(crate) mod log_read;
pub(crate) mod losses;
pub(crate) mod memoriser;
pub(crate) mod metrics;
pub(crate) mod nearest_training;
pub(crate) mod next_steps;
pub(crate) mod per_sample;
pub(crate) mod phrases;
pub(crate) mod predicted_against_true;
pub(crate) mod predictions;
pub(crate) mod projection;
pub(crate) mod ridge;
pub(crate) mod second_run;
pub(crate) mod targets;
mod together;
pub(crate) mod training_log;
#[cfg(feature = "cli")]
pub(crate) mod variance;
mod variogram;
pub(crate) mod verdict;
mod warnings;
pub(crate) mod yardsticks;

use crate::report::explanation::{Explanation, FromPredictions};
use inputs::{Inputs, Metric, Setting, Targets};
use targets::Parts;
use training_log::{Printed, Quantity};

/// Explains. `None` when the inputs hold no evaluation or no training sample: then there is nothing
/// to compare.
#[must_use]
pub fn explain(inputs: &Inputs) -> Option<Explanation> {
    let evaluation = inputs.evaluation_rows();
    if evaluation.is_empty() || evaluation.len() == inputs.rows.len() {
        return None;
    }
    let inputs = &Inputs {
        metric: metric(inputs),
        ..*inputs
    };
    let reported = losses::reported(inputs);
    let loss = reported
        .as_ref()
        .ok()
        .map(|reported| reported.validation.value);
    let queries = inputs
        .descriptors
        .map(|descriptors| nearest_training::search(inputs, descriptors))
        .unwrap_or_default();

    // The lag is measured on the targets with an assumed one for the units of the intervals, once:
    // no iteration.
    let assumed = exposed_shares::default_lag(inputs);
    let has_targets = !matches!(inputs.targets, Targets::None);
    let curve = (has_targets && !queries.is_empty())
        .then(|| exclusion::curve(inputs, &queries, &leak_groups::leak_groups(inputs, assumed)));
    let measured = curve
        .as_ref()
        .and_then(|curve| curve.decorrelation_lag_steps);
    let lag = measured.unwrap_or(assumed);
    // Neighbouring targets may agree for longer than the images tell: the units of the intervals
    // are never shorter than assumed.
    let groups = leak_groups::leak_groups(inputs, lag.max(assumed));
    let exposures = exposure::classify(inputs, lag, Setting::Default);
    let t0 = exposed_shares::from_images(inputs, &exposures, &groups, lag, measured.is_some());

    let t1 = reported
        .as_ref()
        .ok()
        .map(|&reported| losses::from_losses(inputs, reported, &t0));
    let t2 = has_targets.then(|| {
        let parts = Parts {
            groups: &groups,
            exposures: &exposures,
            looked_up: queries.len(),
            lag,
            exclusion: curve,
            clean_at_most: t1.as_ref().and_then(losses::clean_at_most),
        };
        targets::from_targets(inputs, loss, parts)
    });
    let first = reported.as_ref().ok().copied();
    let seen = per_sample::Seen {
        exposures: &exposures,
        groups: &groups,
    };
    let t3 = inputs.predictions.map(|predictions| {
        let t3 = per_sample::from_predictions(inputs, predictions, first, &seen, &queries);
        FromPredictions {
            metrics: metrics::metrics(inputs.answers, &exposures, &groups),
            ..t3
        }
    });
    let t4 = inputs
        .second_run
        .map(|second| second_run::compare(inputs, second, first, &groups));
    let causes = t1
        .as_ref()
        .map(|t1| causes::causes(inputs, &t0, t1, t2.as_ref()))
        .unwrap_or_default();
    let accuracy = inputs
        .log
        .and_then(|log| log.explained()?.validation_accuracy);
    // Of all samples or of none: an accuracy of some bounds nothing of the others.
    let counted = t3.as_ref().and_then(|t3| t3.accuracy.as_ref());
    let counted = counted.filter(|counted| counted.all.n_used == t0.n_validation);
    let counted = counted.and_then(|counted| counted.all.value);
    let counted = counted.map(|value| Printed {
        value,
        half_width: crate::wording::TENTH_OF_A_POINT,
    });
    // Numbers of two models are not told in one breath: those of the predictions are kept.
    let differing = accuracy.zip(counted).filter(differ);
    let accuracy = differing
        .map(|(_, counted)| counted)
        .or(accuracy)
        .or(counted);
    let half_width = accuracy.map_or(0.0, |accuracy| accuracy.half_width);
    let accuracy = accuracy.map(|accuracy| accuracy::bounds(accuracy, &t0));
    Some(Explanation {
        verdict: verdict::verdict(
            verdict::Beside {
                accuracy: accuracy.as_ref(),
                accuracy_half_width: half_width,
                causes: &causes,
                absent: reported.as_ref().err().map(AsRef::as_ref),
                revisited: inputs.revisited,
                compares: inputs.compared.len() > 1,
                unanswered: inputs.unanswered,
            },
            &t0,
            t1.as_ref(),
            t2.as_ref(),
            t3.as_ref(),
            t4.as_ref(),
        ),
        accuracy,
        log: inputs.log.map(log_read::log_read),
        next_steps: next_steps::next_steps(inputs, &t0),
        warnings: warnings::warnings(inputs, t1.is_some(), differing, t3.as_ref()),
        t1_absent: reported.err().map(|absent| *absent),
        t0,
        t1,
        t2,
        t3,
        t4,
        comparison: comparison::compare(inputs.compared, &exposures, &groups),
        causes,
    })
}

/// Whether two accuracies of the same samples differ by more than a point and rounding.
fn differ((logged, counted): &(Printed, Printed)) -> bool {
    (logged.value - counted.value).abs() > 0.01 + logged.half_width
}

/// The metric, resolved from the kind of targets and of log where it was not stated; unknown where
/// there are no targets, or the log names a loss of another kind.
fn metric(inputs: &Inputs) -> Metric {
    let quantity = inputs.log.map(|log| log.quantity);
    // Classes without probabilities have no log loss: what was predicted is right or wrong.
    let of_classes = inputs.log.is_none() && matches!(inputs.targets, Targets::Classes(_));
    let losses = inputs.predictions.unwrap_or_default().iter().flatten();
    let mut losses = losses.filter_map(|one| one.loss).peekable();
    let right_or_wrong =
        of_classes && losses.peek().is_some() && losses.all(|loss| loss == 0.0 || loss == 1.0);
    match inputs.metric {
        Metric::Unknown => match quantity {
            Some(Quantity::Other) => Metric::Unknown,
            Some(Quantity::Named(metric)) => metric,
            Some(Quantity::Error) => Metric::ErrorRate,
            _ if right_or_wrong => Metric::ErrorRate,
            _ => yardsticks::metric_of(Metric::Unknown, inputs.targets),
        },
        stated => stated,
    }
}

#[cfg(test)]
mod tests;
