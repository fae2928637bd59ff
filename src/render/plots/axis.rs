//! Axes: round ticks, and where a value lies.

use super::svg::{Anchor, Canvas, Stroke, WIDTH, number, text_width};
use crate::wording::count;

/// From values to positions along one axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    lo: f64,
    hi: f64,
    /// Values and their words; a line break begins a second line.
    pub(super) ticks: Vec<(f64, String)>,
    logarithmic: bool,
}

impl Axis {
    /// From the round number below `lo` to the one above `hi`, with about so many ticks.
    pub(super) fn round(lo: f64, hi: f64, about: f64) -> Self {
        let (lo, hi) = match (lo <= hi, lo < hi) {
            (false, _) => (0.0, 1.0),
            (_, true) => (lo, hi),
            _ => (lo - 0.5, lo + 0.5),
        };
        let step = round_step((hi - lo) / about);
        let (first, last) = (
            (lo / step + 1e-9).floor() as i64,
            (hi / step - 1e-9).ceil() as i64,
        );
        let ticks = (first..=last).map(|at| (at as f64 * step, decimal(at as f64 * step, step)));
        Self {
            lo: first as f64 * step,
            hi: last as f64 * step,
            ticks: ticks.collect(),
            logarithmic: false,
        }
    }

    /// From exactly `lo` to `hi`, with round ticks between.
    pub(super) fn exact(lo: f64, hi: f64, about: f64) -> Self {
        let round = Self::round(lo, hi, about);
        if lo >= hi {
            return round;
        }
        let inside = |(at, _): &(f64, String)| (lo - 1e-9..=hi + 1e-9).contains(at);
        Self {
            lo,
            hi,
            ticks: round.ticks.into_iter().filter(inside).collect(),
            logarithmic: false,
        }
    }

    /// From zero up in whole numbers.
    pub(super) fn counts(most: f64, about: f64) -> Self {
        let step = round_step(most.max(1.0) / about).max(1.0);
        let last = (most.max(1.0) / step).ceil() as u64;
        let ticks = (0..=last).map(|at| {
            let value = at as f64 * step;
            (value, count(value as u64))
        });
        Self {
            lo: 0.0,
            hi: last as f64 * step,
            ticks: ticks.collect(),
            logarithmic: false,
        }
    }

    /// Whole numbers from `first` to `last`, with half a step of room at both ends.
    pub(super) fn whole(first: u64, last: u64, about: f64) -> Self {
        let step = round_step((last - first) as f64 / about).max(1.0) as u64;
        let begin = if first == last {
            first
        } else {
            first.div_ceil(step) * step
        };
        let ticks = (begin..=last).step_by(step as usize);
        let room = ((last - first) as f64 * 0.02).max(0.5);
        Self {
            lo: first as f64 - room,
            hi: last as f64 + room,
            ticks: ticks.map(|at| (at as f64, count(at))).collect(),
            logarithmic: false,
        }
    }

    /// Names side by side; the first stands at 0.
    pub(super) fn places(names: Vec<String>) -> Self {
        Self {
            lo: -0.5,
            hi: names.len() as f64 - 0.5,
            ticks: (0..).map(f64::from).zip(names).collect(),
            logarithmic: false,
        }
    }

    /// Powers of ten, and of wide ranges nothing between; both ends are above 0.
    pub(super) fn powers(lo: f64, hi: f64) -> Self {
        let (lo, hi) = (lo / 1.15, hi * 1.15);
        let exponents = lo.log10().floor() as i32..=hi.log10().ceil() as i32;
        let times: &[f64] = match hi / lo {
            range if range < 300.0 => &[1.0, 2.0, 5.0],
            _ => &[1.0],
        };
        let values = exponents.flat_map(|exponent| {
            let unit = 10f64.powi(exponent);
            times.iter().map(move |times| (times * unit, unit))
        });
        let ticks = values
            .filter(|(value, _)| (lo..=hi).contains(value))
            .map(|(value, unit)| (value, decimal(value, unit)));
        Self {
            lo,
            hi,
            ticks: ticks.collect(),
            logarithmic: true,
        }
    }

