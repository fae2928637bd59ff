//! Hugging Face `trainer_state.json`: `loss` is the mean since the last line, rounded to four decimals; `eval_loss` comes on lines of its own.

use super::{Epoch, LogError, LogSource, Printed, TrainLossKind, TrainingLog, empty, finish};
use serde::Deserialize;

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    log_history: Vec<Line>,
    #[serde(default)]
    num_train_epochs: Option<f64>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    loss: Option<f64>,
    #[serde(default)]
    eval_loss: Option<f64>,
    #[serde(default)]
    step: Option<f64>,
}

/// Reads `log_history`: every evaluation, with the last training window before it, counts as an epoch.
///
/// # Errors
/// [`LogError`] for broken JSON or a history without losses.
pub fn parse(text: &str) -> Result<TrainingLog, LogError> {
    // Python writes NaN and Infinity, which JSON does not know.
    let text = text
        .replace("-Infinity", "null")
        .replace("Infinity", "null")
        .replace("NaN", "null");
    let state: State = serde_json::from_str(&text).map_err(|error| LogError::Malformed {
        format: "trainer_state.json",
        reason: error.to_string(),
    })?;
    let mut log = empty(LogSource::HuggingFace, TrainLossKind::WindowMean);
    log.planned_epochs = state.num_train_epochs.map(|epochs| epochs.max(0.0) as u64);
    let mut window = None;
    let mut last_step = 0.0;
    let mut number = 0;
    for line in &state.log_history {
        let step = line.step.unwrap_or(last_step);
        if step < last_step {
            // A run that started again: `finish` sees the number fall.
            (number, window) = (0, None);
        }
        last_step = step;
        if let Some(value) = line.loss {
            window = Some(Printed {
                value,
                half_width: 0.5e-4,
            });
        }
        if let Some(value) = line.eval_loss {
            number += 1;
            log.epochs.push(Epoch {
                number,
                train: window.take(),
                validation: Some(Printed {
                    value,
                    half_width: 0.0,
                }),
            });
        }
    }
    if log.epochs.is_empty() && window.is_some() {
        log.epochs.push(Epoch {
            number: 1,
            train: window,
            validation: None,
        });
    }
    finish(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evaluation_takes_the_training_window_before_it() {
        let log = parse(r#"{"log_history": [{"loss": 0.5, "step": 10, "epoch": 0.5}, {"loss": 0.4, "step": 20, "epoch": 1.0}, {"eval_loss": 0.35, "step": 20}, {"loss": 0.3, "step": 30}, {"eval_loss": 0.25, "step": 40}]}"#).unwrap();
        assert_eq!(log.train_loss_kind, TrainLossKind::WindowMean);
        assert_eq!(log.epochs[0].train.unwrap().value, 0.4);
        assert_eq!(log.epochs[1].validation.unwrap().value, 0.25);
        assert_eq!(log.epochs[1].train.unwrap().half_width, 0.5e-4);
    }

    #[test]
    fn python_nan_is_not_a_loss() {
        assert_eq!(
            parse(r#"{"log_history": [{"loss": NaN, "step": 1}, {"eval_loss": NaN, "step": 1}]}"#),
            Err(LogError::NoLoss)
        );
    }

    #[test]
    fn training_losses_alone_are_kept() {
        let log = parse(r#"{"log_history": [{"loss": 0.5, "step": 10}]}"#).unwrap();
        assert_eq!(log.epochs[0].validation, None);
    }
}
