//! Ways past a gate: what is not judged must not pass as if it were, and nothing is written over.

use crate::workspace::{Workspace, codes, leaked};

/// Splits that share patients in names, of which nobody has said that they are any.
fn patients(workspace: &Workspace) {
    for at in 0..24 {
        let split = if at < 6 { "val" } else { "train" };
        let name = format!("{split}/patient{:03}_{at}.png", 100 + at % 8 * 37);
        workspace.image(&name, at);
    }
}

fn splits(workspace: &Workspace) {
    workspace
        .image("train/c/1.png", 1)
        .image("train/c/2.png", 2);
    workspace.image("val/c/3.png", 3).image("val/c/4.png", 4);
}

#[test]
fn a_tolerated_leak_does_not_switch_strict_off() {
    let workspace = Workspace::new();
    patients(&workspace);
    let strict = ["--max-leakage", "50%", "--strict"];
    let (report, status) = workspace.check(&strict);
    assert_eq!((report["verdict"].as_str(), status), (Some("unknown"), 1));
    workspace.copy("train/patient137_9.png", "val/patient137_90.png");
    let (report, status) = workspace.check(&strict);
    assert_eq!((report["verdict"].as_str(), status), (Some("leaks"), 1));
    let violations = report["gate"]["violations"].to_string();
    assert!(
        violations.contains("whether more of `val` leaks"),
        "{violations}"
    );
    // Without it the gate passes, and says what was not judged.
    let (report, status) = workspace.check(&strict[..2]);
    assert_eq!(status, 0);
    let notes = report["gate"]["notes"].to_string();
    assert!(
        notes.contains("not judged: whether more of `val`"),
        "{notes}"
    );
}

#[test]
fn each_limit_alone_is_a_limit() {
    let workspace = Workspace::new();
    splits(&workspace);
    for limit in [
        &["--strict"][..],
        &["--max-suspected", "0"],
        &["--min-coverage", "99%"],
    ] {
        let (report, status) = workspace.check(limit);
        let judged = report["gate"]["judged"].as_bool();
        assert_eq!((judged, status), (Some(true), 0), "{limit:?}");
    }
    workspace.copy("train/c/1.png", "val/c/leak.png");
    let (report, status) = workspace.check(&["--strict"]);
    assert_eq!(status, 1);
    let violations = report["gate"]["violations"].to_string();
    assert!(
        violations.contains("`--strict` accepts none"),
        "{violations}"
    );
    assert_eq!(workspace.check(&["--strict", "--max-leakage", "1"]).1, 0);
}

#[test]
fn a_split_by_a_name_that_nobody_meant_is_asked_about() {
    let table = |word: &str, seed: u32| {
        let workspace = Workspace::new();
        let mut rows = "path,split\n".to_owned();
        for at in 0..12 {
            let split = if at % 3 == 0 { "val" } else { "train" };
            rows += &format!("{at}.png,{split}\n");
            workspace.image(&format!("{at}.png"), at);
        }
        workspace.image("x.png", seed);
        workspace.file("manifest.csv", format!("{rows}x.png,{word}\n"));
        workspace
    };
    let verdict = |workspace: &Workspace, more: &[&str]| {
        let (report, status) =
            workspace.check(&[&["--max-leakage", "0", "--strict"], more].concat());
        (report["verdict"].as_str().unwrap().to_owned(), status)
    };
    let unknown = ("unknown".to_owned(), 1);
    for word in ["validaton", "tset", "nan", "extra", "ood", "day"] {
        assert_eq!(verdict(&table(word, 99), &[]), unknown, "{word}");
    }
    // What says that it is left out is, unless it holds what is trained on.
    let clear = ("clear".to_owned(), 0);
    assert_eq!(verdict(&table("unused", 99), &[]), clear);
    assert_eq!(verdict(&table("unused", 1), &[]), unknown);
    assert_eq!(
        verdict(&table("tset", 99), &["--role", "tset=other"]),
        clear
    );
    assert_eq!(
        verdict(&table("tset", 1), &["--role", "tset=test"]).0,
        "leaks"
    );
}

#[test]
fn hidden_images_of_a_split_are_asked_about() {
    for path in [
        "val/.ipynb_checkpoints/1.png",
        "val/c/.1.png",
        "val/c/wandb/1.png",
    ] {
        let workspace = Workspace::new();
        splits(&workspace);
        workspace.image(".thumbs/1.png", 7);
        assert_eq!(workspace.check(&["--strict"]).1, 0);
        workspace.copy("train/c/1.png", path);
        let (report, status) = workspace.check(&["--strict"]);
        assert_eq!(
            (report["verdict"].as_str(), status),
            (Some("unknown"), 1),
            "{path}"
        );
        assert!(codes(&report).contains(&"sample-without-split".to_owned()));
        assert_eq!(
            workspace.check(&["--strict", "--exclude", path]).1,
            0,
            "{path}"
        );
    }
}

