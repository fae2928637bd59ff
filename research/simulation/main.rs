//! Repeats the simulations whose results stand in `docs/explanation.md`: `cargo run --release -p
//! splitleak-research --bin simulation`.

#![expect(
    clippy::print_stdout,
    reason = "a program of its own that prints a table"
)]

mod claims;
mod learners;
mod worlds;

use learners::Learner;
use worlds::VideoSplit;

fn main() {
    for (learner, runs) in [(Learner::ThreeNearest, 500), (Learner::Forest, 500)] {
        println!(
            "C4  {learner:?}: interval of the clean mean covers {:.3}",
            claims::clean_mean_covers(learner, runs)
        );
    }
    for strong in [false, true] {
        let row: Vec<String> = [8, 15, 30, 60, 200]
            .iter()
            .map(|&groups| format!("{:.3}", claims::interval_covers(1000, groups, strong)))
            .collect();
        println!(
            "C5  interval of a mean, {} groups 8, 15, 30, 60, 200: {}",
            if strong { "strong" } else { "mild" },
            row.join(" ")
        );
    }
    for shots in [900, 4000] {
        let s = claims::standardised_when_duplicates_are_easier(200, shots);
        println!(
            "C6  standardised, {shots} shots: available {:.3}, covers {:.3}, median ratio {:.3}; naive covers {:.3}",
            s.available, s.coverage, s.median_ratio, s.naive_coverage
        );
    }
    for (learner, runs) in [
        (Learner::ThreeNearest, 60),
        (Learner::Forest, 30),
        (Learner::Network, 12),
    ] {
        for split in [
            VideoSplit::Random,
            VideoSplit::Chunks(10),
            VideoSplit::Chunks(50),
            VideoSplit::BySequence,
        ] {
            let v = claims::videos(learner, split, runs);
            println!(
                "C8, C9, C11  {learner:?} {split:?}: range covers {:.3}, centre rms {:.2} (reported {:.2}), refused {:.2}, exposed >= {:.3}, ratio <= {:.3}",
                v.covered, v.centre_error, v.reported_error, v.refused, v.exposed, v.ratio
            );
        }
    }
}
