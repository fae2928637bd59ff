//! Of two copies a baseline accepts the one that was there before, where only changes are judged,
//! too.
#![cfg(unix)]

use serde_json::Value;

use crate::git::{commit_all, git, repository, since};
use crate::workspace::{Workspace, encode, picture};

const LEAK: &str = "data/val/c/leak.png";

/// Accepts everything that is there, and commits it.
fn accept(workspace: &Workspace) {
    let write = ["baseline", "write", "data", "--no-cache", "--quiet"];
    let run = workspace.run(&[&write[..], &["--reason", "as published"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    commit_all(workspace, false);
}

/// One leak, accepted.
fn accepted() -> Workspace {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", LEAK);
    accept(&workspace);
    workspace
}

/// Exit statuses of what is in the working tree and of what is staged, which are the same.
fn status(workspace: &Workspace, more: &[&str]) -> (Value, i32) {
    git(workspace.root(), &["add", "--all"]);
    let (report, status, said) = since(workspace, "HEAD", more);
    let (_, staged, _) = since(workspace, "HEAD", &[&["--staged"], more].concat());
    assert_eq!(status, staged, "{said}");
    (report, status)
}

#[test]
fn a_second_copy_of_an_accepted_image_is_new() {
    let workspace = accepted();
    workspace.copy(LEAK, "data/val/c/second.png");
    let (report, ended) = status(&workspace, &[]);
    assert_eq!(ended, 1);
    let beside = &report["scope"]["beside"];
    assert_eq!(
        (
            &beside[0]["code"],
            &beside[0]["path"],
            beside.as_array().map(Vec::len)
        ),
        (&"leak-same-bytes".into(), &"val/c/leak.png".into(), Some(1))
    );
    let said = report["gate"]["violations"][0]["message"].as_str().unwrap();
    assert!(said.starts_with("1 of 5"), "{said}");
    // Accepted as well, both are.
    accept(&workspace);
    workspace.copy(LEAK, "data/val/c/third.png");
    assert_eq!(status(&workspace, &[]).1, 1);
}

#[test]
fn an_accepted_image_that_moves_stays_accepted() {
    let workspace = accepted();
    git(workspace.root(), &["mv", LEAK, "data/val/c/moved.png"]);
    let (report, ended) = status(&workspace, &[]);
    assert_eq!(
        (ended, &report["scope"]["beside"]),
        (0, &Value::Array(Vec::new()))
    );
}

#[test]
fn one_of_two_accepted_copies_may_move() {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", LEAK);
    workspace.copy(LEAK, "data/val/c/second.png");
    accept(&workspace);
    git(workspace.root(), &["mv", LEAK, "data/val/c/moved.png"]);
    assert_eq!(status(&workspace, &[]).1, 0);
    workspace.copy("data/val/c/second.png", LEAK);
    assert_eq!(status(&workspace, &[]).1, 1);
}

#[test]
fn a_new_training_image_brings_no_copy_twice() {
    // Both leak from what is new, so both are listed and each is accepted once.
    let workspace = repository();
    workspace.copy("data/train/c/1.png", LEAK);
    workspace.copy(LEAK, "data/val/c/second.png");
    accept(&workspace);
    workspace.copy(LEAK, "data/train/c/new.png");
    let (report, ended) = status(&workspace, &[]);
    assert_eq!(
        (ended, &report["scope"]["beside"]),
        (0, &Value::Array(Vec::new()))
    );
}

#[test]
fn a_suppressed_copy_takes_nothing_from_the_baseline() {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", LEAK);
    workspace.copy(LEAK, "data/val/d/known.png");
    let suppressed =
        "[[suppress]]\ncode = \"leak-same-bytes\"\npath = \"val/d/**\"\nreason = \"known\"\n";
    workspace.file("splitleak.toml", suppressed);
    accept(&workspace);
    git(workspace.root(), &["mv", LEAK, "data/val/c/moved.png"]);
    assert_eq!(status(&workspace, &[]).1, 0);
}

#[test]
fn a_second_copy_under_a_code_that_fails_is_new() {
    let workspace = repository();
    let misnamed = encode(&picture(50), "x.jpg");
    workspace.file("data/train/c/a.png", &misnamed);
    accept(&workspace);
    let fails = ["--fail-on", "extension-mismatch"];
    assert_eq!(status(&workspace, &fails).1, 0);
    git(
        workspace.root(),
        &["mv", "data/train/c/a.png", "data/train/c/b.png"],
    );
    assert_eq!(status(&workspace, &fails).1, 0, "moved");
    workspace.file("data/train/c/a.png", &misnamed);
    git(workspace.root(), &["add", "--all"]);
    git(workspace.root(), &["commit", "--quiet", "--message", "x"]);
    workspace.file("data/train/c/second.png", &misnamed);
    assert_eq!(status(&workspace, &fails).1, 1);
}

#[test]
fn a_second_copy_in_a_shared_group_is_new() {
    let workspace = repository();
    let pattern = ["--group-pattern", "(?<group>p[0-9]+)"];
    workspace.image("data/train/c/p7_a.png", 60);
    workspace.image("data/val/c/p7_b.png", 61);
    let write = [
        "baseline",
        "write",
        "data",
        "--no-cache",
        "--quiet",
        "--reason",
        "x",
    ];
    let run = workspace.run(&[&write[..], &pattern].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    commit_all(&workspace, false);
    git(
        workspace.root(),
        &["mv", "data/val/c/p7_b.png", "data/val/c/p7_c.png"],
    );
    assert_eq!(status(&workspace, &pattern).1, 0, "moved");
    workspace.image("data/val/c/p7_b.png", 61);
    assert_eq!(status(&workspace, &pattern).1, 1, "moved, and copied");
}

/// A leaked image whose bytes one training split has, and another one re-saved.
fn leaks_twice(suppressed: Option<&str>) -> Workspace {
    let workspace = repository();
    workspace.image("data/images/val.png", 70);
    workspace.copy("data/images/val.png", "data/images/bytes.png");
    workspace.image("data/images/saved.jpg", 70);
    for seed in 71..75 {
        workspace.image(&format!("data/images/{seed}.png"), seed);
    }
    let head = "path,split\nimages/71.png,train\nimages/72.png,train\nimages/73.png,more\nimages/74.png,val\n";
    let rows = "images/val.png,val\nimages/saved.jpg,train\n";
    workspace.file(
        "data/manifest.csv",
        format!("{head}{rows}images/bytes.png,more\n"),
    );
    let suppress = suppressed.map_or(String::new(), |code| {
        format!("[[suppress]]\ncode = \"{code}\"\nreason = \"known\"\n")
    });
    let settings = format!("role = [\"more=training\"]\nmax-leakage = \"0\"\n{suppress}");
    workspace.file("splitleak.toml", settings);
    accept(&workspace);
    assert_eq!(full(&workspace), 0);
    // Without the bytes.
    workspace.file("data/manifest.csv", format!("{head}{rows}"));
    assert_eq!(full(&workspace), 0);
    workspace.copy("data/images/val.png", "data/images/second.png");
    workspace.file(
        "data/manifest.csv",
        format!("{head}{rows}images/second.png,val\n"),
    );
    workspace
}

fn full(workspace: &Workspace) -> i32 {
    workspace
        .run(&["check", "data", "--no-cache", "--quiet"])
        .status
}

#[test]
fn an_image_accepted_on_two_kinds_of_evidence_is_one_image() {
    assert_eq!(full(&leaks_twice(None)), 1);
}

#[test]
fn what_is_suppressed_on_strong_evidence_is_accepted_on_weaker() {
    assert_eq!(full(&leaks_twice(Some("leak-same-bytes"))), 1);
}

#[test]
fn a_baseline_that_has_both_kinds_of_evidence_accepts_one_image() {
    let workspace = leaks_twice(None);
    let file = workspace.path("splitleak-baseline.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let group = text.find("[[accepted]]").unwrap();
    let of_looks = text[group..].replace("leak-same-bytes", "leak-near-duplicate");
    std::fs::write(&file, format!("{text}\n{of_looks}")).unwrap();
    // While both are there, the entry for the weaker is left over, and goes.
    let rows = std::fs::read_to_string(workspace.path("data/manifest.csv")).unwrap();
    let one = rows.replace("images/second.png,val", "images/bytes.png,more");
    workspace.file("data/manifest.csv", one);
    let prune = workspace.run(&["baseline", "prune", "data", "--no-cache", "--quiet"]);
    assert_eq!(prune.status, 0, "{}", prune.stderr);
    assert_eq!(full(&workspace), 0);
    workspace.file("data/manifest.csv", rows);
    assert_eq!(full(&workspace), 1);
}
