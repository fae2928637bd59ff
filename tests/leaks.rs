//! What is found between and inside splits, and what is not.

use std::fs;

use crate::workspace::{Workspace, codes, encode, leaked, paths_of, picture, picture_of_size};
use image::{DynamicImage, ImageEncoder, imageops};
use serde_json::Value;

fn by_kind(report: &Value, kind: &str) -> u64 {
    report["leakage"][0]["by_kind"][kind].as_u64().unwrap()
}

/// Training pictures 0..n and one validation picture that is none of them.
fn with_background(n: u32) -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..n {
        workspace.image(&format!("train/{seed}.png"), seed);
    }
    workspace.image("val/unrelated.png", 5000);
    workspace
}

#[test]
fn a_copy_of_the_file_is_same_bytes() {
    let workspace = with_background(12);
    workspace.copy("train/3.png", "val/copy.png");
    let (report, _) = workspace.check(&[]);
    assert_eq!((leaked(&report), by_kind(&report, "same-bytes")), (1, 1));
    assert_eq!(report["leakage"][0]["leaked"]["denominator"], 2);
    assert_eq!(report["pairs"][0]["training"]["path"], "train/3.png");
    assert_eq!(report["pairs"][0]["similarity"], Value::Null);
    assert!(codes(&report).contains(&"leak-same-bytes".to_owned()));
}

#[test]
fn the_same_picture_in_another_lossless_container_is_same_pixels() {
    let workspace = with_background(12);
    workspace.image("val/again.bmp", 4);
    let (report, _) = workspace.check(&[]);
    assert_eq!((leaked(&report), by_kind(&report, "same-pixels")), (1, 1));
}

#[test]
fn a_jpeg_decoded_and_stored_without_loss_is_same_pixels() {
    let workspace = with_background(12);
    let jpeg = encode(&picture(4), "a.jpg");
    let decoded = image::load_from_memory(&jpeg).unwrap().to_rgb8();
    workspace
        .file("train/lossy.jpg", jpeg)
        .file("val/decoded.png", encode(&decoded, "a.png"));
    fs::remove_file(workspace.path("train/4.png")).unwrap();
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        (leaked(&report), by_kind(&report, "same-pixels")),
        (1, 1),
        "{}",
        report["pairs"]
    );
}

#[test]
fn recompressed_resized_and_mirrored_copies_are_near_duplicates() {
    let edits: [(&str, DynamicImage); 3] = [
        (
            "small.png",
            DynamicImage::from(picture(4)).resize_exact(48, 36, imageops::FilterType::Triangle),
        ),
        ("mirror.png", DynamicImage::from(picture(5)).fliph()),
        ("bright.png", DynamicImage::from(picture(6)).brighten(20)),
    ];
    let workspace = with_background(30);
    for (name, image) in &edits {
        workspace.file(&format!("val/{name}"), encode(&image.to_rgb8(), name));
    }
    workspace.file("val/lossy.jpg", encode(&picture(7), "lossy.jpg"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        (leaked(&report), by_kind(&report, "near-duplicate")),
        (4, 4),
        "{}",
        report["pairs"]
    );
    let pairs = report["pairs"].as_array().unwrap();
    let mirror = pairs
        .iter()
        .find(|pair| pair["evaluation"]["path"] == "val/mirror.png")
        .unwrap();
    assert_eq!(
        (
            mirror["transform"].as_str(),
            mirror["training"]["path"].as_str()
        ),
        (Some("mirror"), Some("train/5.png"))
    );
}

#[test]
fn unrelated_pictures_are_not_reported() {
    let workspace = Workspace::new();
    for seed in 0..60 {
        let split = if seed % 3 == 0 { "val" } else { "train" };
        workspace.image(&format!("{split}/{seed}.png"), 100 + seed);
    }
    let (report, status) = workspace.check(&[]);
    assert_eq!((leaked(&report), status), (0, 0));
    assert_eq!(report["pairs"].as_array().unwrap().len(), 0);
}

#[test]
fn flat_images_match_only_by_bytes_and_pixels_and_are_counted() {
    let workspace = Workspace::new();
    let flat = |level: u8| image::RgbImage::from_pixel(64, 64, image::Rgb([level; 3]));
    workspace.file("train/black.png", encode(&flat(0), "a.png"));
    workspace.file("train/white.png", encode(&flat(255), "a.png"));
    workspace.file("val/grey.png", encode(&flat(128), "a.png"));
    workspace.file("val/black.png", encode(&flat(0), "a.png"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["coverage"]["low_information"], 4);
    assert_eq!((leaked(&report), by_kind(&report, "same-bytes")), (1, 1));
}

#[test]
fn each_sample_counts_once_under_its_strongest_kind() {
    let workspace = with_background(12);
    workspace.copy("train/3.png", "train/3-again.png");
    workspace.image("train/3.bmp", 3);
    workspace.copy("train/3.png", "val/copy.png");
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        (
            by_kind(&report, "same-bytes"),
            by_kind(&report, "same-pixels")
        ),
        (1, 0)
    );
    assert_eq!(report["pairs"].as_array().unwrap().len(), 3);
}

#[test]
fn orientation_is_applied_before_comparing() {
    // The turned picture with the tag that turns it back is the picture itself.
    let image = picture_of_size(9, 64, 48);
    let turned = DynamicImage::from(image.clone()).rotate270();
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    // Little-endian TIFF with one entry: orientation (0x0112), short, 6 = turn clockwise to show.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    encoder.set_exif_metadata(exif).unwrap();
    let (width, height) = (turned.width(), turned.height());
    encoder
        .write_image(
            turned.to_rgb8().as_raw(),
            width,
            height,
            image::ExtendedColorType::Rgb8,
        )
        .unwrap();
    let workspace = with_background(5);
    workspace.file("train/upright.png", encode(&image, "a.png"));
    workspace.file("val/turned.png", &bytes);
    let (report, _) = workspace.check(&[]);
    assert_eq!(by_kind(&report, "same-pixels"), 1);
}

#[test]
fn duplicates_inside_a_split_are_not_leaks() {
    let workspace = with_background(8);
    workspace.copy("train/1.png", "train/1-copy.png");
    let (report, _) = workspace.check(&[]);
    assert_eq!(leaked(&report), 0);
    assert_eq!(report["duplicates"][0]["duplicated"]["count"], 2);
    assert_eq!(report["duplicates"][0]["by_kind"]["same-bytes"], 2);
    assert_eq!(report["duplicates"][1]["duplicated"]["count"], 0);
}

#[test]
fn pictures_shared_by_validation_and_test_are_told_apart_from_leaks() {
    let workspace = with_background(8);
    workspace
        .copy("val/unrelated.png", "test/same.png")
        .image("val/near.png", 5001)
        .image("test/near.jpg", 5001);
    let (report, _) = workspace.check(&[]);
    assert_eq!(leaked(&report), 0);
    let code = "duplicate-across-evaluation";
    assert_eq!(report["finding_counts"][code], 1, "{}", report["findings"]);
    let findings = report["findings"].as_array().unwrap();
    let told = findings.iter().find(|one| one["code"] == code).unwrap();
    assert_eq!(told["images"], 2);
    // Told once, from the side of the split that comes first.
    assert_eq!(
        paths_of(&report, code),
        ["val/near.png", "val/unrelated.png"]
    );
}
