//! The command line as written.

use std::path::PathBuf;

use crate::sample::Layout;
use crate::sequence::simulate::SimulatedSplit;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use super::gate_args::GateArgs;
use super::gate_args::{
    BASELINE_EXAMPLES, BaselineCommand, COMPLETIONS_EXAMPLES, DIFF_EXAMPLES, DiffArgs,
    INIT_EXAMPLES, InitArgs, NameArgs, PageArgs, RENDER_EXAMPLES, RenderArgs, ScopeArgs, Written,
};
use super::plan_args::{PLAN_EXAMPLES, PlanCommand};
use super::steps_args::{LearnArgs, MatchArgs, ReportArgs, STEPS_EXAMPLES, SignArgs};

/// Finds images shared by the training and validation splits of a dataset
#[derive(Debug, Parser)]
#[command(name = "splitleak", version, arg_required_else_help = true, after_help = EXIT_HELP)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

pub(super) const EXIT_HELP: &str = "\
Exit status:
  0  checked, and within the limits
  1  checked, and a limit is exceeded
  2  could not check: bad usage, nothing found, or images that could not be read
  130  interrupted by Ctrl-C; what was read is kept in the cache

Guides: docs/ci.md (hooks, CI, baselines), docs/configuration.md (every setting).";

const CHECK_EXAMPLES: &str = "\
Examples:
  splitleak check data/                        folders train/ and val/, or data/manifest.csv
  splitleak check data/ --manifest split.csv --json report.json
  splitleak check --train a/ --val b/ --max-leakage 0.5%
  splitleak check data/ --simulate-split random:0.2:7 --simulate-split block:0.2
  splitleak check data/ --staged --changed-since HEAD --max-leakage 0     in a commit hook
  splitleak check data/ --format sarif=x.sarif --format junit=x.xml

Exit status: 0 within the limits, 1 a limit is exceeded, 2 could not check
(everything). Without a limit, leaks are reported and the status is 0.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check a dataset for images shared between splits, duplicates and broken files
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<CheckArgs>),
    /// Propose a split that does not leak, as a manifest; no image is moved
    #[command(after_help = SPLIT_EXAMPLES)]
    Split(Box<SplitArgs>),
    /// Plan runs over folds that do not leak and seeds, and read what their results differ by
    #[command(subcommand, after_help = PLAN_EXAMPLES)]
    Plan(PlanCommand),
    /// Read the images of a dataset into files, for `report`; several machines can share the work
    #[command(after_help = STEPS_EXAMPLES)]
    Sign(Box<SignArgs>),
    /// Learn from signed images what `match` has to know
    #[command(after_help = STEPS_EXAMPLES)]
    Learn(Box<LearnArgs>),
    /// Look for the evaluation images in a share of the signed training images
    #[command(after_help = STEPS_EXAMPLES)]
    Match(MatchArgs),
    /// Check a dataset from what `sign`, `learn` and `match` have left
    #[command(after_help = STEPS_EXAMPLES)]
    Report(Box<ReportArgs>),
    /// Accept what is there, so that a check fails only on what is new
    #[command(subcommand, after_help = BASELINE_EXAMPLES)]
    Baseline(BaselineCommand),
    /// Compare two reports: what appeared, what went away, how the leaked share moved
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
    /// Write a JSON report in another format
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderArgs),
    /// Write a commented settings file with every default
    #[command(after_help = INIT_EXAMPLES)]
    Init(InitArgs),
    /// Print the JSON Schema of the report
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Print a script that completes commands and options in a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = MAN_EXAMPLES)]
    Man,
    /// Show or shrink what earlier checks have left to make the next ones fast
    #[command(subcommand, after_help = CACHE_EXAMPLES)]
    Cache(CacheCommand),
}

const SCHEMA_EXAMPLES: &str = "\
Examples:
  splitleak schema > report.schema.json";

const MAN_EXAMPLES: &str = "\
Examples:
  splitleak man > ~/.local/share/man/man1/splitleak.1
  splitleak man | man -l -";

const SPLIT_EXAMPLES: &str = "\
Examples:
  splitleak split data/ --out split_grouped.csv
  splitleak split data/ --out folds.csv --folds 5
  splitleak check data/ --manifest split_grouped.csv
  splitleak split data/ --from-current --diff -          what would have to change
  splitleak split data/ --from-current --by drop --drop-list drop.csv

