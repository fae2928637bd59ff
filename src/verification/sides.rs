//! One query in all orientations that its candidates ask for, each prepared for alignment once.

use std::cell::OnceCell;

use super::affine::Affine;
use super::agreement;
use super::alignment::{Alignment, Template};
use super::candidates::{self, Candidate};
use super::grid::{Between, Grid};
use super::orientation::TRANSFORMS;
use super::whitening::Residual;
use crate::signature::thumbnail::SIDE;

/// A query on grids of `S` cells a side.
pub(super) struct Sides<'a, const S: usize> {
    residual: &'a Residual,
    grid: fn(&Residual) -> Grid<S>,
    fixed: [OnceCell<Option<Template<S>>>; TRANSFORMS.len()],
    moving: [OnceCell<Between<S>>; TRANSFORMS.len()],
}

/// Two pictures laid on each other.
pub(super) struct Aligned<'a, const S: usize> {
    fixed: Prepared<'a, Template<S>>,
    moving: Prepared<'a, Between<S>>,
    /// From the fixed to the moving picture.
    pub(super) alignment: Alignment,
}

/// One side of an alignment: the query, prepared before, or a partner.
enum Prepared<'a, T> {
    Query(&'a T),
    Partner(T),
}

impl<T> Prepared<'_, T> {
    fn get(&self) -> &T {
        match self {
            Self::Query(prepared) => prepared,
            Self::Partner(prepared) => prepared,
        }
    }
}

impl<'a, const S: usize> Sides<'a, S> {
    /// Nothing is computed before it is asked for. `grid` chooses the resolution.
    pub(super) fn new(residual: &'a Residual, grid: fn(&Residual) -> Grid<S>) -> Self {
        Self {
            residual,
            grid,
            fixed: [const { OnceCell::new() }; TRANSFORMS.len()],
            moving: [const { OnceCell::new() }; TRANSFORMS.len()],
        }
    }

    /// Aligns the query with a candidate partner of the same resolution. `None` when there is nothing to align by.
    pub(super) fn align(
        &self,
        candidate: Candidate,
        partner: &Grid<S>,
        start: Affine,
    ) -> Option<Aligned<'_, S>> {
        let (fixed, moving) = if super::query_is_fixed(candidate) {
            (
                Prepared::Query(self.fixed(candidate.transform)?),
                Prepared::Partner(Between::new(partner)),
            )
        } else {
            (
                Prepared::Partner(Template::new(partner)?),
                Prepared::Query(self.moving(candidate.transform)),
            )
        };
        let alignment = fixed.get().align(moving.get(), start);
        Some(Aligned {
            fixed,
            moving,
            alignment,
        })
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
        let transform = TRANSFORMS[usize::from(transform)];
        (self.grid)(&candidates::oriented(self.residual, transform))
    }
}

impl Aligned<'_, SIDE> {
    /// How well the two agree under the map found, -1 to 1.
    pub(super) fn similarity(&self) -> f32 {
        let (fixed, moving) = (self.fixed.get(), self.moving.get());
        agreement::similarity(&fixed.cells, moving, self.alignment.map)
    }
}
