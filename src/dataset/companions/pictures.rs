//! Pictures in colours where masks may lie: what another sensor saw, what a picture is to become.
//!
//! A folder of any name beside that of pictures, or one of the ground truth, may hold samples of
//! its own: a copy of one in another split is a leak. What looks so is no mask, but where its
//! folder says so.

use std::collections::BTreeMap;

use super::names::{MASK_WORDS, Told, key_of_picture};
use super::{Key, Looks, own_folder};
use crate::dataset::split_name::words;
use crate::dataset::walk::WalkedFile;
use crate::signature::Look;

/// Images of each kind that are decoded.
const ASKED: usize = 5;

/// More kinds are left as their names tell them.
const MOST_KINDS: usize = 64;

/// Words of folders of masks that also tell what a picture is to become.
const TRUTHS: &[&str] = &["ground", "groundtruth", "gt", "truth"];

/// Tells as pictures what a folder tells to be masks, and looks as photos do.
pub(super) fn tell(keys: &mut [(Key, Told)], images: &[WalkedFile], looks: Looks<'_>) {
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, image) in images.iter().enumerate() {
        if keys[at].1 == Told::ByFolder {
            kinds.entry(kind_of(&image.path)).or_default().push(at);
        }
    }
    if kinds.len() > MOST_KINDS {
        return;
    }
    for (kind, all) in kinds {
        let says_masks = |word: &String| {
            let word = word.as_str();
            MASK_WORDS.contains(&word) && !TRUTHS.contains(&word)
        };
        if words(&kind).iter().any(says_masks) {
            continue;
        }
        if are_photos(&all, |&at| looks(&images[at])) {
            for at in all {
                let (mut key, _) = key_of_picture(&images[at].path);
                key.folders
                    .push(own_folder(&images[at].path).to_lowercase());
                keys[at] = (key, Told::Picture);
            }
        }
    }
}

/// Whether a few of some images look as photos in colours do.
pub(in crate::dataset) fn are_photos<T>(all: &[T], look: impl Fn(&T) -> Option<Look>) -> bool {
    let asked = ASKED.min(all.len());
    let of = (0..asked).map(|nth| &all[nth * all.len() / asked]);
    let looks: Vec<Look> = of.filter_map(look).collect();
    let is_photo = |look: &Look| !look.has_few_colours && !look.is_flat && !look.is_grey;
    looks.iter().all(is_photo) && looks.len() * 2 > asked
}

/// The folder that says what an image is: the innermost that is called as masks are, else its own.
fn kind_of(path: &str) -> String {
    let is_of_masks = |folder: &&str| {
        let words = words(folder);
        words.iter().any(|word| MASK_WORDS.contains(&word.as_str()))
    };
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let said = above.rsplit('/').find(is_of_masks);
    said.unwrap_or(own_folder(path)).to_lowercase()
}
