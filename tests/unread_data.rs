//! What was not judged is told: data that is not read, masks, what training runs leave, claims.

use crate::workspace::{Workspace, codes, encode, leaked, paths_of, picture_of_size};
use image::{Rgb, RgbImage};
use serde_json::{Value, json};

/// Three pictures to train on, two of which validation has, too.
fn leaking() -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..3 {
        workspace.image(&format!("train/t{seed}.png"), seed);
    }
    workspace.image("val/v1.png", 1).image("val/v2.png", 2);
    workspace
}

fn finding<'a>(report: &'a Value, code: &str) -> &'a Value {
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["code"] == code);
    found.unwrap_or_else(|| panic!("{findings:?}"))
}

#[test]
fn arrays_inside_a_split_are_an_error_and_end_in_exit_status_2() {
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("val/2.png", 2);
    for number in 0..5 {
        workspace.file(&format!("val/x{number}.npy"), b"\x93NUMPY");
    }
    let (report, status) = workspace.check(&["--max-leakage", "0", "--min-coverage", "99%"]);
    assert_eq!(status, 2, "{}", report["gate"]);
    let found = finding(&report, "data-not-read");
    assert_eq!(
        (&found["severity"], &found["images"]),
        (&json!("error"), &json!(5))
    );
    assert_eq!(
        report["coverage"]["not_read"],
        json!([{
            "reason": "array (.npy), which is no array: unknown version",
            "files": 5, "split": "val", "example": "val/x0.npy",
        }])
    );
    let violations = report["gate"]["violations"].to_string();
    assert!(
        violations.contains("1 of 6 images of `val`"),
        "{violations}"
    );
    let page = workspace.run(&["check", "."]).stdout;
    let first: Vec<&str> = page.lines().take(7).collect();
    assert!(
        first
            .iter()
            .any(|line| line.contains("not read in val: 5 x array (.npy)")),
        "{page}"
    );
}

/// A head with `magic` at `offset`.
fn head(offset: usize, magic: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 600];
    bytes[offset..offset + magic.len()].copy_from_slice(magic);
    bytes
}

#[test]
fn every_form_that_may_hold_samples_ends_in_exit_status_2_and_is_counted() {
    let plain = || head(0, b"x");
    let forms = [
        ("x.npz", plain(), "array (.npz)"),
        ("x.mat", plain(), "array (.mat)"),
        ("x.nii.gz", plain(), "medical volume (.nii.gz)"),
        ("x.nd2", plain(), "microscope slide (.nd2)"),
        ("x.tar", plain(), "archive (.tar)"),
        ("x.tar.gz", plain(), "archive (.tar.gz)"),
        ("x.zip", plain(), "archive (.zip)"),
        ("x.npy.gz", plain(), "archive (.gz)"),
        ("shard", head(257, b"ustar"), "archive (by content)"),
        ("x.parquet", plain(), "table of records (.parquet)"),
        ("x.arrow", plain(), "table of records (.arrow)"),
        ("x.tfrecord", plain(), "file of records (.tfrecord)"),
        (
            "x.tfrecord-00000-of-00002",
            plain(),
            "file of records (.tfrecord)",
        ),
        ("data.mdb", plain(), "database (.mdb)"),
        ("x.lmdb", plain(), "database (.lmdb)"),
        ("x.h5", plain(), "database (.h5)"),
        ("x.hdf5", plain(), "database (.hdf5)"),
        ("x.pkl", plain(), "pickled data (.pkl)"),
        (
            "data_batch_1",
            head(0, b"\x80\x04\x95"),
            "pickled data (by content)",
        ),
        ("x-idx3-ubyte", plain(), "IDX file (.idx3-ubyte)"),
        ("x.mp4", plain(), "video (.mp4)"),
        ("clip", head(4, b"ftypisom"), "video (by content)"),
    ];
    for (name, content, reason) in forms {
        let workspace = Workspace::new();
        workspace.image("train/1.png", 1).image("val/2.png", 2);
        workspace.file(&format!("val/{name}"), content);
        let (report, status) = workspace.check(&["--max-leakage", "100%"]);
        assert_eq!(status, 2, "{name}: {}", report["gate"]);
        let not_read = &report["coverage"]["not_read"][0];
        assert_eq!(
            (&not_read["files"], &not_read["split"]),
            (&json!(1), &json!("val")),
            "{name}"
        );
        // Behind the form stands what is wrong with a file of a form that is read.
        let told = not_read["reason"].as_str().unwrap();
        assert!(told.starts_with(reason), "{name}: {told}");
        assert_eq!(
            finding(&report, "data-not-read")["severity"],
            "error",
            "{name}"
        );
    }
}

