//! Text to rows: progress bars, prints of training loops, printed dictionaries, and the tables that
//! stand among them.
//!
//! A line is cut where carriage returns, backspaces or lost line ends join several. In each piece
//! the words before a number are its name; a side that stands by itself (`[val] loss: 0.3`, `Test
//! set: Average loss: 0.3`) holds for the names after it that give none.

use std::sync::LazyLock;

use regex::Regex;

use super::names::{Measure, Side, is_test, meaning, side_of};
use super::rows::{Reading, Row, reading};
use super::table::Table;
use super::tokens::{Token, tokens};
use super::{LogColumns, LogError, Printed, printed};

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
    };
}

// `Epoch 3/5`, `Epoch: 3`, `[Epoch 3]`, `'epoch': 0.5`, `Epoch(val) [3][325]`.
pattern!(
    EPOCH,
    r#"(?i)\b(?:epoch|ep)\b["']?\s*(?:\(\w+\))?\s*[:=#]*\s*[\[(]?\s*(\d+(?:\.\d+)?)"#
);
// Rounds of boosted trees: `[3]` or `3:` at the start of a line.
pattern!(ROUND, r"^\s*(?:\[(\d+)\]\s|(\d+):\s+learn\b)");
// How far a bar or a counter is.
pattern!(
    COUNTER,
    r"(?:[\[(]\s*|^\W*)(\d+)\s*/\s*(\d+)|(\d+)/(\d+)\s*(?:\[|━|\x1b|-)"
);
pattern!(
    ITERATION,
    r"(?i)\b(?:iter|iteration|step|global_step|batch)\b\W{0,4}\d"
);
// Where a lost line end joined two epochs, and where a bar was drawn again without one.
pattern!(GLUED, r"[^\s\[(]Epoch \d");
pattern!(BAR, r"[^\d/]\d+/\d+ \[");
// Lines about models that were kept, not about this epoch.
pattern!(
    ABOUT_ELSE,
    r"(?i)\bimproved\b|did not improve|\bdecreased\b|-->|early ?stopping|\breducing\b|\brestoring\b|train_runtime"
);
// A counter between a name and its number: `Training loss at epoch 3: 0.41`.
pattern!(
    AT_EPOCH,
    r"(?i)\b(?:at|after|for|in|of|on)\s+(?:epoch|step|iteration|iter)s?\s*#?\d+"
);
pattern!(
    FILE,
    r"\S+\.(?:ckpt|h5|hdf5|keras|pth?|weights|bin|safetensors|onnx|pkl|tar|zip|json|png)\b"
);
// Batches of an unnamed network, as Darknet prints them.
pattern!(DARKNET, r"^\s*\d+: [\d.]+, ([\d.]+) avg");

/// Words in front of a name that belong to the logger or the sentence.
const NOISE: [&str; 29] = [
    "complete",
    "my",
    "our",
    "this",
    "info",
    "debug",
    "warning",
    "root",
    "main",
    "with",
    "and",
    "finished",
    "done",
    "end",
    "completed",
    "results",
    "result",
    "metrics",
    "summary",
    "stats",
    "after",
    "at",
    "phase",
    "mode",
    "net",
    "output",
    "tensorflow",
    "model",
    "network",
];

/// Reads all rows of a text.
///
/// # Errors
/// [`LogError::Malformed`] when one line gives a loss twice and differently.
pub(super) fn rows(text: &str, columns: &LogColumns) -> Result<Vec<Row>, LogError> {
    let mut reader = Reader {
        comma: decimal_comma(text),
        columns,
        epoch: None,
        headers: 0,
        block: None,
        rows: Vec::new(),
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        if let Some(table) = Table::at(&lines[at..], reader.comma, columns) {
            let (rows, used) = table.rows(&lines[at..], at + 1)?;
            reader.rows.extend(rows);
            at += used.max(1);
            continue;
        }
        for piece in pieces(lines[at]) {
            reader.piece(piece, at + 1)?;
        }
        at += 1;
    }
    Ok(reader.rows)
}

