//! DICOM: pictures among pictures, patients on both sides of a split, and what is no picture.

use serde_json::{Value, json};

use crate::workspace::{Workspace, codes, leaked, paths_of, picture_of_size};

#[path = "../src/signature/container/dicom/testing.rs"]
mod files;

use files::Dicom;

const SIDE: u32 = 96;

/// Grey levels of picture number `seed`.
fn grey(seed: u32) -> Vec<u8> {
    picture_of_size(seed, SIDE, SIDE)
        .pixels()
        .map(|pixel| pixel[0])
        .collect()
}

/// A picture of 16 bits, as CT stores it: Hounsfield units with an offset, and a window.
fn scan(seed: u32) -> Dicom {
    let samples: Vec<i16> = grey(seed)
        .iter()
        .map(|&level| i16::from(level) * 4)
        .collect();
    Dicom::grey16(SIDE as u16, &samples)
        .text(0x0028_1052, b"DS", "-1024")
        .text(0x0028_1053, b"DS", "1")
        .window("-514", "1020")
}

/// A picture of a patient, in a study of its own.
fn of(patient: &str, seed: u32) -> Vec<u8> {
    let study = format!("1.2.3.{seed}");
    scan(seed).patient(patient).study(&study).bytes()
}

/// Four patients to train on and one to validate on, two pictures each; `P2` is on both sides where
/// it is asked for.
fn patients(shared: bool) -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..8 {
        let patient = format!("P{}", seed / 2);
        workspace.file(&format!("train/{seed}.dcm"), of(&patient, seed));
    }
    let own = if shared { "P2" } else { "P9" };
    workspace.file("val/20.dcm", of(own, 20));
    workspace.file("val/21.dcm", of("P9", 21));
    workspace
}

#[test]
fn a_patient_on_both_sides_is_a_leak_that_counts() {
    let (report, status) = patients(true).check(&["--max-leakage", "0"]);
    assert_eq!(status, 1, "{}", report["gate"]);
    assert_eq!(paths_of(&report, "leak-shared-group"), ["val/20.dcm"]);
    assert_eq!(leaked(&report), 1);
    let groups = &report["recordings"]["groups"][0];
    assert_eq!(groups["rule"], "patient");
    assert_eq!(
        (&groups["shared"], &groups["evaluation_groups"]),
        (&json!(1), &json!(2))
    );
}

#[test]
fn studies_of_patients_on_one_side_are_no_leak() {
    let (report, status) = patients(false).check(&["--max-leakage", "0"]);
    assert_eq!(status, 0, "{}", report["findings"]);
    assert_eq!(leaked(&report), 0);
    let said = report["recordings"]["groups"][0]["statement"]
        .as_str()
        .unwrap();
    assert!(said.starts_with("0 of 1 groups"), "{said}");
}

#[test]
fn pictures_without_patient_and_study_have_no_groups() {
    let workspace = Workspace::new();
    for seed in 0..4 {
        workspace.file(&format!("train/{seed}.dcm"), scan(seed).bytes());
    }
    workspace.file("val/9.dcm", scan(9).patient("ANONYMOUS").bytes());
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(status, 0, "{}", report["findings"]);
    assert_eq!(report["recordings"]["groups"], json!([]));
}

#[test]
fn a_study_is_a_group_where_no_patient_is_named() {
    let workspace = Workspace::new();
    for (path, study, seed) in [
        ("train/a.dcm", "1.2.1", 1),
        ("train/b.dcm", "1.2.2", 2),
        ("val/c.dcm", "1.2.2", 3),
        ("val/d.dcm", "1.2.4", 4),
    ] {
        workspace.file(path, scan(seed).study(study).bytes());
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "leak-shared-group"), ["val/c.dcm"]);
    let example = report["recordings"]["groups"][0]["examples"][0]
        .as_str()
        .unwrap();
    assert!(example.starts_with("study "), "{example}");
}

