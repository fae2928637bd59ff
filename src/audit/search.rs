//! The matching stage: from signatures to the duplicates of every sample.
//!
//! Copies with the same pixels are one picture. Near duplicates are looked for
//! between pictures: of each evaluation split in each training split and in
//! the later evaluation splits, and inside each split.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::controls::{self, Trial};
use super::learning::{learn, threshold};
use super::questions::questions;
use super::recorder::{Recorder, places};
use super::{another_pass, between_parts};
use crate::budget::Budget;
use crate::cache::Session;
use crate::matching::Forest;
use crate::matching::exact::first_of_equal;
use crate::matching::partners::Partnerships;
use crate::matching::spread::{Identity, Pictures};
use crate::report::{Detection, DetectionDoubt, ThresholdSource};
use crate::sample::{Dataset, SampleId, SplitId, SplitRole};
use crate::settings::Settings;
use crate::signature::{Signed, pixels};
use crate::verification::{self, Doubt, Merged, Picture, Threshold};

/// What the matching stage found.
pub(super) struct Found {
    /// Duplicates of every sample.
    pub(super) partners: Partnerships,
    /// How they were told from look-alikes.
    pub(super) detection: Detection,
    /// From which similarity on two pictures are the same.
    pub(super) threshold: Threshold,
    /// What looks like every sample and is no copy as far as one knows.
    pub(super) look_alikes: Partnerships,
    /// How edited copies were found again.
    pub(super) trial: Option<Trial>,
    /// How many images of each evaluation split show what another part trains on.
    pub(super) shared_with_parts: BTreeMap<SplitId, usize>,
    /// Pairs that a threshold lower by the asked margin would add.
    pub(super) loose: Vec<(SampleId, SampleId)>,
    /// What the samples look like.
    pub(super) looks: Looks,
    /// Which samples hang together.
    pub(super) joined: Forest,
}

/// What the samples look like, whatever split they are in.
pub(super) struct Looks {
    contents: Vec<Option<Content>>,
    copies: Pictures,
    pictures: Vec<Option<Picture>>,
}

/// Numbers for file, bytes and pixels of a sample that are equal exactly when those are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content {
    file: u32,
    bytes: u32,
    pixels: u32,
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
    pub(super) fn are_duplicates(&self, a: SampleId, b: SampleId, threshold: Threshold) -> bool {
        let copies = self.copies.representative(a) == self.copies.representative(b);
        let alike = |one, other| verification::are_duplicates(one, other, threshold);
        copies
            || self
                .picture(a)
                .zip(self.picture(b))
                .is_some_and(|(one, other)| alike(one, other))
    }

    /// Similarity of two samples laid on each other upright, -1 to 1; 1 for the same picture.
    pub(super) fn similarity(&self, a: SampleId, b: SampleId) -> Option<f32> {
        let place = |id| self.copies.representative(id);
        if place(a)? == place(b)? {
            return Some(1.0);
        }
        verification::similarity(self.picture(a)?, self.picture(b)?)
    }

    fn picture(&self, id: SampleId) -> Option<&Picture> {
        self.pictures[self.copies.representative(id)?.index()].as_ref()
    }
}

