//! Only what changed: the same verdict for those images as a full run, and nothing missed.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::git::{commit_all, git, repository, run, since};
use crate::workspace::Workspace;

fn scope(report: &Value) -> (u64, u64) {
    let number = |key: &str| report["scope"][key].as_u64().unwrap();
    (number("files"), number("samples"))
}

#[test]
fn nothing_changed_is_a_pass_of_nothing() {
    let (report, status, _) = since(&repository(), "HEAD", &[]);
    assert_eq!((scope(&report), status), ((0, 0), 0));
    assert_eq!(report["leakage"][0]["leaked"]["denominator"], 3);
}

#[test]
fn a_new_leak_is_found_tracked_or_not_on_either_side() {
    for (from, to) in [
        ("data/train/c/1.png", "data/val/c/new.png"),
        ("data/val/c/11.png", "data/train/c/new.png"),
    ] {
        let workspace = repository();
        workspace.copy(from, to);
        let (report, status, said) = since(&workspace, "HEAD", &[]);
        assert_eq!((scope(&report), status), ((1, 1), 1), "{said}");
        git(workspace.root(), &["add", "--all"]);
        assert_eq!(since(&workspace, "HEAD", &[]).1, 1);
        git(
            workspace.root(),
            &["commit", "--quiet", "--message", "leak"],
        );
        assert_eq!(
            since(&workspace, "HEAD", &[]).1,
            0,
            "it is no change any more"
        );
        assert_eq!(since(&workspace, "HEAD~1", &[]).1, 1);
    }
}

#[test]
fn a_leak_that_was_there_before_does_not_fail_a_clean_change() {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", "data/val/c/old.png");
    commit_all(&workspace, false);
    workspace.image("data/train/c/clean.png", 99);
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((1, 1), 0), "{}", report["pairs"]);
    assert_eq!(report["leaked_samples"], Value::Array(Vec::new()));
}

#[test]
fn modified_renamed_and_deleted_files_are_followed() {
    let workspace = repository();
    let data = workspace.path("data");
    fs::copy(data.join("train/c/2.png"), data.join("val/c/11.png")).unwrap();
    fs::remove_file(data.join("train/c/6.png")).unwrap();
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((1, 1), 1));
    // A move from one split to the other, of an image that has a copy there.
    git(workspace.root(), &["checkout", "--quiet", "--", "."]);
    workspace.copy("data/train/c/3.png", "data/train/c/3b.png");
    commit_all(&workspace, false);
    git(
        workspace.root(),
        &["mv", "data/train/c/3b.png", "data/val/c/3b.png"],
    );
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((1, 1), 1), "{}", report["scope"]);
}

#[test]
fn a_picture_whose_mask_changed_has_changed() {
    let workspace = repository();
    for (split, numbers) in [("train", 1..=6), ("val", 11..=13)] {
        for n in numbers {
            let bytes = fs::read(workspace.path(&format!("data/{split}/c/{n}.png"))).unwrap();
            workspace.file(&format!("data/{split}_masks/c/{n}_mask.png"), bytes);
        }
    }
    commit_all(&workspace, false);
    workspace.image("data/train_masks/c/2_mask.png", 98);
    let (report, _, said) = since(&workspace, "HEAD", &[]);
    // The mask, and with it its picture.
    assert_eq!(scope(&report), (2, 1), "{said}");
}

#[test]
fn odd_names_are_taken_as_they_are() {
    let workspace = repository();
    let names = [
        "a b.png",
        "new\nline.png",
        "-n.png",
        "\"q\".png",
        "tab\t.png",
        "日本.png",
    ];
    for (name, seed) in names.iter().zip(1..) {
        workspace.copy(
            &format!("data/train/c/{seed}.png"),
            &format!("data/val/{name}"),
        );
    }
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((6, 6), 1));
    git(workspace.root(), &["add", "--all"]);
    assert_eq!(scope(&since(&workspace, "HEAD", &[]).0), (6, 6));
}