#[test]
fn a_list_that_names_nothing_is_refused() {
    let workspace = Workspace::new();
    splits(&workspace);
    workspace
        .file("empty", "")
        .file("folder", "val\n")
        .file("text", "text\n");
    let list =
        |file: &str| ["check", ".", "--max-leakage", "0", "--files-from", file].map(str::to_owned);
    let run = |file: &str| {
        let arguments = list(file);
        workspace.run(&arguments.each_ref().map(String::as_str))
    };
    for (file, why) in [("empty", "is empty"), ("folder", "or a file at all")] {
        let refused = run(file);
        assert_eq!(refused.status, 2);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    let passed = run("text");
    assert_eq!(passed.status, 0);
    assert!(
        passed.stdout.starts_with("NOTHING NEW"),
        "{}",
        passed.stdout
    );
}

#[test]
fn groups_that_are_the_splits_are_refused() {
    let workspace = Workspace::new();
    patients(&workspace);
    for pattern in ["(?<group>val|train)", "^(?<group>.)"] {
        let said = workspace.refused(&[".", "--group-pattern", pattern]);
        assert!(said.contains("reads the names of the splits"), "{said}");
    }
    // One drive for each split is a split by drives.
    let workspace = Workspace::new();
    workspace
        .image("train/drive1_1.png", 1)
        .image("train/drive1_2.png", 2);
    workspace
        .image("val/drive2_1.png", 3)
        .image("val/drive2_2.png", 4);
    let (report, _) = workspace.check(&["--group-pattern", "(?<group>drive[0-9])"]);
    assert_eq!(leaked(&report), 0);
}

#[test]
fn nothing_that_the_user_owns_is_written_over() {
    let workspace = Workspace::new();
    splits(&workspace);
    workspace.file(
        "m.csv",
        "path,split\ntrain/c/1.png,train\nval/c/3.png,val\n",
    );
    let before = std::fs::read(workspace.path("train/c/1.png")).unwrap();
    let over_image = workspace.run(&["check", ".", "--json", "train/c/1.png"]);
    assert_eq!(over_image.status, 2);
    assert!(
        over_image.stderr.contains("is called as an image"),
        "{}",
        over_image.stderr
    );
    assert_eq!(
        std::fs::read(workspace.path("train/c/1.png")).unwrap(),
        before
    );
    workspace.file("x_val.npy.old", b"\x93NUMPY\x01\0");
    let over_array = workspace.run(&["check", ".", "--json", "x_val.npy.old"]);
    assert_eq!(over_array.status, 2);
    assert!(
        over_array
            .stderr
            .contains("is there already and is no text"),
        "{}",
        over_array.stderr
    );
    let kept = std::fs::read(workspace.path("x_val.npy.old")).unwrap();
    assert_eq!(kept, b"\x93NUMPY\x01\0");
    let arguments = ["split", ".", "--manifest", "m.csv", "--out", "m.csv"];
    let over_input = workspace.run(&arguments);
    assert_eq!(over_input.status, 2);
    assert!(
        over_input.stderr.contains("is read by this run"),
        "{}",
        over_input.stderr
    );
    let again = workspace.run(&["check", ".", "--json", "report.json"]);
    assert_eq!(again.status, 0);
    assert_eq!(
        workspace
            .run(&["check", ".", "--json", "report.json"])
            .status,
        0
    );
}

#[test]
fn a_new_split_keeps_patients_whole_that_nobody_has_told() {
    let workspace = Workspace::new();
    for at in 0..48 {
        workspace.image(&format!("d/patient{:03}_{at}.png", 100 + at % 12 * 37), at);
    }
    let run = workspace.run(&["split", "d", "--out", "s.csv", "--no-cache"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("kept whole in case"), "{}", run.stdout);
    let text = std::fs::read_to_string(workspace.path("s.csv")).unwrap();
    let mut sides: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for line in text.lines().skip(1) {
        let (path, split) = line.split_once(',').unwrap();
        sides.entry(&path[..10]).or_default().push(split);
    }
    assert_eq!(sides.len(), 12);
    for (patient, sides) in sides {
        assert!(
            sides.iter().all(|side| *side == sides[0]),
            "{patient}: {sides:?}"
        );
    }
}
