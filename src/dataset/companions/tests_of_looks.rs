//! What names leave in doubt is decided by how images look.

use super::tests::counts_seen;
use super::*;

/// Names with `#` numbered, from five on with gaps, so that they are no counted ones.
fn five(names: &[&str]) -> Vec<String> {
    let numbers = ["3", "07", "58", "112", "340"];
    let of = |name: &&str| numbers.map(|number| name.replace('#', number));
    names.iter().flat_map(of).collect()
}

/// A photo in colours.
const PHOTO: Look = Look {
    has_few_colours: false,
    is_flat: false,
    is_grey: false,
};

/// A mask.
const DRAWN: Look = Look {
    has_few_colours: true,
    is_flat: true,
    is_grey: true,
};

/// A depth map, or a photo without colours.
const GREY: Look = Look {
    is_grey: true,
    ..PHOTO
};

/// Counts where what has `mark` in its path looks so, and all else like photos.
fn seen(names: &[&str], mark: &str, look: Look) -> (usize, usize, usize, usize) {
    let looks = |image: &WalkedFile| {
        let is_so = image.path.contains(mark);
        Some(if is_so { look } else { PHOTO })
    };
    counts_seen(&five(names), &looks)
}

/// Trees of pictures and masks, and what is in the path of a mask only.
const TREES: &[(&str, &str, &str)] = &[
    (
        "train/images/#_test.tif",
        "train/1st_manual/#_manual1.gif",
        "1st",
    ),
    ("images/#.png", "labels/#_P.png", "labels"),
    (
        "d/images/10k/train/a#.jpg",
        "d/labels/sem_seg/masks/train/a#.png",
        "labels",
    ),
    (
        "d/images/10k/train/a#.jpg",
        "d/labels/sem_seg/colormaps/train/a#.png",
        "labels",
    ),
    (
        "I1_Training_Input/x#.jpg",
        "I1_Training_GroundTruth/x#_segmentation.png",
        "Ground",
    ),
    (
        "R-Training400/g/x#.jpg",
        "Notes-Training400/Disc_Cup_Masks/g/x#.bmp",
        "Masks",
    ),
    (
        "train/images/a_#_pre.png",
        "train/targets/a_#_pre_target.png",
        "targets",
    ),
    ("train/fg/#.jpg", "train/alpha/#.png", "alpha"),
    ("D-TR/D-TR-Image/x#.jpg", "D-TR/D-TR-Mask/x#.png", "Mask"),
    ("M/M-img/#.jpg", "M/M-mask-anno/0/000#_hair.png", "anno"),
    (
        "drive_#/a.MP4/0.jpg",
        "laneseg_label_w16/drive_#/a.MP4/0.png",
        "laneseg",
    ),
    ("train2017/#.jpg", "stuffthingmaps/train2017/#.png", "stuff"),
    (
        "a/a/train_images/#_1.jpg",
        "b_parsing/b_parsing/train_segmentations/#_1.png",
        "parsing",
    ),
    (
        "test/00001/rgb/#.jpg",
        "test/00001/mask_visib/#_0000.png",
        "visib",
    ),
    ("train/im/tile_#_a.png", "train/roads/tile_#_a.png", "roads"),
    ("x/H#_data/1.png", "x/H#_label/1.png", "label"),
    // In one folder.
    ("train/image_#.png", "train/mask_#.png", "mask"),
    ("train/rgb_#.jpg", "train/sync_depth_#.png", "depth"),
    (
        "s/step#.camera.png",
        "s/step#.camera.semantic segmentation.png",
        "seg",
    ),
    ("s/Image_#L.jpg", "s/Image_#L_1stHO.png", "HO"),
    ("s/f_#_endo.png", "s/f_#_endo_watershed_mask.png", "mask"),
    ("s/0_#.jpg", "s/0_#.png", ".png"),
];

#[test]
fn masks_under_names_of_any_kind_are_told_by_their_looks() {
    for (picture, mask, mark) in TREES {
        let found = seen(&[picture, mask], mark, DRAWN);
        assert_eq!(found, (5, 5, 0, 0), "{mask}");
    }
}

#[test]
fn masks_of_several_kinds_side_by_side_are_those_of_the_picture() {
    let names = [
        "S/1. Images/a. Training Set/x_#.jpg",
        "S/2. Truths/a. Training Set/1. One/x_#_MA.png",
        "S/2. Truths/a. Training Set/2. Two/x_#_HE.png",
    ];
    assert_eq!(seen(&names, "Truths", DRAWN), (5, 10, 0, 0));
}

#[test]
fn where_both_look_like_photos_or_cannot_be_read_all_are_samples() {
    for (picture, mask, _) in TREES {
        let names = [*picture, *mask];
        assert_eq!(seen(&names, "", PHOTO), (10, 0, 0, 0), "{mask}");
        assert_eq!(
            counts_seen(&five(&names), &|_| None),
            (10, 0, 0, 0),
            "{mask}"
        );
        assert_eq!(seen(&names, "", DRAWN), (10, 0, 0, 0), "{mask}");
    }
}

