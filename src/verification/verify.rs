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
    /// The part of the query, after `transform`, that the partner shows.
    pub of_query: Area,
    /// The part of the partner that the query shows.
    pub of_partner: Area,
}

/// Aligns one query's candidates coarsely, the best of them finely, and keeps those that are at
/// least `least` similar.
pub(super) fn verify(
    query: &Residual,
    database: &Database<'_>,
    candidates: Vec<Candidate>,
    fine: usize,
    least: f32,
) -> Vec<Found> {
    let fine_query = Sides::new(query, Grid::fine);
    let mut laid = Laid::new();
    let mut found: Vec<Found> = coarsely_aligned(query, database, candidates, fine, least)
        .into_iter()
        .filter_map(|start| finely_aligned(&fine_query, database, &start, &mut laid))
        .filter(|found| found.similarity >= least)
        .collect();
    found.sort_by(|a, b| {
        b.similarity
            .total_cmp(&a.similarity)
            .then(a.partner.cmp(&b.partner))
    });
    found
}

/// The greatest similarity of one query and a candidate of it, [`null_model::NOTHING_FOUND`] where
/// there is none: the first of what [`verify`] finds, without aligning finely what cannot be it.
pub(super) fn best_similarity(
    query: &Residual,
    database: &Database<'_>,
    candidates: Vec<Candidate>,
    fine: usize,
) -> f32 {
    let fine_query = Sides::new(query, Grid::fine);
    let mut laid = Laid::new();
    let mut best = null_model::NOTHING_FOUND;
    for start in coarsely_aligned(query, database, candidates, fine, best) {
        // Best first.
        if start.correlation < best - FINER {
            break;
        }
        if let Some(found) = finely_aligned(&fine_query, database, &start, &mut laid) {
            best = best.max(found.similarity);
        }
    }
    best
}

/// A candidate laid on the query at half the resolution.
struct Coarse {
    candidate: Candidate,
    correlation: f32,
    /// For the full resolution.
    map: Affine,
}

/// Those of a query's candidates that may be `least` similar, the `most` best, best first.
fn coarsely_aligned(
    query: &Residual,
    database: &Database<'_>,
    candidates: Vec<Candidate>,
    most: usize,
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
            (alignment.correlation >= least - FINER).then_some(Coarse {
                candidate,
                correlation: alignment.correlation,
                map,
            })
        })
        .collect();
    // Stable: equal ones stay in the candidates' own order.
    aligned.sort_by(|a, b| b.correlation.total_cmp(&a.correlation));
    aligned.truncate(most);
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
    let map = alignment.map;
    let (fixed_area, moving_area) = (map.inverse()?.covered(), map.covered());
    let (of_query, of_partner) = if query_is_fixed(candidate) {
        (fixed_area, moving_area)
    } else {
        (moving_area, fixed_area)
    };
    Some(Found {
        query: 0,
        partner: candidate.place,
        similarity: (similarity - price).max(-1.0),
        transform: Transform::ALL[usize::from(candidate.transform)],
        of_query,
        of_partner,
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
    use super::super::candidates;
    use super::super::decoys;
    use super::super::effort::ACROSS;
    use super::super::test_pictures::{self as pictures, described, drawn};
    use super::*;

    #[test]
    fn the_best_similarity_is_that_of_the_first_that_is_verified() {
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
            let candidates = candidates::candidates(
                &queries,
                &database,
                ACROSS.coarse,
                ACROSS.net,
                &|query, place| query != place,
            );
            let mut compared = 0;
            for (query, candidates) in queries.into_iter().zip(candidates) {
                let nothing = null_model::NOTHING_FOUND;
                let all = verify(query, &database, candidates.clone(), ACROSS.fine, nothing);
                let first = all.first().map_or(nothing, |found| found.similarity);
                let best = best_similarity(query, &database, candidates, ACROSS.fine);
                assert!((best - first).abs() < 1e-6, "{best} {first}");
                compared += usize::from(all.len() > 1);
            }
            assert!(compared > 10, "few queries have a choice: {compared}");
        }
    }
}
