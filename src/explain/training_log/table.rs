//! Tables among the text of a log: CSV of any tool, tables of a notebook or a console, aligned
//! columns.

use super::names::{Measure, meaning};
use super::rows::{Row, reading};
use super::tokens::number;
use super::{LogColumns, LogError};

/// How the cells of a row are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parting {
    /// By this character.
    Char(char),
    /// By two spaces or more.
    Gaps,
    /// By any space.
    Space,
}

/// A table whose header was recognised.
#[derive(Debug)]
pub(super) struct Table<'a> {
    parting: Parting,
    names: Vec<String>,
    /// Column with the name of the curve, for tables with one number a row.
    key: Option<usize>,
    headless: bool,
    comma: bool,
    columns: &'a LogColumns,
}

const KEYS: [&str; 6] = ["key", "metric", "tag", "name", "variable", "metric_name"];

impl<'a> Table<'a> {
    /// The table that starts at the first of these lines, if one does: a header with a name of
    /// interest, and below it a row with numbers in those columns.
    pub(super) fn at(lines: &[&str], comma: bool, columns: &'a LogColumns) -> Option<Self> {
        let head = lines.first()?;
        // Most lines of a long log are no header, and this tells so in one pass.
        let lower = head.to_lowercase();
        let hopeful = ["loss", "acc", "err", "value", "top"]
            .iter()
            .any(|word| lower.contains(word));
        if head.len() > 20_000 || !(hopeful || columns.is_given()) {
            return None;
        }
        let below = lines[1..].iter().take(4).find(|line| !is_rule(line));
        let chars = [';', '\t', '|', '│', '┃', ','].map(Parting::Char);
        for parting in chars.into_iter().chain([Parting::Gaps, Parting::Space]) {
            let names = cells(head, parting);
            if names.len() < 2 {
                continue;
            }
            if columns.by_position()
                && columns.positions().all(|at| {
                    let cell = at.checked_sub(1).and_then(|at| names.get(at));
                    cell.is_some_and(|cell| number(cell, comma).is_some())
                })
            {
                let names = (1..=names.len()).map(|n| n.to_string()).collect();
                return Some(Self {
                    parting,
                    names,
                    key: None,
                    headless: true,
                    comma,
                    columns,
                });
            }
            let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
            let value = lower.iter().any(|name| name == "value");
            let key = lower
                .iter()
                .position(|name| value && KEYS.contains(&name.as_str()));
            let table = Self {
                parting,
                names,
                key,
                headless: false,
                comma,
                columns,
            };
            let fits = below.is_some_and(|row| table.is_row(&cells(row, parting)));
            if fits && table.names.iter().all(|name| number(name, comma).is_none()) {
                return Some(table);
            }
        }
        None
    }

    /// Whether a column is worth reading.
    fn wanted(&self, at: usize) -> bool {
        if self.key.is_some() {
            return self.names[at].eq_ignore_ascii_case("value");
        }
        let name = curve(&self.names[at]);
        self.columns.side(name).is_some()
            || meaning(name).is_some_and(|meaning| {
                matches!(
                    meaning.measure,
                    Some(
                        Measure::Loss
                            | Measure::NamedLoss(_)
                            | Measure::Accuracy
                            | Measure::ErrorRate
                    )
                )
            })
    }

    /// A row has numbers or nothing in the columns of interest, and a number in one of them.
    fn is_row(&self, cells: &[String]) -> bool {
        let wanted = || (0..self.names.len()).filter(|&at| self.wanted(at));
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let empty = |cell: &str| {
            matches!(
                cell.to_lowercase().as_str(),
                "" | "-" | "none" | "null" | "no log" | "nolog" | "n/a" | "na"
            )
        };
        let complete =
            matches!(self.parting, Parting::Char(_)) || cells.len() + 2 >= self.names.len();
        complete
            && wanted().next().is_some()
            && wanted().all(|at| empty(cell(at)) || number(cell(at), self.comma).is_some())
            && cells.iter().any(|cell| number(cell, self.comma).is_some())
    }

