//! Words that mean splits.
//!
//! The spellings are Hugging Face's equivalences: train/training,
//! validation/valid/val/dev, test/testing/eval/evaluation. A name may carry a
//! year, a number or a word that says nothing about content (`val2017`,
//! `train_images`, `testA`); any other word makes it an ordinary name, so that
//! a class folder `test_pattern` is not taken for a split.

use std::collections::BTreeSet;

use super::split_elsewhere::{elsewhere, short_form};
use super::split_words::{ABOUT_PICTURES, BESIDE_TRAINING, KEYWORDS, PERHAPS, QUIET_WORDS};
use crate::sample::SplitRole;

/// What is divided again, into what is trained and validated on.
pub(super) const TRAINVAL: &str = "trainval";

/// The role that one word, in small letters, spells: `train`, `valset`.
fn keyword(word: &str) -> Option<SplitRole> {
    let role = |word: &str| {
        KEYWORDS
            .iter()
            .find(|(key, _)| *key == word)
            .map(|row| row.1)
    };
    role(word).or_else(|| role(word.strip_suffix("set")?))
}

/// The role a split name spells, or `None` for a name that spells none.
#[must_use]
pub fn role_of(name: &str) -> Option<SplitRole> {
    keyword(&spelled(name)?)
}

/// The split that the name of a tool's file tells, without its ending: `train`, `train-export`.
pub(super) fn split_of_export(stem: &str) -> Option<(&str, SplitRole)> {
    let own = stem.strip_suffix("export").unwrap_or(stem);
    let own = own.trim_end_matches(['-', '_']);
    Some((own, role_of(own)?))
}

/// The word by which a name spells a split, or `None` for a name that spells none.
pub(super) fn spelled(name: &str) -> Option<String> {
    let mut words = words_of_split(name);
    let position = words.iter().position(|word| keyword(word).is_some())?;
    let quiet = |word: &String| {
        QUIET_WORDS.contains(&word.as_str()) || word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let others_quiet = words
        .iter()
        .enumerate()
        .all(|(at, word)| at == position || quiet(word));
    others_quiet.then(|| words.swap_remove(position))
}

/// The one word for a split in the name of a file that holds samples, whatever stands beside it:
/// `train-images-idx3-ubyte`, `test_batch`. This is Hugging Face's rule for files.
pub(crate) fn spelled_by_file(name: &str) -> Option<String> {
    let words = words_of_split(name);
    let mut told = words.into_iter().filter(|word| keyword(word).is_some());
    let (word, None) = (told.next()?, told.next()) else {
        return None;
    };
    Some(word)
}

/// Roles of names that stand side by side, such as folders of one folder: those that differ in
/// nothing but the word for a split, with one to train and one to evaluate on among them.
pub(super) fn side_by_side(names: &[&str]) -> Vec<Option<SplitRole>> {
    let told = frames(names);
    let divided = divided(&told);
    let beside = |name: &str| role_beside_training(name).filter(|_| trains(&told));
    let evaluates = names.iter().any(|name| beside(name).is_some());
    let role = |(name, told): (&&str, &Option<(String, SplitRole)>)| {
        let among = told.as_ref().filter(|(frame, role)| {
            divided.contains(frame.as_str()) || (evaluates && *role == SplitRole::Training)
        });
        among.map(|told| told.1).or_else(|| beside(name))
    };
    names.iter().zip(&told).map(role).collect()
}

/// Names that differ in nothing but the word for a split, each with what it is of and its role:
/// `clipart` and `real` of `clipart_train`, `clipart_test`, `real_train`, `real_test`.
pub(super) fn of_several(names: &[&str]) -> Vec<Option<(String, SplitRole)>> {
    let told = frames(names);
    let divided: BTreeSet<String> = divided(&told).into_iter().map(ToOwned::to_owned).collect();
    let is_divided = |one: &(String, SplitRole)| divided.contains(&one.0);
    told.into_iter().map(|one| one.filter(is_divided)).collect()
}

/// What is left of each name without its word for a split, and the role of that word.
fn frames(names: &[&str]) -> Vec<Option<(String, SplitRole)>> {
    let mut told: Vec<Option<(String, SplitRole)>> =
        names.iter().map(|name| without_keyword(name)).collect();
    let shortly: Vec<_> = names.iter().map(|name| short_form(name)).collect();
    // Alone, two letters may be those of a language or a country.
    let are_all = shortly.iter().all(Option::is_some);
    for (told, short) in told.iter_mut().zip(shortly) {
        let is_more = |(frame, _): &(String, SplitRole)| are_all || !frame.is_empty();
        *told = told.take().or_else(|| short.filter(is_more));
    }
    told
}

/// What is left where there is one to train and one to evaluate on.
fn divided(told: &[Option<(String, SplitRole)>]) -> BTreeSet<&str> {
    let of = |wanted: fn(SplitRole) -> bool| -> BTreeSet<&str> {
        let told = told.iter().flatten().filter(|one| wanted(one.1));
        told.map(|one| one.0.as_str()).collect()
    };
    let trained = of(|role| role == SplitRole::Training);
    let evaluated = of(SplitRole::is_evaluation);
    trained.intersection(&evaluated).copied().collect()
}

fn trains(told: &[Option<(String, SplitRole)>]) -> bool {
    let mut told = told.iter().flatten();
    told.any(|(_, role)| *role == SplitRole::Training)
}

/// What is left of a name without its one word for a split, and the role of that word.
fn without_keyword(name: &str) -> Option<(String, SplitRole)> {
    let mut words = words_of_split(name);
    let mut told = words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| Some((at, keyword(word)?)));
    match (told.next(), told.next()) {
        (Some((at, role)), None) => {
            words.remove(at);
            Some((words.join(" "), role))
        }
        (None, _) => elsewhere(name),
        _ => None,
    }
}

