//! The pipeline, readable top to bottom: scan, match, check, report.

mod explanation;
mod recordings;
mod search;

use crate::cache::{Cache, Session};
use crate::checks::{self, Evidence};
use crate::dataset;
use crate::error::Error;
use crate::progress::{Progress, Stage};
use crate::report::{self, Report};
use crate::settings::Settings;
use crate::signature;

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
    let mut signatures = signature::sign(&dataset, session.known(), &session, progress);
    session.flush();
    progress.begin(Stage::Matching, None);
    let asked = settings.explain.as_ref().zip(explanation::choose(&dataset));
    let seen = asked.as_ref().map(|(_, chosen)| explanation::descriptors(chosen, &signatures));
    let margin = if asked.is_some() { explanation::SETTING_STEP } else { 0.0 };
    let found = search::search(settings, &dataset, &mut signatures, margin);
    let known = recordings::find(&settings.recorded, &dataset, &signatures, &found.looks);
    let explanation = match (asked, &seen) {
        (Some((settings, chosen)), Some(descriptors)) => {
            let evidence = explanation::Evidence {
                dataset: &dataset,
                partners: &found.partners,
                threshold: found.threshold,
                loose: &found.loose,
                recordings: known.recordings.as_ref(),
                descriptors,
            };
            explanation::explain(settings, &chosen, &evidence)?
        }
        _ => None,
    };
    progress.end();
    let partners = &found.partners;
    let evidence = Evidence { dataset: &dataset, signatures: &signatures, partners };
    let findings = checks::run(&evidence);
    let report = report::build(settings, &evidence, report::Measured { detection: found.detection, recordings: known.report, explanation }, findings);
    session.keep(&report);
    Ok(report)
}
