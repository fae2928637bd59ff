//! From which similarity on are pairs of this dataset the same picture? Decoys are searched for,
//! and where these cannot know, bent copies of real pictures say that they cannot.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::candidates::{self, Database, Limits};
use super::cuts::{Cohort, Cut};
use super::decoys;
use super::effort::{Effort, across};
use super::null_model;
use super::picture::Picture;
use super::sample::{self, Key};
use super::threshold::Threshold;
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
    let (_, searched) = present(pictures, database);
    calibrate_by(pictures, queries, database, |decoy, originals| {
        let decoys = Decoys::of(pictures, originals, decoy);
        decoys.best(&searched, &decoys.cuts(&cohort), cohort.effort)
    })
}

/// As [`calibrate`], where something else knows the best similarity of decoys, in their order, to
/// any picture of the database but the original.
#[must_use]
pub(crate) fn calibrate_by(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
    best: impl Fn(Decoy, &[u32]) -> Vec<f32>,
) -> Threshold {
    let (database, _) = present(pictures, database);
    let (queries, _) = present(pictures, queries);
    let searched = queries.len();
    let tiny = database.len() < null_model::LEAST;
    let search = Search {
        pictures,
        sample: sample(pictures, queries, &database),
        best,
        queries: searched,
    };
    let threshold = if tiny {
        null_model::threshold(&[], 0)
    } else {
        search.by_decoys()
    };
    match search.is_continuum(threshold) {
        Some(true) => {
            let real = (search.best)(Decoy::Real, &search.sample);
            threshold.among_look_alikes(null_model::copies(&real, searched))
        }
        Some(false) if search.is_doubtful(threshold) => threshold.at_bound(),
        Some(false) => threshold,
        None => threshold.in_doubt(),
    }
}

/// Similarity that hardly a picture of `places` has to another one there that is no copy of it, by
/// a sample of them.
#[must_use]
pub(crate) fn reached_by_strangers(pictures: &[Option<Picture>], places: &[u32]) -> f32 {
    let own = sample::of_pictures(pictures, places.iter().copied(), null_model::BENT_COPIES);
    let cohort = Cohort::of(pictures, places, across(places.len()));
    let (_, searched) = present(pictures, places);
    let real = Decoys::of(pictures, &own, Decoy::Real);
    let best = real.best(&searched, &real.cuts(&cohort), cohort.effort);
    null_model::strangers(&best, places.len())
}

/// Everything that [`calibrate_by`] may ask for: kinds of decoys, with the places of their
/// originals.
pub(super) fn all_decoys(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
) -> Vec<(Decoy, Vec<u32>)> {
    let (queries, _) = present(pictures, queries);
    let (database, _) = present(pictures, database);
    if database.len() < null_model::LEAST {
        return Vec::new();
    }
    let sample = sample(pictures, queries, &database);
    let few = bent_of(&sample);
    let of_all = [Decoy::Negative, Decoy::Turned, Decoy::Real];
    let of_all = of_all.map(|decoy| (decoy, sample.clone()));
    of_all.into_iter().chain([(Decoy::Bent, few)]).collect()
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

/// The pictures of a sample of which bent copies are made.
fn bent_of(sample: &[u32]) -> Vec<u32> {
    let step = sample.len().div_ceil(null_model::BENT_COPIES).max(1);
    sample.iter().copied().step_by(step).collect()
}

/// What is made of a picture to try a search with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Decoy {
    /// Light and dark exchanged.
    Negative,
    /// Turned by an eighth.
    Turned,
    /// Bent until it is no copy any more.
    Bent,
    /// The picture itself, of which the others in the database are wanted.
    Real,
}

impl Decoy {
    /// All kinds.
    pub(crate) const ALL: [Self; 4] = [Self::Negative, Self::Turned, Self::Bent, Self::Real];

    /// Its name in files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Turned => "turned",
            Self::Bent => "bent",
            Self::Real => "real",
        }
    }

    fn made_of(self, picture: &Picture) -> Residual {
        match self {
            Self::Negative => decoys::negative(&picture.residual),
            Self::Turned => decoys::turned(&picture.residual),
            Self::Bent => bent(picture).1,
            Self::Real => *picture.residual,
        }
    }
}

/// Decoys of one kind.
pub(super) struct Decoys {
    /// Keys of their originals.
    originals: Vec<Key>,
    residuals: Vec<Residual>,
}

impl Decoys {
    pub(super) fn of(pictures: &[Option<Picture>], originals: &[u32], decoy: Decoy) -> Self {
        let originals = originals.par_iter();
        let made = originals.filter_map(|&place| {
            let picture = pictures[place as usize].as_ref()?;
            Some((picture.key, decoy.made_of(picture)))
        });
        let (originals, residuals) = made.unzip();
        Self {
            originals,
            residuals,
        }
    }

    /// What a candidate of each has to reach.
    pub(super) fn cuts(&self, cohort: &Cohort<'_>) -> Vec<Cut> {
        let residuals: Vec<&Residual> = self.residuals.iter().collect();
        cohort.cuts(&residuals, &|query, key| {
            self.originals[query as usize] != key
        })
    }

