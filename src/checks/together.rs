//! Evaluation images that were recorded or made together with training images,
//! as names, times and columns tell it.

use std::collections::BTreeMap;

use super::Evidence;
use super::leaks::in_words;
use crate::finding::{Code, Finding, Subject};
use crate::leak::Leak;
use crate::sample::SampleId;
use crate::wording::counted;

/// One finding for each evaluation split, training split and way of belonging together.
pub(super) fn across_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let mut findings = Vec::new();
    for split in evidence.together {
        let mut by_kind: BTreeMap<Leak, (Vec<SampleId>, usize)> = BTreeMap::new();
        for leak in &split.leaks {
            let (samples, alike) = by_kind.entry(leak.kind).or_default();
            samples.push(leak.evaluation);
            let shown = evidence.shown(leak.evaluation, split.training);
            *alike += usize::from(leak.pixels.agree || shown.is_some());
        }
        for (kind, (samples, alike)) in by_kind {
            let (what, todo) = in_words(kind);
            // Groups are told by their rule: a column, a pattern, or names that pixels confirm.
            let rules: Vec<String> = split
                .groups
                .iter()
                .filter(|groups| kind == Leak::SharedGroup && groups.shared > 0)
                .map(|groups| groups.rule.describe())
                .collect();
            let by = match rules.is_empty() {
                true => String::new(),
                false => format!(" (by {})", rules.join("; ")),
            };
            let name = |id: crate::sample::SplitId| &dataset.splits[id.index()].name;
            let confirmed = match kind {
                Leak::LookAlike => ", and the fine detail does not agree".to_owned(),
                _ => format!("{by}, {alike} of them alike by pixels"),
            };
            let message = format!(
                "{} of `{}` {what} `{}`{confirmed}; {todo}",
                counted(samples.len(), "image"),
                name(split.evaluation),
                name(split.training)
            );
            let subject = Subject::Samples(samples);
            let finding = Finding::new(Code::of_leak(kind), subject, message);
            findings.push(finding.between([split.evaluation, split.training]));
        }
    }
    findings
}
