//! Reader of training logs: losses by epoch from any of the formats that people have at hand.
//!
//! Every source means something else by "training loss": a mean over the epoch, over a window, or the
//! last step. [`TrainLossKind`] keeps that, because only a mean over the epoch lags behind the model.

pub mod hugging_face;
pub mod keras_history;
pub mod keras_text;
pub mod model_summary;
mod tables;
pub mod tensorboard;

pub use crate::report::explanation::TrainLossKind;

/// Longest log that is read, in bytes. A log of a year's training is smaller.
pub const MAX_BYTES: usize = 256 << 20;

/// A training run as its log tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingLog {
    /// Format it was read from.
    pub source: LogSource,
    /// Epochs in the order of training, those of the last unbroken run only.
    pub epochs: Vec<Epoch>,
    /// What the training loss of this source means.
    pub train_loss_kind: TrainLossKind,
    /// What the losses are, as far as the names tell.
    pub quantity: Quantity,
    /// Training samples per epoch, when the log says it.
    pub train_samples: Option<u64>,
    /// Validation samples, when the log says it.
    pub validation_samples: Option<u64>,
    /// Epochs that were planned, when the log says it.
    pub planned_epochs: Option<u64>,
    /// Layers named in a model summary beside the log.
    pub model: ModelSummary,
    /// Range of the targets, when the text around the log states one.
    pub stated_range: Option<(f64, f64)>,
    /// What was dropped or repaired while reading.
    pub warnings: Vec<String>,
}

/// One epoch. At least one of the two losses is present.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Number, from 1.
    pub number: u64,
    /// Training loss.
    pub train: Option<Printed>,
    /// Validation loss.
    pub validation: Option<Printed>,
}

/// A number as printed: it stands for everything that rounds to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Printed {
    /// The number.
    pub value: f64,
    /// Half a unit of the last printed digit; 0 for a number known in full.
    pub half_width: f64,
}

/// Formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogSource {
    /// Progress text of Keras, as pasted.
    KerasText,
    /// Keras `CSVLogger`.
    KerasCsv,
    /// Keras `History.history` as JSON or as a printed Python dictionary.
    KerasHistory,
    /// PyTorch Lightning `metrics.csv`.
    Lightning,
    /// Hugging Face `trainer_state.json`.
    HuggingFace,
    /// Ultralytics `results.csv`.
    Ultralytics,
    /// TensorBoard event files.
    TensorBoard,
    /// Numbers given by the user.
    Declared,
}

/// What the losses measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A loss; which one is not known.
    Loss,
    /// One minus accuracy, because the log has no loss.
    Error,
}

/// Layers that act in training only, and the head, from a model summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ModelSummary {
    /// Dropout layers of any kind.
    pub dropout_layers: u64,
    /// Batch-normalisation layers.
    pub batch_norm_layers: u64,
    /// Layers that add noise or augment images.
    pub noise_layers: u64,
    /// Outputs of the last dense layer; 1 suggests a regression head.
    pub outputs: Option<u64>,
}

/// Why a log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// No byte in it.
    #[error("the training log is empty")]
    Empty,
    /// Longer than [`MAX_BYTES`].
    #[error("the training log is longer than {} MB; give only the part with the losses", MAX_BYTES >> 20)]
    TooLarge,
    /// None of the formats fits.
    #[error(
        "no loss found in the training log; understood are Keras progress text, CSVLogger and History, Lightning metrics.csv, \
         Hugging Face trainer_state.json, Ultralytics results.csv and TensorBoard events; or give --train-loss and --val-loss"
    )]
    NoLoss,
    /// The format is clear, its content broken.
    #[error("{format}: {reason}")]
    Malformed {
        /// Which format.
        format: &'static str,
        /// What is wrong, with a position where there is one.
        reason: String,
    },
}

