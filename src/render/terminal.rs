//! The report for a person: what leaked, by what evidence, and what to do next.
//!
//! Fits 80 columns. Styles are written as escape codes; the caller's stream
//! drops them where they are not wanted.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::answer;
use super::caveat::caveat;
use super::labels;
use super::text::{fit, printable, wrap};
use crate::finding::Severity;
use crate::leak::Leak;
use crate::rate::Rate;
use crate::report::recordings::{Distances, GroupRule, SharedGroups};
use crate::report::{Leakage, Report, ReportPair, Ruling, Scope, Verdict};
use crate::wording::{self, percent_tenths};

/// Columns of the widest line.
pub const WIDTH: usize = 80;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
pub(super) const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const GREEN: Style = AnsiColor::Green.on_default().bold();

/// Writes the summary. `next` are commands worth typing now, one a line.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, next: &[String], to: &mut dyn Write) -> io::Result<()> {
    let reason = report.leakage_unavailable.clone();
    let answer = reason.unwrap_or_else(|| answer::answer(report));
    headline(report, &answer, to)?;
    splits(report, to)?;
    not_read(report, to)?;
    left_out(report, to)?;
    for line in labels::lines(&report.dataset.labels) {
        write!(to, "{}", wrap(&line, "  ", "    "))?;
    }
    leakage(report, to)?;
    if let Some(explanation) = &report.explanation {
        heading("Explanation", to)?;
        write!(to, "{}", super::explanation::render(explanation))?;
    }
    examples(report, to)?;
    recordings(report, to)?;
    super::simulated::render(&report.simulated_splits, to)?;
    duplicates(report, to)?;
    findings(report, to)?;
    verdict(report, to)?;
    if !next.is_empty() {
        heading("Next", to)?;
        for line in next {
            writeln!(to, "  {line}")?;
        }
    }
    // Again, because on a small screen the first line is gone.
    let verdict = answer::verdict(report);
    writeln!(to)?;
    let answer = report.why_not_judged().unwrap_or(&answer);
    headline(report, &format!("{answer} ({verdict})"), to)
}

/// The verdict in a word, in its colour, and the answer.
fn headline(report: &Report, answer: &str, to: &mut dyn Write) -> io::Result<()> {
    let is_empty = report.scope.as_ref().is_some_and(Scope::is_empty);
    let (style, word) = match report.verdict {
        Verdict::Clear if is_empty => (YELLOW, "NOTHING NEW"),
        Verdict::Leaks => (RED, "LEAKS"),
        Verdict::Unknown => (YELLOW, "UNKNOWN"),
        Verdict::NotJudged => (YELLOW, "NOT JUDGED"),
        Verdict::Clear => (GREEN, "CLEAR"),
    };
    let lines = wrap(&format!("{word}  {answer}"), "", "  ");
    let rest = lines.strip_prefix(word).unwrap_or(&lines);
    write!(to, "{style}{word}{style:#}{BOLD}{rest}{BOLD:#}")
}

pub(super) fn heading(text: &str, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}{text}{BOLD:#}")
}

fn splits(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let coverage = &report.coverage;
    writeln!(
        to,
        "{} images, {} ({})",
        wording::count(coverage.samples),
        match coverage.not_opened {
            0 => format!("{} read", wording::count(coverage.signed)),
            _ => "none opened".to_owned(),
        },
        report.dataset.layout.name()
    )?;
    let evidence = &report.dataset.evidence;
    if !evidence.is_empty() {
        let lines = wrap(evidence, "  ", "  ");
        write!(to, "{DIM}{lines}{DIM:#}")?;
    }
    for split in &report.dataset.splits {
        let role = split.role.name();
        let unreadable = match split.samples - split.readable {
            _ if coverage.not_opened > 0 => String::new(),
            0 => String::new(),
            n => format!("  {RED}{} unreadable{RED:#}", wording::count(n)),
        };
        let name = fit(&split.name, 24);
        let samples = wording::count(split.samples);
        let line = format!("  {name:24} {samples:>12}  {role:10}{unreadable}");
        writeln!(to, "{}", line.trim_end())?;
    }
    Ok(())
}

