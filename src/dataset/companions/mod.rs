//! Masks and depth maps: images that say something of a picture, and are no samples themselves.
//!
//! An image may be one if its name ends so (`x_mask.png`) or a folder says so (`masks/x.png`). It
//! is one if the picture is there: the same name without the mark, in the folder that stands for
//! the same split and class; or the one picture of that folder, whatever the masks of its parts are
//! called (`7f/images/7f.png`, `7f/masks/e0.png`); or in the folder beside that has the same names,
//! whatever it is called (`A/1.png`, `label/1.png`). Names alone are not enough. In each such
//! folder most pictures must have a partner, and most partners a picture, so that a class called
//! `mask` stays a class.

mod beside;

use std::collections::{BTreeMap, BTreeSet};

use super::split_name::{role_of, words};
use super::walk::WalkedFile;
use crate::sample::{Companion, SplitRole};

/// Ends of names of masks and depth maps, longest first where one ends another.
const MARKS: &[&str] = &[
    "gtfine_labelids",
    "gtfine_labeltrainids",
    "gtfine_instanceids",
    "gtfine_color",
    "gtcoarse_labelids",
    "gtcoarse_instanceids",
    "gtcoarse_color",
    "labelids",
    "labeltrainids",
    "instanceids",
    "segmentation",
    "annotation",
    "scribbles",
    "disparity",
    "instances",
    "semantic",
    "scribble",
    "instance",
    "labels",
    "masks",
    "label",
    "trimap",
    "matte",
    "depth",
    "mask",
    "anno",
    "seg",
    "gt",
    "l",
];

/// Ends of names of pictures that have partners.
const PICTURE_MARKS: &[&str] = &["leftimg8bit", "image", "img", "rgb", "color", "sat"];

/// Words of folders that hold masks and depth maps.
pub(super) const MASK_WORDS: &[&str] = &[
    "anno",
    "annot",
    "annotation",
    "annotations",
    "annots",
    "coarse",
    "depth",
    "depths",
    "disparity",
    "fine",
    "ground",
    "groundtruth",
    "gt",
    "instance",
    "instances",
    "label",
    "labels",
    "mask",
    "masks",
    "matte",
    "mattes",
    "panoptic",
    "scribbles",
    "seg",
    "segmentation",
    "semantic",
    "trimaps",
    "truth",
];

/// Words that may stand beside those: they name what is masked, not a class.
const QUIET: &[&str] = &["class", "images", "object", "png", "sem", "the"];

/// Words of cameras, whose pictures have masks of their own.
const VIEWS: &[&str] = &["left", "right"];

/// Words of folders that hold pictures beside such folders.
const PICTURE_WORDS: &[&str] = &[
    "color",
    "images",
    "image",
    "imgs",
    "img",
    "input",
    "inputs",
    "jpegimages",
    "photos",
    "pictures",
    "rgb",
];

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
pub(super) fn take(images: &mut Vec<WalkedFile>) -> Found {
    let mut keys: Vec<(Key, Told)> = images.iter().map(|image| key(&image.path)).collect();
    beside::tell(&mut keys, images);
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

/// What says of an image that it may be a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nothing.
    Picture,
    /// Its name only.
    ByName,
    /// A folder that it lies in.
    ByFolder,
}

/// Where an image meets its partners, and whether it may be a mask.
fn key(path: &str) -> (Key, Told) {
    let (mut folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (mut role, mut rest, mut told) = (None, Vec::new(), Told::Picture);
    if let Some((above, own)) = instance_of(folders, stem) {
        (folders, stem, told) = (above, own, Told::ByName);
    }
    for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
        let parts: Vec<String> = words(folder).into_iter().flat_map(unglued).collect();
        let is = |list: &'static [&'static str]| move |word: &String| list.contains(&word.as_str());
        let says_mask = parts.iter().any(is(MASK_WORDS));
        let says_picture = parts.iter().any(is(PICTURE_WORDS));
        let of_pictures = are_of_pictures(&parts);
        let view = parts.iter().find(|word| is(VIEWS)(word));
        let view = view.filter(|_| (says_mask || says_picture) && !is_of_cityscapes(&parts));
        // `semantic_rgb` is what is seen of masks, `masks_left` those of one camera.
        let meant = parts.iter().filter(|word| {
            !(says_of_masks(word) || says_mask && (is(PICTURE_WORDS)(word) || is(VIEWS)(word)))
        });
        let meant: Vec<&str> = meant.map(String::as_str).collect();
        let split = match meant.is_empty() {
            true => None,
            false => role_of(folder).or_else(|| role_of(&meant.join("_"))),
        };
        if says_mask && (meant.is_empty() || split.is_some()) {
            told = Told::ByFolder;
        } else if !of_pictures && split.is_none() {
            rest.push(folder.to_lowercase());
        }
        rest.extend(view.cloned());
        role = role.or(split);
    }
    if told == Told::ByFolder {
        // Masks may be kept by version, `v2.0/labels`, pictures are not.
        rest.retain(|folder| !is_version(folder));
    }
    let lower = stem.to_lowercase();
    let stem = match without_mark(&lower, MARKS) {
        Some(bare) => {
            if told == Told::Picture {
                told = Told::ByName;
            }
            bare
        }
        None => without_mark(&lower, PICTURE_MARKS).unwrap_or(&lower),
    };
    // Both marks may stand in one name: `x_rgb_mask`.
    let stem = without_mark(stem, PICTURE_MARKS).unwrap_or(stem).to_owned();
    let folders = rest;
    (
        Key {
            role,
            folders,
            stem,
        },
        told,
    )
}

