//! `--staged` judges the next commit: names and bytes of the index, whatever lies in the working
//! tree.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::Value;

use crate::git::{commit_all, git, repository, run, try_git};
use crate::workspace::Workspace;

/// A check of what is staged, with more arguments.
fn staged(workspace: &Workspace, more: &[&str]) -> (Value, i32, String) {
    let arguments = ["check", "data", "--staged", "--no-cache", "--json", "-"];
    let limit = ["--max-leakage", "0"];
    let run = run(workspace, &[&arguments[..], &limit, more].concat());
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
    crate::workspace::validate(&report);
    (report, run.status, run.stderr)
}

fn status(workspace: &Workspace) -> i32 {
    staged(workspace, &[]).1
}

/// What a check refuses to judge says.
fn refused(workspace: &Workspace) -> String {
    let arguments = [
        "check",
        "data",
        "--staged",
        "--no-cache",
        "--max-leakage",
        "0",
    ];
    let run = run(workspace, &arguments);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    run.stderr
}

fn add(workspace: &Workspace, path: &str) {
    git(workspace.root(), &["add", "--", path]);
}

const LEAK: &str = "data/val/c/leak.png";

fn leak(workspace: &Workspace) {
    workspace.copy("data/train/c/1.png", LEAK);
    add(workspace, LEAK);
}

/// A repository whose hook is the documented one.
fn hooked() -> Workspace {
    let workspace = repository();
    let program = env!("CARGO_BIN_EXE_splitleak");
    let hook = format!(
        "#!/bin/sh\nexec {program} check data/ --staged --changed-since HEAD --max-leakage 0 --no-cache --quiet\n"
    );
    workspace.file(".git/hooks/pre-commit", hook);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(workspace.path(".git/hooks/pre-commit"), executable).unwrap();
    workspace
}

fn commits(workspace: &Workspace, arguments: &[&str]) -> bool {
    let commit = [&["commit", "--quiet", "--message", "x"], arguments].concat();
    try_git(workspace.root(), &commit).status.success()
}

#[test]
fn a_hook_holds_back_what_was_staged_and_then_removed() {
    let workspace = hooked();
    leak(&workspace);
    fs::remove_file(workspace.path(LEAK)).unwrap();
    assert!(!commits(&workspace, &[]));
    git(workspace.root(), &["rm", "--quiet", "--cached", LEAK]);
    workspace.image("data/val/c/clean.png", 99);
    add(&workspace, "data/val/c/clean.png");
    assert!(commits(&workspace, &[]));
}

#[test]
fn a_hook_judges_the_index_that_git_hands_it() {
    // `commit --all` and `commit -- FILE` commit another index than the repository's.
    for arguments in [&["--all"][..], &["--", "data/val/c/11.png"]] {
        let workspace = hooked();
        workspace.copy("data/train/c/1.png", "data/val/c/11.png");
        assert!(!commits(&workspace, arguments), "{arguments:?}");
        workspace.image("data/val/c/11.png", 98);
        assert!(commits(&workspace, arguments), "{arguments:?}");
    }
    // A leak that is staged and not committed now.
    let workspace = hooked();
    leak(&workspace);
    workspace.image("data/val/c/11.png", 98);
    assert!(commits(&workspace, &["--", "data/val/c/11.png"]));
    assert!(!commits(&workspace, &[]));
}

#[test]
fn bytes_are_those_that_were_staged() {
    let workspace = repository();
    leak(&workspace);
    workspace.image(LEAK, 97);
    assert_eq!(status(&workspace), 1, "mended, and not staged");
    add(&workspace, LEAK);
    assert_eq!(status(&workspace), 0);
    workspace.copy("data/train/c/1.png", LEAK);
    assert_eq!(status(&workspace), 0, "broken, and not staged");
    workspace.copy("data/train/c/2.png", "data/val/c/untracked.png");
    assert_eq!(status(&workspace), 0, "not tracked");
}

#[test]
fn what_git_was_told_not_to_look_at_is_taken_from_the_index() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let workspace = repository();
        leak(&workspace);
        git(workspace.root(), &["update-index", flag, LEAK]);
        workspace.image(LEAK, 97);
        assert_eq!(status(&workspace), 1, "{flag}");
        fs::remove_file(workspace.path(LEAK)).unwrap();
        assert_eq!(status(&workspace), 1, "{flag}");
    }
}

