//! Near duplicates: candidates of a wide net that agree once they are laid on each other.
//!
//! thumbnails -> [`Whitening`], [`describe`] (whitened by the dataset itself) -> [`calibrate`]
//! (what unrelated pictures reach) -> [`find`] (candidates, aligned, above the threshold).

mod affine;
mod agreement;
mod alignment;
mod calibration;
mod candidates;
mod cuts;
mod decoys;
mod effort;
mod frames;
mod grid;
mod learned;
mod moments;
mod null_model;
mod orientation;
mod parts;
mod picture;
mod sample;
mod sides;
#[cfg(test)]
mod test_pictures;
#[cfg(test)]
mod tests;
mod threshold;
mod verify;
mod views;
mod whitening;
mod windows;

use rayon::prelude::*;

#[cfg(test)]
pub(crate) use affine::Affine;
pub(crate) use calibration::{Decoy, calibrate, calibrate_by, reached_by_strangers};
use candidates::{Candidate, Database, Guess, Limits};
use cuts::{Cohort, Cut};
pub(crate) use effort::narrowed;
use effort::{ACROSS, Effort, MANY, across, within};
pub(crate) use learned::{LEARNED_VERSION, Learned, parts};
pub(crate) use null_model::LEAST_SIMILARITY;
use parts::Asked;
pub(crate) use parts::{Answer, Answers, Asking, Merged, Plan, Question};
pub(crate) use picture::{Keyed, Picture, describe};
pub(crate) use sample::Key;
pub(crate) use threshold::{Doubt, Threshold};
pub(crate) use verify::Found;
use verify::{best_similarity, verify};
use whitening::Residual;
pub(crate) use whitening::Whitening;

/// Whether two pictures are found to be the same when nothing else competes.
#[must_use]
pub(crate) fn are_duplicates(one: &Picture, other: &Picture, threshold: Threshold) -> bool {
    let queries = [&*one.residual];
    let database = Database::new(vec![other]);
    let chosen = Chosen {
        cuts: vec![Cut::NONE],
        limits: Limits::NONE,
    };
    let least = threshold.of_neighbours();
    let found = verified(&queries, &database, &chosen, ACROSS, least, &|_, _| true);
    !found[0].is_empty()
}

/// Finds the duplicates of each query in the database, both places among `pictures`, and hands them
/// to `sink`: in order of query, most similar first, at most 10 a query.
///
/// Whether a pair is found depends on the pair and on a sample of the database, but for more than
/// 10 of one query: of these the most similar are found.
pub(crate) fn find(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
    threshold: Threshold,
    sink: impl FnMut(Found),
) {
    let effort = across(database.len());
    let cohort = Cohort::of(pictures, database, effort);
    find_in(pictures, queries, database, &cohort, threshold, sink);
}

/// As [`find`], for partners among `new` only, some of the database: what a search of all of it
/// finds of these, and where it stops at 10 perhaps more.
pub(crate) fn find_new(
    pictures: &[Option<Picture>],
    queries: &[u32],
    (database, new): (&[u32], &[u32]),
    threshold: Threshold,
    sink: impl FnMut(Found),
) {
    let effort = across(database.len());
    let (places, part) = present(pictures, new);
    // Most queries have nothing like the few new ones, and need no cut.
    let mut near = Vec::new();
    for batch in queries.chunks(effort.batch) {
        let (of, residuals) = with_residuals(pictures, batch);
        let none = vec![Cut::NONE; residuals.len()];
        let limits = Limits {
            most: 1,
            ..Limits::NONE
        };
        let other = |query: u32, place: u32| of[query as usize] != places[place as usize];
        let looked = candidates::candidates(&residuals, &part, &none, limits, effort.net, &other);
        let looked = of.into_iter().zip(looked);
        let own = looked.filter(|(_, looked)| !looked.candidates.is_empty());
        near.extend(own.map(|(place, _)| place));
    }
    if !near.is_empty() {
        let cohort = Cohort::of(pictures, database, effort);
        find_in(pictures, &near, new, &cohort, threshold, sink);
    }
}

/// As [`find`], in a part of what the cohort is a sample of.
fn find_in(
    pictures: &[Option<Picture>],
    queries: &[u32],
    part: &[u32],
    cohort: &Cohort<'_>,
    threshold: Threshold,
    sink: impl FnMut(Found),
) {
    Asked::of(pictures, queries, cohort).find(pictures, part, threshold, sink);
}

/// Finds duplicates among `members`, each pair once and with its lesser place as the query: for
/// every member its (up to four) most similar later ones, which is enough to join all copies into
/// one cluster. Of many members only those in the same frame, see [`narrowed`].
pub(crate) fn find_within(
    pictures: &[Option<Picture>],
    members: &[u32],
    threshold: Threshold,
    sink: impl FnMut(Found),
) {
    find_within_by(
        within(members.len(), MANY),
        pictures,
        members,
        threshold,
        sink,
    );
}

