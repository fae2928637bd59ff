//! A repository of git around a dataset, with nothing of the caller's settings.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::workspace::{Run, Workspace, validate};

/// Runs git in a directory; whatever comes of it.
pub(crate) fn try_git(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env_remove("SPLITLEAK_CACHE")
        .output()
        .expect("these tests need git")
}

/// Runs git in a directory; what it prints.
pub(crate) fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = try_git(directory, arguments);
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Checks what changed since a revision, under a limit of no leak: report, exit status, and what
/// was said beside.
pub(crate) fn since(workspace: &Workspace, revision: &str, more: &[&str]) -> (Value, i32, String) {
    let arguments = [
        "check",
        "data",
        "--no-cache",
        "--max-leakage",
        "0",
        "--json",
        "-",
    ];
    let scope = ["--changed-since", revision];
    let run = run(workspace, &[&arguments[..], &scope, more].concat());
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
    validate(&report);
    (report, run.status, run.stderr)
}

/// A repository with a clean dataset in `data/`, committed.
pub(crate) fn repository() -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..=6 {
        workspace.image(&format!("data/train/c/{seed}.png"), seed);
    }
    for seed in 11..=13 {
        workspace.image(&format!("data/val/c/{seed}.png"), seed);
    }
    commit_all(&workspace, true);
    workspace
}

pub(crate) fn commit_all(workspace: &Workspace, first: bool) {
    if first {
        git(workspace.root(), &["init", "--quiet"]);
    }
    git(workspace.root(), &["add", "--all"]);
    git(workspace.root(), &["commit", "--quiet", "--message", "x"]);
}

/// Runs a check with git in reach.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_splitleak"))
        .args(arguments)
        .current_dir(workspace.root())
        .env_remove("SPLITLEAK_CACHE")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
