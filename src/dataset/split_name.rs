//! Which words mean which split.
//!
//! The spellings are Hugging Face's equivalences: train/training,
//! validation/valid/val/dev, test/testing/eval/evaluation. A name may carry a
//! year, a number or a word that says nothing about content (`val2017`,
//! `train_images`, `testA`); any other word makes it an ordinary name, so that
//! a class folder `test_pattern` is not taken for a split.

use crate::sample::SplitRole;

const KEYWORDS: &[(&str, SplitRole)] = &[
    ("train", SplitRole::Training),
    ("training", SplitRole::Training),
    ("trainval", SplitRole::Training),
    ("validation", SplitRole::Validation),
    ("valid", SplitRole::Validation),
    ("val", SplitRole::Validation),
    ("dev", SplitRole::Validation),
    ("test", SplitRole::Test),
    ("testing", SplitRole::Test),
    ("eval", SplitRole::Test),
    ("evaluation", SplitRole::Test),
];

/// Words that may stand beside a keyword.
const QUIET_WORDS: &[&str] = &[
    "a",
    "b",
    "c",
    "challenge",
    "clean",
    "data",
    "dataset",
    "dev",
    "dir",
    "easy",
    "folder",
    "frames",
    "full",
    "hard",
    "hr",
    "image",
    "images",
    "img",
    "imgs",
    "jpeg",
    "jpegs",
    "jpg",
    "lr",
    "mini",
    "new",
    "of",
    "other",
    "photos",
    "pictures",
    "png",
    "raw",
    "samples",
    "set",
    "small",
    "split",
    "std",
];

/// The role a split name spells, or `None` for a name that spells none.
#[must_use]
pub fn role_of(name: &str) -> Option<SplitRole> {
    let keyword = spelled(name)?;
    let known = KEYWORDS.iter().find(|(key, _)| *key == keyword);
    known.map(|&(_, role)| role)
}

/// The word by which a name spells a split, or `None` for a name that spells none.
pub(super) fn spelled(name: &str) -> Option<String> {
    let mut words = words(name);
    let is_keyword = |word: &String| KEYWORDS.iter().any(|(key, _)| key == word);
    let position = words.iter().position(is_keyword)?;
    let quiet = |word: &String| {
        QUIET_WORDS.contains(&word.as_str()) || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let others_quiet = words
        .iter()
        .enumerate()
        .all(|(at, word)| at == position || quiet(word));
    others_quiet.then(|| words.swap_remove(position))
}

/// Lower-case runs of letters or digits; a capital after a small letter begins a new run.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = None;
    for character in name.chars() {
        if character.is_alphanumeric() {
            let begins = match previous {
                None => true,
                Some(before) => {
                    let before: char = before;
                    !before.is_alphanumeric()
                        || before.is_numeric() != character.is_numeric()
                        || (before.is_lowercase() && character.is_uppercase())
                }
            };
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        previous = Some(character);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_field_is_known() {
        for (name, role) in [
            ("train", SplitRole::Training),
            ("Training", SplitRole::Training),
            ("TRAIN", SplitRole::Training),
            ("train2017", SplitRole::Training),
            ("training_set", SplitRole::Training),
            ("trainA", SplitRole::Training),
            ("train-images", SplitRole::Training),
            ("trainval", SplitRole::Training),
            ("val", SplitRole::Validation),
            ("valid", SplitRole::Validation),
            ("validation", SplitRole::Validation),
            ("dev", SplitRole::Validation),
            ("val2017", SplitRole::Validation),
            ("Val_Images", SplitRole::Validation),
            ("test", SplitRole::Test),
            ("testing", SplitRole::Test),
            ("eval", SplitRole::Test),
            ("evaluation", SplitRole::Test),
            ("test-dev2017", SplitRole::Test),
            ("test_01", SplitRole::Test),
        ] {
            assert_eq!(role_of(name), Some(role), "{name}");
        }
    }

    #[test]
    fn names_that_only_contain_a_keyword_are_not_splits() {
        for name in [
            "contest",
            "trains",
            "test_pattern",
            "steam_train",
            "devices",
            "values",
            "",
            "images",
            "cat",
        ] {
            assert_eq!(role_of(name), None, "{name}");
        }
    }
}
