//! What a line counts: epochs, steps, and which of several processes it is of.

use super::names::{Measure, Side, side_of};
use super::printed;
use super::rows::Reading;

// `Epoch 3/5`, `Epoch: 3`, `[Epoch 3]`, `'epoch': 0.5`, `Epoch(val) [3][325]`.
pattern!(
    EPOCH,
    r#"(?i)\b(?:epoch|ep)\b["']?\s*(?:\(\w+\))?\s*[:=#]*\s*[\[(]?\s*(\d+(?:\.\d+)?)"#
);
// Rounds of boosted trees: `[3]` or `3:` at the start of a line; and `Train: 3 [ 10/312`.
pattern!(
    ROUND,
    r"^\s*(?:\[(\d+)\]\s|(\d+):\s+learn\b|Train: (\d+) \[)"
);
// How far a bar or a counter is.
pattern!(
    COUNTER,
    r"(?:[\[(]\s*|^\W*)(\d+)\s*/\s*(\d+)|(\d+)/(\d+)\s*(?:\[|━|\x1b|-)"
);
pattern!(
    ITERATION,
    r"(?i)\b(?:iter|iteration|step|global_step|batch)\b\W{0,4}\d"
);
// A running mean behind the value of one step: `Loss 0.4 (0.41)`.
pattern!(
    METER,
    r"(?i)loss\W{1,4}\d+\.\d+(?:e[+-]?\d+)?\s*\(\s*\d+\.\d"
);
// One of several processes or folds that print into one log.
pattern!(
    STRAND,
    r"(?i)\b(rank|gpu|worker|process|local_rank|fold|trial|seed)\b\W{0,3}(\d+)"
);
// Batches of an unnamed network, as Darknet prints them.
pattern!(DARKNET, r"^\s*\d+: [\d.]+, ([\d.]+) avg");

/// The epoch that a piece names, and where the naming starts and ends.
pub(super) fn epoch_of(piece: &str) -> Option<(u64, usize, usize)> {
    let found = EPOCH.as_ref()?.captures(piece);
    let found = match found {
        Some(found) => found,
        None => ROUND.as_ref()?.captures(piece)?,
    };
    let number = (1..found.len()).find_map(|at| found.get(at))?;
    let epoch: f64 = number.as_str().parse().ok()?;
    Some((epoch.ceil() as u64, found.get(0)?.start(), number.end()))
}

/// Whether a piece counts steps.
pub(super) fn counts_steps(piece: &str) -> bool {
    ITERATION
        .as_ref()
        .is_some_and(|steps| steps.is_match(piece))
}

/// Whether both sides are among these.
pub(super) fn both(mut sides: impl Iterator<Item = Option<Side>>) -> bool {
    let mut found = [false; 2];
    sides.any(|side| {
        if let Some(side) = side {
            found[usize::from(side == Side::Validation)] = true;
        }
        found == [true; 2]
    })
}

/// Whether the log prints running means in brackets: a line with a counter of steps does, and tells
/// of one side only. Elsewhere brackets hold changes, deviations or other measures.
pub(super) fn running_means(text: &str) -> bool {
    let Some(meter) = METER.as_ref() else {
        return false;
    };
    text.lines()
        .filter(|line| meter.is_match(line))
        .any(|line| {
            let after = EPOCH
                .as_ref()
                .and_then(|epoch| epoch.captures(line)?.get(1));
            let after = after.map_or(line, |number| &line[number.end()..]);
            let steps = counts_steps(line);
            let words = line.split(|c: char| !c.is_alphabetic());
            (steps || counter(after).is_some()) && !both(words.map(side_of))
        })
}

/// Which of several processes or folds a piece names.
pub(super) fn strand(piece: &str) -> Option<(String, u64)> {
    let found = STRAND.as_ref()?.captures(piece)?;
    Some((found[1].to_lowercase(), found[2].parse().ok()?))
}

/// How far the counter of a piece is, and where it ends.
pub(super) fn counter(piece: &str) -> Option<(u64, u64)> {
    let found = COUNTER.as_ref()?.captures(piece)?;
    let number = |a: usize, b: usize| found.get(a).or(found.get(b))?.as_str().parse().ok();
    Some((number(1, 3)?, number(2, 4)?))
}

/// The training loss of a batch as Darknet prints it.
pub(super) fn darknet(piece: &str) -> Option<Reading> {
    let found = DARKNET.as_ref()?.captures(piece)?;
    Some(Reading {
        name: "avg".to_owned(),
        side: Some(Side::Train),
        measure: Measure::Loss,
        rank: 2,
        value: printed(found.get(1)?.as_str())?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::last;

    #[test]
    fn brackets_hold_the_mean_where_steps_are_counted_and_nowhere_else() {
        for text in [
            "Epoch: [0][9/9]\tLoss 0.7 (0.5)\nTest: [9/9]\tLoss 0.6 (0.4)",
            "Train: 0 [ 311/312 (100%)]  Loss: 0.7 (0.5)\nTest: [ 0/40]  Loss: 0.9 (0.9)\nTest: [ 40/40]  Loss: 0.6 (0.4)",
            "Epoch 1 train loss 0.5 val loss 0.4 (-0.1)",
            "Epoch 1 train loss 0.5 (+0.1) val loss 0.4 (+0.1)",
            "Epoch 1/9 train loss 0.5 (0.01) val loss 0.4 (0.02)",
            "[1/9] train loss: 0.5 (80.4) val loss: 0.4 (85.0)",
        ] {
            assert_eq!(last(text), (Some(0.5), Some(0.4)), "{text}");
        }
    }
}