/// Reads a log, recognising the format by its content.
///
/// # Errors
/// [`LogError`] when nothing that looks like a loss is found.
pub fn parse(bytes: &[u8]) -> Result<TrainingLog, LogError> {
    if bytes.is_empty() {
        return Err(LogError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(LogError::TooLarge);
    }
    if tensorboard::looks_like_events(bytes) {
        return tensorboard::parse(&[("", bytes)]);
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    let header = text.lines().next().unwrap_or_default();
    if text.starts_with('{') && text.contains("\"log_history\"") {
        hugging_face::parse(text)
    } else if text.starts_with('{') {
        keras_history::parse(text)
    } else if let Some(format) = tables::recognise(header) {
        format.parse(text)
    } else {
        keras_text::parse(text)
    }
}

/// A log of one epoch from numbers given by hand.
#[must_use]
pub fn declared(train: Option<&str>, validation: Option<&str>, kind: TrainLossKind) -> TrainingLog {
    let epoch = Epoch {
        number: 1,
        train: train.and_then(printed),
        validation: validation.and_then(printed),
    };
    TrainingLog {
        epochs: vec![epoch],
        ..empty(LogSource::Declared, kind)
    }
}

/// A number with the half width of its last digit: `0.0098` is 0.0098 +- 0.00005, `1e-3` is 0.001 +- 0.0005.
/// Text longer than 12 significant digits counts as exact, because a machine wrote it.
#[must_use]
pub fn printed(text: &str) -> Option<Printed> {
    let text = text.trim();
    let value: f64 = text.parse().ok()?;
    let (mantissa, exponent) = text
        .split_once(['e', 'E'])
        .map_or((text, 0), |(m, e)| (m, e.parse().unwrap_or(0)));
    let decimals = mantissa.split_once('.').map_or(0, |(_, d)| d.len()) as i32;
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let half_width = if digits > 12 {
        0.0
    } else {
        0.5 * 10f64.powi(exponent - decimals)
    };
    Some(Printed { value, half_width })
}

/// A log with nothing in it yet.
fn empty(source: LogSource, train_loss_kind: TrainLossKind) -> TrainingLog {
    TrainingLog {
        source,
        epochs: Vec::new(),
        train_loss_kind,
        quantity: Quantity::Loss,
        train_samples: None,
        validation_samples: None,
        planned_epochs: None,
        model: ModelSummary::default(),
        stated_range: None,
        warnings: Vec::new(),
    }
}

/// Finishes a log: values that are not numbers are dropped, and of several runs in one file the last is kept.
fn finish(mut log: TrainingLog) -> Result<TrainingLog, LogError> {
    let found = log.epochs.len();
    let finite = |p: Option<Printed>| p.filter(|p| p.value.is_finite());
    for epoch in &mut log.epochs {
        (epoch.train, epoch.validation) = (finite(epoch.train), finite(epoch.validation));
    }
    log.epochs
        .retain(|epoch| epoch.train.is_some() || epoch.validation.is_some());
    if found > log.epochs.len() {
        log.warnings.push(format!(
            "{} of {found} epochs hold no finite loss and were dropped",
            found - log.epochs.len()
        ));
    }
    if log.epochs.is_empty() {
        return Err(LogError::NoLoss);
    }
    let restart = log
        .epochs
        .windows(2)
        .rposition(|pair| pair[1].number <= pair[0].number);
    if let Some(last) = restart {
        log.epochs.drain(..=last);
        log.warnings.push(format!(
            "epoch numbers start again; only the last run of {} epochs is used",
            log.epochs.len()
        ));
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_number_stands_for_all_that_round_to_it() {
        let p = printed("0.0098").unwrap();
        assert_eq!((p.value, p.half_width), (0.0098, 0.5e-4));
        assert!((printed("1.5e-3").unwrap().half_width - 0.5e-4).abs() < 1e-12);
        assert_eq!(printed("0.30000000000000004").unwrap().half_width, 0.0);
        assert!(printed("abc").is_none());
    }

    #[test]
    fn an_empty_or_foreign_file_is_an_error() {
        assert_eq!(parse(b""), Err(LogError::Empty));
        assert_eq!(parse(b"hello"), Err(LogError::NoLoss));
        assert_eq!(parse(&[0xff, 0xfe, 0x00]), Err(LogError::NoLoss));
    }

    #[test]
    fn epochs_that_start_again_keep_only_the_last_run() {
        let log =
            parse(b"epoch,loss,val_loss\n0,0.9,0.8\n1,0.7,0.6\n0,0.5,0.4\n1,0.3,0.2\n").unwrap();
        assert_eq!(log.epochs.len(), 2);
        assert_eq!(log.epochs[1].validation.unwrap().value, 0.2);
        assert_eq!(log.warnings.len(), 1);
    }

    #[test]
    fn losses_that_are_not_numbers_are_dropped_with_a_warning() {
        let log = parse(b"epoch,loss,val_loss\n0,0.9,0.8\n1,nan,nan\n").unwrap();
        assert_eq!(log.epochs.len(), 1);
        assert!(log.warnings[0].contains("1 of 2"));
    }

    #[test]
    fn a_log_of_nothing_but_nan_is_an_error() {
        assert_eq!(
            parse(b"epoch,loss,val_loss\n0,nan,nan\n"),
            Err(LogError::NoLoss)
        );
    }
}