/// Finds the duplicates of every sample. Takes the thumbnails out of the signatures.
/// `margin` below the threshold, pairs are collected apart.
pub(super) fn search(
    settings: &Settings,
    dataset: &Dataset,
    signatures: &mut [Signed],
    margin: f32,
    session: &Session<'_>,
    merged: Option<&Merged>,
) -> Found {
    let contents = contents(dataset, signatures, &settings.memory);
    let copies = Pictures::new(&identities(settings, dataset, &contents));
    let (whitening, mut pictures, threshold) =
        learn(settings, &copies, signatures, session, merged);
    let trial = controls::look_for(
        dataset,
        signatures,
        &copies,
        (&whitening, &mut pictures),
        threshold,
        &settings.memory,
    );
    let threshold = judged(settings, trial, threshold);
    let looks = Looks {
        contents,
        copies,
        pictures,
    };
    let asked = questions(dataset);
    let compared = compare(
        settings,
        dataset,
        signatures,
        &looks,
        &looks.copies,
        &asked,
        Reach {
            threshold,
            margin,
            merged,
        },
    );
    let described = (&looks.copies, &*looks.pictures);
    let shared_with_parts = between_parts::shared(dataset, described, threshold);
    let inside = asked.iter().filter(|(from, to)| from == to);
    let narrowed = inside.filter_map(|&(split, _)| {
        verification::narrowed(looks.copies.representatives_in(split).len())
    });
    Found {
        partners: compared.partners,
        detection: Detection {
            controls: trial.map(|trial| trial.controls),
            ..detection(settings, threshold, narrowed.min())
        },
        threshold,
        joined: compared.joined,
        loose: compared.loose,
        look_alikes: compared.look_alikes,
        shared_with_parts,
        trial,
        looks,
    }
}

/// Duplicates of evaluation samples in training, were the dataset that was searched divided as
/// `divided` is, what merely looks like them, and the similarity from which on they count: what
/// [`search`] finds in `divided`, but for duplicates within a split.
pub(super) fn search_divided(
    settings: &Settings,
    divided: &Dataset,
    signatures: &[Signed],
    (looks, trial): (&Looks, Option<Trial>),
) -> (Partnerships, Partnerships, Threshold) {
    let copies = Pictures::new(&identities(settings, divided, &looks.contents));
    let mut asked = questions(divided);
    asked.retain(|(from, to)| from != to);
    let threshold = threshold(settings, &copies.settled(), &looks.pictures, None);
    let threshold = judged(settings, trial, threshold);
    let reach = Reach {
        threshold,
        margin: 0.0,
        merged: None,
    };
    let compared = compare(settings, divided, signatures, looks, &copies, &asked, reach);
    (compared.partners, compared.look_alikes, threshold)
}

/// The threshold in the light of a trial, unless the user gave it.
fn judged(settings: &Settings, trial: Option<Trial>, threshold: Threshold) -> Threshold {
    match (settings.matching.similarity, trial) {
        (None, Some(trial)) => trial.judge(threshold),
        _ => threshold,
    }
}

/// From which similarity on pairs count, by how much less they are collected apart, and what was
/// found before.
#[derive(Clone, Copy)]
struct Reach<'a> {
    threshold: Threshold,
    margin: f32,
    merged: Option<&'a Merged>,
}

struct Compared {
    partners: Partnerships,
    look_alikes: Partnerships,
    joined: Forest,
    loose: Vec<(SampleId, SampleId)>,
}

fn compare(
    settings: &Settings,
    dataset: &Dataset,
    signatures: &[Signed],
    looks: &Looks,
    copies: &Pictures,
    questions: &[(Option<SplitId>, Option<SplitId>)],
    reach: Reach<'_>,
) -> Compared {
    let pictures = &looks.pictures;
    let kept = settings.detail.pairs_per_sample.max(another_pass::KEPT);
    let mut partners = Partnerships::with_limit(kept);
    copies.record_copies(&mut partners);
    let Reach {
        threshold,
        margin,
        merged,
    } = reach;
    let mut recorder = Recorder::new(
        dataset,
        signatures,
        &settings.memory,
        copies,
        threshold,
        &mut partners,
    );
    let least = Threshold {
        similarity: threshold.similarity - margin,
        ..threshold
    };
    for &(from, to) in questions {
        let of = |split| places(copies, split);
        if settings.focus.is_some() {
            recorder.search_asked(pictures, from, to, least);
        } else if from == to {
            verification::find_within(pictures, &of(from), least, |found| {
                recorder.record(found, from, to);
                recorder.record(found.reversed(), to, from);
            });
        } else {
            let sink = |found| recorder.record(found, from, to);
            let before = from.zip(to).filter(|&(_, to)| is_training(dataset, to));
            match merged.zip(before) {
                Some((merged, splits)) => {
                    merged.find(pictures, numbers(splits), (&of(from), &of(to)), least, sink);
                }
                None => verification::find(pictures, &of(from), &of(to), least, sink),
            }
        }
    }
    recorder.settle();
    let (loose, joined) = (recorder.loose, recorder.joined);
    let look_alikes = recorder.look_alikes;
    Compared {
        partners,
        look_alikes,
        loose,
        joined,
    }
}

