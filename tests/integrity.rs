//! Files, labels and splits that make a dataset lie, from files on disk to the report.

use std::fs;
use std::path::Path;

use image::{DynamicImage, ImageFormat};
use serde_json::Value;

use crate::workspace::{Workspace, codes, encode, paths_of, picture, picture_of_size};

/// Codes of findings, without those about duplicates and leaks.
fn integrity(report: &Value) -> Vec<String> {
    let told = codes(report).into_iter();
    told.filter(|code| !code.contains("leak-") && !code.contains("duplicate"))
        .collect()
}

/// 30 training and 30 validation images of two classes.
fn clean() -> Workspace {
    let workspace = Workspace::new();
    for i in 0..60 {
        let split = if i < 30 { "train" } else { "val" };
        let class = if i % 2 == 0 { "cat" } else { "dog" };
        workspace.image(&format!("{split}/{class}/{i:02}.jpg"), i);
    }
    workspace
}

#[test]
fn a_clean_dataset_has_no_finding() {
    let (report, status) = clean().check(&[]);
    assert_eq!(
        (integrity(&report), status),
        (vec![], 0),
        "{}",
        report["findings"]
    );
}

#[test]
fn oddities_of_files_are_told_by_their_codes() {
    let workspace = clean();
    let jpeg = encode(&picture(100), "a.jpg");
    let png = |image: DynamicImage| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    let deep = DynamicImage::ImageRgb8(picture(101)).to_rgb16();
    let clear = DynamicImage::ImageRgb8(picture(102)).to_rgba8();
    let grey = DynamicImage::ImageRgb8(picture(103)).to_luma8();
    workspace
        .file("train/cat/named.png", &jpeg)
        .file(
            "train/dog/trailing.jpg",
            [&encode(&picture(104), "a.jpg")[..], b"film"].concat(),
        )
        .file("train/cat/deep.png", png(deep.into()))
        .file("train/dog/clear.png", png(clear.into()))
        .file("train/cat/grey.png", png(grey.into()))
        .file(
            "train/dog/large.jpg",
            encode(&picture_of_size(105, 192, 144), "a.jpg"),
        )
        .file("train/cat/.DS_Store", b"\0\0\0\x01Bud1")
        .file("train/cat/._00.jpg", [0, 5, 0x16, 7, 0, 2])
        .file("train/dog/double.jpg", [0, 5, 0x16, 7, 0, 2]);
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        paths_of(&report, "extension-mismatch"),
        ["train/cat/named.png"]
    );
    assert_eq!(
        paths_of(&report, "trailing-data"),
        ["train/dog/trailing.jpg"]
    );
    assert_eq!(paths_of(&report, "odd-bit-depth"), ["train/cat/deep.png"]);
    assert_eq!(paths_of(&report, "odd-alpha"), ["train/dog/clear.png"]);
    assert_eq!(paths_of(&report, "odd-colour-mode"), ["train/cat/grey.png"]);
    assert_eq!(paths_of(&report, "odd-size"), ["train/dog/large.jpg"]);
    assert_eq!(paths_of(&report, "odd-format").len(), 3);
    assert_eq!(report["finding_counts"]["sidecar-junk"], 1);
    let junk = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["code"] == "sidecar-junk");
    assert!(
        junk.unwrap()["message"]
            .as_str()
            .unwrap()
            .starts_with("3 files")
    );
}

#[test]
fn black_and_white_pictures_are_low_information_and_a_dark_one_is_dark() {
    let workspace = clean();
    let mut night = picture(100);
    for pixel in night.pixels_mut() {
        pixel.0 = pixel.0.map(|level| level / 16);
    }
    workspace.file("train/cat/night.jpg", encode(&night, "a.jpg"));
    let white = image::RgbImage::from_pixel(96, 72, image::Rgb([255; 3]));
    workspace.file("train/dog/white.jpg", encode(&white, "a.jpg"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "dark-image"), ["train/cat/night.jpg"]);
    assert_eq!(
        paths_of(&report, "low-information"),
        ["train/dog/white.jpg"]
    );
}

