//! The examples of README.md and `docs/`: what they show is what is printed, and every command
//! works.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{git, road};

/// Every fenced block marked `console`, at the top of the sources: a command after `$`, its status
/// after `?` where it fails, and what it prints; `...` stands for lines left out.
/// `TRYCMD=overwrite` writes what was printed into the document.
#[test]
fn examples_print_what_the_documents_say() {
    let cache = tempfile::tempdir().unwrap();
    trycmd::TestCases::new()
        .env("SPLITLEAK_CACHE", cache.path().to_str().unwrap())
        .register_bin("splitleak", Path::new(env!("CARGO_BIN_EXE_splitleak")))
        .case("README.md")
        .case("docs/*.md")
        .run();
}

/// README.md and the documents.
fn documents() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(top.join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let mut all: Vec<PathBuf> = docs
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .chain([top.join("README.md")])
        .collect();
    all.sort();
    all
}

/// Contents of a document's fenced blocks of one kind.
fn blocks(document: &Path, kind: &str) -> Vec<String> {
    let text = fs::read_to_string(document).unwrap();
    let fences = text.split("```").skip(1).step_by(2);
    let of_kind = fences.filter_map(|fence| fence.strip_prefix(kind)?.strip_prefix('\n'));
    of_kind.map(ToOwned::to_owned).collect()
}

/// A repository with everything that the documents' commands name.
fn world() -> Workspace {
    let workspace = Workspace::new();
    let mut manifest = "path,split\n".to_owned();
    for seed in 0..20 {
        let (split, alone) = if seed < 15 {
            ("train", "a")
        } else {
            ("val", "b")
        };
        // Of one clip alone no split is left.
        let name = format!("clip{}_frame_{seed:04}.png", 1 + seed / 5);
        workspace.image(&format!("data/{split}/{name}"), seed);
        workspace.image(&format!("{alone}/{name}"), seed);
        manifest += &format!("{split}/{name},{split}\n");
    }
    workspace
        .file("split.csv", manifest)
        .file("log.txt", "Epoch 1/1\nloss: 0.5 - val_loss: 0.25\n");
    git::commit_all(&workspace, true);
    git::git(
        workspace.root(),
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    );
    for name in ["main.json", "branch.json"] {
        workspace.run(&["check", "data", "--quiet", "--no-cache", "--json", name]);
    }
    workspace
}

#[test]
fn every_command_of_the_documents_works() {
    let directory = Path::new(env!("CARGO_BIN_EXE_splitleak")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut run = 0;
    for document in documents() {
        let workspace = world();
        for line in blocks(&document, "sh")
            .iter()
            .flat_map(|block| block.lines())
        {
            let line = line.trim_start_matches("exec ");
            if !line.starts_with("splitleak ") && !line.contains("| splitleak ") {
                continue;
            }
            if line.contains("--staged") {
                // Whoever commits has staged the settings, too.
                git::git(workspace.root(), &["add", "--all"]);
            }
            let output = Command::new("sh")
                .args(["-c", line])
                .current_dir(workspace.root())
                .env("PATH", format!("{}:{path}", directory.display()))
                .env("SPLITLEAK_CACHE", workspace.path("cache"))
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let status = output.status.code();
            assert!([Some(0), Some(1)].contains(&status), "{line}: {said}");
            run += 1;
        }
    }
    assert!(run >= 20, "{run} commands were found");
}

/// The drive split in time, with a copy of a training frame added to validation, as `docs/ci.md`
/// has it.
fn refused_commit() -> Workspace {
    let workspace = Workspace::new();
    for frame in 0..road::FRAMES {
        workspace.file(&format!("data/{}", road::path(frame)), road::jpeg(frame));
    }
    workspace.file("data/manifest.csv", road::block_manifest());
    git::commit_all(&workspace, true);
    workspace.copy(
        &format!("data/{}", road::path(1)),
        "data/frames/extra_1.jpg",
    );
    let manifest = road::block_manifest();
    let row = manifest.lines().nth(2).unwrap();
    // Another time, or the two would be neighbours as well.
    let (same, _time) = row.rsplit_once(',').unwrap();
    let more = same
        .replace("frame_00001", "extra_1")
        .replace("train", "val");
    workspace.file("data/manifest.csv", format!("{manifest}{more},24.0\n"));
    workspace
}

/// Compares the block of `docs/ci.md` that holds a text with what was printed; `...` stands for
/// lines left out.
fn shown_in_ci(text: &str, printed: &str) {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md");
    let blocks = blocks(&document, "text");
    let block = blocks.iter().find(|block| block.contains(text)).unwrap();
    let block = &block[block.find(text).unwrap()..];
    let mut rest = printed;
    for part in block.split("  ...\n") {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("docs/ci.md shows\n{part}\nprinted was\n{printed}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn a_refused_commit_prints_what_the_guide_shows() {
    let workspace = refused_commit();
    let scope = [
        "--changed-since",
        "HEAD",
        "--max-leakage",
        "0",
        "--no-cache",
    ];
    let check = |more: &[&str]| {
        let run = git::run(
            &workspace,
            &[&["check", "data/"], &scope[..], more].concat(),
        );
        assert_eq!(run.status, 1, "{}", run.stderr);
        run.stdout
    };
    shown_in_ci("211 images, 211 read", &check(&[]));
    shown_in_ci(
        "::error title=splitleak max-leakage",
        &check(&["--format", "github"]),
    );
}
