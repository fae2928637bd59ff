//! Predicted against true values as an SVG picture, one colour per exposure class.

use std::fmt::Write;

use crate::report::explanation::{Correlation, Exposure, Point};

/// Width and height of the picture, in pixels.
const SIZE: f64 = 520.0;
/// Space for the axes, in pixels.
const MARGIN: f64 = 64.0;
/// Lines of the grid on each axis, about.
const TICKS: f64 = 5.0;

/// Draws the points with the diagonal of perfect prediction, clean samples on top, since they are
/// the ones that count. Points that are not finite are left out.
#[must_use]
pub fn svg(correlation: &Correlation) -> String {
    let finite = |p: &&Point| p.predicted.is_finite() && p.truth.is_finite();
    let points: Vec<Point> = correlation.points.iter().filter(finite).copied().collect();
    let scale = Scale::of(&points);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIZE} {SIZE}\" width=\"{SIZE}\" height=\"{SIZE}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\" role=\"img\" aria-label=\"predicted against true values\">\n<rect width=\"{SIZE}\" height=\"{SIZE}\" fill=\"#fff\"/>\n"
    );
    axes(&scale, &mut svg);
    let mut drawn = 0;
    for exposure in Exposure::ALL {
        let of_class: Vec<&Point> = points.iter().filter(|p| p.exposure == exposure).collect();
        if of_class.is_empty() {
            continue;
        }
        let _ = writeln!(
            svg,
            "<g fill=\"{}\" fill-opacity=\"0.55\">",
            colour(exposure)
        );
        for point in &of_class {
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2\"/>",
                scale.at(point.predicted),
                SIZE - scale.at(point.truth)
            );
        }
        svg += "</g>\n";
        legend(exposure, of_class.len(), drawn, &mut svg);
        drawn += 1;
    }
    title(correlation, points.len(), &mut svg);
    svg += "</svg>\n";
    svg
}

/// Both axes share one scale, so that the diagonal is perfect prediction.
struct Scale {
    lo: f64,
    hi: f64,
    step: f64,
}

impl Scale {
    fn of(points: &[Point]) -> Self {
        let values = points.iter().flat_map(|p| [p.predicted, p.truth]);
        let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
            (lo.min(v), hi.max(v))
        });
        let (lo, hi) = match (lo <= hi, lo < hi) {
            (false, _) => (0.0, 1.0),
            (_, true) => (lo, hi),
            _ => (lo - 0.5, lo + 0.5),
        };
        // 1, 2 or 5 times a power of ten.
        let rough = (hi - lo) / TICKS;
        let unit = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * unit)
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        Self {
            lo: (lo / step).floor() * step,
            hi: (hi / step).ceil() * step,
            step,
        }
    }

    fn at(&self, value: f64) -> f64 {
        MARGIN + (value - self.lo) / (self.hi - self.lo) * (SIZE - 2.0 * MARGIN)
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = ((self.hi - self.lo) / self.step).round() as u32;
        let (lo, step) = (self.lo, self.step);
        (0..=count).map(move |tick| lo + f64::from(tick) * step)
    }
}

fn axes(scale: &Scale, svg: &mut String) {
    let (start, end) = (MARGIN, SIZE - MARGIN);
    let digits = (-scale.step.log10().floor()).clamp(0.0, 9.0) as usize;
    for tick in scale.ticks() {
        let at = scale.at(tick);
        let below = SIZE - at;
        // Rounding must not print a zero with a sign.
        let tick = if tick.abs() < scale.step / 2.0 {
            0.0
        } else {
            tick
        };
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {start}V{end}M{start} {below:.1}H{end}\" stroke=\"#e5e5e5\"/><text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{tick:.digits$}</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{tick:.digits$}</text>",
            end + 18.0,
            start - 8.0,
            below + 4.0
        );
    }
    let _ = writeln!(
        svg,
        "<path d=\"M{start} {start}V{end}H{end}\" fill=\"none\" stroke=\"#444\"/><path d=\"M{start} {end}L{end} {start}\" stroke=\"#888\" stroke-dasharray=\"4\"/>\n<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">predicted</text><text transform=\"translate(18 {:.0}) rotate(-90)\" text-anchor=\"middle\">true</text>",
        SIZE / 2.0,
        SIZE - 20.0,
        SIZE / 2.0
    );
}

