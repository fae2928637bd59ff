//! Do two samples come from one distribution? Effect sizes first, p-values beside them: with
//! thousands of images every difference is significant, and few matter.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// What the two-sample Kolmogorov-Smirnov test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Distance {
    /// Largest difference of the two empirical distribution functions, 0 to 1.
    pub(super) d: f64,
    /// Chance of at least that under one distribution, for independent samples (asymptotic, with
    /// the correction of Stephens 1970).
    pub(super) p: f64,
}

/// Compares two samples of finite numbers; `None` where one is empty.
pub(super) fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<Distance> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (mut i, mut j, mut d) = (0, 0, 0.0f64);
    while i < a.len() && j < b.len() {
        let value = a[i].min(b[j]);
        // Ties are passed together: between equal values there is no step.
        i += a[i..].iter().take_while(|&&other| other <= value).count();
        j += b[j..].iter().take_while(|&&other| other <= value).count();
        d = d.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    let (n, m) = (a.len() as f64, b.len() as f64);
    let root = (n * m / (n + m)).sqrt();
    Some(Distance {
        d,
        p: kolmogorov_tail((root + 0.12 + 0.11 / root) * d),
    })
}

/// Chance that Kolmogorov's statistic exceeds `x`.
fn kolmogorov_tail(x: f64) -> f64 {
    if x < 0.2 {
        // The series converges slowly there, and the chance is 1 to 12 digits.
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(k * k) * x * x).exp()
    };
    (1..=40).map(term).sum::<f64>().clamp(0.0, 1.0)
}

/// What a chi-square test of a table of two columns says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Association {
    /// Cramér's V without the bias of small tables (Bergsma 2013), 0 to 1.
    pub(super) v: f64,
    /// Chance of at least that without an association.
    pub(super) p: f64,
}

/// Compares two distributions over categories: `counts` has both counts of each category. `None`
/// where a column is empty or there is only one category.
pub(super) fn chi_square(counts: &[[u64; 2]]) -> Option<Association> {
    let used: Vec<[f64; 2]> = counts
        .iter()
        .filter(|row| row[0] + row[1] > 0)
        .map(|row| row.map(|count| count as f64))
        .collect();
    let column = |side: usize| used.iter().map(|row| row[side]).sum::<f64>();
    let (first, second) = (column(0), column(1));
    if used.len() < 2 || first == 0.0 || second == 0.0 {
        return None;
    }
    let n = first + second;
    let cell = |found: f64, expected: f64| (found - expected).powi(2) / expected;
    let row = |row: &[f64; 2]| {
        let all = row[0] + row[1];
        cell(row[0], all * first / n) + cell(row[1], all * second / n)
    };
    let statistic: f64 = used.iter().map(row).sum();
    let freedom = used.len() as f64 - 1.0;
    let corrected = (statistic / n - freedom / (n - 1.0)).max(0.0);
    // Columns are two, so the smaller side of the corrected table is theirs.
    let smaller = (1.0 - 1.0 / (n - 1.0)).min(freedom - freedom * freedom / (n - 1.0));
    Some(Association {
        v: if smaller > 0.0 {
            (corrected / smaller).sqrt().min(1.0)
        } else {
            0.0
        },
        p: ChiSquared::new(freedom).ok()?.sf(statistic),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_distribution_has_no_distance_and_disjoint_ones_have_all() {
        let low: Vec<f64> = (0..50).map(f64::from).collect();
        let high: Vec<f64> = (100..150).map(f64::from).collect();
        let same = kolmogorov_smirnov(&low, &low).unwrap();
        assert_eq!((same.d, same.p), (0.0, 1.0));
        let apart = kolmogorov_smirnov(&low, &high).unwrap();
        assert!(apart.d == 1.0 && apart.p < 1e-12, "{apart:?}");
    }

    #[test]
    fn figures_agree_with_scipy() {
        // scipy.stats.ks_2samp(range(20), [x + 5.5 for x in range(20)], method="asymp"), without
        // Stephens's correction, has D = 0.3 and p = 0.275; with it, p = 0.27 to 0.28.
        let a: Vec<f64> = (0..20).map(f64::from).collect();
        let b: Vec<f64> = (0..20).map(|x| f64::from(x) + 5.5).collect();
        let found = kolmogorov_smirnov(&a, &b).unwrap();
        assert!(
            (found.d - 0.3).abs() < 1e-12 && (found.p - 0.275).abs() < 0.05,
            "{found:?}"
        );
        // scipy.stats.chi2_contingency([[30, 10], [20, 40]], correction=False): 16.667, p =
        // 4.4560e-05.
        let found = chi_square(&[[30, 10], [20, 40]]).unwrap();
        assert!((found.p - 4.456e-5).abs() < 1e-8, "{found:?}");
        assert!((found.v - 0.399).abs() < 0.005, "{found:?}");
    }

    #[test]
    fn an_equal_balance_has_no_association() {
        assert_eq!(chi_square(&[[10, 20], [30, 60]]).unwrap().v, 0.0);
        assert_eq!(chi_square(&[[10, 20]]), None);
        assert_eq!(chi_square(&[[10, 0], [30, 0]]), None);
    }

    proptest! {
        #[test]
        fn the_distance_is_that_of_the_definition(
            a in prop::collection::vec(0u8..12, 1..30),
            b in prop::collection::vec(0u8..12, 1..30),
        ) {
            let a: Vec<f64> = a.into_iter().map(f64::from).collect();
            let b: Vec<f64> = b.into_iter().map(f64::from).collect();
            let share = |of: &[f64], value: f64| of.iter().filter(|&&x| x <= value).count() as f64 / of.len() as f64;
            let naive = (0..12).map(|value| (share(&a, f64::from(value)) - share(&b, f64::from(value))).abs());
            let naive = naive.fold(0.0, f64::max);
            prop_assert!((kolmogorov_smirnov(&a, &b).unwrap().d - naive).abs() < 1e-12);
        }
    }
}