#[test]
fn a_file_that_is_only_announced_is_not_staged() {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", LEAK);
    git(workspace.root(), &["add", "--intent-to-add", LEAK]);
    let (report, status, _) = staged(&workspace, &[]);
    assert_eq!(
        (&report["coverage"]["samples"], status),
        (&Value::from(9), 0)
    );
}

#[test]
fn rows_of_a_manifest_are_those_that_were_staged() {
    let workspace = Workspace::new();
    let mut rows = vec!["path,split".to_owned()];
    for seed in 1..=6 {
        workspace.image(&format!("data/images/{seed}.png"), seed);
        let split = if seed <= 4 { "train" } else { "val" };
        rows.push(format!("images/{seed}.png,{split}"));
    }
    workspace.copy("data/images/1.png", "data/images/twin.png");
    rows.push("images/twin.png,train".to_owned());
    let clean = rows.join("\n");
    *rows.last_mut().unwrap() = "images/twin.png,val".to_owned();
    let leaking = rows.join("\n");
    for (name, more) in [
        ("data/manifest.csv", &[][..]),
        ("splits.csv", &["--manifest", "splits.csv"]),
    ] {
        workspace.file(name, &clean);
        commit_all(&workspace, !workspace.path(".git").exists());
        let since = [more, &["--changed-since", "HEAD"]].concat();
        workspace.file(name, &leaking);
        assert_eq!(staged(&workspace, more).1, 0, "{name}");
        assert_eq!(staged(&workspace, &since).1, 0, "{name}");
        add(&workspace, name);
        workspace.file(name, &clean);
        assert_eq!(staged(&workspace, more).1, 1, "{name}");
        let (report, status, said) = staged(&workspace, &since);
        assert_eq!(status, 1, "{name}: {} {said}", report["scope"]);
        git(workspace.root(), &["rm", "--quiet", "--force", name]);
    }
}

#[test]
fn only_what_is_staged_and_differs_is_judged() {
    let workspace = repository();
    leak(&workspace);
    git(workspace.root(), &["commit", "--quiet", "--message", "x"]);
    workspace.image("data/train/c/clean.png", 99);
    add(&workspace, "data/train/c/clean.png");
    workspace.copy("data/train/c/2.png", "data/val/c/untracked.png");
    let (report, status, _) = staged(&workspace, &["--changed-since", "HEAD"]);
    assert_eq!((&report["scope"]["samples"], status), (&Value::from(1), 0));
    assert_eq!(staged(&workspace, &["--changed-since", "HEAD~1"]).1, 1);
}

#[test]
fn links_lead_to_what_is_staged() {
    let workspace = repository();
    workspace.image("store/x.png", 50);
    symlink(
        "../../../store/x.png",
        workspace.path("data/val/c/link.png"),
    )
    .unwrap();
    symlink("../../store", workspace.path("data/val/folder")).unwrap();
    commit_all(&workspace, false);
    assert_eq!(status(&workspace), 0);
    workspace.copy("data/train/c/1.png", "store/x.png");
    assert_eq!(status(&workspace), 0);
    add(&workspace, "store/x.png");
    workspace.image("store/x.png", 50);
    let since = ["--changed-since", "HEAD"];
    assert_eq!(status(&workspace), 1);
    assert_eq!(
        staged(&workspace, &since).1,
        1,
        "the links have not changed"
    );
    git(
        workspace.root(),
        &["rm", "--quiet", "--force", "--cached", "store/x.png"],
    );
    let (report, status, _) = staged(&workspace, &[]);
    assert_eq!(status, 2, "{}", report["finding_counts"]);
}

/// A pointer of Git LFS for content that is kept under a digest of our own.
fn pointer(digit: char, size: usize) -> String {
    let digest = digit.to_string().repeat(64);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n")
}

#[test]
fn a_pointer_of_git_lfs_stands_for_what_is_fetched_and_is_told_where_it_is_not() {
    let workspace = repository();
    let image = fs::read(workspace.path("data/train/c/1.png")).unwrap();
    workspace.file(LEAK, pointer('a', image.len()));
    add(&workspace, LEAK);
    // In the working tree it is smudged.
    workspace.file(LEAK, &image);
    let (report, status, _) = staged(&workspace, &[]);
    assert_eq!(
        (
            report["finding_counts"]["data-not-fetched"].as_u64(),
            status
        ),
        (Some(1), 2)
    );
    let object = format!(".git/lfs/objects/aa/aa/{}", "a".repeat(64));
    workspace.file(&object, &image[1..]);
    assert_eq!(staged(&workspace, &[]).1, 2, "half an object is none");
    workspace.file(&object, &image);
    assert_eq!(staged(&workspace, &[]).1, 1);
}

