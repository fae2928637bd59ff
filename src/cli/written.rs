//! A report in one of its formats, to where it is wanted.

use std::io::IsTerminal as _;
use std::path::Path;

use crate::budget::Budget;
use crate::error::Error;
use crate::render::pairs::Names;
use crate::render::paths::Ending;
use crate::report::Report;
use crate::sample::Dataset;
use crate::{page, render};

use super::gate_args::{Format, NameArgs, PageArgs, Written};
use super::output;

/// Refuses two formats on one stream.
///
/// # Errors
/// Which formats they are.
pub(super) fn require_one_stream(outputs: &[Written]) -> Result<(), Error> {
    let on_stdout = outputs.iter().filter(|output| output.to == Path::new("-"));
    if on_stdout.count() > 1 {
        let message = "two formats cannot share standard output; write one to a file, as `--format sarif=x.sarif`";
        return Err(Error::Settings {
            message: message.to_owned(),
        });
    }
    Ok(())
}

/// What a summary or a format takes besides the report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside<'a> {
    /// Commands worth typing now.
    pub(super) next: &'a [String],
    /// Leads from where files are looked for, the top of a repository, to the dataset.
    pub(super) prefix: &'a str,
    /// How lists of names are written.
    pub(super) names: NameArgs,
    /// How a page is made.
    pub(super) page: &'a PageArgs,
    /// Memory for decoding its pictures.
    pub(super) memory: &'a Budget,
    /// Where its pictures come from.
    pub(super) dataset: Option<&'a Dataset>,
}

/// Writes a report.
///
/// # Errors
/// A file or stream that cannot be written.
pub(super) fn write(report: &Report, output: &Written, beside: Beside<'_>) -> Result<(), Error> {
    let mut text = Vec::new();
    let rendered = match output.format {
        Format::Terminal => render::terminal::render(report, beside.next, &mut text),
        Format::Json => render::json::render(report, &mut text),
        Format::Sarif => render::sarif::render(report, beside.prefix, &mut text),
        Format::Junit => render::junit::render(report, &mut text),
        Format::Github => render::github::render(report, beside.prefix, &mut text),
        Format::Markdown => render::markdown::render(report, &mut text),
        Format::Csv => {
            let names = match beside.names.csv_safe {
                true => Names::SafeForSpreadsheets,
                false => Names::Exact,
            };
            render::pairs::render(report, names, &mut text)
        }
        Format::Paths => {
            let ending = match beside.names.null {
                true => Ending::Nul,
                false => Ending::Newline,
            };
            render::paths::render(report, beside.prefix, ending, &mut text)
        }
        Format::Html => {
            text = page(report, beside).into_bytes();
            Ok(())
        }
    };
    rendered.map_err(|source| Error::Io {
        action: "write",
        path: output.to.clone(),
        source,
    })?;
    if output.to == Path::new("-") {
        return match output.format {
            Format::Terminal => output::to_stdout(&text),
            Format::Csv | Format::Paths | Format::Json if std::io::stdout().is_terminal() => {
                output::bytes_to_stdout(&render::text::harmless(&text))
            }
            _ => output::bytes_to_stdout(&text),
        };
    }
    // Colours are for terminals.
    if output.format == Format::Terminal {
        text = anstream::adapter::strip_bytes(&text).into_vec();
    }
    output::to_file(&output.to, &text)
}

/// Writes every plot that the report allows as a file of its own. The directory is made where it
/// is missing; other files in it are left alone.
///
/// # Errors
/// A directory or a file that cannot be written.
pub(super) fn plots(report: &Report, directory: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(directory).map_err(|source| Error::Io {
        action: "create",
        path: directory.to_path_buf(),
        source,
    })?;
    for plot in render::plots::plots(report) {
        let path = directory.join(plot.name).with_extension("svg");
        output::to_file(&path, plot.file().as_bytes())?;
    }
    Ok(())
}

fn page(report: &Report, beside: Beside<'_>) -> String {
    let megabytes = beside.page.html_max.map(|n| u64::from(n) * 1_000_000);
    let options = page::Options {
        most_bytes: megabytes.unwrap_or(page::Options::MOST_BYTES),
        pictures: !beside.page.html_no_images,
        next: beside.next.to_vec(),
        memory: beside.memory.clone(),
    };
    page::render(report, beside.dataset, &options)
}
