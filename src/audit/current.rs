//! The dataset's own split without the leak: the fewest changes, searched again like a new split.

use std::collections::{BTreeMap, BTreeSet};

use super::Scan;
use super::beside::Beside;
use super::proposal::{self, Kept};
use super::searched_again::{self, LEFT_OUT, ties};
use super::simulated::with_splits;
use super::strata::Strata;
use crate::error::Error;
use crate::finding::Code;
use crate::labels::Labels;
use crate::progress::{Progress, Stage};
use crate::repair::Constraints;
use crate::repair::diff::{Change, diff, drop_list};
use crate::repair::fewest::{By, Current, Fewest, fewest};
use crate::repair::manifest::split_manifest;
use crate::repair::verify::verify;
use crate::sample::{Dataset, Sample, SampleId, SplitId, SplitRole};
use crate::settings::Settings;

/// Searches of a proposal: each may find pairs that were not listed before, because only the
/// strongest of a sample are.
const MOST_SEARCHES: usize = 8;

/// How the split may be changed.
#[derive(Debug, Clone, Copy)]
pub struct RepairRequest {
    /// What may be done with a sample on the wrong side.
    pub by: By,
    /// Share by which the size of a split, and each class of a split that is evaluated, may change.
    pub tolerance: f64,
    /// As [`Request::purge`](super::Request::purge).
    pub purge: Option<u32>,
}

/// A split of a [`Repair`].
#[derive(Debug, Clone, PartialEq)]
pub struct RepairedSplit {
    /// Its name.
    pub name: String,
    /// Readable samples before and after.
    pub samples: [usize; 2],
    /// Classes, or fifths of the range of targets, with their samples before and after; in order.
    pub classes: Vec<(String, [usize; 2])>,
    /// Its samples that are left out.
    pub dropped: usize,
    /// Whether it is evaluated.
    pub is_evaluation: bool,
}

/// The fewest changes that make a split free of leaks.
#[derive(Debug, Clone)]
pub struct Repair {
    /// The repaired split as a CSV manifest.
    pub manifest: String,
    /// A line for each change: `train/b.jpg -> val`, `- val/a.jpg`.
    pub diff: String,
    /// What is left out, as CSV: `path,split`.
    pub drop_list: String,
    /// The split of each sample of the dataset afterwards; `None` where it is in none.
    pub after: Vec<Option<SplitId>>,
    /// Splits, training first, then those that are evaluated.
    pub splits: Vec<RepairedSplit>,
    /// Samples that move, by names of splits: from, to.
    pub moves: BTreeMap<(String, String), usize>,
    /// Samples by which sizes, and by which classes, are beyond their tolerance.
    pub beyond: [i64; 2],
    /// Whether fewer changes are known to be impossible with whole units.
    pub proven: bool,
    /// Evaluated samples that leak, before and after, found by searching.
    pub leaked: [usize; 2],
    /// Codes of what could tell of more leaks, after.
    pub open: BTreeSet<&'static str>,
    /// Files that could not be read; they are in no split of the manifest.
    pub unreadable: usize,
    /// What is kept together and apart.
    pub kept: Kept,
}

impl Repair {
    /// Whether nothing is known to leak.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.kept.crossing.is_clean() && self.leaked[1] == 0
    }
}

/// The samples that are divided.
struct Divided {
    ids: Vec<SampleId>,
    /// Of each, 0 for training, else the evaluated split.
    sides: Vec<u8>,
    /// The split that stands for a side: where samples go that move there.
    splits: Vec<SplitId>,
}

