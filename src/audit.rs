//! The pipeline, readable top to bottom: scan, match, check, report.

use std::collections::BTreeMap;

use crate::cache::{Cache, Session};
use crate::checks::{self, Evidence};
use crate::dataset;
use crate::error::Error;
use crate::matching::partners::Partnerships;
use crate::matching::spread::{Identity, Pictures};
use crate::progress::{Progress, Stage};
use crate::report::{self, Report};
use crate::sample::{Dataset, SampleId};
use crate::settings::Settings;
use crate::signature::unreadable::Unreadable;
use crate::signature::{self, Signature};
use crate::verification;

/// Checks a dataset. The report's gate is not judged yet. What the cache knows
/// shortens the way to the report and never changes it.
///
/// # Errors
/// What keeps the audit from being carried out; a bad image is a finding instead.
pub fn audit(settings: &Settings, cache: &Cache, progress: &dyn Progress) -> Result<Report, Error> {
    settings.validate()?;
    let dataset = dataset::load(&settings.input, &settings.columns, progress)?;
    let session = Session::new(cache, settings, &dataset);
    if let Some(report) = session.report() {
        return Ok(report);
    }
    let signatures = signature::sign(&dataset, session.known(), &session, progress);
    session.flush();
    let partners = find_partners(settings, &dataset, &signatures, progress);
    let evidence = Evidence {
        dataset: &dataset,
        signatures: &signatures,
        partners: &partners,
    };
    let findings = checks::run(&evidence);
    let report = report::build(settings, &evidence, findings);
    session.keep(&report);
    Ok(report)
}

fn find_partners(
    settings: &Settings,
    dataset: &Dataset,
    signatures: &[Result<Signature, Unreadable>],
    progress: &dyn Progress,
) -> Partnerships {
    progress.begin(Stage::Matching, None);
    let pictures = Pictures::new(&identities(dataset, signatures));
    let mut partners = Partnerships::with_limit(settings.detail.pairs_per_sample);
    pictures.record_copies(&mut partners);
    let signed: Vec<(SampleId, &Signature)> = pictures
        .representatives()
        .into_iter()
        .filter_map(|id| Some((id, signatures[id.index()].as_ref().ok()?)))
        .collect();
    for (a, b, near) in verification::near_pairs(&signed, settings.matching.radius) {
        pictures.record_near(a, b, near, &mut partners);
    }
    progress.end();
    partners
}

/// Numbers for files, bytes and pixels that are equal exactly when those are.
fn identities(
    dataset: &Dataset,
    signatures: &[Result<Signature, Unreadable>],
) -> Vec<Option<Identity>> {
    let mut files: BTreeMap<&str, u32> = BTreeMap::new();
    let mut bytes = BTreeMap::new();
    let mut pixels = BTreeMap::new();
    let samples = dataset.samples.iter().zip(signatures).zip(0u32..);
    let identities = samples.map(|((sample, signature), id)| {
        let signature = signature.as_ref().ok()?;
        let split = sample
            .split
            .map(|split| (split, dataset.splits[split.index()].role));
        Some(Identity {
            split,
            file: *files.entry(&sample.path).or_insert(id),
            bytes: *bytes.entry(signature.byte_digest).or_insert(id),
            pixels: *pixels.entry(signature.pixel_digest).or_insert(id),
        })
    });
    identities.collect()
}
