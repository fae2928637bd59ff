//! `split --from-current`: the fewest changes that make a split free of leaks.

use std::collections::BTreeMap;

use crate::workspace::{Run, Workspace};

const DRIVING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/driving");

fn from_current(workspace: &Workspace, more: &[&str]) -> Run {
    workspace.run(&[&["split", "data", "--from-current"], more].concat())
}

/// Thirty pictures to train on, of two classes, and ten to validate on.
fn photos() -> Workspace {
    let workspace = Workspace::new();
    let class = |i: u32| ["cat", "dog"][i as usize % 2];
    for i in 0..30 {
        workspace.image(&format!("data/train/{}/{i:02}.png", class(i)), i);
    }
    for i in 30..40 {
        workspace.image(&format!("data/val/{}/{i}.png", class(i)), i);
    }
    workspace
}

/// Exit status of the gate over what was written.
fn gate(workspace: &Workspace) -> i32 {
    let limits = ["--max-leakage", "0", "--quiet"];
    let arguments = ["check", "data", "--manifest", "new.csv"];
    workspace.run(&[&arguments[..], &limits].concat()).status
}

/// Paths of a manifest by split.
fn splits(csv: &str) -> BTreeMap<String, Vec<String>> {
    let mut splits: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in csv::Reader::from_reader(csv.as_bytes()).records() {
        let row = row.unwrap();
        splits
            .entry(row[1].to_owned())
            .or_default()
            .push(row[0].to_owned());
    }
    splits
}

