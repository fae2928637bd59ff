//! What has to be known of the whole dataset to search a part of its training splits.

use std::collections::BTreeMap;

use super::learning::{pool, whiten};
use super::questions::questions;
use super::recorder::places;
use super::search::{contents, identities, is_training, numbers};
use crate::matching::spread::Pictures;
use crate::sample::{Dataset, SampleId, SplitId};
use crate::settings::Settings;
use crate::signature::Signed;
use crate::verification::{Asking, Key, LEAST_SIMILARITY, Plan, Question};

/// Learns what has to be known of the whole to search for evaluation samples in a part of the
/// training splits: what a search of everything learns. `margin` below the least threshold, pairs
/// are told.
pub(super) fn plan(
    settings: &Settings,
    dataset: &Dataset,
    signatures: &mut [Signed],
    margin: f32,
) -> Plan {
    let contents = contents(dataset, signatures, &settings.memory);
    let copies = Pictures::new(&identities(settings, dataset, &contents));
    let (whitening, pictures) = whiten(&copies, signatures);
    let between = questions(dataset).into_iter();
    let between = between.filter_map(|(from, to)| from.zip(to));
    let between = between.filter(|&(from, to)| from != to && is_training(dataset, to));
    let questions = between.map(|(from, to)| {
        let of = |split| places(&copies, Some(split));
        Question::learn(numbers((from, to)), &pictures, &of(from), &of(to))
    });
    let training = (0..dataset.splits.len() as u16).filter(|&at| is_training(dataset, SplitId(at)));
    let given = settings.matching.similarity;
    let least = given.map_or(LEAST_SIMILARITY, |given| given.min(LEAST_SIMILARITY));
    let asking = Asking {
        questions: questions.collect(),
        training: training.collect(),
        pool: given.map_or_else(|| pool(&copies.settled()), |_| None),
        stand_ins: stand_ins(dataset, signatures, &copies),
        least: least - margin,
        whitening,
    };
    Plan::learn(&pictures, asking)
}

/// Keys of training samples that another one stands in for, with the place of that.
fn stand_ins(dataset: &Dataset, signatures: &[Signed], copies: &Pictures) -> Vec<(Key, u32)> {
    let key = |id: SampleId| Some(signatures[id.index()].as_ref().ok()?.byte_digest.prefix());
    let ids = (0..dataset.samples.len() as u32).map(SampleId);
    let in_training = |id: &SampleId| {
        let split = dataset.samples[id.index()].split;
        split.is_some_and(|split| is_training(dataset, split))
    };
    let pairs = ids.filter(in_training).filter_map(|id| {
        let other = copies.representative(id)?;
        let own = key(id)?;
        (key(other)? != own).then_some((own, other.0))
    });
    pairs.collect::<BTreeMap<Key, u32>>().into_iter().collect()
}
