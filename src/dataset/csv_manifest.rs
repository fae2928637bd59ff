//! A CSV file that lists samples: `path`, `split`, and optional label, group
//! and time; or a driving log with a column for each camera.
//!
//! A path is looked for as written below the dataset, then beside the manifest,
//! then by its last parts, because logs carry absolute paths of the machine
//! that recorded them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::assemble::{Draft, assemble};
use super::manifest_columns::{DRIVING_LOG_HEADER, Positions, is_headless_driving_log, positions};
use super::path_text::path_text;
use super::split_name::role_of;
use super::time_cell;
use super::walk::Walked;
use super::{io_error, walked_paths};
use crate::error::Error;
use crate::sample::{Dataset, Layout, Problem, ProblemKind, SplitRole};
use crate::settings::Columns;

/// The manifest among the CSV files at the root, if there is one: `manifest.csv`,
/// else the only one with a path and a split column, else the only driving log.
///
/// # Errors
/// Several files could be meant.
pub(super) fn find(tables: &[PathBuf], columns: &Columns) -> Result<Option<PathBuf>, Error> {
    let mut manifests = Vec::new();
    let mut logs = Vec::new();
    for table in tables {
        if table
            .file_name()
            .is_some_and(|name| name.eq_ignore_ascii_case("manifest.csv"))
        {
            return Ok(Some(table.clone()));
        }
        let Ok(text) = read_text(table) else { continue };
        let Ok((found, _)) = read_header(table, &text, columns) else {
            continue;
        };
        match found {
            Positions { split: Some(_), .. } => manifests.push(table),
            Positions {
                driving_log: true, ..
            } => logs.push(table),
            _ => {}
        }
    }
    let candidates = if manifests.is_empty() {
        logs
    } else {
        manifests
    };
    match candidates[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        [first, second, ..] => {
            let message = format!(
                "`{}` and `{}` could both be the manifest; name one with `--manifest`, or ignore them with `--layout image-folder`",
                first.display(),
                second.display()
            );
            Err(Error::Settings { message })
        }
    }
}

/// Reads the samples that a manifest names.
///
/// # Errors
/// [`Error::Manifest`] for a file that cannot be parsed, lacks a path column, or
/// names no file that exists.
pub(super) fn read(
    root: &Path,
    manifest: &Path,
    columns: &Columns,
    walked: Walked,
) -> Result<Dataset, Error> {
    let text = read_text(manifest)?;
    check_quotes(&text).map_err(|line| {
        let message = "a quote opened here is never closed, or text follows a closing quote; double quotes inside a quoted cell".to_owned();
        at_line(manifest, line, message)
    })?;
    let (positions, has_header) = read_header(manifest, &text, columns)?;
    let files = Files::new(root, manifest, &walked);
    let mut rows = Rows::default();
    let mut reader = reader(&text, has_header);
    for record in reader.records() {
        let record = record.map_err(|error| parse_error(manifest, &error))?;
        rows.push(&record, &positions, &files);
    }
    rows.drop_absent_cameras(&positions);
    rows.finish(root, manifest, &positions, walked)
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
            let (path, file, exists) = files.resolve(&written);
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
            let place = (path.clone(), split.clone());
            if let Some(first) = self.seen.get(&place) {
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
            self.seen.insert(place, label.clone());
            let written = cell(positions.time);
            let time = written.as_deref().and_then(time_cell::read);
            if let Some(text) = written.filter(|_| time.is_none()) {
                let detail = format!("`{text}`");
                self.problems
                    .push(problem(ProblemKind::UnparsableTime, &detail));
            }
            let draft = Draft {
                path,
                file,
                split: split.clone().map(|name| {
                    let role = role_of(&name).unwrap_or(SplitRole::Other);
                    (name, role)
                }),
                label,
                group: cell(positions.group),
                time,
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

    fn finish(
        mut self,
        root: &Path,
        manifest: &Path,
        positions: &Positions,
        mut walked: Walked,
    ) -> Result<Dataset, Error> {
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
        let paths = self.drafts.iter().map(|(_, draft)| draft.path.as_str());
        let named: HashSet<&str> = paths.clone().collect();
        let unlisted = walked_paths(&walked).filter(|path| !named.contains(path));
        let problems = unlisted.map(|path| Problem {
            kind: ProblemKind::Unlisted,
            path: path.to_owned(),
            detail: "is an image that the manifest does not name".to_owned(),
        });
        let problems: Vec<Problem> = problems.collect();
        self.problems.extend(problems);
        let images: HashSet<&str> = walked_paths(&walked).collect();
        let claimed = paths.filter(|path| !images.contains(path));
        let claimed: BTreeSet<String> = claimed.map(str::to_owned).collect();
        for path in claimed {
            if root.join(&path).is_file() {
                walked.claim(root, &path);
            }
        }
        let layout = if positions.driving_log {
            Layout::DrivingLog
        } else {
            Layout::CsvManifest
        };
        let drafts = self.drafts.into_iter().map(|(_, draft)| draft).collect();
        Ok(assemble(
            root.to_path_buf(),
            layout,
            drafts,
            Vec::new(),
            walked,
            self.problems,
        ))
    }
}

/// Finds the files that a manifest names.
struct Files<'a> {
    root: &'a Path,
    beside: &'a Path,
    /// Walked images: text path to true path where they differ.
    walked: HashMap<&'a str, Option<&'a PathBuf>>,
}

impl<'a> Files<'a> {
    fn new(root: &'a Path, manifest: &'a Path, walked: &'a Walked) -> Self {
        let beside = manifest.parent().unwrap_or(Path::new(""));
        let walked = walked
            .images
            .iter()
            .map(|image| (image.path.as_str(), image.file.as_ref()));
        Self {
            root,
            beside,
            walked: walked.collect(),
        }
    }

    /// Relative path, true path where it differs, and whether the file exists.
    fn resolve(&self, written: &str) -> (String, Option<PathBuf>, bool) {
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
            return (text, if outside { Some(path) } else { other }, true);
        }
        for skipped in usize::from(!absolute)..parts.len() {
            if let Some(found) = self.walked_as(&parts[skipped..].join("/")) {
                return found;
            }
        }
        (parts.join("/"), None, false)
    }

    fn walked_as(&self, path: &str) -> Option<(String, Option<PathBuf>, bool)> {
        let file = self.walked.get(path)?;
        Some((path.to_owned(), file.cloned(), true))
    }

    fn exact(&self, path: &str) -> Option<(String, Option<PathBuf>, bool)> {
        if let Some(found) = self.walked_as(path) {
            return Some(found);
        }
        // Not met by the walk: a hidden folder, no usual name, `..`, or a directory.
        if self.root.join(path).symlink_metadata().is_ok() {
            return Some((path.to_owned(), None, true));
        }
        let beside = self.beside.join(path);
        beside.symlink_metadata().ok()?;
        let absolute = std::path::absolute(&beside).ok()?;
        let root = std::path::absolute(self.root).ok()?;
        if let Ok(below) = absolute.strip_prefix(&root) {
            let (text, other) = path_text(Path::new(""), below);
            return Some((text, other, true));
        }
        Some((path.to_owned(), Some(beside), true))
    }
}

