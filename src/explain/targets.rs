//! T2: what the targets add: yardsticks, the memoriser, the exclusion curve and the projection.

use super::descriptors::Descriptors;
use super::estimate::{Estimate, Status};
use super::exclusion::ExclusionCurve;
use super::exposure::{Exposure, Exposures};
use super::inputs::{Inputs, Metric, Targets};
use super::neighbours::{Query, Window};
use super::projection::{Proxies, memorisation, project};
use super::ridge::{Ridge, ridge};
use super::yardsticks::{Yardsticks, metric_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A lookup table whose loss is at most this many times the reported one cannot be told from the model.
const INDISTINGUISHABLE: f64 = 1.25;
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

/// What a lookup table scores.
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
        Err(Estimate::absent(
            Status::NotApplicable,
            "no_leak",
            "no leak found: there is nothing to project",
        ))
    };
    let weight = proxies.as_ref().ok().map(memorisation);
    FromTargets {
        memoriser: memoriser(inputs, loss, &parts),
        proxy_metric: if matches!(inputs.targets, Targets::Classes(_)) {
            Metric::ErrorRate
        } else {
            metric
        },
        honest_projection: proxies.as_ref().map_or_else(Clone::clone, project),
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
) -> Result<Proxies, Estimate> {
    let missing =
        |reason: &str, message: &str| Estimate::absent(Status::MissingInput, reason, message);
    let loss =
        loss.ok_or_else(|| missing("no_validation_loss", "no validation loss to project from"))?;
    let trivial = yardsticks
        .trivial_loss
        .value
        .ok_or_else(|| yardsticks.trivial_loss.clone())?;
    let curve = curve.ok_or_else(|| missing("no_descriptors", "no image could be described"))?;
    let (Some(ratio_five), Some(plateau)) = (curve.ratio_five_nearest.value, curve.plateau.value)
    else {
        return Err(curve.ratio_five_nearest.clone());
    };
    if 5 * yardsticks.n_without_target > inputs.evaluation_rows().len() as u64 {
        return Err(missing(
            "too_few_targets",
            "more than 20 % of the evaluation samples have no target",
        ));
    }
    let blocked = ridge.map_or(trivial, |ridge| ridge.blocked);
    // For classes the proxies measure the error rate; only their ratios are carried over.
    let five_nearest = curve
        .points
        .first()
        .and_then(|point| point.five_nearest.value)
        .unwrap_or(plateau);
    Ok(Proxies {
        loss,
        train_evaluation: inputs.train_loss_evaluation.map(|t| t.value),
        trivial,
        five_nearest,
        plateau,
        ratio_five,
        ratio_copy: curve.ratio_copy_nearest.value.unwrap_or(ratio_five),
        ridge_blocked: blocked,
        ratio_ridge: ridge.and_then(|ridge| ridge.ratio.value).unwrap_or(1.0),
    })
}

fn memoriser(inputs: &Inputs, loss: Option<f64>, parts: &Parts) -> Memoriser {
    let first = parts
        .exclusion
        .as_ref()
        .and_then(|curve| curve.points.first());
    let copy = first.and_then(|point| point.copy_nearest);
    let five = first.and_then(|point| point.five_nearest.value);
    let on_near = copy_on_near(inputs, parts);
    let table = copy.into_iter().chain(five).reduce(f64::min);
    // Only a loss in the proxies' own unit can be compared with them.
    let comparable =
        !matches!(inputs.targets, Targets::Classes(_)) || inputs.metric == Metric::ErrorRate;
    let indistinguishable = table
        .zip(loss)
        .filter(|_| comparable)
        .map(|(table, loss)| table <= INDISTINGUISHABLE * loss);
    let four = super::wording::loss;
    let message = match (copy, five, loss, indistinguishable) {
        (Some(copy), Some(five), Some(loss), Some(true)) => format!(
            "A lookup table that copies the nearest training label scores {} (5 nearest: {}) on your validation set; your network scores {}. The number cannot tell your network from a lookup table.",
            four(copy),
            four(five),
            four(loss)
        ),
        (Some(copy), Some(five), Some(loss), Some(false)) => format!(
            "A lookup table that copies the nearest training label scores {} (5 nearest: {}); your network scores {}, clearly better.",
            four(copy),
            four(five),
            four(loss)
        ),
        (Some(copy), Some(five), ..) => format!(
            "A lookup table that copies the nearest training label scores {} (5 nearest: {}).",
            four(copy),
            four(five)
        ),
        _ => String::new(),
    };
    Memoriser {
        copy_nearest: copy,
        copy_nearest_on_near: on_near.map(|(loss, _)| loss),
        five_nearest: five,
        reach: reach(loss, parts, on_near, comparable),
        indistinguishable,
        message,
    }
}

/// Mean loss of copying on near samples, and the share of samples that are near.
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
    (!losses.is_empty()).then(|| {
        (
            mean,
            losses.len() as f64 / parts.exposures.rows.len() as f64,
        )
    })
}

fn reach(
    loss: Option<f64>,
    parts: &Parts,
    on_near: Option<(f64, f64)>,
    comparable: bool,
) -> Estimate {
    let (Some(loss), Some(trivial), Some((copy, share)), true) = (
        loss,
        parts.yardsticks.trivial_loss.value,
        on_near,
        comparable,
    ) else {
        return Estimate::absent(
            Status::MissingInput,
            "not_comparable",
            "needs a loss in the unit of the targets and leaked samples",
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
