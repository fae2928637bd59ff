//! Everything against everything, in blocks that stay in the nearest cache.
//!
//! The cost is `queries * database` whatever the data and the radius. It is the
//! right way for small sets and for wide radii, and the bound on what the
//! multi-index may cost.

use rayon::prelude::*;

use super::code::{Code, Padded};
use super::join::{Join, Match, Outbox};
use super::simd::{InstructionSet, compare};

/// Rows that one worker takes at a time.
const ROWS: usize = 256;

/// Codes of the database that are compared with all rows of a worker before the
/// next: half of a first-level cache of 32 KiB.
const COLUMNS: usize = (16 << 10) / size_of::<Code>();

/// Finds all matches of `join` and hands them to `sink` in batches, from
/// several threads, in no fixed order.
pub fn search(join: &Join<'_>, sink: &(impl Fn(&[Match]) + Sync)) {
    let set = InstructionSet::detect();
    let rows = Padded::new(join.queries.iter().copied());
    let columns = Padded::new(join.database.iter().copied());
    (0..rows.len().div_ceil(ROWS))
        .into_par_iter()
        .for_each_init(Vec::new, |hits, block| {
            let mut outbox = Outbox::new(sink);
            let (first, end) = (block * ROWS, rows.len().min((block + 1) * ROWS));
            for start in (0..columns.len()).step_by(COLUMNS) {
                let stop = columns.len().min(start + COLUMNS);
                compare(
                    set,
                    rows.span(first..end),
                    columns.span(start..stop),
                    join.radius,
                    hits,
                );
                for hit in hits.drain(..) {
                    let (row, column) = (first as u32 + hit.query, start as u32 + hit.database);
                    if let Some(found) = join.judge(row, column) {
                        outbox.push(found);
                    }
                }
            }
            outbox.flush();
        });
}
