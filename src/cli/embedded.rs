//! `check`, `split` and the steps of a check as values, for a module of another language: the
//! command's own arguments go in, and what it found comes out. Nothing is printed, or written but
//! the cache and the files of the steps.
//!
//! Arguments, settings file, limits and cache mean exactly what they mean to the command, so that
//! there is one set of names and rules for both.

use std::ffi::OsString;
use std::sync::Arc;

use crate::audit::{Proposal, Repair, propose_repair_of, propose_split_of};
use crate::error::Error;
use crate::gate;
use crate::progress::Progress;
use crate::report::Report;
use crate::sample::Dataset;
use crate::steps::{Made, Steps};
use clap::Parser;

use super::args::{CheckArgs, Cli, Command, SplitArgs};
use super::check::{Scope, Told, audited_of, loaded, staged};
use super::exit::Outcome;
use super::files::SettingFiles;
use super::{cache, clean_list, resolve, split, split_current, steps};

/// What `splitleak check` has found.
#[derive(Debug)]
pub struct Checked {
    /// The report, judged.
    pub report: Report,
    /// What it is about.
    pub dataset: Arc<Dataset>,
    /// The exit status of the command: 0, 1 or 2, see the README.
    pub status: u8,
    /// What a person should know beside the report, such as a cache that cannot be used.
    pub notes: Vec<String>,
}

/// What `splitleak split` proposes.
#[derive(Debug)]
pub struct Proposed {
    /// The split, or the folds.
    pub proposal: Proposal,
    /// Of what.
    pub dataset: Arc<Dataset>,
}

/// What `splitleak split --from-current` proposes.
#[derive(Debug)]
pub struct Repaired {
    /// The changes.
    pub repair: Repair,
    /// Of what.
    pub dataset: Arc<Dataset>,
}

impl Checked {
    /// Path and split of every evaluation image without a leak, counted or suspected: what
    /// `--clean-list` writes.
    ///
    /// # Errors
    /// A report that does not know every leak of the dataset.
    pub fn clean(&self) -> Result<Vec<(&str, &str)>, Error> {
        Ok(clean_list::clean(&self.report, &self.dataset)?.images)
    }
}

/// What `splitleak check` with these arguments finds, its own name and that of the program left
/// out. With `given` that dataset is checked, and the arguments name none. Arguments about output
/// and threads have no effect: the check runs in the thread pool of the caller.
///
/// ```
/// use splitleak::cli::embedded;
/// use splitleak::progress::Silent;
///
/// let arguments = ["fixtures/driving", "--no-cache", "--max-leakage", "1%"];
/// let checked = embedded::check(arguments, None, &Silent).unwrap();
/// assert_eq!(checked.status, 1);
/// assert_eq!(checked.report.leakage[0].leaked.count, 51);
/// ```
///
/// # Errors
/// Arguments that mean nothing, and all that keeps a dataset from being checked.
pub fn check<Argument>(
    arguments: impl IntoIterator<Item = Argument>,
    given: Option<Arc<Dataset>>,
    progress: &dyn Progress,
) -> Result<Checked, Error>
where
    Argument: Into<OsString>,
{
    let words = words("check", arguments, given.as_deref());
    let Command::Check(args) = parsed(words)? else {
        return Err(Error::settings("only `check` can be asked for here"));
    };
    checked(&args, given, None, progress)
}

/// What `splitleak report` with these arguments finds; see [`check`].
///
/// # Errors
/// As for [`check`], and files of the other steps that are not there or cannot be used.
pub fn report<Argument>(
    arguments: impl IntoIterator<Item = Argument>,
    progress: &dyn Progress,
) -> Result<Checked, Error>
where
    Argument: Into<OsString>,
{
    let Command::Report(args) = parsed(words("report", arguments, None))? else {
        return Err(Error::settings("only `report` can be asked for here"));
    };
    checked(
        &args.check,
        None,
        Some(&args.images.steps(&args.from)),
        progress,
    )
}

