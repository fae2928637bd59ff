//! `splitleak render` and `splitleak diff`: what can be done with a report later.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::dataset::{Builder, Draft};
use crate::error::Error;
use crate::report::{Report, difference};
use crate::sample::Dataset;
use crate::source::text;
use crate::{render, report};

use super::exit::Outcome;
use super::gate_args::{DiffArgs, RenderArgs};
use super::written::{self, Beside};
use super::{output, owned};

/// Writes a report in other formats.
///
/// # Errors
/// A report that cannot be read, or a file that cannot be written.
pub(super) fn render(args: &RenderArgs) -> Result<Outcome, Error> {
    written::require_one_stream(&args.format)?;
    let report = read(&args.report)?;
    owned::announce(args.format.iter().map(|output| output.to.as_path()))?;
    let dataset = args.dataset.as_deref().map(|root| named(&report, root));
    let memory = super::memory::default();
    for output in &args.format {
        let prefix = args.path_prefix.as_deref().unwrap_or_default();
        let beside = Beside {
            next: &[],
            prefix,
            names: args.names,
            page: &args.page,
            memory: &memory,
            dataset: dataset.as_ref(),
        };
        written::write(&report, output, beside)?;
    }
    if let Some(directory) = &args.page.plots {
        written::plots(&report, directory)?;
    }
    Ok(Outcome::Passed)
}

/// Compares two reports.
///
/// # Errors
/// A report that cannot be read.
pub(super) fn diff(args: &DiffArgs) -> Result<Outcome, Error> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let difference = difference::between(&old, &new).map_err(Error::settings)?;
    let mut text = Vec::new();
    let failed = |source| Error::Io {
        action: "write",
        path: "standard output".into(),
        source,
    };
    render::difference::render(&difference, &mut text).map_err(failed)?;
    output::to_stdout(&text)?;
    Ok(match (difference.is_worse(), difference.is_comparable()) {
        (true, _) => Outcome::GateFailed,
        (false, true) => Outcome::Passed,
        (false, false) => Outcome::NotChecked,
    })
}

fn read(path: &Path) -> Result<Report, Error> {
    let failed = |source| Error::Io {
        action: "read",
        path: path.to_path_buf(),
        source,
    };
    let text = match path == Path::new("-") {
        true => text::read_stdin(),
        false => {
            owned::protect(path);
            text::read(path, text::TABLE)
        }
    };
    report::parse(&text.map_err(failed)?).map_err(|message| Error::Report {
        path: path.to_path_buf(),
        message,
    })
}

/// The images that a report names, below the root of their dataset.
fn named(report: &Report, root: &Path) -> Dataset {
    let pairs = report.pairs.iter();
    let of_pairs = pairs.flat_map(|pair| [&pair.evaluation.path, &pair.training.path]);
    let clusters = report.clusters.iter().flat_map(|all| &all.listed);
    let of_clusters = clusters.flat_map(|cluster| &cluster.members);
    let of_findings = report.findings.iter().flat_map(|finding| &finding.paths);
    let paths: BTreeSet<&String> = of_pairs.chain(of_clusters).chain(of_findings).collect();
    let mut builder = Builder::new(root, report.dataset.layout);
    // A report may come from anywhere: what it names outside of the dataset is not opened.
    let inside = |path: &&&String| {
        let mut parts = Path::new(path.as_str()).components();
        parts.all(|part| matches!(part, Component::Normal(_)))
    };
    for path in paths.iter().filter(inside) {
        builder.sample(Draft {
            path: (*path).clone(),
            ..Draft::default()
        });
    }
    builder.build()
}