Recordings are cut into stretches with a gap between the two sides, declared groups stay whole, and
copies stay together. Retrain on the new split: a random k-fold would repeat the leak.

Exit status: 0 nothing is known to leak in what is proposed, 1 something is, 2 could not tell.";

const CACHE_EXAMPLES: &str = "\
Examples:
  splitleak cache show                      where it lies, its size, the datasets it knows
  splitleak cache prune --older-than 30     forget what was not checked for 30 days
  splitleak cache prune --all               forget everything

A cache may be deleted at any time; the next check is slower, and its report the same.";

#[derive(Debug, Subcommand)]
pub(super) enum CacheCommand {
    /// Show where the cache lies, its size, and the datasets it knows
    Show {
        #[command(flatten)]
        place: CachePlace,
    },
    /// Forget datasets and files that are gone, or were not checked for long
    Prune {
        #[command(flatten)]
        place: CachePlace,
        /// Forget datasets that were not checked for this many days
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        older_than: u64,
        /// Forget everything
        #[arg(long, conflicts_with = "older_than")]
        all: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct CachePlace {
    /// Directory of the cache [default: `$SPLITLEAK_CACHE`, else the user's cache directory]
    #[arg(long = "cache", value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Cache")]
pub(super) struct CacheArgs {
    #[command(flatten)]
    pub(super) place: CachePlace,
    /// Neither use nor keep what checks find out
    #[arg(long, conflicts_with_all = ["directory", "cache_by"])]
    pub(super) no_cache: bool,
    /// How to tell that a file has not changed [default: stamp]
    #[arg(long, value_enum, value_name = "HOW")]
    pub(super) cache_by: Option<CacheBy>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum CacheBy {
    /// Its path, size and times; it is not opened
    Stamp,
    /// A digest of its bytes; it is read, but not decoded again
    Content,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Open no image: tell what was recorded together from names, times and columns; the exit
    /// status is 2 or 1, never 0
    #[arg(long)]
    pub(super) names_only: bool,
    /// Column of folds: each is validated on, and the others are trained on
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["split_column", "train", "merge_parts"])]
    pub(super) folds: Option<String>,
    #[command(flatten)]
    pub(super) simulate: SimulateArgs,
    #[command(flatten)]
    pub(super) explain: ExplainArgs,
    #[command(flatten)]
    pub(super) gate: GateArgs,
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What every command that reads a dataset takes.
#[derive(Debug, Args)]
pub(super) struct CommonArgs {
    /// Directory that holds the dataset
    #[arg(required_unless_present = "train", conflicts_with_all = ["train", "val", "test"])]
    pub(super) dataset: Option<PathBuf>,

    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) matching: MatchingArgs,
    #[command(flatten)]
    pub(super) recorded: RecordedArgs,
    #[command(flatten)]
    pub(super) cache: CacheArgs,

    /// Settings file [default: splitleak.toml in the dataset, else in the current directory]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Threads to use [default: one per core]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) threads: Option<usize>,
    /// Memory for decoding, over all threads, such as 512M or 2G; an image that needs more is not
    /// read [default: half of what there is]
    #[arg(long, value_name = "SIZE")]
    pub(super) max_memory: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct SplitArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,

    /// Manifest to write, or `-` for standard output
    #[arg(long, value_name = "FILE", required_unless_present = "from_current")]
    pub(super) out: Option<PathBuf>,
    /// Share of images to validate on
    #[arg(long, value_name = "SHARE", default_value_t = 0.2)]
    #[arg(allow_negative_numbers = true)]
    pub(super) val_share: f64,
    /// Share of images to test on, in a split of its own
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) test_share: Option<f64>,
    /// Write K folds, a column each, instead of one split
    #[arg(long, value_name = "K", conflicts_with_all = ["val_share", "test_share"], allow_negative_numbers = true)]
    pub(super) folds: Option<usize>,
    /// Steps left out between the two sides of a recording [default: two seconds, or 20]
    #[arg(long, value_name = "STEPS", allow_negative_numbers = true)]
    pub(super) purge: Option<u32>,
    #[command(flatten)]
    pub(super) current: CurrentArgs,
    /// Seed of the choice
    #[arg(long, default_value_t = 7, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Repair of the split as it is")]
pub(super) struct CurrentArgs {
    /// Change as few samples of the dataset's own split as it takes to make it free of leaks
    #[arg(long, conflicts_with_all = ["val_share", "test_share", "folds", "seed"])]
    pub(super) from_current: bool,
    /// What may be done with a sample that is on the wrong side [default: move]
    #[arg(long, value_enum, value_name = "HOW", requires = "from_current")]
    pub(super) by: Option<ByArg>,
    /// Share by which the size of a split, and each class of one that is evaluated, may change
    /// [default: 0.1]
    #[arg(long, value_name = "SHARE", requires = "from_current")]
    #[arg(allow_negative_numbers = true)]
    pub(super) tolerance: Option<f64>,
    /// Write a line for each change, `train/b.jpg -> val` or `- val/a.jpg`, to a file, or to
    /// standard output with `-`
    #[arg(long, value_name = "FILE", requires = "from_current")]
    pub(super) diff: Option<PathBuf>,
    /// Write what is left out as CSV (path, split) to a file, or to standard output with `-`
    #[arg(long, value_name = "FILE", requires = "from_current")]
    pub(super) drop_list: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ByArg {
    /// It goes to the split that the rest of its copies, group or stretch is in
    Move,
    /// It is left out
    Drop,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where the samples are")]
pub(super) struct InputArgs {
    /// CSV file with the columns path, split, and optionally label, group, time
    #[arg(long, value_name = "FILE")]
    pub(super) manifest: Option<PathBuf>,
    /// How to read the directory [default: auto]
    #[arg(long, value_parser = layouts(), conflicts_with = "manifest")]
    pub(super) layout: Option<String>,
    /// Only files of this pattern, relative to the dataset; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(super) include: Vec<String>,
    /// No files of this pattern, relative to the dataset; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Compare the splits of all datasets that share the directory
    #[arg(long)]
    pub(super) merge_parts: bool,
    /// Role of a split, or of a folder that is one: training, validation, test or other; may be
    /// repeated
    #[arg(long = "role", value_name = "NAME=ROLE")]
    pub(super) roles: Vec<String>,
    /// Directory, list, table or container of a training split; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(super) train: Vec<PathBuf>,
    /// Directory, list, table or container of a validation split; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(super) val: Vec<PathBuf>,
    /// Directory, list, table or container of a test split; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(super) test: Vec<PathBuf>,
    /// Column of image paths; several for several cameras
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) path_column: Vec<String>,
    /// Column of the split
    #[arg(long, value_name = "NAME")]
    pub(super) split_column: Option<String>,
    /// Column of the class or target
    #[arg(long, value_name = "NAME")]
    pub(super) label_column: Option<String>,
    /// Column of what was recorded together
    #[arg(long, value_name = "NAME")]
    pub(super) group_column: Option<String>,
    /// Column of the time
    #[arg(long, value_name = "NAME")]
    pub(super) time_column: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What counts as the same picture")]
pub(super) struct MatchingArgs {
    /// Similarity from which on two pictures are the same, 0 to 1 [default: estimated from the
    /// dataset]
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub(super) similarity: Option<f32>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What was recorded together")]
pub(super) struct RecordedArgs {
    /// Regular expression with named groups `recording` and `index` or `time` [default: inferred]
    #[arg(long, value_name = "REGEX")]
    pub(super) sequence_pattern: Option<String>,
    /// Regular expression with a named group `group`, such as `(?<group>patient\d+)`
    #[arg(long, value_name = "REGEX")]
    pub(super) group_pattern: Option<String>,
    /// Say that names tell no groups, and why; identifiers in names are then not asked about
    #[arg(long, value_name = "REASON", conflicts_with = "group_pattern")]
    pub(super) group_none: Option<String>,
    /// Steps between frames that count as recorded next to each other [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) neighbour_steps: Option<u32>,
    /// Count these as leaked though pixels differ: sequence-neighbour, shared-group,
    /// augmented-sibling, overlapping-tile
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    pub(super) count_as_leaked: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Splits that could have been")]
pub(super) struct SimulateArgs {
    /// How much a split would leak, before training: random:0.2:SEED, last:0.2 (as Keras does),
    /// block:0.2, group:0.2; may be repeated
    #[arg(long = "simulate-split", value_name = "SPLIT")]
    pub(super) splits: Vec<SimulatedSplit>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How much of a low validation loss leakage could explain")]
pub(super) struct ExplainArgs {
    /// Log of the training run: text as pasted, CSV, JSON, a notebook, of any tool that says loss
    /// and train or val; or events of `tensorboard`
    #[arg(long, value_name = "FILE")]
    pub(super) training_log: Option<PathBuf>,
    /// Which names or columns of the log are the losses, such as `train=train_nll,val=dev_nll`
    #[arg(long, value_name = "train=NAME,val=NAME", requires = "training_log")]
    pub(super) log_columns: Option<String>,
    /// Training loss, instead of a log
    #[arg(long, value_name = "LOSS", conflicts_with = "training_log")]
    #[arg(allow_hyphen_values = true)]
    pub(super) train_loss: Option<String>,
    /// Validation loss, instead of a log
    #[arg(long, value_name = "LOSS", conflicts_with = "training_log")]
    #[arg(allow_hyphen_values = true)]
    pub(super) val_loss: Option<String>,
    /// Training loss measured in evaluation mode, `model.evaluate(X_train, y_train)`; the accuracy,
    /// where the log has accuracies alone
    #[arg(long, value_name = "LOSS", allow_hyphen_values = true)]
    pub(super) train_loss_eval: Option<String>,
    /// Predictions: CSV or JSON Lines with path, `y_true`, `y_pred` or loss; NPY in order of path;
    /// or boxes found (COCO results in JSON, or a directory of YOLO's label files)
    #[arg(long, value_name = "FILE")]
    pub(super) predictions: Option<PathBuf>,
    /// Log of a second run, trained on a split without the leak
    #[arg(long, value_name = "FILE")]
    pub(super) second_log: Option<PathBuf>,
    /// Predictions of the second run
    #[arg(long, value_name = "FILE")]
    pub(super) second_predictions: Option<PathBuf>,
    /// Predictions of several models on the same images: does leakage change which is best?
    #[arg(long, value_name = "FILE", num_args = 2..)]
    pub(super) compare: Vec<PathBuf>,
    /// What the losses are [default: squared error for numbers, log loss for classes]
    #[arg(long, value_enum)]
    pub(super) metric: Option<MetricArg>,
    /// Least and greatest target, such as -1,1
    #[arg(long, value_name = "MIN,MAX", allow_hyphen_values = true)]
    pub(super) target_range: Option<String>,
    /// Explain from images, split and targets alone
    #[arg(long)]
    pub(super) explain: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum MetricArg {
    /// Mean squared error
    Mse,
    /// Mean absolute error
    Mae,
    /// Cross-entropy in nats
    LogLoss,
    /// Share of wrong classes
    Error,
    /// AUC, F1 and others that are no mean over samples
    Other,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Write the report as JSON to a file, or to standard output with `-`
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Write the report in a format (json, html, sarif, junit, github, markdown, csv, paths,
    /// terminal) to a file, or to standard output without one; may be repeated
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub(super) format: Vec<Written>,
    /// Write the evaluation images without a leak as CSV (path, split) to a file, or to standard
    /// output with `-`: what to evaluate on again
    #[arg(long, value_name = "FILE")]
    pub(super) clean_list: Option<PathBuf>,
    /// Write the report as one page with pictures side by side, to be opened in a browser
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    #[command(flatten)]
    pub(super) page: PageArgs,
    #[command(flatten)]
    pub(super) names: NameArgs,
    /// Print the settings in force and where each comes from, and check nothing
    #[arg(long)]
    pub(super) show_settings: bool,
    /// Most pairs listed for one evaluation image; counts are not cut [default: 5]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) pairs_per_sample: Option<usize>,
    /// Most findings listed for one code, and images for one finding; counts are not cut [default:
    /// 1000]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) findings_per_code: Option<usize>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// `auto`, and the layouts that can be told.
fn layouts() -> PossibleValuesParser {
    let auto = "A table, list, description or split folders: what says most";
    let help = |layout| match layout {
        Layout::ImageFolder => "Folders named after splits, whatever tables lie there",
        Layout::Yolo => "`data.yaml`, as YOLO programs read it",
        Layout::Coco => "COCO's JSON, a file for each split",
        Layout::Exports => "What CVAT, Label Studio, FiftyOne or Datumaro export",
        Layout::Lists => "Text files that list the samples of each split",
        Layout::Tables => "A table for each split, named after it",
        _ => "No splits, whatever the folders are called",
    };
    let told = Layout::CHOICES.map(|one| PossibleValue::new(one.name()).help(help(one)));
    let auto = [PossibleValue::new("auto").help(auto)];
    PossibleValuesParser::new(auto.into_iter().chain(told))
}
