//! A CSV file that lists samples: `path`, `split`, and optional label, group
//! and time; or a driving log with a column for each camera.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::box_columns::{BoxColumns, Cell};
use super::builder::Draft;
use super::claim::{Claim, SplitOf, Strength};
use super::csv_header::{Header, is_flag, read_header};
use super::csv_text::{at_line, check_quotes, parse_error, reader, table_text};
use super::drawn::{Drawn, Gather};
use super::file_kind::is_image_ending;
use super::fold_roles;
use super::group_columns::{Column, named};
use super::manifest_columns::Positions;
use super::object_cells;
use super::picture_cells::{self, Reached};
use super::resolve::Resolver;
use super::second_split;
use super::time_cell;
use super::told;
use super::walk::Walked;
use crate::annotation::FaultKind;
use crate::error::Error;
use crate::sample::{Layout, Problem, ProblemKind, SplitRole};
use crate::settings::Columns;
use crate::source::{Place, path_text};

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
    let text = table_text(manifest)?;
    check_quotes(&text).map_err(|line| {
        let message = "a quote opened here is never closed, or text follows a closing quote; double quotes inside a quoted cell".to_owned();
        at_line(manifest, line, message)
    })?;
    let mut files = Resolver::new(root, manifest, walked);
    let written = first_paths(&text);
    files.look_for(
        &written.iter().map(String::as_str).collect::<Vec<_>>(),
        None,
    );
    let header = read_header(manifest, &text, columns, &files)?;
    let mut rows = Rows {
        columns: open_columns(&header, &text),
        ..Rows::default()
    };
    let mut reader = reader(&text, header.is_written);
    let name: Arc<str> = name_of(root, manifest).into();
    for record in reader.records() {
        let record = record.map_err(|error| parse_error(manifest, &error))?;
        rows.push(&record, &header, &files, &name);
    }
    rows.drop_counted_anew();
    rows.drop_absent_cameras(&header.positions);
    let is_chosen = columns.split.is_some() || columns.folds.is_some();
    rows.finish(root, manifest, &header, is_chosen)
}

/// The first cells of a table that are written as paths of pictures, those of one column.
fn first_paths(text: &str) -> Vec<String> {
    const LOOKED_AT: usize = 100;
    let rows = reader(text, false).into_records().flatten().skip(1);
    let rows: Vec<csv::StringRecord> = rows.take(LOOKED_AT).collect();
    let is_path = |cell: &&str| {
        let ending = cell.rsplit_once('.').map_or("", |(_, ending)| ending);
        cell.contains(['/', '\\']) && is_image_ending(ending)
    };
    let column = rows
        .first()
        .and_then(|row| row.iter().position(|cell| is_path(&cell)));
    let cells = rows.iter().filter_map(|row| row.get(column?));
    cells.filter(is_path).map(ToOwned::to_owned).collect()
}

/// The rows of a manifest as they are collected.
#[derive(Default)]
struct Rows {
    drafts: Vec<(usize, Draft)>,
    /// Columns that may tell groups, with a cell for each of `drafts`.
    columns: Vec<(usize, Vec<Option<Box<str>>>)>,
    problems: Vec<Problem>,
    /// Paths and splits met so far, with the first label of each.
    seen: HashMap<(String, Option<String>), Option<String>>,
    /// Samples found on disk and missing, by path column.
    found: BTreeMap<usize, (u64, u64)>,
    /// A few of the paths that were not found.
    missing: Vec<String>,
    reached: Reached,
    drawn: Gather,
    /// Whether one picture has several labels in rows of pairs, so that they are those of pairs.
    labels_are_of_pairs: bool,
}

