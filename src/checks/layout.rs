//! Faults of folders and manifests.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::sample::{Dataset, Layout, Problem, ProblemKind, SampleId, SplitId, SplitRole};
use crate::wording::counted;

/// What loading met. Kinds that come in thousands are told once.
pub(super) fn problems(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut summed: BTreeMap<ProblemKind, Vec<&Problem>> = BTreeMap::new();
    let mut findings = Vec::new();
    for problem in &evidence.dataset.problems {
        let one = |code| {
            let subject = Subject::Path(problem.path.clone());
            Finding::new(code, subject, problem.detail.clone())
        };
        match problem.kind {
            ProblemKind::UnreadableDirectory => findings.push(one(Code::UnreadableDirectory)),
            ProblemKind::DirectoryNamedAsImage => findings.push(one(Code::DirectoryNamedAsImage)),
            ProblemKind::LinkLoop => findings.push(one(Code::LinkLoop)),
            ProblemKind::CameraAbsent => findings.push(one(Code::CameraAbsent)),
            ProblemKind::DataNotFetched => findings.push(one(Code::DataNotFetched)),
            // Told by the finding about all images outside.
            ProblemKind::PerhapsSplit => {}
            // Told by the finding about several datasets.
            ProblemKind::PerhapsEntities => {}
            ProblemKind::DeadLink => findings.push(one(Code::MissingFile)),
            ProblemKind::NotUsed => findings.push(one(Code::DescriptionNotUsed)),
            kind @ (ProblemKind::ListedTwice
            | ProblemKind::LabelledTwice
            | ProblemKind::Unlisted
            | ProblemKind::SplitMissing
            | ProblemKind::MaskWithoutPicture
            | ProblemKind::PictureWithoutMask
            | ProblemKind::UnparsableTime) => summed.entry(kind).or_default().push(problem),
        }
    }
    for (kind, problems) in summed {
        let n = problems.len();
        let (code, message) = match kind {
            ProblemKind::ListedTwice => (
                Code::ListedTwice,
                format!(
                    "the manifest lists {} more than once in the same split; each is counted once, remove the extra rows",
                    counted(n, "image")
                ),
            ),
            ProblemKind::LabelledTwice => (
                Code::LabelConflict,
                format!(
                    "{} listed more than once with different labels; the first label was used, remove the wrong rows",
                    counted(n, "image")
                ),
            ),
            ProblemKind::Unlisted => {
                let said = format!(
                    "{} under the dataset directory that nothing lists, compared with nothing",
                    counted(n, "image")
                );
                match perhaps_splits(evidence).as_slice() {
                    [] => (Code::UnlistedFile, said),
                    asked => (
                        Code::SampleWithoutSplit,
                        format!("{said}; {}", asked.join("; ")),
                    ),
                }
            }
            ProblemKind::MaskWithoutPicture => (
                Code::MaskWithoutPicture,
                format!(
                    "{} or depth maps without the picture of the same name; add the pictures, or remove them",
                    counted(n, "mask")
                ),
            ),
            ProblemKind::PictureWithoutMask => (
                Code::PictureWithoutMask,
                format!(
                    "{} without a mask or depth map, where most others have one; add it if it is missing",
                    counted(n, "picture")
                ),
            ),
            ProblemKind::UnparsableTime => (
                Code::UnparsableTime,
                format!(
                    "{} of the manifest with a time that cannot be read ({}), so that nothing tells when they were recorded; write a number, \
                     seconds, `2016-12-01 13:30:48.287` or `2016-12-01T13:30:48Z`",
                    counted(n, "row"),
                    problems[0].detail
                ),
            ),
            _ => (
                Code::SampleWithoutSplit,
                format!(
                    "{} of the manifest with an empty split cell, compared with nothing; fill the cells or remove the rows",
                    counted(n, "row")
                ),
            ),
        };
        let paths = problems.iter().map(|problem| problem.path.clone());
        let finding = Finding::new(code, Subject::Paths(paths.collect()), message);
        findings.push(match kind {
            ProblemKind::LabelledTwice => finding.told_by("listed with different labels"),
            _ => finding,
        });
    }
    findings
}

/// Splits that are named but hold no sample.
pub(super) fn empty_splits(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let mut sizes = vec![0u64; dataset.splits.len()];
    for split in dataset.samples.iter().filter_map(|sample| sample.split) {
        sizes[split.index()] += 1;
    }
    let empty = dataset
        .splits
        .iter()
        .zip(0u16..)
        .zip(sizes)
        .filter(|(_, size)| *size == 0);
    let findings = empty.map(|((split, id), _)| {
        let message = format!(
            "split `{}` holds no image; fill it, or remove its folder",
            split.name
        );
        Finding::new(Code::EmptySplit, Subject::Whole, message).between([SplitId(id)])
    });
    findings.collect()
}

