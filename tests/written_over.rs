//! Nothing that the user owns is written over, and what was written here may be written again.

use std::fs;

use crate::workspace::Workspace;

/// `train/c` and `val/c` below `data`.
fn folders() -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        workspace.image(&format!("data/{split}/c/{seed}.png"), seed);
    }
    workspace
}

/// The command is refused with what is said, and the file is what it was.
fn spared(workspace: &Workspace, arguments: &[&str], file: &str, said: &str) {
    let before = fs::read(workspace.path(file)).unwrap();
    let run = workspace.run(arguments);
    assert_eq!(run.status, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    assert_eq!(fs::read(workspace.path(file)).unwrap(), before);
}

#[test]
fn the_manifest_that_was_found_is_not_written_over_by_any_command() {
    let workspace = folders();
    let mut rows = vec!["path,split,steering,notes".to_owned()];
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        rows.push(format!("{split}/c/{seed}.png,{split},0.{seed},x"));
    }
    let file = "data/manifest.csv";
    workspace.file(file, rows.join("\n"));
    let read = "is read by this run";
    for arguments in [
        &["split", "data", "--out", file][..],
        &["split", "data", "--from-current", "--out", file],
        &["split", "data", "--from-current", "--diff", file],
        &["split", "data", "--from-current", "--drop-list", file],
        &["check", "data", "--json", file],
        &["check", "data", "--html", file],
        &["check", "data", "--clean-list", file],
        &["check", "data", "--format", "csv=data/manifest.csv"],
    ] {
        spared(&workspace, arguments, file, read);
    }
}

#[test]
fn what_a_dataset_holds_is_not_written_over() {
    let workspace = Workspace::new();
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        workspace.image(&format!("data/images/{split}/{seed}.png"), seed);
        let label = format!("data/labels/{split}/{seed}.txt");
        workspace.file(&label, "0 0.5 0.5 0.2 0.2\n");
    }
    workspace.file(
        "data/data.yaml",
        "train: images/train\nval: images/val\nnames: [a]\n",
    );
    workspace.file("data/README.md", "# Data, checked by splitleak\n");
    workspace.file("data/test_ids.txt", "images/val/6.png\n");
    for file in [
        "data/data.yaml",
        "data/labels/train/1.txt",
        "data/README.md",
        "data/test_ids.txt",
    ] {
        for option in ["--json", "--html", "--clean-list"] {
            spared(&workspace, &["check", "data", option, file], file, file);
        }
        spared(&workspace, &["split", "data", "--out", file], file, file);
    }
    // What lists read may be one of any name.
    workspace.file("data/chosen.txt", "images/val/6.png\n");
    for file in ["data/test_ids.txt", "data/chosen.txt"] {
        let format = format!("paths={file}");
        let arguments = ["check", "data", "--format", &format];
        spared(&workspace, &arguments, file, "lies in the dataset");
    }
}

#[test]
fn settings_and_baselines_are_not_written_over_by_reports() {
    let workspace = folders();
    for file in ["splitleak.toml", "splitleak-baseline.toml"] {
        workspace.file(file, "");
        let arguments = ["check", "data", "--json", file, "--config", "other.toml"];
        workspace.file("other.toml", "");
        spared(&workspace, &arguments, file, file);
    }
}

#[test]
fn two_outputs_to_one_file_are_refused_before_anything_is_done() {
    let workspace = folders();
    for arguments in [
        &["check", "data", "--json", "x", "--html", "x"][..],
        &["check", "data", "--json", "x", "--format", "sarif=./x"],
        &["check", "data", "--json", "x", "--clean-list", "data/../x"],
        &[
            "split",
            "data",
            "--from-current",
            "--out",
            "x",
            "--diff",
            "x",
        ],
    ] {
        let run = workspace.run(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.stderr.contains("two outputs go to"), "{}", run.stderr);
        assert!(!workspace.path("x").exists(), "{arguments:?}");
    }
    let both = [
        "check",
        "data",
        "--json",
        "/dev/null",
        "--html",
        "/dev/null",
    ];
    assert_eq!(workspace.run(&both).status, 0);
}

#[test]
fn what_was_written_before_is_written_again_inside_of_the_dataset_too() {
    let workspace = folders();
    workspace.copy("data/train/c/1.png", "data/val/c/leak.png");
    let formats = [
        "json", "html", "sarif", "junit", "github", "markdown", "csv", "paths", "terminal",
    ];
    for format in formats {
        let output = format!("{format}=data/report.{format}");
        for _ in 0..2 {
            let run = workspace.run(&["check", "data", "--quiet", "--format", &output]);
            assert_eq!(run.status, 0, "{format}: {}", run.stderr);
        }
    }
    let named = [
        "check",
        "data",
        "-q",
        "--format",
        "paths=data/leaked",
        "--null",
    ];
    let clean = ["check", "data", "-q", "--clean-list", "clean.csv"];
    let plots = ["check", "data", "-q", "--plots", "data/plots"];
    let split = ["split", "data", "--seed", "1", "--out", "split.csv"];
    let repair = [
        "split",
        "data",
        "--from-current",
        "--diff",
        "data/diff",
        "--drop-list",
        "drop.csv",
    ];
    for arguments in [&named[..], &clean, &plots, &split, &repair] {
        for _ in 0..2 {
            let run = workspace.run(arguments);
            assert_eq!(run.status, 0, "{arguments:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_proposed_split_is_written_again_until_the_dataset_is_read_from_it() {
    let workspace = folders();
    // The folders are what the dataset is read from; a table beside them is what splits it.
    let out = [
        "split",
        "data",
        "--layout",
        "image-folder",
        "--out",
        "data/new.csv",
    ];
    for _ in 0..2 {
        let run = workspace.run(&out);
        assert_eq!(run.status, 0, "{}", run.stderr);
    }
    let arguments = [
        "split",
        "data",
        "--manifest",
        "data/new.csv",
        "--out",
        "data/new.csv",
    ];
    spared(
        &workspace,
        &arguments,
        "data/new.csv",
        "is read by this run",
    );
}
