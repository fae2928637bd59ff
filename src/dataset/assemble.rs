//! From what a layout found to a [`Dataset`]: splits and samples in one order.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::walk::{Walked, WalkedFile};
use crate::sample::{Dataset, Layout, Problem, Sample, Split, SplitId, SplitRole};

/// A sample before its split has a number.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) path: String,
    pub(super) file: Option<PathBuf>,
    pub(super) split: Option<(String, SplitRole)>,
    pub(super) label: Option<String>,
    pub(super) group: Option<String>,
    pub(super) time: Option<f64>,
}

impl Draft {
    pub(super) fn of(walked: WalkedFile) -> Self {
        Self {
            path: walked.path,
            file: walked.file,
            ..Self::default()
        }
    }
}

/// Sorts samples by path, then split, and numbers the splits: training,
/// validation, test, other, and by name within a role.
///
/// `named` are splits that exist even if no sample is in them.
pub(super) fn assemble(
    root: PathBuf,
    layout: Layout,
    drafts: Vec<Draft>,
    named: Vec<(String, SplitRole)>,
    walked: Walked,
    more_problems: Vec<Problem>,
) -> Dataset {
    let mut order: BTreeMap<(SplitRole, String), SplitId> = BTreeMap::new();
    let splits = drafts
        .iter()
        .filter_map(|draft| draft.split.clone())
        .chain(named);
    for (name, role) in splits {
        order.insert((role, name), SplitId(0));
    }
    for (number, id) in order.values_mut().enumerate() {
        // A dataset with over 65,535 splits does not exist; saturating keeps the cast honest.
        *id = SplitId(u16::try_from(number).unwrap_or(u16::MAX));
    }
    let mut samples: Vec<Sample> = drafts
        .into_iter()
        .map(|draft| {
            let split = draft
                .split
                .and_then(|(name, role)| order.get(&(role, name)).copied());
            let target = draft
                .label
                .as_deref()
                .and_then(|label| label.parse::<f64>().ok());
            Sample {
                path: draft.path.into(),
                file: draft.file.map(Into::into),
                split,
                label: draft.label.map(Into::into),
                target: target.filter(|value| value.is_finite()),
                group: draft.group.map(Into::into),
                time: draft.time,
            }
        })
        .collect();
    samples.sort_by(|a, b| (&a.path, a.split).cmp(&(&b.path, b.split)));
    let splits = order
        .into_keys()
        .map(|(role, name)| Split { name, role })
        .collect();
    let mut problems = walked.problems;
    problems.extend(more_problems);
    Dataset {
        root,
        layout,
        splits,
        samples,
        problems,
        ignored: walked.ignored,
        image_files: walked.image_files,
    }
}
