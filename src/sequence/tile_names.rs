//! How one name gives the position of a tile.

use std::ops::Range;

use crate::quadkey::column_and_row;
use crate::report::recordings::TileRule;
use crate::sample::Sample;

use super::entity_attributes::is_day;
use super::trim::Trim;
use super::{augmentation, name};

/// Forms in which names write positions, in the order in which they are tried.
pub(super) const FORMS: [Form; 8] = [
    Form::Corners,
    Form::Corner,
    Form::Grid,
    Form::TwoCorners,
    Form::CornerAndSize,
    Form::LastTwoNumbers,
    Form::ZoomColumnRow,
    Form::Quadkey,
];
/// Largest position read; sums of two stay far from overflow.
const LARGEST: i64 = 1 << 40;

/// A form in which names write positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `xmin77_ymin0_xmax173_ymax96`: four edges, each behind its word.
    Corners,
    /// `x77_y0`, perhaps with `w96_h96`.
    Corner,
    /// `r0_c1`.
    Grid,
    /// `77_0_173_96`: a corner and the opposite one.
    TwoCorners,
    /// `77_0_96_96`: a corner, width and height.
    CornerAndSize,
    /// `77_0`.
    LastTwoNumbers,
    /// `17/70406/42987`.
    ZoomColumnRow,
    /// `12021002310`: a digit of 0 to 3 for each level of a map.
    Quadkey,
}

impl Form {
    /// What the report calls it.
    pub(super) fn rule(self) -> TileRule {
        match self {
            Self::Corner | Self::CornerAndSize => TileRule::Corner,
            Self::Grid => TileRule::Grid,
            Self::Corners | Self::TwoCorners => TileRule::TwoCorners,
            Self::LastTwoNumbers => TileRule::LastTwoNumbers,
            Self::ZoomColumnRow | Self::Quadkey => TileRule::ZoomColumnRow,
        }
    }
}

/// One name as a form reads it.
pub(super) struct Read<'a> {
    pub(super) x: i64,
    pub(super) y: i64,
    /// Width and height on the large image, where the name tells them.
    pub(super) size: Option<(i64, i64)>,
    /// What names the large image: what stands before the position, or behind it where nothing
    /// does. What else stands behind (a class, a digest, the size) may differ from tile to tile.
    pub(super) slide: &'a str,
    /// Last folders that are part of the position.
    pub(super) folders_used: usize,
    /// Whether a hyphen stands before x and y, which may be a minus.
    pub(super) minus: [bool; 2],
    /// Whether x or y follows its word directly.
    pub(super) joined: bool,
}

type Number = (i64, Range<usize>);

/// Words of the left, upper, right and lower edge.
const EDGES: [[&str; 4]; 4] = [
    ["xmin", "ymin", "xmax", "ymax"],
    ["x0", "y0", "x1", "y1"],
    ["x1", "y1", "x2", "y2"],
    ["left", "top", "right", "bottom"],
];

