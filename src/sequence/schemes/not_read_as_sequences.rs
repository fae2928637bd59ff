//! Schemes that are no sequences.

use super::*;

#[test]
fn imagenet_class_and_image_number() {
    is_not_read(&classes(400, |i| {
        format!(
            "train/n0144076{}/n0144076{}_{}.JPEG",
            i / 100,
            i / 100,
            scrambled(i, 30_000)
        )
    }));
    is_not_read(&paths(400, |i| {
        format!("n0144076{}_{}.JPEG", i / 100, i % 100)
    }));
}

#[test]
fn imagenet_validation_numbers() {
    is_not_read(&paths(400, |i| format!("ILSVRC2012_val_{:08}.JPEG", i + 1)));
}

#[test]
fn cifar_running_index_over_class_folders() {
    is_not_read(&classes(400, |i| {
        format!(
            "{}/{}/{i:05}.png",
            train_or_val(i),
            ["cat", "dog", "frog"][scrambled(i + 7, 3) as usize]
        )
    }));
    is_not_read(&classes(400, |i| {
        format!(
            "train/{}/{:05}.jpg",
            ["cat", "dog"][(i % 2) as usize],
            i * 9 + scrambled(i, 9)
        )
    }));
}

#[test]
fn mnist_digits_numbered_by_class() {
    is_not_read(&classes(400, |i| {
        format!("train/{}/{}.png", i / 40, i % 40)
    }));
    is_not_read(&paths(400, |i| format!("digits/{}/{}.png", i / 40, i % 40)));
}

#[test]
fn coco_identifiers() {
    is_not_read(&paths(400, |i| {
        format!("{}/{:012}.jpg", train_or_val(i), scrambled(i, 580_000))
    }));
}

#[test]
fn hashes() {
    is_not_read(&paths(400, |i| {
        format!(
            "{:016x}{:016x}.jpg",
            scrambled(i, u64::MAX),
            scrambled(i + 999, u64::MAX)
        )
    }));
}

#[test]
fn universally_unique_identifiers() {
    is_not_read(&paths(400, |i| {
        let part = |n, below| scrambled(i * 4 + n, below);
        format!(
            "{:08x}-{:04x}-4{:03x}-{:012x}.png",
            part(0, 1 << 32),
            part(1, 1 << 16),
            part(2, 1 << 12),
            part(3, 1 << 40)
        )
    }));
}

#[test]
fn flickr_identifiers_that_look_like_seconds() {
    is_not_read(&paths(400, |i| {
        format!(
            "{}_{:010x}.jpg",
            1_000_000_000 + scrambled(i, 1_100_000_000),
            scrambled(i + 5, 1 << 40)
        )
    }));
    is_not_read(&paths(400, |i| {
        format!("{}.jpg", 1_000_000_000 + scrambled(i, 1_100_000_000))
    }));
}

#[test]
fn images_numbered_by_a_file_manager() {
    is_not_read(&paths(400, |i| {
        format!("{}/img ({}).jpg", train_or_val(i), i + 1)
    }));
}

#[test]
fn class_word_and_number() {
    is_not_read(&paths(400, |i| {
        format!("train/{}.{}.jpg", ["cat", "dog"][(i % 2) as usize], i / 2)
    }));
    is_not_read(&paths(400, |i| format!("images/Abyssinian_{i}.jpg")));
}

#[test]
fn class_folder_and_keyword() {
    is_not_read(&classes(400, |i| {
        format!(
            "train/{0}/image_{1:04}.jpg",
            ["accordion", "anchor"][(i % 2) as usize],
            i / 2
        )
    }));
}

#[test]
fn patients_with_one_or_two_images() {
    is_not_read(&paths(400, |i| {
        format!("{}/patient_{i:04}.png", train_or_val(i))
    }));
    is_not_read(&paths(400, |i| format!("{:08}_{:03}.png", i / 2, i % 2)));
    is_not_read(&paths(400, |i| {
        format!("patient{:05}/study1/view{}_frontal.jpg", i / 2, i % 2 + 1)
    }));
}

#[test]
fn years_and_numbers() {
    is_not_read(&paths(400, |i| {
        format!("JPEGImages/{}_{:06}.jpg", 2007 + i / 100, i % 100)
    }));
}

#[test]
fn people_and_numbers() {
    is_not_read(&classes(400, |i| {
        format!(
            "Person_{0}/Person_{0}_{1:04}.jpg",
            ["A", "B", "C", "D"][(i / 100) as usize],
            i % 100
        )
    }));
}

#[test]
fn classes_numbered_in_two_fields() {
    is_not_read(&classes(400, |i| {
        format!("{:03}.bird/{:03}_{:04}.jpg", i / 100, i / 100, i % 100)
    }));
}

#[test]
fn splits_that_number_their_frames_each_on_their_own() {
    is_not_read(&paths(400, |i| match i.checked_sub(300) {
        Some(i) => format!("val/frame_{i:04}.png"),
        None => format!("train/frame_{i:04}.png"),
    }));
}

#[test]
fn positions_of_tiles() {
    is_not_read(&paths(400, |i| {
        format!("slide1_x{}_y{}.png", i % 20 * 256, i / 20 * 256)
    }));
}

#[test]
fn words_without_numbers() {
    let (recordings, _) = read(&testing::samples(&["a.png", "b.png", "äö.png", ""]));
    assert!(recordings.is_none());
    assert!(read(&[]).0.is_none());
}
