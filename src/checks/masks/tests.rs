use std::collections::BTreeSet;

use super::*;
use crate::checks::testing::World;
use crate::leak::Leak;
use crate::signature::unreadable::Unreadable;
use crate::signature::{Hash64, ReadMask};
use crate::source::Place;

/// A sound mask of the pictures of [`World`], told from others by `number`.
fn mask(number: u8, levels: &[u32]) -> Mask {
    Mask {
        width: 320,
        height: 160,
        pixels: Digest([number; 16]),
        levels: Some(levels.to_vec()),
        colours: Some(levels.iter().map(|level| level * 0x01_01_01).collect()),
    }
}

/// Pictures that differ, each with one of these masks.
fn world(masks: Vec<ReadMask>) -> World {
    let mut world = World::new();
    for (number, mask) in (0..).zip(masks) {
        let path = format!("train/{number:02}.jpg");
        let signature = world.push(&path, Some(0), None);
        signature.byte_digest = Digest([number; 16]);
        // Half of the bits of any two differ.
        let bits = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        signature.perceptual = Hash64(bits);
        world.dataset.companions.push(Companion {
            of: path,
            path: format!("train_masks/{number:02}_mask.png"),
            place: Place::Named,
        });
        world.masks.push(mask);
    }
    world
}

fn told(world: &World) -> Vec<(Code, Vec<String>)> {
    let found = faults(&world.evidence());
    found
        .iter()
        .map(|one| (one.code, world.paths_of(one)))
        .collect()
}

fn sound(n: u8, levels: &[u32]) -> Vec<ReadMask> {
    (0..n).map(|number| Ok(mask(number, levels))).collect()
}

const ONE: &str = "train/03.jpg";

fn alone(code: Code) -> Vec<(Code, Vec<String>)> {
    vec![(code, vec![ONE.to_owned()])]
}

#[test]
fn sound_masks_are_not_told() {
    assert_eq!(told(&world(sound(12, &[0, 255]))), []);
    assert_eq!(told(&world(Vec::new())), []);
}

#[test]
fn a_mask_that_cannot_be_read_is_told() {
    let mut masks = sound(4, &[0, 1]);
    masks[3] = Err(Unreadable::NotAnImage);
    assert_eq!(told(&world(masks)), alone(Code::UnreadableMask));
}

#[test]
fn a_mask_of_another_size_is_told_and_a_scale_of_all_is_not() {
    let resized = |masks: &mut Vec<ReadMask>, at: usize, size: (u32, u32)| {
        let mask = masks[at].as_mut().unwrap();
        (mask.width, mask.height) = size;
    };
    let mut masks = sound(4, &[0, 1]);
    resized(&mut masks, 3, (320, 161));
    assert_eq!(told(&world(masks)), alone(Code::MaskSizeDiffers));
    let mut halves = sound(4, &[0, 1]);
    for at in 0..4 {
        resized(&mut halves, at, (160, 80));
    }
    assert_eq!(told(&world(halves.clone())), []);
    resized(&mut halves, 3, (80, 160));
    assert_eq!(told(&world(halves)), alone(Code::MaskSizeDiffers));
}

#[test]
fn a_mask_of_a_picture_that_exif_turns_may_lie_as_it_is_stored() {
    let mut masks = sound(4, &[0, 1]);
    let turned = masks[3].as_mut().unwrap();
    (turned.width, turned.height) = (160, 320);
    let mut world = world(masks);
    assert_eq!(told(&world), alone(Code::MaskSizeDiffers));
    world.signature(3).facts.stored.orientation = 6;
    assert_eq!(told(&world), []);
}

fn listed(values: MaskValues, masks: Vec<ReadMask>) -> World {
    let mut world = world(masks);
    let file = "codes.txt".to_owned();
    world.dataset.mask_classes = Some(MaskClasses { file, values });
    world
}

