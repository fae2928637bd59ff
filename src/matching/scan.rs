//! Everything against everything, in blocks that stay in the nearest cache.
//!
//! The cost is `queries * database` whatever the data and the radius. It is the
//! right way for small sets and for wide radii, and the bound on what the
//! multi-index may cost.

use rayon::prelude::*;

use super::code::Planes;
use super::join::{Join, Match, Outbox};
use super::simd::{InstructionSet, compare};

/// Rows that one worker takes at a time.
const ROWS: usize = 256;

/// Bytes of database that are compared with all rows of a worker before the
/// next: half of a first-level cache of 32 KiB.
const COLUMN_BYTES: usize = 16 << 10;

/// Finds all matches of `join` and hands them to `sink` in batches, from
/// several threads, in no fixed order.
pub fn search<const W: usize>(join: &Join<'_, W>, sink: &(impl Fn(&[Match]) + Sync)) {
    search_with(InstructionSet::detect(), join, sink);
}

fn search_with<const W: usize>(
    set: InstructionSet,
    join: &Join<'_, W>,
    sink: &(impl Fn(&[Match]) + Sync),
) {
    let rows = Planes::new(join.queries);
    let other_columns = (!join.symmetric).then(|| Planes::new(join.database));
    let columns = other_columns.as_ref().unwrap_or(&rows);
    let columns_at_once = COLUMN_BYTES / (8 * W);
    (0..rows.len().div_ceil(ROWS))
        .into_par_iter()
        .for_each_init(Vec::new, |hits, block| {
            let mut outbox = Outbox::new(sink);
            let (first, end) = (block * ROWS, rows.len().min((block + 1) * ROWS));
            let from = if join.symmetric { first } else { 0 };
            for start in (from..columns.len()).step_by(columns_at_once) {
                let stop = columns.len().min(start + columns_at_once);
                compare(
                    set,
                    rows.span(first..end),
                    columns.span(start..stop),
                    join.radius,
                    hits,
                );
                for hit in hits.drain(..) {
                    let (row, column) = (first as u32 + hit.query, start as u32 + hit.database);
                    if join.symmetric && column <= row {
                        continue;
                    }
                    if let Some(found) = join.judge(row, column) {
                        outbox.push(found);
                    }
                }
            }
            outbox.flush();
        });
}
