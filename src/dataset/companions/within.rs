//! Masks in the folder of their pictures, whose names say more than theirs by any word or end in
//! another way: `Image_01L.jpg` with `Image_01L_1stHO.png`, `7.jpg` with `7.png`.
//!
//! All that say the same more are asked together how they look.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::confirm::{FEWEST, are_masks, most, says_drawing, says_mask};
use super::names::Told;
use super::{Key, Looks};
use crate::dataset::split_name::words;
use crate::dataset::walk::WalkedFile;
use crate::source::container::folder_and_name;

/// Longest name that is looked at: others are no names that people gave.
const LONGEST: usize = 200;

/// Tells as masks what is called like a picture beside it and looks so, with the key of that.
pub(super) fn tell(keys: &mut [(Key, Told)], images: &[WalkedFile], looks: Looks<'_>) {
    let pictures: BTreeSet<&Key> = keys
        .iter()
        .filter(|(_, told)| *told == Told::Picture)
        .map(|(key, _)| key)
        .collect();
    let mut stems: HashMap<&str, HashMap<String, Vec<usize>>> = HashMap::new();
    for (at, image) in images.iter().enumerate() {
        if keys[at].1 == Told::Picture {
            let (folder, stem, _) = named(&image.path);
            let own = stems.entry(folder).or_default();
            own.entry(stem).or_default().push(at);
        }
    }
    let mut kinds: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for (at, image) in images.iter().enumerate() {
        let (key, told) = &keys[at];
        let (folder, stem, ending) = named(&image.path);
        if stem.len() > LONGEST || *told != Told::Picture && pictures.contains(key) {
            continue;
        }
        let there = |stem: &str| stems.get(folder)?.get(stem);
        let of_other_ending = there(&stem).into_iter().flatten().find(|of| **of != at);
        if let Some(of) = of_other_ending {
            let (_, _, other) = named(&images[*of].path);
            let kind = format!("{ending} of {other}");
            *ends.entry(kind.clone()).or_default() += 1;
            kinds.entry(kind).or_default().push((at, *of));
            continue;
        }
        let mut found = false;
        for (end, _) in stem.rmatch_indices(['_', '-', '.', ' ']) {
            let kind: String = stem[end..].chars().filter(|c| !c.is_numeric()).collect();
            if !kind.contains(char::is_alphabetic) {
                continue;
            }
            *ends.entry(kind.clone()).or_default() += 1;
            let picture = there(&stem[..end]).and_then(|all| all.first());
            if let Some(of) = picture.filter(|_| !found) {
                kinds.entry(kind).or_default().push((at, *of));
                found = true;
            }
        }
    }
    let mut masks: BTreeMap<usize, usize> = BTreeMap::new();
    for (kind, pairs) in kinds {
        let more = words(&kind);
        let is_said = more.iter().any(|word| says_mask(word));
        let may_be = is_said || !more.iter().any(|word| says_drawing(word));
        let is_taken = |(at, of): &(usize, usize)| masks.contains_key(at) || masks.contains_key(of);
        if may_be
            && pairs.len() >= FEWEST
            && most(pairs.len(), ends[&kind])
            && !pairs.iter().any(is_taken)
            && are_masks(&pairs, images, looks, is_said)
        {
            masks.extend(pairs);
        }
    }
    for (at, of) in masks {
        keys[at] = (keys[of].0.clone(), Told::ByName);
    }
}

/// The folder of an image, its name without ending in small letters, and that ending.
fn named(path: &str) -> (&str, String, &str) {
    let (folder, name) = folder_and_name(path).unwrap_or(("", path));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    (folder, stem.to_lowercase(), ending)
}
