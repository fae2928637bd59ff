//! Suspected samples beyond those that leak, and the questions left open.

use std::collections::BTreeSet;

use super::samples_of;
use crate::checks::{Evidence, code_of, may_be_splits};
use crate::finding::Code;
use crate::sample::{ProblemKind, SampleId, SplitId};
use crate::sequence::examine::{Asked, RecordedPair, SplitLeaks};
use crate::signature::unreadable::Unreadable;

/// Evaluation samples that belong together with training samples by names or columns, or may do.
pub(super) fn suspects(
    evidence: &Evidence<'_>,
    evaluation: SplitId,
    training: SplitId,
) -> BTreeSet<SampleId> {
    let together = leaks_between(evidence, evaluation, training).map(|leak| leak.evaluation);
    let asked = asked_between(evidence, evaluation, training).flat_map(|asked| &asked.evaluation);
    together.chain(asked.copied()).collect()
}

/// What of the dataset as a whole keeps splits from being clear.
pub(super) struct OfDataset {
    /// Whether images outside of every split may belong to one.
    may_be_splits: bool,
}

impl OfDataset {
    /// Looks at every sample once.
    pub(super) fn of(evidence: &Evidence<'_>) -> Self {
        Self {
            may_be_splits: may_be_splits(evidence),
        }
    }
}

/// What keeps a pair of splits from being clear: unconfirmed suspicions, identifiers that nobody
/// has answered, images, frames and folders that were not read.
pub(super) fn open_codes(
    evidence: &Evidence<'_>,
    of_dataset: &OfDataset,
    (evaluation, training): (SplitId, SplitId),
) -> Vec<Code> {
    let mut codes = BTreeSet::new();
    for leak in leaks_between(evidence, evaluation, training) {
        let shown = evidence.shown(leak.evaluation, training);
        if !evidence.counts(leak) && shown.is_none() {
            codes.insert(Code::of_leak(leak.kind));
        }
    }
    if asked_between(evidence, evaluation, training)
        .next()
        .is_some()
    {
        codes.insert(Code::PossibleGroup);
    }
    for split in [evaluation, training] {
        for (id, _) in samples_of(evidence, Some(split)) {
            match &evidence.signatures[id.index()] {
                Err(Unreadable::NotOpened | Unreadable::SideFile) => {}
                Err(reason) => {
                    codes.insert(code_of(reason));
                }
                // The other frames are as unread as a file that cannot be opened.
                Ok(signature) if signature.facts.stored.frames > 1 => {
                    codes.insert(Code::SeveralFrames);
                }
                Ok(_) => {}
            }
        }
        if evidence
            .dataset
            .samples
            .iter()
            .all(|sample| sample.split != Some(split))
        {
            codes.insert(Code::EmptySplit);
        }
    }
    let names = [evaluation, training].map(|id| &evidence.dataset.splits[id.index()].name);
    let hidden = |split: &Option<String>| split.as_ref().is_some_and(|name| names.contains(&name));
    if evidence.dataset.unread.iter().any(|one| hidden(&one.split)) {
        codes.insert(Code::DataNotRead);
    }
    for (kind, code) in [
        (ProblemKind::UnreadableDirectory, Code::UnreadableDirectory),
        (ProblemKind::DeadLink, Code::MissingFile),
        (ProblemKind::DataNotFetched, Code::DataNotFetched),
        (ProblemKind::UnparsableTime, Code::UnparsableTime),
        (ProblemKind::NotUsed, Code::DescriptionNotUsed),
        (ProblemKind::PerhapsEntities, Code::SeveralParts),
    ] {
        let mut problems = evidence.dataset.problems.iter();
        if problems.any(|one| one.kind == kind) {
            codes.insert(code);
        }
    }
    if evidence.shared_with_parts.contains_key(&evaluation) {
        codes.insert(Code::SeveralParts);
    }
    if of_dataset.may_be_splits {
        codes.insert(Code::SampleWithoutSplit);
    }
    if evidence
        .controls
        .is_some_and(|controls| controls.misses_copies())
    {
        codes.insert(Code::CopiesMissed);
    }
    codes.into_iter().collect()
}

fn asked_between<'a>(
    evidence: &'a Evidence<'_>,
    evaluation: SplitId,
    training: SplitId,
) -> impl Iterator<Item = &'a Asked> {
    let splits = evidence.together.iter();
    let between =
        move |split: &&SplitLeaks| (split.evaluation, split.training) == (evaluation, training);
    splits.filter(between).flat_map(|split| &split.asked)
}

/// What belongs together across two splits.
pub(super) fn leaks_between<'a>(
    evidence: &'a Evidence<'_>,
    evaluation: SplitId,
    training: SplitId,
) -> impl Iterator<Item = &'a RecordedPair> {
    let splits = evidence.together.iter();
    let between =
        move |split: &&SplitLeaks| (split.evaluation, split.training) == (evaluation, training);
    splits.filter(between).flat_map(|split| &split.leaks)
}
