//! JSON that holds a table by its columns, as pandas writes one: `{"image": {"0": "a.jpg"}}`,
//! `{"image": ["a.jpg"]}`, `{"columns": ["image"], "data": [["a.jpg"]]}`; or by rows that are
//! counted, `{"0": {"image": "a.jpg"}}`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::picture_names::PictureNames;

/// Longest text that is read so; a value takes more in memory than in the text.
const MOST_BYTES: usize = 32 << 20;

/// What a table says of one thing: its picture, where that stands beside the columns, and its
/// cells by column.
pub(super) type Row = (Option<String>, BTreeMap<String, String>);

/// The rows of a table in JSON by columns; `None` for other JSON, and for a table that names no
/// pictures.
pub(super) fn rows(text: &str, names: &PictureNames) -> Option<Vec<Row>> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let all: BTreeMap<String, Line> = serde_json::from_str(text).ok()?;
    if let (Some(columns), Some(data)) = (all.get("columns"), all.get("data")) {
        return of_columns_and_data(columns, data);
    }
    let is_picture = |text: &str| names.has(text);
    let mostly = |hits: usize, all: usize| all > 0 && hits * 2 >= all;
    let names_pictures = |line: &Line| {
        // Of a row, one cell names a picture and another says something of it.
        line.texts().filter(|text| is_picture(text)).count() * 2 > line.0.len()
    };
    let of_pictures = all.values().filter(|line| names_pictures(line)).count();
    // Lists of pictures by what they belong to are no columns.
    if of_pictures > 1 && of_pictures * 2 > all.len() {
        return None;
    }
    if of_pictures > 0 {
        return Some(
            by_column(all)
                .into_values()
                .map(|row| (None, row))
                .collect(),
        );
    }
    let by_picture = |line: &Line| {
        let hits = line.0.iter().filter(|(key, _)| is_picture(key)).count();
        mostly(hits, line.0.len())
    };
    if all.values().any(by_picture) {
        let rows = by_column(all).into_iter();
        return Some(rows.map(|(key, row)| (Some(key), row)).collect());
    }
    // Rows, of which one cell names a picture.
    let names_one = |line: &Line| line.texts().any(is_picture);
    mostly(
        all.values().filter(|line| names_one(line)).count(),
        all.len(),
    )
    .then(|| {
        let cells = |line: Line| {
            let told = line.0.into_iter();
            told.filter_map(|(key, cell)| Some((key, cell.text()?)))
                .collect()
        };
        all.into_values().map(|line| (None, cells(line))).collect()
    })
}

/// Cells of columns by row.
fn by_column(all: BTreeMap<String, Line>) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut rows: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (column, line) in all {
        for (key, cell) in line.0 {
            if let Some(text) = cell.text() {
                rows.entry(key).or_default().insert(column.clone(), text);
            }
        }
    }
    rows
}

fn of_columns_and_data(columns: &Line, data: &Line) -> Option<Vec<Row>> {
    let columns: Vec<&str> = columns.texts().collect();
    let row = |(_, cell): &(String, Cell)| match cell {
        Cell::List(cells) if cells.len() == columns.len() => {
            let cells = columns.iter().zip(cells);
            let told = cells.filter_map(|(column, cell)| match cell {
                Cell::Text(text) => Some(((*column).to_owned(), text.clone())),
                _ => None,
            });
            Some((None, told.collect()))
        }
        _ => None,
    };
    data.0.iter().map(row).collect()
}

/// A column or a row: cells by name or by number. Empty where it is one value.
#[derive(Debug)]
struct Line(Vec<(String, Cell)>);

impl Line {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(_, cell)| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

#[derive(Debug)]
enum Cell {
    Text(String),
    List(Vec<Cell>),
    Nothing,
}

impl Cell {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads a line, or a cell of one. Records inside cells are no table, so that other JSON is left at
/// the first of them.
trait Taken<'de>: Sized {
    fn of_text(text: String) -> Self;
    fn of_nothing() -> Self;
    fn of_list(list: Vec<Cell>) -> Self;
    fn of_record<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

impl<'de> Taken<'de> for Line {
    fn of_text(_: String) -> Self {
        Self(Vec::new())
    }

