//! Dose and response: mean loss by how close training came, with intervals.

use super::axis::{Axis, Frame};
use super::scatter::paint;
use super::svg::{Canvas, Key, Paint, Stroke, whisker};
use super::{Numbers, Plot, Section, sentence, unit};
use crate::report::Report;
use crate::report::explanation::{FromPredictions, Metric, Response, ResponseBin, ResponseBy};
use crate::wording::{count, loss};

/// Mean loss of one dose.
struct Dose {
    words: String,
    paint: Paint,
    n: u64,
    loss: f64,
    interval: Option<(f64, f64)>,
}

/// What one picture shows.
struct Shown {
    name: &'static str,
    title: &'static str,
    axis: &'static str,
    doses: Vec<Dose>,
}

/// A picture for each measure of which at least two values occur.
pub(super) fn responses(report: &Report) -> Vec<Plot> {
    let Some(explanation) = &report.explanation else {
        return Vec::new();
    };
    let Some(t3) = &explanation.t3 else {
        return Vec::new();
    };
    let metric = explanation.t2.as_ref().map(|t2| t2.proxy_metric);
    // Of classes the proxies' metric is another than that of the losses.
    let numbers = matches!(metric, Some(Metric::SquaredError | Metric::AbsoluteError));
    let metric = metric.filter(|_| numbers).unwrap_or(Metric::Unknown);
    let all = t3.loss_recomputed.value;
    let mut shown = vec![by_exposure(t3)];
    shown.extend(t3.responses.iter().map(by_response));
    shown.push(by_distance(t3));
    let worth = shown.into_iter().filter(|shown| shown.doses.len() > 1);
    worth.map(|shown| drawn(shown, all, metric)).collect()
}

fn by_exposure(t3: &FromPredictions) -> Shown {
    let dose = |row: &crate::report::explanation::ClassLoss| {
        Some(Dose {
            words: row.class.name().to_owned(),
            paint: paint(row.class),
            n: row.loss.n_used,
            loss: row.loss.value?,
            interval: row.loss.lo.zip(row.loss.hi),
        })
    };
    Shown {
        name: "loss-by-exposure",
        title: "Loss by exposure to training",
        axis: "exposure of the evaluation image to training",
        doses: t3.by_class.iter().filter_map(dose).collect(),
    }
}

fn by_distance(t3: &FromPredictions) -> Shown {
    let dose = |bin: &crate::report::explanation::DoseBin| Dose {
        words: format!("{:.2} to\n{:.2}", bin.distance_lo, bin.distance_hi),
        paint: Paint::Blue,
        n: bin.n,
        loss: bin.loss,
        interval: bin.loss_lo.zip(bin.loss_hi),
    };
    Shown {
        name: "loss-by-image-distance",
        title: "Loss by distance to the nearest training image",
        axis: "distance to the nearest training image (standard deviations), equally many images a bin",
        doses: t3.dose.iter().map(dose).collect(),
    }
}

fn by_response(response: &Response) -> Shown {
    let (name, title, axis) = match response.by {
        ResponseBy::Steps => (
            "loss-by-distance",
            "Loss by distance to the nearest training frame",
            "distance to the nearest training frame of the recording (steps)",
        ),
        ResponseBy::Similarity => (
            "loss-by-similarity",
            "Loss by similarity to the most similar training image",
            "similarity to the most similar training image (none: none above the threshold)",
        ),
        ResponseBy::Copies => (
            "loss-by-copies",
            "Loss by number of copies in training",
            "training images that show the same picture (count)",
        ),
    };
    let dose = |bin: &ResponseBin| {
        Some(Dose {
            words: bin_words(response.by, bin),
            paint: Paint::Blue,
            n: bin.loss.n_used,
            loss: bin.loss.value?,
            interval: bin.loss.lo.zip(bin.loss.hi),
        })
    };
    Shown {
        name,
        title,
        axis,
        doses: response.bins.iter().filter_map(dose).collect(),
    }
}

/// A bin in a few characters.
fn bin_words(by: ResponseBy, bin: &ResponseBin) -> String {
    let whole = by != ResponseBy::Similarity;
    match (bin.lo, bin.hi) {
        (None, _) if whole => "other\nrecording".to_owned(),
        (None, _) => "none".to_owned(),
        (Some(lo), None) => format!("{lo:.0} or more"),
        (Some(lo), Some(hi)) if whole && lo == hi => format!("{lo:.0}"),
        (Some(lo), Some(hi)) if whole => format!("{lo:.0} to {hi:.0}"),
        (Some(lo), Some(hi)) if lo < 0.0 => format!("below {hi:.2}"),
        (Some(lo), Some(hi)) => format!("{lo:.2} to\n{hi:.2}"),
    }
}

