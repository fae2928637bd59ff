//! Accepted findings: the gate fails on what is new, and on nothing else.

use std::fs;

use serde_json::Value;

use crate::workspace::{Workspace, encode, picture_of_size};

const FILE: &str = "splitleak-baseline.toml";

/// Leaks by bytes and by look, one broken file, one duplicate inside a split.
fn dataset() -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..=9 {
        workspace.image(&format!("data/train/cat/{seed}.png"), seed);
    }
    workspace
        .image("data/val/cat/31.png", 31)
        .image("data/val/cat/32.png", 32)
        .image("data/val/cat/near.jpg", 3)
        .copy("data/train/cat/1.png", "data/val/cat/bytes.png")
        .file("data/val/cat/cut.png", b"\x89PNG\r\n\x1a\nnothing");
    workspace
}

fn strict(workspace: &Workspace) -> (Value, i32) {
    workspace.check_dataset(&["data", "--max-leakage", "0", "--no-cache"])
}

fn baseline(workspace: &Workspace, arguments: &[&str]) -> (String, i32) {
    let run = workspace.run(&[&["baseline"], arguments, &["--no-cache"]].concat());
    (run.stdout + &run.stderr, run.status)
}

fn write(workspace: &Workspace) {
    let (said, status) = baseline(workspace, &["write", "data", "--reason", "as published"]);
    assert_eq!(status, 0, "{said}");
}

#[test]
fn what_is_accepted_passes_and_what_is_new_does_not() {
    let workspace = dataset();
    assert_eq!(strict(&workspace).1, 1);
    write(&workspace);
    let (report, status) = strict(&workspace);
    assert_eq!(status, 0, "{}", report["gate"]);
    assert_eq!(
        report["leakage"][0]["leaked"]["count"], 2,
        "found all the same"
    );

    workspace.copy("data/train/cat/5.png", "data/val/cat/new.png");
    let (report, status) = strict(&workspace);
    assert_eq!(status, 1);
    let message = report["gate"]["violations"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("1 of 5") && message.contains("new.png"),
        "{message}"
    );
    assert!(
        !message.contains("bytes.png") && message.contains("2 accepted"),
        "{message}"
    );
    assert_eq!(
        workspace
            .run(&[
                "check",
                "data",
                "--max-leakage",
                "2",
                "--no-cache",
                "--no-baseline"
            ])
            .status,
        1
    );
}

#[test]
fn renamed_folders_other_prefixes_and_clean_images_do_not_disturb_it() {
    let workspace = dataset();
    write(&workspace);
    fs::rename(
        workspace.path("data/train/cat"),
        workspace.path("data/train/a_cats"),
    )
    .unwrap();
    fs::rename(
        workspace.path("data/val/cat"),
        workspace.path("data/val/a_cats"),
    )
    .unwrap();
    fs::rename(
        workspace.path("data/val"),
        workspace.path("data/validation"),
    )
    .unwrap();
    for seed in 50..60 {
        workspace.image(&format!("data/validation/a_cats/{seed}.png"), seed);
        workspace.image(&format!("data/train/a_cats/{}.png", seed + 20), seed + 20);
    }
    let (report, status) = strict(&workspace);
    assert_eq!(status, 0, "{}", report["gate"]);
    let (said, status) = baseline(&workspace, &["check", "data"]);
    assert_eq!(status, 0, "{said}");
    assert!(!said.contains("gone"), "{said}");

    fs::rename(workspace.path("data"), workspace.path("moved")).unwrap();
    let (_, status) = workspace.check_dataset(&["moved", "--max-leakage", "0", "--no-cache"]);
    assert_eq!(status, 0);
}

#[test]
fn a_second_copy_of_an_accepted_image_is_new() {
    let workspace = dataset();
    write(&workspace);
    workspace.copy("data/train/cat/1.png", "data/val/cat/second.png");
    assert_eq!(strict(&workspace).1, 1);
}

#[test]
fn stronger_evidence_about_an_accepted_image_is_new_and_weaker_is_not() {
    let workspace = dataset();
    write(&workspace);
    // What leaked by its look now leaks by its bytes.
    workspace.copy("data/val/cat/near.jpg", "data/train/cat/exact.jpg");
    assert_eq!(strict(&workspace).1, 1);
    write(&workspace);
    fs::remove_file(workspace.path("data/train/cat/exact.jpg")).unwrap();
    assert_eq!(strict(&workspace).1, 0);
}

#[test]
fn an_accepted_leak_into_one_split_is_new_in_another() {
    let workspace = dataset();
    write(&workspace);
    workspace
        .image("data/test/cat/41.png", 41)
        .copy("data/train/cat/1.png", "data/test/cat/bytes.png");
    let (report, status) = strict(&workspace);
    assert_eq!(status, 1);
    let message = report["gate"]["violations"][0]["message"].as_str().unwrap();
    assert!(message.contains("`test`"), "{message}");
}