#[test]
fn nobody_reads_whom_a_picture_shows() {
    let workspace = Workspace::new();
    let id = "MUSTERMANN-4711";
    let file = |seed| scan(seed).patient(id).study("1.2.999999").bytes();
    workspace
        .file("train/1.dcm", file(1))
        .file("train/2.dcm", of("P2", 2))
        .file("val/3.dcm", file(3));
    let outputs = ["--json", "report.json", "--html", "report.html"];
    let run = workspace.run(&[&["check", "."], &outputs[..]].concat());
    let read = |name: &str| std::fs::read_to_string(workspace.path(name)).unwrap();
    let digest = blake3::hash(id.as_bytes()).to_hex();
    let report = read("report.json");
    assert!(
        report.contains(&format!("patient {}", &digest[..6])),
        "{report}"
    );
    for text in [report, read("report.html"), run.stdout, run.stderr] {
        for told in ["MUSTERMANN", "4711", "1.2.999999"] {
            assert!(!text.contains(told), "{told} in {text}");
        }
    }
}

#[test]
fn what_the_user_says_of_groups_is_more_than_what_files_say() {
    let workspace = patients(true);
    let rules = |more: &[&str]| -> Vec<Value> {
        let (report, _) = workspace.check(more);
        let groups = report["recordings"]["groups"].as_array().unwrap().iter();
        groups.map(|one| one["rule"].clone()).collect()
    };
    assert_eq!(rules(&[]), [json!("patient")]);
    assert_eq!(
        rules(&["--group-none", "each file is a phantom"]),
        [] as [Value; 0]
    );
    let pattern = "(?<group>[0-9])[0-9]?.dcm";
    let by_pattern = rules(&["--group-pattern", pattern]);
    assert_eq!(by_pattern, [json!({ "pattern": pattern })]);
    let rows: Vec<String> = (0..8)
        .map(|n| format!("train/{n}.dcm,train,g{n}"))
        .chain([
            "val/20.dcm,val,g20".to_owned(),
            "val/21.dcm,val,g20".to_owned(),
        ])
        .collect();
    workspace.file(
        "list.csv",
        format!("path,split,patient_id\n{}\n", rows.join("\n")),
    );
    assert_eq!(rules(&["--manifest", "list.csv"]), [json!("column")]);
}

#[test]
fn the_picture_of_a_scan_is_found_among_pngs() {
    let workspace = Workspace::new();
    for seed in 0..6 {
        workspace.file(&format!("train/{seed}.dcm"), scan(seed).bytes());
        workspace.image(&format!("train/p{seed}.png"), 100 + seed);
    }
    // What a viewer exports, and what was scanned as it is.
    let exported = image::GrayImage::from_raw(SIDE, SIDE, grey(3)).unwrap();
    exported
        .save(workspace_path(&workspace, "val/e.png"))
        .unwrap();
    let plain = Dicom::grey8(SIDE as u16, &grey(40));
    workspace.file("train/plain.dcm", plain.bytes());
    let copy = image::GrayImage::from_raw(SIDE, SIDE, grey(40)).unwrap();
    copy.save(workspace.path("val/copy.png")).unwrap();
    workspace.image("val/other.png", 200);
    // Colours, pixel by pixel.
    let colours = picture_of_size(50, SIDE, SIDE);
    let file = Dicom::rgb(SIDE as u16, colours.as_raw());
    workspace.file("train/colours.dcm", file.bytes());
    colours.save(workspace.path("val/colours.png")).unwrap();
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "leak-near-duplicate"), ["val/e.png"]);
    assert_eq!(
        paths_of(&report, "leak-same-pixels"),
        ["val/colours.png", "val/copy.png"]
    );
    assert_eq!(leaked(&report), 3);
}

