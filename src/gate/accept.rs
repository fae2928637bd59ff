//! Acceptance of findings: by a suppression, else by the baseline.
//!
//! Every image is accepted or refused for itself: a leaked sample, and each member of a finding
//! about several. Such a finding is accepted when all its members are, so that a new image under an
//! accepted code is new, and one that was mended is not missed.

use std::collections::BTreeMap;

use super::policy::Policy;
use super::suppression::Suppression;
use crate::finding::Code;
use crate::report::{
    Acceptance, AcceptedBy, FoundBeside, GateNote, LeakedSample, NoteCode, PairMember, Report,
    ReportFinding,
};

/// What of a report is accepted.
pub(super) struct Marks {
    /// For each of the report's leaked samples.
    pub(super) leaks: Vec<Option<Acceptance>>,
    /// For each of the report's findings.
    pub(super) findings: Vec<Mark>,
    /// Images that each entry of the baseline accepts and that are not there any more.
    pub(super) left: Vec<u64>,
    /// What the team should know.
    pub(super) notes: Vec<GateNote>,
}

/// What of a finding is accepted; nothing of a finding about leaks, which are accepted one by one.
#[derive(Default)]
pub(super) struct Mark {
    /// By what, where all of it is.
    pub(super) accepted: Option<Acceptance>,
    /// Positions of its parts that are not.
    pub(super) fresh: Vec<usize>,
}

/// Finds what a policy accepts.
pub(super) fn mark(report: &Report, policy: &Policy) -> Marks {
    let mut ledger = Ledger::new(policy);
    let beside = report.scope.iter().flat_map(|scope| &scope.beside);
    beside.for_each(|one| ledger.beside(one));
    let leaks = report.leaked_samples.iter();
    let leaks: Vec<_> = leaks.map(|one| ledger.leak(one)).collect();
    let findings = report.findings.iter().map(|one| {
        if one.code.is_leak() {
            Mark::default()
        } else {
            ledger.finding(one)
        }
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
    /// Why a suppression by path did not accept a finding that it may mean.
    undecided: Vec<Option<&'static str>>,
    /// Entries that an evaluation sample has taken; its other leaks may share them.
    taken: BTreeMap<(&'a str, &'a str), Vec<usize>>,
}

/// How much of a finding lies under the path of a suppression.
enum Cover {
    All,
    None,
    Undecided(&'static str),
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
            undecided: vec![None; policy.suppressions.len()],
            taken: BTreeMap::new(),
        }
    }

    /// Whether a leaked sample is accepted. What was accepted on strong evidence
    /// of pixels is accepted on weaker evidence, too.
    fn leak(&mut self, leak: &'a LeakedSample) -> Option<Acceptance> {
        let PairMember { path, split } = &leak.evaluation;
        self.leaked(leak.code, &leak.fingerprint, (path, split))
    }

    /// Takes from the baseline what it accepts of an image outside of the scope.
    fn beside(&mut self, one: &'a FoundBeside) {
        if one.code.is_leak() {
            self.leaked(one.code, &one.fingerprint, (&one.path, &one.split));
            return;
        }
        let cover = |suppression: &Suppression| match suppression.covers(&one.path) {
            true => Cover::All,
            false => Cover::None,
        };
        if self.suppression(one.code, cover).is_some() {
            return;
        }
        let entries = self.entries.get(&(one.code, one.fingerprint.as_str()));
        let mut entries = entries.into_iter().flatten().copied();
        if let Some(at) = entries.find(|&at| self.left[at] > 0) {
            self.left[at] -= 1;
        }
    }

    fn leaked(
        &mut self,
        code: Code,
        fingerprint: &'a str,
        member: (&'a str, &'a str),
    ) -> Option<Acceptance> {
        let cover = |one: &Suppression| match one.covers(member.0) {
            true => Cover::All,
            false => Cover::None,
        };
        if let Some(accepted) = self.suppression(code, cover) {
            return Some(accepted);
        }
        let codes = Code::stronger_evidence(code);
        let (policy, taken) = (self.policy, self.taken.entry(member).or_default());
        let known = taken.iter().copied().find(|&at| {
            let entry = &policy.baseline.entries[at];
            codes.contains(&entry.code) && entry.fingerprint == fingerprint
        });
        let at = match known {
            Some(at) => at,
            None => {
                // Strongest first: of an image accepted on both, the weaker is left over then,
                // and is no place for another.
                let found = codes.iter().rev().find_map(|&code| {
                    let entries = self.entries.get(&(code, fingerprint))?;
                    entries.iter().copied().find(|&at| self.left[at] > 0)
                })?;
                self.left[found] -= 1;
                taken.push(found);
                found
            }
        };
        Some(self.accepted(at))
    }

    /// What of a finding that is not about leaks is accepted. Parts that the baseline knows are
    /// taken from it even where others are new: they are still there.
    fn finding(&mut self, finding: &ReportFinding) -> Mark {
        if let Some(accepted) = self.suppression(finding.code, |one| cover(one, finding)) {
            return Mark {
                accepted: Some(accepted),
                fresh: Vec::new(),
            };
        }
        let (mut first, mut fresh) = (None, Vec::new());
        for (position, part) in finding.parts().enumerate() {
            let entries = self.entries.get(&(finding.code, part.fingerprint));
            let mut entries = entries.into_iter().flatten().copied();
            match entries.find(|&at| self.left[at] >= part.images) {
                Some(at) => {
                    self.left[at] -= part.images;
                    first.get_or_insert(at);
                }
                None => fresh.push(position),
            }
        }
        let all = fresh.is_empty() && finding.lists_all_parts();
        Mark {
            accepted: first.filter(|_| all).map(|at| self.accepted(at)),
            fresh,
        }
    }

    /// The first suppression that holds and covers all that a finding is about.
    fn suppression(
        &mut self,
        code: Code,
        cover: impl Fn(&Suppression) -> Cover,
    ) -> Option<Acceptance> {
        let mut accepted = None;
        for (at, one) in self.policy.suppressions.iter().enumerate() {
            if one.code != code || !one.holds(self.policy.today) {
                continue;
            }
            match cover(one) {
                Cover::None => {}
                Cover::Undecided(why) => self.undecided[at] = Some(why),
                Cover::All => {
                    self.used[at] = true;
                    accepted.get_or_insert_with(|| Acceptance {
                        by: AcceptedBy::Suppression,
                        reason: one.reason.clone(),
                    });
                }
            }
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
            } else if let Some(why) = self.undecided[at] {
                let message = format!("the suppression of {name} does not accept a finding: {why}");
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

/// How much of a finding a suppression covers. A path covers a finding only where it covers all of
/// its images, or all of its splits.
fn cover(one: &Suppression, finding: &ReportFinding) -> Cover {
    if one.path.is_none() {
        return Cover::All;
    }
    let (mut covered, mut all) = (0, 0);
    for path in finding.places() {
        covered += usize::from(one.covers(path));
        all += 1;
    }
    match (covered, all) {
        (_, 0) => Cover::Undecided(
            "it is about no image, and the suppression has a path; suppress the code without one",
        ),
        (0, _) => Cover::None,
        _ if covered < all => Cover::Undecided(
            "it is about images outside the path, too; widen the path, mend the others, or accept the finding by `splitleak baseline write`",
        ),
        _ if finding.members_truncated => Cover::Undecided(
            "the report does not list all of its images; raise `--findings-per-code`, or suppress the code without a path",
        ),
        _ => Cover::All,
    }
}
