//! A check in steps gives the report of a check, however its work is divided.

use std::fs;
use std::path::PathBuf;

use image::imageops;

use crate::workspace::{Workspace, encode, picture};

/// Training and two evaluation splits, with 19 files besides: edited
/// pictures, twins of other formats, equal files, and images that cannot be read.
fn world_of(training: u32, evaluation: u32) -> Workspace {
    let workspace = Workspace::new();
    let jpeg = |name: &str, seed| workspace.image(&format!("data/{name}.jpg"), seed);
    for seed in 0..training {
        jpeg(&format!("train/a{seed}"), seed);
    }
    for seed in 1000..1000 + evaluation {
        jpeg(&format!("val/b{seed}"), seed);
        jpeg(&format!("test/c{seed}"), seed + 1000);
    }
    for seed in 0..6 {
        let lighter = imageops::brighten(&picture(seed), 20);
        workspace.file(&format!("data/val/l{seed}.png"), encode(&lighter, "l.png"));
        let turned = imageops::flip_horizontal(&picture(10 + seed));
        workspace.file(&format!("data/test/m{seed}.png"), encode(&turned, "m.png"));
    }
    // The same pixels in three formats, and the same bytes twice in training.
    workspace.image("data/val/twin.png", 200);
    workspace.image("data/train/twin.bmp", 200);
    workspace.image("data/train/zz.tiff", 200);
    workspace.copy("data/train/a3.jpg", "data/train/y/again.jpg");
    workspace.copy("data/train/a4.jpg", "data/test/same.jpg");
    workspace.file(
        "data/train/broken.jpg",
        &b"\xff\xd8\xff\xe0 and no more"[..],
    );
    workspace.file("data/val/empty.png", b"");
    workspace
}

/// Too small a dataset for decoys to tell anything.
fn small() -> Workspace {
    world_of(20, 5)
}

fn json(workspace: &Workspace, arguments: &[&str]) -> String {
    let run = workspace.run(&[arguments, &["--no-cache", "--json", "-"]].concat());
    assert!(run.stdout.starts_with('{'), "{}", run.stderr);
    run.stdout
}

fn done(workspace: &Workspace, arguments: &[&str]) -> String {
    let run = workspace.run(arguments);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    run.stderr
}

fn refused(workspace: &Workspace, arguments: &[&str]) -> String {
    let run = workspace.run(arguments);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    run.stderr
}

