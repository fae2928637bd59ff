//! From two pictures that show the same to pairs of samples.

use std::collections::BTreeMap;

use super::second_look::{InDoubt, Look};
use crate::budget::Budget;
use crate::leak::Leak;
use crate::matching::Forest;
use crate::matching::pair::{Near, Pair, Transform};
use crate::matching::partners::Partnerships;
use crate::matching::spread::Pictures;
use crate::sample::{Dataset, SampleId, SplitId};
use crate::signature::digest::Digest;
use crate::signature::reading::Opened;
use crate::signature::{Signed, pixels};
use crate::verification::{self, Doubt, Found as Match, Picture, Threshold};

/// Similarity from which on a picture and its lossless copy in another format may agree in every
/// pixel.
const PERHAPS_SAME_PIXELS: f32 = 0.97;

/// Turns what verification finds into pairs of samples.
pub(super) struct Recorder<'a> {
    dataset: &'a Dataset,
    signatures: &'a [Signed],
    budget: &'a Budget,
    copies: &'a Pictures,
    threshold: Threshold,
    /// Pairs that similarity alone does not settle.
    in_doubt: Vec<InDoubt>,
    /// Pairs in doubt that a second look did not show to be copies.
    pub(super) look_alikes: Partnerships,
    /// Pairs below the threshold.
    pub(super) loose: Vec<(SampleId, SampleId)>,
    /// Pixel digests made on the way, by sample.
    digests: BTreeMap<SampleId, Option<Digest>>,
    partners: &'a mut Partnerships,
    /// Which samples hang together.
    pub(super) joined: Forest,
}

impl<'a> Recorder<'a> {
    /// Pairs at least as similar as the threshold go to `partners`, where a second look does not
    /// tell otherwise.
    pub(super) fn new(
        dataset: &'a Dataset,
        signatures: &'a [Signed],
        budget: &'a Budget,
        copies: &'a Pictures,
        threshold: Threshold,
        partners: &'a mut Partnerships,
    ) -> Self {
        Self {
            dataset,
            signatures,
            budget,
            copies,
            threshold,
            in_doubt: Vec::new(),
            look_alikes: Partnerships::with_limit(1),
            loose: Vec::new(),
            digests: BTreeMap::new(),
            partners,
            joined: join_copies(copies, dataset.samples.len()),
        }
    }

    /// Looks for the partners of what was asked about only: what a search of everything finds of
    /// them.
    pub(super) fn search_asked(
        &mut self,
        pictures: &[Option<Picture>],
        from: Option<SplitId>,
        to: Option<SplitId>,
        least: Threshold,
    ) {
        let asked = |split| -> Vec<u32> {
            let ids = self.copies.asked_in(split).into_iter();
            ids.map(|id| id.0).collect()
        };
        let (queries, database) = (asked(from), places(self.copies, to));
        if from == to {
            verification::find_within_for(pictures, &queries, &database, least, |found| {
                self.record(found, from, to);
                self.record(found.reversed(), to, from);
            });
            return;
        }
        let new_in_database = asked(to);
        verification::find(pictures, &queries, &database, least, |found| {
            self.record(found, from, to);
        });
        let mut others = places(self.copies, from);
        others.retain(|place| queries.binary_search(place).is_err());
        let of_all = (&*database, &*new_in_database);
        verification::find_new(pictures, &others, of_all, least, |found| {
            self.record(found, from, to);
        });
    }

    /// Records what was found between two pictures for all their copies in two splits; what is in
    /// doubt is kept for [`Self::settle`].
    pub(super) fn record(&mut self, found: Match, from: Option<SplitId>, to: Option<SplitId>) {
        if found.similarity < self.threshold.similarity {
            self.loose
                .push((SampleId(found.query), SampleId(found.partner)));
        } else if found.similarity < self.threshold.copies {
            self.in_doubt.push((found, from, to));
        } else {
            self.record_copy(found, from, to);
        }
    }

    /// Takes a second look at what is in doubt.
    pub(super) fn settle(&mut self) {
        let in_doubt = std::mem::take(&mut self.in_doubt);
        let look = Look {
            dataset: self.dataset,
            signatures: self.signatures,
            budget: self.budget,
        };
        let agreed = match self.threshold.doubt {
            None => Vec::new(),
            Some(Doubt::Sampling) => look.tells_strangers(&in_doubt),
            Some(Doubt::Bounded) => look.agrees_everywhere(&in_doubt),
            Some(Doubt::FewImages | Doubt::Continuum) => look.confirms(&in_doubt),
            Some(Doubt::Template) => vec![false; in_doubt.len()],
        };
        for ((found, from, to), agrees) in in_doubt.into_iter().zip(agreed) {
            if agrees {
                self.record_copy(found, from, to);
            } else {
                self.record_look_alike(found, from, to);
            }
        }
    }

    fn record_look_alike(&mut self, found: Match, from: Option<SplitId>, to: Option<SplitId>) {
        let pair = Pair {
            kind: Leak::LookAlike,
            a: SampleId(found.query),
            b: SampleId(found.partner),
            near: Some(near(found, None)),
        };
        self.copies
            .record_between(pair, from, to, &mut self.look_alikes);
    }

