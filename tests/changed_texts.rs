//! A change of what tells the splits (lists, `data.yaml`, COCO's JSON, tables) brings its images
//! into scope, in the working tree and in the index.

use serde_json::{Value, json};

use crate::git::{commit_all, git, since};
use crate::workspace::Workspace;

/// Images of `data/images`; the first two are the same picture.
const IMAGES: usize = 8;

const KINDS: [&str; 6] = ["yolo", "lists", "coco", "tables", "manifest", "json-lines"];

/// Writes who is in which split, in one of the forms that datasets have.
fn describe(workspace: &Workspace, kind: &str, is_held_out: &[bool]) {
    let of = |held_out: bool| -> Vec<String> {
        let numbers = (0..IMAGES).filter(|image| is_held_out[*image] == held_out);
        numbers.map(|image| format!("images/{image}.png")).collect()
    };
    let (train, val) = (of(false), of(true));
    let rows = |row: fn(&str, &str) -> String| -> Vec<String> {
        let train = train.iter().map(|path| row(path, "train"));
        train
            .chain(val.iter().map(|path| row(path, "val")))
            .collect()
    };
    let lines = |head: &str, rows: &[String]| format!("{head}{}\n", rows.join("\n"));
    match kind {
        "yolo" => {
            let yaml = "train: train.txt\nval: val.txt\nnc: 1\nnames: [thing]\n";
            workspace.file("data/data.yaml", yaml);
            workspace.file("data/train.txt", lines("", &train));
            workspace.file("data/val.txt", lines("", &val));
        }
        "lists" => {
            workspace.file("data/sets/train.txt", lines("", &train));
            workspace.file("data/sets/val.txt", lines("", &val));
        }
        "coco" => {
            for (split, paths) in [("train", &train), ("val", &val)] {
                let names = paths.iter().map(|path| path.trim_start_matches("images/"));
                let images: Vec<Value> = names
                    .zip(1..)
                    .map(|(name, id)| json!({ "id": id, "file_name": name }))
                    .collect();
                let text = json!({ "images": images, "annotations": [], "categories": [] });
                let file = format!("data/annotations/instances_{split}.json");
                workspace.file(&file, text.to_string());
            }
        }
        "tables" => {
            workspace.file("data/train.csv", lines("path\n", &train));
            workspace.file("data/val.csv", lines("path\n", &val));
        }
        "manifest" => {
            let rows = rows(|path, split| format!("{path},{split}"));
            workspace.file("data/manifest.csv", lines("path,split\n", &rows));
        }
        _ => {
            let rows = rows(|path, split| json!({ "path": path, "split": split }).to_string());
            workspace.file("data/samples.jsonl", lines("", &rows));
        }
    }
}

fn dataset(kind: &str, is_held_out: &[bool]) -> Workspace {
    let workspace = Workspace::new();
    for image in 1..IMAGES {
        workspace.image(&format!("data/images/{image}.png"), image as u32);
    }
    workspace.copy("data/images/1.png", "data/images/0.png");
    describe(&workspace, kind, is_held_out);
    workspace
}

#[test]
fn a_random_edit_of_a_list_brings_those_it_moves_into_scope() {
    let mut state = 11_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let before = [false, false, false, false, false, true, true, true];
    for kind in KINDS {
        let workspace = dataset(kind, &before);
        commit_all(&workspace, true);
        let (report, status, said) = since(&workspace, "HEAD", &[]);
        assert_eq!(
            (&report["scope"]["samples"], status),
            (&json!(0), 0),
            "{kind}: {said}"
        );
        for round in 0..3 {
            let mut after = before;
            for held_out in &mut after {
                *held_out ^= random() % 3 == 0;
            }
            // Both splits stay, or there would be nothing to compare.
            (after[2], after[7]) = (false, true);
            describe(&workspace, kind, &after);
            let moved = (0..IMAGES)
                .filter(|image| before[*image] != after[*image])
                .count();
            let leaks = after[0] != after[1];
            git(workspace.root(), &["add", "--all"]);
            for more in [&[][..], &["--staged"]] {
                let (report, status, said) = since(&workspace, "HEAD", more);
                assert_eq!(
                    (&report["scope"]["samples"], status),
                    (&json!(moved), i32::from(leaks)),
                    "{kind} {round} {more:?} {after:?}: {said}"
                );
            }
        }
    }
}

