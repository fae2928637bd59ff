//! Everything that can be wrong with files and manifests.

use crate::workspace::{Workspace, codes, encode, leaked, paths_of, picture};

/// Two good splits to which each test adds its fault.
fn good() -> Workspace {
    let workspace = Workspace::new();
    workspace
        .image("train/1.png", 1)
        .image("train/2.jpg", 2)
        .image("val/3.png", 3);
    workspace
}

#[test]
fn a_directory_that_is_missing_or_a_file_is_refused_with_what_to_do() {
    let workspace = good();
    let said = workspace.refused(&["nowhere"]);
    assert!(
        said.contains("nowhere") && said.contains("folder"),
        "{said}"
    );
    let said = workspace.refused(&["train/1.png"]);
    assert!(said.contains("not a directory"), "{said}");
}

#[test]
fn a_directory_without_images_is_refused_with_what_was_found() {
    let workspace = Workspace::new();
    let said = workspace.refused(&["."]);
    assert!(
        said.contains("no images") && said.contains("empty"),
        "{said}"
    );
    workspace.file("notes.txt", "x");
    let said = workspace.refused(&["."]);
    assert!(said.contains("notes.txt"), "{said}");
}

#[test]
fn every_broken_file_is_a_finding_and_is_counted() {
    let workspace = good();
    let png = encode(&picture(4), "a.png");
    let mut corrupt = png.clone();
    for byte in &mut corrupt[60..80] {
        *byte ^= 0x5A;
    }
    workspace
        .file("val/empty.jpg", "")
        .file("val/text.png", "not an image at all");
    workspace
        .file("val/cut.png", &png[..png.len() / 2])
        .file("val/corrupt.png", &corrupt);
    workspace.file(
        "val/pointer.jpg",
        "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n",
    );
    let (report, status) = workspace.check(&[]);
    assert_eq!(status, 2);
    assert_eq!(paths_of(&report, "zero-byte-file"), ["val/empty.jpg"]);
    assert_eq!(paths_of(&report, "not-an-image"), ["val/text.png"]);
    assert_eq!(paths_of(&report, "truncated-png"), ["val/cut.png"]);
    assert_eq!(paths_of(&report, "corrupt-image"), ["val/corrupt.png"]);
    assert_eq!(paths_of(&report, "data-not-fetched"), ["val/pointer.jpg"]);
    let coverage = &report["coverage"];
    assert_eq!(
        (
            coverage["samples"].as_u64(),
            coverage["unreadable"].as_u64()
        ),
        (Some(8), Some(5))
    );
    let text = workspace.run(&["check", "."]).stdout;
    assert!(text.contains("git lfs pull"), "{text}");
}

#[test]
fn a_jpeg_cut_anywhere_is_never_whole() {
    let workspace = good();
    let jpeg = encode(&picture(4), "a.jpg");
    let lengths = [
        jpeg.len() - 1,
        jpeg.len() - 2,
        jpeg.len() * 9 / 10,
        jpeg.len() / 2,
        jpeg.len() / 4,
    ];
    for (number, length) in lengths.into_iter().enumerate() {
        workspace.file(&format!("val/cut{number}.jpg"), &jpeg[..length]);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        report["finding_counts"]["truncated-jpeg"], 5,
        "{}",
        report["findings"]
    );
}

#[test]
fn an_undecodable_format_is_named() {
    let workspace = good();
    workspace.file("val/x.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf");
    let (report, status) = workspace.check(&[]);
    assert_eq!(
        (paths_of(&report, "unsupported-image"), status),
        (vec!["val/x.avif".to_owned()], 2)
    );
}

#[test]
fn a_dvc_file_without_its_data_is_told_and_fails() {
    let workspace = good();
    workspace.file("images.dvc", "outs:\n- path: images\n");
    let (report, status) = workspace.check(&[]);
    assert_eq!(
        (paths_of(&report, "data-not-fetched"), status),
        (vec!["images.dvc".to_owned()], 2)
    );
    std::fs::create_dir(workspace.path("images")).unwrap();
    assert_eq!(workspace.check(&[]).1, 0);
}