#[test]
fn pictures_in_formats_that_cannot_be_decoded_are_samples_and_end_in_exit_status_2() {
    for name in [
        "x.heic", "x.avif", "x.jxl", "x.cr3", "x.raf", "x.psd", "x.fits",
    ] {
        let workspace = Workspace::new();
        workspace.image("train/1.png", 1).image("val/2.png", 2);
        workspace.file(&format!("val/{name}"), head(4, b"ftypheic"));
        let (report, status) = workspace.check(&["--max-leakage", "100%"]);
        assert_eq!(status, 2, "{name}: {}", report["gate"]);
        assert_eq!(report["coverage"]["samples"], 3, "{name}");
        assert_eq!(report["coverage"]["unreadable"], 1, "{name}");
    }
}

#[test]
fn texts_that_were_compressed_hold_no_samples() {
    let workspace = leaking();
    workspace.file("val/labels.csv.gz", "x");
    let (report, status) = workspace.check(&["--max-leakage", "100%"]);
    assert_eq!((status, &report["coverage"]["not_read"]), (0, &json!([])));
}

#[test]
fn a_preview_beside_archives_is_no_dataset() {
    let workspace = Workspace::new();
    for (split, seed) in [("train", 1), ("val", 2)] {
        workspace.image(&format!("{split}/preview.png"), seed);
        workspace.file(&format!("{split}/00000.tar"), "x");
    }
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(status, 2);
    assert_eq!(
        paths_of(&report, "data-not-read"),
        ["train/00000.tar", "val/00000.tar"]
    );
}

/// Bytes of no form and no text, larger than any label.
fn blob() -> Vec<u8> {
    (0..100_000_u32).map(|at| (at * 7 % 251) as u8).collect()
}

#[test]
fn data_of_any_form_in_a_split_or_named_for_one_is_not_read_and_models_are_none() {
    let verdict_beside = |name: &str| {
        let workspace = Workspace::new();
        workspace.image("train/1.png", 1).image("val/2.png", 2);
        workspace.file(name, blob());
        let (report, status) = workspace.check(&["--max-leakage", "0"]);
        let found = codes(&report).contains(&"data-not-read".to_owned());
        (
            report["verdict"].as_str().unwrap().to_owned(),
            found,
            status,
        )
    };
    let unknown = ("unknown".to_owned(), true, 2);
    for name in [
        "val/x.pt",
        "val/x.dat",
        "val/shard.00000.mds",
        "val.pt",
        "test.beton",
        "data/test_images.bin",
        "val/x.zarr/0.0",
    ] {
        assert_eq!(verdict_beside(name), unknown, "{name}");
    }
    for name in [
        "best.pt",
        "checkpoints/val.pt",
        "train/model.bin",
        "val/labels.pt",
        "val/2.bin",
        "other.bin",
    ] {
        let clear = ("clear".to_owned(), false, 0);
        assert_eq!(verdict_beside(name), clear, "{name}");
    }
}

