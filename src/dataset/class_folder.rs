//! Tells folders of classes below the splits from folders of patients, videos and other entities.

use std::collections::{BTreeMap, BTreeSet};

use super::companions::says_sensor;

/// Words in front of the number of an entity.
const ENTITIES: [&str; 41] = [
    "animal",
    "case",
    "clip",
    "dataset",
    "deployment",
    "dive",
    "drive",
    "episode",
    "flight",
    "id",
    "keyframe",
    "lap",
    "mission",
    "movie",
    "participant",
    "patient",
    "person",
    "plant",
    "proband",
    "product",
    "recording",
    "scan",
    "scene",
    "seq",
    "sequence",
    "session",
    "slide",
    "study",
    "sub",
    "subject",
    "take",
    "tour",
    "track",
    "trajectory",
    "transect",
    "trip",
    "vid",
    "video",
    "volunteer",
    "患者",
    "病人",
];

/// Digits from which on the number of a folder is an identifier rather than counted.
const IDENTIFIER_DIGITS: usize = 3;

/// Whether folders are classes: they are not named like entities, and at least one recurs where two
/// splits have folders.
pub(super) fn are_classes<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    let mut splits_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut splits = BTreeSet::new();
    for (label, split) in labels {
        splits_of.entry(label).or_default().insert(split);
        splits.insert(split);
    }
    let entities = splits_of.keys().filter(|label| names_entity(label)).count();
    if splits_of.len() > 1 && entities * 5 >= splits_of.len() * 4 {
        return false;
    }
    let names = || splits_of.keys().copied();
    if are_instances(names()) || are_shards(names()) || are_views(names()) {
        return false;
    }
    splits.len() < 2 || splits_of.values().any(|splits| splits.len() > 1)
}

/// `kitchen_0012`, `kitchen_0044`, `office_0003`: several of each of several kinds, by numbers that
/// are not counted.
fn are_instances<'a>(folders: impl Iterator<Item = &'a str>) -> bool {
    let mut of_kind: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in folders {
        let kind = folder.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = folder.len() - kind.len();
        let is_word = kind.ends_with(['_', '-']) && kind.starts_with(char::is_alphabetic);
        if digits < IDENTIFIER_DIGITS || !is_word {
            return false;
        }
        *of_kind.entry(kind).or_default() += 1;
    }
    of_kind.len() > 1 && of_kind.values().all(|folders| *folders > 1)
}

/// First digits of digests, among which files are dealt out: `0/` to `f/`, `00/` to `ff/`. Classes
/// may be characters by their ASCII codes, which begin below 8.
fn are_shards<'a>(folders: impl Iterator<Item = &'a str> + Clone) -> bool {
    let mut lengths: BTreeSet<usize> = BTreeSet::new();
    let is_part = |folder: &str| {
        let is_small = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_large = |byte: u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte);
        folder.bytes().all(is_small) || folder.bytes().all(is_large)
    };
    let mut all = folders.clone().inspect(|folder| {
        lengths.insert(folder.len());
    });
    if !all.all(is_part) || lengths.len() != 1 || lengths.last() > Some(&3) {
        return false;
    }
    let has = |is: fn(&u8) -> bool| folders.clone().any(|folder| folder.bytes().any(|b| is(&b)));
    let is_beyond =
        |folder: &str| matches!(folder.as_bytes()[0], b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F');
    has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && folders.clone().any(is_beyond)
}

/// What one picture is shown in besides sensors and resolutions: sides of an edit, what is computed
/// of it. `sharp` and `hazy` may as well be classes.
const VIEWS: [&str; 14] = [
    "albedo",
    "alpha",
    "bicubic",
    "depth",
    "disparity",
    "flow",
    "gt",
    "hq",
    "input",
    "lq",
    "normals",
    "output",
    "rgb",
    "upsampled",
];

/// Whether folders are several ways in which one picture is shown.
fn are_views<'a>(mut folders: impl Iterator<Item = &'a str> + Clone) -> bool {
    let is_view = |folder: &str| {
        let lower = folder.to_ascii_lowercase();
        let mut words = lower.split(['_', '-', ' ']);
        let is_one = |word: &str| {
            let word = without_side(word);
            VIEWS.contains(&word) || says_sensor(word)
        };
        let is_scale = |word: &str| {
            let digits = word.strip_prefix('x');
            digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        };
        words.clone().any(is_one) && words.all(|word| is_one(word) || is_scale(word))
    };
    let count = folders.clone().count();
    count > 1 && folders.all(is_view)
}

