//! Naming schemes that are read as sequences, and those that must not be. `docs/sequences.md` lists
//! them in this order.

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

mod read_as_sequences {
    use super::*;

    #[test]
    fn date_and_time_with_milliseconds_behind_a_camera() {
        let samples = paths(300, |i| {
            let (camera, t) = (["center", "left", "right"][(i % 3) as usize], i / 3);
            format!(
                "IMG/{camera}_2016_12_01_13_{:02}_{:02}_{}87.jpg",
                30 + t / 60 / 10,
                t / 10 % 60,
                t % 10
            )
        });
        let recordings = is_read(&samples, NameRule::Time, 1);
        assert_eq!(
            recordings
                .places
                .iter()
                .flatten()
                .map(|place| place.step)
                .max(),
            Some(99)
        );
    }

    #[test]
    fn compact_date_and_time_with_burst_counter() {
        is_read(
            &paths(60, |i| {
                format!("IMG_20160102_13304{}_{:02}.jpg", i / 6, i % 6)
            }),
            NameRule::Time,
            1,
        );
    }

    #[test]
    fn phone_photos_with_milliseconds() {
        is_read(
            &paths(60, |i| {
                format!("PXL_20210101_1234{:02}{:03}.jpg", i, scrambled(i, 1000))
            }),
            NameRule::Time,
            1,
        );
    }

    #[test]
    fn seconds_since_1970_with_fraction() {
        is_read(
            &paths(60, |i| {
                format!(
                    "{}/rgb/{}.{:06}.png",
                    train_or_val(i),
                    1_305_031_102 + i / 30,
                    i % 30 * 33_000
                )
            }),
            NameRule::Time,
            1,
        );
    }

    #[test]
    fn milliseconds_since_1970() {
        is_read(
            &paths(60, |i| format!("{}.png", 1_531_883_530_412 + i * 50)),
            NameRule::Time,
            1,
        );
    }

    #[test]
    fn microseconds_since_1970_behind_recording_and_camera() {
        let samples = paths(120, |i| {
            let camera = ["CAM_FRONT", "CAM_BACK_LEFT"][(i % 2) as usize];
            let time = 1_531_883_530_412_470 + i / 2 * 500_000 + i % 2 * 12_000;
            format!("samples/n015-2018-07-18-11-07-57+0800__{camera}__{time}.jpg")
        });
        let recordings = is_read(&samples, NameRule::Time, 1);
        assert_eq!(
            recordings
                .places
                .iter()
                .flatten()
                .map(|place| place.step)
                .max(),
            Some(59)
        );
    }

    #[test]
    fn nanoseconds_since_1970_in_folders_of_cameras() {
        let samples = paths(120, |i| {
            format!(
                "mav0/cam{}/data/{}.png",
                i % 2,
                1_403_636_579_763_555_584 + i / 2 * 50_000_000
            )
        });
        let recordings = is_read(&samples, NameRule::Time, 1);
        assert_eq!(
            recordings
                .places
                .iter()
                .flatten()
                .map(|place| place.step)
                .max(),
            Some(59)
        );
    }

    #[test]
    fn frame_and_number() {
        is_read(
            &paths(60, |i| format!("{}/frame_{i:06}.png", train_or_val(i))),
            NameRule::FrameWord,
            1,
        );
    }

    #[test]
    fn scene_and_time_step() {
        is_read(
            &paths(80, |i| {
                format!("{}/scene-{}_t{:04}.png", train_or_val(i), i / 20, i % 20)
            }),
            NameRule::FrameWord,
            4,
        );
    }

    #[test]
    fn slices_of_a_volume() {
        is_read(
            &paths(80, |i| {
                format!("patient{:03}_slice{:02}.png", i / 20, i % 20)
            }),
            NameRule::FrameWord,
            4,
        );
    }

    #[test]
    fn frame_number_before_the_scene() {
        is_read(
            &paths(80, |i| format!("frame{:04}_scene{}.png", i % 20, i / 20)),
            NameRule::FrameWord,
            4,
        );
    }

    #[test]
    fn folder_of_frames_named_after_a_video() {
        is_read(
            &paths(80, |i| {
                format!(
                    "{}/vid{:02}/{:06}.jpg",
                    train_or_val(i),
                    i / 20,
                    i % 20 + 440
                )
            }),
            NameRule::LastNumber,
            4,
        );
    }

    #[test]
    fn drives_with_stereo_cameras() {
        let samples = paths(160, |i| {
            format!(
                "2011_09_26/2011_09_26_drive_{:04}_sync/image_0{}/data/{:010}.png",
                i / 80,
                2 + i % 2,
                i / 2 % 40
            )
        });
        let recordings = is_read(&samples, NameRule::LastNumber, 2);
        assert_eq!(
            recordings
                .places
                .iter()
                .flatten()
                .map(|place| place.step)
                .max(),
            Some(39)
        );
    }

