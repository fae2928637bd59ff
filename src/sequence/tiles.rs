//! Positions of tiles in one large image, from names.

use rayon::prelude::*;

use crate::report::recordings::TileRule;
use crate::sample::Sample;

use super::name;
use super::recording::Interner;
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
            _ => false,
        }
    }
}

const RULES: [TileRule; 5] = [
    TileRule::Corner,
    TileRule::Grid,
    TileRule::TwoCorners,
    TileRule::LastTwoNumbers,
    TileRule::ZoomColumnRow,
];
/// Largest position read; sums of two stay far from overflow.
const LARGEST: i64 = 1 << 40;
/// Step below which two last numbers are no positions.
const SMALLEST_STEP: i64 = 16;

/// Reads positions, where at least half of the names give one, both coordinates vary, most large
/// images have several tiles, and hardly two samples of a split stand at one position. Rules are
/// tried in the order of [`TileRule`].
#[must_use]
pub fn infer(samples: &[Sample]) -> Option<Tiles> {
    let trim = Trim::of(samples);
    let unread = count_unread(samples, trim);
    RULES
        .into_iter()
        .zip(unread)
        .filter(|(_, unread)| unread * 2 <= samples.len())
        .map(|(rule, _)| read_all(rule, samples, trim))
        .find(|tiles| are_tiles(tiles, samples))
}

/// Names counted at a time on all cores.
const BLOCK: usize = 1 << 16;

/// Names that each rule cannot read, in one pass that ends once no rule can reach half of them.
fn count_unread(samples: &[Sample], trim: Trim) -> [usize; 5] {
    let mut unread = [0; 5];
    let unread_of =
        |sample: &Sample| RULES.map(|rule| usize::from(read(rule, sample, trim).is_none()));
    let sum = |a: [usize; 5], b: [usize; 5]| std::array::from_fn(|rule| a[rule] + b[rule]);
    for block in samples.chunks(BLOCK) {
        let of_block = block.par_iter().map(unread_of).reduce(|| [0; 5], sum);
        unread = sum(unread, of_block);
        if unread.iter().all(|count| count * 2 > samples.len()) {
            break;
        }
    }
    unread
}

fn read_all(rule: TileRule, samples: &[Sample], trim: Trim) -> Tiles {
    let mut slides = Interner::default();
    let mut key = String::new();
    let mut told_sizes = Vec::with_capacity(samples.len());
    let at: Vec<Option<TileAt>> = samples
        .iter()
        .map(|sample| {
            let tile = read(rule, sample, trim);
            told_sizes.push(tile.as_ref().and_then(|tile| tile.size));
            let tile = tile?;
            key.clear();
            let folder = name::split(&sample.path).folder;
            let parts = name::telling_folders(folder, sample.label.as_deref());
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
    let stride = (
        stride(&at, |tile| (tile.slide, tile.x)),
        stride(&at, |tile| (tile.slide, tile.y)),
    );
    Tiles {
        rule,
        at,
        slides: slides.into_names(),
        stride,
        told_sizes,
    }
}

/// One name as a rule reads it.
struct Read<'a> {
    x: i64,
    y: i64,
    /// Width and height on the large image, where the name tells them.
    size: Option<(i64, i64)>,
    /// What names the large image: what stands before the position, or behind it where nothing
    /// does. What else stands behind (a class, a digest, the size) may differ from tile to tile.
    slide: &'a str,
    /// Last folders that are part of the position.
    folders_used: usize,
}

type Number = (i64, std::ops::Range<usize>);

fn read<'a>(rule: TileRule, sample: &'a Sample, trim: Trim) -> Option<Read<'a>> {
    let name::Name { folder, stem } = name::split(&sample.path);
    let stem = trim.cut(super::augmentation::plain(stem));
    let numbers = Numbers(stem);
    let told = |x: Number, y: Number, size| {
        let first = x.1.start.min(y.1.start);
        let end = x.1.end.max(y.1.end);
        let before = stem[..first].trim_end_matches(|c: char| !c.is_alphanumeric());
        let named = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let named = named.trim_end_matches(|c: char| !c.is_alphanumeric());
        let slide = if !named.is_empty() || stem.len() == end {
            before
        } else {
            // The word in front is that of the coordinate: `x12_y40_slide3`.
            &stem[end..]
        };
        Some(Read {
            x: x.0,
            y: y.0,
            size,
            slide,
            folders_used: 0,
        })
    };
    match rule {
        TileRule::Corner => {
            let (x, y) = (numbers.behind(&["x"])?, numbers.behind(&["y"])?);
            let size = |words: &[&str]| {
                numbers
                    .behind(words)
                    .map(|(size, _)| size)
                    .filter(|size| *size > 0)
            };
            let size = size(&["w", "width"]).zip(size(&["h", "height"]));
            told(x, y, size)
        }
        TileRule::Grid => told(
            numbers.behind(&["c", "col", "column"])?,
            numbers.behind(&["r", "row"])?,
            None,
        ),
        TileRule::TwoCorners => {
            let last = numbers.last::<4>()?;
            let [(a, from), (b, second), (c, third), (d, to)] = last;
            let (left, upper, width, height) = match (c > a && d > b, a > c && b > d) {
                (true, _) => (a, b, c - a, d - b),
                (_, true) => (c, d, a - c, b - d),
                _ => return None,
            };
            let _ = (second, third);
            told((left, from), (upper, to), Some((width, height)))
        }
        TileRule::LastTwoNumbers => {
            let [first, second] = numbers.last::<2>()?;
            told(first, second, None)
        }
        TileRule::ZoomColumnRow => {
            let mut parts = folder.rsplit('/');
            let (column, zoom) = (parts.next()?, parts.next()?);
            let number = |text: &str| -> Option<i64> {
                let digits =
                    !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
                digits.then(|| text.parse().ok())?
            };
            number(zoom).filter(|zoom| *zoom <= 30)?;
            Some(Read {
                x: number(column)?,
                y: number(stem)?,
                size: None,
                slide: zoom,
                folders_used: 2,
            })
        }
    }
}

