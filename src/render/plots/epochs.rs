//! Losses by epoch, with what an honest validation loss may be as bands.

use super::axis::{Axis, Frame};
use super::svg::{BAND, Canvas, Key, Paint, Stroke, through};
use super::{Numbers, Plot, Section, sentence};
use crate::report::Report;
use crate::report::explanation::{Bound, Estimate, Explanation, LogPoint};
use crate::wording::loss;

/// Losses of which the largest exceeds the smallest by more are drawn on a scale of powers.
const WIDE: f64 = 30.0;

/// An interval across the picture.
struct Band {
    paint: Paint,
    words: &'static str,
    lo: f64,
    /// Without an upper end it goes on above.
    hi: Option<f64>,
}

/// The curves; none where no log gave a loss.
pub(super) fn epochs(report: &Report) -> Option<Plot> {
    let explanation = report.explanation.as_ref()?;
    let log = explanation.log.as_ref()?;
    let curve = &log.curve;
    let (first, last) = (curve.first()?, curve.last()?);
    let losses = || curve.iter().flat_map(|p| [p.training, p.validation]);
    let losses = || losses().flatten().filter(|loss| loss.is_finite());
    let (least, most) = losses().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| {
        (lo.min(v), hi.max(v))
    });
    if least > most {
        return None;
    }
    let bands = bands(explanation);
    let constant = explanation.t2.as_ref();
    let constant = constant.and_then(|t2| t2.yardsticks.trivial_loss.value);
    // What lies far above the curves would press them flat: it is cut, and its figure told.
    let room = 1.5 * log.validation.unwrap_or(most).max(most);
    let above = bands.iter().filter_map(|band| band.hi).chain(constant);
    let top = above.filter(|end| *end <= room).fold(most, f64::max);
    let low = bands.iter().map(|band| band.lo).fold(least, f64::min);
    let powers = low > 0.0 && top / low > WIDE;
    let axis = match powers {
        true => Axis::powers(low, top),
        false => Axis::round(low.min(0.0), top, 5.0),
    };
    let end = axis.end();
    let mut canvas = Canvas::default();
    canvas.legend(&legend(curve, &bands, constant, end));
    let title = if powers {
        "loss (scale of powers)"
    } else {
        "loss"
    };
    let frame = Frame::draw(
        &mut canvas,
        260.0,
        (Axis::whole(first.epoch, last.epoch, 10.0), "epoch"),
        (axis, title),
    );
    for band in &bands {
        let path = frame.band(band.lo, band.hi.unwrap_or(end).min(end));
        canvas.area(band.paint, BAND, &path);
        canvas.line(Stroke::Series(band.paint), &frame.across(band.lo));
        if let Some(hi) = band.hi.filter(|hi| *hi <= end) {
            canvas.line(Stroke::Series(band.paint), &frame.across(hi));
        }
    }
    if let Some(constant) = constant.filter(|constant| *constant <= end) {
        canvas.line(Stroke::Dashed(Paint::Grey), &frame.across(constant));
    }
    for (paint, of) in sides() {
        draw(&mut canvas, &frame, paint, curve, of);
    }
    Some(Plot {
        name: "loss-by-epoch",
        section: Section::Loss,
        title: "Losses by epoch, and what an honest validation loss may be".to_owned(),
        caption: caption(&bands, log.line.as_str()),
        numbers: Some(numbers(curve)),
        canvas,
    })
}

type Side = fn(&LogPoint) -> Option<f64>;

fn sides() -> [(Paint, Side); 2] {
    [
        (Paint::Blue, |point| point.training),
        (Paint::Vermilion, |point| point.validation),
    ]
}

/// One curve; epochs without the loss are passed over.
fn draw(canvas: &mut Canvas, frame: &Frame, paint: Paint, curve: &[LogPoint], of: Side) {
    let points: Vec<(f64, f64)> = curve
        .iter()
        .filter_map(|point| Some((point.epoch as f64, of(point).filter(|v| v.is_finite())?)))
        .map(|point| frame.at_point(point))
        .collect();
    canvas.line(Stroke::Series(paint), &through(&points));
    // Points of long runs would be a thick line.
    if points.len() <= 60 {
        for (x, y) in points {
            canvas.dot(paint, x, y, 3.5, false);
        }
    }
}

