//! What cells say of a place.

use super::Edges;
use super::names::{Cell, Form};
use crate::dataset::csv_text::number_list;
use crate::quadkey::column_and_row;

/// The edges that the cells of a row tell; `None` where they are of another form.
pub(super) fn edges(form: Form, cells: &[&str]) -> Option<Edges> {
    let all: Option<Vec<f64>> = cells.iter().map(|cell| number(cell)).collect();
    match (form, all.as_deref()) {
        (Form::Edges, Some(&[left, upper, right, lower])) => Some([left, upper, right, lower]),
        (Form::Bounds, Some(&[west, north, east, south])) => Some([west, -north, east, -south]),
        (Form::Point, Some(&[x, y])) => Some([x, y, x, y]),
        (Form::Geographic, Some(&[east, north])) => Some([east, -north, east, -north]),
        (Form::Cell(cell), _) => one(cell, cells.first()?),
        _ => None,
    }
}

fn number(cell: &str) -> Option<f64> {
    let number: f64 = cell.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

fn one(cell: Cell, text: &str) -> Option<Edges> {
    match cell {
        Cell::Point => {
            let numbers = number_list(text)?;
            let &[x, y] = numbers.as_slice() else {
                return None;
            };
            let [x, y] = [f64::from(x), f64::from(y)];
            (x.is_finite() && y.is_finite()).then_some([x, y, x, y])
        }
        Cell::Quadkey => {
            let (column, row) = column_and_row(text.trim())?;
            let [x, y] = [column as f64, row as f64];
            Some([x, y, x + 1.0, y + 1.0])
        }
        Cell::Geohash => geohash(text.trim()),
        Cell::Shape => shape(text),
    }
}

/// Column and row of a cell of the earth among those of its size: five bits a character, of which
/// the first, third and so on are those of the longitude.
/// <https://en.wikipedia.org/wiki/Geohash>
fn geohash(text: &str) -> Option<Edges> {
    const ALPHABET: &[u8] = b"0123456789bcdefghjkmnpqrstuvwxyz";
    /// Characters whose bits stay exact.
    const LONGEST: usize = 12;
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let (mut x, mut y, mut is_x) = (0_u64, 0_u64, true);
    for character in text.bytes() {
        let lower = character.to_ascii_lowercase();
        let value = ALPHABET.iter().position(|known| *known == lower)?;
        for bit in (0..5).rev() {
            let axis = if is_x { &mut x } else { &mut y };
            *axis = *axis << 1 | (value >> bit & 1) as u64;
            is_x = !is_x;
        }
    }
    let [x, y] = [x as f64, -(y as f64)];
    Some([x, y - 1.0, x + 1.0, y])
}

/// The smallest rectangle around the points of well-known text.
fn shape(text: &str) -> Option<Edges> {
    const SHAPES: &[&str] = &["BOX", "MULTIPOLYGON", "POINT", "POLYGON"];
    let upper = text.trim_start().to_ascii_uppercase();
    // `SRID=32632;POLYGON ((...))`
    let known = upper
        .rsplit_once(';')
        .map_or(upper.as_str(), |(_, shape)| shape);
    if !SHAPES.iter().any(|shape| known.starts_with(shape)) {
        return None;
    }
    let inside = known.find('(').map(|at| &known[at..])?;
    let mut around: Option<Edges> = None;
    for point in inside.split(',') {
        let mut numbers = point
            .trim_matches(|c: char| "() ".contains(c))
            .split_whitespace();
        let (x, y) = (number(numbers.next()?)?, -number(numbers.next()?)?);
        let known = around.get_or_insert([x, y, x, y]);
        *known = [
            known[0].min(x),
            known[1].min(y),
            known[2].max(x),
            known[3].max(y),
        ];
    }
    around
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_every_form_tell_edges() {
        let of = |form, cells: &[&str]| edges(form, cells);
        let cell = |cell, text: &str| edges(Form::Cell(cell), &[text]);
        assert_eq!(of(Form::Point, &["3", "4.5"]), Some([3.0, 4.5, 3.0, 4.5]));
        assert_eq!(
            of(Form::Geographic, &["11.5", "48"]),
            Some([11.5, -48.0, 11.5, -48.0])
        );
        assert_eq!(
            of(Form::Bounds, &["1", "9", "2", "8"]),
            Some([1.0, -9.0, 2.0, -8.0])
        );
        assert_eq!(
            cell(Cell::Point, "(128, 576)"),
            Some([128.0, 576.0, 128.0, 576.0])
        );
        assert_eq!(cell(Cell::Quadkey, "213"), Some([3.0, 5.0, 4.0, 6.0]));
        let square = "POLYGON ((1 2, 3 2, 3 4, 1 4, 1 2))";
        assert_eq!(cell(Cell::Shape, square), Some([1.0, -4.0, 3.0, -2.0]));
        for (kind, text) in [
            (Cell::Quadkey, "214"),
            (Cell::Quadkey, ""),
            (Cell::Geohash, "ail"),
            (Cell::Shape, "somewhere (1 2)"),
            (Cell::Shape, "POLYGON EMPTY"),
            (Cell::Point, "1"),
        ] {
            assert_eq!(cell(kind, text), None, "{text}");
        }
    }

    #[test]
    fn neighbours_on_the_earth_are_neighbours_as_cells() {
        // The description's example of 4 columns and 8 rows: `s0` lies below `s1`.
        let [low, high] = ["s0", "s1"].map(|text| geohash(text).unwrap_or_default());
        assert_eq!((low[0], low[1]), (high[0], high[3]));
        let [west, east] = ["s0", "s2"].map(|text| geohash(text).unwrap_or_default());
        assert_eq!((west[2], west[1]), (east[0], east[1]));
        assert_eq!(geohash("s0"), geohash("S0"));
    }
}
