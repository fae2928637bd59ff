//! Recordings from names, columns and capture times, with pixels to settle doubts.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use rayon::prelude::*;

use super::search::Looks;
use crate::matching::partners::Partnerships;
use crate::report::recordings::{GroupAgreement, GroupRule, RecordingsReport, SequenceFacts};
use crate::sample::{Dataset, Sample, SampleId};
use crate::sequence::augmentation::Family;
use crate::sequence::entity::{self, Candidate};
use crate::sequence::entity_pixels::{self};
use crate::sequence::examine::{self, Found, Pixels, RecordedPair, SplitLeaks};
use crate::sequence::group::Groups;
use crate::sequence::infer::{self, Inputs};
use crate::sequence::question::Question;
use crate::sequence::recording::Recordings;
use crate::sequence::sources::CaptureTime;
use crate::sequence::tiles::Tiles;
use crate::sequence::{augmentation, group, patients, pixels, tiles};
use crate::settings::Recorded;
use crate::signature::Signed;

/// How far below the threshold of the search two samples that belong together may be to count as
/// alike. A search picks the best of thousands of strangers; this looks at one pair that names have
/// picked already.
const BELONGING: f32 = 0.05;

/// Identifiers nested in each other that are asked about: patient, study, series, view.
const MOST_LEVELS: usize = 4;

/// What belongs together, whatever split it is in.
pub(super) struct Known {
    /// Where each sample stands, when a layout was taken.
    pub(super) recordings: Option<Recordings>,
    /// How that came about.
    facts: SequenceFacts,
    /// Groups of every rule.
    pub(super) groups: Vec<Groups>,
    /// Identifiers in names with what pixels said, the widest first; none where the user or files
    /// tell groups.
    pub(super) entities: Vec<Question>,
    tiles: Option<Tiles>,
    sizes: Vec<Option<(u32, u32)>>,
    families: Vec<Family>,
}

impl Known {
    /// Samples made from one source, by names: each with the next.
    pub(super) fn siblings(&self) -> impl Iterator<Item = (SampleId, SampleId)> {
        let families = self.families.iter();
        families.flat_map(|family| family.members.windows(2).map(|pair| (pair[0], pair[1])))
    }

    /// The large image that each sample was cut from, where names tell positions on several and
    /// none holds more than a third of all samples.
    pub(super) fn slides(&self) -> Option<Vec<Option<u32>>> {
        let tiles = self.tiles.as_ref()?;
        let slides: Vec<Option<u32>> = tiles.at.iter().map(|at| Some(at.as_ref()?.slide)).collect();
        is_divisible(&slides).then_some(slides)
    }
}

/// Whether no group holds more than a third of all samples, so that groups can be divided.
pub(super) fn is_divisible(groups: &[Option<u32>]) -> bool {
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for group in groups.iter().flatten() {
        *sizes.entry(*group).or_default() += 1;
    }
    3 * sizes.values().copied().max().unwrap_or(0) <= groups.len()
}

