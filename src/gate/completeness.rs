//! Violations for what could not be checked: an incomplete audit is never a pass.

use std::collections::BTreeMap;

use super::judge::violation;
use super::policy::Policy;
use crate::finding::Code;
use crate::report::{NotReadFiles, Report, Violation, ViolationCode};

/// Findings of a code that are not accepted. Those that a limit cut from the list are not.
pub(super) fn unaccepted(report: &Report, code: Code) -> u64 {
    let all = report.finding_counts.get(code.name()).copied().unwrap_or(0);
    let findings = report.findings.iter();
    let accepted = findings.filter(|one| one.code == code && one.accepted.is_some());
    all.saturating_sub(accepted.count() as u64)
}

/// What was not checked and is not accepted.
pub(super) fn incomplete(report: &Report, policy: &Policy) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut violate = |message| violations.push(violation(ViolationCode::Incomplete, message));
    for split in report
        .dataset
        .splits
        .iter()
        .filter(|split| split.samples == 0)
    {
        let accepted = report.findings.iter().any(|one| {
            one.code == Code::EmptySplit
                && one.accepted.is_some()
                && one.paths.contains(&split.name)
        });
        if !accepted {
            violate(format!(
                "split `{}` holds no image, so it was not checked",
                split.name
            ));
        }
    }
    let accepted = report.findings.iter();
    let accepted = accepted.filter(|one| one.code.is_unreadable_image() && one.accepted.is_some());
    let accepted: u64 = accepted.map(|one| one.images).sum();
    let coverage = &report.coverage;
    let unreadable = coverage.unreadable.saturating_sub(accepted);
    if policy
        .max_unreadable
        .exceeded_by(unreadable, coverage.samples)
    {
        violate(format!(
            "{unreadable} of {} images could not be read; mend or remove them, or accept them with `--max-unreadable {unreadable}`",
            coverage.samples
        ));
    }
    if coverage.not_opened > 0 {
        violate(format!(
            "{} images were not opened (`--names-only`), so only names, times and columns were checked",
            coverage.not_opened
        ));
    }
    if let Some(least) = policy.min_coverage {
        for split in report
            .dataset
            .splits
            .iter()
            .filter(|split| split.samples > 0)
        {
            let all = split.samples + hidden_in(report, &split.name);
            if (split.readable as f64) < least * all as f64 {
                violate(format!(
                    "{} of {all} images of `{}` could be read, less than the {}% that are asked for",
                    split.readable,
                    split.name,
                    (least * 1e6).round() / 1e4
                ));
            }
        }
    }
    let mut hidden: BTreeMap<&str, Vec<&NotReadFiles>> = BTreeMap::new();
    for files in not_read(report) {
        let split = files.split.as_deref().unwrap_or_default();
        hidden.entry(split).or_default().push(files);
    }
    for (split, files) in hidden {
        let n: u64 = files.iter().map(|one| one.files).sum();
        let forms: Vec<&str> = files.iter().map(|one| one.reason.as_str()).collect();
        violate(format!(
            "files of `{split}` that may hold images and were not read: {n} ({}), such as `{}`; unpack or convert them",
            forms.join(", "),
            files[0].example
        ));
    }
    let unlisted = unaccepted(report, Code::UnreadableDirectory);
    if unlisted > 0 {
        violate(format!(
            "directories that could not be listed: {unlisted}; their images were not checked"
        ));
    }
    // What stands for data that never became samples is not counted by coverage.
    let absent = |code| {
        let findings = report.findings.iter();
        let own = findings.filter(move |one| one.code == code && one.images == 0);
        own.filter(|one| one.accepted.is_none())
    };
    match absent(Code::DataNotFetched).count() {
        0 => {}
        n => violate(format!(
            "DVC files whose data is not here: {n}; run `dvc pull`"
        )),
    }
    let links: Vec<_> = absent(Code::MissingFile)
        .flat_map(|one| &one.paths)
        .collect();
    if let Some(first) = links.first() {
        violate(format!(
            "links that lead nowhere: {}, such as `{first}`; mend or remove them",
            links.len()
        ));
    }
    violations
}

/// Files that hide samples of a split and are not accepted.
fn not_read(report: &Report) -> impl Iterator<Item = &NotReadFiles> {
    let accepted = |files: &NotReadFiles| {
        let mut findings = report
            .findings
            .iter()
            .filter(|one| one.code == Code::DataNotRead && one.accepted.is_some());
        findings.any(|one| one.paths.first() == Some(&files.example))
    };
    let all = report.coverage.not_read.iter();
    all.filter(move |files| files.split.is_some() && !accepted(files))
}

/// How many of them one split has; an archive counts as one.
fn hidden_in(report: &Report, split: &str) -> u64 {
    let own = not_read(report).filter(|files| files.split.as_deref() == Some(split));
    own.map(|files| files.files).sum()
}