    fn of_nothing() -> Self {
        Self(Vec::new())
    }

    fn of_list(list: Vec<Cell>) -> Self {
        let numbered = list.into_iter().enumerate();
        Self(numbered.map(|(at, cell)| (at.to_string(), cell)).collect())
    }

    fn of_record<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut cells = Vec::new();
        while let Some(entry) = map.next_entry()? {
            cells.push(entry);
        }
        Ok(Self(cells))
    }
}

impl<'de> Taken<'de> for Cell {
    fn of_text(text: String) -> Self {
        Self::Text(text)
    }

    fn of_nothing() -> Self {
        Self::Nothing
    }

    fn of_list(list: Vec<Self>) -> Self {
        Self::List(list)
    }

    fn of_record<A: MapAccess<'de>>(_: A) -> Result<Self, A::Error> {
        Err(A::Error::custom("a record inside a cell"))
    }
}

struct Taker<T>(std::marker::PhantomData<T>);

impl<'de, T: Taken<'de>> Visitor<'de> for Taker<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::of_text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::of_text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::of_text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::of_text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(T::of_text(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::of_nothing())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        let mut cells = Vec::new();
        while let Some(cell) = list.next_element()? {
            cells.push(cell);
        }
        Ok(T::of_list(cells))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::of_record(map)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Taker(std::marker::PhantomData))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Taker(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::{Walked, WalkedFile};
    use crate::source::Place;

    /// Picture and patient of each row, beside `a.jpg` and `b.jpg`.
    fn told(text: &str) -> Option<Vec<String>> {
        let images = ["a.jpg", "b.jpg"];
        let walked = Walked {
            images: images
                .map(|name| WalkedFile::new(name.to_owned(), Place::Named))
                .into(),
            ..Walked::default()
        };
        let rows = rows(text, &PictureNames::of(&walked))?.into_iter();
        let told = rows.map(|(file, mut row)| {
            let mut cell = |name: &str| row.remove(name).unwrap_or_default();
            let file = file.unwrap_or_else(|| cell("image"));
            format!("{file} {}", cell("patient"))
        });
        Some(told.collect())
    }

    #[test]
    fn tables_by_column_or_by_row_are_read() {
        for text in [
            r#"{"image": {"0": "a.jpg", "1": "b.jpg"}, "patient": {"0": 1, "1": 2}}"#,
            r#"{"by": "me", "image": ["a.jpg", "b.jpg"], "box": [[1], [2]], "patient": [1, "2"]}"#,
            r#"{"columns": ["image", "patient"], "index": [0, 1], "data": [["a.jpg", 1], ["b.jpg", 2]]}"#,
            r#"{"0": {"image": "a.jpg", "patient": 1}, "1": {"image": "b.jpg", "patient": 2}}"#,
            r#"{"patient": {"a.jpg": 1, "b.jpg": 2}}"#,
        ] {
            let wanted = ["a.jpg 1".to_owned(), "b.jpg 2".to_owned()];
            assert_eq!(told(text), Some(wanted.into()), "{text}");
        }
        let gap = r#"{"image": ["a.jpg", "b.jpg"], "patient": [null, "P2"]}"#;
        assert_eq!(
            told(gap),
            Some(vec!["a.jpg ".to_owned(), "b.jpg P2".to_owned()])
        );
    }

    #[test]
    fn other_json_is_no_table() {
        for text in [
            r#"{"images": [{"file_name": "a.jpg"}], "annotations": []}"#,
            r#"{"classes": ["cat", "dog"]}"#,
            r#"{"0": {"name": "cat"}, "1": {"name": "dog"}}"#,
            r#"{"train": 3, "val": 4}"#,
            "[1, 2]",
            "{",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
