//! Tukey's outer fences: three interquartile ranges beyond the quartiles.

/// Quartiles of a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quartiles {
    pub(super) first: f64,
    pub(super) median: f64,
    pub(super) third: f64,
}

impl Quartiles {
    /// Quartiles of finite numbers (of two middle ones the upper); `None` where there are none.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |quarter: usize| sorted.get(sorted.len() * quarter / 4).copied();
        Some(Self {
            first: at(1)?,
            median: at(2)?,
            third: at(3)?,
        })
    }

    fn range(&self) -> f64 {
        self.third - self.first
    }

    /// Values below are far out.
    pub(super) fn lower_fence(&self) -> f64 {
        self.first - 3.0 * self.range()
    }

    /// Values above are far out.
    pub(super) fn upper_fence(&self) -> f64 {
        self.third + 3.0 * self.range()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_lie_three_ranges_beyond_the_quartiles() {
        let quartiles = Quartiles::of((0..100).map(f64::from)).unwrap();
        assert_eq!(
            (quartiles.first, quartiles.median, quartiles.third),
            (25.0, 50.0, 75.0)
        );
        assert_eq!(
            (quartiles.lower_fence(), quartiles.upper_fence()),
            (-125.0, 225.0)
        );
        assert_eq!(Quartiles::of(std::iter::empty()), None);
    }
}
