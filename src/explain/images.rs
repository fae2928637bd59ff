//! T0: what images, names and the split tell without any loss.

use super::estimate::{Estimate, Status};
use super::exposure::{Exposure, Exposures, classify};
use super::inputs::{Inputs, Setting};
use super::interleaving::{Interleaving, interleaving};
use super::interval::{share, sum_by_group};
use super::nearness::too_close;
use super::neighbours::{Query, Window};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Decorrelation lag when no targets tell it: two seconds, or this many steps without a clock.
const DEFAULT_LAG_STEPS: u32 = 20;
const DEFAULT_LAG_SECONDS: f64 = 2.0;

/// What T0 found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FromImages {
    /// Evaluation samples.
    pub n_validation: u64,
    /// Training samples.
    pub n_training: u64,
    /// Evaluation samples per exposure class, most exposed first.
    pub classes: Vec<ClassCount>,
    /// Share with a twin in training.
    pub f_twin: Estimate,
    /// Share with a twin or an adjacent frame in training.
    pub f_near: Estimate,
    /// Share that is not clean. Every upper bound uses this one.
    pub f_exposed: Estimate,
    /// Share that is closer to training than its group allows, without a threshold; a lower bound.
    pub f_too_close: Estimate,
    /// Share with a twin at the three detector settings.
    pub f_sensitivity: Sensitivity,
    /// Share that is not clean, at the three detector settings.
    pub f_exposed_sensitivity: Sensitivity,
    /// Training twins per sample that has any: median, 90th percentile, most.
    pub twins_per_leaked: Option<[u32; 3]>,
    /// Steps to the nearest training frame of the same recording: 5, 25, 50, 75 and 95 % quantiles.
    pub lag_quantiles_steps: Option<[u32; 5]>,
    /// Decorrelation lag used for the class `shadowed`, in steps.
    pub decorrelation_lag_steps: u32,
    /// Whether that lag was measured from the targets, not assumed.
    pub decorrelation_lag_measured: bool,
    /// Independent groups of evaluation samples.
    pub n_groups_validation: u64,
    /// Effective number of independent evaluation samples if groups are perfectly correlated; the best case is `n_validation`.
    pub n_effective_worst: f64,
    /// Alternation of the two sides in recordings.
    pub interleaving: Interleaving,
    /// Share of ordered evaluation frames with a training frame at most one step away.
    pub adjacent_share: Option<f64>,
}

/// Evaluation samples of one exposure class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassCount {
    /// The class.
    pub class: Exposure,
    /// How many.
    pub n: u64,
}

/// Share of evaluation samples by detector setting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// Strict setting.
    pub strict: f64,
    /// Default setting.
    pub default: f64,
    /// Loose setting.
    pub loose: f64,
}

/// The decorrelation lag to assume before targets tell one, in steps.
#[must_use]
pub fn default_lag(inputs: &Inputs) -> u32 {
    let seconds = inputs.seconds_per_step.filter(|&seconds| seconds > 0.0);
    seconds.map_or(DEFAULT_LAG_STEPS, |seconds| {
        (DEFAULT_LAG_SECONDS / seconds).round().clamp(1.0, 10_000.0) as u32
    })
}

/// Puts T0 together from exposures that were classified with `lag`.
#[must_use]
pub fn from_images(
    inputs: &Inputs,
    exposures: &Exposures,
    queries: &[Query],
    groups: &[u32],
    lag: u32,
    lag_measured: bool,
) -> FromImages {
    let leaked = |wanted: fn(Exposure) -> bool| {
        let rows = exposures.rows.iter().zip(&exposures.class);
        share(&sum_by_group(rows.map(|(&row, &class)| {
            (
                groups[row as usize],
                f64::from(u8::from(wanted(class))),
                1.0,
            )
        })))
    };
    let n = exposures.rows.len() as f64;
    let sizes = sum_by_group(
        exposures
            .rows
            .iter()
            .map(|&row| (groups[row as usize], 1.0, 1.0)),
    );
    let at_each = |wanted: fn(Exposure) -> bool| {
        let at = |setting| classify(inputs, lag, setting).share(wanted);
        Sensitivity {
            strict: at(Setting::Strict),
            default: at(Setting::Default),
            loose: at(Setting::Loose),
        }
    };
    let ordered: Vec<u32> = exposures.lag.iter().flatten().copied().collect();
    let placed = exposures
        .rows
        .iter()
        .filter(|&&row| inputs.rows[row as usize].place.is_some())
        .count();
    let adjacent = ordered
        .iter()
        .filter(|&&lag| lag <= super::exposure::ADJACENT_LAG)
        .count();
    FromImages {
        n_validation: exposures.rows.len() as u64,
        n_training: (inputs.rows.len() - exposures.rows.len()) as u64,
        classes: Exposure::ALL
            .map(|class| ClassCount {
                class,
                n: exposures.class.iter().filter(|&&c| c == class).count() as u64,
            })
            .to_vec(),
        f_twin: leaked(|class| class == Exposure::Twin),
        f_near: leaked(|class| class <= Exposure::Adjacent),
        f_exposed: leaked(|class| class != Exposure::Clean),
        f_too_close: threshold_free(inputs, queries, groups, lag),
        f_sensitivity: at_each(|class| class == Exposure::Twin),
        f_exposed_sensitivity: at_each(|class| class != Exposure::Clean),
        twins_per_leaked: quantiles(
            exposures.n_twins.iter().copied().filter(|&n| n > 0),
            [0.5, 0.9, 1.0],
        ),
        lag_quantiles_steps: quantiles(ordered.iter().copied(), [0.05, 0.25, 0.5, 0.75, 0.95]),
        decorrelation_lag_steps: lag,
        decorrelation_lag_measured: lag_measured,
        n_groups_validation: sizes.len() as u64,
        n_effective_worst: n * n / sizes.iter().map(|group| group.den * group.den).sum::<f64>(),
        interleaving: interleaving(inputs),
        adjacent_share: (placed > 0).then(|| adjacent as f64 / placed as f64),
    }
}

fn threshold_free(inputs: &Inputs, queries: &[Query], groups: &[u32], lag: u32) -> Estimate {
    let ordered = inputs.rows.iter().any(|row| row.place.is_some());
    let declared = inputs.rows.iter().any(|row| row.group.is_some());
    if inputs.descriptors.is_none() {
        return Estimate::absent(
            Status::MissingInput,
            "no_descriptors",
            "no image could be described",
        );
    }
    if !ordered && !declared {
        return Estimate::absent(
            Status::MissingInput,
            "no_groups",
            "no recordings or groups are known",
        );
    }
    let window = if ordered {
        Window::up_to(lag)
    } else {
        Window::LEAK_GROUP
    };
    too_close(queries, window, groups, inputs.seed)
}

fn quantiles<const N: usize>(values: impl Iterator<Item = u32>, at: [f64; N]) -> Option<[u32; N]> {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    Some(at.map(|q| values[(q * last as f64).round() as usize]))
}