pub(super) fn is_training(dataset: &Dataset, split: SplitId) -> bool {
    dataset.splits[split.index()].role == SplitRole::Training
}

pub(super) fn numbers((from, to): (SplitId, SplitId)) -> (u16, u16) {
    (from.0, to.0)
}

pub(super) fn contents(
    dataset: &Dataset,
    signatures: &[Signed],
    budget: &Budget,
) -> Vec<Option<Content>> {
    let digests = signatures.par_iter();
    let digests = digests.map(|signature| Some(signature.as_ref().ok()?.byte_digest));
    let bytes = first_of_equal(digests.collect());
    let source = |index: usize| dataset.source(SampleId(index as u32));
    let pixels = first_of_equal(pixels::known(signatures, source, budget));
    let samples = dataset.samples.iter().zip(bytes).zip(pixels).zip(0u32..);
    // Samples of one file follow each other.
    let (mut path, mut file) = (None, 0);
    let contents = samples.map(|(((sample, bytes), pixels), id)| {
        if path != Some(&sample.path) {
            (path, file) = (Some(&sample.path), id);
        }
        Some(Content {
            file,
            bytes: bytes?,
            pixels: pixels?,
        })
    });
    contents.collect()
}

pub(super) fn identities(
    settings: &Settings,
    dataset: &Dataset,
    contents: &[Option<Content>],
) -> Vec<Option<Identity>> {
    let parts = dataset.parts();
    let part = |split: SplitId| {
        let part = dataset.splits[split.index()].part.as_deref()?;
        parts.binary_search(&part).ok()
    };
    let samples = dataset.samples.iter().zip(contents);
    let identities = samples.map(|(sample, content)| {
        let Content {
            file,
            bytes,
            pixels,
        } = (*content)?;
        Some(Identity {
            split: sample
                .split
                .map(|split| (split, dataset.splits[split.index()].role)),
            part: sample.split.and_then(part),
            file,
            bytes,
            pixels,
            asked: settings.asks_about(&sample.path),
        })
    });
    identities.collect()
}

