//! One query in all orientations that its candidates ask for, each prepared for alignment once.

use std::cell::OnceCell;

use super::affine::Affine;
use super::agreement;
use super::alignment::{Alignment, Laid, Template};
use super::candidates::{self, Candidate, Guess};
use super::grid::{Between, Grid};
use super::whitening::Residual;
use crate::matching::pair::Transform;
use crate::signature::thumbnail::SIDE;

/// A query on grids of `S` cells a side.
pub(super) struct Sides<'a, const S: usize> {
    residual: &'a Residual,
    grid: fn(&Residual) -> Grid<S>,
    fixed: [OnceCell<Option<Template<S>>>; Transform::ALL.len()],
    moving: [OnceCell<Between<S>>; Transform::ALL.len()],
}

impl<'a, const S: usize> Sides<'a, S> {
    /// Nothing is computed before it is asked for. `grid` chooses the resolution.
    pub(super) fn new(residual: &'a Residual, grid: fn(&Residual) -> Grid<S>) -> Self {
        Self {
            residual,
            grid,
            fixed: [const { OnceCell::new() }; Transform::ALL.len()],
            moving: [const { OnceCell::new() }; Transform::ALL.len()],
        }
    }

    /// Lays the query on a candidate partner of the same resolution. `None` when there is nothing
    /// to align by.
    pub(super) fn align(
        &self,
        candidate: Candidate,
        partner: &Grid<S>,
        start: Affine,
        laid: &mut Laid<S>,
    ) -> Option<Alignment> {
        self.with_both(candidate, partner, |fixed, moving| {
            fixed.align(moving, start, laid)
        })
    }

    /// Hands the side that stays and the side that is moved to `lay`.
    fn with_both<T>(
        &self,
        candidate: Candidate,
        partner: &Grid<S>,
        lay: impl FnOnce(&Template<S>, &Between<S>) -> T,
    ) -> Option<T> {
        if query_is_fixed(candidate) {
            let fixed = self.fixed(candidate.transform)?;
            Some(lay(fixed, &Between::new(partner)))
        } else {
            let fixed = Template::new(partner)?;
            Some(lay(&fixed, self.moving(candidate.transform)))
        }
    }

    fn fixed(&self, transform: u8) -> Option<&Template<S>> {
        self.fixed[usize::from(transform)]
            .get_or_init(|| Template::new(&self.oriented(transform)))
            .as_ref()
    }

    fn moving(&self, transform: u8) -> &Between<S> {
        self.moving[usize::from(transform)].get_or_init(|| Between::new(&self.oriented(transform)))
    }

    fn oriented(&self, transform: u8) -> Grid<S> {
        let transform = Transform::ALL[usize::from(transform)];
        (self.grid)(&candidates::oriented(self.residual, transform))
    }
}

impl Sides<'_, SIDE> {
    /// [`Sides::align`], and how well the two agree under the map found, -1 to 1.
    pub(super) fn align_and_compare(
        &self,
        candidate: Candidate,
        partner: &Grid<SIDE>,
        start: Affine,
        laid: &mut Laid<SIDE>,
    ) -> Option<(Alignment, f32)> {
        self.with_both(candidate, partner, |fixed, moving| {
            let alignment = fixed.align(moving, start, laid);
            let similarity = agreement::similarity(&fixed.cells, laid.best(), alignment.map);
            (alignment, similarity)
        })
    }
}

/// The crop is the template, so that all of it lies on the other picture.
pub(super) fn query_is_fixed(candidate: Candidate) -> bool {
    !matches!(candidate.guess, Guess::FrameOfQuery(_))
}