/// The numbers of a stem.
struct Numbers<'a>(&'a str);

impl Numbers<'_> {
    fn value(&self, run: std::ops::Range<usize>) -> Option<Number> {
        let value = (run.len() <= 12).then(|| self.0[run.clone()].parse().ok())??;
        (value <= LARGEST).then_some((value, run))
    }

    /// The last number directly behind one of the words, perhaps with a separator between.
    fn behind(&self, words: &[&str]) -> Option<Number> {
        let stem = self.0;
        let run = name::digit_runs(stem).rev().find(|run| {
            let before = stem[..run.start].trim_end_matches(['_', '-', '=', ':', ' ']);
            run.start - before.len() <= 1
                && name::letter_runs(before).next_back().is_some_and(|word| {
                    word.end == before.len()
                        && words
                            .iter()
                            .any(|known| before[word.clone()].eq_ignore_ascii_case(known))
                })
        })?;
        self.value(run)
    }

    /// The last numbers, with nothing but separators between them and nothing behind.
    fn last<const N: usize>(&self) -> Option<[Number; N]> {
        let stem = self.0;
        let mut runs: Vec<std::ops::Range<usize>> = name::digit_runs(stem).rev().take(N).collect();
        runs.reverse();
        let separated = |text: &str| {
            (1..=4).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_punctuation() || b == b' ' || b == b'x')
        };
        let joined = runs
            .windows(2)
            .all(|two| separated(&stem[two[0].end..two[1].start]));
        let behind = runs
            .last()
            .is_some_and(|last| stem[last.end..].bytes().all(|b| !b.is_ascii_alphanumeric()));
        if !joined || !behind {
            return None;
        }
        let numbers: Option<Vec<Number>> = runs.into_iter().map(|run| self.value(run)).collect();
        numbers?.try_into().ok()
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
        && match tiles.rule {
            TileRule::LastTwoNumbers => in_steps(tiles),
            TileRule::TwoCorners => are_sizes_alike(tiles),
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
        let namings: [Naming; 10] = [
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
        ];
        for (naming, rule) in namings {
            let tiles = cut(naming).unwrap_or_else(|| panic!("{}", naming(1, 77, 154)));
            assert_eq!(tiles.rule, rule, "{}", naming(1, 77, 154));
            assert_eq!(tiles.slides.len(), 2, "{:?}", tiles.slides);
            assert!(!tiles.is_grid(), "{rule:?}");
        }
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
