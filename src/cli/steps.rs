//! `splitleak sign`, `learn`, `match` and `report`: a check in steps.

use crate::audit::{learn_in_steps, match_in_steps, sign_in_steps};
use crate::error::Error;
use crate::progress::{Progress, Silent};
use crate::steps::{Made, Steps};

use super::check::{self, Scope, loaded};
use super::exit::Outcome;
use super::files::SettingFiles;
use super::interrupt::Interrupt;
use super::steps_args::{LearnArgs, MatchArgs, ReportArgs, SignArgs};
use super::{cache, progress, resolve, say, use_threads};

/// Signs images into files.
///
/// # Errors
/// What keeps them from being signed; a bad image is a row.
pub(super) fn sign(args: &SignArgs) -> Result<Outcome, Error> {
    use_threads(args.common.threads)?;
    let quiet = args.share.quiet;
    tell(
        "signed",
        watched(quiet, |progress| signed(args, progress))?,
        quiet,
    );
    Ok(Outcome::Passed)
}

/// As [`sign`], without a word.
pub(super) fn signed(args: &SignArgs, progress: &dyn Progress) -> Result<Made, Error> {
    let (settings, _) = resolve::common(&args.common, SettingFiles::default())?;
    let (steps, share) = (args.out.steps(), args.share.share());
    let dataset = loaded(&settings, Scope::default(), progress)?;
    let cache = cache::open(&args.common.cache);
    sign_in_steps(&settings, &dataset, &steps, share, &cache, progress)
}

/// Learns from signed images.
///
/// # Errors
/// What keeps it from being learned.
pub(super) fn learn(args: &LearnArgs) -> Result<Outcome, Error> {
    use_threads(args.common.threads)?;
    watched(args.quiet, |progress| learned(args, progress))?;
    Ok(Outcome::Passed)
}

/// As [`learn`], without a word.
pub(super) fn learned(args: &LearnArgs, progress: &dyn Progress) -> Result<(), Error> {
    let (settings, _) = resolve::common(&args.common, SettingFiles::default())?;
    let dataset = loaded(&settings, Scope::default(), progress)?;
    learn_in_steps(&settings, &dataset, &args.out.steps(), progress)
}

/// Looks for evaluation images in training images.
///
/// # Errors
/// What keeps them from being looked for.
pub(super) fn find(args: &MatchArgs) -> Result<Outcome, Error> {
    use_threads(args.threads)?;
    let quiet = args.share.quiet;
    tell(
        "matched",
        watched(quiet, |progress| found(args, progress))?,
        quiet,
    );
    Ok(Outcome::Passed)
}

/// As [`find`], without a word.
pub(super) fn found(args: &MatchArgs, progress: &dyn Progress) -> Result<Made, Error> {
    let steps = Steps::new(&args.folder, Steps::IMAGES);
    match_in_steps(&steps, args.share.share(), progress)
}

/// Checks a dataset from what the other steps have left.
///
/// # Errors
/// As for `check`.
pub(super) fn report(args: &ReportArgs) -> Result<Outcome, Error> {
    check::run_from(&args.check, Some(&args.images.steps(&args.from)))
}

fn watched<T>(
    quiet: bool,
    work: impl FnOnce(&dyn Progress) -> Result<T, Error>,
) -> Result<T, Error> {
    let line = progress::Line::default();
    let shown: &dyn Progress = if quiet { &Silent } else { &line };
    work(&Interrupt::new(shown))
}

fn tell(done: &str, Made { made, kept }: Made, quiet: bool) {
    if !quiet {
        let files = if made == 1 { "file" } else { "files" };
        say(&format!("{done} {made} {files}, {kept} there already"));
    }
}