    #[test]
    fn recordings_named_by_the_time_they_began() {
        is_read(
            &paths(80, |i| {
                format!(
                    "20180807145{}28_camera_frontcenter_{:09}.png",
                    i / 40,
                    i % 40
                )
            }),
            NameRule::LastNumber,
            2,
        );
    }

    #[test]
    fn tracks_and_frames_inside_class_folders() {
        let samples = classes(900, |i| {
            format!(
                "{}/{:05}/{:05}_{:05}.ppm",
                train_or_val(i),
                i / 300,
                i % 300 / 30,
                i % 30
            )
        });
        is_read(&samples, NameRule::LastNumber, 30);
    }

    #[test]
    fn videos_of_actions_inside_class_folders() {
        let samples = classes(400, |i| {
            format!(
                "train/{}/v_g{:02}_c01_frame{:04}.jpg",
                ["Run", "Swim"][(i / 200) as usize],
                i / 20,
                i % 20
            )
        });
        is_read(&samples, NameRule::FrameWord, 20);
    }

    #[test]
    fn versions_exported_by_roboflow() {
        let samples = paths(80, |i| {
            format!(
                "{}/images/video{}_frame_{:04}_jpg.rf.{:032x}.jpg",
                train_or_val(i),
                i / 40,
                i % 40,
                scrambled(i, 1 << 40)
            )
        });
        is_read(&samples, NameRule::FrameWord, 2);
    }

    #[test]
    fn every_tenth_frame() {
        is_read(
            &paths(60, |i| format!("clip_a/{:06}.jpg", i * 10)),
            NameRule::LastNumber,
            1,
        );
    }

    #[test]
    fn capture_times_of_cameras() {
        let samples = paths(60, |i| format!("{:x}.jpg", scrambled(i, 1 << 40)));
        let captured: Vec<_> = (0..60)
            .map(|i| {
                Some(CaptureTime {
                    nanoseconds: i / 2 * 1_000_000_000,
                    camera: Some(i as u64 % 2),
                })
            })
            .collect();
        let inputs = Inputs {
            samples: &samples,
            captured: Some(&captured),
            pattern: None,
            tiled: false,
        };
        let (recordings, facts) = infer(&inputs).settle(None, &samples);
        assert_eq!(facts.basis, Some(Basis::CaptureTimes));
        assert_eq!(recordings.unwrap().names.len(), 2);
    }

    #[test]
    fn group_and_time_columns() {
        let mut samples = paths(40, |i| format!("{:x}.jpg", scrambled(i, 1 << 40)));
        for (index, sample) in samples.iter_mut().enumerate() {
            sample.group = Some(format!("g{}", index % 2).into());
            sample.time = Some(index as f64 * 0.1);
        }
        let (recordings, facts) = read(&samples);
        assert_eq!(
            (facts.basis, facts.settled_by),
            (Some(Basis::Columns), Some(SettledBy::User))
        );
        assert_eq!(recordings.unwrap().places[39].unwrap().step, 19);
    }
}

mod read_when_pixels_agree {
    use super::*;

    #[test]
    fn one_running_index() {
        is_read_with_pixels(
            &paths(200, |i| format!("{}/{i:05}.png", train_or_val(i))),
            NameRule::LastNumber,
        );
    }

    #[test]
    fn folders_of_frames_that_are_the_classes() {
        let samples = classes(200, |i| {
            format!(
                "train/{}/{:05}.jpg",
                ["bear", "camel"][(i / 100) as usize],
                i % 100
            )
        });
        is_read_with_pixels(&samples, NameRule::LastNumber);
    }

    #[test]
    fn numbered_tracks_without_labels() {
        is_read_with_pixels(
            &paths(300, |i| format!("{:05}_{:05}.ppm", i / 30, i % 30)),
            NameRule::LastNumber,
        );
    }

    #[test]
    fn photos_taken_one_by_one() {
        let samples = paths(200, |i| {
            let t = scrambled(i, 80_000);
            format!(
                "IMG_20160102_{:02}{:02}{:02}.jpg",
                t / 3600,
                t / 60 % 60,
                t % 60
            )
        });
        is_read_with_pixels(&samples, NameRule::Time);
    }
}

mod not_read_as_sequences {
    use super::*;

    #[test]
    fn imagenet_class_and_image_number() {
        is_not_read(&classes(400, |i| {
            format!(
                "train/n0144076{}/n0144076{}_{}.JPEG",
                i / 100,
                i / 100,
                scrambled(i, 30_000)
            )
        }));
        is_not_read(&paths(400, |i| {
            format!("n0144076{}_{}.JPEG", i / 100, i % 100)
        }));
    }

    #[test]
    fn imagenet_validation_numbers() {
        is_not_read(&paths(400, |i| format!("ILSVRC2012_val_{:08}.JPEG", i + 1)));
    }

    #[test]
    fn cifar_running_index_over_class_folders() {
        is_not_read(&classes(400, |i| {
            format!(
                "{}/{}/{i:05}.png",
                train_or_val(i),
                ["cat", "dog", "frog"][scrambled(i + 7, 3) as usize]
            )
        }));
        is_not_read(&classes(400, |i| {
            format!(
                "train/{}/{:05}.jpg",
                ["cat", "dog"][(i % 2) as usize],
                i * 9 + scrambled(i, 9)
            )
        }));
    }

