//! Columns of a table with one row for each box: four edges, a corner with width and height, or one
//! cell; and the size of the picture.
//!
//! What names leave open the rows tell. A cell `[a, b, c, d]` is x, y, width and height, unless the
//! four are [corners]. Columns `x`, `y`, `w`, `h` are boxes unless half of them or more
//! have one size, as tiles of a slide have.

use std::collections::HashMap;

use super::csv_text::{number_list, reader};
use crate::annotation::{Bounds, Unit};

/// Names of the columns of two opposite corners.
const CORNERS: &[[&str; 4]] = &[
    ["xmin", "ymin", "xmax", "ymax"],
    ["x_min", "y_min", "x_max", "y_max"],
    ["bbox_xmin", "bbox_ymin", "bbox_xmax", "bbox_ymax"],
    ["bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"],
    ["roi.x1", "roi.y1", "roi.x2", "roi.y2"],
    ["x1", "y1", "x2", "y2"],
    ["x_1", "y_1", "x_2", "y_2"],
];

/// Names of the columns of a corner, width and height of the box. Columns `x` and `y` alone may as
/// well be those of a tile in its slide.
const CORNER_AND_SIZE: &[[&str; 4]] = &[
    ["bbox_x", "bbox_y", "bbox_width", "bbox_height"],
    ["bbox_x", "bbox_y", "bbox_w", "bbox_h"],
    ["x1", "y1", "w", "h"],
    OF_BOX_OR_TILE,
];

/// Names that boxes and tiles share.
const OF_BOX_OR_TILE: [&str; 4] = ["x", "y", "w", "h"];

/// Rows from which on their numbers alone tell that they are corners.
const LEAST_ROWS: usize = 10;

/// Names of a column that holds a corner, width and height in one cell.
const ONE_CELL: &[&str] = &["bbox", "box", "bounding_box"];

/// Where a table says what is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Corners([usize; 4]),
    CornerAndSize([usize; 4]),
    OneCell(usize),
    /// One cell that holds two corners.
    CornersInCell(usize),
}

/// The columns of a table that tell boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoxColumns {
    form: Form,
    size: Option<[usize; 2]>,
}

/// What a row says of its box.
#[derive(Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing: a row for a picture without boxes.
    Empty,
    Box(Bounds),
    /// What is wrong.
    Malformed(String),
}

