//! Arguments of what judges, accepts, compares and renders.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::CommonArgs;

#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub(super) struct GateArgs {
    /// Fail when more leaks: a share (0.5%) or a count (12) for every evaluation split, or
    /// test=0, near-duplicate=1%, test:shared-group=0 for a split, a kind or both
    #[arg(long, value_name = "LIMIT", value_delimiter = ',')]
    #[arg(allow_negative_numbers = true)]
    pub(super) max_leakage: Vec<String>,
    /// Fail when more is suspected beyond what leaks: a share (1%) or a count (12) for every
    /// evaluation split
    #[arg(long, value_name = "LIMIT", allow_negative_numbers = true)]
    pub(super) max_suspected: Option<String>,
    /// Fail when something that could tell was not answered: a verdict of `unknown` is a violation
    #[arg(long)]
    pub(super) strict: bool,
    /// Fail on findings of these codes, or from this severity on (error, warning, note)
    #[arg(long, value_name = "CODE", value_delimiter = ',', num_args = 1..)]
    pub(super) fail_on: Vec<String>,
    /// Accept this many unreadable images, or this share of all (1%) [default: 0]
    #[arg(long, value_name = "LIMIT", allow_negative_numbers = true)]
    pub(super) max_unreadable: Option<String>,
    /// Least share of readable images in every split, such as 99%
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) min_coverage: Option<String>,
    /// File of accepted findings [default: splitleak-baseline.toml in the dataset, else in the
    /// current directory]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Judge as if nothing had been accepted
    #[arg(long, conflicts_with = "baseline")]
    pub(super) no_baseline: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Only what changed, or what is staged")]
pub(super) struct ScopeArgs {
    /// Check images that differ from this git revision, or are not tracked, against the whole
    /// dataset
    #[arg(long, value_name = "REV", conflicts_with = "files_from")]
    pub(super) changed_since: Option<String>,
    /// Check the images that a file lists, one a line, or standard input with `-`
    #[arg(long, value_name = "FILE")]
    pub(super) files_from: Option<PathBuf>,
    /// Check what is staged, names and bytes, and not the working tree: what the next commit will
    /// hold
    #[arg(long, conflicts_with_all = ["files_from", "train", "val", "test"])]
    pub(super) staged: bool,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The summary that a check prints
    Terminal,
    /// The whole report; docs/report-format.md
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// A summary for a pull request, under 60 KB
    Markdown,
    /// Pairs across splits, a row each, for pandas
    Csv,
    /// Paths of the leaked evaluation files, once each, to act on
    Paths,
    /// One page with pictures side by side, to be opened in a browser
    Html,
}

/// How a page is made.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct PageArgs {
    /// Most megabytes of a page; above, fewer pairs are shown [default: 10]
    #[arg(long, value_name = "MB", allow_negative_numbers = true)]
    pub(super) html_max: Option<u32>,
    /// No pictures in a page, for data that may not leave the machine
    #[arg(long)]
    pub(super) html_no_images: bool,
    /// Write the plots of the page as SVG files into a directory, for papers
    #[arg(long, value_name = "DIR")]
    pub(super) plots: Option<PathBuf>,
}

/// How lists of names are written.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct NameArgs {
    /// End the paths of `--format paths` by NUL bytes, for `xargs -0`
    #[arg(long, short = '0')]
    pub(super) null: bool,
    /// In CSV, put a quote before names that a spreadsheet would take for a formula
    #[arg(long)]
    pub(super) csv_safe: bool,
}

/// A format, and where it goes: `sarif=x.sarif`, or `sarif` for standard output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) format: Format,
    pub(super) to: PathBuf,
}

impl std::str::FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, to) = text.split_once('=').unwrap_or((text, "-"));
        if to.is_empty() {
            return Err(format!(
                "no file is named; write `{name}=FILE`, or `{name}=-`"
            ));
        }
        let format = Format::from_str(name, false).map_err(|_| {
            let values = Format::value_variants()
                .iter()
                .filter_map(ValueEnum::to_possible_value);
            let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
            format!("`{name}` is no format; formats are {}", names.join(", "))
        })?;
        Ok(Self {
            format,
            to: to.into(),
        })
    }
}

pub(super) const BASELINE_EXAMPLES: &str = "\
Examples:
  splitleak baseline write data/ --reason 'test set is published as it is'
  splitleak baseline write data/ --code low-information --reason 'night frames' --expires 2027-06-30
  splitleak baseline check data/               what is new, gone or expired
  splitleak baseline prune data/               drop what is gone or expired

Commit the file. A finding is known again by its code and the content of the image, so that
renaming folders or adding clean images does not disturb it; docs/ci.md says more.";

#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Accept everything that is found now, so that a check fails only on what is new
    Write {
        #[command(flatten)]
        on: Box<BaselineArgs>,
        /// Why it is accepted; kept for each entry, and never overwritten
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Last day on which it is accepted, such as 2027-01-31
        #[arg(long, value_name = "DAY")]
        expires: Option<String>,
        /// Accept only findings of these codes
        #[arg(long, value_name = "CODE", value_delimiter = ',', num_args = 1..)]
        code: Vec<String>,
    },
    /// Compare the baseline with what is found: exit status 1 when something is new or expired
    Check {
        #[command(flatten)]
        on: Box<BaselineArgs>,
    },
    /// Drop entries whose findings are gone, or whose day has passed
    Prune {
        #[command(flatten)]
        on: Box<BaselineArgs>,
    },
}

#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    #[command(flatten)]
    pub(super) common: CommonArgs,
    #[command(flatten)]
    pub(super) gate: GateArgs,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

pub(super) const RENDER_EXAMPLES: &str = "\
Examples:
  splitleak render report.json --format markdown
  splitleak render report.json --format sarif=x.sarif --format junit=x.xml
  splitleak render report.json --plots figures/

The exit status is 0: the verdict is the report's own.";

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// Report that a check has written as JSON, or `-` for standard input
    pub(super) report: PathBuf,
    /// Format, and the file to write it to; may be repeated
    #[arg(long, value_name = "FORMAT[=FILE]", required_unless_present = "plots")]
    pub(super) format: Vec<Written>,
    /// Directory of the dataset as seen from the top of the repository, for formats that point at
    /// files
    #[arg(long, value_name = "DIR")]
    pub(super) path_prefix: Option<String>,
    /// Directory of the dataset, for the pictures of `--format html=FILE`
    #[arg(long, value_name = "DIR")]
    pub(super) dataset: Option<PathBuf>,
    #[command(flatten)]
    pub(super) names: NameArgs,
    #[command(flatten)]
    pub(super) page: PageArgs,
}

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  splitleak diff main.json branch.json

Exit status: 0 no worse, 1 more leaks or something new is wrong, 2 the reports cannot be compared.";

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// Report of before
    pub(super) old: PathBuf,
    /// Report of after
    pub(super) new: PathBuf,
}

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  splitleak init data/                         writes data/splitleak.toml
  splitleak init                               writes splitleak.toml here";

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Directory to write splitleak.toml to
    #[arg(default_value = ".")]
    pub(super) directory: PathBuf,
    /// Overwrite a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  splitleak completions bash > ~/.local/share/bash-completion/completions/splitleak
  splitleak completions zsh > ~/.zfunc/_splitleak
  splitleak completions fish > ~/.config/fish/completions/splitleak.fish";
