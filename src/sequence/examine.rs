//! Everything this room says about a dataset, for every pair of an evaluation and a training split.

use crate::leak::Leak;
use crate::report::recordings::{
    FamilyFacts, GroupRule, PossibleGroup, RecordingsReport, SequenceFacts, SharedGroups,
};
use crate::sample::{Sample, SampleId, Split, SplitId, split_pairs};

use super::augmentation::{self, Family};
use super::group::{self, Groups};
use super::neighbours::{self};
use super::overlap::{self, Strip};
use super::question::{self, Question};
use super::recording::Recordings;
use super::tiles::Tiles;
use super::timeline;

/// An evaluation sample that was recorded or made together with a training sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecordedPair {
    /// How they belong together.
    pub kind: Leak,
    /// The evaluation sample.
    pub evaluation: SampleId,
    /// The training sample.
    pub training: SampleId,
    /// Steps between them, for neighbours of a sequence; 0 is the same instant.
    pub steps: Option<u32>,
    /// Seconds between them, for neighbours of a sequence with times.
    pub seconds: Option<f64>,
    /// Share of the evaluation tile's area that the training tile covers, for tiles of known size.
    pub overlap: Option<f64>,
    /// What two overlapping tiles of known sizes share.
    pub strip: Option<Strip>,
    /// Whether the user's own column or pattern says so.
    pub declared: bool,
    /// What pixels say of this pair.
    pub pixels: Pixels,
}

impl RecordedPair {
    /// Two samples of which nothing is known but how they belong together.
    #[must_use]
    pub fn new(kind: Leak, evaluation: SampleId, training: SampleId) -> Self {
        Self {
            kind,
            evaluation,
            training,
            steps: None,
            seconds: None,
            overlap: None,
            strip: None,
            declared: false,
            pixels: Pixels::default(),
        }
    }
}

/// What pixels say of two samples that belong together. This room cannot know; who sees pixels
/// fills it in.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pixels {
    /// Similarity of the two, -1 to 1; `None` where it was not measured.
    pub similarity: Option<f32>,
    /// Whether they are alike enough for two samples that belong together.
    pub agree: bool,
}

/// What belongs together, as the earlier stages found it.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Recordings, where a layout was taken.
    pub recordings: Option<&'a Recordings>,
    /// Groups of every rule.
    pub groups: &'a [Groups],
    /// Tiles.
    pub tiles: Option<&'a Tiles>,
    /// Width and height of samples in pixels, where files were opened.
    pub sizes: Option<&'a [Option<(u32, u32)>]>,
    /// Families of augmented copies.
    pub families: &'a [Family],
    /// Identifiers in names, the widest first.
    pub entities: &'a [Question],
}

/// Leaks of one evaluation split from one training split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitLeaks {
    /// Evaluation split.
    pub evaluation: SplitId,
    /// Training split.
    pub training: SplitId,
    /// Leaks by kind, then evaluation sample: at most one of each kind for a sample.
    pub leaks: Vec<RecordedPair>,
    /// Those of which neither side was asked about, where only some samples were.
    pub unasked: Vec<RecordedPair>,
    /// Groups that both share, by rule.
    pub groups: Vec<SharedGroups>,
    /// Identifiers in names that both share and nobody has answered.
    pub asked: Vec<Asked>,
}

/// An identifier in names that both splits share and nobody has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What is known of it.
    pub facts: PossibleGroup,
    /// Evaluation samples whose value training has, too, rising.
    pub evaluation: Vec<SampleId>,
    /// Training samples with such a value, rising.
    pub training: Vec<SampleId>,
}

/// Collects leaks and the report. Neighbours further than `within_steps` are counted in the
/// distances and are no leaks.
#[must_use]
pub fn examine(
    samples: &[Sample],
    splits: &[Split],
    sequences: SequenceFacts,
    found: Found<'_>,
    within_steps: u32,
) -> (RecordingsReport, Vec<SplitLeaks>) {
    let mut report = RecordingsReport {
        sequences,
        distances: Vec::new(),
        timelines: found.recordings.map_or_else(Vec::new, |recordings| {
            timeline::timelines(recordings, samples, splits)
        }),
        groups: Vec::new(),
        tiles: Vec::new(),
        families: Vec::new(),
        possible_groups: Vec::new(),
    };
    let mut all = Vec::new();
    for (evaluation, training) in split_pairs(splits) {
        let pair = (evaluation, training);
        let names = (
            splits[evaluation.index()].name.as_str(),
            splits[training.index()].name.as_str(),
        );
        let mut leaks = Vec::new();
        if let Some(recordings) = found.recordings {
            let nearest = neighbours::nearest(recordings, samples, evaluation, training);
            report.distances.push(neighbours::distances(
                recordings, samples, pair, names, &nearest,
            ));
            leaks.extend(nearest.iter().filter(|n| n.steps <= within_steps).map(|n| {
                RecordedPair {
                    steps: Some(n.steps),
                    seconds: n.seconds,
                    ..RecordedPair::new(Leak::SequenceNeighbour, n.evaluation, n.training)
                }
            }));
        }
        let mut shared_groups = Vec::new();
        let entity = Told::of(found.entities, samples, pair);
        for groups in found.groups.iter().chain(entity.confirmed) {
            let (facts, shared) = group::shared(groups, samples, pair, names);
            let declared = groups.rule.is_declared();
            report.groups.push(facts.clone());
            shared_groups.push(facts);
            leaks.extend(shared.iter().map(|s| RecordedPair {
                declared,
                ..RecordedPair::new(Leak::SharedGroup, s.evaluation, s.training)
            }));
        }
        let asked = entity
            .asked
            .and_then(|question| question.between(samples, pair, names));
        let columns = found.groups.iter();
        let columns = columns.filter(|groups| groups.rule == GroupRule::Column);
        let unknown = columns.zip(&shared_groups).filter_map(|(groups, facts)| {
            let is_open = facts.shared == 0;
            is_open.then(|| question::of_one_side(groups, samples, pair, names))?
        });
        let asked: Vec<Asked> = asked.into_iter().chain(unknown).collect();
        report
            .possible_groups
            .extend(asked.iter().map(|asked| asked.facts.clone()));
        if let Some(tiles) = found.tiles {
            let overlaps = overlap::overlaps(tiles, found.sizes, samples, pair);
            report.tiles.push(overlap::describe(
                tiles, samples, evaluation, names, &overlaps,
            ));
            leaks.extend(overlaps.iter().map(|o| RecordedPair {
                overlap: o.overlap,
                strip: o.strip,
                ..RecordedPair::new(Leak::OverlappingTile, o.evaluation, o.training)
            }));
        }
        let siblings = augmentation::siblings(found.families, samples, evaluation, training);
        report.families.push(family_facts(
            found.families,
            samples,
            pair,
            names,
            siblings.len(),
        ));
        leaks.extend(
            siblings
                .iter()
                .map(|(e, t)| RecordedPair::new(Leak::AugmentedSibling, *e, *t)),
        );
        leaks.sort_by_key(|leak| (leak.kind, leak.evaluation, !leak.declared, leak.training));
        leaks.dedup_by_key(|leak| (leak.kind, leak.evaluation));
        all.push(SplitLeaks {
            evaluation,
            training,
            leaks,
            unasked: Vec::new(),
            groups: shared_groups,
            asked,
        });
    }
    (report, all)
}

