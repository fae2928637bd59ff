//! Tiles of one large image that overlap or touch across splits.

use crate::report::recordings::TileFacts;
use crate::sample::{Sample, SampleId, SplitId};

use super::tiles::{TileAt, Tiles};

/// A step of so many widths of a tile is none of pixels of the tile.
const FINER: i64 = 2;

/// An evaluation tile and the training tile that covers most of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TileLeak {
    /// The evaluation tile.
    pub evaluation: SampleId,
    /// The training tile that covers most of it; the smaller id among equals.
    pub training: SampleId,
    /// Share of the evaluation tile's area that the training tile covers, 0 when they only touch;
    /// `None` when sizes are not known.
    pub overlap: Option<f64>,
    /// What both show, where sizes are known and they overlap.
    pub strip: Option<Strip>,
}

/// What two tiles share: left, upper, right and lower edge in fractions of the sides, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strip {
    /// Of the evaluation tile.
    pub evaluation: [f32; 4],
    /// Of the training tile.
    pub training: [f32; 4],
}

/// Finds, for every evaluation tile that overlaps or touches a training tile, the one that covers
/// most of it. `sizes` are width and height in pixels by sample id; tiles without one are taken to
/// be as large as the stride.
#[must_use]
pub(crate) fn overlaps(
    tiles: &Tiles,
    sizes: Option<&[Option<(u32, u32)>]>,
    samples: &[Sample],
    (evaluation, training): (SplitId, SplitId),
) -> Vec<TileLeak> {
    let boxes: Vec<Option<Box2>> = (0..samples.len())
        .map(|index| tile_box(tiles, sizes, index))
        .collect();
    let of = |split| {
        let boxes = &boxes;
        (0_u32..)
            .map(SampleId)
            .zip(samples)
            .filter_map(move |(id, sample)| {
                (sample.split == Some(split)).then_some((id, boxes[id.index()]?))
            })
    };
    // Cells as large as the largest tile: what touches a tile begins in its cell or one beside it.
    let side = boxes
        .iter()
        .flatten()
        .map(|b| b.width.max(b.height))
        .max()
        .unwrap_or(1);
    let cell = |b: &Box2| {
        let (column, row) = (b.at.x.div_euclid(side), b.at.y.div_euclid(side));
        (b.at.slide, column, row)
    };
    let mut trained: Vec<_> = of(training).map(|(id, tile)| (cell(&tile), id)).collect();
    let shape = |id: &SampleId| boxes[id.index()].map(|b| (b.at, b.width, b.height));
    trained.sort_unstable_by_key(|(cell, id)| (*cell, shape(id), *id));
    // Of several training samples at one position the first stands for all.
    trained.dedup_by_key(|(_, id)| shape(id));
    let in_cell = |key| {
        let first = trained.partition_point(|(cell, _)| *cell < key);
        trained[first..]
            .iter()
            .take_while(move |(cell, _)| *cell == key)
    };
    let mut found = Vec::new();
    for (id, tile) in of(evaluation) {
        let (slide, column, row) = cell(&tile);
        let near = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (slide, column + dx, row + dy)));
        let touching = near.flat_map(in_cell).filter_map(|(_, training)| {
            let other = boxes[training.index()]?;
            Some((tile.shared_area(&other)?, *training))
        });
        if let Some((area, training)) =
            touching.max_by_key(|(area, id)| (*area, std::cmp::Reverse(*id)))
        {
            let same = boxes[training.index()].map(|b| b.at) == Some(tile.at);
            let share = area as f64 / (i128::from(tile.width) * i128::from(tile.height)) as f64;
            let overlap = (tile.known || same).then_some(share);
            let other =
                boxes[training.index()].filter(|other| other.known && tile.known && area > 0);
            let strip = other.map(|other| Strip {
                evaluation: tile.part(&other),
                training: other.part(&tile),
            });
            found.push(TileLeak {
                evaluation: id,
                training,
                overlap,
                strip,
            });
        }
    }
    found
}

