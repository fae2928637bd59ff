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
