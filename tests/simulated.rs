//! Splits tried on paper, and checks that open no image.

use crate::workspace::{Workspace, encode, picture};
use serde_json::Value;
use splitleak::internals::simulate;
use splitleak::settings::SimulatedSplit;

const FRAMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/driving/frames");

/// A check of the demo drive's frames, with their splits forgotten.
fn check(more: &[&str]) -> (Value, i32) {
    let arguments = [&[FRAMES, "--layout", "unsplit"], more].concat();
    Workspace::new().check_dataset(&arguments)
}

/// A manifest of the demo drive's frames that holds out what a simulation would.
fn manifest(rule: &str) -> String {
    let split: SimulatedSplit = rule.parse().unwrap();
    let mut names: Vec<String> = std::fs::read_dir(FRAMES)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let held_out = simulate(split, names.len(), None, None).unwrap();
    let rows = names.iter().zip(held_out).map(|(name, held_out)| {
        let split = if held_out { "val" } else { "train" };
        format!("{name},{split}\n")
    });
    "path,split\n".to_owned() + &rows.collect::<String>()
}

#[test]
fn a_simulated_split_says_what_a_check_of_it_says() {
    for rule in ["random:0.2:7", "last:0.2"] {
        let (simulated, _) = check(&["--simulate-split", rule]);
        let simulated = &simulated["simulated_splits"][0];
        assert_eq!(simulated["rule"], rule);
        let workspace = Workspace::new();
        workspace.file("split.csv", manifest(rule));
        let (real, _) = workspace.check_dataset(&[FRAMES, "--manifest", "split.csv"]);
        assert_eq!(simulated["leakage"], real["leakage"][0], "{rule}");
        assert_eq!(
            simulated["distances"], real["recordings"]["distances"][0],
            "{rule}"
        );
        assert_eq!(simulated["evaluation_samples"], 48);
    }
}

#[test]
fn several_ways_are_compared_and_the_grouped_ones_leak_less() {
    let ways = ["random:0.2:7", "block:0.2", "last:0.2"];
    let arguments: Vec<&str> = ways
        .iter()
        .flat_map(|way| ["--simulate-split", *way])
        .collect();
    let (report, status) = check(&arguments);
    assert_eq!(status, 0);
    let splits = report["simulated_splits"].as_array().unwrap();
    let leaked = |at: usize| splits[at]["leakage"]["leaked"]["count"].as_u64().unwrap();
    assert!(leaked(0) > 40 && leaked(1) < 10, "{splits:?}");
    assert_eq!(
        splits[0]["distances"]["interleaving"]["kind"],
        "random_frame"
    );
    assert_eq!(splits[1]["distances"]["interleaving"]["kind"], "blocked");
}

#[test]
fn counts_of_a_simulation_are_not_cut_with_the_pairs() {
    let workspace = Workspace::new();
    // Twelve copies of one picture and twelve others: a copy held out always has one in training.
    for copy in 0..12 {
        let bytes = encode(&picture(1), "a.png");
        workspace.file(
            &format!("all/copy{copy}.png"),
            [&bytes[..], &[copy]].concat(),
        );
        workspace.image(&format!("all/other{copy}.png"), 100 + u32::from(copy));
    }
    let count = |pairs: &str| {
        let simulate = [
            "all",
            "--simulate-split",
            "random:0.5:3",
            "--pairs-per-sample",
            pairs,
        ];
        let (report, _) = workspace.check_dataset(&simulate);
        let leaked = &report["simulated_splits"][0]["leakage"]["leaked"];
        (
            leaked["count"].as_u64().unwrap(),
            leaked["denominator"].clone(),
        )
    };
    let held_out = simulate("random:0.5:3".parse().unwrap(), 24, None, None).unwrap();
    let copies = held_out[..12].iter().filter(|held_out| **held_out).count() as u64;
    assert!((1..12).contains(&copies));
    assert_eq!(count("1"), (copies, 12.into()));
    assert_eq!(count("1"), count("50"));
}

#[test]
fn a_dataset_with_splits_is_divided_anew() {
    let workspace = Workspace::new();
    for seed in 0..10 {
        let split = if seed < 8 { "train" } else { "val" };
        workspace.image(&format!("{split}/{seed}.png"), seed);
    }
    let (report, _) = workspace.check(&["--simulate-split", "last:0.5"]);
    let simulated = &report["simulated_splits"][0];
    assert_eq!(simulated["training_samples"], 5);
    assert_eq!(simulated["leakage"]["leaked"]["denominator"], 5);
    assert_eq!(report["leakage"][0]["leaked"]["denominator"], 2);
}

#[test]
fn what_cannot_be_simulated_is_said_and_is_no_pass() {
    let workspace = Workspace::new();
    workspace.image("all/red.png", 1).image("all/blue.png", 2);
    let ways = [
        "--simulate-split",
        "block:0.2",
        "--simulate-split",
        "last:0.5",
    ];
    let (report, status) = workspace.check_dataset(&[&["all"][..], &ways].concat());
    assert_eq!(status, 2);
    let splits = report["simulated_splits"].as_array().unwrap();
    assert!(
        splits[0]["unavailable"]
            .as_str()
            .unwrap()
            .contains("recordings")
    );
    assert_eq!(splits[1]["evaluation_samples"], 1);
    assert_eq!(report["gate"]["violations"][0]["code"], "not-judged");
    let (report, status) = workspace.check_dataset(&["all", "--simulate-split", "last:0.01"]);
    let reason = report["simulated_splits"][0]["unavailable"]
        .as_str()
        .unwrap();
    assert!(status == 2 && reason.contains("hold out 0"), "{reason}");
    for (wrong, told) in [
        ("random:0.2", "random:FRACTION:SEED"),
        ("last:2", "above 0"),
    ] {
        let said = workspace.refused(&["all", "--simulate-split", wrong]);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn names_alone_tell_distances_and_never_pass() {
    let workspace = Workspace::new();
    for frame in 0..30 {
        let split = if frame % 5 == 2 { "val" } else { "train" };
        // Nothing that could be decoded: no file may be opened.
        workspace.file(&format!("{split}/clip1_frame_{frame:04}.png"), "");
    }
    let (report, status) = workspace.check(&["--names-only"]);
    assert_eq!(status, 2, "{}", report["gate"]);
    let coverage = &report["coverage"];
    assert_eq!(
        (&coverage["not_opened"], &coverage["unreadable"]),
        (&30.into(), &0.into())
    );
    assert_eq!(report["recordings"]["distances"][0]["at_1_step"], 6);
    let leakage = &report["leakage"][0];
    assert_eq!(leakage["leaked"]["fraction"], Value::Null);
    assert_eq!(
        leakage["recorded_together"]["sequence-neighbour"]["samples"],
        6
    );
    assert_eq!(
        leakage["recorded_together"]["sequence-neighbour"]["confirmed"],
        0
    );
    let (_, status) = workspace.check(&["--names-only", "--fail-on", "leak-sequence-neighbour"]);
    assert_eq!(status, 1);
    let run = workspace.run(&["check", ".", "--names-only"]);
    assert!(
        run.stdout.contains("pixels were not compared"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("unreadable"), "{}", run.stdout);
}
