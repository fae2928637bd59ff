//! What has no end, or far too much before it: devices, pipes, files of holes.

#![cfg(unix)]

use crate::workspace::{Workspace, codes, paths_of};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

/// Two good splits.
fn good() -> Workspace {
    let workspace = Workspace::new();
    workspace
        .image("d/train/1.png", 1)
        .image("d/train/2.png", 2)
        .image("d/val/3.png", 3);
    workspace
}

/// A file of three GiB that takes no room.
fn hole(workspace: &Workspace, name: &str) {
    let file = std::fs::File::create(workspace.path(name)).unwrap();
    file.set_len(3 << 30).unwrap();
}

#[test]
fn what_the_user_names_and_has_no_end_is_refused_with_its_limit() {
    let workspace = good();
    let commands: [&[&str]; 8] = [
        &["check", "d", "--manifest", "/dev/zero"],
        &["check", "d", "--files-from", "/dev/zero"],
        &["check", "d", "--training-log", "/dev/zero"],
        &["check", "d", "--predictions", "/dev/zero"],
        &["check", "d", "--config", "/dev/zero"],
        &["check", "d", "--baseline", "/dev/zero"],
        &["diff", "/dev/zero", "/dev/zero"],
        &["plan", "read", "/dev/zero"],
    ];
    for command in commands {
        let run = workspace.run(command);
        assert_eq!(run.status, 2, "{command:?}: {}", run.stdout);
        assert!(
            run.stderr.contains("no end within"),
            "{command:?}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_without_reading_it() {
    let workspace = good();
    hole(&workspace, "hole");
    for option in ["--manifest", "--files-from", "--training-log", "--config"] {
        let run = workspace.run(&["check", "d", option, "hole"]);
        assert_eq!(run.status, 2, "{option}: {}", run.stdout);
        assert!(run.stderr.contains("3072 MiB"), "{option}: {}", run.stderr);
    }
}

#[test]
fn texts_of_the_dataset_that_are_too_large_are_told_where_they_say_splits() {
    for name in ["d/manifest.csv", "d/splitleak.toml", "d/data.yaml"] {
        let workspace = good();
        hole(&workspace, name);
        let run = workspace.run(&["check", "d", "--max-leakage", "0"]);
        assert_eq!(run.status, 2, "{name}: {}{}", run.stdout, run.stderr);
        let file = name.rsplit('/').next().unwrap();
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(said.contains(file), "{name}: {said}");
    }
    // Where they only describe, they hold nothing up.
    let workspace = good();
    for name in [
        "d/metadata.jsonl",
        "d/classes.txt",
        "d/val/3.txt",
        "d/README.md",
    ] {
        hole(&workspace, name);
    }
    let (report, _) = workspace.check_dataset(&["d"]);
    assert_eq!(report["coverage"]["signed"], 3);
}

#[test]
fn a_pipe_that_the_user_names_is_read_and_one_that_nobody_writes_to_is_refused() {
    let workspace = good();
    let check = |input: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_splitleak"));
        command
            .args(["check", "d", "--manifest", "/dev/stdin"])
            .current_dir(workspace.root())
            .env_clear()
            .stdin(input)
            .stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut piped = check(Stdio::piped());
    let rows = b"path,split\ntrain/1.png,train\ntrain/2.png,train\nval/3.png,val\n";
    piped.stdin.take().unwrap().write_all(rows).unwrap();
    let done = piped.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success() && said.contains("csv-manifest"),
        "{said}"
    );
    let made = Command::new("mkfifo").arg(workspace.path("pipe")).status();
    if made.is_ok_and(|made| made.success()) {
        let run = workspace.run(&["check", "d", "--manifest", "pipe"]);
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(
            run.stderr.contains("nobody has opened it"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_device_called_as_the_data_of_a_split_hides_it() {
    for name in ["val.tar.gz", "val.zip", "val.tfrecord", "train.tar"] {
        let workspace = good();
        symlink("/dev/zero", workspace.path("d").join(name)).unwrap();
        let (report, status) = workspace.check_dataset(&["d", "--max-leakage", "0"]);
        assert_eq!(status, 2, "{name}: {report:#}");
        assert_eq!(paths_of(&report, "data-not-read"), [name]);
    }
    // One that is called otherwise hides none, and neither does an archive that is a file.
    let workspace = good();
    symlink("/dev/zero", workspace.path("d/extra.zip")).unwrap();
    workspace.file("d/val.zip", "PK\x03\x04 damaged");
    let (report, status) = workspace.check_dataset(&["d", "--max-leakage", "0"]);
    assert_eq!(status, 0, "{report:#}");
    assert!(!codes(&report).contains(&"data-not-read".to_owned()));
}

#[test]
fn as_many_splits_as_samples_take_no_square_of_time() {
    let workspace = good();
    let names: String = (0..20_000)
        .map(|row| format!("x{row}.png,name{row}\n"))
        .collect();
    let table = format!("path,split\ntrain/1.png,train\nval/3.png,val\n{names}");
    workspace.file("d/manifest.csv", table);
    let begun = std::time::Instant::now();
    let run = workspace.run(&["check", "d", "--json", "-", "--quiet"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    // A few seconds where it was 20, in a build that is not optimised for speed.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
