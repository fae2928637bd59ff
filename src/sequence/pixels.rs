//! A question to the pixels: are neighbours under a rule more alike than samples a little further
//! away?
//!
//! Numbers that mean nothing (a shuffled running index) put unrelated images next to each other,
//! and an image is then as like the next one as the thirtieth next. The comparison stays within one
//! recording and close by, so that neither a class folder nor an index sorted by class can pass for
//! a video.

use crate::report::recordings::PixelAgreement;
use crate::sample::SampleId;

use super::recording::Recordings;

/// One comparison to make: the similarity of `sample` to `neighbour` against that to `control`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The sample both others are compared with.
    pub sample: SampleId,
    /// The next instant of the same recording and view.
    pub neighbour: SampleId,
    /// An instant further away in the same recording and view.
    pub control: SampleId,
}

/// Answer to a comparison: similarity to the neighbour and to the control, `None` where one was not
/// measured.
pub(crate) type Similarities = Option<(f64, f64)>;

/// What an agreement means for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Neighbours are markedly more alike: at least 3 of 4 comparisons.
    Confirms,
    /// Fewer than 3 of 5: the positions mean nothing.
    Denies,
    /// In between, or fewer than 30 comparisons.
    Undecided,
}

/// Comparisons to ask for. With 30 of them unrelated images reach 3 of 4 once in 380 times, with
/// 256 never.
const COMPARISONS: usize = 256;
const FEWEST_COMPARISONS: u64 = 30;
/// Distance of the control in frames, where the recording is long enough: on a drive at 10 Hz
/// nothing is left of the likeness after 20 frames.
const CONTROL_FRAMES: usize = 30;

/// Chooses comparisons evenly over all recordings of six frames or more in one view.
#[must_use]
pub(crate) fn comparisons(recordings: &Recordings) -> Vec<Comparison> {
    let mut possible = Vec::new();
    for run in recordings.runs() {
        let view = |id: &SampleId| recordings.place(*id).map(|place| place.view);
        let frames: Vec<SampleId> = run
            .iter()
            .copied()
            .filter(|id| view(id) == view(&run[0]))
            .collect();
        let away = CONTROL_FRAMES.min(frames.len() / 2);
        if away < 3 {
            continue;
        }
        possible.extend((0..frames.len() - away).map(|at| Comparison {
            sample: frames[at],
            neighbour: frames[at + 1],
            control: frames[at + away],
        }));
    }
    let every = possible.len().div_ceil(COMPARISONS).max(1);
    possible.into_iter().step_by(every).collect()
}

/// Counts answers.
#[must_use]
pub(crate) fn agreement(answers: &[Similarities]) -> PixelAgreement {
    let measured = answers.iter().flatten();
    let closer = measured
        .clone()
        .filter(|(neighbour, control)| neighbour > control)
        .count();
    let ties = measured
        .clone()
        .filter(|(neighbour, control)| neighbour == control)
        .count();
    PixelAgreement {
        compared: measured.count() as u64,
        neighbour_closer: (closer + ties / 2) as u64,
    }
}

/// Whether neighbours are more alike more often than a fair coin would have it, by three standard
/// deviations.
pub(super) fn hints(agreement: PixelAgreement) -> bool {
    let (n, closer) = (agreement.compared as f64, agreement.neighbour_closer as f64);
    agreement.compared >= FEWEST_COMPARISONS && closer - n / 2.0 >= 3.0 * n.sqrt() / 2.0
}

/// Judges an agreement.
pub(super) fn verdict(agreement: PixelAgreement) -> Verdict {
    let PixelAgreement {
        compared,
        neighbour_closer,
    } = agreement;
    if compared < FEWEST_COMPARISONS {
        Verdict::Undecided
    } else if neighbour_closer * 4 >= compared * 3 {
        Verdict::Confirms
    } else if neighbour_closer * 5 < compared * 3 {
        Verdict::Denies
    } else {
        Verdict::Undecided
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing::{self, TRAINING};

    #[test]
    fn a_long_recording_is_compared_thirty_frames_away() {
        let places: Vec<_> = (0..2000).map(|i| (0, i, TRAINING)).collect();
        let asked = comparisons(&testing::laid_out(&places).1);
        assert!((200..=256).contains(&asked.len()));
        for comparison in asked {
            assert_eq!(comparison.neighbour.0, comparison.sample.0 + 1);
            assert_eq!(comparison.control.0, comparison.sample.0 + 30);
        }
    }

    #[test]
    fn comparisons_stay_within_a_recording() {
        let places: Vec<_> = (0..600)
            .map(|i| (i / 10, i64::from(i % 10), TRAINING))
            .collect();
        for asked in comparisons(&testing::laid_out(&places).1) {
            assert_eq!(asked.sample.0 / 10, asked.control.0 / 10);
        }
    }

    #[test]
    fn short_recordings_cannot_be_asked_about() {
        let places: Vec<_> = (0..50)
            .map(|i| (i / 5, i64::from(i % 5), TRAINING))
            .collect();
        assert!(comparisons(&testing::laid_out(&places).1).is_empty());
    }

    #[test]
    fn verdicts_follow_the_counts() {
        let say = |neighbour_closer, compared| {
            verdict(PixelAgreement {
                compared,
                neighbour_closer,
            })
        };
        assert_eq!(say(30, 40), Verdict::Confirms);
        assert_eq!(say(23, 40), Verdict::Denies);
        assert_eq!(say(26, 40), Verdict::Undecided);
        assert_eq!(say(29, 29), Verdict::Undecided);
    }

    #[test]
    fn ties_and_missing_answers_do_not_confirm() {
        let answers = [
            Some((1.0, 1.0)),
            Some((1.0, 1.0)),
            Some((0.5, 0.1)),
            None,
            Some((f64::NAN, 0.0)),
        ];
        assert_eq!(
            agreement(&answers),
            PixelAgreement {
                compared: 4,
                neighbour_closer: 2
            }
        );
    }
}
