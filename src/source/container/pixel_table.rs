//! Tables of pixels as text: a row a picture.
//!
//! Either a cell `pixels` holds all levels with spaces between (FER2013), or each level has a
//! column of its own, with or without a header (MNIST as CSV). Pictures are square, grey or of
//! three channels one pixel after the other. A column `Usage` or `split` says the split of a row.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::labels::LABELS;
use super::listing::{Listing, Part};
use super::names::RowNames;
use super::pixels::{self, Levels, Shape};
use super::stream::Stream;
use super::{Container, Reader, damaged};

/// Longest line that is looked at.
const LONGEST: u64 = 4 << 20;

/// Fewest pixels in columns that are not called so; tables of fewer small numbers are other data.
const LEAST_UNNAMED: u64 = 256;

/// Fewest pixels of a picture.
const LEAST: u64 = 64;

/// Names of columns of pixels in one cell, of the split, and of further labels.
const PIXELS: [&str; 2] = ["pixels", "pixel_values"];
const SPLITS: [&str; 4] = ["usage", "split", "subset", "set"];
const CLASSES: [&str; 3] = ["emotion", "y", "digit"];

/// How a row is a picture.
pub(super) struct Rows {
    stream: Stream,
    columns: Columns,
}

/// Where things stand in a row.
#[derive(Debug, Clone, PartialEq)]
struct Columns {
    pixels: Pixels,
    shape: Shape,
    label: Option<usize>,
    split: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Pixels {
    /// All in one cell.
    Cell(usize),
    /// A column each, from one on, so many.
    From(usize, usize),
}

impl Rows {
    /// The picture of a row that is so many bytes at a place.
    pub(super) fn picture(&self, at: u64, size: u64) -> io::Result<Vec<u8>> {
        let line = self.stream.read(at, size)?;
        let cells = cells(&line).ok_or_else(|| damaged("a row is no text"))?;
        let levels = self.columns.levels(&cells);
        let levels = levels.ok_or_else(|| damaged("a row has other pixels than the first"))?;
        pixels::file(&levels, self.columns.shape, Levels::Byte)
    }
}

/// Whether the first rows of a file are pixels.
pub(crate) fn is_one(file: &Path) -> bool {
    // A pipe would be waited for.
    let is_file = std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file());
    is_file && head(file).is_ok_and(|head| head.is_some())
}

/// The first two lines, and what they say.
struct Head {
    /// Those that follow.
    lines: Lines,
    first: Line,
    second: Option<Line>,
    columns: Columns,
    has_header: bool,
}

fn head(file: &Path) -> io::Result<Option<Head>> {
    let mut lines = Lines::of(file)?;
    let (Some(first), second) = (lines.next()?, lines.next()?) else {
        return Ok(None);
    };
    let second_text = second.as_ref().map(|line| &*line.text);
    let found = columns(&first.text, second_text);
    Ok(found.map(|(columns, has_header)| Head {
        lines,
        first,
        second,
        columns,
        has_header,
    }))
}

/// What a table holds; `None` where its first rows are no pixels.
///
/// # Errors
/// The file cannot be read.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let Some(head) = head(file)? else {
        return Ok(None);
    };
    let (columns, mut lines) = (head.columns, head.lines);
    let mut rows: BTreeMap<String, Vec<(u64, u64, Option<String>)>> = BTreeMap::new();
    let mut keep = |line: &Line| {
        let Some(cells) = cells(&line.text) else {
            return;
        };
        let cell = |column: Option<usize>| Some(cells.get(column?)?.trim().to_owned());
        let split = cell(columns.split).unwrap_or_default().replace('/', "_");
        let label = cell(columns.label).filter(|label| !label.is_empty());
        let row = (line.at, line.text.len() as u64, label);
        rows.entry(split).or_default().push(row);
    };
    if !head.has_header {
        keep(&head.first);
    }
    let mut next = head.second;
    while let Some(line) = next {
        if !line.text.trim_ascii().is_empty() {
            keep(&line);
        }
        next = lines.next()?;
    }
    let stream = Stream::of(file)?;
    let container = Container::new(file, Reader::Rows(Rows { stream, columns }));
    let mut listing = Listing::default();
    for (split, rows) in rows {
        let folder = match split.as_str() {
            "" => name.to_owned(),
            split => format!("{name}!/{split}"),
        };
        let names = RowNames::new(&folder, rows.len() as u64);
        for (number, (at, size, label)) in (0..).zip(rows) {
            listing.add(
                &container,
                names.of(number),
                Part::Stored { at, size },
                label,
            );
        }
    }
    Ok(Some(listing))
}

