//! The header of a table of samples: which column says what, by its name or by what stands in it.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::box_columns::BoxColumns;
use super::companions::says_masks;
use super::csv_text::{at_line, parse_error, reader, table_text};
use super::fold_roles;
use super::further_pictures;
use super::label_tables::CLASS;
use super::list_lines::names_a_file;
use super::manifest_columns::{
    DRIVING_LOG_HEADER, FOLDS, Positions, is_headless_driving_log, is_no_path, positions,
};
use super::one_hot::OneHot;
use super::picture_cells;
use super::resolve::Resolver;
use super::split_name::role_of;
use super::split_values::{self, Values};
use crate::error::Error;
use crate::sample::SplitRole;
use crate::settings::Columns;

/// The first row of a manifest.
pub(super) struct Header {
    /// Names of the columns.
    pub(super) names: Vec<String>,
    pub(super) positions: Positions,
    /// How the column of splits tells them.
    pub(super) values: Values,
    /// Columns named after splits that tell them together; the first stands as that of splits.
    pub(super) one_hot: Option<OneHot>,
    /// The column, where it tells folds in place of splits.
    pub(super) folds: Option<String>,
    /// The column that says what a row's picture is in its fold.
    pub(super) roles: Option<usize>,
    /// Columns of 0 and 1, one a class, where no column holds labels; at least two.
    pub(super) flags: Vec<usize>,
    /// The column of lists of boxes, as the Hub takes them.
    pub(super) objects: Option<usize>,
    /// The columns that tell boxes, where a row is one box.
    pub(super) boxes: Option<BoxColumns>,
    /// Whether the file has such a row; a driving log may have none.
    pub(super) is_written: bool,
}

impl Header {
    /// Whether a row is about several pictures, each of which may be in other rows, too.
    pub(super) fn has_pairs(&self) -> bool {
        self.positions.paths.len() > 1 && !self.positions.driving_log
    }

    /// Further columns that are called as labels are, for people.
    pub(super) fn other_labels(&self) -> Vec<String> {
        let others = self.positions.other_labels.iter();
        others.map(|&at| format!("`{}`", self.names[at])).collect()
    }

    /// Name and role of the split of a row.
    pub(super) fn split(&self, record: &csv::StringRecord) -> Option<(String, SplitRole)> {
        let cell = |at: usize| record.get(at).filter(|cell| !cell.is_empty());
        if let Some(one_hot) = &self.one_hot {
            return one_hot.split(cell);
        }
        let value = cell(self.positions.split?)?;
        match (self.roles, &self.folds) {
            (Some(roles), Some(folds)) => fold_roles::split(folds, value, cell(roles)?),
            _ => Some(self.values.split(value)),
        }
    }

    /// Which columns say what, for people.
    pub(super) fn describe(&self) -> String {
        let paths: Vec<String> = self
            .positions
            .paths
            .iter()
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        let split = self.positions.split.map_or(String::new(), |at| {
            let what = self.folds.as_ref().map_or("splits", |_| "folds");
            let roles = self.roles.map_or(String::new(), |roles| {
                format!(
                    ", trained or evaluated on as column `{}` says",
                    self.names[roles]
                )
            });
            let more = self.one_hot.iter().flat_map(OneHot::columns).skip(1);
            let more: String = more.map(|at| format!(", `{}`", self.names[at])).collect();
            let noun = if more.is_empty() { "column" } else { "columns" };
            format!(" and {what} in {noun} `{}`{more}{roles}", self.names[at])
        });
        let noun = if paths.len() == 1 {
            "column"
        } else {
            "columns"
        };
        format!("with paths in {noun} {}{split}", paths.join(", "))
    }
}