/// Does what `splitleak sign`, `learn` or `match` does with these arguments, its name first, and
/// says which files it has made.
///
/// # Errors
/// As for the command.
pub fn step<Argument>(
    arguments: impl IntoIterator<Item = Argument>,
    progress: &dyn Progress,
) -> Result<Made, Error>
where
    Argument: Into<OsString>,
{
    let words = arguments.into_iter().map(Into::into);
    match parsed(std::iter::once("splitleak".into()).chain(words).collect())? {
        Command::Sign(args) => steps::signed(&args, progress),
        Command::Learn(args) => steps::learned(&args, progress).map(|()| Made { made: 1, kept: 0 }),
        Command::Match(args) => steps::found(&args, progress),
        _ => Err(Error::settings("a step is `sign`, `learn` or `match`")),
    }
}

fn checked(
    args: &CheckArgs,
    given: Option<Arc<Dataset>>,
    steps: Option<&Steps>,
    progress: &dyn Progress,
) -> Result<Checked, Error> {
    let snapshot = staged(args)?;
    let files = SettingFiles {
        staged: snapshot.as_ref(),
    };
    let resolved = resolve::resolve(args, files)?;
    let scope = Scope::of(&args.scope, &args.common, snapshot.as_ref()).signed_in(steps);
    let mut notes = Vec::new();
    let mut tell = |told: Told| match told {
        Told::Note(text) | Told::Warning(text) => notes.push(text),
    };
    let settings = resolved.settings;
    let dataset = match given {
        Some(dataset) => dataset,
        None => loaded(&settings, scope, progress)?.into(),
    };
    let cache = cache::open(&args.common.cache);
    let report = audited_of(settings, &dataset, scope, &cache, progress, &mut tell)?;
    let report = gate::judge(report, &resolved.policy);
    Ok(Checked {
        status: Outcome::of(&report.gate).status(),
        report,
        dataset,
        notes,
    })
}

/// What `splitleak split` with these arguments proposes; see [`check`]. `--out` is left out.
///
/// # Errors
/// As for [`check`], and more folds than the dataset can be divided into.
pub fn propose<Argument>(
    arguments: impl IntoIterator<Item = Argument>,
    given: Option<Arc<Dataset>>,
    progress: &dyn Progress,
) -> Result<Proposed, Error>
where
    Argument: Into<OsString>,
{
    let args = split_args(arguments, "--out=-", given.as_deref())?;
    let request = split::request(&args)?;
    let (proposal, dataset) = proposed(&args, given, progress, |of| {
        propose_split_of(of.settings, of.dataset, &request, of.cache, of.progress)
    })?;
    Ok(Proposed { proposal, dataset })
}

/// What `splitleak split --from-current` with these arguments proposes; see [`check`]. Files to
/// write are left out.
///
/// # Errors
/// As for [`check`], and a dataset without a split.
pub fn repair<Argument>(
    arguments: impl IntoIterator<Item = Argument>,
    given: Option<Arc<Dataset>>,
    progress: &dyn Progress,
) -> Result<Repaired, Error>
where
    Argument: Into<OsString>,
{
    let args = split_args(arguments, "--from-current", given.as_deref())?;
    let request = split_current::request(&args)?;
    let (repair, dataset) = proposed(&args, given, progress, |of| {
        propose_repair_of(of.settings, of.dataset, &request, of.cache, of.progress)
    })?;
    Ok(Repaired { repair, dataset })
}

fn split_args<Argument>(
    arguments: impl IntoIterator<Item = Argument>,
    more: &str,
    given: Option<&Dataset>,
) -> Result<SplitArgs, Error>
where
    Argument: Into<OsString>,
{
    let mut words = words("split", arguments, given);
    words.push(more.into());
    match parsed(words)? {
        Command::Split(args) => Ok(*args),
        _ => Err(Error::settings("only `split` can be asked for here")),
    }
}

