//! `splitleak split`: a manifest of a split that does not leak.

use std::fmt::Write;
use std::path::Path;

use crate::audit::{Proposal, Request, propose_split};
use crate::error::Error;
use crate::progress::{Progress, Silent};

use super::args::SplitArgs;
use super::exit::Outcome;
use super::files::SettingFiles;
use super::interrupt::Interrupt;
use super::{advice, cache, output, progress, resolve, say, use_threads};

/// Proposes a split and writes it.
///
/// # Errors
/// What keeps the dataset from being read, or the manifest from being written.
pub(super) fn run(args: &SplitArgs) -> Result<Outcome, Error> {
    let request = request(args)?;
    let (settings, _) = resolve::common(&args.common, SettingFiles::default())?;
    use_threads(&args.common);
    let line = progress::Line::default();
    let shown: &dyn Progress = if args.quiet { &Silent } else { &line };
    let progress = Interrupt::new(shown);
    let cache = cache::open(&args.common.cache);
    let proposed = propose_split(&settings, &request, &cache, &progress);
    if let Some(warning) = cache.warning() {
        say(&format!("warning: {warning}"));
    }
    let proposal = proposed?;
    let to_stdout = args.out == Path::new("-");
    if to_stdout {
        output::to_stdout(proposal.manifest.as_bytes())?;
    } else {
        output::to_file(&args.out, proposal.manifest.as_bytes())?;
    }
    if !args.quiet && !to_stdout {
        output::to_stdout(
            summary(&proposal, args, settings.recorded.no_groups.as_deref()).as_bytes(),
        )?;
    }
    Ok(if proposal.crossing.is_clean() {
        Outcome::Passed
    } else {
        Outcome::GateFailed
    })
}

/// What is asked for.
///
/// # Errors
/// A share that is none.
pub(super) fn request(args: &SplitArgs) -> Result<Request, Error> {
    if !(args.val_share > 0.0 && args.val_share < 1.0) {
        let message = format!(
            "`--val-share {}` is out of range: use a share such as 0.2",
            args.val_share
        );
        return Err(Error::settings(message));
    }
    Ok(Request {
        evaluation_share: args.val_share,
        folds: args.folds,
        purge: args.purge,
        seed: args.seed,
    })
}

fn summary(proposal: &Proposal, args: &SplitArgs, no_groups: Option<&str>) -> String {
    let mut text = String::new();
    for (number, [training, evaluation, purged]) in proposal.sizes.iter().enumerate() {
        let fold = if args.folds.is_some() {
            format!("split_{}: ", number + 1)
        } else {
            String::new()
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{fold}{training} train, {evaluation} val, {purged} left out"
        );
    }
    let _ = match proposal.recordings {
        0 => writeln!(
            text,
            "no recordings known: copies and known groups are kept together"
        ),
        n => writeln!(
            text,
            "{n} recordings, {} steps left out between the two sides",
            proposal.purge
        ),
    };
    if proposal.companions > 0 {
        let _ = writeln!(
            text,
            "{} masks or depth maps go where their pictures go (column `mask`)",
            proposal.companions
        );
    }
    if proposal.annotated > 0 {
        let _ = writeln!(
            text,
            "annotations of {} images go where these go (column `annotation`)",
            proposal.annotated
        );
    }
    let crossing = proposal.crossing;
    let _ = if crossing.is_clean() {
        match (&proposal.groups, no_groups) {
            (Some(groups), _) => writeln!(
                text,
                "verified: no copy, neighbour or group on both sides (groups: {groups})"
            ),
            (None, Some(reason)) => writeln!(
                text,
                "verified: no copy or neighbour on both sides (no groups: {reason})"
            ),
            (None, None) => writeln!(
                text,
                "no copy or neighbour on both sides; groups: not known; say `--group-pattern '{}'` or `groups = {{ none = \"why\" }}` in splitleak.toml",
                proposal.group_pattern.as_deref().unwrap_or("(?<group>...)")
            ),
        }
    } else {
        writeln!(
            text,
            "not clean: {} pairs of copies, {} neighbours and {} groups cross",
            crossing.twins, crossing.neighbours, crossing.groups
        )
    };
    if args.folds.is_none() {
        let dataset = advice::dataset(&args.common);
        let _ = writeln!(
            text,
            "next: splitleak check {dataset} --manifest {}",
            args.out.display()
        );
    }
    text
}
