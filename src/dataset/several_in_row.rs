//! Tables and texts with several pictures in a row, as tables with one: `P1,a.jpg,b.jpg`,
//! `P1,"['a.jpg', 'b.jpg']"`, `P1: a.jpg, b.jpg`; and values that stand in the first of several
//! rows only.

use super::group_columns::named;
use super::json_lines::push_row;
use super::picture_names::PictureNames;

/// Rows that are looked at before all are read.
const LOOKED_AT: usize = 200;

/// The table with a row for each picture; `None` where most rows name one or none.
pub(super) fn one_a_picture(
    header: &[String],
    rows: &[Vec<String>],
    names: &PictureNames,
) -> Option<String> {
    let first = &rows[..rows.len().min(LOOKED_AT)];
    let several = first.iter().filter(|row| {
        row.iter()
            .map(|cell| pictures(cell, names).len())
            .sum::<usize>()
            > 1
    });
    if several.count() * 2 <= first.len() {
        return None;
    }
    let holds_pictures = |at: &usize| {
        let mut cells = first.iter().filter_map(|row| row.get(*at));
        cells.any(|cell| !pictures(cell, names).is_empty())
    };
    let others: Vec<usize> = (0..header.len()).filter(|at| !holds_pictures(at)).collect();
    let mut table = String::new();
    let told = others.iter().map(|&at| header[at].clone());
    push_row(&mut table, std::iter::once("file".to_owned()).chain(told));
    for row in rows {
        for picture in row.iter().flat_map(|cell| pictures(cell, names)) {
            let cells = others
                .iter()
                .map(|&at| row.get(at).cloned().unwrap_or_default());
            push_row(&mut table, std::iter::once(picture.to_owned()).chain(cells));
        }
    }
    (!others.is_empty()).then_some(table)
}

/// The pictures that a cell names.
fn pictures<'a>(cell: &'a str, names: &PictureNames) -> Vec<&'a str> {
    if names.has(cell) {
        return vec![cell];
    }
    let is_gap = |c: char| c.is_whitespace() || ",;|[](){}\"'".contains(c);
    let fields = cell.split(is_gap).filter(|field| !field.is_empty());
    fields.filter(|field| names.has(field)).collect()
}

/// The table with every value of a column for groups in all rows that follow it, where it stands
/// in the first of them only, as merged cells are saved. `None` where no column is such.
pub(super) fn filled_down(header: &[String], rows: &[Vec<String>]) -> Option<String> {
    let is_sparse = |at: &usize| {
        let cell = |row: &Vec<String>| row.get(*at).map_or("", String::as_str).to_owned();
        let mut told: Vec<String> = rows
            .iter()
            .map(cell)
            .filter(|cell| !cell.is_empty())
            .collect();
        let count = told.len();
        told.sort();
        told.dedup();
        let begins = rows.first().is_some_and(|row| !cell(row).is_empty());
        begins && count > 1 && told.len() == count && count * 2 <= rows.len()
    };
    let columns: Vec<usize> = (0..header.len())
        .filter(|&at| named(&header[at]).says_so())
        .filter(is_sparse)
        .collect();
    if columns.is_empty() {
        return None;
    }
    let mut table = String::new();
    push_row(&mut table, header.iter().cloned());
    let mut last = vec![String::new(); header.len()];
    for row in rows {
        let mut cells = row.clone();
        for &at in columns.iter().filter(|&&at| at < row.len()) {
            match cells[at].is_empty() {
                true => cells[at].clone_from(&last[at]),
                false => last[at].clone_from(&cells[at]),
            }
        }
        push_row(&mut table, cells.into_iter());
    }
    Some(table)
}

/// Lines that begin with what their pictures belong to, as a header and rows: `P1: a.jpg, b.jpg`.
pub(super) fn of_lines(text: &str, own: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let row = |line: &str| {
        let parts = line
            .split_once([':', '\t', '='])
            .or_else(|| line.split_once(' '));
        let (first, rest) = parts.unwrap_or((line, ""));
        vec![first.trim().to_owned(), rest.to_owned()]
    };
    (
        vec![own.to_owned(), "files".to_owned()],
        lines.map(row).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::{Walked, WalkedFile};
    use crate::source::Place;

    fn with_names<T>(of: impl Fn(&PictureNames) -> T) -> T {
        let files = ["a.jpg", "b.jpg", "c.jpg"];
        let walked = Walked {
            images: files
                .map(|path| WalkedFile::new(path.to_owned(), Place::Named))
                .into(),
            ..Walked::default()
        };
        of(&PictureNames::of(&walked))
    }

    fn strings(rows: &[&[&str]]) -> Vec<Vec<String>> {
        let row = |row: &&[&str]| row.iter().map(|&cell| cell.to_owned()).collect();
        rows.iter().map(row).collect()
    }

    fn split(header: &[&str], rows: &[&[&str]]) -> Option<String> {
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        with_names(|names| one_a_picture(&header, &strings(rows), names))
            .map(|table| table.replace('"', ""))
    }

    const TABLE: &str = "file,patient_id\na.jpg,P1\nb.jpg,P1\nc.jpg,P2\na.jpg,P2\n";

    #[test]
    fn several_pictures_of_a_row_are_rows() {
        let wide: &[&[&str]] = &[&["P1", "a.jpg", "b.jpg"], &["P2", "c.jpg", "a.jpg"]];
        assert_eq!(
            split(&["patient_id", "image_1", "image_2"], wide).unwrap(),
            TABLE
        );
        let lists: &[&[&str]] = &[&["P1", "['a.jpg', 'b.jpg']"], &["P2", "c.jpg|a.jpg"]];
        assert_eq!(split(&["patient_id", "images"], lists).unwrap(), TABLE);
        let one: &[&[&str]] = &[&["P1", "a.jpg"], &["P2", "b.jpg"]];
        assert_eq!(split(&["patient_id", "image"], one), None);
    }

    #[test]
    fn lines_begin_with_what_their_pictures_belong_to() {
        let (header, rows) = of_lines("P1: a.jpg, b.jpg\n\nP2: c.jpg, a.jpg\n", "patient_id");
        let table = with_names(|names| one_a_picture(&header, &rows, names));
        assert_eq!(table.unwrap().replace('"', ""), TABLE);
    }

    #[test]
    fn values_of_merged_cells_hold_until_the_next() {
        let filled = |column: &str, rows: &[&[&str]]| {
            filled_down(&["file".to_owned(), column.to_owned()], &strings(rows))
                .map(|table| table.replace('"', ""))
        };
        let merged: &[&[&str]] = &[
            &["a.jpg", "P1"],
            &["b.jpg", ""],
            &["c.jpg", "P2"],
            &["a.jpg", ""],
        ];
        assert_eq!(filled("patient_id", merged).unwrap(), TABLE);
        assert_eq!(filled("notes", merged), None);
        let full: &[&[&str]] = &[
            &["a.jpg", "P1"],
            &["b.jpg", "P1"],
            &["c.jpg", "P2"],
            &["a.jpg", ""],
        ];
        assert_eq!(filled("patient_id", full), None);
    }
}
