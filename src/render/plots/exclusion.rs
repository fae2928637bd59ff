//! The exclusion curve: loss of a lookup table while ever more of the training frames around each
//! sample are hidden.

use super::axis::{Axis, Frame};
use super::svg::{BAND, Canvas, Key, Paint, Stroke, number, through};
use super::{Numbers, Plot, Section, unit};
use crate::report::Report;
use crate::report::explanation::{CurvePoint, ExclusionCurve, Hidden};
use crate::wording::{loss, percent};

/// Share of the training split below which a point says little: the plateau must leave as much.
const TRAINING_LEFT: f64 = 0.8;

/// The curve; none where no more than one window could be tried.
pub(super) fn exclusion(report: &Report) -> Option<Plot> {
    let t2 = report.explanation.as_ref()?.t2.as_ref()?;
    let curve = t2.exclusion.as_ref()?;
    let seen = |point: &&CurvePoint| point.five_nearest.value.is_some();
    if curve.points.iter().filter(seen).count() < 2 {
        return None;
    }
    let points = &curve.points;
    let lines = points
        .iter()
        .flat_map(|p| [p.copy_nearest, p.five_nearest.value]);
    let most = lines
        .flatten()
        .filter(|v| v.is_finite())
        .fold(0.0, f64::max);
    // Intervals of a few groups are wide: one that would press the curves flat is cut.
    let uppers = || points.iter().filter_map(|p| p.five_nearest.hi);
    let top = uppers().map(|hi| hi.min(1.5 * most)).fold(most, f64::max);
    let axis_of_loss = Axis::round(0.0, top, 5.0);
    let cut = uppers().any(|hi| hi > axis_of_loss.end());
    let mut canvas = Canvas::default();
    canvas.legend(&legend(curve, cut));
    let lags = curve.points.iter().any(|point| point.lag_steps.is_some());
    let title = match lags {
        true => "hidden: training frames of the recording up to this lag (steps, scale of powers)",
        false => "hidden from each sample",
    };
    let y_title = format!("loss of a lookup table{}", unit(t2.proxy_metric));
    let frame = Frame::draw(
        &mut canvas,
        250.0,
        (axis(&curve.points), title),
        (axis_of_loss, &y_title),
    );
    draw(&mut canvas, &frame, curve);
    Some(Plot {
        name: "exclusion-curve",
        section: Section::Loss,
        title: "Loss of a lookup table as training frames around each sample are hidden".to_owned(),
        caption: caption(curve),
        numbers: Some(numbers(&curve.points)),
        canvas,
    })
}

/// Where a window stands: lags by the logarithm of 1 + lag, nothing and everything beside them.
fn place(point: &CurvePoint) -> f64 {
    const STEP: f64 = 0.35;
    match (point.hidden, point.lag_steps) {
        (Hidden::Nothing, _) => -STEP,
        (Hidden::LeakGroup, _) => 0.0,
        (Hidden::Lag, lag) => (1.0 + f64::from(lag.unwrap_or(0))).log10(),
        (Hidden::Recording, _) => 101f64.log10() + STEP,
    }
}

/// A window in a word.
fn words(point: &CurvePoint) -> String {
    match (point.hidden, point.lag_steps) {
        (Hidden::Nothing, _) => "nothing".to_owned(),
        (Hidden::LeakGroup, _) => "copies and group".to_owned(),
        (Hidden::Lag, lag) => lag.unwrap_or(0).to_string(),
        (Hidden::Recording, _) => "whole\nrecording".to_owned(),
    }
}

fn axis(points: &[CurvePoint]) -> Axis {
    let places = points.iter().map(place);
    let (lo, hi) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), at| {
        (lo.min(at), hi.max(at))
    });
    let ticks = points.iter().map(|point| (place(point), words(point)));
    Axis::given(lo - 0.15, hi + 0.15, ticks.collect())
}

