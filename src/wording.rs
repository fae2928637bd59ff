//! Losses, shares and counts as sentences show them.

/// A loss: four decimals as logs print it, or three significant digits when that would hide it.
#[must_use]
pub(crate) fn loss(value: f64) -> String {
    if value == 0.0 || (0.001..100.0).contains(&value.abs()) {
        format!("{value:.4}")
    } else {
        format!("{value:.2e}")
    }
}

/// A number with the digits that were printed: `half_width` is half a unit of the last one.
/// Numbers known in full have four significant digits.
#[must_use]
pub(crate) fn as_printed(value: f64, half_width: f64) -> String {
    if value == 0.0 && half_width == 0.0 {
        return "0".to_owned();
    }
    let digits = digits_of(value, half_width);
    match digits as i64 {
        digits if value != 0.0 && digits > 7 => format!("{value:.2e}"),
        digits => format!(
            "{value:.*}",
            usize::try_from(digits.clamp(0, 17)).unwrap_or(0)
        ),
    }
}

/// Decimals of a number as printed; numbers known in full have four significant digits.
fn digits_of(value: f64, half_width: f64) -> f64 {
    if half_width > 0.0 {
        -(2.0 * half_width).log10().round()
    } else {
        3.0 - value.abs().max(1e-300).log10().floor()
    }
}

/// A bound from above with the digits that were printed, rounded up: nothing that it bounds exceeds
/// what is told.
#[must_use]
pub(crate) fn at_most(bound: f64, half_width: f64) -> String {
    let unit = 10f64.powf(-digits_of(bound, half_width));
    // What differs from a printed number by the last bit only is that number.
    let told = (bound / unit - 1e-6).ceil() * unit;
    as_printed(told, half_width)
}

/// A share of right answers in percent, with the digits that were printed, at most two decimals.
#[must_use]
pub(crate) fn accuracy(share: f64, half_width: f64) -> String {
    let digits = if half_width > 0.0 {
        -(200.0 * half_width).log10().round()
    } else {
        2.0
    };
    let text = format!("{:.*}", digits.clamp(0.0, 2.0) as usize, 100.0 * share);
    let text = if text.contains('.') && half_width == 0.0 {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} %")
}

/// Half of a tenth of a percentage point: how accuracies that were counted are written.
pub(crate) const TENTH_OF_A_POINT: f64 = 0.0005;

/// How a mean loss is told: as it is, or, where it is one minus an accuracy that was given, as that
/// accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Loss,
    Accuracy,
}

impl Scale {
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Accuracy => "accuracy",
        }
    }

    #[must_use]
    pub(crate) fn value(self, mean_loss: f64) -> String {
        match self {
            Self::Loss => loss(mean_loss),
            Self::Accuracy => accuracy(1.0 - mean_loss, 0.0),
        }
    }

    /// How far two are apart.
    #[must_use]
    pub(crate) fn difference(self, of: f64) -> String {
        match self {
            Self::Loss => loss(of),
            Self::Accuracy => format!("{:.1} points", 100.0 * of),
        }
    }

    /// How many times as large one is as another.
    #[must_use]
    pub(crate) fn ratio(self, of: f64) -> String {
        match self {
            Self::Loss => format!("x{of:.2}"),
            Self::Accuracy => format!("errors x{of:.2}"),
        }
    }

    /// From the lower to the higher number.
    #[must_use]
    pub(crate) fn range(self, lowest: f64, highest: f64) -> String {
        let (from, to) = match self {
            Self::Loss => (lowest, highest),
            Self::Accuracy => (highest, lowest),
        };
        format!("{} to {}", self.value(from), self.value(to))
    }
}

/// How many times as much, at no more than the precision such a ratio has.
#[must_use]
pub(crate) fn times(ratio: f64) -> String {
    match ratio {
        r if r >= 100.0 => "over 100".to_owned(),
        r if r >= 9.95 => format!("{r:.0}"),
        r => format!("{r:.1}"),
    }
}

/// A share as a percentage: whole percents, one decimal below 10 %.
#[must_use]
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent != 0.0 && percent.abs() < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// A share as a percentage with one decimal; a share that is neither 0 nor 1 never shows as one of
/// them.
#[must_use]
pub(crate) fn percent_tenths(share: f64) -> String {
    let percent = share * 100.0;
    if share > 0.0 && percent < 0.05 {
        "<0.1 %".to_owned()
    } else if share < 1.0 && percent > 99.95 {
        ">99.9 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

/// What people call a metric that reports name so.
#[must_use]
pub(crate) fn metric(name: &str) -> String {
    let called = match name {
        "macro_f1" => "F1 (mean over classes)",
        "balanced_accuracy" => "balanced accuracy",
        "map_50" => "mAP@0.5",
        "map_50_95" => "mAP@0.5:0.95",
        "map" => "mAP",
        "iou" => "IoU",
        "miou" => "mIoU",
        "dice" => "Dice",
        "jaccard" => "Jaccard index",
        short if short.len() <= 5 => return short.to_uppercase(),
        other => other,
    };
    called.to_owned()
}

/// `1 image`, `2 images`.
#[must_use]
pub(crate) fn counted(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {}", plural(noun))
    }
}

/// The same of a large number, with its commas.
#[must_use]
pub(crate) fn counted_large(n: u64, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        n => format!("{} {}", count(n), plural(noun)),
    }
}

fn plural(noun: &str) -> String {
    let hisses = ["s", "x", "ch", "sh"].iter().any(|end| noun.ends_with(end));
    format!("{noun}{}", if hisses { "es" } else { "s" })
}

/// A count with a comma every three digits.
#[must_use]
pub(crate) fn count(n: u64) -> String {
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
    fn a_bound_from_above_is_rounded_up() {
        assert_eq!(at_most(0.4375, 0.05), "0.5");
        assert_eq!(at_most(0.4, 0.05), "0.4");
        assert_eq!(at_most(0.40001, 0.00005), "0.4001");
        assert_eq!(at_most(0.123_41, 0.0), "0.1235");
        assert_eq!(at_most(0.0, 0.0), "0");
        assert_eq!(as_printed(0.0, 0.0), "0");
        assert_eq!(as_printed(0.0, 0.005), "0.00");
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        let shown = [0, 999, 1000, 12_345, 1_234_567].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn a_small_share_never_shows_as_none_nor_a_large_one_as_all() {
        let shown = [0.0, 1e-6, 0.5, 0.9999, 1.0].map(percent_tenths);
        assert_eq!(shown, ["0.0 %", "<0.1 %", "50.0 %", ">99.9 %", "100.0 %"]);
    }

    #[test]
    fn numbers_are_short_and_never_vanish() {
        assert_eq!(loss(0.0098), "0.0098");
        assert_eq!(loss(0.000_012_3), "1.23e-5");
        assert_eq!(percent(0.351), "35 %");
        assert_eq!(percent(0.0283), "2.8 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(as_printed(0.0098, 0.00005), "0.0098");
        assert_eq!(as_printed(306.1, 0.05), "306.1");
        assert_eq!(as_printed(0.123_456_789, 0.0), "0.1235");
        assert_eq!(as_printed(1.2e-9, 0.0), "1.20e-9");
        assert_eq!(accuracy(0.941, 0.0005), "94.1 %");
        assert_eq!(accuracy(0.94, 0.005), "94 %");
        assert_eq!(accuracy(0.985, 0.0), "98.5 %");
        assert_eq!(count(19_200), "19,200");
        assert_eq!(count(7), "7");
    }
}
