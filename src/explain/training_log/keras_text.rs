//! Progress text of Keras as people paste it.
//!
//! Line ends may be lost (`val_loss: 0.0128Epoch 2/519200/19200 [===]`), bars may be overwritten with `\r`
//! or `\b`, other metrics may stand between. So the text is read as a sequence of `name: number`: a
//! `loss` is remembered, and the `val_loss` that follows it ends an epoch. Epochs are numbered by occurrence.

use super::{
    Epoch, LogError, LogSource, Printed, Quantity, TrainLossKind, TrainingLog, empty, finish,
    model_summary, printed,
};

/// Reads every epoch of the text.
///
/// # Errors
/// [`LogError::NoLoss`] when there is no `loss: number` or `accuracy: number` in it.
pub fn parse(text: &str) -> Result<TrainingLog, LogError> {
    let mut log = empty(LogSource::KerasText, TrainLossKind::EpochMean);
    log.epochs = epochs(text, "loss", "val_loss");
    if log.epochs.is_empty() {
        log.epochs = accuracy_as_error(text);
        log.quantity = Quantity::Error;
    }
    let progress = progress(text);
    log.train_samples = progress.samples;
    log.planned_epochs = progress.epochs;
    log.validation_samples = validation_samples(text, progress.samples);
    log.model = model_summary::read(text);
    log.stated_range = stated_range(text);
    finish(log)
}

/// Pairs of a training value and the validation value that follows it. A training value that is
/// overwritten before its validation value comes was a running mean and does not count; one
/// that stands last before a new epoch without any validation value counts alone.
fn epochs(text: &str, train_name: &str, validation_name: &str) -> Vec<Epoch> {
    let mut epochs: Vec<Epoch> = Vec::new();
    let mut pending: Option<Printed> = None;
    let push = |epochs: &mut Vec<Epoch>, train, validation| {
        let number = epochs.len() as u64 + 1;
        epochs.push(Epoch {
            number,
            train,
            validation,
        });
    };
    for token in tokens(text) {
        match token {
            Token::Header => {
                if let Some(train) = pending.take() {
                    push(&mut epochs, Some(train), None);
                }
            }
            Token::Value(name, value) if name == train_name => pending = Some(value),
            Token::Value(name, value) if name == validation_name => {
                push(&mut epochs, pending.take(), Some(value));
            }
            Token::Value(..) => {}
        }
    }
    if let Some(train) = pending {
        push(&mut epochs, Some(train), None);
    }
    epochs
}

fn accuracy_as_error(text: &str) -> Vec<Epoch> {
    let names = [("accuracy", "val_accuracy"), ("acc", "val_acc")];
    let found = names
        .iter()
        .map(|(train, validation)| epochs(text, train, validation));
    let mut epochs = found
        .into_iter()
        .find(|epochs| !epochs.is_empty())
        .unwrap_or_default();
    for epoch in &mut epochs {
        for printed in [&mut epoch.train, &mut epoch.validation]
            .into_iter()
            .flatten()
        {
            printed.value = 1.0 - printed.value;
        }
    }
    epochs
}

enum Token<'a> {
    /// `Epoch 3/5`.
    Header,
    /// `name: number`.
    Value(&'a str, Printed),
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let headers = text
        .match_indices("Epoch ")
        .filter(|(at, word)| text[at + word.len()..].starts_with(|c: char| c.is_ascii_digit()))
        .map(|(at, _)| (at, Token::Header));
    let values = text.match_indices(':').filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map_or(0, |i| {
                i + before[i..].chars().next().map_or(1, char::len_utf8)
            });
        let value = printed(number_at(text[at + 1..].trim_start_matches(' '))?)?;
        Some((at, Token::Value(&before[start..], value)))
    });
    let mut all: Vec<_> = headers.chain(values).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, token)| token)
}

/// The number that a text starts with: an exponent needs digits, so that `0.0128Epoch` ends after the 8.
fn number_at(text: &str) -> Option<&str> {
    for word in ["nan", "inf", "-inf"] {
        if text
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
        {
            return text.get(..word.len());
        }
    }
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let mut end = digits(sign);
    if end == sign {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        if digits(exponent.min(bytes.len())) > exponent {
            end = digits(exponent);
        }
    }
    text.get(..end)
}