fn drawn(shown: Shown, all: Option<f64>, metric: Metric) -> Plot {
    let Shown {
        name,
        title,
        axis,
        doses,
    } = shown;
    let (lo, top) = ends(&doses, all);
    let two_lines = doses.iter().any(|dose| dose.words.contains('\n'));
    let labels = doses.iter().map(|dose| {
        // As many lines in every label, so that counts stand in one line.
        let second = two_lines && !dose.words.contains('\n');
        let second = if second { "\n" } else { "" };
        format!("{}{second}\nn = {}", dose.words, count(dose.n))
    });
    let axis_of_loss = Axis::round(lo, top, 5.0);
    let end = axis_of_loss.end();
    let goes_on = |hi: f64| hi > end;
    let cut = doses.iter().filter_map(|dose| dose.interval);
    let cut = match cut.into_iter().any(|(_, hi)| goes_on(hi)) {
        true => " (arrow: goes on above)",
        false => "",
    };
    let mut canvas = Canvas::default();
    let words = format!("mean loss with 95 % interval{cut}");
    let mut legend = vec![(Key::Whisker(Paint::Blue), words)];
    if doses.iter().any(|dose| dose.interval.is_none()) {
        let words = "too few groups for an interval".to_owned();
        legend.push((Key::Ring(Paint::Blue), words));
    }
    if let Some(all) = all {
        legend.push((
            Key::Dashed(Paint::Grey),
            format!("all samples: {}", loss(all)),
        ));
    }
    canvas.legend(&legend);
    let y_title = format!("mean loss{}", unit(metric));
    let frame = Frame::draw(
        &mut canvas,
        230.0,
        (Axis::places(labels.collect()), axis),
        (axis_of_loss, &y_title),
    );
    if let Some(all) = all {
        canvas.line(Stroke::Dashed(Paint::Grey), &frame.across(all));
    }
    for (at, dose) in doses.iter().enumerate() {
        let (x, y) = frame.at_point((at as f64, dose.loss));
        if let Some((lo, hi)) = dose.interval {
            let path = whisker(x, frame.y(lo), frame.y(hi), goes_on(hi));
            canvas.line(Stroke::Series(dose.paint), &path);
        }
        canvas.dot(dose.paint, x, y, 5.0, dose.interval.is_none());
    }
    let told: Vec<String> = doses
        .iter()
        .map(|dose| format!("{}: {}", dose.words.replace('\n', " "), loss(dose.loss)))
        .collect();
    Plot {
        name,
        section: Section::Loss,
        title: title.to_owned(),
        caption: format!(
            "{}. What is near to training is also common, and may be easier: no proof of leakage by itself.",
            sentence(&told.join("; "))
        ),
        numbers: Some(numbers(&doses)),
        canvas,
    }
}

/// Ends of the axis of losses. Intervals of a few groups are wide: one that exceeds the largest
/// mean by much is cut, or it alone would be seen.
fn ends(doses: &[Dose], all: Option<f64>) -> (f64, f64) {
    let means = doses.iter().map(|dose| dose.loss).chain(all);
    let (lo, hi) = means.fold((0.0f64, 0.0f64), |(lo, hi), v| (lo.min(v), hi.max(v)));
    let intervals = || doses.iter().filter_map(|dose| dose.interval);
    let room = 2.5 * hi;
    let top = intervals()
        .map(|(_, upper)| upper.min(room))
        .fold(hi, f64::max);
    (intervals().map(|(lower, _)| lower).fold(lo, f64::min), top)
}

fn numbers(doses: &[Dose]) -> Numbers {
    let row = |dose: &Dose| {
        let ends = dose.interval;
        vec![
            dose.words.replace('\n', " "),
            count(dose.n),
            loss(dose.loss),
            ends.map_or_else(String::new, |(lo, _)| loss(lo)),
            ends.map_or_else(String::new, |(_, hi)| loss(hi)),
        ]
    };
    Numbers {
        head: vec!["Dose", "Images", "Mean loss", "Lower end", "Upper end"],
        rows: doses.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::explanation::Estimate;

    fn response(by: ResponseBy, bins: &[(Option<f64>, Option<f64>, f64)]) -> Response {
        let bin = |&(lo, hi, value): &(Option<f64>, Option<f64>, f64)| ResponseBin {
            lo,
            hi,
            loss: Estimate {
                lo: Some(value / 2.0),
                hi: Some(value * 2.0),
                ..Estimate::exact(value, 7)
            },
        };
        Response {
            by,
            bins: bins.iter().map(bin).collect(),
        }
    }

    #[test]
    fn bins_are_named_by_what_they_hold() {
        let words = |by, lo, hi| {
            let of = response(by, &[(lo, hi, 1.0)]);
            bin_words(by, &of.bins[0]).replace('\n', " ")
        };
        let (steps, alike) = (ResponseBy::Steps, ResponseBy::Similarity);
        assert_eq!(words(steps, Some(1.0), Some(1.0)), "1");
        assert_eq!(words(steps, Some(3.0), Some(5.0)), "3 to 5");
        assert_eq!(words(steps, Some(31.0), None), "31 or more");
        assert_eq!(words(steps, None, None), "other recording");
        assert_eq!(words(alike, Some(-1.0), Some(0.5)), "below 0.50");
        assert_eq!(words(alike, Some(0.9), Some(0.95)), "0.90 to 0.95");
        assert_eq!(words(alike, None, None), "none");
    }

    #[test]
    fn a_mean_twice_as_large_lies_twice_as_high() {
        let of = response(
            ResponseBy::Copies,
            &[(Some(0.0), Some(0.0), 2.0), (Some(1.0), Some(1.0), 1.0)],
        );
        let picture = drawn(by_response(&of), None, Metric::Unknown).file();
        let heights: Vec<f64> = picture
            .split("cy=\"")
            .skip(2)
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect();
        // The axis goes from 0 to 4 in a frame of 230 pixels.
        assert_eq!(heights.len(), 2);
        assert!(
            (heights[1] - heights[0] - 230.0 / 4.0).abs() < 0.2,
            "{heights:?}"
        );
        assert!(picture.contains(">n = 7<"));
    }
}
