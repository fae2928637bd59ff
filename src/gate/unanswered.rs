//! Limits on what is suspected, and the line that says what was not judged.

use std::collections::BTreeSet;

use super::completeness;
use super::judge::violation;
use super::policy::Policy;
use crate::finding::Code;
use crate::report::{GateNote, Leakage, NoteCode, Report, Verdict, Violation, ViolationCode};

/// Violations of `--max-suspected` and `--strict`.
pub(super) fn violations(report: &Report, policy: &Policy) -> Vec<Violation> {
    let mut violations = Vec::new();
    if policy.max_suspected.is_none() && !policy.strict {
        return violations;
    }
    if let Some(reason) = report.why_not_judged() {
        let message = format!("`--max-suspected` or `--strict` was asked for, but {reason}");
        return vec![violation(ViolationCode::NotJudged, message)];
    }
    for entry in &report.leakage {
        let accepted = accepted_suspects(report, entry);
        let count = entry.suspected.count.saturating_sub(accepted);
        let denominator = entry.suspected.denominator;
        if let Some(most) = policy.max_suspected
            && most.exceeded_by(count, denominator)
        {
            let beside = match accepted {
                0 => String::new(),
                n => format!(" ({n} accepted)"),
            };
            let message = format!(
                "{count} of {denominator} images of `{}` are suspected to leak from `{}`{beside}, more than {most} allowed: {}",
                entry.evaluation_split,
                entry.training_split,
                names(&entry.unknown)
            );
            violations.push(violation(ViolationCode::MaxSuspected, message));
        }
        if policy.strict && is_open(report, entry) {
            let open = open(report, entry);
            let message = format!("{} is unknown: {}", whether(entry), why(&open));
            // What could not be read was not judged; a question that is open was.
            let code = match open.iter().all(|code| code.hides_images()) {
                true => ViolationCode::Incomplete,
                false => ViolationCode::Unknown,
            };
            violations.push(violation(code, message));
        }
        let leaked = entry
            .leaked
            .count
            .saturating_sub(accepted_leaks(report, entry));
        if policy.strict && policy.first_leak_limit().is_none() && leaked > 0 {
            let message = format!(
                "{leaked} of {} images of `{}` leak from `{}`: `--strict` accepts none, unless `--max-leakage` says how many",
                entry.leaked.denominator, entry.evaluation_split, entry.training_split
            );
            violations.push(violation(ViolationCode::MaxLeakage, message));
        }
    }
    violations
}

/// One line for each pair of splits that was not judged in full.
pub(super) fn notes(report: &Report) -> Vec<GateNote> {
    let unknown = report.leakage.iter().filter(|entry| is_open(report, entry));
    let notes = unknown.map(|entry| GateNote {
        code: NoteCode::NotAnswered,
        message: format!(
            "not judged: {} ({}); `--strict` makes this a failure",
            whether(entry),
            why(&open(report, entry))
        ),
    });
    notes.collect()
}

/// Whether a pair of splits was not judged in full: leaks that are known answer nothing of the
/// others.
fn is_open(report: &Report, entry: &Leakage) -> bool {
    match entry.verdict {
        Verdict::Clear => false,
        _ => entry.leaked.denominator == 0 || !open(report, entry).is_empty(),
    }
}

/// What is not known of a pair of splits.
fn whether(entry: &Leakage) -> String {
    let more = if entry.leaked.count > 0 {
        "more of "
    } else {
        ""
    };
    format!(
        "whether {more}`{}` leaks from `{}`",
        entry.evaluation_split, entry.training_split
    )
}

/// Leaked evaluation samples whose leaks are all accepted.
fn accepted_leaks(report: &Report, entry: &Leakage) -> u64 {
    let counted = || rows(report, entry).filter(|row| row.counted);
    let path = |row: &'_ crate::report::LeakedSample| row.evaluation.path.clone();
    let fresh: BTreeSet<_> = counted()
        .filter(|row| row.accepted.is_none())
        .map(path)
        .collect();
    let all: BTreeSet<_> = counted().map(path).collect();
    all.difference(&fresh).count() as u64
}

/// Codes that keep an entry open and that nobody has accepted.
pub(super) fn open(report: &Report, entry: &Leakage) -> Vec<Code> {
    // What no finding tells, nobody has accepted.
    let is_untold = |code: Code| !report.finding_counts.contains_key(code.name());
    let is_open = |code: &Code| match code.is_leak() {
        true => rows(report, entry)
            .any(|row| row.code == *code && !row.counted && row.accepted.is_none()),
        false => completeness::unaccepted(report, *code) > 0 || is_untold(*code),
    };
    entry.unknown.iter().copied().filter(is_open).collect()
}

fn rows<'a>(
    report: &'a Report,
    entry: &'a Leakage,
) -> impl Iterator<Item = &'a crate::report::LeakedSample> {
    report.leaked_samples.iter().filter(|row| {
        row.evaluation.split == entry.evaluation_split && row.training.split == entry.training_split
    })
}

/// Suspected evaluation samples that were accepted one by one, each once.
fn accepted_suspects(report: &Report, entry: &Leakage) -> u64 {
    let own = rows(report, entry);
    let accepted: BTreeSet<&str> = own
        .filter(|row| {
            // Another pass is shown, not suspected.
            !row.counted && row.accepted.is_some() && row.code != Code::LeakAnotherPass
        })
        .map(|row| row.evaluation.path.as_str())
        .collect();
    accepted.len() as u64
}

fn why(open: &[Code]) -> String {
    match open {
        [] => "pixels were not compared".to_owned(),
        codes => names(codes),
    }
}

fn names(codes: &[Code]) -> String {
    let names: Vec<String> = codes
        .iter()
        .map(|code| format!("`{}`", code.name()))
        .collect();
    names.join(", ")
}
