//! Reader of training logs: losses by epoch from any of the formats that people have at hand.
//!
//! Every source means something else by "training loss": a mean over the epoch, over a window, or
//! the last step. [`TrainLossKind`] keeps that, because only a mean over the epoch lags behind the
//! model.
//!
//! One reader for all of text: `decode` makes plain text of bytes, `json`, `lines` and `table` make
//! rows of named numbers of it, `names` says what a name means, `epochs` puts rows together. A loss
//! that the log gives twice and differently is an error; one side is never taken for the other.

/// A regular expression that is compiled once.
macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: std::sync::LazyLock<Option<regex::Regex>> =
            std::sync::LazyLock::new(|| regex::Regex::new($pattern).ok());
    };
}

mod arranged;
mod bare;
mod columns;
mod counters;
mod decode;
mod epochs;
mod error;
mod json;
#[cfg(test)]
mod kinds;
mod languages;
mod lines;
pub(crate) mod model_summary;
mod name;
mod named_lists;
mod names;
mod phrases;
mod pieces;
mod rows;
mod sizes;
mod table;
pub(crate) mod tensorboard;
mod tokens;

use crate::report::explanation::Metric;

pub use crate::report::explanation::TrainLossKind;
pub use columns::LogColumns;
pub use error::LogError;

/// Longest log that is read, in bytes. A log of a year's training is smaller.
pub(crate) const MAX_BYTES: usize = 256 << 20;

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
    /// Metrics of the log that are no means over samples, as it names them.
    pub other_metrics: Vec<String>,
    /// What was dropped or repaired while reading.
    pub warnings: Vec<String>,
}

/// One epoch. At least one of its numbers is present.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Epoch {
    /// Number, from 1.
    pub number: u64,
    /// Training loss.
    pub train: Option<Printed>,
    /// Validation loss.
    pub validation: Option<Printed>,
    /// Share of training samples that were classified right, 0 to 1.
    pub train_accuracy: Option<Printed>,
    /// Share of validation samples that were classified right, 0 to 1.
    pub validation_accuracy: Option<Printed>,
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
    /// Lines that a training loop printed.
    Text,
    /// A table: CSV of any tool, or one printed on a console or in a notebook.
    Table,
    /// Metric lists or rows as JSON or as a printed Python dictionary.
    Json,
    /// Hugging Face `trainer_state.json`.
    HuggingFace,
    /// TensorBoard event files.
    TensorBoard,
    /// Numbers given by the user.
    Declared,
}

impl LogSource {
    /// Name in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KerasText => "keras-text",
            Self::Text => "text",
            Self::Table => "table",
            Self::Json => "json",
            Self::HuggingFace => "hugging-face",
            Self::TensorBoard => "tensorboard",
            Self::Declared => "declared",
        }
    }
}

/// What the losses measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A loss; which one is not known.
    Loss,
    /// One minus accuracy, because the log has no loss.
    Error,
    /// The loss that its name says.
    Named(Metric),
    /// A loss that its name tells from those: of boxes, of masks, a sum of parts.
    Other,
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

/// Reads a log, recognising the format by its content.
///
/// # Errors
/// [`LogError`] when nothing that looks like a loss is found, or a loss is given twice and
/// differently.
pub fn parse(bytes: &[u8]) -> Result<TrainingLog, LogError> {
    parse_with(bytes, &LogColumns::default())
}

