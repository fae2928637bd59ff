//! Which columns of a table are read as pictures, where several hold some.
//!
//! The first keeps the plain names of rows, `x.parquet#17`; each other is a folder of its own,
//! `x.parquet!/right#17`, as an array of several is. What its name tells to be an annotation of the
//! pictures, as a mask, is left alone while there is something else.

use super::names::RowNames;

/// A column that holds encoded images.
pub(super) struct Found {
    /// What it is called, with what it lies in: `left`, `views.left`, `image/encoded`.
    pub(super) name: String,
    /// Whether a cell holds any number of them, which is not read.
    pub(super) is_list: bool,
}

/// Which of several columns are read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Their numbers in order; the first has the plain names.
    pub(super) read: Vec<usize>,
    /// Why others are not.
    pub(super) faults: Vec<String>,
}

/// Chooses among columns, best first.
pub(super) fn choose(columns: &[Found], is_annotation: fn(&str) -> bool) -> Chosen {
    let numbered = || columns.iter().enumerate();
    let cells = || numbered().filter(|(_, column)| !column.is_list);
    let mut read: Vec<usize> = cells()
        .filter(|(_, column)| !is_annotation(&column.name))
        .map(|(number, _)| number)
        .collect();
    let lists: Vec<&Found> = columns
        .iter()
        .filter(|column| column.is_list && !is_annotation(&column.name))
        .collect();
    if read.is_empty() && lists.is_empty() {
        read.extend(cells().next().map(|(number, _)| number));
    }
    // A table of lists alone is not read at all, and told as a whole.
    let told = lists.iter().filter(|_| !read.is_empty());
    let faults = told.map(|column| {
        format!(
            "holds lists of pictures in `{}`, which are not read",
            column.name
        )
    });
    Chosen {
        faults: faults.collect(),
        read,
    }
}

/// What a column is called by the parts of its path: `left` for the bytes of a structure `left`,
/// `objects.mask` for those of a list of structures.
pub(super) fn called<'a>(parts: impl IntoIterator<Item = &'a str>, is_list: bool) -> String {
    /// Words of the form of a list, which say nothing.
    const FORM: &[&str] = &["array", "array_element", "bag", "element", "item", "list"];
    let parts = parts.into_iter();
    let mut parts: Vec<&str> = match is_list {
        true => parts.filter(|part| !FORM.contains(part)).collect(),
        false => parts.collect(),
    };
    if parts.len() > 1 && parts.last() == Some(&"bytes") {
        parts.pop();
    }
    parts.join(".")
}

/// Names of the rows of one of several columns, of which the first has none of its own.
pub(super) fn names_of(table: &str, column: Option<&str>, rows: u64) -> RowNames {
    match column {
        None => RowNames::new(table, rows),
        // A mark of folders in a name would make more of them, and one of endings a file of it.
        Some(column) => {
            let own = column.replace(['/', '.'], "_");
            RowNames::new(&format!("{table}!/{own}"), rows)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(columns: &[(&str, bool)]) -> (Vec<usize>, usize) {
        let columns = columns.iter().map(|(name, is_list)| Found {
            name: (*name).to_owned(),
            is_list: *is_list,
        });
        let columns: Vec<Found> = columns.collect();
        let chosen = choose(&columns, |name| name.contains("mask"));
        (chosen.read, chosen.faults.len())
    }

    #[test]
    fn all_pictures_are_read_and_no_masks_beside_them() {
        assert_eq!(chosen(&[("image", false)]), (vec![0], 0));
        assert_eq!(
            chosen(&[("left", false), ("right", false)]),
            (vec![0, 1], 0)
        );
        assert_eq!(chosen(&[("mask", false), ("image", false)]), (vec![1], 0));
        assert_eq!(chosen(&[("mask", false)]), (vec![0], 0));
        assert_eq!(chosen(&[]), (vec![], 0));
    }

    #[test]
    fn lists_are_told_beside_what_is_read_and_leave_the_rest_to_the_whole_table() {
        assert_eq!(chosen(&[("image", false), ("images", true)]), (vec![0], 1));
        assert_eq!(chosen(&[("image", false), ("masks", true)]), (vec![0], 0));
        assert_eq!(chosen(&[("images", true)]), (vec![], 0));
        assert_eq!(chosen(&[("mask", false), ("images", true)]), (vec![], 0));
    }

    #[test]
    fn a_column_is_called_by_what_says_something() {
        let name = |path: &str, is_list| called(path.split('.'), is_list);
        assert_eq!(name("left.bytes", false), "left");
        assert_eq!(name("bytes", false), "bytes");
        assert_eq!(name("item.bytes", false), "item");
        assert_eq!(name("images.list.element.bytes", true), "images");
        assert_eq!(
            name("objects.list.element.mask.bytes", true),
            "objects.mask"
        );
    }

    #[test]
    fn rows_of_another_column_lie_in_a_folder_of_its_name() {
        let name = |column| names_of("x.tfrecord", column, 11).of(7);
        assert_eq!(name(None), "x.tfrecord#07");
        assert_eq!(name(Some("right/encoded")), "x.tfrecord!/right_encoded#07");
    }
}