#[test]
fn a_row_of_a_manifest_that_moves_its_image_is_a_change() {
    let workspace = Workspace::new();
    let mut rows = vec!["path,split".to_owned()];
    for seed in 1..=6 {
        workspace.image(&format!("data/images/{seed}.png"), seed);
        let split = if seed <= 4 { "train" } else { "val" };
        rows.push(format!("images/{seed}.png,{split}"));
    }
    workspace.copy("data/images/1.png", "data/images/twin.png");
    rows.push("images/twin.png,train".to_owned());
    workspace.file("data/manifest.csv", rows.join("\n"));
    commit_all(&workspace, true);
    assert_eq!(since(&workspace, "HEAD", &[]).1, 0);
    *rows.last_mut().unwrap() = "images/twin.png,val".to_owned();
    rows.insert(1, "images/2.png,train".to_owned());
    rows.remove(3);
    workspace.file("data/manifest.csv", rows.join("\n"));
    for more in [&[][..], &["--manifest", "data/manifest.csv"]] {
        let (report, status, _) = since(&workspace, "HEAD", more);
        // The manifest itself, and the one image that moved; the order of rows is nothing.
        assert_eq!((scope(&report), status), ((2, 1), 1), "{more:?}");
    }
}

#[test]
fn what_git_does_not_know_is_checked_rather_than_forgotten() {
    let workspace = repository();
    workspace.file(".gitignore", "data/val/\n");
    git(
        workspace.root(),
        &["rm", "--quiet", "--cached", "-r", "data/val"],
    );
    commit_all(&workspace, false);
    workspace.copy("data/train/c/1.png", "data/val/c/hidden.png");
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((4, 4), 1));
    assert!(
        said.contains("do not track") && said.contains(": 4"),
        "{said}"
    );
}

/// `data/val` in the care of DVC: a list of files by digest, in a file with a digest of its own.
fn dvc(workspace: &Workspace, digest: &str, files: &[(&str, &str)]) {
    let text = format!(
        "outs:\n- md5: {digest}.dir\n  nfiles: {}\n  hash: md5\n  path: val\n",
        files.len()
    );
    workspace.file("data/val.dvc", text);
    let rows = files
        .iter()
        .map(|(path, md5)| format!("{{\"md5\": \"{md5}\", \"relpath\": \"{path}\"}}"));
    let list = format!("[{}]", rows.collect::<Vec<_>>().join(", "));
    let place = format!(".dvc/cache/files/md5/{}/{}.dir", &digest[..2], &digest[2..]);
    workspace.file(&place, list);
}

#[test]
fn a_dvc_file_tells_which_of_its_files_changed() {
    let workspace = repository();
    workspace.file(".gitignore", "data/val/\n.dvc/cache/\n");
    git(
        workspace.root(),
        &["rm", "--quiet", "--cached", "-r", "data/val"],
    );
    let mut files = vec![("c/11.png", "a1"), ("c/12.png", "a2"), ("c/13.png", "a3")];
    dvc(&workspace, "0123", &files);
    commit_all(&workspace, false);
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status, said.as_str()), ((0, 0), 0, ""));

    workspace.copy("data/train/c/1.png", "data/val/c/new.png");
    files.push(("c/new.png", "a4"));
    dvc(&workspace, "4567", &files);
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    // The `.dvc` file and the new image.
    assert_eq!((scope(&report), status), ((2, 1), 1));

    // Without DVC's cache every file behind it may have changed.
    fs::remove_dir_all(workspace.path(".dvc")).unwrap();
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((5, 4), 1));
    assert!(said.contains("DVC file has changed"), "{said}");
}

#[test]
fn a_link_to_a_cache_is_an_image_like_any_other() {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", "store/ab/cdef");
    fs::create_dir_all(workspace.path("data/val/linked")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(
            "../../../store/ab/cdef",
            workspace.path("data/val/linked/x.png"),
        )
        .unwrap();
        let (report, status, _) = since(&workspace, "HEAD", &[]);
        assert_eq!((scope(&report), status), ((1, 1), 1));
    }
}

#[test]
fn a_pointer_where_an_image_should_be_is_not_a_pass() {
    let workspace = repository();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    workspace.file("data/train/c/lfs.png", pointer);
    commit_all(&workspace, false);
    workspace.image("data/val/c/clean.png", 99);
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    assert_eq!(
        status, 2,
        "the new image could be a copy of what is not here"
    );
    assert_eq!(report["finding_counts"]["data-not-fetched"], 1);
}

