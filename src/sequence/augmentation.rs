//! Augmented copies told by their names: `x_aug3`, `x_flip`, `x_jpg.rf.<hash>`, `x (1)`, `x_copy`.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::report::recordings::AugmentationMark;
use crate::sample::{Sample, SampleId, SplitId};

use super::mark_words::{MEASURED, is_manner, is_mark, is_original};
use super::name;

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

/// The stem without what an augmentation put behind it, where the mark alone is enough to tell.
pub(super) fn plain(stem: &str) -> &str {
    match without_mark(stem) {
        Some((source, mark)) if tells_alone(source, mark) => source,
        _ => stem,
    }
}

/// Whether a mark needs no source beside it. Words do when the rest is only words: `street_dark1`,
/// `street_dark2` are a series, `0012_dark1` is a copy of `0012`.
fn tells_alone(source: &str, mark: AugmentationMark) -> bool {
    match mark {
        AugmentationMark::Roboflow => true,
        AugmentationMark::Word => source.bytes().any(|byte| byte.is_ascii_digit()),
        AugmentationMark::Copy => false,
    }
}

/// Families of two samples or more, by first member.
///
/// Samples belong together when folders (without split and class) and stem (without mark) agree and
/// at least one carries a mark. A mark that does not tell alone counts only where the source is
/// there too, so that a folder numbered `img (1)`, `img (2)` is none. Families of more than 64 are
/// left out: they are numbered series.
#[must_use]
pub fn families(samples: &[Sample]) -> Vec<Family> {
    let mut key = String::new();
    let mut marked: HashMap<Box<str>, Vec<SampleId>> = HashMap::new();
    let with_mark: Vec<usize> = (0..samples.len())
        .into_par_iter()
        .filter(|&at| without_mark_of(&samples[at]).is_some())
        .collect();
    for (id, sample) in with_mark.iter().map(|&at| numbered(samples, at)) {
        if let Some((source, mark)) = without_mark_of(sample) {
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
            write_key(&samples[at], source_stem(&samples[at]), key);
            // What stands in a folder of an augmentation is no source.
            let source = !in_folder_of_mark(&samples[at]);
            (source && marked.contains_key(key.as_str())).then_some(at)
        })
        .flatten()
        .collect();
    for (id, sample) in sources.iter().map(|&at| numbered(samples, at)) {
        write_key(sample, source_stem(sample), &mut key);
        add(&mut marked, &key, id);
    }
    for (id, sample) in with_mark.iter().map(|&at| numbered(samples, at)) {
        if let Some((source, mark)) = without_mark_of(sample)
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

/// For every sample of `evaluation` with a sibling in `training`: the sample and its first such
/// sibling.
#[must_use]
pub(crate) fn siblings(
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
    if let Some(source) = by_augmentor(stem).or_else(|| by_keras(stem)) {
        return Some((source, AugmentationMark::Word));
    }
    let mut source = stem;
    while let Some(shorter) = without_word(source) {
        source = shorter;
    }
    if source.len() < stem.len() {
        return Some((source, AugmentationMark::Word));
    }
    without_copy(stem)
        .or_else(|| without_word_in_front(stem))
        .or_else(|| without_number(stem))
        .map(|source| (source, AugmentationMark::Copy))
}

/// The stem of the source of a sample, when its name or its folder carries a mark. A folder
/// `flipped` counts only beside the source.
fn without_mark_of(sample: &Sample) -> Option<(&str, AugmentationMark)> {
    let stem = name::split(&sample.path).stem;
    let in_folder = || in_folder_of_mark(sample).then_some((stem, AugmentationMark::Copy));
    without_mark(stem).or_else(in_folder)
}

/// The stem without a word that says that this is the source: `original_0012`, `0012_orig`.
fn source_stem(sample: &Sample) -> &str {
    const GAPS: [char; 3] = ['_', '-', ' '];
    let stem = name::split(&sample.path).stem;
    let in_front = stem.split_once(GAPS).filter(|(word, _)| is_original(word));
    let behind = stem.rsplit_once(GAPS).filter(|(_, word)| is_original(word));
    match (in_front, behind) {
        (Some((_, source)), _) | (None, Some((source, _))) if !source.is_empty() => source,
        _ => stem,
    }
}

fn in_folder_of_mark(sample: &Sample) -> bool {
    let folder = name::split(&sample.path).folder;
    folder.rsplit('/').next().is_some_and(is_mark)
}

/// Augmentor writes `class_original_NAME.jpg_` and a universally unique identifier.
fn by_augmentor(stem: &str) -> Option<&str> {
    let at = stem.len().checked_sub(37)?;
    let id = stem.get(at..)?.strip_prefix('_')?;
    let is_id = id.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    let (source, extension) = stem[..at].rsplit_once('.')?;
    let source = source
        .split_once("_original_")
        .map_or(source, |(_, source)| source);
    (is_id && (3..=4).contains(&extension.len()) && !source.is_empty()).then_some(source)
}

/// Keras' `save_to_dir` writes a prefix, the position of the source in its list, and a number up to
/// ten million: `aug_12_7312046`.
fn by_keras(stem: &str) -> Option<&str> {
    let (source, random) = stem.rsplit_once('_')?;
    let (prefix, index) = source.rsplit_once('_')?;
    let digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let prefixed = prefix.is_empty()
        || ["aug", "augmented", "augment"]
            .iter()
            .any(|known| prefix.eq_ignore_ascii_case(known));
    (prefixed && digits(index, 6) && digits(random, 7) && random.len() > 2).then_some(source)
}

/// `flip_0012`, `rot90-img7`, `aug_2_img_0012`, `flipped_h_img_0012`: only beside the source.
fn without_word_in_front(stem: &str) -> Option<&str> {
    let (mark, source) = stem.split_once(['_', '-', ' '])?;
    // A number or a manner that belongs to the mark, before a name that begins with a letter.
    let numbered = source.split_once(['_', '-', ' ']).filter(|(number, rest)| {
        (is_short_number(number) || is_manner(number)) && rest.starts_with(char::is_alphabetic)
    });
    let source = numbered.map_or(source, |(_, rest)| rest);
    (is_mark(mark) && source.bytes().any(|b| b.is_ascii_digit())).then_some(source)
}

fn is_short_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// `0001_3`: only beside `0001`.
fn without_number(stem: &str) -> Option<&str> {
    let (source, number) = stem.rsplit_once(['_', '-'])?;
    let short = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (short && source.bytes().any(|b| b.is_ascii_digit())).then_some(source)
}

/// Roboflow writes the extension of the source into the stem: `x_jpg`.
fn without_inner_extension(stem: &str) -> &str {
    ["_jpg", "_jpeg", "_png", "_JPG", "_bmp", "_webp"]
        .iter()
        .find_map(|extension| stem.strip_suffix(extension))
        .unwrap_or(stem)
}

/// Takes one mark of an augmentation off, with its numbers: `_aug3`, `_rot_90`, `_flip`, `_90deg`,
/// `_new30degFlipLR`.
fn without_word(stem: &str) -> Option<&str> {
    let (source, last) = stem.rsplit_once(['_', '-', '.', ' '])?;
    if !source.is_empty() && is_mark(last) {
        return Some(source.trim_end());
    }
    if !is_short_number(last) {
        return None;
    }
    // `x_contrast1.5`, `x_gamma_0.8`: a fraction.
    let (whole, number) = match source.rsplit_once(['_', '-', ' ']) {
        Some((before, number)) if stem[source.len()..].starts_with('.') => (before, number),
        _ => (source, last),
    };
    if whole.len() < source.len() && !whole.is_empty() && is_mark(number) {
        return Some(whole.trim_end());
    }
    // `x_rot_90`: a number by itself, behind words that are nothing but augmentations.
    let (shorter, word) = whole.rsplit_once(['_', '-', '.'])?;
    let takes_number = MEASURED
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    (is_short_number(number) && !shorter.is_empty() && takes_number).then_some(shorter)
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
    let is_version = |folder: &&str| is_mark(folder) || is_original(folder);
    let class = sample.label.as_deref().filter(|class| !is_version(class));
    let folders = name::telling_folders(name::of(sample), class);
    for folder in folders.filter(|folder| !is_version(folder)) {
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
    fn marks_in_front_are_read_beside_the_source() {
        let paths = [
            "train/aug_0_img_0001.png",
            "train/flipped_h_img_0001.png",
            "train/rot90-img_0001.png",
            "val/img_0001.png",
        ];
        assert_eq!(found(&paths), [[0, 1, 2, 3]]);
        assert!(found(&paths[..3]).is_empty(), "nothing they were made of");
        let marked = ["train/zoomed_s1.png", "val/original_s1.png"];
        assert_eq!(found(&marked), [[0, 1]]);
        assert_eq!(found(&["train/7_flip.png", "val/7_orig.png"]), [[0, 1]]);
    }

    #[test]
    fn marks_with_numbers_and_several_in_one_are_read() {
        for marked in [
            "leaf 0b0_contrast1.5",
            "leaf 0b0_gamma_0.8",
            "leaf 0b0_brightness_20",
            "leaf 0b0_90deg",
            "leaf 0b0_flipTB",
            "leaf 0b0_new30degFlipLR",
            "leaf 0b0_翻转",
            "leaf 0b0-rotated_180",
        ] {
            let paths = [format!("train/{marked}.jpg"), "val/leaf 0b0.jpg".to_owned()];
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            assert_eq!(found(&paths), [[0, 1]], "{marked}");
        }
    }

    #[test]
    fn names_that_augmentor_and_keras_write_are_read() {
        let ids = [
            "5f6ce8f6-bb4b-148f-462c-f87b56996a9e",
            "cd9369ce-6f56-6e76-05a9-6f35b75e10e4",
        ];
        let paths = ids.map(|id| format!("train/cat_original_img_0b7.jpg_{id}.jpg"));
        assert_eq!(
            found(&[&paths[0], &paths[1], "val/img_0b7.jpg"]),
            [[0, 1, 2]]
        );
        assert_eq!(
            found(&[
                "train/aug_3_7312046.png",
                "val/aug_3_812.png",
                "val/aug_4_812.png"
            ]),
            [[0, 1]]
        );
    }

    #[test]
    fn numbers_behind_marks_in_front_and_folders_count_only_beside_the_source() {
        assert_eq!(
            found(&["train/0001.png", "train/0001_1.png", "val/0001_5.png"]),
            [[0, 1, 2]]
        );
        assert!(found(&["train/00000001_001.png", "val/00000001_002.png"]).is_empty());
        assert!(found(&["train/0002_1.png", "val/0002_5.png"]).is_empty());
        assert_eq!(found(&["train/flip_0001.png", "val/0001.png"]), [[0, 1]]);
        assert!(found(&["train/noise_0001.png", "val/blur_0001.png"]).is_empty());
        assert_eq!(
            found(&["train/orig/a1.png", "val/flipped/a1.png"]),
            [[0, 1]]
        );
        assert!(found(&["train/sharp/001.png", "val/blurred/001.png"]).is_empty());
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
