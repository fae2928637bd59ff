//! A CSV file that lists samples: `path`, `split`, and optional label, group
//! and time; or a driving log with a column for each camera.
//!
//! A path is looked for as written below the dataset, then beside the manifest,
//! then by its last parts, because logs carry absolute paths of the machine
//! that recorded them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::builder::Draft;
use super::claim::{Claim, SplitOf, Strength};
use super::csv_text::{at_line, check_quotes, parse_error, read_text, reader};
use super::manifest_columns::{DRIVING_LOG_HEADER, Positions, is_headless_driving_log, positions};
use super::split_name::role_of;
use super::walk::Walked;
use crate::error::Error;
use crate::sample::{Layout, Problem, ProblemKind, SplitRole};
use crate::settings::Columns;
use crate::source::{Place, path_text};

/// What the CSV files at the root claim, and the names of those that cannot be read as
/// manifests, with why.
///
/// `manifest.csv` is asked alone where there is one; else every table with a path and a split
/// column, and every driving log.
///
/// # Errors
/// `manifest.csv` cannot be read.
pub(super) fn claims(
    root: &Path,
    columns: &Columns,
    walked: &Walked,
) -> Result<(Vec<Claim>, Vec<(String, Error)>), Error> {
    let tables = &walked.root_tables;
    let is_manifest = |table: &&PathBuf| {
        let name = table.file_name();
        name.is_some_and(|name| name.eq_ignore_ascii_case("manifest.csv"))
    };
    if let Some(manifest) = tables.iter().find(is_manifest) {
        let claim = claim(root, manifest, columns, walked)?;
        let claim = Claim {
            strength: Strength::Manifest,
            ..claim
        };
        return Ok((vec![claim], Vec::new()));
    }
    let (mut claims, mut refused) = (Vec::new(), Vec::new());
    for table in tables.iter().filter(|table| may_list(table, columns)) {
        match claim(root, table, columns, walked) {
            Ok(claim) => claims.push(claim),
            Err(error) => refused.push((name_of(root, table), error)),
        }
    }
    Ok((claims, refused))
}

/// Whether a table has the columns of a manifest.
fn may_list(table: &Path, columns: &Columns) -> bool {
    let header = read_text(table).and_then(|text| read_header(table, &text, columns));
    header.is_ok_and(|header| header.positions.split.is_some() || header.positions.driving_log)
}

/// What a manifest says of samples.
///
/// # Errors
/// [`Error::Manifest`] for a file that cannot be parsed, lacks a path column, or
/// names no file that exists.
pub(super) fn claim(
    root: &Path,
    manifest: &Path,
    columns: &Columns,
    walked: &Walked,
) -> Result<Claim, Error> {
    let text = read_text(manifest)?;
    check_quotes(&text).map_err(|line| {
        let message = "a quote opened here is never closed, or text follows a closing quote; double quotes inside a quoted cell".to_owned();
        at_line(manifest, line, message)
    })?;
    let header = read_header(manifest, &text, columns)?;
    let files = Files::new(root, manifest, walked);
    let mut rows = Rows::default();
    let mut reader = reader(&text, header.is_written);
    for record in reader.records() {
        let record = record.map_err(|error| parse_error(manifest, &error))?;
        rows.push(&record, &header.positions, &files);
    }
    rows.drop_absent_cameras(&header.positions);
    rows.finish(root, manifest, &header)
}

/// The first row of a manifest.
struct Header {
    /// Names of the columns.
    names: Vec<String>,
    positions: Positions,
    /// Whether the file has such a row; a driving log may have none.
    is_written: bool,
}

impl Header {
    /// Which columns say what, for people.
    fn describe(&self) -> String {
        let paths: Vec<String> = self
            .positions
            .paths
            .iter()
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        let split = self.positions.split.map_or(String::new(), |at| {
            format!(" and splits in column `{}`", self.names[at])
        });
        let noun = if paths.len() == 1 {
            "column"
        } else {
            "columns"
        };
        format!("with paths in {noun} {}{split}", paths.join(", "))
    }
}