#[test]
fn a_broken_file_is_accepted_by_its_content_and_another_is_not() {
    let workspace = dataset();
    write(&workspace);
    fs::rename(
        workspace.path("data/val/cat/cut.png"),
        workspace.path("data/val/cat/other_name.png"),
    )
    .unwrap();
    assert_eq!(strict(&workspace).1, 0);
    workspace.file("data/val/cat/worse.png", b"\x89PNG\r\n\x1a\nnothing at all");
    assert_eq!(strict(&workspace).1, 2);
}

#[test]
fn a_finding_about_many_is_new_when_it_is_about_more() {
    let workspace = dataset();
    workspace.copy("data/train/cat/2.png", "data/train/cat/2b.png");
    let fails = |workspace: &Workspace| {
        let arguments = ["data", "--fail-on", "duplicate-in-split", "--no-cache"];
        workspace.check_dataset(&arguments).1
    };
    assert_eq!(fails(&workspace), 1);
    let write = [
        "write",
        "data",
        "--reason",
        "x",
        "--fail-on",
        "duplicate-in-split",
    ];
    assert_eq!(baseline(&workspace, &write).1, 0);
    assert_eq!(fails(&workspace), 0);
    workspace.copy("data/train/cat/4.png", "data/train/cat/4b.png");
    assert_eq!(fails(&workspace), 1);
}

#[test]
fn gone_findings_are_told_and_pruned_and_reasons_stay() {
    let workspace = dataset();
    write(&workspace);
    let first = fs::read_to_string(workspace.path(FILE)).unwrap();
    fs::write(
        workspace.path(FILE),
        first.replace("as published", "by hand"),
    )
    .unwrap();
    fs::remove_file(workspace.path("data/val/cat/bytes.png")).unwrap();
    let (report, status) = strict(&workspace);
    assert_eq!(
        (status, &report["gate"]["notes"][0]["code"]),
        (0, &"stale-baseline".into())
    );
    let (said, status) = baseline(&workspace, &["check", "data"]);
    assert_eq!(status, 0);
    assert!(said.contains("gone: 1"), "{said}");
    assert_eq!(baseline(&workspace, &["prune", "data"]).1, 0);
    let pruned = fs::read_to_string(workspace.path(FILE)).unwrap();
    assert!(
        !pruned.contains("leak-same-bytes") && pruned.contains("by hand"),
        "{pruned}"
    );
    // Writing again keeps what is there as it is.
    write(&workspace);
    assert_eq!(fs::read_to_string(workspace.path(FILE)).unwrap(), pruned);
}

#[test]
fn an_entry_expires_after_its_day() {
    let workspace = dataset();
    let write = ["write", "data", "--reason", "x", "--expires", "2030-06-30"];
    assert_eq!(baseline(&workspace, &write).1, 0);
    let on = |seconds: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_splitleak"));
        command.args([
            "check",
            "data",
            "--max-leakage",
            "0",
            "--no-cache",
            "--quiet",
        ]);
        command
            .current_dir(workspace.root())
            .env_clear()
            .env("SOURCE_DATE_EPOCH", seconds);
        command.output().unwrap().status.code()
    };
    // 2030-06-30 23:59:59 and a second later.
    assert_eq!(on("1909094399"), Some(0));
    assert_eq!(on("1909094400"), Some(1));
    assert_eq!(on("yesterday"), Some(2));
}

#[test]
fn codes_choose_what_is_accepted() {
    let workspace = dataset();
    let write = [
        "write",
        "data",
        "--reason",
        "x",
        "--code",
        "leak-same-bytes",
    ];
    assert_eq!(baseline(&workspace, &write).1, 0);
    let text = fs::read_to_string(workspace.path(FILE)).unwrap();
    assert!(
        text.contains("leak-same-bytes") && !text.contains("leak-near-duplicate"),
        "{text}"
    );
    let (said, status) = baseline(&workspace, &["check", "data"]);
    assert_eq!(status, 1);
    assert!(
        said.contains("new: 2") && said.contains("near.jpg"),
        "{said}"
    );
}

#[test]
fn data_that_is_not_here_is_accepted_only_by_name() {
    let workspace = dataset();
    workspace.file(
        "data/train/cat/lfs.png",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
    );
    let (said, status) = baseline(&workspace, &["write", "data", "--reason", "x"]);
    assert_eq!(status, 0);
    assert!(said.contains("not accepted: 1"), "{said}");
    assert_eq!(strict(&workspace).1, 2);
    let by_name = [
        "write",
        "data",
        "--reason",
        "x",
        "--code",
        "data-not-fetched",
    ];
    assert_eq!(baseline(&workspace, &by_name).1, 0);
    assert_eq!(strict(&workspace).1, 0);
}

#[test]
fn a_baseline_that_is_missing_or_broken_stops_the_check() {
    let workspace = dataset();
    let said = workspace.refused(&["data", "--baseline", "absent.toml"]);
    assert!(said.contains("absent.toml"), "{said}");
    workspace.file(FILE, "version = 1\naccepted = 3\n");
    let said = workspace.refused(&["data"]);
    assert!(said.contains(FILE) && said.contains("line 2"), "{said}");
    fs::remove_file(workspace.path(FILE)).unwrap();
    for command in ["check", "prune"] {
        let (said, status) = baseline(&workspace, &[command, "data"]);
        assert_eq!(status, 2);
        assert!(said.contains("baseline write"), "{said}");
    }
    let (said, status) = baseline(&workspace, &["write", "data", "--reason", ""]);
    assert_eq!(status, 2, "{said}");
}

