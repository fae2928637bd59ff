//! Faults of masks: unreadable, of another size than their picture, with values that are no class,
//! and one mask for different pictures.
//!
//! Masks are judged among those of their kind: one name or folder may hold classes, its neighbour
//! instances, colours or depths.

use std::collections::{BTreeMap, HashMap};

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::sample::{Companion, MaskClasses, MaskValues, SampleId};
use crate::signature::digest::Digest;
use crate::signature::{Mask, Signature};
use crate::wording::counted;

/// A level that is no class: what is not to be learned.
const NOT_LEARNED: u32 = 255;

/// The level of what is marked in masks that only mark.
const WHITE: u32 = 255;

/// Black, which stands for the background in colours without one.
const BLACK: u32 = 0;

/// Of a kind whose masks hold so many values at most, one with [`MANY`] times as many, and
/// [`MORE`] beside, was blurred on the way: resized with smoothing, or stored as JPEG.
const FEW_VALUES: usize = 48;
const MANY: usize = 4;
const MORE: usize = 16;

/// Percent of a kind that holds few values.
const MOST_OF_KIND: usize = 90;

/// Fewest masks of which something is usual, and how many there must be to one exception.
const LEAST: usize = 8;
const MOST_EXCEPTIONS: usize = 4;

/// Bits in which perceptual hashes of pictures may differ that show nearly the same.
const ALIKE: u32 = 10;

/// A mask that was read, and its picture.
struct Pictured<'a> {
    companion: &'a Companion,
    mask: &'a Mask,
    id: SampleId,
    picture: Option<&'a Signature>,
}

/// All faults of masks.
pub(super) fn faults(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut kinds: BTreeMap<String, Vec<Pictured<'_>>> = BTreeMap::new();
    let mut unreadable = Faulty::default();
    for (companion, mask) in evidence.dataset.companions.iter().zip(evidence.masks) {
        let Some(id) = evidence.dataset.first_sample(&companion.of) else {
            continue;
        };
        match mask {
            Ok(mask) => kinds.entry(kind_of(companion)).or_default().push(Pictured {
                companion,
                mask,
                id,
                picture: evidence.signatures[id.index()].as_ref().ok(),
            }),
            Err(why) => unreadable.add(id, || format!("`{}`: {why}", companion.path)),
        }
    }
    let mut sizes = Faulty::default();
    let mut values = Faulty::default();
    let mut repeated = Faulty::default();
    for masks in kinds.values() {
        other_sizes(masks, &mut sizes);
        match &evidence.dataset.mask_classes {
            Some(classes) => outside_classes(masks, classes, &mut values),
            None => unlike_others(masks, &mut values),
        }
        same_for_others(masks, evidence, &mut repeated);
    }
    let told = [
        unreadable.told(
            Code::UnreadableMask,
            "that cannot be read: training stops there, or learns from nothing; make them anew",
        ),
        sizes.told(
            Code::MaskSizeDiffers,
            "of another size than their picture, so that what they mark lies elsewhere; resize with nearest neighbour, or bring back the originals",
        ),
        values.told(
            Code::MaskValueUnknown,
            "with values that are no class: a loss stops there or learns noise; save masks without smoothing, as PNG",
        ),
        repeated.told(
            Code::RepeatedMask,
            "that equal the mask of another picture, pixel by pixel; one of the two was annotated wrongly or copied by mistake",
        ),
    ];
    told.into_iter().flatten().collect()
}

/// Masks with one fault.
#[derive(Default)]
struct Faulty {
    masks: usize,
    images: Vec<SampleId>,
    example: Option<String>,
}

impl Faulty {
    fn add(&mut self, id: SampleId, example: impl FnOnce() -> String) {
        self.masks += 1;
        self.images.push(id);
        self.example.get_or_insert_with(example);
    }