#[test]
fn a_directory_named_like_an_image_is_noted_and_its_images_are_read() {
    let workspace = good();
    workspace.copy("train/1.png", "val/x.jpg/inside.png");
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        (
            paths_of(&report, "directory-named-as-image"),
            leaked(&report)
        ),
        (vec!["val/x.jpg".to_owned()], 1)
    );
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_loop_of_links_ends_and_is_told() {
        let workspace = good();
        symlink(workspace.root(), workspace.path("train/loop")).unwrap();
        let (report, _) = workspace.check(&[]);
        assert_eq!(paths_of(&report, "link-loop"), ["train/loop"]);
        assert_eq!(report["coverage"]["samples"], 3);
    }

    #[test]
    fn a_link_to_nowhere_is_a_missing_file() {
        let workspace = good();
        symlink("absent.png", workspace.path("val/link.png")).unwrap();
        symlink(
            ".git/annex/objects/ab/x.png",
            workspace.path("val/annex.png"),
        )
        .unwrap();
        let (report, status) = workspace.check(&[]);
        assert_eq!(
            (paths_of(&report, "missing-file"), status),
            (vec!["val/link.png".to_owned()], 2)
        );
        assert_eq!(paths_of(&report, "data-not-fetched"), ["val/annex.png"]);
    }

    #[test]
    fn a_link_to_an_image_is_that_image() {
        let workspace = good();
        symlink("../train/1.png", workspace.path("val/link.png")).unwrap();
        assert_eq!(leaked(&workspace.check(&[]).0), 1);
    }

    #[test]
    fn a_file_that_may_not_be_read_is_a_finding() {
        use std::os::unix::fs::PermissionsExt;
        let workspace = good();
        workspace.image("val/secret.png", 9);
        let path = workspace.path("val/secret.png");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
        if std::fs::read(&path).is_ok() {
            println!("running as a user who may read everything: only the good case is checked");
            assert_eq!(workspace.check(&[]).1, 0);
            return;
        }
        let (report, status) = workspace.check(&[]);
        assert_eq!(
            (paths_of(&report, "unreadable-file"), status),
            (vec!["val/secret.png".to_owned()], 2)
        );
    }

    #[test]
    fn a_named_pipe_does_not_hang() {
        let workspace = good();
        let made = std::process::Command::new("mkfifo")
            .arg(workspace.path("val/pipe.jpg"))
            .status();
        assert!(made.unwrap().success());
        let (report, status) = workspace.check(&[]);
        assert_eq!(
            (paths_of(&report, "unreadable-file"), status),
            (vec!["val/pipe.jpg".to_owned()], 2)
        );
    }

    #[test]
    fn pipes_under_names_that_are_looked_at_do_not_hang() {
        let workspace = good();
        for name in [
            "manifest.csv",
            "data.yaml",
            "train.txt",
            "metadata.jsonl",
            "instances_val.json",
            "README.md",
            "x.parquet",
            "val/x",
            "val/x.tar",
        ] {
            let made = std::process::Command::new("mkfifo")
                .arg(workspace.path(name))
                .status();
            assert!(made.unwrap().success());
        }
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["coverage"]["signed"], 3);
        std::fs::remove_file(workspace.path("val/x.tar")).unwrap();
        assert_eq!(workspace.check(&[]).1, 0);
        let settings = workspace.path("splitleak.toml");
        let made = std::process::Command::new("mkfifo").arg(settings).status();
        assert!(made.unwrap().success());
        assert!(workspace.refused(&["."]).contains("is a pipe or a device"));
    }

    #[test]
    fn names_that_are_not_utf8_or_hold_newlines_are_read_and_told() {
        let workspace = good();
        let bytes = std::fs::read(workspace.path("train/1.png")).unwrap();
        let strange = std::ffi::OsStr::from_bytes(b"caf\xe9.png");
        std::fs::write(workspace.path("val").join(strange), &bytes).unwrap();
        std::fs::write(workspace.path("val/a\nforged line.png"), &bytes).unwrap();
        let (report, status) = workspace.check(&[]);
        assert_eq!((leaked(&report), status), (2, 0));
        let evaluation = |at: usize| {
            report["pairs"][at]["evaluation"]["path"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(
            [evaluation(0), evaluation(1)],
            ["val/a\nforged line.png", "val/caf\\xE9.png"]
        );
        let text = workspace.run(&["check", "."]).stdout;
        assert!(
            text.contains("a\\nforged line.png") && !text.contains("\nforged"),
            "{text}"
        );
    }
}

#[test]
fn faults_of_a_manifest_name_the_line() {
    for (text, words) in [
        ("id,label\n77,2\n", &["`path`", "`id`", "--path-column"][..]),
        (
            "path,split\ntrain/1.png,train\n\"train/2.jpg,val\nval/3.png,val\n",
            &["line 3", "quote"],
        ),
        (
            "path,split\ntrain/1.png,train\nval/3.png\n",
            &["line 3", "1 cells", "2"],
        ),
        ("", &["empty"]),
        ("path,split\n", &["no image"]),
        (
            "path,split\nx/9.png,train\ny/8.png,val\n",
            &["x/9.png", "none of the images"],
        ),
    ] {
        let workspace = good();
        workspace.file("m.csv", text);
        let said = workspace.refused(&[".", "--manifest", "m.csv"]);
        assert!(
            words.iter().all(|word| said.contains(word)) && said.contains("m.csv"),
            "{text:?}: {said}"
        );
    }
}

#[test]
fn a_manifest_that_is_not_utf8_names_the_line() {
    let workspace = good();
    workspace.file("m.csv", b"path,split\ntrain/1.png,train\ncaf\xe9.png,val\n");
    let said = workspace.refused(&[".", "--manifest", "m.csv"]);
    assert!(said.contains("line 3") && said.contains("UTF-8"), "{said}");
}

#[test]
fn rows_that_name_missing_files_or_one_file_twice_are_findings() {
    let workspace = good();
    workspace.file(
        "m.csv",
        "path,split\ntrain/1.png,train\ntrain/1.png,train\ntrain/1.png,val\nval/3.png,val\nval/gone.png,val\nval/3.png,\n",
    );
    let (report, status) = workspace.check(&["--manifest", "m.csv"]);
    assert_eq!(status, 2);
    assert_eq!(paths_of(&report, "missing-file"), ["val/gone.png"]);
    assert_eq!(paths_of(&report, "listed-twice"), ["train/1.png"]);
    assert_eq!(paths_of(&report, "sample-without-split"), ["val/3.png"]);
    assert_eq!(paths_of(&report, "unlisted-file"), ["train/2.jpg"]);
    assert_eq!(report["leakage"][0]["by_kind"]["same-file"], 1);
}

#[test]
fn images_beside_the_split_folders_are_told() {
    let workspace = good();
    workspace.image("logo.png", 9);
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "sample-without-split"), ["logo.png"]);
    assert!(!codes(&report).contains(&"empty-split".to_owned()));
}
