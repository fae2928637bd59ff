//! Whether copies would be found: edited pictures of the dataset itself tell (positive controls).

use image::{Rgb, RgbImage};
use serde_json::Value;

use crate::workspace::{Workspace, codes, encode, picture, picture_of_size};

/// One form for all, with a few strokes of its own in it: bits of `seed`.
fn form(seed: u32) -> RgbImage {
    let mut form = picture_of_size(7, 192, 144);
    for bit in 0..12 {
        if seed.wrapping_mul(0x9E37_79B9) >> (bit + 8) & 1 == 1 {
            for (x, y) in [(0, 0), (1, 0), (0, 1), (0, 2)] {
                form.put_pixel(80 + 3 * (bit % 6) + x, 70 + 5 * (bit / 6) + y, Rgb([30; 3]));
            }
        }
    }
    form
}

/// Pictures of training and of validation, none a copy of another.
fn checked(drawn: fn(u32) -> RgbImage) -> Value {
    let workspace = Workspace::new();
    for seed in 0..40u32 {
        let split = if seed % 4 == 0 { "val" } else { "train" };
        let name = format!("{split}/{:08x}.png", (seed + 1).wrapping_mul(0x9E37_79B9));
        workspace.file(&name, encode(&drawn(seed), &name));
    }
    workspace.check(&[]).0
}

#[test]
fn pictures_whose_edited_copies_are_found_again_are_clear() {
    let report = checked(picture);
    let controls = &report["detection"]["controls"];
    assert_eq!(controls["pictures"], 30);
    assert!(controls["saved"].as_u64() >= Some(28), "{controls}");
    assert_eq!(report["verdict"], "clear");
}

#[test]
fn pictures_whose_edited_copies_are_missed_are_not_called_clear() {
    let report = checked(form);
    let controls = &report["detection"]["controls"];
    assert!(controls["saved"].as_u64() < Some(15), "{controls}");
    assert_eq!(report["verdict"], "unknown");
    assert!(codes(&report).contains(&"copies-missed".to_owned()));
    let open = report["leakage"][0]["unknown"].as_array().unwrap();
    assert!(open.contains(&"copies-missed".into()), "{open:?}");
}

#[test]
fn what_another_dataset_of_the_root_trains_on_is_found_when_it_was_saved_again() {
    let workspace = Workspace::new();
    for seed in 0..12 {
        for part in 0..2 {
            let split = if seed % 3 == 0 { "val" } else { "train" };
            let name = format!("{}/{split}/c/{seed}.png", ["rome", "oslo"][part as usize]);
            workspace.file(&name, encode(&picture(seed + 100 * part), &name));
        }
    }
    let shared = |workspace: &Workspace| {
        let (report, _) = workspace.check(&[]);
        let findings = report["findings"].as_array().unwrap().iter();
        let mut parts = findings.filter(|one| one["code"] == "several-parts");
        let message = parts.next().unwrap()["message"]
            .as_str()
            .unwrap()
            .to_owned();
        (report["verdict"].as_str().unwrap().to_owned(), message)
    };
    let (verdict, message) = shared(&workspace);
    assert_eq!(verdict, "clear", "{message}");
    // Pictures 101 and 102 are trained on in `oslo`.
    for (number, seed) in [(90, 101), (91, 102)] {
        let name = format!("rome/val/c/{number}.jpg");
        workspace.file(&name, encode(&picture(seed), &name));
    }
    let (verdict, message) = shared(&workspace);
    assert_eq!(verdict, "unknown", "{message}");
    let expected = "2 evaluation images of one occur in training of another";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn versions_of_one_dataset_share_most_images_and_are_not_asked_about() {
    let workspace = Workspace::new();
    for seed in 0..12 {
        let split = if seed % 3 == 0 { "val" } else { "train" };
        let name = format!("png/{split}/c/{seed}.png");
        workspace.file(&name, encode(&picture(seed), &name));
        // Saved again, and divided otherwise: all that one evaluates the other trains on.
        let split = if seed % 3 == 1 { "val" } else { "train" };
        let name = format!("jpg/{split}/c/{seed}.jpg");
        workspace.file(&name, encode(&picture(seed), &name));
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(report["dataset"]["splits"].as_array().unwrap().len(), 4);
    assert_eq!(report["verdict"], "clear", "{}", report["findings"]);
}
