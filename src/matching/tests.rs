//! Every way to search finds what brute force finds, on hostile data too.

use proptest::prelude::*;

use super::*;

/// Codes of different characters: unrelated, heavily duplicated, near each
/// other, flat, sparse in one chunk.
fn codes<const W: usize>(most: usize) -> impl Strategy<Value = Vec<Code<W>>> {
    let word = prop_oneof![
        4 => any::<u64>(),
        2 => Just(0),
        2 => Just(u64::MAX),
        3 => 0..4_u64,
        3 => (0..64_u32).prop_map(|bit| 1 << bit),
        2 => any::<u64>().prop_map(|bits| bits & 0xFFFF_0000_0000_0000),
    ];
    let code = prop::collection::vec(word, W).prop_map(|words| std::array::from_fn(|at| words[at]));
    let distinct = prop::collection::vec(code, 1..40);
    (
        distinct,
        prop::collection::vec(any::<prop::sample::Index>(), 0..most),
    )
        .prop_map(|(distinct, picks)| picks.iter().map(|pick| *pick.get(&distinct)).collect())
}

fn with_views<const W: usize>(codes: &[Code<W>]) -> Vec<[Code<W>; 3]> {
    codes
        .iter()
        .map(|code| {
            [
                *code,
                code.map(|word| word.rotate_left(1)),
                code.map(|word| !word),
            ]
        })
        .collect()
}

fn check_all_ways<const W: usize>(
    queries: &[Code<W>],
    database: &[Code<W>],
    radius: u32,
    n_chunks: u32,
) {
    let views = with_views(queries);
    let plan = Plan::even(64 * W as u32, radius, n_chunks);

    let expected = brute_force::range_search(&views, database, radius);
    let across = Join::across(&views, database, radius);
    assert_eq!(
        collect_sorted(|sink| scan::search(&across, &sink)),
        expected,
        "scan"
    );
    if plan_is_small(&plan) {
        assert_eq!(
            collect_sorted(|sink| multi_index::search(&across, &plan, &sink)),
            expected,
            "multi-index"
        );
    }
    assert_eq!(
        collect_sorted(|sink| range_search(&views, database, radius, sink)),
        expected,
        "chosen"
    );

    let expected = brute_force::self_join(database, radius);
    let within = Join::within(database, radius);
    assert_eq!(
        collect_sorted(|sink| scan::search(&within, &sink)),
        expected,
        "scan, self"
    );
    if plan_is_small(&plan) {
        assert_eq!(
            collect_sorted(|sink| multi_index::search(&within, &plan, &sink)),
            expected,
            "multi-index, self"
        );
    }
    assert_eq!(
        collect_sorted(|sink| self_join(database, radius, sink)),
        expected,
        "chosen, self"
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
    fn every_way_finds_what_brute_force_finds_in_64_bits(
        queries in codes::<1>(20),
        database in codes::<1>(150),
        radius in 0..=64_u32,
        n_chunks in 1..12_u32,
    ) {
        check_all_ways(&queries, &database, radius, n_chunks);
    }

    #[test]
    fn every_way_finds_what_brute_force_finds_at_the_usual_radii(
        queries in codes::<1>(40),
        database in codes::<1>(150),
        radius in 0..=16_u32,
        n_chunks in 4..9_u32,
    ) {
        check_all_ways(&queries, &database, radius, n_chunks);
    }

    #[test]
    fn every_way_finds_what_brute_force_finds_in_256_bits(
        queries in codes::<4>(20),
        database in codes::<4>(100),
        radius in 0..=256_u32,
        n_chunks in 16..40_u32,
    ) {
        check_all_ways(&queries, &database, radius, n_chunks);
    }
}

#[test]
fn empty_sides_and_single_codes_are_answered() {
    for (n_queries, n_database) in [(0, 0), (0, 3), (3, 0), (1, 1)] {
        check_all_ways(&vec![[7_u64]; n_queries], &vec![[7_u64]; n_database], 3, 4);
    }
}

#[test]
fn a_bucket_larger_than_any_block_loses_nothing() {
    // Every code has the same first chunk, and many are equal.
    let codes: Vec<Code<1>> = (0..2500_u64)
        .map(|i| [0xABCD_u64 | (i % 900) << 16])
        .collect();
    check_all_ways(&codes[..20], &codes, 2, 5);
}

#[test]
fn planted_pairs_are_found_when_the_multi_index_is_chosen() {
    let mut codes: Vec<Code<1>> = (0..8_000).map(|i| [scrambled(i)]).collect();
    for planted in 0..200_u64 {
        let flips =
            (0..planted % 11).fold(0, |bits, flip| bits | 1 << ((planted * 7 + flip * 5) % 64));
        codes.push([scrambled(planted * 3) ^ flips]);
    }
    assert!(
        plan::cheapest(&Join::within(&codes, 10)).is_some(),
        "the test is about the multi-index"
    );
    let found = collect_sorted(|sink| self_join(&codes, 10, sink));
    assert_eq!(
        found,
        collect_sorted(|sink| scan::search(&Join::within(&codes, 10), &sink))
    );
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
    let codes: Vec<Code<1>> = (0..3000)
        .map(|i| [scrambled(i / 3) & 0xFF00_FF00_FF0F])
        .collect();
    let search = || {
        collect_sorted(|sink| {
            multi_index::search(&Join::within(&codes, 4), &Plan::even(64, 4, 5), &sink);
        })
    };
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
    let largest = std::sync::atomic::AtomicUsize::new(0);
    let total = std::sync::atomic::AtomicUsize::new(0);
    self_join(&vec![[1_u64]; 2000], 0, |batch| {
        largest.fetch_max(batch.len(), std::sync::atomic::Ordering::Relaxed);
        total.fetch_add(batch.len(), std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(total.into_inner(), 2000 * 1999 / 2);
    assert!(largest.into_inner() <= Match::BATCH);
}

/// `SplitMix64`: a fixed stream of well mixed numbers.
fn scrambled(at: u64) -> u64 {
    let mixed = (at + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
