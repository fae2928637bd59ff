//! Exact search by Hamming distance.
//!
//! This room knows integers only: it never sees a path, a split or a pixel.
//! Every pair within the radius is found, whatever the data; how it is found
//! (`scan` or `multi_index`) is decided by `plan` from the sizes and a
//! sample of the data, and never changes the answer.
//!
//! Results stream. Workers hand batches of [`Match`]es to a sink as they are found, so memory grows
//! with the number of codes (besides the codes themselves, 12 bytes for each, and at most 64 MiB a
//! side) and never with the number of pairs. The order of batches depends on the threads; the set
//! of matches does not.
//!
//! | question | function |
//! | --- | --- |
//! | which database codes lie within the radius of each query? | [`range_search`] |
//! | which samples hang together through pairs? | [`Forest`] |

pub(crate) mod area;
#[cfg(test)]
mod brute_force;
mod buckets;
mod cluster;
mod code;
pub(crate) mod exact;
mod join;
pub(crate) mod multi_index;
pub(crate) mod pair;
pub(crate) mod partners;
mod plan;
pub(crate) mod scan;
mod simd;
pub(crate) mod spread;

pub(crate) use cluster::{Cluster, Forest};
pub use code::Code;
pub use join::{Join, Match};
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
pub fn range_search<const V: usize>(
    queries: &[[Code; V]],
    database: &[Code],
    radius: u32,
    sink: impl Fn(&[Match]) + Sync,
) {
    let join = Join::new(queries, database, radius);
    match plan::cheapest(&join) {
        None => scan::search(&join, &sink),
        Some(plan) => multi_index::search(&join, &plan, &sink),
    }
}

#[cfg(test)]
mod tests;
