//! The claims of `docs/explanation.md` on a small grid; `cargo run --release -p splitleak-research --bin simulation` runs the full one.

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
    for groups in [8, 30] {
        let coverage = claims::interval_covers(400, groups, true);
        assert!(coverage > 0.91, "{groups} groups: {coverage}");
    }
}

#[test]
fn a_random_split_of_a_video_is_refused_an_honest_loss_but_projected() {
    let video = claims::videos(Learner::ThreeNearest, VideoSplit::Random, 4);
    assert_eq!(video.refused, 1.0);
    assert!(video.exposed >= 0.99);
    assert!(video.covered >= 0.75 && video.centre_error < video.reported_error);
}

#[test]
fn a_split_by_sequence_shows_no_leak() {
    let video = claims::videos(Learner::ThreeNearest, VideoSplit::BySequence, 2);
    assert_eq!(
        (video.exposed, video.ratio, video.too_close),
        (0.0, 1.0, 0.0)
    );
}
