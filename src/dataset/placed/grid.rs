//! Whether places are those of tiles, and where each stands then.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Edges;
use crate::sample::TilePlace;

/// A side of a tile whose size is known, in units: edges that ought to meet may be rounded.
const SIDE: f64 = 1000.0;

/// Largest position, in units; differences of two stay exact.
const LARGEST: f64 = 1e12;

/// How much two steps, or two sides, of one length may differ, as a share.
const SAME: f64 = 0.02;

/// Most steps that two places next to each other in a row of a grid are apart: tiles between them
/// may be missing.
const MOST_STEPS: f64 = 4.0;

/// Tiles stand apart by whole sides, or by such a part of one where they overlap: 1 in so many.
const PARTS_OF_SIDE: i64 = 4;

/// One in so many tiles at least has another beside it: of a slide a few may be kept.
const ONE_IN: usize = 3;

/// Tiles by path, where nearly all are of one size or stand in the rows and columns of one grid,
/// and many have another beside them.
pub(super) fn tiles(
    told: &BTreeMap<String, Edges>,
    slide_of: &dyn Fn(&str) -> Option<String>,
) -> Option<BTreeMap<String, TilePlace>> {
    let all: Vec<Edges> = told.values().copied().collect();
    let are_points = all
        .iter()
        .all(|edges| edges[0] == edges[2] && edges[1] == edges[3]);
    let side = |axis: usize| match are_points {
        true => step(all.iter().map(|edges| edges[axis])),
        false => usual_side(all.iter().map(|edges| edges[axis + 2] - edges[axis])),
    };
    let (width, height) = (side(0)?, side(1)?);
    let unit = if are_points { 1.0 } else { SIDE };
    let least = |axis: usize| {
        all.iter()
            .map(|edges| edges[axis])
            .fold(f64::INFINITY, f64::min)
    };
    let origin = [least(0), least(1)];
    // A point more than the side: edges that ought to meet may be rounded apart.
    let size = (!are_points).then_some((SIDE as i64 + 1, SIDE as i64 + 1));
    let mut of = BTreeMap::new();
    for (path, edges) in told {
        let at = |axis: usize, side: f64| {
            let at = ((edges[axis] - origin[axis]) / side * unit).round();
            (at.abs() < LARGEST).then_some(at as i64)
        };
        let place = TilePlace {
            slide: slide_of(path).unwrap_or_default().into(),
            x: at(0, width)?,
            y: at(1, height)?,
            size,
        };
        of.insert(path.clone(), place);
    }
    have_neighbours(of.values(), unit as i64).then_some(of)
}

/// The step of a grid, where most places along one axis follow each other in whole steps.
fn step(values: impl Iterator<Item = f64>) -> Option<f64> {
    let steps = steps(values);
    let middle = *steps.get(steps.len() / 2)?;
    are_whole(&steps, middle, MOST_STEPS).then_some(middle)
}

/// How far different places along one axis are from the next, in order; none where hardly two
/// share one.
fn steps(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    let all = values.len();
    values.sort_by(f64::total_cmp);
    values.dedup();
    if values.len() * 10 > all * 9 {
        return Vec::new();
    }
    let mut steps: Vec<f64> = values.windows(2).map(|two| two[1] - two[0]).collect();
    steps.sort_by(f64::total_cmp);
    steps
}

/// Whether more than half of the steps are once to `most` times one length.
fn are_whole(steps: &[f64], length: f64, most: f64) -> bool {
    let is_whole = |step: &&f64| {
        let times = *step / length;
        let whole = times.round();
        (1.0..=most).contains(&whole) && (times - whole).abs() <= SAME
    };
    steps.iter().filter(is_whole).count() * 2 > steps.len()
}

/// The side that nine in ten tiles have.
fn usual_side(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = *values.get(values.len() / 2)?;
    let alike = values
        .iter()
        .filter(|side| (**side - middle).abs() <= middle * SAME);
    (middle > 0.0 && alike.count() * 10 >= values.len() * 9).then_some(middle)
}

/// A square as large as a tile: what it lies on, its column and its row.
type Cell<'a> = (&'a str, i64, i64);

