//! Splits by names that nobody meant: `validaton`, `tset`, `nan`.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::Claim;
use super::group_columns::says_nothing;
use super::split_name::keywords;
use crate::sample::{Problem, ProblemKind, SplitRole};

/// One question for each split without a role, and not in `told`, that is called by a slip of a
/// name for splits, or by none.
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

/// The role of a name that this may have been meant for.
fn meant(name: &str) -> Option<SplitRole> {
    let lower = name.trim().to_lowercase();
    if says_nothing(&lower) {
        return Some(SplitRole::Validation);
    }
    let mut known = keywords().filter(|(known, _)| lower.len() >= 4 && is_near(&lower, known));
    known.next().map(|(_, role)| role)
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
    fn slips_are_known_and_words_of_their_own_are_not() {
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
        for name in [
            "extra",
            "unlabeled",
            "ood",
            "day",
            "vol",
            "held out",
            "public",
        ] {
            assert_eq!(meant(name), None, "{name}");
        }
    }
}