    /// Given ticks between two ends.
    pub(super) fn given(lo: f64, hi: f64, ticks: Vec<(f64, String)>) -> Self {
        Self {
            lo,
            hi,
            ticks,
            logarithmic: false,
        }
    }

    /// Where a value lies, 0 at the lower end and 1 at the upper; beyond them, on the end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = match self.logarithmic {
            true => (value.max(self.lo) / self.lo).ln() / (self.hi / self.lo).ln(),
            false => (value - self.lo) / (self.hi - self.lo),
        };
        share.clamp(0.0, 1.0)
    }

    /// The upper end.
    pub(super) fn end(&self) -> f64 {
        self.hi
    }

    /// Pixels of the widest word of a tick.
    pub(super) fn widest(&self) -> f64 {
        let widths = self.ticks.iter().map(|(_, words)| text_width(words));
        widths.fold(0.0, f64::max)
    }
}

/// 1, 2 or 5 times a power of ten, at least `rough`.
fn round_step(rough: f64) -> f64 {
    let unit = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * unit);
    // A step that misses by rounding only is the one that was meant.
    let enough = steps.into_iter().find(|step| *step >= rough * (1.0 - 1e-9));
    enough.unwrap_or(rough)
}

/// A value with the digits that its step has; large ones with commas.
fn decimal(value: f64, step: f64) -> String {
    // Rounding must not print a zero with a sign.
    let value = if value.abs() < step / 2.0 { 0.0 } else { value };
    if step >= 1.0 && (0.0..1e15).contains(&value) {
        return count(value.round() as u64);
    }
    let digits = (-step.log10() - 1e-9).ceil().max(0.0);
    match digits > 6.0 && value != 0.0 {
        true => format!("{value:.0e}"),
        false => format!("{value:.*}", digits as usize),
    }
}

/// The rectangle that values are drawn in.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    x: Axis,
    y: Axis,
}

impl Frame {
    /// Draws a frame of this height over the whole width, below all that was drawn, with grid,
    /// ticks and titles.
    pub(super) fn draw(
        canvas: &mut Canvas,
        height: f64,
        (x, x_title): (Axis, &str),
        (y, y_title): (Axis, &str),
    ) -> Self {
        let frame = Self {
            left: 40.0 + y.widest(),
            right: WIDTH - 16.0,
            top: canvas.height + 10.0,
            bottom: canvas.height + 10.0 + height,
            x,
            y,
        };
        frame.axes(canvas);
        let lines = frame.x.ticks.iter().map(|(_, words)| words.lines().count());
        let below = frame.bottom + 16.0 * lines.max().unwrap_or(1) as f64 + 22.0;
        let middle = (frame.left + frame.right) / 2.0;
        canvas.text(middle, below, Anchor::Middle, x_title);
        canvas.upright(14.0, (frame.top + frame.bottom) / 2.0, y_title);
        canvas.height = below + 10.0;
        frame
    }

    /// A frame at a place of its own, without titles.
    pub(super) fn at(
        canvas: &mut Canvas,
        [left, top, width, height]: [f64; 4],
        x: Axis,
        y: Axis,
    ) -> Self {
        let frame = Self {
            left,
            right: left + width,
            top,
            bottom: top + height,
            x,
            y,
        };
        frame.axes(canvas);
        frame
    }

