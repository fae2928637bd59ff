//! Pictures of a report as SVG: parts of the page, and files for papers (`--plots`).
//!
//! Own SVG, since it is little: the plots need axes, bars, lines and bands, in one drawing that the
//! page colours by its theme and that is the same byte for byte on every run. Crates for plots
//! bring fonts, or a script that draws in a browser.

mod axis;
mod drift;
mod epochs;
mod exclusion;
mod gap;
mod recorded;
mod response;
mod scatter;
mod similarity;
mod svg;

use crate::report::Report;
use crate::report::explanation::Metric;
use svg::Canvas;

/// A picture of what a report holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// Name of its file, without an ending.
    pub name: &'static str,
    /// The part of the page it belongs to.
    pub section: Section,
    /// What it shows.
    pub title: String,
    /// What is to be seen, with the figures that matter.
    pub caption: String,
    /// All of its figures, where they fit a table.
    pub numbers: Option<Numbers>,
    canvas: Canvas,
}

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What was recorded together.
    Recordings,
    /// The loss.
    Loss,
    /// How images are distributed in the splits.
    Drift,
    /// How it was found.
    How,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// Heads of the columns.
    pub head: Vec<&'static str>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
}

impl Plot {
    /// As a part of a page, which sets size and colours by the classes of its elements.
    #[must_use]
    pub fn inline(&self) -> String {
        self.canvas.inline(&self.title)
    }

    /// As a file of its own, 640 pixels wide and on white.
    #[must_use]
    pub fn file(&self) -> String {
        self.canvas.file(&self.title, &self.caption)
    }
}

/// Every picture that the report allows, in the order of the page.
#[must_use]
pub fn plots(report: &Report) -> Vec<Plot> {
    let mut plots: Vec<Plot> = [
        recorded::steps(report),
        recorded::timeline(report),
        epochs::epochs(report),
        gap::gap(report),
        exclusion::exclusion(report),
    ]
    .into_iter()
    .flatten()
    .collect();
    plots.extend(response::responses(report));
    let others = [
        scatter::correlation(report),
        drift::drift(report),
        similarity::similarity(report),
    ];
    plots.extend(others.into_iter().flatten());
    plots
}

/// The same with a capital at its beginning.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}

/// A loss as the title of an axis names it, in brackets behind the word.
fn unit(metric: Metric) -> &'static str {
    match metric {
        Metric::SquaredError => " (mean squared error)",
        Metric::AbsoluteError => " (mean absolute error)",
        Metric::LogLoss => " (nats)",
        Metric::ErrorRate => " (error rate)",
        Metric::Unknown | Metric::NotAMean => "",
    }
}
