//! The matching stage: from signatures to the duplicates of every sample.
//!
//! Copies with the same pixels are one picture. Near duplicates are looked for
//! between pictures: of each evaluation split in each training split and in
//! the later evaluation splits, and inside each split.

use std::collections::BTreeMap;

use crate::matching::Forest;
use crate::matching::pair::{Kind, Near, Pair, Transform};
use crate::matching::partners::Partnerships;
use crate::matching::spread::{Identity, Pictures};
use crate::report::{Detection, ThresholdSource};
use crate::sample::{Dataset, SampleId, SplitId, SplitRole};
use crate::settings::Settings;
use crate::signature::digest::Digest;
use crate::signature::unreadable::Unreadable;
use crate::signature::{Signature, pixels};
use crate::verification::{self, Found as Match, Picture, Threshold};

/// Similarity from which on a picture and its lossless copy in another format may agree in every pixel.
const PERHAPS_SAME_PIXELS: f32 = 0.97;

/// What the matching stage found.
pub(super) struct Found {
    /// Duplicates of every sample.
    pub(super) partners: Partnerships,
    /// How they were told from look-alikes.
    pub(super) detection: Detection,
    /// Similarity from which on two pictures are the same.
    pub(super) threshold: f32,
    /// Pairs that a threshold lower by the asked margin would add.
    pub(super) loose: Vec<(SampleId, SampleId)>,
    /// What the samples look like.
    pub(super) looks: Looks,
    /// Which samples hang together.
    pub(super) joined: Forest,
}

/// What the samples look like, for questions of later stages.
pub(super) struct Looks {
    copies: Pictures,
    pictures: Vec<Option<Picture>>,
    threshold: Threshold,
}

impl Looks {
    /// Correlation of two samples as they lie, -1 to 1; `None` where one of them shows nothing.
    pub(super) fn likeness(&self, a: SampleId, b: SampleId) -> Option<f64> {
        Some(f64::from(self.picture(a)?.likeness(self.picture(b)?)))
    }

    /// How unlike two samples look, 0 to 2; `None` where one of them shows nothing.
    pub(super) fn unlikeness(&self, a: SampleId, b: SampleId) -> Option<f64> {
        Some(f64::from(self.picture(a)?.unlikeness(self.picture(b)?)))
    }

    /// Whether two samples are duplicates of each other, directly.
    pub(super) fn are_duplicates(&self, a: SampleId, b: SampleId) -> bool {
        let copies = self.copies.representative(a) == self.copies.representative(b);
        let alike = |one, other| verification::are_duplicates(one, other, self.threshold);
        copies
            || self
                .picture(a)
                .zip(self.picture(b))
                .is_some_and(|(one, other)| alike(one, other))
    }

    fn picture(&self, id: SampleId) -> Option<&Picture> {
        self.pictures[self.copies.representative(id)?.index()].as_ref()
    }
}

type Signatures = [Result<Signature, Unreadable>];

/// Finds the duplicates of every sample. Takes the thumbnails out of the signatures.
/// `margin` below the threshold, pairs are collected apart.
pub(super) fn search(
    settings: &Settings,
    dataset: &Dataset,
    signatures: &mut Signatures,
    margin: f32,
) -> Found {
    let copies = Pictures::new(&identities(settings, dataset, signatures));
    let mut partners = Partnerships::with_limit(settings.detail.pairs_per_sample);
    copies.record_copies(&mut partners);
    let pictures = describe(&copies, signatures);
    let threshold = threshold(settings, dataset, &copies, &pictures);
    let mut recorder = Recorder {
        dataset,
        signatures,
        copies: &copies,
        threshold: threshold.similarity,
        loose: Vec::new(),
        digests: BTreeMap::new(),
        partners: &mut partners,
        joined: join_copies(&copies, dataset.samples.len()),
    };
    let least = Threshold {
        similarity: threshold.similarity - margin,
        ..threshold
    };
    for (from, to) in questions(dataset) {
        let of = |split| places(&copies, split);
        if from == to {
            verification::find_within(&pictures, &of(from), least, |found| {
                recorder.record(found, from, to);
                recorder.record(reversed(found), to, from);
            });
        } else {
            verification::find(&pictures, &of(from), &of(to), least, |found| {
                recorder.record(found, from, to);
            });
        }
    }
    let (loose, joined) = (recorder.loose, recorder.joined);
    let detection = detection(settings, threshold);
    let looks = Looks {
        copies,
        pictures,
        threshold,
    };
    Found {
        partners,
        detection,
        threshold: threshold.similarity,
        loose,
        looks,
        joined,
    }
}