    fn axes(&self, canvas: &mut Canvas) {
        for (value, words) in &self.y.ticks {
            let y = self.y(*value);
            canvas.line(
                Stroke::Grid,
                &format!(
                    "M{} {}H{}",
                    number(self.left),
                    number(y),
                    number(self.right)
                ),
            );
            canvas.text(self.left - 6.0, y + 4.0, Anchor::End, words);
        }
        for (value, words) in &self.x.ticks {
            let x = self.x(*value);
            canvas.line(
                Stroke::Axis,
                &format!("M{} {}v4", number(x), number(self.bottom)),
            );
            for (line, words) in words.lines().enumerate() {
                let y = self.bottom + 17.0 + 15.0 * line as f64;
                canvas.text(x, y, Anchor::Middle, words);
            }
        }
        canvas.line(
            Stroke::Axis,
            &format!(
                "M{} {}V{}H{}",
                number(self.left),
                number(self.top),
                number(self.bottom),
                number(self.right)
            ),
        );
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        self.left + self.x.share(value) * (self.right - self.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - self.y.share(value) * (self.bottom - self.top)
    }

    pub(super) fn at_point(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x(x), self.y(y))
    }

    /// A line at one height, over the whole width.
    pub(super) fn across(&self, y: f64) -> String {
        format!(
            "M{} {}H{}",
            number(self.left),
            number(self.y(y)),
            number(self.right)
        )
    }

    /// A band between two heights, over the whole width.
    pub(super) fn band(&self, lo: f64, hi: f64) -> String {
        format!(
            "M{} {}H{}V{}H{}z",
            number(self.left),
            number(self.y(lo)),
            number(self.right),
            number(self.y(hi)),
            number(self.left)
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, words)| words.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers_around_all_values() {
        let axis = Axis::round(-0.93, 0.97, 5.0);
        assert_eq!(words(&axis), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(
            words(&Axis::round(2.0, 2.0, 5.0)),
            ["1.4", "1.6", "1.8", "2.0", "2.2", "2.4", "2.6"]
        );
        assert_eq!(
            words(&Axis::exact(0.55, 1.0, 5.0)),
            ["0.6", "0.7", "0.8", "0.9", "1.0"]
        );
    }

    #[test]
    fn counts_are_whole_and_begin_at_zero() {
        assert_eq!(words(&Axis::counts(3.0, 5.0)), ["0", "1", "2", "3"]);
        assert_eq!(
            words(&Axis::counts(11_000.0, 4.0)),
            ["0", "5,000", "10,000", "15,000"]
        );
        assert_eq!(words(&Axis::counts(0.0, 5.0)), ["0", "1"]);
    }

    #[test]
    fn epochs_are_whole() {
        assert_eq!(words(&Axis::whole(1, 5, 8.0)), ["1", "2", "3", "4", "5"]);
        assert_eq!(words(&Axis::whole(1, 1, 8.0)), ["1"]);
        assert_eq!(
            words(&Axis::whole(1, 40, 8.0)),
            ["5", "10", "15", "20", "25", "30", "35", "40"]
        );
    }

    #[test]
    fn powers_are_labelled_without_noise() {
        assert_eq!(
            words(&Axis::powers(0.02, 1.5)),
            ["0.02", "0.05", "0.1", "0.2", "0.5", "1"]
        );
        assert_eq!(
            words(&Axis::powers(0.001, 100.0)),
            ["0.001", "0.01", "0.1", "1", "10", "100"]
        );
    }

    proptest! {
        #[test]
        fn every_value_lies_on_a_round_axis_where_proportion_puts_it(
            values in prop::collection::vec(-1e6..1e6f64, 2..9)
        ) {
            let (lo, hi) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            let axis = Axis::round(lo, hi, 5.0);
            let (first, last) = (axis.ticks[0].0, axis.ticks[axis.ticks.len() - 1].0);
            for value in values {
                let naive = (value - first) / (last - first);
                prop_assert!((-1e-9..=1.0 + 1e-9).contains(&naive));
                prop_assert!((axis.share(value) - naive).abs() < 1e-9);
            }
        }

        #[test]
        fn powers_are_apart_by_their_logarithms(lo in 1e-6..1.0f64, times in 1.5..1e6f64) {
            let axis = Axis::powers(lo, lo * times);
            let middle = axis.share(lo * times.sqrt());
            prop_assert!((middle - 0.5).abs() < 1e-9);
            prop_assert!(axis.share(lo) > 0.0 && axis.share(lo * times) < 1.0);
        }
    }
}