/// Reads the header of a table from its first rows.
///
/// # Errors
/// [`Error::Manifest`]: no rows, or no column of paths.
pub(super) fn read_header(
    manifest: &Path,
    text: &str,
    columns: &Columns,
    files: &Resolver,
) -> Result<Header, Error> {
    let mut rows = reader(text, false);
    let mut records = Vec::new();
    for record in rows.records().take(MOST_SAMPLED + 1) {
        records.push(record.map_err(|error| parse_error(manifest, &error))?);
    }
    let Some(first) = records.first() else {
        return Err(at_line(manifest, 1, "the file is empty".to_owned()));
    };
    let cells: Vec<String> = first.iter().map(ToOwned::to_owned).collect();
    if is_headless_driving_log(&cells) {
        let names = (0..cells.len()).map(|column| {
            DRIVING_LOG_HEADER
                .get(column)
                .map_or_else(|| format!("column{column}"), |&name| name.to_owned())
        });
        let names: Vec<String> = names.collect();
        let positions = positions(&names, columns);
        return Ok(Header {
            positions: positions.map_err(|message| at_line(manifest, 1, message))?,
            names,
            values: Values::Words,
            one_hot: None,
            folds: None,
            roles: None,
            flags: Vec::new(),
            objects: None,
            boxes: None,
            is_written: false,
        });
    }
    let is_image = |cell: &String| files.resolve(cell, None).2;
    let is_written = !cells
        .iter()
        .any(|cell| cell.contains('.') && is_image(cell));
    let names = match is_written {
        true => cells,
        false => (1..=cells.len())
            .map(|column| format!("column {column}"))
            .collect(),
    };
    let mut positions =
        positions_or_guess(&names, columns, &records[usize::from(is_written)..], files)
            .map_err(|message| at_line(manifest, 1, message))?;
    let (mut values, mut one_hot) = (Values::Words, None);
    let taken = |at: usize| positions.paths.iter().any(|path| path.0 == at);
    if columns.split.is_none() && columns.folds.is_none() {
        let told = told_splits(text, &names, is_written, &taken);
        match told {
            Some((at, told)) => (positions.split, values) = (Some(at), told),
            // A column of folds, or of other words, names splits without their role.
            None if positions.split.is_some_and(taken) => positions.split = None,
            None => {}
        }
        if told.is_none() && is_written {
            one_hot = one_hot_of(text, &names);
            let first = one_hot.as_ref().and_then(|of| of.columns().next());
            positions.split = first.or(positions.split);
        }
    } else if let Some(at) = positions.split {
        // One of several that are named after splits stands for all.
        one_hot = one_hot_of(text, &names).filter(|of| of.columns().any(|column| column == at));
        let cells = distinct(text, is_written, at);
        let cells = cells.iter().map(String::as_str).collect();
        values = split_values::values(&names[at], &cells).unwrap_or(Values::Words);
    }
    let mut roles = None;
    if columns.folds.is_some() {
        values = Values::Words;
        if let (Some(folds), [(paths, _)]) = (positions.split, &positions.paths[..]) {
            roles = fold_roles::column(text, *paths, folds).filter(|_| is_written);
        }
    }
    if columns.path.is_none() && !positions.driving_log {
        let rows = &records[usize::from(is_written)..];
        let further = further_pictures::columns(&names, &positions, rows, files);
        positions.paths.extend(further);
    }
    let boxes = match (&positions.paths[..], is_written) {
        (_, true) => BoxColumns::of_table(names.iter().map(String::as_str), text, is_written),
        ([(picture, _)], false) => BoxColumns::without_names(&records, *picture),
        _ => None,
    };
    let of_boxes = |at: usize| boxes.is_some_and(|boxes| boxes.has(at));
    // A column `y` may be that of a target, or of an edge.
    positions.other_labels.retain(|at| !of_boxes(*at));
    if positions.label.is_some_and(of_boxes) && columns.label.is_none() {
        positions.label = positions.other_labels.first().copied();
        positions.other_labels = positions
            .other_labels
            .split_off(positions.other_labels.len().min(1));
    }
    if positions.label.is_none() && boxes.is_some() {
        let says = |name: &String| CLASS.contains(&&*name.trim().to_ascii_lowercase());
        positions.label = names.iter().position(says);
    }
    if positions.label.is_none() && !is_written {
        // What stands behind a picture and its split.
        let taken = |at: usize| positions.paths.iter().any(|path| path.0 == at);
        let is_open = |at: &usize| !taken(*at) && positions.split != Some(*at) && !of_boxes(*at);
        positions.label = (0..names.len()).find(is_open);
    }
    Ok(Header {
        objects: names.iter().position(|name| name == "objects"),
        flags: flags(text, &names, &positions, one_hot.as_ref()),
        boxes,
        positions,
        names,
        values,
        one_hot,
        folds: columns.folds.clone(),
        roles,
        is_written,
    })
}

