//! A share that never stands alone: count, denominator and interval.

use serde::{Deserialize, Serialize};

/// `count` of `denominator`, with the 95 % interval of Wilson.
///
/// A share of nothing is `null`, not 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rate {
    /// Numerator.
    pub count: u64,
    /// Denominator.
    pub denominator: u64,
    /// `count / denominator`, `null` when the denominator is 0.
    pub fraction: Option<f64>,
    /// Lower and upper end of the 95 % Wilson score interval, `null` when the denominator is 0.
    /// It treats samples as independent, which frames of a video are not.
    pub ci95: Option<[f64; 2]>,
}

/// 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

impl Rate {
    /// The share of `count` in `denominator`.
    #[must_use]
    pub fn new(count: u64, denominator: u64) -> Self {
        if denominator == 0 {
            return Self {
                count,
                denominator,
                fraction: None,
                ci95: None,
            };
        }
        let (n, fraction) = (denominator as f64, count as f64 / denominator as f64);
        Self {
            count,
            denominator,
            fraction: Some(fraction),
            ci95: Some(wilson(fraction, n)),
        }
    }
}

/// Wilson, E. B. (1927), Probable inference, the law of succession, and
/// statistical inference, JASA 22: 209-212.
fn wilson(fraction: f64, n: f64) -> [f64; 2] {
    let scale = 1.0 + Z * Z / n;
    let centre = fraction + Z * Z / (2.0 * n);
    let half = Z * (fraction * (1.0 - fraction) / n + Z * Z / (4.0 * n * n)).sqrt();
    // At 0 and 1 one end is the fraction itself; rounding must not move it.
    let low = if fraction == 0.0 {
        0.0
    } else {
        (centre - half) / scale
    };
    let high = if fraction == 1.0 {
        1.0
    } else {
        (centre + half) / scale
    };
    [low.max(0.0), high.min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_the_published_one() {
        // Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3.
        for (count, n, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let [found_low, found_high] = Rate::new(count, n).ci95.unwrap();
            assert!(
                (found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5,
                "{count}/{n}"
            );
        }
    }

    #[test]
    fn a_share_of_nothing_is_not_zero() {
        assert_eq!(Rate::new(0, 0).fraction, None);
        assert_eq!(Rate::new(0, 0).ci95, None);
    }

    #[test]
    fn the_interval_holds_its_fraction_at_both_ends() {
        assert_eq!(Rate::new(0, 9).ci95.unwrap()[0], 0.0);
        assert_eq!(Rate::new(9, 9).ci95.unwrap()[1], 1.0);
    }
}
