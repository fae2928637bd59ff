//! Confidence interval of a ratio of sums over independent groups: the one that is used everywhere.
//!
//! For `R = sum num_g / sum den_g` the influence of group `g` is `r_g = (num_g - R den_g) / sum
//! den`, and `se^2 = G / (G - 1) * sum r_g^2`. Student's t has as many degrees of freedom as there
//! are groups that *matter*: `(sum r^2)^2 / sum r^4`, or fewer when group sizes differ, on the
//! logarithmic scale. Measured coverage of the nominal 95 % is in `docs/explanation.md`. Closed
//! form: no random numbers.

use crate::report::explanation::{CiMethod, Estimate, Status};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Below this many groups an interval carries a warning, and honest-loss estimates refuse.
pub(crate) const FEW_GROUPS: usize = 8;

/// Two-sided 95 % point of the normal distribution.
pub(crate) const Z95: f64 = 1.959_963_984_540_054;

/// One independent group's share of a ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupSum {
    /// Sum of the numerator over the samples of the group.
    pub num: f64,
    /// Sum of the denominator over the samples of the group; often their count.
    pub den: f64,
}

/// Sums `values` (numerator, denominator) by group id, in the order of the ids.
#[must_use]
pub fn sum_by_group(rows: impl Iterator<Item = (u32, f64, f64)>) -> Vec<GroupSum> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|row| row.0);
    let sum = |group: &[(u32, f64, f64)]| GroupSum {
        num: group.iter().map(|row| row.1).sum(),
        den: group.iter().map(|row| row.2).sum(),
    };
    rows.chunk_by(|a, b| a.0 == b.0).map(sum).collect()
}

/// Ratio of sums with its interval. Without groups that allow an interval (fewer than two, or a
/// ratio that is not positive) the estimate is the bare ratio and its message says why.
#[must_use]
pub fn ratio(groups: &[GroupSum], n_used: usize) -> Estimate {
    let total: f64 = groups.iter().map(|group| group.den).sum();
    let value = groups.iter().map(|group| group.num).sum::<f64>() / total;
    if !value.is_finite() {
        return Estimate::absent(
            Status::NotIdentified,
            "no_samples",
            "nothing to average over",
        );
    }
    let influence: Vec<f64> = groups
        .iter()
        .map(|group| (group.num - value * group.den) / total)
        .collect();
    let sizes: Vec<f64> = groups.iter().map(|group| group.den).collect();
    let estimate = Estimate {
        groups_used: Some(groups.len() as u64),
        ..Estimate::exact(value, n_used)
    };
    let Some((lo, hi)) = from_influence(value, &influence, &sizes) else {
        return Estimate {
            reason_code: Some("no_interval".to_owned()),
            ..estimate
                .with_message("no interval: it needs at least two groups and a value above zero")
        };
    };
    let message = if groups.len() < FEW_GROUPS {
        "fewer than 8 independent groups"
    } else {
        ""
    };
    estimate
        .with_interval(lo, hi, CiMethod::GroupedLogT)
        .with_message(message)
}

/// Ends of the 95 % interval, symmetric on the logarithmic scale, of a positive estimate whose
/// groups have these influences (already divided by the total) and sizes. `None` below two groups.
#[must_use]
pub(crate) fn from_influence(value: f64, influence: &[f64], sizes: &[f64]) -> Option<(f64, f64)> {
    let n_groups = influence.len() as f64;
    if influence.len() < 2 || !value.is_finite() || value <= 0.0 {
        return None;
    }
    let df = degrees_of_freedom(influence, sizes, n_groups);
    let half = t_quantile(df) * standard_error(influence) / value;
    Some((value * (-half).exp(), value * half.exp()))
}

/// Mean difference over all samples of the groups, with Student's interval on its own scale: of two
/// models on the same samples, which may differ by nothing.
#[must_use]
pub(crate) fn difference(groups: &[GroupSum], n_used: usize) -> Estimate {
    let total: f64 = groups.iter().map(|group| group.den).sum();
    let value = groups.iter().map(|group| group.num).sum::<f64>() / total;
    let estimate = Estimate {
        groups_used: Some(groups.len() as u64),
        ..Estimate::exact(value, n_used)
    };
    if groups.len() < 2 {
        return estimate.with_message("no interval: all samples are in one group");
    }
    let influence = groups
        .iter()
        .map(|group| (group.num - value * group.den) / total);
    let influence: Vec<f64> = influence.collect();
    let sizes: Vec<f64> = groups.iter().map(|group| group.den).collect();
    let df = degrees_of_freedom(&influence, &sizes, groups.len() as f64);
    let half = t_quantile(df) * standard_error(&influence);
    estimate.with_interval(value - half, value + half, CiMethod::GroupedT)
}

/// Standard error of a sum of independent group influences.
fn standard_error(influence: &[f64]) -> f64 {
    let n_groups = influence.len() as f64;
    (n_groups / (n_groups - 1.0) * sum_of(influence, 2)).sqrt()
}

