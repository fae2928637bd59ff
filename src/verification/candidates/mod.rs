//! Candidates for being the same picture: a wide net, from which alignment then keeps few.
//!
//! What the net guarantees, for a query and a database picture:
//! - whole against whole, as it is or mirrored, codes within [`WHOLE_RADIUS`] bits and views
//!   correlated above [`LEAST_CORRELATION`];
//! - whole against whole in the other six orientations, which nobody combines with a
//!   change of the frame, codes within [`EXACT_RADIUS`] bits and the same correlation;
//! - a crop of either, or the query turned by 8 degrees, against the whole of the other, as it is
//!   or mirrored, codes within [`EXACT_RADIUS`] bits and the same correlation;
//!
//! makes a candidate; where several orientations or frames come within the radius, the one with the
//! nearest code is the one whose correlation counts. Of a picture's crops the nearest is the one
//! that is looked at. Of all candidates of a query those are kept that reach its [`Cut`], or the
//! best correlated, or both ([`Limits`]). The search within the radius is exact; all limits are
//! properties of the data, not of chance.
//!
//! That is the [`WIDE`] net. Inside a split, [`CLOSE`] leaves out the frames; in one of very many
//! pictures, [`NARROW`] takes smaller radii and a higher correlation, too, so that an index answers
//! where the wide net has to look at every pair. Copies that are re-encoded, resized, recoloured,
//! mirrored or turned by quarters are found by it; cropped ones mostly not.

mod kept;

use std::sync::Mutex;

use rayon::prelude::*;

use super::cuts::Cut;
use super::frames::{CROPS, FRAMES};
use super::picture::Picture;
use super::views::{self, View};
use super::whitening::{self, Residual};
use super::windows::Windows;
use crate::matching::{self, Code, pair::Transform};
use kept::{Kept, lock, sorted};

/// Bits of 64 in which pictures may differ whose frames may differ, too. Unrelated pictures come
/// this near in about 1 % of cases.
pub(super) const WHOLE_RADIUS: u32 = 20;

/// Bits of 64 where the frames are nearly the same. Unrelated pictures come this near in about 0.1
/// % of cases.
pub(super) const EXACT_RADIUS: u32 = 16;

/// How near codes must be for their pictures to be candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Net {
    /// Bits of 64 for whole on whole, as it is or mirrored.
    pub(super) whole: u32,
    /// Bits of 64 for whole on whole in the other orientations.
    pub(super) turned: u32,
    /// Whether crops and turns by 8 degrees are looked up, within [`EXACT_RADIUS`].
    pub(super) frames: bool,
    /// Least correlation of the views.
    pub(super) least: f32,
}

/// Everything that the module promises.
pub(super) const WIDE: Net = Net {
    whole: WHOLE_RADIUS,
    turned: EXACT_RADIUS,
    frames: true,
    least: LEAST_CORRELATION,
};

/// Without changes of the frame.
pub(super) const CLOSE: Net = Net {
    frames: false,
    ..WIDE
};

/// Copies in the same frame only: re-encoded, resized, recoloured, mirrored, turned by quarters.
/// Such copies differ in 0 to 7 bits and correlate above 0.98 (`cargo bench --bench scale`);
/// strangers within the radius correlate by 0.5, rarely above 0.75, and there are hundreds of them
/// for every copy.
pub(super) const NARROW: Net = Net {
    whole: 10,
    turned: 8,
    frames: false,
    least: 0.8,
};

/// Least correlation of two views.
pub(super) const LEAST_CORRELATION: f32 = 0.3;

/// Orientations that are combined with a change of the frame: the first of [`Transform::ALL`], as
/// it is and mirrored.
const USUAL: usize = 2;

/// The other orientations.
const UNUSUAL: usize = Transform::ALL.len() - USUAL;

/// How two pictures may lie on each other before alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guess {
    /// Whole on whole.
    Whole,
    /// The database picture shows the query in frame number `.0`.
    FrameOfQuery(u8),
    /// The query shows the database picture in frame number `.0`, a crop.
    CropOfDatabase(u8),
}

/// A pair worth aligning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// Correlation of the views, -1 to 1.
    pub(super) correlation: f32,
    /// Place in the database.
    pub(super) place: u32,
    /// What is done to the query first.
    pub(super) transform: u8,
    pub(super) guess: Guess,
}

