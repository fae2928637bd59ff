//! Columns that the user names: one that nothing has is an error, and one of a table beside that
//! which tells the splits is used.

use std::collections::BTreeMap;
use std::path::Path;

use super::claim::Claim;
use super::group_columns::{are_called_alike, chosen};
use super::side_tables::{SideTable, samples};
use super::time_cell;
use crate::error::Error;
use crate::sample::{Layout, ProblemKind};
use crate::settings::Columns;

/// Most tables that an error lists.
const MOST_NAMED: usize = 6;

/// Adds what the user's columns of groups and times say in tables beside the splits.
///
/// # Errors
/// [`Error::Settings`] for a column that no table has, or that says nothing of any sample; it says
/// which tables and columns there are.
pub(super) fn fill(
    claim: &mut Claim,
    root: &Path,
    tables: &[SideTable],
    columns: &Columns,
) -> Result<(), Error> {
    // A driving log without a header has columns that no row names.
    let is_log = claim.layout == Layout::DrivingLog;
    let inside = columns.group.as_ref().map(|group| chosen(claim, group));
    let inside = inside.unwrap_or_default();
    for (option, column) in named(columns).into_iter().filter(|_| !is_log) {
        let is_inside = option == "group-column" && !inside.is_empty();
        let is_there = |column: &str| tables.iter().any(|table| table.at(column).is_some());
        let is_pair = || option == "group-column" && of_pair(column).is_some_and(|pair| pair.into_iter().all(is_there));
        if !is_inside && !is_there(column) && !is_pair() {
            return Err(nowhere(option, column, tables));
        }
    }
    let divides = [("folds", &columns.folds), ("split-column", &columns.split)];
    for (option, column) in divides {
        let by_table = matches!(
            claim.layout,
            Layout::CsvManifest | Layout::Tables | Layout::DrivingLog | Layout::Directories
        );
        if let Some(column) = column.as_ref().filter(|_| !by_table) {
            return Err(unused(option, column, tables));
        }
    }
    if let Some(column) = &columns.group
        && !has_groups(claim)
    {
        let mut cells = match of_pair(column) {
            Some([wider, inner]) if tables.iter().all(|table| table.at(column).is_none()) => {
                let wider = of_samples(claim, root, tables, wider);
                let inner = of_samples(claim, root, tables, inner).into_iter();
                let both = |(path, value)| {
                    let both = format!("{} {value}", wider.get(&path)?);
                    Some((path, both))
                };
                inner.filter_map(both).collect()
            }
            _ => of_samples(claim, root, tables, column),
        };
        for (path, value) in inside.into_iter().flat_map(|one| one.of) {
            cells.entry(path).or_insert(value);
        }
        for draft in &mut claim.drafts {
            draft.group = cells.get(&draft.path).cloned();
        }
        if !has_groups(claim) {
            return Err(unused("group-column", column, tables));
        }
    }
    if let Some(column) = &columns.time
        && !has_times(claim)
    {
        let cells = of_samples(claim, root, tables, column);
        for draft in &mut claim.drafts {
            let cell = cells.get(&draft.path);
            draft.time = cell.and_then(|cell| time_cell::read(cell));
        }
        if !has_times(claim) {
            return Err(unused("time-column", column, tables));
        }
    }
    Ok(())
}

/// The two columns that one name joins, where numbers of the second begin anew within the first.
fn of_pair(column: &str) -> Option<[&str; 2]> {
    let (wider, inner) = column.split_once('+')?;
    Some([wider, inner])
}

/// What the tables that have the column say of each sample; the first that does is believed.
fn of_samples(
    claim: &Claim,
    root: &Path,
    tables: &[SideTable],
    column: &str,
) -> BTreeMap<String, String> {
    let walked = samples(&claim.drafts);
    let mut all = BTreeMap::new();
    let has_it = |table: &SideTable| {
        let mut names = table.columns.iter();
        let alike = names.position(|name| are_called_alike(name, column));
        table.at(column).or(alike)
    };
    for table in tables {
        let Some(at) = has_it(table) else {
            continue;
        };
        for cells in table.cells(root, &walked, &[at]).into_iter().flatten() {
            for (path, cell) in cells.of {
                all.entry(path).or_insert(cell);
            }
        }
    }
    all
}

/// Options that name columns, with what they name.
fn named(columns: &Columns) -> Vec<(&'static str, &str)> {
    let mut all: Vec<(&'static str, &str)> = Vec::new();
    for path in columns.path.iter().flatten() {
        all.push(("path-column", path));
    }
    for (option, name) in [
        ("folds", &columns.folds),
        ("split-column", &columns.split),
        ("label-column", &columns.label),
        ("group-column", &columns.group),
        ("time-column", &columns.time),
    ] {
        all.extend(name.as_deref().map(|name| (option, name)));
    }
    all
}

fn has_groups(claim: &Claim) -> bool {
    claim.drafts.iter().any(|draft| draft.group.is_some())
}

/// Whether a time was read, or could not be.
fn has_times(claim: &Claim) -> bool {
    let mut problems = claim.problems.iter();
    claim.drafts.iter().any(|draft| draft.time.is_some())
        || problems.any(|one| one.kind == ProblemKind::UnparsableTime)
}

fn nowhere(option: &str, column: &str, tables: &[SideTable]) -> Error {
    let message = match tables {
        [] => format!(
            "`--{option} {column}`: there is no table, so no column; tables are .csv, .tsv, .jsonl or .ndjson files below the dataset or the one of `--manifest`. Leave the option out, or add the table"
        ),
        _ => format!(
            "`--{option} {column}`: no table has a column `{column}`; {}. Name one of these, or leave the option out",
            described(tables)
        ),
    };
    Error::settings(message)
}

fn unused(option: &str, column: &str, tables: &[SideTable]) -> Error {
    let having: Vec<String> = tables
        .iter()
        .filter(|table| table.at(column).is_some())
        .map(|table| format!("`{}`", table.name))
        .collect();
    let message = format!(
        "`--{option} {column}`: {} such a column, but no row there says it of a picture of this dataset; write the paths of the pictures into a column `path`, or name the table with `--manifest`",
        match having.len() {
            1 => format!("{} has", having[0]),
            _ => format!("{} have", having.join(", ")),
        }
    );
    Error::settings(message)
}

fn described(tables: &[SideTable]) -> String {
    let shown: Vec<String> = tables
        .iter()
        .take(MOST_NAMED)
        .map(|table| {
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            format!("`{}` has {}", table.name, columns.join(", "))
        })
        .collect();
    let more = match tables.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        n => format!("; and {n} more tables"),
    };
    format!("{}{more}", shown.join("; "))
}