/// The rows of a manifest as they are collected.
#[derive(Default)]
struct Rows {
    drafts: Vec<(usize, Draft)>,
    problems: Vec<Problem>,
    /// Paths and splits met so far, with the first label of each.
    seen: HashMap<(String, Option<String>), Option<String>>,
    /// Samples found on disk and missing, by path column.
    found: BTreeMap<usize, (u64, u64)>,
    /// A few of the paths that were not found.
    missing: Vec<String>,
}

impl Rows {
    fn push(&mut self, record: &csv::StringRecord, positions: &Positions, files: &Files) {
        let cell = |column: Option<usize>| {
            let text = column.and_then(|column| record.get(column))?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let split = cell(positions.split);
        for (column, _) in &positions.paths {
            let Some(written) = cell(Some(*column)) else {
                continue;
            };
            let (path, place, exists) = files.resolve(&written);
            let counts = self.found.entry(*column).or_default();
            if exists {
                counts.0 += 1;
            } else {
                counts.1 += 1;
                if self.missing.len() < 3 {
                    self.missing.push(written.clone());
                }
            }
            let problem = |kind, detail: &str| Problem {
                kind,
                path: path.clone(),
                detail: detail.to_owned(),
            };
            if positions.split.is_some() && split.is_none() {
                let detail = "has an empty split cell and is compared with nothing";
                self.problems
                    .push(problem(ProblemKind::SplitMissing, detail));
            }
            let label = cell(positions.label);
            let member = (path.clone(), split.clone());
            if let Some(first) = self.seen.get(&member) {
                let detail = "is listed more than once in the same split; counted once";
                self.problems
                    .push(problem(ProblemKind::ListedTwice, detail));
                if *first != label {
                    let detail = "is listed with different labels; the first is used";
                    self.problems
                        .push(problem(ProblemKind::LabelledTwice, detail));
                }
                continue;
            }
            self.seen.insert(member, label.clone());
            let draft = Draft {
                path,
                place,
                split: split.clone().map(|name| {
                    let role = role_of(&name).unwrap_or(SplitRole::Other);
                    (name, role)
                }),
                label,
                group: cell(positions.group),
                time: cell(positions.time).and_then(|text| text.parse().ok()),
            };
            self.drafts.push((*column, draft));
        }
    }

    /// A log names three cameras though only one was copied: that is one
    /// observation about a column, not thousands of missing files.
    fn drop_absent_cameras(&mut self, positions: &Positions) {
        if positions.paths_chosen || positions.paths.len() < 2 {
            return;
        }
        let absent: Vec<usize> = self
            .found
            .iter()
            .filter(|(_, counts)| counts.0 == 0)
            .map(|(column, _)| *column)
            .collect();
        if absent.len() == positions.paths.len() {
            return;
        }
        for (column, name) in positions
            .paths
            .iter()
            .filter(|path| absent.contains(&path.0))
        {
            let missing = self.found.get(column).map_or(0, |counts| counts.1);
            let detail = format!(
                "column `{name}`: none of its {missing} images is here, so this camera is left out; choose columns with `--path-column`"
            );
            let kind = ProblemKind::CameraAbsent;
            self.problems.push(Problem {
                kind,
                path: name.clone(),
                detail,
            });
        }
        self.drafts.retain(|(column, _)| !absent.contains(column));
    }

    fn finish(self, root: &Path, manifest: &Path, header: &Header) -> Result<Claim, Error> {
        let error = |message| Error::Manifest {
            path: manifest.to_path_buf(),
            line: None,
            message,
        };
        if self.drafts.is_empty() {
            return Err(error(
                "it lists no image; add rows, or check the path column".to_owned(),
            ));
        }
        if self.found.values().all(|counts| counts.0 == 0) {
            let message = format!(
                "none of the images it names exists under `{}` (for example `{}`); paths are relative to the dataset directory",
                root.display(),
                self.missing.join("`, `")
            );
            return Err(error(message));
        }
        let drafts: Vec<Draft> = self.drafts.into_iter().map(|(_, draft)| draft).collect();
        let name = name_of(root, manifest);
        Ok(Claim {
            layout: match header.positions.driving_log {
                true => Layout::DrivingLog,
                false => Layout::CsvManifest,
            },
            strength: strength(&drafts),
            evidence: format!("`{name}` {}", header.describe()),
            chosen_by: format!("`--manifest {}`", manifest.display()),
            drafts,
            splits: Vec::new(),
            parts: BTreeMap::new(),
            problems: self.problems,
            split_of: SplitOf::nothing(),
            lists_samples: true,
        })
    }
}

/// A manifest's name for reports: no path of this machine.
fn name_of(root: &Path, manifest: &Path) -> String {
    let below = manifest.strip_prefix(root).ok();
    let short = below.or_else(|| manifest.file_name().map(Path::new));
    path_text(Path::new(""), short.unwrap_or(manifest)).0
}

/// How much is said of splits.
fn strength(drafts: &[Draft]) -> Strength {
    let mut roles = drafts
        .iter()
        .filter_map(|draft| Some(draft.split.as_ref()?.1));
    let trains = roles.clone().any(|role| role == SplitRole::Training);
    let evaluates = roles.clone().any(SplitRole::is_evaluation);
    match roles.next() {
        None => Strength::Samples,
        Some(_) if trains && evaluates => Strength::Splits,
        Some(_) => Strength::SomeSplits,
    }
}

/// Finds the files that a manifest names.
struct Files<'a> {
    root: &'a Path,
    beside: &'a Path,
    /// Places of walked images by name.
    walked: HashMap<&'a str, &'a Place>,
}