#[test]
fn a_description_that_git_does_not_track_brings_everything_into_scope() {
    let before = [false, false, false, false, false, true, true, true];
    let workspace = dataset("yolo", &before);
    workspace.file(".gitignore", "*.txt\n");
    commit_all(&workspace, true);
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((&report["scope"], status), (&Value::Null, 0));
    assert!(
        said.contains("git does not tell whether `train.txt` has changed"),
        "{said}"
    );
    // One that says nothing of splits changes nothing.
    let workspace = dataset("yolo", &before);
    commit_all(&workspace, true);
    workspace.file("data/notes.txt", "to do");
    assert_eq!(since(&workspace, "HEAD", &[]).0["scope"]["samples"], 0);
}

#[cfg(unix)]
#[test]
fn a_list_behind_a_link_brings_everything_into_scope() {
    let mut sides = [false, false, false, false, false, true, true, true];
    let workspace = dataset("lists", &sides);
    for name in ["train.txt", "val.txt"] {
        let (list, kept) = (format!("data/sets/{name}"), format!("kept/{name}"));
        let text = std::fs::read(workspace.path(&list)).unwrap();
        workspace.file(&kept, text);
        std::fs::remove_file(workspace.path(&list)).unwrap();
        std::os::unix::fs::symlink(workspace.path(&kept), workspace.path(&list)).unwrap();
    }
    commit_all(&workspace, true);
    sides[0] = true;
    let changed = dataset("lists", &sides);
    for name in ["train.txt", "val.txt"] {
        let text = std::fs::read(changed.path(&format!("data/sets/{name}"))).unwrap();
        workspace.file(&format!("kept/{name}"), text);
    }
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((&report["scope"], status), (&Value::Null, 1), "{said}");
}

#[test]
fn a_list_that_git_was_told_not_to_look_at_is_compared_all_the_same() {
    let mut sides = [false, false, false, false, false, true, true, true];
    let workspace = dataset("lists", &sides);
    commit_all(&workspace, true);
    for list in ["data/sets/train.txt", "data/sets/val.txt"] {
        git(
            workspace.root(),
            &["update-index", "--assume-unchanged", list],
        );
    }
    sides[0] = true;
    describe(&workspace, "lists", &sides);
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!(
        (&report["scope"]["samples"], status),
        (&json!(1), 1),
        "{said}"
    );
}

#[test]
fn a_list_that_was_deleted_is_a_change_of_what_it_told() {
    let workspace = Workspace::new();
    for image in 0..4 {
        workspace.image(&format!("data/train/{image}.png"), image);
    }
    workspace.copy("data/train/0.png", "data/test/4.png");
    let train = "train/0.png\ntrain/1.png\ntrain/2.png\n";
    workspace.file("data/train.txt", train);
    workspace.file("data/val.txt", "train/3.png\n");
    commit_all(&workspace, true);
    assert_eq!(since(&workspace, "HEAD", &[]).1, 0);
    for list in ["train.txt", "val.txt"] {
        std::fs::remove_file(workspace.path("data").join(list)).unwrap();
    }
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!(status, 1, "{said}{}", report["scope"]);
}

#[test]
fn images_that_leave_a_list_and_the_disk_bring_no_others_into_scope() {
    let workspace = Workspace::new();
    let lines = |numbers: &[usize]| -> String {
        numbers
            .iter()
            .map(|image| format!("images/{image}.png\n"))
            .collect()
    };
    for image in 1..IMAGES {
        workspace.image(&format!("data/images/{image}.png"), image as u32);
    }
    // A leak that was there before.
    workspace.copy("data/images/1.png", "data/images/7.png");
    workspace.file("data/train.txt", lines(&[1, 2, 3]));
    workspace.file("data/val.txt", lines(&[4, 5, 6, 7]));
    commit_all(&workspace, true);
    // More than a list may lack.
    for gone in [3, 4] {
        std::fs::remove_file(workspace.path(&format!("data/images/{gone}.png"))).unwrap();
    }
    workspace.file("data/train.txt", lines(&[1, 2]));
    workspace.file("data/val.txt", lines(&[5, 6, 7]));
    git(workspace.root(), &["add", "--all"]);
    for more in [&[][..], &["--staged"]] {
        let (report, status, said) = since(&workspace, "HEAD", more);
        assert_eq!(
            (&report["scope"]["samples"], status),
            (&json!(0), 0),
            "{more:?}: {said}"
        );
    }
    workspace.file("data/train.txt", lines(&[2, 5]));
    workspace.file("data/val.txt", lines(&[1, 6, 7]));
    let (report, _, said) = since(&workspace, "HEAD", &[]);
    assert_eq!(report["scope"]["samples"], 2, "moved all the same: {said}");
}