/// Wilson's interval for a share of `n` samples whose variance is that of groups: the sample size
/// is reduced to `share (1 - share) / se^2`, never raised. Shares of 0 and 1 take the rule of three
/// over groups.
#[must_use]
pub(crate) fn share(groups: &[GroupSum]) -> Estimate {
    let n: f64 = groups.iter().map(|group| group.den).sum();
    let hits: f64 = groups.iter().map(|group| group.num).sum();
    let value = hits / n;
    let estimate = Estimate {
        groups_used: Some(groups.len() as u64),
        ..Estimate::exact(value, n as usize)
    };
    if groups.is_empty() || n <= 0.0 {
        return Estimate::absent(Status::NotIdentified, "no_samples", "no evaluation samples");
    }
    let slack = (3.0 / groups.len() as f64).min(1.0);
    if hits <= 0.0 {
        return estimate.with_interval(0.0, slack, CiMethod::RuleOfThree);
    }
    if hits >= n {
        return estimate.with_interval(1.0 - slack, 1.0, CiMethod::RuleOfThree);
    }
    if groups.len() < 2 {
        return estimate.with_message("no interval: all samples are in one group");
    }
    let influence: Vec<f64> = groups
        .iter()
        .map(|group| (group.num - value * group.den) / n)
        .collect();
    let variance = standard_error(&influence)
        .powi(2)
        .max(value * (1.0 - value) / n);
    let effective = value * (1.0 - value) / variance;
    let (lo, hi) = wilson(value, effective);
    estimate.with_interval(lo, hi, CiMethod::GroupedWilson)
}

/// Wilson's score interval for a share observed in `n` independent samples (`n` may be fractional).
fn wilson(share: f64, n: f64) -> (f64, f64) {
    let z2 = Z95 * Z95;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

fn degrees_of_freedom(influence: &[f64], sizes: &[f64], n_groups: f64) -> f64 {
    let fourth = sum_of(influence, 4);
    let by_influence = if fourth > 0.0 {
        sum_of(influence, 2).powi(2) / fourth
    } else {
        n_groups
    };
    let mean = sizes.iter().sum::<f64>() / n_groups;
    let spread = sizes.iter().map(|size| (size - mean).powi(2)).sum::<f64>() / n_groups;
    let by_size = n_groups / (1.0 + spread / (mean * mean));
    (by_influence.min(by_size) - 1.0).max(1.0)
}

fn sum_of(influence: &[f64], power: i32) -> f64 {
    influence.iter().map(|r| r.powi(power)).sum()
}

/// 97.5 % point of Student's t with `df >= 1` degrees of freedom.
pub(crate) fn t_quantile(df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal_groups(values: &[f64]) -> Vec<GroupSum> {
        values
            .iter()
            .map(|&num| GroupSum { num, den: 1.0 })
            .collect()
    }

    #[test]
    fn equal_influences_give_the_textbook_t_interval_on_the_log_scale() {
        let estimate = ratio(&equal_groups(&[1.0, 3.0, 1.0, 3.0]), 4);
        // mean 2, se 0.57735, df 3, t 3.18245: exp(3.18245 * 0.57735 / 2) = 2.5059
        assert_eq!(estimate.value, Some(2.0));
        assert!((estimate.hi.unwrap() / 2.0 - 2.5059).abs() < 1e-3);
        assert!((2.0 / estimate.lo.unwrap() - 2.5059).abs() < 1e-3);
    }

    #[test]
    fn a_difference_has_the_textbook_t_interval() {
        let estimate = difference(&equal_groups(&[1.0, -1.0, 1.0, -1.0]), 4);
        // mean 0, se 0.57735, df 3, t 3.18245
        assert_eq!(estimate.value, Some(0.0));
        assert!((estimate.hi.unwrap() - 1.8374).abs() < 1e-3);
        assert!((estimate.lo.unwrap() + 1.8374).abs() < 1e-3);
        assert_eq!(difference(&equal_groups(&[1.0]), 1).lo, None);
    }

    #[test]
    fn one_group_has_a_value_but_no_interval() {
        let estimate = ratio(&equal_groups(&[0.5]), 1);
        assert_eq!((estimate.value, estimate.lo), (Some(0.5), None));
        assert_eq!(estimate.reason_code.as_deref(), Some("no_interval"));
    }

    #[test]
    fn one_dominant_group_widens_the_interval() {
        let even = ratio(&equal_groups(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]), 6);
        let heavy = ratio(&equal_groups(&[1.0, 1.0, 1.0, 1.0, 1.0, 4.0]), 6);
        assert_eq!(even.value, heavy.value);
        assert!(heavy.hi > even.hi);
    }

    #[test]
    fn share_of_zero_uses_the_rule_of_three_over_groups() {
        let groups = vec![
            GroupSum {
                num: 0.0,
                den: 10.0
            };
            30
        ];
        let estimate = share(&groups);
        assert_eq!((estimate.lo, estimate.hi), (Some(0.0), Some(0.1)));
    }

    #[test]
    fn whole_groups_that_leak_together_count_as_one_observation() {
        let together: Vec<_> = (0..20)
            .map(|g| GroupSum {
                num: if g % 2 == 0 { 50.0 } else { 0.0 },
                den: 50.0,
            })
            .collect();
        let apart = vec![
            GroupSum {
                num: 25.0,
                den: 50.0
            };
            20
        ];
        let width = |estimate: Estimate| estimate.hi.unwrap() - estimate.lo.unwrap();
        assert!(width(share(&together)) > 5.0 * width(share(&apart)));
    }

    #[test]
    fn nothing_gives_no_number() {
        assert_eq!(ratio(&[], 0).status, Status::NotIdentified);
        assert_eq!(share(&[]).status, Status::NotIdentified);
    }
}