impl Candidate {
    /// Best correlated first; a total order, so that what is kept does not depend on threads.
    fn cmp_rank(&self, other: &Self) -> std::cmp::Ordering {
        other
            .correlation
            .total_cmp(&self.correlation)
            .then_with(|| {
                (self.place, self.transform, self.guess).cmp(&(
                    other.place,
                    other.transform,
                    other.guess,
                ))
            })
    }
}

/// The codes of a database, laid out for searching.
pub(super) struct Database<'a> {
    pub(super) pictures: Vec<&'a Picture>,
    whole: Vec<Code>,
}

impl<'a> Database<'a> {
    pub(super) fn new(pictures: Vec<&'a Picture>) -> Self {
        Self {
            whole: pictures.iter().map(|picture| picture.code).collect(),
            pictures,
        }
    }

    /// The codes of one crop of each picture. Made when they are asked for: of fourteen lists one
    /// is in memory.
    fn crops(&self, crop: usize) -> Vec<Code> {
        let pictures = self.pictures.par_iter();
        pictures.map(|p| p.crop_codes[crop]).collect()
    }

    /// The residual of a candidate.
    pub(super) fn residual(&self, candidate: Candidate) -> &Residual {
        &self.pictures[candidate.place as usize].residual
    }
}

/// Which candidates of a query are kept: those that reach its cut, and of these the best.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Most candidates, [`usize::MAX`] for all.
    pub(super) most: usize,
    /// Most crops of database pictures, nearest by code, of which the correlation is measured.
    pub(super) crops: usize,
}

impl Limits {
    /// Everything that reaches the cut.
    pub(super) const NONE: Self = Self {
        most: usize::MAX,
        crops: usize::MAX,
    };
}

/// What was looked up for one query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Looked {
    /// Candidates, best first.
    pub(super) candidates: Vec<Candidate>,
    /// Bits to each crop of which the correlation was measured, nearest first.
    pub(super) crops: Vec<u32>,
}

/// For each query the candidates in the net that `allowed(query, place)` lets pass. `cuts` has one
/// for each query.
pub(super) fn candidates(
    queries: &[&Residual],
    database: &Database<'_>,
    cuts: &[Cut],
    limits: Limits,
    net: Net,
    allowed: &(impl Fn(u32, u32) -> bool + Sync),
) -> Vec<Looked> {
    let new = |cut: &Cut| Kept::new(limits.most, cut.correlation.max(net.least));
    let kept: Vec<Mutex<Kept>> = cuts.iter().map(new).collect();
    let keep = |query: u32, candidate: Candidate| lock(&kept[query as usize]).add(candidate);
    let usual: Vec<[View; USUAL]> = queries
        .par_iter()
        .map(|query| whole_views(query, 0))
        .collect();
    let keep_whole = |query: u32, place: u32, view: &View, transform: usize| {
        if allowed(query, place) {
            let correlation = views::correlation(view, &database.pictures[place as usize].view);
            let transform = transform as u8;
            keep(
                query,
                Candidate {
                    correlation,
                    place,
                    transform,
                    guess: Guess::Whole,
                },
            );
        }
    };
    search(
        &codes(&usual),
        &database.whole,
        net.whole,
        |query, place, index| {
            keep_whole(query, place, &usual[query as usize][index], index);
        },
    );
    // Released before the next views are made: queries are many where the database is.
    {
        let unusual: Vec<[View; UNUSUAL]> = queries
            .par_iter()
            .map(|query| whole_views(query, USUAL))
            .collect();
        search(
            &codes(&unusual),
            &database.whole,
            net.turned,
            |query, place, index| {
                keep_whole(query, place, &unusual[query as usize][index], USUAL + index);
            },
        );
    }
    let mut crops = vec![Vec::new(); queries.len()];
    if net.frames {
        let views: Vec<[View; FRAMES.len() * USUAL]> = queries
            .par_iter()
            .map(|query| Windows::new(query).framed_and_mirrored())
            .collect();
        search(
            &codes(&views),
            &database.whole,
            EXACT_RADIUS,
            |query, place, index| {
                if allowed(query, place) {
                    let view = &views[query as usize][index];
                    let correlation =
                        views::correlation(view, &database.pictures[place as usize].view);
                    let transform = (index / FRAMES.len()) as u8;
                    let guess = Guess::FrameOfQuery((index % FRAMES.len()) as u8);
                    keep(
                        query,
                        Candidate {
                            correlation,
                            place,
                            transform,
                            guess,
                        },
                    );
                }
            },
        );
        crops = crops_of_database(&usual, database, cuts, limits.crops, allowed, keep);
    }
    kept.into_par_iter()
        .zip(crops)
        .map(|(kept, crops)| Looked {
            candidates: sorted(kept),
            crops,
        })
        .collect()
}