#[test]
fn one_picture_with_two_classes_is_a_conflict_and_with_one_class_only_a_leak() {
    let workspace = clean();
    workspace.copy("train/cat/00.jpg", "val/cat/copy.jpg");
    let (report, _) = workspace.check(&[]);
    assert_eq!(integrity(&report), [""; 0], "{}", report["findings"]);
    workspace.copy("train/cat/02.jpg", "val/dog/copy.jpg");
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        paths_of(&report, "label-conflict"),
        ["train/cat/02.jpg", "val/dog/copy.jpg"]
    );
}

#[test]
fn faults_of_labels_in_a_manifest_are_told() {
    let workspace = Workspace::new();
    let mut manifest = "path,split,label\n".to_owned();
    for i in 0..60 {
        workspace.image(&format!("{i:02}.jpg"), i);
        let label = match i {
            7 => "left".to_owned(),
            8 => "nan".to_owned(),
            9 => String::new(),
            _ => format!("0.{}", 100 + i),
        };
        let split = if i % 2 == 0 { "train" } else { "val" };
        manifest += &format!("{i:02}.jpg,{split},{label}\n");
    }
    workspace.file("manifest.csv", &manifest);
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "unparsable-label"), ["07.jpg"]);
    assert_eq!(paths_of(&report, "non-finite-target"), ["08.jpg"]);
    assert_eq!(paths_of(&report, "missing-label"), ["09.jpg"]);
    assert_eq!(integrity(&report).len(), 3, "{}", report["findings"]);
}

#[test]
fn a_file_listed_twice_with_two_labels_is_a_conflict_and_with_one_is_not() {
    let workspace = Workspace::new();
    workspace.image("a.png", 1).image("b.png", 2);
    for (label, expected) in [("cat", vec![]), ("dog", vec!["a.png"])] {
        let manifest =
            format!("path,split,label\na.png,train,cat\na.png,train,{label}\nb.png,val,cat\n");
        workspace.file("manifest.csv", manifest);
        let (report, _) = workspace.check(&[]);
        assert_eq!(paths_of(&report, "listed-twice"), ["a.png"]);
        assert_eq!(paths_of(&report, "label-conflict"), expected);
    }
}

#[test]
fn a_class_that_validation_lacks_and_another_size_of_validation_are_told() {
    let workspace = clean();
    workspace.image("train/owl/1.jpg", 200);
    for i in 30..60 {
        let class = if i % 2 == 0 { "cat" } else { "dog" };
        let large = encode(&picture_of_size(i, 128, 96), "a.jpg");
        workspace.file(&format!("val/{class}/{i:02}.jpg"), large);
    }
    let (report, _) = workspace.check(&[]);
    let expected = ["class-missing", "image-size-drift", "split-shortcut"];
    assert_eq!(integrity(&report), expected, "{}", report["findings"]);
}

/// Files below a directory, without directories.
fn on_disk(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { on_disk(&path) } else { 1 })
        .sum()
}

/// A tree with everything in it.
fn everything() -> Workspace {
    let workspace = clean();
    workspace
        .file("README", "x")
        .file("labels.txt", "x")
        .file("train/cat/00.xml", "<a/>")
        .file("train/model.pt", "x")
        .file("train/all.zip", "x")
        .file("train/cat/Thumbs.db", [0xD0, 0xCF, 0x11, 0xE0])
        .file("val/.DS_Store", b"\0\0\0\x01Bud1")
        .file("val/.hidden.jpg", "x")
        .file(".git/objects/aa/bb", "x")
        .file("train/.cache/1.jpg", "x")
        .file("train/cat/broken.jpg", "")
        .file("val/noextension", "x")
        .file("val/cat/blob.dat", "x")
        .file("data.dvc", "outs:\n")
        .image("stray.png", 300);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", workspace.path("train/dangling")).unwrap();
        std::os::unix::fs::symlink("nowhere.jpg", workspace.path("train/dangling.jpg")).unwrap();
    }
    workspace
}

