use super::*;
use crate::source::Place;

/// Number of samples, companions, orphans and bare pictures among images of these names.
fn counts(paths: &[String]) -> (usize, usize, usize, usize) {
    counts_seen(paths, &|_| None)
}

/// The same where images look as `looks` tells.
pub(super) fn counts_seen(paths: &[String], looks: Looks<'_>) -> (usize, usize, usize, usize) {
    let mut images: Vec<WalkedFile> = paths
        .iter()
        .map(|path| WalkedFile::new(path.clone(), Place::Named))
        .collect();
    let found = take(&mut images, looks);
    (
        images.len(),
        found.companions.len(),
        found.orphans.len(),
        found.bare.len(),
    )
}

/// Three of each name, with `#` numbered.
pub(super) fn numbered(names: &[&str]) -> Vec<String> {
    let of = |name: &&str| {
        (1..4)
            .map(|n| name.replace('#', &n.to_string()))
            .collect::<Vec<_>>()
    };
    names.iter().flat_map(of).collect()
}

#[test]
fn masks_are_found_beside_their_pictures_however_the_trees_are_laid() {
    for (picture, mask) in [
        ("images/#.jpg", "masks/#.png"),
        ("train/#.jpg", "train_masks/#_mask.gif"),
        ("train/#.png", "trainannot/#.png"),
        ("train/images/#.jpg", "train/masks/#.png"),
        ("img/#.jpg", "mask/#_mask.png"),
        ("images/training/#.jpg", "annotations/training/#.png"),
        ("JPEGImages/#.jpg", "SegmentationClass/#.png"),
        (
            "leftImg8bit/train/aachen/a_#_leftImg8bit.png",
            "gtFine/train/aachen/a_#_gtFine_labelIds.png",
        ),
        ("train/rgb/#.png", "train/depth/#.png"),
        ("train2017/#.jpg", "annotations/panoptic_train2017/#.png"),
        ("train/#_sat.jpg", "train/#_mask.png"),
        ("train/#.jpg", "train/#_parts_1.png"),
        ("701/#.png", "701/#_L.png"),
        ("training/images/#.jpg", "training/v2.0/labels/#.png"),
        ("Images/train/#.jpg", "Masks/train/#_mask_9.png"),
        ("Images/train/#.jpg", "Scribbles/train/#_scribble_9.png"),
        ("training/image_2/#.png", "training/semantic_rgb/#.png"),
        ("train/run/RGB/#.png", "train/run/SemSeg/#.png"),
        ("train/street/x#.jpg", "train/street/x#/instance_000_x#.png"),
        ("train/7f#/images/7f#.png", "train/7f#/masks/e#0.png"),
        ("RGBLeft/#.png", "DepthLeft/#.png"),
        ("train/A/#.png", "train/label/#.png"),
        ("im/#.png", "gt/#.png"),
        ("images_png/#.png", "masks_png/#.png"),
        (
            "bottle/test/broken/#.png",
            "bottle/ground_truth/broken/#_mask.png",
        ),
    ] {
        assert_eq!(counts(&numbered(&[picture, mask])), (3, 3, 0, 0), "{mask}");
    }
}

#[test]
fn classes_and_views_that_sound_like_masks_stay_samples() {
    for names in [
        &["train/mask/a#.jpg", "train/face/b#.jpg"][..],
        &["with_mask/#.jpg", "without_mask/#.jpg"],
        &["train/x#_L.png", "train/x#_R.png"],
        &["train/depth/#.png", "val/depth/1#.png"],
        &["masks/#.png"],
        &["train/clip#.jpg", "train/clip#/clip#_0001.jpg"],
        &["train/a_left_#.jpg", "train/a_right_#.jpg"],
        &["train/eye#/#_L.png", "train/eye#/#_R.png"],
    ] {
        let paths = numbered(names);
        assert_eq!(counts(&paths), (paths.len(), 0, 0, 0), "{names:?}");
    }
}

