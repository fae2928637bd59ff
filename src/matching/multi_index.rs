//! Multi-index hashing: compares only codes that agree nearly in some chunk of
//! their bits.
//!
//! Cut the bits into `m` chunks and give chunk `i` a radius `r_i`, such that the
//! sum of all `r_i + 1` is `radius + 1`. Two codes within the radius are then
//! within `r_i` in some chunk: otherwise they would differ in at least `r_i + 1`
//! bits of every chunk, and so in more than `radius` bits altogether. This is
//! the pigeonhole principle, and the reason why no pair is lost.
//! (M. Norouzi, A. Punjani, D. J. Fleet: Fast Search in Hamming Space with
//! Multi-Index Hashing, CVPR 2012.)
//!
//! Both sides are sorted by the key of one chunk at a time, and whole buckets
//! are compared with whole buckets by the same vector loop as in `scan`, so
//! that one look-up serves all queries of a bucket and only one chunk's order
//! is in memory. A pair that meets in several chunks counts in the first of
//! them only, which needs no memory of pairs either.

use std::ops::Range;

use rayon::prelude::*;

use super::buckets::{Buckets, Chunk};
use super::join::{Join, Match, Outbox};
use super::plan::Plan;
use super::simd::{Hit, InstructionSet, compare};

/// Rows that one worker takes at a time: with neighbouring keys, so that the
/// buckets they visit are neighbours too.
const ROWS: usize = 256;

/// Codes of one database bucket compared at a time, which bounds the hits in
/// memory.
const COLUMNS: usize = 2048;

/// Finds all matches of `join` and hands them to `sink` in batches, from
/// several threads, in no fixed order.
pub fn search(join: &Join<'_>, plan: &Plan, sink: &(impl Fn(&[Match]) + Sync)) {
    for current in 0..plan.chunks.len() {
        search_chunk(join, &plan.chunks, current, sink);
    }
}

fn search_chunk(
    join: &Join<'_>,
    chunks: &[Chunk],
    current: usize,
    sink: &(impl Fn(&[Match]) + Sync),
) {
    let chunk = &chunks[current];
    let earlier = &chunks[..current];
    let (rows, columns) = rayon::join(
        || Buckets::new(join.queries, chunk),
        || Buckets::new(join.database, chunk),
    );
    let set = InstructionSet::detect();
    let neighbourhood = chunk.neighbourhood();

    (0..rows.places.len().div_ceil(ROWS))
        .into_par_iter()
        .for_each_init(Vec::new, |hits: &mut Vec<Hit>, block| {
            let mut outbox = Outbox::new(sink);
            let runs = runs_of_equal_keys(
                &rows,
                chunk,
                block * ROWS..rows.places.len().min((block + 1) * ROWS),
            );
            // Neighbour outside, rows inside: the visited buckets then follow each
            // other in memory.
            for offset in &neighbourhood {
                for (key, run) in &runs {
                    let bucket = columns.bucket(key ^ offset);
                    for start in bucket.clone().step_by(COLUMNS) {
                        let part = start..bucket.end.min(start + COLUMNS);
                        compare(
                            set,
                            rows.codes.span(run.clone()),
                            columns.codes.span(part),
                            join.radius,
                            hits,
                        );
                        for hit in hits.drain(..) {
                            let (at, opposite) = (
                                run.start + hit.query as usize,
                                start + hit.database as usize,
                            );
                            let difference = rows.codes.code(at) ^ columns.codes.code(opposite);
                            if earlier.iter().any(|chunk| chunk.reaches(difference)) {
                                continue;
                            }
                            if let Some(found) =
                                join.judge(rows.places[at], columns.places[opposite])
                            {
                                outbox.push(found);
                            }
                        }
                    }
                }
            }
            outbox.flush();
        });
}

/// Cuts a range of sorted codes where the key changes.
fn runs_of_equal_keys(
    sorted: &Buckets,
    chunk: &Chunk,
    range: Range<usize>,
) -> Vec<(u32, Range<usize>)> {
    let mut runs = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let key = chunk.key(sorted.codes.code(start));
        let end = sorted.bucket(key).end.min(range.end);
        runs.push((key, start..end));
        start = end;
    }
    runs
}
