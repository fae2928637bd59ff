//! Copies of small, odd and large images are found, and their look-alikes are not.

use crate::workspace::{Workspace, encode, leaked, picture, picture_of_size};
use image::{DynamicImage, GrayImage, ImageBuffer, Luma, Rgb, RgbImage, Rgba, RgbaImage, imageops};
use serde_json::Value;

fn pairs(report: &Value) -> Vec<(String, String)> {
    let path = |pair: &Value, side: &str| pair[side]["path"].as_str().unwrap().to_owned();
    let all = report["pairs"].as_array().unwrap().iter();
    all.map(|pair| (path(pair, "evaluation"), path(pair, "training")))
        .collect()
}

fn bytes(image: &DynamicImage, name: &str) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let format = image::ImageFormat::from_path(name).unwrap();
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A workspace with training pictures 0..40 of a size, and one unrelated validation picture.
fn with_pictures(width: u32, height: u32) -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..40 {
        let image = picture_of_size(seed, width, height);
        workspace.file(&format!("train/{seed}.png"), encode(&image, "a.png"));
    }
    let unrelated = picture_of_size(5000, width, height);
    workspace.file("val/unrelated.png", encode(&unrelated, "a.png"));
    workspace
}

fn only_pair(report: &Value) -> (String, String) {
    let pairs = pairs(report);
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    pairs[0].clone()
}

/// Three random strokes, light on black, as handwriting sets have them.
fn strokes(seed: u32) -> GrayImage {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    for _ in 0..8 {
        random();
    }
    let ends: Vec<[f32; 4]> = (0..3)
        .map(|_| std::array::from_fn(|_| 4.0 + 20.0 * random()))
        .collect();
    GrayImage::from_fn(28, 28, |x, y| {
        let distance = ends.iter().map(|&[ax, ay, bx, by]| {
            let (dx, dy) = (bx - ax, by - ay);
            let along = ((x as f32 - ax) * dx + (y as f32 - ay) * dy) / (dx * dx + dy * dy + 0.01);
            let along = along.clamp(0.0, 1.0);
            (x as f32 - ax - along * dx).hypot(y as f32 - ay - along * dy)
        });
        let nearest = distance.fold(f32::INFINITY, f32::min);
        Luma([(255.0 * (2.2 - nearest).clamp(0.0, 1.0)) as u8])
    })
}

#[test]
fn strokes_of_28_by_28_are_matched_to_their_copies_and_to_nothing_else() {
    let workspace = Workspace::new();
    for seed in 0..300 {
        let image = DynamicImage::from(strokes(seed));
        workspace.file(&format!("train/{seed:03}.png"), bytes(&image, "a.png"));
    }
    for seed in 1000..1100 {
        let image = DynamicImage::from(strokes(seed));
        workspace.file(&format!("val/{seed}.png"), bytes(&image, "a.png"));
    }
    for seed in [7, 80, 200] {
        let paler = DynamicImage::from(strokes(seed)).brighten(-30);
        workspace.file(&format!("val/copy{seed:03}.png"), bytes(&paler, "a.png"));
    }
    let (report, _) = workspace.check(&[]);
    let mut found = pairs(&report);
    found.sort();
    let copies = [7, 80, 200].map(|seed| {
        (
            format!("val/copy{seed:03}.png"),
            format!("train/{seed:03}.png"),
        )
    });
    assert_eq!(found, copies);
}

#[test]
fn a_small_copy_of_32_by_32_is_found() {
    let workspace = with_pictures(32, 32);
    let mirrored = imageops::flip_horizontal(&picture_of_size(9, 32, 32));
    workspace.file("val/copy.jpg", encode(&mirrored, "copy.jpg"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        only_pair(&report),
        ("val/copy.jpg".into(), "train/9.png".into())
    );
}

#[test]
fn a_panorama_ten_times_as_wide_as_high_is_found_at_half_its_size() {
    let workspace = with_pictures(1000, 100);
    let small = imageops::resize(
        &picture_of_size(3, 1000, 100),
        500,
        50,
        imageops::FilterType::Triangle,
    );
    workspace.file("val/small.jpg", encode(&small, "small.jpg"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        only_pair(&report),
        ("val/small.jpg".into(), "train/3.png".into())
    );
}

#[test]
fn sixteen_bits_and_eight_bits_of_one_picture_are_duplicates() {
    let workspace = with_pictures(96, 72);
    let shallow = picture(5);
    let deep = ImageBuffer::from_fn(96, 72, |x, y| {
        let Rgb(levels) = *shallow.get_pixel(x, y);
        Rgb(levels.map(|level| u16::from(level) * 257 - u16::from(level) / 3))
    });
    workspace.file(
        "val/deep.png",
        bytes(&DynamicImage::ImageRgb16(deep), "a.png"),
    );
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        only_pair(&report),
        ("val/deep.png".into(), "train/5.png".into())
    );
}

#[test]
fn grey_and_colour_of_one_picture_are_duplicates() {
    let workspace = with_pictures(96, 72);
    let grey = DynamicImage::from(picture(6)).to_luma8();
    workspace.file("val/grey.png", bytes(&DynamicImage::from(grey), "a.png"));
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        only_pair(&report),
        ("val/grey.png".into(), "train/6.png".into())
    );
}

#[test]
fn what_transparency_hides_neither_makes_nor_unmakes_a_duplicate() {
    let cut_out = |seed: u32, hidden: u8| {
        let whole = picture(seed);
        RgbaImage::from_fn(96, 72, |x, y| {
            let inside = (x as i32 - 48).pow(2) + (y as i32 - 36).pow(2) < 900;
            let Rgb([r, g, b]) = *whole.get_pixel(x, y);
            if inside {
                Rgba([r, g, b, 255])
            } else {
                Rgba([hidden, hidden, hidden, 0])
            }
        })
    };
    let workspace = Workspace::new();
    for seed in 0..40 {
        let image = DynamicImage::from(cut_out(seed, 0));
        workspace.file(&format!("train/{seed}.png"), bytes(&image, "a.png"));
    }
    // Other colours where nothing shows: the same picture. The same outline around another: not.
    workspace.file(
        "val/copy.png",
        bytes(&DynamicImage::from(cut_out(4, 200)), "a.png"),
    );
    workspace.file(
        "val/unrelated.png",
        bytes(&DynamicImage::from(cut_out(5000, 0)), "a.png"),
    );
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        only_pair(&report),
        ("val/copy.png".into(), "train/4.png".into())
    );
}

#[test]
fn fifty_megapixels_are_found_at_thumbnail_size() {
    let workspace = with_pictures(96, 72);
    let small = picture_of_size(11, 866, 577);
    let large = RgbImage::from_fn(8660, 5770, |x, y| *small.get_pixel(x / 10, y / 10));
    let mut jpeg = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
    encoder
        .encode(&large, 8660, 5770, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    workspace.file("val/large.jpg", jpeg);
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        only_pair(&report),
        ("val/large.jpg".into(), "train/11.png".into())
    );
    assert_eq!(leaked(&report), 1);
}