/// Reads names and columns, and asks pixels where names leave a doubt.
pub(super) fn find(
    settings: &Recorded,
    dataset: &Dataset,
    signed: &[Signed],
    looks: &Looks,
) -> Known {
    let samples = &dataset.samples;
    let placed = dataset.placed.as_ref();
    let tiles =
        tiles::infer(samples).or_else(|| placed.and_then(|one| tiles::from_columns(one, samples)));
    let captured: Vec<Option<CaptureTime>> = signed.iter().map(capture_time).collect();
    let places = dataset.group_columns.iter().find(|column| column.places);
    let inputs = Inputs {
        samples,
        places: places.map(|column| column.values.as_slice()),
        captured: Some(&captured),
        pattern: settings.sequence_pattern.as_ref(),
        tiled: tiles.is_some(),
    };
    let inference = infer::infer(&inputs);
    let asked = inference.comparisons();
    let answers: Vec<_> = asked
        .iter()
        .map(|ask| {
            let neighbour = looks.likeness(ask.sample, ask.neighbour)?;
            Some((neighbour, looks.likeness(ask.sample, ask.control)?))
        })
        .collect();
    // Where no image was opened, pixels were not asked.
    let answered = answers.iter().any(Option::is_some);
    let agreement = answered.then(|| pixels::agreement(&answers));
    let without_order = inference.recordings_without_order(agreement);
    let (recordings, facts) = inference.settle(agreement, samples);
    let by_pattern = settings.group_pattern.as_ref();
    // A column that nobody named is one more guess about what the user has answered.
    let is_none = settings.no_groups.is_some();
    let told = group::from_column(samples);
    let declared = [
        told.filter(|told| !is_none || told.rule != GroupRule::Column),
        by_pattern.and_then(|pattern| group::from_pattern(pattern, samples)),
    ];
    let mut groups: Vec<Groups> = declared.into_iter().flatten().collect();
    let mut answered = !groups.is_empty() || settings.no_groups.is_some();
    // What the user says of groups is more than what files say.
    if !answered && let Some(patients) = patients::groups(&named(signed)) {
        answered = patients::say_enough(&patients);
        groups.push(patients);
    }
    let mut entities = Vec::new();
    if !answered {
        groups.extend(group::from_views(samples).filter(|views| {
            views.share_an_instant()
                || ask(views, samples, looks).is_some_and(|said| said.confirms())
        }));
        let ordered = recordings.as_ref().filter(|_| without_order.is_none());
        let known = (ordered, tiles.as_ref());
        let columns = dataset.group_columns.iter().filter(|one| one.is_open);
        let (names, columns): (Vec<_>, Vec<_>) = columns.partition(|one| one.are_names);
        let columns = columns
            .into_iter()
            .map(|column| (column.stretches, Question::of_column(column)));
        let open = columns.filter(|(stretches, asked)| {
            let groups = &asked.groups;
            // How near two pictures of one stretch are is known, though a pause may part it.
            !*stretches || !are_in_order(groups, ordered) && !lies_in_recordings(groups, ordered)
        });
        entities.extend(open.map(|(_, asked)| asked));
        let former = names.into_iter();
        let former = former.filter_map(|one| Question::of_names(one, samples));
        entities.extend(former);
        entities.extend(entities_in_names(samples, known, without_order, looks));
    }
    let size = |signed: &Signed| {
        let signature = signed.as_ref().ok()?;
        Some((signature.width, signature.height))
    };
    Known {
        recordings,
        facts,
        groups,
        entities,
        tiles,
        sizes: signed.iter().map(size).collect(),
        families: augmentation::families(samples),
    }
}

/// Whether each group lies within one recording of known order: what is in it has been judged by
/// distance. Distances say nothing of samples in no order.
fn lies_in_recordings(groups: &Groups, ordered: Option<&Recordings>) -> bool {
    ordered.is_some_and(|recordings| {
        groups.refine(|id| recordings.place(id).map(|place| place.recording))
    })
}

/// Whether all samples of groups have a place in some recording of known order.
fn are_in_order(groups: &Groups, ordered: Option<&Recordings>) -> bool {
    ordered.is_some_and(|recordings| groups.refine(|id| recordings.place(id).map(|_| 0)))
}

/// Identifiers in names but for those that lie within recordings of known order. Where places of
/// tiles are known, a column or a row of one slide has been judged by overlap, and only the slide
/// itself is asked about.
fn entities_in_names(
    samples: &[Sample],
    (recordings, tiles): (Option<&Recordings>, Option<&Tiles>),
    without_order: Option<Groups>,
    looks: &Looks,
) -> Vec<Question> {
    let mut candidates = entity::candidates(samples);
    // Distances tell how near two pictures of a stretch are; a patient's are one patient's anyway.
    candidates.retain(|candidate| {
        candidate.names_thing || !lies_in_recordings(&candidate.groups, recordings)
    });
    if let Some(tiles) = tiles {
        let slide = |id: SampleId| tiles.at[id.index()].map(|at| at.slide);
        candidates.retain(|candidate| {
            let groups = &candidate.groups;
            groups.names.len() <= tiles.slides.len() || !groups.refine(slide)
        });
    }
    candidates.truncate(MOST_LEVELS);
    let ask_one = |candidate: Candidate| {
        let question = Question {
            pixels: ask(&candidate.groups, samples, looks),
            groups: candidate.groups,
            pattern: candidate.pattern,
            column: None,
        };
        (!candidate.needs_pixels || question.is_confirmed()).then_some(question)
    };
    let mut asked: Vec<Question> = candidates.into_iter().filter_map(ask_one).collect();
    if asked.is_empty() {
        asked.extend(without_order.and_then(|groups| {
            ask_one(Candidate {
                groups,
                pattern: None,
                needs_pixels: false,
                names_thing: false,
            })
        }));
    }
    asked
}

