//! Several datasets in one root are not compared with each other, but one that trains on what
//! another evaluates on is worth a question.

use std::collections::{BTreeMap, BTreeSet};

use super::recorder::places;
use crate::matching::spread::Pictures;
use crate::sample::{Dataset, SampleId, SplitId, SplitRole};
use crate::verification::{self, Picture, Threshold};

/// How many images of each evaluation split show an image of training of another part, at most of
/// any one part, where that is a chance meeting: folds and versions of one dataset share more than
/// half of their images. Splits without any are left out. Pairs in doubt are not looked at: this
/// only asks.
pub(super) fn shared(
    dataset: &Dataset,
    (copies, pictures): (&Pictures, &[Option<Picture>]),
    threshold: Threshold,
) -> BTreeMap<SplitId, usize> {
    let mut most = BTreeMap::new();
    for (evaluation, own) in of_parts(dataset, SplitRole::is_evaluation) {
        let samples = dataset.samples.iter().zip((0..).map(SampleId));
        let inside = samples.filter(|(sample, _)| sample.split == Some(evaluation));
        let shown: Vec<u32> = inside
            .filter_map(|(_, id)| Some(copies.representative(id)?.0))
            .collect();
        let queries: BTreeSet<u32> = shown.iter().copied().collect();
        let others: BTreeSet<&str> = dataset
            .parts()
            .into_iter()
            .filter(|part| *part != own)
            .collect();
        for other in others {
            let training = of_parts(dataset, |role| role == SplitRole::Training);
            let training = training.filter(|(_, part)| *part == other);
            let database: BTreeSet<u32> = training
                .flat_map(|(split, _)| places(copies, Some(split)))
                .collect();
            let mut same: BTreeSet<u32> = queries.intersection(&database).copied().collect();
            let images =
                |same: &BTreeSet<u32>| shown.iter().filter(|place| same.contains(place)).count();
            if 2 * images(&same) > shown.len() {
                continue;
            }
            let asked: Vec<u32> = queries.difference(&same).copied().collect();
            let database: Vec<u32> = database.into_iter().collect();
            verification::find(pictures, &asked, &database, threshold, |found| {
                if found.similarity >= threshold.of_neighbours() {
                    same.insert(found.query);
                }
            });
            let count = images(&same);
            if count > 0 && 2 * count <= shown.len() {
                let known = most.entry(evaluation).or_default();
                *known = count.max(*known);
            }
        }
    }
    most
}

/// Splits of such a role that belong to one of several parts, with that.
fn of_parts(
    dataset: &Dataset,
    role: impl Fn(SplitRole) -> bool,
) -> impl Iterator<Item = (SplitId, &str)> {
    let numbered = dataset.splits.iter().zip((0..).map(SplitId));
    let with = numbered.filter(move |(split, _)| role(split.role));
    with.filter_map(|(split, id)| Some((id, split.part.as_deref()?)))
}