impl BoxColumns {
    /// Finds the columns by their names and, where these leave it open, by the rows of the table's
    /// `text`; `None` where the table tells no boxes.
    pub(super) fn of_table<'a>(
        names: impl Iterator<Item = &'a str>,
        text: &str,
        has_header: bool,
    ) -> Option<Self> {
        let names: Vec<&str> = names.collect();
        let found = Self::of(names.iter().copied())?;
        let is_named = |at: usize, name: &str| names[at].trim().eq_ignore_ascii_case(name);
        let rows = || -> Vec<csv::StringRecord> {
            let mut rows = reader(text, has_header);
            rows.records().flatten().collect()
        };
        match found.form {
            Form::CornerAndSize(at) if is_named(at[0], "x") && is_named(at[2], "w") => {
                (!have_one_size(&rows(), [at[2], at[3]])).then_some(found)
            }
            Form::OneCell(cell) if found.holds_corners(&rows()) => Some(Self {
                form: Form::CornersInCell(cell),
                ..found
            }),
            _ => Some(found),
        }
    }

    /// Finds them where no row names the columns: four behind that of the picture, the class behind
    /// these (`a.jpg,10,20,60,80,cat`), and perhaps the size of the picture. Pictures without boxes
    /// have empty cells.
    pub(super) fn without_names(rows: &[csv::StringRecord], picture: usize) -> Option<Self> {
        let size = [picture + 6, picture + 7];
        let width = rows.first()?.len();
        let is_sized = width == picture + 8;
        let found = Self {
            form: Form::Corners([1, 2, 3, 4].map(|more| picture + more)),
            size: is_sized.then_some(size),
        };
        if !is_sized && width != picture + 6 {
            return None;
        }
        let (mut boxes, mut in_order) = (0, 0);
        for row in rows {
            let class = row.get(picture + 5).filter(|_| row.len() == width)?;
            let is_whole = !is_sized || found.size(row).is_some();
            match found.read(row) {
                Cell::Box(at) if !class.is_empty() && is_whole => {
                    boxes += 1;
                    in_order += usize::from(at.right > at.left && at.bottom > at.top);
                }
                Cell::Empty if class.is_empty() => {}
                _ => return None,
            }
        }
        // A box without area is a fault, and no other form.
        (boxes > 0 && in_order * 10 >= boxes * 9).then_some(found)
    }

    /// Whether a column is one of these.
    pub(super) fn has(&self, column: usize) -> bool {
        match self.form {
            Form::Corners(columns) | Form::CornerAndSize(columns) => columns.contains(&column),
            Form::OneCell(own) | Form::CornersInCell(own) => own == column,
        }
    }

    /// Whether the one cell of each row holds two corners.
    fn holds_corners(&self, rows: &[csv::StringRecord]) -> bool {
        let of_row = |row| match self.read(row) {
            Cell::Box(at) => Some(([at.left, at.top, at.right, at.bottom], self.size(row))),
            _ => None,
        };
        let boxes = rows.iter().filter_map(of_row);
        // As they were written.
        let written = boxes.map(|([a, b, c, d], size)| ([a, b, c - a, d - b], size));
        corners(&written.collect::<Vec<_>>())
    }

    /// Finds the columns by their names; `None` where the table tells no boxes.
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Option<Self> {
        let lower: Vec<String> = names.map(|name| name.trim().to_ascii_lowercase()).collect();
        let at = |name: &str| lower.iter().position(|own| own == name);
        let all = |names: &[&str; 4]| {
            let [a, b, c, d] = names.map(at);
            Some([a?, b?, c?, d?])
        };
        let corners = CORNERS.iter().find_map(all).map(Form::Corners);
        let sized = || {
            CORNER_AND_SIZE
                .iter()
                .find_map(all)
                .map(Form::CornerAndSize)
        };
        let one_cell = || ONE_CELL.iter().find_map(|name| at(name)).map(Form::OneCell);
        let form = corners.or_else(sized).or_else(one_cell)?;
        let size = at("width").zip(at("height"));
        Some(Self {
            form,
            size: size.map(|(width, height)| [width, height]),
        })
    }

    /// The picture's size, where the row tells it.
    pub(super) fn size(&self, record: &csv::StringRecord) -> Option<(u32, u32)> {
        let [width, height] = self.size?.map(|at| record.get(at)?.parse().ok());
        Some((width?, height?))
    }

    /// The box of a row. Edges of which none exceeds 1 are fractions.
    pub(super) fn read(&self, record: &csv::StringRecord) -> Cell {
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let (numbers, written): (Option<Vec<f32>>, String) = match self.form {
            Form::Corners(columns) | Form::CornerAndSize(columns) => {
                let cells = columns.map(cell);
                let numbers = cells.iter().map(|cell| cell.parse().ok()).collect();
                (numbers, cells.join(","))
            }
            Form::OneCell(column) | Form::CornersInCell(column) => {
                (number_list(cell(column)), cell(column).to_owned())
            }
        };
        if written.chars().all(|c| c == ',') {
            return Cell::Empty;
        }
        let numbers = numbers.filter(|all| all.iter().all(|edge| edge.is_finite()));
        let edges = numbers.and_then(|numbers| <[f32; 4]>::try_from(numbers).ok());
        let Some(edges) = edges else {
            return Cell::Malformed(format!("`{written}` are not the four numbers of a box"));
        };
        let unit = match edges.iter().all(|edge| edge.abs() <= 1.0) {
            true => Unit::Fractions,
            false => Unit::Pixels,
        };
        Cell::Box(match self.form {
            Form::Corners(_) | Form::CornersInCell(_) => Bounds::from_edges(edges, unit),
            _ => Bounds::from_corner(edges, unit),
        })
    }
}

/// Four numbers of a row, and the size of its picture where it is told.
pub(super) type FourNumbers = ([f32; 4], Option<(u32, u32)>);

