//! Predicted against true values as an SVG picture, one colour per exposure class.

use crate::explain::exposure::Exposure;
use std::fmt::Write;

/// Width and height of the picture, in pixels.
const SIZE: f64 = 480.0;
/// Space for the axes, in pixels.
const MARGIN: f64 = 48.0;
/// Points beyond this number are thinned evenly, so that the file stays small.
const MAX_POINTS: usize = 5000;

/// One evaluation sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Predicted value.
    pub predicted: f64,
    /// True value.
    pub truth: f64,
    /// Exposure of the sample.
    pub exposure: Exposure,
}

/// Draws the points with the diagonal of perfect prediction; exposed samples lie under clean ones. Points that are not finite are left out.
#[must_use]
pub fn svg(points: &[Point]) -> String {
    let finite: Vec<Point> = points
        .iter()
        .copied()
        .filter(|p| p.predicted.is_finite() && p.truth.is_finite())
        .collect();
    let values = || finite.iter().flat_map(|p| [p.predicted, p.truth]);
    let (lo, hi) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
        (lo.min(v), hi.max(v))
    });
    let (lo, hi) = match (finite.is_empty(), lo < hi) {
        (true, _) => (0.0, 1.0),
        (_, true) => (lo, hi),
        _ => (lo - 0.5, lo + 0.5),
    };
    let at = |v: f64| MARGIN + (v - lo) / (hi - lo) * (SIZE - 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIZE} {SIZE}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"predicted against true values\">\n"
    );
    let _ = writeln!(
        svg,
        "<rect width=\"{SIZE}\" height=\"{SIZE}\" fill=\"#fff\"/>"
    );
    let (start, end) = (MARGIN, SIZE - MARGIN);
    let _ = writeln!(
        svg,
        "<path d=\"M{start} {start}V{end}H{end}\" fill=\"none\" stroke=\"#444\"/><path d=\"M{start} {end}L{end} {start}\" stroke=\"#999\" stroke-dasharray=\"4\"/>"
    );
    let step = finite.len().div_ceil(MAX_POINTS).max(1);
    for (row, exposure) in Exposure::ALL.into_iter().enumerate() {
        let of_class = finite
            .iter()
            .step_by(step)
            .filter(|p| p.exposure == exposure);
        let _ = writeln!(
            svg,
            "<g fill=\"{}\" fill-opacity=\"0.6\">",
            colour(exposure)
        );
        let mut any = false;
        for point in of_class {
            any = true;
            let _ = writeln!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"2\"/>",
                at(point.predicted),
                SIZE - at(point.truth)
            );
        }
        if any {
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\">{}</text>",
                MARGIN + 8.0,
                MARGIN + 14.0 * row as f64,
                exposure.name()
            );
        }
        svg += "</g>\n";
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">predicted ({lo:.3} to {hi:.3})</text>",
        SIZE / 2.0,
        SIZE - 16.0
    );
    let _ = writeln!(
        svg,
        "<text transform=\"translate(20 {:.0}) rotate(-90)\" text-anchor=\"middle\">true</text>\n</svg>",
        SIZE / 2.0
    );
    svg
}

fn colour(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Twin => "#c0392b",
        Exposure::Adjacent => "#e67e22",
        Exposure::Shadowed => "#b7950b",
        Exposure::Clean => "#1f618d",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_point_is_drawn_in_its_class() {
        let point = |predicted, exposure| Point {
            predicted,
            truth: 0.5,
            exposure,
        };
        let picture = svg(&[
            point(0.0, Exposure::Twin),
            point(1.0, Exposure::Clean),
            point(f64::NAN, Exposure::Clean),
        ]);
        assert_eq!(picture.matches("<circle").count(), 2);
        assert!(
            picture.contains(">twin<") && picture.contains(">clean<") && !picture.contains("NaN")
        );
    }

    #[test]
    fn equal_or_no_points_still_make_a_picture() {
        let same = Point {
            predicted: 2.0,
            truth: 2.0,
            exposure: Exposure::Clean,
        };
        assert!(svg(&[same]).ends_with("</svg>\n"));
        assert!(!svg(&[]).contains("NaN"));
    }
}
