//! One query in all orientations that its candidates ask for, each prepared for alignment once.

use std::cell::OnceCell;

use super::affine::Affine;
use super::agreement;
use super::alignment::{Alignment, Template};
use super::candidates::{self, Candidate};
use super::grid::Grid;
use super::orientation::TRANSFORMS;
use super::whitening::Residual;

/// A query at one resolution.
pub(super) struct Sides<'a> {
    residual: &'a Residual,
    grid: fn(&Residual) -> Grid,
    templates: [OnceCell<Option<Template>>; TRANSFORMS.len()],
}

/// Two pictures laid on each other.
pub(super) struct Aligned<'a> {
    template: Fixed<'a>,
    moving: Grid,
    /// From template to moving picture.
    pub(super) alignment: Alignment,
}

/// The template of an alignment: the query, prepared before, or a partner.
enum Fixed<'a> {
    Query(&'a Template),
    Partner(Box<Template>),
}

impl<'a> Sides<'a> {
    /// Nothing is computed before it is asked for. `grid` chooses the resolution.
    pub(super) fn new(residual: &'a Residual, grid: fn(&Residual) -> Grid) -> Self {
        Self {
            residual,
            grid,
            templates: Default::default(),
        }
    }

    /// Aligns the query with a candidate partner of the same resolution. `None` when there is nothing to align by.
    pub(super) fn align(
        &self,
        candidate: Candidate,
        partner: Grid,
        start: Affine,
    ) -> Option<Aligned<'_>> {
        let query = self.side(candidate.transform)?;
        let (template, moving) = if super::query_is_fixed(candidate) {
            (Fixed::Query(query), partner)
        } else {
            (
                Fixed::Partner(Box::new(Template::new(partner)?)),
                query.grid.clone(),
            )
        };
        let alignment = template.get().align(&moving, start);
        Some(Aligned {
            template,
            moving,
            alignment,
        })
    }

    fn side(&self, transform: u8) -> Option<&Template> {
        let prepare = || {
            let oriented = candidates::oriented(self.residual, TRANSFORMS[usize::from(transform)]);
            Template::new((self.grid)(&oriented))
        };
        self.templates[usize::from(transform)]
            .get_or_init(prepare)
            .as_ref()
    }
}

impl Aligned<'_> {
    /// How well the two agree under the map found, -1 to 1.
    pub(super) fn similarity(&self) -> f32 {
        agreement::similarity(&self.template.get().grid, &self.moving, self.alignment.map)
    }
}

impl Fixed<'_> {
    fn get(&self) -> &Template {
        match self {
            Self::Query(template) => template,
            Self::Partner(template) => template,
        }
    }
}