/// What may hold images and was not read: nothing below speaks of it.
fn not_read(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let hiding = report.coverage.not_read.iter();
    for files in hiding.filter(|files| files.split.is_some()) {
        let line = format!(
            "not read in {}: {} x {}, such as `{}`",
            files.split.as_deref().unwrap_or_default(),
            wording::count(files.files),
            files.reason,
            files.example
        );
        write!(to, "{RED}{}{RED:#}", wrap(&line, "  ", "    "))?;
    }
    Ok(())
}

/// What settings leave out: whoever may change them may hide a leak.
fn left_out(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let mut ignored = report.coverage.ignored.iter();
    let Some(files) = ignored.find(|one| one.is_left_out()) else {
        return Ok(());
    };
    let line = format!(
        "{}: {}, such as `{}`",
        files.reason,
        wording::count(files.files),
        files.example
    );
    write!(to, "{}", wrap(&line, "  ", "    "))
}

fn leakage(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    heading("Leakage", to)?;
    if let Some(reason) = report.why_not_judged() {
        return writeln!(to, "  not judged: {reason}");
    }
    if report.scope.is_some() {
        writeln!(
            to,
            "  {DIM}with a changed or named image on either side:{DIM:#}"
        )?;
    }
    if let Some(text) = caveat(report) {
        write!(to, "{}", wrap(text, "  ", "  "))?;
    }
    for entry in &report.leakage {
        match report.coverage.not_opened {
            0 => one_leakage(entry, to)?,
            _ => {
                let names = format!("{} from {}", entry.evaluation_split, entry.training_split);
                writeln!(to, "  {}: pixels were not compared", fit(&names, 50))?;
                if entry.suspected.count > 0 {
                    writeln!(
                        to,
                        "    {YELLOW}{} of {} suspected{YELLOW:#}",
                        wording::count(entry.suspected.count),
                        wording::count(entry.suspected.denominator)
                    )?;
                }
            }
        }
    }
    Ok(())
}

fn one_leakage(entry: &Leakage, to: &mut dyn Write) -> io::Result<()> {
    let names = format!("{} from {}", entry.evaluation_split, entry.training_split);
    let Some(fraction) = entry.leaked.fraction else {
        return writeln!(to, "  {}: no image of it could be read", fit(&names, 50));
    };
    let style = match entry.verdict {
        Verdict::Leaks => RED,
        Verdict::Unknown | Verdict::NotJudged => YELLOW,
        Verdict::Clear => GREEN,
    };
    let interval = interval(&entry.leaked);
    writeln!(
        to,
        "  {:22} {style}{:>7} leaked{style:#}  {} of {}{interval}",
        fit(&names, 22),
        percent_tenths(fraction),
        wording::count(entry.leaked.count),
        wording::count(entry.leaked.denominator)
    )?;
    if entry.suspected.count > 0 {
        writeln!(
            to,
            "  {:22} {YELLOW}{:>7} suspected beyond that{YELLOW:#}  {} of {}",
            "",
            percent_tenths(entry.suspected.fraction.unwrap_or_default()),
            wording::count(entry.suspected.count),
            wording::count(entry.suspected.denominator)
        )?;
    }
    if entry.verdict == Verdict::Unknown {
        let codes: Vec<&str> = entry.unknown.iter().map(|code| code.name()).collect();
        let text = format!("not judged in full: {}", codes.join(", "));
        write!(to, "{}", wrap(&text, "    ", "      "))?;
    }
    for (kind, &count) in entry.by_kind.iter().filter(|(_, count)| **count > 0) {
        let aside = match kind {
            Leak::AnotherPass if entry.passes_beyond() > 0 => {
                "  the same place at another time: not counted"
            }
            _ => "",
        };
        writeln!(
            to,
            "    {:20} {:>9}{aside}",
            kind.name(),
            wording::count(count)
        )?;
    }
    if !entry.worst.is_empty() {
        writeln!(to, "    worst:")?;
    }
    for part in entry.worst.iter().take(5) {
        let share = percent_tenths(part.leaked.fraction.unwrap_or_default());
        let (count, all) = (
            wording::count(part.leaked.count),
            wording::count(part.leaked.denominator),
        );
        writeln!(
            to,
            "      {:30} {share:>7}  {count} of {all}",
            fit(&part.name, 30)
        )?;
    }
    Ok(())
}

