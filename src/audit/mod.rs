//! The pipeline, readable top to bottom: scan, match, check, report.

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
    let search::Found { partners, detection, looks } =
        search::search(settings, &dataset, &mut signatures);
    let known = recordings::find(&settings.recorded, &dataset, &signatures, &looks);
    progress.end();
    let evidence = Evidence { dataset: &dataset, signatures: &signatures, partners: &partners };
    let findings = checks::run(&evidence);
    let report = report::build(settings, &evidence, report::Measured { detection, recordings: known.report }, findings);
    session.keep(&report);
    Ok(report)
}
