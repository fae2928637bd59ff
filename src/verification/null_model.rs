//! From which similarity on are two pictures the same? What unrelated pictures of this dataset
//! reach says it.
//!
//! Pairs drawn at random cannot say it: a video is full of true look-alikes. So the search itself
//! is run with the *negatives* of a sample of pictures. A negative has the texture, contrast and
//! layout of its picture, but is a copy of nothing; whatever it finds best is a false pair.
//! (Proteomics estimates its false discoveries so, with decoys: Elias and Gygi, 2007.) The best of
//! many similarities follows a Gumbel distribution, fitted to two of its percentiles: high enough
//! to lie where candidates are never missing, low enough that a few odd negatives with a partner
//! (stripes, checkerboards) do not move them.

use super::threshold::{Doubt, PRIOR, SURE, Threshold};

/// Pairs expected to be false in one search at the threshold: even odds that there is none at all.
const FALSE_PAIRS: f64 = std::f64::consts::LN_2;

/// In a small search, at most this part of the queries is expected to have a false pair.
const FALSE_RATE: f64 = 1.0 / 2000.0;

/// Pictures whose decoys are searched, for each kind of decoy: queries, and where these are fewer,
/// pictures that are searched.
pub(super) const DECOYS: usize = 1024;

/// Turned decoys are believed when they reach so much further than negatives. A turned picture
/// keeps some likeness to its own copies, so that it overstates the threshold by up to 0.05 where
/// queries have many; where shapes of one polarity stand on an empty ground it reaches further by
/// 0.2, and negatives understate it.
// Chosen after seeing both kinds: turned ones reached further by 0.02 on CIFAR-10, 0.05 on edited
// photos, 0.10 on white frames, 0.22 on strokes and silhouettes. Always taking the higher one finds
// 96.5 % instead of 97.2 % of the photo pairs.
pub(super) const POLARITY_MATTERS: f32 = 0.08;

/// One in so many decoys of each kind is searched first: mostly that is enough to see that the
/// others would change nothing.
pub(super) const FEW: usize = 4;

/// An estimate from a hundred negatives is hardly ever wrong by more: its standard error is 0.03 to
/// 0.05 on driving frames.
const SURELY: f32 = 0.1;

/// Fewer negatives than this, or fewer pictures to search, calibrate nothing.
pub(super) const LEAST: usize = 50;

/// Percentiles that the distribution is fitted to, as parts of 1.
const FITTED: (f64, f64) = (0.75, 0.95);

/// Best similarity of a negative without any candidate.
pub(super) const NOTHING_FOUND: f32 = -1.0;

/// Estimates outside this range are not believed: below, recompression decides; above, no edit but
/// the slightest would be found. The bound stands in, and no rate is stated for it.
const RANGE: (f32, f32) = (LEAST_SIMILARITY, 0.85);

/// No estimate is below.
pub(crate) const LEAST_SIMILARITY: f32 = 0.55;

/// The threshold for a search of `queries`, from the best similarity that each negative
/// found ([`NOTHING_FOUND`] where there was no candidate).
pub(super) fn threshold(best: &[f32], queries: usize) -> Threshold {
    match estimate(best, queries) {
        None => PRIOR,
        Some(Estimate { similarity, error }) => {
            let believed = similarity.clamp(RANGE.0, RANGE.1);
            let threshold = Threshold {
                similarity: believed,
                copies: believed,
                negatives: best.len(),
                false_rate: (RANGE.0..=RANGE.1)
                    .contains(&similarity)
                    .then(|| rate(queries)),
                doubt: None,
            };
            // A bound is not what was estimated, so that its error says nothing.
            if !(RANGE.0..=RANGE.1).contains(&similarity) {
                return threshold;
            }
            threshold.with_doubt(similarity + ERRORS * error, Doubt::Sampling)
        }
    }
}

/// Whether more negatives would leave the threshold as it is: at the least that is believed.
pub(super) fn is_settled(best: &[f32], queries: usize) -> bool {
    best.len() >= 2 * LEAST
        && estimate(best, queries).is_some_and(|estimate| estimate.similarity < RANGE.0 - SURELY)
}

