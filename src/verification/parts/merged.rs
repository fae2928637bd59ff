//! The answers of all parts as one.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::super::calibration::Decoy;
use super::super::effort::ACROSS;
use super::super::null_model;
use super::super::picture::Picture;
use super::super::sample::Key;
use super::super::threshold::Threshold;
use super::super::verify::Found;
use super::{Answer, Answers, key};

/// What all parts have answered.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// By the splits and by the query, the most similar partners; most similar first.
    pairs: HashMap<(u16, u16), HashMap<Key, Vec<Answer>>>,
    /// By kind and original.
    decoys: HashMap<(Decoy, Key), f32>,
}

impl Merged {
    /// Adds what one more part has answered.
    pub(crate) fn add(&mut self, answers: Answers) {
        for answer in answers.pairs {
            let of_splits = self.pairs.entry((answer.from, answer.to)).or_default();
            let own = of_splits.entry(answer.query).or_default();
            // Two parts may have the same file.
            if own.iter().any(|other| other.partner == answer.partner) {
                continue;
            }
            let rank = |of: &Answer| (of.found.similarity, Reverse(of.partner));
            let at = own.partition_point(|other| rank(other) > rank(&answer));
            own.insert(at, answer);
            own.truncate(ACROSS.pairs);
        }
        for (decoy, original, best) in answers.decoys {
            let known = self.decoys.entry((decoy, original)).or_insert(best);
            *known = known.max(best);
        }
    }

    /// The best similarity of decoys of these originals.
    pub(crate) fn best(
        &self,
        pictures: &[Option<Picture>],
        decoy: Decoy,
        originals: &[u32],
    ) -> Vec<f32> {
        let keys = originals.iter().filter_map(|&place| key(pictures, place));
        let best = keys.map(|key| self.decoys.get(&(decoy, key)).copied());
        best.map(|best| best.unwrap_or(null_model::NOTHING_FOUND))
            .collect()
    }

    /// As `find` between two splits, from what the parts have found.
    pub(crate) fn find(
        &self,
        pictures: &[Option<Picture>],
        splits: (u16, u16),
        (queries, database): (&[u32], &[u32]),
        threshold: Threshold,
        mut sink: impl FnMut(Found),
    ) {
        let Some(pairs) = self.pairs.get(&splits) else {
            return;
        };
        let places = database.iter();
        let places = places.filter_map(|&place| Some((key(pictures, place)?, place)));
        let places: HashMap<Key, u32> = places.collect();
        for &query in queries {
            let found = key(pictures, query).and_then(|key| pairs.get(&key));
            for answer in found.into_iter().flatten() {
                let partner = places.get(&answer.partner).copied();
                let similar = answer.found.similarity >= threshold.similarity;
                if let Some(partner) = partner.filter(|_| similar) {
                    sink(Found {
                        query,
                        partner,
                        ..answer.found
                    });
                }
            }
        }
    }
}