/// What of the identifiers is told of two splits: the widest that crosses and that pixels confirm,
/// else the widest that crosses.
struct Told<'a> {
    confirmed: Option<&'a Groups>,
    asked: Option<&'a Question>,
}

impl<'a> Told<'a> {
    fn of(entities: &'a [Question], samples: &[Sample], pair: (SplitId, SplitId)) -> Self {
        let crossing = || {
            entities
                .iter()
                .filter(|entity| entity.groups.cross(samples, pair))
        };
        let confirmed = crossing().find(|entity| entity.is_confirmed());
        Self {
            confirmed: confirmed.map(|entity| &entity.groups),
            asked: crossing().next().filter(|_| confirmed.is_none()),
        }
    }
}

fn family_facts(
    families: &[Family],
    samples: &[Sample],
    (evaluation, training): (SplitId, SplitId),
    names: (&str, &str),
    samples_with_sibling: usize,
) -> FamilyFacts {
    let reaches = |family: &Family, split| {
        family
            .members
            .iter()
            .any(|id| samples[id.index()].split == Some(split))
    };
    let evaluated = families.iter().filter(|family| reaches(family, evaluation));
    FamilyFacts {
        evaluation_split: names.0.into(),
        training_split: names.1.into(),
        evaluation_families: evaluated.clone().count() as u64,
        shared: evaluated.filter(|family| reaches(family, training)).count() as u64,
        evaluation_samples: samples
            .iter()
            .filter(|s| s.split == Some(evaluation))
            .count() as u64,
        samples_with_sibling: samples_with_sibling as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::infer::{Inputs, infer};
    use crate::sequence::testing;

    fn examined(paths: &[String]) -> (RecordingsReport, Vec<RecordedPair>) {
        let samples = testing::samples(paths);
        let inputs = Inputs {
            samples: &samples,
            places: None,
            captured: None,
            pattern: None,
            tiled: false,
        };
        let (recordings, facts) = infer(&inputs).settle(None, &samples);
        let families = augmentation::families(&samples);
        let found = Found {
            recordings: recordings.as_ref(),
            groups: &[],
            tiles: None,
            sizes: None,
            families: &families,
            entities: &[],
        };
        let (report, mut leaks) = examine(&samples, &testing::splits(), facts, found, 5);
        (report, leaks.remove(0).leaks)
    }

    #[test]
    fn near_neighbours_are_leaks_and_far_ones_are_only_counted() {
        let paths: Vec<String> = (0..40)
            .map(|i| format!("{}/frame_{i:04}.png", if i < 30 { "train" } else { "val" }))
            .collect();
        let (report, leaks) = examined(&paths);
        assert_eq!(leaks.len(), 5);
        assert!(
            leaks
                .iter()
                .all(|leak| leak.kind == Leak::SequenceNeighbour)
        );
        assert_eq!(report.distances[0].at_6_to_30_steps, 5);
    }

    #[test]
    fn one_sample_leaks_once_under_each_kind() {
        let paths: Vec<String> = (0..20)
            .map(|i| {
                format!(
                    "{}/frame_{i:04}.png",
                    if i % 5 == 0 { "val" } else { "train" }
                )
            })
            .chain(["train/frame_0000_flip.png".into()])
            .collect();
        let (report, leaks) = examined(&paths);
        assert_eq!(
            leaks.iter().filter(|l| l.evaluation == SampleId(0)).count(),
            2
        );
        assert_eq!(
            (
                report.families[0].shared,
                report.families[0].evaluation_families
            ),
            (1, 1)
        );
    }

    #[test]
    fn the_report_reads_back_as_it_was_written() {
        let paths: Vec<String> = (0..20).map(|i| format!("val/frame_{i:04}.png")).collect();
        let (report, _) = examined(&paths);
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(
            serde_json::from_str::<RecordingsReport>(&text).unwrap(),
            report
        );
    }
}
