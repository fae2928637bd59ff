//! What a split is balanced over: classes, parts of the range of targets, or folders.

use std::collections::BTreeMap;

use crate::labels::Labels;
use crate::sample::{Dataset, SampleId};

/// Parts of the range of targets that are kept like classes.
const TARGET_PARTS: usize = 5;

/// What strata are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stratum {
    /// Classes.
    Class,
    /// Parts of the range of targets that hold about as many samples each.
    Targets,
    /// Folders, where nothing has a label: they may be classes.
    Folder,
}

/// The stratum of each of some samples, and the names of all. The first stratum is that of samples
/// without a label.
pub(super) struct Strata {
    pub(super) of: Vec<u32>,
    /// Empty where nothing has a label.
    pub(super) names: Vec<String>,
}

impl Strata {
    /// Classes, or parts of the range of targets that hold about as many samples each.
    pub(super) fn of(labels: &Labels<'_>, ids: &[SampleId]) -> Self {
        match labels {
            Labels::None => Self {
                of: vec![0; ids.len()],
                names: Vec::new(),
            },
            Labels::Classes(names, of) => {
                let class = |id: &SampleId| of[id.index()].map_or(0, |class| class + 1);
                let names = names.iter().map(|name| (*name).to_owned());
                let none = std::iter::once("(no label)".to_owned());
                Self {
                    of: ids.iter().map(class).collect(),
                    names: none.chain(names).collect(),
                }
            }
            Labels::Numbers(of) => Self::of_targets(ids, |id| of[id.index()]),
        }
    }

    /// Folders of samples, if there are several.
    pub(super) fn of_folders(dataset: &Dataset, ids: &[SampleId]) -> Option<Self> {
        let folder = |id: &SampleId| {
            let path = &*dataset.samples[id.index()].path;
            path.rsplit_once('/').map_or("", |(folder, _)| folder)
        };
        let mut numbers: BTreeMap<&str, u32> = ids.iter().map(|id| (folder(id), 0)).collect();
        for (at, number) in (1..).zip(numbers.values_mut()) {
            *number = at;
        }
        let none = std::iter::once(String::new());
        (numbers.len() > 1).then(|| Self {
            of: ids.iter().map(|id| numbers[folder(id)]).collect(),
            names: none
                .chain(numbers.keys().map(|&name| name.to_owned()))
                .collect(),
        })
    }

    fn of_targets(ids: &[SampleId], target: impl Fn(SampleId) -> Option<f64>) -> Self {
        let mut sorted: Vec<f64> = ids.iter().filter_map(|&id| target(id)).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let bound = |part: usize| sorted.get(sorted.len() * part / TARGET_PARTS).copied();
        let bounds: Vec<f64> = (1..TARGET_PARTS).filter_map(bound).collect();
        let part = |&id: &SampleId| {
            let above = |value| bounds.partition_point(|bound| *bound <= value) as u32 + 1;
            target(id).map_or(0, above)
        };
        let from = |at: usize| match (bounds.get(at), bounds.get(at + 1)) {
            (Some(from), Some(to)) => format!("targets {from:.4} to {to:.4}"),
            (Some(from), None) => format!("targets from {from:.4}"),
            (None, _) => String::new(),
        };
        let first = bounds.first();
        let first = first.map(|bound| format!("targets below {bound:.4}"));
        let mut names = vec!["(no target)".to_owned()];
        names.extend(first);
        names.extend((0..bounds.len()).map(from));
        Self {
            of: ids.iter().map(part).collect(),
            names,
        }
    }
}