/// Whether this orientation, a place in [`Transform::ALL`], is one that copies commonly have: as it
/// is, or mirrored.
pub(super) fn is_usual(transform: u8) -> bool {
    usize::from(transform) < USUAL
}

/// The residual of the transformed picture.
pub(super) fn oriented(residual: &Residual, transform: Transform) -> Residual {
    let mut out = [0; whitening::CELLS];
    for (to, cell) in out.iter_mut().enumerate() {
        *cell =
            residual[super::orientation::source(transform, crate::signature::thumbnail::SIDE, to)];
    }
    out
}

/// Offers database crops near the query's whole to `keep`: those within its cut, and of these the
/// `most` nearest by code, since only for those the view is made. Gives the bits to each.
fn crops_of_database(
    whole: &[[View; USUAL]],
    database: &Database<'_>,
    cuts: &[Cut],
    most: usize,
    allowed: &(impl Fn(u32, u32) -> bool + Sync),
    keep: impl Fn(u32, Candidate) + Sync,
) -> Vec<Vec<u32>> {
    let codes = codes(whole);
    let new = |cut: &Cut| Kept::new(most, nearness(cut.crop_bits));
    let nearest: Vec<Mutex<Kept>> = cuts.iter().map(new).collect();
    for crop in 0..CROPS {
        let place_codes = database.crops(crop);
        search(
            &codes,
            &place_codes,
            EXACT_RADIUS,
            |query, place, transform| {
                if allowed(query, place) {
                    let bits = (codes[query as usize][transform] ^ place_codes[place as usize])
                        .count_ones();
                    lock(&nearest[query as usize]).add(Candidate {
                        correlation: nearness(bits),
                        place,
                        transform: transform as u8,
                        guess: Guess::CropOfDatabase(crop as u8),
                    });
                }
            },
        );
    }
    nearest
        .into_par_iter()
        .enumerate()
        .map(|(query, nearest)| {
            let nearest = sorted(nearest);
            for candidate in &nearest {
                let Guess::CropOfDatabase(crop) = candidate.guess else {
                    unreachable!("only crops of the database were added")
                };
                let residual = &database.pictures[candidate.place as usize].residual;
                let view = Windows::new(residual).framed(usize::from(crop));
                let query_view = &whole[query][usize::from(candidate.transform)];
                let correlation = views::correlation(query_view, &view);
                keep(
                    query as u32,
                    Candidate {
                        correlation,
                        ..*candidate
                    },
                );
            }
            let bits = nearest
                .iter()
                .map(|candidate| -candidate.correlation as u32);
            bits.collect()
        })
        .collect()
}

/// Orders crops as a correlation does, before theirs is measured: more is nearer.
fn nearness(bits: u32) -> f32 {
    -(bits as f32)
}

/// Views of the whole query in the `N` orientations from `first` on.
fn whole_views<const N: usize>(residual: &Residual, first: usize) -> [View; N] {
    let view = Windows::new(residual).whole();
    std::array::from_fn(|index| views::transformed(&view, Transform::ALL[first + index]))
}

fn codes<const V: usize>(views: &[[View; V]]) -> Vec<[Code; V]> {
    views
        .par_iter()
        .map(|views| views.each_ref().map(views::code))
        .collect()
}

/// Calls `found(query, place, view)` from any thread for every database code within `radius` of a
/// query, with the query's nearest view.
fn search<const V: usize>(
    queries: &[[Code; V]],
    database: &[Code],
    radius: u32,
    found: impl Fn(u32, u32, usize) + Sync,
) {
    matching::range_search(queries, database, radius, |matches| {
        for m in matches {
            found(m.query, m.database, m.view as usize);
        }
    });
}

#[cfg(test)]
mod tests;
