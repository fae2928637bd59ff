//! Which findings are accepted: by a suppression, else by the baseline.

use std::collections::BTreeMap;

use super::policy::Policy;
use super::{GateNote, NoteCode};
use crate::finding::{Acceptance, AcceptedBy, Code, Finding};
use crate::report::{LeakedSample, Report};

/// What of a report is accepted.
pub(super) struct Marks {
    /// For each of the report's leaked samples.
    pub(super) leaks: Vec<Option<Acceptance>>,
    /// For each of the report's findings; none for findings about leaks.
    pub(super) findings: Vec<Option<Acceptance>>,
    /// Images that each entry of the baseline accepts and that are not there any more.
    pub(super) left: Vec<u64>,
    /// What the team should know.
    pub(super) notes: Vec<GateNote>,
}

/// Finds what a policy accepts.
pub(super) fn mark(report: &Report, policy: &Policy) -> Marks {
    let mut ledger = Ledger::new(policy);
    let leaks = report.leaked_samples.iter();
    let leaks: Vec<_> = leaks.map(|one| ledger.leak(one)).collect();
    let findings = report.findings.iter().map(|one| {
        let single = !one.code.is_leak();
        single.then(|| ledger.finding(one)).flatten()
    });
    let findings: Vec<_> = findings.collect();
    let notes = ledger.notes(report);
    Marks {
        leaks,
        findings,
        left: ledger.left,
        notes,
    }
}

/// The policy's suppressions and baseline, and what has been used of them.
struct Ledger<'a> {
    policy: &'a Policy,
    /// Entries of the baseline that hold, by code and fingerprint.
    entries: BTreeMap<(Code, &'a str), Vec<usize>>,
    /// Images that each entry still accepts.
    left: Vec<u64>,
    used: Vec<bool>,
    /// Suppressions that matched a finding about more images than it names.
    undecided: Vec<bool>,
    /// Entries that an evaluation sample has taken; its other leaks may share them.
    taken: BTreeMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Ledger<'a> {
    fn new(policy: &'a Policy) -> Self {
        let mut entries: BTreeMap<(Code, &str), Vec<usize>> = BTreeMap::new();
        let all = &policy.baseline.entries;
        for (at, entry) in all.iter().enumerate() {
            if entry.holds(policy.today) {
                let key = (entry.code, entry.fingerprint.as_str());
                entries.entry(key).or_default().push(at);
            }
        }
        Self {
            policy,
            entries,
            left: all.iter().map(|entry| entry.images).collect(),
            used: vec![false; policy.suppressions.len()],
            undecided: vec![false; policy.suppressions.len()],
            taken: BTreeMap::new(),
        }
    }

    /// Whether a leaked sample is accepted. What was accepted on strong evidence
    /// of pixels is accepted on weaker evidence, too.
    fn leak(&mut self, leak: &'a LeakedSample) -> Option<Acceptance> {
        let paths = std::slice::from_ref(&leak.evaluation.path);
        if let Some(accepted) = self.suppression(leak.code, paths, true) {
            return Some(accepted);
        }
        let member = (
            leak.evaluation.path.as_str(),
            leak.evaluation.split.as_str(),
        );
        let codes = Code::stronger_evidence(leak.code);
        let (policy, taken) = (self.policy, self.taken.entry(member).or_default());
        let known = taken.iter().copied().find(|&at| {
            let entry = &policy.baseline.entries[at];
            codes.contains(&entry.code) && entry.fingerprint == leak.fingerprint
        });
        let at = match known {
            Some(at) => at,
            None => {
                let found = codes.iter().find_map(|&code| {
                    let entries = self.entries.get(&(code, leak.fingerprint.as_str()))?;
                    entries.iter().copied().find(|&at| self.left[at] > 0)
                })?;
                self.left[found] -= 1;
                taken.push(found);
                found
            }
        };
        Some(self.accepted(at))
    }

    /// Whether a finding that is not about leaks is accepted.
    fn finding(&mut self, finding: &'a Finding) -> Option<Acceptance> {
        // A broken file that two splits list is two samples under one name.
        let whole =
            finding.code.is_unreadable_image() || finding.images <= finding.paths.len() as u64;
        if let Some(accepted) = self.suppression(finding.code, &finding.paths, whole) {
            return Some(accepted);
        }
        let entries = self
            .entries
            .get(&(finding.code, finding.fingerprint.as_str()))?;
        let at = entries
            .iter()
            .copied()
            .find(|&at| self.left[at] >= finding.images)?;
        self.left[at] -= finding.images;
        Some(self.accepted(at))
    }

    /// The first suppression that holds and means all that a finding is about.
    /// `whole` says that the finding names everything it is about.
    fn suppression(&mut self, code: Code, paths: &[String], whole: bool) -> Option<Acceptance> {
        let mut accepted = None;
        for (at, one) in self.policy.suppressions.iter().enumerate() {
            let meant = one.code == code && paths.iter().all(|path| one.covers(code, path));
            if !meant || !one.holds(self.policy.today) {
                continue;
            }
            if one.path.is_some() && !whole {
                self.undecided[at] = true;
                continue;
            }
            self.used[at] = true;
            accepted.get_or_insert_with(|| Acceptance {
                by: AcceptedBy::Suppression,
                reason: one.reason.clone(),
            });
        }
        accepted
    }

    fn accepted(&self, at: usize) -> Acceptance {
        Acceptance {
            by: AcceptedBy::Baseline,
            reason: self.policy.baseline.entries[at].reason.clone(),
        }
    }

    /// What the team should know of its suppressions and baseline. A report of a
    /// part of the dataset cannot tell what is unused.
    fn notes(&self, report: &Report) -> Vec<GateNote> {
        let mut notes = Vec::new();
        let mut note = |code, message| notes.push(GateNote { code, message });
        let today = self.policy.today;
        for (at, one) in self.policy.suppressions.iter().enumerate() {
            let name = one.name();
            if let Some(last) = one.expires.filter(|_| !one.holds(today)) {
                let message = format!(
                    "the suppression of {name} expired after {last}; mend what it covers, or set a new date"
                );
                note(NoteCode::ExpiredSuppression, message);
            } else if self.undecided[at] {
                let message = format!(
                    "the suppression of {name} has a path, but the finding names only the first few of its images; suppress the code without a path, or accept the finding by `splitleak baseline write`"
                );
                note(NoteCode::UndecidedSuppression, message);
            } else if !self.used[at] && report.scope.is_none() {
                let message = format!("the suppression of {name} matches nothing; remove it");
                note(NoteCode::UnusedSuppression, message);
            }
        }
        let entries = &self.policy.baseline.entries;
        let expired = entries.iter().filter(|entry| !entry.holds(today)).count();
        if expired > 0 {
            let message = format!(
                "expired entries of the baseline: {expired}; mend what they cover, or accept it again with `splitleak baseline write`"
            );
            note(NoteCode::ExpiredBaseline, message);
        }
        let stale = entries.iter().zip(&self.left);
        let stale = stale
            .filter(|(entry, left)| entry.holds(today) && **left > 0)
            .count();
        if stale > 0 && report.scope.is_none() {
            let message = format!(
                "entries of the baseline for findings that are gone: {stale}; drop them with `splitleak baseline prune`"
            );
            note(NoteCode::StaleBaseline, message);
        }
        notes
    }
}
