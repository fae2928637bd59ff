//! What cannot be gone into, and what stands where a file is looked for: told, and never a pass.

#[cfg(unix)]
use std::os::unix::fs::symlink;

use std::fs;

use crate::workspace::{Workspace, paths_of};

fn folders() -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..=8 {
        let split = if seed <= 5 { "train" } else { "val" };
        workspace.image(&format!("{split}/{seed}.png"), seed);
    }
    workspace
}

/// Verdict and status under a strict gate.
fn judged(workspace: &Workspace, more: &[&str]) -> (String, i32, String) {
    let arguments = [&["--max-leakage", "0", "--strict"], more].concat();
    let (report, status) = workspace.check(&arguments);
    let verdict = report["verdict"].as_str().unwrap().to_owned();
    (verdict, status, report["findings"].to_string())
}

#[cfg(unix)]
#[test]
fn a_folder_of_a_split_that_cannot_be_listed_keeps_the_verdict_unknown() {
    for split in ["train", "val"] {
        let workspace = folders();
        let (verdict, status, _) = judged(&workspace, &[]);
        assert_eq!((verdict.as_str(), status), ("clear", 0));
        let more = workspace.path(&format!("{split}/more"));
        symlink("/nowhere/at/all", &more).unwrap();
        let (verdict, status, said) = judged(&workspace, &[]);
        assert_eq!((verdict.as_str(), status), ("unknown", 2), "{said}");
        assert!(said.contains("is a link that leads nowhere"), "{said}");
        // One that is left out hides nothing that counts.
        let pattern = format!("{split}/more/**");
        let (verdict, status, said) = judged(&workspace, &["--exclude", &pattern]);
        assert_eq!((verdict.as_str(), status), ("clear", 0), "{said}");
        fs::remove_file(&more).unwrap();
        symlink("again", &more).unwrap();
        symlink("more", workspace.path(&format!("{split}/again"))).unwrap();
        let (verdict, status, said) = judged(&workspace, &[]);
        assert_eq!((verdict.as_str(), status), ("unknown", 2), "{said}");
        assert!(said.contains("could not be listed"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_not_there_is_called_one() {
    let workspace = folders();
    symlink("/nowhere/manifest.csv", workspace.path("manifest.csv")).unwrap();
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!((report["verdict"].as_str(), status), (Some("unknown"), 2));
    assert_eq!(paths_of(&report, "missing-file"), ["manifest.csv"]);
    let said = report["findings"].to_string() + &report["gate"].to_string();
    assert!(
        said.contains("leads nowhere") && !said.contains("listed"),
        "{said}"
    );
}

#[test]
fn data_that_could_not_be_read_is_status_2_under_a_strict_gate_too() {
    let workspace = folders();
    workspace.file("val/more.zip", "no archive");
    let (verdict, status, said) = judged(&workspace, &[]);
    assert_eq!((verdict.as_str(), status), ("unknown", 2), "{said}");
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 9\n",
        "a".repeat(64)
    );
    let workspace = folders();
    workspace.file("val/9.png", pointer);
    let (verdict, status, said) = judged(&workspace, &["--max-unreadable", "9"]);
    assert_eq!((verdict.as_str(), status), ("unknown", 2), "{said}");
}

#[test]
fn settings_that_are_no_file_are_refused() {
    for name in ["splitleak.toml", "splitleak-baseline.toml"] {
        let workspace = folders();
        fs::create_dir(workspace.path(name)).unwrap();
        let said = workspace.refused(&["."]);
        assert!(said.contains(&format!("`{name}` is a folder")), "{said}");
        #[cfg(unix)]
        {
            fs::remove_dir(workspace.path(name)).unwrap();
            symlink("nowhere.toml", workspace.path(name)).unwrap();
            let said = workspace.refused(&["."]);
            assert!(said.contains("is a link that leads nowhere"), "{said}");
        }
    }
    // One that is not looked for is nothing.
    let workspace = folders();
    fs::create_dir(workspace.path("splitleak.toml")).unwrap();
    workspace.file("own.toml", "");
    assert_eq!(workspace.check(&["--config", "own.toml"]).1, 0);
}

#[test]
fn a_description_that_is_a_folder_is_told() {
    for name in ["manifest.csv", "data.yaml"] {
        let workspace = folders();
        fs::create_dir(workspace.path(name)).unwrap();
        let (report, status) = workspace.check(&["--strict"]);
        assert_eq!((report["verdict"].as_str(), status), (Some("unknown"), 1));
        assert_eq!(paths_of(&report, "description-not-used"), [name]);
        assert!(report["findings"].to_string().contains("is a folder"));
    }
    let workspace = folders();
    fs::create_dir(workspace.path("train/manifest.csv")).unwrap();
    fs::create_dir(workspace.path("manifests.csv")).unwrap();
    let (verdict, status, said) = judged(&workspace, &[]);
    assert_eq!((verdict.as_str(), status), ("clear", 0), "{said}");
}

#[test]
fn a_pattern_that_fits_no_file_is_refused_and_what_one_leaves_out_is_counted() {
    let workspace = folders();
    workspace.copy("train/1.png", "val/new.png");
    let run = workspace.run(&["check", ".", "--exclude", "val/new.png"]);
    assert_eq!(run.status, 0);
    let line = "left out by `include` or `exclude`: 1, such as `val/new.png`";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    for pattern in ["zzz/**", "val", "*.png"] {
        let said = workspace.refused(&[".", "--exclude", pattern]);
        assert!(
            said.contains(&format!("`{pattern}` fits no file")),
            "{said}"
        );
    }
    workspace.file(
        "splitleak.toml",
        "exclude = [\"val/new.png\", \"old/**\"]\n",
    );
    assert!(workspace.refused(&["."]).contains("`old/**`"));
}

#[test]
fn a_cache_inside_of_the_dataset_does_not_change_the_report() {
    for place in ["val", "ci-cache", "."] {
        let workspace = folders();
        let report = |more: &[&str]| workspace.check(more).0.to_string();
        let without = report(&["--no-cache"]);
        for _ in 0..2 {
            assert_eq!(report(&["--cache", place]), without, "{place}");
        }
    }
}
