//! Projection of the loss on the same samples had their leak groups been absent from training.
//!
//! Two learners that can be retrained in a second bracket the user's: ridge, which hardly
//! memorises, and nearest neighbours, which do nothing else. How close the user's model is to
//! either is read from its training loss. The margin of 1.5 was calibrated on simulated worlds and
//! one real drive (`docs/explanation.md`); it is not a confidence interval.

use crate::report::explanation::{Assumption, CiMethod, Estimate, Status};
use crate::wording::{self, times};

/// Factor by which the range exceeds the proxies on either side.
pub(crate) const MARGIN: f64 = 1.5;

/// A loss more than this many times that of the copying learners is not near theirs, and their
/// ratios say nothing of it. The number is a convention: no simulation stands behind it.
pub(crate) const NEAR: f64 = 3.0;

/// A range whose ends differ by more than this factor says nothing.
pub(crate) const WIDEST: f64 = 10.0;

/// What the projection is made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Proxies {
    /// Reported validation loss.
    pub loss: f64,
    /// Training loss in evaluation mode.
    pub train_evaluation: Option<f64>,
    /// Loss of the best constant.
    pub trivial: f64,
    /// Five nearest with nothing hidden.
    pub five_nearest: f64,
    /// Copying the nearest with nothing hidden.
    pub copy_nearest: f64,
    /// Plateau of the five nearest.
    pub plateau: f64,
    /// Plateau over start, five nearest.
    pub ratio_five: f64,
    /// Plateau over start, copying the nearest.
    pub ratio_copy: f64,
    /// Ridge with blocks left out.
    pub ridge_blocked: f64,
    /// Ridge, blocked over user split.
    pub ratio_ridge: f64,
}

/// How far the user's model memorises: 0 like an honest simple learner, 1 interpolating. 0.5 when
/// the training loss in evaluation mode is not known.
fn memorisation(proxies: &Proxies) -> f64 {
    let best = best_honest(proxies);
    proxies
        .train_evaluation
        .map_or(0.5, |t| (1.0 - t / best).clamp(0.0, 1.0))
}

/// The projected loss: centre `L ridge^(1-w) knn^w`, range from `L ridge / 1.5` to `1.5 L max(knn,
/// copy)`.
#[must_use]
pub(crate) fn project(proxies: &Proxies) -> Estimate {
    if proxies.loss >= proxies.trivial {
        return Estimate::absent(
            Status::NotApplicable,
            "no_better_than_constant",
            "the network is no better than a constant: nothing is projected",
        );
    }
    if best_honest(proxies) > 0.97 * proxies.trivial && proxies.five_nearest > 0.9 * proxies.trivial
    {
        return Estimate::absent(
            Status::NotIdentified,
            "proxies_blind",
            "our proxies cannot read these targets from the images; the projection is withheld",
        );
    }
    let copying = proxies.five_nearest.min(proxies.copy_nearest);
    if proxies.loss > NEAR * copying {
        return Estimate::absent(
            Status::NotApplicable,
            "far_from_copying",
            format!(
                "copying the nearest training label scores {}, {} times less",
                wording::loss(copying),
                times(proxies.loss / copying)
            ),
        );
    }
    let ridge = proxies.ratio_ridge.max(1.0);
    let five = proxies.ratio_five.max(1.0);
    let copy = proxies.ratio_copy.max(1.0);
    let weight = memorisation(proxies);
    let centre = proxies.loss * ridge.powf(1.0 - weight) * five.powf(weight);
    let lo = proxies.loss * ridge / MARGIN;
    let hi = proxies.loss * five.max(copy).max(ridge) * MARGIN;
    if hi > WIDEST * lo {
        return Estimate::absent(
            Status::NotIdentified,
            "range_too_wide",
            "the learners that stand for the network lose so differently that a projection says nothing",
        );
    }
    let estimate = Estimate {
        status: Status::Projection,
        ..Estimate::exact(centre, 0)
    };
    let message = if lo < proxies.loss {
        "a projection, not a confidence interval; its lower end is below the reported loss and means no leak effect"
    } else {
        "a projection, not a confidence interval"
    };
    estimate
        .with_interval(lo, hi, CiMethod::Margin)
        .assuming(&[Assumption::A0, Assumption::A7])
        .with_message(message)
}