/// Rows from which the column of paths is guessed.
const MOST_SAMPLED: usize = 100;

/// The columns by their names; where none is called as paths are, the first whose cells name
/// images is taken for that of paths.
fn positions_or_guess(
    names: &[String],
    columns: &Columns,
    rows: &[csv::StringRecord],
    files: &Resolver,
) -> Result<Positions, String> {
    let told = positions(names, columns);
    if told.is_ok() || columns.path.is_some() {
        return told;
    }
    let names_images = |column: &usize| {
        let cells = rows.iter().filter_map(|row| row.get(*column));
        let cells = cells.filter(|cell| !cell.is_empty());
        let found: Vec<&str> = cells.filter(|cell| files.resolve(cell, None).2).collect();
        let different: BTreeSet<&&str> = found.iter().collect();
        // A number that all rows have may be the name of an image, too.
        let are_several = different.len() > 1 || rows.len() < 3;
        found.len() * 10 >= rows.len() * 9 && !rows.is_empty() && are_several
    };
    // Labels are numbers often, and numbers names of images; masks are images, too.
    let is_open = |name: &str| !is_no_path(name) && !says_masks(name);
    let others = (0..names.len()).filter(|&column| is_open(&names[column]));
    let mut found: Vec<usize> = others.filter(names_images).collect();
    // Stable: of those that are written as files the first, else the first.
    found.sort_by_key(|&column| {
        !rows
            .iter()
            .any(|row| row.get(column).is_some_and(names_a_file))
    });
    let folders = || picture_cells::column_of_folders(names, rows, files);
    let (column, paths_are_folders) = match (found.first(), folders) {
        (Some(&column), _) => (column, false),
        (None, folders) => match folders() {
            Some(column) => (column, true),
            None => return told,
        },
    };
    let columns = Columns {
        path: Some(vec![names[column].clone()]),
        ..columns.clone()
    };
    Ok(Positions {
        paths_chosen: false,
        paths_guessed: true,
        paths_are_folders,
        ..positions(names, &columns)?
    })
}

/// Whether a table has a column of splits or folds, and one that is mostly names of pictures.
pub(super) fn divides_pictures(file: &Path, columns: &Columns, files: &Resolver) -> bool {
    let Ok(text) = table_text(file) else {
        return false;
    };
    let Ok(names) = reader(&text, true).headers().cloned() else {
        return false;
    };
    let names: Vec<String> = names.iter().map(ToOwned::to_owned).collect();
    if !tells_splits(&text, &names, columns) {
        return false;
    }
    let (mut rows, mut called) = (0_usize, vec![0_usize; names.len()]);
    for record in reader(&text, true).records().flatten() {
        rows += 1;
        for (cell, called) in record.iter().zip(&mut called) {
            *called += usize::from(files.is_called(cell));
        }
    }
    // A column of one word is a folder's or a class's name.
    rows > 1 && called.into_iter().any(|called| called * 2 > rows)
}

/// Whether a column of the table tells splits or folds, by its name or because the user says so.
fn tells_splits(text: &str, names: &[String], columns: &Columns) -> bool {
    let is = |name: &String, wanted: &str| name.trim().eq_ignore_ascii_case(wanted.trim());
    let wanted = columns.folds.iter().chain(&columns.split);
    let mut wanted = wanted.filter(|wanted| names.iter().any(|name| is(name, wanted)));
    let is_folds = |name: &String| FOLDS.iter().any(|folds| is(name, folds));
    wanted.next().is_some()
        || names.iter().any(is_folds)
        || told_splits(text, names, true, &|_| false).is_some()
        || one_hot_of(text, names).is_some()
}

