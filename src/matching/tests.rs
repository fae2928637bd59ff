//! Every way to search finds what brute force finds, on hostile data too.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::plan::Plan;
use super::*;

/// Codes of different characters: unrelated, heavily duplicated, near each
/// other, flat, sparse in one chunk.
fn codes(most: usize) -> impl Strategy<Value = Vec<Code>> {
    let code = prop_oneof![
        4 => any::<u64>(),
        2 => Just(0),
        2 => Just(u64::MAX),
        3 => 0..4_u64,
        3 => (0..64_u32).prop_map(|bit| 1 << bit),
        2 => any::<u64>().prop_map(|bits| bits & 0xFFFF_0000_0000_0000),
    ];
    let distinct = prop::collection::vec(code, 1..40);
    (
        distinct,
        prop::collection::vec(any::<prop::sample::Index>(), 0..most),
    )
        .prop_map(|(distinct, picks)| picks.iter().map(|pick| *pick.get(&distinct)).collect())
}

fn with_views(codes: &[Code]) -> Vec<[Code; 3]> {
    let views = |&code: &Code| [code, code.rotate_left(1), !code];
    codes.iter().map(views).collect()
}

/// All matches that `search` hands to its sink, ascending by query, then database.
fn sorted(search: impl FnOnce(&(dyn Fn(&[Match]) + Sync))) -> Vec<Match> {
    let all = Mutex::new(Vec::new());
    search(&|batch| all.lock().unwrap().extend_from_slice(batch));
    let mut all = all.into_inner().unwrap();
    all.sort_unstable();
    all
}

fn check_all_ways(queries: &[Code], database: &[Code], radius: u32, n_chunks: u32) {
    let views = with_views(queries);
    let plan = Plan::even(radius, n_chunks);
    let expected = brute_force::range_search(&views, database, radius);
    let join = Join::new(&views, database, radius);
    assert_eq!(sorted(|sink| scan::search(&join, &sink)), expected, "scan");
    if plan_is_small(&plan) {
        assert_eq!(
            sorted(|sink| multi_index::search(&join, &plan, &sink)),
            expected,
            "multi-index"
        );
    }
    assert_eq!(
        sorted(|sink| range_search(&views, database, radius, sink)),
        expected,
        "chosen"
    );
}

/// Leaves out plans that would visit millions of keys a query, which no search
/// chooses.
fn plan_is_small(plan: &Plan) -> bool {
    plan.chunks
        .iter()
        .all(|chunk| chunk.width <= 13 && (chunk.radius <= 2 || chunk.width <= 8))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_way_finds_what_brute_force_finds_at_any_radius(
        queries in codes(20),
        database in codes(150),
        radius in 0..=64_u32,
        n_chunks in 1..12_u32,
    ) {
        check_all_ways(&queries, &database, radius, n_chunks);
    }

    #[test]
    fn every_way_finds_what_brute_force_finds_at_the_usual_radii(
        queries in codes(40),
        database in codes(150),
        radius in 0..=16_u32,
        n_chunks in 4..9_u32,
    ) {
        check_all_ways(&queries, &database, radius, n_chunks);
    }
}

#[test]
fn empty_sides_and_single_codes_are_answered() {
    for (n_queries, n_database) in [(0, 0), (0, 3), (3, 0), (1, 1)] {
        check_all_ways(&vec![7; n_queries], &vec![7; n_database], 3, 4);
    }
}

#[test]
fn a_bucket_larger_than_any_block_loses_nothing() {
    // Every code has the same first chunk, and many are equal.
    let codes: Vec<Code> = (0..2500).map(|i| 0xABCD | (i % 900) << 16).collect();
    check_all_ways(&codes[..20], &codes, 2, 5);
}

#[test]
fn planted_pairs_are_found_when_the_multi_index_is_chosen() {
    let mut codes: Vec<Code> = (0..8_000).map(scrambled).collect();
    for planted in 0..200_u64 {
        let flips =
            (0..planted % 11).fold(0, |bits, flip| bits | 1 << ((planted * 7 + flip * 5) % 64));
        codes.push(scrambled(planted * 3) ^ flips);
    }
    let queries: Vec<[Code; 1]> = codes.iter().map(|&code| [code]).collect();
    let join = Join::new(&queries, &codes, 10);
    assert!(
        plan::cheapest(&join).is_some(),
        "the test is about the multi-index"
    );
    let found = sorted(|sink| range_search(&queries, &codes, 10, sink));
    assert_eq!(found, sorted(|sink| scan::search(&join, &sink)));
    for planted in 0..200_u32 {
        let pair = (planted * 3, 8_000 + planted);
        assert!(
            found
                .iter()
                .any(|found| (found.query, found.database) == pair),
            "{pair:?}"
        );
    }
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let codes: Vec<Code> = (0..3000)
        .map(|i| scrambled(i / 3) & 0xFF00_FF00_FF0F)
        .collect();
    let queries: Vec<[Code; 1]> = codes.iter().map(|&code| [code]).collect();
    let join = Join::new(&queries, &codes, 4);
    let search = || sorted(|sink| multi_index::search(&join, &Plan::even(4, 5), &sink));
    let pool = |n| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap()
    };
    assert_eq!(pool(1).install(search), pool(5).install(search));
}

#[test]
fn batches_are_bounded_however_many_pairs_there_are() {
    let largest = AtomicUsize::new(0);
    let total = AtomicUsize::new(0);
    range_search(&[[1]; 1500], &[1; 1500], 0, |batch| {
        largest.fetch_max(batch.len(), Ordering::Relaxed);
        total.fetch_add(batch.len(), Ordering::Relaxed);
    });
    assert_eq!(total.into_inner(), 1500 * 1500);
    assert!(largest.into_inner() <= Match::BATCH);
}

/// `SplitMix64`: a fixed stream of well mixed numbers.
fn scrambled(at: u64) -> u64 {
    let mixed = (at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
