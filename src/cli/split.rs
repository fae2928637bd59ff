//! `splitleak split`: a manifest of a split that does not leak.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use crate::audit::{Kept, Proposal, Request, Stratum, propose_split_of};
use crate::cache::Cache;
use crate::error::Error;
use crate::progress::{Progress, Silent};
use crate::report::Controls;
use crate::sample::Dataset;
use crate::settings::Settings;

use super::args::{CommonArgs, SplitArgs};
use super::check::{Scope, loaded};
use super::exit::Outcome;
use super::files::SettingFiles;
use super::interrupt::Interrupt;
use super::{advice, cache, output, owned, progress, resolve, say, split_current, use_threads};

/// Proposes a split and writes it.
///
/// # Errors
/// What keeps the dataset from being read, or the manifest from being written.
pub(super) fn run(args: &SplitArgs) -> Result<Outcome, Error> {
    let request = request(args)?;
    let Some(out) = args.out.as_deref().filter(|_| !args.current.from_current) else {
        return split_current::run(args);
    };
    owned::announce([out])?;
    let (proposal, settings) = proposed(&args.common, args.quiet, |of| {
        propose_split_of(of.settings, of.dataset, &request, of.cache, of.progress)
    })?;
    let to_stdout = out == Path::new("-");
    if to_stdout {
        output::to_stdout(proposal.manifest.as_bytes())?;
    } else {
        output::to_file(out, proposal.manifest.as_bytes())?;
    }
    if !args.quiet && !to_stdout {
        let no_groups = settings.recorded.no_groups.as_deref();
        output::to_stdout(summary(&proposal, args, out, no_groups).as_bytes())?;
    }
    Ok(outcome(proposal.is_clean(), !proposal.open.is_empty()))
}

/// What a split is proposed of.
#[derive(Clone, Copy)]
pub(super) struct Proposed<'a> {
    pub(super) settings: &'a Settings,
    pub(super) dataset: &'a Dataset,
    pub(super) cache: &'a Cache,
    pub(super) progress: &'a dyn Progress,
}

