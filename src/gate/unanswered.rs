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
    if let Some(reason) = &report.leakage_unavailable {
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
        if policy.strict && entry.verdict == Verdict::Unknown {
            let open = open(report, entry);
            if !open.is_empty() || entry.leaked.denominator == 0 {
                let message = format!(
                    "whether `{}` leaks from `{}` is unknown: {}",
                    entry.evaluation_split,
                    entry.training_split,
                    why(&open)
                );
                violations.push(violation(ViolationCode::Unknown, message));
            }
        }
    }
    violations
}

/// One line for each pair of splits that was not judged in full.
pub(super) fn notes(report: &Report) -> Vec<GateNote> {
    let is_open = |entry: &&Leakage| {
        entry.verdict == Verdict::Unknown
            && (entry.leaked.denominator == 0 || !open(report, entry).is_empty())
    };
    let unknown = report.leakage.iter().filter(is_open);
    let notes = unknown.map(|entry| GateNote {
        code: NoteCode::NotAnswered,
        message: format!(
            "not judged: whether `{}` leaks from `{}` ({}); `--strict` makes this a failure",
            entry.evaluation_split,
            entry.training_split,
            why(&open(report, entry))
        ),
    });
    notes.collect()
}

/// Codes that keep an entry open and that nobody has accepted.
fn open(report: &Report, entry: &Leakage) -> Vec<Code> {
    let is_open = |code: &Code| match code.is_leak() {
        true => rows(report, entry)
            .any(|row| row.code == *code && !row.counted && row.accepted.is_none()),
        false => completeness::unaccepted(report, *code) > 0,
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
