//! Candidates laid on a query, at half the resolution and the best of them at all of it.

use super::affine::Affine;
use super::alignment::Laid;
use super::candidates::{self, Candidate, Database, Guess};
use super::frames::FRAMES;
use super::grid::Grid;
use super::null_model;
use super::sides::{Sides, query_is_fixed};
use super::whitening::Residual;
use crate::matching::area::Area;
use crate::matching::pair::Transform;
use crate::signature::thumbnail::SIDE;

/// How much closer two pictures may come by the fine alignment than by the coarse one. A pair that
/// lacks more is not aligned finely: detail that the coarse grid does not show lowers the
/// similarity far more often than it raises it.
const FINER: f32 = 0.1;

/// Price of an orientation other than upright and mirrored: a weaker explanation, since copies that
/// are turned are rarer.
const UNUSUAL_PRICE: f32 = 0.1;

/// Two pictures that show the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// Place of the query among the pictures.
    pub query: u32,
    /// Place of its partner among the pictures.
    pub partner: u32,
    /// -1 to 1, at least the threshold.
    pub similarity: f32,
    /// What is done to the query so that it lies on the partner.
    pub transform: Transform,
    /// Where what the query shows, after `transform`, lies in the partner.
    pub map: Affine,
    /// The part of the query, after `transform`, that the partner shows.
    pub of_query: Area,
    /// The part of the partner that the query shows.
    pub of_partner: Area,
}

impl Found {
    /// The pair seen from the other picture.
    #[must_use]
    pub(crate) fn reversed(self) -> Self {
        let back = self.transform.inverse();
        Self {
            query: self.partner,
            partner: self.query,
            transform: back,
            map: self.map.inverse().unwrap_or(self.map).transformed(back),
            of_query: self.of_partner.transformed(back),
            of_partner: self.of_query.transformed(back),
            ..self
        }
    }
}

/// Aligns one query's candidates, and keeps those that are at least `least` similar, the `most`
/// most similar, best first.
///
/// A pair is as similar as its fine alignment says, but no more than [`FINER`] above the coarse
/// one: then what cannot be among the `most` need not be aligned finely, and what is found is the
/// same in whatever parts and order candidates come.
pub(super) fn verify(
    query: &Residual,
    database: &Database<'_>,
    candidates: Vec<Candidate>,
    most: usize,
    least: f32,
) -> Vec<Found> {
    let fine_query = Sides::new(query, Grid::fine);
    let mut laid = Laid::new();
    let mut found: Vec<Found> = Vec::new();
    // Best first.
    for start in coarsely_aligned(query, database, candidates, least) {
        let last = found.get(most - 1).map_or(least, |found| found.similarity);
        if start.correlation + FINER < last {
            break;
        }
        if let Some(this) = finely_aligned(&fine_query, database, &start, &mut laid)
            && this.similarity >= last
        {
            let rank = |of: &Found| {
                let key = database.pictures[of.partner as usize].key;
                (of.similarity, std::cmp::Reverse((key, of.partner)))
            };
            let at = found.partition_point(|other| rank(other) > rank(&this));
            found.insert(at, this);
            found.truncate(most);
        }
    }
    found
}

/// The greatest similarity of one query and a candidate of it; `None` where nothing can be aligned.
pub(super) fn best_similarity(
    query: &Residual,
    database: &Database<'_>,
    candidates: Vec<Candidate>,
) -> Option<f32> {
    let found = verify(query, database, candidates, 1, null_model::NOTHING_FOUND);
    found.first().map(|found| found.similarity)
}

/// A candidate laid on the query at half the resolution.
struct Coarse {
    candidate: Candidate,
    correlation: f32,
    /// For the full resolution.
    map: Affine,
}

