//! Positions of tiles in one large image, from names, else from columns of a table.

use rayon::prelude::*;

use crate::report::recordings::TileRule;
use crate::sample::{PlacedTiles, Sample, TilePlace};

use super::name;
use super::recording::Interner;
use super::tile_classes;
use super::tile_names::{FORMS, Form, read};
use super::trim::Trim;

/// Position of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileAt {
    /// The large image, as a position in [`Tiles::slides`].
    pub slide: u32,
    /// Left edge in pixels, or column.
    pub x: i64,
    /// Upper edge in pixels, or row.
    pub y: i64,
}

/// Tiles of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiles {
    /// How names give positions.
    pub rule: TileRule,
    /// Position of every tile, by sample id.
    pub at: Vec<Option<TileAt>>,
    /// Names of the large images.
    pub slides: Vec<Box<str>>,
    /// Smallest distance of two tiles along x and y: the size of a tile whose size is not known.
    pub stride: (i64, i64),
    /// Width and height on the large image, by sample id, where names tell them.
    pub told_sizes: Vec<Option<(i64, i64)>>,
}

impl Tiles {
    /// Whether positions count tiles, not pixels.
    #[must_use]
    pub fn is_grid(&self) -> bool {
        let far = self.stride.0.min(self.stride.1) >= SMALLEST_STEP;
        match self.rule {
            TileRule::Grid => !far,
            TileRule::ZoomColumnRow => true,
            TileRule::Columns => self.told_sizes.iter().all(Option::is_none),
            _ => false,
        }
    }
}

/// Step below which two last numbers are no positions.
const SMALLEST_STEP: i64 = 16;

/// Reads positions, where at least half of the names give one, both coordinates vary, most large
/// images have several tiles, and hardly two samples of a split stand at one position. Forms are
/// tried in their order; class folders belong to the large image where it would not do without.
#[must_use]
pub fn infer(samples: &[Sample]) -> Option<Tiles> {
    let trim = Trim::of(samples);
    let unread = count_unread(samples, trim);
    let readable = FORMS.into_iter().zip(unread);
    let mut tried = readable
        .filter(|(_, unread)| unread * 2 <= samples.len())
        .flat_map(|(form, _)| [(form, false), (form, true)])
        .map(|(form, keep_class)| (form, read_all(form, samples, trim, keep_class)));
    let (_, mut tiles) = tried.find(|(form, tiles)| are_tiles(*form, tiles, samples))?;
    tile_classes::merge(&mut tiles);
    Some(tiles)
}

/// What columns of a table say, where hardly two samples of a split stand at one position.
#[must_use]
pub(crate) fn from_columns(placed: &PlacedTiles, samples: &[Sample]) -> Option<Tiles> {
    let mut slides = Interner::default();
    let mut tile = |one: &TilePlace| TileAt {
        slide: slides.number(&one.slide),
        x: one.x,
        y: one.y,
    };
    let at = placed.at.iter().map(|one| one.as_ref().map(&mut tile));
    let at: Vec<Option<TileAt>> = at.collect();
    let told_sizes = placed.at.iter().map(|one| one.as_ref()?.size).collect();
    let tiles = Tiles {
        rule: TileRule::Columns,
        at,
        slides: slides.into_names(),
        stride: (1, 1),
        told_sizes,
    };
    stand_apart(&tiles, samples).then_some(tiles)
}

/// Names counted at a time on all cores.
const BLOCK: usize = 1 << 16;

/// Names that each rule cannot read, in one pass that ends once no rule can reach half of them.
fn count_unread(samples: &[Sample], trim: Trim) -> [usize; FORMS.len()] {
    const NONE: [usize; FORMS.len()] = [0; FORMS.len()];
    let mut unread = NONE;
    let unread_of =
        |sample: &Sample| FORMS.map(|form| usize::from(read(form, sample, trim).is_none()));
    let sum = |a: [usize; FORMS.len()], b: [usize; FORMS.len()]| {
        std::array::from_fn(|form| a[form] + b[form])
    };
    for block in samples.chunks(BLOCK) {
        let of_block = block.par_iter().map(unread_of).reduce(|| NONE, sum);
        unread = sum(unread, of_block);
        if unread.iter().all(|count| count * 2 > samples.len()) {
            break;
        }
    }
    unread
}

