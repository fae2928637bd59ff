//! Values that two splits write in two ways: `P_016` and `P 016`, `patient_016` and `16`.

use std::collections::{BTreeMap, BTreeSet};

use super::values::says_nothing;
use crate::dataset::claim::Claim;
use crate::dataset::split_name::role_of;

/// What a column says in one way of writing. Where each split has one word before all its numbers,
/// and one of these words is short for the other or missing, the numbers alone are left.
pub(super) fn written_alike(
    of: &BTreeMap<String, String>,
    claim: &Claim,
) -> BTreeMap<String, String> {
    let told = of.iter().map(|(path, value)| (path.clone(), joined(value)));
    let mut all: BTreeMap<String, String> = told.collect();
    all.retain(|_, value| !says_nothing(value));
    if have_two_words(&all, claim) {
        for value in all.values_mut() {
            *value = word_and_number(value).map_or_else(String::new, |one| one.1.to_owned());
        }
    }
    all
}

/// Whether what is trained on has another word before its numbers than what is evaluated on.
fn have_two_words(of: &BTreeMap<String, String>, claim: &Claim) -> bool {
    let mut sides: [BTreeSet<&str>; 2] = Default::default();
    for draft in &claim.drafts {
        let (Some(value), Some((_, role))) = (of.get(&draft.path), &draft.split) else {
            continue;
        };
        let Some((word, _)) = word_and_number(value) else {
            return false;
        };
        sides[usize::from(role.is_evaluation())].insert(word);
    }
    let [trained, evaluated] = sides.map(Vec::from_iter);
    let ([one], [other]) = (&trained[..], &evaluated[..]) else {
        return false;
    };
    let is_short = one.starts_with(other) || other.starts_with(one);
    one != other && is_short && role_of(one).is_none() && role_of(other).is_none()
}

/// A value that is a number, perhaps behind a word.
fn word_and_number(value: &str) -> Option<(&str, &str)> {
    let word = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &value[word.len()..];
    (!number.is_empty() && word.chars().all(char::is_alphabetic)).then_some((word, number))
}

/// A value in small letters without gaps between words and numbers; other gaps are written alike.
fn joined(value: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || ['_', '-', '#'].contains(&c);
    let lower = value.trim_matches(is_gap).to_lowercase();
    let mut out = String::with_capacity(lower.len());
    for part in lower.split(is_gap).filter(|part| !part.is_empty()) {
        let last = out.chars().next_back();
        let is_kept = last.is_some_and(|last| {
            let first = part.chars().next().unwrap_or_default();
            last.is_numeric() == first.is_numeric()
        });
        if is_kept {
            out.push('-');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::builder::Draft;
    use crate::dataset::claim::Strength;
    use crate::sample::{Layout, SplitRole};

    /// The values of one picture of each split, written alike.
    fn both(trained: &[&str], evaluated: &[&str]) -> Vec<String> {
        let (mut of, mut drafts) = (BTreeMap::new(), Vec::new());
        let sides = [
            ("train", SplitRole::Training),
            ("val", SplitRole::Validation),
        ];
        for ((split, role), values) in sides.into_iter().zip([trained, evaluated]) {
            for value in values {
                let path = format!("{}.png", of.len());
                drafts.push(Draft {
                    path: path.clone(),
                    split: Some((split.to_owned(), role)),
                    ..Draft::default()
                });
                of.insert(path, (*value).to_owned());
            }
        }
        let evidence = String::new();
        let claim = Claim::new(Layout::CsvManifest, Strength::Splits, evidence, drafts);
        written_alike(&of, &claim).into_values().collect()
    }

    #[test]
    fn gaps_and_words_that_one_split_leaves_out_are_no_differences() {
        assert_eq!(both(&["P_016"], &["P 016"]), ["p016", "p016"]);
        assert_eq!(both(&["patient_016"], &["16"]), ["016", "16"]);
        assert_eq!(both(&["sub-12"], &["subject 12"]), ["12", "12"]);
        assert_eq!(both(&["Ida May"], &["ida_may"]), ["ida-may", "ida-may"]);
    }

    #[test]
    fn other_words_and_numbers_behind_numbers_are() {
        // Two hospitals, numbers of two parts, a word for a split.
        assert_eq!(both(&["A016"], &["B016"]), ["a016", "b016"]);
        assert_eq!(both(&["A016", "B017"], &["16"]), ["a016", "b017", "16"]);
        assert_eq!(both(&["1-12"], &["11 2"]), ["1-12", "11-2"]);
        assert_eq!(both(&["train_3"], &["3"]), ["train3", "3"]);
        assert_eq!(both(&["nan"], &["N/A"]), Vec::<String>::new());
    }
}
