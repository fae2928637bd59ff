//! Which share of the gap between training and validation loss each cause could be.

use super::axis::{Axis, Frame};
use super::svg::{Anchor, BAND, Canvas, Key, Paint, Stroke, WIDTH, number};
use super::{Numbers, Plot, Section, sentence};
use crate::report::Report;
use crate::report::explanation::FromLosses;
use crate::wording::{loss, percent};

/// A cause: what of the gap it could be, in shares of it.
#[derive(Debug, PartialEq)]
struct Cause {
    name: &'static str,
    paint: Paint,
    /// The likeliest share, if the report holds one.
    point: Option<f64>,
    lo: f64,
    hi: f64,
}

const ROW: f64 = 40.0;

/// The decomposition; none where validation is not below training.
pub(super) fn gap(report: &Report) -> Option<Plot> {
    let t1 = report.explanation.as_ref()?.t1.as_ref()?;
    let gap = t1.gap.value.filter(|gap| *gap > 0.0)?;
    let causes = causes(t1);
    if causes.is_empty() {
        return None;
    }
    let mut canvas = Canvas::default();
    canvas.legend(&[
        (Key::Band(Paint::Grey), "possible".to_owned()),
        (Key::Dot(Paint::Grey), "likeliest, or measured".to_owned()),
    ]);
    let (left, top) = (190.0, canvas.height + 10.0);
    let area = [left, top, WIDTH - left - 130.0, ROW * causes.len() as f64];
    let ticks = [0.0, 0.25, 0.5, 0.75, 1.0].map(|at| (at, format!("{:.0} %", 100.0 * at)));
    let axis = Axis::given(0.0, 1.0, ticks.to_vec());
    let frame = Frame::at(&mut canvas, area, axis, Axis::given(0.0, 1.0, Vec::new()));
    for (row, cause) in causes.iter().enumerate() {
        draw(&mut canvas, &frame, top + ROW * (row as f64 + 0.5), cause);
    }
    let below = frame.bottom + 38.0;
    let title = format!(
        "share of the gap of {} between training and validation loss",
        loss(gap)
    );
    canvas.text(
        f64::midpoint(frame.left, frame.right),
        below,
        Anchor::Middle,
        &title,
    );
    canvas.height = below + 12.0;
    let told: Vec<String> = causes
        .iter()
        .map(|cause| format!("{}: {}", cause.name, words(cause)))
        .collect();
    Some(Plot {
        name: "gap",
        section: Section::Loss,
        title: "What the gap between the losses could be".to_owned(),
        caption: format!(
            "{}. Each could hold by itself: the shares do not add up to 100 %.",
            sentence(&told.join("; "))
        ),
        numbers: Some(Numbers {
            head: vec!["Cause", "Share of the gap"],
            rows: causes
                .iter()
                .map(|cause| vec![cause.name.to_owned(), words(cause)])
                .collect(),
        }),
        canvas,
    })
}

/// The causes of which the report holds a share.
fn causes(t1: &FromLosses) -> Vec<Cause> {
    let last = t1.half_epoch.last();
    let average = last.and_then(|end| {
        Some(Cause {
            name: "mean over the epoch",
            paint: Paint::Orange,
            point: end.share_of_gap,
            lo: 0.0,
            hi: end.share_of_gap_max?,
        })
    });
    let mode = t1.share_of_gap_mode.map(|share| Cause {
        name: "dropout and the like",
        paint: Paint::Sky,
        point: Some(share),
        lo: share,
        hi: share,
    });
    let leakage = t1.share_of_gap.lo.map(|lo| Cause {
        name: "leakage",
        paint: Paint::Vermilion,
        point: t1.share_of_gap.value,
        lo,
        hi: t1.share_of_gap.hi.unwrap_or(f64::INFINITY),
    });
    average.into_iter().chain(mode).chain(leakage).collect()
}

/// A share in words: more than all is told as such.
fn words(cause: &Cause) -> String {
    let share = |share: f64| match share {
        share if share > 1.0 => "all and more".to_owned(),
        share => percent(share.max(0.0)),
    };
    match cause.hi > cause.lo {
        true => format!("{} to {}", share(cause.lo), share(cause.hi)),
        false => share(cause.hi),
    }
}

fn draw(canvas: &mut Canvas, frame: &Frame, y: f64, cause: &Cause) {
    canvas.text(frame.left - 8.0, y + 4.0, Anchor::End, cause.name);
    let (from, to) = (frame.x(cause.lo), frame.x(cause.hi));
    if to > from {
        let path = format!(
            "M{} {}H{}v20H{}z",
            number(from),
            number(y - 10.0),
            number(to),
            number(from)
        );
        canvas.area(cause.paint, 2.0 * BAND, &path);
    }
    // A share that is one value is a point, too.
    let point = cause.point.or((to <= from).then_some(cause.lo));
    if let Some(point) = point {
        canvas.dot(cause.paint, frame.x(point), y, 5.0, false);
    }
    if cause.hi > 1.0 {
        // An arrow: it goes on beyond the whole gap.
        let path = format!(
            "M{} {}l8 6l-8 6",
            number(frame.right + 2.0),
            number(y - 6.0)
        );
        canvas.line(Stroke::Series(cause.paint), &path);
    }
    canvas.text(frame.right + 16.0, y + 4.0, Anchor::Start, &words(cause));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_whole_gap_is_told_as_such() {
        let cause = |lo, hi| Cause {
            name: "x",
            paint: Paint::Grey,
            point: None,
            lo,
            hi,
        };
        assert_eq!(words(&cause(0.0, 2.7)), "0 % to all and more");
        assert_eq!(words(&cause(0.4, 0.4)), "40 %");
        assert_eq!(words(&cause(0.0, f64::INFINITY)), "0 % to all and more");
    }
}
