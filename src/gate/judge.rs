//! From a report and a policy to a verdict.

use std::collections::BTreeMap;

use super::accept::{self, Mark};
use super::completeness;
use super::limit::LeakLimit;
use super::policy::Policy;
use super::unanswered;
use crate::finding::{CODES, Code};
use crate::report::recordings::PositionUnit;
use crate::report::{
    AcceptedBy, AcceptedFindings, Gate, GateNote, Leakage, LeakedSample, NoteCode, Report,
    ReportFinding, Violation, ViolationCode,
};

/// Leaked samples that a message names.
const EXAMPLES: usize = 3;

/// Judges a report: the same report, with what is accepted marked, and the gate.
/// An audit that could not read everything never passes, unless policy accepts
/// so many unreadable samples.
#[must_use]
pub fn judge(mut report: Report, policy: &Policy) -> Report {
    let marks = accept::mark(&report, policy);
    let mut notes = marks.notes;
    let leaks = marks.leaks.iter();
    let accepts = leaks
        .chain(marks.findings.iter().map(|mark| &mark.accepted))
        .any(Option::is_some);
    let strict = (accepts && policy.has_outside_limits).then(|| {
        let policy = policy.accepting_nothing();
        let marks = accept::mark(&report, &policy).findings;
        Judgement::new(&report, &policy, &marks).violations().len()
    });
    for (row, accepted) in report.leaked_samples.iter_mut().zip(marks.leaks) {
        row.accepted = accepted;
    }
    for (row, mark) in report.findings.iter_mut().zip(&marks.findings) {
        row.accepted.clone_from(&mark.accepted);
    }
    let judgement = Judgement::new(&report, policy, &marks.findings);
    let violations = judgement.violations();
    let accepted = accepted(&report);
    if strict.is_some_and(|strict| strict > violations.len()) {
        notes.push(beyond_limit(&accepted));
    }
    if !policy.strict {
        notes.extend(unanswered::notes(&report));
    }
    report.gate = Gate {
        passed: violations.is_empty(),
        judged: policy.has_limits(),
        violations,
        accepted,
        notes,
    };
    report
}

