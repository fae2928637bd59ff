//! `diff`: a share that the new report does not know is no share that got no worse.

use std::fs;

use crate::workspace::Workspace;

/// A clean dataset in `data` and the report on it.
fn reported() -> Workspace {
    let workspace = Workspace::new();
    for (split, seeds) in [("train", 1..=6), ("val", 11..=13), ("test", 21..=23)] {
        for seed in seeds {
            workspace.image(&format!("data/{split}/{seed}.png"), seed);
        }
    }
    check(&workspace, "old.json", &[]);
    workspace
}

fn check(workspace: &Workspace, name: &str, more: &[&str]) {
    let arguments = ["check", "data", "--quiet", "--no-cache", "--json", name];
    workspace.run(&[&arguments[..], more].concat());
}

/// Status and text of the comparison of the dataset as it is now.
fn compared(workspace: &Workspace, more: &[&str]) -> (i32, String) {
    check(workspace, "new.json", more);
    let run = workspace.run(&["diff", "old.json", "new.json"]);
    (run.status, run.stdout)
}

#[test]
fn a_split_that_is_gone_or_has_another_name_cannot_be_compared() {
    let workspace = reported();
    assert_eq!(compared(&workspace, &[]).0, 0);
    fs::remove_dir_all(workspace.path("data/val")).unwrap();
    let (status, said) = compared(&workspace, &[]);
    assert_eq!(status, 2, "{said}");
    assert!(
        said.contains("`val` from `train` was judged and is not"),
        "{said}"
    );
    assert!(said.ends_with("not known whether it is worse\n"), "{said}");

    let renamed = reported();
    fs::rename(renamed.path("data/val"), renamed.path("data/valid")).unwrap();
    assert_eq!(compared(&renamed, &[]).0, 2);

    let untrained = reported();
    fs::remove_dir_all(untrained.path("data/train")).unwrap();
    assert_eq!(compared(&untrained, &[]).0, 2);
}

#[test]
fn a_share_that_is_not_known_any_more_cannot_be_compared() {
    let workspace = reported();
    let (status, said) = compared(&workspace, &["--names-only"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("is not known any more"), "{said}");
}

#[test]
fn an_answer_that_became_open_is_lost_and_one_that_was_open_before_is_not() {
    let workspace = reported();
    workspace.copy("data/train/1.png", "data/val/leak.png");
    check(&workspace, "old.json", &[]);
    fs::remove_file(workspace.path("data/val/leak.png")).unwrap();
    // Less leaks, and a text tells splits that are not used.
    fs::create_dir(workspace.path("data/manifest.csv")).unwrap();
    check(&workspace, "new.json", &[]);
    let run = workspace.run(&["diff", "old.json", "new.json"]);
    assert_ne!(run.status, 0, "{}", run.stdout);
    assert!(
        run.stdout
            .contains("is not known in full any more: `description-not-used`")
    );
    let same = workspace.run(&["diff", "new.json", "new.json"]);
    assert_eq!(same.status, 0, "{}", same.stdout);
}

#[test]
fn what_is_worse_is_worse_whatever_cannot_be_compared() {
    let workspace = reported();
    workspace.copy("data/train/1.png", "data/test/leak.png");
    fs::remove_dir_all(workspace.path("data/val")).unwrap();
    let (status, said) = compared(&workspace, &[]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("cannot be compared"), "{said}");
}
