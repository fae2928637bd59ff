//! Drawing in SVG. Colours stand in the elements, for files; classes beside them let a page that is
//! dark draw them in its own.

use std::fmt::Write;

use crate::render::text::printable;

/// Width of every picture, in pixels.
pub(super) const WIDTH: f64 = 640.0;

/// Height of a line of text.
pub(super) const LINE: f64 = 18.0;

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Blue,
    Vermilion,
    Green,
    Orange,
    Sky,
    Purple,
    Grey,
}

impl Paint {
    fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Vermilion => "vermilion",
            Self::Green => "green",
            Self::Orange => "orange",
            Self::Sky => "sky",
            Self::Purple => "purple",
            Self::Grey => "grey",
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Blue => "#0072b2",
            Self::Vermilion => "#d55e00",
            Self::Green => "#009e73",
            Self::Orange => "#e69f00",
            Self::Sky => "#56b4e9",
            Self::Purple => "#cc79a7",
            Self::Grey => "#7f858c",
        }
    }
}

/// Where a text ends that is placed at a point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stroke {
    /// Of a series.
    Series(Paint),
    /// Of a series, dashed.
    Dashed(Paint),
    /// Edge of a frame.
    Axis,
    /// Lines behind.
    Grid,
    /// A value that is compared with.
    Mark,
}

/// What a legend shows before its words.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    Area(Paint),
    Band(Paint),
    Line(Paint),
    /// A line without points.
    Edge(Paint),
    Dashed(Paint),
    Dot(Paint),
    Ring(Paint),
    /// A point with its interval.
    Whisker(Paint),
    Mark,
}

/// A picture that grows downwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Canvas {
    body: String,
    /// Pixels used from the top.
    pub(super) height: f64,
}

impl Canvas {
    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, text: &str) {
        self.styled(x, y, anchor, "", text);
    }

    /// A text in bold.
    pub(super) fn bold(&mut self, x: f64, y: f64, text: &str) {
        self.styled(x, y, Anchor::Start, " font-weight=\"bold\"", text);
    }

    /// A text of 10 pixels.
    pub(super) fn small(&mut self, x: f64, y: f64, anchor: Anchor, text: &str) {
        self.styled(x, y, anchor, " font-size=\"10\"", text);
    }

    fn styled(&mut self, x: f64, y: f64, anchor: Anchor, style: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\"{anchor}{style}>{}</text>",
            number(x),
            number(y),
            escaped(text)
        );
    }

    /// A text that is read from below, in the middle of a line at `x`.
    pub(super) fn upright(&mut self, x: f64, y: f64, text: &str) {
        let _ = writeln!(
            self.body,
            "<text transform=\"translate({} {}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            number(x),
            number(y),
            escaped(text)
        );
    }

    /// A filled rectangle, with words for who points at it.
    pub(super) fn rect(&mut self, paint: Paint, [x, y, w, h]: [f64; 4], words: &str) {
        let words = match words {
            "" => String::new(),
            words => format!("<title>{}</title>", escaped(words)),
        };
        let _ = writeln!(
            self.body,
            "<rect{} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{words}</rect>",
            fill(paint),
            number(x),
            number(y),
            number(w),
            number(h)
        );
    }

    /// A filled path; less than opaque where something lies behind it.
    pub(super) fn area(&mut self, paint: Paint, opacity: f64, path: &str) {
        let _ = writeln!(
            self.body,
            "<path{} fill-opacity=\"{opacity}\" d=\"{path}\"/>",
            fill(paint)
        );
    }

    pub(super) fn line(&mut self, stroke: Stroke, path: &str) {
        let style = match stroke {
            Stroke::Series(paint) => format!("{} stroke-width=\"2\"", line(paint)),
            Stroke::Dashed(paint) => {
                format!(
                    "{} stroke-width=\"2\" stroke-dasharray=\"6 4\"",
                    line(paint)
                )
            }
            Stroke::Axis => " class=\"axis\" stroke=\"#444\"".to_owned(),
            Stroke::Grid => " class=\"grid\" stroke=\"#ddd\"".to_owned(),
            Stroke::Mark => {
                " class=\"mark\" stroke=\"#222\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\""
                    .to_owned()
            }
        };
        let _ = writeln!(self.body, "<path{style} fill=\"none\" d=\"{path}\"/>");
    }

    /// A point; hollow where it is drawn with a reservation.
    pub(super) fn dot(&mut self, paint: Paint, x: f64, y: f64, radius: f64, hollow: bool) {
        let style = match hollow {
            true => format!("{} stroke-width=\"2\" fill=\"none\"", line(paint)),
            false => fill(paint),
        };
        let _ = writeln!(
            self.body,
            "<circle{style} cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>",
            number(x),
            number(y)
        );
    }

    /// Small points that may lie on each other.
    pub(super) fn cloud(&mut self, paint: Paint, points: impl Iterator<Item = (f64, f64)>) {
        let _ = writeln!(self.body, "<g{} fill-opacity=\"0.55\">", fill(paint));
        for (x, y) in points {
            let _ = writeln!(
                self.body,
                "<circle cx=\"{}\" cy=\"{}\" r=\"2\"/>",
                number(x),
                number(y)
            );
        }
        self.body += "</g>\n";
    }

    /// A legend in as many lines as it needs, below all that was drawn.
    pub(super) fn legend(&mut self, entries: &[(Key, String)]) {
        let (mut x, mut y) = (8.0, self.height + 16.0);
        for (key, words) in entries {
            let width = 28.0 + text_width(words) + 18.0;
            if x > 8.0 && x + width > WIDTH {
                (x, y) = (8.0, y + LINE);
            }
            self.key(*key, x, y - 4.0);
            self.text(x + 28.0, y, Anchor::Start, words);
            x += width;
        }
        self.height = y + 8.0;
    }

    /// The sign of a legend, 22 pixels wide around a middle line.
    fn key(&mut self, key: Key, x: f64, y: f64) {
        let across = format!("M{} {}h22", number(x), number(y));
        let block = format!("M{} {}h22v12h-22z", number(x), number(y - 6.0));
        match key {
            Key::Area(paint) => self.area(paint, 1.0, &block),
            Key::Band(paint) => self.area(paint, BAND, &block),
            Key::Line(paint) => {
                self.line(Stroke::Series(paint), &across);
                self.dot(paint, x + 11.0, y, 3.5, false);
            }
            Key::Edge(paint) => self.line(Stroke::Series(paint), &across),
            Key::Dashed(paint) => self.line(Stroke::Dashed(paint), &across),
            Key::Dot(paint) => self.dot(paint, x + 11.0, y, 4.0, false),
            Key::Ring(paint) => self.dot(paint, x + 11.0, y, 4.0, true),
            Key::Whisker(paint) => {
                let (x, y) = (x + 11.0, y);
                self.line(Stroke::Series(paint), &whisker(x, y + 7.0, y - 7.0, false));
                self.dot(paint, x, y, 3.5, false);
            }
            Key::Mark => self.line(Stroke::Mark, &across),
        }
    }

    /// The drawing as a part of a page, which sets its colours and its size.
    pub(super) fn inline(&self, words: &str) -> String {
        format!(
            "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">\n{}</svg>",
            number(self.height),
            escaped(words),
            self.body
        )
    }

    /// The drawing as a file of its own, on white.
    pub(super) fn file(&self, title: &str, words: &str) -> String {
        let height = number(self.height);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#222\" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n{}</svg>\n",
            escaped(title),
            escaped(words),
            self.body
        )
    }
}

