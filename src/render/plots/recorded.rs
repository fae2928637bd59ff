//! Recordings: how near training frames are, and how the splits alternate along time.

use std::fmt::Write;

use super::axis::{Axis, Frame};
use super::svg::{Anchor, Canvas, Key, LINE, Paint, Stroke, WIDTH, number};
use super::{Numbers, Plot, Section};
use crate::render::text::fit;
use crate::report::Report;
use crate::report::recordings::{Distances, Timeline};
use crate::wording::{count, percent_tenths};

/// Most pairs of splits drawn.
const PAIRS: usize = 6;

/// Pixels of a bar and its distance.
const BAR: f64 = 16.0;
const ROW: f64 = 22.0;

/// Evaluation images by steps to the nearest training frame of their recording.
pub(super) fn steps(report: &Report) -> Option<Plot> {
    let all = &report.recordings.distances;
    let first = all.first()?;
    let mut canvas = Canvas::default();
    canvas.legend(&[
        (Key::Area(Paint::Vermilion), "at most 5 steps".to_owned()),
        (Key::Area(Paint::Orange), "6 to 30 steps".to_owned()),
        (Key::Area(Paint::Blue), "further".to_owned()),
        (Key::Area(Paint::Grey), "not known".to_owned()),
    ]);
    let mut rows = Vec::new();
    for of in all.iter().take(PAIRS) {
        let title = format!(
            "images of {} by distance to the nearest frame of {}",
            fit(&of.evaluation_split, 24),
            fit(&of.training_split, 24)
        );
        bars(&mut canvas, of, &title);
        for (name, n, _) in bins(of) {
            let share = n as f64 / of.evaluation_samples.max(1) as f64;
            rows.push(vec![
                of.evaluation_split.clone(),
                of.training_split.clone(),
                name.to_owned(),
                count(n),
                percent_tenths(share),
            ]);
        }
    }
    let near = first.same_instant + first.at_1_step;
    let share = near as f64 / first.evaluation_samples.max(1) as f64;
    let left = all.len().saturating_sub(PAIRS);
    let more = match left {
        0 => String::new(),
        left => format!(" {left} more pairs of splits are in the report."),
    };
    Some(Plot {
        name: "steps-to-training",
        section: Section::Recordings,
        title: "Steps to the nearest training frame".to_owned(),
        caption: format!(
            "{} of {} images of {} ({}) have a training frame of the same recording at most one step away.{more}",
            count(near),
            count(first.evaluation_samples),
            first.evaluation_split,
            percent_tenths(share)
        ),
        numbers: Some(Numbers {
            head: vec!["Evaluation", "Training", "Distance", "Images", "Share"],
            rows,
        }),
        canvas,
    })
}

