//! Columns of a table with one row for each box: four edges, a corner with width and height, or one
//! cell `[x, y, width, height]`; and the size of the picture.

use super::csv_text::number_list;
use crate::annotation::{Bounds, Unit};

/// Names of the columns of two opposite corners.
const CORNERS: &[[&str; 4]] = &[
    ["xmin", "ymin", "xmax", "ymax"],
    ["x_min", "y_min", "x_max", "y_max"],
    ["bbox_xmin", "bbox_ymin", "bbox_xmax", "bbox_ymax"],
    ["bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"],
    ["roi.x1", "roi.y1", "roi.x2", "roi.y2"],
    ["x1", "y1", "x2", "y2"],
];

/// Names of the columns of a corner, width and height of the box. Columns `x` and `y` alone may as
/// well be those of a tile in its slide.
const CORNER_AND_SIZE: &[[&str; 4]] = &[
    ["bbox_x", "bbox_y", "bbox_width", "bbox_height"],
    ["bbox_x", "bbox_y", "bbox_w", "bbox_h"],
];

/// Names of a column that holds a corner, width and height in one cell.
const ONE_CELL: &[&str] = &["bbox", "box", "bounding_box"];

/// Where a table says what is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Corners([usize; 4]),
    CornerAndSize([usize; 4]),
    OneCell(usize),
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
    /// Finds the columns by their names; `None` where the table tells no boxes.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Option<Self> {
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
            Form::OneCell(column) => (number_list(cell(column)), cell(column).to_owned()),
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
            Form::Corners(_) => {
                let [left, top, right, bottom] = edges;
                Bounds {
                    left,
                    top,
                    right,
                    bottom,
                    unit,
                }
            }
            _ => Bounds::from_corner(edges, unit),
        })
    }
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
}
