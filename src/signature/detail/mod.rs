//! Two pictures compared patch by patch, as one lies on the other: does the fine detail agree?
//!
//! Every patch of a copy shows what its original shows there, and one affine map says where. Two
//! drawings of one shape share the outline: each patch finds an edge like its own, but patches do
//! not agree on where. So both are asked: how well each patch agrees at its best place nearby, and
//! how far these places stray from one map.

mod patches;
mod turn;

use luma_jpeg::Luma;

pub(crate) use turn::Turn;

use super::content::{Content, content};
use patches::Together;

/// Cells along each side that pictures are compared on: finer detail is lost by recompression.
const MOST: f32 = 96.0;

/// Small pictures are enlarged to so many cells, so that places are told apart.
const FEWEST: f32 = 48.0;

/// Pixels along either side at least: fewer have no detail.
const LEAST: f32 = 6.0;

/// How the fine detail of two pictures agrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Agreement {
    /// Mean correlation of patches at their best places, -1 to 1.
    pub patches: f32,
    /// Correlation where the map lays them, -1 to 1.
    pub whole: f32,
    /// How far the best places stray from one affine map (root mean square), in sides of the
    /// picture.
    pub stray: f32,
    /// Correlation of the patch that agrees least, of all that show something, at its best place.
    pub least: f32,
    /// Pixels along the side that has the fewest, of what both show.
    pub pixels: f32,
    /// How much more one direction is scaled than the other (logarithm of the ratio), in fractions
    /// of the sides or in pixels, whichever is less: 0 for crops, and for what is resized.
    pub uneven: f32,
}

/// Compares two pictures, the first turned; `map` takes a place in it to one in the other, both in
/// fractions of the sides without a uniform frame. `None` where one shows nothing or is tiny.
#[must_use]
pub(crate) fn agreement(
    one: &Luma,
    turn: Turn,
    other: &Luma,
    map: impl Fn(f32, f32) -> (f32, f32),
) -> Option<Agreement> {
    let one = &turn.of(one);
    let (own, partner) = (content(one), content(other));
    // How much of the partner's sides a side of the first spans.
    let span = |(from_x, from_y): (f32, f32), (to_x, to_y): (f32, f32)| {
        (to_x - from_x).abs().max((to_y - from_y).abs())
    };
    let spans = [
        span(map(0.0, 0.5), map(1.0, 0.5)),
        span(map(0.5, 0.0), map(0.5, 1.0)),
    ];
    let sides = [partner.width() as f32, partner.height() as f32];
    let shown = [
        own.width() as f32,
        own.height() as f32,
        sides[0] * spans[0],
        sides[1] * spans[1],
    ];
    let pixels = shown.into_iter().fold(f32::INFINITY, f32::min);
    if pixels < LEAST {
        return None;
    }
    let side = pixels.clamp(FEWEST, MOST).round();
    let cells = side as usize;
    let one = Averaged::of(one, own, [side, side]);
    let other = Averaged::of(other, partner, [side / spans[0], side / spans[1]]);
    let middle = |cell: usize| (cell as f32 + 0.5) / side;
    let places = (0..cells * cells).map(|at| (middle(at % cells), middle(at / cells)));
    let (mut a, mut b, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for (x, y) in places {
        let (there_x, there_y) = map(x, y);
        a.push(one.at(x, y));
        b.push(other.at(there_x, there_y));
        both.push((0.0..=1.0).contains(&there_x) && (0.0..=1.0).contains(&there_y));
    }
    let fine = (side / MOST).max(FINEST * side / pixels);
    let [a, b] = [a, b].map(|grey| patches::band(grey, cells, fine));
    let patches = patches::compare(&a, &b, &both, cells);
    let Together {
        best,
        whole,
        stray,
        least,
    } = patches::together(&patches)?;
    Some(Agreement {
        patches: best,
        whole,
        stray,
        least,
        pixels,
        uneven: uneven(spans).min(uneven([shown[2] / shown[0], shown[3] / shown[1]])),
    })
}

fn uneven([wide, high]: [f32; 2]) -> f32 {
    (wide / high).ln().abs()
}

/// Standard deviation of the blur that takes recompression's noise away, in pixels of the coarser
/// picture.
const FINEST: f32 = 0.6;

/// A picture averaged to a grid no finer than itself.
struct Averaged {
    wide: usize,
    high: usize,
    grey: Vec<f32>,
}

impl Averaged {
    fn of(luma: &Luma, part: Content, sides: [f32; 2]) -> Self {
        let cells = |side: f32, pixels: usize| (side.round() as usize).clamp(1, pixels);
        let (wide, high) = (
            cells(sides[0], part.width()),
            cells(sides[1], part.height()),
        );
        // Along rows, then along columns: shares of a pixel in the two cells that it may lie in.
        let mut narrow = vec![0.0; wide * part.height()];
        for y in 0..part.height() {
            for x in 0..part.width() {
                let at = (part.top + y) * luma.width as usize + part.left + x;
                let value = f32::from(luma.data[at]);
                for (cell, share) in shares(x, part.width(), wide) {
                    narrow[y * wide + cell] += value * share;
                }
            }
        }
        let mut grey = vec![0.0; wide * high];
        for y in 0..part.height() {
            for (cell, share) in shares(y, part.height(), high) {
                for x in 0..wide {
                    grey[cell * wide + x] += narrow[y * wide + x] * share;
                }
            }
        }
        Self { wide, high, grey }
    }

    /// Grey between the middles of cells, at a place in fractions of the sides; beyond the edge as
    /// at the edge.
    fn at(&self, x: f32, y: f32) -> f32 {
        let along = |place: f32, cells: usize| {
            let place = (place * cells as f32 - 0.5).clamp(0.0, (cells - 1) as f32);
            let first = place as usize;
            (first, (first + 1).min(cells - 1), place - first as f32)
        };
        let (left, right, in_x) = along(x, self.wide);
        let (top, bottom, in_y) = along(y, self.high);
        let grey = |x: usize, y: usize| self.grey[y * self.wide + x];
        let upper = grey(left, top) + (grey(right, top) - grey(left, top)) * in_x;
        let lower = grey(left, bottom) + (grey(right, bottom) - grey(left, bottom)) * in_x;
        upper + (lower - upper) * in_y
    }
}

/// The cells of `to` that pixel `at` of `from` lies in, at most two, each with the pixel's part of
/// the cell.
fn shares(at: usize, from: usize, to: usize) -> impl Iterator<Item = (usize, f32)> {
    let scale = to as f64 / from as f64;
    let (start, end) = (at as f64 * scale, (at + 1) as f64 * scale);
    let first = (start as usize).min(to - 1);
    let step = ((first + 1) as f64).min(end);
    [(first, step - start), ((first + 1).min(to - 1), end - step)]
        .into_iter()
        .filter(|(_, share)| *share > 1e-9)
        .map(|(cell, share)| (cell, share as f32))
}

#[cfg(test)]
mod tests;
