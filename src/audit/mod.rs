//! The pipeline, readable top to bottom: scan, match, check, report.

mod search;

use crate::checks::{self, Evidence};
use crate::dataset;
use crate::error::Error;
use crate::progress::{Progress, Stage};
use crate::report::{self, Report};
use crate::settings::Settings;
use crate::signature;

/// Checks a dataset. The report's gate is not judged yet.
///
/// # Errors
/// What keeps the audit from being carried out; a bad image is a finding instead.
pub fn audit(settings: &Settings, progress: &dyn Progress) -> Result<Report, Error> {
    settings.validate()?;
    let dataset = dataset::load(&settings.input, &settings.columns, progress)?;
    let mut signatures = signature::sign(&dataset, progress);
    progress.begin(Stage::Matching, None);
    let search::Found {
        partners,
        detection,
    } = search::search(settings, &dataset, &mut signatures);
    progress.end();
    let evidence = Evidence {
        dataset: &dataset,
        signatures: &signatures,
        partners: &partners,
    };
    let findings = checks::run(&evidence);
    Ok(report::build(settings, &evidence, detection, findings))
}