/// 40 small images whose targets a manifest gives.
fn with_targets(targets: impl Fn(usize) -> String) -> Workspace {
    let workspace = Workspace::new();
    for i in 0..40 {
        let path = format!("data/images/{i:02}.png");
        let image = picture_of_size(900 + i, 24, 18);
        workspace.file(&path, encode(&image, &path));
    }
    set_targets(&workspace, targets);
    workspace
}

fn set_targets(workspace: &Workspace, targets: impl Fn(usize) -> String) {
    let row = |i: usize| format!("images/{i:02}.png,train,{}\n", targets(i));
    let rows: String = (0..40).map(row).collect();
    workspace.file("data/manifest.csv", format!("path,split,label\n{rows}"));
}

fn target(i: usize) -> String {
    format!("0.{:02}", i + 10)
}

fn failing_on(workspace: &Workspace, code: &str) -> (Value, i32) {
    workspace.check_dataset(&["data", "--fail-on", code, "--no-cache"])
}

#[test]
fn of_many_accepted_images_a_new_one_fails_and_a_mended_one_does_not() {
    let broken = |broken: &'static [usize]| {
        move |i: usize| match broken.contains(&i) {
            true => "nan".to_owned(),
            false => target(i),
        }
    };
    const ELEVEN: [usize; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    let workspace = with_targets(broken(&ELEVEN));
    assert_eq!(failing_on(&workspace, "non-finite-target").1, 1);
    write(&workspace);
    let (report, status) = failing_on(&workspace, "non-finite-target");
    assert_eq!(status, 0, "{}", report["gate"]);

    set_targets(&workspace, |i| match i {
        30 => "inf".to_owned(),
        i => broken(&ELEVEN)(i),
    });
    let (report, status) = failing_on(&workspace, "non-finite-target");
    assert_eq!(status, 1);
    let message = report["gate"]["violations"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("`images/30.png`") && message.contains("11 accepted, 1 new"),
        "{message}"
    );
    let (said, status) = baseline(&workspace, &["check", "data"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("new: 1") && !said.contains("gone"), "{said}");

    set_targets(&workspace, broken(&ELEVEN[1..]));
    let (report, status) = failing_on(&workspace, "non-finite-target");
    assert_eq!(status, 0, "{}", report["gate"]);
    assert_eq!(report["gate"]["notes"][0]["code"], "stale-baseline");
}

#[test]
fn one_of_many_accepted_images_may_be_renamed() {
    let workspace = Workspace::new();
    workspace.image("data/val/1.png", 1);
    for i in 0..15 {
        let image = encode(&picture_of_size(500 + i, 24, 18), "x.jpg");
        workspace.file(&format!("data/train/{i:02}.png"), image);
    }
    write(&workspace);
    let from = workspace.path("data/train/03.png");
    fs::rename(from, workspace.path("data/train/moved.png")).unwrap();
    let (report, status) = failing_on(&workspace, "extension-mismatch");
    assert_eq!(status, 0, "{}", report["gate"]);
    let finding = &report["findings"][0];
    assert_eq!(
        (finding["code"].as_str(), finding["images"].as_u64()),
        (Some("extension-mismatch"), Some(15))
    );
    assert_eq!(finding["paths"].as_array().unwrap().len(), 10);
    assert_eq!(finding["members"].as_array().unwrap().len(), 15);
}

#[test]
fn what_is_about_no_image_is_accepted_for_the_fact_it_states() {
    let workspace = Workspace::new();
    for i in 0..30 {
        let (cat, dog) = (
            format!("data/train/cat/{i}.png"),
            format!("data/train/dog/{i}.bmp"),
        );
        workspace.file(&cat, encode(&picture_of_size(i, 24, 18), &cat));
        workspace.file(&dog, encode(&picture_of_size(100 + i, 32, 18), &dog));
    }
    let (report, status) = failing_on(&workspace, "label-shortcut");
    assert_eq!(status, 1);
    let findings = report["findings"].as_array().unwrap().iter();
    let shortcuts: Vec<&Value> = findings
        .filter(|finding| finding["code"] == "label-shortcut")
        .collect();
    let mut prints: Vec<&str> = shortcuts
        .iter()
        .map(|finding| finding["fingerprint"].as_str().unwrap())
        .collect();
    prints.sort_unstable();
    prints.dedup();
    assert!(shortcuts.len() > 1, "{}", report["findings"]);
    assert_eq!(
        prints.len(),
        shortcuts.len(),
        "one fingerprint for each fact"
    );
    assert!(shortcuts.iter().all(|finding| finding["images"] == 0));

    let write = ["write", "data", "--reason", "x", "--code", "label-shortcut"];
    let (said, status) = baseline(&workspace, &write);
    assert_eq!(status, 0, "{said}");
    let (report, status) = failing_on(&workspace, "label-shortcut");
    assert_eq!(status, 0, "{}", report["gate"]);
}