#[test]
fn copies_go_where_most_of_them_are_and_the_gate_passes() {
    let workspace = photos();
    // Two in training with one in validation, and one with one.
    workspace.copy("data/train/cat/00.png", "data/train/cat/00b.png");
    workspace.copy("data/train/cat/00.png", "data/val/cat/00.png");
    workspace.copy("data/train/dog/01.png", "data/val/dog/01.png");
    let run = from_current(&workspace, &["--diff", "-", "--out", "new.csv"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(
        run.stdout,
        "train/dog/01.png -> val\nval/cat/00.png -> train\n"
    );
    let told = run.stderr;
    for line in [
        "2 samples move and 0 are left out, of 43: 1 from train to val, 1 from val to train\n",
        "no fewer will do with whole clusters of copies and whole groups\n",
        "leaving out every leaked evaluated image instead: 2 of 12\n",
        "  train: 31 -> 31\n  val: 12 -> 12\n    cat: 6 -> 5 (50.0 % -> 41.7 %)\n",
        "sizes are kept within 10 %\nevaluated classes are kept within 10 %\n",
        "searched again: 0 of 12 evaluated images leak\n",
    ] {
        assert!(told.contains(line), "{line}{told}");
    }
    assert_eq!(gate(&workspace), 0);
    let manifest = std::fs::read_to_string(workspace.path("new.csv")).unwrap();
    assert_eq!(manifest.lines().count(), 44);
    assert!(
        manifest.contains("train/dog/01.png,val,dog\n"),
        "{manifest}"
    );
    // Nothing is moved.
    assert!(workspace.path("data/val/cat/00.png").exists());
}

#[test]
fn dropping_leaves_every_other_sample_where_it_is() {
    let workspace = photos();
    workspace.copy("data/train/cat/00.png", "data/val/cat/00.png");
    workspace.copy("data/train/dog/01.png", "data/val/dog/01.png");
    let by = [
        "--by",
        "drop",
        "--drop-list",
        "drop.csv",
        "--out",
        "new.csv",
    ];
    let run = from_current(&workspace, &by);
    assert_eq!(run.status, 0, "{}", run.stderr);
    // In doubt what is evaluated stays.
    let drop = std::fs::read_to_string(workspace.path("drop.csv")).unwrap();
    assert_eq!(
        drop,
        "path,split\ntrain/cat/00.png,train\ntrain/dog/01.png,train\n"
    );
    assert!(
        run.stdout.contains("0 samples move and 2 are left out"),
        "{}",
        run.stdout
    );
    assert_eq!(gate(&workspace), 0);
}

#[test]
fn a_split_without_leaks_does_not_change() {
    let workspace = photos();
    let run = from_current(&workspace, &["--diff", "-"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(
        run.stderr.contains("nothing has to change\n"),
        "{}",
        run.stderr
    );
    let run = from_current(&workspace, &["--drop-list", "-", "--quiet"]);
    assert_eq!((&*run.stdout, &*run.stderr), ("path,split\n", ""));
}

#[test]
fn a_file_listed_twice_stays_once_and_splits_to_evaluate_on_are_kept_apart() {
    let workspace = photos();
    workspace.image("data/test/cat/50.png", 50);
    let mut rows = "path,split\n".to_owned();
    for i in 0..10 {
        let class = ["cat", "dog"][i % 2];
        rows += &format!("train/{class}/{i:02}.png,train\n");
    }
    rows += "train/cat/00.png,val\nval/cat/30.png,val\nval/dog/31.png,val\n";
    rows += "val/cat/30.png,test\ntest/cat/50.png,test\n";
    workspace.file("data/manifest.csv", rows);
    let run = from_current(
        &workspace,
        &["--diff", "-", "--out", "new.csv", "--tolerance", "0.5"],
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    // In doubt the validation split keeps it from training, and the test split from validation.
    let expected = "- train/cat/00.png (train)\n- val/cat/30.png (val)\n";
    assert_eq!(run.stdout, expected);
    let manifest = std::fs::read_to_string(workspace.path("new.csv")).unwrap();
    let splits = splits(&manifest);
    assert_eq!(splits["test"], ["test/cat/50.png", "val/cat/30.png"]);
    assert_eq!(splits["val"], ["train/cat/00.png", "val/dog/31.png"]);
    assert_eq!(splits["train"].len(), 9);
    assert_eq!(gate(&workspace), 0);
}

#[test]
fn declared_groups_stay_whole() {
    let workspace = Workspace::new();
    for i in 0..24u32 {
        // Patient 3 has four pictures in training and one in validation.
        let patient = if i == 23 { 3 } else { i / 4 };
        let split = if i < 16 { "train" } else { "val" };
        workspace.image(&format!("data/{split}/p{patient}_{i:02}.png"), i);
    }
    let group = ["--group-pattern", r"(?<group>p\d)_"];
    let run = from_current(&workspace, &[&group[..], &["--diff", "-"]].concat());
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stdout, "val/p3_23.png -> train\n");
    assert!(
        run.stderr.contains("verified: no copy, neighbour or group"),
        "{}",
        run.stderr
    );
}

#[test]
fn sizes_that_cannot_be_kept_are_told() {
    let workspace = photos();
    // All of validation is one picture, which training has twice as often.
    for i in 0..4 {
        workspace.copy("data/train/cat/00.png", &format!("data/all/val/{i}.png"));
        workspace.copy("data/train/cat/00.png", &format!("data/all/train/a{i}.png"));
        workspace.copy("data/train/cat/00.png", &format!("data/all/train/b{i}.png"));
    }
    workspace.image("data/all/train/c.png", 70);
    let run = workspace.run(&["split", "data/all", "--from-current"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let told = "sizes cannot be kept within 10 %";
    assert!(run.stdout.contains(told), "{}", run.stdout);
    assert!(run.stdout.contains("nothing was moved"), "{}", run.stdout);
}

#[test]
fn frames_drawn_one_by_one_become_stretches_and_a_split_by_time_stays() {
    let workspace = Workspace::new();
    let new = workspace.path("new.csv");
    let new = new.to_str().unwrap();
    let run = |manifest: &str, more: &[&str]| {
        let manifest = format!("{DRIVING}/{manifest}");
        let arguments = ["split", DRIVING, "--from-current", "--manifest", &manifest];
        workspace.run(&[&arguments[..], more].concat())
    };
    let repaired = run("manifest.csv", &["--out", new]);
    assert_eq!(repaired.status, 0, "{}", repaired.stderr);
    assert!(
        repaired.stdout.contains("searched again: 0 of "),
        "{}",
        repaired.stdout
    );
    let manifest = std::fs::read_to_string(new).unwrap();
    let validation = splits(&manifest)["val"].len();
    assert!((43..=53).contains(&validation), "{}", repaired.stdout);
    let check = ["check", DRIVING, "--manifest", new, "--max-leakage", "0"];
    assert_eq!(workspace.run(&check).status, 0);
    let kept = run("manifest-block.csv", &["--diff", "-"]);
    assert_eq!((kept.status, &*kept.stdout), (0, ""), "{}", kept.stderr);
}

#[test]
fn what_cannot_be_repaired_says_why() {
    let workspace = photos();
    workspace.image("flat/a.png", 1).image("flat/b.png", 2);
    for (arguments, words) in [
        (&["flat", "--from-current"][..], "needs a training split"),
        (
            &["data", "--from-current", "--tolerance", "2"],
            "`--tolerance 2` is out of range",
        ),
        (
            &["data", "--from-current", "--out", "-", "--diff", "-"],
            "cannot share standard output",
        ),
        (
            &["data", "--from-current", "--folds", "3"],
            "cannot be used with",
        ),
        (&["data", "--by", "drop", "--out", "-"], "--from-current"),
        (&["data"], "--out"),
    ] {
        let run = workspace.run(&[&["split"], arguments].concat());
        assert_eq!((run.status, &*run.stdout), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
}

/// Pictures to train on and, in a folder for each kind, a copy of every one.
fn edits(pictures: u32) -> Workspace {
    let workspace = Workspace::new();
    for i in 0..pictures {
        let original = format!("data/train/photo/{i:04}.png");
        workspace.image(&original, i);
        for kind in ["blur", "contrast", "corner", "noise", "same", "tone"] {
            workspace.copy(&original, &format!("data/val/{kind}/e{i:04}.png"));
        }
    }
    workspace
}

#[test]
fn what_names_may_tell_is_not_kept_where_nothing_could_be_divided() {
    // A folder a kind may be a group, and its pictures are copies of those of every other folder.
    let workspace = edits(12);
    let run = from_current(&workspace, &["--out", "new.csv"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let manifest = std::fs::read_to_string(workspace.path("new.csv")).unwrap();
    let sizes: Vec<usize> = splits(&manifest).values().map(Vec::len).collect();
    assert_eq!(sizes.len(), 2, "{manifest}");
    // Whole pictures with their copies.
    assert!(sizes.iter().all(|size| size % 7 == 0), "{sizes:?}");
    assert_eq!(gate(&workspace), 0);
    let run = workspace.run(&["split", "data", "--out", "other.csv"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let manifest = std::fs::read_to_string(workspace.path("other.csv")).unwrap();
    assert_eq!(splits(&manifest).len(), 2, "{}", run.stdout);
}

#[test]
fn a_split_with_an_empty_side_is_no_proposal() {
    let workspace = edits(1);
    let runs = [
        from_current(&workspace, &["--out", "new.csv"]),
        workspace.run(&["split", "data", "--out", "new.csv"]),
    ];
    for run in runs {
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(
            run.stderr.contains("leave one side empty"),
            "{}",
            run.stderr
        );
        assert!(!workspace.path("new.csv").exists());
    }
}