fn interval(rate: &Rate) -> String {
    let Some([low, high]) = rate.ci95 else {
        return String::new();
    };
    format!(
        "  (95 % CI {} to {})",
        percent_tenths(low),
        percent_tenths(high)
    )
}

fn examples(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    if report.pairs.is_empty() {
        return Ok(());
    }
    heading("Example pairs", to)?;
    let mut shown: Vec<&ReportPair> = Vec::new();
    for pair in &report.pairs {
        // One pair of each evaluation image says more than five of one.
        if shown.len() < 5
            && shown
                .iter()
                .all(|other| other.evaluation != pair.evaluation)
        {
            shown.push(pair);
        }
    }
    for pair in shown {
        let mut detail = pair.kind.name().to_owned();
        let transform = serde_json::to_value(pair.transform).unwrap_or_default();
        if let Some(similarity) = pair.similarity {
            detail.push_str(&format!(", similarity {similarity:.2}"));
        }
        if let Some(transform) = transform.as_str().filter(|name| *name != "identity") {
            detail.push_str(&format!(", {transform}"));
        }
        if let Some(steps) = pair.steps {
            let noun = if steps == 1 { "step" } else { "steps" };
            detail.push_str(&format!(", {steps} {noun} apart"));
        } else if pair.shared_area.is_some() {
            detail.push_str(", in part");
        }
        let sign = if pair.confirmed { '=' } else { '?' };
        writeln!(to, "  {}", fit(&pair.evaluation.path, WIDTH - 2))?;
        let room = WIDTH - 7 - detail.len();
        writeln!(
            to,
            "    {sign} {} {DIM}{detail}{DIM:#}",
            fit(&pair.training.path, room)
        )?;
    }
    Ok(())
}

/// How near in time the splits were recorded, and which groups they share.
fn recordings(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let known = &report.recordings;
    // What the user declared is attested even where nothing is shared.
    let told = |entry: &&SharedGroups| entry.shared > 0 || entry.rule != GroupRule::Views;
    let groups: Vec<_> = known.groups.iter().filter(told).collect();
    let together = report
        .leakage
        .iter()
        .flat_map(|entry| entry.recorded_together.keys())
        .any(|kind| matches!(kind, Leak::OverlappingTile | Leak::AugmentedSibling));
    // Where nothing is placed in time, nothing is near.
    let distances: Vec<String> = known.distances.iter().filter_map(distances).collect();
    if distances.is_empty() && groups.is_empty() && !together {
        return Ok(());
    }
    heading("Recorded together", to)?;
    for text in distances {
        write!(to, "{}", wrap(&text, "  ", "    "))?;
    }
    for entry in &report.leakage {
        for (kind, count) in &entry.recorded_together {
            let words = match kind {
                Leak::OverlappingTile => "cut next to or over a training tile",
                Leak::AugmentedSibling => "made from the source of a training image",
                // Told above by distance, and below by group.
                _ => continue,
            };
            let text = format!(
                "{} from {}: {} {words}, {} of them alike by pixels",
                entry.evaluation_split,
                entry.training_split,
                wording::count(count.samples),
                wording::count(count.confirmed)
            );
            write!(to, "{}", wrap(&text, "  ", "    "))?;
        }
    }
    for entry in groups {
        write!(to, "{}", wrap(&entry.statement, "  ", "    "))?;
    }
    Ok(())
}

/// How far evaluation frames are from the nearest training frame; `None` where no frame is placed.
fn distances(entry: &Distances) -> Option<String> {
    let counts = [
        ("at the same instant", entry.same_instant),
        ("1 step away", entry.at_1_step),
        ("2 steps", entry.at_2_steps),
        ("3 to 5", entry.at_3_to_5_steps),
        ("6 to 30", entry.at_6_to_30_steps),
        ("further", entry.further),
        ("in another recording only", entry.other_recording_only),
    ];
    let parts = counts.into_iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(words, count)| format!("{} {words}", wording::count(count)))
        .collect();
    let names = format!("{} from {}", entry.evaluation_split, entry.training_split);
    (!parts.is_empty()).then(|| format!("{names}: nearest training frame {}", parts.join(", ")))
}

