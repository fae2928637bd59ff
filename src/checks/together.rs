//! Evaluation images that were recorded or made together with training images,
//! as names, times and columns tell it.

use std::collections::BTreeMap;

use super::{Evidence, count, examples, subject};
use crate::finding::{Code, Finding};
use crate::sample::SampleId;
use crate::sequence::examine::LeakKind;

/// One finding for each evaluation split, training split and way of belonging together.
pub(super) fn across_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let mut findings = Vec::new();
    for split in evidence.together {
        let mut by_kind: BTreeMap<LeakKind, (Vec<SampleId>, usize)> = BTreeMap::new();
        for leak in &split.leaks {
            let (samples, alike) = by_kind.entry(leak.kind).or_default();
            samples.push(leak.evaluation);
            let partners = evidence.partners.of(leak.evaluation, Some(split.training));
            *alike += usize::from(leak.pixels.agree || partners.is_some());
        }
        for (kind, (samples, alike)) in by_kind {
            let (what, todo) = match kind {
                LeakKind::SequenceNeighbour => (
                    "recorded a few steps from an image of",
                    "split by recording, or in time with a gap",
                ),
                LeakKind::AugmentedSibling => (
                    "made from the same source as an image of",
                    "split before augmenting, and keep all versions of one source together",
                ),
                LeakKind::OverlappingTile => (
                    "cut next to or over a tile of",
                    "split by slide or scene, not by tile",
                ),
                LeakKind::SharedGroup => {
                    ("of a group that is also in", "keep each group in one split")
                }
            };
            // Groups are told by their rule: a column, a pattern, or names that pixels confirm.
            let rules: Vec<String> = split
                .groups
                .iter()
                .filter(|groups| kind == LeakKind::SharedGroup && groups.shared > 0)
                .map(|groups| groups.rule.describe())
                .collect();
            let by = match rules.is_empty() {
                true => String::new(),
                false => format!(" (by {})", rules.join("; ")),
            };
            let name = |id: crate::sample::SplitId| &dataset.splits[id.index()].name;
            let message = format!(
                "{} of `{}` {what} `{}`{by}, {alike} of them alike by pixels; {todo}",
                count(samples.len(), "image"),
                name(split.evaluation),
                name(split.training)
            );
            findings.push(Finding::summed(
                Code::of_together(kind),
                &subject(dataset, [split.evaluation, split.training]),
                samples.len() as u64,
                message,
                examples(dataset, &samples),
            ));
        }
    }
    findings
}
