//! Layouts as claims: each says what it recognises in a tree, and the strongest is believed.
//!
//! Two claims that put one sample into splits of different roles cannot both be right, and nothing
//! in the tree says which is: that is an error, which names both.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::builder::Draft;
use super::group_columns::{Asked, Column};
use super::placed::Placed;
use crate::annotation::{Annotations, source_of};
use crate::error::Error;
use crate::sample::{Layout, Problem, ProblemKind, SplitRole};

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
pub(super) struct SplitOf(pub(super) Lookup);

/// A path to the name of its split.
type Lookup = Box<dyn Fn(&str) -> Option<String>>;

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
    /// What tells the labels of the samples, in words; empty where they have none.
    pub(super) labels_from: String,
    /// What is drawn on the samples, and said of them besides their labels.
    pub(super) annotations: Annotations,
    /// Columns of what tells the samples, which may tell groups, too.
    pub(super) columns: Vec<Column>,
    /// Columns that may tell groups.
    pub(super) group_columns: Vec<Asked>,
    /// A table and its column whose values may be folds.
    pub(super) perhaps_folds: Option<(String, String)>,
    /// Where tables say that samples lie on something larger.
    pub(super) placed: Option<Placed>,
}

impl Claim {
    /// A claim of no more than where samples are and what is told of each, chosen by its layout.
    pub(super) fn new(
        layout: Layout,
        strength: Strength,
        evidence: String,
        drafts: Vec<Draft>,
    ) -> Self {
        Self {
            layout,
            strength,
            evidence,
            chosen_by: format!("`--layout {}`", layout.name()),
            drafts,
            splits: Vec::new(),
            parts: BTreeMap::new(),
            problems: Vec::new(),
            split_of: SplitOf::nothing(),
            lists_samples: false,
            labels_from: String::new(),
            annotations: Annotations::default(),
            columns: Vec::new(),
            group_columns: Vec::new(),
            perhaps_folds: None,
            placed: None,
        }
    }
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
    let mut others: Vec<Claim> = claims.collect();
    // Of two that say the same, the one that says more.
    let strength = best.strength;
    for other in others.iter_mut().filter(|other| other.strength == strength) {
        match covers(&best, other) {
            true => {}
            false if covers(other, &best) => std::mem::swap(&mut best, other),
            false => return Err(undecided(&best, other, "could both be the manifest")),
        }
    }
    for other in &others {
        if let Some(difference) = disagreement(&best, other) {
            return Err(undecided(&best, other, &difference));
        }
    }
    for other in others.iter().filter(|other| other.lists_samples) {
        let unused = format!("; not used: {}", other.evidence);
        best.evidence.push_str(&unused);
        best.problems.extend(folds_not_judged(other, &best));
    }
    take_labels(&mut best, &others);
    if best.annotations.is_empty() {
        others.retain(|other| !other.annotations.is_empty());
        let first = others.first().map(|other| other.layout);
        let alike = others
            .into_iter()
            .filter(|other| Some(other.layout) == first);
        best.annotations = Annotations::join(alike.map(|other| other.annotations));
    }
    Ok(Some(best))
}

/// What is asked of a table of folds, most of which lie in splits that something else tells.
fn folds_not_judged(table: &Claim, best: &Claim) -> Option<Problem> {
    let (name, column) = table.perhaps_folds.as_ref()?;
    let known: HashSet<&str> = best.drafts.iter().map(|one| one.path.as_str()).collect();
    let here = table
        .drafts
        .iter()
        .filter(|one| known.contains(one.path.as_str()));
    (here.count() * 2 > table.drafts.len()).then(|| Problem {
        kind: ProblemKind::NotUsed,
        path: name.clone(),
        detail: format!(
            "may tell folds in its column `{column}`, and whether these share images was not judged: `--folds {column}` judges them, {} leaves them out",
            best.chosen_by
        ),
    })
}

/// Whether a claim says all that another says of splits.
fn covers(one: &Claim, other: &Claim) -> bool {
    let own: HashSet<(&str, SplitRole)> = splits_of(one).map(|row| (row.0, row.1)).collect();
    splits_of(other).all(|row| own.contains(&(row.0, row.1)))
}

