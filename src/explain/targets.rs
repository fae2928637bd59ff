//! T2: yardsticks, lookup table, ridge and the projection from the exclusion curve.

use super::exposure::Exposures;
use super::inputs::{Inputs, Metric, Targets};
use super::losses::max_loss;
use super::memoriser::{in_metric, memoriser};
use super::projection::{Proxies, project, within_bounds};
use super::ridge::ridge;
use super::together::hidden_partners;
use super::yardsticks::{is_of, yardsticks};
use crate::report::explanation::{
    Estimate, ExclusionCurve, Exposure, FromTargets, Ridge, Status, Yardsticks,
};

/// What T2 is put together from.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// Units of intervals, one per row.
    pub groups: &'a [u32],
    /// Exposure classes.
    pub exposures: &'a Exposures,
    /// Evaluation samples whose nearest training images were searched.
    pub looked_up: usize,
    /// Decorrelation lag, in steps.
    pub lag: u32,
    /// The curve.
    pub exclusion: Option<ExclusionCurve>,
    /// What the loss of clean samples is bounded by, where that is of use.
    pub clean_at_most: Option<f64>,
}

/// Puts T2 together. `loss` is the reported validation loss.
#[must_use]
pub(crate) fn from_targets(inputs: &Inputs, loss: Option<f64>, parts: Parts) -> FromTargets {
    let yardsticks = yardsticks(inputs, loss);
    let ridge = inputs
        .descriptors
        .and_then(|descriptors| ridge(inputs, descriptors, parts.groups, parts.lag));
    let curve = parts.exclusion;
    let leaks = parts.exposures.share(|class| class == Exposure::Clean) < 1.0;
    let honest_projection = if let Some(refusal) = hidden_partners(inputs, parts.exposures) {
        refusal
    } else if leaks {
        match proxies(inputs, loss, &yardsticks, curve.as_ref(), ridge.as_ref()) {
            Ok(proxies) => {
                let leaked = parts.exposures.share(|class| class != Exposure::Clean);
                let most = [parts.clean_at_most, max_loss(inputs)];
                let most = most.into_iter().flatten().reduce(f64::min);
                within_bounds(project(&proxies), proxies.loss, leaked, most)
            }
            Err(absent) => *absent,
        }
    } else {
        Estimate::absent(
            Status::NotApplicable,
            "no_leak",
            "no leak found: there is nothing to project",
        )
    };
    FromTargets {
        memoriser: memoriser(
            inputs,
            loss.filter(|_| is_of(inputs.metric, inputs.targets)),
            curve.as_ref(),
            parts.looked_up,
        ),
        proxy_metric: match inputs.targets {
            Targets::Classes(_) => Metric::ErrorRate,
            _ if is_of(inputs.metric, inputs.targets) => inputs.metric,
            _ => Metric::SquaredError,
        },
        honest_projection,
        yardsticks,
        exclusion: curve,
        ridge,
    }
}

fn proxies(
    inputs: &Inputs,
    loss: Option<f64>,
    yardsticks: &Yardsticks,
    curve: Option<&ExclusionCurve>,
    ridge: Option<&Ridge>,
) -> Result<Proxies, Box<Estimate>> {
    let missing = |reason: &str, message: &str| {
        Box::new(Estimate::absent(Status::MissingInput, reason, message))
    };
    let loss =
        loss.ok_or_else(|| missing("no_validation_loss", "no validation loss to project from"))?;
    let trivial = yardsticks
        .trivial_loss
        .value
        .ok_or_else(|| Box::new(yardsticks.trivial_loss.clone()))?;
    let curve = curve.ok_or_else(|| missing("no_descriptors", "no image could be described"))?;
    let (Some(ratio_five), Some(plateau)) = (curve.ratio_five_nearest.value, curve.plateau.value)
    else {
        return Err(Box::new(curve.ratio_five_nearest.clone()));
    };
    if 5 * yardsticks.n_without_target > inputs.evaluation_rows().len() as u64 {
        return Err(missing(
            "too_few_targets",
            "more than 20 % of the evaluation samples have no target",
        ));
    }
    let unit = |loss: f64| in_metric(inputs, loss);
    let first = curve.points.first();
    let five_nearest = first
        .and_then(|point| point.five_nearest.value)
        .unwrap_or(plateau);
    let copy = first
        .and_then(|point| point.copy_nearest)
        .unwrap_or(five_nearest);
    let ratio_copy = curve.ratio_copy_nearest.value.unwrap_or(ratio_five);
    // For numbers the ratios of the curve are kept as they are; a log loss is not proportional to
    // the error rate.
    let rescaled = |ratio: f64, open: f64| unit(ratio * open) / unit(open);
    let (user, blocked) = ridge.map_or((trivial, trivial), |ridge| {
        (unit(ridge.user_split), unit(ridge.blocked))
    });
    Ok(Proxies {
        loss,
        train_evaluation: inputs.train_loss_evaluation.map(|t| t.value),
        trivial,
        five_nearest: unit(five_nearest),
        copy_nearest: unit(copy),
        plateau: unit(plateau),
        ratio_five: rescaled(ratio_five, five_nearest),
        ratio_copy: rescaled(ratio_copy, copy),
        ridge_blocked: blocked,
        ratio_ridge: if user > 0.0 { blocked / user } else { 1.0 },
    })
}
