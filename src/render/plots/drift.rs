//! Facts of the images in an evaluation and a training split, as small multiples.

use super::axis::{Axis, Frame};
use super::svg::{Anchor, Canvas, Key, Paint, Stroke, WIDTH, number, through};
use super::{Plot, Section};
use crate::render::text::fit;
use crate::report::Report;
use crate::report::drift::{Distribution, Fact};
use crate::wording::count;

/// Most pairs of splits drawn.
const PAIRS: usize = 4;

const COLUMNS: usize = 3;
const PANEL: f64 = 112.0;

/// The small multiples; none where no split has images enough.
pub(super) fn drift(report: &Report) -> Option<Plot> {
    let all = &report.distributions;
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for one in all {
        let pair = (&*one.evaluation_split, &*one.training_split);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    if pairs.is_empty() {
        return None;
    }
    let mut canvas = Canvas::default();
    canvas.legend(&[
        (Key::Area(Paint::Sky), "training".to_owned()),
        (Key::Edge(Paint::Vermilion), "evaluation".to_owned()),
    ]);
    for &(evaluation, training) in pairs.iter().take(PAIRS) {
        canvas.height += 18.0;
        let (y, names) = (canvas.height, (fit(evaluation, 40), fit(training, 40)));
        canvas.bold(16.0, y, &format!("{} against {}", names.0, names.1));
        let own: Vec<&Distribution> = all
            .iter()
            .filter(|one| one.evaluation_split == evaluation && one.training_split == training)
            .collect();
        for row in own.chunks(COLUMNS) {
            panels(&mut canvas, row);
        }
    }
    let drifting: Vec<String> = all
        .iter()
        .filter(|one| one.drifts)
        .map(|one| format!("{} of {}", name(one.of), one.evaluation_split))
        .collect();
    let found = match drifting.is_empty() {
        true => "Nothing differs by as much as a finding needs".to_owned(),
        false => format!("These differ: {}", drifting.join(", ")),
    };
    let left = match pairs.len().saturating_sub(PAIRS) {
        0 => String::new(),
        left => format!(" {left} more pairs of splits are in the report."),
    };
    Some(Plot {
        name: "drift",
        section: Section::Drift,
        title: "How the images of the splits are distributed".to_owned(),
        caption: format!(
            "{found}. D is the largest difference of two cumulative shares, V the association of split and name: both 0 to 1.{left}"
        ),
        numbers: None,
        canvas,
    })
}

/// One row of panels.
fn panels(canvas: &mut Canvas, row: &[&Distribution]) {
    let top = canvas.height + 34.0;
    for (column, of) in row.iter().enumerate() {
        let left = 16.0 + column as f64 * (WIDTH - 16.0) / COLUMNS as f64;
        let effect = of.effect.map_or_else(String::new, |effect| {
            let sign = if of.names.is_empty() { "D" } else { "V" };
            format!(", {sign} {effect:.2}")
        });
        let drifts = if of.drifts { ": drifts" } else { "" };
        let title = format!("{}{effect}{drifts}", name(of.of));
        match of.drifts {
            true => canvas.bold(left, top - 10.0, &title),
            false => canvas.text(left, top - 10.0, Anchor::Start, &title),
        }
        let width = (WIDTH - 16.0) / COLUMNS as f64;
        match of.names.is_empty() {
            true => steps(canvas, of, left + 38.0, top, width - 62.0),
            false => bars(canvas, of, left + 74.0, top, width - 98.0),
        }
        let middle = left + width / 2.0;
        let below = top + PANEL + 32.0;
        let unit = match of.names.is_empty() {
            true => unit(of),
            false => "share of images",
        };
        canvas.small(middle, below, Anchor::Middle, unit);
    }
    canvas.height = top + PANEL + 40.0;
}

/// Shares of a split's images in the bins.
fn shares(counts: &[u64]) -> Vec<f64> {
    let all: u64 = counts.iter().sum();
    let all = all.max(1) as f64;
    counts.iter().map(|count| *count as f64 / all).collect()
}

/// Numbers: training filled, evaluation as a line over it, so that both are seen.
fn steps(canvas: &mut Canvas, of: &Distribution, left: f64, top: f64, width: f64) {
    let (evaluation, training) = (shares(&of.evaluation), shares(&of.training));
    let most = evaluation
        .iter()
        .chain(&training)
        .copied()
        .fold(0.0, f64::max);
    let percent = |at: f64| (at, format!("{:.0} %", 100.0 * at));
    let end = (most * 20.0).ceil().max(1.0) / 20.0;
    let y = Axis::given(0.0, end, vec![percent(0.0), percent(end)]);
    let (lo, hi) = (of.edges[0], of.edges[of.edges.len() - 1]);
    let scale = scale(of);
    let (lo, hi) = (lo * scale, hi * scale);
    let x = match lo < hi {
        true => Axis::exact(lo, hi, 4.0),
        // What is all the same has no width of its own.
        false => Axis::given(lo - 1.0, lo + 1.0, vec![(lo, short(lo))]),
    };
    let frame = Frame::at(canvas, [left, top, width, PANEL], x, y);
    let same = [frame.left + width * 0.4, frame.left + width * 0.6];
    let at = |edge: usize| match lo < hi {
        true => frame.x(of.edges[edge] * scale),
        false => same[edge],
    };
    let outline = |shares: &[f64]| {
        let mut points = vec![(at(0), frame.bottom)];
        for (bin, share) in shares.iter().enumerate() {
            let y = frame.y(*share);
            points.extend([(at(bin), y), (at(bin + 1), y)]);
        }
        points.push((at(shares.len()), frame.bottom));
        through(&points)
    };
    canvas.area(Paint::Sky, 0.8, &(outline(&training) + "z"));
    canvas.line(Stroke::Series(Paint::Vermilion), &outline(&evaluation));
}

/// Names: a bar of each split, one above the other.
fn bars(canvas: &mut Canvas, of: &Distribution, left: f64, top: f64, width: f64) {
    let (evaluation, training) = (shares(&of.evaluation), shares(&of.training));
    let most = evaluation
        .iter()
        .chain(&training)
        .copied()
        .fold(0.0, f64::max);
    let percent = |at: f64| (at, format!("{:.0} %", 100.0 * at));
    let end = (most * 20.0).ceil().max(1.0) / 20.0;
    let x = Axis::given(0.0, end, vec![percent(0.0), percent(end)]);
    let none = Axis::given(0.0, 1.0, Vec::new());
    let frame = Frame::at(canvas, [left, top, width, PANEL], x, none);
    let row = (PANEL / of.names.len().max(1) as f64).min(28.0);
    for (at, name) in of.names.iter().enumerate() {
        let y = top + row * at as f64;
        canvas.small(left - 6.0, y + row / 2.0 + 3.5, Anchor::End, &fit(name, 12));
        let half = (row - 2.0) / 2.0;
        let bar = |share: f64| frame.x(share) - left;
        canvas.rect(Paint::Sky, [left, y + 1.0, bar(training[at]), half], "");
        let area = [left, y + 1.0 + half, bar(evaluation[at]), half];
        canvas.rect(Paint::Vermilion, area, "");
    }
    canvas.line(
        Stroke::Axis,
        &format!("M{} {}V{}", number(left), number(top), number(frame.bottom)),
    );
}

fn name(of: Fact) -> &'static str {
    match of {
        Fact::Brightness => "brightness",
        Fact::Contrast => "contrast",
        Fact::Sharpness => "sharpness",
        Fact::Pixels => "size",
        Fact::Aspect => "aspect ratio",
        Fact::Target => "target",
        Fact::Class => "class",
        Fact::Format => "file format",
    }
}

/// Pixels are counted in millions where there are so many.
fn scale(of: &Distribution) -> f64 {
    let most = of.edges.last().copied().unwrap_or(0.0);
    if of.of == Fact::Pixels && most >= 1e5 {
        1e-6
    } else {
        1.0
    }
}

/// A number with three digits that tell, or all of a whole one.
fn short(value: f64) -> String {
    match value.fract() == 0.0 && value >= 0.0 {
        true => count(value as u64),
        false => format!("{value:.2}"),
    }
}

fn unit(of: &Distribution) -> &'static str {
    match of.of {
        Fact::Brightness => "mean grey level (0 to 255)",
        Fact::Contrast => "deviation of grey levels (0 to 255)",
        Fact::Sharpness => "deviation of edges (grey levels)",
        Fact::Pixels if scale(of) < 1.0 => "million pixels",
        Fact::Pixels => "pixels",
        Fact::Aspect => "width over height",
        Fact::Target => "target (its own unit)",
        Fact::Class | Fact::Format => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_split_itself() {
        assert_eq!(shares(&[1, 3]), [0.25, 0.75]);
        assert_eq!(shares(&[0, 0]), [0.0, 0.0]);
    }
}
