//! T2: what the targets add: yardsticks, the lookup table, the exclusion curve and the projection.

use super::descriptors::Descriptors;
use super::estimate::{Estimate, Status};
use super::exclusion::ExclusionCurve;
use super::exposure::{Exposure, Exposures};
use super::inputs::{Inputs, Metric, Targets};
use super::memoriser::{Memoriser, in_metric, memoriser};
use super::neighbours::Query;
use super::projection::{Proxies, memorisation, project};
use super::ridge::{Ridge, ridge};
use super::yardsticks::{Yardsticks, metric_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pairs below which the label noise of exact duplicates is not estimated.
const NOISE_PAIRS: usize = 30;

/// What T2 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromTargets {
    /// Losses that need no image.
    pub yardsticks: Yardsticks,
    /// What the proxies' losses are: the metric of the targets, except that classes use the error rate.
    pub proxy_metric: Metric,
    /// Copying labels of training images.
    pub memoriser: Memoriser,
    /// The exclusion curve; `null` without descriptors.
    pub exclusion: Option<ExclusionCurve>,
    /// The learner that does not memorise; `null` when it could not be fitted.
    pub ridge: Option<Ridge>,
    /// How far the model memorises, 0 to 1.
    pub memorisation: Option<f64>,
    /// Whether that is an assumption (0.5), for want of the training loss in evaluation mode.
    pub memorisation_assumed: bool,
    /// Loss on the same samples had their leak groups been absent from training.
    pub honest_projection: Estimate,
    /// Smallest loss any honest model can have on exact duplicates whose targets differ.
    pub label_noise_floor: Estimate,
}

/// Puts T2 together from parts that were computed before. `loss` is the reported validation loss.
#[must_use]
pub fn from_targets(inputs: &Inputs, loss: Option<f64>, parts: Parts) -> FromTargets {
    let metric = metric_of(inputs.metric, inputs.targets);
    let ridge = inputs
        .descriptors
        .and_then(|descriptors: &Descriptors| ridge(inputs, descriptors, parts.groups, parts.lag));
    let proxies = if parts.exposures.share(|class| class == Exposure::Clean) < 1.0 {
        proxies(
            inputs,
            loss,
            &parts.yardsticks,
            parts.exclusion.as_ref(),
            ridge.as_ref(),
        )
    } else {
        Err(Box::new(Estimate::absent(
            Status::NotApplicable,
            "no_leak",
            "no leak found: there is nothing to project",
        )))
    };
    let weight = proxies.as_ref().ok().map(memorisation);
    FromTargets {
        memoriser: memoriser(inputs, loss, &parts),
        proxy_metric: if matches!(inputs.targets, Targets::Classes(_)) {
            Metric::ErrorRate
        } else {
            metric
        },
        honest_projection: proxies
            .as_ref()
            .map_or_else(|absent| (**absent).clone(), project),
        memorisation: weight.map(|(w, _)| w),
        memorisation_assumed: weight.is_some_and(|(_, assumed)| assumed),
        label_noise_floor: noise_floor(inputs),
        yardsticks: parts.yardsticks,
        exclusion: parts.exclusion,
        ridge,
    }
}

/// What T2 is put together from.
#[derive(Debug)]
pub struct Parts<'a> {
    /// Units of intervals, one per row.
    pub groups: &'a [u32],
    /// Exposure classes.
    pub exposures: &'a Exposures,
    /// Neighbours.
    pub queries: &'a [Query],
    /// Decorrelation lag, in steps.
    pub lag: u32,
    /// Losses that need no image.
    pub yardsticks: Yardsticks,
    /// The curve.
    pub exclusion: Option<ExclusionCurve>,
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
    // For numbers the ratios of the curve are kept as they are; a log loss is not proportional to the error rate.
    let rescaled = |ratio: f64, open: f64| unit(ratio * open) / unit(open);
    let (user, blocked) = ridge.map_or((trivial, trivial), |ridge| {
        (unit(ridge.user_split), unit(ridge.blocked))
    });
    Ok(Proxies {
        loss,
        train_evaluation: inputs.train_loss_evaluation.map(|t| t.value),
        trivial,
        five_nearest: unit(five_nearest),
        plateau: unit(plateau),
        ratio_five: rescaled(ratio_five, five_nearest),
        ratio_copy: rescaled(ratio_copy, copy),
        ridge_blocked: blocked,
        ratio_ridge: if user > 0.0 { blocked / user } else { 1.0 },
    })
}

/// Half the mean squared difference of targets over exact duplicates: no function of the image does better on them.
fn noise_floor(inputs: &Inputs) -> Estimate {
    if !matches!(inputs.targets, Targets::Numbers(_)) {
        return Estimate::absent(
            Status::NotApplicable,
            "not_numbers",
            "defined for numbers only",
        );
    }
    let exact = inputs.twins.iter().filter(|twin| twin.exact);
    let differences: Vec<f64> = exact
        .filter_map(|t| {
            Some(
                (inputs.targets.number(t.a as usize)? - inputs.targets.number(t.b as usize)?)
                    .powi(2),
            )
        })
        .collect();
    if differences.len() < NOISE_PAIRS {
        return Estimate::absent(
            Status::NotIdentified,
            "few_pairs",
            "fewer than 30 exact duplicates with targets",
        );
    }
    Estimate::exact(
        differences.iter().sum::<f64>() / (2.0 * differences.len() as f64),
        2 * differences.len(),
    )
}
