//! T0: shares of exposed evaluation samples, with intervals over independent groups.

use super::exposure::{ADJACENT_LAG, Exposures, classify};
use super::inputs::{Inputs, Setting};
use super::interval::{share, sum_by_group};
use crate::report::explanation::{ClassCount, Exposure, FromImages, Sensitivity};

/// Decorrelation lag when no targets tell it: two seconds, or this many steps without a clock.
const DEFAULT_LAG_STEPS: u32 = 20;
const DEFAULT_LAG_SECONDS: f64 = 2.0;

/// The decorrelation lag to assume before targets tell one, in steps.
#[must_use]
pub(crate) fn default_lag(inputs: &Inputs) -> u32 {
    lag_of(inputs.seconds_per_step)
}

/// Steps of this many seconds in which nothing is known to be forgotten: two seconds of them, or
/// twenty where no clock tells how long one is.
#[must_use]
pub(crate) fn lag_of(seconds_per_step: Option<f64>) -> u32 {
    let seconds = seconds_per_step.filter(|&seconds| seconds > 0.0);
    seconds.map_or(DEFAULT_LAG_STEPS, |seconds| {
        (DEFAULT_LAG_SECONDS / seconds).round().clamp(1.0, 10_000.0) as u32
    })
}

/// Puts T0 together from exposures that were classified with `lag`.
#[must_use]
pub(crate) fn from_images(
    inputs: &Inputs,
    exposures: &Exposures,
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
    let placed = inputs.rows.iter().filter(|row| row.place.is_some());
    let placed_evaluation = placed.clone().filter(|row| row.evaluation).count();
    let near = |lag: &u32| *lag <= ADJACENT_LAG;
    let adjacent = exposures.lag.iter().flatten().copied().filter(near).count();
    let training_share = 1.0 - placed_evaluation as f64 / placed.count() as f64;
    let of_placed = |share: f64| (placed_evaluation > 0).then_some(share);
    FromImages {
        n_validation: exposures.rows.len() as u64,
        n_training: (inputs.rows.len() - exposures.rows.len()) as u64,
        classes: Exposure::ALL
            .map(|class| ClassCount {
                class,
                n: exposures.class.iter().filter(|&&c| c == class).count() as u64,
            })
            .to_vec(),
        shared: match exposures.class.contains(&Exposure::Together) {
            true => inputs
                .together
                .shared
                .iter()
                .map(|&s| s.to_owned())
                .collect(),
            false => Vec::new(),
        },
        f_twin: leaked(|class| class == Exposure::Twin),
        f_near: leaked(|class| class <= Exposure::Adjacent),
        f_exposed: leaked(|class| class != Exposure::Clean),
        f_sensitivity: at_each(|class| class == Exposure::Twin),
        f_exposed_sensitivity: at_each(|class| class != Exposure::Clean),
        seconds_per_step: inputs.seconds_per_step,
        decorrelation_lag_steps: lag,
        decorrelation_lag_measured: lag_measured,
        n_groups_validation: sizes.len() as u64,
        n_effective_worst: n * n / sizes.iter().map(|group| group.den * group.den).sum::<f64>(),
        interleaving: inputs.interleaving,
        adjacent_share: of_placed(adjacent as f64 / placed_evaluation as f64),
        // Neither of the two neighbours in training has a chance of the evaluation share, squared.
        adjacent_share_expected_random: of_placed(1.0 - (1.0 - training_share).powi(2)),
    }
}
