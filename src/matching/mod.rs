//! Which codes are close to which? Exact search by Hamming distance.
//!
//! This room knows integers only: it never sees a path, a split or a pixel.
//! Every pair within the radius is found, whatever the data; how it is found
//! (`scan` or `multi_index`) is decided by [`Plan`] from the sizes and a
//! sample of the data, and never changes the answer.
//!
//! Results stream. Workers hand batches of [`Match`]es to a sink as they are
//! found, so memory grows with the number of codes (besides the codes
//! themselves, 12 bytes for each of 64 bits, 36 for each of 256, and at most
//! 64 MiB a side) and never with the number of pairs. The order of batches depends on the threads; the set of matches
//! does not. [`collect_sorted`] gives it in a fixed order.
//!
//! | question | function |
//! | --- | --- |
//! | which database codes lie within the radius of each query? | [`range_search`] |
//! | which pairs of one set lie within the radius of each other? | [`self_join`] |
//! | which k database codes are nearest to each query? | [`nearest`] |
//! | which samples hang together through pairs? | [`Forest`] |

pub mod area;
pub mod brute_force;
mod buckets;
mod cluster;
mod code;
pub mod exact;
mod join;
pub mod multi_index;
mod nearest;
pub mod pair;
pub mod partners;
mod plan;
pub mod scan;
mod simd;
pub mod spread;

use std::sync::{Mutex, PoisonError};

pub use cluster::{Cluster, Forest};
pub use code::{Code, distance};
pub use join::{Join, Match};
pub use nearest::{Neighbour, nearest};
pub use plan::Plan;

/// Finds every database code within `radius` bits of any view of each query,
/// and hands the matches to `sink` in batches.
///
/// A query is an array of `V` codes of the same picture (its eight
/// orientations, say, or `V = 1` for the picture as it is). A database code
/// that several views reach is reported once, with the nearest view (the first
/// of them when distances tie).
///
/// `sink` is called from several threads at once, with batches of at most
/// [`Match::BATCH`] in no fixed order.
///
/// # Panics
/// When either side holds 2^32 codes or more.
pub fn range_search<const W: usize, const V: usize>(
    queries: &[[Code<W>; V]],
    database: &[Code<W>],
    radius: u32,
    sink: impl Fn(&[Match]) + Sync,
) {
    search(&Join::across(queries, database, radius), &sink);
}

/// Finds every pair of `codes` within `radius` bits of each other, each once,
/// as a match whose `query` is less than its `database`, and hands them to
/// `sink` as [`range_search`] does.
///
/// # Panics
/// When there are 2^32 codes or more.
pub fn self_join<const W: usize>(codes: &[Code<W>], radius: u32, sink: impl Fn(&[Match]) + Sync) {
    search(&Join::within(codes, radius), &sink);
}

/// Runs `search` with a sink that keeps everything, and returns the matches in
/// ascending order of query, then database.
///
/// For results known to be few: 16 bytes are kept for each match.
pub fn collect_sorted(search: impl FnOnce(&(dyn Fn(&[Match]) + Sync))) -> Vec<Match> {
    let all = Mutex::new(Vec::new());
    // The list is valid after every extension, so a panic elsewhere does not
    // spoil it.
    search(&|batch| {
        all.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(batch);
    });
    let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_unstable();
    all
}

fn search<const W: usize>(join: &Join<'_, W>, sink: &(impl Fn(&[Match]) + Sync)) {
    match plan::cheapest(join) {
        None => scan::search(join, sink),
        Some(plan) => multi_index::search(join, &plan, sink),
    }
}

#[cfg(test)]
mod tests;
