//! `splitleak split --from-current`: the fewest changes that make the given split free of leaks.

use std::fmt::Write;
use std::path::Path;

use crate::audit::{By, Repair, RepairRequest, RepairedSplit, propose_repair_of};
use crate::error::Error;

use super::args::{ByArg, SplitArgs};
use super::exit::Outcome;
use super::split::{beside, outcome, proposed, searched, verified};
use super::{advice, output, owned, say};

/// Share by which sizes and classes may change unless something else is said.
const TOLERANCE: f64 = 0.1;

/// Most classes that a summary shows of a split: those that change most.
const CLASSES_SHOWN: usize = 5;

/// Proposes changes and writes what was asked for.
///
/// # Errors
/// What keeps the dataset from being read, or a file from being written; a dataset without a split.
pub(super) fn run(args: &SplitArgs) -> Result<Outcome, Error> {
    let request = request(args)?;
    let wanted = [&args.out, &args.current.diff, &args.current.drop_list];
    let to_stdout = |path: &Path| path == Path::new("-");
    let streams = wanted.iter().filter_map(|path| path.as_deref());
    let streams = streams.filter(|path| to_stdout(path)).count();
    if streams > 1 {
        let message =
            "`--out`, `--diff` and `--drop-list` cannot share standard output; write one to a file";
        return Err(Error::settings(message));
    }
    owned::announce(wanted.iter().filter_map(|path| path.as_deref()))?;
    let (repair, settings) = proposed(&args.common, args.quiet, |of| {
        propose_repair_of(of.settings, of.dataset, &request, of.cache, of.progress)
    })?;
    for (path, text) in wanted
        .into_iter()
        .zip([&repair.manifest, &repair.diff, &repair.drop_list])
    {
        match path.as_deref() {
            Some(path) if to_stdout(path) => output::bytes_to_stdout(text.as_bytes())?,
            Some(path) => output::to_file(path, text.as_bytes())?,
            None => {}
        }
    }
    if !args.quiet {
        let told = summary(
            &repair,
            args,
            &request,
            settings.recorded.no_groups.as_deref(),
        );
        // What was asked for has standard output for itself.
        match streams {
            0 => output::to_stdout(told.as_bytes())?,
            _ => say(told.trim_end()),
        }
    }
    Ok(outcome(repair.is_clean(), !repair.open.is_empty()))
}

/// What is asked for.
///
/// # Errors
/// A tolerance that is no share.
pub(super) fn request(args: &SplitArgs) -> Result<RepairRequest, Error> {
    let tolerance = args.current.tolerance.unwrap_or(TOLERANCE);
    if !(0.0..=1.0).contains(&tolerance) {
        let message = format!(
            "`--tolerance {tolerance}` is out of range: use a share from 0 to 1, such as {TOLERANCE}"
        );
        return Err(Error::settings(message));
    }
    let by = match args.current.by {
        Some(ByArg::Drop) => By::Drop,
        Some(ByArg::Move) | None => By::Move,
    };
    Ok(RepairRequest {
        by,
        tolerance,
        purge: args.purge,
    })
}

fn summary(
    repair: &Repair,
    args: &SplitArgs,
    request: &RepairRequest,
    no_groups: Option<&str>,
) -> String {
    let mut text = changes(repair, request.by);
    for split in &repair.splits {
        // Writing to a string cannot fail.
        let [before, after] = split.samples;
        let _ = writeln!(text, "  {}: {before} -> {after}", split.name);
        if split.is_evaluation {
            text += &classes(split);
        }
    }
    let percent = 100.0 * request.tolerance;
    let classes = repair.splits.iter().any(|split| !split.classes.is_empty());
    let kept = [("sizes", true), ("evaluated classes", classes)];
    for ((what, _), beyond) in kept
        .into_iter()
        .zip(repair.beyond)
        .filter(|((_, known), _)| *known)
    {
        let _ = match beyond {
            0 => writeln!(text, "{what} are kept within {percent:.0} %"),
            n => writeln!(
                text,
                "{what} cannot be kept within {percent:.0} %: {n} samples beyond"
            ),
        };
    }
    text += &beside(&repair.kept);
    text += &verified(&repair.kept, no_groups);
    let evaluated = repair.splits.iter().filter(|split| split.is_evaluation);
    let evaluated: usize = evaluated.map(|split| split.samples[1]).sum();
    text += &searched(repair.leaked[1], evaluated, &repair.open);
    if repair.unreadable > 0 {
        let _ = writeln!(
            text,
            "{} files could not be read and are in no split of the manifest",
            repair.unreadable
        );
    }
    text += &next(args);
    text
}

/// How many samples change, beside the obvious repair.
fn changes(repair: &Repair, by: By) -> String {
    let moved: usize = repair.moves.values().sum();
    let dropped: usize = repair.splits.iter().map(|split| split.dropped).sum();
    let of = |split: usize| {
        repair
            .splits
            .iter()
            .map(move |one| one.samples[split])
            .sum::<usize>()
    };
    let (all, [leaked, _]) = (of(0), repair.leaked);
    if moved + dropped == 0 {
        return "nothing has to change\n".to_owned();
    }
    let ways = repair.moves.iter();
    let mut ways: Vec<String> = ways
        .map(|((from, to), n)| format!("{n} from {from} to {to}"))
        .collect();
    let left_out = repair.splits.iter().filter(|split| split.dropped > 0);
    ways.extend(left_out.map(|split| format!("{} of {} left out", split.dropped, split.name)));
    let mut text = format!(
        "{moved} samples move and {dropped} are left out, of {all}: {}\n",
        ways.join(", ")
    );
    text += match repair.proven {
        true => "no fewer will do with whole clusters of copies and whole groups\n",
        false => "searched, not proven to be the fewest\n",
    };
    let evaluated = repair.splits.iter().filter(|split| split.is_evaluation);
    let evaluated: usize = evaluated.map(|split| split.samples[0]).sum();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "leaving out every leaked evaluated image instead: {leaked} of {evaluated}"
    );
    if by == By::Drop && dropped * 2 > all {
        text += "more is left out than is kept; `--by move` keeps most of it\n";
    }
    text
}

/// The classes of a split whose share changes most.
fn classes(split: &RepairedSplit) -> String {
    let share = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
    let [before, after] = split.samples;
    let shares = |counts: &[usize; 2]| [share(counts[0], before), share(counts[1], after)];
    let change = |counts: &[usize; 2]| {
        let [before, after] = shares(counts);
        (after - before).abs()
    };
    let mut classes: Vec<&(String, [usize; 2])> = split.classes.iter().collect();
    classes.sort_by(|(_, a), (_, b)| change(b).total_cmp(&change(a)));
    let mut text = String::new();
    for (name, counts) in classes.iter().take(CLASSES_SHOWN) {
        let [before, after] = shares(counts);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "    {name}: {} -> {} ({before:.1} % -> {after:.1} %)",
            counts[0], counts[1]
        );
    }
    if classes.len() > CLASSES_SHOWN {
        let _ = writeln!(
            text,
            "    {} more classes change less",
            classes.len() - CLASSES_SHOWN
        );
    }
    text
}

/// What to do with it.
fn next(args: &SplitArgs) -> String {
    let dataset = advice::dataset(&args.common);
    match &args.out {
        Some(out) if out != Path::new("-") => format!(
            "next: splitleak check {dataset} --manifest {} --max-leakage 0\n",
            out.display()
        ),
        Some(_) => String::new(),
        None => "nothing was moved; `--out FILE` writes the manifest, `--diff FILE` each change, `--drop-list FILE` what is left out\n".to_owned(),
    }
}
