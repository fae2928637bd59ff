//! Phrases of a printed line that hold numbers which are no values of the epoch: counts inside a
//! name, the time of an evaluation, and remarks about models that were kept.

use super::names::{Side, side_of};
use super::tokens::Token;

// A counter between a name and its number: `Training loss at epoch 3: 0.41`.
pattern!(
    AT_EPOCH,
    r"(?i)\b(?:at|after|for|in|of|on)\s+(?:training\s+)?(?:epoch|step|iteration|iter)s?\s*#?\d+"
);
// A count that is part of the name: `loss over 100 batches`, `loss (20 batches)`.
pattern!(
    COUNT,
    r"(?i)(?:\b(?:over|after|for|in|of|on|across|from|within|every)\s+(?:(?:the|first|last|all|a)\s+)*|[(\[])\d+\s+(?:\w+\s+)?(?:(?:mini-?)?batch(?:es)?|samples?|images?|steps?|iter(?:ation)?s?|epochs?|examples?|items?|instances?)\b[)\]]?"
);
// A model that was kept or loaded again, in front of the number of its epoch.
pattern!(
    KEPT,
    r"(?i)\b(?:best|load(?:ed|ing)|reload(?:ed|ing)?|restor(?:ed|ing))\b"
);
// Lines that tell of no epoch: the sum of a run, and the trial before the first epoch.
pattern!(NO_EPOCH, r"(?i)train_runtime|\bsanity check");
// Remarks about models that were kept, about patience and about the learning rate.
pattern!(
    REMARK,
    r"(?i)\bimproved\b|did not improve|\bdecreased\b|\binf\s*-+>|\d\s*--+>\s*[\d.]|early ?stopping|\breducing\b|\brestoring\b"
);
// What a remark compares.
pattern!(
    CHANGE,
    r"(?i)^[^,;|]*?\bfrom\s+\S+\s+to\s+\S+|^\W*\(?(?:inf|[\d.]+)\s*-+>\s*[\d.]+\)?"
);

/// Parts of a line around a remark.
#[derive(Debug, PartialEq)]
pub(super) enum Told<'a> {
    /// All of it tells of the epoch.
    All(&'a str),
    /// There is a remark: what stands before it, and what stands behind.
    Around(&'a str, &'a str),
    /// Nothing of it tells of an epoch.
    Nothing,
}

/// What of a line tells of its epoch.
pub(super) fn told(piece: &str) -> Told<'_> {
    if NO_EPOCH.as_ref().is_some_and(|none| none.is_match(piece)) {
        return Told::Nothing;
    }
    let Some(remark) = REMARK.as_ref().and_then(|remark| remark.find(piece)) else {
        return Told::All(piece);
    };
    let behind = &piece[remark.end()..];
    let change = CHANGE.as_ref().and_then(|change| change.find(behind));
    let behind = change.map_or(behind, |change| &behind[change.end()..]);
    Told::Around(&piece[..remark.start()], behind)
}

/// Whether a model that was kept is named in front of the epoch: `Best epoch: 3`, `Loaded best
/// checkpoint (epoch 2)`.
pub(super) fn is_of_kept_model(before_epoch: &str) -> bool {
    KEPT.as_ref()
        .is_some_and(|kept| kept.is_match(before_epoch))
}

/// Without counts inside names, so that the number behind them is the value.
pub(super) fn without_counts(piece: &str) -> String {
    [&AT_EPOCH, &COUNT]
        .into_iter()
        .filter_map(|pattern| pattern.as_ref())
        .fold(piece.to_owned(), |text, pattern| {
            pattern.replace_all(&text, " ").into_owned()
        })
}

