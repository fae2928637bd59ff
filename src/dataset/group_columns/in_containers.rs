//! Columns of tables and arrays that hold the pictures themselves.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Column, entity_in, named};
use crate::dataset::claim::Claim;
use crate::source::container::{columns, file_of, folder_and_name};

/// Most containers that are asked; more are of one picture each.
const MOST_CONTAINERS: usize = 1000;

/// What the containers of samples say of these in columns of names that are wanted.
pub(super) fn columns_of(claim: &Claim, is_wanted: &dyn Fn(&str) -> bool) -> Vec<Column> {
    // Names of containers with their files, and the samples that are rows of them.
    let mut rows: BTreeMap<&str, (&Path, Vec<Row<'_>>)> = BTreeMap::new();
    for draft in &claim.drafts {
        if let Some(file) = draft.place.container()
            && let Some(row) = Row::of(&draft.path)
        {
            let own = rows.entry(file_of(&draft.path));
            own.or_insert((file, Vec::new())).1.push(row);
        }
    }
    // `subjects` beside `images` are those of each of them.
    let called = |name: &str| match named(name).says_so() {
        true => name.to_owned(),
        false => entity_in(name).unwrap_or_else(|| name.to_owned()),
    };
    let mut all = Vec::new();
    for (table, (file, rows)) in rows.into_iter().take(MOST_CONTAINERS) {
        // A table has plain rows, whatever other columns of pictures it has.
        let of_arrays = rows.iter().all(|row| !row.array.is_empty());
        let name_of = |name: &str| match of_arrays {
            true => called(name),
            false => name.to_owned(),
        };
        // What is damaged has been told where it was listed.
        for told in columns(file, &|name| is_wanted(&name_of(name))).unwrap_or_default() {
            let own = rows.iter().filter(|row| {
                // What a table says of a row it says of all its pictures.
                told.array.is_empty() || row.array == told.array
            });
            let own = own.filter_map(|row| {
                let value = told.values.get(row.number).cloned().flatten()?;
                Some((row.path.to_owned(), value))
            });
            let of: BTreeMap<String, String> = own.collect();
            if !of.is_empty() {
                all.push(Column {
                    name: name_of(&told.name),
                    table: table.to_owned(),
                    of,
                });
            }
        }
    }
    all
}

/// A sample that is a row of a container.
struct Row<'a> {
    path: &'a str,
    /// The array that it is one of; empty in a table.
    array: &'a str,
    number: usize,
}

impl<'a> Row<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let (folder, number) = folder_and_name(path)?;
        let folder = folder.strip_suffix('#')?;
        let array = folder.rsplit_once("!/").map_or("", |(_, array)| array);
        Some(Self {
            path,
            array,
            number: number.parse().ok()?,
        })
    }
}
