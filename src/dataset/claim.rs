//! Layouts as claims: each says what it recognises in a tree, and the strongest is believed.
//!
//! Two claims that put one sample into splits of different roles cannot both be right, and nothing
//! in the tree says which is: that is an error, which names both.

use std::collections::BTreeMap;
use std::fmt;

use super::builder::Draft;
use crate::error::Error;
use crate::sample::{Layout, Problem, SplitRole};

/// How much a claim says, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Images, and nothing about splits.
    Nothing,
    /// A table about samples that names no splits.
    Samples,
    /// Splits of some samples only: all for training, or none. Predictions of one split look so.
    SomeSplits,
    /// Folders named after splits.
    Folders,
    /// A table with samples for training and for evaluation.
    Splits,
    /// A table whose name says that it is the manifest.
    Manifest,
}

/// The split that a path of a tree lies in.
pub(super) struct SplitOf(pub(super) Box<dyn Fn(&str) -> Option<String>>);

impl SplitOf {
    /// No place of the tree tells a split.
    pub(super) fn nothing() -> Self {
        Self(Box::new(|_| None))
    }
}

impl fmt::Debug for SplitOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SplitOf")
    }
}

/// What one layout recognises in a tree.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) layout: Layout,
    pub(super) strength: Strength,
    /// By what it was recognised, in words.
    pub(super) evidence: String,
    /// Options that choose this claim, for people.
    pub(super) chosen_by: String,
    /// Samples.
    pub(super) drafts: Vec<Draft>,
    /// Splits that exist even if no sample is in them.
    pub(super) splits: Vec<(String, SplitRole)>,
    /// The dataset that a split belongs to, by its name, where one root holds several.
    pub(super) parts: BTreeMap<String, String>,
    pub(super) problems: Vec<Problem>,
    /// The split that a path of the tree lies in.
    pub(super) split_of: SplitOf,
    /// Whether the samples are listed somewhere, so that other images of the tree are left out.
    pub(super) lists_samples: bool,
}

/// The strongest claim. Its evidence tells of tables that were left alone.
///
/// # Errors
/// No claim is the strongest, or another one disagrees with it about a split.
pub(super) fn strongest(mut claims: Vec<Claim>) -> Result<Option<Claim>, Error> {
    // Stable: among equals the first that was asked stays first.
    claims.sort_by_key(|claim| std::cmp::Reverse(claim.strength));
    let mut claims = claims.into_iter();
    let Some(mut best) = claims.next() else {
        return Ok(None);
    };
    let others: Vec<Claim> = claims.collect();
    if let Some(equal) = others.iter().find(|other| other.strength == best.strength) {
        return Err(undecided(&best, equal, "could both be the manifest"));
    }
    for other in &others {
        if let Some(difference) = disagreement(&best, other) {
            return Err(undecided(&best, other, &difference));
        }
    }
    for other in others.iter().filter(|other| other.lists_samples) {
        let unused = format!("; not used: {}", other.evidence);
        best.evidence.push_str(&unused);
    }
    Ok(Some(best))
}

/// A sample that two claims put into splits of different roles, in words.
fn disagreement(one: &Claim, other: &Claim) -> Option<String> {
    let mut known: Vec<_> = splits_of(one).collect();
    known.sort_unstable();
    let mut different = splits_of(other).filter_map(|(path, role, name)| {
        let from = known.partition_point(|row| row.0 < path);
        let own = known[from..].iter().take_while(|row| row.0 == path);
        let first = own.clone().next()?.2;
        (!own.clone().any(|row| row.1 == role)).then_some((path, first, name))
    });
    let (path, first, second) = different.next()?;
    let more = match different.count() {
        0 => String::new(),
        n => format!(", and so for {n} more"),
    };
    Some(format!(
        "disagree about `{path}` (`{first}` and `{second}`{more})"
    ))
}

/// Samples with a split whose role is known: name, role, name of the split.
fn splits_of(claim: &Claim) -> impl Iterator<Item = (&str, SplitRole, &str)> {
    claim.drafts.iter().filter_map(|draft| {
        let (name, role) = draft.split.as_ref()?;
        (*role != SplitRole::Other).then_some((draft.path.as_str(), *role, name.as_str()))
    })
}

fn undecided(one: &Claim, other: &Claim, how: &str) -> Error {
    let message = format!(
        "{} and {} {how}; choose with {} or {}",
        one.evidence, other.evidence, one.chosen_by, other.chosen_by
    );
    Error::Settings { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(strength: Strength, evidence: &str, splits: &[(&str, &str, SplitRole)]) -> Claim {
        let drafts = splits.iter().map(|&(path, split, role)| Draft {
            path: path.to_owned(),
            split: Some((split.to_owned(), role)),
            ..Draft::default()
        });
        Claim {
            layout: Layout::CsvManifest,
            strength,
            evidence: evidence.to_owned(),
            chosen_by: format!("`--{evidence}`"),
            drafts: drafts.collect(),
            splits: Vec::new(),
            parts: BTreeMap::new(),
            problems: Vec::new(),
            split_of: SplitOf::nothing(),
            lists_samples: strength != Strength::Folders,
        }
    }

    const TRAIN: (&str, SplitRole) = ("train", SplitRole::Training);
    const VAL: (&str, SplitRole) = ("val", SplitRole::Validation);

    #[test]
    fn a_table_of_one_split_is_weaker_than_folders_and_is_told() {
        let folders = [("a", TRAIN.0, TRAIN.1), ("b", VAL.0, VAL.1)];
        let folders = claim(Strength::Folders, "folders", &folders);
        let table = claim(Strength::SomeSplits, "table", &[("b", "valid", VAL.1)]);
        let best = strongest(vec![table, folders]).unwrap().unwrap();
        assert_eq!(best.evidence, "folders; not used: table");
    }

    #[test]
    fn claims_that_disagree_about_a_split_are_refused_with_both_ways_to_choose() {
        let folders = claim(Strength::Folders, "folders", &[("b", VAL.0, VAL.1)]);
        let table = claim(Strength::Manifest, "table", &[("b", TRAIN.0, TRAIN.1)]);
        let said = strongest(vec![folders, table]).unwrap_err().to_string();
        for part in ["`b` (`train` and `val`)", "`--folders`", "`--table`"] {
            assert!(said.contains(part), "{said}");
        }
    }

    #[test]
    fn a_split_of_unknown_role_disagrees_with_nothing() {
        let folders = claim(Strength::Folders, "folders", &[("b", VAL.0, VAL.1)]);
        let table = claim(
            Strength::SomeSplits,
            "table",
            &[("b", "3", SplitRole::Other)],
        );
        assert!(strongest(vec![folders, table]).is_ok());
    }

    #[test]
    fn two_of_one_strength_are_not_guessed_between() {
        let table = |name| claim(Strength::Splits, name, &[("b", VAL.0, VAL.1)]);
        let said = strongest(vec![table("one"), table("two")]).unwrap_err();
        assert!(said.to_string().contains("could both be the manifest"));
    }
}
