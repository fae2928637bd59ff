//! Columns that say where each picture lies on something larger: a slide, a map, a mosaic.
//!
//! Two numbers, four edges, or one cell (`quadkey`, `geohash`, `geometry`) tell a place. Places are
//! those of tiles where they stand in the rows and columns of a grid and many have another beside
//! them: photos that people took anywhere do not, nor do boxes within pictures.

mod cells;
mod grid;
mod names;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::claim::Claim;
use super::side_tables::{Cells, SideTable, samples};
use crate::sample::TilePlace;
use names::Form;

/// Fewest places that tell a grid.
const FEWEST: usize = 12;

/// More samples are not asked: to read their tables again would take long.
const MOST_SAMPLES: usize = 2_000_000;

/// A rectangle as a table tells it: left, upper, right and lower edge, down and right being more;
/// a point where only that is told.
type Edges = [f64; 4];

/// Where samples lie on what is larger, by their path.
#[derive(Debug)]
pub(super) struct Placed {
    /// The columns that tell it, for people.
    pub(super) columns: String,
    pub(super) table: String,
    pub(super) of: BTreeMap<String, TilePlace>,
}

/// What the first table says that tells places of most samples: on what their group is, else on
/// what a column may tell.
pub(super) fn find(claim: &Claim, root: &Path, tables: &[SideTable]) -> Option<Placed> {
    let may_tell = |table: &SideTable| !names::forms(&table.columns).is_empty();
    if claim.drafts.len() > MOST_SAMPLES || !tables.iter().any(may_tell) {
        return None;
    }
    let groups = claim.drafts.iter();
    let groups = groups.filter_map(|draft| Some((draft.path.as_str(), draft.group.as_deref()?)));
    let groups: HashMap<&str, &str> = groups.collect();
    let mut asked = claim.group_columns.iter();
    let asked = asked.find(|one| one.is_open && !one.are_names);
    let slide_of = |path: &str| match groups.get(path) {
        Some(group) => Some((*group).to_owned()),
        None => asked?.of.get(path).cloned(),
    };
    let mut walked = None;
    for table in tables {
        for (form, at) in names::forms(&table.columns) {
            let walked = walked.get_or_insert_with(|| samples(&claim.drafts));
            let Some(cells) = table.cells(root, walked, &at) else {
                break;
            };
            let told = places(form, &cells);
            if told.len() * 10 < claim.drafts.len() * 9 || told.len() < FEWEST {
                continue;
            }
            if let Some(of) = grid::tiles(&told, &slide_of) {
                let columns = at.iter().map(|at| format!("`{}`", table.columns[*at]));
                return Some(Placed {
                    columns: columns.collect::<Vec<_>>().join(", "),
                    table: table.name.clone(),
                    of,
                });
            }
        }
    }
    None
}

/// The places that cells tell. What rows contradict each other about is told of something inside
/// of pictures.
fn places(form: Form, cells: &[Cells]) -> BTreeMap<String, Edges> {
    let Some((first, others)) = cells.split_first() else {
        return BTreeMap::new();
    };
    let is_sure = |path: &str| cells.iter().all(|one| !one.contradicted.contains(path));
    let place = |path: &String, cell: &String| {
        let mut row = vec![cell.as_str()];
        for other in others {
            row.push(other.of.get(path)?);
        }
        cells::edges(form, &row)
    };
    let told = first.of.iter().filter(|(path, _)| is_sure(path));
    told.filter_map(|(path, cell)| Some((path.clone(), place(path, cell)?)))
        .collect()
}
