//! Annotations of GitHub Actions: lines that a runner shows beside the files.

use std::io::{self, Write};

use super::text::printable;
use super::{answer, leaked};
use crate::faults;
use crate::finding::Severity;
use crate::report::{Report, Ruling};

/// GitHub shows ten errors and ten warnings of a step, and drops the rest.
const SHOWN: usize = 10;

/// Writes the verdict, then what is new, file by file, as far as GitHub shows it. Paths begin with
/// `prefix`.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, prefix: &str, mut to: impl Write) -> io::Result<()> {
    let gate = &report.gate;
    for violation in gate.violations.iter().take(SHOWN) {
        let title = format!("splitleak {}", violation.code.name());
        writeln!(
            to,
            "::error title={}::{}",
            property(&title),
            data(&violation.message)
        )?;
    }
    let mut rows: Vec<(Severity, String, &str, String)> = Vec::new();
    for leaked in leaked::images(report) {
        let first = leaked.leaks[0];
        let message = format!(
            "leaks from `{}`: {} ({})",
            first.training.split,
            first.training.path,
            leaked.kinds()
        );
        rows.push((
            first.code.severity(),
            first.code.name().to_owned(),
            &leaked.image.path,
            message,
        ));
    }
    for finding in &report.findings {
        let told = finding.code.is_leak() || finding.accepted.is_some();
        if let Some(path) = finding
            .paths
            .first()
            .filter(|_| !told && finding.severity != Severity::Note)
        {
            rows.push((
                finding.severity,
                finding.code.name().to_owned(),
                path,
                finding.message.clone(),
            ));
        }
    }
    // Files of a gate that passed are worth a look, and no error.
    let errors_left = if gate.passed {
        0
    } else {
        SHOWN.saturating_sub(gate.violations.len())
    };
    let (mut errors, mut warnings, mut left_out) = (0, 0, 0u64);
    for (severity, code, path, message) in rows {
        let word = if severity == Severity::Error && errors < errors_left {
            errors += 1;
            "error"
        } else if warnings < SHOWN {
            warnings += 1;
            "warning"
        } else {
            left_out += 1;
            continue;
        };
        let file = property(&super::below(prefix, path));
        writeln!(
            to,
            "::{word} file={file},title={}::{}",
            property(&code),
            data(&message)
        )?;
    }
    if left_out > 0 {
        writeln!(
            to,
            "::notice title=splitleak::and {left_out} more; the JSON report lists all"
        )?;
    }
    for note in &gate.notes {
        writeln!(to, "::notice title=splitleak::{}", data(&note.message))?;
    }
    let verdict = answer::verdict(report);
    if gate.ruling() == Ruling::NotJudged {
        writeln!(to, "::notice title=splitleak::{verdict}")?;
    }
    // A name in the answer must not begin a line.
    writeln!(
        to,
        "splitleak: {verdict}; {}",
        data(&answer::answer(report))
    )
}

fn data(text: &str) -> String {
    let text = faults::cut(text).replace('%', "%25");
    printable(&text.replace('\r', "%0D").replace('\n', "%0A"))
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_forge_a_command() {
        assert_eq!(
            property("a,b:\n::error::x%"),
            "a%2Cb%3A%0A%3A%3Aerror%3A%3Ax%25"
        );
    }
}