/// Takes the labels of weaker claims where the best one has none: a list tells splits, the folders
/// or annotations beside it the classes. All are of one layout, so that they are spelled alike.
pub(super) fn take_labels(best: &mut Claim, others: &[Claim]) {
    let has_labels = |claim: &Claim| claim.drafts.iter().any(|draft| draft.label.is_some());
    if has_labels(best) {
        return;
    }
    let Some(first) = others.iter().find(|other| has_labels(other)) else {
        return;
    };
    let alike = others.iter().filter(|other| other.layout == first.layout);
    let drafts = alike.flat_map(|other| &other.drafts);
    let known = drafts.filter_map(|draft| Some((draft.path.as_str(), draft.label.as_ref()?)));
    let known: HashMap<&str, &String> = known.collect();
    let label_of = |draft: &Draft| known.get(draft.path.as_str()).copied();
    let distinct: HashSet<&String> = best.drafts.iter().filter_map(label_of).collect();
    // One class for all tells nothing.
    if distinct.len() < 2 {
        return;
    }
    for draft in &mut best.drafts {
        draft.label = label_of(draft).cloned();
    }
    best.labels_from = match first.labels_from.is_empty() {
        true => first.evidence.clone(),
        false => first.labels_from.clone(),
    };
}

/// Of ten samples without a label, those that annotations must label.
const MOST_OF_TEN: usize = 9;

/// Adds labels that annotations tell together, where each picture shows one class: to all samples
/// where none has a label, else to those without one where the words are those of the others.
/// Annotations of one class say nothing, and those that contradict each other neither.
pub(super) fn add_labels(claim: &mut Claim, annotations: &[Annotations]) {
    let mut known: HashMap<&str, &str> = HashMap::new();
    for told in annotations {
        let Some(classes) = told.one_class_each() else {
            return;
        };
        for (path, class) in classes {
            if *known.entry(path).or_insert(class) != class {
                return;
            }
        }
    }
    let label_of = |draft: &Draft| known.get(draft.path.as_str()).copied();
    let labels = claim.drafts.iter().filter_map(|one| one.label.as_deref());
    let own: HashSet<&str> = labels.collect();
    let open = || claim.drafts.iter().filter(|one| one.label.is_none());
    let told: Vec<&str> = open().filter_map(label_of).collect();
    let classes: HashSet<&str> = told.iter().copied().collect();
    let are_spelled_alike = match own.is_empty() {
        true => classes.len() > 1,
        false => classes.is_subset(&own),
    };
    if told.is_empty() || told.len() * 10 < open().count() * MOST_OF_TEN || !are_spelled_alike {
        return;
    }
    for draft in claim.drafts.iter_mut().filter(|one| one.label.is_none()) {
        draft.label = known
            .get(draft.path.as_str())
            .map(|&label| label.to_owned());
    }
    let sources: Vec<&str> = annotations
        .iter()
        .map(|told| told.source.as_str())
        .collect();
    let from = source_of(&sources);
    claim.labels_from = match claim.labels_from.as_str() {
        "" => from,
        own => format!("{own}, {from}"),
    };
}