fn read_all(form: Form, samples: &[Sample], trim: Trim, keep_class: bool) -> Tiles {
    let mut slides = Interner::default();
    let mut key = String::new();
    let mut told_sizes = Vec::with_capacity(samples.len());
    let (mut any_joined, mut any_minus) = (false, false);
    let mut minus = Vec::with_capacity(samples.len());
    let mut at: Vec<Option<TileAt>> = samples
        .iter()
        .map(|sample| {
            let tile = read(form, sample, trim);
            told_sizes.push(tile.as_ref().and_then(|tile| tile.size));
            minus.push(tile.as_ref().map_or([false; 2], |tile| tile.minus));
            let tile = tile?;
            any_joined |= tile.joined;
            any_minus |= tile.minus != [false; 2];
            key.clear();
            let class = sample.label.as_deref().filter(|_| !keep_class);
            let parts = name::telling_folders(name::of(sample), class);
            let parts: Vec<&str> = parts.collect();
            let kept = parts.len().saturating_sub(tile.folders_used);
            for part in &parts[..kept] {
                key.push_str(part);
                key.push('/');
            }
            key.push_str(tile.slide);
            let slide = slides.number(&key);
            Some(TileAt {
                slide,
                x: tile.x,
                y: tile.y,
            })
        })
        .collect();
    // `x-77` is left of `x0`; where every name has it, the hyphen only separates.
    if any_joined && any_minus {
        for (tile, [x, y]) in at.iter_mut().zip(minus) {
            if let Some(tile) = tile {
                tile.x *= if x { -1 } else { 1 };
                tile.y *= if y { -1 } else { 1 };
            }
        }
    }
    let stride = (
        stride(&at, |tile| (tile.slide, tile.x)),
        stride(&at, |tile| (tile.slide, tile.y)),
    );
    Tiles {
        rule: form.rule(),
        at,
        slides: slides.into_names(),
        stride,
        told_sizes,
    }
}

/// Whether hardly two samples of a split stand at one position.
fn stand_apart(tiles: &Tiles, samples: &[Sample]) -> bool {
    let both = tiles.at.iter().zip(samples);
    let mut placed: Vec<_> = both
        .filter_map(|(at, sample)| Some(((*at)?, sample.split)))
        .collect();
    let count = placed.len();
    placed.sort_unstable();
    placed.dedup();
    placed.len() * 10 >= count * 9
}

/// Both coordinates vary and samples of one split stand at different positions.
fn are_tiles(form: Form, tiles: &Tiles, samples: &[Sample]) -> bool {
    let at = || tiles.at.iter().flatten();
    let varies = |coordinate: fn(&TileAt) -> i64| {
        at().next()
            .is_some_and(|first| at().any(|tile| coordinate(tile) != coordinate(first)))
    };
    let different = stand_apart(tiles, samples);
    let mut counts = vec![0_u32; tiles.slides.len()];
    for tile in at() {
        counts[tile.slide as usize] += 1;
    }
    let of_several: u32 = counts.iter().filter(|count| **count > 1).sum();
    let several = of_several as usize * 2 >= at().count();
    varies(|tile| tile.x)
        && varies(|tile| tile.y)
        && different
        && several
        && match form {
            Form::LastTwoNumbers => in_steps(tiles),
            Form::TwoCorners => are_sizes_alike(tiles),
            Form::CornerAndSize => are_sizes_alike(tiles) && in_steps(tiles),
            _ => true,
        }
}

/// Numbers that are multiples of one step of at least 16, or few that recur and stand at least so
/// far apart. The last tile of a row is often pulled back to the edge of the large image, out of
/// step.
fn in_steps(tiles: &Tiles) -> bool {
    let at = || tiles.at.iter().flatten();
    let step = at().fold(0, |step, tile| gcd(gcd(step, tile.x), tile.y));
    let recur = |coordinate: fn(&TileAt) -> i64| {
        let mut values: Vec<i64> = at().map(coordinate).collect();
        let all = values.len();
        values.sort_unstable();
        values.dedup();
        let mut steps: Vec<i64> = values.windows(2).map(|two| two[1] - two[0]).collect();
        steps.sort_unstable();
        values.len() * 3 <= all
            && steps
                .get(steps.len() / 2)
                .is_some_and(|step| *step >= SMALLEST_STEP)
    };
    step >= SMALLEST_STEP || (recur(|tile| tile.x) && recur(|tile| tile.y))
}

/// Nine in ten tiles of one size of at least 16 pixels: four numbers by chance have many.
fn are_sizes_alike(tiles: &Tiles) -> bool {
    let mut sizes: Vec<(i64, i64)> = tiles.told_sizes.iter().flatten().copied().collect();
    sizes.sort_unstable();
    let most = sizes.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    most.is_some_and(|run| {
        run.len() * 10 >= sizes.len() * 9 && run[0].0.min(run[0].1) >= SMALLEST_STEP
    })
}

