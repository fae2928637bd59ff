//! Collects pairs as they are found: exact counts for every sample, and the few
//! strongest pairs of each for the report.
//!
//! Memory grows with the number of samples, never with the number of pairs.

use std::collections::BTreeMap;

use super::pair::Pair;
use crate::leak::Leak;
use crate::sample::{SampleId, SplitId};

/// What one sample has in one other split, or in its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Partners {
    /// Strongest kind of evidence.
    pub strongest: Leak,
    /// The strongest pair, whatever the limit.
    pub top: Pair,
    /// How many pairs were found.
    pub pairs: u64,
    /// The strongest pairs, strongest first, as many as the limit allows.
    pub best: Vec<Pair>,
}

/// Partners of every sample, by the partner's split.
#[derive(Debug, Default)]
pub struct Partnerships {
    limit: usize,
    by_sample: BTreeMap<(SampleId, Option<SplitId>), Partners>,
}

impl Partnerships {
    /// Keeps at most `limit` pairs of one sample and split; counts all.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            by_sample: BTreeMap::new(),
        }
    }

    /// Records that `pair.a` has `pair.b`, which lies in `split_of_b`, as partner,
    /// standing for `weight` pairs of the same evidence.
    pub fn record(&mut self, pair: Pair, split_of_b: Option<SplitId>, weight: u64) {
        let partners = self
            .by_sample
            .entry((pair.a, split_of_b))
            .or_insert_with(|| Partners {
                strongest: pair.kind,
                top: pair,
                pairs: 0,
                best: Vec::new(),
            });
        partners.strongest = partners.strongest.min(pair.kind);
        partners.pairs += weight;
        if pair.cmp_strength(&partners.top).is_lt() {
            partners.top = pair;
        }
        let at = partners
            .best
            .partition_point(|other| other.cmp_strength(&pair).is_lt());
        if at < self.limit {
            partners.best.insert(at, pair);
            partners.best.truncate(self.limit);
        }
    }

    /// Lets every sample's partners be judged anew, in order of sample, then split.
    pub fn revise(&mut self, mut judge: impl FnMut(SampleId, Option<SplitId>, &mut Partners)) {
        for (&(sample, split), partners) in &mut self.by_sample {
            judge(sample, split, partners);
        }
    }

    /// Keeps at most `limit` pairs of one sample and split from now on.
    pub fn limit_to(&mut self, limit: usize) {
        self.limit = limit;
        for partners in self.by_sample.values_mut() {
            partners.best.truncate(limit);
        }
    }

    /// Whether another pair of this kind could only be counted, not kept.
    #[must_use]
    pub fn is_full_of(&self, kind: Leak, sample: SampleId, split: Option<SplitId>) -> bool {
        let best = self
            .of(sample, split)
            .map_or(&[][..], |partners| &partners.best[..]);
        best.iter().filter(|pair| pair.kind <= kind).count() >= self.limit
    }

    /// The partners of a sample in a split.
    #[must_use]
    pub fn of(&self, sample: SampleId, split: Option<SplitId>) -> Option<&Partners> {
        self.by_sample.get(&(sample, split))
    }

    /// Every sample that has partners, in order of sample, then split.
    pub fn iter(&self) -> impl Iterator<Item = (SampleId, Option<SplitId>, &Partners)> {
        self.by_sample
            .iter()
            .map(|(&(sample, split), partners)| (sample, split, partners))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::area::Area;
    use crate::matching::pair::{Near, Transform};

    fn near(a: u32, b: u32, similarity: f32) -> Pair {
        let near = Near {
            distance: Some(3),
            similarity,
            transform: Transform::Identity,
            of_a: Area::WHOLE,
            of_b: Area::WHOLE,
        };
        Pair {
            kind: Leak::NearDuplicate,
            a: SampleId(a),
            b: SampleId(b),
            near: Some(near),
        }
    }

    #[test]
    fn a_limit_keeps_the_strongest_pairs_and_counts_all() {
        let mut partnerships = Partnerships::with_limit(2);
        for (b, similarity) in [(1, 0.7), (2, 0.9), (3, 0.8)] {
            partnerships.record(near(0, b, similarity), None, 1);
        }
        let partners = partnerships.of(SampleId(0), None).unwrap();
        assert_eq!(partners.pairs, 3);
        assert_eq!(
            partners
                .best
                .iter()
                .map(|pair| pair.b.0)
                .collect::<Vec<_>>(),
            [2, 3]
        );
    }

    #[test]
    fn exact_evidence_outranks_any_similarity() {
        let mut partnerships = Partnerships::with_limit(1);
        partnerships.record(near(0, 1, 1.0), None, 1);
        let exact = Pair {
            kind: Leak::SameBytes,
            a: SampleId(0),
            b: SampleId(2),
            near: None,
        };
        partnerships.record(exact, None, 1);
        let partners = partnerships.of(SampleId(0), None).unwrap();
        assert_eq!(
            (partners.strongest, partners.best[0].b),
            (Leak::SameBytes, SampleId(2))
        );
    }
}
