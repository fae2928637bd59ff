//! Schemes that names leave open and pixels settle.

use super::*;

#[test]
fn one_running_index() {
    is_read_with_pixels(
        &paths(200, |i| format!("{}/{i:05}.png", train_or_val(i))),
        NameRule::LastNumber,
    );
}

#[test]
fn folders_of_frames_that_are_the_classes() {
    let samples = classes(200, |i| {
        format!(
            "train/{}/{:05}.jpg",
            ["bear", "camel"][(i / 100) as usize],
            i % 100
        )
    });
    is_read_with_pixels(&samples, NameRule::LastNumber);
}

#[test]
fn numbered_tracks_without_labels() {
    is_read_with_pixels(
        &paths(300, |i| format!("{:05}_{:05}.ppm", i / 30, i % 30)),
        NameRule::LastNumber,
    );
}

#[test]
fn photos_taken_one_by_one() {
    let samples = paths(200, |i| {
        let t = scrambled(i, 80_000);
        format!(
            "IMG_20160102_{:02}{:02}{:02}.jpg",
            t / 3600,
            t / 60 % 60,
            t % 60
        )
    });
    is_read_with_pixels(&samples, NameRule::Time);
}