/// How many of each code were accepted, by what.
fn accepted(report: &Report) -> Vec<AcceptedFindings> {
    let leaks = report
        .leaked_samples
        .iter()
        .map(|one| (one.code, &one.accepted));
    let findings = report.findings.iter().map(|one| (one.code, &one.accepted));
    let mut counts: BTreeMap<(Code, AcceptedBy), u64> = BTreeMap::new();
    for (code, acceptance) in leaks.chain(findings) {
        if let Some(acceptance) = acceptance {
            *counts.entry((code, acceptance.by)).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    counts
        .map(|((code, by), count)| AcceptedFindings { code, by, count })
        .collect()
}

/// Says that the dataset's own files have let something pass.
fn beyond_limit(accepted: &[AcceptedFindings]) -> GateNote {
    let count = |by: AcceptedBy| -> u64 {
        let own = accepted.iter().filter(|one| one.by == by);
        own.map(|one| one.count).sum()
    };
    let message = format!(
        "limits of the command line hold only because of what is accepted: {} by the baseline, {} by suppressions of the settings file; `--no-baseline` and `--config FILE` judge without them",
        count(AcceptedBy::Baseline),
        count(AcceptedBy::Suppression)
    );
    GateNote {
        code: NoteCode::AcceptedBeyondLimit,
        message,
    }
}

/// A report whose accepted findings are marked, seen by a policy.
struct Judgement<'a> {
    report: &'a Report,
    policy: &'a Policy,
    /// What of each finding is accepted.
    marks: &'a [Mark],
    /// Leaked samples that are not accepted, by evaluation split, training split and code.
    fresh: BTreeMap<(&'a str, &'a str, Code), Vec<&'a LeakedSample>>,
}

impl<'a> Judgement<'a> {
    fn new(report: &'a Report, policy: &'a Policy, marks: &'a [Mark]) -> Self {
        let mut fresh: BTreeMap<_, Vec<&LeakedSample>> = BTreeMap::new();
        for row in report
            .leaked_samples
            .iter()
            .filter(|row| row.accepted.is_none())
        {
            let splits = (row.evaluation.split.as_str(), row.training.split.as_str());
            fresh
                .entry((splits.0, splits.1, row.code))
                .or_default()
                .push(row);
        }
        Self {
            report,
            policy,
            marks,
            fresh,
        }
    }

    fn violations(&self) -> Vec<Violation> {
        [
            self.limits(),
            unanswered::violations(self.report, self.policy),
            self.codes(),
            self.simulations(),
            completeness::incomplete(self.report, self.policy),
        ]
        .concat()
    }

    /// Splits that were asked to be tried on paper, and could not.
    fn simulations(&self) -> Vec<Violation> {
        let splits = self.report.simulated_splits.iter();
        let failed = splits.filter_map(|split| Some((split, split.unavailable.as_ref()?)));
        let violations = failed.map(|(split, reason)| {
            let message = format!("`--simulate-split {}`: {reason}", split.rule);
            violation(ViolationCode::NotJudged, message)
        });
        violations.collect()
    }

    fn limits(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let limits = &self.policy.max_leakage;
        let Some(first) = self.policy.first_leak_limit() else {
            return violations;
        };
        if let Some(reason) = self.report.why_not_judged() {
            let message = format!("a leakage limit was asked for ({first}), but {reason}");
            violations.push(violation(ViolationCode::NotJudged, message));
            return violations;
        }
        let known = |split: &String| {
            let entries = &self.report.leakage;
            entries.iter().any(|entry| entry.evaluation_split == *split)
        };
        for limit in limits {
            if let Some(split) = limit.split.as_ref().filter(|split| !known(split)) {
                let mut names: Vec<String> = Vec::new();
                for entry in &self.report.leakage {
                    let name = format!("`{}`", entry.evaluation_split);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                let message = format!(
                    "the limit `{limit}` names `{split}`, which is no evaluation split here; there are {}",
                    names.join(", ")
                );
                violations.push(violation(ViolationCode::NotJudged, message));
            }
        }
        for entry in &self.report.leakage {
            violations.extend(self.limits_of(entry));
        }
        violations
    }

    fn limits_of(&self, entry: &Leakage) -> Vec<Violation> {
        let evaluation = &entry.evaluation_split;
        let own = |limit: &&LeakLimit| limit.split.as_ref() == Some(evaluation);
        let limits = self.policy.max_leakage.iter();
        let applies = |limit: &&LeakLimit| match limit.split {
            Some(_) => own(limit),
            None => {
                let mut others = self.policy.max_leakage.iter();
                !others.any(|other| own(&other) && other.kind == limit.kind)
            }
        };
        let applying: Vec<&LeakLimit> = limits.filter(applies).collect();
        let leaked = &entry.leaked;
        if leaked.fraction.is_none() && !applying.is_empty() {
            let message = format!(
                "no image of `{evaluation}` could be read, so its leakage from `{}` is not known",
                entry.training_split
            );
            return vec![violation(ViolationCode::NotJudged, message)];
        }
        let counted = self.report.settings.counted_as_leaked.iter();
        let counts_groups = counted
            .copied()
            .any(|kind| Code::of_leak(kind) == Code::LeakSharedGroup);
        let all_kinds = applying.iter().find(|limit| limit.kind.is_none());
        if let Some(limit) = all_kinds.filter(|_| counts_groups)
            && let Some(todo) = self.untold(entry, Code::LeakSharedGroup)
            && unanswered::open(self.report, entry).contains(&Code::PossibleGroup)
        {
            let message = format!(
                "the limit `{limit}` counts shared groups, which cannot be judged for `{evaluation}` from `{}`: {todo}",
                entry.training_split
            );
            return vec![violation(ViolationCode::NotJudged, message)];
        }
        let exceeded = applying
            .into_iter()
            .filter_map(|limit| self.exceeded(entry, limit));
        exceeded.collect()
    }

    fn exceeded(&self, entry: &Leakage, limit: &LeakLimit) -> Option<Violation> {
        let (evaluation, training) = (&entry.evaluation_split, &entry.training_split);
        if let Some(todo) = limit.kind.and_then(|code| self.untold(entry, code)) {
            let message = format!(
                "the limit `{limit}` cannot be judged for `{evaluation}` from `{training}`: {todo}, or leave the limit out"
            );
            return Some(violation(ViolationCode::NotJudged, message));
        }
        let between = (evaluation.as_str(), training.as_str());
        let rows = self
            .fresh
            .iter()
            .filter(|(key, _)| (key.0, key.1) == between);
        let rows = rows.flat_map(|(_, rows)| rows.iter().copied());
        let mut rows: Vec<&LeakedSample> = match limit.kind {
            Some(code) => rows.filter(|row| row.code == code).collect(),
            None => rows.filter(|row| row.counted).collect(),
        };
        // One image may leak in several ways, strongest evidence first.
        rows.sort_by(|a, b| (&a.evaluation.path, a.code).cmp(&(&b.evaluation.path, b.code)));
        rows.dedup_by(|later, first| later.evaluation.path == first.evaluation.path);
        let (count, denominator) = (rows.len() as u64, entry.leaked.denominator);
        if !limit.most.exceeded_by(count, denominator) {
            return None;
        }
        let found = match limit.kind {
            None => entry.leaked.count,
            Some(code) => entry.samples_under(code),
        };
        let kind = limit
            .kind
            .map_or(String::new(), |code| format!(" by `{}`", code.name()));
        let beside = match found.saturating_sub(count) {
            0 => String::new(),
            n => format!(" ({n} accepted)"),
        };
        let message = format!(
            "{count} of {denominator} readable images of `{evaluation}` leak from `{training}`{kind}{beside}, more than {} allowed: {}",
            limit.most,
            examples(&rows)
        );
        Some(violation(ViolationCode::MaxLeakage, message))
    }

    /// What to do where names and columns tell nothing of a kind, so that none was
    /// found because none was looked for.
    fn untold(&self, entry: &Leakage, code: Code) -> Option<&'static str> {
        let known = &self.report.recordings;
        let is_entry = |evaluation: &String, training: &String| {
            (evaluation, training) == (&entry.evaluation_split, &entry.training_split)
        };
        let (is_told, todo) = match code {
            Code::LeakSequenceNeighbour => (
                known
                    .distances
                    .iter()
                    .any(|one| is_entry(&one.evaluation_split, &one.training_split)),
                "names and columns tell no order of recording; give `--sequence-pattern` or a time column",
            ),
            Code::LeakAnotherPass => (
                known.sequences.unit == Some(PositionUnit::Nanoseconds),
                "no clock tells how far apart frames were recorded; give a time column or names with times",
            ),
            Code::LeakSharedGroup => (
                known
                    .groups
                    .iter()
                    .any(|one| is_entry(&one.evaluation_split, &one.training_split)),
                "no groups are known; give `--group-pattern` or a group column",
            ),
            Code::LeakOverlappingTile => (
                known
                    .tiles
                    .iter()
                    .any(|one| is_entry(&one.evaluation_split, &one.training_split)),
                "names tell no positions of tiles; name tiles by row and column",
            ),
            _ => return None,
        };
        (!is_told).then_some(todo)
    }

    /// Findings that policy does not accept, one violation a code.
    fn codes(&self) -> Vec<Violation> {
        let failing = CODES
            .iter()
            .map(|row| row.0)
            .filter(|&code| self.policy.fails_on(code));
        let violations = failing.filter_map(|code| {
            let message = if code.is_leak() {
                let rows: Vec<_> = self.fresh.iter().filter(|(key, _)| key.2 == code).collect();
                let rows: Vec<&LeakedSample> = rows
                    .into_iter()
                    .flat_map(|(_, rows)| rows)
                    .copied()
                    .collect();
                (!rows.is_empty())
                    .then(|| format!("{} x `{}`: {}", rows.len(), code.name(), examples(&rows)))?
            } else {
                let count = completeness::unaccepted(self.report, code);
                if count == 0 {
                    return None;
                }
                let mut findings = self.report.findings.iter().zip(self.marks);
                let first = findings.find(|(one, _)| one.code == code && one.accepted.is_none());
                let first = first.map_or(String::new(), |(one, mark)| told(one, mark));
                format!("{count} x `{}`{first}", code.name())
            };
            Some(violation(ViolationCode::FailOn, message))
        });
        violations.collect()
    }
}

pub(super) fn violation(code: ViolationCode, message: String) -> Violation {
    Violation { code, message }
}

/// The first place of a finding that is not accepted, and how much of it is accepted beside that.
fn told(finding: &ReportFinding, mark: &Mark) -> String {
    let first = mark.fresh.first().copied().unwrap_or_default();
    let path = finding.places().nth(first).or(finding.places().next());
    let place = path.map_or(String::new(), |path| format!("`{path}`: "));
    let beside = match finding.parts().count() - mark.fresh.len() {
        0 => String::new(),
        n => format!(" ({n} accepted, {} new)", mark.fresh.len()),
    };
    let cut = match finding.lists_all_parts() {
        true => "",
        false => " (not all of its images are listed; raise `--findings-per-code`)",
    };
    format!(": {place}{}{beside}{cut}", finding.message)
}

/// The first few leaked samples with what they leak from, a row an evaluation sample.
fn examples(rows: &[&LeakedSample]) -> String {
    let first: Vec<String> = rows
        .iter()
        .take(EXAMPLES)
        .map(|row| format!("`{}` (see `{}`)", row.evaluation.path, row.training.path))
        .collect();
    let more = match rows.len().saturating_sub(EXAMPLES) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    first.join(", ") + &more
}