/// Proposes changes, searches what they give, and goes on with what that finds.
pub(super) fn repair(
    settings: &Settings,
    dataset: &Dataset,
    scan: &Scan<'_>,
    request: &RepairRequest,
    progress: &dyn Progress,
) -> Result<Repair, Error> {
    let divided = divide(dataset, scan)?;
    let labels = Labels::of(dataset);
    let Strata { of: classes, names } = Strata::of(&labels, &divided.ids);
    let members = proposal::members(scan, &divided.ids);
    let mut twins = proposal::twins(scan, &divided.ids, &members);
    let now: Vec<Option<u8>> = divided.sides.iter().copied().map(Some).collect();
    let search = |sides: &[Option<u8>]| leaks(settings, dataset, scan, &labels, &divided, sides);
    progress.begin(Stage::Matching, None);
    let before = search(&now);
    twins.extend(ties(&before.pairs, &members));
    let mut suspected = before.suspected.clone();
    let (mut found, mut after, mut searches) = (None, None, 0);
    while searches < MOST_SEARCHES {
        if progress.is_interrupted() {
            return Err(Error::Interrupted);
        }
        let current = Current {
            constraints: Constraints {
                members: &members,
                twins: &[twins.as_slice(), &suspected].concat(),
                purge: proposal::purge(scan, request.purge),
            },
            sides: &divided.sides,
            classes: &classes,
        };
        let mut fewest = fewest(&current, request.by, request.tolerance);
        drop_second_rows(dataset, &divided, &mut fewest.sides);
        let leaks = search(&fewest.sides);
        let (pairs, perhaps) = (leaks.pairs.clone(), leaks.suspected.clone());
        (found, after) = (Some(fewest), Some(leaks));
        searches += 1;
        if pairs.is_empty() && perhaps.is_empty() {
            break;
        }
        twins.extend(pairs);
        suspected.extend(perhaps);
    }
    progress.end();
    let constraints = Constraints {
        members: &members,
        twins: &twins,
        purge: proposal::purge(scan, request.purge),
    };
    // The loop ran at least once.
    let (Some(fewest), Some(mut after)) = (found, after) else {
        return Err(Error::Interrupted);
    };
    let is_left = |side: &u8| fewest.sides.contains(&Some(*side));
    if !divided
        .sides
        .iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .all(is_left)
    {
        return Err(proposal::one_sided());
    }
    for code in LEFT_OUT.map(Code::name) {
        if !before.open.contains(code) {
            after.open.remove(code);
        }
    }
    let written = Written {
        dataset,
        scan,
        divided: &divided,
        fewest: &fewest,
    };
    let beside = Beside::of(dataset, &written.listed());
    let crossing = verify(&constraints, &fewest.sides);
    let changes = written.changes();
    let mut moves: BTreeMap<(String, String), usize> = BTreeMap::new();
    for change in &changes {
        if let Some(after) = change.after {
            let key = (change.before.to_owned(), after.to_owned());
            *moves.entry(key).or_default() += 1;
        }
    }
    Ok(Repair {
        manifest: written.manifest(&beside),
        diff: diff(&changes),
        drop_list: drop_list(&changes),
        after: written.all_after(),
        splits: written.splits(&classes, &names),
        moves,
        beyond: fewest.beyond,
        proven: fewest.proven,
        leaked: [before.samples, after.samples],
        open: after.open,
        unreadable: scan.signatures.iter().filter(|one| one.is_err()).count(),
        kept: proposal::kept(dataset, scan, &constraints, &beside, crossing),
    })
}

