//! How much of a low validation loss leakage could explain.
//!
//! Two answers that are never mixed: what explains the *sign* of the gap between training and validation loss, and by how much
//! the validation loss *flatters* the model. What can be said grows with what is given, in tiers: T0 images and
//! split, T1 losses, T2 targets, T3 predictions, T4 a second run. Method, assumptions and measured
//! reliability: `docs/explanation.md`.

pub mod bounds;
pub mod causes;
pub mod compare;
pub mod correlation;
pub mod descriptors;
pub mod effective_size;
pub mod estimate;
pub mod exclusion;
pub mod exposure;
pub mod gap;
pub mod honest;
pub mod images;
pub mod inputs;
pub mod interleaving;
pub mod interval;
pub mod leak_groups;
pub mod losses;
pub mod memoriser;
pub mod nearness;
pub mod neighbours;
pub mod next_steps;
pub mod per_sample;
pub mod permutation;
pub mod predictions;
pub mod projection;
pub mod ridge;
pub mod targets;
pub mod training_log;
pub mod twin_labels;
pub mod verdict;
pub mod wording;
pub mod yardsticks;

use causes::Cause;
use compare::FromSecondRun;
use estimate::Estimate;
use images::FromImages;
use inputs::{Inputs, Metric, Setting, Targets};
use losses::FromLosses;
use next_steps::NextStep;
use per_sample::FromPredictions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use targets::{FromTargets, Parts};
use training_log::Quantity;
use verdict::Verdict;

/// The whole explanation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What it comes to.
    pub verdict: Verdict,
    /// Images and split.
    pub t0: FromImages,
    /// Losses; `null` without a usable validation loss.
    pub t1: Option<FromLosses>,
    /// Why there is no `t1`.
    pub t1_absent: Option<Estimate>,
    /// Targets; `null` without them.
    pub t2: Option<FromTargets>,
    /// Per-sample predictions; `null` without them.
    pub t3: Option<FromPredictions>,
    /// A second run; `null` without one.
    pub t4: Option<FromSecondRun>,
    /// Possible causes of the gap's sign, with evidence.
    pub causes: Vec<Cause>,
    /// What would settle the question, most telling first.
    pub next_steps: Vec<NextStep>,
    /// What was odd about the input.
    pub warnings: Vec<String>,
}

/// Explains. `None` when the inputs hold no evaluation or no training sample: then there is nothing to compare.
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
        .map(|descriptors| neighbours::search(inputs, descriptors))
        .unwrap_or_default();

    // The lag is measured on the targets with an assumed one for the units of the intervals, once: no iteration.
    let assumed = images::default_lag(inputs);
    let has_targets = !matches!(inputs.targets, Targets::None);
    let curve = (has_targets && !queries.is_empty())
        .then(|| exclusion::curve(inputs, &queries, &leak_groups::leak_groups(inputs, assumed)));
    let measured = curve
        .as_ref()
        .and_then(|curve| curve.decorrelation_lag_steps);
    let lag = measured.unwrap_or(assumed);
    // Neighbouring targets may agree for longer than the images tell: the units of the intervals are never shorter than assumed.
    let groups = leak_groups::leak_groups(inputs, lag.max(assumed));
    let exposures = exposure::classify(inputs, lag, Setting::Default);
    let t0 = images::from_images(
        inputs,
        &exposures,
        &queries,
        &groups,
        lag,
        measured.is_some(),
    );

    let t2 = has_targets.then(|| {
        let yardsticks = yardsticks::yardsticks(inputs, loss);
        let parts = Parts {
            groups: &groups,
            exposures: &exposures,
            queries: &queries,
            lag,
            yardsticks,
            exclusion: curve,
        };
        targets::from_targets(inputs, loss, parts)
    });
    let first = reported.as_ref().ok().copied();
    let t3 = inputs.predictions.map(|predictions| {
        per_sample::from_predictions(inputs, predictions, first, &exposures, &queries, &groups)
    });
    let t4 = inputs
        .second_run
        .map(|second| compare::compare(inputs, second, first, &groups));
    let noise_floor = t2.as_ref().and_then(|t2| t2.label_noise_floor.value);
    let t1 = reported
        .as_ref()
        .ok()
        .map(|&reported| losses::from_losses(inputs, reported, &t0, noise_floor));
    let causes = t1
        .as_ref()
        .map(|t1| causes::causes(inputs, &t0, t1, t2.as_ref()))
        .unwrap_or_default();
    Some(Explanation {
        verdict: verdict::verdict(&t0, t1.as_ref(), t2.as_ref(), t3.as_ref(), t4.as_ref()),
        next_steps: next_steps::next_steps(inputs, &t0),
        warnings: warnings(inputs, t1.as_ref()),
        t1_absent: reported.err().map(|absent| *absent),
        t0,
        t1,
        t2,
        t3,
        t4,
        causes,
    })
}

/// The metric, resolved from the kind of targets and of log where it was not stated.
fn metric(inputs: &Inputs) -> Metric {
    let of_errors = inputs
        .log
        .is_some_and(|log| log.quantity == Quantity::Error);
    match inputs.metric {
        Metric::Unknown if of_errors => Metric::ErrorRate,
        metric => yardsticks::metric_of(metric, inputs.targets),
    }
}

fn warnings(inputs: &Inputs, t1: Option<&FromLosses>) -> Vec<String> {
    let mut warnings = inputs
        .log
        .map(|log| log.warnings.clone())
        .unwrap_or_default();
    warnings.extend(t1.and_then(|t1| t1.size_mismatch.clone()));
    if inputs.predictions_unmatched > 0 {
        let matched = inputs.predictions.unwrap_or_default().iter().flatten();
        warnings.push(format!(
            "{} predictions fit no sample and are left out; {} samples have one",
            wording::count(inputs.predictions_unmatched),
            wording::count(matched.count() as u64)
        ));
    }
    warnings
}