/// A line, without its end.
struct Line {
    at: u64,
    text: Vec<u8>,
}

struct Lines {
    reader: BufReader<File>,
    at: u64,
}

impl Lines {
    fn of(file: &Path) -> io::Result<Self> {
        let reader = BufReader::with_capacity(1 << 16, File::open(file)?);
        Ok(Self { reader, at: 0 })
    }

    fn next(&mut self) -> io::Result<Option<Line>> {
        let mut text = Vec::new();
        let mut limited = self.reader.by_ref().take(LONGEST);
        let length = limited.read_until(b'\n', &mut text)? as u64;
        if length == 0 {
            return Ok(None);
        }
        let at = self.at;
        self.at += length;
        while text.last().is_some_and(u8::is_ascii_whitespace) {
            text.pop();
        }
        Ok(Some(Line { at, text }))
    }
}

fn cells(line: &[u8]) -> Option<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line);
    reader.records().next()?.ok()
}

/// What the first two lines say, and whether the first is a header.
fn columns(first: &[u8], second: Option<&[u8]>) -> Option<(Columns, bool)> {
    let first = cells(first)?;
    let named = |known: &[&str]| {
        let known = |cell: &str| known.contains(&cell.trim().to_lowercase().as_str());
        first.iter().position(known)
    };
    let own_label = || named(LABELS).or_else(|| named(&CLASSES));
    let second = second.and_then(cells);
    if let (Some(at), Some(row)) = (named(&PIXELS), &second) {
        let count = row.get(at)?.split_whitespace().count() as u64;
        let columns = Columns {
            pixels: Pixels::Cell(at),
            shape: shape(count)?,
            label: own_label(),
            split: named(&SPLITS),
        };
        return columns.levels(row).is_some().then_some((columns, true));
    }
    let has_header = first.iter().any(|cell| level(cell).is_none());
    let row = match has_header {
        true => second.as_ref()?,
        false => &first,
    };
    let is_pixel = |name: &str| {
        let name = name.trim().to_lowercase();
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        let word = &name[..name.len() - digits.len()];
        let numbers = digits.split('x').all(|part| part.parse::<u32>().is_ok());
        numbers && ["pixel", "pixel_", "px", "px_", "p", ""].contains(&word)
    };
    let all = row.len();
    // The label stands before the pixels, behind them, or nowhere.
    let label_column = match own_label().filter(|_| has_header) {
        Some(at) if at == 0 || at + 1 == all => Some(at),
        Some(_) => return None,
        None => shape(all as u64).is_none().then_some(0),
    };
    let from = usize::from(label_column == Some(0));
    let count = all - usize::from(label_column.is_some());
    let are_named = has_header && first.iter().skip(from).take(count).all(is_pixel);
    let columns = Columns {
        pixels: Pixels::From(from, count),
        shape: shape(count as u64).filter(|_| are_named || count as u64 >= LEAST_UNNAMED)?,
        label: label_column,
        split: None,
    };
    columns
        .levels(row)
        .is_some()
        .then_some((columns, has_header))
}

/// A square of so many levels, grey or of three channels.
fn shape(count: u64) -> Option<Shape> {
    [1, 3].into_iter().find_map(|channels| {
        let area = count
            .checked_div(channels)
            .filter(|area| area * channels == count)?;
        let side = area.isqrt();
        (side * side == area && area >= LEAST).then_some(Shape {
            height: side,
            width: side,
            channels,
            planar: false,
        })
    })
}

/// A level of a pixel: a whole number, which may be written as `7.0`.
fn level(cell: &str) -> Option<u8> {
    let cell = cell.trim();
    cell.strip_suffix(".0").unwrap_or(cell).parse().ok()
}

