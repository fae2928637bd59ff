//! Files and options that describe a training run.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::Error;
use crate::explain::inputs::Metric;
use crate::explain::predictions::{self, Line};
use crate::explain::training_log::{self, LogColumns, Printed, TrainLossKind, TrainingLog};
use crate::settings::Explain;

use super::args::{ExplainArgs, MetricArg};
use super::output;

/// What is known of the run, or `None` when nothing was said of one.
///
/// # Errors
/// A file that cannot be read or holds no loss or prediction, or a number that is none.
pub(super) fn explain(args: &ExplainArgs) -> Result<Option<Explain>, Error> {
    let asked = args.explain
        || args.training_log.is_some()
        || args.train_loss.is_some()
        || args.val_loss.is_some()
        || args.train_loss_eval.is_some()
        || args.predictions.is_some()
        || args.second_log.is_some()
        || args.second_predictions.is_some()
        || !args.compare.is_empty();
    if !asked {
        return Ok(None);
    }
    let columns = args
        .log_columns
        .as_deref()
        .map(columns)
        .transpose()?
        .unwrap_or_default();
    let optional = |path: &Option<std::path::PathBuf>| {
        path.as_deref().map(|path| log(path, &columns)).transpose()
    };
    Ok(Some(Explain {
        log: match optional(&args.training_log)? {
            Some(log) => Some(log),
            None => declared(args)?,
        },
        train_loss_evaluation: number("--train-loss-eval", args.train_loss_eval.as_deref())?,
        metric: metric(args.metric),
        target_range: args.target_range.as_deref().map(range).transpose()?,
        predictions: args.predictions.as_deref().map(lines).transpose()?,
        second_log: optional(&args.second_log)?,
        second_predictions: args.second_predictions.as_deref().map(lines).transpose()?,
        compared: compared(&args.compare)?,
    }))
}

/// Predictions of models, called what their files are: without folders and endings, where that
/// tells them apart.
fn compared(files: &[std::path::PathBuf]) -> Result<Vec<(String, Vec<Line>)>, Error> {
    let stem = |file: &Path| file.file_stem().unwrap_or_default().display().to_string();
    let stems: BTreeSet<String> = files.iter().map(|file| stem(file)).collect();
    let name = |file: &Path| match stems.len() == files.len() {
        true => stem(file),
        false => file.display().to_string(),
    };
    let models = files.iter().map(|file| Ok((name(file), lines(file)?)));
    models.collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    output::protect(path);
    std::fs::read(path).map_err(|source| Error::Io {
        action: "read",
        path: path.to_path_buf(),
        source,
    })
}

fn columns(text: &str) -> Result<LogColumns, Error> {
    LogColumns::parse(text).ok_or_else(|| {
        Error::settings(format!(
            "`--log-columns {text}` names no columns; write train=NAME,val=NAME"
        ))
    })
}

fn log(path: &Path, columns: &LogColumns) -> Result<TrainingLog, Error> {
    let bytes = read(path)?;
    training_log::parse_with(&bytes, columns)
        .map_err(|error| Error::settings(format!("`{}`: {error}", path.display())))
}

fn lines(path: &Path) -> Result<Vec<Line>, Error> {
    let bytes = read(path)?;
    predictions::parse(&bytes)
        .map_err(|error| Error::settings(format!("`{}`: {error}", path.display())))
}

fn declared(args: &ExplainArgs) -> Result<Option<TrainingLog>, Error> {
    let (train, validation) = (args.train_loss.as_deref(), args.val_loss.as_deref());
    number("--train-loss", train)?;
    number("--val-loss", validation)?;
    let any = train.is_some() || validation.is_some();
    Ok(any.then(|| training_log::declared(train, validation, TrainLossKind::Unknown)))
}

fn number(option: &str, text: Option<&str>) -> Result<Option<Printed>, Error> {
    let Some(text) = text else { return Ok(None) };
    match training_log::printed(text) {
        Some(printed) if printed.value.is_finite() => Ok(Some(printed)),
        Some(_) => Err(Error::settings(format!(
            "`{option} {text}` is no finite number: a run that diverged has no loss to explain; give one such as 0.0128"
        ))),
        None => Err(Error::settings(format!(
            "`{option} {text}` is not a number; give a loss such as 0.0128"
        ))),
    }
}

fn metric(metric: Option<MetricArg>) -> Metric {
    match metric {
        None => Metric::Unknown,
        Some(MetricArg::Mse) => Metric::SquaredError,
        Some(MetricArg::Mae) => Metric::AbsoluteError,
        Some(MetricArg::LogLoss) => Metric::LogLoss,
        Some(MetricArg::Error) => Metric::ErrorRate,
        Some(MetricArg::Other) => Metric::NotAMean,
    }
}

fn range(text: &str) -> Result<(f64, f64), Error> {
    let ends = text.split_once(',').and_then(|(low, high)| {
        let (low, high): (f64, f64) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
        (low.is_finite() && high.is_finite() && low < high).then_some((low, high))
    });
    ends.ok_or_else(|| {
        Error::settings(format!(
            "`--target-range {text}` is no range; write it as -1,1"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_that_are_not_finite_are_refused_by_the_name_of_their_option() {
        for text in ["nan", "NaN", "inf", "-inf", "1e999"] {
            for option in ["--val-loss", "--train-loss", "--train-loss-eval"] {
                let refused = number(option, Some(text)).unwrap_err().to_string();
                assert!(refused.contains(&format!("{option} {text}")), "{refused}");
            }
        }
        assert!(number("--val-loss", Some("0.5")).unwrap().is_some());
    }
}
