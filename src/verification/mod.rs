//! Near duplicates: candidates of a wide net that agree once they are laid on each other.
//!
//! thumbnails -> [`Whitening`], [`describe`] (whitened by the dataset itself) -> [`calibrate`]
//! (what unrelated pictures reach) -> [`find`] (candidates, aligned, above the threshold).

mod affine;
mod agreement;
mod alignment;
mod candidates;
mod decoys;
mod effort;
mod frames;
mod grid;
mod learned;
mod moments;
mod null_model;
mod orientation;
mod picture;
mod sides;
#[cfg(test)]
mod test_pictures;
#[cfg(test)]
mod tests;
mod verify;
mod views;
mod whitening;
mod windows;

use std::collections::BTreeSet;

use rayon::prelude::*;

use candidates::{Candidate, Database, Guess};
pub(crate) use effort::narrowed;
use effort::{ACROSS, Effort, MANY, across, within};
pub(crate) use learned::{LEARNED_VERSION, Learned, parts};
pub(crate) use null_model::Threshold;
pub(crate) use picture::{Picture, describe};
pub(crate) use verify::Found;
use verify::{best_similarity, verify};
use whitening::Residual;
pub(crate) use whitening::Whitening;

/// Estimates the threshold for searching `queries` in `database`, both places among `pictures`:
/// from negatives, or from turned decoys where these show that light and dark are not alike.
#[must_use]
pub(crate) fn calibrate(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
) -> Threshold {
    let (places, database) = present(pictures, database);
    let (queries, _) = present(pictures, queries);
    let searched = queries.len();
    let step = searched.div_ceil(null_model::DECOYS).max(1);
    if database.pictures.len() < null_model::LEAST {
        return null_model::threshold(&[], 0);
    }
    let mut sample: Vec<u32> = queries.iter().copied().step_by(step).collect();
    if (null_model::LEAST..null_model::DECOYS).contains(&sample.len()) {
        // Few queries tell the threshold roughly; pictures that are searched make decoys as good.
        let queries: BTreeSet<u32> = queries.into_iter().collect();
        let others = places.iter().filter(|&place| !queries.contains(place));
        let others: Vec<u32> = others.copied().collect();
        let room = null_model::DECOYS - sample.len();
        let step = others.len().div_ceil(room).max(1);
        sample.extend(others.into_iter().step_by(step));
    }
    let first: Vec<u32> = sample.iter().copied().step_by(null_model::FEW).collect();
    let rest = sample.iter().enumerate();
    let rest = rest.filter(|(i, _)| !i.is_multiple_of(null_model::FEW));
    let rest: Vec<u32> = rest.map(|(_, &place)| place).collect();
    let Effort {
        coarse, fine, net, ..
    } = across(database.pictures.len());
    let best = |sample: &[u32], decoy: fn(&Residual) -> Residual| -> Vec<f32> {
        let other = |query: u32, place: u32| sample[query as usize] != places[place as usize];
        let decoys: Vec<Residual> = sample
            .iter()
            .filter_map(|&place| pictures[place as usize].as_ref())
            .map(|picture| decoy(&picture.residual))
            .collect();
        let of_decoys: Vec<&Residual> = decoys.iter().collect();
        candidates::candidates(&of_decoys, &database, coarse, net, &other)
            .into_par_iter()
            .zip(&decoys)
            .map(|(candidates, decoy)| best_similarity(decoy, &database, candidates, fine))
            .collect()
    };
    let mut negatives = best(&first, decoys::negative);
    if !null_model::is_settled(&negatives, searched) {
        negatives.extend(best(&rest, decoys::negative));
    }
    let negative = null_model::threshold(&negatives, searched);
    let matters = |turned: Threshold| {
        negative.false_rate.is_none()
            || turned.similarity > negative.similarity + null_model::POLARITY_MATTERS
    };
    let mut turned = best(&first, decoys::turned);
    let by_first = null_model::threshold(&turned, searched);
    if first.len() >= null_model::LEAST && (by_first.false_rate.is_none() || !matters(by_first)) {
        return negative;
    }
    turned.extend(best(&rest, decoys::turned));
    let turned = null_model::threshold(&turned, searched);
    if turned.false_rate.is_some() && matters(turned) {
        turned
    } else {
        negative
    }
}

/// Whether two pictures are found to be the same when nothing else competes.
#[must_use]
pub(crate) fn are_duplicates(one: &Picture, other: &Picture, threshold: Threshold) -> bool {
    let database = Database::new(vec![other]);
    let least = threshold.similarity;
    let found = verified(&[&*one.residual], &database, ACROSS, least, &|_, _| true);
    !found[0].is_empty()
}

/// Finds the duplicates of each query in the database, both places among `pictures`, and hands them
/// to `sink`: in order of query, most similar first, at most 10 a query.
///
/// Whether a query has a duplicate does not depend on how many it has.
pub(crate) fn find(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
    threshold: Threshold,
    sink: impl FnMut(Found),
) {
    search(
        pictures,
        queries,
        database,
        across(database.len()),
        threshold,
        |a, b| a != b,
        sink,
    );
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
    search(pictures, queries, members, effort, threshold, allowed, sink);
}

/// Similarity of two pictures laid on each other as they stand, -1 to 1: what a search would
/// measure of this pair had it looked at it upright. `None` where nothing can be aligned.
#[must_use]
pub(crate) fn similarity(query: &Picture, partner: &Picture) -> Option<f32> {
    let candidate = Candidate {
        correlation: 1.0,
        place: 0,
        transform: 0,
        guess: Guess::Whole,
    };
    let database = Database::new(vec![partner]);
    let found = verify(
        &query.residual,
        &database,
        vec![candidate],
        1,
        null_model::NOTHING_FOUND,
    );
    found.first().map(|found| found.similarity)
}

fn search(
    pictures: &[Option<Picture>],
    queries: &[u32],
    database: &[u32],
    effort: Effort,
    threshold: Threshold,
    allowed: impl Fn(u32, u32) -> bool + Sync,
    mut sink: impl FnMut(Found),
) {
    let (places, database) = present(pictures, database);
    for batch in queries.chunks(effort.batch) {
        let (batch, residuals): (Vec<u32>, Vec<&Residual>) = batch
            .iter()
            .filter_map(|&place| Some((place, &*pictures[place as usize].as_ref()?.residual)))
            .unzip();
        let allowed =
            |query: u32, place: u32| allowed(batch[query as usize], places[place as usize]);
        let verified = verified(
            &residuals,
            &database,
            effort,
            threshold.similarity,
            &allowed,
        );
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
    effort: Effort,
    least: f32,
    allowed: &(impl Fn(u32, u32) -> bool + Sync),
) -> Vec<Vec<Found>> {
    candidates::candidates(queries, database, effort.coarse, effort.net, allowed)
        .into_par_iter()
        .zip(queries)
        .enumerate()
        .map(|(query, (candidates, residual))| {
            let mut found = verify(residual, database, candidates, effort.fine, least);
            for found in &mut found {
                found.query = query as u32;
            }
            found
        })
        .collect()
}