fn adds_up(report: &Value, expected: u64) {
    let coverage = &report["coverage"];
    let number = |key: &str| coverage[key].as_u64().unwrap();
    let ignored = coverage["ignored"].as_array().unwrap();
    let ignored: u64 = ignored
        .iter()
        .map(|one| one["files"].as_u64().unwrap())
        .sum();
    assert_eq!(number("files"), expected, "{coverage}");
    assert_eq!(
        number("sample_files") + number("unlisted_files") + ignored,
        expected,
        "{coverage}"
    );
    assert_eq!(
        number("signed") + number("unreadable"),
        number("samples"),
        "{coverage}"
    );
}

#[test]
fn every_file_on_disk_is_accounted_for_in_every_layout() {
    let workspace = everything();
    let files = on_disk(workspace.root());
    for layout in ["image-folder", "unsplit"] {
        let (report, _) = workspace.check(&["--layout", layout]);
        adds_up(&report, files);
        assert_eq!(report["coverage"]["unlisted_files"], 0);
    }
    let directories = ["--train", "train", "--val", "val"];
    let (report, _) = workspace.check_dataset(&directories);
    adds_up(
        &report,
        on_disk(&workspace.path("train")) + on_disk(&workspace.path("val")),
    );
    let nested = ["--train", ".", "--val", "val"];
    adds_up(&workspace.check_dataset(&nested).0, files);

    // Listed: two usual images, one hidden, one without an image's name, one missing.
    let manifest = "path,split\ntrain/cat/00.jpg,train\nval/cat/30.jpg,val\nval/.hidden.jpg,val\n\
                    val/cat/blob.dat,val\ntrain/.cache/1.jpg,train\ntrain/gone.jpg,train\n";
    workspace.file("manifest.csv", manifest);
    let (report, _) = workspace.check(&[]);
    adds_up(&report, files + 1);
    assert_eq!(
        report["coverage"]["sample_files"], 5,
        "{}",
        report["coverage"]
    );

    fs::remove_file(workspace.path("manifest.csv")).unwrap();
    workspace.file(
        "driving_log.csv",
        "center,left,right,steering\ntrain/cat/00.jpg,train/cat/02.jpg,train/cat/04.jpg,0.1\n",
    );
    let (report, _) = workspace.check(&["--manifest", "driving_log.csv"]);
    assert_eq!(report["dataset"]["layout"], "driving-log");
    adds_up(&report, files + 1);
}

#[test]
fn companions_and_junk_are_named_as_such() {
    let (report, _) = everything().check(&["--layout", "image-folder"]);
    let ignored = report["coverage"]["ignored"].as_array().unwrap();
    let kind_of = |example: &str| {
        let one = ignored.iter().find(|one| one["example"] == example);
        one.unwrap_or_else(|| panic!("{ignored:?}"))["kind"].clone()
    };
    assert_eq!(kind_of("README"), "companion");
    assert_eq!(kind_of("train/cat/00.xml"), "companion");
    assert_eq!(kind_of("train/cat/Thumbs.db"), "junk");
    assert_eq!(kind_of("train/all.zip"), "other");
    assert_eq!(kind_of(".git/objects/aa/bb"), "other");
}

#[test]
fn one_image_of_another_format_is_odd_among_twenty_and_not_among_fewer() {
    for (images, expected) in [(19, 0), (20, 1)] {
        let workspace = Workspace::new();
        workspace.image("all/other.png", 0);
        for seed in 1..images {
            workspace.image(&format!("all/{seed:02}.jpg"), seed);
        }
        let (report, _) = workspace.check(&[]);
        assert_eq!(paths_of(&report, "odd-format").len(), expected, "{images}");
    }
}