/// The split that the beginning of a name tells, with its role, where more stands behind it:
/// `Mass-Training` of `Mass-Training_P_00001`.
pub(super) fn beginning(name: &str) -> Option<(&str, SplitRole)> {
    let is_gap = |c: char| c == '_' || c == '-' || c == ' ' || c == '.';
    let mut from = 0;
    for piece in name.split_inclusive(is_gap) {
        let word = piece.trim_end_matches(is_gap);
        let (begin, rest) = name.split_at(from + word.len());
        if let Some(role) = keyword(&word.to_lowercase()) {
            let words = words(rest);
            let is_about = |word: &String| ABOUT_PICTURES.contains(&word.as_str());
            return (!words.is_empty() && !words.iter().any(is_about)).then_some((begin, role));
        }
        from += piece.len();
    }
    None
}

/// The role of a folder beside one that is plainly called training: its first or last word spells
/// a split, or one of its words is for samples held out.
pub(super) fn beside_training(name: &str) -> Option<SplitRole> {
    let words = words(name);
    let is_about = |word: &String| ABOUT_PICTURES.contains(&word.as_str());
    if words.iter().any(is_about) {
        return None;
    }
    let held_out = |word: &String| {
        let mut known = BESIDE_TRAINING.iter().chain(&[("hold", SplitRole::Test)]);
        known.find(|(key, _)| word == key).map(|row| row.1)
    };
    let role = |word: &String| keyword(word);
    let told: Vec<SplitRole> = words.iter().filter_map(role).collect();
    let at_an_end = words.first().and_then(role).or(words.last().and_then(role));
    match (told.as_slice(), at_an_end) {
        ([role], Some(_)) => Some(*role),
        ([], _) => words.iter().find_map(held_out),
        _ => None,
    }
}

/// The role that a folder outside of all splits may have.
pub(super) fn perhaps_beside(name: &str) -> Option<SplitRole> {
    let words = words(name);
    let is_about = |word: &String| ABOUT_PICTURES.contains(&word.as_str());
    let perhaps = |(key, _): &&(&str, SplitRole)| words.iter().any(|word| word == key);
    let known = || PERHAPS.iter().find(perhaps).map(|row| row.1);
    let told = beside_training(name)
        .or_else(known)
        .or_else(|| may_spell(name));
    told.filter(|_| !words.iter().any(is_about))
}

/// The role that a value of a column of splits spells, in any language.
pub(super) fn value_role(value: &str) -> Option<SplitRole> {
    role_of(value)
        .or_else(|| role_beside_training(value))
        .or_else(|| may_spell(value))
}

