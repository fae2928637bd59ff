//! Limits, codes, exit statuses, configuration.

use crate::workspace::Workspace;

/// One of four validation images leaks.
fn leaking() -> Workspace {
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("train/2.png", 2);
    workspace
        .image("val/3.png", 3)
        .image("val/4.png", 4)
        .image("val/5.png", 5);
    workspace.copy("train/1.png", "val/leak.png");
    workspace
}

#[test]
fn without_a_limit_a_leak_is_reported_and_passes() {
    let (report, status) = leaking().check(&[]);
    assert_eq!(
        (report["gate"]["passed"].as_bool(), status),
        (Some(true), 0)
    );
}

#[test]
fn a_limit_fails_above_itself_and_passes_at_itself() {
    for (limit, expected) in [("0", 1), ("1", 0), ("24.9%", 1), ("25%", 0), ("0.5%", 1)] {
        let (report, status) = leaking().check(&["--max-leakage", limit]);
        assert_eq!(status, expected, "{limit}");
        assert_eq!(report["gate"]["passed"], expected == 0, "{limit}");
    }
}

#[test]
fn a_code_can_fail_the_gate() {
    let (report, status) = leaking().check(&["--fail-on", "leak-same-bytes"]);
    assert_eq!(
        (report["gate"]["violations"][0]["code"].as_str(), status),
        (Some("fail-on"), 1)
    );
    let (_, status) = leaking().check(&["--fail-on", "leak-same-pixels,zero-byte-file"]);
    assert_eq!(status, 0);
}

#[test]
fn codes_and_limits_that_do_not_exist_are_refused() {
    let said = leaking().refused(&[".", "--fail-on", "leek"]);
    assert!(
        said.contains("leek") && said.contains("leak-same-bytes"),
        "{said}"
    );
    let said = leaking().refused(&[".", "--max-leakage", "0.5"]);
    assert!(said.contains("0.5%"), "{said}");
}

#[test]
fn an_unreadable_image_is_never_a_silent_pass() {
    let workspace = leaking();
    workspace.file("val/broken.png", "");
    let (report, status) = workspace.check(&[]);
    assert_eq!(
        (report["gate"]["passed"].as_bool(), status),
        (Some(false), 2)
    );
    assert_eq!(report["gate"]["violations"][0]["code"], "incomplete");
    assert_eq!(workspace.check(&["--max-unreadable", "1"]).1, 0);
    // What is known to be too much is too much, whatever else could not be read.
    assert_eq!(workspace.check(&["--max-leakage", "0"]).1, 1);
}

#[test]
fn an_empty_split_is_never_a_silent_pass() {
    let workspace = leaking();
    std::fs::create_dir(workspace.path("test")).unwrap();
    let (report, status) = workspace.check(&["--max-leakage", "100%"]);
    assert_eq!(status, 2);
    assert_eq!(report["finding_counts"]["empty-split"], 1);
    let test = report["leakage"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["evaluation_split"] == "test");
    assert_eq!(test.unwrap()["leaked"]["fraction"], serde_json::Value::Null);
}

#[test]
fn the_configuration_file_carries_the_same_settings_and_the_command_line_wins() {
    let workspace = leaking();
    workspace.file("splitleak.toml", "max-leakage = \"0\"\n");
    assert_eq!(workspace.check(&[]).1, 1);
    assert_eq!(workspace.check(&["--max-leakage", "50%"]).1, 0);
    workspace.file("other.toml", "fail-on = [\"leak-same-bytes\"]\n");
    assert_eq!(
        workspace
            .check(&["--config", "other.toml", "--max-leakage", "50%"])
            .1,
        1
    );
}

#[test]
fn a_broken_configuration_stops_the_check() {
    let workspace = leaking();
    workspace.file("splitleak.toml", "max-leek = 1\n");
    let said = workspace.refused(&["."]);
    assert!(
        said.contains("max-leek")
            && said.contains("max-leakage")
            && said.contains("splitleak.toml"),
        "{said}"
    );
    let said = workspace.refused(&[".", "--config", "absent.toml"]);
    assert!(
        said.contains("absent.toml") && said.contains("caused by"),
        "{said}"
    );
}

#[test]
fn misuse_exits_with_two() {
    let workspace = leaking();
    for arguments in [
        &["check"][..],
        &["check", ".", "--no-such-flag"],
        &["check", "--train", "train"],
        &["check", ".", "--similarity", "1.5"],
        &["check", ".", "--json", "no/such/directory/report.json"],
    ] {
        let run = workspace.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(
            run.stderr.contains("error"),
            "{arguments:?}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_reader_that_goes_away_does_not_change_the_verdict() {
    use std::process::{Command, Stdio};
    let workspace = leaking();
    let mut child = Command::new(env!("CARGO_BIN_EXE_splitleak"))
        .args(["check", ".", "--max-leakage", "0"])
        .current_dir(workspace.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