    fn told(mut self, code: Code, what: &str) -> Option<Finding> {
        let example = self.example?;
        let message = format!("{} {what} ({example})", counted(self.masks, "mask"));
        self.images.sort_unstable();
        self.images.dedup();
        Some(Finding::new(code, Subject::Samples(self.images), message))
    }
}

/// What masks of one kind have in common: the folders that those of their pictures are not, and the
/// end of their name that is not the picture's.
fn kind_of(companion: &Companion) -> String {
    let split = |path: &str| {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        (folders.to_owned(), name.to_owned())
    };
    let (picture_folders, picture) = split(&companion.of);
    let (folders, name) = split(&companion.path);
    let stem = picture.rsplit_once('.').map_or(&*picture, |(stem, _)| stem);
    let shared = name.chars().zip(stem.chars()).take_while(|(a, b)| a == b);
    let end: String = name.chars().skip(shared.count()).collect();
    let beside: Vec<&str> = folders
        .split('/')
        .filter(|folder| !picture_folders.split('/').any(|other| other == *folder))
        .collect();
    // Numbers count instances and parts.
    let end = end.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{}/{end}", beside.join("/"))
}

/// Those whose size is not that of their picture. Masks may all be made at one scale.
fn other_sizes(masks: &[Pictured<'_>], found: &mut Faulty) {
    let sizes = |one: &Pictured<'_>| {
        let pictures: Vec<(u32, u32)> = one.picture?.sizes().collect();
        Some((pictures, (one.mask.width, one.mask.height)))
    };
    let mut scales: Vec<f64> = masks
        .iter()
        .filter_map(|one| {
            let (pictures, mask) = sizes(one)?;
            Some(f64::from(mask.0) / f64::from(pictures[0].0))
        })
        .collect();
    if scales.is_empty() {
        return;
    }
    scales.sort_by(f64::total_cmp);
    let scale = scales[scales.len() / 2];
    let is_at_scale = |picture: (u32, u32), mask: (u32, u32)| {
        let off = |picture: u32, mask: u32| (f64::from(mask) - scale * f64::from(picture)).abs();
        // Rounding, where sizes are divided.
        off(picture.0, mask.0) <= 1.0 && off(picture.1, mask.1) <= 1.0
    };
    for one in masks {
        let Some((pictures, mask)) = sizes(one) else {
            continue;
        };
        let fits = |&picture: &(u32, u32)| match scale == 1.0 {
            true => picture == mask,
            false => picture == mask || is_at_scale(picture, mask),
        };
        if !pictures.iter().any(fits) {
            let (width, height) = pictures[0];
            found.add(one.id, || {
                format!(
                    "`{}` is {} x {}, its picture {width} x {height}",
                    one.companion.path, mask.0, mask.1
                )
            });
        }
    }
}