/// Proposes as `propose` does for the dataset that is named, with progress, and says what ails the
/// cache; with the settings in force.
///
/// # Errors
/// Those of the settings and of `propose`.
pub(super) fn proposed<T>(
    common: &CommonArgs,
    quiet: bool,
    propose: impl FnOnce(Proposed<'_>) -> Result<T, Error>,
) -> Result<(T, Settings), Error> {
    let (settings, _) = resolve::common(common, SettingFiles::default())?;
    use_threads(common.threads)?;
    let line = progress::Line::default();
    let shown: &dyn Progress = if quiet { &Silent } else { &line };
    let progress = Interrupt::new(shown);
    settings.validate()?;
    let dataset = loaded(&settings, Scope::default(), &progress)?;
    owned::protect_dataset(&settings.input, &dataset)?;
    let cache = cache::open(&common.cache);
    let proposed = propose(Proposed {
        settings: &settings,
        dataset: &dataset,
        cache: &cache,
        progress: &progress,
    });
    if let Some(warning) = cache.warning() {
        say(&format!("warning: {warning}"));
    }
    Ok((proposed?, settings))
}

/// What is known of a proposal, as an exit status.
pub(super) fn outcome(is_clean: bool, is_open: bool) -> Outcome {
    match (is_clean, is_open) {
        (false, _) => Outcome::GateFailed,
        (true, true) => Outcome::NotChecked,
        (true, false) => Outcome::Passed,
    }
}

/// What searching a proposal again has found, as a line.
pub(super) fn searched(leaked: usize, evaluated: usize, open: &BTreeSet<&str>) -> String {
    let open: Vec<&str> = open.iter().copied().collect();
    let more = match open.as_slice() {
        [] => String::new(),
        codes => format!("; more may leak: {}", codes.join(", ")),
    };
    format!("searched again: {leaked} of {evaluated} evaluated images leak{more}\n")
}

/// What is asked for.
///
/// # Errors
/// A share that is none, or shares that leave nothing.
pub(super) fn request(args: &SplitArgs) -> Result<Request, Error> {
    let shares = [
        ("--val-share", args.val_share),
        ("--test-share", args.test_share.unwrap_or(0.1)),
    ];
    for (name, share) in shares {
        if !(share > 0.0 && share < 1.0) {
            let message = format!("`{name} {share}` is out of range: use a share such as 0.2");
            return Err(Error::settings(message));
        }
    }
    let test_share = args.test_share.unwrap_or(0.0);
    if args.val_share + test_share >= 1.0 {
        let message = format!(
            "`--val-share {}` and `--test-share {test_share}` leave nothing to train on: use less",
            args.val_share
        );
        return Err(Error::settings(message));
    }
    if let Some(folds @ 0..=1) = args.folds {
        let message = format!(
            "`--folds {folds}` leaves nothing to train on, or nothing to evaluate on: use 2 or more"
        );
        return Err(Error::settings(message));
    }
    Ok(Request {
        validation_share: args.val_share,
        test_share,
        folds: args.folds,
        purge: args.purge,
        seed: args.seed,
    })
}

fn summary(proposal: &Proposal, args: &SplitArgs, out: &Path, no_groups: Option<&str>) -> String {
    let mut text = String::new();
    for (number, sizes) in proposal.sizes.iter().enumerate() {
        let fold = if args.folds.is_some() {
            format!("split_{}: ", number + 1)
        } else {
            String::new()
        };
        let test = match args.test_share {
            Some(_) => format!(", {} test", sizes.test),
            None => String::new(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{fold}{} train, {} val{test}, {} left out",
            sizes.training, sizes.validation, sizes.left_out
        );
    }
    if let Some(balance) = proposal.balance {
        let strata = match balance.over {
            Stratum::Class => "classes",
            Stratum::Targets => "ranges of targets",
            Stratum::Folder => "folders",
        };
        let [least, most] = balance.shares;
        let _ = writeln!(
            text,
            "{} {strata}, of each {:.1} to {:.1} % evaluated",
            balance.strata,
            100.0 * least,
            100.0 * most
        );
    }
    text += &beside(&proposal.kept);
    text += &verified(&proposal.kept, no_groups);
    let evaluated = proposal.sizes.iter();
    let evaluated = evaluated.map(|sizes| sizes.validation + sizes.test).max();
    text += &searched(proposal.leaked, evaluated.unwrap_or(0), &proposal.open);
    if args.folds.is_none() {
        let dataset = advice::dataset(&args.common);
        let _ = writeln!(
            text,
            "next: splitleak check {dataset} --manifest {}",
            out.display()
        );
    }
    text
}

/// What is kept together and apart, and goes along, in lines.
pub(super) fn beside(kept: &Kept) -> String {
    let mut text = match kept.recordings {
        0 => "no recordings known: copies and known groups are kept together\n".to_owned(),
        n => format!(
            "{n} recordings, {} steps left out between the two sides\n",
            kept.purge
        ),
    };
    // Writing to a string cannot fail.
    if kept.companions > 0 {
        let _ = writeln!(
            text,
            "{} masks or depth maps go where their pictures go (column `mask`)",
            kept.companions
        );
    }
    if kept.annotated > 0 {
        let _ = writeln!(
            text,
            "annotations of {} images go where these go (column `annotation`)",
            kept.annotated
        );
    }
    text
}

/// What was verified, as a line.
pub(super) fn verified(kept: &Kept, no_groups: Option<&str>) -> String {
    let crossing = kept.crossing;
    if !crossing.is_clean() {
        return format!(
            "not clean: {} pairs of copies, {} neighbours and {} groups cross\n",
            crossing.twins, crossing.neighbours, crossing.groups
        );
    }
    if let Some(controls) = kept.controls.filter(Controls::misses_copies) {
        return format!(
            "no copy, neighbour or known group found on both sides; but of {} images that were saved again for a trial {} were found, so that copies of these may be on both: \
             say what each was made from (`--group-column`, `--group-pattern`)\n",
            controls.pictures, controls.saved
        );
    }
    match (&kept.groups, no_groups) {
        (Some(groups), _) => {
            format!("verified: no copy, neighbour or group on both sides (groups: {groups})\n")
        }
        (None, Some(reason)) => {
            format!("verified: no copy or neighbour on both sides (no groups: {reason})\n")
        }
        (None, None) if kept.in_case => format!(
            "no copy or neighbour on both sides; groups: not known, and what names may tell is kept whole in case; say `--group-pattern '{}'`, or `groups = {{ none = \"why\" }}` in splitleak.toml\n",
            kept.group_pattern.as_deref().unwrap_or("(?<group>...)")
        ),
        (None, None) => format!(
            "no copy or neighbour on both sides; groups: not known; say `--group-pattern '{}'` or `groups = {{ none = \"why\" }}` in splitleak.toml\n",
            kept.group_pattern.as_deref().unwrap_or("(?<group>...)")
        ),
    }
}
