//! Evaluation samples that count as leaked for belonging together with training by names or tiles,
//! where only some of their training partners are known.
//!
//! What the learners of T2 lose without what leaks cannot be measured then: the other partners stay
//! in view. Nor is it chance which samples are clean: those whose partners are few.

use super::exposure::Exposures;
use super::inputs::Inputs;
use crate::report::explanation::{Estimate, Exposure, Status};
use crate::wording::count;

/// Why nothing is projected or standardised, where there are such samples. A declared group names
/// all of its samples, so that those of one are none.
pub(super) fn hidden_partners(inputs: &Inputs, exposures: &Exposures) -> Option<Estimate> {
    let classes = exposures.rows.iter().zip(&exposures.class);
    let hidden = classes.filter(|(row, class)| {
        **class == Exposure::Together && inputs.rows[**row as usize].group.is_none()
    });
    let who = match hidden.count() as u64 {
        0 => return None,
        1 => "1 sample is counted as leaked for what it belongs to".to_owned(),
        n => format!(
            "{} samples are counted as leaked for what they belong to",
            count(n)
        ),
    };
    let message = format!("{who}; not all of their partners in training are known");
    Some(Estimate::absent(
        Status::NotIdentified,
        "leaked_together",
        message,
    ))
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::bare;
    use super::super::inputs::{Inputs, Prediction, Row, Setting, Together, Twin};
    use super::super::phrases::A_GROUP;
    use super::super::training_log::{TrainLossKind, declared};
    use super::super::{explain, metrics::Answers};
    use crate::render::explanation::render;
    use crate::report::explanation::{Explanation, Exposure, Word};

    /// 40 validation images beside as many for training: the first `twins` are copies, the next
    /// `together` belong together with training, in groups that the user declared or not.
    fn explained(twins: u32, together: u32, declared_groups: bool, predicted: bool) -> Explanation {
        let row = |i: u32| Row {
            evaluation: i < 40,
            place: None,
            // Those that belong together are of one group each, the others of their own.
            group: declared_groups.then_some(if i % 40 < twins + together { i % 40 } else { i }),
        };
        let rows: Vec<Row> = (0..80).map(row).collect();
        let twin = |i| Twin {
            a: i,
            b: 40 + i,
            setting: Setting::Strict,
            exact: true,
        };
        let found: Vec<Twin> = (0..twins).map(twin).collect();
        let pairs: Vec<_> = (twins..twins + together).map(|i| (i, 40 + i)).collect();
        let log = declared(Some("0.4"), Some("0.5"), TrainLossKind::Unknown);
        let one = |i: u32| Prediction {
            loss: Some(if i < twins + together { 0.1 } else { 0.9 }),
            ..Prediction::default()
        };
        let predictions: Vec<_> = (0..80).map(one).map(Some).collect();
        explain(&Inputs {
            log: (!predicted).then_some(&log),
            predictions: predicted.then_some(&predictions[..]),
            answers: Answers::NONE,
            together: Together {
                pairs: &pairs,
                shared: &[A_GROUP],
            },
            ..bare(&rows, &found)
        })
        .unwrap()
    }

    /// All that is said.
    fn text(of: &Explanation) -> String {
        render(of).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nothing_is_called_free_of_leaks_where_images_leak_by_belonging_together() {
        for (twins, together, told) in [
            (
                0,
                40,
                "Every validation image shares a group with training.",
            ),
            (
                1,
                39,
                "Every validation image is in training, too, or belongs together with it.",
            ),
            (
                0,
                3,
                "3 of 40 validation images share a group with training.",
            ),
        ] {
            for predicted in [false, true] {
                let of = explained(twins, together, false, predicted);
                assert!(of.verdict.line.contains(told), "{}", of.verdict.line);
                assert_ne!(of.verdict.word, Word::NoneFound);
                let all = text(&of);
                for untrue in [
                    "No leak",
                    "no leak was found",
                    "no reason to doubt",
                    "nothing to correct",
                ] {
                    assert!(!all.contains(untrue), "{untrue}: {all}");
                }
                assert!(
                    of.next_steps
                        .iter()
                        .any(|step| step.what.contains("retrain"))
                );
            }
        }
    }

    #[test]
    fn predictions_tell_the_loss_of_those_that_belong_together_and_of_clean_ones() {
        let of = explained(5, 15, false, true);
        let t3 = of.t3.as_ref().unwrap();
        let mean = |class| {
            let row = t3.by_class.iter().find(|row| row.class == class).unwrap();
            (row.loss.n_used, row.loss.value.unwrap())
        };
        assert_eq!(mean(Exposure::Twin), (5, 0.1));
        assert_eq!(mean(Exposure::Together).0, 15);
        assert_eq!(mean(Exposure::Clean).0, 20);
        assert!((mean(Exposure::Clean).1 - 0.9).abs() < 1e-12);
        assert_eq!(of.verdict.word, Word::Measured);
    }

    #[test]
    fn partners_that_are_not_all_known_leave_the_honest_loss_open_and_declared_groups_do_not() {
        let reason = |declared_groups| {
            let t3 = explained(0, 20, declared_groups, true).t3.unwrap();
            t3.honest_standardised.reason_code
        };
        assert_eq!(reason(false).as_deref(), Some("leaked_together"));
        assert_eq!(reason(true), None);
    }

    #[test]
    fn complete_predictions_ask_for_no_log() {
        let of = explained(5, 0, false, true);
        let asks = of
            .next_steps
            .iter()
            .any(|step| step.what.contains("training log"));
        assert!(!asks);
    }
}