/// Sorts splits into sides: all that is trained on is one, each that is evaluated one of its own,
/// test above validation.
fn divide(dataset: &Dataset, scan: &Scan<'_>) -> Result<Divided, Error> {
    let wrong = |message: &str| Err(Error::settings(format!("`--from-current` {message}")));
    if dataset.parts().len() > 1 {
        return wrong(
            "repairs one dataset, and this directory holds several; name one of them, or say `--merge-parts`",
        );
    }
    let numbered = || (0u16..).map(SplitId).zip(&dataset.splits);
    let size = |id: SplitId| {
        let own = dataset.samples.iter().filter(|one| one.split == Some(id));
        own.count()
    };
    let training = numbered().filter(|(_, split)| split.role == SplitRole::Training);
    let training = training.map(|(id, _)| id);
    let training = training.max_by_key(|&id| (size(id), std::cmp::Reverse(id)));
    let mut evaluated: Vec<(SplitRole, SplitId)> = numbered()
        .filter(|(id, split)| split.role.is_evaluation() && size(*id) > 0)
        .map(|(id, split)| (split.role, id))
        .collect();
    evaluated.sort_unstable();
    let Some(training) = training.filter(|_| !evaluated.is_empty()) else {
        return wrong(
            "needs a training split and one to evaluate on; name them by a manifest, `--train` and `--val`, or `--role`, or leave it out for a new split",
        );
    };
    if evaluated.len() > usize::from(u8::MAX) {
        return wrong("takes at most 255 splits to evaluate on");
    }
    let mut splits = vec![training];
    splits.extend(evaluated.iter().map(|(_, id)| *id));
    let side = |split: SplitId| match dataset.splits[split.index()].role {
        SplitRole::Training => Some(0),
        _ => (0u8..)
            .zip(&splits)
            .find(|(_, id)| **id == split)
            .map(|(side, _)| side),
    };
    let (mut ids, mut sides) = (Vec::new(), Vec::new());
    for (id, (sample, signed)) in (0u32..).zip(dataset.samples.iter().zip(&scan.signatures)) {
        if let Some(side) = sample.split.and_then(side).filter(|_| signed.is_ok()) {
            ids.push(SampleId(id));
            sides.push(side);
        }
    }
    Ok(Divided { ids, sides, splits })
}

/// A file that comes to be in one split twice stays there once: the row that was not there before
/// goes.
fn drop_second_rows(dataset: &Dataset, divided: &Divided, sides: &mut [Option<u8>]) {
    let path = |at: usize| &dataset.samples[divided.ids[at].index()].path;
    let mut from = 0;
    while from < sides.len() {
        let mut to = from + 1;
        while to < sides.len() && path(to) == path(from) {
            to += 1;
        }
        let rows = from..to;
        for row in rows.clone() {
            let stays = |at: usize| sides[at] == Some(divided.sides[at]);
            let again = |at: usize| at != row && sides[at] == sides[row] && (stays(at) || at < row);
            if sides[row].is_some() && !stays(row) && rows.clone().any(again) {
                sides[row] = None;
            }
        }
        from = to;
    }
}

/// What leaks between the sides.
struct Leaks {
    /// Samples by their places among those that are divided; the evaluated one first.
    pairs: Vec<(u32, u32)>,
    /// The same of tiles and siblings that names suspect.
    suspected: Vec<(u32, u32)>,
    /// Evaluated samples that leak.
    samples: usize,
    open: BTreeSet<&'static str>,
}

/// Searches the dataset with samples on these sides as a check searches it.
fn leaks(
    settings: &Settings,
    dataset: &Dataset,
    scan: &Scan<'_>,
    labels: &Labels<'_>,
    divided: &Divided,
    sides: &[Option<u8>],
) -> Leaks {
    let mut samples: Vec<Sample> = dataset.samples.clone();
    for ((&id, &before), &after) in divided.ids.iter().zip(&divided.sides).zip(sides) {
        let sample = &mut samples[id.index()];
        sample.split = match after {
            Some(side) if side == before => sample.split,
            after => after.map(|side| divided.splits[usize::from(side)]),
        };
    }
    let mut again = with_splits(dataset, dataset.splits.clone(), samples);
    again.unread.clone_from(&dataset.unread);
    again.problems.clone_from(&dataset.problems);
    let found = searched_again::leaks(settings, &again, scan, labels);
    let at = |id: SampleId| divided.ids.binary_search(&id).ok().map(|at| at as u32);
    let places = |pairs: Vec<(SampleId, SampleId)>| -> Vec<(u32, u32)> {
        let pairs = pairs.into_iter();
        pairs.filter_map(|(a, b)| Some((at(a)?, at(b)?))).collect()
    };
    Leaks {
        samples: found.samples,
        pairs: places(found.pairs),
        suspected: places(found.suspected),
        open: found.open,
    }
}

/// What is written of a repaired split.
struct Written<'a> {
    dataset: &'a Dataset,
    scan: &'a Scan<'a>,
    divided: &'a Divided,
    fewest: &'a Fewest,
}