/// The columns that are named after splits and tell them together.
fn one_hot_of(text: &str, names: &[String]) -> Option<OneHot> {
    let called = OneHot::called(names)?;
    let rows: Vec<csv::StringRecord> = reader(text, true).records().flatten().collect();
    called.told_by(rows.iter())
}

/// The column that tells splits, and how: by its name and its values, or, where no row names the
/// columns, by its values alone.
fn told_splits(
    text: &str,
    names: &[String],
    is_written: bool,
    taken: &dyn Fn(usize) -> bool,
) -> Option<(usize, Values)> {
    if is_written {
        let cells = |at| distinct(text, is_written, at);
        let first = reader(text, true).records().next().and_then(Result::ok);
        let first = first.unwrap_or_default();
        let by_values = || {
            let told = split_values::by_values(|at| first.get(at), cells, taken)?;
            let pictures = (0..names.len()).find(|at| taken(*at))?;
            divides(text, pictures, told.0).then_some(told)
        };
        return split_values::column(names, cells).or_else(by_values);
    }
    let tells = |at: &usize| {
        let cells = distinct(text, is_written, *at);
        cells.iter().all(|cell| role_of(cell).is_some()) && !cells.is_empty()
    };
    let at = (0..names.len()).find(|at| !taken(*at) && tells(at))?;
    Some((at, Values::Words))
}

/// Whether a column says one thing of most pictures: of folds it says another in each.
fn divides(text: &str, pictures: usize, column: usize) -> bool {
    let mut told: HashMap<String, (String, bool)> = HashMap::new();
    for record in reader(text, true).records().flatten() {
        let (Some(picture), Some(value)) = (record.get(pictures), record.get(column)) else {
            continue;
        };
        let first = told.entry(picture.to_owned());
        let (first, is_one) = first.or_insert_with(|| (value.to_owned(), true));
        *is_one &= first == value;
    }
    told.values().filter(|one| one.1).count() * 2 > told.len()
}

/// Columns that hold nothing but 0 and 1 and say nothing else, where there are several and no
/// column of labels.
fn flags(
    text: &str,
    names: &[String],
    positions: &Positions,
    one_hot: Option<&OneHot>,
) -> Vec<usize> {
    if positions.label.is_some() {
        return Vec::new();
    }
    let is_open = |at: &usize| {
        // A column `person` of 0 and 1 is a class.
        let group = positions.group.filter(|_| positions.group_chosen);
        let used = [positions.split, group, positions.time].contains(&Some(*at));
        let tells_split = one_hot.is_some_and(|of| of.columns().any(|column| column == *at));
        !used && !tells_split && !positions.paths.iter().any(|path| path.0 == *at)
    };
    let mut open: Vec<usize> = (0..names.len()).filter(is_open).collect();
    for record in reader(text, true).records().flatten() {
        open.retain(|&at| record.get(at).is_some_and(|cell| is_flag(cell).is_some()));
        if open.len() < 2 {
            return Vec::new();
        }
    }
    open
}

/// What a cell of a class's column says.
pub(super) fn is_flag(cell: &str) -> Option<bool> {
    match cell {
        "0" | "0.0" => Some(false),
        "1" | "1.0" => Some(true),
        _ => None,
    }
}

/// Different cells of a column, a few more than splits can be.
fn distinct(text: &str, is_written: bool, column: usize) -> BTreeSet<String> {
    const ENOUGH: usize = 100;
    let mut cells = BTreeSet::new();
    for record in reader(text, is_written).records().flatten() {
        let cell = record.get(column).unwrap_or_default();
        if !cell.is_empty() && !cells.contains(cell) {
            cells.insert(cell.to_owned());
        }
        if cells.len() > ENOUGH {
            break;
        }
    }
    cells
}