/// Keeps a projection inside of what leaked shares allow: between the reported loss and the same
/// divided by the clean share, if leakage does not hurt and leaked samples are as hard as the rest.
/// Nothing is kept where so few samples are clean that the bounds say nothing.
#[must_use]
pub(crate) fn within_bounds(
    projected: Estimate,
    loss: f64,
    leaked: f64,
    most: Option<f64>,
) -> Estimate {
    let useful = leaked <= super::losses::ALMOST_ALL;
    let lowest = if useful { loss } else { 0.0 };
    let highest = if useful {
        loss / (1.0 - leaked)
    } else {
        f64::INFINITY
    };
    let highest = highest.min(most.unwrap_or(f64::INFINITY)).max(lowest);
    let kept = |end: Option<f64>| end.map(|end| end.clamp(lowest, highest));
    Estimate {
        value: kept(projected.value),
        lo: kept(projected.lo),
        hi: kept(projected.hi),
        ..projected
    }
}

fn best_honest(proxies: &Proxies) -> f64 {
    proxies
        .plateau
        .min(proxies.ridge_blocked)
        .min(proxies.trivial)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures of the real drive, from `docs/explanation.md`.
    const DRIVE: Proxies = Proxies {
        loss: 0.0087,
        train_evaluation: Some(0.0012),
        trivial: 0.0178,
        five_nearest: 0.0081,
        copy_nearest: 0.0101,
        plateau: 0.0136,
        ratio_five: 1.69,
        ratio_copy: 1.96,
        ridge_blocked: 0.0142,
        ratio_ridge: 1.07,
    };

    #[test]
    fn a_forest_on_the_real_drive_is_projected_as_published() {
        let estimate = project(&DRIVE);
        assert!((memorisation(&DRIVE) - 0.91).abs() < 0.005);
        assert_eq!(format!("{:.4}", estimate.value.unwrap()), "0.0141");
        assert_eq!(format!("{:.4}", estimate.lo.unwrap()), "0.0062");
        assert!(
            estimate.lo.unwrap() < 0.0121 && 0.0121 < estimate.hi.unwrap(),
            "the retrained loss"
        );
    }

    #[test]
    fn an_unknown_training_loss_takes_the_middle() {
        assert_eq!(
            memorisation(&Proxies {
                train_evaluation: None,
                ..DRIVE
            }),
            0.5
        );
    }

    #[test]
    fn a_network_that_cannot_have_copied_is_not_projected() {
        let reason = |loss| project(&Proxies { loss, ..DRIVE }).reason_code;
        assert_eq!(reason(0.0178).as_deref(), Some("no_better_than_constant"));
        assert_eq!(reason(0.60).as_deref(), Some("no_better_than_constant"));
        assert_eq!(reason(0.0170), None);
        let smooth = Proxies {
            five_nearest: 0.0005,
            copy_nearest: 0.0002,
            ..DRIVE
        };
        assert_eq!(
            project(&smooth).reason_code.as_deref(),
            Some("far_from_copying")
        );
        assert_eq!(
            project(&Proxies {
                loss: 0.0006,
                ..smooth
            })
            .reason_code,
            None
        );
    }

    #[test]
    fn a_projection_stays_inside_the_bounds_of_the_leaked_share() {
        let projected = project(&DRIVE);
        let ends = |leaked| {
            let kept = within_bounds(projected.clone(), DRIVE.loss, leaked, None);
            (kept.lo.unwrap(), kept.value.unwrap(), kept.hi.unwrap())
        };
        let (lo, value, hi) = ends(0.07);
        assert!(lo >= DRIVE.loss && lo <= value && value <= hi);
        assert!(hi <= DRIVE.loss / 0.93 + 1e-12, "{hi}");
        assert_eq!(ends(0.99).0, projected.lo.unwrap(), "no bound of use");
        let most = within_bounds(projected.clone(), DRIVE.loss, 0.99, Some(0.015));
        assert_eq!(most.hi, Some(0.015));
    }

    #[test]
    fn learners_that_lose_too_differently_are_not_projected_from() {
        let apart = Proxies {
            ratio_copy: 9.0,
            ..DRIVE
        };
        assert_eq!(
            project(&apart).reason_code.as_deref(),
            Some("range_too_wide")
        );
        assert!(
            project(&Proxies {
                ratio_copy: 4.0,
                ..DRIVE
            })
            .value
            .is_some()
        );
    }

    #[test]
    fn proxies_that_see_nothing_project_nothing() {
        let blind = Proxies {
            five_nearest: 0.0175,
            plateau: 0.0178,
            ridge_blocked: 0.0178,
            ..DRIVE
        };
        assert_eq!(
            project(&blind).reason_code.as_deref(),
            Some("proxies_blind")
        );
    }
}
