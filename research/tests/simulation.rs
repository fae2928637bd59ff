//! The claims of `docs/explanation.md` on a small grid; `cargo run --release -p splitleak-research
//! --bin simulation` runs the full one.

#[expect(dead_code, reason = "the example runs the full grid")]
#[path = "../simulation/claims.rs"]
mod claims;
#[expect(dead_code, reason = "the example runs the full grid")]
#[path = "../simulation/learners.rs"]
mod learners;
#[expect(dead_code, reason = "the example runs the full grid")]
#[path = "../simulation/worlds.rs"]
mod worlds;

use learners::Learner;
use worlds::VideoSplit;

#[test]
fn a_mean_over_groups_is_covered_at_its_nominal_rate() {
    // 95.6 and 94.8 % of 1,000 replicates were measured; four standard errors of 2,000 are 2 %.
    for (groups, least, most) in [(8, 0.936, 0.976), (30, 0.928, 0.968)] {
        let coverage = claims::interval_covers(2000, groups, true);
        assert!(
            (least..=most).contains(&coverage),
            "{groups} groups: {coverage}"
        );
    }
}

#[test]
fn a_random_split_of_a_video_is_refused_an_honest_loss_but_projected() {
    let video = claims::videos(Learner::ThreeNearest, VideoSplit::Random, 4);
    assert_eq!(video.refused, 1.0);
    assert!(video.exposed >= 0.99);
    // The range covered all of 60 replicates when it was measured, so that none of 4 may miss.
    assert_eq!(video.covered, 1.0);
    // Root mean square of the centre's logarithm, 0.25 over 60 replicates, against 0.71 of the
    // reported loss.
    assert!(
        (0.05..0.45).contains(&video.centre_error),
        "{}",
        video.centre_error
    );
    assert!(
        (0.5..1.0).contains(&video.reported_error),
        "{}",
        video.reported_error
    );
}

#[test]
fn a_split_by_sequence_shows_no_leak() {
    let video = claims::videos(Learner::ThreeNearest, VideoSplit::BySequence, 2);
    assert_eq!((video.exposed, video.ratio), (0.0, 1.0));
}