fn duplicates(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let with: Vec<_> = report
        .duplicates
        .iter()
        .filter(|entry| entry.duplicated.count > 0)
        .collect();
    if with.is_empty() {
        return Ok(());
    }
    heading("Duplicates inside a split", to)?;
    for entry in with {
        let name = fit(entry.split.as_deref().unwrap_or("all images"), 24);
        let share = percent_tenths(entry.duplicated.fraction.unwrap_or_default());
        let (count, all) = (
            wording::count(entry.duplicated.count),
            wording::count(entry.duplicated.denominator),
        );
        writeln!(to, "  {name:24} {share:>7}  {count} of {all}")?;
    }
    if let Some(clusters) = report.clusters.as_ref().filter(|all| all.largest > 2) {
        let clusters_of = match clusters.count {
            1 => "1 cluster".to_owned(),
            count => format!("{} clusters", wording::count(count)),
        };
        let largest = wording::count(clusters.largest);
        let mut text =
            format!("over all splits {clusters_of} of duplicates, the largest of {largest} images");
        if clusters.chained > 0 {
            let chained = wording::count(clusters.chained);
            text.push_str(&format!(
                "; in {chained} of them the least alike images are no duplicates of each other, as in a slow pan"
            ));
        }
        write!(to, "{}", wrap(&text, "  ", "    "))?;
    }
    Ok(())
}

fn findings(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    // Leaks and duplicates have been told above.
    let told = |name: &str| name.starts_with("leak-") || name.starts_with("duplicate-in-split");
    let mut codes: Vec<(Severity, &str, u64)> = Vec::new();
    for finding in &report.findings {
        let name = finding.code.name();
        if !told(name) && codes.iter().all(|(_, seen, _)| *seen != name) {
            let count = report.finding_counts.get(name).copied().unwrap_or(1);
            codes.push((finding.severity, name, count));
        }
    }
    if codes.is_empty() {
        return Ok(());
    }
    heading("Findings", to)?;
    for (severity, name, count) in codes {
        let (style, word) = match severity {
            Severity::Error => (RED, "error"),
            Severity::Warning => (YELLOW, "warning"),
            Severity::Note => (DIM, "note"),
        };
        writeln!(
            to,
            "  {style}{word:7}{style:#} {} x {name}",
            wording::count(count)
        )?;
        let of_code = report
            .findings
            .iter()
            .filter(|finding| finding.code.name() == name);
        for finding in of_code.take(3) {
            let path = finding
                .paths
                .first()
                .map(|path| printable(path))
                .unwrap_or_default();
            let text = if path.is_empty() {
                finding.message.clone()
            } else if count > 1 || finding.paths.len() == 1 {
                format!("{path}: {}", finding.message)
            } else {
                format!("{} (such as {path})", finding.message)
            };
            write!(to, "{}", wrap(&text, "          ", "            "))?;
        }
        if count > 3 {
            writeln!(to, "          and {} more", wording::count(count - 3))?;
        }
    }
    Ok(())
}

fn verdict(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    heading("Gate", to)?;
    let gate = &report.gate;
    if let Some(scope) = &report.scope {
        let text = format!(
            "judged: changed or named images only ({}), against all others; leaks between others are not counted",
            wording::count(scope.samples)
        );
        write!(to, "{}", wrap(&text, "  ", "  "))?;
    }
    for one in &gate.accepted {
        let (count, by) = (wording::count(one.count), one.by.name());
        writeln!(
            to,
            "  {DIM}accepted by {by}: {count} x {}{DIM:#}",
            one.code.name()
        )?;
    }
    for note in &gate.notes {
        write!(
            to,
            "{YELLOW}{}{YELLOW:#}",
            wrap(&note.message, "  note: ", "    ")
        )?;
    }
    let style = match gate.ruling() {
        Ruling::Passed if report.verdict.is_clear() => GREEN,
        Ruling::Failed | Ruling::Incomplete => RED,
        Ruling::Passed | Ruling::NotJudged => YELLOW,
    };
    writeln!(to, "  {style}{}{style:#}", answer::verdict(report))?;
    for violation in &gate.violations {
        write!(to, "{}", wrap(&violation.message, "  - ", "    "))?;
    }
    Ok(())
}