fn proposed<T>(
    args: &SplitArgs,
    given: Option<Arc<Dataset>>,
    progress: &dyn Progress,
    propose: impl FnOnce(split::Proposed<'_>) -> Result<T, Error>,
) -> Result<(T, Arc<Dataset>), Error> {
    let (settings, _) = resolve::common(&args.common, SettingFiles::default())?;
    let cache = cache::open(&args.common.cache);
    let dataset = match given {
        Some(dataset) => dataset,
        None => loaded(&settings, Scope::default(), progress)?.into(),
    };
    let proposed = propose(split::Proposed {
        settings: &settings,
        dataset: &dataset,
        cache: &cache,
        progress,
    })?;
    Ok((proposed, dataset))
}

/// A whole command line. What is given has no name for the command: it is asked about by the
/// directory that its names are relative to, where a settings file may lie.
fn words<Argument>(
    command: &str,
    arguments: impl IntoIterator<Item = Argument>,
    given: Option<&Dataset>,
) -> Vec<OsString>
where
    Argument: Into<OsString>,
{
    let mut words: Vec<OsString> = vec!["splitleak".into(), command.into()];
    words.extend(arguments.into_iter().map(Into::into));
    words.extend(given.map(|dataset| match dataset.root.as_os_str() {
        root if root.is_empty() => ".".into(),
        root => root.to_owned(),
    }));
    words
}

fn parsed(words: Vec<OsString>) -> Result<Command, Error> {
    let cli = Cli::try_parse_from(words).map_err(|error| {
        // What follows the first paragraph is how to type it.
        let text = error.render().to_string();
        let said = text.split("\n\n").next().unwrap_or_default();
        Error::settings(said.trim_start_matches("error: ").trim_end())
    })?;
    Ok(cli.command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Draft, given};
    use crate::progress::Silent;
    use crate::sample::SplitRole;
    use crate::source::{NumberKind, Pixels};

    #[test]
    fn arguments_that_mean_nothing_are_refused_without_a_lesson_in_typing() {
        let refused = |arguments: &[&str]| {
            let refused = check(arguments.iter().copied(), None, &Silent);
            refused.unwrap_err().to_string()
        };
        let said = refused(&["x", "--similarity", "much"]);
        assert!(said.starts_with("invalid value 'much'"), "{said}");
        assert!(!said.contains("Usage"), "{said}");
        let said = refused(&["x", "--no-such-option"]);
        assert!(said.contains("--no-such-option"), "{said}");
    }

    #[test]
    fn a_share_that_is_none_is_refused() {
        let arguments = ["x", "--val-share", "2"];
        let said = propose(arguments, None, &Silent).unwrap_err().to_string();
        assert!(said.contains("out of range"), "{said}");
        let arguments = ["x", "--tolerance", "2"];
        let said = repair(arguments, None, &Silent).unwrap_err().to_string();
        assert!(said.contains("out of range"), "{said}");
    }

    #[test]
    fn a_repair_says_where_each_sample_is_afterwards() {
        let picture = |seed: u32, split: &str, role| {
            // Squares of four, as good as random.
            let grey = |at: u32| {
                let mut x = (at / 32 / 4 + at % 32 / 4 * 8 + seed * 97).wrapping_add(1);
                for factor in [0x7feb_352d, 0x846c_a68b] {
                    x = (x ^ (x >> 16)).wrapping_mul(factor);
                }
                (x >> 24) as u8
            };
            let numbers: Vec<u8> = (0..1024).map(grey).collect();
            let pixels = Pixels {
                height: 32,
                width: 32,
                channels: 1,
                planar: false,
                kind: NumberKind::Byte,
                numbers: &numbers,
            };
            Draft {
                place: pixels.place().unwrap(),
                split: Some((split.to_owned(), role)),
                ..Draft::default()
            }
        };
        let train = |seed| picture(seed, "train", SplitRole::Training);
        let mut drafts: Vec<Draft> = (0..9).map(train).collect();
        drafts.push(train(3));
        let val = [3, 40, 41].map(|seed| picture(seed, "val", SplitRole::Validation));
        drafts.extend(val);
        let dataset = Arc::new(given(drafts, &[]).unwrap().dataset);
        let repaired = repair(["--no-cache"], Some(dataset), &Silent).unwrap();
        let sides: Vec<Option<u16>> = repaired
            .repair
            .after
            .iter()
            .map(|id| Some(id.as_ref()?.0))
            .collect();
        let train = repaired.dataset.samples[0].split.unwrap().0;
        // The copy of two training samples goes to them; samples are in order of name.
        assert_eq!(sides[..11], [Some(train); 11]);
        assert_eq!(sides[11..], [Some(1 - train); 2]);
        assert_eq!(repaired.repair.leaked, [1, 0]);
        let dropped = ["--no-cache", "--by", "drop"];
        let repaired = repair(dropped, Some(repaired.dataset), &Silent).unwrap();
        assert_eq!(repaired.repair.after[10], None);
    }
}