/// Reads a log whose losses have these names.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(bytes: &[u8], columns: &LogColumns) -> Result<TrainingLog, LogError> {
    if bytes.is_empty() {
        return Err(LogError::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(LogError::TooLarge);
    }
    if tensorboard::looks_like_events(bytes) {
        return tensorboard::parse(&[("", bytes)]);
    }
    let text = decode::text(bytes);
    if let Some(reason) = columns.misspelt(&text) {
        return Err(LogError::Malformed {
            format: "training log",
            reason,
        });
    }
    let json = json::rows(&text, columns);
    let json = json.filter(|found| found.rows.iter().any(|row| !row.readings.is_empty()));
    let is_json = json.is_some();
    let json::Found {
        rows,
        hugging_face,
        warnings,
    } = match json {
        Some(found) => found,
        None => json::Found {
            rows: lines::rows(&text, columns)?,
            ..json::Found::default()
        },
    };
    // Console lines of a trainer: the training loss is a mean over the steps before.
    let trainer = hugging_face || (text.contains("eval_loss") && text.contains("learning_rate"));
    let found = rows.iter().any(|row| !row.readings.is_empty());
    let joined = epochs::join(rows, trainer)?;
    if !found {
        let bare = || bare::read(&text).unwrap_or(Err(LogError::NoLoss));
        if let Some(lists) = named_lists::as_json(&text, columns) {
            return parse_with(lists.as_bytes(), columns);
        }
        return match bare::unnamed(&text) {
            Some(error) => Err(error),
            None if columns.is_given() => Err(LogError::NoLoss),
            None => bare(),
        };
    }
    let source = source(&text, is_json, hugging_face);
    let mut log = empty(source, kind(&text, source, trainer, &joined));
    let sizes = sizes::sizes(&text);
    log.train_samples = sizes.train;
    log.validation_samples = sizes.validation;
    log.planned_epochs = sizes.epochs;
    log.model = model_summary::read(&text);
    log.stated_range = sizes::stated_range(&text);
    log.other_metrics = joined.metrics;
    log.warnings = warnings;
    log.warnings.extend(joined.warnings);
    if text.contains("train/box_loss") {
        let ema = "validation losses of Ultralytics come from averaged weights (EMA), training losses do not";
        log.warnings.push(ema.to_owned());
    }
    let [_, validation] = &joined.names;
    log.quantity = validation
        .as_deref()
        .map_or(Quantity::Loss, names::quantity);
    log.epochs = joined.epochs;
    if log
        .epochs
        .iter()
        .all(|epoch| epoch.train.is_none() && epoch.validation.is_none())
    {
        accuracy_as_error(&mut log);
    }
    finish(log)
}

/// Without a loss the error rate stands in for it.
fn accuracy_as_error(log: &mut TrainingLog) {
    let error = |accuracy: Option<Printed>| {
        accuracy.map(|a| Printed {
            value: 1.0 - a.value,
            ..a
        })
    };
    for epoch in &mut log.epochs {
        log.quantity = Quantity::Error;
        (epoch.train, epoch.validation) = (
            error(epoch.train_accuracy),
            error(epoch.validation_accuracy),
        );
    }
}

fn source(text: &str, is_json: bool, hugging_face: bool) -> LogSource {
    if hugging_face {
        LogSource::HuggingFace
    } else if is_json {
        LogSource::Json
    } else if text.contains("val_loss: ") && text.contains(" loss: ") && text.contains("Epoch ") {
        LogSource::KerasText
    } else if table::Table::at(
        &text.lines().take(8).collect::<Vec<_>>(),
        lines::decimal_comma(text),
        &LogColumns::default(),
    )
    .is_some()
    {
        LogSource::Table
    } else {
        LogSource::Text
    }
}

/// What the training loss means, as far as the names of its format tell.
fn kind(text: &str, source: LogSource, trainer: bool, joined: &epochs::Joined) -> TrainLossKind {
    let [train, _] = &joined.names;
    let train = train.as_deref().unwrap_or_default().to_lowercase();
    // `loss` and `val_loss`, a bar, or the accuracies alone are what Keras writes, whose training
    // loss is a mean over the epoch.
    let keras = match train.as_str() {
        "loss" => {
            text.contains("val_loss") || text.contains("[=") || matches!(source, LogSource::Table)
        }
        "" => text.contains("val_acc"),
        _ => false,
    };
    match source {
        _ if trainer => TrainLossKind::WindowMean,
        LogSource::KerasText => TrainLossKind::EpochMean,
        _ if train.contains("step") || joined.last_step => TrainLossKind::LastStep,
        _ if train.contains("epoch") || train.starts_with("sum of") => TrainLossKind::EpochMean,
        _ if text.contains("train_loss") && text.contains("valid_loss") => {
            TrainLossKind::WindowMean
        }
        _ if keras => TrainLossKind::EpochMean,
        _ => TrainLossKind::Unknown,
    }
}