/// Reads a name in a form.
pub(super) fn read<'a>(form: Form, sample: &'a Sample, trim: Trim) -> Option<Read<'a>> {
    let name::Name { folder, stem, .. } = name::split(&sample.path);
    let stem = trim.cut(augmentation::plain(stem));
    let numbers = Numbers(stem);
    match form {
        Form::Corners => EDGES.iter().find_map(|words| {
            // Most names end here.
            let left = numbers.behind_token(words[0])?;
            let [upper, right, lower] = [1, 2, 3].map(|at| numbers.behind_token(words[at]));
            let (upper, right, lower) = (upper?, right?, lower?);
            let size = (right.0 - left.0, lower.0 - upper.0);
            (size.0 > 0 && size.1 > 0).then(|| told(stem, left, upper, Some(size)))
        }),
        Form::Corner => {
            let of = |x: &[&str], y: &[&str]| numbers.behind(x).zip(numbers.behind(y));
            let (x, y) = of(&["x"], &["y"]).or_else(|| of(&["left"], &["top"]))?;
            let size = |words: &[&str]| {
                numbers
                    .behind(words)
                    .map(|(size, _)| size)
                    .filter(|size| *size > 0)
            };
            let size = size(&["w", "width"]).zip(size(&["h", "height"]));
            let before = |run: &Range<usize>| stem[..run.start].chars().next_back();
            let minus = [&x.1, &y.1].map(|run| before(run) == Some('-'));
            let is_joined = |run| before(run).is_some_and(char::is_alphabetic);
            let joined = is_joined(&x.1) || is_joined(&y.1);
            Some(Read {
                minus,
                joined,
                ..told(stem, x, y, size)
            })
        }
        Form::Grid => Some(told(
            stem,
            numbers.behind(&["c", "col", "column", "j"])?,
            numbers.behind(&["r", "row", "i"])?,
            None,
        )),
        Form::TwoCorners => {
            let [(a, from), (b, _), (c, _), (d, to)] = numbers.last::<4>()?;
            let (left, upper, width, height) = match (c > a && d > b, a > c && b > d) {
                (true, _) => (a, b, c - a, d - b),
                (_, true) => (c, d, a - c, b - d),
                _ => return None,
            };
            Some(told(stem, (left, from), (upper, to), Some((width, height))))
        }
        Form::CornerAndSize => {
            let [x, y, width, (height, to)] = numbers.last::<4>()?;
            let size = Some((width.0, height)).filter(|size| size.0 > 0 && size.1 > 0)?;
            Some(told(stem, x, (y.0, y.1.start..to.end), Some(size)))
        }
        Form::LastTwoNumbers => {
            let [first, second] = numbers.last::<2>()?;
            // One place at several times: `parcel_4410_20230915`.
            let is_day = |number: &Number| is_day(&stem[number.1.clone()]);
            (!is_day(&first) && !is_day(&second)).then(|| told(stem, first, second, None))
        }
        Form::Quadkey => key_of(stem),
        Form::ZoomColumnRow => {
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
                minus: [false; 2],
                joined: false,
            })
        }
    }
}

/// Fewer digits of 0 to 3 are those of other numbers, too.
const SHORTEST_KEY: usize = 10;

/// A key of a tile that stands alone or at an end of a stem.
fn key_of(stem: &str) -> Option<Read<'_>> {
    let is_key = |run: &Range<usize>| run.len() >= SHORTEST_KEY;
    let run = name::digit_runs(stem).rev().find(is_key)?;
    let (column, row) = column_and_row(&stem[run.clone()])?;
    Some(told(stem, (column, run.clone()), (row, run), None))
}

fn told(stem: &str, x: Number, y: Number, size: Option<(i64, i64)>) -> Read<'_> {
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
    Read {
        x: x.0,
        y: y.0,
        size,
        slide,
        folders_used: 0,
        minus: [false; 2],
        joined: false,
    }
}

/// The numbers of a stem.
struct Numbers<'a>(&'a str);

impl Numbers<'_> {
    fn value(&self, run: Range<usize>) -> Option<Number> {
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

    /// The last number behind a word of letters or of letters and a digit (`x0`), with a separator
    /// between unless the word ends in a letter.
    fn behind_token(&self, token: &str) -> Option<Number> {
        let stem = self.0;
        let run = name::digit_runs(stem).rev().find(|run| {
            let before = stem[..run.start].trim_end_matches(['_', '-', '=', ':', ' ']);
            let gap = run.start - before.len();
            let at = before.len().checked_sub(token.len());
            let word = at.and_then(|at| before.get(at..));
            let begins = at
                .and_then(|at| before.as_bytes()[..at].last())
                .is_none_or(|byte| !byte.is_ascii_alphanumeric());
            let apart = token.ends_with(|c: char| c.is_ascii_digit());
            begins
                && gap <= 1
                && (gap == 1 || !apart)
                && word.is_some_and(|word| word.eq_ignore_ascii_case(token))
        })?;
        self.value(run)
    }

    /// The last numbers, with nothing but separators between them and nothing behind.
    fn last<const N: usize>(&self) -> Option<[Number; N]> {
        let stem = self.0;
        let mut runs: Vec<Range<usize>> = name::digit_runs(stem).rev().take(N).collect();
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
