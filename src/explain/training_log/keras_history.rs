//! Keras `History.history`: one list a metric, as JSON or as Python prints a dictionary.

use super::{
    Epoch, LogError, LogSource, Printed, Quantity, TrainLossKind, TrainingLog, empty, finish,
};
use serde_json::{Map, Value};

/// Reads `{"loss": [..], "val_loss": [..]}`. Single quotes, `nan` and `inf` of a printed dictionary are understood.
///
/// # Errors
/// [`LogError`] when it is neither, or holds no list of losses.
pub fn parse(text: &str) -> Result<TrainingLog, LogError> {
    let history: Map<String, Value> = serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&python_to_json(text)))
        .map_err(|error| LogError::Malformed {
            format: "History",
            reason: error.to_string(),
        })?;
    let mut log = empty(LogSource::KerasHistory, TrainLossKind::EpochMean);
    let (train, validation) = if history.contains_key("loss") || history.contains_key("val_loss") {
        (list(&history, "loss"), list(&history, "val_loss"))
    } else {
        log.quantity = Quantity::Error;
        let error = |name| {
            list(&history, name)
                .into_iter()
                .map(|v| v.map(|v| 1.0 - v))
                .collect()
        };
        (error("accuracy"), error("val_accuracy"))
    };
    for index in 0..train.len().max(validation.len()) {
        let at = |values: &Vec<Option<f64>>| {
            let value = values.get(index).copied().flatten()?;
            Some(Printed {
                value,
                half_width: 0.0,
            })
        };
        log.epochs.push(Epoch {
            number: index as u64 + 1,
            train: at(&train),
            validation: at(&validation),
        });
    }
    finish(log)
}

fn list(history: &Map<String, Value>, name: &str) -> Vec<Option<f64>> {
    let values = history.get(name).and_then(Value::as_array);
    values
        .map(|values| values.iter().map(Value::as_f64).collect())
        .unwrap_or_default()
}

fn python_to_json(text: &str) -> String {
    let words = [
        ("'", "\""),
        ("-inf", "null"),
        ("inf", "null"),
        ("nan", "null"),
        ("None", "null"),
    ];
    words
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_a_printed_dictionary_read_the_same() {
        let json =
            parse(r#"{"loss": [0.5, 0.25], "val_loss": [0.4, 0.2], "lr": [0.1, 0.1]}"#).unwrap();
        let python = parse("{'loss': [0.5, 0.25], 'val_loss': [0.4, 0.2]}").unwrap();
        assert_eq!(json.epochs, python.epochs);
        assert_eq!(json.epochs.len(), 2);
    }

    #[test]
    fn not_a_number_is_dropped() {
        assert_eq!(
            parse("{'loss': [0.5, nan], 'val_loss': [0.4, nan]}")
                .unwrap()
                .epochs
                .len(),
            1
        );
    }

    #[test]
    fn accuracy_alone_becomes_an_error_rate() {
        let log = parse(r#"{"accuracy": [0.5], "val_accuracy": [0.75]}"#).unwrap();
        assert_eq!(
            (log.quantity, log.epochs[0].validation.unwrap().value),
            (Quantity::Error, 0.25)
        );
    }

    #[test]
    fn broken_json_says_where() {
        assert!(matches!(
            parse(r#"{"loss": [0.5,"#),
            Err(LogError::Malformed { .. })
        ));
        assert_eq!(parse(r#"{"a": 1}"#), Err(LogError::NoLoss));
    }
}