fn files(workspace: &Workspace, folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace.path(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn the_report_is_that_of_a_check_however_the_work_is_divided() {
    let workspace = world_of(70, 20);
    let explained = ["--train-loss", "0.1", "--val-loss", "0.2"];
    let whole = json(&workspace, &[&["check", "data"], &explained[..]].concat());
    assert!(whole.contains("near-duplicate") && whole.contains("same-pixels"));
    for (folder, images, shares) in [("one", "100000", 1), ("many", "13", 3)] {
        let sized = ["--images-per-file", images];
        for number in (1..=shares).rev() {
            let share = format!("{number}/{shares}");
            let sign = [
                "sign",
                "data",
                "--no-cache",
                "--out",
                folder,
                "--share",
                &share,
            ];
            done(&workspace, &[&sign[..], &sized].concat());
        }
        let report = [
            &["report", "data", "--from", folder],
            &sized[..],
            &explained,
        ]
        .concat();
        assert!(json(&workspace, &report) == whole, "{folder}, not matched");
        done(
            &workspace,
            &[&["learn", "data", "--out", folder], &sized[..]].concat(),
        );
        for number in 1..=shares {
            let share = format!("{number}/{shares}");
            done(&workspace, &["match", folder, "--share", &share]);
        }
        assert!(json(&workspace, &report) == whole, "{folder}, matched");
    }
}

#[test]
fn what_is_there_is_not_made_again_and_what_changed_is() {
    let workspace = small();
    let sign = [
        "sign",
        "data",
        "--no-cache",
        "--out",
        "w",
        "--images-per-file",
        "10",
    ];
    assert!(done(&workspace, &sign).contains("signed 5 files, 0 there already"));
    fs::remove_file(&files(&workspace, "w/signatures")[2]).unwrap();
    assert!(done(&workspace, &sign).contains("signed 1 file, 4 there already"));
    let learn = ["learn", "data", "--out", "w", "--images-per-file", "10"];
    done(&workspace, &learn);
    done(&workspace, &["match", "w"]);
    fs::remove_file(&files(&workspace, "w/matches")[1]).unwrap();
    assert!(done(&workspace, &["match", "w"]).contains("matched 1 file, 4 there already"));
    let report = ["report", "data", "--from", "w", "--images-per-file", "10"];
    json(&workspace, &report);
    workspace.image("data/train/a5.jpg", 300);
    assert!(refused(&workspace, &report).contains("`splitleak learn`"));
    assert!(refused(&workspace, &learn).contains("not every image is signed"));
    assert!(done(&workspace, &sign).contains("signed 1 file, 4 there already"));
    done(&workspace, &learn);
    done(&workspace, &["match", "w"]);
    let whole = json(&workspace, &["check", "data"]);
    assert!(json(&workspace, &report) == whole);
}

#[test]
fn a_file_that_is_missing_damaged_or_of_another_version_is_named() {
    let workspace = small();
    done(&workspace, &["sign", "data", "--no-cache", "--out", "w"]);
    let report = ["report", "data", "--from", "w"];
    done(&workspace, &["learn", "data", "--out", "w"]);
    let said = refused(&workspace, &report);
    assert!(
        said.contains("w/matches/") && said.contains("`splitleak match`"),
        "{said}"
    );
    let file = files(&workspace, "w/signatures").remove(0);
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    for arguments in [&["match", "w"][..], &["learn", "data", "--out", "w"]] {
        let said = refused(&workspace, arguments);
        assert!(
            said.contains(&name) && said.contains("is damaged"),
            "{said}"
        );
    }
    // As an earlier version would have written it.
    let text = b"splitleak.signatures 1";
    let at = whole
        .windows(text.len())
        .position(|part| part == text)
        .unwrap();
    let mut other = whole.clone();
    other[at + text.len() - 1] = b'0';
    fs::write(&file, other).unwrap();
    let said = refused(&workspace, &["match", "w"]);
    assert!(said.contains("`splitleak.signatures 0, "), "{said}");
    fs::remove_file(&file).unwrap();
    assert!(refused(&workspace, &["match", "w"]).contains("not every image is signed"));
    let said = refused(&workspace, &["match", "elsewhere"]);
    assert!(said.contains("`splitleak learn`"), "{said}");
}

#[test]
fn a_scope_and_a_dataset_without_evaluation_are_searched_by_the_report_itself() {
    let workspace = small();
    workspace.file("list.txt", "data/val/l1.png\n");
    let scoped = ["--files-from", "list.txt"];
    let whole = json(&workspace, &[&["check", "data"], &scoped[..]].concat());
    done(&workspace, &["sign", "data", "--no-cache", "--out", "w"]);
    done(&workspace, &["learn", "data", "--out", "w"]);
    let report = [&["report", "data", "--from", "w"], &scoped[..]].concat();
    assert!(json(&workspace, &report) == whole);
    let refused = refused(
        &workspace,
        &["report", "data", "--from", "w", "--names-only"],
    );
    assert!(refused.contains("`check`"), "{refused}");
    for seed in 0..20 {
        workspace.image(&format!("flat/{seed}.png"), seed % 18);
    }
    let whole = json(&workspace, &["check", "flat"]);
    done(&workspace, &["sign", "flat", "--no-cache", "--out", "f"]);
    done(&workspace, &["learn", "flat", "--out", "f"]);
    done(&workspace, &["match", "f"]);
    assert!(json(&workspace, &["report", "flat", "--from", "f"]) == whole);
}
