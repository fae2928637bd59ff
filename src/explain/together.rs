//! Evaluation samples that the report counts as leaked for what they belong to, where exposure
//! does not know which ones they are: tiles, augmented copies, groups that names tell.
//!
//! Where there are any, no sample that exposure calls clean is known to be clean, so that nothing
//! is bounded or measured on clean samples.

use super::inputs::Counted;
use super::phrases::{leaked_samples, noun, samples_in};
use crate::report::explanation::{Estimate, Exposure, FromImages, Status};
use crate::wording::count;

/// Such samples beyond the exposed ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct Together<'a> {
    /// How many, at least.
    pub(super) samples: u64,
    /// In words, what they share with training.
    shared: &'a [&'static str],
}

impl<'a> Together<'a> {
    /// What the report counts beyond exposure. Those in recordings and groups that rows know of are
    /// exposed already; where nothing is, all that is counted is beyond.
    pub(super) fn beyond(counted: Counted<'a>, images: &FromImages) -> Self {
        let by_time = |class| matches!(class, Exposure::Adjacent | Exposure::Shadowed);
        let samples = match leaked_samples(images) {
            0 => counted.leaked,
            _ => counted.together.saturating_sub(samples_in(images, by_time)),
        };
        Self {
            samples,
            shared: counted.shared,
        }
    }

    pub(super) fn is_any(self) -> bool {
        self.samples > 0
    }

    /// How many are counted as leaked, and what for.
    pub(super) fn sentence(self, images: &FromImages) -> String {
        let shared = match self.shared {
            [] => String::new(),
            shared => format!(" ({})", shared.join(", ")),
        };
        let (are, they) = match self.samples {
            1 => ("is", "it belongs"),
            _ => ("are", "they belong"),
        };
        format!(
            "{} of {} validation {}s {are} counted as leaked because {they} together with training{shared}.",
            count(self.samples),
            count(images.n_validation),
            noun(images)
        )
    }

    /// Why nothing is said of clean samples.
    pub(super) fn refusal(self) -> Estimate {
        let who = match self.samples {
            1 => "1 sample is counted as leaked for what it belongs to".to_owned(),
            n => format!(
                "{} samples are counted as leaked for what they belong to",
                count(n)
            ),
        };
        let message = format!("{who}; pictures alone do not bound the loss of clean ones");
        Estimate::absent(Status::NotIdentified, "leaked_together", message)
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::bare;
    use super::super::inputs::{Inputs, Prediction, Row, Setting, Twin};
    use super::super::training_log::{TrainLossKind, declared};
    use super::super::{explain, metrics::Answers};
    use super::*;
    use crate::render::explanation::render;
    use crate::report::explanation::{Explanation, Word};

    /// 40 validation images beside as many for training; the first `twins` are copies. The report
    /// counts `leaked` as leaked, `together` of them for what they belong to.
    fn explained(twins: u32, leaked: u64, together: u64, with_predictions: bool) -> Explanation {
        let row = |i: u32| Row {
            evaluation: i < 40,
            place: None,
            group: None,
        };
        let rows: Vec<Row> = (0..80).map(row).collect();
        let twin = |i| Twin {
            a: i,
            b: 40 + i,
            setting: Setting::Strict,
            exact: true,
        };
        let twins: Vec<Twin> = (0..twins).map(twin).collect();
        let log = declared(Some("0.4"), Some("0.5"), TrainLossKind::Unknown);
        let one = |i: u32| Prediction {
            loss: Some(0.5),
            right: Some(i.is_multiple_of(2)),
            ..Prediction::default()
        };
        let predictions: Vec<_> = (0..80).map(one).map(Some).collect();
        explain(&Inputs {
            log: (!with_predictions).then_some(&log),
            predictions: with_predictions.then_some(&predictions[..]),
            answers: Answers::NONE,
            counted: Counted {
                leaked,
                together,
                shared: &["one group"],
            },
            ..bare(&rows, &twins)
        })
        .unwrap()
    }

    /// All that is said.
    fn text(of: &Explanation) -> String {
        render(of).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nothing_is_called_free_of_leaks_where_images_leak_by_belonging_together() {
        for (twins, leaked, together, counted) in [
            (0, 40, 40, "40 of 40"),
            (1, 40, 39, "39 of 40"),
            (0, 3, 0, "3 of 40"),
        ] {
            for with_predictions in [false, true] {
                let of = explained(twins, leaked, together, with_predictions);
                let text = text(&of);
                assert!(
                    of.verdict.line.contains(counted)
                        && of.verdict.line.contains("belong together"),
                    "{text}"
                );
                assert_ne!(of.verdict.word, Word::NoneFound);
                for untrue in [
                    "No leak",
                    "no leak was found",
                    "no reason to doubt",
                    "nothing to correct",
                    "at most",
                    "none leaked",
                    "is no sign",
                ] {
                    assert!(!of.verdict.line.contains(untrue), "{untrue}: {text}");
                }
                assert!(!text.contains("nothing to correct"), "{text}");
                assert!(
                    of.next_steps
                        .iter()
                        .any(|step| step.what.contains("retrain"))
                );
            }
        }
    }

    #[test]
    fn what_exposure_knows_of_is_not_counted_again() {
        let of = explained(5, 5, 0, false);
        assert!(
            !of.verdict.line.contains("belong together"),
            "{}",
            of.verdict.line
        );
        let none = explained(0, 0, 0, false);
        assert_eq!(none.verdict.word, Word::NoneFound);
        assert!(
            !text(&none).contains("may still flatter"),
            "{}",
            text(&none)
        );
    }

    #[test]
    fn clean_samples_are_not_measured_where_leaked_ones_are_among_them() {
        let of = explained(10, 30, 20, true).t3.unwrap();
        let reason = of.honest_standardised.reason_code.as_deref();
        assert_eq!(reason, Some("leaked_together"));
        let right = of.accuracy.unwrap().standardised;
        assert_eq!(right.value, None);
    }

    #[test]
    fn complete_predictions_ask_for_no_log() {
        let asks = |of: &Explanation| {
            of.next_steps
                .iter()
                .any(|step| step.what.contains("training log"))
        };
        assert!(!asks(&explained(5, 5, 0, true)));
    }
}
