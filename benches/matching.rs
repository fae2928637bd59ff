//! Exact Hamming search on synthetic codes, as ratios within one run.
//!
//! ```text
//! cargo bench --bench matching                  scan against the chosen search
//! cargo bench --bench matching -- plans         the multi-index by number of chunks
//! cargo bench --bench matching -- ten-million   a self-join of 10^7 codes
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

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use splitleak::matching::{
    Code, Join, Match, Plan, brute_force, collect_sorted, multi_index, range_search, scan,
    self_join,
};

const RADIUS: u32 = 10;

/// Queries of the scan: its time a query does not depend on their number.
const SCANNED: usize = 2_000;

fn main() {
    let mode = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    match mode.as_deref() {
        Some("plans") => compare_plans(),
        Some("ten-million") => join_ten_million(),
        _ => compare_with_scan(),
    }
}

fn compare_with_scan() {
    for size in [10_000, 100_000, 1_000_000] {
        let queries: Vec<[Code<1>; 1]> = codes(0, size).into_iter().map(|code| [code]).collect();
        let database = codes(size, size);
        let first = &queries[..SCANNED];

        let part = Join::across(first, &database, RADIUS);
        let (scanned, scan_time) = timed(|| collect_sorted(|sink| scan::search(&part, &sink)));
        let (mut found, time) =
            timed(|| collect_sorted(|sink| range_search(&queries, &database, RADIUS, sink)));
        if size == 10_000 {
            assert_eq!(
                found,
                brute_force::range_search(&queries, &database, RADIUS)
            );
        }
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
        let codes = codes(0, size);
        let join = Join::within(&codes, RADIUS);
        let (expected, chosen) = timed(|| count(|sink| self_join(&codes, RADIUS, sink)));
        for n_chunks in 4..=7 {
            let plan = Plan::even(64, RADIUS, n_chunks);
            let (found, time) = timed(|| count(|sink| multi_index::search(&join, &plan, &sink)));
            assert_eq!(found, expected, "every plan finds the same");
            println!(
                "{size} self: {n_chunks} chunks take {:.2} of the chosen search",
                time.as_secs_f64() / chosen.as_secs_f64()
            );
        }
    }
}

fn join_ten_million() {
    let codes = codes(0, 10_000_000);
    let (found, time) = timed(|| count(|sink| self_join(&codes, RADIUS, sink)));
    println!(
        "10000000 self: {:.1} s, {found} matches",
        time.as_secs_f64()
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{}", peak.unwrap_or("VmHWM is not available"));
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

/// A part of one fixed stream of well mixed numbers (`SplitMix64`).
fn codes(from: usize, n: usize) -> Vec<Code<1>> {
    let scrambled = |at: usize| {
        let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        [mixed ^ mixed >> 31]
    };
    (from..from + n).map(scrambled).collect()
}
