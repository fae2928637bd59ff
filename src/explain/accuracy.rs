//! Bounds on the accuracy of clean samples, from the reported accuracy alone.
//!
//! Of `n` samples `a n` were classified right. If every leaked one was, a share `(a - f) / (1 - f)`
//! of the clean ones was right; if none was, `a / (1 - f)`. Both ends are reached, so no better
//! bounds exist without predictions; and if leakage does not hurt, the lower end says how much of
//! the accuracy it can be.

use super::phrases::leaked_samples;
use super::training_log::Printed;
use crate::report::explanation::{AccuracyBounds, FromImages};
use crate::wording::{TENTH_OF_A_POINT, accuracy as in_words, count};

/// Bounds from the accuracy in the log and the number of exposed samples.
#[must_use]
pub(crate) fn bounds(accuracy: Printed, images: &FromImages) -> AccuracyBounds {
    let (samples, leaked) = (images.n_validation, leaked_samples(images));
    let (a, f) = (accuracy.value, leaked as f64 / samples.max(1) as f64);
    let told = in_words(a, accuracy.half_width);
    let clean = (leaked < samples).then(|| {
        let lowest = ((a - f) / (1.0 - f)).max(0.0);
        (lowest, (a / (1.0 - f)).min(1.0), (a - lowest).max(0.0))
    });
    let (n, of) = (count(samples), count(leaked));
    // Points are no more exact than the accuracy that they are taken from.
    let points = |points: f64| {
        let text = in_words(points, accuracy.half_width.max(TENTH_OF_A_POINT));
        text.trim_end_matches(" %").to_owned()
    };
    let line = match clean {
        _ if leaked == 0 => format!("Accuracy {told} over {n}, none leaked: nothing to correct."),
        None => format!(
            "Accuracy {told} over {n}, all leaked: no clean sample, so nothing is known of new images."
        ),
        Some((lo, hi, _)) if lo == 0.0 && hi == 1.0 => {
            format!("Accuracy {told} over {n}, {of} leaked: it says nothing of the clean ones.")
        }
        Some((lo, hi, most)) => format!(
            "Accuracy {told} over {n}, {of} leaked: between {} and {} on the clean ones; at most {} points are leakage.",
            in_words(lo, accuracy.half_width.max(TENTH_OF_A_POINT)),
            in_words(hi, if hi == 1.0 { 0.005 } else { TENTH_OF_A_POINT }),
            points(most)
        ),
    };
    AccuracyBounds {
        accuracy: a,
        samples,
        leaked,
        clean_lo: clean.map(|(lo, ..)| lo),
        clean_hi: clean.map(|(_, hi, _)| hi),
        leakage_at_most: clean.map(|(.., most)| most),
        line,
    }
}
