//! Comparison of a report with a baseline, and the baseline that would fit it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::accept;
use super::baseline::{Baseline, Entry};
use super::policy::Policy;
use crate::finding::{Code, Severity};
use crate::report::{Acceptance, AcceptedBy, LeakedSample, PairMember, Report};

/// A baseline beside what was found. Entries have the path of what they stand for as hint, where it
/// is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Found, and not accepted; without reason and date.
    pub fresh: Vec<Entry>,
    /// Accepted and found.
    pub kept: Vec<Entry>,
    /// Accepted, and not found any more.
    pub stale: Vec<Entry>,
    /// No longer accepted, because their day has passed.
    pub expired: Vec<Entry>,
}

/// Compares the policy's baseline with a report of a whole dataset. Counted are leaked
/// samples, and findings of other codes that are errors, warnings, or asked about by the policy.
#[must_use]
pub fn compare(report: &Report, policy: &Policy) -> Comparison {
    let marks = accept::mark(report, policy);
    let mut hints: BTreeMap<&str, &str> = BTreeMap::new();
    let mut fresh: BTreeMap<(Code, &str), Entry> = BTreeMap::new();
    let mut add = |code: Code, fingerprint, images, path| {
        let entry = fresh
            .entry((code, fingerprint))
            .or_insert_with(|| entry(code, fingerprint, path));
        entry.images += images;
    };
    let mut seen = BTreeSet::new();
    let shown = codes_of_images(report, &marks.leaks);
    for (leak, accepted) in report.leaked_samples.iter().zip(&marks.leaks) {
        let path = leak.evaluation.path.as_str();
        hints.entry(&leak.fingerprint).or_insert(path);
        // Accepted by default, as notes are.
        let matters =
            leak.counted || leak.code.severity() != Severity::Note || policy.fails_on(leak.code);
        // What is accepted on strong evidence is on weaker evidence, too; an entry for each would
        // accept two images, once one of them is gone.
        let mut stronger = leak.code.stronger_evidence().into_iter().skip(1);
        let own = shown.get(&image_of(leak));
        let is_weaker = stronger.any(|code| own.is_some_and(|own| own.contains(&code)));
        if !matters || is_weaker {
            continue;
        }
        // One image that leaks from two training splits is accepted once.
        if accepted.is_none() && seen.insert((leak.code, path, &leak.evaluation.split)) {
            add(leak.code, &leak.fingerprint, 1, path);
        }
    }
    for (finding, mark) in report.findings.iter().zip(&marks.findings) {
        let matters = finding.severity != Severity::Note || policy.fails_on(finding.code);
        let mut fresh = mark.fresh.iter().peekable();
        for (position, part) in finding.parts().enumerate() {
            hints.entry(part.fingerprint).or_insert(part.path);
            let is_fresh = fresh.next_if_eq(&&position).is_some();
            if is_fresh && matters {
                add(finding.code, part.fingerprint, part.images, part.path);
            }
        }
    }
    let mut comparison = Comparison {
        fresh: fresh.into_values().collect(),
        kept: Vec::new(),
        stale: Vec::new(),
        expired: Vec::new(),
    };
    for (entry, left) in policy.baseline.entries.iter().zip(marks.left) {
        let hint = hints.get(entry.fingerprint.as_str());
        let with = |images| Entry {
            images,
            hint: hint.map_or(String::new(), |path| (*path).to_owned()),
            ..entry.clone()
        };
        if !entry.holds(policy.today) {
            comparison.expired.push(with(entry.images));
            continue;
        }
        if left > 0 {
            comparison.stale.push(with(left));
        }
        if left < entry.images {
            comparison.kept.push(with(entry.images - left));
        }
    }
    comparison
}

/// An evaluation image, and what is in it.
type Image<'a> = (&'a str, &'a str, &'a str);

fn image_of(leak: &LeakedSample) -> Image<'_> {
    let PairMember { path, split } = &leak.evaluation;
    (path, split, &leak.fingerprint)
}

/// By which evidence each image leaks, from whatever training split, but for what suppressions
/// accept: of that the baseline has nothing.
fn codes_of_images<'a>(
    report: &'a Report,
    marks: &[Option<Acceptance>],
) -> BTreeMap<Image<'a>, BTreeSet<Code>> {
    let mut shown: BTreeMap<Image<'_>, BTreeSet<Code>> = BTreeMap::new();
    for (leak, mark) in report.leaked_samples.iter().zip(marks) {
        let by = mark.as_ref().map(|mark| mark.by);
        if by != Some(AcceptedBy::Suppression) {
            shown.entry(image_of(leak)).or_default().insert(leak.code);
        }
    }
    shown
}

fn entry(code: Code, fingerprint: &str, path: &str) -> Entry {
    Entry {
        code,
        fingerprint: fingerprint.to_owned(),
        images: 0,
        reason: String::new(),
        expires: None,
        hint: path.to_owned(),
    }
}

/// Whether a finding is only accepted when its code is named: it says that data is not
/// here, and whoever accepts it would pass every check of an empty checkout.
#[must_use]
pub fn is_accepted_by_name_only(code: Code) -> bool {
    matches!(
        code,
        Code::DataNotFetched | Code::UnreadableDirectory | Code::EmptySplit
    )
}

/// Accepts what is new, of all codes or of some, for one reason.
#[must_use]
pub fn accept_fresh(
    comparison: Comparison,
    codes: &[Code],
    reason: &str,
    expires: Option<NaiveDate>,
) -> Baseline {
    let wanted = |entry: &Entry| match codes {
        [] => !is_accepted_by_name_only(entry.code),
        codes => codes.contains(&entry.code),
    };
    let fresh = comparison.fresh.into_iter().filter(wanted);
    let fresh = fresh.map(|entry| Entry {
        reason: reason.to_owned(),
        expires,
        ..entry
    });
    Baseline {
        entries: comparison.kept.into_iter().chain(fresh).collect(),
    }
}

/// What is accepted and still there.
#[must_use]
pub fn prune(comparison: Comparison) -> Baseline {
    Baseline {
        entries: comparison.kept,
    }
}