/// Whether numbers are written `0,5`: such a number after a colon or an equals sign, and none with
/// a point.
pub(super) fn decimal_comma(text: &str) -> bool {
    let found = |pattern: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text));
    found(r#"(?:[:=;\t"]\s*|(?i:loss)\s+)-?\d+,\d+"#)
        && !found(r#"(?:[:=,;\t"]\s*|(?i:loss)\s+)-?\d+\.\d+"#)
}

/// Parts of a line that were lines of their own, or overwrote each other.
fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for part in line.split(['\r', '\u{8}']) {
        let mut cuts: Vec<usize> = Vec::new();
        if let Some(glued) = GLUED.as_ref() {
            cuts.extend(
                glued
                    .find_iter(part)
                    .filter_map(|found| Some(found.start() + found.as_str().find("Epoch")?)),
            );
        }
        if let Some(bar) = BAR.as_ref() {
            let again = bar.find_iter(part).map(|found| found.start() + 1);
            cuts.extend(
                again.filter(|&at| part.is_char_boundary(at) && part[..at].contains("loss")),
            );
        }
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts {
            if part.is_char_boundary(cut) && cut > from {
                pieces.push(&part[from..cut]);
                from = cut;
            }
        }
        pieces.push(&part[from..]);
    }
    pieces
}

struct Reader<'a> {
    comma: bool,
    columns: &'a LogColumns,
    epoch: Option<u64>,
    headers: u64,
    block: Option<(Side, bool)>,
    rows: Vec<Row>,
}

