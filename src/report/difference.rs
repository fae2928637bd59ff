//! Two reports of one dataset, before and after.

use std::collections::{BTreeMap, BTreeSet};

use super::{Leakage, Report, SplitSummary};
use crate::finding::{Code, Severity};
use crate::rate::Rate;

/// What changed between two reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Leaked shares, for every evaluation and training split of either report.
    pub leakage: Vec<Moved>,
    /// Leaked samples and findings that only the new report has.
    pub appeared: Vec<Item>,
    /// Those that only the old one has.
    pub gone: Vec<Item>,
    /// What the old report knew and the new one does not: nothing tells whether that is worse.
    pub lost: Vec<String>,
    /// What makes the comparison doubtful.
    pub notes: Vec<String>,
}

/// Leakage between two splits, before and after; `None` where a report does not have the splits.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Before.
    pub old: Option<Rate>,
    /// After.
    pub new: Option<Rate>,
}

/// One leaked sample, or one finding of another code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What kind.
    pub code: Code,
    /// Where, as the report that has it says.
    pub path: String,
    /// By how many images it appeared or went away.
    pub images: u64,
}

impl Moved {
    /// Whether a larger share leaks.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let share = |rate: &Option<Rate>| rate.as_ref().and_then(|rate| rate.fraction);
        share(&self.new).unwrap_or(0.0) > share(&self.old).unwrap_or(0.0)
    }
}

impl Difference {
    /// Whether more leaks, or something new is wrong. Notes are not counted.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let bad = |item: &Item| item.code.severity() != Severity::Note;
        self.leakage.iter().any(Moved::is_worse) || self.appeared.iter().any(bad)
    }

    /// Whether the new report knows all that the old one did.
    #[must_use]
    pub fn is_comparable(&self) -> bool {
        self.lost.is_empty()
    }
}

/// Compares two reports. Things are known again by code and fingerprint, so that
/// renamed folders are no difference.
///
/// # Errors
/// Why they cannot be compared: one of them is about a part of the dataset.
pub fn between(old: &Report, new: &Report) -> Result<Difference, String> {
    if old.scope.is_some() || new.scope.is_some() {
        let which = if old.scope.is_some() {
            "first"
        } else {
            "second"
        };
        return Err(format!(
            "the {which} report is about changed files only; compare reports of whole datasets, made without `--changed-since` and `--files-from`"
        ));
    }
    let mut notes = Vec::new();
    if old.settings.signature_version != new.settings.signature_version {
        notes.push("the releases that made the reports read images differently; make both with one release".to_owned());
    }
    if (old.detection.threshold - new.detection.threshold).abs() > 1e-9 {
        notes.push(format!(
            "the threshold moved from {} to {}, so that near duplicates may come and go without a change of theirs; set `similarity` to hold it",
            old.detection.threshold, new.detection.threshold
        ));
    }
    if old.findings_truncated || new.findings_truncated {
        notes.push(
            "findings are cut in a report; raise `--findings-per-code` to compare all".to_owned(),
        );
    }
    let (before, after) = (items(old), items(new));
    Ok(Difference {
        leakage: moved(old, new),
        appeared: only_in(&after, &before),
        gone: only_in(&before, &after),
        lost: lost(old, new),
        notes,
    })
}

/// What of the old report's answers the new one does not have.
fn lost(old: &Report, new: &Report) -> Vec<String> {
    let mut lost = Vec::new();
    for before in &old.leakage {
        let pair = format!(
            "`{}` from `{}`",
            before.evaluation_split, before.training_split
        );
        let same = |after: &&Leakage| {
            (&after.evaluation_split, &after.training_split)
                == (&before.evaluation_split, &before.training_split)
        };
        let Some(after) = new.leakage.iter().find(same) else {
            lost.push(format!(
                "{pair} was judged and is not in the second report: a split is gone, has another name, or was not recognised; if that is meant, make the first report anew"
            ));
            continue;
        };
        let known = |entry: &Leakage| entry.leaked.fraction.is_some();
        if known(before) && !known(after) {
            lost.push(format!(
                "the share of {pair} is not known any more: no image of it could be compared"
            ));
        }
        let open = after.unknown.iter();
        let open: Vec<String> = open
            .filter(|code| !before.unknown.contains(code))
            .map(|code| format!("`{}`", code.name()))
            .collect();
        if !open.is_empty() {
            lost.push(format!(
                "{pair} is not known in full any more: {}",
                open.join(", ")
            ));
        }
    }
    for before in &old.dataset.splits {
        let mut after = new.dataset.splits.iter();
        let after = after.find(|split| split.name == before.name);
        let unread = |split: &SplitSummary| split.samples.saturating_sub(split.readable);
        if let Some(after) = after.filter(|after| unread(after) > unread(before)) {
            lost.push(format!(
                "more images of `{}` were not read: {}, before {}",
                before.name,
                unread(after),
                unread(before)
            ));
        }
    }
    let counted = |report: &Report| report.settings.counted_as_leaked.clone();
    let (before, after) = (counted(old), counted(new));
    let uncounted: Vec<&str> = before
        .iter()
        .filter(|kind| !after.contains(kind))
        .map(|kind| kind.name())
        .collect();
    if !uncounted.is_empty() {
        lost.push(format!(
            "the second report was made without `count-as-leaked` {}",
            uncounted.join(", ")
        ));
    }
    lost
}

fn moved(old: &Report, new: &Report) -> Vec<Moved> {
    let name = |entry: &Leakage| (entry.evaluation_split.clone(), entry.training_split.clone());
    let rates = |report: &Report| -> BTreeMap<(String, String), Rate> {
        let entries = report.leakage.iter();
        entries
            .map(|entry| (name(entry), entry.leaked.clone()))
            .collect()
    };
    let (old, new) = (rates(old), rates(new));
    let names: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
    let moved = names.into_iter().map(|names| Moved {
        old: old.get(&names).cloned(),
        new: new.get(&names).cloned(),
        evaluation_split: names.0,
        training_split: names.1,
    });
    moved.collect()
}

type Items<'a> = BTreeMap<(Code, &'a str), Item>;

fn items(report: &Report) -> Items<'_> {
    let mut items: Items<'_> = BTreeMap::new();
    let mut add = |code, fingerprint, path: &str, images| {
        let item = items.entry((code, fingerprint)).or_insert_with(|| Item {
            code,
            path: path.to_owned(),
            images: 0,
        });
        item.images += images;
    };
    let mut seen = BTreeSet::new();
    for leak in &report.leaked_samples {
        if seen.insert((leak.code, &leak.evaluation)) {
            add(
                leak.code,
                leak.fingerprint.as_str(),
                &leak.evaluation.path,
                1,
            );
        }
    }
    for finding in report
        .findings
        .iter()
        .filter(|finding| !finding.code.is_leak())
    {
        for part in finding.parts() {
            add(finding.code, part.fingerprint, part.path, part.images);
        }
    }
    items
}

fn only_in(these: &Items<'_>, those: &Items<'_>) -> Vec<Item> {
    let items = these.iter().filter_map(|(key, item)| {
        let known = those.get(key).map_or(0, |other| other.images);
        (item.images > known).then(|| Item {
            images: item.images - known,
            ..item.clone()
        })
    });
    items.collect()
}
