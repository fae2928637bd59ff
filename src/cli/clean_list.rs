//! `--clean-list`: evaluation images that nothing is known to leak of, to evaluate on again.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Error;
use crate::finding::Code;
use crate::report::{LeakedSample, Report};
use crate::sample::Dataset;

use super::{output, say};

/// Evaluation images without a leak.
pub(super) struct Clean<'a> {
    /// Path and split of each, in the order of the samples.
    pub(super) images: Vec<(&'a str, &'a str)>,
    /// How many evaluation images there are.
    pub(super) of: u64,
}

/// Writes `path,split` of every readable evaluation image without a leak, counted or suspected, to
/// a file, or to standard output for `-`, and says how many there are and what they are good for.
///
/// # Errors
/// A report that does not know every leak of the dataset, or a file that cannot be written.
pub(super) fn write(
    report: &Report,
    dataset: &Dataset,
    to: &Path,
    quiet: bool,
) -> Result<(), Error> {
    let clean = clean(report, dataset)?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::settings(format!("`--clean-list`: {error}"));
    csv.write_record(["path", "split"]).map_err(failed)?;
    for (path, split) in &clean.images {
        csv.write_record([path, split]).map_err(failed)?;
    }
    let text = csv.into_inner().unwrap_or_default();
    if to == Path::new("-") {
        output::bytes_to_stdout(&text)?;
    } else {
        output::to_file(to, &text)?;
    }
    let is_open = report.leakage.iter().any(|entry| !entry.unknown.is_empty());
    if !quiet || is_open {
        say(&told(report, clean.images.len() as u64, clean.of));
    }
    Ok(())
}

/// Every readable evaluation image without a leak, counted or suspected.
///
/// # Errors
/// A report that does not know every leak of the dataset.
pub(super) fn clean<'a>(report: &Report, dataset: &'a Dataset) -> Result<Clean<'a>, Error> {
    if let Some(reason) = &report.leakage_unavailable {
        return Err(Error::settings(format!("`--clean-list`: {reason}")));
    }
    if report.scope.is_some() || report.coverage.not_opened > 0 {
        return Err(Error::settings(
            "`--clean-list` needs every image compared: leave out `--names-only` and what narrows the check",
        ));
    }
    let unreadable = |code: Code| code.is_unreadable_image();
    let unread = report.findings.iter().filter(|one| unreadable(one.code));
    if report.findings_truncated && unread.clone().next().is_some() {
        return Err(Error::settings(
            "`--clean-list`: not all unreadable images are listed; raise `--findings-per-code`",
        ));
    }
    let mut left_out: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for finding in unread {
        left_out.extend(finding.paths.iter().map(|path| (path.as_str(), None)));
        let members = finding.members.iter();
        left_out.extend(members.map(|one| (one.path.as_str(), None)));
    }
    let leaks = |row: &&LeakedSample| row.counted || row.code != Code::LeakAnotherPass;
    for row in report.leaked_samples.iter().filter(leaks) {
        let at = &row.evaluation;
        left_out.insert((&at.path, Some(&at.split)));
    }
    let (mut images, mut all) = (Vec::new(), 0u64);
    for sample in &dataset.samples {
        let split = sample.split.map(|id| &dataset.splits[id.index()]);
        let Some(split) = split.filter(|split| split.role.is_evaluation()) else {
            continue;
        };
        all += 1;
        let (path, split) = (&*sample.path, split.name.as_str());
        let out = [(path, None), (path, Some(split))];
        if !out.iter().any(|key| left_out.contains(key)) {
            images.push((path, split));
        }
    }
    Ok(Clean { images, of: all })
}

/// How many are clean, and how exactly they can tell an accuracy.
fn told(report: &Report, clean: u64, all: u64) -> String {
    let good_for = match clean {
        0 => String::new(),
        // Half of a 95 % interval at one half, where it is widest.
        n => format!(
            "; an accuracy on them is known to within {:.1} points (95 %, if they are independent)",
            98.0 / (n as f64).sqrt()
        ),
    };
    let codes: BTreeSet<&str> = report
        .leakage
        .iter()
        .flat_map(|entry| entry.unknown.iter().map(|code| code.name()))
        .collect();
    let open = match codes.is_empty() {
        true => String::new(),
        false => format!(
            "; more may leak: {}",
            codes.into_iter().collect::<Vec<_>>().join(", ")
        ),
    };
    format!("clean list: {clean} of {all} evaluation images{good_for}{open}")
}