/// Asks pixels whether samples of one group are more alike; `None` where no two could be compared.
fn ask(groups: &Groups, samples: &[Sample], looks: &Looks) -> Option<GroupAgreement> {
    let asked = entity_pixels::comparisons(groups, samples);
    let answers: Vec<_> = asked
        .iter()
        .map(|ask| {
            let same = looks.likeness(ask.sample, ask.neighbour)?;
            Some((same, looks.likeness(ask.sample, ask.control)?))
        })
        .collect();
    let agreement = entity_pixels::agreement(&answers);
    (agreement.compared > 0).then_some(agreement)
}

/// What files say of their patients.
fn named(signed: &[Signed]) -> Vec<patients::Named> {
    let of = |signed: &Signed| {
        let said = signed.as_ref().map(|signature| signature.patient);
        let said = said.unwrap_or_default();
        patients::Named {
            patient: said.id.map(NonZeroU64::get),
            study: said.study.map(NonZeroU64::get),
        }
    };
    signed.iter().map(of).collect()
}

fn capture_time(signed: &Signed) -> Option<CaptureTime> {
    let captured = signed.as_ref().ok()?.captured?;
    Some(CaptureTime {
        nanoseconds: captured.milliseconds.saturating_mul(1_000_000),
        camera: captured.camera,
    })
}

impl Known {
    /// What of it crosses the splits of `dataset`, which may be divided otherwise than the dataset
    /// that was read.
    pub(super) fn examine(
        &self,
        settings: &Recorded,
        dataset: &Dataset,
    ) -> (RecordingsReport, Vec<SplitLeaks>) {
        let found = Found {
            recordings: self.recordings.as_ref(),
            groups: &self.groups,
            tiles: self.tiles.as_ref(),
            sizes: Some(&self.sizes),
            families: &self.families,
            entities: &self.entities,
        };
        let (samples, splits) = (&dataset.samples, &dataset.splits);
        examine::examine(
            samples,
            splits,
            self.facts.clone(),
            found,
            settings.neighbour_steps,
        )
    }
}

/// The leaks with what pixels say of each pair. `threshold` is that of the search.
pub(super) fn ask_pixels(
    together: Vec<SplitLeaks>,
    partners: &Partnerships,
    looks: &Looks,
    threshold: f32,
) -> Vec<SplitLeaks> {
    let asked = |split: SplitLeaks| {
        let known = |leak: &RecordedPair| {
            let partners = partners.of(leak.evaluation, Some(split.training))?;
            let pair = partners.best.iter().find(|pair| pair.b == leak.training)?;
            Some(pair.near.map(|near| near.similarity))
        };
        let leaks = split.leaks.into_par_iter().map(|leak| {
            let pixels = match known(&leak) {
                Some(similarity) => Pixels {
                    similarity,
                    agree: true,
                },
                None => {
                    let similarity = looks.similarity(leak.evaluation, leak.training);
                    let agree = similarity.is_some_and(|s| s >= threshold - BELONGING);
                    Pixels { similarity, agree }
                }
            };
            RecordedPair { pixels, ..leak }
        });
        SplitLeaks {
            leaks: leaks.collect(),
            ..split
        }
    };
    together.into_iter().map(asked).collect()
}