/// Sums overlaps up.
#[must_use]
pub(crate) fn describe(
    tiles: &Tiles,
    samples: &[Sample],
    evaluation: SplitId,
    names: (&str, &str),
    leaks: &[TileLeak],
) -> TileFacts {
    let evaluated = samples
        .iter()
        .zip(&tiles.at)
        .filter(|(sample, at)| sample.split == Some(evaluation) && at.is_some());
    let overlapping = leaks
        .iter()
        .filter(|leak| leak.overlap.is_some_and(|share| share > 0.0))
        .count();
    TileFacts {
        rule: tiles.rule,
        evaluation_split: names.0.into(),
        training_split: names.1.into(),
        evaluation_tiles: evaluated.count() as u64,
        overlapping: overlapping as u64,
        touching: (leaks.len() - overlapping) as u64,
        largest_overlap: leaks
            .iter()
            .filter_map(|leak| leak.overlap)
            .max_by(f64::total_cmp),
    }
}

#[derive(Debug, Clone, Copy)]
struct Box2 {
    at: TileAt,
    width: i64,
    height: i64,
    known: bool,
}

impl Box2 {
    /// The part of it that `other` covers.
    fn part(&self, other: &Self) -> [f32; 4] {
        let edge =
            |at: i64, from: i64, size: i64| ((at - from) as f32 / size as f32).clamp(0.0, 1.0);
        [
            edge(other.at.x, self.at.x, self.width),
            edge(other.at.y, self.at.y, self.height),
            edge(other.at.x + other.width, self.at.x, self.width),
            edge(other.at.y + other.height, self.at.y, self.height),
        ]
    }

    /// Area of the intersection, 0 where edges or corners touch, `None` where not even these do.
    fn shared_area(&self, other: &Self) -> Option<i128> {
        let along =
            |a: i64, a_size: i64, b: i64, b_size: i64| (a + a_size).min(b + b_size) - a.max(b);
        let width = along(self.at.x, self.width, other.at.x, other.width);
        let height = along(self.at.y, self.height, other.at.y, other.height);
        (self.at.slide == other.at.slide && width >= 0 && height >= 0)
            .then(|| i128::from(width) * i128::from(height))
    }
}

