//! Losses, shares and counts as sentences show them.

/// A loss: four decimals as logs print it, or three significant digits when that would hide it.
#[must_use]
pub fn loss(value: f64) -> String {
    if value == 0.0 || (0.001..100.0).contains(&value.abs()) {
        format!("{value:.4}")
    } else {
        format!("{value:.2e}")
    }
}

/// A share as a percentage: whole percents, one decimal below 10 %.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent != 0.0 && percent.abs() < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// A count with a comma every three digits.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_vanish() {
        assert_eq!(loss(0.0098), "0.0098");
        assert_eq!(loss(0.000_012_3), "1.23e-5");
        assert_eq!(percent(0.351), "35 %");
        assert_eq!(percent(0.0283), "2.8 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(count(19_200), "19,200");
        assert_eq!(count(7), "7");
    }
}
