//! Bounds on the loss on clean samples from the leaked fraction and the reported loss alone.
//!
//! `L = f L_leak + (1 - f) L_clean` is an identity, so every assumption about `L_leak` is an
//! interval for `L_clean` (contaminated sampling, Horowitz and Manski 1995). These intervals hold
//! for the samples at hand; on new data the loss may be higher still.

use super::interval::Z95;

/// An interval; `hi` may be infinite.
pub(crate) type Range = (f64, f64);

/// Relative standard deviation of per-sample losses that is assumed when none were measured: that
/// of squared errors of Gaussian residuals.
pub(crate) const ASSUMED_SPREAD: f64 = std::f64::consts::SQRT_2;

/// B0: losses lie between 0 and `max_loss`, nothing else is assumed.
#[must_use]
pub(crate) fn range_only(loss: f64, leaked: f64, max_loss: f64) -> Range {
    let lo = ((loss - leaked * max_loss) / (1.0 - leaked)).max(0.0);
    (lo, (loss / (1.0 - leaked)).min(max_loss))
}

/// B1: leakage does not hurt. Sharp: the upper end is reached when leaked samples are fitted
/// perfectly.
#[must_use]
pub fn no_harm(loss: f64, leaked: f64) -> Range {
    (loss, with_advantage(loss, leaked, 1.0))
}

/// B2, B3: leaked samples cannot be fitted better than `floor` (label noise of exact duplicates, or
/// the training loss in evaluation mode). Empty (`hi < lo`) when `floor > loss`.
#[must_use]
pub(crate) fn with_floor(loss: f64, leaked: f64, floor: f64) -> Range {
    (loss, leaked_as(loss, leaked, floor))
}

/// B4: the loss on clean samples if the leaked ones have exactly `leaked_loss`.
#[must_use]
pub(crate) fn leaked_as(loss: f64, leaked: f64, leaked_loss: f64) -> f64 {
    if leaked >= 1.0 {
        return f64::INFINITY;
    }
    (loss - leaked * leaked_loss) / (1.0 - leaked)
}

/// The loss on clean samples if leaked ones are fitted `advantage` (0 to 1) better: `L / (1 - f
/// k)`. Infinite when all are leaked and fitted perfectly.
#[must_use]
pub(crate) fn with_advantage(loss: f64, leaked: f64, advantage: f64) -> f64 {
    loss / (1.0 - leaked * advantage)
}