/// `rgb` of `rgbleft`, one of a pair of cameras; `left` alone may be a class.
fn without_side(word: &str) -> &str {
    let bare = word.strip_suffix("left");
    bare.or_else(|| word.strip_suffix("right")).unwrap_or(word)
}

/// `patient12`, a digest, a date, or several numbers among words: `MOT17-04-DPM`.
fn names_entity(folder: &str) -> bool {
    let digits = folder.bytes().filter(u8::is_ascii_digit).count();
    let letters = folder.bytes().filter(u8::is_ascii_alphabetic).count();
    if digits == 0 {
        return false;
    }
    let words: Vec<String> = folder
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let numbers = folder
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .count();
    let known = |word: &String| {
        ENTITIES.contains(&word.as_str())
            || word
                .strip_suffix('s')
                .is_some_and(|word| ENTITIES.contains(&word))
    };
    // WordNet ids (`n01440764`) and numbered classes (`001.bird`, `00014`) have one number.
    let digest = folder.len() >= 8
        && numbers > 1
        && letters > 0
        && folder.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    words.iter().any(known)
        || digest
        || (numbers > 1 && letters > 0 && digits >= 3)
        || (numbers > 2 && digits >= 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(labels: &[(&str, &str)]) -> bool {
        are_classes(labels.iter().copied())
    }

    #[test]
    fn folders_that_recur_are_classes_and_those_that_never_do_are_not() {
        assert!(classes(&[
            ("cat", "train"),
            ("dog", "train"),
            ("cat", "val")
        ]));
        assert!(
            classes(&[("cat", "train"), ("dog", "train")]),
            "one split has folders"
        );
        assert!(!classes(&[
            ("a", "train"),
            ("b", "train"),
            ("c", "val"),
            ("d", "val")
        ]));
    }

    #[test]
    fn patients_videos_and_digests_are_no_classes() {
        for pair in [
            ["patient1", "patient2"],
            ["MOT17-02-DPM", "MOT17-04-SDP"],
            ["dataset1", "dataset3"],
            ["1d26b4b6-6a25eaf3", "da45de3f-39889cec"],
            ["2018-06-11-6007-929", "2018-06-12-6011-929"],
            ["flight1", "flight2"],
            ["trip1", "trip2"],
            ["患者001", "患者002"],
        ] {
            let recur = ["train", "val"].map(|split| pair.map(|folder| (folder, split)));
            assert!(!classes(&recur.concat()), "{pair:?}");
        }
    }

    #[test]
    fn several_numbered_folders_of_several_kinds_are_no_classes() {
        let rooms = ["kitchen_0012", "kitchen_0044", "office_0003", "office_0017"];
        let recur = |folders: [&'static str; 4]| {
            let recur = ["train", "val"].map(|split| folders.map(|folder| (folder, split)));
            classes(&recur.concat())
        };
        assert!(!recur(rooms));
        assert!(recur(["apple_1", "apple_2", "pear_1", "pear_2"]), "counted");
        assert!(recur(["bird_001", "finch_002", "crow_003", "jay_004"]));
    }

    #[test]
    fn shards_and_views_of_one_picture_are_no_classes() {
        let recur = |folders: &[&'static str]| {
            let recur = ["train", "val"].map(|split| folders.iter().map(move |&one| (one, split)));
            let all: Vec<(&str, &str)> = recur.into_iter().flatten().collect();
            classes(&all)
        };
        assert!(!recur(&["0", "3", "9", "b", "f"]));
        assert!(!recur(&["00", "3f", "7a", "c4"]));
        assert!(!recur(&["HR", "LR", "upsampled"]));
        assert!(!recur(&["rgb", "thermal"]));
        assert!(!recur(&["RGBLeft", "RGBRight"]));
        assert!(recur(&["left", "right"]));
        assert!(!recur(&["LR_x2", "LR_x4", "HR"]));
        assert!(recur(&["0", "1", "9"]), "digits");
        assert!(recur(&["a", "b", "c"]), "letters");
        assert!(
            recur(&["30", "41", "4a", "7a"]),
            "characters by their codes"
        );
        assert!(recur(&["0", "a", "z"]), "digits and letters");
        assert!(recur(&["sharp", "blurry"]));
        assert!(recur(&["rgb", "cat"]));
    }

    #[test]
    fn numbered_classes_stay_classes() {
        for pair in [
            ["n01440764", "n01443537"],
            ["001.bird", "002.finch"],
            ["00014", "00015"],
            ["class1", "class2"],
            ["0", "1"],
            ["A", "B"],
        ] {
            let recur = ["train", "val"].map(|split| pair.map(|folder| (folder, split)));
            assert!(classes(&recur.concat()), "{pair:?}");
        }
    }
}
