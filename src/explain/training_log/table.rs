//! Tables among the text of a log: CSV of any tool, tables of a notebook or a console, aligned
//! columns.

use super::names::{Measure, is_test, meaning, side_of};
use super::rows::{Row, reading};
use super::tokens::number;
use super::{LogColumns, languages};

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
    /// A printed frame, whose rows begin with an index that the header does not name.
    frame: bool,
    comma: bool,
    columns: &'a LogColumns,
}

// `loss=0.4`, `loss: 0.4`, `loss 0.4`: a name with its value, where a header has names only.
pattern!(
    VALUED,
    r"(?i)^(.*?)(?:\s*[:=]\s*|\s)[+-]?(?:\d*\.?\d+|nan|inf)%?$"
);

/// Lines of warnings and remarks that may stand between two rows.
const MOST_BETWEEN: usize = 30;

/// Columns that tell one of several folds or processes.
const STRANDS: [&str; 7] = ["fold", "cv_fold", "kfold", "run", "trial", "seed", "rank"];

const KEYS: [&str; 6] = ["key", "metric", "tag", "name", "variable", "metric_name"];

impl<'a> Table<'a> {
    /// The table that starts at the first of these lines, if one does: a header with a name of
    /// interest, and below it a row with numbers in those columns.
    pub(super) fn at(lines: &[&str], comma: bool, columns: &'a LogColumns) -> Option<Self> {
        let head = lines.first()?;
        // Most lines of a long log are no header, and this tells so in one pass.
        let lower = head.to_lowercase();
        let words = ["acc", "err", "value", "top"];
        let hopeful = languages::names_loss(&lower) || words.iter().any(|w| lower.contains(w));
        if head.len() > 20_000 || !(hopeful || columns.is_given()) {
            return None;
        }
        let indented = head.starts_with(' ');
        let content = |line: &&&str| !is_rule(line) && !is_types(line);
        let mut below = lines[1..].iter().take(6).filter(content);
        let below = below.next().and_then(|first| match index_name(first) {
            true if indented => below.next(),
            _ => Some(first),
        });
        let chars = [';', '\t', '|', '│', '┆', '┃', ','].map(Parting::Char);
        for parting in chars.into_iter().chain([Parting::Gaps, Parting::Space]) {
            let mut names = cells(head, parting);
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
                    frame: false,
                    comma,
                    columns,
                });
            }
            if names.iter().any(|name| is_valued(name)) {
                continue;
            }
            let spaced = matches!(parting, Parting::Gaps | Parting::Space);
            let first = below.map(|row| cells(row, parting)).unwrap_or_default();
            let one_more = spaced && first.len() == names.len() + 1;
            let plain = |cell: &String| {
                let cell = cell.to_lowercase();
                number(&cell, comma).is_some() || ["none", "nan", "<na>"].contains(&cell.as_str())
            };
            let numbers = one_more && first[1..].iter().all(plain);
            // Columns of a printed frame end where their names do.
            let ends = |line: &str| line.trim_end().chars().count();
            let aligned = below.is_some_and(|row| ends(row) == ends(head));
            let frame = one_more && indented && (numbers || aligned);
            if frame {
                names.insert(0, String::new());
            } else if numbers && plain(&first[0]) {
                // A number without a name: which column is which is not known.
                continue;
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
                frame,
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
    pub(super) fn rows(&self, lines: &[&str], first: usize) -> (Vec<Row>, usize) {
        let mut told: Vec<(usize, Vec<String>)> = Vec::new();
        let mut used = usize::from(!self.headless);
        while let Some(text) = lines.get(used) {
            let cells = cells(text, self.parting);
            let again = cells == self.names || (self.frame && cells[..] == self.names[1..]);
            let index = self.frame && told.is_empty() && index_name(text);
            if is_rule(text) || again || index || is_types(text) {
                used += 1;
            } else if self.is_row(&cells) {
                told.push((first + used, cells));
                used += 1;
            } else if let Some(between) = self.next_row(&lines[used..], told.last()) {
                used += between;
            } else {
                break;
            }
        }
        let side = self.side_column(&told);
        let rows = told.iter();
        let mut rows: Vec<(u64, Row)> = rows
            .filter_map(|(line, cells)| self.row(cells, *line, side))
            .collect();
        if self.key.is_some() {
            // One number a row, curve after curve: numbers of one step belong together.
            rows.sort_by_key(|(step, _)| *step);
        }
        (rows.into_iter().map(|(_, row)| row).collect(), used)
    }

    /// How many lines of a warning or a remark stand before the next row: one of as many cells,
    /// numbers or times all, whose first is higher than that of the row before.
    fn next_row(&self, lines: &[&str], last: Option<&(usize, Vec<String>)>) -> Option<usize> {
        let first = |cells: &[String]| number(cells.first()?, self.comma).map(|n| n.value);
        let before = first(&last?.1)?;
        let candidates = lines.iter().enumerate().take(MOST_BETWEEN);
        for (at, text) in candidates {
            let cells = cells(text, self.parting);
            let plain = |cell: &String| {
                number(cell, self.comma).is_some()
                    || cell.chars().all(|c| c.is_ascii_digit() || c == ':')
            };
            if cells.len() == self.names.len()
                && cells.iter().all(plain)
                && first(&cells).is_some_and(|now| now > before)
            {
                return Some(at);
            }
            if Self::at(&lines[at..], self.comma, self.columns).is_some() {
                return None;
            }
        }
        None
    }

    /// The column whose cells say which side a row is of, as `phase` and `split` do.
    fn side_column(&self, rows: &[(usize, Vec<String>)]) -> Option<usize> {
        let of_sides = |at: &usize| {
            rows.iter()
                .any(|(_, cells)| cells.get(*at).is_some_and(|cell| side_of(cell).is_some()))
        };
        (0..self.names.len())
            .filter(|_| self.key.is_none())
            .find(of_sides)
    }

    fn row(&self, cells: &[String], line: usize, side: Option<usize>) -> Option<(u64, Row)> {
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let whole = |names: &[&str]| {
            let at = names.iter().find_map(|own| {
                self.names
                    .iter()
                    .position(|name| name.eq_ignore_ascii_case(own))
            })?;
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
        row.strand = STRANDS.iter().find_map(|own| {
            let at = self
                .names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(own))?;
            Some((
                (*own).to_owned(),
                number(cell(at), self.comma)?.value as u64,
            ))
        });
        // `all` classes is the row of an evaluation.
        let of_all = ["class", "classes"].iter().any(|own| {
            let at = self
                .names
                .iter()
                .position(|name| name.eq_ignore_ascii_case(own));
            at.is_some_and(|at| cell(at) == "all")
        });
        if let Some(side) = side.map(cell).or(of_all.then_some("val")) {
            // A row of a side that nothing tells is of none.
            row.readings
                .retain(|r| r.side.is_some() || side_of(side).is_some());
            for reading in row.readings.iter_mut().filter(|r| r.side.is_none()) {
                reading.side = side_of(side);
                reading.rank = if is_test(side) { 3 } else { reading.rank };
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

/// A cell of a name with its value.
fn is_valued(cell: &str) -> bool {
    let found = VALUED.as_ref().and_then(|valued| valued.captures(cell));
    let name = found.and_then(|found| meaning(found.get(1)?.as_str()));
    name.is_some_and(|name| !matches!(name.measure, None | Some(Measure::Metric(_))))
}

/// The line below the header of a printed frame that names its index.
fn index_name(line: &str) -> bool {
    let name = line.trim_end();
    !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_')
}

/// The row of a printed frame that names the types of its columns.
fn is_types(line: &str) -> bool {
    let types = ["i64", "i32", "u32", "u64", "f64", "f32", "str", "bool"];
    let words = line.split(|c: char| !c.is_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| types.contains(&word))
}

/// A line that only rules a table, or nothing; `...` where a printed one is cut.
fn is_rule(line: &str) -> bool {
    line.chars()
        .all(|c| c.is_whitespace() || "-=+|:_.…│┆┃─━═╪╞╡┼┤├┏┓┗┛╇┡┩┳└┘┌┐┬┴".contains(c))
}

fn cells(line: &str, parting: Parting) -> Vec<String> {
    match parting {
        Parting::Char(by) => {
            let line = match by {
                '|' | '│' | '┃' | '┆' => line.trim().trim_matches(['|', '│', '┃', '┆']),
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

#[cfg(test)]
mod tests {
    use super::super::parse;

    /// Training loss, validation loss and number of epochs.
    fn read(text: &str) -> (Option<f64>, Option<f64>, usize) {
        let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let epoch = log.explained().copied().unwrap_or_default();
        let value = |p: Option<super::super::Printed>| p.map(|p| p.value);
        (
            value(epoch.train),
            value(epoch.validation),
            log.epochs.len(),
        )
    }

    #[test]
    fn a_name_with_its_value_is_no_header() {
        for text in [
            "Epoch 1\nTrain loss=0.5\nVal loss=0.4\nTime 12.3\n",
            "Epoch 1\nTrain loss 0.5\nVal loss=0.4\nlr 0.001\n",
            "Val acc=0.8\nlr 0.001\ntrain loss 0.5 val loss 0.4",
            "[train] loss=0.5\n[val] loss=0.4\nEpoch 2\n",
            "epoch,train loss,val loss,AP@0.5:0.95,mAP 0.5\n1,0.5,0.4,0.2,0.3\n",
        ] {
            assert_eq!(read(text), (Some(0.5), Some(0.4), 1), "{text}");
        }
    }

    #[test]
    fn the_index_of_a_printed_frame_shifts_no_column() {
        for text in [
            "   epoch  train_loss  val_loss\n0      1         0.9       0.8\n1      2         0.5       0.4",
            "   loss  accuracy  val_loss  val_accuracy\n0   0.9      0.80       0.8          0.85\n1   0.5      0.82       0.4          0.87",
            "  train_loss val_loss\nepoch\n1      0.9    0.8\n2      0.5    0.4",
            "   train_loss  val_loss\n0    0.9  0.8\n..   ...  ...\n99   0.5  0.4",
            "epoch train_loss val_loss\n1 0.9 0.8\n2 0.5 0.4",
        ] {
            let (train, validation, _) = read(text);
            assert_eq!((train, validation), (Some(0.5), Some(0.4)), "{text}");
        }
        // A number more than there are names, and nothing that tells which is which.
        assert!(parse(b"train_loss val_loss\n0 0.5 0.4\n").is_err());
    }

    #[test]
    fn a_column_of_sides_tells_the_side_of_a_row() {
        for text in [
            "epoch,phase,loss\n1,train,0.9\n1,val,0.8\n2,train,0.5\n2,val,0.4",
            "loss,epoch,split\n0.9,1,training\n0.5,2,training\n0.8,1,validation\n0.4,2,validation",
            "| epoch | dataset | loss |\n|---|---|---|\n| 1 | train | 0.9 |\n| 1 | valid | 0.8 |\n| 2 | train | 0.5 |\n| 2 | valid | 0.4 |",
            "epoch set loss\n1 train 0.9\n1 test 0.8\n1 extra 7\n2 train 0.5\n2 test 0.4\n2 extra 7",
        ] {
            assert_eq!(read(text), (Some(0.5), Some(0.4), 2), "{text}");
        }
        let plain = "epoch,dataset,train_loss,val_loss\n1,cifar,0.5,0.4";
        assert_eq!(read(plain), (Some(0.5), Some(0.4), 1));
    }

    #[test]
    fn lines_between_the_rows_of_a_table_end_it_not() {
        let table = "epoch     train_loss  valid_loss  time\n0         0.9    0.8    00:10\n\
            Better model found at epoch 0 with valid_loss value: 0.8.\n  warnings.warn(\n\
            1         0.5    0.4    00:10\nBetter model found at epoch 1 with valid_loss value: 0.4.\n";
        assert_eq!(read(table), (Some(0.5), Some(0.4), 2));
        let other = "epoch train_loss valid_loss\n0 0.9 0.8\nTest images: 30\nepoch train_loss valid_loss\n0 0.5 0.4\n";
        assert_eq!(read(other), (Some(0.5), Some(0.4), 1));
    }

    #[test]
    fn one_of_several_folds_is_read_and_told() {
        let folds =
            "epoch,fold,train_loss,val_loss\n1,0,0.9,0.8\n1,1,0.7,0.6\n2,0,0.6,0.5\n2,1,0.5,0.4\n";
        assert_eq!(read(folds), (Some(0.5), Some(0.4), 2));
        let log = parse(folds.as_bytes()).unwrap();
        assert!(
            log.warnings[0].contains("2 runs or folds"),
            "{:?}",
            log.warnings
        );
        let one = "epoch,fold,train_loss,val_loss\n1,0,0.9,0.8\n2,0,0.5,0.4\n";
        assert_eq!(
            parse(one.as_bytes()).unwrap().warnings,
            Vec::<String>::new()
        );
    }
}
