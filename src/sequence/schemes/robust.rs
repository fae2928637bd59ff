//! Any names are read.

use super::*;
use crate::sequence::{augmentation, examine, group, tiles};
use proptest::prelude::*;

/// Pieces that the rules look for, in any order, with any text between.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,20}",
        "(train|val|frame|t|x|y|r|c|left|_L|cam0|copy|aug|rot|n01440764)",
        "(_|-|/|\\.| |\\(1\\)|\\.rf\\.)",
        "(20161201_133048|1531883530412|1305031102\\.17)",
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    // Every case lays out up to forty names under every rule.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_names_are_read_without_a_panic(mut names in prop::collection::vec(name(), 0..40), labels in any::<bool>()) {
        names.sort();
        let samples = if labels { testing::labelled(&names) } else { testing::samples(&names) };
        let (recordings, facts) = read(&samples);
        let tiles = tiles::infer(&samples);
        let families = augmentation::families(&samples);
        let groups: Vec<_> = group::from_views(&samples).into_iter().collect();
        let found = examine::Found {
            recordings: recordings.as_ref(),
            groups: &groups,
            tiles: tiles.as_ref(),
            sizes: None,
            families: &families,
            entities: &[],
        };
        let (report, leaks) = examine::examine(&samples, &testing::splits(), facts, found, 30);
        for distances in &report.distances {
            let counts = [
                distances.same_instant, distances.at_1_step, distances.at_2_steps, distances.at_3_to_5_steps,
                distances.at_6_to_30_steps, distances.further, distances.other_recording_only, distances.unplaced,
            ];
            prop_assert_eq!(counts.iter().sum::<u64>(), distances.evaluation_samples);
        }
        for leak in leaks.iter().flat_map(|leaks| &leaks.leaks) {
            prop_assert_eq!(samples[leak.evaluation.index()].split, Some(testing::VALIDATION));
            prop_assert_eq!(samples[leak.training.index()].split, Some(testing::TRAINING));
        }
    }
}
