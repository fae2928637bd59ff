//! Masks and depth maps: images that say something of a picture, and are no samples themselves.
//!
//! An image may be one if its name ends so (`x_mask.png`) or a folder says so (`masks/x.png`). It
//! is one if the picture is there: the same name without the mark, in the folder that stands for
//! the same split and class; or the one picture of that folder, whatever the masks of its parts are
//! called (`7f/images/7f.png`, `7f/masks/e0.png`); or in the folder beside that has the same names,
//! whatever it is called (`A/1.png`, `label/1.png`). Names alone are not enough. In each such
//! folder most pictures must have a partner, and most partners a picture, so that a class called
//! `mask` stays a class.
//!
//! Names that pictures have, too (`mask_7.png`, `targets/7.png`, trees side by side of any name),
//! are asked further: some of what may be masks are decoded, with their pictures, and must look as
//! masks do and their pictures as pictures do (`confirm.rs`).

mod beside;
mod confirm;
mod names;
mod pictures;
mod twins;
mod within;

use std::collections::{BTreeMap, BTreeSet};

use super::split_name::words;
use super::walk::WalkedFile;
use crate::sample::{Companion, SplitRole};
use crate::signature::Look;
pub(super) use names::{MASK_WORDS, says_annotation, says_sensor};
use names::{Told, key};
pub(super) use pictures::are_photos;

/// How an image looks; `None` where it cannot be read.
pub(super) type Looks<'a> = &'a dyn Fn(&WalkedFile) -> Option<Look>;

/// What belongs to pictures, taken out of the images of a tree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Masks with their pictures, in order of picture.
    pub(super) companions: Vec<Companion>,
    /// Masks without a picture.
    pub(super) orphans: Vec<String>,
    /// Pictures without a mask among others that have one.
    pub(super) bare: Vec<String>,
}

/// Where a picture and its partners meet: folders without what they say of masks, with splits as
/// roles; and the name without its mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    role: Option<SplitRole>,
    folders: Vec<String>,
    stem: String,
}

impl Key {
    fn folder(&self) -> (Option<SplitRole>, Vec<String>) {
        (self.role, self.folders.clone())
    }

    /// The same in any split: masks of a test split may stand outside it.
    fn anywhere(&self) -> Self {
        Self {
            role: None,
            ..self.clone()
        }
    }
}