/// Those with values that a list of classes does not have. A list that most masks disagree with
/// says nothing of masks.
fn outside_classes(masks: &[Pictured<'_>], classes: &MaskClasses, found: &mut Faulty) {
    let foreign = |mask: &Mask| -> Option<u32> {
        let (held, listed, allowed) = match &classes.values {
            MaskValues::Levels(listed) => (mask.levels.as_ref(), listed, NOT_LEARNED),
            MaskValues::Colours(listed) => (mask.colours.as_ref(), listed, BLACK),
        };
        // Too many values to keep are more than any list has.
        let Some(held) = held else {
            return Some(u32::MAX);
        };
        let mut held = held.iter().copied();
        held.find(|value| *value != allowed && !listed.contains(value))
    };
    let foreign: Vec<_> = masks
        .iter()
        .filter_map(|one| Some((one, foreign(one.mask)?)))
        .collect();
    if foreign.len() * 2 > masks.len() {
        return;
    }
    for (one, value) in foreign {
        let shown = match (&classes.values, value) {
            (_, u32::MAX) => "hundreds of values".to_owned(),
            (MaskValues::Levels(_), value) => format!("the value {value}"),
            (MaskValues::Colours(_), value) => {
                let [_, red, green, blue] = value.to_be_bytes();
                format!("the colour {red}, {green}, {blue}")
            }
        };
        found.add(one.id, || {
            format!(
                "`{}` has {shown}, which `{}` does not list",
                one.companion.path, classes.file
            )
        });
    }
}

/// Without a list: those with grey between black and white where others have none, and those with
/// many values among masks that hold few.
fn unlike_others(masks: &[Pictured<'_>], found: &mut Faulty) {
    let is_black_or_white = |mask: &Mask| {
        (mask.levels.as_ref()).is_some_and(|all| all.iter().all(|value| [0, WHITE].contains(value)))
    };
    let (plain, grey): (Vec<_>, Vec<_>) = masks.iter().partition(|one| is_black_or_white(one.mask));
    if are_few(grey.len(), masks.len()) && plain.iter().any(|one| holds_white(one.mask)) {
        for one in grey {
            found.add(one.id, || {
                format!(
                    "`{}` is not black and white, as others are",
                    one.companion.path
                )
            });
        }
        return;
    }
    let values = |mask: &Mask| {
        let kept = mask.levels.as_ref().or(mask.colours.as_ref());
        kept.map_or(usize::MAX, Vec::len)
    };
    let mut counts: Vec<usize> = masks.iter().map(|one| values(one.mask)).collect();
    counts.sort_unstable();
    let usual = counts[(counts.len() - 1) * MOST_OF_KIND / 100];
    if usual > FEW_VALUES {
        return;
    }
    let is_many = |one: &&Pictured<'_>| values(one.mask) > usual * MANY + MORE;
    let many: Vec<_> = masks.iter().filter(is_many).collect();
    if !are_few(many.len(), masks.len()) {
        return;
    }
    for one in many {
        let shown = match values(one.mask) {
            usize::MAX => "over 256".to_owned(),
            count => count.to_string(),
        };
        found.add(one.id, || {
            format!(
                "`{}` has {shown} values, others {usual} at most",
                one.companion.path
            )
        });
    }
}

fn holds_white(mask: &Mask) -> bool {
    mask.levels.as_ref().is_some_and(|all| all.contains(&WHITE))
}

/// Whether so many of a kind are the exception. Of very few masks nothing is usual.
fn are_few(n: usize, all: usize) -> bool {
    all >= LEAST && n * MOST_EXCEPTIONS <= all
}

/// Those that equal the mask of a picture that shows something else. Where most masks do, nothing
/// was copied: something fixed is masked.
fn same_for_others(masks: &[Pictured<'_>], evidence: &Evidence<'_>, found: &mut Faulty) {
    let mut by_pixels: HashMap<Digest, Vec<&Pictured<'_>>> = HashMap::new();
    for one in masks {
        // A mask of one value marks nothing, or all.
        let values = one.mask.levels.as_ref().or(one.mask.colours.as_ref());
        if values.is_none_or(|all| all.len() > 1) {
            by_pixels.entry(one.mask.pixels).or_default().push(one);
        }
    }
    let differ = |a: &Pictured<'_>, b: &Pictured<'_>| match (a.picture, b.picture) {
        (Some(one), Some(other)) => {
            a.id != b.id
                && one.byte_digest != other.byte_digest
                && one.perceptual.distance(other.perceptual) > ALIKE
                && !evidence.are_partners(a.id, b.id)
        }
        _ => false,
    };
    let mut repeated: Vec<(&Pictured<'_>, &Pictured<'_>)> = Vec::new();
    for same in by_pixels.values().filter(|same| same.len() > 1) {
        for one in same {
            if let Some(other) = same.iter().find(|other| differ(one, other)) {
                repeated.push((one, other));
            }
        }
    }
    if repeated.len() * 2 > masks.len() {
        return;
    }
    repeated.sort_by_key(|(one, _)| &one.companion.path);
    for (one, other) in repeated {
        found.add(one.id, || {
            format!("`{}` and `{}`", one.companion.path, other.companion.path)
        });
    }
}

#[cfg(test)]
mod tests;