/// Half the width, on the logarithmic scale, of a 95 % interval for a mean of `n` independent
/// losses with relative standard deviation `spread`.
#[must_use]
pub(crate) fn sampling_half_width(spread: f64, n: f64) -> f64 {
    Z95 * spread / n.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// (f, upper bound, RMSE of it) for a loss of 0.0098.
    const WORKED: [(f64, &str, &str); 5] = [
        (0.05, "0.0103", "0.102"),
        (0.3, "0.0140", "0.118"),
        (0.6, "0.0245", "0.157"),
        (0.9, "0.0980", "0.313"),
        (0.96, "0.2450", "0.495"),
    ];

    #[test]
    fn worked_bounds_agree_to_the_printed_digit() {
        for (f, hi, rmse) in WORKED {
            let range = no_harm(0.0098, f);
            assert_eq!(range.0, 0.0098);
            assert_eq!(format!("{:.4}", range.1), hi);
            assert_eq!(format!("{:.3}", range.1.sqrt()), rmse);
        }
        assert_eq!(format!("{:.3}", 0.0098f64.sqrt()), "0.099");
        let inflation = |f| format!("{:.4}", no_harm(0.0098, f).1 - 0.0098);
        assert_eq!(
            [0.05, 0.3, 0.6, 0.9].map(inflation),
            ["0.0005", "0.0042", "0.0147", "0.0882"]
        );
    }

    #[test]
    fn worked_advantages_agree_to_the_printed_digit() {
        let row =
            |f: f64| [0.25, 0.5, 0.75].map(|k| format!("{:.4}", with_advantage(0.0098, f, k)));
        assert_eq!(row(0.05), ["0.0099", "0.0101", "0.0102"]);
        assert_eq!(row(0.3), ["0.0106", "0.0115", "0.0126"]);
        assert_eq!(row(0.6), ["0.0115", "0.0140", "0.0178"]);
        assert_eq!(row(0.9), ["0.0126", "0.0178", "0.0302"]);
        assert_eq!(row(0.96), ["0.0129", "0.0188", "0.0350"]);
    }

    #[test]
    fn worked_ranges_of_another_validation_set_agree_to_the_printed_digit() {
        let half = |n: f64| sampling_half_width(ASSUMED_SPREAD, n);
        let row = |f: f64| {
            let (lo, hi) = no_harm(0.0098, f);
            // A share 1 - f of 480 independent samples is clean.
            (
                lo * (-half(480.0)).exp(),
                hi * half((1.0 - f) * 480.0).exp(),
            )
        };
        let (lo, hi) = row(0.3);
        assert_eq!(format!("{lo:.4} {hi:.4}"), "0.0086 0.0163");
        let (lo, hi) = row(0.6);
        assert_eq!(format!("{lo:.4} {hi:.4}"), "0.0086 0.0299");
        let (lo, hi) = row(0.9);
        assert_eq!(format!("{lo:.4} {hi:.3}"), "0.0086 0.146");
    }

    #[test]
    fn worked_losses_of_leaked_samples_that_close_the_gap_agree_to_the_printed_digit() {
        // The identity read the other way: clean samples have the training loss of 0.0151.
        let needed = |f: f64| leaked_as(0.0098, 1.0 - f, 0.0151);
        assert!(needed(0.05) < 0.0 && needed(0.3) < 0.0);
        let row = |f| format!("{:.4} {:.0}", needed(f), 100.0 * needed(f) / 0.0151);
        assert_eq!(
            [0.6, 0.9, 0.96].map(row),
            ["0.0063 42", "0.0092 61", "0.0096 63"]
        );
    }

    #[test]
    fn the_printed_dropout_loss_as_a_floor_contradicts_itself() {
        let (lo, hi) = with_floor(0.0098, 0.3, 0.0151);
        assert_eq!(format!("{hi:.4}"), "0.0075");
        assert!(hi < lo);
    }

    proptest! {
        /// Whatever the losses, the identity holds and no assumption that is true excludes the
        /// truth.
        #[test]
        fn true_assumptions_never_exclude_the_clean_loss(
            leaked in prop::collection::vec(0.0f64..1.0, 1..40),
            clean in prop::collection::vec(0.0f64..1.0, 1..40),
            advantage in 0.0f64..=1.0,
        ) {
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let clean_mean = mean(&clean);
            // Scaled so that A1 is true: leaked samples are fitted `advantage` better.
            let scale = (1.0 - advantage) * clean_mean / mean(&leaked).max(1e-300);
            let leaked: Vec<f64> = leaked.iter().map(|l| l * scale).collect();
            let n = (leaked.len() + clean.len()) as f64;
            let f = leaked.len() as f64 / n;
            let loss = (leaked.iter().sum::<f64>() + clean.iter().sum::<f64>()) / n;
            let slack = 1e-9;
            let inside = |(lo, hi): Range| lo <= clean_mean + slack && clean_mean <= hi + slack;
            prop_assert!(inside(no_harm(loss, f)));
            prop_assert!(inside(range_only(loss, f, 1.0f64.max(scale))));
            prop_assert!(inside(with_floor(loss, f, mean(&leaked))));
            prop_assert!((leaked_as(loss, f, mean(&leaked)) - clean_mean).abs() < 1e-9);
            prop_assert!((with_advantage(loss, f, advantage) - clean_mean).abs() < 1e-9);
        }

        #[test]
        fn a_perfect_fit_of_leaked_samples_reaches_the_upper_bound(clean in 0.001f64..1.0, f in 0.0f64..0.99) {
            let (_, hi) = no_harm((1.0 - f) * clean, f);
            prop_assert!((hi - clean).abs() < 1e-9);
        }
    }
}