/// Whether many of the tiles have another beside or over them by whole parts of their side, not at
/// the same place.
fn have_neighbours<'a>(tiles: impl Iterator<Item = &'a TilePlace> + Clone, side: i64) -> bool {
    let mut cells: HashMap<Cell<'_>, Vec<(i64, i64)>> = HashMap::new();
    let cell = |tile: &TilePlace| (tile.x.div_euclid(side), tile.y.div_euclid(side));
    for tile in tiles.clone() {
        let (column, row) = cell(tile);
        let there = cells.entry((&tile.slide, column, row)).or_default();
        // A few tell as much as many.
        if there.len() < 4 {
            there.push((tile.x, tile.y));
        }
    }
    // Boxes of one size within pictures lie anywhere.
    let part = (side / PARTS_OF_SIDE).max(1);
    let is_whole = |apart: i64| {
        let off = apart % part;
        off.min(part - off) as f64 <= side as f64 * SAME
    };
    let has = |tile: &TilePlace| {
        let (column, row) = cell(tile);
        let (mut near, mut whole) = (0, 0);
        for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
            let there = cells.get(&(&*tile.slide, column + dx, row + dy));
            for (x, y) in there.into_iter().flatten() {
                let apart = ((tile.x - x).abs(), (tile.y - y).abs());
                if apart != (0, 0) && apart.0.max(apart.1) <= side + 1 {
                    near += 1;
                    whole += usize::from(is_whole(apart.0) && is_whole(apart.1));
                }
            }
        }
        whole * 2 > near
    };
    let (mut all, mut beside) = (0, 0);
    for tile in tiles.clone() {
        all += 1;
        beside += usize::from(has(tile));
    }
    let different: HashSet<_> = tiles.map(|tile| (&*tile.slide, tile.x, tile.y)).collect();
    beside * ONE_IN >= all && different.len() * 2 >= all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(count: usize, place: impl Fn(usize) -> Edges) -> Option<Vec<(i64, i64)>> {
        let told = (0..count)
            .map(|at| (format!("{at:03}.png"), place(at)))
            .collect();
        let tiles = tiles(&told, &|_| None)?;
        Some(tiles.values().map(|tile| (tile.x, tile.y)).collect())
    }

    fn point(x: f64, y: f64) -> Edges {
        [x, y, x, y]
    }

    #[test]
    fn points_of_a_grid_are_tiles_and_photos_anywhere_are_not() {
        let grid = found(24, |at| {
            point(11.5 + (at % 6) as f64 * 0.001, (at / 6) as f64 * 0.002)
        });
        assert_eq!(grid.map(|tiles| tiles[7]), Some((1, 1)));
        // No two share a value.
        let anywhere = |at: usize| point((at * 7919 % 997) as f64, (at * 104_729 % 991) as f64);
        assert_eq!(found(24, anywhere), None);
        // Rounded, and far from each other.
        let sparse = |at: usize| point((at * 7 % 12) as f64, (at * at * 5 % 12) as f64 * 40.0);
        assert_eq!(found(24, sparse), None);
    }

    #[test]
    fn edges_of_one_size_are_tiles_and_boxes_of_any_size_are_not() {
        let square = |x: f64, y: f64| [x, y, x + 640.0, y + 640.0];
        let tiles = found(24, |at| {
            square((at % 6) as f64 * 640.0, (at / 6) as f64 * 640.0)
        });
        assert_eq!(tiles.map(|tiles| tiles[7]), Some((1000, 1000)));
        let boxes = |at: usize| {
            let (x, y) = ((at * 31 % 60) as f64, (at * 17 % 50) as f64);
            [
                x,
                y,
                x + 10.0 + (at * 7 % 40) as f64,
                y + 10.0 + (at * 11 % 40) as f64,
            ]
        };
        assert_eq!(found(24, boxes), None);
        // A few of each of three slides that lie far from each other.
        let few = |at: usize| {
            let (slide, own) = ((at % 3) as f64 * 20_000.0, at / 3 * 5 % 16);
            square(slide + (own % 4) as f64 * 640.0, (own / 4) as f64 * 640.0)
        };
        assert!(found(24, few).is_some());
        // Of one size, and anywhere within a picture.
        let anywhere = |at: usize| square((at * 131 % 997) as f64, (at * 373 % 991) as f64);
        assert_eq!(found(24, anywhere), None);
        // Of one size, and nowhere near each other.
        let apart = |at: usize| square(at as f64 * 9000.0, at as f64 * 7000.0);
        assert_eq!(found(24, apart), None);
    }
}
