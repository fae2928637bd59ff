//! Positions of tiles in one large image, from names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use rayon::prelude::*;

use crate::sample::Sample;

use super::name;
use super::recording::Interner;

/// How names give positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TileRule {
    /// `slide_x1024_y2048`: pixels of the upper left corner.
    Corner,
    /// `r003_c017`, `row3_col17`: row and column of a grid.
    Grid,
    /// `slide_0512_1024`: two last numbers, all of them multiples of one step of at least 16 pixels.
    LastTwoNumbers,
}

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
}

const RULES: [TileRule; 3] = [TileRule::Corner, TileRule::Grid, TileRule::LastTwoNumbers];
/// Largest position read; sums of two stay far from overflow.
const LARGEST: i64 = 1 << 40;
/// Step below which two last numbers are no positions.
const SMALLEST_STEP: i64 = 16;

/// Reads positions, where at least half of the names give one, both coordinates vary, and hardly two samples of a split
/// stand at one position. Rules are tried in the order of [`TileRule`].
#[must_use]
pub fn infer(samples: &[Sample]) -> Option<Tiles> {
    let unread = count_unread(samples);
    RULES
        .into_iter()
        .zip(unread)
        .filter(|(_, unread)| unread * 2 <= samples.len())
        .map(|(rule, _)| read_all(rule, samples))
        .find(|tiles| are_tiles(tiles, samples))
}

/// Names counted at a time on all cores.
const BLOCK: usize = 1 << 16;

/// Names that each rule cannot read, in one pass that ends once no rule can reach half of them.
fn count_unread(samples: &[Sample]) -> [usize; 3] {
    let mut unread = [0; 3];
    let unread_of = |sample: &Sample| {
        let stem = super::augmentation::plain(name::split(&sample.path).stem);
        RULES.map(|rule| usize::from(read(rule, stem).is_none()))
    };
    let sum = |a: [usize; 3], b: [usize; 3]| std::array::from_fn(|rule| a[rule] + b[rule]);
    for block in samples.chunks(BLOCK) {
        let of_block = block.par_iter().map(unread_of).reduce(|| [0; 3], sum);
        unread = sum(unread, of_block);
        if unread.iter().all(|count| count * 2 > samples.len()) {
            break;
        }
    }
    unread
}

fn read_all(rule: TileRule, samples: &[Sample]) -> Tiles {
    let mut slides = Interner::default();
    let mut key = String::new();
    let at: Vec<Option<TileAt>> = samples
        .iter()
        .map(|sample| {
            let (x, y) = place(rule, sample, &mut key)?;
            let slide = slides.number(&key);
            Some(TileAt { slide, x, y })
        })
        .collect();
    let stride = (
        stride(&at, |tile| (tile.slide, tile.x)),
        stride(&at, |tile| (tile.slide, tile.y)),
    );
    Tiles {
        rule,
        at,
        slides: slides.into_names(),
        stride,
    }
}

/// Position of a sample, and into `key` the name of its large image: folders and stem with `#` for the coordinates.
fn place(rule: TileRule, sample: &Sample, key: &mut String) -> Option<(i64, i64)> {
    let name::Name { folder, stem } = name::split(&sample.path);
    let stem = super::augmentation::plain(stem);
    let ((x, x_at), (y, y_at)) = read(rule, stem)?;
    key.clear();
    for part in name::telling_folders(folder, sample.label.as_deref()) {
        key.push_str(part);
        key.push('/');
    }
    let (first, second) = if x_at.start < y_at.start {
        (x_at, y_at)
    } else {
        (y_at, x_at)
    };
    key.push_str(&stem[..first.start]);
    key.push('#');
    key.push_str(&stem[first.end..second.start]);
    key.push('#');
    key.push_str(&stem[second.end..]);
    Some((x, y))
}

type Number = (i64, std::ops::Range<usize>);

/// The two coordinates, x first, with the bytes that spell them.
fn read(rule: TileRule, stem: &str) -> Option<(Number, Number)> {
    let number = |run: std::ops::Range<usize>| {
        let value = (run.len() <= 12).then(|| stem[run.clone()].parse().ok())??;
        (value <= LARGEST).then_some((value, run))
    };
    let behind = |words: &[&str]| {
        let run = name::digit_runs(stem).rev().find(|run| {
            let before = stem[..run.start].trim_end_matches(['_', '-', '=']);
            run.start - before.len() <= 1
                && name::letter_runs(before).next_back().is_some_and(|word| {
                    word.end == before.len()
                        && words
                            .iter()
                            .any(|known| before[word.clone()].eq_ignore_ascii_case(known))
                })
        })?;
        number(run)
    };
    match rule {
        TileRule::Corner => Some((behind(&["x"])?, behind(&["y"])?)),
        TileRule::Grid => Some((behind(&["c", "col", "column"])?, behind(&["r", "row"])?)),
        TileRule::LastTwoNumbers => {
            let mut runs = name::digit_runs(stem).rev();
            let (second, first) = (runs.next()?, runs.next()?);
            let between = &stem[first.end..second.start];
            let joined = matches!(between, "_" | "-" | "," | "x") && second.end == stem.len();
            joined.then(|| Some((number(first)?, number(second)?)))?
        }
    }
}

/// Both coordinates vary and samples of one split stand at different positions.
fn are_tiles(tiles: &Tiles, samples: &[Sample]) -> bool {
    let at = || tiles.at.iter().flatten();
    let varies = |coordinate: fn(&TileAt) -> i64| {
        at().next()
            .is_some_and(|first| at().any(|tile| coordinate(tile) != coordinate(first)))
    };
    let mut placed: Vec<_> = tiles
        .at
        .iter()
        .zip(samples)
        .filter_map(|(at, s)| Some(((*at)?, s.split)))
        .collect();
    let count = placed.len();
    placed.sort_unstable();
    placed.dedup();
    let different = placed.len() * 10 >= count * 9;
    let step = at().fold(0, |step, tile| gcd(gcd(step, tile.x), tile.y));
    varies(|tile| tile.x)
        && varies(|tile| tile.y)
        && different
        && (tiles.rule != TileRule::LastTwoNumbers || step >= SMALLEST_STEP)
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