#[test]
fn copies_among_datasets_of_one_root_are_told_and_leave_the_verdict_unknown() {
    let verdict_of = |copies: u32| {
        let workspace = Workspace::new();
        for (part, first) in [("set_a", 0), ("set_b", 20)] {
            for seed in first..first + 6 {
                workspace.image(&format!("{part}/train/{seed}.png"), seed);
            }
        }
        for at in 0..4 {
            workspace.image(&format!("set_a/val/{at}.png"), 40 + at);
            // The first pictures of the other dataset's training.
            let seed = if at < copies { at } else { 60 + at };
            workspace.image(&format!("set_b/val/{at}.png"), seed);
        }
        let (report, _) = workspace.check(&["--max-leakage", "0"]);
        report["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict_of(0), "clear");
    assert_eq!(verdict_of(1), "unknown");
    // Folds of one dataset share all.
    assert_eq!(verdict_of(4), "clear");
}

#[test]
fn an_array_beside_the_splits_is_a_note_and_one_of_a_picture_is_nothing() {
    let workspace = leaking();
    workspace
        .file("features.npy", "x")
        .file("val/v1.npy", "depth of v1");
    let (report, status) = workspace.check(&["--max-leakage", "100%"]);
    assert_eq!(status, 0, "{}", report["gate"]);
    assert_eq!(paths_of(&report, "data-beside-splits"), ["features.npy"]);
    assert!(!codes(&report).contains(&"data-not-read".to_owned()));
    assert_eq!(report["coverage"]["not_read"][0]["split"], Value::Null);
}

#[test]
fn an_archive_named_after_a_missing_split_hides_it() {
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("test/2.png", 2);
    workspace.file("val.zip", "x").file("train.zip", "x");
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(status, 2);
    assert_eq!(paths_of(&report, "data-not-read"), ["val.zip"]);
    assert_eq!(paths_of(&report, "data-beside-splits"), ["train.zip"]);
}

#[test]
fn masks_are_no_samples_and_those_without_a_picture_are_told() {
    let workspace = leaking();
    for name in ["train/t0", "train/t1", "train/t2", "val/v1", "val/v2"] {
        let (split, stem) = name.split_once('/').unwrap();
        workspace.image(&format!("{split}_masks/{stem}_mask.png"), 77);
    }
    workspace.image("val_masks/v9_mask.png", 78);
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["coverage"]["samples"], 5, "{}", report["coverage"]);
    assert_eq!(
        (
            leaked(&report),
            &report["leakage"][0]["leaked"]["denominator"]
        ),
        (2, &json!(2))
    );
    assert_eq!(
        paths_of(&report, "mask-without-picture"),
        ["val_masks/v9_mask.png"]
    );
    let split = workspace.run(&["split", ".", "--out", "new.csv"]);
    assert!(
        split.stdout.contains("5 masks or depth maps"),
        "{}",
        split.stdout
    );
}

#[test]
fn a_picture_without_the_mask_that_others_have_is_a_note() {
    let workspace = Workspace::new();
    for seed in 0..4 {
        workspace.image(&format!("images/{seed}.png"), seed);
        if seed > 0 {
            workspace.image(&format!("masks/{seed}.png"), 70 + seed);
        }
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "picture-without-mask"), ["images/0.png"]);
    assert_eq!(report["coverage"]["samples"], 4);
}

#[test]
fn a_class_called_mask_stays_a_class() {
    let workspace = Workspace::new();
    for seed in 0..4 {
        workspace.image(&format!("train/mask/m{seed}.png"), seed);
        workspace.image(&format!("train/face/f{seed}.png"), 10 + seed);
        workspace.image(&format!("val/mask/v{seed}.png"), 20 + seed);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["coverage"]["samples"], 12);
    let found = codes(&report);
    assert!(found.iter().all(|code| !code.contains("mask")), "{found:?}");
}

#[test]
fn what_training_runs_write_and_what_globs_leave_out_are_no_samples() {
    let workspace = leaking();
    workspace
        .image("runs/detect/train/val_batch0_pred.png", 1)
        .image("val/thumbs/v1.png", 1);
    let (report, _) = workspace.check(&["--exclude", "**/thumbs/"]);
    assert_eq!(report["coverage"]["samples"], 5, "{}", report["coverage"]);
    let reasons = report["coverage"]["ignored"].to_string();
    for reason in [
        "written by a training run",
        "left out by `include` or `exclude`",
    ] {
        assert!(reasons.contains(reason), "{reasons}");
    }
    workspace.file("splitleak.toml", "include = [\"*/?2.png\"]\n");
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["coverage"]["samples"], 2, "{}", report["coverage"]);
    let said = workspace.refused(&[".", "--exclude", "val/["]);
    assert!(said.contains("--exclude"), "{said}");
}

#[test]
fn a_table_of_predictions_does_not_displace_folders() {
    let workspace = leaking();
    workspace.file(
        "predictions.csv",
        "path,split,score\nval/v1.png,val,0.5\nval/v2.png,val,0.7\n",
    );
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "image-folder");
    assert_eq!(leaked(&report), 2);
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(
        evidence.starts_with("folders `train`, `val`; not used: `predictions.csv`"),
        "{evidence}"
    );
}

#[test]
fn a_table_that_names_other_images_does_not_displace_folders() {
    let workspace = leaking();
    workspace.file("results.csv", "path,split\nelsewhere/1.png,val\n");
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["layout"], "image-folder");
    let evidence = report["dataset"]["evidence"].as_str().unwrap();
    assert!(evidence.contains("results.csv"), "{evidence}");
}

