//! What a person sees.

use crate::workspace::Workspace;
use unicode_width::UnicodeWidthStr;

fn leaking() -> Workspace {
    let workspace = Workspace::new();
    let long =
        "a-class-with-a-rather-long-name-that-would-not-fit-on-one-line-of-a-terminal-at-all";
    for seed in 0..12 {
        workspace.image(&format!("train/{long}/{seed}.png"), seed);
    }
    workspace.copy(
        &format!("train/{long}/3.png"),
        &format!("val/{long}/copy of three.png"),
    );
    workspace
        .image("val/other/1.png", 777)
        .file("val/other/empty.png", "");
    workspace.file("val/other/画像.png", "neither");
    workspace
}

#[test]
fn the_summary_tells_the_point_without_json() {
    let text = leaking().run(&["check", ".", "--max-leakage", "1%"]).stdout;
    for words in [
        "val from train",
        "50.0 % leaked",
        "1 of 2",
        "same-bytes",
        "copy of three.png",
        "3.png",
        "zero-byte-file",
        "failed",
        "--json report.json",
    ] {
        assert!(text.contains(words), "{words:?} is missing from\n{text}");
    }
}

#[test]
fn the_summary_fits_80_columns_and_is_plain_when_piped() {
    let text = leaking().run(&["check", ".", "--max-leakage", "1%"]).stdout;
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
    }
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn the_answer_is_the_first_line_and_the_last() {
    let answer = "1 of 2 validation images also occurs in training";
    for (more, verdict) in [
        (&["--max-leakage", "0"][..], "failed"),
        (&["--max-leakage", "1", "--max-unreadable", "9"], "passed"),
        (&["--max-unreadable", "9"], "no limit set: not judged"),
        (&[], "could not check everything"),
    ] {
        let text = leaking().run(&[&["check", "."], more].concat()).stdout;
        assert_eq!(text.lines().next(), Some(answer), "{text}");
        let last = format!("{answer} ({verdict})");
        assert_eq!(text.lines().last(), Some(&*last), "{text}");
    }
}

#[test]
fn hints_repeat_how_the_dataset_was_named() {
    let workspace = leaking();
    let mut rows = String::from("path,half\n");
    let long =
        "a-class-with-a-rather-long-name-that-would-not-fit-on-one-line-of-a-terminal-at-all";
    rows.push_str(&format!(
        "train/{long}/3.png,train\nval/{long}/copy of three.png,val\n"
    ));
    workspace.file("a b.csv", rows);
    let arguments = [
        "--manifest",
        "a b.csv",
        "--split-column",
        "half",
        "--group-pattern",
        "(?<group>1)",
    ];
    let text = workspace
        .run(&[&["check", "."], &arguments[..]].concat())
        .stdout;
    let hint = "--manifest 'a b.csv' --split-column half --group-pattern '(?<group>1)'";
    for command in ["splitleak check .", "splitleak split ."] {
        assert!(text.contains(&format!("{command} {hint}")), "{text}");
    }
}

#[test]
fn quiet_prints_nothing_but_errors() {
    let run = leaking().run(&["check", ".", "-q"]);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str(), run.status),
        ("", "", 2)
    );
}

#[test]
fn the_help_of_a_check_tells_the_exit_statuses() {
    let text = Workspace::new().run(&["check", "--help"]).stdout;
    for words in ["Exit status", "--max-leakage", "Examples"] {
        assert!(text.contains(words), "{text}");
    }
}
