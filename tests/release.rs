//! What is published, and how the action gets it.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::action::script;
use crate::workspace::{Run, Workspace};

const TOP: &str = env!("CARGO_MANIFEST_DIR");
const ADDRESS: &str = "https://example.org/v1/splitleak.tar.gz";

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(TOP).join(name)).unwrap()
}

fn executable(workspace: &Workspace, name: &str, text: &str) {
    workspace.file(name, format!("#!/bin/sh\n{text}\n"));
    fs::set_permissions(workspace.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A workspace with an archive of a program that does this, and its digest.
fn released(program: &str) -> (Workspace, String) {
    let workspace = Workspace::new();
    executable(&workspace, "made/splitleak-t/splitleak", program);
    let made = std::process::Command::new("sh")
        .args([
            "-c",
            "tar -cz -C made splitleak-t > made.tar.gz && sha256sum < made.tar.gz",
        ])
        .current_dir(workspace.root())
        .output()
        .unwrap();
    let digest = String::from_utf8(made.stdout).unwrap()[..64].to_owned();
    (workspace, digest)
}

/// Runs `fetch.sh` on a machine for which `pins` has a line, with a `curl` that does this.
fn fetch(workspace: &Workspace, pins: &str, curl: &str) -> (Run, String) {
    workspace.file("action/releases.txt", pins);
    workspace.file("output", "");
    // The file to write comes last but one, the address last.
    let fake = format!("while [ $# -gt 2 ]; do shift; done; echo \"$2\" > asked; {curl}");
    executable(workspace, "tools/curl", &fake);
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", workspace.path("tools").display());
    let variables = [
        ("HERE", "."),
        ("ROOT", "root"),
        ("RUNNER_OS", "Linux"),
        ("RUNNER_ARCH", "X64"),
        ("PATH", &*path),
    ];
    let run = script(workspace, "fetch.sh", &variables);
    let output = fs::read_to_string(workspace.path("output")).unwrap();
    (run, output)
}

fn pin(digest: &str) -> String {
    format!("# of a release\nx86_64-unknown-linux-musl {digest} {ADDRESS}\n")
}

#[test]
fn a_pinned_program_is_downloaded_and_used() {
    let (workspace, digest) = released("echo 1.2.3");
    let (run, output) = fetch(&workspace, &pin(&digest), "cp made.tar.gz \"$1\"");
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(output, "fetched=true\n");
    assert!(run.stdout.contains("1.2.3"), "{}", run.stdout);
    let asked = fs::read_to_string(workspace.path("asked")).unwrap();
    assert_eq!(asked.trim(), ADDRESS);
    assert!(workspace.path("root/bin/splitleak").exists());
}

#[test]
fn a_program_with_another_digest_is_never_run_and_nothing_is_built_in_its_place() {
    let (workspace, _) = released("echo 1.2.3");
    let (run, output) = fetch(&workspace, &pin(&"0".repeat(64)), "cp made.tar.gz \"$1\"");
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(output, "");
    assert!(run.stdout.contains("::error"), "{}", run.stdout);
    assert!(!workspace.path("root/bin/splitleak").exists());
}

#[test]
fn without_a_release_the_program_is_built() {
    let (workspace, digest) = released("echo 1.2.3");
    let other = pin(&digest).replace("x86_64", "aarch64");
    for (pins, curl) in [
        ("# none yet\n", "exit 0"),
        (&*other, "exit 0"),
        (&*pin(&digest), "exit 22"),
    ] {
        let (run, output) = fetch(&workspace, pins, curl);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        assert_eq!(output, "fetched=false\n", "{pins}");
        assert!(run.stdout.contains("built from its sources"), "{pins}");
        assert!(!workspace.path("root/bin/splitleak").exists());
    }
}

#[test]
fn a_pin_that_says_no_digest_or_no_safe_address_and_a_broken_program_fail() {
    let (workspace, digest) = released("echo 1.2.3");
    for pins in [
        pin("0123"),
        pin(&digest).replace("https:", "http:"),
        pin(&digest).replace(ADDRESS, ""),
    ] {
        let (run, output) = fetch(&workspace, &pins, "cp made.tar.gz \"$1\"");
        assert_eq!((run.status, &*output), (2, ""), "{pins}");
    }
    let (broken, digest) = released("exit 3");
    let (run, output) = fetch(&broken, &pin(&digest), "cp made.tar.gz \"$1\"");
    assert_eq!((run.status, &*output), (3, ""), "{}", run.stderr);
    fs::remove_file(workspace.path("action/releases.txt")).unwrap();
    let variables = [
        ("HERE", "."),
        ("ROOT", "root"),
        ("RUNNER_OS", "Linux"),
        ("RUNNER_ARCH", "X64"),
    ];
    let run = script(&workspace, "fetch.sh", &variables);
    assert_ne!(run.status, 0, "{}", run.stdout);
}

#[test]
fn pins_of_this_repository_are_whole() {
    for line in read("action/releases.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert!(line.starts_with('#') || words.len() == 3, "{line}");
    }
}

#[test]
fn every_action_that_is_used_is_pinned_by_its_commit() {
    let mut seen = 0;
    for name in [
        "action.yml",
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
    ] {
        for line in read(name).lines() {
            let Some((_, used)) = line.split_once("uses: ") else {
                continue;
            };
            let (commit, version) = used.split_once('@').unwrap().1.split_once(" # v").unwrap();
            let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(commit.len() == 40 && hexadecimal(commit), "{name}: {used}");
            assert!(!version.is_empty());
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

/// Machines of GitHub that are gone: a job that asks for one waits until it is cancelled.
const GONE: [&str; 8] = [
    "macos-11",
    "macos-12",
    "macos-13",
    "macos-14",
    "ubuntu-18.04",
    "ubuntu-20.04",
    "windows-2016",
    "windows-2019",
];

#[test]
fn no_job_asks_for_a_machine_that_is_gone() {
    let mut seen = 0;
    for name in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        for line in read(name).lines() {
            let asks = ["runner:", "runs-on:", "os:"];
            let asked = asks.iter().find_map(|key| line.split_once(key));
            let Some((_, asked)) = asked else { continue };
            for gone in GONE {
                assert!(!asked.contains(gone), "{name}: {line}");
            }
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn versions_agree() {
    let version = env!("CARGO_PKG_VERSION");
    assert!(read("pyproject.toml").contains(&format!("\"splitleak=={version}\"")));
    assert!(read("python/Cargo.toml").contains(&format!("\nversion = \"{version}\"\n")));
}

#[test]
fn archives_are_called_what_those_who_download_them_ask_for() {
    let named = "splitleak-{ target }.tar.gz";
    let cargo = read("Cargo.toml");
    assert!(cargo.contains(named) && cargo.contains("splitleak-{ target }/{ bin }"));
    assert!(read(".github/release/pack.sh").contains("name=splitleak-$TARGET\n"));
    let (fetch, workflow) = (
        read("action/fetch.sh"),
        read(".github/workflows/release.yml"),
    );
    let targets = fetch.lines().filter_map(|line| line.split_once("target="));
    let targets: Vec<&str> = targets
        .filter_map(|(_, rest)| rest.strip_suffix(" ;;"))
        .collect();
    assert_eq!(targets.len(), 5, "{targets:?}");
    for target in targets {
        assert!(workflow.contains(&format!("target: {target}")), "{target}");
    }
}
