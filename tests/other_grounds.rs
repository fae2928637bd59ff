//! One drawn thing on other grounds: near each other, and no copies. Decoys, which share nothing,
//! tell nothing of it.

use image::{Rgb, RgbImage};
use serde_json::Value;

use crate::workspace::{Workspace, encode, leaked};

const SIDE: u32 = 64;

/// Blocks of eight pixels, each of a grey of its own.
fn ground(seed: u32) -> RgbImage {
    let mut state = u64::from(seed + 31).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f32 / (1u64 << 53) as f32
    };
    for _ in 0..8 {
        random();
    }
    let grey: Vec<u8> = (0..64).map(|_| (60.0 + 140.0 * random()) as u8).collect();
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        Rgb([grey[(y / 8 * 8 + x / 8) as usize]; 3])
    })
}

/// A round sign, one of six, on a ground of its own, not always in the middle nor as bright.
fn sign(seed: u32) -> RgbImage {
    let hash = (seed + 1).wrapping_mul(0x9E37_79B9);
    let place = |bits: u32| 28 + ((hash >> bits) % 9) as i32;
    let (left, top, number) = (place(8), place(12), (hash >> 16) % 6 + 1);
    let bright = 64 + (hash >> 20) % 64;
    let mut picture = ground(seed);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (right, down) = (x as i32 - left, y as i32 - top);
        let from_middle = right * right + down * down;
        let is_bar = |bar: i32| {
            number >> bar & 1 == 1 && right.abs() < 11 && (down - 9 * (bar - 1)).abs() < 3
        };
        let grey = match from_middle {
            ..361 if (0..3).any(is_bar) => 30,
            ..361 => 235,
            361..576 => 40,
            _ => u32::from(pixel.0[0]),
        };
        *pixel = Rgb([(grey * bright / 128) as u8; 3]);
    }
    picture
}

/// A set of 240 such pictures, every fourth one in validation, and the first `copies` of training
/// there once more, saved as JPEG.
fn checked(drawn: fn(u32) -> RgbImage, copies: usize) -> Value {
    let workspace = Workspace::new();
    let mut copied = 0;
    for seed in 0..240u32 {
        let split = if seed % 4 == 0 { "val" } else { "train" };
        let name = format!("{split}/{:08x}.png", (seed + 1).wrapping_mul(0x9E37_79B9));
        workspace.file(&name, encode(&drawn(seed), &name));
        if split == "train" && copied < copies {
            copied += 1;
            let name = format!("val/{copied}.jpg");
            workspace.file(&name, encode(&drawn(seed), &name));
        }
    }
    workspace.check(&[]).0
}

fn suspected(report: &Value) -> u64 {
    report["leakage"][0]["suspected"]["count"].as_u64().unwrap()
}

#[test]
fn one_sign_on_other_grounds_is_a_look_alike_where_no_rate_can_be_stated() {
    let report = checked(sign, 0);
    let detection = &report["detection"];
    assert_eq!(detection["source"], "bounded", "{detection}");
    assert_eq!(detection["false_rate"], Value::Null);
    assert_eq!(detection["copies"], 0.9, "{detection}");
    assert_eq!(
        (leaked(&report), report["verdict"].as_str()),
        (0, Some("unknown"))
    );
    assert!(suspected(&report) > 0);
}

#[test]
fn signs_that_were_saved_again_are_leaked_all_the_same() {
    let report = checked(sign, 6);
    assert_eq!(leaked(&report), 6, "{}", report["detection"]);
}

#[test]
fn grounds_without_a_sign_are_clear_and_no_more_is_asked_of_their_copies() {
    let report = checked(ground, 0);
    assert_eq!(
        (report["verdict"].as_str(), suspected(&report)),
        (Some("clear"), 0)
    );
    let report = checked(ground, 6);
    assert_eq!(leaked(&report), 6, "{}", report["detection"]);
}