/// Part of the queries that may be expected to have a false pair.
fn rate(queries: usize) -> f64 {
    (FALSE_PAIRS / queries as f64).min(FALSE_RATE)
}

/// What a sample of decoys says of a search.
struct Estimate {
    /// The similarity that as many queries reach by chance as may, however strange.
    similarity: f32,
    /// Its standard error.
    error: f32,
}

/// So many standard errors above the estimate, no stranger is expected.
const ERRORS: f32 = 3.0;

/// The estimate from the best similarities of decoys; `None` where there is too little to tell.
fn estimate(best: &[f32], queries: usize) -> Option<Estimate> {
    if best.len() < LEAST {
        return None;
    }
    let mut best = best.to_vec();
    best.sort_unstable_by(f32::total_cmp);
    let quantile = |part: f64| f64::from(best[((best.len() - 1) as f64 * part).round() as usize]);
    let (low, high) = (quantile(FITTED.0), quantile(FITTED.1));
    if low <= NOTHING_FOUND.into() {
        return None;
    }
    let part = 1.0 - rate(queries);
    Some(Estimate {
        similarity: gumbel(FITTED, low, high, part) as f32,
        error: gumbel_error(low, high, part, best.len()) as f32,
    })
}

/// A quantile of the standard Gumbel distribution.
fn standard(part: f64) -> f64 {
    -(-part.ln()).ln()
}

/// How far beyond the upper of two quantiles `part` lies, in distances of the two.
fn beyond((lower, upper): (f64, f64), part: f64) -> f64 {
    (standard(part) - standard(upper)) / (standard(upper) - standard(lower))
}

/// Standard error of [`gumbel`] where the two are quantiles of a sample of `n`, by the asymptotic
/// covariance of sample quantiles (Mosteller 1946).
fn gumbel_error(low: f64, high: f64, part: f64, n: usize) -> f64 {
    let scale = (high - low) / (standard(FITTED.1) - standard(FITTED.0));
    // The density at a quantile `p` is `-p ln p / scale`.
    let by_density = |p: f64| scale / (-p * p.ln());
    let covariance = |p: f64, q: f64| p * (1.0 - q) / n as f64 * by_density(p) * by_density(q);
    let (p, q, k) = (FITTED.0, FITTED.1, beyond(FITTED, part));
    let variance = (1.0 + k).powi(2) * covariance(q, q) + k.powi(2) * covariance(p, p)
        - 2.0 * k * (1.0 + k) * covariance(p, q);
    variance.max(0.0).sqrt()
}

/// Quantile `part` of the Gumbel distribution with these quantiles at `fitted`.
fn gumbel(fitted: (f64, f64), low: f64, high: f64, part: f64) -> f64 {
    high + (high - low) * beyond(fitted, part)
}

/// Part of the bent copies that find a stranger nearer than their own original, by [`NEARER`], in a
/// continuum of look-alikes. Measured: driving frames 0.06 to 0.07, CIFAR-10 0.04, edited photos
/// 0.01; digits 0.37, invented signs 0.35, plain shapes 0.26, words 0.17, icons 0.16 (see
/// `docs/method.md`).
// Tried and not taken: the part that a stranger is nearer to at all (driving frames 0.5, digits of
// 8 pixels 0.5); bending to 0.55, 0.65 or 0.75 (digits of 8 pixels 0.01 or less, as photos); a
// threshold from what bent copies find (it asks for less than real strangers reach, 0.83 of 0.92 on
// digits); the part of real queries near the threshold alone (high on true neighbours, too).
const CONTINUUM: f32 = 0.12;

/// The same where the threshold lies amid what queries reach at best: digits of 8 pixels, 0.09.
const CONTINUUM_AMID: f32 = 0.05;

/// A threshold lies amid the best similarities of queries when this part of them is not further
/// from it than [`NEARER`]. Measured: digits 0.6; driving frames 0.02 to 0.1.
const AMID: f32 = 0.25;