/// Those of a query's candidates that may be `least` similar, best first.
fn coarsely_aligned(
    query: &Residual,
    database: &Database<'_>,
    candidates: Vec<Candidate>,
    least: f32,
) -> Vec<Coarse> {
    let query = Sides::new(query, Grid::coarse);
    let mut laid = Laid::new();
    let mut aligned: Vec<Coarse> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let partner = Grid::coarse(database.residual(candidate));
            let start = start(candidate).refined(0.5);
            let alignment = query.align(candidate, &partner, start, &mut laid)?;
            let map = alignment.map.refined(2.0);
            (alignment.correlation + FINER >= least).then_some(Coarse {
                candidate,
                correlation: alignment.correlation,
                map,
            })
        })
        .collect();
    // Stable: equal ones stay in the candidates' own order.
    aligned.sort_by(|a, b| b.correlation.total_cmp(&a.correlation));
    aligned
}

/// How the query lies on a candidate at full resolution; `None` when there is nothing to align by.
fn finely_aligned(
    query: &Sides<'_, SIDE>,
    database: &Database<'_>,
    start: &Coarse,
    laid: &mut Laid<SIDE>,
) -> Option<Found> {
    let candidate = start.candidate;
    let partner = Grid::fine(database.residual(candidate));
    let (alignment, similarity) = query.align_and_compare(candidate, &partner, start.map, laid)?;
    let price = if candidates::is_usual(candidate.transform) {
        0.0
    } else {
        UNUSUAL_PRICE
    };
    let similarity = similarity.min(start.correlation + FINER);
    let map = alignment.map;
    let back = map.inverse()?;
    let (map, back) = if query_is_fixed(candidate) {
        (map, back)
    } else {
        (back, map)
    };
    Some(Found {
        query: 0,
        partner: candidate.place,
        similarity: (similarity - price).max(-1.0),
        transform: Transform::ALL[usize::from(candidate.transform)],
        map,
        of_query: back.covered(),
        of_partner: map.covered(),
    })
}

fn start(candidate: Candidate) -> Affine {
    match candidate.guess {
        Guess::Whole => Affine::IDENTITY,
        Guess::FrameOfQuery(frame) | Guess::CropOfDatabase(frame) => FRAMES[usize::from(frame)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::candidates::{self, Limits, WIDE};
    use super::super::cuts::Cut;
    use super::super::decoys;
    use super::super::test_pictures::{self as pictures, described, drawn};
    use super::*;

    #[test]
    fn the_most_similar_are_those_of_all_candidates() {
        for paint in [pictures::scene, pictures::dashboard, pictures::microscope] {
            let thumbnails = (0..80).map(|seed| Some(drawn(&paint(seed), 96, 72, seed)));
            let pictures = described(thumbnails.collect());
            let database = Database::new(pictures.iter().flatten().collect());
            let decoys: Vec<Residual> = database
                .pictures
                .iter()
                .map(|picture| decoys::negative(&picture.residual))
                .collect();
            let queries: Vec<&Residual> = decoys.iter().collect();
            let cuts = vec![Cut::NONE; queries.len()];
            let candidates =
                candidates::candidates(&queries, &database, &cuts, Limits::NONE, WIDE, &|a, b| {
                    a != b
                });
            let mut compared = 0;
            for (query, looked) in queries.into_iter().zip(candidates) {
                let candidates = looked.candidates;
                let nothing = null_model::NOTHING_FOUND;
                let all = verify(query, &database, candidates.clone(), usize::MAX, nothing);
                let similarities = all.iter().map(|found| found.similarity);
                assert!(similarities.is_sorted_by(|a, b| a >= b));
                for most in [1, 2] {
                    let found = verify(query, &database, candidates.clone(), most, nothing);
                    assert_eq!(found, all[..all.len().min(most)]);
                }
                // The same of two halves.
                let (one, other) = candidates.split_at(candidates.len() / 2);
                let mut parts = verify(query, &database, other.to_vec(), 2, nothing);
                parts.extend(verify(query, &database, one.to_vec(), 2, nothing));
                parts.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
                parts.truncate(2);
                assert_eq!(parts, all[..all.len().min(2)]);
                compared += usize::from(all.len() > 1);
            }
            assert!(compared > 10, "few queries have a choice: {compared}");
        }
    }
}
