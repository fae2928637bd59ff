//! Logs whose names do not say that a number is a loss: those of sides and nothing else (`train 0.5
//! val 0.4`, `epoch,train,val`), and columns without names.

use super::names::{Side, side_of};
use super::{LogColumns, LogError, TrainingLog, parse_with};

/// Reads the numbers behind the most frequent word of each side as losses, where the training one
/// falls, as an accuracy does not; else says what to write. `None` for a text without such numbers.
pub(super) fn read(text: &str) -> Option<Result<TrainingLog, LogError>> {
    let word = |side| {
        let mut counted: Vec<(String, usize)> = Vec::new();
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if side_of(word) == Some(side) {
                let word = word.to_lowercase();
                match counted.iter_mut().find(|(own, _)| *own == word) {
                    Some((_, count)) => *count += 1,
                    None => counted.push((word, 1)),
                }
            }
        }
        counted.into_iter().max_by_key(|(_, count)| *count)
    };
    let (train, _) = word(Side::Train)?;
    let (validation, _) = word(Side::Validation)?;
    let columns = LogColumns {
        train: Some(train.clone()),
        validation: Some(validation.clone()),
    };
    let mut log = parse_with(text.as_bytes(), &columns).ok()?;
    let training: Vec<f64> = log
        .epochs
        .iter()
        .filter(|epoch| epoch.validation.is_some())
        .filter_map(|epoch| Some(epoch.train?.value))
        .collect();
    let (first, last) = (training.first()?, training.last()?);
    if last < first {
        log.warnings.push(format!(
            "the log calls its numbers `{train}` and `{validation}` and does not say of what; they fall and are read as losses"
        ));
        return Some(Ok(log));
    }
    Some(Err(LogError::Unnamed {
        found: format!("`{train}` and `{validation}`, which may be accuracies"),
        advice: format!("train={train},val={validation}"),
    }))
}

/// Why a table of numbers cannot be read, if the text is one.
pub(super) fn unnamed(text: &str) -> Option<LogError> {
    let head = text.lines().next()?;
    let cells: Vec<&str> = head.split([',', ';', '\t']).map(str::trim).collect();
    if cells
        .iter()
        .any(|cell| cell.trim_matches('"').eq_ignore_ascii_case("value"))
    {
        return Some(LogError::Unnamed {
            found: format!("`{head}` is one curve without its name"),
            advice: "val=Value".to_owned(),
        });
    }
    let words: Vec<&str> = head.split_whitespace().collect();
    let numbers = words
        .iter()
        .filter(|word| word.parse::<f64>().is_ok())
        .count();
    (numbers >= 3 && 2 * numbers > words.len()).then(|| LogError::Unnamed {
        found: format!("{} columns without a header", words.len()),
        advice: "train=6,val=13 for columns counted from 1".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn numbers_of_two_sides_that_fall_are_losses() {
        for text in [
            "epoch 1 train 0.9 val 0.8\nepoch 2 train 0.5 val 0.4",
            "epoch,train,val\n1,0.9,0.8\n2,0.5,0.4\n",
            "step 500: train 0.9 val 0.8\nstep 1000: train 0.5 val 0.4",
            "| Epoch 1 | 3 min | Train 0.9 | Val 0.8 |\n| Epoch 2 | 3 min | Train 0.5 | Val 0.4 |",
            "{\"train\": [0.9, 0.5], \"val\": [0.8, 0.4]}",
        ] {
            let log = parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}\n{error}"));
            let epoch = log.explained().unwrap();
            let sides = (epoch.train.unwrap().value, epoch.validation.unwrap().value);
            assert_eq!(sides, (0.5, 0.4), "{text}");
            assert!(
                log.warnings.iter().any(|w| w.contains("read as losses")),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_that_may_be_accuracies_are_refused_with_what_to_write() {
        for text in [
            "epoch 1 train 0.5 val 0.4",
            "epoch,train,val\n1,0.5,0.4\n2,0.9,0.8\n",
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(
                error.contains("--log-columns, such as train=train,val=val"),
                "{error}"
            );
        }
        let losses = parse(b"epoch 1 train loss 0.5 val loss 0.4").unwrap();
        assert!(losses.warnings.is_empty());
    }
}
