//! The verdict in one word and one line, from the strongest tier that allows one.

use super::losses::ALMOST_ALL;
use crate::report::explanation::{
    FromImages, FromLosses, FromPredictions, FromSecondRun, FromTargets, Verdict, Word,
};
use crate::wording::percent;

/// Weakest evidence for an inflation that is worth a projection: lower end of the interval of the copying learner's ratio.
const WORTH_PROJECTING: f64 = 1.1;

/// Judges from the tiers there are. `revisited` evaluation frames resemble a training frame of
/// another recording or pass.
#[must_use]
pub fn verdict(
    revisited: u64,
    t0: &FromImages,
    t1: Option<&FromLosses>,
    t2: Option<&FromTargets>,
    t3: Option<&FromPredictions>,
    t4: Option<&FromSecondRun>,
) -> Verdict {
    let exposed = t0.f_exposed.value.unwrap_or(0.0);
    if exposed == 0.0 {
        let line = if revisited > 0 {
            "No leak in time; but validation passes places that training has seen."
        } else {
            "No leak found between training and validation."
        };
        return Verdict {
            word: Word::NoneFound,
            line: line.to_owned(),
        };
    }
    let measured = [
        t4.map(|t4| &t4.paired_ratio),
        t3.map(|t3| &t3.inflation_ratio),
    ];
    let measured = measured
        .into_iter()
        .flatten()
        .find_map(|ratio| Some((ratio.value?, ratio.lo?, ratio.hi?)));
    if let Some((value, lo, hi)) = measured.filter(|(_, lo, hi)| *lo > 1.0 || *hi < 1.0) {
        let line = format!(
            "On the same samples the honest loss is {value:.2} times the reported one (95 % interval {lo:.2} to {hi:.2})."
        );
        return Verdict {
            word: Word::Measured,
            line,
        };
    }
    let ratio = t2.and_then(|t2| t2.exclusion.as_ref()?.ratio_five_nearest.lo);
    let projection = t2.map(|t2| &t2.honest_projection);
    let range = projection
        .and_then(|p| Some((p.lo?, p.hi?)))
        .zip(t1.and_then(|t1| t1.validation_loss.value));
    if let (Some(((lo, hi), loss)), true) = (range, ratio.is_some_and(|lo| lo > WORTH_PROJECTING)) {
        let line = format!(
            "Leakage could make this loss look lower by a factor of {:.1} to {:.1} (projection).",
            (lo / loss).max(1.0),
            hi / loss
        );
        return Verdict {
            word: Word::Projected,
            line,
        };
    }
    if t1.is_none() {
        let line = format!(
            "{} of validation is exposed to training; without a validation loss nothing more can be said.",
            percent(exposed)
        );
        return Verdict {
            word: Word::CannotTell,
            line,
        };
    }
    if exposed > ALMOST_ALL {
        // The proxies' own interval is too wide to call it projected; what they point at is told all the same.
        let hint = range.map_or_else(String::new, |((_, hi), loss)| {
            format!(" Copying learners point at up to {:.1} times.", hi / loss)
        });
        let line = format!(
            "How far leakage flatters this loss cannot be bounded: {} of validation is exposed to training.{hint}",
            percent(exposed)
        );
        return Verdict {
            word: Word::Possible,
            line,
        };
    }
    let line = format!(
        "Leakage could make this validation loss look lower, by a factor of at most {:.2} on the clean samples.",
        1.0 / (1.0 - exposed)
    );
    Verdict {
        word: Word::Possible,
        line,
    }
}
