//! Many codes against many codes, with the widest instructions the processor
//! has.
//!
//! There is one loop, in plain Rust, written so that the compiler turns it into
//! vector code. It is compiled once for each instruction set and the widest
//! that the running processor knows is called: AVX-512 with `VPOPCNTDQ` (8
//! codes of 64 bits an instruction), AVX2 (4, the counts by table look-up), or
//! what every processor of the target has (NEON on `AArch64`). So there is
//! nothing to keep in step: the portable version is the scalar twin.
//!
//! The loop looks for the sign bit of `distance - (radius + 1)`, gathered over
//! a stretch of codes by OR, and only when it shows looks at the stretch again,
//! more closely. Where matches are rare, the first look is nearly all of the work:
//! exclusive or, count, subtract, or.

use super::code::{Code, Span, distance};

/// Codes looked at before the first check for a hit. Longer stretches save
/// checks, shorter ones make a hit cheaper.
const STRETCH: usize = 256;

/// Queries compared at once, so that a database code is loaded once for all of
/// them.
const QUERIES: usize = 4;

/// Two places within the radius, relative to the spans compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) query: u32,
    pub(super) database: u32,
}

/// An instruction set that the running processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InstructionSet(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl InstructionSet {
    /// The widest of this processor.
    pub(super) fn detect() -> Self {
        let all = Self::all();
        all[all.len() - 1]
    }

    /// All that this processor has, the widest last.
    fn all() -> Vec<Self> {
        let mut all = vec![Self(Set::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt") {
                all.push(Self(Set::Avx2));
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vpopcntdq")
                && is_x86_feature_detected!("popcnt")
            {
                all.push(Self(Set::Avx512));
            }
        }
        all
    }
}

/// Appends to `hits` every pair of a query and a database code at most `radius`
/// bits apart, each once.
pub(super) fn compare(
    with: InstructionSet,
    queries: Span<'_>,
    database: Span<'_>,
    radius: u32,
    hits: &mut Vec<Hit>,
) {
    match with.0 {
        Set::Portable => compare_here(queries, database, radius, hits),
        #[cfg(target_arch = "x86_64")]
        #[allow(
            unsafe_code,
            reason = "an `InstructionSet` other than the portable one is only made after detection"
        )]
        Set::Avx2 => unsafe { compare_avx2(queries, database, radius, hits) },
        #[cfg(target_arch = "x86_64")]
        #[allow(
            unsafe_code,
            reason = "an `InstructionSet` other than the portable one is only made after detection"
        )]
        Set::Avx512 => unsafe { compare_avx512(queries, database, radius, hits) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn compare_avx2(queries: Span<'_>, database: Span<'_>, radius: u32, hits: &mut Vec<Hit>) {
    compare_here(queries, database, radius, hits);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq,popcnt")]
fn compare_avx512(queries: Span<'_>, database: Span<'_>, radius: u32, hits: &mut Vec<Hit>) {
    compare_here(queries, database, radius, hits);
}

/// Inlined into each of the above, and so compiled with the instructions each
/// of them allows.
#[inline(always)]
fn compare_here(queries: Span<'_>, database: Span<'_>, radius: u32, hits: &mut Vec<Hit>) {
    let readable = database.codes.len();
    for start in (0..readable).step_by(STRETCH) {
        let end = (start + STRETCH).min(readable);
        // The surplus of the last step is compared but never reported.
        let stretch = Stretch {
            codes: &database.codes[start..end],
            start,
            len: end.min(database.len) - start,
        };
        let in_groups = queries.len - queries.len % QUERIES;
        for first in (0..in_groups).step_by(QUERIES) {
            look::<QUERIES>(queries, first, stretch, radius, hits);
        }
        for first in in_groups..queries.len {
            look::<1>(queries, first, stretch, radius, hits);
        }
    }
}

/// A part of the database that is looked at before the first check for a hit.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    codes: &'a [Code],
    start: usize,
    len: usize,
}

/// Compares `Q` queries from `first` with a stretch.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "several arrays are read at one place, the form that becomes vector code"
)]
fn look<const Q: usize>(
    queries: Span<'_>,
    first: usize,
    stretch: Stretch<'_>,
    radius: u32,
    hits: &mut Vec<Hit>,
) {
    let codes: [Code; Q] = std::array::from_fn(|query| queries.codes[first + query]);
    let too_far = u64::from(radius) + 1;
    let readable = stretch.codes.len();
    // Equal lengths, said once, let the compiler drop the bounds checks inside
    // the loop.
    let database = &stretch.codes[..readable];
    let mut signs = [0_u64; Q];
    for place in 0..readable {
        for query in 0..Q {
            let bits = u64::from(distance(database[place], codes[query]));
            signs[query] |= bits.wrapping_sub(too_far);
        }
    }
    for query in 0..Q {
        if signs[query] >> 63 == 1 {
            look_closely(codes[query], first + query, stretch, radius, hits);
        }
    }
}

/// Codes whose nearness is looked at together, when hits are picked out of a stretch.
const HANDFUL: usize = size_of::<u64>();

/// Compares one query with a stretch and picks out the hits. Where candidates are many, nearly
/// every stretch has some, so this is vector code, too, in plain loops: what iterators call may be
/// compiled apart, without the vectors.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "several arrays are read at one place, the form that becomes vector code"
)]
fn look_closely(code: Code, query: usize, stretch: Stretch<'_>, radius: u32, hits: &mut Vec<Hit>) {
    let readable = stretch.codes.len().min(STRETCH);
    let database = &stretch.codes[..readable];
    let mut near = [0_u8; STRETCH];
    for place in 0..readable {
        near[place] = u8::from(distance(database[place], code) <= radius);
    }
    let len = stretch.len.min(readable);
    let (handfuls, _) = near.as_chunks::<HANDFUL>();
    for handful in 0..len.div_ceil(HANDFUL) {
        if u64::from_ne_bytes(handfuls[handful]) == 0 {
            continue;
        }
        let first = handful * HANDFUL;
        for place in first..len.min(first + HANDFUL) {
            if near[place] != 0 {
                hits.push(Hit {
                    query: query as u32,
                    database: (stretch.start + place) as u32,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::code::Padded;
    use super::*;

    proptest! {
        #[test]
        fn every_instruction_set_finds_what_one_by_one_finds(
            queries in prop::collection::vec(any::<Code>(), 0..11),
            database in prop::collection::vec(any::<Code>(), 0..600),
            from in 0..20_usize,
            radius in 16..=64_u32,
        ) {
            let from = from.min(database.len());
            let (rows, columns) = (Padded::new(queries.iter().copied()), Padded::new(database.iter().copied()));
            let mut expected = Vec::new();
            for (query, code) in (0..).zip(&queries) {
                for (place, other) in (0..).zip(&database[from..]) {
                    if distance(*code, *other) <= radius {
                        expected.push((query, place));
                    }
                }
            }
            for set in InstructionSet::all() {
                let mut hits = Vec::new();
                compare(set, rows.span(0..queries.len()), columns.span(from..database.len()), radius, &mut hits);
                let mut found: Vec<(u32, u32)> = hits.iter().map(|hit| (hit.query, hit.database)).collect();
                found.sort_unstable();
                prop_assert_eq!(&found, &expected, "{:?}", set);
            }
        }
    }
}