fn legend(exposure: Exposure, count: usize, row: u32, svg: &mut String) {
    let (x, y) = (MARGIN + 12.0, MARGIN + 16.0 + 17.0 * f64::from(row));
    let _ = writeln!(
        svg,
        "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"118\" height=\"17\" fill=\"#fff\" fill-opacity=\"0.8\"/><circle cx=\"{x:.0}\" cy=\"{:.0}\" r=\"4\" fill=\"{}\"/><text x=\"{:.0}\" y=\"{y:.0}\">{} ({count})</text>",
        x - 8.0,
        y - 13.0,
        y - 4.0,
        colour(exposure),
        x + 10.0,
        exposure.name()
    );
}

fn title(correlation: &Correlation, shown: usize, svg: &mut String) {
    let all = &correlation.all;
    let number = |name: &str, value: Option<f64>| {
        value.map_or_else(String::new, |value| format!(", {name} {value:.3}"))
    };
    let shown = if (shown as u64) < all.n {
        format!(", {shown} shown")
    } else {
        String::new()
    };
    let _ = writeln!(
        svg,
        "<text x=\"{MARGIN}\" y=\"28\" font-size=\"14\">{} validation samples{}{}{shown}</text>\n<text x=\"{MARGIN}\" y=\"46\" fill=\"#666\">colour: exposure to training; a high r says nothing about leakage</text>",
        all.n,
        number("r", all.r),
        number("R2", all.r2)
    );
}

fn colour(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Twin => "#c0392b",
        Exposure::Adjacent => "#e67e22",
        Exposure::Shadowed => "#8e7a0b",
        Exposure::Clean => "#1f618d",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::explanation::Line;

    fn drawn(points: &[(f64, f64, Exposure)]) -> String {
        let line = Line {
            r: Some(0.5),
            slope: None,
            intercept: None,
            r2: None,
            n: points.len() as u64,
        };
        let point = |&(predicted, truth, exposure)| Point {
            predicted,
            truth,
            exposure,
        };
        svg(&Correlation {
            all: line,
            by_magnitude: Vec::new(),
            points: points.iter().map(point).collect(),
        })
    }

    #[test]
    fn every_finite_point_is_drawn_in_its_class() {
        let picture = drawn(&[
            (0.0, 0.5, Exposure::Twin),
            (1.0, 0.5, Exposure::Clean),
            (f64::NAN, 0.5, Exposure::Clean),
        ]);
        assert_eq!(picture.matches("r=\"2\"").count(), 2);
        assert!(picture.contains(">twin (1)<") && picture.contains(">clean (1)<"));
        assert!(picture.contains("2 shown") && !picture.contains("NaN"));
    }

    #[test]
    fn equal_or_no_points_still_make_a_picture() {
        let same = drawn(&[(2.0, 2.0, Exposure::Clean)]);
        assert!(same.ends_with("</svg>\n") && !same.contains("NaN") && !same.contains("inf"));
        assert!(!drawn(&[]).contains("NaN"));
    }

    #[test]
    fn ticks_are_round_numbers_around_all_points() {
        let points = [(-0.93, 0.2), (0.0, 0.97)].map(|(predicted, truth)| Point {
            predicted,
            truth,
            exposure: Exposure::Clean,
        });
        let ticks: Vec<f64> = Scale::of(&points).ticks().collect();
        assert_eq!(ticks, [-1.0, -0.5, 0.0, 0.5, 1.0]);
    }
}