/// Takes masks and depth maps out of `images`.
pub(super) fn take(images: &mut Vec<WalkedFile>, looks: Looks<'_>) -> Found {
    let mut keys: Vec<(Key, Told)> = images.iter().map(|image| key(&image.path)).collect();
    confirm::doubtful(&mut keys, images, looks);
    beside::tell(&mut keys, images);
    twins::tell(&mut keys, images, looks);
    within::tell(&mut keys, images, looks);
    pictures::tell(&mut keys, images, looks);
    let keys = keys;
    if keys.iter().all(|(_, told)| *told == Told::Picture) {
        return Found::default();
    }
    let mut pictures: BTreeMap<Key, usize> = BTreeMap::new();
    let mut in_any_split: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    let is_mask = |(_, told): &(Key, Told)| *told != Told::Picture;
    let of_kind = |wanted: bool| {
        let numbered = keys.iter().enumerate();
        numbered.filter(move |(_, key)| is_mask(key) == wanted)
    };
    for (at, (key, _)) in of_kind(false) {
        pictures.entry(key.clone()).or_insert(at);
        in_any_split.entry(key.anywhere()).or_default().push(at);
    }
    let mut in_folder: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (key, &at) in &pictures {
        in_folder.entry(key.folder()).or_default().push(at);
    }
    let alone = |key: &Key| match in_folder.get(&key.folder())?[..] {
        // A folder of its own, and not the whole tree.
        [one] if !key.folders.is_empty() => Some(one),
        _ => None,
    };
    let beside = folders_beside(&keys, images);
    let picture_of = |key: &Key, told: Told| {
        let named = pictures.get(key).copied().or_else(|| match key.role {
            Some(_) => None,
            None => match in_any_split.get(key)?[..] {
                [one] => Some(one),
                _ => None,
            },
        });
        let named = named.or_else(|| {
            let folders = beside.get(&key.folder())?.clone();
            let there = Key {
                folders,
                ..key.clone()
            };
            pictures.get(&there).copied()
        });
        // Of several channels, nnU-Net numbers the first so.
        let named = named.or_else(|| {
            let stem = format!("{}_0000", key.stem);
            let first = Key {
                stem,
                ..key.clone()
            };
            pictures.get(&first).copied()
        });
        // A name alone may be that of a side: `1_L.png` beside `1_R.png`.
        named.or_else(|| (told == Told::ByFolder).then(|| alone(key)).flatten())
    };
    let mut has_mask = vec![false; images.len()];
    // By folder of masks: those with a picture, all, and the folders of the pictures.
    let mut of_masks: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    let mut partner: Vec<Option<usize>> = vec![None; images.len()];
    for (at, (key, told)) in of_kind(true) {
        partner[at] = picture_of(key, *told);
        let counts = of_masks.entry(key.folder()).or_default();
        counts.1 += 1;
        if let Some(picture) = partner[at] {
            counts.0 += 1;
            has_mask[picture] = true;
        }
    }
    let mut of_pictures: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (at, (key, _)) in of_kind(false) {
        let counts = of_pictures.entry(key.folder()).or_default();
        counts.0 += usize::from(has_mask[at]);
        counts.1 += 1;
    }
    let most = |counts: Option<&(usize, usize)>| counts.is_some_and(|(n, all)| n * 2 > *all);
    let masks_hold = |key: &Key| most(of_masks.get(&key.folder()));
    let pictures_hold = |key: &Key| most(of_pictures.get(&key.folder()));
    let pictures_hold_for = |key: &Key| {
        let beside = of_pictures.iter().filter(|((role, folders), _)| {
            let is_beside = beside.get(&key.folder()) == Some(folders);
            (*folders == key.folders || is_beside) && (key.role.is_none() || *role == key.role)
        });
        beside
            .map(|(_, counts)| counts)
            .any(|counts| most(Some(counts)))
    };
    let mut found = Found::default();
    let mut taken = vec![false; images.len()];
    for (at, own) in keys.iter().enumerate() {
        let key = &own.0;
        let path = || images[at].path.clone();
        match (is_mask(own), partner[at]) {
            (true, Some(picture)) if masks_hold(key) && pictures_hold(&keys[picture].0) => {
                taken[at] = true;
                found.companions.push(Companion {
                    of: images[picture].path.clone(),
                    path: path(),
                    place: images[at].place.clone(),
                });
            }
            // A name alone makes no mask of it where most pictures have none.
            (true, None) if masks_hold(key) && pictures_hold_for(key) => {
                taken[at] = true;
                found.orphans.push(path());
            }
            (false, _) if !has_mask[at] && pictures_hold(key) => found.bare.push(path()),
            _ => {}
        }
    }
    let mut taken = taken.into_iter();
    images.retain(|_| !taken.next().unwrap_or(false));
    Companion::sort(&mut found.companions);
    found
}

/// Whether a column, a folder or a name of a file is called as masks are, by any of its words.
pub(super) fn says_masks(name: &str) -> bool {
    let says = |word: &String| confirm::says_mask(word) || MASK_WORDS.contains(&word.as_str());
    words(name).iter().any(says)
}

/// The name of the folder that a file lies in.
fn own_folder(path: &str) -> &str {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    above.rsplit('/').next().unwrap_or(above)
}

/// Words of folders that are no classes: beside one, a folder of the same names holds its pictures.
const PLAIN_MASKS: &[&str] = &[
    "annotations",
    "annots",
    "groundtruth",
    "gt",
    "label",
    "labels",
    "masks",
    "trimaps",
];

/// For each folder of masks that is called plainly so the first one beside it that has nine in ten
/// of its names.
fn folders_beside(
    keys: &[(Key, Told)],
    images: &[WalkedFile],
) -> BTreeMap<(Option<SplitRole>, Vec<String>), Vec<String>> {
    let mut stems: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    let mut masks: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for ((key, told), image) in keys.iter().zip(images) {
        let own = own_folder(&image.path).to_lowercase();
        let of = match told {
            Told::Picture => &mut stems,
            _ if PLAIN_MASKS.contains(&own.as_str()) => &mut masks,
            _ => continue,
        };
        of.entry(key.folder()).or_default().insert(&key.stem);
    }
    let beside = masks.into_iter().filter_map(|(folder, own)| {
        let (role, folders) = &folder;
        let mut found = stems.iter().filter(|((other, there), names)| {
            let is_beside =
                other == role && there.len() == folders.len() + 1 && there.starts_with(folders);
            is_beside
                && own.iter().filter(|stem| names.contains(*stem)).count() * 10 >= own.len() * 9
        });
        let there = found.next()?.0.1.clone();
        Some((folder, there))
    });
    beside.collect()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_looks;