/// Whether a folder is called so that it holds pictures: `images_png`, `leftImg8bit`.
fn is_of_pictures(folder: &str) -> bool {
    are_of_pictures(&words(folder))
}

fn are_of_pictures(words: &[String]) -> bool {
    let is = |list: &[&str], word: &str| list.contains(&word);
    words.iter().any(|word| is(PICTURE_WORDS, word))
        && words.iter().all(|word| {
            let is_known = is(PICTURE_WORDS, word) || is(VIEWS, word) || is(QUIET, word);
            is_known || is_number(word) || word == "bit"
        })
}

/// `train` and `annot` of `trainannot`, as `CamVid`'s folders are called, `gt` and `left` of
/// SYNTHIA's `GTLeft`.
fn unglued(word: String) -> Vec<String> {
    let both = |before: &str, end: &str| vec![before.to_owned(), end.to_owned()];
    // Of shorter words many a name ends by chance.
    let long = MASK_WORDS.iter().filter(|mark| mark.len() > 3);
    let mut split = long.filter_map(|mark| {
        let before = word.strip_suffix(mark)?;
        role_of(before).map(|_| both(before, mark))
    });
    let mut view = VIEWS.iter().filter_map(|view| {
        let before = word.strip_suffix(view)?;
        let is_known = MASK_WORDS.contains(&before) || PICTURE_WORDS.contains(&before);
        is_known.then(|| both(before, view))
    });
    let found = split.next().or_else(|| view.next());
    found.unwrap_or_else(|| vec![word])
}

fn says_of_masks(word: &str) -> bool {
    MASK_WORDS.contains(&word) || QUIET.contains(&word) || is_number(word)
}

/// `leftImg8bit`, beside which masks have no word for the camera.
fn is_of_cityscapes(parts: &[String]) -> bool {
    parts.iter().any(|word| word == "bit")
}

/// `v1.2`, `v2.0`
fn is_version(folder: &str) -> bool {
    let number = folder.strip_prefix('v').unwrap_or_default();
    number.contains('.')
        && number
            .split('.')
            .all(|part| !part.is_empty() && is_number(part))
}

/// The folder and the name of the picture of a mask in a folder that is called like it, as ADE20K
/// keeps instances: `street/x/instance_000_x.png` for `street/x.jpg`.
fn instance_of<'a>(folders: &'a str, stem: &str) -> Option<(&'a str, &'a str)> {
    let (above, own) = folders.rsplit_once('/').unwrap_or(("", folders));
    let (before, ends) = (stem.strip_suffix(own)?, !own.is_empty());
    let first = before.split(['_', '-']).next()?;
    (ends && MASK_WORDS.contains(&first)).then_some((above, own))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A stem without the mark at its end, and without a number that counts parts behind the mark.
fn without_mark<'a>(stem: &'a str, marks: &[&str]) -> Option<&'a str> {
    // Shorter marks before a number are sides of a road, too.
    let counted = stem
        .rsplit_once('_')
        .filter(|(_, number)| is_number(number));
    if let Some((before, _)) = counted {
        let long = ["parts"].iter().chain(marks).filter(|mark| mark.len() > 3);
        let mut bare = long.filter_map(|mark| before.strip_suffix(*mark)?.strip_suffix('_'));
        if let Some(bare) = bare.rfind(|bare| !bare.is_empty()) {
            return Some(bare);
        }
    }
    marks.iter().find_map(|mark| {
        let before = stem.strip_suffix(mark)?;
        let before = before.strip_suffix(['_', '-'])?;
        (!before.is_empty()).then_some(before)
    })
}

#[cfg(test)]
mod tests;