/// A log of one epoch from numbers given by hand.
#[must_use]
pub fn declared(train: Option<&str>, validation: Option<&str>, kind: TrainLossKind) -> TrainingLog {
    let epoch = Epoch {
        number: 1,
        train: train.and_then(typed),
        validation: validation.and_then(typed),
        ..Epoch::default()
    };
    TrainingLog {
        epochs: vec![epoch],
        ..empty(LogSource::Declared, kind)
    }
}

/// A number as a person types it: `0` is nothing, not anything up to a half.
fn typed(text: &str) -> Option<Printed> {
    let exact = |p: Printed| match p.value == 0.0 && !text.contains('.') {
        true => Printed {
            half_width: 0.0,
            ..p
        },
        false => p,
    };
    printed(text).map(exact)
}

impl TrainingLog {
    /// The epoch that is explained: the last with a validation loss, or the last of all.
    #[must_use]
    pub fn explained(&self) -> Option<&Epoch> {
        let validated = self.epochs.iter().rfind(|epoch| epoch.validation.is_some());
        validated.or(self.epochs.last())
    }
}

/// A number with the half width of its last digit: `0.0098` is 0.0098 +- 0.00005, `1e-3` is 0.001
/// +- 0.0005. Text longer than 12 significant digits counts as exact, because a machine wrote it.
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
        other_metrics: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Finishes a log: values that are not numbers are dropped, and it is said when the last epoch has
/// none.
fn finish(mut log: TrainingLog) -> Result<TrainingLog, LogError> {
    let found = log.epochs.len();
    let validations: Vec<(u64, Printed)> = log
        .epochs
        .iter()
        .filter_map(|epoch| Some((epoch.number, epoch.validation?)))
        .collect();
    let finite = |p: Option<Printed>| p.filter(|p| p.value.is_finite());
    for epoch in &mut log.epochs {
        for value in [
            &mut epoch.train,
            &mut epoch.validation,
            &mut epoch.train_accuracy,
            &mut epoch.validation_accuracy,
        ] {
            *value = finite(*value);
        }
    }
    let last = log.epochs.last().map(|epoch| epoch.number);
    log.epochs
        .retain(|epoch| epoch.train.is_some() || epoch.validation.is_some());
    if found > log.epochs.len() {
        let instead = match (log.explained().map(|epoch| epoch.number), last) {
            (Some(used), Some(last)) if used != last => {
                format!("; epoch {used} is read, not the last")
            }
            _ => String::new(),
        };
        log.warnings.push(format!(
            "{} of {found} epochs hold no finite loss and were dropped{instead}",
            found - log.epochs.len()
        ));
    }
    if found > 0 && log.epochs.is_empty() {
        return Err(LogError::NotFinite);
    }
    diverged_validation(&mut log, &validations);
    Ok(log)
}

/// Says that the last validation losses are no numbers, though training losses are.
fn diverged_validation(log: &mut TrainingLog, validations: &[(u64, Printed)]) {
    let last = validations.iter().rev();
    let infinite = last.take_while(|(_, loss)| !loss.value.is_finite()).count();
    let kept = log.epochs.last().map(|epoch| epoch.number);
    let (Some((last, _)), Some(used)) = (validations.last(), log.explained()) else {
        return;
    };
    if infinite > 0 && kept == Some(*last) {
        let used = used.number;
        log.warnings.push(match infinite == validations.len() {
            true => "no validation loss of the log is a finite number".to_owned(),
            false => format!("the validation loss of the last {infinite} epochs is nan or infinite; epoch {used} is read, not the last"),
        });
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
