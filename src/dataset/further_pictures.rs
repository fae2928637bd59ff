//! Columns of a table that name pictures beside those of its column of paths: `image_b` beside
//! `image_a`, of which every row is a pair.

use super::companions::{are_photos, says_masks};
use super::group_columns::says_parent;
use super::manifest_columns::{Positions, is_no_path};
use super::resolve::{Resolved, Resolver};
use super::split_name::words;

/// Words of columns of small copies of the same picture.
const COPIES: &[&str] = &["preview", "thumb", "thumbnail", "thumbs"];

/// Fewest rows that tell a column to be one of pictures.
const FEWEST: usize = 2;

/// The further columns of pictures with their names, as `rows` tell them; none where the column of
/// paths is no ordinary one.
pub(super) fn columns(
    names: &[String],
    positions: &Positions,
    rows: &[csv::StringRecord],
    files: &Resolver,
) -> Vec<(usize, String)> {
    let [(first, first_name)] = &positions.paths[..] else {
        return Vec::new();
    };
    let used = [positions.split, positions.label, positions.time];
    let is_open = |at: usize| {
        let is_used = at == *first || used.contains(&Some(at));
        !is_used && !says_something_else(&names[at])
    };
    let is_called_so = |at: usize| share_a_word(first_name, &names[at]) || is_of_pairs(&names[at]);
    let names_others = |at: usize| {
        let told = rows.iter().filter_map(|row| {
            let cells = (row.get(*first)?, row.get(at)?);
            (!cells.1.is_empty()).then_some(cells)
        });
        let told: Vec<(&str, &str)> = told.collect();
        let is_other = |(own, other): &&(&str, &str)| {
            let is_written_so = has_ending(own) == has_ending(other);
            let (path, _, exists) = files.resolve(other, None);
            is_written_so && exists && path != files.resolve(own, None).0
        };
        let others = told.iter().filter(is_other).count();
        told.len() >= FEWEST && others * 10 >= told.len() * 9
    };
    // Of other names any may be that of masks.
    let look_so = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let named: Vec<Resolved> = cells.map(|cell| files.resolve(cell, None)).collect();
        !named.iter().any(|(path, ..)| says_masks(path))
            && are_photos(&named, |one| files.look(one))
    };
    let found = (0..names.len())
        .filter(|&at| is_open(at) && names_others(at) && (is_called_so(at) || look_so(at)));
    found.map(|at| (at, names[at].clone())).collect()
}

/// Whether a column is called by its part in a pair.
fn is_of_pairs(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "after",
        "anchor",
        "before",
        "candidate",
        "frontal",
        "hr",
        "ir",
        "lateral",
        "left",
        "lr",
        "negative",
        "nir",
        "positive",
        "post",
        "pre",
        "query",
        "reference",
        "right",
        "rgb",
        "thermal",
    ];
    words(name)
        .iter()
        .any(|word| PARTS.contains(&word.as_str()))
}

/// Whether a column is called by masks, small copies, or what pictures were made from.
fn says_something_else(name: &str) -> bool {
    let is_copy = |word: &String| COPIES.contains(&word.as_str());
    is_no_path(name) || says_parent(name) || says_masks(name) || words(name).iter().any(is_copy)
}

fn has_ending(cell: &str) -> bool {
    let name = cell.rsplit(['/', '\\']).next().unwrap_or(cell);
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && ending.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

fn share_a_word(one: &str, other: &str) -> bool {
    let known = words(one);
    words(other).iter().any(|word| known.contains(word))
}