fn detection(
    settings: &Settings,
    threshold: Threshold,
    inside_radius_bits: Option<u32>,
) -> Detection {
    let source = match (settings.matching.similarity, threshold.negatives) {
        (Some(_), _) => ThresholdSource::Given,
        (None, 0) => ThresholdSource::Prior,
        (None, _) if matches!(threshold.doubt, Some(Doubt::Continuum | Doubt::Template)) => {
            ThresholdSource::Continuum
        }
        (None, _) if threshold.false_rate.is_none() => ThresholdSource::Bounded,
        (None, _) => ThresholdSource::Calibrated,
    };
    let rounded = |similarity: f32| (f64::from(similarity) * 1e4).round() / 1e4;
    Detection {
        threshold: rounded(threshold.similarity),
        copies: threshold
            .doubt
            .map(|_| rounded(threshold.copies))
            .filter(|copies| copies.is_finite()),
        doubt: threshold.doubt.map(|doubt| match doubt {
            Doubt::Sampling | Doubt::Bounded => DetectionDoubt::Sampling,
            Doubt::FewImages => DetectionDoubt::FewImages,
            Doubt::Continuum => DetectionDoubt::LookAlikes,
            Doubt::Template => DetectionDoubt::Template,
        }),
        source,
        decoys: threshold.negatives as u64,
        false_rate: threshold.false_rate,
        controls: None,
        inside_radius_bits,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::testing::{SPLITS, World, settings};
    use super::*;
    use crate::leak::Leak;

    /// Forty pictures in training, and lighter ones of some of them in every split.
    fn lightened() -> World {
        let mut world = World::new(&SPLITS);
        for seed in 0..40 {
            world.picture(&format!("a{seed:02}"), Some(0), seed, 0);
        }
        for (at, split) in [(3, 2), (5, 3), (7, 0), (9, 1)] {
            world.picture(&format!("b{at:02}"), Some(split), at, 20);
        }
        // One picture that test and validation share.
        world.picture("c1", Some(2), 100, 0);
        world.picture("c2", Some(3), 100, 20);
        world
    }

    /// Pairs as they were recorded: names of a sample and of its partner.
    fn pairs(world: &World, found: &Found) -> Vec<(String, String)> {
        let name = |id: SampleId| world.dataset.samples[id.index()].path.to_string();
        let best = found
            .partners
            .iter()
            .flat_map(|(_, _, partners)| &partners.best);
        let best = best.inspect(|pair| assert_eq!(pair.kind, Leak::NearDuplicate));
        best.map(|pair| (name(pair.a), name(pair.b))).collect()
    }

    fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = pairs.iter().map(|&(a, b)| (a.to_owned(), b.to_owned()));
        owned.collect()
    }

    #[test]
    fn near_duplicates_are_told_of_evaluation_samples_and_of_both_inside_a_split() {
        let world = lightened();
        let found = world.search(&settings(0.8), 0.0);
        let expected = [
            ("a07", "b07"),
            ("b03", "a03"),
            ("b05", "a05"),
            ("b07", "a07"),
            ("c1", "c2"),
        ];
        assert_eq!(pairs(&world, &found), named(&expected));
        assert!(found.loose.is_empty());
        assert_eq!(found.detection.source, ThresholdSource::Given);
    }

    #[test]
    fn what_is_asked_about_has_the_pairs_of_a_full_search_on_either_side() {
        let world = lightened();
        for (asked, expected) in [
            ("b03", &[("b03", "a03")][..]),
            ("a05", &[("b05", "a05")]),
            ("a07", &[("a07", "b07"), ("b07", "a07")]),
            ("c2", &[("c1", "c2")]),
            ("a10", &[]),
        ] {
            let mut settings = settings(0.8);
            settings.focus = Some(BTreeSet::from([asked.to_owned()]));
            let found = world.search(&settings, 0.0);
            assert_eq!(pairs(&world, &found), named(expected), "{asked}");
        }
    }

    #[test]
    fn a_margin_collects_pairs_apart_and_changes_none() {
        let world = lightened();
        let all = world.search(&settings(0.8), 0.0);
        // No pair is as alike as this, so that all of them lie within the margin.
        let strict = world.search(&settings(1.5), 0.7);
        assert!(pairs(&world, &strict).is_empty());
        let mut across = strict.loose.clone();
        across.sort_unstable();
        across.dedup();
        let mut expected: Vec<(SampleId, SampleId)> = all
            .partners
            .iter()
            .flat_map(|(_, _, partners)| &partners.best)
            .map(|pair| (pair.a, pair.b))
            .collect();
        expected.sort_unstable();
        assert_eq!(across, expected);
    }

    #[test]
    fn copies_are_one_picture_and_still_told_of_each() {
        let mut world = lightened();
        world.again("d1", Some(3), 3);
        let found = world.search(&settings(0.8), 0.0);
        let copy = SampleId(world.dataset.samples.len() as u32 - 1);
        let partners = found.partners.of(copy, Some(SplitId(0)));
        assert_eq!(partners.map(|all| all.strongest), Some(Leak::SamePixels));
        // The lighter one of the test split shows what the copy shows.
        let test = SampleId(40);
        let shared = found.partners.of(test, Some(SplitId(3)));
        assert_eq!(shared.map(|all| all.top.b), Some(copy));
    }
}
