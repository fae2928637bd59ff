//! Warnings about the input of an explanation, most telling first.

use super::inputs::Inputs;
use super::training_log::Printed;
use crate::report::explanation::{FromPredictions, Status};
use crate::wording::{accuracy, count};

/// Relative difference beyond which a log was made on other samples.
const OTHER_SIZE: f64 = 0.01;

/// Warnings about recordings, the log and the predictions; `with_loss` says whether the log has a
/// loss that is explained.
#[must_use]
pub(super) fn warnings(
    inputs: &Inputs,
    with_loss: bool,
    differing: Option<(Printed, Printed)>,
    t3: Option<&FromPredictions>,
) -> Vec<String> {
    let again = t3.map(|t3| &t3.loss_recomputed);
    let again = again.filter(|again| again.status == Status::Contradicted);
    let of_another_run = again.map(|again| again.message.clone());
    let mut warnings: Vec<String> = of_another_run.into_iter().collect();
    warnings.extend(inputs.prediction_notes.iter().cloned());
    if let Some((logged, counted)) = differing {
        warnings.push(format!(
            "the log says that {} are right, of the same samples the predictions are right in {}: they are not of one model and epoch; the accuracy of the predictions is told",
            accuracy(logged.value, logged.half_width),
            accuracy(counted.value, counted.half_width)
        ));
    }
    if inputs.revisited > 0 {
        warnings.push(format!(
            "{} validation frames resemble training frames of another pass or recording; exposure counts time, not looks",
            inputs.revisited
        ));
    }
    if let Some(log) = inputs.log {
        warnings.extend(log.warnings.iter().cloned());
        if !log.other_metrics.is_empty() {
            warnings.push(format!(
                "{} {} no mean over samples, so not decomposable into leaked and clean ones from the number alone: evaluate again without `leaked_samples` of the report, or give --predictions for the loss",
                log.other_metrics.join(", "),
                if log.other_metrics.len() == 1 { "is" } else { "are" }
            ));
        }
    }
    warnings.extend(size_mismatch(inputs).filter(|_| with_loss));
    if inputs.predictions_unmatched > 0 {
        let matched = inputs.predictions.unwrap_or_default().iter().flatten();
        warnings.push(format!(
            "{} predictions fit no sample and are left out; {} samples have one",
            count(inputs.predictions_unmatched),
            count(matched.count() as u64)
        ));
    }
    warnings
}

/// A log made on another number of samples is explained all the same, with a warning.
fn size_mismatch(inputs: &Inputs) -> Option<String> {
    let log = inputs.log?;
    let validation = inputs.evaluation_rows().len() as u64;
    let training = inputs.rows.len() as u64 - validation;
    let differs = |said: Option<u64>, have: u64| {
        said.is_some_and(|said| said.abs_diff(have) as f64 > OTHER_SIZE * have as f64)
    };
    if !differs(log.train_samples, training) && !differs(log.validation_samples, validation) {
        return None;
    }
    let said = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), count);
    Some(format!(
        "the log has {} + {} samples, this dataset {} + {}",
        said(log.train_samples),
        said(log.validation_samples),
        count(training),
        count(validation)
    ))
}