impl<'a> Files<'a> {
    fn new(root: &'a Path, manifest: &'a Path, walked: &'a Walked) -> Self {
        let beside = manifest.parent().unwrap_or(Path::new(""));
        let walked = walked
            .images
            .iter()
            .map(|image| (image.path.as_str(), &image.place));
        Self {
            root,
            beside,
            walked: walked.collect(),
        }
    }

    /// Name, place, and whether the file exists.
    fn resolve(&self, written: &str) -> (String, Place, bool) {
        // First, because most are; and a name with a backslash in it is a legal name on Unix.
        if let Some(found) = self.walked_as(written) {
            return found;
        }
        let slashed = written.replace('\\', "/");
        let parts: Vec<&str> = slashed
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        let absolute =
            written.starts_with('/') || parts.first().is_some_and(|first| first.ends_with(':'));
        if !absolute && let Some(found) = self.exact(&parts.join("/")) {
            return found;
        }
        if Path::new(written).is_absolute() && Path::new(written).exists() {
            let path = PathBuf::from(written);
            let (text, other) = path_text(self.root, &path);
            let outside = !path.starts_with(self.root);
            let place = if outside {
                Place::File(path.into())
            } else {
                other
            };
            return (text, place, true);
        }
        for skipped in usize::from(!absolute)..parts.len() {
            if let Some(found) = self.walked_as(&parts[skipped..].join("/")) {
                return found;
            }
        }
        (parts.join("/"), Place::Named, false)
    }

    fn walked_as(&self, path: &str) -> Option<(String, Place, bool)> {
        let &place = self.walked.get(path)?;
        Some((path.to_owned(), place.clone(), true))
    }

    fn exact(&self, path: &str) -> Option<(String, Place, bool)> {
        if let Some(found) = self.walked_as(path) {
            return Some(found);
        }
        // Not met by the walk: a hidden folder, no usual name, `..`, or a directory.
        if self.root.join(path).symlink_metadata().is_ok() {
            return Some((path.to_owned(), Place::Named, true));
        }
        let beside = self.beside.join(path);
        beside.symlink_metadata().ok()?;
        let absolute = std::path::absolute(&beside).ok()?;
        let root = std::path::absolute(self.root).ok()?;
        if let Ok(below) = absolute.strip_prefix(&root) {
            let (text, other) = path_text(Path::new(""), below);
            return Some((text, other, true));
        }
        Some((path.to_owned(), Place::File(beside.into()), true))
    }
}

fn read_header(manifest: &Path, text: &str, columns: &Columns) -> Result<Header, Error> {
    let mut reader = reader(text, false);
    let first = match reader.records().next() {
        Some(record) => record.map_err(|error| parse_error(manifest, &error))?,
        None => return Err(at_line(manifest, 1, "the file is empty".to_owned())),
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
            is_written: false,
        });
    }
    let positions = positions(&cells, columns);
    Ok(Header {
        positions: positions.map_err(|message| at_line(manifest, 1, message))?,
        names: cells,
        is_written: true,
    })
}