/// Smallest positive difference of a coordinate within one slide, 1 when there is none.
fn stride(at: &[Option<TileAt>], coordinate: impl Fn(&TileAt) -> (u32, i64)) -> i64 {
    let mut values: Vec<(u32, i64)> = at.iter().flatten().map(coordinate).collect();
    values.sort_unstable();
    let steps = values
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0)
        .map(|pair| pair[1].1 - pair[0].1);
    steps.filter(|step| *step > 0).min().unwrap_or(1)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    #[test]
    fn tracks_and_counters_are_no_tiles() {
        for pair in [
            ["00014_00023", "00015_00024"],
            ["a_1", "a_2"],
            ["x1_a", "x2_a"],
            ["x1_y1", "x2_y1"],
            ["00000_00016", "00000_00032"],
        ] {
            assert_eq!(infer(&testing::samples(&pair)), None, "{pair:?}");
        }
        let repeated: Vec<String> = (0..40)
            .map(|i| format!("{i}_b_x{}_y{}.png", 0, 0))
            .collect();
        assert_eq!(infer(&testing::samples(&repeated)), None);
    }

    #[test]
    fn one_place_at_several_days_is_no_tiling() {
        let infer_of = |behind: fn(u32) -> String| {
            let paths: Vec<String> = (0..40)
                .map(|at| format!("parcel_{}_{}.png", 4410 + at / 4 * 32, behind(at % 4)))
                .collect();
            infer(&testing::samples(&paths))
        };
        assert_eq!(infer_of(|at| format!("2023091{at}")), None);
        assert!(infer_of(|at| format!("{}", at * 32)).is_some());
    }

    /// Two large images of 6 by 6 tiles of 96 pixels, every 77; the last ones are pulled back to
    /// the edge.
    fn cut(name: impl Fn(u32, u32, u32) -> String) -> Option<Tiles> {
        let cuts = [0, 77, 154, 231, 308, 384];
        let places = (1..=2).flat_map(|s| cuts.map(|y| (s, y)));
        let paths: Vec<String> = places
            .flat_map(|(s, y)| cuts.map(|x| name(s, x, y)))
            .collect();
        infer(&testing::samples(&paths))
    }

    #[test]
    fn positions_are_read_in_every_common_naming() {
        type Naming = (fn(u32, u32, u32) -> String, TileRule);
        let namings: [Naming; 16] = [
            (|s, x, y| format!("s{s}_x{x}_y{y}.png"), TileRule::Corner),
            (
                |s, x, y| format!("s{s} [x={x},y={y},w=96,h=96].png"),
                TileRule::Corner,
            ),
            (
                |s, x, y| format!("{s}_idx5_x{x}_y{y}_class{}.png", (x + y) % 2),
                TileRule::Corner,
            ),
            (
                |s, x, y| {
                    format!(
                        "{:08x}-s{s}_x{x}_y{y}.png",
                        (s * 7 + x) * 7919 * 131 + y * 104_729 + 0xa00_0000
                    )
                },
                TileRule::Corner,
            ),
            (
                |s, x, y| format!("P{s}__1__{x}___{y}.png"),
                TileRule::LastTwoNumbers,
            ),
            (
                |s, x, y| format!("Sample{s}_0_1_{x}_{y}.png"),
                TileRule::LastTwoNumbers,
            ),
            (
                |s, x, y| format!("scene{s}-{y}-{x}.png"),
                TileRule::LastTwoNumbers,
            ),
            (
                |s, x, y| format!("D_{s}_{x}_{y}_{}_{}.png", x + 96, y + 96),
                TileRule::TwoCorners,
            ),
            (
                |s, x, y| format!("D_{s}_{}_{}_{x}_{y}.png", x + 96, y + 96),
                TileRule::TwoCorners,
            ),
            (|s, x, y| format!("{s}_Row_{y}_Col_{x}.tif"), TileRule::Grid),
            (
                |s, x, y| format!("s{s}_x{}_y{}.png", i64::from(x) - 154, i64::from(y) - 77),
                TileRule::Corner,
            ),
            (
                |s, x, y| format!("s{s}_left{x}_top{y}.png"),
                TileRule::Corner,
            ),
            (
                |s, x, y| format!("s{s}_{x}_{y}_96_96.png"),
                TileRule::Corner,
            ),
            (
                |s, x, y| format!("s{s}_x0_{x}_y0_{y}_x1_{}_y1_{}.png", x + 96, y + 96),
                TileRule::TwoCorners,
            ),
            (
                |s, x, y| format!("s{s}_xmin{x}_ymin{y}_xmax{}_ymax{}.png", x + 96, y + 96),
                TileRule::TwoCorners,
            ),
            (
                |s, x, y| {
                    format!(
                        "{}_s{s}_x{x}_y{y}.png",
                        ["ok", "tumor"][(x + y) as usize % 2]
                    )
                },
                TileRule::Corner,
            ),
        ];
        for (naming, rule) in namings {
            let tiles = cut(naming).unwrap_or_else(|| panic!("{}", naming(1, 77, 154)));
            assert_eq!(tiles.rule, rule, "{}", naming(1, 77, 154));
            assert_eq!(tiles.slides.len(), 2, "{:?}", tiles.slides);
            assert!(!tiles.is_grid(), "{rule:?}");
        }
    }

    #[test]
    fn a_class_folder_for_each_large_image_is_part_of_its_name() {
        let paths: Vec<String> = (0..4)
            .flat_map(|s| (0..6).map(move |y| (s, y)))
            .flat_map(|(s, y)| (0..6).map(move |x| format!("{s}/{:05}_{:05}.jpg", y * 77, x * 77)))
            .collect();
        let tiles = infer(&testing::labelled(&paths)).unwrap();
        assert_eq!(tiles.slides.len(), 4);
    }

    #[test]
    fn tiles_of_maps_stand_in_folders() {
        let paths: Vec<String> = (0..6)
            .flat_map(|x| (0..6).map(move |y| format!("train/17/{}/{}.png", 70400 + x, 42980 + y)))
            .collect();
        let tiles = infer(&testing::samples(&paths)).unwrap();
        assert_eq!(
            (tiles.rule, tiles.slides.len()),
            (TileRule::ZoomColumnRow, 1)
        );
        assert!(tiles.is_grid());
    }

    #[test]
    fn keys_of_tiles_tell_columns_and_rows() {
        let key = |column: u32, row: u32| -> String {
            let digit = |level: u32| (column >> level & 1) + 2 * (row >> level & 1);
            (0..12)
                .rev()
                .map(|level| digit(level).to_string())
                .collect()
        };
        let paths: Vec<String> = (0..36)
            .map(|at| format!("train/{}.png", key(70 + at % 6, 1300 + at / 6)))
            .collect();
        let tiles = infer(&testing::samples(&paths)).unwrap();
        assert_eq!(tiles.rule, TileRule::ZoomColumnRow);
        let at: Vec<(i64, i64)> = tiles.at.iter().flatten().map(|t| (t.x, t.y)).collect();
        assert_eq!((at[0], at[7]), ((70, 1300), (71, 1301)));
        // Numbers of such digits as of others.
        let numbers: Vec<String> = (0..36).map(|at| format!("{:010}.png", at * 97)).collect();
        assert_eq!(infer(&testing::samples(&numbers)), None);
    }

    #[test]
    fn columns_tell_tiles_that_stand_apart() {
        let samples = testing::samples(&["a.png", "b.png", "c.png", "d.png"]);
        let placed = |at: [(i64, i64); 4]| PlacedTiles {
            columns: "`x`, `y`".to_owned(),
            table: "tiles.csv".to_owned(),
            at: at
                .map(|(x, y)| {
                    Some(TilePlace {
                        slide: "".into(),
                        x,
                        y,
                        size: None,
                    })
                })
                .into(),
        };
        let grid = from_columns(&placed([(0, 0), (1, 0), (0, 1), (1, 1)]), &samples);
        assert!(grid.is_some_and(|tiles| tiles.is_grid()));
        let same = placed([(0, 0), (0, 0), (0, 0), (1, 1)]);
        assert_eq!(from_columns(&same, &samples), None);
    }

    #[test]
    fn one_tile_of_each_slide_is_no_tiling() {
        let paths: Vec<String> = (0..40)
            .map(|i| format!("s{i}_x{}_y{}.png", i * 64, i * 32))
            .collect();
        assert_eq!(infer(&testing::samples(&paths)), None);
        let sizes: Vec<String> = (0..40)
            .map(|i| format!("a_{}_{}_{}_{}.png", i, i * 3, i * 40 + 7, i * 50 + 3))
            .collect();
        assert_eq!(infer(&testing::samples(&sizes)), None);
    }

    #[test]
    fn rows_and_columns_are_read_whichever_comes_first() {
        let tiles = infer(&testing::samples(&["a_col17_row3", "a_col18_row4"])).unwrap();
        assert_eq!(tiles.rule, TileRule::Grid);
        let first = TileAt {
            slide: 0,
            x: 17,
            y: 3,
        };
        assert_eq!(tiles.at[0], Some(first));
    }
}
