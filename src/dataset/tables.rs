//! Which tables of a tree list samples: CSV, TSV, or JSON Lines, with a column of paths or of names
//! without ending, and a column of splits; or a table for each split, named after it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::claim::{Claim, Strength};
use super::csv_header::{divides_pictures, read_header};
use super::csv_manifest::{claim, strength};
use super::csv_text::table_text;
use super::exports::stem;
use super::resolve::Resolver;
use super::side_tables::{MOST_TABLES, unpacked};
use super::split_name::{beside_training, of_several, spelled_by_file, split_of_export};
use super::text_tables;
use super::usual_names::is_manifest;
use super::walk::Walked;
use super::wholes::wholes;
use crate::annotation::Annotations;
use crate::error::Error;
use crate::sample::{Layout, SplitRole};
use crate::settings::Columns;

/// A table that cannot be read as a manifest.
pub(super) struct Refused {
    pub(super) table: String,
    pub(super) error: Error,
    /// Whether it tells splits or folds of names that pictures of the tree have: what it says is
    /// about them, and cannot be told.
    pub(super) is_about_pictures: bool,
}

/// What the tables of the tree claim, and the names of those that cannot be read as manifests,
/// with why.
///
/// `manifest.csv` at the root is asked alone where there is one; else every table with paths and
/// splits, every driving log at the root, and tables for one split each.
///
/// # Errors
/// `manifest.csv` cannot be read.
pub(super) fn claims(
    root: &Path,
    columns: &Columns,
    walked: &Walked,
) -> Result<(Vec<Claim>, Vec<Refused>), Error> {
    let tables: Vec<&String> = text_tables::of_tree(root, walked).collect();
    if let Some(manifest) = tables.iter().find(|table| is_manifest(table)) {
        let claim = claim(root, &root.join(manifest), columns, walked)?;
        let claim = Claim {
            strength: Strength::Manifest,
            ..claim
        };
        return Ok((vec![claim], Vec::new()));
    }
    let (mut claims, mut refused, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables.into_iter().take(MOST_TABLES) {
        let file = root.join(table);
        let files = Resolver::new(root, &file, walked);
        let text = table_text(&file);
        let header = text.and_then(|text| read_header(&file, &text, columns, &files));
        let told = header.map(|header| {
            (
                header.positions.split.is_some(),
                header.positions.driving_log,
            )
        });
        match told {
            Ok((split, log)) if split || (log && !table.contains('/')) => {
                match claim(root, &file, columns, walked) {
                    Ok(claim) => claims.push(claim),
                    Err(error) => refused.push(Refused {
                        is_about_pictures: divides_pictures(&file, columns, &files),
                        table: table.clone(),
                        error,
                    }),
                }
            }
            Ok(_) => others.push((table.as_str(), file)),
            // No column names pictures for sure.
            Err(error) if divides_pictures(&file, columns, &files) => refused.push(Refused {
                is_about_pictures: true,
                table: table.clone(),
                error,
            }),
            Err(_) => {}
        }
    }
    claims.extend(one_a_split(root, &others, columns, walked));
    Ok((claims, refused))
}

/// Whether the first rows of a table name folders.
fn names_folders(root: &Path, claim: &Claim) -> bool {
    const LOOKED_AT: usize = 8;
    let mut first = claim.drafts.iter().take(LOOKED_AT);
    first.any(|draft| root.join(&draft.path).is_dir())
}

/// A table with its split, the part that it is one of, and what it says.
type OneSplit<'a> = (&'a str, (&'a str, SplitRole), Option<String>, Claim);

/// Whether tables of several parts are about the same pictures and agree which are trained on:
/// `loose_bb_train.csv` and `loose_landmark_train.csv` say several things of one split. Of folds,
/// each has pictures to train on that another evaluates on.
fn say_the_same(tables: &[OneSplit<'_>]) -> bool {
    let mut known: HashMap<&str, (SplitRole, &Option<String>)> = HashMap::new();
    let mut is_shared = false;
    for (_, (_, role), part, claim) in tables {
        for draft in &claim.drafts {
            let first = known.entry(&draft.path).or_insert((*role, part));
            if first.0 != *role {
                return false;
            }
            is_shared |= first.1 != part;
        }
    }
    is_shared
}

/// Tables that are named after splits, `train.csv` and `val.csv`, or `x_train.csv` and
/// `x_test.csv`, as one claim; and tables of
/// labels, `metadata.csv`, each as its own.
fn one_a_split(
    root: &Path,
    tables: &[(&str, PathBuf)],
    columns: &Columns,
    walked: &Walked,
) -> Vec<Claim> {
    let (mut told, mut labels) = (Vec::new(), Vec::new());
    let trains = tables.iter().any(|(table, _)| {
        split_of_export(stem(unpacked(table))).is_some_and(|one| one.1 == SplitRole::Training)
    });
    let stems: Vec<&str> = tables.iter().map(|one| stem(unpacked(one.0))).collect();
    // Those of one folder differ in nothing but the word for a split.
    let several = match trains || tables.len() > MOST_TABLES {
        true => vec![None; tables.len()],
        false => of_several(&stems),
    };
    let parts: BTreeSet<&String> = several.iter().flatten().map(|one| &one.0).collect();
    for (((table, file), stem), several) in tables.iter().zip(stems).zip(&several) {
        let beside = || Some((stem, beside_training(stem).filter(|_| trains)?));
        let together = || several.as_ref().map(|(_, role)| (stem, *role));
        let split = split_of_export(stem).or_else(beside).or_else(together);
        let is_metadata = stem.eq_ignore_ascii_case("metadata");
        if split.is_none() && !is_metadata {
            continue;
        }
        // Of these, any may be about something else.
        let Ok(claim) = claim(root, file, columns, walked) else {
            continue;
        };
        if several.is_some() && names_folders(root, &claim) {
            continue;
        }
        match split {
            Some(split) => {
                let part = several.as_ref().filter(|_| parts.len() > 1);
                told.push((*table, split, part.map(|one| one.0.clone()), claim));
            }
            None => labels.push(claim),
        }
    }
    let names = told.iter().map(|(_, (_, role), _, claim)| {
        let names = claim.drafts.iter().map(|draft| draft.path.as_str());
        (*role, names.collect())
    });
    let are_wholes = wholes(&names.collect::<Vec<_>>());
    let are_one = parts.len() > 1 && say_the_same(&told);
    let mut all: Option<Claim> = None;
    let mut left_out = Vec::new();
    for ((table, (split, role), part, mut claim), is_whole) in told.into_iter().zip(are_wholes) {
        if is_whole {
            left_out.push(format!("`{table}`"));
            continue;
        }
        let word = spelled_by_file(split).filter(|_| are_one);
        let split = word.unwrap_or_else(|| split.to_owned());
        for draft in &mut claim.drafts {
            draft.split = Some((split.clone(), role));
        }
        let part = part.filter(|_| !are_one);
        claim.parts.extend(part.map(|part| (split, part)));
        match &mut all {
            None => all = Some(claim),
            Some(all) => {
                all.evidence.push_str("; ");
                all.evidence.push_str(&claim.evidence);
                all.drafts.extend(claim.drafts);
                all.parts.extend(claim.parts);
                all.columns.extend(claim.columns);
                all.problems.extend(claim.problems);
                let drawn = std::mem::take(&mut all.annotations);
                all.annotations = Annotations::join([drawn, claim.annotations]);
            }
        }
    }
    if let Some(all) = all.as_mut().filter(|_| are_one) {
        let mut seen = HashSet::new();
        all.drafts.retain(|draft| seen.insert(draft.path.clone()));
    }
    if let Some(all) = all.as_mut().filter(|_| !left_out.is_empty()) {
        let left_out = left_out.join(", ");
        let said = format!("; not used: {left_out}, which holds what these divide");
        all.evidence.push_str(&said);
    }
    let all = all.map(|claim| Claim {
        layout: Layout::Tables,
        strength: strength(&claim.drafts),
        chosen_by: format!("`--layout {}`", Layout::Tables.name()),
        ..claim
    });
    all.into_iter().chain(labels).collect()
}