#[test]
fn a_shallow_clone_without_the_revision_says_what_to_fetch() {
    let workspace = repository();
    let old = git(workspace.root(), &["rev-parse", "HEAD"]);
    workspace.image("data/train/c/7.png", 7);
    commit_all(&workspace, false);
    let origin = format!("file://{}", workspace.root().display());
    let clone = Workspace::new();
    git(
        clone.root(),
        &["clone", "--quiet", "--depth", "1", &origin, "."],
    );
    let run = run(&clone, &["check", "data", "--changed-since", &old]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    for word in ["shallow", "git fetch", "fetch-depth"] {
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
    git(
        clone.root(),
        &["fetch", "--quiet", "--depth", "1", "origin", &old],
    );
    let (report, status, _) = since(&clone, &old, &[]);
    assert_eq!((scope(&report), status), ((1, 1), 0));
}

#[test]
fn revisions_repositories_and_options_that_are_none_are_refused() {
    let workspace = repository();
    for revision in ["nope", "--output=x", ""] {
        let run = run(
            &workspace,
            &["check", "data", &format!("--changed-since={revision}")],
        );
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{revision}");
        assert!(run.stderr.contains("has no revision"), "{}", run.stderr);
    }
    let plain = Workspace::new();
    plain.image("train/1.png", 1).image("val/2.png", 2);
    let found = run(&plain, &["check", ".", "--changed-since", "HEAD"]);
    assert_eq!(found.status, 2);
    assert!(
        found
            .stderr
            .contains("not in a git repository that can be asked"),
        "{}",
        found.stderr
    );
    let both = run(
        &workspace,
        &["check", "data", "--changed-since", "HEAD", "--explain"],
    );
    assert_eq!(both.status, 2, "{}", both.stderr);
    // No git at all.
    let output = Command::new(env!("CARGO_BIN_EXE_splitleak"))
        .args(["check", "data", "--changed-since", "HEAD"])
        .current_dir(workspace.root())
        .env("PATH", workspace.path("data"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("`git` could not be run") && said.contains("--files-from"),
        "{said}"
    );
}

#[test]
fn a_repository_without_a_commit_is_all_new() {
    let workspace = Workspace::new();
    workspace
        .image("data/train/1.png", 1)
        .copy("data/train/1.png", "data/val/1.png");
    git(workspace.root(), &["init", "--quiet"]);
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((&report["scope"], status), (&Value::Null, 1));
    assert!(said.contains("no commit yet"), "{said}");
}

#[test]
fn a_submodule_that_moved_is_checked_and_one_that_did_not_is_not() {
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
    assert_eq!(since(&workspace, "HEAD", &[]).1, 0);
    assert_eq!(since(&workspace, "HEAD~1", &[]).1, 1);
    // New, and not committed in the submodule.
    workspace.copy("data/train/c/2.png", "data/val/sub/2.png");
    assert_eq!(since(&workspace, "HEAD", &[]).1, 1);
}

/// Pairs of a report as text, of those that `wanted` accepts by their two paths. How similar they
/// are is left out: it depends a little on the images it was learned from.
fn pairs(report: &Value, wanted: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let pairs = report["pairs"].as_array().unwrap().iter();
    let wanted = pairs.filter(|pair| {
        let path = |side: &str| pair[side]["path"].as_str().unwrap();
        wanted(path("evaluation"), path("training"))
    });
    let mut told: Vec<String> = wanted
        .map(|pair| {
            let mut pair = pair.clone();
            pair.as_object_mut().unwrap().remove("similarity");
            pair.as_object_mut().unwrap().remove("shared_area");
            pair.to_string()
        })
        .collect();
    told.sort();
    told
}

#[test]
fn the_verdict_on_named_images_is_that_of_a_full_run() {
    let workspace = Workspace::new();
    let mut paths = Vec::new();
    for seed in 0..14u32 {
        // Copies by bytes and by look on both sides, several of some.
        let (train, val) = (seed % 5, seed % 7);
        for (path, seed) in [
            (format!("train/a/{seed}.png"), train),
            (format!("val/b/{seed}.jpg"), val),
            (format!("test/{seed}.png"), seed + 3),
        ] {
            workspace.image(&path, seed);
            paths.push(path);
        }
    }
    workspace.file("list.txt", "");
    let all = ["--pairs-per-sample", "100", "--no-cache"];
    let (full, _) = workspace.check(&all);
    let mut state = 7u32;
    for round in 0..6 {
        let focus: Vec<&String> = paths
            .iter()
            .filter(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) % 6 <= round
            })
            .collect();
        let list = focus
            .iter()
            .map(|path| path.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        workspace.file("list.txt", list);
        let (part, _) = workspace.check(&[&all[..], &["--files-from", "list.txt"]].concat());
        let asked = |path: &str| focus.iter().any(|other| *other == path);
        let expected = pairs(&full, |a, b| asked(a) || asked(b));
        assert_eq!(pairs(&part, |_, _| true), expected, "{focus:?}");
        assert!(round < 3 || !expected.is_empty());
        for key in ["detection", "dataset", "coverage"] {
            assert_eq!(part[key], full[key], "{key}");
        }
        // Every evaluation image counts once, and rows of asked images are those of the full run.
        for entry in part["leakage"].as_array().unwrap() {
            let split = |pair: &Value| pair["evaluation"]["split"] == entry["evaluation_split"];
            let mut images: Vec<&Value> = part["pairs"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|pair| split(pair))
                .map(|pair| &pair["evaluation"]["path"])
                .collect();
            images.sort_by_key(|path| path.to_string());
            images.dedup();
            assert_eq!(entry["leaked"]["count"], images.len());
        }
        let rows = |report: &Value| -> Vec<String> {
            let rows = report["leaked_samples"].as_array().unwrap().iter();
            let asked = rows.filter(|row| asked(row["evaluation"]["path"].as_str().unwrap()));
            asked.map(ToString::to_string).collect()
        };
        assert_eq!(rows(&part), rows(&full));
        let duplicates =
            |report: &Value| report["finding_counts"]["duplicate-across-evaluation"].clone();
        if focus.len() == paths.len() {
            assert_eq!(duplicates(&part), duplicates(&full));
        }
    }
}

#[test]
fn a_list_of_files_may_come_from_standard_input() {
    use std::io::Write;
    use std::process::Stdio;
    let workspace = repository();
    workspace.copy("data/train/c/1.png", "data/val/c/new.png");
    let mut child = Command::new(env!("CARGO_BIN_EXE_splitleak"))
        .args([
            "check",
            "data",
            "--no-cache",
            "--max-leakage",
            "0",
            "--files-from",
            "-",
        ])
        .current_dir(workspace.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"data/val/c/new.png\nREADME.md\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("images only (1)"));
}

#[test]
fn a_change_of_the_settings_lets_every_image_be_judged() {
    let workspace = repository();
    workspace.copy("data/train/c/1.png", "data/val/c/left_out.png");
    workspace.file(
        "data/splitleak.toml",
        "exclude = [\"val/c/left_out.png\"]\n",
    );
    commit_all(&workspace, false);
    assert_eq!(since(&workspace, "HEAD", &[]).1, 0);
    workspace.file("data/splitleak.toml", "");
    let (report, status, said) = since(&workspace, "HEAD", &[]);
    assert_eq!((report["scope"].is_null(), status), (true, 1), "{said}");
    assert!(said.contains("`data/splitleak.toml` has changed"), "{said}");
    git(workspace.root(), &["add", "--all"]);
    assert_eq!(since(&workspace, "HEAD", &["--staged"]).1, 1);
    fs::remove_file(workspace.path("data/splitleak.toml")).unwrap();
    assert_eq!(since(&workspace, "HEAD", &[]).1, 1);
}

#[test]
#[cfg(unix)]
fn what_links_lead_to_outside_of_the_repository_is_judged_every_time() {
    let outer = Workspace::new();
    let workspace = repository();
    outer.image("store/new.png", 50);
    let digest = "9a1c".repeat(8);
    outer.image("store/3f/x.png", 60);
    fs::rename(
        outer.path("store/3f/x.png"),
        outer.path(&format!("store/3f/{digest}")),
    )
    .unwrap();
    let link = |to: &str, from: &str| {
        std::os::unix::fs::symlink(outer.path(to), workspace.path(from)).unwrap();
    };
    link("store/new.png", "data/val/c/link.png");
    // The name of what it leads to vouches for it, as in the caches of DVC and git-annex.
    link(&format!("store/3f/{digest}"), "data/val/c/cached.png");
    commit_all(&workspace, false);
    let (report, status, _) = since(&workspace, "HEAD", &[]);
    assert_eq!((scope(&report), status), ((1, 1), 0));
    let copy = fs::read(workspace.path("data/train/c/1.png")).unwrap();
    fs::write(outer.path("store/new.png"), copy).unwrap();
    assert_eq!(since(&workspace, "HEAD", &[]).1, 1);
}