fn bins(of: &Distances) -> [(&'static str, u64, Paint); 8] {
    [
        ("same instant", of.same_instant, Paint::Vermilion),
        ("1 step", of.at_1_step, Paint::Vermilion),
        ("2 steps", of.at_2_steps, Paint::Vermilion),
        ("3 to 5 steps", of.at_3_to_5_steps, Paint::Vermilion),
        ("6 to 30 steps", of.at_6_to_30_steps, Paint::Orange),
        ("more than 30 steps", of.further, Paint::Blue),
        ("another recording", of.other_recording_only, Paint::Blue),
        ("not known", of.unplaced, Paint::Grey),
    ]
}

fn bars(canvas: &mut Canvas, of: &Distances, title: &str) {
    let bins = bins(of);
    let most = bins.iter().map(|(_, n, _)| *n).max().unwrap_or(0);
    let (left, top) = (150.0, canvas.height + 10.0);
    let height = ROW * bins.len() as f64;
    let axis = Axis::counts(most as f64, 5.0);
    // Room on the right for the words of the longest bar.
    let area = [left, top, WIDTH - left - 110.0, height];
    let frame = Frame::at(canvas, area, axis, Axis::given(0.0, 1.0, Vec::new()));
    for (row, (name, n, paint)) in bins.into_iter().enumerate() {
        let y = top + ROW * row as f64 + (ROW - BAR) / 2.0;
        canvas.text(left - 8.0, y + 12.0, Anchor::End, name);
        let mut end = frame.x(n as f64);
        if n > 0 {
            end = end.max(left + 1.5);
            canvas.rect(paint, [left, y, end - left, BAR], "");
        }
        let share = n as f64 / of.evaluation_samples.max(1) as f64;
        let words = match n {
            0 => "0".to_owned(),
            n => format!("{} ({})", count(n), percent_tenths(share)),
        };
        canvas.text(end + 6.0, y + 12.0, Anchor::Start, &words);
    }
    let below = frame.bottom + 38.0;
    canvas.text(
        f64::midpoint(frame.left, frame.right),
        below,
        Anchor::Middle,
        title,
    );
    canvas.height = below + 12.0;
}

/// The recordings with most evaluation images along time: a random split looks like a bar code.
pub(super) fn timeline(report: &Report) -> Option<Plot> {
    let all = &report.recordings.timelines;
    let first = all.first()?;
    let role = |name: &str| {
        let mut splits = report.dataset.splits.iter();
        splits
            .find(|split| split.name == name)
            .map(|split| split.role)
    };
    let paint = |split: Option<&str>| match split.and_then(role) {
        Some(role) if role.is_evaluation() => Paint::Vermilion,
        Some(role) if role.name() == "training" => Paint::Blue,
        _ => Paint::Grey,
    };
    let mut canvas = Canvas::default();
    canvas.legend(&[
        (Key::Area(Paint::Blue), "training".to_owned()),
        (Key::Area(Paint::Vermilion), "evaluation".to_owned()),
        (Key::Area(Paint::Grey), "other images".to_owned()),
    ]);
    let mut cuts = Vec::new();
    for timeline in all {
        strip(&mut canvas, timeline, &paint);
        cuts.push(format!(
            "{}: {} stretches of one split in {} images",
            called(timeline, 60),
            count(timeline.stretches.len() as u64),
            count(drawn(timeline))
        ));
    }
    let middle = WIDTH / 2.0;
    canvas.text(
        middle,
        canvas.height + 6.0,
        Anchor::Middle,
        "position along the recording (images)",
    );
    canvas.height += 18.0;
    let title = match all.len() {
        1 => format!("{} along time", called(first, 40)),
        _ => "Recordings along time".to_owned(),
    };
    Some(Plot {
        name: "timeline",
        section: Section::Recordings,
        title,
        caption: format!(
            "A split drawn frame by frame looks like a bar code. {}.",
            cuts.join("; ")
        ),
        numbers: None,
        canvas,
    })
}

/// Name of a recording, which may be empty where names are nothing but numbers.
fn called(timeline: &Timeline, columns: usize) -> String {
    match &*timeline.recording {
        "" => "The recording".to_owned(),
        name => fit(&format!("Recording {name}"), columns),
    }
}

/// Images that the stretches hold.
fn drawn(timeline: &Timeline) -> u64 {
    timeline.stretches.iter().map(|one| one.samples).sum()
}

fn strip(canvas: &mut Canvas, timeline: &Timeline, paint: &dyn Fn(Option<&str>) -> Paint) {
    const HEIGHT: f64 = 30.0;
    let all = drawn(timeline);
    let goes_on = if timeline.truncated {
        "; its beginning"
    } else {
        ""
    };
    let name = format!(
        "{} ({} images{goes_on})",
        called(timeline, 60),
        count(timeline.samples)
    );
    let (left, top) = (16.0, canvas.height + LINE + 8.0);
    canvas.bold(left, top - 6.0, &name);
    let area = [left, top, WIDTH - 40.0, HEIGHT];
    let axis = Axis::exact(0.0, all as f64, all.clamp(1, 6) as f64);
    let frame = Frame::at(canvas, area, axis, Axis::given(0.0, 1.0, Vec::new()));
    for (of, path) in stretches(timeline, &frame, paint) {
        canvas.area(of, 1.0, &path);
    }
    // Over the stretches, so that its edge is seen.
    canvas.line(
        Stroke::Axis,
        &format!(
            "M{} {}H{}",
            number(left),
            number(frame.bottom),
            number(frame.right)
        ),
    );
    canvas.height = frame.bottom + 28.0;
}

/// One path for each colour: thousands of stretches are a small picture.
fn stretches(
    timeline: &Timeline,
    frame: &Frame,
    paint: &dyn Fn(Option<&str>) -> Paint,
) -> Vec<(Paint, String)> {
    let mut paths: Vec<(Paint, String)> = [Paint::Blue, Paint::Vermilion, Paint::Grey]
        .map(|paint| (paint, String::new()))
        .to_vec();
    let mut before = 0_u64;
    for stretch in &timeline.stretches {
        let own = paint(stretch.split.as_deref());
        let (from, to) = (
            frame.x(before as f64),
            frame.x((before + stretch.samples) as f64),
        );
        before += stretch.samples;
        if let Some((_, path)) = paths.iter_mut().find(|(paint, _)| *paint == own) {
            // Hundredths of a pixel: a stretch may be narrower than one.
            let _ = write!(
                path,
                "M{from:.2} {}H{to:.2}V{}H{from:.2}z",
                number(frame.top),
                number(frame.bottom)
            );
        }
    }
    paths.retain(|(_, path)| !path.is_empty());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recordings::Stretch;

    #[test]
    fn stretches_follow_each_other_and_fill_the_strip() {
        let stretch = |split: &str, samples| Stretch {
            split: Some(split.to_owned()),
            samples,
        };
        let timeline = Timeline {
            recording: "r".to_owned(),
            samples: 4,
            stretches: vec![stretch("a", 1), stretch("b", 2), stretch("a", 1)],
            truncated: false,
        };
        let mut canvas = Canvas::default();
        let axis = Axis::exact(0.0, 4.0, 4.0);
        let none = Axis::given(0.0, 1.0, Vec::new());
        let frame = Frame::at(&mut canvas, [100.0, 5.0, 400.0, 30.0], axis, none);
        let paint = |split: Option<&str>| match split {
            Some("a") => Paint::Blue,
            _ => Paint::Grey,
        };
        assert_eq!(
            stretches(&timeline, &frame, &paint),
            [
                (
                    Paint::Blue,
                    "M100.00 5H200.00V35H100.00zM400.00 5H500.00V35H400.00z".to_owned()
                ),
                (Paint::Grey, "M200.00 5H400.00V35H200.00z".to_owned())
            ]
        );
    }
}