fn join_copies(copies: &Pictures, samples: usize) -> Forest {
    let mut joined = Forest::new(samples);
    for members in copies.copies() {
        for pair in members.windows(2) {
            joined.join(pair[0].0, pair[1].0);
        }
    }
    joined
}

/// Numbers for files, bytes and pixels that are equal exactly when those are.
fn identities(
    settings: &Settings,
    dataset: &Dataset,
    signatures: &Signatures,
) -> Vec<Option<Identity>> {
    let mut files: BTreeMap<&str, u32> = BTreeMap::new();
    let mut bytes: BTreeMap<Digest, u32> = BTreeMap::new();
    let pixels = pixels::numbers(dataset, signatures);
    let samples = dataset
        .samples
        .iter()
        .zip(signatures)
        .zip(pixels)
        .zip(0u32..);
    let identities = samples.map(|(((sample, signature), pixels), id)| {
        let signature = signature.as_ref().ok()?;
        Some(Identity {
            split: sample
                .split
                .map(|split| (split, dataset.splits[split.index()].role)),
            file: *files.entry(&sample.path).or_insert(id),
            bytes: *bytes.entry(signature.byte_digest).or_insert(id),
            pixels: pixels?,
            asked: settings.asks_about(&sample.path),
        })
    });
    identities.collect()
}

/// Describes one sample of each picture, at the sample's place.
fn describe(copies: &Pictures, signatures: &mut Signatures) -> Vec<Option<Picture>> {
    let mut thumbnails: Vec<_> = signatures.iter().map(|_| None).collect();
    for id in copies.representatives() {
        if let Ok(signature) = &mut signatures[id.index()]
            && !signature.low_information
        {
            thumbnails[id.index()] = signature.thumbnail.take();
        }
    }
    for signature in signatures.iter_mut().flatten() {
        signature.thumbnail = None;
    }
    verification::describe(thumbnails)
}

fn places(copies: &Pictures, split: Option<SplitId>) -> Vec<u32> {
    copies
        .representatives_in(split)
        .into_iter()
        .map(|id| id.0)
        .collect()
}

/// Which splits are searched in which, in order.
fn questions(dataset: &Dataset) -> Vec<(Option<SplitId>, Option<SplitId>)> {
    let splits: Vec<(SplitId, SplitRole)> = dataset
        .splits
        .iter()
        .zip(0u16..)
        .map(|(split, id)| (SplitId(id), split.role))
        .collect();
    let mut questions = Vec::new();
    for &(from, role) in &splits {
        for &(to, other) in &splits {
            let leak = role.is_evaluation() && other == SplitRole::Training;
            let shared = role.is_evaluation() && other.is_evaluation() && from < to;
            if leak || shared {
                questions.push((Some(from), Some(to)));
            }
        }
    }
    questions.extend(splits.iter().map(|&(split, _)| (Some(split), Some(split))));
    if dataset.samples.iter().any(|sample| sample.split.is_none()) {
        questions.push((None, None));
    }
    questions
}