/// Fewest pictures that tell a continuum of look-alikes: of fewer, one film is as much.
pub(super) const LEAST_BENT: usize = 100;

/// Bent copies that are searched.
pub(super) const BENT_COPIES: usize = 256;

/// How much nearer: a picture's own copies and neighbours come as near to its bent copy as it does.
pub(super) const NEARER: f32 = 0.1;

/// Least similarity of a bent copy to its original: bent further until it is below.
pub(super) const BENT: f32 = 0.45;

/// Part of the bent copies that are nearer to a stranger than to their original; `own` and `best`
/// are their similarities to the original and to the best of all others.
pub(super) fn part_nearer(own: &[f32], best: &[f32]) -> f32 {
    let pairs = own.iter().zip(best);
    let nearer = pairs.filter(|(own, best)| **best > **own + NEARER);
    nearer.count() as f32 / own.len().max(1) as f32
}

/// Whether the dataset is so dense that what decoys reach says nothing of what strangers reach.
/// `real` gives the best similarities of some real queries; it is asked for only where they decide.
pub(super) fn is_continuum(
    part_nearer: f32,
    threshold: Threshold,
    real: impl FnOnce() -> Vec<f32>,
) -> bool {
    part_nearer > CONTINUUM
        || part_nearer > CONTINUUM_AMID && {
            let real = real();
            let amid = real
                .iter()
                .filter(|best| (**best - threshold.similarity).abs() < NEARER);
            amid.count() as f32 > AMID * real.len() as f32
        }
}

/// Similarity that strangers hardly reach in a continuum of look-alikes, from the best similarity
/// of real queries. Where many queries have copies it is too high, never too low.
pub(super) fn copies(best: &[f32], queries: usize) -> f32 {
    reached(best, FITTED, queries)
}

/// The same where a few copies are not to raise it much.
pub(super) fn strangers(best: &[f32], queries: usize) -> f32 {
    let lower = reached(best, FITTED_LOWER, queries);
    lower.min(reached(best, FITTED, queries))
}

/// Percentiles for real queries of which some have copies.
const FITTED_LOWER: (f64, f64) = (0.5, 0.75);

/// Whether decoys that stay below a bound say too little: real strangers reach it, by the best
/// similarities of real queries that have no copy beyond doubt. Films do not tell, where most
/// pictures have a neighbour. Measured, what [`strangers`] gives and the median: signs on other
/// grounds 0.7 to 0.9 and 0.2 to 0.3, driving frames 0.96 or more and 0.75 or more, photos with one
/// logo 0.5 and 0.16.
pub(super) fn strangers_reach(threshold: Threshold, best: &[f32], queries: usize) -> bool {
    let unsure = best.iter().copied().filter(|best| *best < SURE);
    let mut unsure: Vec<f32> = unsure.collect();
    unsure.sort_unstable_by(f32::total_cmp);
    let median = unsure.get(unsure.len() / 2).copied();
    median.is_some_and(|median| median < threshold.similarity)
        && strangers(&unsure, queries) > threshold.similarity
}

/// What one query in many reaches, from the best similarities of real ones. Fisher's transformation
/// (`atanh`) makes the upper end, where similarities crowd below 1, a Gumbel distribution again.
fn reached(best: &[f32], fitted: (f64, f64), queries: usize) -> f32 {
    // Where none has anything to be compared by, none is like another.
    if best.is_empty() {
        return 0.0;
    }
    let mut best: Vec<f64> = best
        .iter()
        .map(|&best| f64::from(best.min(MOST)).atanh())
        .collect();
    best.sort_unstable_by(f64::total_cmp);
    let quantile = |part: f64| best[((best.len() - 1) as f64 * part).round() as usize];
    let (low, high) = (quantile(fitted.0).max(0.0), quantile(fitted.1).max(0.0));
    gumbel(fitted, low, high, 1.0 - rate(queries))
        .tanh()
        .min(f64::from(MOST)) as f32
}

