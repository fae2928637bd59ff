//! Scan or multi-index, and with which chunks: the plan with the least
//! estimated cost.
//!
//! The unit of cost is one comparison of the scan. A scan costs `queries * database`. A multi-index
//! costs, for each chunk, sorting the codes, a visit for each pair of buckets, and a comparison for
//! each pair of codes in them. How many pairs of codes meet in a chunk depends on the data (codes
//! of similar pictures crowd into few buckets), so it is counted on a sample of the codes
//! themselves; chunks of few meetings are bounded from below by what uniform codes would give. A
//! plan is only ever a matter of time: every plan finds the same pairs.
//!
//! The weights below were measured with `cargo bench --bench matching -- plans`
//! on x86-64 with AVX-512. With narrower vectors comparisons take longer while
//! visits do not, so the multi-index is then chosen a little too late, never
//! wrongly by much.

use super::buckets::Chunk;
use super::code::{BITS, Code};
use super::join::Join;

/// Below this many pairs a scan takes a few milliseconds, and planning is not
/// worth its time.
const PAIRS_ALWAYS_SCANNED: f64 = 4e6;

/// Cost of sorting one code into buckets, and of one bucket.
const SORT_CODE: f64 = 150.0;
const MAKE_BUCKET: f64 = 10.0;

/// Cost of visiting one bucket for one run of queries.
const VISIT: f64 = 150.0;

/// The most bits of a key: 2^24 buckets take 64 MiB.
const WIDEST: u32 = 24;

/// The most keys visited for one query and chunk.
const MOST_NEIGHBOURS: f64 = 1e5;

/// Codes sampled on each side.
const SAMPLE: usize = 512;

/// The chunks of a multi-index. They do not overlap, and their radii add up as
/// `multi_index` demands; they need not cover every bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub(super) chunks: Vec<Chunk>,
}

impl Plan {
    /// Cuts codes into `n_chunks` chunks of equal width and shares `radius`
    /// among them. At least one chunk, at most `radius + 1` (more would be of
    /// no use), and none wider than 24 bits.
    pub fn even(radius: u32, n_chunks: u32) -> Self {
        let n_chunks = n_chunks.clamp(1, BITS.min(radius + 1));
        let (share, rest) = ((radius + 1) / n_chunks, (radius + 1) % n_chunks);
        let chunk = |at: u32| {
            let (start, end) = (at * BITS / n_chunks, (at + 1) * BITS / n_chunks);
            Chunk {
                start,
                width: (end - start).min(WIDEST),
                radius: share - 1 + u32::from(at < rest),
            }
        };
        Self {
            chunks: (0..n_chunks).map(chunk).collect(),
        }
    }
}

/// The plan for `join` that is expected to take least time, `None` for a scan.
pub(super) fn cheapest(join: &Join<'_>) -> Option<Plan> {
    let scan = n_pairs(join);
    if scan < PAIRS_ALWAYS_SCANNED {
        return None;
    }
    let promising = (1..=BITS.min(join.radius + 1))
        .map(|n_chunks| Plan::even(join.radius, n_chunks))
        .filter(|plan| {
            plan.chunks
                .iter()
                .all(|chunk| n_neighbours(chunk) <= MOST_NEIGHBOURS)
        })
        .map(|plan| (cost(join, &plan, uniform_meetings), plan))
        .min_by(|(a, _), (b, _)| a.total_cmp(b));
    let (at_best, plan) = promising?;
    if at_best >= scan {
        return None;
    }
    let differences = sampled_differences(join);
    let on_data = cost(join, &plan, |chunk| {
        let met = differences
            .iter()
            .filter(|&&difference| chunk.reaches(difference))
            .count();
        (met as f64 / differences.len() as f64).max(uniform_meetings(chunk))
    });
    (on_data < scan).then_some(plan)
}

/// Cost of a plan, given the fraction of all pairs that meet in a chunk.
fn cost(join: &Join<'_>, plan: &Plan, meetings: impl Fn(&Chunk) -> f64) -> f64 {
    let queries = join.queries.len() as f64;
    let codes = queries + join.database.len() as f64;
    let of_chunk = |chunk: &Chunk| {
        let n_buckets = f64::from(chunk.width).exp2();
        let visits = queries.min(n_buckets) * n_neighbours(chunk);
        codes * SORT_CODE
            + n_buckets * MAKE_BUCKET
            + visits * VISIT
            + n_pairs(join) * meetings(chunk)
    };
    plan.chunks.iter().map(of_chunk).sum()
}

fn n_pairs(join: &Join<'_>) -> f64 {
    join.queries.len() as f64 * join.database.len() as f64
}

/// Keys within the radius of a key: a sum of binomial coefficients.
fn n_neighbours(chunk: &Chunk) -> f64 {
    let mut binomial = 1.0;
    let mut sum = 1.0;
    for weight in 1..=chunk.radius.min(chunk.width) {
        binomial *= f64::from(chunk.width - weight + 1) / f64::from(weight);
        sum += binomial;
    }
    sum
}

/// The chance that two codes of independent even bits meet in a chunk.
fn uniform_meetings(chunk: &Chunk) -> f64 {
    n_neighbours(chunk) / f64::from(chunk.width).exp2()
}

/// The exclusive or of every sampled query with every sampled database code;
/// samples are spread evenly over their lists.
fn sampled_differences(join: &Join<'_>) -> Vec<Code> {
    let columns = spread(join.database, 0);
    spread(join.queries, 1)
        .iter()
        .flat_map(|row| columns.iter().map(move |column| row ^ column))
        .collect()
}

/// At most [`SAMPLE`] codes at even steps. The two sides take different
/// `phase`s: where they are one set, codes must not meet themselves.
fn spread(codes: &[Code], phase: usize) -> Vec<Code> {
    let step = codes.len().div_ceil(SAMPLE).max(1);
    codes
        .iter()
        .skip(phase * step / 2)
        .step_by(step)
        .copied()
        .collect()
}
