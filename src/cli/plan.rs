//! `splitleak plan`: folds that do not leak, times seeds; and what the results of their runs say.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use crate::audit::{Proposal, Request, propose_split_of};
use crate::error::Error;
use crate::explain::variance::{Components, components};
use crate::source::text;
use crate::wording;

use super::exit::Outcome;
use super::plan_args::{PlanCommand, PlanReadArgs, PlanWriteArgs};
use super::split::{beside, outcome, proposed, searched, verified};
use super::{output, owned};

/// Columns of a plan.
const HEADER: [&str; 7] = [
    "run",
    "seed",
    "fold",
    "split_column",
    "train",
    "val",
    "loss",
];

/// Most seeds of a plan; nobody trains more.
const MOST_SEEDS: usize = 10_000;

/// Writes a plan, or reads one.
///
/// # Errors
/// What keeps the dataset from being read or divided, and files that cannot be written or read.
pub(super) fn run(command: &PlanCommand) -> Result<Outcome, Error> {
    match command {
        PlanCommand::Write(args) => write(args),
        PlanCommand::Read(args) => read(args),
    }
}

fn write(args: &PlanWriteArgs) -> Result<Outcome, Error> {
    if args.folds < 2 || args.seeds == 0 {
        let message = "a plan needs two folds and one seed at least: `--folds 5 --seeds 3`";
        return Err(Error::settings(message));
    }
    if args.seeds > MOST_SEEDS {
        let message = format!(
            "`--seeds {}`: at most {MOST_SEEDS}, each of which is a run of every fold",
            args.seeds
        );
        return Err(Error::settings(message));
    }
    let folds_file = args.out.with_extension("folds.csv");
    for file in [&args.out, &folds_file] {
        if file.exists() {
            let message = format!(
                "`{}` is there, perhaps with results in it: remove it, or choose another name for `--out`",
                file.display()
            );
            return Err(Error::settings(message));
        }
    }
    let request = Request {
        validation_share: 0.0,
        test_share: 0.0,
        folds: Some(args.folds),
        purge: args.purge,
        seed: args.seed,
    };
    owned::announce([args.out.as_path(), folds_file.as_path()])?;
    let (proposal, settings) = proposed(&args.common, args.quiet, |of| {
        propose_split_of(of.settings, of.dataset, &request, of.cache, of.progress)
    })?;
    output::to_file(&folds_file, proposal.manifest.as_bytes())?;
    output::to_file(&args.out, plan(&proposal, args.seeds)?.as_bytes())?;
    if !args.quiet {
        let no_groups = settings.recorded.no_groups.as_deref();
        let text = summary(&proposal, args, &folds_file, no_groups);
        output::to_stdout(text.as_bytes())?;
    }
    Ok(outcome(proposal.is_clean(), !proposal.open.is_empty()))
}

/// A row for each seed of each fold, with an empty loss.
fn plan(proposal: &Proposal, seeds: usize) -> Result<String, Error> {
    let failed = |error: csv::Error| Error::settings(format!("`plan`: {error}"));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEADER).map_err(failed)?;
    let mut run = 0;
    for seed in 1..=seeds {
        for (fold, sizes) in (1..).zip(&proposal.sizes) {
            run += 1;
            let numbers = [run, seed, fold].map(|number: usize| number.to_string());
            let [run, seed, fold] = &numbers;
            let column = format!("split_{fold}");
            let (train, val) = (sizes.training.to_string(), sizes.validation.to_string());
            csv.write_record([run, seed, fold, &column, &train, &val, ""])
                .map_err(failed)?;
        }
    }
    let text = csv.into_inner().unwrap_or_default();
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn summary(
    proposal: &Proposal,
    args: &PlanWriteArgs,
    folds_file: &Path,
    no_groups: Option<&str>,
) -> String {
    let (out, folds_file) = (args.out.display(), folds_file.display());
    let runs = args.folds * args.seeds;
    let mut text = format!(
        "{runs} runs in {out}: {} folds of {folds_file} (columns split_1 to split_{}), {} seeds each\n",
        args.folds, args.folds, args.seeds
    );
    text += &beside(&proposal.kept);
    text += &verified(&proposal.kept, no_groups);
    let evaluated = proposal.sizes.iter().map(|sizes| sizes.validation).max();
    text += &searched(proposal.leaked, evaluated.unwrap_or(0), &proposal.open);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "next: train each run on its column with its seed, write its validation loss into `loss`, then: splitleak plan read {out}"
    );
    text
}

