//! Naming schemes that are read as sequences, and those that must not be. `docs/sequences.md` shows
//! examples of each kind.

mod not_read_as_sequences;
mod overridden;
mod read_as_sequences;
mod read_when_pixels_agree;
mod robust;

use crate::report::recordings::{Basis, NameRule, PixelAgreement, SequenceFacts, SettledBy};
use crate::sample::Sample;

use super::infer::{Inference, Inputs, infer};
use super::recording::Recordings;
use super::sources::CaptureTime;
use super::testing;

/// A number that looks random, the same on every run.
fn scrambled(index: u64, below: u64) -> u64 {
    (index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % below
}

fn ask(samples: &[Sample]) -> Inference {
    infer(&Inputs {
        samples,
        places: None,
        captured: None,
        pattern: None,
        tiled: super::tiles::infer(samples).is_some(),
    })
}

/// The layout by names alone.
fn read(samples: &[Sample]) -> (Option<Recordings>, SequenceFacts) {
    ask(samples).settle(None, samples)
}

/// Names alone must be enough, under this rule, with this many recordings.
#[track_caller]
fn is_read(samples: &[Sample], rule: NameRule, names: usize) -> Recordings {
    let (recordings, facts) = read(samples);
    assert_eq!(facts.basis, Some(Basis::Names(rule)), "{:?}", facts.refused);
    assert_eq!(facts.settled_by, Some(SettledBy::Names));
    let recordings = recordings.unwrap();
    assert_eq!(recordings.names.len(), names, "{:?}", recordings.names);
    recordings
}

/// Names alone must not be enough, and pixels that disagree must refuse.
#[track_caller]
fn is_not_read(samples: &[Sample]) {
    let (recordings, facts) = read(samples);
    assert!(recordings.is_none(), "read by {:?}", facts.basis);
    assert!(!facts.refused.is_empty(), "refused without a reason");
    let shuffled = Some(PixelAgreement {
        compared: 256,
        neighbour_closer: 130,
    });
    assert!(ask(samples).settle(shuffled, samples).0.is_none());
}

/// Names alone are not enough, and pixels that agree are.
#[track_caller]
fn is_read_with_pixels(samples: &[Sample], rule: NameRule) {
    is_not_read(samples);
    let inference = ask(samples);
    assert!(inference.comparisons().len() >= 30, "too few comparisons");
    let alike = Some(PixelAgreement {
        compared: 256,
        neighbour_closer: 240,
    });
    let (_, facts) = inference.settle(alike, samples);
    assert_eq!(facts.basis, Some(Basis::Names(rule)), "{:?}", facts.refused);
    assert_eq!(facts.settled_by, Some(SettledBy::Pixels));
}

fn train_or_val(index: u64) -> &'static str {
    if scrambled(index, 5) == 0 {
        "val"
    } else {
        "train"
    }
}

fn paths(count: u64, path: impl Fn(u64) -> String) -> Vec<Sample> {
    testing::samples(&(0..count).map(path).collect::<Vec<_>>())
}

fn classes(count: u64, path: impl Fn(u64) -> String) -> Vec<Sample> {
    testing::labelled(&(0..count).map(path).collect::<Vec<_>>())
}