#[test]
fn a_value_that_the_list_lacks_is_told_and_255_is_not() {
    let levels = || MaskValues::Levels(BTreeSet::from([0, 1]));
    let mut masks = sound(4, &[0, 1, 255]);
    assert_eq!(told(&listed(levels(), masks.clone())), []);
    masks[3] = Ok(mask(3, &[0, 2]));
    assert_eq!(
        told(&listed(levels(), masks.clone())),
        alone(Code::MaskValueUnknown)
    );
    // A list that most masks disagree with is not one of their values.
    for (at, own) in (0..3).zip(&mut masks) {
        *own = Ok(mask(at, &[0, 7]));
    }
    assert_eq!(told(&listed(levels(), masks)), []);
}

#[test]
fn a_colour_that_the_list_lacks_is_told_and_black_is_not() {
    let colours = MaskValues::Colours(BTreeSet::from([0x01_01_01]));
    let mut masks = sound(4, &[0, 1]);
    assert_eq!(told(&listed(colours.clone(), masks.clone())), []);
    masks[3] = Ok(mask(3, &[0, 2]));
    assert_eq!(told(&listed(colours, masks)), alone(Code::MaskValueUnknown));
}

#[test]
fn without_a_list_grey_among_black_and_white_is_told() {
    let mut masks = sound(8, &[0, 255]);
    masks[3] = Ok(mask(3, &[0, 12, 255]));
    assert_eq!(told(&world(masks.clone())), alone(Code::MaskValueUnknown));
    // Of too few masks nothing is usual.
    masks.truncate(7);
    assert_eq!(told(&world(masks)), []);
    // A rare class among numbered ones is none.
    let mut masks = sound(8, &[0, 1]);
    masks[3] = Ok(mask(3, &[0, 1, 2]));
    assert_eq!(told(&world(masks)), []);
}

#[test]
fn without_a_list_a_mask_of_many_values_among_few_is_told() {
    let many: Vec<u32> = (0..25).collect();
    let mut masks = sound(10, &[0, 1]);
    masks[3] = Ok(mask(3, &many));
    assert_eq!(told(&world(masks.clone())), alone(Code::MaskValueUnknown));
    masks[3] = Ok(mask(3, &many[..24]));
    assert_eq!(told(&world(masks)), []);
    // Depths hold many each.
    let depths: Vec<u32> = (0..200).collect();
    assert_eq!(told(&world(sound(10, &depths))), []);
}

#[test]
fn one_mask_for_two_pictures_is_told_unless_these_are_copies_or_it_marks_nothing() {
    let mut masks = sound(6, &[0, 1]);
    masks[3].as_mut().unwrap().pixels = Digest([2; 16]);
    let both = vec![(
        Code::RepeatedMask,
        vec!["train/02.jpg".to_owned(), ONE.to_owned()],
    )];
    let mut pair = world(masks.clone());
    assert_eq!(told(&pair), both);
    pair.pair(2, 3, Leak::NearDuplicate);
    assert_eq!(told(&pair), []);
    let mut alike = world(masks.clone());
    let hash = alike.signature(2).perceptual;
    alike.signature(3).perceptual = hash;
    assert_eq!(told(&alike), []);
    for mask in &mut masks {
        mask.as_mut().unwrap().levels = Some(vec![0]);
    }
    assert_eq!(told(&world(masks)), []);
    // Where most masks are one, nothing was copied.
    let mut fixed = sound(6, &[0, 1]);
    for mask in &mut fixed {
        mask.as_mut().unwrap().pixels = Digest([2; 16]);
    }
    assert_eq!(told(&world(fixed)), []);
}

#[test]
fn masks_of_one_name_or_folder_are_a_kind() {
    let kind = |of: &str, path: &str| {
        kind_of(&Companion {
            of: of.to_owned(),
            path: path.to_owned(),
            place: Place::Named,
        })
    };
    let labels = |n: u8| {
        kind(
            &format!("leftImg8bit/train/a/a_{n}_leftImg8bit.png"),
            &format!("gtFine/train/a/a_{n}_gtFine_labelIds.png"),
        )
    };
    assert_eq!(labels(1), labels(2));
    let instances = kind(
        "leftImg8bit/train/a/a_1_leftImg8bit.png",
        "gtFine/train/a/a_1_gtFine_instanceIds.png",
    );
    assert_ne!(labels(1), instances);
    let voc = |folder: &str| kind("JPEGImages/7.jpg", &format!("{folder}/7.png"));
    assert_ne!(voc("SegmentationClass"), voc("SegmentationObject"));
}
