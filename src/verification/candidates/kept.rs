//! Candidates of one query that are worth keeping.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Candidate;

/// The candidates of one query so far that are correlated enough, and of these the best.
pub(super) struct Kept {
    /// Most that are kept; [`usize::MAX`] for all.
    most: usize,
    /// Below this, a candidate is not kept.
    least: f32,
    candidates: Vec<Candidate>,
}

impl Kept {
    /// At most `most`, each correlated by at least `least`.
    pub(super) fn new(most: usize, least: f32) -> Mutex<Self> {
        Mutex::new(Self {
            most,
            least,
            candidates: Vec::new(),
        })
    }

    /// Keeps up to twice as many as are wanted and then drops the worse half, so that adding is
    /// cheap on average.
    pub(super) fn add(&mut self, candidate: Candidate) {
        if candidate.correlation < self.least {
            return;
        }
        self.candidates.push(candidate);
        if self.candidates.len() >= self.most.saturating_mul(2) {
            self.shrink();
        }
    }

    /// One candidate a place: its best.
    fn shrink(&mut self) {
        self.candidates
            .sort_unstable_by(|a, b| a.place.cmp(&b.place).then_with(|| a.cmp_rank(b)));
        self.candidates.dedup_by_key(|candidate| candidate.place);
        if self.candidates.len() > self.most {
            self.candidates
                .select_nth_unstable_by(self.most - 1, Candidate::cmp_rank);
            self.candidates.truncate(self.most);
            self.least = self.candidates[self.most - 1].correlation;
        }
    }
}

/// Access from any thread; a panic elsewhere leaves nothing half done.
pub(super) fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was kept, best first, each place once.
pub(super) fn sorted(kept: Mutex<Kept>) -> Vec<Candidate> {
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    kept.shrink();
    kept.candidates.sort_unstable_by(Candidate::cmp_rank);
    kept.candidates
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Guess;
    use super::*;

    fn candidate(i: u32) -> Candidate {
        Candidate {
            correlation: ((i * 37) % 101) as f32 / 101.0,
            place: i % 60,
            transform: (i % 8) as u8,
            guess: Guess::Whole,
        }
    }

    fn kept(most: usize, least: f32, order: impl Iterator<Item = u32>) -> Vec<Candidate> {
        let kept = Kept::new(most, least);
        order.for_each(|i| lock(&kept).add(candidate(i)));
        sorted(kept)
    }

    /// The best of each place, best first.
    fn of_places() -> Vec<Candidate> {
        let mut all: Vec<Candidate> = (0..200).map(candidate).collect();
        all.sort_by(Candidate::cmp_rank);
        let mut places = BTreeSet::new();
        all.retain(|candidate| places.insert(candidate.place));
        all
    }

    #[test]
    fn the_best_are_kept_whatever_the_order_they_come_in() {
        let forwards = kept(7, f32::MIN, 0..200);
        assert_eq!(forwards, kept(7, f32::MIN, (0..200).rev()));
        assert_eq!(forwards, of_places()[..7]);
    }

    #[test]
    fn without_a_limit_all_are_kept_that_are_correlated_enough() {
        let mut all = of_places();
        assert_eq!(kept(usize::MAX, f32::MIN, 0..200), all);
        let half = all[30].correlation;
        all.retain(|candidate| candidate.correlation >= half);
        assert!(all.len() >= 31);
        assert_eq!(kept(usize::MAX, half, (0..200).rev()), all);
    }
}