fn workspace_path(workspace: &Workspace, relative: &str) -> std::path::PathBuf {
    let path = workspace.path(relative);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

#[test]
fn files_without_an_ending_are_pictures_and_the_directory_of_a_medium_is_none() {
    let workspace = Workspace::new();
    for seed in 0..3 {
        workspace.file(&format!("train/IM{seed:04}"), scan(seed).bytes());
    }
    workspace.file("val/1.2.840.113619.2", scan(1).implicit().bytes());
    workspace.file("val/big", scan(2).big_endian().bytes());
    let directory = Dicom::grey8(2, &[0; 4]).without(0x7FE0_0010);
    workspace.file("train/DICOMDIR", directory.bytes());
    let (report, status) = workspace.check(&["--max-leakage", "100%"]);
    assert_eq!(status, 0, "{}", report["gate"]);
    assert_eq!(report["coverage"]["samples"], 5);
    assert_eq!(report["coverage"]["not_read"], json!([]));
    assert_eq!(
        paths_of(&report, "leak-same-pixels"),
        ["val/1.2.840.113619.2", "val/big"]
    );
}

#[test]
fn a_file_that_is_cut_or_of_another_coding_is_told_and_is_never_a_pass() {
    let whole = scan(1).bytes();
    let other = scan(2).syntax("1.2.840.10008.1.2.4.90").bytes();
    for (content, code) in [
        (&whole[..whole.len() - 100], "truncated-image"),
        (&other[..], "unsupported-image"),
        (b"no DICOM at all", "not-an-image"),
    ] {
        let workspace = Workspace::new();
        workspace.image("train/1.png", 1).image("val/2.png", 2);
        workspace.file("val/x.dcm", content);
        let (report, status) = workspace.check(&["--max-leakage", "100%"]);
        assert_eq!(status, 2, "{code}: {}", report["gate"]);
        assert_eq!(paths_of(&report, code), ["val/x.dcm"]);
    }
}

#[test]
fn several_frames_are_told_and_compressed_ones_are_read() {
    let jpeg = |seed: u32| {
        let mut bytes = Vec::new();
        let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
        let side = SIDE as u16;
        encoder
            .encode(&grey(seed), side, side, jpeg_encoder::ColorType::Luma)
            .unwrap();
        bytes
    };
    let workspace = Workspace::new();
    for seed in 0..4 {
        workspace.file(
            &format!("train/{seed}.dcm"),
            Dicom::jpeg(&[&jpeg(seed)]).bytes(),
        );
    }
    let frames: [&[u8]; 3] = [&jpeg(10), &jpeg(2), &jpeg(11)];
    let film = Dicom::jpeg(&frames).text(0x0028_0008, b"IS", "3");
    workspace.file("val/film.dcm", film.bytes());
    workspace.file("val/other.dcm", Dicom::jpeg(&[&jpeg(20)]).bytes());
    let (report, _) = workspace.check(&[]);
    assert_eq!(paths_of(&report, "several-frames"), ["val/film.dcm"]);
    let open = report["leakage"][0]["unknown"].to_string();
    assert!(open.contains("several-frames"), "{open}");
    assert_eq!(paths_of(&report, "leak-same-pixels"), ["val/film.dcm"]);
}

#[test]
fn slices_that_were_acquired_one_after_the_other_are_a_recording_by_their_times() {
    let workspace = Workspace::new();
    let slice = |number: u32| {
        // Neighbours share most of what they show.
        let (a, b) = (grey(1), grey(2));
        let blend = a
            .iter()
            .zip(&b)
            .map(|(&a, &b)| ((u32::from(a) * (40 - number) + u32::from(b) * number) / 40) as u8);
        let time = format!("2020010110{:02}{:02}.5", number / 60, number % 60);
        Dicom::grey8(SIDE as u16, &blend.collect::<Vec<_>>())
            .text(0x0008_002A, b"DT", &time)
            .text(0x0008_0070, b"LO", "Maker")
            .text(0x0008_1090, b"LO", "Model 7")
            .study("1.2.3")
            .bytes()
    };
    for number in 0..40 {
        let split = if number % 8 == 3 { "val" } else { "train" };
        let name = blake3::hash(&[number as u8]).to_hex();
        workspace.file(&format!("{split}/{}.dcm", &name[..12]), slice(number));
    }
    let (report, _) = workspace.check(&["--group-none", "one phantom"]);
    let basis = &report["recordings"]["sequences"]["basis"];
    assert_eq!(
        basis, "capture_times",
        "{}",
        report["recordings"]["sequences"]
    );
    assert!(codes(&report).iter().any(|code| code.starts_with("leak-")));
}
