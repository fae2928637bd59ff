//! What the names leave in doubt, asked of how the images look.

use std::collections::BTreeMap;

use super::names::{Told, key_of_picture};
use super::{Key, Looks};
use crate::dataset::walk::WalkedFile;

/// Fewer names may be the same by chance.
pub(super) const FEWEST: usize = 4;

/// Pairs of which both are decoded.
const ASKED: usize = 5;

/// Parts of words that speak of masks or depths.
const SAYS_MASK: &[&str] = &[
    "alpha",
    "annot",
    "change",
    "contour",
    "depth",
    "dispar",
    "ground",
    "invalid",
    "label",
    "lesion",
    "manual",
    "mask",
    "matte",
    "matting",
    "occlu",
    "outline",
    "parsing",
    "segm",
    "semantic",
    "silhouette",
    "stuff",
    "target",
    "things",
    "trimap",
    "truth",
    "vessel",
];

/// Whole words that do.
const WORDS: &[&str] = &[
    "gt", "gts", "lab", "labs", "lbl", "lbls", "map", "maps", "out", "seg", "segs", "uint",
];

/// Whether a word speaks of masks: good enough to ask how the images look.
pub(super) fn says_mask(word: &str) -> bool {
    let is_glued = word.len() > 4 && word.ends_with("gt");
    WORDS.contains(&word) || is_glued || SAYS_MASK.iter().any(|part| word.contains(part))
}

/// Parts of words that speak of pictures which are drawn, and are pictures.
const DRAWN: &[&str] = &[
    "art",
    "binari",
    "cartoon",
    "clip",
    "comic",
    "doc",
    "doodle",
    "draw",
    "emoji",
    "font",
    "glyph",
    "icon",
    "infograph",
    "letter",
    "logo",
    "manga",
    "page",
    "plot",
    "scan",
    "sign",
    "sketch",
    "symbol",
    "text",
];

/// Whether a word speaks of pictures that look as masks do.
pub(super) fn says_drawing(word: &str) -> bool {
    DRAWN.iter().any(|part| word.contains(part))
}

/// Nine in ten.
pub(super) fn most(some: usize, all: usize) -> bool {
    some * 10 >= all * 9
}

/// Whether images look as masks or depth maps of their pictures do: each of a few of the `pairs`
/// of both. Where the names say nothing of masks, they must be drawn in few colours.
pub(super) fn are_masks(
    pairs: &[(usize, usize)],
    images: &[WalkedFile],
    looks: Looks<'_>,
    is_said: bool,
) -> bool {
    let asked = ASKED.min(pairs.len());
    let mut told = 0;
    for nth in 0..asked {
        let (mask, picture) = pairs[nth * pairs.len() / asked];
        // What cannot be read is told elsewhere, and says nothing here.
        let (Some(mask), Some(picture)) = (looks(&images[mask]), looks(&images[picture])) else {
            continue;
        };
        let is_drawn = mask.has_few_colours && !picture.has_few_colours;
        let is_plainer = mask.is_flat || mask.is_grey && !picture.is_grey;
        let is_picture = !picture.is_flat && !picture.has_few_colours;
        let is_mask = match is_said {
            true => is_drawn || is_plainer && is_picture,
            false => is_drawn && is_picture,
        };
        if !is_mask {
            return false;
        }
        told += 1;
    }
    told > 0 && told * 2 > asked
}

/// Decides of images whose names leave doubt, all that are called alike together: masks they are if
/// nearly all have a picture and they look so, else pictures.
pub(super) fn doubtful(keys: &mut [(Key, Told)], images: &[WalkedFile], looks: Looks<'_>) {
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (key, told)) in keys.iter().enumerate() {
        if *told == Told::Perhaps {
            let name = images[at].path.rsplit('/').next().unwrap_or_default();
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let kind = stem.to_lowercase().replacen(&key.stem, "#", 1);
            kinds.entry(kind).or_default().push(at);
        }
    }
    if kinds.is_empty() {
        return;
    }
    let pictures = keys.iter().enumerate();
    let pictures = pictures.filter(|(_, (_, told))| *told == Told::Picture);
    let pictures: BTreeMap<&Key, usize> = pictures.map(|(at, (key, _))| (key, at)).collect();
    let is_confirmed = |masks: &Vec<usize>| {
        let pairs = masks
            .iter()
            .filter_map(|&at| Some((at, *pictures.get(&keys[at].0)?)));
        let pairs: Vec<(usize, usize)> = pairs.collect();
        pairs.len() >= FEWEST
            && most(pairs.len(), masks.len())
            && are_masks(&pairs, images, looks, true)
    };
    let decided: Vec<(bool, Vec<usize>)> = kinds
        .into_values()
        .map(|masks| (is_confirmed(&masks), masks))
        .collect();
    for (is_confirmed, masks) in decided {
        for at in masks {
            match is_confirmed {
                true => keys[at].1 = Told::ByName,
                false => keys[at] = key_of_picture(&images[at].path),
            }
        }
    }
}
