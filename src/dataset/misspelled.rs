//! Splits whose role nothing tells: slips of names (`validaton`, `tset`), none (`nan`), and words
//! that no rule knows. What is in them is compared with nothing, so the user is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::Claim;
use super::group_columns::says_nothing;
use super::split_name::{keywords, perhaps_beside, words};
use crate::sample::{Problem, ProblemKind, SplitRole};

/// Names of what is left out on purpose.
const LEFT_OUT: [&str; 18] = [
    "bad",
    "discard",
    "discarded",
    "drop",
    "dropped",
    "excluded",
    "exclude",
    "ignore",
    "ignored",
    "invalid",
    "other",
    "others",
    "removed",
    "rest",
    "skip",
    "skipped",
    "trash",
    "unused",
];

/// One question for each split without a role, and not in `told`, whose name does not say that it
/// is left out on purpose.
pub(super) fn questions(claim: &Claim, told: &BTreeSet<&str>) -> Vec<Problem> {
    let mut images: BTreeMap<&str, usize> = BTreeMap::new();
    let splits = claim.drafts.iter().filter_map(|draft| draft.split.as_ref());
    for (name, _) in splits.filter(|split| split.1 == SplitRole::Other) {
        *images.entry(name).or_default() += 1;
    }
    let asked = images.into_iter().filter(|(name, _)| !told.contains(name));
    let asked = asked.filter_map(|(name, count)| {
        let role = meant(name)?;
        Some(Problem {
            kind: ProblemKind::PerhapsSplit,
            path: name.to_owned(),
            detail: format!(
                "{count} in `{name}`, which is no split that is known: `--role '{name}={}'` counts them, `--role '{name}=other'` leaves them out",
                role.name()
            ),
        })
    });
    asked.collect()
}

/// The role that a name may have been meant for; `None` for what is left out on purpose.
fn meant(name: &str) -> Option<SplitRole> {
    let lower = name.trim().to_lowercase();
    if words(&lower)
        .iter()
        .any(|word| LEFT_OUT.contains(&word.as_str()))
    {
        return None;
    }
    let mut known = keywords().filter(|(known, _)| lower.len() >= 4 && is_near(&lower, known));
    let slip = known.next().map(|(_, role)| role);
    let evaluated = SplitRole::Validation;
    match says_nothing(&lower) {
        true => Some(evaluated),
        false => Some(slip.or_else(|| perhaps_beside(&lower)).unwrap_or(evaluated)),
    }
}

/// Whether one letter more, less or another one, or two that changed places, make one word of the
/// other.
fn is_near(one: &str, other: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], [_]) | ([_], []) => true,
        ([x, u, rest @ ..], [y, v, other @ ..]) if x == v && u == y && rest == other => true,
        ([_, rest @ ..], [_, other @ ..]) => rest == other || rest == b || a == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_unknown_words_are_asked_about_and_what_was_left_out_is_not() {
        for (name, role) in [
            ("validaton", SplitRole::Validation),
            ("vaild", SplitRole::Validation),
            ("vall", SplitRole::Validation),
            ("tset", SplitRole::Test),
            ("teest", SplitRole::Test),
            ("trian", SplitRole::Training),
            ("Trainig", SplitRole::Training),
            ("NaN", SplitRole::Validation),
        ] {
            assert_eq!(meant(name), Some(role), "{name}");
        }
        for (name, role) in [
            ("extra", SplitRole::Training),
            ("ood", SplitRole::Test),
            ("external_hospital", SplitRole::Test),
            ("tuning_set", SplitRole::Validation),
            ("day", SplitRole::Validation),
        ] {
            assert_eq!(meant(name), Some(role), "{name}");
        }
        for name in ["unused", "Ignore", "not used - excluded", "invalid"] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