struct Progress {
    epochs: Option<u64>,
    samples: Option<u64>,
}

/// Reads `Epoch 2/5` and the `19200/19200` behind it, also when they are glued to `Epoch 2/519200/19200`:
/// the two counts are equal, so the shared tail of the digits is the count and the rest the epochs.
/// The count is one of samples unless the text speaks of steps.
fn progress(text: &str) -> Progress {
    let mut found = Progress {
        epochs: None,
        samples: None,
    };
    let Some(at) = text.find("Epoch ").map(|at| at + "Epoch ".len()) else {
        return found;
    };
    let Some((_, rest)) = text[at..].split_once('/') else {
        return found;
    };
    let (first, after) = leading_digits(rest);
    let count = if let Some(after) = after.strip_prefix('/') {
        let count = leading_digits(after).0;
        let planned = first.strip_suffix(count).unwrap_or_default();
        found.epochs = planned.parse().ok();
        count
    } else {
        found.epochs = first.parse().ok();
        full_count(after)
    };
    let steps = ["ms/step", "s/step", "steps"]
        .iter()
        .any(|word| text.contains(word));
    if !steps {
        found.samples = count.parse().ok();
    }
    found
}

/// First `N/N` with equal numbers, or nothing.
fn full_count(text: &str) -> &str {
    let slashes = text.match_indices('/').take(100_000);
    let equal = slashes.filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let after = leading_digits(&text[at + 1..]).0;
        (start < at && before[start..] == *after).then_some(after)
    });
    equal.into_iter().next().unwrap_or_default()
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Size of the validation set: `validate on 4800 samples`, or `19200/4800` in the text around the log.
fn validation_samples(text: &str, train: Option<u64>) -> Option<u64> {
    if let Some((_, rest)) = text.split_once("validate on ") {
        return leading_digits(rest).0.parse().ok();
    }
    let train = train?;
    let pattern = format!("{train}/");
    let counts = text.match_indices(&pattern).filter_map(|(at, _)| {
        let glued = text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '/');
        leading_digits(&text[at + pattern.len()..])
            .0
            .parse()
            .ok()
            .filter(|&n| !glued && n != train)
    });
    counts.into_iter().next()
}

