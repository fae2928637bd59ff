//! The pipeline, readable top to bottom: scan, match, check, explain, report.

mod another_pass;
mod beside;
mod between_parts;
mod clusters;
mod contents;
mod controls;
mod current;
mod explanation;
mod kept_groups;
mod learning;
mod look_alikes;
mod masks;
mod patterns;
mod planning;
mod proposal;
mod questions;
mod recorder;
mod recordings;
mod search;
mod searched_again;
mod second_look;
mod signing;
mod simulated;
mod steps;
mod strata;
#[cfg(test)]
mod testing;
mod tile_strips;

use crate::cache::{Cache, Session};
use crate::checks::{self, Evidence};
use crate::dataset;
use crate::error::Error;
use crate::explain::descriptors::Descriptors;
use crate::labels::Labels;
use crate::progress::{Progress, Stage};
use crate::report::recordings::RecordingsReport;
use crate::report::{self, Report};
use crate::sample::{Dataset, SampleId};
use crate::sequence::examine::SplitLeaks;
use crate::settings::{Explain, Settings};
use crate::signature::unreadable::Unreadable;
use crate::signature::{ReadMask, Signed};
use crate::verification::Merged;
pub use current::{Repair, RepairRequest, RepairedSplit};
pub use proposal::{Balance, Kept, Proposal, Request, Sizes};
pub use steps::{audit_in_steps, learn_in_steps, match_in_steps, sign_in_steps};
pub use strata::Stratum;

pub use crate::repair::fewest::By;

/// Checks a dataset. The report's gate is not judged yet. What the cache knows
/// shortens the way to the report and never changes it.
///
/// # Errors
/// What keeps the audit from being carried out; a bad image is a finding instead.
pub fn audit(settings: &Settings, cache: &Cache, progress: &dyn Progress) -> Result<Report, Error> {
    settings.validate()?;
    let dataset = dataset::load(
        &settings.input,
        &settings.columns,
        &settings.files,
        progress,
    )?;
    audit_dataset(settings, &dataset, cache, progress)
}

/// Checks a dataset that has been loaded as these settings say; see [`audit`].
///
/// # Errors
/// As for [`audit`].
pub fn audit_dataset(
    settings: &Settings,
    dataset: &Dataset,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    settings.validate()?;
    patterns::must_fit(&settings.recorded, dataset)?;
    let session = Session::new(cache, settings, dataset);
    if let Some(report) = session.report() {
        return Ok(report);
    }
    let signatures = sign(settings, dataset, &session, progress)?;
    let masks = match settings.names_only {
        true => Vec::new(),
        false => masks::read(dataset, &session, &settings.memory, progress),
    };
    unless_interrupted(progress)?;
    let merged = None;
    let signed = Read {
        signatures,
        masks,
        merged,
    };
    let report = judge_signed(settings, dataset, signed, &session, progress)?;
    session.keep(&report);
    Ok(report)
}

/// Checks a dataset whose images have been signed already: what [`audit_dataset`] does after
/// signing.
///
/// `signatures` holds one signature for each of `dataset.samples`, in their order (of path,
/// then split), made by this [`SIGNATURE_VERSION`](crate::signature::SIGNATURE_VERSION); two
/// samples of one file have equal ones. A sample whose image could not be read has the reason
/// instead. Files are opened only to compare pixels, where a signature without a pixel digest
/// may be a twin of another; nothing else tells whether they are still what was signed, so that
/// the report is neither taken from the cache nor kept there. What is learned of the
/// signatures' contents is. Masks are not read.
///
/// # Errors
/// [`Error::Signatures`] when there is not one signature for each sample, and as for [`audit`].
pub fn audit_signed(
    settings: &Settings,
    dataset: &Dataset,
    signatures: Vec<Signed>,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    settings.validate()?;
    patterns::must_fit(&settings.recorded, dataset)?;
    let (given, samples) = (signatures.len(), dataset.samples.len());
    if given != samples {
        return Err(Error::Signatures { given, samples });
    }
    let session = Session::of_contents(cache, dataset);
    let signed = Read {
        signatures,
        masks: Vec::new(),
        merged: None,
    };
    judge_signed(settings, dataset, signed, &session, progress)
}