    /// The best similarity of each to any picture of the database but its original.
    pub(super) fn best(&self, database: &Database<'_>, cuts: &[Cut], effort: Effort) -> Vec<f32> {
        let residuals: Vec<&Residual> = self.residuals.iter().collect();
        let other = |query: u32, place: u32| {
            self.originals[query as usize] != database.pictures[place as usize].key
        };
        candidates::candidates(&residuals, database, cuts, Limits::NONE, effort.net, &other)
            .into_par_iter()
            .zip(residuals)
            .map(|(looked, decoy)| {
                let best = best_similarity(decoy, database, looked.candidates);
                best.unwrap_or(null_model::NOTHING_FOUND)
            })
            .collect()
    }
}

/// A search that is tried with decoys.
struct Search<'a, Best> {
    pictures: &'a [Option<Picture>],
    /// Pictures of which decoys are made.
    sample: Vec<u32>,
    /// The best similarity of decoys of these pictures to any but the original.
    best: Best,
    /// How many queries the search has.
    queries: usize,
}

impl<Best: Fn(Decoy, &[u32]) -> Vec<f32>> Search<'_, Best> {
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
        let best = &self.best;
        let mut negatives = best(Decoy::Negative, &first);
        if !null_model::is_settled(&negatives, self.queries) {
            negatives.extend(best(Decoy::Negative, &rest));
        }
        let negative = null_model::threshold(&negatives, self.queries);
        let matters = |turned: Threshold| {
            negative.negatives == 0
                || turned.similarity > negative.similarity + null_model::POLARITY_MATTERS
        };
        let mut turned = best(Decoy::Turned, &first);
        let by_first = null_model::threshold(&turned, self.queries);
        if first.len() >= null_model::LEAST && (by_first.negatives == 0 || !matters(by_first)) {
            return negative;
        }
        turned.extend(best(Decoy::Turned, &rest));
        let turned = null_model::threshold(&turned, self.queries);
        if turned.negatives > 0 && matters(turned) {
            turned
        } else {
            negative
        }
    }

    /// Whether a bound stands in for what decoys say, and real strangers reach it. The upper one
    /// they do by what decoys say.
    fn is_doubtful(&self, threshold: Threshold) -> bool {
        let is_lower = threshold.similarity <= null_model::LEAST_SIMILARITY;
        threshold.is_bound()
            && (!is_lower || {
                let real = (self.best)(Decoy::Real, &bent_of(&self.sample));
                null_model::strangers_reach(threshold, &real, self.queries)
            })
    }

    /// Whether strangers are nearer to bent copies than their originals are; `None` where too
    /// little tells.
    fn is_continuum(&self, threshold: Threshold) -> Option<bool> {
        let few = bent_of(&self.sample);
        if few.len() < null_model::LEAST_BENT || threshold.negatives == 0 {
            return None;
        }
        let own = few.par_iter().filter_map(|&place| {
            let (own, _) = bent(self.pictures[place as usize].as_ref()?);
            Some(own)
        });
        let own: Vec<f32> = own.collect();
        let nearer = null_model::part_nearer(&own, &(self.best)(Decoy::Bent, &few));
        let real = || (self.best)(Decoy::Real, &few);
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

#[cfg(test)]
mod tests {
    use super::super::test_pictures::{self as pictures, Picture, described, drawn};
    use super::reached_by_strangers;

    #[test]
    fn strangers_of_one_template_reach_more_than_scenes_and_copies_raise_it_a_little() {
        let cards = |seed: u32| -> Picture {
            let (frame, inside) = (pictures::document(0), pictures::scene(seed));
            Box::new(
                move |x, y| match (0.4..0.6).contains(&x) && (0.4..0.6).contains(&y) {
                    true => inside((x - 0.4) * 5.0, (y - 0.4) * 5.0),
                    false => frame(x, y),
                },
            )
        };
        let reached = |painter: &dyn Fn(u32) -> Picture, copies: u32| {
            let seeds = (0..200).chain(0..copies);
            let drawn = seeds.enumerate().map(|(noise, seed)| {
                let (width, height) = if noise < 200 { (48, 48) } else { (40, 40) };
                Some(drawn(&painter(seed), width, height, noise as u32))
            });
            let pictures = described(drawn.collect());
            let all: Vec<u32> = (0..pictures.len() as u32).collect();
            reached_by_strangers(&pictures, &all)
        };
        let [scenes, of_template] = [&pictures::scene as &dyn Fn(u32) -> Picture, &cards]
            .map(|painter| reached(painter, 0));
        assert!(
            scenes < 0.6 && scenes < of_template,
            "{scenes}, {of_template}"
        );
        // Copies among the pictures raise it, and never to what copies reach.
        let with_copies = reached(&pictures::scene, 10);
        assert!(with_copies < 0.9, "{with_copies}, without {scenes}");
    }
}