    #[test]
    fn mnist_digits_numbered_by_class() {
        is_not_read(&classes(400, |i| {
            format!("train/{}/{}.png", i / 40, i % 40)
        }));
        is_not_read(&paths(400, |i| format!("digits/{}/{}.png", i / 40, i % 40)));
    }

    #[test]
    fn coco_identifiers() {
        is_not_read(&paths(400, |i| {
            format!("{}/{:012}.jpg", train_or_val(i), scrambled(i, 580_000))
        }));
    }

    #[test]
    fn hashes() {
        is_not_read(&paths(400, |i| {
            format!(
                "{:016x}{:016x}.jpg",
                scrambled(i, u64::MAX),
                scrambled(i + 999, u64::MAX)
            )
        }));
    }

    #[test]
    fn universally_unique_identifiers() {
        is_not_read(&paths(400, |i| {
            let part = |n, below| scrambled(i * 4 + n, below);
            format!(
                "{:08x}-{:04x}-4{:03x}-{:012x}.png",
                part(0, 1 << 32),
                part(1, 1 << 16),
                part(2, 1 << 12),
                part(3, 1 << 40)
            )
        }));
    }

    #[test]
    fn flickr_identifiers_that_look_like_seconds() {
        is_not_read(&paths(400, |i| {
            format!(
                "{}_{:010x}.jpg",
                1_000_000_000 + scrambled(i, 1_100_000_000),
                scrambled(i + 5, 1 << 40)
            )
        }));
        is_not_read(&paths(400, |i| {
            format!("{}.jpg", 1_000_000_000 + scrambled(i, 1_100_000_000))
        }));
    }

    #[test]
    fn images_numbered_by_a_file_manager() {
        is_not_read(&paths(400, |i| {
            format!("{}/img ({}).jpg", train_or_val(i), i + 1)
        }));
    }

    #[test]
    fn class_word_and_number() {
        is_not_read(&paths(400, |i| {
            format!("train/{}.{}.jpg", ["cat", "dog"][(i % 2) as usize], i / 2)
        }));
        is_not_read(&paths(400, |i| format!("images/Abyssinian_{i}.jpg")));
    }

    #[test]
    fn class_folder_and_keyword() {
        is_not_read(&classes(400, |i| {
            format!(
                "train/{0}/image_{1:04}.jpg",
                ["accordion", "anchor"][(i % 2) as usize],
                i / 2
            )
        }));
    }

    #[test]
    fn patients_with_one_or_two_images() {
        is_not_read(&paths(400, |i| {
            format!("{}/patient_{i:04}.png", train_or_val(i))
        }));
        is_not_read(&paths(400, |i| format!("{:08}_{:03}.png", i / 2, i % 2)));
        is_not_read(&paths(400, |i| {
            format!("patient{:05}/study1/view{}_frontal.jpg", i / 2, i % 2 + 1)
        }));
    }

    #[test]
    fn years_and_numbers() {
        is_not_read(&paths(400, |i| {
            format!("JPEGImages/{}_{:06}.jpg", 2007 + i / 100, i % 100)
        }));
    }

    #[test]
    fn people_and_numbers() {
        is_not_read(&classes(400, |i| {
            format!(
                "Person_{0}/Person_{0}_{1:04}.jpg",
                ["A", "B", "C", "D"][(i / 100) as usize],
                i % 100
            )
        }));
    }

    #[test]
    fn classes_numbered_in_two_fields() {
        is_not_read(&classes(400, |i| {
            format!("{:03}.bird/{:03}_{:04}.jpg", i / 100, i / 100, i % 100)
        }));
    }

    #[test]
    fn splits_that_number_their_frames_each_on_their_own() {
        is_not_read(&paths(400, |i| match i.checked_sub(300) {
            Some(i) => format!("val/frame_{i:04}.png"),
            None => format!("train/frame_{i:04}.png"),
        }));
    }

    #[test]
    fn positions_of_tiles() {
        is_not_read(&paths(400, |i| {
            format!("slide1_x{}_y{}.png", i % 20 * 256, i / 20 * 256)
        }));
    }

    #[test]
    fn words_without_numbers() {
        let (recordings, _) = read(&testing::samples(&["a.png", "b.png", "äö.png", ""]));
        assert!(recordings.is_none());
        assert!(read(&[]).0.is_none());
    }
}

mod overridden {
    use super::*;
    use crate::sequence::pattern::SequencePattern;

    #[test]
    fn a_pattern_is_never_refused_by_pixels() {
        let samples = paths(400, |i| format!("{i:05}.png"));
        let pattern = SequencePattern::parse("(?<index>[0-9]+)").unwrap();
        let inputs = Inputs {
            samples: &samples,
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
}

mod robust {
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
}