/// A sample that two claims put into splits of different roles, in words.
fn disagreement(one: &Claim, other: &Claim) -> Option<String> {
    let mut known: Vec<_> = splits_of(one).collect();
    known.sort_unstable();
    // Folders to train on may be divided further by what knows a validation split.
    let divides = !splits_of(other).any(|row| row.1 == SplitRole::Validation);
    // LVIS evaluates on pictures of the folder to train on besides all of the other.
    let divides = divides || (one.layout == Layout::Coco && covers_evaluation(one, other));
    // And by a table about nothing else by what tells all three.
    let is_within = is_within_training(&known, other);
    let mut different = splits_of(other).filter_map(|(path, role, name)| {
        let from = known.partition_point(|row| row.0 < path);
        let own = known[from..].iter().take_while(|row| row.0 == path);
        let (_, first_role, first) = *own.clone().next()?;
        let divides = match first_role {
            SplitRole::Validation => divides,
            _ => is_within,
        };
        let is_divided = divides && role == SplitRole::Training;
        let agrees = own.clone().any(|row| row.1 == role);
        (!agrees && !is_divided).then_some((path, first, name))
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

/// Whether a claim says of all that the other evaluates on that it does so, too.
fn covers_evaluation(one: &Claim, other: &Claim) -> bool {
    let own: HashSet<&str> = splits_of(one)
        .filter(|row| row.1.is_evaluation())
        .map(|row| row.0)
        .collect();
    let mut evaluated = splits_of(other).filter(|row| row.1.is_evaluation());
    evaluated.all(|row| own.contains(row.0))
}

/// Whether all that `known` tells of what `other` knows, some of it to train on, lies where `other`
/// trains.
fn is_within_training(known: &[(&str, SplitRole, &str)], other: &Claim) -> bool {
    let roles: HashMap<&str, SplitRole> = splits_of(other).map(|row| (row.0, row.1)).collect();
    let trains = known.iter().any(|row| row.1 == SplitRole::Training);
    let is_training = |row: &(&str, SplitRole, &str)| {
        let role = roles.get(row.0);
        role.is_none_or(|role| *role == SplitRole::Training)
    };
    trains && known.iter().all(is_training)
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
    Error::settings(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::drawn::{Drawn, Gather};

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
            labels_from: String::new(),
            annotations: Annotations::default(),
            columns: Vec::new(),
            group_columns: Vec::new(),
            perhaps_folds: None,
            placed: None,
        }
    }

    #[test]
    fn annotations_label_what_has_no_label_and_speak_the_same_words() {
        let labelled = |labels: &[(&str, &str)]| {
            let mut gather = Gather::default();
            for &(path, class) in labels {
                gather.picture(path, &"a.xml".into(), None, [Drawn::tag(class)]);
            }
            gather.finish("xml")
        };
        let told = |own: Option<&str>, found: &[(&str, &str)]| {
            let mut best = claim(
                Strength::Folders,
                "x",
                &[("a", TRAIN.0, TRAIN.1), ("b", VAL.0, VAL.1)],
            );
            best.drafts[0].label = own.map(ToOwned::to_owned);
            let (first, second) = found.split_at(1);
            add_labels(&mut best, &[labelled(first), labelled(second)]);
            let labels = best
                .drafts
                .into_iter()
                .map(|one| one.label.unwrap_or("-".to_owned()));
            labels.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(told(None, &[("a", "cat"), ("b", "dog")]), "cat dog");
        assert_eq!(told(Some("cat"), &[("c", "dog"), ("b", "cat")]), "cat cat");
        assert_eq!(
            told(Some("n01"), &[("a", "cat"), ("b", "cat")]),
            "n01 -",
            "other words"
        );
        assert_eq!(
            told(None, &[("a", "cat"), ("b", "cat")]),
            "- -",
            "one class"
        );
        assert_eq!(
            told(None, &[("a", "cat"), ("a", "dog")]),
            "- -",
            "a contradiction"
        );
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
        let table = |name, path| claim(Strength::Splits, name, &[(path, VAL.0, VAL.1)]);
        let said = strongest(vec![table("one", "a"), table("two", "b")]).unwrap_err();
        assert!(said.to_string().contains("could both be the manifest"));
    }

    #[test]
    fn of_two_that_say_the_same_the_one_that_says_more_is_taken() {
        let few = claim(Strength::Splits, "few", &[("b", VAL.0, VAL.1)]);
        let more = [("b", VAL.0, VAL.1), ("c", TRAIN.0, TRAIN.1)];
        let more = claim(Strength::Splits, "more", &more);
        let best = strongest(vec![few, more]).unwrap().unwrap();
        assert_eq!(best.evidence, "more; not used: few");
    }

    #[test]
    fn folders_to_train_on_may_be_divided_further() {
        let list = [("a", TRAIN.0, TRAIN.1), ("b", VAL.0, VAL.1)];
        let folders = [("a", TRAIN.0, TRAIN.1), ("b", TRAIN.0, TRAIN.1)];
        let folders = claim(Strength::Folders, "folders", &folders);
        assert!(strongest(vec![claim(Strength::Splits, "list", &list), folders]).is_ok());
    }

    #[test]
    fn classes_are_taken_from_what_tells_no_better_splits() {
        let splits = [("b", VAL.0, VAL.1), ("c", VAL.0, VAL.1)];
        let list = claim(Strength::Splits, "list", &splits);
        let mut folders = claim(Strength::Folders, "folders", &splits);
        folders.drafts[0].label = Some("cat".to_owned());
        folders.drafts[1].label = Some("dog".to_owned());
        let best = strongest(vec![list, folders]).unwrap().unwrap();
        assert_eq!(best.drafts[0].label.as_deref(), Some("cat"));
    }
}