impl Reader<'_> {
    fn piece(&mut self, piece: &str, line: usize) -> Result<(), LogError> {
        if ABOUT_ELSE
            .as_ref()
            .is_some_and(|about| about.is_match(piece))
        {
            return Ok(());
        }
        let without_files = FILE.as_ref().map(|file| file.replace_all(piece, " "));
        let piece = without_files.as_deref().unwrap_or(piece);
        let epoch = self.epoch_of(piece);
        let without_counter = AT_EPOCH.as_ref().map(|at| at.replace_all(piece, " "));
        let tokens = tokens(without_counter.as_deref().unwrap_or(piece), self.comma);
        let readings = self.readings(piece, &tokens);
        if readings.is_empty() {
            if let Some((epoch, _)) = epoch {
                (self.epoch, self.block) = (Some(epoch), None);
                self.headers += 1;
            } else {
                self.announce(piece, &tokens);
            }
            if let Some(iteration) = darknet(piece) {
                self.rows.push(Row {
                    line,
                    iteration: true,
                    readings: vec![iteration],
                    ..Row::default()
                });
            }
            return Ok(());
        }
        let after = epoch.map_or(piece, |(_, end)| &piece[end..]);
        let counter = counter(after);
        if let Some((epoch, _)) = epoch {
            if self.epoch != Some(epoch) {
                self.block = None;
            }
            self.epoch = Some(epoch);
        }
        let counts_steps = ITERATION
            .as_ref()
            .is_some_and(|iteration| iteration.is_match(piece));
        let row = Row {
            line,
            epoch: epoch.map(|(epoch, _)| epoch).or(self.epoch),
            header: self.headers,
            unfinished: piece.contains("ETA:") || counter.is_some_and(|(done, all)| done < all),
            iteration: epoch.is_none() && counts_steps,
            step: counts_steps,
            bar: counter
                .filter(|(done, all)| done == all)
                .map(|(_, all)| all),
            readings: Vec::new(),
        };
        self.rows.extend(parted(row, readings)?);
        Ok(())
    }

    /// The epoch that a piece names, and where the naming ends.
    fn epoch_of(&self, piece: &str) -> Option<(u64, usize)> {
        let found = EPOCH.as_ref()?.captures(piece);
        let found = match found {
            Some(found) => found,
            None => ROUND.as_ref()?.captures(piece)?,
        };
        let number = found.get(1).or(found.get(2))?;
        let epoch: f64 = number.as_str().parse().ok()?;
        Some((epoch.ceil() as u64, number.end()))
    }

    /// A line without numbers, such as `Validation:`, gives the side of the lines below it.
    fn announce(&mut self, piece: &str, tokens: &[Token]) {
        let words: Vec<&str> = tokens
            .iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(*word),
                _ => None,
            })
            .collect();
        let numbers = tokens
            .iter()
            .any(|token| matches!(token, Token::Number(..)));
        if words.is_empty() || words.len() > 5 || (numbers && !piece.contains("%|")) {
            return;
        }
        let sides: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| side_of(word).is_some())
            .collect();
        if let [word] = sides[..] {
            self.block = side_of(word).map(|side| (side, is_test(word)));
        }
    }

    fn readings(&self, piece: &str, tokens: &[Token]) -> Vec<Reading> {
        let mut found: Vec<Reading> = Vec::new();
        let summary = piece
            .contains("Saving dict for global step")
            .then_some((Side::Validation, false));
        let mut around = summary.or(self.block);
        let mut loss_of_all = false;
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                Token::Word(word) => {
                    if let Some(side) = side_of(word) {
                        around = Some((side, is_test(word)));
                    }
                    let unnumbered = !matches!(
                        tokens.get(at + 1..at + 3),
                        Some([Token::Number(..), ..] | [Token::Join, Token::Number(..)])
                    );
                    let lower = word.to_lowercase();
                    loss_of_all |= lower == "learn"
                        || (unnumbered && matches!(lower.as_str(), "loss" | "losses"));
                }
                Token::Number(value, text, unit) => {
                    let name = name_before(&tokens[..at]);
                    let percent = *unit == Some("%");
                    if !name.is_empty() && (unit.is_none() || percent) {
                        let value = self.settled(tokens, at, *value, text, &name);
                        match self.named(&name, value, tokens.get(at + 1..at + 3), loss_of_all) {
                            Named::One(mut one) => {
                                if one.side.is_none()
                                    && let Some((side, test)) = around
                                {
                                    one.side = Some(side);
                                    one.rank = if test { 3 } else { one.rank };
                                }
                                if percent
                                    && one.value.value <= 1.0
                                    && matches!(one.measure, Measure::Accuracy | Measure::ErrorRate)
                                    && value.value <= 1.0
                                {
                                    one.value = Printed {
                                        value: value.value / 100.0,
                                        half_width: value.half_width / 100.0,
                                    };
                                }
                                found.push(one);
                            }
                            Named::Both(both) => found.extend(both),
                            Named::Nothing => {}
                        }
                    }
                }
                _ => {}
            }
            at += 1;
        }
        // In `loss … val_loss` the plain name is the training loss, whatever stands in front of
        // the line.
        let explicit = found.iter().any(|r| r.name == "val_loss");
        for plain in found.iter_mut().filter(|r| explicit && r.name == "loss") {
            (plain.side, plain.rank) = (None, 1);
        }
        found
    }

    /// The value of a number with what belongs to it: `9850/10000` is a share, and of `0.5 (0.6)`
    /// the mean counts.
    fn settled(
        &self,
        tokens: &[Token],
        at: usize,
        value: Printed,
        text: &str,
        name: &str,
    ) -> Printed {
        match tokens.get(at + 1..at + 4) {
            Some([Token::Slash, Token::Number(all, _, None), ..])
                if is_share(name) && all.value >= value.value && all.value > 1.0 =>
            {
                Printed {
                    value: value.value / all.value,
                    half_width: 0.0,
                }
            }
            Some([Token::Open, Token::Number(mean, inner, None), Token::Close])
                if text.contains('.') && inner.contains('.') =>
            {
                *mean
            }
            _ => value,
        }
    }

    fn named(
        &self,
        name: &str,
        value: Printed,
        next: Option<&[Token]>,
        loss_of_all: bool,
    ) -> Named {
        if let Some(one) = reading(name, value, self.columns) {
            return Named::One(one);
        }
        let loss = |side, name: &str, value| Reading {
            name: name.to_owned(),
            side: Some(side),
            measure: Measure::Loss,
            rank: 1,
            value,
        };
        if self.columns.is_given() {
            return Named::Nothing;
        }
        if let Some(bare) = meaning(name).filter(|meaning| meaning.measure.is_none() && loss_of_all)
        {
            return bare.side.map_or(Named::Nothing, |side| {
                Named::One(Reading {
                    rank: bare.rank,
                    ..loss(side, name, value)
                })
            });
        }
        // `train/val loss: 0.41/0.33`
        let sides: Vec<Side> = name.split([' ', '/', '_']).filter_map(side_of).collect();
        match (&sides[..], next) {
            (
                &[first, second],
                Some([Token::Slash | Token::Hard, Token::Number(other, _, None)]),
            ) if first != second && name.to_lowercase().contains("loss") => {
                Named::Both([loss(first, name, value), loss(second, name, *other)])
            }
            _ => Named::Nothing,
        }
    }
}

