//! From which similarity on are pairs of this dataset the same picture? Decoys are searched for,
//! and where these cannot know, bent copies of real pictures say that they cannot.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::candidates::{self, Database, Limits};
use super::cuts::Cohort;
use super::decoys;
use super::effort::across;
use super::null_model::{self, Threshold};
use super::picture::Picture;
use super::sample;
use super::verify::best_similarity;
use super::whitening::Residual;
use super::{present, similarity_of};

/// Estimates the threshold for searching `queries` in `database`, both places among `pictures`:
/// from negatives, or from turned decoys where these show that light and dark are not alike. Where
/// the pictures are a continuum of look-alikes, it also says from which similarity on a pair is a
/// copy all the same.
#[must_use]
pub(crate) fn calibrate(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
) -> Threshold {
    let cohort = Cohort::of(pictures, database, across(database.len()));
    let (places, database) = present(pictures, database);
    let (queries, _) = present(pictures, queries);
    let searched = queries.len();
    let tiny = database.pictures.len() < null_model::LEAST;
    let search = Search {
        pictures,
        sample: sample(pictures, queries, &places),
        places,
        database,
        cohort,
        queries: searched,
    };
    let threshold = if tiny {
        null_model::threshold(&[], 0)
    } else {
        search.by_decoys()
    };
    match search.is_continuum(threshold) {
        Some(true) => {
            let real = search.best(&search.sample, |residual| *residual);
            threshold.among_look_alikes(null_model::copies(&real, searched))
        }
        Some(false) => threshold,
        None => threshold.in_doubt(),
    }
}

/// Pictures of which decoys are made, such as are searched for; few queries tell the threshold
/// roughly, and pictures that are searched make decoys as good. For a handful of queries it is to
/// cost little.
fn sample(pictures: &[Option<Picture>], queries: Vec<u32>, places: &[u32]) -> Vec<u32> {
    let most = if queries.len() < null_model::LEAST {
        null_model::BENT_COPIES
    } else {
        null_model::DECOYS
    };
    let mut own = sample::of_pictures(pictures, queries.iter().copied(), most);
    if own.len() < most {
        let queries: BTreeSet<u32> = queries.into_iter().collect();
        let others = places.iter().copied();
        let others = others.filter(|place| !queries.contains(place));
        let room = most - own.len();
        own.extend(sample::of_pictures(pictures, others, room));
    }
    own
}

/// A search that is tried with decoys.
struct Search<'a> {
    pictures: &'a [Option<Picture>],
    /// Pictures of which decoys are made.
    sample: Vec<u32>,
    /// Of each picture that is searched, the place among `pictures`.
    places: Vec<u32>,
    database: Database<'a>,
    /// A sample of these.
    cohort: Cohort<'a>,
    /// How many queries the search has.
    queries: usize,
}

impl Search<'_> {
    fn by_decoys(&self) -> Threshold {
        let first: Vec<u32> = self
            .sample
            .iter()
            .copied()
            .step_by(null_model::FEW)
            .collect();
        let rest = self.sample.iter().enumerate();
        let rest = rest.filter(|(i, _)| !i.is_multiple_of(null_model::FEW));
        let rest: Vec<u32> = rest.map(|(_, &place)| place).collect();
        let mut negatives = self.best(&first, decoys::negative);
        if !null_model::is_settled(&negatives, self.queries) {
            negatives.extend(self.best(&rest, decoys::negative));
        }
        let negative = null_model::threshold(&negatives, self.queries);
        let matters = |turned: Threshold| {
            negative.negatives == 0
                || turned.similarity > negative.similarity + null_model::POLARITY_MATTERS
        };
        let mut turned = self.best(&first, decoys::turned);
        let by_first = null_model::threshold(&turned, self.queries);
        if first.len() >= null_model::LEAST && (by_first.negatives == 0 || !matters(by_first)) {
            return negative;
        }
        turned.extend(self.best(&rest, decoys::turned));
        let turned = null_model::threshold(&turned, self.queries);
        if turned.negatives > 0 && matters(turned) {
            turned
        } else {
            negative
        }
    }

    /// The best similarity of a decoy of each of these pictures to any but its original.
    fn best(&self, sample: &[u32], decoy: fn(&Residual) -> Residual) -> Vec<f32> {
        let decoys = sample
            .iter()
            .filter_map(|&place| Some((place, self.pictures[place as usize].as_ref()?)))
            .map(|(place, picture)| (place, decoy(&picture.residual)));
        self.best_of(&decoys.collect::<Vec<_>>())
    }

    /// As [`Self::best`], of decoys with the places of their originals.
    fn best_of(&self, decoys: &[(u32, Residual)]) -> Vec<f32> {
        let original = |query: u32| decoys[query as usize].0;
        let residuals: Vec<&Residual> = decoys.iter().map(|(_, decoy)| decoy).collect();
        let cuts = self
            .cohort
            .cuts(&residuals, &|query, place| original(query) != place);
        let other = |query: u32, place: u32| original(query) != self.places[place as usize];
        let (database, net) = (&self.database, self.cohort.effort.net);
        candidates::candidates(&residuals, database, &cuts, Limits::NONE, net, &other)
            .into_par_iter()
            .zip(residuals)
            .map(|(looked, decoy)| {
                let best = best_similarity(decoy, database, looked.candidates);
                best.unwrap_or(null_model::NOTHING_FOUND)
            })
            .collect()
    }

    /// Whether strangers are nearer to bent copies than their originals are; `None` where too
    /// little tells.
    fn is_continuum(&self, threshold: Threshold) -> Option<bool> {
        let step = self.sample.len().div_ceil(null_model::BENT_COPIES).max(1);
        let few: Vec<u32> = self.sample.iter().copied().step_by(step).collect();
        if few.len() < null_model::LEAST_BENT || threshold.negatives == 0 {
            return None;
        }
        let bent = few.par_iter().filter_map(|&place| {
            let (own, bent) = bent(self.pictures[place as usize].as_ref()?);
            Some((own, (place, bent)))
        });
        let (own, bent): (Vec<f32>, Vec<(u32, Residual)>) = bent.unzip();
        let nearer = null_model::part_nearer(&own, &self.best_of(&bent));
        let real = || self.best(&few, |residual| *residual);
        Some(null_model::is_continuum(nearer, threshold, real))
    }
}

/// The picture bent until it is no copy any more, with its similarity to what it was.
fn bent(picture: &Picture) -> (f32, Residual) {
    let seed = picture.code;
    let mut cells = LEAST_BEND;
    loop {
        let bent = decoys::warped(&picture.residual, seed, cells);
        let own = similarity_of(&bent, picture).unwrap_or(null_model::NOTHING_FOUND);
        if own < null_model::BENT || cells >= MOST_BEND {
            return (own, bent);
        }
        cells += LEAST_BEND;
    }
}

/// How far a picture is bent at first, and by how much further each time, in cells.
const LEAST_BEND: f32 = 0.3;

/// How far at most: a fifth of the picture.
const MOST_BEND: f32 = 4.8;
