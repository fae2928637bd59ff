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
    assert_eq!(report["gate"]["judged"], false);
    assert_eq!(
        leaking().check(&["--max-leakage", "1"]).0["gate"]["judged"],
        true
    );
}

#[test]
fn without_a_limit_no_format_says_that_it_passed() {
    let workspace = leaking();
    for (format, words) in [
        ("terminal", "no limit set: not judged"),
        ("markdown", "## splitleak: no limit set: not judged"),
        (
            "github",
            "splitleak: no limit set: not judged; 1 of 4 validation images",
        ),
        ("junit", "<skipped message=\"no limit set: not judged\""),
    ] {
        let said = |more: &[&str]| {
            let check = ["check", ".", "--format", format];
            workspace.run(&[&check[..], more].concat()).stdout
        };
        let text = said(&[]);
        assert!(
            text.contains(words) && !text.contains("passed"),
            "{format}: {text}"
        );
        let text = said(&["--max-leakage", "1"]);
        assert!(
            !text.contains("not judged") && text.contains("within the limits"),
            "{format}: {text}"
        );
    }
}

#[test]
fn a_dataset_without_splits_passes_no_limit_on_leaks() {
    let workspace = Workspace::new();
    workspace.image("1.png", 1).copy("1.png", "2.png");
    for (limit, expected) in [
        (&["--max-leakage", "100%"][..], 2),
        (&["--fail-on", "error"], 2),
        (&["--fail-on", "leak-shared-group"], 2),
        // Judged without splits.
        (&["--fail-on", "zero-byte-file"], 0),
        (&[], 0),
    ] {
        let (report, status) = workspace.check(limit);
        assert_eq!(status, expected, "{limit:?}: {}", report["gate"]);
    }
}

#[test]
fn what_is_accepted_never_beats_a_limit_of_the_command_line_in_silence() {
    let workspace = leaking();
    let codes = |report: &serde_json::Value| -> Vec<String> {
        let notes = report["gate"]["notes"].as_array().unwrap().iter();
        notes
            .map(|note| note["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let limit = ["--max-leakage", "0"];
    let suppression = "[[suppress]]\ncode = \"leak-same-bytes\"\nreason = \"x\"\n";
    workspace.file("splitleak.toml", suppression);
    let (report, status) = workspace.check(&limit);
    assert_eq!(
        (codes(&report), status),
        (vec!["accepted-beyond-limit".to_owned()], 0)
    );
    let text = workspace.run(&["check", ".", "--max-leakage", "0"]).stdout;
    assert!(
        text.contains("hold only because of what is accepted"),
        "{text}"
    );
    // Within the limit without it, or a limit of the same file: nothing to tell.
    assert_eq!(codes(&workspace.check(&["--max-leakage", "1"]).0), [""; 0]);
    workspace.file(
        "splitleak.toml",
        format!("max-leakage = \"0\"\n{suppression}"),
    );
    let (report, status) = workspace.check(&[]);
    assert_eq!((codes(&report), status), (Vec::new(), 0));
    std::fs::remove_file(workspace.path("splitleak.toml")).unwrap();
    workspace.run(&["baseline", "write", ".", "--reason", "x"]);
    let (report, status) = workspace.check(&limit);
    assert_eq!(
        (codes(&report), status),
        (vec!["accepted-beyond-limit".to_owned()], 0)
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