fn draw(canvas: &mut Canvas, frame: &Frame, curve: &ExclusionCurve) {
    let points = &curve.points;
    let copy = points
        .iter()
        .filter_map(|p| Some(frame.at_point((place(p), p.copy_nearest?))));
    let copy: Vec<(f64, f64)> = copy.collect();
    let five = points
        .iter()
        .filter_map(|p| Some((p, frame.at_point((place(p), p.five_nearest.value?)))));
    let five: Vec<(&CurvePoint, (f64, f64))> = five.collect();
    let end = |of: fn(&CurvePoint) -> Option<f64>| {
        let ends = points.iter().filter_map(move |p| Some((p, of(p)?)));
        ends.map(|(p, at)| frame.at_point((place(p), at)))
            .collect::<Vec<_>>()
    };
    let mut around = end(|p| p.five_nearest.lo);
    around.extend(end(|p| p.five_nearest.hi).into_iter().rev());
    if around.len() > 2 {
        canvas.area(Paint::Blue, BAND, &(through(&around) + "z"));
    }
    if let Some(plateau) = curve.plateau.value {
        canvas.line(Stroke::Dashed(Paint::Green), &frame.across(plateau));
    }
    if let Some(lag) = curve.decorrelation_lag_steps {
        let x = frame.x((1.0 + f64::from(lag)).log10());
        let path = format!(
            "M{} {}V{}",
            number(x),
            number(frame.top),
            number(frame.bottom)
        );
        canvas.line(Stroke::Mark, &path);
    }
    canvas.line(Stroke::Series(Paint::Orange), &through(&copy));
    for (x, y) in copy {
        canvas.dot(Paint::Orange, x, y, 3.0, false);
    }
    let line: Vec<(f64, f64)> = five.iter().map(|(_, at)| *at).collect();
    canvas.line(Stroke::Series(Paint::Blue), &through(&line));
    for (point, (x, y)) in five {
        canvas.dot(Paint::Blue, x, y, 3.5, point.training_left < TRAINING_LEFT);
    }
}

fn legend(curve: &ExclusionCurve, cut: bool) -> Vec<(Key, String)> {
    let points = &curve.points;
    let mut entries = vec![(Key::Line(Paint::Blue), "five nearest".to_owned())];
    if points.iter().any(|p| p.five_nearest.lo.is_some()) {
        let cut = if cut { " (goes on above)" } else { "" };
        entries.push((Key::Band(Paint::Blue), format!("95 % interval{cut}")));
    }
    if points.iter().any(|p| p.copy_nearest.is_some()) {
        entries.push((Key::Line(Paint::Orange), "copying the nearest".to_owned()));
    }
    if let Some(plateau) = curve.plateau.value {
        let words = format!("plateau {}", loss(plateau));
        entries.push((Key::Dashed(Paint::Green), words));
    }
    if let Some(lag) = curve.decorrelation_lag_steps {
        entries.push((Key::Mark, format!("decorrelation lag: {lag} steps")));
    }
    if points.iter().any(|p| p.training_left < TRAINING_LEFT) {
        let words = format!("less than {} of training left", percent(TRAINING_LEFT));
        entries.push((Key::Ring(Paint::Blue), words));
    }
    entries
}

fn caption(curve: &ExclusionCurve) -> String {
    let open = curve.points.first().and_then(|p| p.five_nearest.value);
    match (open, curve.plateau.value, curve.ratio_five_nearest.value) {
        (Some(open), Some(plateau), Some(ratio)) => format!(
            "Averaging the targets of the five nearest training images scores {} with all in view and {} where the curve levels off, {ratio:.2} times as much: by so much leakage flatters a learner that copies.",
            loss(open),
            loss(plateau)
        ),
        _ => format!("The curve has no plateau: {}.", curve.plateau.message),
    }
}

fn numbers(points: &[CurvePoint]) -> Numbers {
    let told = |value: Option<f64>| value.map_or_else(String::new, loss);
    let row = |point: &CurvePoint| {
        let five = &point.five_nearest;
        vec![
            words(point).replace('\n', " "),
            told(five.value),
            told(five.lo),
            told(five.hi),
            told(point.copy_nearest),
            percent(point.training_left),
        ]
    };
    Numbers {
        head: vec![
            "Hidden",
            "Five nearest",
            "Lower end",
            "Upper end",
            "Copying the nearest",
            "Training left",
        ],
        rows: points.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::explanation::Estimate;

    fn point(hidden: Hidden, lag_steps: Option<u32>) -> CurvePoint {
        CurvePoint {
            hidden,
            lag_steps,
            copy_nearest: None,
            five_nearest: Estimate::exact(1.0, 1),
            n_dropped: 0,
            training_left: 1.0,
        }
    }

    #[test]
    fn windows_stand_in_order_and_a_tenfold_lag_is_one_step_of_the_scale() {
        let lags = [0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 100];
        let mut points = vec![point(Hidden::Nothing, None)];
        points.extend(lags.map(|lag| point(Hidden::Lag, Some(lag))));
        points.push(point(Hidden::Recording, None));
        let places: Vec<f64> = points.iter().map(place).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        let ten_and_one = [9, 99].map(|lag| place(&point(Hidden::Lag, Some(lag))));
        assert!((ten_and_one[1] - ten_and_one[0] - 1.0).abs() < 1e-12);
        assert_eq!(axis(&points).ticks.len(), points.len());
    }
}