/// The results of a plan.
#[derive(Debug)]
struct Results {
    /// Fold and result of each run that has one.
    told: Vec<(u32, f64)>,
    /// Runs in all.
    runs: usize,
}

fn read(args: &PlanReadArgs) -> Result<Outcome, Error> {
    let results = results(&args.plan, &args.column)?;
    let found = components(&results.told).ok_or_else(|| {
        let message = format!(
            "`{}`: {} of {} runs have a number in `{}`; at least two are needed",
            args.plan.display(),
            results.told.len(),
            results.runs,
            args.column
        );
        Error::settings(message)
    })?;
    output::to_stdout(told(&results, &found, &args.column).as_bytes())?;
    Ok(Outcome::Passed)
}

/// # Errors
/// A file that cannot be read, lacks a column, or has a result that is no number.
fn results(plan: &Path, column: &str) -> Result<Results, Error> {
    let refused = |why: String| Error::settings(format!("`{}`: {why}", plan.display()));
    let text = text::read(plan, text::SETTINGS).map_err(|error| refused(error.to_string()))?;
    let mut reader = csv::Reader::from_reader(&*text);
    let header = reader
        .headers()
        .map_err(|error| refused(error.to_string()))?;
    let at = |name: &str| {
        let found = header.iter().position(|own| own.trim() == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = header.iter().collect();
            refused(format!(
                "no column `{name}`; its columns are {}. `splitleak plan write` makes such a file; `--column` names that of the results",
                known.join(", ")
            ))
        })
    };
    let (fold_at, result) = (at("fold")?, at(column)?);
    let mut results = Results {
        told: Vec::new(),
        runs: 0,
    };
    for (record, line) in reader.records().zip(2..) {
        let record = record.map_err(|error| refused(error.to_string()))?;
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        results.runs += 1;
        if cell(result).is_empty() {
            continue;
        }
        let number: Option<f64> = cell(result).parse().ok();
        let number = number.filter(|number| number.is_finite());
        let fold: Option<u32> = cell(fold_at).parse().ok();
        let (Some(fold), Some(number)) = (fold, number) else {
            return Err(refused(format!(
                "line {line}: `{}` of fold `{}` is no number; a run that failed is left empty",
                cell(result),
                record.get(fold_at).unwrap_or_default()
            )));
        };
        results.told.push((fold, number));
    }
    Ok(results)
}

/// What the results say, in lines.
fn told(results: &Results, found: &Components, column: &str) -> String {
    let mut text = String::new();
    let number = wording::loss;
    let folds: BTreeSet<u32> = results.told.iter().map(|one| one.0).collect();
    let interval = match found.half {
        Some(half) => format!(
            " (95 %: {} to {}, over {} folds; these share training images, so that the truth is somewhat wider)",
            number(found.mean - half),
            number(found.mean + half),
            folds.len()
        ),
        None => " (one fold: no interval)".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{} of {} runs: mean {column} {}{interval}",
        results.told.len(),
        results.runs,
        number(found.mean)
    );
    if let Some(seeds) = found.seeds {
        let of_folds = found.folds.map_or_else(String::new, |folds| {
            format!("folds differ by {} (standard deviation), ", number(folds))
        });
        let _ = writeln!(text, "{of_folds}seeds of one fold by {}", number(seeds));
    } else {
        text += "one run in each fold: what seeds add cannot be told from what folds add\n";
    }
    if let Some(difference) = found.seed_difference {
        let _ = writeln!(
            text,
            "a difference below {} between two runs of one fold can be due to their seeds alone",
            number(difference)
        );
    }
    text += match found.folds_matter_more {
        Some(true) => {
            "a narrower interval needs more folds or more data; more seeds would add little\n"
        }
        Some(false) => "a narrower interval needs more seeds; folds differ no more than seeds do\n",
        None => "",
    };
    text
}
