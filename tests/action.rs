//! The scripts of `action.yml`, run as a runner runs them.
#![cfg(unix)]

use std::fs;
use std::process::Command;

use crate::workspace::{Run, Workspace};

/// One of four validation images leaks.
fn leaking() -> Workspace {
    let workspace = Workspace::new();
    for seed in 1..=4 {
        workspace.image(&format!("data/train/{seed}.png"), seed);
        workspace.image(&format!("data/val/{}.png", seed + 10), seed + 10);
    }
    workspace.copy("data/train/1.png", "data/val/14.png");
    workspace
}

/// Runs a script of the action with the variables of its step.
pub(crate) fn script(workspace: &Workspace, name: &str, variables: &[(&str, &str)]) -> Run {
    let file = format!("{}/action/{name}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("bash")
        .arg(file)
        .current_dir(workspace.root())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GITHUB_OUTPUT", workspace.path("output"))
        .env("GITHUB_STEP_SUMMARY", workspace.path("summary"))
        .envs(variables.iter().copied())
        .output()
        .expect("these tests need bash");
    Run {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

const DEFAULTS: [(&str, &str); 6] = [
    ("PROGRAM", env!("CARGO_BIN_EXE_splitleak")),
    ("DATASET", "data"),
    ("SINCE", ""),
    ("SARIF", "splitleak.sarif"),
    ("REPORT", "splitleak.json"),
    ("SPLITLEAK_ARGUMENTS", ""),
];

/// Runs the check of the action with these variables in place of the defaults.
pub(crate) fn check(workspace: &Workspace, variables: &[(&str, &str)]) -> Run {
    script(workspace, "check.sh", &[&DEFAULTS, variables].concat())
}

fn with_arguments(workspace: &Workspace, arguments: &str) -> Run {
    check(workspace, &[("SPLITLEAK_ARGUMENTS", arguments)])
}

#[test]
fn a_check_that_must_fail_fails_and_writes_everything() {
    let workspace = leaking();
    let run = with_arguments(&workspace, "--max-leakage=0\n");
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("::error"), "{}", run.stdout);
    let read = |name: &str| fs::read_to_string(workspace.path(name)).unwrap();
    assert_eq!(read("output"), "status=1\n");
    assert!(read("summary").contains("splitleak: failed"));
    assert!(read("splitleak.sarif").contains("data/val/14.png"));
}

#[test]
fn a_check_within_its_limits_passes() {
    for arguments in ["--max-leakage\n25%", "\n\n--max-leakage=1\n\n", ""] {
        let run = with_arguments(&leaking(), arguments);
        assert_eq!(run.status, 0, "{arguments}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn hostile_arguments_reach_the_check_whole_and_the_limit_behind_them_holds() {
    // Each pattern fits names, for one that fits none is refused.
    let hostile = [
        "--layout=image-folder\n--group-pattern=(?<group>(it's)?\\d+)",
        "--group-pattern\n(?<group>\\d+)",
        "--group-pattern=(?<group>(\"a b\")?\\d+)",
        "--group-pattern=(?<group>($(touch x)`touch x`)?\\d+)",
        "--group-pattern=(?<group>([*?~] [ab] ; touch x & > x)?\\d+)",
        "--sequence-pattern=(?<recording>[^/]+)/(?<index>\\d+)\\.png",
        "--group-pattern\n(?<group>(--max-leakage=100%)?\\d+)",
        "\n--layout=image-folder\n\n",
    ];
    for arguments in hostile {
        let workspace = leaking();
        let run = with_arguments(&workspace, &format!("{arguments}\n--max-leakage\n0"));
        assert_eq!(run.status, 1, "{arguments}: {}{}", run.stdout, run.stderr);
        assert!(!workspace.path("x").exists(), "{arguments}");
    }
}

#[test]
fn what_is_no_argument_is_refused_and_nothing_passes() {
    for (arguments, word) in [
        ("--max-leakage 0", "two lines"),
        ("'--max-leakage=0'", "unexpected argument"),
        ("--max-leakage=0 extra", "0 extra"),
        ("--no-such-option", "--no-such-option"),
        ("--group-pattern=it's", "group"),
        ("--help", "nothing was checked"),
        ("--version", "--version"),
        ("--show-settings", "nothing was checked"),
        ("--json=-", "standard output"),
        ("more data", "more data"),
    ] {
        let workspace = leaking();
        let run = with_arguments(&workspace, arguments);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(run.status, 2, "{arguments}: {said}");
        assert!(said.contains(word), "{arguments}: {said}");
        let output = fs::read_to_string(workspace.path("output")).unwrap();
        assert_eq!(output, "status=2\n", "{arguments}");
    }
}

#[test]
fn names_of_datasets_and_revisions_are_no_options() {
    let workspace = leaking();
    fs::rename(workspace.path("data"), workspace.path("-q 'x' $(y)")).unwrap();
    let dataset = ("DATASET", "-q 'x' $(y)");
    let limit = ("SPLITLEAK_ARGUMENTS", "--max-leakage=0");
    let run = check(&workspace, &[dataset, limit]);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    for since in ["--max-leakage=100%", "-q", "no such"] {
        let run = check(&workspace, &[dataset, limit, ("SINCE", since)]);
        assert_eq!(run.status, 2, "{since}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(check(&workspace, &[("DATASET", ""), limit]).status, 2);
}

#[test]
fn a_program_that_is_missing_or_breaks_off_fails() {
    let workspace = leaking();
    let limit = ("SPLITLEAK_ARGUMENTS", "--max-leakage=100%");
    let missing = check(&workspace, &[("PROGRAM", "./no-such-program"), limit]);
    assert_eq!(missing.status, 127, "{}", missing.stderr);
    // A report of an earlier run is no report of this one.
    workspace.file("splitleak.json", "{}");
    let silent = check(&workspace, &[("PROGRAM", "true"), limit]);
    assert_eq!(silent.status, 2, "{}{}", silent.stdout, silent.stderr);
    let unwritable = check(
        &workspace,
        &[("GITHUB_STEP_SUMMARY", "/no/such/file"), limit],
    );
    assert_eq!(unwritable.status, 2, "{}", unwritable.stderr);
    let unset = script(&workspace, "check.sh", &DEFAULTS[..2]);
    assert_ne!(unset.status, 0);
}

#[test]
fn a_program_is_known_by_its_sources() {
    let workspace = Workspace::new();
    workspace
        .file("Cargo.toml", "version = \"0.1.0\"")
        .file("Cargo.lock", "")
        .file("src/main.rs", "fn main() {}");
    let root = workspace.root().to_str().unwrap();
    let digest = || {
        let run = script(&workspace, "sources.sh", &[("HERE", root)]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    let first = digest();
    assert_eq!(first.trim().len(), 40, "{first}");
    workspace.file("README.md", "no source");
    assert_eq!(digest(), first);
    workspace.file("src/main.rs", "fn main() { }");
    let second = digest();
    assert_ne!(second, first, "the version is the same, the program is not");
    fs::rename(
        workspace.path("src/main.rs"),
        workspace.path("src/other.rs"),
    )
    .unwrap();
    assert_ne!(digest(), second);
    fs::remove_dir_all(workspace.path("src")).unwrap();
    let run = script(&workspace, "sources.sh", &[("HERE", root)]);
    assert_ne!(run.status, 0, "no sources, no digest: {}", run.stdout);
}

#[test]
fn a_program_is_built_unless_it_is_there_and_a_failed_build_fails() {
    let workspace = Workspace::new();
    let build = |cargo: &str| {
        workspace.file("tools/cargo", format!("#!/bin/sh\n{cargo}\n"));
        use std::os::unix::fs::PermissionsExt;
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(workspace.path("tools/cargo"), executable).unwrap();
        let path = format!(
            "{}:{}",
            workspace.path("tools").display(),
            std::env::var("PATH").unwrap()
        );
        let variables = [("HERE", "."), ("ROOT", "root"), ("PATH", &*path)];
        script(&workspace, "build.sh", &variables).status
    };
    assert_eq!(build("exit 101"), 101);
    assert_eq!(
        build("mkdir -p root/bin && ln -s /bin/true root/bin/splitleak"),
        0
    );
    assert_eq!(build("exit 101"), 0, "it is there");
}
