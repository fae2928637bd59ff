//! From which correlation on a picture is worth aligning with a query: learned for each query,
//! once, from a sample of what is searched.
//!
//! Aligning costs a thousand times what a look at the codes does, so that a query is aligned with
//! few of its candidates. Would the few be the best of all that are searched together, a pair's
//! fate would depend on the others: on how many there are, and on how they are divided. A cut is
//! learned before, from strangers and copies alike, and what reaches it is aligned. So whether a
//! pair is found depends on the pair and on what was learned, and the search of a whole is the
//! union of the searches of its parts.

use serde::{Deserialize, Serialize};

use super::candidates::{self, Database, EXACT_RADIUS, Limits, Looked};
use super::effort::Effort;
use super::picture::Picture;
use super::sample::{self, Key};
use super::whitening::Residual;

/// Pictures that cuts are learned from. Of 50,000 a query then has 40 candidates, give or take 18.
const SAMPLE: usize = 4096;

/// What a candidate of one query has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Cut {
    /// Least correlation of the views.
    pub(super) correlation: f32,
    /// Most bits to the code of a database picture's crop.
    pub(super) crop_bits: u32,
}

impl Cut {
    /// Everything in the net.
    pub(super) const NONE: Self = Self {
        correlation: -1.0,
        crop_bits: EXACT_RADIUS,
    };

    /// The cut that keeps as many of the sample as `limits` say.
    fn of(looked: &Looked, limits: Limits) -> Self {
        let last = |most: usize| most.checked_sub(1);
        let candidate = last(limits.most).and_then(|at| looked.candidates.get(at));
        let crop = last(limits.crops).and_then(|at| looked.crops.get(at));
        Self {
            correlation: candidate.map_or(Self::NONE.correlation, |last| last.correlation),
            crop_bits: crop.copied().unwrap_or(Self::NONE.crop_bits),
        }
    }
}

/// A sample of what is searched.
pub(super) struct Cohort<'a> {
    database: Database<'a>,
    limits: Limits,
    /// How hard the whole is searched.
    pub(super) effort: Effort,
    /// Pictures of the whole.
    pub(super) searched: usize,
}

impl<'a> Cohort<'a> {
    /// A sample of the pictures `of` which there are places.
    pub(super) fn of(pictures: &'a [Option<Picture>], of: &[u32], effort: Effort) -> Self {
        Self::of_at_most(SAMPLE, pictures, of, effort)
    }

    /// As [`Cohort::of`], of at most so many.
    pub(super) fn of_at_most(
        most: usize,
        pictures: &'a [Option<Picture>],
        of: &[u32],
        effort: Effort,
    ) -> Self {
        let sample = sample::of_pictures(pictures, of.iter().copied(), most);
        let (_, database) = super::present(pictures, &sample);
        let limits = effort.limits_of_sample(sample.len(), of.len());
        Self {
            database,
            limits,
            effort,
            searched: of.len(),
        }
    }

    /// The cut of each query. `allowed` is asked for the key of a picture of the sample.
    pub(super) fn cuts(
        &self,
        queries: &[&Residual],
        allowed: &(impl Fn(u32, Key) -> bool + Sync),
    ) -> Vec<Cut> {
        let none = vec![Cut::NONE; queries.len()];
        let allowed =
            |query: u32, place: u32| allowed(query, self.database.pictures[place as usize].key);
        let looked = candidates::candidates(
            queries,
            &self.database,
            &none,
            self.limits,
            self.effort.net,
            &allowed,
        );
        looked
            .iter()
            .map(|looked| Cut::of(looked, self.limits))
            .collect()
    }
}
