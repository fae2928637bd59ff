//! Predicted against true values, leaked and clean samples apart: one panel each, on the same axes.

use super::axis::{Axis, Frame};
use super::svg::{Anchor, Canvas, Key, Paint, Stroke, WIDTH, through};
use super::{Plot, Section};
use crate::report::Report;
use crate::report::explanation::{Correlation, Exposure, Point};
use crate::wording::count;

/// Side of a panel.
const SIDE: f64 = 245.0;

/// The picture; none where no numbers were predicted.
pub(super) fn correlation(report: &Report) -> Option<Plot> {
    let predictions = report.explanation.as_ref()?.t3.as_ref()?;
    Some(of(predictions.correlation.as_ref()?))
}

/// Draws the points with the diagonal of perfect prediction. Points that are not finite are left
/// out.
fn of(correlation: &Correlation) -> Plot {
    let finite = |p: &&Point| p.predicted.is_finite() && p.truth.is_finite();
    let points: Vec<Point> = correlation.points.iter().filter(finite).copied().collect();
    let values = points.iter().flat_map(|p| [p.predicted, p.truth]);
    let (lo, hi) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
        (lo.min(v), hi.max(v))
    });
    // Both axes share one scale, so that the diagonal is perfect prediction.
    let axis = Axis::round(lo, hi, 4.0);
    let mut canvas = Canvas::default();
    let mut legend = Vec::new();
    for exposure in Exposure::ALL {
        let n = points.iter().filter(|p| p.exposure == exposure).count();
        if n > 0 {
            let words = format!("{} ({})", exposure.name(), count(n as u64));
            legend.push((Key::Dot(paint(exposure)), words));
        }
    }
    legend.push((Key::Mark, "perfect prediction".to_owned()));
    canvas.legend(&legend);
    let left = 40.0 + axis.widest();
    let top = canvas.height + 26.0;
    let gap = WIDTH - 12.0 - left - 2.0 * SIDE;
    for (panel, leaked) in [true, false].into_iter().enumerate() {
        let at = left + (SIDE + gap) * panel as f64;
        let own: Vec<&Point> = points
            .iter()
            .filter(|p| (p.exposure != Exposure::Clean) == leaked)
            .collect();
        let name = if leaked {
            "exposed to training"
        } else {
            "clean"
        };
        canvas.bold(
            at,
            top - 8.0,
            &format!("{name} ({})", count(own.len() as u64)),
        );
        let area = [at, top, SIDE, SIDE];
        let frame = Frame::at(&mut canvas, area, axis.clone(), axis.clone());
        match own.is_empty() {
            true => canvas.text(
                at + SIDE / 2.0,
                top + SIDE / 2.0,
                Anchor::Middle,
                &format!("no sample is {name}"),
            ),
            false => draw(&mut canvas, &frame, &axis, &own),
        }
        canvas.text(
            at + SIDE / 2.0,
            top + SIDE + 36.0,
            Anchor::Middle,
            "predicted value",
        );
        if panel == 0 {
            canvas.upright(14.0, top + SIDE / 2.0, "true value");
        }
    }
    canvas.height = top + SIDE + 48.0;
    Plot {
        name: "correlation",
        section: Section::Loss,
        title: "Predicted against true values".to_owned(),
        caption: caption(correlation, points.len()),
        numbers: None,
        canvas,
    }
}

fn draw(canvas: &mut Canvas, frame: &Frame, axis: &Axis, points: &[&Point]) {
    let ends = axis.ticks.first().zip(axis.ticks.last());
    if let Some(((lo, _), (hi, _))) = ends {
        let diagonal = [(*lo, *lo), (*hi, *hi)].map(|point| frame.at_point(point));
        canvas.line(Stroke::Mark, &through(&diagonal));
    }
    for exposure in Exposure::ALL {
        let own: Vec<&&Point> = points.iter().filter(|p| p.exposure == exposure).collect();
        if !own.is_empty() {
            let at = |p: &&&Point| frame.at_point((p.predicted, p.truth));
            canvas.cloud(paint(exposure), own.iter().map(at));
        }
    }
}

fn caption(correlation: &Correlation, shown: usize) -> String {
    let all = &correlation.all;
    let number = |name: &str, value: Option<f64>| {
        value.map_or_else(String::new, |value| format!(", {name} {value:.3}"))
    };
    let shown = match (shown as u64) < all.n {
        true => format!(", {} shown", count(shown as u64)),
        false => String::new(),
    };
    format!(
        "{} samples{}{}{shown}. A high r says nothing about leakage.",
        count(all.n),
        number("r", all.r),
        number("R2", all.r2)
    )
}

/// Colour of an exposure class, the same in every picture.
pub(super) fn paint(exposure: Exposure) -> Paint {
    match exposure {
        Exposure::Twin => Paint::Vermilion,
        Exposure::Adjacent => Paint::Orange,
        Exposure::Shadowed | Exposure::Together => Paint::Sky,
        Exposure::Clean => Paint::Blue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::explanation::Line;

    fn drawn(points: &[(f64, f64, Exposure)]) -> Plot {
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
        of(&Correlation {
            all: line,
            by_magnitude: Vec::new(),
            points: points.iter().map(point).collect(),
        })
    }

    #[test]
    fn every_finite_point_is_drawn_in_its_class() {
        let plot = drawn(&[
            (0.0, 0.5, Exposure::Twin),
            (1.0, 0.5, Exposure::Clean),
            (f64::NAN, 0.5, Exposure::Clean),
        ]);
        let picture = plot.file();
        assert_eq!(picture.matches("r=\"2\"").count(), 2);
        assert!(picture.contains(">twin (1)<") && picture.contains(">clean (1)<"));
        assert!(picture.contains("2 shown") && !picture.contains("NaN"));
    }

    #[test]
    fn equal_or_no_points_still_make_a_picture() {
        let same = drawn(&[(2.0, 2.0, Exposure::Clean)]).file();
        assert!(same.ends_with("</svg>\n") && !same.contains("NaN") && !same.contains("inf"));
        assert!(!drawn(&[]).file().contains("NaN"));
    }

    #[test]
    fn a_point_lies_where_proportion_puts_it() {
        let picture = drawn(&[(0.0, 0.0, Exposure::Clean), (1.0, 0.25, Exposure::Clean)]).file();
        // Axes go from 0 to 1: the second point is at the right edge, a quarter up.
        let circles: Vec<[f64; 2]> = picture
            .split("<circle cx=\"")
            .skip(1)
            .map(|rest| {
                let mut cells = rest.split('"');
                [cells.next().unwrap(), cells.nth(1).unwrap()].map(|n| n.parse().unwrap())
            })
            .collect();
        let [[x0, y0], [x1, y1]] = circles[..] else {
            panic!("{circles:?}");
        };
        assert!((x1 - x0 - SIDE).abs() < 0.2 && (y0 - y1 - SIDE / 4.0).abs() < 0.2);
    }
}