/// Nothing is asked to be more similar: copies that were resized are not.
const MOST: f32 = 0.99;

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of a Gumbel distribution: the ideal sample of `n`.
    fn gumbel(location: f64, scale: f64, n: usize) -> Vec<f32> {
        let part = |i: usize| (i as f64 + 0.5) / n as f64;
        (0..n)
            .map(|i| (location - scale * (-part(i).ln()).ln()) as f32)
            .collect()
    }

    #[test]
    fn in_doubt_a_pair_needs_a_second_look_up_to_what_strangers_hardly_reach() {
        let doubt = PRIOR.in_doubt();
        assert_eq!((doubt.doubt, PRIOR.doubt), (Some(Doubt::FewImages), None));
        assert_eq!((doubt.similarity, doubt.copies), (0.65, SURE));
        assert_eq!(doubt.of_neighbours(), SURE);
        // What asks for more already leaves no doubt.
        assert_eq!(Threshold::given(0.95).in_doubt(), Threshold::given(0.95));
    }

    #[test]
    fn just_above_the_estimate_a_pair_needs_a_second_look() {
        let threshold = threshold(&gumbel(0.35, 0.04, 1000), 10_000);
        assert_eq!(threshold.doubt, Some(Doubt::Sampling));
        let margin = threshold.copies - threshold.similarity;
        assert!((0.05..0.1).contains(&margin), "{margin}");
        assert_eq!(threshold.of_neighbours(), threshold.similarity);
    }

    #[test]
    fn the_standard_error_is_how_far_estimates_of_samples_are_apart() {
        let mut random = crate::verification::test_pictures::Random::new(7);
        let (scale, n, queries) = (0.04, 400, 5000);
        let estimates: Vec<Estimate> = (0..400)
            .map(|_| {
                let drawn = (0..n).map(|_| {
                    let part = f64::from(random.next()).clamp(1e-6, 1.0 - 1e-6);
                    (0.35 - scale * (-part.ln()).ln()) as f32
                });
                estimate(&drawn.collect::<Vec<_>>(), queries).unwrap()
            })
            .collect();
        let mean_of = |of: &dyn Fn(&Estimate) -> f32| {
            estimates.iter().map(of).sum::<f32>() / estimates.len() as f32
        };
        let mean = mean_of(&|one| one.similarity);
        let spread = mean_of(&|one| (one.similarity - mean).powi(2)).sqrt();
        let said = mean_of(&|one| one.error);
        assert!((said / spread - 1.0).abs() < 0.15, "{said} {spread}");
    }

    #[test]
    fn the_threshold_is_the_quantile_of_the_rate() {
        let threshold = threshold(&gumbel(0.35, 0.04, 1000), 10_000);
        let rate = std::f64::consts::LN_2 / 10_000.0;
        let exact = 0.35 - 0.04 * (-(1.0 - rate).ln()).ln();
        assert!(
            (f64::from(threshold.similarity) - exact).abs() < 0.01,
            "{threshold:?} {exact}"
        );
        assert_eq!(
            (threshold.negatives, threshold.false_rate),
            (1000, Some(rate))
        );
    }

    #[test]
    fn more_queries_ask_for_more_similarity() {
        let of = |queries| threshold(&gumbel(0.35, 0.04, 500), queries).similarity;
        assert!(of(100_000) > of(10_000));
        // A small search is held to the rate, not to the number of pairs.
        assert!((of(10) - of(1000)).abs() < 1e-6);
    }

    #[test]
    fn negatives_that_have_partners_hardly_move_it() {
        let clean = threshold(&gumbel(0.3, 0.04, 1000), 10_000).similarity;
        let mut stripes = gumbel(0.3, 0.04, 1000);
        stripes[990..].fill(0.98);
        assert!((threshold(&stripes, 10_000).similarity - clean).abs() < 0.02);
    }

    #[test]
    fn too_few_negatives_or_none_with_a_candidate_leave_the_prior() {
        assert_eq!(threshold(&gumbel(0.3, 0.04, LEAST - 1), 10), PRIOR);
        assert_eq!(threshold(&[NOTHING_FOUND; 500], 10), PRIOR);
    }

    #[test]
    fn a_bound_that_stands_in_states_no_rate() {
        for (location, bound) in [(0.1, RANGE.0), (0.8, RANGE.1)] {
            let threshold = threshold(&gumbel(location, 0.04, 1000), 10_000);
            assert_eq!((threshold.similarity, threshold.copies), (bound, bound));
            assert_eq!((threshold.negatives, threshold.false_rate), (1000, None));
        }
    }

    #[test]
    fn bent_copies_that_are_nearer_to_strangers_make_a_continuum() {
        let own = [0.4; 100];
        let with = |nearer: usize| {
            let mut best = [0.45; 100];
            best[..nearer].fill(0.55);
            part_nearer(&own, &best)
        };
        let threshold = threshold(&gumbel(0.35, 0.04, 1000), 10_000);
        let amid = || vec![threshold.similarity; 100];
        let far = || vec![0.9; 100];
        let unasked = || panic!("not needed");
        assert!(is_continuum(with(30), threshold, unasked));
        assert!(!is_continuum(with(3), threshold, unasked));
        assert!(is_continuum(with(9), threshold, amid));
        assert!(!is_continuum(with(9), threshold, far));
    }

    #[test]
    fn among_look_alikes_hardly_a_stranger_is_a_copy() {
        // Strangers whose similarity is a Gumbel distribution after Fisher's transformation.
        let drawn = |n| gumbel(0.8, 0.15, n).into_iter().map(f32::tanh);
        let strangers: Vec<f32> = drawn(1000).collect();
        let copies = copies(&strangers, 1000);
        let many = drawn(100_000);
        let above = many.filter(|similarity| *similarity >= copies).count();
        assert!(above < 100, "{copies}: {above} of 100000");
        assert!(copies < MOST, "{copies}");
    }

    #[test]
    fn strangers_reach_a_bound_where_decoys_stay_far_below_and_real_pictures_do_not() {
        let bound = threshold(&gumbel(0.1, 0.04, 1000), 200);
        let reach = |best: &[f32]| strangers_reach(bound, best, 200);
        // One thing on other grounds, and pictures that are no nearer than decoys.
        let signs = gumbel(0.25, 0.08, 200);
        assert!(reach(&signs) && !reach(&gumbel(0.1, 0.04, 200)));
        // Copies of one in five do not make strangers of them.
        let mut copied = gumbel(0.1, 0.04, 200);
        copied[..40].fill(0.99);
        assert!(!reach(&copied));
        // A film: most pictures have a neighbour.
        assert!(!reach(&gumbel(0.75, 0.05, 200)));
        assert!(!reach(&[]) && !reach(&[NOTHING_FOUND; 200]));
    }

    #[test]
    fn hardly_a_stranger_reaches_what_strangers_reach_and_a_few_copies_raise_it_less() {
        // A Gumbel distribution after Fisher's transformation.
        let drawn = gumbel(0.45, 0.08, 1000).into_iter();
        let clean: Vec<f32> = drawn.map(f32::tanh).collect();
        let without = strangers(&clean, 1000);
        let above = clean.iter().filter(|one| **one > without).count();
        assert!(above <= 2, "{without}: {above}");
        let mut copied = clean.clone();
        copied[..60].fill(0.99);
        assert_eq!(copies(&copied, 1000), MOST);
        assert!(strangers(&copied, 1000) < 0.9);
    }

    #[test]
    fn a_threshold_is_settled_when_it_is_far_below_what_is_believed() {
        assert!(is_settled(&gumbel(0.1, 0.03, 200), 1000));
        // Raised to the least as well, but too near it to be sure.
        let near = gumbel(0.25, 0.03, 200);
        assert_eq!(threshold(&near, 1000).similarity, RANGE.0);
        assert!(!is_settled(&near, 1000));
        assert!(!is_settled(&gumbel(0.5, 0.03, 200), 1000));
        assert!(!is_settled(&gumbel(0.1, 0.03, LEAST), 1000));
    }
}