/// What was read of the files of a dataset.
struct Read {
    /// Signatures by sample.
    signatures: Vec<Signed>,
    /// Masks by companion, or none where they were not read.
    masks: Vec<ReadMask>,
    /// What was found before in parts of the training splits.
    merged: Option<Merged>,
}

/// From signatures to the report.
fn judge_signed(
    settings: &Settings,
    dataset: &Dataset,
    read: Read,
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    let labels = Labels::of(dataset);
    let Read {
        signatures,
        masks,
        merged,
    } = read;
    let merged = merged.as_ref();
    let scan = scan(settings, dataset, signatures, merged, session, progress)?;
    // What some samples hang together with is a part of the picture only.
    let clusters = settings
        .focus
        .is_none()
        .then(|| clusters::summarise(dataset, &scan.found));
    let evidence = Evidence {
        dataset,
        labels: &labels,
        signatures: &scan.signatures,
        masks: &masks,
        partners: &scan.found.partners,
        together: &scan.together,
        recordings: scan.known.recordings.as_ref(),
        counted: &settings.recorded.counted,
        shared_with_parts: &scan.found.shared_with_parts,
        controls: scan.found.detection.controls,
    };
    let leakage = report::leakage(&evidence);
    progress.begin(Stage::Matching, None);
    let explanation = match &scan.explained {
        Some((asked, chosen, descriptors)) => {
            let evidence = explanation::Evidence {
                dataset,
                labels: &labels,
                signatures: &scan.signatures,
                partners: &scan.found.partners,
                threshold: scan.found.threshold.similarity,
                loose: &scan.found.loose,
                recordings: scan.known.recordings.as_ref(),
                descriptors,
                leakage: &leakage,
                counted: report::counted_together(&evidence, chosen.evaluation()),
            };
            explanation::explain(asked, chosen, &evidence)?
        }
        None => None,
    };
    progress.end();
    let findings = checks::run(&evidence);
    let simulated_splits = simulated::simulate(settings, dataset, &labels, &scan, progress);
    let measured = report::Measured {
        detection: scan.found.detection.clone(),
        recordings: scan.recordings.clone(),
        clusters,
        simulated_splits,
        explanation,
        leakage,
        distributions: checks::distributions(&evidence),
    };
    let mut contents = contents::Contents::new(dataset, &scan.signatures);
    let mut content = |id| contents.digest(id);
    Ok(report::build(
        settings,
        &evidence,
        measured,
        findings,
        &mut content,
    ))
}

