//! `splitleak baseline`: accept what is there, compare, clean up.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::error::Error;
use crate::finding::Code;
use crate::gate::baseline::{Baseline, Entry};
use crate::gate::policy::day;
use crate::gate::update::{self, Comparison};
use crate::gate::{self, Policy};
use crate::report::{Acceptance, AcceptedBy, PairMember, Report};

use super::check::Scope;
use super::exit::Outcome;
use super::files::SettingFiles;
use super::gate_args::{BaselineArgs, BaselineCommand};
use super::resolve::{self, Missing, Resolved};
use super::{check, output, say};

/// Entries that are listed of each kind.
const LISTED: usize = 10;

/// Runs a `baseline` command.
///
/// # Errors
/// A dataset that cannot be checked, or a baseline that cannot be read or written.
pub(super) fn run(command: &BaselineCommand) -> Result<Outcome, Error> {
    match command {
        BaselineCommand::Write {
            on,
            reason,
            expires,
            code,
        } => {
            if reason.trim().is_empty() {
                return Err(Error::settings(
                    "`--reason` is empty; say why it is accepted".to_owned(),
                ));
            }
            let expires = expires
                .as_deref()
                .map(day)
                .transpose()
                .map_err(Error::settings)?;
            let codes: Vec<Code> = code
                .iter()
                .map(|name| code_of(name))
                .collect::<Result<_, _>>()?;
            let (resolved, report, comparison) = compared(on, Missing::Empty)?;
            let fresh = comparison.fresh.iter();
            let absent = fresh.filter(|entry| update::is_accepted_by_name_only(entry.code));
            let absent = absent.count();
            if codes.is_empty() && absent > 0 {
                say(&format!(
                    "warning: data that is not here is not accepted: {absent}; fetch it, or name its code by `--code`"
                ));
            }
            let baseline = update::accept_fresh(comparison, &codes, reason, expires);
            save(resolved, report, on, baseline, false)
        }
        BaselineCommand::Prune { on } => {
            let (resolved, report, comparison) = compared(on, Missing::Refused)?;
            let dropped = comparison.stale.len() + comparison.expired.len();
            let baseline = update::prune(comparison);
            tell(on, &format!("dropped: {dropped}\n"))?;
            // A file that stays as it is is not written again.
            let keep = dropped == 0;
            save(resolved, report, on, baseline, keep)
        }
        BaselineCommand::Check { on } => {
            let (_, _, comparison) = compared(on, Missing::Refused)?;
            tell(on, &told(&comparison))?;
            let is_clean = comparison.fresh.is_empty() && comparison.expired.is_empty();
            Ok(if is_clean {
                Outcome::Passed
            } else {
                Outcome::GateFailed
            })
        }
    }
}

fn code_of(name: &str) -> Result<Code, Error> {
    Code::from_name(name).ok_or_else(|| {
        Error::settings(format!(
            "code `{name}` does not exist; docs/findings.md lists them"
        ))
    })
}

/// Audits the dataset, and holds the baseline against the report.
fn compared(
    args: &BaselineArgs,
    missing: Missing,
) -> Result<(Resolved, Report, Comparison), Error> {
    let (mut settings, source) = resolve::common(&args.common, SettingFiles::default())?;
    settings.detail.findings_per_code = usize::MAX;
    let resolved = resolve::judged_by(settings, source, &args.common, &args.gate, missing)?;
    if missing == Missing::Refused && !resolved.baseline.is_file() {
        return Err(Error::settings(format!(
            "there is no baseline at `{}`; make one by `splitleak baseline write`",
            resolved.baseline.display()
        )));
    }
    let everything = Scope::default();
    let settings = resolved.settings.clone();
    let (report, _) = check::audited(settings, &args.common, everything, args.quiet)?;
    let comparison = update::compare(&report, &resolved.policy);
    Ok((resolved, report, comparison))
}

/// Writes a baseline, unless the file is to be kept, and says what of the report it accepts.
fn save(
    resolved: Resolved,
    report: Report,
    args: &BaselineArgs,
    baseline: Baseline,
    keep: bool,
) -> Result<Outcome, Error> {
    if !keep {
        output::renew(&resolved.baseline, baseline.render().as_bytes())?;
    }
    let policy = Policy {
        baseline,
        ..resolved.policy
    };
    let text = format!(
        "{}: accepts {}\n",
        resolved.baseline.display(),
        accepted(&gate::judge(report, &policy))
    );
    tell(args, &text)?;
    Ok(Outcome::Passed)
}

/// What the baseline accepts of a judged report. An image that leaks in several ways is one image.
fn accepted(report: &Report) -> String {
    let by_baseline = |accepted: &Option<Acceptance>| {
        accepted
            .as_ref()
            .is_some_and(|one| one.by == AcceptedBy::Baseline)
    };
    let images = |counted: bool| -> BTreeSet<&PairMember> {
        let rows = report.leaked_samples.iter();
        let rows = rows.filter(|row| row.counted == counted && by_baseline(&row.accepted));
        rows.map(|row| &row.evaluation).collect()
    };
    let (leaked, suspected) = (images(true), images(false));
    let others = report.findings.iter();
    let others = others
        .filter(|finding| by_baseline(&finding.accepted))
        .count();
    let count = |number: usize, noun: &str| match number {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    };
    let mut text = count(leaked.len(), "leaked image");
    match suspected.difference(&leaked).count() {
        0 => {}
        n => text += &format!(", {}", count(n, "suspected image")),
    }
    text + &format!(", {}", count(others, "other finding"))
}

fn tell(args: &BaselineArgs, text: &str) -> Result<(), Error> {
    if args.quiet {
        return Ok(());
    }
    output::to_stdout(text.as_bytes())
}

fn told(comparison: &Comparison) -> String {
    let mut text = String::new();
    let kinds = [
        (
            "new",
            &comparison.fresh,
            "mend them, or accept them by `splitleak baseline write`",
        ),
        (
            "expired",
            &comparison.expired,
            "mend them, or accept them again by `splitleak baseline write`",
        ),
        (
            "gone",
            &comparison.stale,
            "drop them by `splitleak baseline prune`",
        ),
    ];
    // Writing to a string cannot fail.
    for (word, entries, todo) in kinds {
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{word}: {}; {todo}", entries.len());
        for entry in entries.iter().take(LISTED) {
            let _ = writeln!(text, "  {}", line(entry));
        }
        if entries.len() > LISTED {
            let _ = writeln!(text, "  and {} more", entries.len() - LISTED);
        }
    }
    let _ = writeln!(text, "accepted and still there: {}", comparison.kept.len());
    text
}

fn line(entry: &Entry) -> String {
    let path = entry.hint.replace(char::is_control, "?");
    let place = match path.as_str() {
        "" => format!("fingerprint {}", &entry.fingerprint),
        path => path.to_owned(),
    };
    match entry.images {
        1 => format!("{} {place}", entry.code.name()),
        n => format!("{} {place} and others, {n} images", entry.code.name()),
    }
}
