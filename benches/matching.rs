//! Exact Hamming search on synthetic codes, as ratios within one run.
//!
//! ```text
//! cargo bench --bench matching                  scan against the chosen search
//! cargo bench --bench matching -- plans         the multi-index by number of chunks
//! ```
//!
//! Codes are independent and even, which suits the multi-index: codes of real
//! pictures crowd into fewer buckets. Both ways must find the same matches, or
//! the bench fails.
//!
//! To compare with FAISS (`pip install faiss-cpu numpy`), whose radius is
//! exclusive, on 1,000 queries against 10^6 codes:
//!
//! ```python
//! import faiss, numpy, time
//! codes = numpy.random.default_rng(1).integers(0, 256, (1_001_000, 8), dtype=numpy.uint8)
//! index = faiss.IndexBinaryFlat(64)
//! index.add(codes[:1_000_000])
//! start = time.time()
//! index.range_search(codes[1_000_000:], 11)
//! print((time.time() - start) / 1_000 * 1e6, "microseconds a query")
//! ```

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use splitleak::internals::matching::{Code, Join, Match, Plan, multi_index, range_search, scan};

const RADIUS: u32 = 10;

/// Queries of the scan: its time a query does not depend on their number.
const SCANNED: usize = 2_000;

fn main() {
    let mode = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    match mode.as_deref() {
        Some("plans") => compare_plans(),
        _ => compare_with_scan(),
    }
}

fn compare_with_scan() {
    for size in [10_000, 100_000, 1_000_000] {
        let queries = queries(size);
        let database = codes(size, size);
        let first = &queries[..SCANNED];

        let part = Join::new(first, &database, RADIUS);
        let (scanned, scan_time) = timed(|| sorted(|sink| scan::search(&part, &sink)));
        let (mut found, time) =
            timed(|| sorted(|sink| range_search(&queries, &database, RADIUS, sink)));
        let n_found = found.len();
        found.retain(|found| (found.query as usize) < SCANNED);
        assert_eq!(found, scanned, "both ways find the same");

        let scan_micros = scan_time.as_secs_f64() * 1e6 / SCANNED as f64;
        let micros = time.as_secs_f64() * 1e6 / size as f64;
        println!(
            "{size} x {size}: scan {scan_micros:.2} us a query, chosen {micros:.2} us a query, \
             ratio {:.1}, {n_found} matches",
            scan_micros / micros
        );
    }
}

fn compare_plans() {
    for size in [100_000, 1_000_000] {
        let (queries, database) = (queries(size), codes(size, size));
        let join = Join::new(&queries, &database, RADIUS);
        let (expected, chosen) =
            timed(|| count(|sink| range_search(&queries, &database, RADIUS, sink)));
        for n_chunks in 4..=7 {
            let plan = Plan::even(RADIUS, n_chunks);
            let (found, time) = timed(|| count(|sink| multi_index::search(&join, &plan, &sink)));
            assert_eq!(found, expected, "every plan finds the same");
            println!(
                "{size} x {size}: {n_chunks} chunks take {:.2} of the chosen search",
                time.as_secs_f64() / chosen.as_secs_f64()
            );
        }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn count(search: impl FnOnce(&(dyn Fn(&[Match]) + Sync))) -> usize {
    let found = AtomicUsize::new(0);
    search(&|batch| {
        found.fetch_add(batch.len(), Ordering::Relaxed);
    });
    found.into_inner()
}

/// All matches, ascending by query, then database.
fn sorted(search: impl FnOnce(&(dyn Fn(&[Match]) + Sync))) -> Vec<Match> {
    let all = Mutex::new(Vec::new());
    search(&|batch| {
        all.lock()
            .expect("no worker panics")
            .extend_from_slice(batch);
    });
    let mut all = all.into_inner().expect("no worker panics");
    all.sort_unstable();
    all
}

fn queries(n: usize) -> Vec<[Code; 1]> {
    codes(0, n).into_iter().map(|code| [code]).collect()
}

/// A part of one fixed stream of well mixed numbers (`SplitMix64`).
fn codes(from: usize, n: usize) -> Vec<Code> {
    let scrambled = |at: usize| {
        let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    };
    (from..from + n).map(scrambled).collect()
}
