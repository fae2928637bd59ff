//! The verdict in one word and one line, from the strongest tier that allows one.

use super::losses::ALMOST_ALL;
use crate::report::explanation::{
    AccuracyBounds, FromImages, FromLosses, FromPredictions, FromSecondRun, FromTargets, Verdict,
    Word,
};
use crate::wording::{as_printed, loss as in_words, percent, times};

/// Weakest evidence for an inflation that is worth a projection: lower end of the interval of the
/// copying learner's ratio.
const WORTH_PROJECTING: f64 = 1.1;

/// A loss within this share of the best constant's is called no better than it.
const SAME_AS_CONSTANT: f64 = 0.01;

/// What is known beside the tiers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Bounds on the accuracy of clean samples, where the log has one.
    pub accuracy: Option<&'a AccuracyBounds>,
    /// Evaluation frames that resemble a training frame of another recording or pass.
    pub revisited: u64,
    /// Codes of what could tell of more leaks and was not answered.
    pub unanswered: &'a [&'static str],
}

/// Judges from the tiers there are.
#[must_use]
pub fn verdict(
    beside: Beside<'_>,
    t0: &FromImages,
    t1: Option<&FromLosses>,
    t2: Option<&FromTargets>,
    t3: Option<&FromPredictions>,
    t4: Option<&FromSecondRun>,
) -> Verdict {
    let Beside {
        accuracy,
        revisited,
        unanswered,
    } = beside;
    let exposed = t0.f_exposed.value.unwrap_or(0.0);
    if exposed == 0.0 && !unanswered.is_empty() {
        let why = unanswered.join(", ");
        return Verdict {
            word: Word::CannotTell,
            line: format!("Whether training and validation share images is not known: {why}."),
        };
    }
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
    let possible = |line: String| Verdict {
        word: Word::Possible,
        line,
    };
    // Losses are told with the digits of the log, and bounds include its rounding.
    let reported = t1.map(|t1| &t1.validation_loss);
    let highest = reported
        .and_then(|loss| loss.hi.or(loss.value))
        .unwrap_or(0.0);
    let half_width = reported
        .and_then(|loss| Some(loss.hi? - loss.value?))
        .unwrap_or(0.0);
    let loss = t1.and_then(|t1| t1.validation_loss.value);
    let constant = t2.and_then(|t2| t2.yardsticks.trivial_loss.value);
    if let (Some(loss), Some(constant)) = (loss, constant.filter(|&constant| constant > 0.0))
        && loss >= constant * (1.0 - SAME_AS_CONSTANT)
    {
        let how = match loss > constant * (1.0 + SAME_AS_CONSTANT) {
            true => "worse than",
            false => "no better than",
        };
        return possible(format!(
            "The network is {how} a constant ({} against {}): it has learned nothing that leakage could flatter, although {} of validation is exposed.",
            as_printed(loss, half_width),
            in_words(constant),
            percent(exposed)
        ));
    }
    if let Some(accuracy) = accuracy {
        return possible(accuracy.line.clone());
    }
    let projection = t2.map(|t2| &t2.honest_projection);
    let ratio = t2.and_then(|t2| Some(&t2.exclusion.as_ref()?.ratio_five_nearest));
    let projected = projection
        .and_then(|p| Some((p.value?, p.lo?, p.hi?)))
        .zip(loss.filter(|&loss| loss > 0.0));
    if let (Some(((value, lo, hi), loss)), true) = (
        projected,
        ratio
            .and_then(|ratio| ratio.lo)
            .is_some_and(|lo| lo > WORTH_PROJECTING),
    ) {
        let line = format!(
            "Leakage flatters this loss about {} times ({} to {}; projection): without it expect about {}.",
            times(value / loss),
            times((lo / loss).max(1.0)),
            times(hi / loss),
            in_words(value)
        );
        return Verdict {
            word: Word::Projected,
            line,
        };
    }
    if let Some(far) = projection.filter(|p| p.reason_code.as_deref() == Some("far_from_copying")) {
        return possible(format!(
            "{} of validation is exposed, but {}.",
            percent(exposed),
            far.message
        ));
    }
    if t1.is_none() {
        let line = format!(
            "{} of validation is exposed to training; without a usable validation loss nothing more can be said.",
            percent(exposed)
        );
        return Verdict {
            word: Word::CannotTell,
            line,
        };
    }
    if exposed > ALMOST_ALL {
        // The interval is too wide to project; what a copying learner loses on these samples is
        // told all the same.
        let hint = ratio
            .and_then(|ratio| ratio.value)
            .filter(|_| projected.is_some());
        let hint = hint.map_or_else(String::new, |ratio| {
            format!(" A copying learner loses {ratio:.1} times as much without its neighbours.")
        });
        let line = format!(
            "How far leakage flatters this loss cannot be bounded: {} of validation is exposed to training.{hint}",
            percent(exposed)
        );
        return possible(line);
    }
    possible(format!(
        "{} of validation is exposed: the loss on the clean samples is at most {} if leakage does not hurt (reported: {}).",
        percent(exposed),
        as_printed(highest / (1.0 - exposed), half_width),
        as_printed(loss.unwrap_or(0.0), half_width)
    ))
}
