//! Cells of tables that name pictures: one each, or a folder of them, as a table of videos or
//! patients does.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest_columns::is_no_folder;
use super::resolve::{Resolved, Resolver};
use crate::sample::SplitRole;

/// Pictures in folders of another split than that of their row, with that split: how the row
/// writes them.
pub(super) type Reached = BTreeMap<(String, String), String>;

/// The picture that a cell of a row of `split` names.
pub(super) fn picture(
    written: &str,
    split: Option<&(String, SplitRole)>,
    files: &Resolver,
    reached: &mut Reached,
) -> Resolved {
    let found = files.resolve(written, split.map(|split| split.1));
    let (false, Some((name, role))) = (found.2, split) else {
        return found;
    };
    let found = files.resolve_of_table(written, Some(*role));
    if found.2 {
        reached.insert((found.0.clone(), name.clone()), written.to_owned());
    }
    found
}

/// The pictures of the folder that a cell names; the folder itself, as missing, where there are
/// none.
pub(super) fn of_folder(written: &str, files: &Resolver) -> Vec<Resolved> {
    let inside = files.pictures_of_folder(written);
    if inside.is_empty() {
        return vec![files.resolve(written, None)];
    }
    let inside = inside.into_iter();
    inside.map(|(path, place)| (path, place, true)).collect()
}

/// The column whose cells name a folder of pictures each, every row another: a class stands in
/// many rows.
pub(super) fn column_of_folders(
    names: &[String],
    rows: &[csv::StringRecord],
    files: &Resolver,
) -> Option<usize> {
    const FEWEST: usize = 2;
    (0..names.len())
        .filter(|&at| !is_no_folder(&names[at]))
        .find(|&at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
            let different: BTreeSet<&str> = cells.iter().copied().collect();
            let named = cells
                .iter()
                .filter(|cell| !files.pictures_of_folder(cell).is_empty());
            cells.len() >= FEWEST
                && different.len() == cells.len()
                && named.count() * 10 >= rows.len() * 9
        })
}