    fn record_copy(&mut self, found: Match, from: Option<SplitId>, to: Option<SplitId>) {
        let (a, b) = (SampleId(found.query), SampleId(found.partner));
        let (Ok(one), Ok(other)) = (&self.signatures[a.index()], &self.signatures[b.index()])
        else {
            return;
        };
        let upright = found.transform == Transform::Identity;
        let distance = upright.then(|| one.perceptual.distance(other.perceptual));
        let near = near(found, distance);
        let pair = if upright && found.similarity >= PERHAPS_SAME_PIXELS && self.same_pixels(a, b) {
            Pair {
                kind: Leak::SamePixels,
                a,
                b,
                near: None,
            }
        } else {
            Pair {
                kind: Leak::NearDuplicate,
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
        let (dataset, budget) = (self.dataset, self.budget);
        let digest = self.digests.entry(jpeg).or_insert_with(|| {
            let opened = Opened::of(dataset, signatures, jpeg)?;
            pixels::digest(opened, budget)
        });
        *digest == Some(known)
    }
}

fn near(found: Match, distance: Option<u32>) -> Near {
    Near {
        distance,
        similarity: found.similarity,
        transform: found.transform,
        of_a: found.of_query,
        of_b: found.of_partner,
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

/// A sample of each picture of a split, as places among the pictures.
pub(super) fn places(copies: &Pictures, split: Option<SplitId>) -> Vec<u32> {
    copies
        .representatives_in(split)
        .into_iter()
        .map(|id| id.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::World;
    use super::*;
    use crate::matching::area::Area;
    use crate::sample::SplitRole;
    use crate::verification::Affine;

    fn found(similarity: f32) -> Match {
        Match {
            query: 1,
            partner: 0,
            similarity,
            transform: Transform::Rotate90,
            map: Affine::IDENTITY,
            of_query: Area::WHOLE,
            of_partner: Area::WHOLE,
        }
    }

    #[test]
    fn seen_from_the_other_side_twice_it_is_what_it_was() {
        let there = found(0.9).reversed();
        assert_eq!((there.query, there.partner), (0, 1));
        assert_eq!(there.transform, Transform::Rotate270);
        assert_eq!(there.reversed(), found(0.9));
    }

    /// A training picture and another one in validation.
    fn two_pictures() -> World {
        let mut world = World::new(&[
            ("train", SplitRole::Training),
            ("val", SplitRole::Validation),
        ]);
        world.picture("a", Some(0), 1, 0);
        world.picture("b", Some(1), 2, 0);
        world
    }

    #[test]
    fn what_a_second_look_does_not_confirm_is_a_look_alike_and_joins_nothing() {
        let world = two_pictures();
        let copies = world.copies(&[0, 1]);
        let (from, to) = (Some(SplitId(1)), Some(SplitId(0)));
        let threshold = Threshold {
            copies: 0.95,
            doubt: Some(Doubt::FewImages),
            ..Threshold::given(0.8)
        };
        for (similarity, copy) in [(0.9, false), (0.95, true)] {
            let mut partners = Partnerships::with_limit(5);
            let (dataset, signatures) = (&world.dataset, &world.signatures);
            let budget = Budget::default();
            let mut recorder = Recorder::new(
                dataset,
                signatures,
                &budget,
                &copies,
                threshold,
                &mut partners,
            );
            // The files of this world are not there, so that nothing can be confirmed.
            recorder.record(found(similarity), from, to);
            recorder.settle();
            let alike = recorder.look_alikes.of(SampleId(1), to);
            assert_eq!(alike.is_some(), !copy, "{similarity}");
            let clusters = recorder.joined.into_clusters(|_, _| 0.0, |_, _| true);
            assert_eq!(clusters.len(), usize::from(copy));
            assert_eq!(partners.of(SampleId(1), to).is_some(), copy);
        }
    }

    #[test]
    fn what_is_below_the_threshold_is_loose_and_joins_nothing() {
        let world = two_pictures();
        let copies = world.copies(&[0, 1]);
        let (from, to) = (Some(SplitId(1)), Some(SplitId(0)));
        for (similarity, loose) in [(0.79, 1), (0.8, 0)] {
            let mut partners = Partnerships::with_limit(5);
            let budget = Budget::default();
            let mut recorder = Recorder::new(
                &world.dataset,
                &world.signatures,
                &budget,
                &copies,
                Threshold::given(0.8),
                &mut partners,
            );
            recorder.record(found(similarity), from, to);
            assert_eq!(recorder.loose.len(), loose, "{similarity}");
            let clusters = recorder.joined.into_clusters(|_, _| 0.0, |_, _| true);
            assert_eq!(clusters.len(), 1 - loose);
            let pair = partners.of(SampleId(1), to).map(|all| all.top);
            assert_eq!(pair.is_some(), loose == 0);
            // Turned, so that perceptual hashes say nothing.
            assert_eq!(pair.and_then(|pair| pair.near?.distance), None);
            assert!(
                partners.of(SampleId(0), from).is_none(),
                "training is not told"
            );
        }
    }
}
