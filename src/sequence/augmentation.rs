//! Augmented copies told by their names: `x_aug3`, `x_flip`, `x_jpg.rf.<hash>`, `x (1)`, `x_copy`.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::sample::{Sample, SampleId, SplitId};

use super::name;

/// What a name says was done to its source.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AugmentationMark {
    /// `.rf.` and a hash: a version that Roboflow exported.
    Roboflow,
    /// A word for an augmentation, perhaps numbered: `_aug3`, `_flip`, `_rot90`.
    Word,
    /// A copy as file managers name it: `x (1)`, `x_copy`, `x - Copy`. Only beside `x` itself.
    Copy,
}

/// Samples made from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The common part of the names, with folders but without split and class.
    pub source: Box<str>,
    /// The samples, rising.
    pub members: Vec<SampleId>,
}

/// A larger family is a numbered series whose name holds one of the words.
const LARGEST_FAMILY: usize = 64;

/// Words for augmentations, as they stand behind the last separator, perhaps with a number.
const WORDS: [&str; 42] = [
    "aug",
    "augment",
    "augmented",
    "affine",
    "blur",
    "blurred",
    "bright",
    "brightness",
    "clahe",
    "contrast",
    "crop",
    "cropped",
    "cutout",
    "dark",
    "elastic",
    "equalize",
    "fliph",
    "flip",
    "flipped",
    "fliplr",
    "flipud",
    "flipv",
    "gamma",
    "hflip",
    "hue",
    "jitter",
    "mirror",
    "mirrored",
    "noise",
    "noisy",
    "rot",
    "rotate",
    "rotated",
    "rotation",
    "saturation",
    "scale",
    "scaled",
    "shear",
    "shift",
    "translate",
    "vflip",
    "zoom",
];

/// The stem without what an augmentation put behind it, where the mark alone is enough to tell.
pub(super) fn plain(stem: &str) -> &str {
    match without_mark(stem) {
        Some((source, mark)) if tells_alone(source, mark) => source,
        _ => stem,
    }
}

/// Whether a mark needs no source beside it. Words do when the rest is only words: `street_dark1`, `street_dark2`
/// are a series, `0012_dark1` is a copy of `0012`.
fn tells_alone(source: &str, mark: AugmentationMark) -> bool {
    match mark {
        AugmentationMark::Roboflow => true,
        AugmentationMark::Word => source.bytes().any(|byte| byte.is_ascii_digit()),
        AugmentationMark::Copy => false,
    }
}

/// Families of two samples or more, by first member.
///
/// Samples belong together when folders (without split and class) and stem (without mark) agree and at least one
/// carries a mark. A mark that does not tell alone counts only where the source is there too, so that a folder
/// numbered `img (1)`, `img (2)` is none. Families of more than 64 are left out: they are numbered series.
#[must_use]
pub fn families(samples: &[Sample]) -> Vec<Family> {
    let mut key = String::new();
    let mut marked: HashMap<Box<str>, Vec<SampleId>> = HashMap::new();
    let with_mark: Vec<usize> = (0..samples.len())
        .into_par_iter()
        .filter(|&at| without_mark(name::split(&samples[at].path).stem).is_some())
        .collect();
    for (id, sample) in with_mark.iter().map(|&at| numbered(samples, at)) {
        if let Some((source, mark)) = without_mark(name::split(&sample.path).stem) {
            write_key(sample, source, &mut key);
            // The others wait for their source, which the second pass looks for.
            if tells_alone(source, mark) {
                add(&mut marked, &key, id);
            } else if !marked.contains_key(key.as_str()) {
                marked.insert(key.as_str().into(), Vec::new());
            }
        }
    }
    if marked.is_empty() {
        return Vec::new();
    }
    let sources: Vec<usize> = (0..samples.len())
        .into_par_iter()
        .map_init(String::new, |key, at| {
            write_key(&samples[at], name::split(&samples[at].path).stem, key);
            marked.contains_key(key.as_str()).then_some(at)
        })
        .flatten()
        .collect();
    for (id, sample) in sources.iter().map(|&at| numbered(samples, at)) {
        write_key(sample, name::split(&sample.path).stem, &mut key);
        add(&mut marked, &key, id);
    }
    for (id, sample) in with_mark.iter().map(|&at| numbered(samples, at)) {
        if let Some((source, mark)) = without_mark(name::split(&sample.path).stem)
            && !tells_alone(source, mark)
        {
            write_key(sample, source, &mut key);
            if let Some(members) = marked.get_mut(key.as_str())
                && !members.is_empty()
            {
                members.push(id);
            }
        }
    }
    let mut families: Vec<Family> = marked
        .into_iter()
        .map(|(source, mut members)| {
            members.sort_unstable();
            members.dedup();
            Family { source, members }
        })
        .filter(|family| (2..=LARGEST_FAMILY).contains(&family.members.len()))
        .collect();
    families.sort_unstable_by(|a, b| a.members.cmp(&b.members));
    families
}