/// A range that the text states: two numbers, the first negative and the second its opposite, joined by a short word (`[-1, 1]`, `-1.0 to 1.0`).
fn stated_range(text: &str) -> Option<(f64, f64)> {
    let candidates = text.match_indices('-').take(100_000).filter_map(|(at, _)| {
        let low = number_at(&text[at..])?;
        let rest = &text[at + low.len()..];
        let joint: String = rest
            .chars()
            .take(6)
            .take_while(|c| !c.is_ascii_digit())
            .collect();
        let joint_is_short = !joint.is_empty() && !joint.contains(['\n', '-', '_', '/', '.']);
        let high = number_at(&rest[joint.len()..])?;
        let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
        (joint_is_short && high > 0.0 && low == -high).then_some((low, high))
    });
    candidates.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log of the shape that people paste: summary and epochs glued into one line.
    pub(crate) const GLUED: &str = "targets from -1.0 to 1.0, 19200/4800 samples ____dropout_1 (Dropout)  (None, 1152)  0  flatten_1[0][0]____\
        dense_4 (Dense)  (None, 1)  11  dropout_1[0][0]====Total params: 252,219____NoneEpoch 1/519200/19200 [====] - 795s - loss: 0.0292 - val_loss: 0.0128\
        Epoch 2/519200/19200 [====] - 754s - loss: 0.0169 - val_loss: 0.0120Epoch 3/519200/19200 [====] - 753s - loss: 0.0161 - val_loss: 0.0114\
        Epoch 4/519200/19200 [====] - 723s - loss: 0.0154 - val_loss: 0.0100Epoch 5/519200/19200 [====] - 1597s - loss: 0.0151 - val_loss: 0.0098";

    fn pairs(log: &TrainingLog) -> Vec<(f64, f64)> {
        let value = |p: Option<Printed>| p.map_or(f64::NAN, |p| p.value);
        log.epochs
            .iter()
            .map(|e| (value(e.train), value(e.validation)))
            .collect()
    }

    #[test]
    fn epochs_glued_into_one_line_are_all_read() {
        let log = parse(GLUED).unwrap();
        assert_eq!(
            pairs(&log),
            [
                (0.0292, 0.0128),
                (0.0169, 0.0120),
                (0.0161, 0.0114),
                (0.0154, 0.0100),
                (0.0151, 0.0098)
            ]
        );
        assert_eq!(
            (
                log.planned_epochs,
                log.train_samples,
                log.validation_samples
            ),
            (Some(5), Some(19200), Some(4800))
        );
        assert_eq!((log.model.dropout_layers, log.model.outputs), (1, Some(1)));
        assert_eq!(log.stated_range, Some((-1.0, 1.0)));
    }

    #[test]
    fn bars_overwritten_by_carriage_return_or_backspace_count_once() {
        let log = parse(
            "Epoch 1/2\n  32/100 [=>....] - ETA: 3s - loss: 0.9\r 64/100 [==>...] - ETA: 1s - loss: 0.8\r100/100 [====] - 4s 40ms/step - loss: 0.7 - mae: 0.3 - val_loss: 0.6 - val_mae: 0.2\n\
             Epoch 2/2\n 32/100 [=>....] - loss: 0.6\u{8}\u{8}\u{8}100/100 [====] - 4s - loss: 0.5 - val_loss: 0.4\n",
        ).unwrap();
        assert_eq!(pairs(&log), [(0.7, 0.6), (0.5, 0.4)]);
        assert_eq!(
            (log.planned_epochs, log.train_samples),
            (Some(2), None),
            "a count of steps is not a count of samples"
        );
    }

    #[test]
    fn new_keras_bars_are_read() {
        let log = parse("Epoch 1/1\n\u{1b}[1m600/600\u{1b}[0m \u{2501}\u{2501}\u{2501} \u{1b}[1m12s\u{1b}[0m 20ms/step - accuracy: 0.9 - loss: 0.31 - val_accuracy: 0.95 - val_loss: 0.2").unwrap();
        assert_eq!(pairs(&log), [(0.31, 0.2)]);
    }

    #[test]
    fn old_keras_header_gives_both_sizes() {
        let log = parse("Train on 800 samples, validate on 200 samples\nEpoch 1/3\n800/800 [==] - 1s - loss: 0.5 - val_loss: 0.4").unwrap();
        assert_eq!(
            (log.train_samples, log.validation_samples),
            (Some(800), Some(200))
        );
    }

    #[test]
    fn a_log_without_validation_loss_keeps_its_training_losses() {
        let log = parse("Epoch 1/2\n10/10 - loss: 0.5\nEpoch 2/2\n10/10 - loss: 0.4\n").unwrap();
        assert_eq!(log.epochs.len(), 2);
        assert!(log.epochs.iter().all(|e| e.validation.is_none()));
    }

    #[test]
    fn accuracy_alone_becomes_an_error_rate() {
        let log = parse("Epoch 1/1\n10/10 - accuracy: 0.90 - val_accuracy: 0.80").unwrap();
        assert_eq!(log.quantity, Quantity::Error);
        assert!((log.epochs[0].validation.unwrap().value - 0.2).abs() < 1e-12);
    }

    #[test]
    fn exponents_signs_and_nan_are_numbers() {
        assert_eq!(number_at("1.5e-05 - x"), Some("1.5e-05"));
        assert_eq!(number_at("0.0128Epoch 2"), Some("0.0128"));
        assert_eq!(number_at("-2.5"), Some("-2.5"));
        assert_eq!(number_at("nan - val"), Some("nan"));
        assert_eq!(number_at("1e"), Some("1"));
        assert_eq!(number_at("x"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(Epoch |loss: |val_loss: |/|-|[0-9]{1,6}|\\.|e|é|\r|\u{8}|:| |\\(|Dense|None, ){0,60}") {
            let _ = parse(&text);
        }
    }
}