/// Whether four numbers of each row are two corners rather than a corner with width and height:
/// in all rows the third exceeds the first and the fourth the second, and one of these holds.
///
/// - The sizes of pictures are told (for fractions they are 1): no corner lies outside, and with
///   width and height some box would.
/// - They are not, and there are ten rows: some box begins beyond half of the largest third or
///   fourth number. With width and height, a box so far from the edge would be small in some row.
pub(super) fn corners(rows: &[FourNumbers]) -> bool {
    let in_order = rows.iter().all(|([a, b, c, d], _)| c > a && d > b);
    if rows.is_empty() || !in_order {
        return false;
    }
    let largest = |at: usize| rows.iter().map(|(edges, _)| edges[at]).fold(0.0, f32::max);
    let (right, bottom) = (largest(2), largest(3));
    let told = |size: &Option<(u32, u32)>| match size {
        Some((width, height)) => Some((*width as f32, *height as f32)),
        None => (right <= 1.0 && bottom <= 1.0).then_some((1.0, 1.0)),
    };
    let sizes: Option<Vec<(f32, f32)>> = rows.iter().map(|(_, size)| told(size)).collect();
    let Some(sizes) = sizes else {
        let is_far = |([a, b, ..], _): &([f32; 4], _)| *a > right / 2.0 || *b > bottom / 2.0;
        return rows.len() >= LEAST_ROWS && rows.iter().any(is_far);
    };
    // A pixel more, or a hundredth of the side, is how some round.
    let slack = if right > 1.0 || bottom > 1.0 {
        1.0
    } else {
        0.0
    };
    let mut all = rows.iter().zip(sizes);
    let inside = all
        .clone()
        .all(|(([_, _, c, d], _), (width, height))| *c <= width + slack && *d <= height + slack);
    let leaves = all.any(|(([a, b, c, d], _), (width, height))| {
        a + c > width + slack || b + d > height + slack
    });
    inside && leaves
}

