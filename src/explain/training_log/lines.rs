//! Text to rows: progress bars, prints of training loops, printed dictionaries, and the tables that
//! stand among them.
//!
//! In each piece of a line the words before a number are its name; a side that stands by itself
//! (`[val] loss: 0.3`, `Test set: Average loss: 0.3`) holds for the names after it that give none,
//! and a measure that stands before sides (`loss: train 0.5, val 0.3`) for these, up to the next.

use regex::Regex;

use super::counters::{both, counter, counts_steps, darknet, epoch_of, running_means, strand};
use super::name::{heading, name_before};
use super::names::{Measure, Side, is_test, meaning, side_of};
use super::phrases::{Told, is_of_kept_model, told, without_asides, without_counts};
use super::pieces::pieces;
use super::rows::{Reading, Row, reading};
use super::table::Table;
use super::tokens::{Token, tokens};
use super::{LogColumns, LogError, Printed};

pattern!(
    FILE,
    r"\S+\.(?:ckpt|h5|hdf5|keras|pth?|weights|bin|safetensors|onnx|pkl|tar|zip|json|png)\b"
);
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
        above: None,
        named: None,
        other_model: false,
        means: running_means(text),
        rows: Vec::new(),
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        if let Some(table) = Table::at(&lines[at..], reader.comma, columns) {
            let (rows, used) = table.rows(&lines[at..], at + 1);
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

struct Reader<'a> {
    comma: bool,
    columns: &'a LogColumns,
    epoch: Option<u64>,
    headers: u64,
    block: Option<(Side, bool)>,
    /// Side of the row above, for the line that sums it up.
    above: Option<(Side, bool)>,
    /// Epoch that the row above named itself.
    named: Option<u64>,
    /// The lines speak of a model that was kept or loaded again.
    other_model: bool,
    /// Numbers in brackets are means over the steps before.
    means: bool,
    rows: Vec<Row>,
}

