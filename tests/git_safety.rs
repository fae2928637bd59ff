//! Settings of a repository make git run programs. None of them runs in a check.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::git::{commit_all, git, repository, run};
use crate::workspace::Workspace;

/// Every way in which a repository can have git run a program, each of which leaves a mark.
fn set_traps(workspace: &Workspace) {
    let mark = workspace.path("mark");
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\ncat\n", mark.display());
    workspace.file("trap", script);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(workspace.path("trap"), executable.clone()).unwrap();
    let trap = workspace.path("trap");
    let trap = trap.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "pager.diff",
        "pager.ls-files",
        "core.sshCommand",
        "core.askPass",
        "core.editor",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.x.command",
        "diff.x.textconv",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.y.process",
        "credential.helper",
        "gpg.program",
        "uploadpack.packObjectsHook",
    ] {
        git(workspace.root(), &["config", key, trap]);
    }
    for alias in ["diff", "ls-files", "cat-file", "rev-parse", "config"] {
        let shell = format!("!{trap}");
        git(
            workspace.root(),
            &["config", &format!("alias.{alias}"), &shell],
        );
    }
    git(workspace.root(), &["config", "filter.x.required", "true"]);
    git(workspace.root(), &["config", "filter.y.required", "true"]);
    // More of them in a file that is included.
    workspace.file(
        "included",
        format!("[filter \"z.w\"]\n\tclean = {trap}\n\tprocess = {trap}\n"),
    );
    let included = workspace.path("included");
    git(
        workspace.root(),
        &["config", "include.path", included.to_str().unwrap()],
    );
    // Objects that are not here are to come from a remote.
    let remote = format!("ext::{trap}");
    for (key, value) in [
        ("remote.origin.url", remote.as_str()),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
    ] {
        git(workspace.root(), &["config", key, value]);
    }
    let attributes =
        "data/train/** filter=x diff=x\ndata/val/** filter=y diff=x\n*.csv filter=z.w\n";
    workspace.file(".gitattributes", attributes);
    workspace.file(".git/info/attributes", attributes);
    for hook in [
        "post-index-change",
        "pre-commit",
        "post-checkout",
        "fsmonitor-watchman",
    ] {
        let place = format!(".git/hooks/{hook}");
        fs::copy(workspace.path("trap"), workspace.path(&place)).unwrap();
        fs::set_permissions(workspace.path(&place), executable.clone()).unwrap();
    }
    // Setting them may have sprung some.
    let _ = fs::remove_file(mark);
}

#[test]
fn nothing_that_a_repository_names_is_run() {
    let workspace = repository();
    workspace.file("data/table.csv", "a,b\n");
    commit_all(&workspace, false);
    set_traps(&workspace);
    // Files that git has to look into, because their times say nothing: clean filters would run.
    for seed in 1..=6 {
        let path = format!("data/train/c/{seed}.png");
        let bytes = fs::read(workspace.path(&path)).unwrap();
        workspace.file(&path, bytes);
    }
    workspace.image("data/val/c/11.png", 70);
    workspace.file("data/table.csv", "a,c\n");
    let judge = |expected: i32| {
        let _ = fs::remove_file(workspace.path("mark"));
        for more in [
            &["--changed-since", "HEAD"][..],
            &["--staged"],
            &["--staged", "--changed-since", "HEAD"],
        ] {
            let check = ["check", "data", "--no-cache", "--quiet"];
            let run = run(&workspace, &[&check[..], more].concat());
            let mark = fs::read_to_string(workspace.path("mark"));
            assert!(mark.is_err(), "{more:?} ran {mark:?}");
            assert_eq!(run.status, expected, "{more:?}: {}", run.stderr);
        }
    };
    judge(0);
    // An object that git would fetch.
    let blob = git(workspace.root(), &["rev-parse", "HEAD:data/val/c/12.png"]);
    let object = format!(".git/objects/{}/{}", &blob[..2], &blob[2..]);
    fs::remove_file(workspace.path(&object)).unwrap();
    workspace.image("data/val/c/12.png", 71);
    judge(2);
}

#[test]
fn a_submodule_with_traps_is_looked_into_without_springing_them() {
    let inner = Workspace::new();
    inner.image("1.png", 1);
    commit_all(&inner, true);
    let workspace = repository();
    let url = inner.root().to_str().unwrap();
    git(
        workspace.root(),
        &["submodule", "--quiet", "add", url, "data/val/sub"],
    );
    commit_all(&workspace, false);
    let mark = workspace.path("mark");
    let script = format!("#!/bin/sh\ntouch '{}'\n", mark.display());
    workspace.file("trap", script);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(workspace.path("trap"), executable).unwrap();
    let trap = workspace.path("trap");
    let sub = workspace.path("data/val/sub");
    for key in ["core.fsmonitor", "filter.x.clean"] {
        git(&sub, &["config", key, trap.to_str().unwrap()]);
    }
    workspace.file(".git/modules/data/val/sub/info/attributes", "* filter=x\n");
    workspace.image("data/val/sub/1.png", 2);
    let _ = fs::remove_file(&mark);
    let check = [
        "check",
        "data",
        "--no-cache",
        "--quiet",
        "--max-leakage",
        "0",
    ];
    let run = run(
        &workspace,
        &[&check[..], &["--changed-since", "HEAD"]].concat(),
    );
    assert!(!mark.exists(), "a trap of the submodule was sprung");
    assert_eq!(run.status, 1, "it is dirty: {}", run.stderr);
}

#[test]
fn a_filter_that_cannot_be_switched_off_is_refused() {
    let workspace = repository();
    git(workspace.root(), &["config", "filter.a=b.clean", "cat"]);
    let run = run(&workspace, &["check", "data", "--changed-since", "HEAD"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("a=b"), "{}", run.stderr);
}

#[test]
fn files_of_git_lfs_are_known_by_their_objects_without_its_filter() {
    let workspace = repository();
    let image = fs::read(workspace.path("data/train/c/1.png")).unwrap();
    let digest = "a".repeat(64);
    let size = image.len();
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n");
    workspace.file("data/val/c/old.png", pointer);
    commit_all(&workspace, false);
    git(
        workspace.root(),
        &["config", "filter.lfs.clean", "git-lfs clean -- %f"],
    );
    workspace.file(&format!(".git/lfs/objects/aa/aa/{digest}"), &image);
    // As it is smudged, which git has not noted.
    workspace.file("data/val/c/old.png", &image);
    let status = || {
        let check = [
            "check",
            "data",
            "--no-cache",
            "--quiet",
            "--max-leakage",
            "0",
        ];
        run(
            &workspace,
            &[&check[..], &["--changed-since", "HEAD"]].concat(),
        )
        .status
    };
    assert_eq!(status(), 0, "a leak of before");
    workspace.copy("data/train/c/2.png", "data/val/c/old.png");
    assert_eq!(status(), 1);
}
