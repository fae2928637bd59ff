//! Pairs across splits as CSV, a row each, for `pandas.read_csv`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use crate::finding::Code;
use crate::report::{Acceptance, LeakedSample, PairMember, Report};

/// One pair. Cells of what was not measured are empty.
#[derive(Serialize)]
struct Row<'a> {
    kind: &'a str,
    transform: Option<String>,
    distance: Option<u32>,
    similarity: Option<f64>,
    evaluation_path: Cow<'a, str>,
    evaluation_split: Cow<'a, str>,
    training_path: Cow<'a, str>,
    training_split: Cow<'a, str>,
    fingerprint: &'a str,
    accepted_by: Option<&'a str>,
    counted: Option<bool>,
    confirmed: Option<bool>,
}

/// How names are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// As they are.
    #[default]
    Exact,
    /// With a quote before what a spreadsheet would take for a formula.
    SafeForSpreadsheets,
}

impl Names {
    fn cell(self, name: &str) -> Cow<'_, str> {
        // Spreadsheets also look behind a tab or a line break.
        let is_formula = name.starts_with(['=', '@', '+', '-', '\t', '\r', '\n']);
        match self {
            Self::SafeForSpreadsheets if is_formula => Cow::Owned(format!("'{name}")),
            _ => Cow::Borrowed(name),
        }
    }
}

/// Writes the pairs that pixels show, strongest first, then those of samples that belong together,
/// then the samples that belong together with training in a way no pair tells.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, names: Names, to: impl Write) -> io::Result<()> {
    let by_pixels = |leak: &&LeakedSample| leak.code.is_leak_by_pixels();
    // What pixels show of a sample is one leak, under its strongest kind.
    let way = |by_pixels: bool, kind: &'static str| if by_pixels { "" } else { kind };
    let kind_of = |leak: &LeakedSample| leak.code.name().trim_start_matches("leak-");
    let mut by_image: BTreeMap<(&PairMember, &str, &str), &LeakedSample> = BTreeMap::new();
    for leak in &report.leaked_samples {
        let key = (
            &leak.evaluation,
            leak.training.split.as_str(),
            way(by_pixels(&leak), kind_of(leak)),
        );
        by_image.insert(key, leak);
    }
    let mut told = BTreeSet::new();
    let by = |accepted: &'_ Option<Acceptance>| accepted.as_ref().map(|one| one.by.name());
    let mut csv = csv::Writer::from_writer(to);
    for pair in &report.pairs {
        let split = pair.training.split.as_str();
        let key = (
            &pair.evaluation,
            split,
            way(pair.kind.is_by_pixels(), pair.kind.name()),
        );
        told.insert(key);
        let leak = by_image.get(&key);
        let transform = serde_json::to_value(pair.transform).unwrap_or_default();
        csv.serialize(Row {
            kind: pair.kind.name(),
            transform: transform.as_str().map(ToOwned::to_owned),
            distance: pair.distance,
            similarity: pair.similarity,
            evaluation_path: names.cell(&pair.evaluation.path),
            evaluation_split: names.cell(&pair.evaluation.split),
            training_path: names.cell(&pair.training.path),
            training_split: names.cell(&pair.training.split),
            fingerprint: leak.map_or("", |leak| &leak.fingerprint),
            accepted_by: leak.and_then(|leak| by(&leak.accepted)),
            counted: leak.map(|leak| leak.counted),
            confirmed: Some(pair.confirmed),
        })
        .map_err(io::Error::other)?;
    }
    for leak in report.leaked_samples.iter().filter(|leak| !by_pixels(leak)) {
        if told.contains(&(
            &leak.evaluation,
            leak.training.split.as_str(),
            kind_of(leak),
        )) {
            continue;
        }
        csv.serialize(Row {
            kind: leak.code.name().trim_start_matches("leak-"),
            transform: None,
            distance: None,
            similarity: None,
            evaluation_path: names.cell(&leak.evaluation.path),
            evaluation_split: names.cell(&leak.evaluation.split),
            training_path: names.cell(&leak.training.path),
            training_split: names.cell(&leak.training.split),
            fingerprint: &leak.fingerprint,
            accepted_by: by(&leak.accepted),
            counted: Some(leak.counted),
            confirmed: confirmed(report, leak),
        })
        .map_err(io::Error::other)?;
    }
    // A table without rows still has a head.
    if report.pairs.is_empty() && report.leaked_samples.is_empty() {
        csv.write_record(HEAD).map_err(io::Error::other)?;
    }
    csv.flush()
}

/// Whether pixels agree, of a sample without a pair in the list: it counts because they do, unless
/// settings count its kind whatever pixels say.
fn confirmed(report: &Report, leak: &LeakedSample) -> Option<bool> {
    let counted = report.settings.counted_as_leaked.iter();
    let is_set = counted
        .copied()
        .any(|kind| Code::of_leak(kind) == leak.code);
    (!is_set).then_some(leak.counted)
}

const HEAD: [&str; 12] = [
    "kind",
    "transform",
    "distance",
    "similarity",
    "evaluation_path",
    "evaluation_split",
    "training_path",
    "training_split",
    "fingerprint",
    "accepted_by",
    "counted",
    "confirmed",
];