/// For every sample of `evaluation` with a sibling in `training`: the sample and its first such sibling.
#[must_use]
pub fn siblings(
    families: &[Family],
    samples: &[Sample],
    evaluation: SplitId,
    training: SplitId,
) -> Vec<(SampleId, SampleId)> {
    let within = |id: &&SampleId, split| samples[id.index()].split == Some(split);
    let mut pairs = Vec::new();
    for family in families {
        if let Some(sibling) = family.members.iter().find(|id| within(id, training)) {
            let evaluated = family.members.iter().filter(|id| within(id, evaluation));
            pairs.extend(evaluated.map(|id| (*id, *sibling)));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// The stem of the source, when the stem carries a mark.
fn without_mark(stem: &str) -> Option<(&str, AugmentationMark)> {
    // Most names end here.
    if !stem.contains(['_', '-', '.', ' ', ')']) {
        return None;
    }
    if let Some((source, hash)) = stem.split_once(".rf.") {
        let hex = hash.len() >= 16 && hash.bytes().all(|b| b.is_ascii_alphanumeric());
        return (hex && !source.is_empty())
            .then(|| (without_inner_extension(source), AugmentationMark::Roboflow));
    }
    let mut source = stem;
    while let Some(shorter) = without_word(source) {
        source = shorter;
    }
    if source.len() < stem.len() {
        return Some((source, AugmentationMark::Word));
    }
    without_copy(stem).map(|source| (source, AugmentationMark::Copy))
}

/// Roboflow writes the extension of the source into the stem: `x_jpg`.
fn without_inner_extension(stem: &str) -> &str {
    ["_jpg", "_jpeg", "_png", "_JPG", "_bmp", "_webp"]
        .iter()
        .find_map(|extension| stem.strip_suffix(extension))
        .unwrap_or(stem)
}

/// Takes one word for an augmentation off, with its number before or behind: `_aug3`, `_rot_90`, `_flip`.
fn without_word(stem: &str) -> Option<&str> {
    let is_word = |text: &str| {
        let word = text.trim_end_matches(|c: char| c.is_ascii_digit());
        WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    let (source, last) = stem.rsplit_once(['_', '-', '.'])?;
    if !source.is_empty() && is_word(last) {
        return Some(source);
    }
    // `x_rot_90`: a number by itself, behind words that are nothing but augmentations.
    let (shorter, word) = source.rsplit_once(['_', '-', '.'])?;
    let number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let takes_number = ["aug", "augmented", "rot", "rotate", "rotated"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    (number && last.len() <= 3 && !shorter.is_empty() && takes_number).then_some(shorter)
}

/// Takes ` (1)`, `(1)`, `_copy`, `_copy2`, ` - Copy`, ` copy 2` off.
fn without_copy(stem: &str) -> Option<&str> {
    if let Some((source, number)) = stem.strip_suffix(')').and_then(|s| s.rsplit_once('(')) {
        let number = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let source = source.trim_end();
        return (number && !source.is_empty()).then_some(source);
    }
    let body = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ' || c == '_');
    let word_at = body.len().checked_sub(4)?;
    let word = body.get(word_at..)?;
    let source = body[..word_at].trim_end_matches(['_', ' ', '-']);
    (word.eq_ignore_ascii_case("copy") && !source.is_empty() && source.len() < word_at)
        .then_some(source)
}

fn numbered(samples: &[Sample], at: usize) -> (SampleId, &Sample) {
    (SampleId(at as u32), &samples[at])
}

fn add(families: &mut HashMap<Box<str>, Vec<SampleId>>, key: &str, id: SampleId) {
    match families.get_mut(key) {
        Some(members) => members.push(id),
        None => drop(families.insert(key.into(), vec![id])),
    }
}

/// Telling folders, the class, then the stem of the source: two classes may number alike.
fn write_key(sample: &Sample, source: &str, key: &mut String) {
    key.clear();
    let class = sample.label.as_deref();
    for folder in name::telling_folders(name::split(&sample.path).folder, class) {
        key.push_str(folder);
        key.push('/');
    }
    if let Some(class) = class {
        key.push_str(class);
        key.push('/');
    }
    key.push_str(source);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    fn found(paths: &[&str]) -> Vec<Vec<u32>> {
        let samples = testing::samples(paths);
        families(&samples)
            .into_iter()
            .map(|family| family.members.into_iter().map(|id| id.0).collect())
            .collect()
    }

    #[test]
    fn roboflow_versions_of_one_image_are_a_family() {
        let hash = "9f0e1d2c3b4a59687786a5b4c3d2e1f0";
        let other = "00112233445566778899aabbccddeeff";
        let paths = [
            format!("train/a_jpg.rf.{hash}.jpg"),
            format!("valid/a_jpg.rf.{other}.jpg"),
            format!("valid/b_jpg.rf.{other}.jpg"),
        ];
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        assert_eq!(found(&paths), [[0, 1]]);
    }

    #[test]
    fn augmented_siblings_are_found_with_and_without_their_source() {
        assert_eq!(
            found(&["train/x_aug1.png", "train/x_aug2.png", "val/x.png"]),
            [[0, 1, 2]]
        );
        assert_eq!(found(&["train/7_flip.png", "val/7_rot_90.png"]), [[0, 1]]);
        assert_eq!(
            found(&["train/x_hflip_brightness2.png", "val/x.png"]),
            [[0, 1]]
        );
    }

    #[test]
    fn copies_count_only_beside_their_source() {
        assert_eq!(found(&["train/x (1).png", "val/x.png"]), [[0, 1]]);
        assert_eq!(
            found(&["train/x_copy.png", "val/x - Copy 2.png", "val/x.png"]),
            [[0, 1, 2]]
        );
        assert!(found(&["train/img (1).png", "val/img (2).png"]).is_empty());
    }

    #[test]
    fn a_series_named_after_a_word_is_no_family() {
        assert!(found(&["train/street_dark1.png", "val/street_dark2.png"]).is_empty());
        assert!(found(&["train/white_noise_001.png", "val/white_noise_002.png"]).is_empty());
        let series: Vec<String> = (0..70).map(|i| format!("a/7_noise{i}.png")).collect();
        assert!(found(&series.iter().map(String::as_str).collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn words_inside_names_are_not_augmentations() {
        assert!(found(&["a/photocopy.png", "b/photo.png"]).is_empty());
        assert!(found(&["a/darkroom.png", "b/flip.png", "b/_flip.png"]).is_empty());
        assert!(found(&["train/a.rf.x.png", "val/a.png"]).is_empty());
    }

    #[test]
    fn one_number_in_two_classes_is_no_family() {
        let mut samples = testing::samples(&["train/cat/1_flip.png", "val/dog/1.png"]);
        samples[0].label = Some("cat".into());
        samples[1].label = Some("dog".into());
        assert!(families(&samples).is_empty());
    }

    #[test]
    fn a_sibling_in_training_is_a_pair() {
        let samples = testing::samples(&["train/x_aug1.png", "val/x.png", "val/y.png"]);
        let pairs = siblings(
            &families(&samples),
            &samples,
            testing::VALIDATION,
            testing::TRAINING,
        );
        assert_eq!(pairs, [(SampleId(1), SampleId(0))]);
    }

    #[test]
    fn names_in_any_script_do_not_panic() {
        for stem in ["写真", "é", "(1)", "x()", ".rf.", "_", "日本copy", "ёcopy1"] {
            let _ = without_mark(stem);
        }
    }
}