#[test]
fn settings_and_baseline_are_those_that_were_staged() {
    let workspace = repository();
    leak(&workspace);
    workspace.file("data/splitleak.toml", "max-leakage = \"1\"\n");
    let check = ["check", "data", "--staged", "--no-cache", "--quiet"];
    let said = run(&workspace, &check);
    assert_eq!(said.status, 2);
    assert!(
        said.stderr.contains("git add data/splitleak.toml"),
        "{}",
        said.stderr
    );
    add(&workspace, "data/splitleak.toml");
    workspace.file("data/splitleak.toml", "max-leakage = \"0\"\n");
    assert_eq!(run(&workspace, &check).status, 0);
    fs::remove_file(workspace.path("data/splitleak.toml")).unwrap();
    add(&workspace, "data/splitleak.toml");
    // They hold though nothing of the dataset lies in the working tree.
    workspace.file("data/splitleak.toml", "max-leakage = \"0\"\n");
    add(&workspace, "data/splitleak.toml");
    fs::rename(workspace.path("data"), workspace.path("away")).unwrap();
    assert_eq!(run(&workspace, &check).status, 1);
    fs::rename(workspace.path("away"), workspace.path("data")).unwrap();
    git(
        workspace.root(),
        &["rm", "--quiet", "--force", "data/splitleak.toml"],
    );
    let write = ["baseline", "write", "data", "--no-cache", "--reason", "why"];
    assert_eq!(run(&workspace, &write).status, 0);
    assert!(refused(&workspace).contains("splitleak-baseline.toml` is there and not staged"));
    add(&workspace, "splitleak-baseline.toml");
    fs::remove_file(workspace.path("splitleak-baseline.toml")).unwrap();
    assert_eq!(status(&workspace), 0);
}

#[test]
fn what_cannot_be_taken_from_the_index_is_refused() {
    let workspace = repository();
    let blob = git(workspace.root(), &["hash-object", "data/train/c/1.png"]);
    let object = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
    fs::remove_file(workspace.path(&object)).unwrap();
    let said = refused(&workspace);
    assert!(
        said.contains("data/train/c/1.png") && said.contains(&blob),
        "{said}"
    );

    let inner = Workspace::new();
    inner.image("1.png", 1);
    commit_all(&inner, true);
    let workspace = repository();
    let url = inner.root().to_str().unwrap();
    git(
        workspace.root(),
        &["submodule", "--quiet", "add", url, "data/val/sub"],
    );
    assert!(refused(&workspace).contains("`data/val/sub` is a submodule"));

    let workspace = repository();
    git(workspace.root(), &["checkout", "--quiet", "-b", "other"]);
    workspace.image("data/val/c/11.png", 60);
    commit_all(&workspace, false);
    git(workspace.root(), &["checkout", "--quiet", "main"]);
    workspace.image("data/val/c/11.png", 61);
    commit_all(&workspace, false);
    assert!(
        !try_git(workspace.root(), &["merge", "other"])
            .status
            .success()
    );
    assert!(refused(&workspace).contains("not merged"));

    let workspace = repository();
    git(
        workspace.root(),
        &["rm", "--quiet", "--cached", "-r", "data"],
    );
    assert!(refused(&workspace).contains("nothing of `data` is staged"));
    for arguments in [
        &["check", "data", "--staged", "--files-from", "x"][..],
        &[
            "check",
            "--train",
            "data/train",
            "--val",
            "data/val",
            "--staged",
        ],
    ] {
        assert_eq!(run(&workspace, arguments).status, 2, "{arguments:?}");
    }
}

#[test]
fn the_report_is_that_of_the_working_tree_where_both_are_the_same_and_the_cache_serves_both() {
    let workspace = repository();
    leak(&workspace);
    let report = |more: &[&str]| {
        let arguments = ["check", "data", "--cache", "cache", "--json", "-"];
        run(&workspace, &[&arguments[..], more].concat()).stdout
    };
    let of_tree = report(&[]);
    assert_eq!(report(&["--staged"]), of_tree);
    assert_eq!(report(&["--staged"]), of_tree);
}