impl Reader<'_> {
    fn piece(&mut self, piece: &str, line: usize) -> Result<(), LogError> {
        match told(piece) {
            Told::Nothing => Ok(()),
            Told::All(piece) => self.line(piece, line),
            Told::Around(before, behind) => {
                if !self.named_sides(before).is_empty() {
                    self.line(before, line)
                } else if both(self.named_sides(behind).into_iter()) {
                    self.line(behind, line)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Sides of the losses in a part of a line.
    fn named_sides(&self, part: &str) -> Vec<Option<Side>> {
        let text = without_counts(part);
        let readings = self.readings(part, &without_asides(tokens(&text, self.comma)));
        readings.into_iter().map(|reading| reading.side).collect()
    }

    fn line(&mut self, piece: &str, line: usize) -> Result<(), LogError> {
        let without_files = FILE.as_ref().map(|file| file.replace_all(piece, " "));
        let piece = without_files.as_deref().unwrap_or(piece);
        let epoch = epoch_of(piece);
        let before = epoch.map_or(piece, |(_, start, _)| &piece[..start]);
        let known = |epoch: u64| self.epoch.is_some_and(|own| epoch <= own);
        if is_of_kept_model(before) && epoch.is_some_and(|(epoch, ..)| known(epoch)) {
            self.other_model = true;
            return Ok(());
        }
        let text = without_counts(piece);
        let tokens = without_asides(tokens(&text, self.comma));
        let readings = self.readings(piece, &tokens);
        if readings.is_empty() {
            if let Some((epoch, ..)) = epoch {
                // `Epoch: [3] Total time` below the rows of epoch 3 begins no other.
                self.headers += u64::from(self.named != Some(epoch));
                (self.epoch, self.block, self.other_model) = (Some(epoch), None, false);
                self.above = None;
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
        let after = epoch.map_or(piece, |(_, _, end)| &piece[end..]);
        let counter = counter(after);
        if let Some((epoch, ..)) = epoch {
            if self.epoch != Some(epoch) {
                self.block = None;
            }
            (self.epoch, self.other_model) = (Some(epoch), false);
        }
        if self.other_model {
            return Ok(());
        }
        self.named = epoch.map(|(epoch, ..)| epoch);
        let side = readings
            .iter()
            .rev()
            .find_map(|r| Some((r.side?, r.rank == 3)));
        self.above = side.or(self.above);
        let counts_steps = counts_steps(piece);
        let row = Row {
            line,
            epoch: self.named.or(self.epoch),
            header: self.headers,
            unfinished: piece.contains("ETA:") || counter.is_some_and(|(done, all)| done < all),
            iteration: epoch.is_none() && counts_steps,
            step: counts_steps,
            bar: counter
                .filter(|(done, all)| done == all)
                .map(|(_, all)| all),
            strand: strand(piece),
            readings: Vec::new(),
        };
        self.rows.extend(parted(row, readings)?);
        Ok(())
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
        // ` * Acc@1 76.1 loss 0.44` sums up the lines above.
        let above = self
            .above
            .filter(|_| piece.trim_start().starts_with('*') && epoch_of(piece).is_none());
        let mut around = summary.or(above).or(self.block);
        let mut of_all: Option<String> = None;
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                Token::Word(word) => {
                    if let Some(side) = side_of(word) {
                        around = Some((side, is_test(word)));
                    }
                    if word.eq_ignore_ascii_case("learn") {
                        of_all = Some("loss".to_owned());
                    } else if let Some(heading) = heading(tokens, at) {
                        of_all = Some(heading);
                    }
                }
                Token::Number(value, text, unit) => {
                    let mut name = name_before(&tokens[..at]);
                    // `loss: 0.41 (train), 0.33 (val)`
                    let side = side_behind(&tokens[at + 1..]);
                    if let Some(side) = side {
                        let of_all = name_before(&tokens[..first_number(tokens)]);
                        let measure = if name.is_empty() { of_all } else { name };
                        name = format!("{measure} {side}");
                    }
                    // `train loss 0.41, val 0.33`
                    if let ([only], None) = (&found[..], &of_all)
                        && only.measure == Measure::Loss
                        && text.contains('.')
                        && let Some(bare) = side_of(&name)
                        && only.side.unwrap_or(Side::Train) != bare
                    {
                        of_all = Some("loss".to_owned());
                    }
                    let percent = *unit == Some("%");
                    if !name.is_empty() && (unit.is_none() || percent) {
                        let value = self.settled(tokens, at, *value, text, &name);
                        let next = tokens.get(at + 1..at + 3);
                        match self.named(&name, value, next, of_all.as_deref()) {
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
                if self.means && text.contains('.') && inner.contains('.') =>
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
        of_all: Option<&str>,
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
        // `loss: train 0.41, val 0.33`
        let bare = meaning(name).filter(|meaning| meaning.measure.is_none());
        if let (Some(_), Some(of_all)) = (bare, of_all) {
            return reading(&format!("{of_all} {name}"), value, self.columns)
                .map_or(Named::Nothing, Named::One);
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

/// The side in brackets behind a number.
fn side_behind<'a>(tokens: &[Token<'a>]) -> Option<&'a str> {
    match tokens {
        // `loss=0.41 [val] loss=0.33`: what follows a name is its own.
        [
            Token::Open,
            Token::Word(_),
            Token::Close,
            Token::Word(_) | Token::Join,
            ..,
        ]
        | [
            Token::Open,
            Token::Word(_),
            Token::Close,
            Token::Number(..),
            Token::Slash,
            ..,
        ] => None,
        [Token::Open, Token::Word(word), Token::Close, ..] => side_of(word).map(|_| *word),
        _ => None,
    }
}

/// Where the first number of a piece that has a name stands.
fn first_number(tokens: &[Token]) -> usize {
    let named = |at: &usize| {
        matches!(tokens[*at], Token::Number(..)) && !name_before(&tokens[..*at]).is_empty()
    };
    (0..tokens.len()).find(named).unwrap_or(0)
}

fn is_share(name: &str) -> bool {
    meaning(name).is_some_and(|meaning| {
        matches!(
            meaning.measure,
            Some(Measure::Accuracy | Measure::ErrorRate)
        )
    })
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

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::testing::last;

    #[test]
    fn a_measure_holds_for_the_sides_behind_it_up_to_the_next() {
        for text in [
            "loss: train 0.5, val 0.4 | acc: train 0.80, val 0.85",
            "loss train 0.5 val 0.4 | accuracy train 0.80 val 0.85",
            "loss (train 0.5, val 0.4) acc (train 0.8, val 0.85)",
            "loss: train=0.5 val=0.4, f1: train=0.80 val=0.85",
            "acc: train 0.80 val 0.85 loss: train 0.5 val 0.4",
            "loss: train 0.5 val 0.4 time: train 12.3 val 3.2",
            "Losses for this epoch: train 0.5, val 0.4",
        ] {
            assert_eq!(last(text), (Some(0.5), Some(0.4)), "{text}");
        }
        assert!(parse(b"time: train 12.3 val 3.2").is_err());
    }

    #[test]
    fn a_side_without_a_measure_takes_that_of_the_loss_before_it() {
        for text in [
            "Epoch 1: validation loss 0.4 (train 0.5)",
            "Epoch 1: train loss 0.5, val 0.4",
            "1 loss 0.5 val 0.4",
            "Epoch 1 loss: 0.5 (train), 0.4 (val)",
            "[1/4] [train] loss=0.5 [val] loss=0.4",
            "[train] 100/100 loss 0.5 [val] 20/20 loss 0.4",
        ] {
            assert_eq!(last(text), (Some(0.5), Some(0.4)), "{text}");
        }
        let accuracy = "train loss 0.5, train acc 0.8, val 0.85";
        assert_eq!(last(accuracy), (Some(0.5), None));
    }
}
