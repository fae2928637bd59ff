//! Thresholds of evidence for reading names as recordings. `docs/sequences.md` says the gist of
//! them.

use crate::report::recordings::{NameEvidence, NameRule};

/// What evidence comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Names alone are enough.
    Adopt,
    /// Names fit a recording and something else alike, for this reason.
    AskPixels(&'static str),
    /// Not a recording, for this reason.
    Refuse(&'static str),
}

/// Judges names read under a rule. The rules are in the project's description of its method.
pub(super) fn judge(rule: NameRule, evidence: &NameEvidence) -> Judgement {
    use Judgement::{Adopt, AskPixels, Refuse};
    let at_least = |count: u64, share: f64, of: u64| count as f64 >= share * of as f64;
    let short = evidence.short_gaps.unwrap_or(0);
    // Many frames to one time are a burst only where the times follow each other closely.
    let close = evidence.gaps > 0 && at_least(short, 0.5, evidence.gaps);
    if rule == NameRule::Time && evidence.positions * 2 < evidence.instants && !close {
        return Refuse(
            "most samples share their time with others: it is the beginning of their recording",
        );
    }
    // A burst is two photos and more within seconds, between pauses ten times as long.
    let near = evidence.near_gaps.unwrap_or(0);
    let near = evidence.gaps > 0 && at_least(near, 0.9, evidence.gaps);
    let bursts =
        rule == NameRule::Time && (close || near) && at_least(evidence.gaps, 0.5, evidence.placed);
    let long = bursts || at_least(evidence.in_long_recordings, 0.5, evidence.placed);
    if evidence.gaps == 0 || !long {
        return Refuse("most recordings would hold fewer than five instants");
    }
    if at_least(
        evidence.colliding_across_splits,
        0.5,
        evidence.outside_largest_split.max(1),
    ) {
        return Refuse("the splits number their samples each on their own");
    }
    if at_least(evidence.colliding_within_splits, 0.2, evidence.placed) {
        return Refuse("several samples of one split would stand at one place");
    }
    if rule == NameRule::Time {
        return judge_times(evidence);
    }
    let regular = at_least(evidence.regular_gaps, 0.5, evidence.gaps);
    let filled = at_least(evidence.positions, 0.5, evidence.span.unwrap_or(0));
    if evidence.recordings_are_labels {
        return if regular || filled {
            AskPixels("the recordings are the classes, which may only number their images")
        } else {
            Refuse("the numbers are sparse and the recordings are the classes")
        };
    }
    if rule == NameRule::FrameWord {
        return Adopt;
    }
    if at_least(evidence.in_class_like_recordings, 0.5, evidence.placed) && evidence.recordings > 1
    {
        return if regular || filled {
            AskPixels("what stands before the number may be a class or a year")
        } else {
            Refuse("the numbers are sparse and what stands before them may be a class or a year")
        };
    }
    if !regular && !filled {
        return Refuse("the numbers are sparse, like identifiers");
    }
    if at_least(evidence.in_named_recordings, 0.5, evidence.placed) {
        return Adopt;
    }
    if evidence.recordings == 1 {
        return AskPixels("all numbers are one running index");
    }
    let restart = at_least(
        evidence.begin_at_0_or_1.unwrap_or(0),
        0.8,
        evidence.recordings,
    );
    if evidence.labels > 1 && evidence.recordings >= 2 * evidence.labels && restart {
        return Adopt;
    }
    AskPixels("nothing but the numbers speaks for recordings")
}

fn judge_times(evidence: &NameEvidence) -> Judgement {
    let at_least_half = |count: u64, of: u64| count * 2 >= of;
    let short = evidence.short_gaps.unwrap_or(0);
    if at_least_half(evidence.regular_gaps, evidence.gaps) || at_least_half(short, evidence.gaps) {
        Judgement::Adopt
    } else {
        Judgement::AskPixels("the times are irregular and mostly more than two seconds apart")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recordings::PositionUnit;
    use crate::sequence::evidence;
    use crate::sequence::testing::{self, TRAINING, VALIDATION};

    fn judged(places: &[(u32, i64, crate::sample::SplitId)]) -> Judgement {
        let (samples, recordings) = testing::laid_out(places);
        judge(
            NameRule::FrameWord,
            &evidence::measure(&recordings, &samples),
        )
    }

    #[test]
    fn five_instants_make_a_recording_and_four_do_not() {
        let of = |length: i64| -> Vec<_> {
            (0..10)
                .flat_map(|r| (0..length).map(move |i| (r, i, TRAINING)))
                .collect()
        };
        assert_eq!(judged(&of(5)), Judgement::Adopt);
        assert!(matches!(judged(&of(4)), Judgement::Refuse(_)));
    }

    #[test]
    fn photos_seconds_apart_are_bursts_and_single_ones_are_none() {
        const SECOND: i64 = 1_000_000_000;
        let of = |rule, length: i64, apart: i64| {
            let places = (0..10).flat_map(|burst| {
                (0..length).map(move |at| (burst, at * apart * SECOND, TRAINING))
            });
            let (samples, mut recordings) = testing::laid_out(&places.collect::<Vec<_>>());
            recordings.unit = PositionUnit::Nanoseconds;
            judge(rule, &evidence::measure(&recordings, &samples))
        };
        assert_eq!(of(NameRule::Time, 2, 2), Judgement::Adopt);
        assert_eq!(of(NameRule::Time, 4, 1), Judgement::Adopt);
        assert!(!matches!(of(NameRule::Time, 4, 20), Judgement::Refuse(_)));
        assert!(matches!(of(NameRule::Time, 4, 60), Judgement::Refuse(_)));
        assert!(matches!(of(NameRule::Time, 1, 1), Judgement::Refuse(_)));
        assert!(matches!(
            of(NameRule::FrameWord, 2, 2),
            Judgement::Refuse(_)
        ));
    }

    #[test]
    fn splits_that_mostly_stand_at_the_same_places_number_on_their_own() {
        let with = |shared: i64| {
            let training = (0..100).map(|i| (0, i, TRAINING));
            let validation = (0..20).map(|i| (0, if i < shared { i } else { 100 + i }, VALIDATION));
            judged(&training.chain(validation).collect::<Vec<_>>())
        };
        assert_eq!(with(9), Judgement::Adopt);
        assert!(matches!(with(10), Judgement::Refuse(_)));
    }
}