impl Rows {
    fn push(
        &mut self,
        record: &csv::StringRecord,
        header: &Header,
        files: &Resolver,
        name: &Arc<str>,
    ) {
        let positions = &header.positions;
        let cell = |column: Option<usize>| {
            let text = column.and_then(|column| record.get(column))?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let split = header.split(record);
        for (column, _) in &positions.paths {
            let Some(written) = cell(Some(*column)) else {
                continue;
            };
            let named = match positions.paths_are_folders {
                true => picture_cells::of_folder(&written, files),
                false => vec![picture_cells::picture(
                    &written,
                    split.as_ref(),
                    files,
                    &mut self.reached,
                )],
            };
            for (path, place, exists) in named {
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
                // Of a row that is a box, the class is that of the box.
                let label = match header.boxes {
                    Some(columns) => {
                        self.add_box(&path, columns, label, record, name);
                        None
                    }
                    None => label,
                };
                let member = (path.clone(), split.as_ref().map(|split| split.0.clone()));
                if self.seen.contains_key(&member) && header.boxes.is_some() {
                    continue;
                }
                if let Some(first) = self.seen.get(&member).filter(|_| header.has_pairs()) {
                    self.labels_are_of_pairs |= *first != label;
                    continue;
                }
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
                self.add_cells(&path, header, record, name);
                let written = cell(positions.time);
                let time = written.as_deref().and_then(time_cell::read);
                if let Some(text) = written.filter(|_| time.is_none()) {
                    let detail = format!("`{text}`");
                    self.problems
                        .push(problem(ProblemKind::UnparsableTime, &detail));
                }
                let draft = Draft {
                    path,
                    place,
                    split: split.clone(),
                    label,
                    group: cell(positions.group).filter(|_| positions.group_chosen),
                    time,
                };
                self.drafts.push((*column, draft));
                for (at, cells) in &mut self.columns {
                    let text = record.get(*at).filter(|text| !text.is_empty());
                    cells.push(text.map(Into::into));
                }
            }
        }
    }

    /// Adds what a row says of a picture besides its label.
    fn add_cells(
        &mut self,
        path: &str,
        header: &Header,
        record: &csv::StringRecord,
        file: &Arc<str>,
    ) {
        let cell = |at: usize| record.get(at).unwrap_or_default();
        if let Some(column) = header.objects {
            match object_cells::read(cell(column)) {
                Ok(drawn) => self.drawn.picture(path, file, None, drawn),
                Err(detail) => {
                    let line = record.position().map_or(0, |at| at.line() as u32);
                    let kind = FaultKind::Malformed;
                    self.drawn.fault(kind, file, line, Some(path), detail);
                }
            }
        } else if !header.flags.is_empty() {
            let set = header.flags.iter();
            let set = set.filter(|&&at| is_flag(cell(at)) == Some(true));
            let tags = set.map(|&at| Drawn::tag(header.names[at].clone()));
            self.drawn.picture(path, file, None, tags);
        }
    }

    fn add_box(
        &mut self,
        path: &str,
        columns: BoxColumns,
        class: Option<String>,
        record: &csv::StringRecord,
        file: &Arc<str>,
    ) {
        let line = record.position().map_or(0, |at| at.line() as u32);
        let bounds = match columns.read(record) {
            Cell::Box(bounds) => Some(bounds),
            Cell::Empty => None,
            Cell::Malformed(detail) => {
                let kind = FaultKind::Malformed;
                return self.drawn.fault(kind, file, line, Some(path), detail);
            }
        };
        let drawn = (bounds.is_some() || class.is_some()).then_some(Drawn {
            class,
            bounds,
            line,
            ..Drawn::default()
        });
        self.drawn.picture(path, file, columns.size(record), drawn);
    }

    /// Where each split counts its pictures anew, the one that a row reached in a folder of another
    /// split is that of a row there, and its own is not here.
    fn drop_counted_anew(&mut self) {
        let mut splits: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let split_of = |draft: &Draft| draft.split.as_ref().map(|split| split.0.clone());
        for (_, draft) in self.drafts.iter().filter(|_| !self.reached.is_empty()) {
            let own = splits.entry(draft.path.clone()).or_default();
            own.extend(split_of(draft));
        }
        for (column, draft) in &mut self.drafts {
            let several = splits.get(&draft.path).is_some_and(|own| own.len() > 1);
            let place = (draft.path.clone(), split_of(draft).unwrap_or_default());
            if let Some(written) = self.reached.get(&place).filter(|_| several) {
                draft.path.clone_from(written);
                draft.place = Place::Named;
                let counts = self.found.entry(*column).or_default();
                *counts = (counts.0.saturating_sub(1), counts.1 + 1);
                if self.missing.len() < 3 {
                    self.missing.push(written.clone());
                }
            }
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
        for (_, cells) in &mut self.columns {
            let mut drafts = self.drafts.iter();
            cells.retain(|_| drafts.next().is_none_or(|one| !absent.contains(&one.0)));
        }
        self.drafts.retain(|(column, _)| !absent.contains(column));
    }

    /// The claim; `is_chosen` tells whether the user named the column of splits or folds.
    fn finish(
        mut self,
        root: &Path,
        manifest: &Path,
        header: &Header,
        is_chosen: bool,
    ) -> Result<Claim, Error> {
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
        let is_id = header.positions.paths_guessed;
        let mostly_absent = |counts: &(u64, u64)| counts.0 * 10 < (counts.0 + counts.1) * 9;
        if self
            .found
            .values()
            .all(|counts| counts.0 == 0 || (is_id && mostly_absent(counts)))
        {
            let message = format!(
                "none of the images it names exists under `{}` (for example `{}`); paths are relative to the dataset directory",
                root.display(),
                self.missing.join("`, `")
            );
            return Err(error(message));
        }
        let mut drafts: Vec<Draft> = self.drafts.into_iter().map(|(_, draft)| draft).collect();
        if self.labels_are_of_pairs {
            for draft in &mut drafts {
                draft.label = None;
            }
        }
        let label = header.positions.label.filter(|_| !self.labels_are_of_pairs);
        let name = name_of(root, manifest);
        let columns = self.columns.into_iter().map(|(at, cells)| Column {
            name: header.names[at].clone(),
            table: name.clone(),
            of: drafts
                .iter()
                .zip(cells)
                .filter_map(|(draft, cell)| Some((draft.path.clone(), cell?.into())))
                .collect(),
        });
        let mut columns: Vec<Column> = columns.collect();
        let taken = header.positions.split.map(|at| header.names[at].as_str());
        if let Some(taken) = taken.filter(|_| !is_chosen) {
            let splits = columns
                .iter()
                .filter(|column| second_split::may_tell(&column.name));
            let asked = splits.filter_map(|column| second_split::disagrees(column, taken, &drafts));
            self.problems.extend(asked);
        }
        columns.retain(|column| named(&column.name).may_tell());
        let (drafts, parts) = match &header.folds {
            Some(_) if header.roles.is_some() => {
                let parts = fold_roles::parts(&drafts);
                (drafts, parts)
            }
            Some(column) => told::folds(drafts, column).map_err(error)?,
            None => (drafts, BTreeMap::new()),
        };
        let others = header.other_labels();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!(
                "; labels not used: {} (`--label-column`)",
                others.join(", ")
            ),
        };
        let column = header.positions.split.map(|at| &header.names[at]);
        let perhaps_folds = column
            .filter(|_| header.folds.is_none() && may_be_folds(&drafts))
            .map(|column| (name.clone(), column.clone()));
        let hint = perhaps_folds.as_ref().map_or(String::new(), |(_, column)| {
            format!("; if these are folds, say `--folds {column}`")
        });
        Ok(Claim {
            layout: match header.positions.driving_log {
                true => Layout::DrivingLog,
                false => Layout::CsvManifest,
            },
            strength: strength(&drafts),
            evidence: format!("`{name}` {}{others}{hint}", header.describe()),
            chosen_by: format!("`--manifest {}`", manifest.display()),
            drafts,
            splits: Vec::new(),
            parts,
            problems: self.problems,
            split_of: SplitOf::nothing(),
            lists_samples: true,
            labels_from: label.map_or(String::new(), |at| {
                format!("column `{}` of `{name}`", header.names[at])
            }),
            columns,
            group_columns: Vec::new(),
            perhaps_folds,
            placed: None,
            annotations: self.drawn.finish(match (header.objects, header.boxes) {
                (None, None) => format!("columns of 0 and 1 in `{name}`"),
                _ => format!("boxes of `{name}`"),
            }),
        })
    }
}

/// Columns that may tell groups, or other splits, none yet said of any sample. Of long tables only
/// those whose names say that they may.
fn open_columns(header: &Header, text: &str) -> Vec<(usize, Vec<Option<Box<str>>>)> {
    const LONG: usize = 64 << 20;
    let positions = &header.positions;
    if positions.group_chosen || positions.driving_log {
        return Vec::new();
    }
    let used = [
        positions.split,
        positions.label,
        positions.time,
        header.objects,
    ];
    let is_open = |at: &usize| {
        let named = named(&header.names[*at]);
        let is_used = used.contains(&Some(*at)) || header.flags.contains(at);
        let is_path = positions.paths.iter().any(|path| path.0 == *at);
        let may_tell = named.may_tell() || second_split::may_tell(&header.names[*at]);
        !is_used && !is_path && may_tell && (named.says_so() || text.len() < LONG)
    };
    let open = (0..header.names.len()).filter(is_open);
    open.map(|at| (at, Vec::new())).collect()
}

/// Whether all samples are in splits without a role, and these are few.
fn may_be_folds(drafts: &[Draft]) -> bool {
    let splits = drafts.iter().map(|draft| draft.split.as_ref());
    let open = |split: Option<&(String, SplitRole)>| {
        let (name, role) = split?;
        (*role == SplitRole::Other).then(|| name.clone())
    };
    let values: Option<BTreeSet<String>> = splits.map(open).collect();
    values.is_some_and(|values| told::FOLDS.contains(&values.len()))
}

/// A manifest's name for reports: no path of this machine.
fn name_of(root: &Path, manifest: &Path) -> String {
    let below = manifest.strip_prefix(root).ok();
    let short = below.or_else(|| manifest.file_name().map(Path::new));
    path_text(Path::new(""), short.unwrap_or(manifest)).0
}

/// How much is said of splits.
pub(super) fn strength(drafts: &[Draft]) -> Strength {
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