/// Without what is no part of a name: a number directly before the one behind `:` or `=` (`loss at
/// iou 0.5: 0.41`), and training as a time (`Val after training: loss 0.3`).
pub(super) fn without_asides(mut tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let word = |token: Option<&Token>| match token {
        Some(Token::Word(word)) => Some(word.to_lowercase()),
        _ => None,
    };
    let mut at = 0;
    while at < tokens.len() {
        let before = at
            .checked_sub(1)
            .and_then(|before| word(tokens.get(before)));
        let time = matches!(before.as_deref(), Some("after" | "before" | "since"))
            && word(tokens.get(at)).and_then(|word| side_of(&word)) == Some(Side::Train);
        if time {
            tokens.drain(at - 1..=at);
            at -= 1;
            continue;
        }
        let aside = matches!(
            tokens.get(at..at + 3),
            Some([Token::Number(..), Token::Join, Token::Number(..)])
        );
        if aside && let Some(before) = before {
            // `at iou 0.5`: the words from the preposition on go with their number.
            let earlier = at.checked_sub(2).and_then(|at| word(tokens.get(at)));
            let from = match earlier.as_deref() {
                Some("at" | "for" | "with" | "over") => at - 2,
                _ if before == "at" => at - 1,
                _ => at,
            };
            tokens.drain(from..=at);
            at = from;
            continue;
        }
        at += 1;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::super::testing::last;

    #[test]
    fn a_count_inside_a_name_is_no_loss() {
        for text in [
            "avg train loss over 100 batches: 0.5; val loss over 20 batches: 0.4",
            "train loss (100 batches) 0.5, val loss (20 batches) 0.4",
            "train loss for 100 samples: 0.5, val loss after 100 batches: 0.4",
            "train loss at iou 0.5: 0.5, val loss at iou 0.5: 0.4",
            "train loss 1.0x = 0.5, val loss = 0.4",
            "train loss at step 100: 0.5, val loss at step 100: 0.4",
            "Train loss for epoch 1: 0.5\nValidation loss after training epoch 1: 0.4",
        ] {
            assert_eq!(last(text), (Some(0.5), Some(0.4)), "{text}");
        }
        assert_eq!(
            last("train loss 100 val loss 20"),
            (Some(100.0), Some(20.0))
        );
    }

    #[test]
    fn training_as_a_time_is_no_side() {
        let text = "Epoch 1 train loss 0.5\nVal after training: loss 0.4";
        assert_eq!(last(text), (Some(0.5), Some(0.4)));
        let sides = "Epoch 1 after warmup\nTraining: loss 0.5\nVal: loss 0.4";
        assert_eq!(last(sides), (Some(0.5), Some(0.4)));
    }

    #[test]
    fn a_remark_takes_nothing_from_the_epoch_that_it_stands_by() {
        let first = "epoch 1, train loss 0.9, val loss 0.8\n";
        for line in [
            "epoch 2, train loss 0.5, val loss 0.4, early stopping 1/5",
            "epoch 2, train loss 0.5, val loss 0.4 (improved)",
            "epoch 2, train loss 0.5, val loss 0.4 --> saved",
            "epoch 2 --> train loss 0.5, val loss 0.4",
            "epoch 2, train loss 0.5, val loss 0.4. Val loss improved from 0.8 to 0.4",
            "epoch 2, train loss 0.5, val loss 0.4 (best val loss decreased)",
            "improved from 0.8 to 0.4: epoch 2, train loss 0.5, val loss 0.4",
        ] {
            assert_eq!(
                last(&format!("{first}{line}")),
                (Some(0.5), Some(0.4)),
                "{line}"
            );
        }
        for line in [
            "Epoch 00002: val_loss improved from 0.8 to 0.1, saving model to a.h5",
            "Validation loss decreased (0.8 --> 0.1). Saving model",
            "EarlyStopping counter: 1 out of 5",
            "{'train_runtime': 9.0, 'train_loss': 0.6, 'epoch': 1.0}",
            "Sanity Checking: 100%|##| 2/2 [00:00<00:00, val_loss=2.3]",
        ] {
            assert_eq!(
                last(&format!("{first}{line}")),
                (Some(0.9), Some(0.8)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_summary_of_the_best_epoch_is_no_epoch() {
        let run = "epoch 1 train loss 0.9 val loss 0.3\nepoch 2 train loss 0.5 val loss 0.4\n";
        for summary in [
            "Best epoch: 1, val loss 0.3",
            "Best epoch 1: val_loss=0.3",
            "Loaded best checkpoint (epoch 1)\nVal loss: 0.3",
            "Best epoch: 2, val loss 0.4",
        ] {
            let text = format!("{run}{summary}");
            assert_eq!(last(&text), (Some(0.5), Some(0.4)), "{summary}");
            let log = parse(text.as_bytes()).unwrap();
            assert_eq!((log.epochs.len(), log.warnings.len()), (2, 0), "{summary}");
        }
        let marked = format!("{run}[best] epoch 3 train loss 0.4 val loss 0.2");
        assert_eq!(last(&marked), (Some(0.4), Some(0.2)));
        let alone = "Best epoch: 12, train loss 0.5, val loss 0.4";
        assert_eq!(last(alone), (Some(0.5), Some(0.4)));
    }
}