#[test]
fn pictures_of_two_days_sides_sizes_and_lights_are_samples() {
    for (one, other) in [
        ("train/A/x_#.png", "train/B/x_#.png"),
        ("train/left/x_#.png", "train/right/x_#.png"),
        ("train/HR/x_#.png", "train/LR/x_#.png"),
        ("train/day/x_#.png", "train/night/x_#.png"),
        ("train/visible/x_#.png", "train/infrared/x_#.png"),
        ("train/low/x_#.png", "train/high/x_#.png"),
        ("train/x_#_pre.png", "train/x_#_post.png"),
        ("train/with_mask/x_#.png", "train/without_mask/x_#.png"),
    ] {
        let names = [one, other];
        assert_eq!(seen(&names, "", PHOTO), (10, 0, 0, 0), "{other}");
    }
    // Of one light only, and without colours.
    let names = ["train/visible/x_#.png", "train/infrared/x_#.png"];
    assert_eq!(seen(&names, "infrared", GREY), (10, 0, 0, 0));
}

#[test]
fn depths_are_told_by_a_word_and_want_colours_beside_them() {
    let names = ["nyu_images/#.jpg", "nyu_depths/#.png"];
    assert_eq!(seen(&names, "depths", GREY), (5, 5, 0, 0));
    assert_eq!(seen(&names, "", GREY), (10, 0, 0, 0));
}

#[test]
fn without_a_word_counted_names_and_drawings_are_samples() {
    let counted = |folder: &str| -> Vec<String> {
        (1..7)
            .map(|n| format!("train/{folder}/img_{n}.png"))
            .collect()
    };
    let both = [counted("cat"), counted("blank")].concat();
    let looks = |image: &WalkedFile| {
        let is_so = image.path.contains("blank");
        Some(if is_so { DRAWN } else { PHOTO })
    };
    assert_eq!(counts_seen(&both, &looks), (12, 0, 0, 0));
    let names = ["train/photo/n#_a.jpg", "train/sketch/n#_a.png"];
    assert_eq!(seen(&names, "sketch", DRAWN), (10, 0, 0, 0));
}

#[test]
fn what_is_called_so_must_have_pictures_wherever_it_stands() {
    let twins = ["train/cat/x_#_a.jpg", "train/plain/x_#_a.png"];
    assert_eq!(seen(&twins, "plain", DRAWN), (5, 5, 0, 0));
    let more = [twins[0], twins[1], "val/plain/y_#_b.png"];
    assert_eq!(seen(&more, "plain", DRAWN), (15, 0, 0, 0));
    // Some of one kind that look like photos make all of them samples.
    let looks = |image: &WalkedFile| {
        let is_so = image.path.contains("plain") && !image.path.contains("340");
        Some(if is_so { DRAWN } else { PHOTO })
    };
    assert_eq!(counts_seen(&five(&twins), &looks), (10, 0, 0, 0));
}

#[test]
fn names_that_end_alike_without_meaning_it_are_samples() {
    // Shots of one scene, and copies that were turned.
    for names in [
        ["train/x_#_a.jpg", "train/x_#_a_2.jpg"],
        ["train/x_#_a.jpg", "train/x_#_a_flip.jpg"],
    ] {
        assert_eq!(seen(&names, "", PHOTO), (10, 0, 0, 0), "{names:?}");
    }
    // Few that have a picture among many that end so.
    let mut paths = five(&["s/x_#.jpg", "s/x_#_plan.png", "s/y_#_plan.png"]);
    let looks = |image: &WalkedFile| {
        let is_so = image.path.contains("plan");
        Some(if is_so { DRAWN } else { PHOTO })
    };
    assert_eq!(counts_seen(&paths, &looks), (15, 0, 0, 0));
    paths.truncate(10);
    assert_eq!(counts_seen(&paths, &looks), (5, 5, 0, 0));
}

#[test]
fn a_folder_named_for_the_quality_of_labels_holds_pictures_where_it_says_so() {
    let names = [
        "imgsFine/leftImg8bit/train/c/#_leftImg8bit.png",
        "gtFine/train/c/#_gtFine_color.png",
    ];
    let none = |_: &WalkedFile| None;
    assert_eq!(counts_seen(&five(&names), &none), (5, 5, 0, 0));
    let coarse = [
        "leftImg8bit/train/c/#_leftImg8bit.png",
        "coarse/train/c/#_color.png",
    ];
    assert_eq!(counts_seen(&five(&coarse), &none).0, 5);
}

#[test]
fn grey_pictures_of_another_sensor_are_pictures() {
    let beside = |folder: &str| {
        let names = ["train/rgb/#.png", &format!("train/{folder}/#.png")];
        seen(&names, folder, GREY)
    };
    assert_eq!(beside("thermal"), beside("left"));
    assert_eq!(beside("nir"), beside("left"));
    assert_ne!(beside("depth"), beside("left"));
}

#[test]
fn pictures_in_colours_are_samples_wherever_they_lie() {
    for names in [
        ["rgb/#.png", "normal/#.png"],
        ["input/#.png", "target/#.png"],
        ["images/#.png", "gt/#.png"],
    ] {
        let other = names[1].split('/').next().unwrap_or_default();
        assert_eq!(seen(&names, other, PHOTO), (10, 0, 0, 0), "{names:?}");
        assert_eq!(seen(&names, other, DRAWN), (5, 5, 0, 0), "{names:?}");
        assert_eq!(seen(&names, other, GREY), (5, 5, 0, 0), "{names:?}");
    }
    // What is called so may be drawn in colours.
    for name in ["depth", "masks", "labels"] {
        let names = ["rgb/#.png", &format!("{name}/#.png")];
        assert_eq!(seen(&names, name, PHOTO), (5, 5, 0, 0), "{name}");
    }
}