/// Whether half of the rows or more have one width and height.
fn have_one_size(rows: &[csv::StringRecord], columns: [usize; 2]) -> bool {
    let mut sizes: HashMap<[&str; 2], usize> = HashMap::new();
    for row in rows {
        let size = columns.map(|at| row.get(at).unwrap_or_default());
        *sizes.entry(size).or_default() += 1;
    }
    sizes
        .values()
        .any(|alike| alike * 2 >= rows.len() && *alike > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left and right edge with the unit, and the picture's size.
    fn told(header: &str, row: &[&str]) -> Option<(String, Option<(u32, u32)>)> {
        let columns = BoxColumns::of(header.split(','))?;
        let record = csv::StringRecord::from(row.to_vec());
        let bounds = match columns.read(&record) {
            Cell::Box(at) => format!("{} {} {:?}", at.left, at.right, at.unit),
            Cell::Empty => "empty".to_owned(),
            Cell::Malformed(detail) => detail,
        };
        Some((bounds, columns.size(&record)))
    }

    #[test]
    fn boxes_stand_in_four_columns_or_in_one_cell() {
        let row = ["a.jpg", "9", "7", "1", "2", "3", "4"];
        let corners = told("filename,width,height,xmin,ymin,xmax,ymax", &row);
        assert_eq!(corners, Some(("1 3 Pixels".to_owned(), Some((9, 7)))));
        let sized = told(
            "path,bbox_x,bbox_y,bbox_w,bbox_h",
            &["a", "1", "2", "3", "4"],
        );
        assert_eq!(sized, Some(("1 4 Pixels".to_owned(), None)));
        let cell = told(
            "image_id,width,height,bbox",
            &["a", "9", "7", "[1.0, 2, 3, 4]"],
        );
        assert_eq!(cell, Some(("1 4 Pixels".to_owned(), Some((9, 7)))));
        let fractions = told(
            "ImageID,XMin,XMax,YMin,YMax",
            &["a", "0.25", "0.5", "0", "1"],
        );
        assert_eq!(fractions, Some(("0.25 0.5 Fractions".to_owned(), None)));
        assert_eq!(
            told(
                "path,split,x,y,width,height",
                &["a", "b", "1", "2", "3", "4"]
            ),
            None
        );
    }

    #[test]
    fn an_empty_row_is_told_from_one_without_numbers() {
        let of = |cells: [&str; 4]| told("x1,y1,x2,y2", &cells).unwrap().0;
        assert_eq!(of([""; 4]), "empty");
        assert_eq!(
            of(["1", "2", "x", "4"]),
            "`1,2,x,4` are not the four numbers of a box"
        );
        assert_eq!(
            of(["1", "2", "inf", "4"]),
            "`1,2,inf,4` are not the four numbers of a box"
        );
    }

    /// Right edge of the first box of a table.
    fn first_right(header: &str, rows: &[&str]) -> Option<f32> {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        let columns = BoxColumns::of_table(header.split(','), &text, true)?;
        let first = reader(&text, true).records().next()?.unwrap();
        match columns.read(&first) {
            Cell::Box(at) => Some(at.right),
            _ => None,
        }
    }

    #[test]
    fn a_table_without_names_has_two_corners_and_a_class_behind_the_picture() {
        let told = |rows: &[&str]| {
            let rows: Vec<csv::StringRecord> = rows
                .iter()
                .map(|row| csv::StringRecord::from(row.split(',').collect::<Vec<_>>()))
                .collect();
            let found = BoxColumns::without_names(&rows, 0)?;
            Some([0, 1, 4, 5].map(|column| found.has(column)))
        };
        let columns = Some([false, true, true, false]);
        assert_eq!(told(&["a.jpg,1,2,30,40,cat", "b.jpg,,,,,"]), columns);
        assert_eq!(told(&["b.jpg,,,,,"]), None, "nothing drawn");
        assert_eq!(told(&["a.jpg,10,20,3,4,cat"]), None, "not in order");
        assert_eq!(told(&["a.jpg,1,2,30,x,cat"]), None, "no number");
        assert_eq!(told(&["a.jpg,1,2,30,40"]), None, "no class");
        assert_eq!(told(&["a.jpg,1,2,30,40,cat,90,70"]), columns);
        assert_eq!(told(&["a.jpg,1,2,30,40,cat,7"]), None, "another column");
        assert_eq!(told(&["a.jpg,1,2,30,40,cat,90,x"]), None, "no size");
    }

    #[test]
    fn a_cell_holds_corners_where_width_and_height_would_leave_the_picture() {
        let sized = |rows: &[&str]| first_right("id,width,height,bbox", rows);
        let corners = r#"a,100,80,"[40, 10, 90, 70]""#;
        assert_eq!(sized(&[corners, r#"b,100,80,"[1, 1, 9, 9]""#]), Some(90.0));
        assert_eq!(
            sized(&[corners, r#"b,100,80,"[9, 9, 9, 9]""#]),
            Some(130.0),
            "not in order"
        );
        assert_eq!(
            sized(&[r#"a,100,80,"[4, 1, 90, 70]""#]),
            Some(94.0),
            "both are possible"
        );
        assert_eq!(
            sized(&[r#"a,100,80,"[40, 1, 120, 70]""#]),
            Some(160.0),
            "outside either way"
        );
        assert_eq!(
            first_right("id,bbox", &[r#"a,"[.4, .1, .9, .7]""#]),
            Some(0.9)
        );
        assert_eq!(
            first_right("id,bbox", &[r#"a,"[.4, .4, .6, .6]""#]),
            Some(1.0),
            "whole"
        );
    }

    #[test]
    fn without_sizes_ten_rows_and_a_box_far_from_the_edge_tell_corners() {
        let rows = |boxes: &[[u32; 4]]| -> Option<f32> {
            let rows = boxes.iter().map(|at| format!("a,\"{at:?}\""));
            let rows: Vec<String> = rows.collect();
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            first_right("id,bbox", &rows)
        };
        let far = |number: u32| [10 * number, 5, 10 * number + 20, 60];
        let all: Vec<[u32; 4]> = (1..=10).map(far).collect();
        assert_eq!(rows(&all), Some(30.0));
        assert_eq!(rows(&all[..9]), Some(40.0), "nine rows");
        let mut one_small = all.clone();
        one_small[9] = [90, 5, 20, 60];
        assert_eq!(
            rows(&one_small),
            Some(40.0),
            "a third that is below the first"
        );
        // One object that fills each picture.
        let filling: Vec<[u32; 4]> = (1..=10).map(|at| [at, at, 200 + at, 200]).collect();
        assert_eq!(rows(&filling), Some(202.0));
    }

    #[test]
    fn boxes_have_many_sizes_and_tiles_one() {
        let header = "id,x,y,w,h";
        assert_eq!(first_right(header, &["a,1,1,5,5", "b,2,2,6,9"]), Some(6.0));
        assert_eq!(
            first_right(header, &["a,1,1,5,5", "b,6,1,5,5", "c,11,1,4,5"]),
            None
        );
        assert_eq!(
            first_right("id,x1,y1,w,h", &["a,1,1,5,5", "b,2,2,5,5"]),
            Some(6.0)
        );
    }
}