#[test]
fn folders_of_any_name_beside_pictures_of_the_same_names_are_no_samples() {
    let four =
        |folder: &str| -> Vec<String> { (1..5).map(|n| format!("{folder}/{n}.png")).collect() };
    for name in ["manual", "binary", "mask_v2", "lbl"] {
        let folders = ["train/images", "val/images"].map(str::to_owned);
        let beside = ["train", "val"].map(|split| format!("{split}/{name}"));
        let paths: Vec<String> = [folders, beside]
            .iter()
            .flatten()
            .flat_map(|f| four(f))
            .collect();
        assert_eq!(counts(&paths), (8, 8, 0, 0), "{name}");
    }
    assert_eq!(
        counts(&[four("train/input"), four("train/target")].concat()),
        (4, 4, 0, 0)
    );
    // Other names than the pictures have, or only in one of the splits, and folders of views.
    let near = [
        [
            four("train/images"),
            four("val/images"),
            four("train/cat"),
            vec!["val/cat/9.png".into()],
        ]
        .concat(),
        [four("train/left"), four("train/images")].concat(),
        [four("train/dog"), four("train/cat")].concat(),
    ];
    for paths in near {
        assert_eq!(counts(&paths), (paths.len(), 0, 0, 0), "{paths:?}");
    }
}

#[test]
fn masks_belong_to_the_picture_of_their_camera() {
    let names = [
        "RGBLeft/#.png",
        "RGBRight/#.png",
        "GTLeft/#.png",
        "GTRight/#.png",
    ];
    assert_eq!(counts(&numbered(&names)), (6, 6, 0, 0));
}

#[test]
fn a_mask_without_picture_and_a_picture_without_mask_are_told() {
    let mut paths = numbered(&["images/#.jpg", "masks/#.png"]);
    paths.push("masks/9.png".to_owned());
    assert_eq!(counts(&paths), (3, 3, 1, 0));
    paths.push("images/8.jpg".to_owned());
    assert_eq!(counts(&paths), (4, 3, 1, 1));
}

#[test]
fn one_picture_with_a_partner_among_many_without_proves_nothing() {
    let mut paths = numbered(&["images/#.jpg", "images/a#.jpg"]);
    paths.push("images/1_mask.jpg".to_owned());
    assert_eq!(counts(&paths), (7, 0, 0, 0));
    // Nor does a name that ends as masks do, with no picture at all.
    paths.push("images/plain_l.jpg".to_owned());
    assert_eq!(counts(&paths), (8, 0, 0, 0));
}

#[test]
fn a_name_that_ends_as_masks_do_is_no_mask_where_few_pictures_have_one() {
    let mut paths = numbered(&["images/#.jpg", "images/a#.jpg", "images/b#.jpg"]);
    paths.extend(
        [
            "images/1_mask.jpg",
            "images/2_mask.jpg",
            "images/plain_l.jpg",
        ]
        .map(str::to_owned),
    );
    assert_eq!(counts(&paths), (12, 0, 0, 0));
}

#[test]
fn a_mask_that_is_listed_is_a_sample_and_others_are_not() {
    let names = (0..6).flat_map(|n| [format!("images/{n}.png"), format!("masks/{n}.png")]);
    let images: Vec<WalkedFile> = names
        .map(|name| WalkedFile::new(name, Place::Named))
        .collect();
    let left = |listed: &[&str]| {
        let mut walked = crate::dataset::walk::Walked {
            images: images.clone(),
            ..Default::default()
        };
        let nowhere = std::path::Path::new("nowhere");
        walked.tell_companions(nowhere, &listed.iter().copied().collect());
        (walked.images.len(), walked.companions.len())
    };
    assert_eq!(left(&[]), (6, 6));
    assert_eq!(left(&["images/0.png", "images/1.png"]), (6, 6));
    assert_eq!(left(&["images/0.png", "masks/0.png"]), (7, 5));
}