    /// Rows of the table, and how many lines it takes.
    ///
    /// # Errors
    /// [`LogError::Malformed`] when two columns give one loss differently.
    pub(super) fn rows(&self, lines: &[&str], first: usize) -> Result<(Vec<Row>, usize), LogError> {
        let mut rows: Vec<(u64, Row)> = Vec::new();
        let mut used = usize::from(!self.headless);
        for (line, text) in (first..).zip(lines).skip(used) {
            let cells = cells(text, self.parting);
            let again = cells == self.names;
            if is_rule(text) || again {
                used += 1;
                continue;
            }
            if !self.is_row(&cells) {
                break;
            }
            used += 1;
            rows.extend(self.row(&cells, line));
        }
        if self.key.is_some() {
            // One number a row, curve after curve: numbers of one step belong together.
            rows.sort_by_key(|(step, _)| *step);
        }
        Ok((rows.into_iter().map(|(_, row)| row).collect(), used))
    }

    fn row(&self, cells: &[String], line: usize) -> Option<(u64, Row)> {
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let whole = |names: &[&str]| {
            let at = self
                .names
                .iter()
                .position(|name| names.contains(&name.to_lowercase().as_str()))?;
            let (done, _) = cell(at).split_once('/').unwrap_or((cell(at), ""));
            number(done, self.comma).map(|n| n.value.max(0.0).ceil() as u64)
        };
        let step = whole(&["step", "iteration", "iter", "global_step"]);
        let epoch = whole(&["epoch", "epochs", "round", ""]);
        let mut row = Row {
            line,
            epoch: if self.key.is_some() {
                epoch.or(step)
            } else {
                epoch
            },
            ..Row::default()
        };
        for at in 0..self.names.len() {
            let name = self.key.map_or(curve(&self.names[at]), cell);
            if self.key.is_some() && !self.wanted(at) {
                continue;
            }
            if let Some(value) = number(cell(at), self.comma) {
                row.readings.extend(reading(name, value, self.columns));
            }
        }
        Some((step.or(epoch).unwrap_or(0), row))
    }
}

/// The name of a curve without the run in front of it (`run-7 - val/loss`). Ends of a band are no
/// curves.
fn curve(name: &str) -> &str {
    if name.ends_with("__MIN") || name.ends_with("__MAX") {
        return "";
    }
    name.rsplit_once(" - ").map_or(name, |(_, curve)| curve)
}

/// A line that only rules a table, or nothing.
fn is_rule(line: &str) -> bool {
    line.chars()
        .all(|c| c.is_whitespace() || "-=+|:_│┃─━┼┤├┏┓┗┛╇┡┩┳└┘┌┐┬┴".contains(c))
}

fn cells(line: &str, parting: Parting) -> Vec<String> {
    match parting {
        Parting::Char(by) => {
            let line = match by {
                '|' | '│' | '┃' => line.trim().trim_matches(['|', '│', '┃']),
                _ => line,
            };
            quoted(line, by)
        }
        Parting::Gaps => line
            .trim()
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect(),
        Parting::Space => {
            let mut cells: Vec<String> = Vec::new();
            for word in line.split_whitespace() {
                // `Training Loss` is one name, `No log` one cell.
                let last = cells.last().map(|last| last.to_lowercase());
                let joins = match (last.as_deref(), word.to_lowercase().as_str()) {
                    (Some("no"), "log") => true,
                    (Some(last), "loss" | "accuracy" | "acc") => {
                        meaning(last).is_some_and(|m| m.measure.is_none())
                    }
                    _ => false,
                };
                match cells.last_mut() {
                    Some(last) if joins => *last = format!("{last} {word}"),
                    _ => cells.push(word.to_owned()),
                }
            }
            cells
        }
    }
}

/// Cells between separators, without quotes; a separator inside quotes parts nothing.
fn quoted(line: &str, by: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut inside = false;
    for c in line.chars() {
        match c {
            '"' => inside = !inside,
            c if c == by && !inside => cells.push(String::new()),
            c => cells.last_mut().into_iter().for_each(|cell| cell.push(c)),
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}