fn find_within_by(
    effort: Effort,
    pictures: &[Option<Picture>],
    members: &[u32],
    threshold: Threshold,
    mut sink: impl FnMut(Found),
) {
    // Only later members can be partners: a part of them at a time need not be searched.
    for (number, batch) in members.chunks(effort.batch).enumerate() {
        search(
            pictures,
            batch,
            &members[number * effort.batch..],
            effort,
            best(effort),
            threshold,
            |a, b| a < b,
            &mut sink,
        );
    }
}

/// As [`find_within`], for some of the members only: finds their duplicates among all `members`,
/// each pair once. `queries` is in ascending order.
pub(crate) fn find_within_for(
    pictures: &[Option<Picture>],
    queries: &[u32],
    members: &[u32],
    threshold: Threshold,
    sink: impl FnMut(Found),
) {
    let allowed = |a: u32, b: u32| a != b && (a < b || queries.binary_search(&b).is_err());
    // The same net as when all are asked about: what is asked must not change what is a duplicate.
    let effort = within(members.len(), MANY);
    let choose = best(effort);
    search(
        pictures, queries, members, effort, choose, threshold, allowed, sink,
    );
}

/// Which candidates of some queries are aligned.
struct Chosen {
    cuts: Vec<Cut>,
    limits: Limits,
}

/// The best of what is searched, however good.
fn best(effort: Effort) -> impl Fn(&[u32]) -> Chosen {
    move |queries| Chosen {
        cuts: vec![Cut::NONE; queries.len()],
        limits: effort.limits(),
    }
}

/// Similarity of two pictures laid on each other as they stand, -1 to 1: what a search would
/// measure of this pair had it looked at it upright. `None` where nothing can be aligned.
#[must_use]
pub(crate) fn similarity(query: &Picture, partner: &Picture) -> Option<f32> {
    similarity_of(&query.residual, partner)
}

/// As [`similarity`], of what has a residual only.
fn similarity_of(query: &Residual, partner: &Picture) -> Option<f32> {
    let candidate = Candidate {
        correlation: 1.0,
        place: 0,
        transform: 0,
        guess: Guess::Whole,
    };
    let database = Database::new(vec![partner]);
    best_similarity(query, &database, vec![candidate])
}

/// Searches batch by batch; `choose` is given the places of a batch.
#[expect(
    clippy::too_many_arguments,
    reason = "the ways to search share their loop only"
)]
fn search(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
    effort: Effort,
    mut choose: impl FnMut(&[u32]) -> Chosen,
    threshold: Threshold,
    allowed: impl Fn(u32, u32) -> bool + Sync,
    mut sink: impl FnMut(Found),
) {
    let (places, database) = present(pictures, database);
    for batch in queries.chunks(effort.batch) {
        let (batch, residuals) = with_residuals(pictures, batch);
        let chosen = choose(&batch);
        let allowed =
            |query: u32, place: u32| allowed(batch[query as usize], places[place as usize]);
        let least = threshold.similarity;
        let verified = verified(&residuals, &database, &chosen, effort, least, &allowed);
        for (&query, found) in batch.iter().zip(verified) {
            for found in found {
                sink(Found {
                    query,
                    partner: places[found.partner as usize],
                    ..found
                });
            }
        }
    }
}

/// The places that have a picture, with what each shows.
fn with_residuals<'a>(
    pictures: &'a [Option<Picture>],
    places: &[u32],
) -> (Vec<u32>, Vec<&'a Residual>) {
    let shown = |&place: &u32| Some((place, &*pictures[place as usize].as_ref()?.residual));
    places.iter().filter_map(shown).unzip()
}

/// The pictures at `places` that have one, with their places.
fn present<'a>(pictures: &'a [Option<Picture>], places: &[u32]) -> (Vec<u32>, Database<'a>) {
    let (places, present) = places
        .iter()
        .filter_map(|&place| Some((place, pictures[place as usize].as_ref()?)))
        .unzip();
    (places, Database::new(present))
}

/// For each query its verified partners at least `least` similar, most similar first; `query` and
/// `partner` are places in the arguments.
fn verified(
    queries: &[&Residual],
    database: &Database<'_>,
    chosen: &Chosen,
    effort: Effort,
    least: f32,
    allowed: &(impl Fn(u32, u32) -> bool + Sync),
) -> Vec<Vec<Found>> {
    let Chosen { cuts, limits } = chosen;
    candidates::candidates(queries, database, cuts, *limits, effort.net, allowed)
        .into_par_iter()
        .zip(queries)
        .enumerate()
        .map(|(query, (looked, residual))| {
            let mut found = verify(residual, database, looked.candidates, effort.pairs, least);
            for found in &mut found {
                found.query = query as u32;
            }
            found
        })
        .collect()
}
