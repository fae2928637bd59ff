//! Facts of files that a model may find an easier answer in than what the picture shows.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use crate::sample::Sample;
use crate::signature::Signature;

/// Rarer values than this are one value: nothing can be learned from them.
const RARE: usize = 5;

/// Name of the fact that words of names are.
const WORDING: &str = "wording of file names";

/// Classes of file size: each holds as many files.
const SIZE_BUCKETS: usize = 10;

/// Words that cameras and programs begin names with: they tell the source, not the class.
const CAMERA_WORDS: &[&str] = &[
    "dji",
    "dsc",
    "dscf",
    "dscn",
    "frame",
    "gopr",
    "image",
    "img",
    "mvc",
    "p",
    "photo",
    "picture",
    "pxl",
    "sam",
    "scan",
    "screenshot",
    "vid",
];

/// One fact of every sample.
#[derive(Debug, PartialEq)]
pub(super) struct Fact {
    /// As a message says it.
    pub(super) name: &'static str,
    /// By sample; `None` for unreadable files.
    pub(super) values: Vec<Option<u32>>,
    /// Number of distinct values.
    pub(super) distinct: usize,
    /// Youden's J from which on it is told.
    pub(super) least: f64,
}

/// Facts with more than one value. Words of names that contain one of `known`, or are contained in
/// it, do not count: where the folder says `cat`, `cat_001.jpg` gives nothing away. Nor do names
/// that spell out `classes`.
pub(super) fn facts(
    evidence: &Evidence<'_>,
    known: &[String],
    classes: &[Option<u32>],
) -> Vec<Fact> {
    let sizes = buckets(evidence);
    let asked: [(&str, f64, Question<'_>); 7] = [
        ("image size", 0.5, &|_, one| {
            format!("{} x {}", one.width, one.height)
        }),
        ("file format", 0.5, &|_, one| {
            one.facts.stored.format.name().to_owned()
        }),
        ("camera model (EXIF)", 0.5, &|_, one| {
            one.facts.stored.camera.name()
        }),
        ("way colours are stored", 0.5, &|_, one| {
            let stored = &one.facts.stored;
            format!(
                "{:?} {} {} {:?}",
                stored.colour, stored.bits, stored.alpha, stored.profile
            )
        }),
        ("uniform border", 0.5, &|_, one| {
            one.facts.border.div_ceil(10).to_string()
        }),
        // What a picture shows decides how well it compresses, so a weak link is no shortcut.
        ("file size", 0.8, &|_, one| {
            sizes
                .partition_point(|&end| end < one.facts.stored.bytes)
                .to_string()
        }),
        (WORDING, 0.5, &|sample, _| wording(&sample.path, known)),
    ];
    let found = asked
        .into_iter()
        .map(|(name, least, question)| fact(evidence, name, least, question));
    let mut found: Vec<Fact> = found.filter(|fact| fact.distinct > 1).collect();
    if names_spell(evidence, known, classes) {
        found.retain(|fact| fact.name != WORDING);
    }
    found
}

type Question<'a> = &'a dyn Fn(&Sample, &Signature) -> String;

fn fact(evidence: &Evidence<'_>, name: &'static str, least: f64, question: Question<'_>) -> Fact {
    let samples = evidence.dataset.samples.iter().zip(evidence.signatures);
    let spelled: Vec<Option<String>> = samples
        .map(|(sample, signature)| Some(question(sample, signature.as_ref().ok()?)))
        .collect();
    let mut counts: BTreeMap<&str, (usize, u32)> = BTreeMap::new();
    for value in spelled.iter().flatten() {
        counts.entry(value).or_default().0 += 1;
    }
    // 0 is the value of all rare ones.
    let common = counts.values_mut().filter(|entry| entry.0 >= RARE);
    let common = common
        .zip(1u32..)
        .map(|(entry, number)| entry.1 = number)
        .count();
    let rare = counts.values().any(|entry| entry.1 == 0);
    let number = |value: &Option<String>| Some(counts.get(value.as_deref()?)?.1);
    Fact {
        name,
        values: spelled.iter().map(number).collect(),
        distinct: common + usize::from(rare),
        least,
    }
}

/// Upper ends of the classes of file size.
fn buckets(evidence: &Evidence<'_>) -> Vec<u32> {
    let signed = evidence.signatures.iter().flatten();
    let mut sizes: Vec<u32> = signed.map(|one| one.facts.stored.bytes).collect();
    sizes.sort_unstable();
    let end = |bucket: usize| sizes.get(sizes.len() * bucket / SIZE_BUCKETS).copied();
    (1..SIZE_BUCKETS).filter_map(end).collect()
}

/// Whether names spell the classes: one wording for each class, none for two, and no camera's. So
/// `siamese_12.jpg` with the label 5 is the label once more, where `DSC_12.jpg` tells of a camera.
fn names_spell(evidence: &Evidence<'_>, known: &[String], classes: &[Option<u32>]) -> bool {
    let mut class_of: BTreeMap<String, u32> = BTreeMap::new();
    let mut met: BTreeSet<u32> = BTreeSet::new();
    for (sample, class) in evidence.dataset.samples.iter().zip(classes) {
        let Some(class) = *class else { continue };
        met.insert(class);
        let wording = wording(&sample.path, known);
        if CAMERA_WORDS.contains(&wording.as_str())
            || *class_of.entry(wording).or_insert(class) != class
        {
            return false;
        }
    }
    met.len() == class_of.len()
}

/// The words of a file's name, without numbers: those count frames.
fn wording(path: &str, known: &[String]) -> String {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = words(stem).into_iter().filter(|word| {
        !known
            .iter()
            .any(|known| known.contains(word.as_str()) || word.contains(known.as_str()))
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Runs of letters, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let runs = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|run| !run.is_empty());
    runs.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_known_words_of_a_name_do_not_count() {
        let known = ["cat".to_owned(), "train".to_owned()];
        assert_eq!(wording("train/cat/IMG_0012.jpg", &known), "img");
        assert_eq!(wording("cats_12-b.png", &known), "b");
        assert_eq!(wording("x/training_7", &known), "");
    }
}