/// How opaque a band is.
pub(super) const BAND: f64 = 0.25;

fn fill(paint: Paint) -> String {
    format!(" class=\"f-{}\" fill=\"{}\"", paint.name(), paint.colour())
}

fn line(paint: Paint) -> String {
    format!(
        " class=\"l-{}\" stroke=\"{}\"",
        paint.name(),
        paint.colour()
    )
}

/// A length to a tenth of a pixel, without a needless `.0` and without a sign at zero.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

/// About how wide a text of 12 pixels is: no font is at hand to measure it.
pub(super) fn text_width(text: &str) -> f64 {
    6.3 * text.chars().count() as f64
}

/// Text as it may stand in an element or a quoted attribute, without control characters.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}

/// A path through points.
pub(super) fn through(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, (x, y)) in points.iter().enumerate() {
        let step = if at == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{step}{} {}", number(*x), number(*y));
    }
    path
}

/// An interval with bars at its ends, or with an arrow at the upper one where it goes on.
pub(super) fn whisker(x: f64, lo: f64, hi: f64, goes_on: bool) -> String {
    let (left, right) = (number(x - 5.0), number(x + 5.0));
    let (x, lo, hi) = (number(x), number(lo), number(hi));
    let upper = match goes_on {
        true => format!("M{left} {hi}m0 7l5 -7l5 7"),
        false => format!("M{left} {hi}H{right}"),
    };
    format!("M{x} {lo}V{hi}M{left} {lo}H{right}{upper}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(escaped("a\"<b>&\n'"), "a&quot;&lt;b&gt;&amp;\\n&#39;");
    }

    #[test]
    fn lengths_are_short_and_zero_has_no_sign() {
        let told = [0.04, -0.04, 1.0, 12.34, -3.06].map(number);
        assert_eq!(told, ["0", "0", "1", "12.3", "-3.1"]);
    }

    #[test]
    fn a_legend_that_is_too_wide_goes_on_in_the_next_line() {
        let mut canvas = Canvas::default();
        let entry = || (Key::Mark, "x".repeat(50));
        canvas.legend(&[entry(), entry()]);
        assert_eq!(canvas.height, 16.0 + LINE + 8.0);
    }
}