fn read_text(manifest: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(manifest).map_err(|source| io_error("read", manifest, source))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let before = &bytes[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        at_line(
            manifest,
            line,
            "text is not UTF-8; save the file as UTF-8".to_owned(),
        )
    })
}

/// Columns, and whether the first row is a header.
fn read_header(manifest: &Path, text: &str, columns: &Columns) -> Result<(Positions, bool), Error> {
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
        let found = positions(&names, columns).map_err(|message| at_line(manifest, 1, message))?;
        return Ok((found, false));
    }
    let found = positions(&cells, columns).map_err(|message| at_line(manifest, 1, message))?;
    Ok((found, true))
}

fn reader(text: &str, has_header: bool) -> csv::Reader<&[u8]> {
    let first_line = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first_line.bytes().filter(|&byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|&one| count(one));
    csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .has_headers(has_header)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

fn parse_error(manifest: &Path, error: &csv::Error) -> Error {
    let line = error.position().map(csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "this row has {len} cells, the first row has {expected_len}; quote cells that contain the separator"
        ),
        _ => error.to_string(),
    };
    Error::Manifest {
        path: manifest.to_path_buf(),
        line,
        message,
    }
}

fn at_line(manifest: &Path, line: u64, message: String) -> Error {
    Error::Manifest {
        path: manifest.to_path_buf(),
        line: Some(line),
        message,
    }
}

/// Finds the line of the first quoting fault. The `csv` crate reads on to the
/// end of the file instead, which would turn a typo into thousands of lost rows.
fn check_quotes(text: &str) -> Result<(), u64> {
    #[derive(PartialEq)]
    enum At {
        CellStart,
        Plain,
        Quoted,
        AfterQuote,
    }
    let mut at = At::CellStart;
    let mut line = 1;
    let mut opened = 1;
    for byte in text.bytes() {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::AfterQuote,
            (At::Quoted, _) => At::Quoted,
            (At::AfterQuote, b'"') => At::Quoted,
            (_, b',' | b';' | b'\t' | b'\n' | b'\r') => At::CellStart,
            (At::AfterQuote, b' ') => At::AfterQuote,
            (At::AfterQuote, _) => return Err(line),
            (At::CellStart, b'"') => {
                opened = line;
                At::Quoted
            }
            _ => At::Plain,
        };
        line += u64::from(byte == b'\n');
    }
    if at == At::Quoted {
        Err(opened)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_faults_are_found_with_their_line() {
        assert_eq!(check_quotes("path,split\n\"a,b.jpg\",train\n"), Ok(()));
        assert_eq!(check_quotes("a,\"say \"\"hi\"\"\"\nb,c\n"), Ok(()));
        assert_eq!(
            check_quotes("path,split\na.jpg,train\n\"b.jpg,val\nc.jpg,val\n"),
            Err(3)
        );
        assert_eq!(check_quotes("path,split\n\"a\"b.jpg,val\n"), Err(2));
    }

    #[test]
    fn the_separator_is_the_one_the_header_uses() {
        for text in ["path,split\na,b", "path;split\na;b", "path\tsplit\na\tb"] {
            let mut reader = reader(text, true);
            assert_eq!(reader.records().next().unwrap().unwrap(), vec!["a", "b"]);
        }
    }
}
