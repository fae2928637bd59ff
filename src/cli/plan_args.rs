//! Arguments of `splitleak plan`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::CommonArgs;

pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  splitleak plan write data/ --out plan.csv --folds 5 --seeds 3
  splitleak check data/ --manifest plan.folds.csv --split-column split_1
  splitleak plan read plan.csv

One run says little: how far would another seed, or another part of the data, move its loss? The folds
of a plan keep recordings, groups and copies apart, as those of `splitleak split`; train each with each
seed, write the losses into the plan, and read it.

Exit status: 0 written or read, 1 something is known to leak in the folds, 2 could not tell.";

#[derive(Debug, Subcommand)]
pub(super) enum PlanCommand {
    /// Write folds that do not leak, and a row for each seed of each fold
    Write(Box<PlanWriteArgs>),
    /// Say what the results differ by: between folds, and between seeds
    Read(PlanReadArgs),
}

#[derive(Debug, Args)]
pub(super) struct PlanWriteArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,

    /// Plan to write; its folds go beside it, into a file that ends in `.folds.csv`
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Folds, a column each
    #[arg(long, value_name = "K", default_value_t = 5)]
    #[arg(allow_negative_numbers = true)]
    pub(super) folds: usize,
    /// Runs of each fold, each with a seed of its own
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(allow_negative_numbers = true)]
    pub(super) seeds: usize,
    /// Steps left out between the two sides of a recording [default: two seconds, or 20]
    #[arg(long, value_name = "STEPS", allow_negative_numbers = true)]
    pub(super) purge: Option<u32>,
    /// Seed of the choice of folds
    #[arg(long, default_value_t = 7, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanReadArgs {
    /// A plan with results
    pub(super) plan: PathBuf,
    /// Column that holds them
    #[arg(long, value_name = "NAME", default_value = "loss")]
    pub(super) column: String,
}
