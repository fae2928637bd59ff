//! What a user says beats what names tell.

use super::*;
use crate::sequence::pattern::SequencePattern;

#[test]
fn a_pattern_is_never_refused_by_pixels() {
    let samples = paths(400, |i| format!("{i:05}.png"));
    let pattern = SequencePattern::parse("(?<index>[0-9]+)").unwrap();
    let inputs = Inputs {
        samples: &samples,
        places: None,
        captured: None,
        pattern: Some(&pattern),
        tiled: false,
    };
    let inference = infer(&inputs);
    assert!(inference.comparisons().is_empty());
    let unlike = Some(PixelAgreement {
        compared: 256,
        neighbour_closer: 100,
    });
    let (recordings, facts) = inference.settle(unlike, &samples);
    assert_eq!(
        (recordings.is_some(), facts.settled_by),
        (true, Some(SettledBy::User))
    );
}

#[test]
fn a_pattern_that_matches_nothing_is_refused_with_a_reason() {
    let samples = paths(4, |i| format!("{i:05}.png"));
    let pattern = SequencePattern::parse("f(?<index>[0-9]+)").unwrap();
    let inputs = Inputs {
        samples: &samples,
        places: None,
        captured: None,
        pattern: Some(&pattern),
        tiled: false,
    };
    let (_, facts) = infer(&inputs).settle(None, &samples);
    assert_eq!(
        facts.refused[0].reason,
        "it tells the place of none of 4 samples"
    );
}

#[test]
fn pixels_refuse_even_what_names_adopt() {
    let samples = paths(60, |i| format!("frame_{i:06}.png"));
    let unlike = Some(PixelAgreement {
        compared: 256,
        neighbour_closer: 128,
    });
    assert!(ask(&samples).settle(unlike, &samples).0.is_none());
}
