//! The answer in one line: how many evaluation images also occur in training.

use crate::leak::Leak;
use crate::report::{Controls, Leakage, Report, Ruling, Scope, SplitSummary, Verdict};
use crate::wording;

/// Entries that the line tells.
const TOLD: usize = 2;

/// The answer as a sentence without a full stop.
pub(crate) fn answer(report: &Report) -> String {
    if let Some(reason) = &report.leakage_unavailable {
        return format!("leakage was not judged: {reason}");
    }
    if report.coverage.not_opened > 0 {
        return "no image was opened: not known which also occur in training".to_owned();
    }
    if report.scope.as_ref().is_some_and(Scope::is_empty) {
        return "no image of a split changed or was named: nothing was compared".to_owned();
    }
    let several = report.leakage.len() > 1;
    let entries = report.leakage.iter().take(TOLD);
    let told: Vec<String> = entries
        .map(|entry| of_entry(report, entry, several))
        .collect();
    let more = match report.leakage.len().saturating_sub(TOLD) {
        0 => String::new(),
        n => format!("; and {n} more"),
    };
    let scope = match report.scope {
        Some(_) => "what changed: ",
        None => "",
    };
    // What a clear verdict does not cover is said with it.
    let controls = report.detection.controls.as_ref();
    let cropped = match controls.is_some_and(Controls::misses_cropped) {
        true if report.verdict == Verdict::Clear => "; copies that were cropped would be missed",
        _ => "",
    };
    format!("{scope}{}{more}{cropped}", told.join("; "))
}

fn of_entry(report: &Report, entry: &Leakage, is_one_of_several: bool) -> String {
    let evaluation = images_of(report, &entry.evaluation_split);
    // With one training split its name says nothing.
    let roles = report.dataset.splits.iter();
    let training = roles.filter(|split| split.role.name() == "training");
    let training = match training.count() {
        1 => "training".to_owned(),
        _ => format!("`{}`", entry.training_split),
    };
    let leaked = &entry.leaked;
    let (count, all) = (
        wording::count(leaked.count),
        wording::count(leaked.denominator),
    );
    // What shares a group or a strip with training is no picture that occurs there.
    let kinds = [Leak::SharedGroup, Leak::OverlappingTile];
    let related: u64 = kinds
        .iter()
        .filter_map(|kind| entry.by_kind.get(kind))
        .sum();
    let beyond = beyond(entry);
    let told = match (leaked.denominator, leaked.count) {
        (0, _) => format!("no {evaluation} could be read"),
        (_, 0) if entry.verdict != Verdict::Clear => {
            format!("none of {all} {evaluation} was found in {training}")
        }
        (_, 0) if is_one_of_several => format!("0 of {all} {evaluation} in {training}"),
        (_, 0) => format!("none of {all} {evaluation} occur in {training}"),
        (_, 1) if related > 0 => format!("1 of {all} {evaluation} leaks from {training}"),
        _ if related > 0 => format!("{count} of {all} {evaluation} leak from {training}"),
        (1, _) => format!("1 of 1 {evaluation} also occurs in {training}"),
        (_, 1) => format!("1 of {all} {evaluation} also occurs in {training}"),
        _ => format!("{count} of {all} {evaluation} also occur in {training}"),
    };
    let passes = match entry.passes_beyond() {
        0 => String::new(),
        n => format!(
            "; {} show a place that training passed at another time",
            wording::count(n)
        ),
    };
    format!("{told}{beyond}{passes}")
}

/// What is suspected beyond the leaked images, and what keeps the verdict open.
fn beyond(entry: &Leakage) -> String {
    let suspected = match entry.suspected.count {
        0 => String::new(),
        n if entry.leaked.count > 0 => format!(", {} more suspected", wording::count(n)),
        n => format!(", {} suspected", wording::count(n)),
    };
    let codes: Vec<&str> = entry.unknown.iter().map(|code| code.name()).collect();
    match (entry.verdict, codes.is_empty()) {
        (Verdict::Unknown, false) => {
            format!("{suspected}; not known in full ({})", codes.join(", "))
        }
        (Verdict::Unknown, true) => format!("{suspected}; not known in full"),
        _ => suspected,
    }
}

/// `validation images`, or the name of the split where its role does not tell which.
fn images_of(report: &Report, split: &str) -> String {
    let splits = &report.dataset.splits;
    let is_meant = |one: &&SplitSummary| one.name == split;
    let role = splits.iter().find(is_meant).map(|one| one.role);
    let alone = splits.iter().filter(|one| Some(one.role) == role).count() == 1;
    match role.filter(|_| alone) {
        Some(role) => format!("{} images", role.name()),
        None => format!("images of `{split}`"),
    }
}

/// What the gate says, in a few words. "Passed" stands alone only where all was judged and nothing
/// leaks.
pub(crate) fn verdict(report: &Report) -> &'static str {
    match (report.gate.ruling(), report.verdict) {
        (Ruling::Passed, Verdict::Clear) => "passed",
        (Ruling::Passed, Verdict::Leaks) => "within the limits, with leaks",
        (Ruling::Passed, Verdict::Unknown | Verdict::NotJudged) => {
            "within the limits; leakage is not known in full"
        }
        (Ruling::Failed, _) => "failed",
        (Ruling::Incomplete, _) => "could not check everything",
        (Ruling::NotJudged, _) => "no limit set: not judged",
    }
}
