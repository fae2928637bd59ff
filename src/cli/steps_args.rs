//! Arguments of the steps of a check.

use std::path::PathBuf;

use clap::Args;

use super::args::{CheckArgs, CommonArgs};
use crate::steps::{Share, Steps};

pub(super) const STEPS_EXAMPLES: &str = "\
Examples:
  splitleak sign data/ --out work/               any number of machines: add --share 1/8 to 8/8
  splitleak learn data/ --out work/              one machine
  splitleak match work/                          any number of machines, as above
  splitleak report data/ --from work/ --json report.json

`report` gives what `check data/` gives, byte for byte; without `learn` and `match` it searches
itself. What is there already is not made again. docs/distributed.md says more.";

#[derive(Debug, Args)]
pub(super) struct SignArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    #[command(flatten)]
    pub(super) out: OutArgs,
    #[command(flatten)]
    pub(super) share: ShareArgs,
}

#[derive(Debug, Args)]
pub(super) struct LearnArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    #[command(flatten)]
    pub(super) out: OutArgs,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
pub(super) struct MatchArgs {
    /// Folder of the steps
    pub(super) folder: PathBuf,
    #[command(flatten)]
    pub(super) share: ShareArgs,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N")]
    pub(super) threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    pub(super) check: CheckArgs,
    /// Folder of the steps
    #[arg(long, value_name = "DIR", conflicts_with = "staged")]
    pub(super) from: PathBuf,
    #[command(flatten)]
    pub(super) images: ImagesArgs,
}

#[derive(Debug, Args)]
pub(super) struct OutArgs {
    /// Folder of the steps
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    images: ImagesArgs,
}

impl OutArgs {
    pub(super) fn steps(&self) -> Steps {
        self.images.steps(&self.out)
    }
}

#[derive(Debug, Args)]
pub(super) struct ImagesArgs {
    /// Images of one file; as many in every step
    #[arg(long, value_name = "N", default_value_t = Steps::IMAGES)]
    images_per_file: usize,
}

impl ImagesArgs {
    pub(super) fn steps(&self, folder: &std::path::Path) -> Steps {
        Steps::new(folder, self.images_per_file)
    }
}

#[derive(Debug, Args)]
pub(super) struct ShareArgs {
    /// Share of this machine, such as 3/8: every eighth file from the third on [default: all]
    #[arg(long, value_name = "I/N")]
    share: Option<Share>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

impl ShareArgs {
    pub(super) fn share(&self) -> Share {
        self.share.unwrap_or(Share::ALL)
    }
}
