//! `--correlation`: predictions against targets, drawn.

use std::path::Path;

use crate::error::Error;
use crate::render;
use crate::report::Report;

use super::output;

/// Writes the drawing to a file, or to standard output for `-`.
///
/// # Errors
/// Predictions that hold no numbers to draw, or a file that cannot be written.
pub(super) fn draw(report: &Report, to: &Path) -> Result<(), Error> {
    let predictions = report.explanation.as_ref().and_then(|all| all.t3.as_ref());
    let Some(correlation) = predictions.and_then(|t3| t3.correlation.as_ref()) else {
        return Err(Error::Settings {
            message: "`--correlation` draws numbers: it needs numeric targets and a column `y_pred` in the predictions".to_owned(),
        });
    };
    let picture = render::correlation::svg(correlation);
    if to == Path::new("-") {
        output::to_stdout(picture.as_bytes())
    } else {
        output::to_file(to, picture.as_bytes())
    }
}
