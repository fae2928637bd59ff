//! The median of numbers.

/// The upper median: of an even number of values the larger of the two in the middle. `None` for
/// no values. In the order of [`f64::total_cmp`], so NaN is the largest.
#[must_use]
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::median;

    proptest! {
        #[test]
        fn the_median_is_the_middle_of_the_sorted(values in prop::collection::vec(-9.0..9.0, 0..20)) {
            let mut sorted: Vec<f64> = values.clone();
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(median(values), sorted.get(sorted.len() / 2).copied());
        }
    }
}
