//! A summary for a pull request. Its length is bounded, whatever the dataset.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::text::printable;
use super::{answer, leaked};
use crate::finding::Severity;
use crate::report::Report;
use crate::wording::{self, percent_tenths};

/// Bytes of the longest summary. GitHub takes 65,536 characters in a comment.
pub const MOST_BYTES: usize = 60_000;

/// Rows of one table, items of one list.
const ROWS: usize = 20;

/// Characters of one name or message.
const LENGTH: usize = 300;

/// Writes the summary.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, mut to: impl Write) -> io::Result<()> {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = head(report, &mut text);
    let _ = leakage(report, &mut text);
    let _ = samples(report, &mut text);
    let _ = findings(report, &mut text);
    let _ = notes(report, &mut text);
    if text.len() > MOST_BYTES {
        const END: &str = "\n\nThe rest is cut; the JSON report has all.\n";
        let room = MOST_BYTES - END.len();
        let end = (0..=room).rev().find(|&at| text.is_char_boundary(at));
        let whole = &text[..end.unwrap_or(0)];
        // Half a row would break its table.
        let whole = &whole[..whole.rfind('\n').unwrap_or(whole.len())];
        text = format!("{whole}{END}");
    }
    to.write_all(text.as_bytes())
}

fn head(report: &Report, text: &mut String) -> std::fmt::Result {
    writeln!(text, "## splitleak: {}\n", answer::verdict(report))?;
    writeln!(text, "**{}**\n", prose(&answer::answer(report)))?;
    let coverage = &report.coverage;
    let (all, read) = (
        wording::count(coverage.samples),
        wording::count(coverage.signed),
    );
    write!(text, "{all} images, {read} read.")?;
    if let Some(files) = coverage.ignored.iter().find(|one| one.is_left_out()) {
        let count = wording::count(files.files);
        write!(text, " {count} {}.", files.reason)?;
    }
    if let Some(scope) = &report.scope {
        let (samples, files) = (wording::count(scope.samples), wording::count(scope.files));
        write!(
            text,
            " Only what changed was judged: {samples} images of {files} files."
        )?;
    }
    writeln!(text)?;
    if !report.gate.violations.is_empty() {
        writeln!(text)?;
    }
    for violation in report.gate.violations.iter().take(ROWS) {
        writeln!(
            text,
            "- **{}** {}",
            violation.code.name(),
            prose(&violation.message)
        )?;
    }
    more(report.gate.violations.len(), text)
}

fn leakage(report: &Report, text: &mut String) -> std::fmt::Result {
    // The first line says why.
    if report.leakage_unavailable.is_some() {
        return Ok(());
    }
    writeln!(
        text,
        "\n| evaluation | training | leaked | of | share | 95 % CI | suspected beyond | verdict |\n\
         | --- | --- | ---: | ---: | ---: | --- | ---: | --- |"
    )?;
    for entry in report.leakage.iter().take(ROWS) {
        let interval = entry.leaked.ci95.map_or(String::new(), |[low, high]| {
            format!("{} to {}", percent_tenths(low), percent_tenths(high))
        });
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {interval} | {} | {} |",
            code(&entry.evaluation_split),
            code(&entry.training_split),
            wording::count(entry.leaked.count),
            wording::count(entry.leaked.denominator),
            entry
                .leaked
                .fraction
                .map_or("not known".to_owned(), percent_tenths),
            wording::count(entry.suspected.count),
            entry.verdict.name(),
        )?;
    }
    more(report.leakage.len(), text)
}

/// Leaked images that nobody has accepted.
fn samples(report: &Report, text: &mut String) -> std::fmt::Result {
    let images = leaked::images(report);
    if images.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n| image | leaks from | by |\n| --- | --- | --- |")?;
    for leaked in images.iter().take(ROWS) {
        let from = code(&leaked.leaks[0].training.path);
        let suspected = match leaked.is_counted() {
            true => "",
            false => " (not counted)",
        };
        let (image, kinds) = (code(&leaked.image.path), leaked.kinds());
        writeln!(text, "| {image} | {from} | {kinds}{suspected} |")?;
    }
    more(images.len(), text)
}

fn findings(report: &Report, text: &mut String) -> std::fmt::Result {
    let told = |name: &str| name.starts_with("leak-");
    let mut seen: Vec<&str> = Vec::new();
    for finding in &report.findings {
        let name = finding.code.name();
        if told(name) || seen.contains(&name) {
            continue;
        }
        if seen.is_empty() {
            writeln!(
                text,
                "\n| finding | how many | such as |\n| --- | ---: | --- |"
            )?;
        }
        seen.push(name);
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let count = report.finding_counts.get(name).copied().unwrap_or(1);
        let path = finding
            .paths
            .first()
            .map_or(String::new(), |path| code(path));
        let message = prose(&finding.message);
        writeln!(
            text,
            "| {name} ({word}) | {} | {path} {message} |",
            wording::count(count)
        )?;
    }
    Ok(())
}

fn notes(report: &Report, text: &mut String) -> std::fmt::Result {
    let gate = &report.gate;
    if !gate.accepted.is_empty() || !gate.notes.is_empty() {
        writeln!(text)?;
    }
    for one in gate.accepted.iter().take(ROWS) {
        let (count, by) = (wording::count(one.count), one.by.name());
        writeln!(text, "- accepted by {by}: {count} x {}", one.code.name())?;
    }
    for note in gate.notes.iter().take(ROWS) {
        writeln!(text, "- {}", prose(&note.message))?;
    }
    more(gate.notes.len(), text)
}

fn more(all: usize, text: &mut String) -> std::fmt::Result {
    match all.saturating_sub(ROWS) {
        0 => Ok(()),
        n => writeln!(text, "\nand {} more", wording::count(n as u64)),
    }
}

/// A name as code in a cell: no character of it may end the code or the cell.
fn code(name: &str) -> String {
    let name = shortened(name).replace('`', "'").replace('|', "\\|");
    format!("`{name}`")
}

/// A sentence in a cell or item. Backticks of our messages mark names; what stands outside of them
/// is ours.
fn prose(message: &str) -> String {
    let message = shortened(message);
    // A cut may have left a name open.
    let open = if message.matches('`').count() % 2 == 1 {
        "`"
    } else {
        ""
    };
    message.replace('|', "\\|").replace('<', "&lt;") + open
}

/// At most [`LENGTH`] characters, the end kept because that names the file.
fn shortened(text: &str) -> String {
    let text = printable(text);
    let length = text.chars().count();
    if length <= LENGTH {
        return text;
    }
    let head: String = text.chars().take(LENGTH / 3).collect();
    let tail: String = text.chars().skip(length - LENGTH * 2 / 3).collect();
    format!("{head}...{tail}")
}
