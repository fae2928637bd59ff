//! What the names of an image and of its folders say: whether it may be a mask, and where it meets
//! its picture.

use super::Key;
use crate::dataset::split_elsewhere::short_role;
use crate::dataset::split_name::{role_of, words};

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
pub(in crate::dataset) const MASK_WORDS: &[&str] = &[
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
    "segmentations",
    "semantic",
    "trimap",
    "trimaps",
    "truth",
];

/// Of these words those that also tell which of a camera's pictures are labelled so:
/// `imgsFine/leftImg8bit` beside `gtFine`.
const QUALITIES: &[&str] = &["coarse", "fine"];

/// First words of names of pictures that have partners: `image_7` beside `mask_7`.
const PICTURE_FIRST: &[&str] = &["image", "img", "im", "photo", "rgb", "input", "frame"];

/// First words that say nothing: `sync_depth_7`.
const QUIET_FIRST: &[&str] = &["sync"];

/// Words that may stand beside those: they name what is masked, not a class.
const QUIET: &[&str] = &["class", "images", "object", "png", "sem", "the"];

/// Words of cameras, whose pictures have masks of their own.
pub(super) const VIEWS: &[&str] = &["left", "right"];

/// Words of sensors and resolutions, of which each has pictures of its own.
const SENSORS: &[&str] = &[
    "fluorescence",
    "hr",
    "infrared",
    "ir",
    "lr",
    "lwir",
    "nir",
    "pan",
    "sar",
    "swir",
    "thermal",
    "uv",
];

/// Whether a word speaks of a sensor or resolution.
pub(in crate::dataset) fn says_sensor(word: &str) -> bool {
    SENSORS.contains(&word)
}

/// Whether the name of a column or an array beside pictures says that it annotates them.
pub(in crate::dataset) fn says_annotation(name: &str) -> bool {
    // `fine` and `ground` tell of cameras, too, where nothing else is said.
    let says = |word: &String| {
        let word = word.as_str();
        MASK_WORDS.contains(&word) && !QUALITIES.contains(&word) && word != "ground"
    };
    words(name).iter().any(says)
}

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

/// What says of an image that it may be a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing.
    Picture,
    /// Its name, in a way that names of pictures have, too: until how it looks has been asked.
    Perhaps,
    /// Its name only.
    ByName,
    /// A folder that it lies in.
    ByFolder,
}

/// Where an image meets its partners, and whether it may be a mask.
pub(super) fn key(path: &str) -> (Key, Told) {
    read(path, true)
}

/// The same where a name that leaves doubt is that of a picture.
pub(super) fn key_of_picture(path: &str) -> (Key, Told) {
    read(path, false)
}

fn read(path: &str, takes_doubtful: bool) -> (Key, Told) {
    let (mut folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (mut role, mut rest, mut told) = (None, Vec::new(), Told::Picture);
    if let Some((above, own)) = instance_of(folders, stem) {
        (folders, stem, told) = (above, own, Told::ByName);
    }
    for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
        let parts: Vec<String> = words(folder).into_iter().flat_map(unglued).collect();
        let is = |list: &'static [&'static str]| move |word: &String| list.contains(&word.as_str());
        let says_picture = parts.iter().any(is(PICTURE_WORDS));
        let is_said = |word: &&String| !(says_picture && is(QUALITIES)(word));
        let says_mask = parts.iter().filter(is_said).any(is(MASK_WORDS));
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
            false => {
                let own = role_of(folder).or_else(|| role_of(&meant.join("_")));
                // `labelsTr` beside `imagesTr`.
                let is_known = says_mask || says_picture;
                own.or_else(|| short_role(&meant).filter(|_| is_known))
            }
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
    // In a folder of masks the mark is needless, and may be that of the pictures, too.
    let leaves_doubt = takes_doubtful && told == Told::Picture;
    let doubtful = || doubtful_mark(&lower).filter(|_| leaves_doubt);
    let stem = match without_mark(&lower, MARKS) {
        Some(bare) => {
            if told == Told::Picture {
                told = Told::ByName;
            }
            bare
        }
        None => match doubtful() {
            Some(bare) => {
                told = Told::Perhaps;
                bare
            }
            None => without_mark(&lower, PICTURE_MARKS).unwrap_or(&lower),
        },
    };
    // Both marks may stand in one name: `x_rgb_mask`.
    let stem = without_mark(stem, PICTURE_MARKS).unwrap_or(stem);
    let stem = without_first(stem, PICTURE_FIRST)
        .unwrap_or(stem)
        .to_owned();
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
pub(super) fn is_of_pictures(folder: &str) -> bool {
    are_of_pictures(&words(folder))
}

fn are_of_pictures(words: &[String]) -> bool {
    let is = |list: &[&str], word: &str| list.contains(&word);
    words.iter().any(|word| is(PICTURE_WORDS, word))
        && words.iter().all(|word| {
            let known = [PICTURE_WORDS, VIEWS, QUIET, QUALITIES];
            known.iter().any(|list| is(list, word)) || is_number(word) || word == "bit"
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

pub(super) fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A stem without a mark that stands where names of pictures have such words, too: as its first
/// word before a number (`mask_7`, `sync_depth_7`), behind a full stop or a blank (`7.Depth`), or a
/// word of more than masks (`7_target`).
fn doubtful_mark(stem: &str) -> Option<&str> {
    /// Ends of names of masks, and of what else is made of a picture.
    const ENDS: &[&str] = &["target", "targets", "alpha", "parsing", "map"];
    let ends = || MARKS.iter().chain(ENDS).filter(|mark| mark.len() > 2);
    let cut = |stem: &'_ str| -> Option<usize> {
        let before = ends().find_map(|mark| stem.strip_suffix(*mark))?;
        let bare = before.trim_end_matches(['_', '-', '.', ' ']);
        (!bare.is_empty() && bare.len() < before.len()).then_some(bare.len())
    };
    let mut bare = stem;
    // Two may follow each other: `7.semantic segmentation`.
    while let Some(end) = cut(bare) {
        bare = &bare[..end];
    }
    if bare.len() < stem.len() {
        return Some(bare);
    }
    let after = without_first(stem, QUIET_FIRST).unwrap_or(stem);
    let bare = without_first(after, MASK_WORDS)?;
    Some(without_first(bare, MASK_WORDS).unwrap_or(bare))
}

/// A stem without the word at its beginning, where no letter follows and a number is left.
fn without_first<'a>(stem: &'a str, first: &[&str]) -> Option<&'a str> {
    let end = stem.find(|c: char| !c.is_alphabetic())?;
    let rest = stem[end..].trim_start_matches(['_', '-', '.', ' ']);
    let has_number = rest.bytes().any(|byte| byte.is_ascii_digit());
    (first.contains(&&stem[..end]) && has_number).then_some(rest)
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
        let says_nothing = |bare: &str| bare.is_empty() || QUIET_FIRST.contains(&bare);
        if let Some(bare) = bare.rfind(|bare| !says_nothing(bare)) {
            return Some(bare);
        }
    }
    marks.iter().find_map(|mark| {
        let before = stem.strip_suffix(mark)?;
        let before = before.strip_suffix(['_', '-'])?;
        (!before.is_empty()).then_some(before)
    })
}