/// Proposes a split of the dataset that does not leak. Nothing is moved or written.
///
/// # Errors
/// As for [`audit`], and more folds than the dataset can be divided into.
pub fn propose_split(
    settings: &Settings,
    request: &Request,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Proposal, Error> {
    let dataset = load(settings, progress)?;
    propose_split_of(settings, &dataset, request, cache, progress)
}

/// Proposes a split of a dataset that has been loaded as these settings say; see [`propose_split`].
///
/// # Errors
/// As for [`propose_split`].
pub fn propose_split_of(
    settings: &Settings,
    dataset: &Dataset,
    request: &Request,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Proposal, Error> {
    let scan = scanned(settings, dataset, cache, progress)?;
    proposal::propose((settings, dataset), &scan, request, progress)
}

/// Proposes the fewest changes that make the dataset's own split free of leaks, and searches the
/// result again. Nothing is moved or written.
///
/// # Errors
/// As for [`audit`], and a dataset without a training and an evaluation split, or of several parts.
pub fn propose_repair(
    settings: &Settings,
    request: &RepairRequest,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Repair, Error> {
    let dataset = load(settings, progress)?;
    propose_repair_of(settings, &dataset, request, cache, progress)
}

/// Proposes changes of a dataset that has been loaded as these settings say; see
/// [`propose_repair`].
///
/// # Errors
/// As for [`propose_repair`].
pub fn propose_repair_of(
    settings: &Settings,
    dataset: &Dataset,
    request: &RepairRequest,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Repair, Error> {
    let scan = scanned(settings, dataset, cache, progress)?;
    current::repair(settings, dataset, &scan, request, progress)
}

fn load(settings: &Settings, progress: &dyn Progress) -> Result<Dataset, Error> {
    settings.validate()?;
    dataset::load(
        &settings.input,
        &settings.columns,
        &settings.files,
        progress,
    )
}

/// What hangs together in a dataset.
fn scanned<'a>(
    settings: &'a Settings,
    dataset: &Dataset,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Scan<'a>, Error> {
    settings.validate()?;
    patterns::must_fit(&settings.recorded, dataset)?;
    let session = Session::new(cache, settings, dataset);
    let signatures = sign(settings, dataset, &session, progress)?;
    scan(settings, dataset, signatures, None, &session, progress)
}

/// What scanning and matching found.
struct Scan<'a> {
    signatures: Vec<Signed>,
    found: search::Found,
    known: recordings::Known,
    /// What of it crosses the splits, for the report.
    recordings: RecordingsReport,
    /// The same, sample by sample.
    together: Vec<SplitLeaks>,
    /// What is to be explained, of which samples, and what is seen of them.
    explained: Option<(&'a Explain, explanation::Chosen, Descriptors)>,
}

/// A signature for each sample, as far as the settings let images be opened.
fn sign(
    settings: &Settings,
    dataset: &Dataset,
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Signed>, Error> {
    let signatures = if settings.names_only {
        vec![Err(Unreadable::NotOpened); dataset.samples.len()]
    } else {
        signing::sign(
            dataset,
            session.known(),
            session,
            &settings.memory,
            progress,
        )
    };
    session.flush();
    unless_interrupted(progress)?;
    Ok(signatures)
}

/// # Errors
/// The user wants to stop.
fn unless_interrupted(progress: &dyn Progress) -> Result<(), Error> {
    match progress.is_interrupted() {
        true => Err(Error::Interrupted),
        false => Ok(()),
    }
}

fn scan<'a>(
    settings: &'a Settings,
    dataset: &Dataset,
    mut signatures: Vec<Signed>,
    merged: Option<&Merged>,
    session: &Session<'_>,
    progress: &dyn Progress,
) -> Result<Scan<'a>, Error> {
    progress.begin(Stage::Matching, None);
    let explained = settings.explain.as_ref().zip(explanation::choose(dataset));
    // Seen before the search takes the thumbnails.
    let explained = explained.map(|(asked, chosen)| {
        let descriptors = explanation::descriptors(&chosen, &signatures);
        (asked, chosen, descriptors)
    });
    let margin = if explained.is_some() {
        explanation::SETTING_STEP
    } else {
        0.0
    };
    let mut found = search::search(settings, dataset, &mut signatures, margin, session, merged);
    unless_interrupted(progress)?;
    let recorded = &settings.recorded;
    let known = recordings::find(recorded, dataset, &signatures, &found.looks);
    another_pass::tell(
        known.recordings.as_ref(),
        found.threshold,
        &mut found.partners,
        dataset,
        settings.detail.pairs_per_sample,
    );
    let (recordings, together) = known.examine(recorded, dataset);
    let mut together = recordings::ask_pixels(
        together,
        &found.partners,
        &found.looks,
        found.threshold.similarity,
    );
    together = tile_strips::confirm(together, dataset, &signatures, &settings.memory);
    unless_interrupted(progress)?;
    look_alikes::add(&mut together, &found.look_alikes, &found.partners, dataset);
    for split in &mut together {
        let asked = |id: SampleId| settings.asks_about(&dataset.samples[id.index()].path);
        (split.leaks, split.unasked) = std::mem::take(&mut split.leaks)
            .into_iter()
            .partition(|leak| asked(leak.evaluation) || asked(leak.training));
        for question in &mut split.asked {
            // A training sample may have brought a value that all of them share.
            let all = question.training.iter().any(|id| asked(*id));
            question.evaluation.retain(|id| all || asked(*id));
        }
        split
            .asked
            .retain(|question| !question.evaluation.is_empty());
    }
    progress.end();
    Ok(Scan {
        signatures,
        found,
        known,
        recordings,
        together,
        explained,
    })
}