/// The intervals that the report holds of the loss without leakage, the surest first.
fn bands(explanation: &Explanation) -> Vec<Band> {
    let of = |paint, words, estimate: &Estimate| {
        estimate.lo.map(|lo| Band {
            paint,
            words,
            lo,
            hi: estimate.hi,
        })
    };
    let measured = explanation.t3.as_ref().and_then(|t3| {
        let words = "honest loss from predictions, 95 % interval";
        of(Paint::Sky, words, &t3.honest_standardised)
    });
    let mut bounds = explanation.t1.iter().flat_map(|t1| &t1.clean_loss_bounds);
    let usable = |bound: &&Bound| {
        let told = matches!(bound.set.as_str(), "B1" | "B3") && bound.basis == "exposed";
        // Where almost all is leaked the bounds say nothing, and where nothing is they are a line.
        told && bound.leaked > 0.0 && bound.clean_loss.reason_code.is_none()
    };
    let bounds = bounds.rfind(usable).and_then(|bound| {
        let words = "bounds of the loss on samples that are not exposed";
        of(Paint::Green, words, &bound.clean_loss)
    });
    let projected = explanation.t2.as_ref().and_then(|t2| {
        let words = "projected honest loss, a margin";
        of(Paint::Purple, words, &t2.honest_projection)
    });
    measured
        .into_iter()
        .chain(bounds)
        .chain(projected)
        .collect()
}

/// The interval in words.
fn interval(band: &Band) -> String {
    match band.hi {
        Some(hi) => format!("{}: {} to {}", band.words, loss(band.lo), loss(hi)),
        None => format!("{}: at least {}", band.words, loss(band.lo)),
    }
}

fn legend(
    curve: &[LogPoint],
    bands: &[Band],
    constant: Option<f64>,
    end: f64,
) -> Vec<(Key, String)> {
    let names = ["training loss", "validation loss"];
    let mut entries: Vec<(Key, String)> = sides()
        .into_iter()
        .zip(names)
        .filter(|((_, of), _)| curve.iter().any(|point| of(point).is_some()))
        .map(|((paint, _), name)| (Key::Line(paint), name.to_owned()))
        .collect();
    entries.extend(bands.iter().map(|band| {
        let cut = band.hi.is_none_or(|hi| hi > end);
        let cut = if cut { " (goes on above)" } else { "" };
        (Key::Band(band.paint), format!("{}{cut}", interval(band)))
    }));
    if let Some(constant) = constant {
        let cut = if constant > end {
            " (above the picture)"
        } else {
            ""
        };
        let words = format!("best constant: {}{cut}", loss(constant));
        entries.push((Key::Dashed(Paint::Grey), words));
    }
    entries
}

fn caption(bands: &[Band], read: &str) -> String {
    let told: Vec<String> = bands.iter().map(interval).collect();
    match told.is_empty() {
        true => format!("Read from the log: {read}. No interval of an honest loss is known."),
        false => format!("Read from the log: {read}. {}.", sentence(&told.join("; "))),
    }
}

fn numbers(curve: &[LogPoint]) -> Numbers {
    let told = |value: Option<f64>| value.map_or_else(String::new, loss);
    Numbers {
        head: vec!["Epoch", "Training loss", "Validation loss"],
        rows: curve
            .iter()
            .map(|p| vec![p.epoch.to_string(), told(p.training), told(p.validation)])
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_lies_where_proportion_puts_it_and_a_missing_one_is_passed_over() {
        let point = |epoch, validation| LogPoint {
            epoch,
            training: None,
            validation,
        };
        let curve = [point(1, Some(0.5)), point(2, None), point(3, Some(1.0))];
        let mut canvas = Canvas::default();
        let (x, y) = (Axis::exact(1.0, 3.0, 2.0), Axis::exact(0.0, 1.0, 2.0));
        let frame = Frame::at(&mut canvas, [0.0, 0.0, 100.0, 200.0], x, y);
        let [_, (paint, validation)] = sides();
        draw(&mut canvas, &frame, paint, &curve, validation);
        assert!(canvas.inline("").contains("d=\"M0 100L100 0\""));
        assert_eq!(canvas.inline("").matches("<circle").count(), 2);
    }

    #[test]
    fn a_band_that_is_cut_says_so_and_one_without_an_end_too() {
        let band = |hi| Band {
            paint: Paint::Green,
            words: "bounds",
            lo: 0.01,
            hi,
        };
        let words = |hi| legend(&[], &[band(hi)], None, 0.02)[0].1.clone();
        assert_eq!(words(Some(0.015)), "bounds: 0.0100 to 0.0150");
        assert_eq!(words(Some(0.5)), "bounds: 0.0100 to 0.5000 (goes on above)");
        assert_eq!(words(None), "bounds: at least 0.0100 (goes on above)");
    }
}
