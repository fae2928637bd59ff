//! The page's plots, as SVG without style of their own: `page.css` colours their classes.

use std::fmt::Write;

use askama::filters;

use crate::render::text::printable;

/// One bar: what it counts, how many, and a class for its colour.
pub(super) struct Bar<'a> {
    /// Words beside it.
    pub(super) name: &'a str,
    /// Length.
    pub(super) value: f64,
    /// Words at its end.
    pub(super) shown: String,
    /// Class: `bad`, `unsure`, `good` or `plain`.
    pub(super) class: &'a str,
}

/// Pixels of the words before the bars, of the longest bar, and of one line.
const WORDS: f64 = 190.0;
const LONGEST: f64 = 330.0;
const LINE: f64 = 24.0;

/// Horizontal bars, one below the other.
#[must_use]
pub(super) fn bars(title: &str, bars: &[Bar<'_>]) -> String {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let height = LINE * bars.len() as f64 + 4.0;
    let width = WORDS + LONGEST + 120.0;
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
    for (at, bar) in bars.iter().enumerate() {
        let middle = LINE * at as f64 + LINE / 2.0;
        let length = match most > 0.0 && bar.value.is_finite() {
            true => (bar.value / most * LONGEST).max(if bar.value > 0.0 { 1.5 } else { 0.0 }),
            false => 0.0,
        };
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><rect class=\"{}\" x=\"{WORDS}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"16\"/><text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            WORDS - 8.0,
            middle + 4.0,
            escaped(bar.name),
            bar.class,
            middle - 8.0,
            WORDS + length + 6.0,
            middle + 4.0,
            escaped(&bar.shown)
        );
    }
    svg + "</svg>"
}

/// A strip along time: stretches as class and length, from the first on.
#[must_use]
pub(super) fn strip(title: &str, stretches: &[(&str, u64)]) -> String {
    const WIDTH: f64 = 1000.0;
    let all: u64 = stretches.iter().map(|(_, n)| n).sum();
    let scale = WIDTH / all.max(1) as f64;
    let mut svg = format!(
        "<svg class=\"plot time\" viewBox=\"0 0 {WIDTH} 34\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
    let mut before = 0_u64;
    for (class, n) in stretches {
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{:.2}\" y=\"0\" width=\"{:.2}\" height=\"34\"/>",
            before as f64 * scale,
            *n as f64 * scale
        );
        before += n;
    }
    svg + "</svg>"
}

/// Columns of a histogram over `[lo, hi]`, and a line at `mark`.
pub(super) struct Histogram<'a> {
    /// What is counted along the axis.
    pub(super) title: &'a str,
    /// Values; those outside of the range are left out.
    pub(super) values: &'a [f64],
    /// Ends of the axis.
    pub(super) range: (f64, f64),
    /// Where the line stands, and its words.
    pub(super) mark: Option<(f64, &'a str)>,
}

const COLUMNS: usize = 30;

/// Draws it.
#[must_use]
pub(super) fn histogram(of: &Histogram<'_>) -> String {
    const WIDTH: f64 = 600.0;
    const HEIGHT: f64 = 150.0;
    const BASE: f64 = 120.0;
    let (lo, hi) = of.range;
    let mut counts = [0_u32; COLUMNS];
    for value in of.values.iter().filter(|v| (lo..=hi).contains(*v)) {
        let column = ((value - lo) / (hi - lo) * COLUMNS as f64) as usize;
        counts[column.min(COLUMNS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let x = |value: f64| (value - lo) / (hi - lo) * (WIDTH - 20.0) + 10.0;
    let step = (WIDTH - 20.0) / COLUMNS as f64;
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        escaped(of.title)
    );
    for (column, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = f64::from(*count) / f64::from(most) * (BASE - 24.0);
        let _ = write!(
            svg,
            "<rect class=\"plain\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{count}</title></rect>",
            10.0 + step * column as f64,
            BASE - height,
            step - 1.0
        );
    }
    let _ = write!(
        svg,
        "<path class=\"axis\" d=\"M10 {BASE}H{}\"/>",
        WIDTH - 10.0
    );
    for tick in 0..=5 {
        let value = lo + (hi - lo) * f64::from(tick) / 5.0;
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{value:.2}</text>",
            x(value),
            BASE + 18.0
        );
    }
    if let Some((at, words)) = of.mark.filter(|(at, _)| (lo..=hi).contains(at)) {
        let (anchor, shift) = match at > (lo + hi) / 2.0 {
            true => ("end", -5.0),
            false => ("start", 5.0),
        };
        let _ = write!(
            svg,
            "<path class=\"mark\" d=\"M{0:.1} 8V{BASE}\"/><text x=\"{1:.1}\" y=\"16\" text-anchor=\"{anchor}\">{2}</text>",
            x(at),
            x(at) + shift,
            escaped(words)
        );
    }
    svg + "</svg>"
}

/// Text as it may stand in an element or a quoted attribute, without control characters.
fn escaped(text: &str) -> String {
    filters::escape(printable(text), filters::Html)
        .map_or_else(|never| match never {}, |safe| safe.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_is_the_largest_value_and_none_vanishes() {
        let bar = |value| Bar {
            name: "x",
            value,
            shown: String::new(),
            class: "plain",
        };
        let svg = bars("t", &[bar(1000.0), bar(1.0), bar(0.0)]);
        let widths: Vec<&str> = svg
            .split("width=\"")
            .skip(1)
            .map(|s| s.split('"').next().unwrap())
            .collect();
        assert_eq!(widths, ["330.0", "1.5", "0.0"]);
    }

    #[test]
    fn stretches_of_a_strip_follow_each_other_and_fill_it() {
        let svg = strip("t", &[("plain", 3), ("bad", 1)]);
        assert!(svg.contains("x=\"0.00\" y=\"0\" width=\"750.00\""));
        assert!(svg.contains("x=\"750.00\" y=\"0\" width=\"250.00\""));
    }

    #[test]
    fn values_are_counted_in_their_columns_and_outsiders_left_out() {
        let svg = histogram(&Histogram {
            title: "t",
            values: &[0.0, 0.01, 1.0, 1.5],
            range: (0.0, 1.0),
            mark: Some((0.5, "threshold")),
        });
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("<title>2</title>") && svg.contains(">threshold<"));
    }

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(escaped("a\"<b>&\n"), "a&#34;&#60;b&#62;&#38;\\n");
    }
}
