//! The demo dataset is what its generator makes, and tells the truth.

use crate::road;
use crate::workspace::{leaked, validate};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

const DRIVING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/driving");

fn check(more: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_splitleak"))
        .args([
            "check",
            DRIVING,
            "--json",
            "-",
            "--pairs-per-sample",
            "1000",
        ])
        .args(more)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    validate(&report);
    report
}

#[test]
fn committed_frames_are_the_generators() {
    for frame in (0..road::FRAMES).step_by(29) {
        let bytes = std::fs::read(format!("{DRIVING}/{}", road::path(frame))).unwrap();
        let committed = image::load_from_memory(&bytes).unwrap().to_rgb8();
        let made = image::load_from_memory(&road::jpeg(frame))
            .unwrap()
            .to_rgb8();
        // Sines differ in the last bit between platforms; a pixel may then differ by a little.
        let difference: u64 = committed
            .iter()
            .zip(made.iter())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum();
        assert!(
            difference < committed.len() as u64 / 10,
            "frame {frame} differs by {difference}"
        );
    }
}

#[test]
fn committed_manifests_are_the_generators() {
    for (name, made) in [
        ("manifest.csv", road::random_manifest()),
        ("manifest-block.csv", road::block_manifest()),
        ("truth.csv", road::truth()),
    ] {
        assert_eq!(
            std::fs::read_to_string(format!("{DRIVING}/{name}")).unwrap(),
            made,
            "{name}"
        );
    }
}

#[test]
fn a_random_split_of_the_drive_leaks_nearly_every_frame() {
    let report = check(&[]);
    let truth = csv::Reader::from_path(format!("{DRIVING}/truth.csv"))
        .unwrap()
        .into_records();
    let steps: BTreeMap<String, u32> = truth
        .map(|row| row.unwrap())
        .map(|row| (row[0].to_owned(), row[2].parse().unwrap()))
        .collect();
    let next_to_training = steps.values().filter(|&&steps| steps == 1).count() as u64;
    assert!(next_to_training >= 45, "{next_to_training}");
    assert!(
        leaked(&report) >= next_to_training * 95 / 100,
        "{}",
        report["leakage"]
    );
    // What is paired was recorded close together: the drive passes no place twice.
    for pair in report["pairs"].as_array().unwrap() {
        let frame = |side: &str| {
            pair[side]["path"].as_str().unwrap()[13..18]
                .parse::<i32>()
                .unwrap()
        };
        assert!(
            (frame("evaluation") - frame("training")).abs() <= 10,
            "{pair}"
        );
    }
}

#[test]
fn a_split_in_time_with_a_gap_does_not_leak() {
    let report = check(&["--manifest", &format!("{DRIVING}/manifest-block.csv")]);
    assert_eq!(leaked(&report), 0, "{}", report["pairs"]);
    assert_eq!(report["leakage"][0]["leaked"]["denominator"], 48);
}