#[test]
fn a_manifest_and_folders_that_disagree_are_refused_with_ways_to_choose() {
    let workspace = leaking();
    workspace.file(
        "manifest.csv",
        "path,split\ntrain/t0.png,train\ntrain/t1.png,val\nval/v1.png,val\n",
    );
    let said = workspace.refused(&["."]);
    for part in [
        "train/t1.png",
        "folders",
        "manifest.csv",
        "--layout image-folder",
    ] {
        assert!(said.contains(part), "{said}");
    }
    for choice in [
        &["--layout", "image-folder"][..],
        &["--manifest", "manifest.csv"],
    ] {
        assert_eq!(workspace.check(choice).1, 0);
    }
}

#[test]
fn pictures_held_in_memory_are_checked_like_files() {
    use splitleak::cache::Cache;
    use splitleak::dataset::{Builder, Draft};
    use splitleak::progress::Silent;
    use splitleak::sample::{Layout, SplitRole};
    use splitleak::settings::{Input, Settings};
    use splitleak::source::Place;

    let mut builder = Builder::new("memory", Layout::CsvManifest);
    for (name, split, role, seed) in [
        ("a.png", "train", SplitRole::Training, 1),
        ("b.png", "val", SplitRole::Validation, 1),
        ("c.png", "val", SplitRole::Validation, 2),
    ] {
        let picture = crate::workspace::picture(seed);
        builder.sample(Draft {
            path: name.to_owned(),
            place: Place::Memory(encode(&picture, name).into()),
            split: Some((split.to_owned(), role)),
            ..Draft::default()
        });
    }
    let input = Input::Tree {
        root: "memory".into(),
        layout: None,
    };
    let settings = Settings::new(input);
    let dataset = builder.build();
    let report = splitleak::audit_dataset(&settings, &dataset, &Cache::off(), &Silent).unwrap();
    let leaked = &report.leakage[0].leaked;
    assert_eq!((leaked.count, leaked.denominator), (1, 2));
}

/// Eight pictures of 64 x 48 pixels with masks that mark a square each.
fn masked() -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..8 {
        let split = if seed < 6 { "train" } else { "val" };
        let bytes = encode(&picture_of_size(seed, 64, 48), "x.png");
        workspace.file(&format!("{split}/images/{seed}.png"), bytes);
        workspace.file(&format!("{split}/masks/{seed}.png"), square(seed, 64, 48));
    }
    workspace
}

/// A white square on black.
fn square(seed: u32, width: u32, height: u32) -> Vec<u8> {
    let inside = |x: u32, y: u32| (seed..seed + 9).contains(&x) && (9..20 + seed).contains(&y);
    let image = RgbImage::from_fn(width, height, |x, y| {
        Rgb([if inside(x, y) { 255 } else { 0 }; 3])
    });
    encode(&image, "x.png")
}

#[test]
fn masks_are_read_and_their_faults_are_told_of_their_pictures() {
    let workspace = masked();
    let (report, status) = workspace.check(&[]);
    let of_masks = |report: &Value| -> Vec<String> {
        let codes = codes(report);
        codes
            .into_iter()
            .filter(|code| code.contains("mask"))
            .collect()
    };
    assert_eq!((of_masks(&report), status), (Vec::new(), 0));
    // What was read once is known, and what has changed is read again.
    workspace.file("train/masks/1.png", square(1, 48, 64));
    workspace.file("train/masks/2.png", square(3, 64, 48));
    workspace.file("val/masks/7.png", b"no picture");
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        paths_of(&report, "mask-size-differs"),
        ["train/images/1.png"]
    );
    assert_eq!(paths_of(&report, "unreadable-mask"), ["val/images/7.png"]);
    assert_eq!(
        paths_of(&report, "repeated-mask"),
        ["train/images/2.png", "train/images/3.png"]
    );
    // Names alone open nothing.
    let (report, _) = workspace.check(&["--names-only"]);
    assert_eq!(of_masks(&report), Vec::<String>::new());
}

#[test]
fn a_value_that_a_list_beside_the_masks_lacks_is_told() {
    let workspace = masked();
    workspace.file("label_colors.txt", "255 255 255 car\n");
    let grey = RgbImage::from_fn(64, 48, |x, _| Rgb([if x < 9 { 255 } else { 7 }; 3]));
    workspace.file("train/masks/4.png", encode(&grey, "x.png"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        paths_of(&report, "mask-value-unknown"),
        ["train/images/4.png"]
    );
}