/// The threshold that the user gave, or what this dataset's own decoys say.
fn threshold(
    settings: &Settings,
    dataset: &Dataset,
    copies: &Pictures,
    pictures: &[Option<Picture>],
) -> Threshold {
    if let Some(similarity) = settings.matching.similarity {
        return Threshold {
            similarity,
            negatives: 0,
            false_rate: None,
        };
    }
    let with = |wanted: fn(SplitRole) -> bool| {
        let splits = dataset
            .splits
            .iter()
            .zip(0u16..)
            .filter(move |(split, _)| wanted(split.role));
        let mut all: Vec<u32> = splits
            .flat_map(|(_, id)| places(copies, Some(SplitId(id))))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let queries = with(SplitRole::is_evaluation);
    let database = with(|role| role == SplitRole::Training);
    if queries.is_empty() || database.is_empty() {
        let all: Vec<u32> = copies
            .representatives()
            .into_iter()
            .map(|id| id.0)
            .collect();
        return verification::calibrate(pictures, &all, &all);
    }
    verification::calibrate(pictures, &queries, &database)
}

fn detection(settings: &Settings, threshold: Threshold) -> Detection {
    let source = match (settings.matching.similarity, threshold.negatives) {
        (Some(_), _) => ThresholdSource::Given,
        (None, 0) => ThresholdSource::Prior,
        (None, _) => ThresholdSource::Calibrated,
    };
    Detection {
        threshold: (f64::from(threshold.similarity) * 1e4).round() / 1e4,
        source,
        decoys: threshold.negatives as u64,
        false_rate: threshold.false_rate,
    }
}

fn reversed(found: Match) -> Match {
    let back = found.transform.inverse();
    Match {
        query: found.partner,
        partner: found.query,
        transform: back,
        of_query: found.of_partner.transformed(back),
        of_partner: found.of_query.transformed(back),
        ..found
    }
}

/// Turns what verification finds into pairs of samples.
struct Recorder<'a> {
    dataset: &'a Dataset,
    signatures: &'a Signatures,
    copies: &'a Pictures,
    threshold: f32,
    loose: Vec<(SampleId, SampleId)>,
    /// Pixel digests made on the way, by sample.
    digests: BTreeMap<SampleId, Option<Digest>>,
    partners: &'a mut Partnerships,
    joined: Forest,
}

impl Recorder<'_> {
    fn record(&mut self, found: Match, from: Option<SplitId>, to: Option<SplitId>) {
        let (a, b) = (SampleId(found.query), SampleId(found.partner));
        let (Ok(one), Ok(other)) = (&self.signatures[a.index()], &self.signatures[b.index()])
        else {
            return;
        };
        if found.similarity < self.threshold {
            self.loose.push((a, b));
            return;
        }
        let upright = found.transform == Transform::Identity;
        let near = Near {
            distance: upright.then(|| one.perceptual.distance(other.perceptual)),
            similarity: found.similarity,
            transform: found.transform,
            of_a: found.of_query,
            of_b: found.of_partner,
        };
        let pair = if upright && found.similarity >= PERHAPS_SAME_PIXELS && self.same_pixels(a, b) {
            Pair {
                kind: Kind::SamePixels,
                a,
                b,
                near: None,
            }
        } else {
            Pair {
                kind: Kind::NearDuplicate,
                a,
                b,
                near: Some(near),
            }
        };
        self.joined.join(a.0, b.0);
        self.copies.record_between(pair, from, to, self.partners);
    }

    /// Whether a JPEG and a file of another format hold the same pixels. Two of
    /// one kind have been compared before, see [`pixels`].
    fn same_pixels(&mut self, a: SampleId, b: SampleId) -> bool {
        let signatures = self.signatures;
        let (Ok(one), Ok(other)) = (&signatures[a.index()], &signatures[b.index()]) else {
            return false;
        };
        let (jpeg, known) = match (one.pixel_digest, other.pixel_digest) {
            (None, Some(known)) => (a, known),
            (Some(known), None) => (b, known),
            _ => return false,
        };
        if (one.width, one.height) != (other.width, other.height) {
            return false;
        }
        let dataset = self.dataset;
        let digest = self
            .digests
            .entry(jpeg)
            .or_insert_with(|| pixels::digest(dataset, jpeg));
        *digest == Some(known)
    }
}
