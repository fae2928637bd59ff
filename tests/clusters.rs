//! What hangs together through duplicates, and which part of two pictures is the same.

use crate::snapshot::keep;
use crate::workspace::{Workspace, encode, picture_of_size};
use image::imageops;
use serde_json::Value;

/// Window `number` of a pan over one wide picture; neighbours share 11 of 12 parts.
fn pan(number: u32) -> Vec<u8> {
    let wide = picture_of_size(900, 480, 96);
    let window = imageops::crop_imm(&wide, number * 8, 0, 96, 96).to_image();
    encode(&window, "window.png")
}

/// Unrelated pictures, so that there is something to learn from.
fn background(workspace: &Workspace) {
    for seed in 0..30 {
        workspace.image(&format!("train/other{seed}.png"), seed);
    }
}

#[test]
fn copies_in_several_splits_are_one_cluster() {
    let workspace = Workspace::new();
    background(&workspace);
    workspace.copy("train/other3.png", "val/a.png");
    workspace.copy("train/other3.png", "test/b.png");
    workspace.image("val/alone.png", 700);
    let (report, _) = workspace.check(&[]);
    let clusters = &report["clusters"];
    let totals = ["count", "samples", "largest", "across_splits", "chained"];
    assert_eq!(
        totals.map(|key| clusters[key].as_u64().unwrap()),
        [1, 3, 3, 1, 0]
    );
    let cluster = &clusters["listed"][0];
    assert_eq!(
        cluster["splits"],
        serde_json::json!({"test": 1, "train": 1, "val": 1})
    );
    assert_eq!(cluster["diameter"], 0.0);
    assert_eq!(cluster["exact"], true);
}

#[test]
fn a_slow_pan_is_one_cluster_that_chains() {
    let workspace = Workspace::new();
    background(&workspace);
    for number in 0..40 {
        workspace.file(&format!("train/pan{number:02}.png"), pan(number));
    }
    let (report, _) = workspace.check(&[]);
    let cluster = &report["clusters"]["listed"][0];
    assert_eq!(cluster["chained"], true);
    // Where the wide picture has little to show, a step is missed: which, and how far the rest
    // reaches, is kept.
    let text = serde_json::to_string_pretty(&report["clusters"]).unwrap();
    keep("clusters", "slow_pan", &text);
}

#[test]
fn three_windows_that_all_overlap_do_not_chain() {
    let workspace = Workspace::new();
    background(&workspace);
    for number in 0..3 {
        workspace.file(&format!("train/pan{number:02}.png"), pan(number));
    }
    let (report, _) = workspace.check(&[]);
    let cluster = &report["clusters"]["listed"][0];
    assert_eq!(
        (&cluster["samples"], &cluster["chained"]),
        (&Value::from(3), &Value::from(false))
    );
}

#[test]
fn without_duplicates_there_is_no_cluster() {
    let workspace = Workspace::new();
    background(&workspace);
    workspace.image("val/alone.png", 700);
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["clusters"]["count"], 0);
    assert_eq!(report["clusters"]["listed"], serde_json::json!([]));
}

#[test]
fn a_crop_says_which_part_it_shows_and_a_whole_copy_says_nothing() {
    let workspace = Workspace::new();
    background(&workspace);
    let original = picture_of_size(901, 120, 90);
    workspace.file("train/original.png", encode(&original, "original.png"));
    let crop = imageops::crop_imm(&original, 0, 0, 108, 81).to_image();
    workspace.file("val/crop.png", encode(&crop, "crop.png"));
    workspace.file("val/whole.jpg", encode(&original, "whole.jpg"));
    let (report, _) = workspace.check(&[]);
    let pair = |path: &str| {
        let pairs = report["pairs"].as_array().unwrap();
        let of_path = |pair: &&Value| pair["evaluation"]["path"] == path;
        pairs
            .iter()
            .find(of_path)
            .unwrap_or_else(|| panic!("{path}: {pairs:?}"))
            .clone()
    };
    assert_eq!(pair("val/whole.jpg")["shared_area"], Value::Null);
    let overlap = pair("val/crop.png")["shared_area"].clone();
    for (side, edges) in [
        ("evaluation", [0.0, 0.0, 1.0, 1.0]),
        ("training", [0.0, 0.0, 0.9, 0.9]),
    ] {
        for (found, edge) in overlap[side].as_array().unwrap().iter().zip(edges) {
            assert!(
                (found.as_f64().unwrap() - edge).abs() < 0.05,
                "{side}: {overlap}"
            );
        }
    }
}
