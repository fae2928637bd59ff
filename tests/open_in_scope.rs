//! What keeps the verdict open keeps it open in a part of the dataset, too: nothing that a full
//! check tells of a changed file is lost, and `--strict` fails wherever the verdict is unknown.

use serde_json::Value;

use crate::git::{commit_all, since};
use crate::workspace::{Workspace, codes, paths_of};

/// Ten images that a manifest lists, committed.
fn listed() -> Workspace {
    let workspace = Workspace::new();
    let mut rows = vec!["path,split".to_owned()];
    for seed in 0..10 {
        let split = if seed < 7 { "train" } else { "val" };
        workspace.image(&format!("data/{split}/{seed}.png"), seed + 1);
        rows.push(format!("{split}/{seed}.png,{split}"));
    }
    workspace.file("data/manifest.csv", rows.join("\n"));
    commit_all(&workspace, true);
    workspace
}

fn verdict(report: &Value) -> &str {
    report["verdict"].as_str().unwrap()
}

#[test]
fn an_image_that_neither_git_nor_the_manifest_knows_is_told_of() {
    let workspace = listed();
    let strict = ["--strict"];
    let (report, status, _) = since(&workspace, "HEAD", &strict);
    assert_eq!((verdict(&report), status), ("clear", 0));
    workspace.copy("data/train/0.png", "data/val/new.png");
    let (report, status, said) = since(&workspace, "HEAD", &strict);
    assert_eq!((verdict(&report), status), ("unknown", 1), "{said}");
    assert_eq!(paths_of(&report, "sample-without-split"), ["val/new.png"]);
    assert!(said.contains("do not track"), "{said}");
    // Nobody asks about one that is no copy and lies in no split's folder.
    std::fs::remove_file(workspace.path("data/val/new.png")).unwrap();
    workspace.image("data/docs/figure.png", 90);
    let (report, status, _) = since(&workspace, "HEAD", &strict);
    assert_eq!((verdict(&report), status), ("clear", 0));
    assert_eq!(paths_of(&report, "unlisted-file"), ["docs/figure.png"]);
}

#[test]
fn what_was_open_before_fails_a_strict_gate_until_it_is_accepted() {
    let workspace = listed();
    workspace.copy("data/train/0.png", "data/val/old.png");
    commit_all(&workspace, false);
    let strict = ["--strict"];
    let (report, status, _) = since(&workspace, "HEAD", &strict);
    assert_eq!((verdict(&report), status), ("unknown", 1));
    let arguments = [
        "baseline",
        "write",
        "data",
        "--reason",
        "a copy for the web",
        "--no-cache",
    ];
    assert_eq!(workspace.run(&arguments).status, 0);
    commit_all(&workspace, false);
    let (report, status, said) = since(&workspace, "HEAD", &strict);
    assert_eq!(status, 0, "{said} {}", report["gate"]);
}

#[test]
fn a_mask_that_git_does_not_know_is_a_change_of_its_picture() {
    let workspace = Workspace::new();
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        workspace.image(&format!("data/{split}/images/{seed}.png"), seed);
        let mask =
            image::RgbImage::from_fn(64, 48, |x, _| image::Rgb([(x / (seed + 8) % 2) as u8; 3]));
        let mask = crate::workspace::encode(&mask, "mask.png");
        if seed != 8 {
            workspace.file(&format!("data/{split}/masks/{seed}.png"), mask);
        } else {
            workspace.file("mask.png", mask);
        }
    }
    commit_all(&workspace, true);
    workspace.copy("mask.png", "data/val/masks/8.png");
    let (report, _, _) = since(&workspace, "HEAD", &[]);
    assert_eq!(report["scope"]["samples"], 1, "{}", report["scope"]);
}

#[test]
fn a_patient_that_a_new_training_image_brings_is_asked_about() {
    let workspace = Workspace::new();
    for patient in 0..12 {
        let split = if patient < 8 { "train" } else { "val" };
        for view in 0..6 {
            let name = format!("data/{split}/patient{patient:03}_{view}.png");
            workspace.image(&name, patient * 10 + view + 1);
        }
    }
    commit_all(&workspace, true);
    let strict = ["--strict"];
    let (report, status, _) = since(&workspace, "HEAD", &strict);
    assert_eq!(
        (verdict(&report), status),
        ("clear", 0),
        "{:?}",
        codes(&report)
    );
    for patient in 8..12 {
        let name = format!("data/train/patient{patient:03}_9.png");
        workspace.image(&name, 500 + patient);
    }
    let full = workspace
        .run(&["check", "data", "--strict", "--no-cache"])
        .status;
    let (report, status, _) = since(&workspace, "HEAD", &strict);
    assert_eq!((verdict(&report), status, full), ("unknown", 1, 1));
}
