//! Files and options that describe a training run.

use std::collections::BTreeSet;
use std::path::Path;

use super::event_files;
use crate::error::Error;
use crate::explain::inputs::Metric;
use crate::explain::predictions::{self, Line};
use crate::explain::training_log::{
    self, LogColumns, Printed, TrainLossKind, TrainingLog, tensorboard,
};
use crate::settings::Explain;
use crate::source::text;

use super::args::{ExplainArgs, MetricArg};
use super::owned;

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
    let mut explain = Explain {
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
    };
    if explain.metric == Metric::ErrorRate {
        percent_as_share(&mut explain)?;
    }
    Ok(Some(explain))
}

/// Error rates are shares; where one is above 1, all are taken for percentages.
///
/// # Errors
/// One above 100 %.
fn percent_as_share(explain: &mut Explain) -> Result<(), Error> {
    let logs = [&mut explain.log, &mut explain.second_log];
    let epochs = logs.into_iter().flatten().flat_map(|log| &mut log.epochs);
    let printed = epochs.flat_map(|epoch| [&mut epoch.train, &mut epoch.validation]);
    let measured = &mut explain.train_loss_evaluation;
    let mut rates: Vec<&mut Printed> = printed.chain([measured]).flatten().collect();
    let highest = rates.iter().map(|rate| rate.value).fold(0.0, f64::max);
    if highest > 100.0 {
        return Err(Error::settings(format!(
            "`--metric error`: {highest} is no error rate; give shares from 0 to 1, or percentages"
        )));
    }
    for rate in rates.iter_mut().filter(|_| highest > 1.0) {
        rate.value /= 100.0;
        rate.half_width /= 100.0;
    }
    Ok(())
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

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    owned::protect(path);
    text::read(path, text::TABLE).map_err(|source| Error::Io {
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
    if path.is_dir() {
        return event_files::log(path);
    }
    let bytes = read(path)?;
    let folder = path.parent().and_then(Path::file_name);
    let folder = folder.unwrap_or_default().to_string_lossy();
    let found = if tensorboard::looks_like_events(&bytes) {
        tensorboard::parse(&[(&folder, &bytes)])
    } else {
        training_log::parse_with(&bytes, columns)
    };
    found.map_err(|error| Error::settings(format!("`{}`: {error}", path.display())))
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
    fn percentages_of_errors_become_shares_together() {
        let shares = |train: &str, validation: &str, measured: &str| {
            let mut explain = Explain {
                log: Some(training_log::declared(
                    Some(train),
                    Some(validation),
                    TrainLossKind::Unknown,
                )),
                train_loss_evaluation: training_log::printed(measured),
                metric: Metric::ErrorRate,
                target_range: None,
                predictions: None,
                second_log: None,
                second_predictions: None,
                compared: Vec::new(),
            };
            percent_as_share(&mut explain).map(|()| {
                let log = explain.log.unwrap();
                let epoch = &log.epochs[0];
                [epoch.train, epoch.validation, explain.train_loss_evaluation]
                    .map(|rate| rate.unwrap().value)
            })
        };
        assert_eq!(shares("50", "25", "0.5").unwrap(), [0.5, 0.25, 0.005]);
        assert_eq!(shares("0.5", "0.25", "1").unwrap(), [0.5, 0.25, 1.0]);
        assert!(shares("50", "125", "1").is_err());
    }

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