enum Named {
    One(Reading),
    Both([Reading; 2]),
    Nothing,
}

fn is_share(name: &str) -> bool {
    meaning(name).is_some_and(|meaning| {
        matches!(
            meaning.measure,
            Some(Measure::Accuracy | Measure::ErrorRate)
        )
    })
}

/// Words directly before a number, with at most one `:`, `=` or ` - ` between.
fn name_before(tokens: &[Token]) -> String {
    let mut rest = tokens;
    if let [before @ .., Token::Join | Token::Dash] = rest {
        rest = before;
    }
    let mut words: Vec<&str> = Vec::new();
    for token in rest.iter().rev() {
        match token {
            Token::Word(word) if words.len() < 6 => words.push(word),
            Token::Close | Token::Open if !words.is_empty() || matches!(token, Token::Close) => {}
            _ => break,
        }
    }
    // The number of an epoch or a step is no value.
    let counters = [
        "epoch",
        "ep",
        "step",
        "iter",
        "iteration",
        "batch",
        "fold",
        "round",
    ];
    if words
        .first()
        .is_some_and(|word| counters.contains(&word.to_lowercase().as_str()))
    {
        return String::new();
    }
    words.reverse();
    words.retain(|word| !NOISE.contains(&word.to_lowercase().as_str()));
    words.join(" ")
}

/// One row, or several where a line end was lost between complete ones.
fn parted(row: Row, readings: Vec<Reading>) -> Result<Vec<Row>, LogError> {
    let mut rows = vec![row.clone()];
    for reading in readings {
        let Some(last) = rows.last_mut() else { break };
        let has = |side| {
            last.readings
                .iter()
                .any(|r| r.side.unwrap_or(Side::Train) == side)
        };
        let again = last
            .readings
            .iter()
            .find(|r| (&r.name, r.side) == (&reading.name, reading.side));
        match again {
            Some(_) if has(Side::Train) && has(Side::Validation) => {
                rows.push(Row {
                    readings: vec![reading],
                    ..row.clone()
                });
            }
            Some(first)
                if first.value.value == reading.value.value
                    || !matches!(reading.measure, Measure::Loss) => {}
            Some(first) => return Err(LogError::twice(row.line, first, &reading)),
            None => last.readings.push(reading),
        }
    }
    Ok(rows)
}

fn counter(piece: &str) -> Option<(u64, u64)> {
    let found = COUNTER.as_ref()?.captures(piece)?;
    let number = |a: usize, b: usize| found.get(a).or(found.get(b))?.as_str().parse().ok();
    Some((number(1, 3)?, number(2, 4)?))
}

fn darknet(piece: &str) -> Option<Reading> {
    let found = DARKNET.as_ref()?.captures(piece)?;
    Some(Reading {
        name: "avg".to_owned(),
        side: Some(Side::Train),
        measure: Measure::Loss,
        rank: 2,
        value: printed(found.get(1)?.as_str())?,
    })
}
