//! Folders of any name beside one that is called as pictures are.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Told, VIEWS, is_of_pictures, says_sensor};
use super::{Key, own_folder};
use crate::dataset::walk::WalkedFile;
use crate::sample::SplitRole;

/// Tells as masks, or as other views of what is shown, what lies in a folder of any name beside one
/// that is called as pictures are and has the same names: `images/7.png`, `manual/7.png`. All
/// folders of that name must be so.
pub(super) fn tell(keys: &mut [(Key, Told)], images: &[WalkedFile]) {
    /// Fewer names may be the same by chance.
    const FEWEST: usize = 4;
    type Place<'a> = (Option<SplitRole>, &'a [String]);
    let mut is_called_so: BTreeMap<&str, bool> = BTreeMap::new();
    for image in images {
        let own = own_folder(&image.path);
        is_called_so
            .entry(own)
            .or_insert_with(|| is_of_pictures(own));
    }
    // Most trees have no such folder, and many images.
    if !is_called_so.values().any(|is| *is) {
        return;
    }
    let mut pictures: BTreeMap<Place<'_>, BTreeSet<&str>> = BTreeMap::new();
    let mut others: BTreeMap<(&str, Place<'_>), BTreeSet<&str>> = BTreeMap::new();
    for ((key, told), image) in keys.iter().zip(images) {
        let own = own_folder(&image.path);
        if *told != Told::Picture {
            continue;
        }
        let lower = own.to_lowercase();
        if VIEWS.contains(&&*lower) || says_sensor(&lower) {
            continue;
        }
        if is_called_so[own] {
            let place = (key.role, &*key.folders);
            pictures.entry(place).or_default().insert(&key.stem);
        } else if let Some((last, above)) = key.folders.split_last()
            && *last == lower
        {
            let place = (&**last, (key.role, above));
            others.entry(place).or_default().insert(&key.stem);
        }
    }
    let most = |some: usize, all: usize| some * 10 >= all * 9;
    let mut is_beside: BTreeMap<String, bool> = BTreeMap::new();
    for ((own, place), stems) in &others {
        let same = pictures.get(place).is_some_and(|names| {
            let both = names.intersection(stems).count();
            both >= FEWEST && most(both, names.len()) && most(both, stems.len())
        });
        *is_beside.entry((*own).to_owned()).or_insert(true) &= same;
    }
    for ((key, told), image) in keys.iter_mut().zip(images) {
        let own = own_folder(&image.path).to_lowercase();
        let is_last = key.folders.last() == Some(&own);
        if *told == Told::Picture && is_last && is_beside.get(&own) == Some(&true) {
            key.folders.pop();
            *told = Told::ByFolder;
        }
    }
}