impl Written<'_> {
    /// Every readable sample of a split: those that are divided, and those of splits that are
    /// neither trained on nor evaluated.
    fn listed(&self) -> Vec<SampleId> {
        let samples = self.dataset.samples.iter().zip(&self.scan.signatures);
        (0u32..)
            .zip(samples)
            .filter(|(_, (sample, signed))| sample.split.is_some() && signed.is_ok())
            .map(|(id, _)| SampleId(id))
            .collect()
    }

    fn name(&self, split: SplitId) -> &str {
        &self.dataset.splits[split.index()].name
    }

    fn before(&self, id: SampleId) -> Option<&str> {
        Some(self.name(self.dataset.samples[id.index()].split?))
    }

    /// The name of the split that a sample is in afterwards.
    fn after(&self, id: SampleId) -> Option<&str> {
        Some(self.name(self.split_after(id)?))
    }

    fn split_after(&self, id: SampleId) -> Option<SplitId> {
        let before = self.dataset.samples[id.index()].split;
        let Ok(at) = self.divided.ids.binary_search(&id) else {
            return before;
        };
        let side = self.fewest.sides[at]?;
        match side == self.divided.sides[at] {
            true => before,
            false => Some(self.divided.splits[usize::from(side)]),
        }
    }

    /// The split of every sample afterwards; of one that the manifest does not list, none.
    fn all_after(&self) -> Vec<Option<SplitId>> {
        let mut after = vec![None; self.dataset.samples.len()];
        for id in self.listed() {
            after[id.index()] = self.split_after(id);
        }
        after
    }

    fn path(&self, id: SampleId) -> &str {
        &self.dataset.samples[id.index()].path
    }

    fn manifest(&self, beside: &Beside) -> String {
        let ids = self.listed();
        let samples: Vec<&Sample> = ids
            .iter()
            .map(|id| &self.dataset.samples[id.index()])
            .collect();
        let paths: Vec<&str> = ids.iter().map(|&id| self.path(id)).collect();
        let splits: Vec<Option<&str>> = ids.iter().map(|&id| self.after(id)).collect();
        let mut columns = proposal::columns(&samples);
        columns.extend(beside.columns());
        split_manifest(&paths, &splits, &columns)
    }

    fn changes(&self) -> Vec<Change<'_>> {
        let ids = &self.divided.ids;
        let path = |at: usize| Some(self.path(*ids.get(at)?));
        let change = |(at, &id): (usize, &SampleId)| {
            let (before, after) = (self.before(id)?, self.after(id));
            let beside = [at.checked_sub(1).and_then(path), path(at + 1)];
            (Some(before) != after).then(|| Change {
                path: self.path(id),
                before,
                after,
                again: beside.contains(&Some(self.path(id))),
            })
        };
        ids.iter().enumerate().filter_map(change).collect()
    }

    fn splits(&self, classes: &[u32], names: &[String]) -> Vec<RepairedSplit> {
        let splits = (0u16..).map(SplitId).zip(&self.dataset.splits);
        let divided = splits.filter(|(_, split)| split.role != SplitRole::Other);
        let one = |(id, split): (SplitId, &crate::sample::Split)| {
            let name = self.name(id);
            let mut own = RepairedSplit {
                name: name.to_owned(),
                samples: [0; 2],
                classes: names.iter().map(|name| (name.clone(), [0; 2])).collect(),
                dropped: 0,
                is_evaluation: split.role.is_evaluation(),
            };
            for (&sample, &class) in self.divided.ids.iter().zip(classes) {
                let (before, after) = (self.before(sample), self.after(sample));
                own.dropped += usize::from(before == Some(name) && after.is_none());
                for (at, split) in [before, after].into_iter().enumerate() {
                    if split == Some(name) {
                        own.samples[at] += 1;
                        if let Some((_, counts)) = own.classes.get_mut(class as usize) {
                            counts[at] += 1;
                        }
                    }
                }
            }
            own.classes.retain(|(_, counts)| *counts != [0; 2]);
            own
        };
        divided.map(one).collect()
    }
}