impl Columns {
    /// The levels of a row, as many as the shape says.
    fn levels(&self, cells: &csv::StringRecord) -> Option<Vec<u8>> {
        let levels: Vec<u8> = match self.pixels {
            Pixels::Cell(at) => cells
                .get(at)?
                .split_whitespace()
                .map(level)
                .collect::<Option<_>>()?,
            Pixels::From(at, count) => cells
                .iter()
                .skip(at)
                .take(count)
                .map(level)
                .collect::<Option<_>>()?,
        };
        (Some(levels.len() as u64) == self.shape.numbers()).then_some(levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(levels: std::ops::Range<u32>, between: &str) -> String {
        let levels: Vec<String> = levels.map(|level| (level % 256).to_string()).collect();
        levels.join(between)
    }

    fn listed(text: &str) -> Option<Listing> {
        let written = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(written.path(), text).unwrap();
        let listing = list(written.path(), "x.csv").unwrap();
        for item in listing.iter().flat_map(|listing| &listing.items) {
            let source = super::super::super::Source::new(Path::new(""), "", &item.place);
            let bytes = source.bytes().unwrap();
            assert!(
                bytes.starts_with(b"P5\n") || bytes.starts_with(b"P6\n"),
                "{}",
                item.name
            );
        }
        listing
    }

    fn told(text: &str) -> Vec<(String, Option<String>)> {
        let items = listed(text)
            .map(|listing| listing.items)
            .unwrap_or_default();
        items
            .into_iter()
            .map(|item| (item.name, item.label))
            .collect()
    }

    fn row(name: &str, label: &str) -> (String, Option<String>) {
        (
            name.to_owned(),
            (!label.is_empty()).then(|| label.to_owned()),
        )
    }

    #[test]
    fn pixels_of_one_cell_go_to_the_split_of_their_row() {
        let pixels = joined(0..64, " ");
        let text = format!("emotion,pixels,Usage\n3,{pixels},Training\n4,{pixels},PublicTest\n");
        assert_eq!(
            told(&text),
            [
                row("x.csv!/PublicTest#0", "4"),
                row("x.csv!/Training#0", "3")
            ]
        );
    }

    #[test]
    fn pixels_of_columns_are_read_with_and_without_a_header() {
        let (a, b) = (joined(0..784, ","), joined(9..793, ","));
        let labelled = [row("x.csv#0", "7"), row("x.csv#1", "2")];
        assert_eq!(told(&format!("7,{a}\n2,{b}\n")), labelled);
        let names: Vec<String> = (0..784).map(|n| format!("pixel{n}")).collect();
        let head = names.join(",");
        assert_eq!(told(&format!("label,{head}\n7,{a}\n2,{b}\n\n")), labelled);
        assert_eq!(told(&format!("{head},label\n{a},7\n{b},2\n")), labelled);
        assert_eq!(told(&format!("{head}\n{a}\n")), [row("x.csv#0", "")]);
        // Small ones are called so.
        let small = joined(0..64, ",");
        let names: Vec<String> = (0..64).map(|n| format!("p{n}")).collect();
        assert_eq!(told(&format!("{}\n{small}\n", names.join(","))).len(), 1);
    }

    #[test]
    fn other_tables_are_none() {
        let small = joined(0..64, ",");
        for text in [
            "",
            "path,label\na.jpg,cat\n",
            "pixels,label\na b c,1\n",
            &format!("{small}\n{small}\n"),
            &format!("{},300\n", joined(0..783, ",")),
            &format!("7,{}\n", joined(0..780, ",")),
        ] {
            assert!(listed(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_row_of_another_length_is_an_error_when_it_is_read() {
        let written = tempfile::NamedTempFile::new().unwrap();
        let text = format!("{}\n{}\n", joined(0..784, ","), joined(0..783, ","));
        std::fs::write(written.path(), text).unwrap();
        let listing = list(written.path(), "x.csv").unwrap().unwrap();
        let read = |at: usize| {
            let place = &listing.items[at].place;
            super::super::super::Source::new(Path::new(""), "", place)
                .bytes()
                .is_ok()
        };
        assert_eq!((read(0), read(1)), (true, false));
    }
}