/// Images beside the split folders.
pub(super) fn samples_without_split(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let told = dataset
        .problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::SplitMissing);
    if dataset.splits.is_empty() || told {
        return Vec::new();
    }
    let outside = dataset
        .samples
        .iter()
        .enumerate()
        .filter(|(_, sample)| sample.split.is_none());
    let mut outside: Vec<SampleId> = outside.map(|(index, _)| SampleId(index as u32)).collect();
    let asked = perhaps_splits(evidence);
    let copies = copies_outside(evidence);
    if copies > 0 || !asked.is_empty() {
        outside.extend(in_other_splits(dataset));
    }
    if outside.is_empty() && asked.is_empty() {
        return Vec::new();
    }
    let copies = match copies {
        0 => String::new(),
        n => format!(" ({n} of them show an image of a split)"),
    };
    let advice = match asked.as_slice() {
        [] => "move them into a split or out of the dataset".to_owned(),
        asked => asked.join("; "),
    };
    let message = match outside.len() {
        0 => advice,
        n => format!(
            "{} outside every split to train or evaluate on, compared with nothing{copies}; {advice}",
            counted(n, "image")
        ),
    };
    let subject = match outside.is_empty() {
        true => Subject::Whole,
        false => Subject::Samples(outside),
    };
    vec![Finding::new(Code::SampleWithoutSplit, subject, message)]
}

/// Images of splits that are neither trained nor evaluated on.
fn in_other_splits(dataset: &Dataset) -> impl Iterator<Item = SampleId> {
    let other = |split: SplitId| dataset.splits[split.index()].role == SplitRole::Other;
    let numbered = dataset.samples.iter().zip((0..).map(SampleId));
    numbered.filter_map(move |(sample, id)| sample.split.filter(|own| other(*own)).map(|_| id))
}

/// What is asked about images that no split has.
fn perhaps_splits<'a>(evidence: &'a Evidence<'_>) -> Vec<&'a str> {
    let problems = evidence.dataset.problems.iter();
    let asked = problems.filter(|problem| problem.kind == ProblemKind::PerhapsSplit);
    asked.map(|problem| problem.detail.as_str()).collect()
}

/// Whether images outside of every split may belong to one: by the name of their folder, or because
/// they are copies of images in splits.
pub(crate) fn may_be_splits(evidence: &Evidence<'_>) -> bool {
    let problems = &evidence.dataset.problems;
    problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::PerhapsSplit)
        || copies_outside(evidence) > 0
}

/// Images outside of every split to train or evaluate on that have the bytes of one inside, or show
/// one that is evaluated.
fn copies_outside(evidence: &Evidence<'_>) -> usize {
    let dataset = evidence.dataset;
    let signed = || dataset.samples.iter().zip(evidence.signatures);
    let bytes = |(sample, signed): (&crate::sample::Sample, &crate::signature::Signed)| {
        let digest = signed.as_ref().ok()?.byte_digest;
        Some((sample.split, digest))
    };
    let counts = |split: SplitId| dataset.splits[split.index()].role != SplitRole::Other;
    // A split of a table that is neither trained nor evaluated on is compared with nothing, too;
    // elsewhere the user has said so of it.
    let by_table = dataset.layout == Layout::CsvManifest;
    let is_outside = |one: &(Option<SplitId>, _)| match one.0 {
        Some(split) => by_table && !counts(split),
        None => true,
    };
    let outside = || signed().filter_map(bytes).filter(is_outside);
    if outside().next().is_none() {
        return 0;
    }
    let inside = signed().filter_map(bytes);
    let inside = inside.filter(|one| one.0.is_some_and(counts));
    let inside: BTreeSet<_> = inside.map(|one| one.1).collect();
    let shows_evaluated = |id: SampleId| {
        let numbered = dataset.splits.iter().zip((0..).map(SplitId));
        let mut evaluated = numbered.filter(|(split, _)| split.role.is_evaluation());
        evaluated.any(|(_, split)| evidence.shown(id, split).is_some())
    };
    let ids = (0..).map(SampleId).zip(signed());
    let copies = ids.filter(|(id, one)| {
        let same = bytes(*one).is_some_and(|one| is_outside(&one) && inside.contains(&one.1));
        same || one.0.split.is_none() && shows_evaluated(*id)
    });
    copies.count()
}

/// Datasets that share the root and are not compared with each other.
pub(super) fn several_parts(evidence: &Evidence<'_>) -> Vec<Finding> {
    const NAMED: usize = 5;
    let parts = evidence.dataset.parts();
    if parts.is_empty() {
        return Vec::new();
    }
    let shown: Vec<String> = parts
        .iter()
        .take(NAMED)
        .map(|part| format!("`{part}`"))
        .collect();
    let more = if parts.len() > NAMED { ", ..." } else { "" };
    let copies = evidence.shared_with_parts.values().sum();
    let shared: String = match copies {
        0_usize => "what they share is not counted".to_owned(),
        n => format!("{n} evaluation images of one occur in training of another"),
    };
    let mut problems = evidence.dataset.problems.iter();
    let entities = problems.find(|one| one.kind == ProblemKind::PerhapsEntities);
    let entities = entities.map_or_else(String::new, |one| format!(" ({})", one.detail));
    let message = format!(
        "{} with splits of their own ({}{more}), each checked by itself; {shared}, use `--merge-parts` if one model is trained on all{entities}",
        counted(parts.len(), "dataset"),
        shown.join(", ")
    );
    vec![Finding::new(Code::SeveralParts, Subject::Whole, message)]
}