fn tile_box(tiles: &Tiles, sizes: Option<&[Option<(u32, u32)>]>, index: usize) -> Option<Box2> {
    let at = tiles.at[index]?;
    // Rows and columns count tiles, however large: neighbours touch.
    if tiles.is_grid() {
        return Some(Box2 {
            at,
            width: 1,
            height: 1,
            known: false,
        });
    }
    // What the name says counts on the large image, whatever level the tile was read at.
    let told = tiles.told_sizes.get(index).copied().flatten();
    let size = sizes
        .and_then(|sizes| *sizes.get(index)?)
        .filter(|(width, height)| *width > 0 && *height > 0)
        .map(|(width, height)| (i64::from(width), i64::from(height)));
    // Where tiles never stand nearer than twice their width, positions count in another unit, of a
    // finer level or of the ground: neighbours are a step apart.
    let is_finer =
        |size: &(i64, i64)| tiles.stride.0 >= FINER * size.0 && tiles.stride.1 >= FINER * size.1;
    let size = told.or(size.filter(|size| !is_finer(size)));
    let (width, height) = size.unwrap_or(tiles.stride);
    Some(Box2 {
        at,
        width,
        height,
        known: size.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recordings::TileRule;
    use crate::sequence::testing::{self, TRAINING, VALIDATION};
    use crate::sequence::tiles::infer;
    use proptest::prelude::*;

    const SPLITS: (SplitId, SplitId) = (VALIDATION, TRAINING);

    fn found(paths: &[&str], size: Option<(u32, u32)>) -> Vec<TileLeak> {
        let samples = testing::samples(paths);
        let tiles = infer(&samples).unwrap();
        overlaps(&tiles, Some(&vec![size; paths.len()]), &samples, SPLITS)
    }

    #[test]
    fn half_overlapping_tiles_are_a_leak_of_one_half() {
        let paths = [
            "train/s_x0_y0.png",
            "val/s_x128_y0.png",
            "val/s_x512_y512.png",
            "val/t_x0_y0.png",
        ];
        let leaks = found(&paths, Some((256, 256)));
        assert_eq!(leaks.len(), 1);
        assert_eq!(
            (leaks[0].evaluation, leaks[0].overlap),
            (SampleId(1), Some(0.5))
        );
    }

    #[test]
    fn touching_tiles_have_no_overlap_and_separate_ones_no_leak() {
        let paths = [
            "train/s_0000_0000.png",
            "val/s_0256_0256.png",
            "val/s_0512_0000.png",
            "train/s_1024_1024.png",
        ];
        let leaks = found(&paths, Some((256, 256)));
        assert_eq!(leaks.len(), 1);
        assert_eq!(
            (leaks[0].evaluation, leaks[0].overlap),
            (SampleId(1), Some(0.0))
        );
    }

    #[test]
    fn neighbours_of_a_grid_touch() {
        let paths = [
            "train/a_r003_c017.png",
            "val/a_r004_c018.png",
            "val/a_r006_c017.png",
        ];
        let leaks = found(&paths, Some((256, 256)));
        assert_eq!(leaks.len(), 1);
        assert_eq!((leaks[0].evaluation, leaks[0].overlap), (SampleId(1), None));
    }

    #[test]
    fn without_sizes_tiles_are_as_large_as_their_stride() {
        let paths = [
            "train/s_x0_y0.png",
            "train/s_x0_y64.png",
            "train/s_x64_y64.png",
            "val/s_x64_y0.png",
            "val/s_x192_y0.png",
        ];
        let samples = testing::samples(&paths);
        let tiles = infer(&samples).unwrap();
        let leaks = overlaps(&tiles, None, &samples, SPLITS);
        assert_eq!(leaks.len(), 1);
        assert_eq!((leaks[0].evaluation, leaks[0].overlap), (SampleId(3), None));
        let facts = describe(&tiles, &samples, VALIDATION, ("val", "train"), &leaks);
        assert_eq!(
            (facts.evaluation_tiles, facts.overlapping, facts.touching),
            (2, 0, 1)
        );
    }

    proptest! {
        #[test]
        fn agrees_with_trying_every_pair(
            places in prop::collection::vec((0_i64..60, 0_i64..60, 1_u32..20, 1_u32..20, 0_u16..2), 2..40),
        ) {
            let mut samples = testing::samples(&vec![""; places.len()]);
            for (sample, place) in samples.iter_mut().zip(&places) {
                sample.split = Some(SplitId(place.4));
            }
            let at = places.iter().map(|p| Some(TileAt { slide: 0, x: p.0, y: p.1 })).collect();
            let tiles = Tiles { rule: TileRule::Corner, at, slides: vec!["".into()], stride: (1, 1), told_sizes: Vec::new() };
            let sizes: Vec<_> = places.iter().map(|p| Some((p.2, p.3))).collect();
            let boxes: Vec<_> = (0..places.len()).map(|i| tile_box(&tiles, Some(&sizes), i).unwrap()).collect();
            let best = |e: usize| {
                let trained = (0..places.len()).filter(|t| samples[*t].split == Some(TRAINING));
                trained.filter_map(|t| boxes[e].shared_area(&boxes[t])).max()
            };
            let expected: Vec<_> = (0..places.len())
                .filter(|e| samples[*e].split == Some(VALIDATION))
                .filter_map(|e| Some((e, best(e)?)))
                .collect();
            let found: Vec<_> = overlaps(&tiles, Some(&sizes), &samples, SPLITS)
                .iter()
                .map(|leak| {
                    let e = leak.evaluation.index();
                    (e, boxes[e].shared_area(&boxes[leak.training.index()]).unwrap())
                })
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