/// The role of a word that is a split only beside one to train on: `query`, `unseen`.
pub(super) fn role_beside_training(name: &str) -> Option<SplitRole> {
    let alone = |(key, _): &&(&str, SplitRole)| name.eq_ignore_ascii_case(key);
    BESIDE_TRAINING.iter().find(alone).map(|&(_, role)| role)
}

/// The words that spell a role by themselves.
pub(super) fn keywords() -> impl Iterator<Item = (&'static str, SplitRole)> {
    KEYWORDS.iter().copied()
}

/// The role that a name may spell: some word of it does, whatever stands beside. Good enough to
/// ask the user, not to act on it.
pub(super) fn may_spell(name: &str) -> Option<SplitRole> {
    let words = words_of_split(name);
    // Of several, the one that says most: `trainval` before `val` is one word of its own.
    let order = |role: &SplitRole| KEYWORDS.iter().position(|row| row.1 == *role);
    let told = words.iter().filter_map(|word| keyword(word));
    let told = told.min_by_key(order);
    told.or_else(|| Some(elsewhere(name)?.1))
}

/// The words of a name, of which `train_val` is one.
fn words_of_split(name: &str) -> Vec<String> {
    let mut words = words(name);
    let is_both = |pair: &[String]| {
        ["train", "training"].contains(&&*pair[0])
            && ["val", "valid", "validation"].contains(&&*pair[1])
    };
    if let Some(at) = words.windows(2).position(is_both) {
        words.remove(at + 1);
        words[at] = TRAINVAL.to_owned();
    }
    words
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
    fn exports_are_named_after_splits() {
        let split = |stem| split_of_export(stem).map(|(name, _)| name);
        assert_eq!(split("train-export"), Some("train"));
        assert_eq!(split("val_export"), Some("val"));
        assert_eq!(split("test"), Some("test"));
        assert_eq!(split("cats-export"), None);
        assert_eq!(split("export"), None);
    }

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
    fn names_that_may_be_splits_are_known_by_one_word() {
        for (name, role) in [
            ("seg_train", SplitRole::Training),
            ("DIV2K_train_HR", SplitRole::Training),
            ("mydata_val", SplitRole::Validation),
            ("训练集", SplitRole::Training),
            ("验证", SplitRole::Validation),
        ] {
            assert_eq!(
                (role_of(name), may_spell(name)),
                (None, Some(role)),
                "{name}"
            );
        }
        assert_eq!(may_spell("contest"), None);
    }

    #[test]
    fn names_side_by_side_tell_splits_together_and_not_alone() {
        use SplitRole::{Test, Training, Validation};
        let pair = side_by_side(&["DIV2K_train_HR", "DIV2K_valid_HR", "other"]);
        assert_eq!(pair, [Some(Training), Some(Validation), None]);
        let reid = side_by_side(&["bounding_box_train", "query", "cats"]);
        assert_eq!(reid, [Some(Training), Some(Test), None]);
        assert_eq!(
            side_by_side(&["训练集", "测试集"]),
            [Some(Training), Some(Test)]
        );
        assert_eq!(
            side_by_side(&["steam_train", "model_test", "query"])[1],
            None
        );
        assert_eq!(side_by_side(&["cats", "query"]), [None, None]);
    }

    #[test]
    fn beside_a_folder_to_train_on_one_word_is_enough_and_what_is_about_pictures_is_none() {
        use SplitRole::{Test, Training, Validation};
        for (name, role) in [
            ("test_seen", Some(Test)),
            ("final_test", Some(Test)),
            ("unseen_objects_test", Some(Test)),
            ("evaluation_hospital_B", Some(Test)),
            ("holdout_2021", Some(Validation)),
            ("hold", Some(Test)),
            ("image_query", Some(Test)),
            ("extra_val", Some(Validation)),
            ("train_extra", Some(Training)),
            ("test_masks", None),
            ("test_pattern", None),
            ("train_test", None),
            ("the_test_of_time", None),
            ("cats", None),
        ] {
            assert_eq!(beside_training(name), role, "{name}");
        }
        assert_eq!(perhaps_beside("unlabeled2017"), Some(Training));
        assert_eq!(perhaps_beside("private_leaderboard"), Some(Test));
        assert_eq!(perhaps_beside("val_labels"), None);
        assert_eq!(perhaps_beside("documents"), None);
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
