//! What was recorded together, what explains a loss, and a split that does not leak, on the demo drive.

use crate::workspace::{Workspace, validate};
use serde_json::Value;

const DRIVING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/driving");

fn check(more: &[&str]) -> Value {
    let workspace = Workspace::new();
    let run = workspace.run(&[&["check", DRIVING, "--json", "-"], more].concat());
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    validate(&report);
    report
}

#[test]
fn distances_along_the_drive_are_those_of_the_truth() {
    let truth = csv::Reader::from_path(format!("{DRIVING}/truth.csv"))
        .unwrap()
        .into_records();
    let steps: Vec<u64> = truth.map(|row| row.unwrap()[2].parse().unwrap()).collect();
    let at = |wanted: u64| steps.iter().filter(|&&steps| steps == wanted).count() as u64;
    let report = check(&[]);
    let distances = &report["recordings"]["distances"][0];
    assert_eq!(distances["evaluation_samples"], steps.len() as u64);
    assert_eq!(
        (
            distances["at_1_step"].as_u64(),
            distances["at_2_steps"].as_u64()
        ),
        (Some(at(1)), Some(at(2)))
    );
    let together = &report["leakage"][0]["recorded_together"]["sequence-neighbour"];
    assert_eq!(together["samples"], steps.len() as u64);
    assert!(together["confirmed"].as_u64() >= Some(45), "{together}");
    assert!(report["finding_counts"]["leak-sequence-neighbour"] == 1);
}

#[test]
fn a_split_in_time_has_no_neighbour() {
    let report = check(&["--manifest", &format!("{DRIVING}/manifest-block.csv")]);
    assert_eq!(report["recordings"]["distances"][0]["at_1_step"], 0);
    assert_eq!(
        report["finding_counts"]["leak-sequence-neighbour"],
        Value::Null
    );
}

#[test]
fn shared_groups_of_a_pattern_are_told_and_fail_the_gate_when_asked() {
    let workspace = Workspace::new();
    workspace
        .image("train/p1_a.png", 1)
        .image("train/p2_a.png", 2);
    workspace.image("val/p2_b.png", 3).image("val/p3_b.png", 4);
    let pattern = [
        "--group-pattern",
        r"(?<group>p\d+)_",
        "--fail-on",
        "leak-shared-group",
    ];
    let (report, status) = workspace.check(&pattern);
    assert_eq!(status, 1, "{}", report["findings"]);
    assert_eq!(
        report["leakage"][0]["recorded_together"]["shared-group"]["samples"],
        1
    );
    assert_eq!(report["leakage"][0]["leaked"]["count"], 0);
    let said = workspace.refused(&[".", "--group-pattern", "(unclosed"]);
    assert!(said.contains("--group-pattern"), "{said}");
}

#[test]
fn without_a_question_nothing_is_explained() {
    assert_eq!(check(&[])["explanation"], Value::Null);
}

#[test]
fn losses_are_explained_in_the_report_and_on_the_terminal() {
    let losses = ["--train-loss", "0.0151", "--val-loss", "0.0098"];
    let report = check(&losses);
    let explanation = &report["explanation"];
    assert_eq!(explanation["t1"]["validation_loss"]["value"], 0.0098);
    assert!(
        explanation["t0"]["f_exposed"]["value"].as_f64() > Some(0.9),
        "{}",
        explanation["t0"]
    );
    assert!(explanation["t2"].is_object());
    let run = Workspace::new().run(&[&["check", DRIVING][..], &losses].concat());
    for words in ["Explanation", "0.0098", "lookup table", "exposed 100 %"] {
        assert!(
            run.stdout.contains(words),
            "{words} is missing from\n{}",
            run.stdout
        );
    }
    assert!(
        run.stdout.lines().all(|line| line.len() <= 120),
        "{}",
        run.stdout
    );
}

#[test]
fn logs_numbers_and_predictions_that_mean_nothing_are_refused() {
    let workspace = Workspace::new();
    workspace
        .file("log.txt", "no number here")
        .file("p.csv", "path,y_pred\nnot/here.jpg,0.5\n");
    let refused = |more: &[&str]| workspace.refused(&[&[DRIVING], more].concat());
    assert!(refused(&["--training-log", "log.txt"]).contains("no loss found"));
    assert!(refused(&["--training-log", "absent.txt"]).contains("absent.txt"));
    assert!(refused(&["--val-loss", "low"]).contains("--val-loss"));
    assert!(refused(&["--predictions", "p.csv"]).contains("none of the 1 predictions"));
    assert!(refused(&["--target-range", "1,-1", "--explain"]).contains("--target-range"));
}

#[test]
fn a_proposed_split_does_not_leak_and_has_the_size_asked_for() {
    let workspace = Workspace::new();
    let run = workspace.run(&["split", DRIVING, "--out", "split.csv", "--val-share", "0.2"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("verified"), "{}", run.stdout);
    let manifest = workspace.path("split.csv");
    let report = check(&["--manifest", manifest.to_str().unwrap()]);
    let distances = &report["recordings"]["distances"][0];
    assert_eq!(
        (
            distances["at_1_step"].as_u64(),
            distances["at_2_steps"].as_u64()
        ),
        (Some(0), Some(0))
    );
    let validation = report["dataset"]["splits"][1]["samples"].as_u64().unwrap();
    assert!((47..=49).contains(&validation), "{validation}");
    assert_eq!(
        report["leakage"][0]["leaked"]["count"], 0,
        "{}",
        report["pairs"]
    );
    assert_eq!(
        workspace
            .run(&["split", DRIVING, "--out", "-", "--val-share", "2"])
            .status,
        2
    );
}

#[test]
fn folds_leave_each_sample_out_once() {
    let workspace = Workspace::new();
    let run = workspace.run(&["split", DRIVING, "--out", "-", "--folds", "3"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(header[..4], ["path", "split_1", "split_2", "split_3"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), 240);
    for row in rows {
        assert_eq!(
            (1..4).filter(|&fold| &row[fold] == "val").count(),
            1,
            "{row:?}"
        );
    }
}
