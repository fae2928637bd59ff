//! The k nearest codes, exactly.

use rayon::prelude::*;

use super::code::{Code, Planes, distance};
use super::simd::{InstructionSet, compare};

/// Bytes of database compared between two tightenings of the radius.
const COLUMN_BYTES: usize = 16 << 10;

/// A database code near a query. Orders by distance, then by place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Neighbour {
    /// The bits in which it differs from the query.
    pub distance: u32,
    /// Its place in the database.
    pub place: u32,
}

/// The `k` database codes nearest to each query, nearest first, of equally near
/// ones those that come first in the database. Fewer when the database is
/// smaller.
///
/// A scan whose radius is the distance of the k-th best so far. The result
/// holds `8 * k` bytes for each query.
///
/// # Panics
/// When the database holds 2^32 codes or more.
pub fn nearest<const W: usize>(
    queries: &[Code<W>],
    database: &[Code<W>],
    k: usize,
) -> Vec<Vec<Neighbour>> {
    assert!(
        database.len() <= u32::MAX as usize,
        "a search holds at most 2^32 - 1 codes"
    );
    let set = InstructionSet::detect();
    let rows = Planes::new(queries);
    let columns = Planes::new(database);
    let columns_at_once = COLUMN_BYTES / (8 * W);
    let of_row = |hits: &mut Vec<_>, row: usize| {
        let mut best: Vec<Neighbour> = Vec::new();
        let mut radius = 64 * W as u32;
        for start in (0..columns.len()).step_by(columns_at_once) {
            let stop = columns.len().min(start + columns_at_once);
            compare(
                set,
                rows.span(row..row + 1),
                columns.span(start..stop),
                radius,
                hits,
            );
            best.extend(hits.drain(..).map(|hit| {
                let place = start + hit.database as usize;
                Neighbour {
                    distance: distance(&queries[row], &database[place]),
                    place: place as u32,
                }
            }));
            if best.len() < k {
                continue;
            }
            best.sort_unstable();
            best.truncate(k);
            // Later codes lose ties, so only nearer ones matter from here on.
            match best.last().and_then(|worst| worst.distance.checked_sub(1)) {
                Some(nearer) => radius = nearer,
                None => break,
            }
        }
        best.sort_unstable();
        best
    };
    (0..rows.len())
        .into_par_iter()
        .map_init(Vec::new, of_row)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn nearest_agrees_with_sorting_everything(
            queries in prop::collection::vec(any::<u64>(), 0..4),
            // More than one block, of few distinct codes, so that ties cross
            // blocks.
            database in prop::collection::vec(prop_oneof![0..40_u64, any::<u64>()], 0..5000),
            k in 0..50_usize,
        ) {
            let queries: Vec<Code<1>> = queries.into_iter().map(|bits| [bits]).collect();
            let database: Vec<Code<1>> = database.into_iter().map(|bits| [bits]).collect();
            let expected: Vec<Vec<Neighbour>> = queries
                .iter()
                .map(|query| {
                    let mut all: Vec<_> = (0..)
                        .zip(&database)
                        .map(|(place, code)| Neighbour { distance: distance(query, code), place })
                        .collect();
                    all.sort();
                    all.truncate(k);
                    all
                })
                .collect();
            prop_assert_eq!(nearest(&queries, &database, k), expected);
        }
    }
}
