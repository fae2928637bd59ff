//! Files and options that describe a training run.

use std::collections::BTreeSet;
use std::path::Path;

use super::event_files;
use crate::error::Error;
use crate::explain::inputs::Metric;
use crate::explain::predictions::{self, Line};
use crate::explain::training_log::{
    self, LogColumns, Printed, Quantity, TrainLossKind, TrainingLog, tensorboard,
};
use crate::settings::Explain;
use crate::source::text;
use crate::wording::accuracy;

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
    let mut log = match optional(&args.training_log)? {
        Some(log) => Some(log),
        None => declared(args)?,
    };
    let mut explain = Explain {
        train_loss_evaluation: measured(
            args.train_loss_eval.as_deref(),
            args.metric,
            log.as_mut(),
        )?,
        log,
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
    let rates: Vec<&mut Printed> = printed.chain([measured]).flatten().collect();
    let mut values = rates.iter().map(|rate| rate.value);
    let highest = values.clone().fold(0.0, f64::max);
    let told = values.next_back().map(|value| taken_for(value, highest));
    if highest > 100.0 {
        return Err(Error::settings(format!(
            "`--metric error`: {highest} is no error rate; give shares from 0 to 1, or percentages"
        )));
    }
    for rate in rates.into_iter().filter(|_| highest > 1.0) {
        *rate = share(*rate);
    }
    if let Some(log) = &mut explain.log {
        log.warnings.extend(told.flatten());
    }
    Ok(())
}

/// What error rates are taken for, where they may be meant otherwise.
fn taken_for(value: f64, highest: f64) -> Option<String> {
    match highest {
        1.0.. if highest > 1.0 => Some(format!(
            "error rates above 1 are percentages, and so are all of them: {value} is {value} %"
        )),
        0.5.. => Some(format!(
            "error rates up to 1 are shares: {value} is {} %; write `{value}%` if that is meant",
            (value * 1e4).round() / 100.0
        )),
        _ => None,
    }
}

/// A percentage as a share.
fn share(rate: Printed) -> Printed {
    Printed {
        value: rate.value / 100.0,
        half_width: rate.half_width / 100.0,
    }
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
    let read = match path.is_dir() {
        true => predictions::label_files(&label_files(path)?),
        false => predictions::parse(&read(path)?),
    };
    read.map_err(|error| Error::settings(format!("`{}`: {error}", path.display())))
}

/// Texts of a directory, each with its name without ending, in order of name.
fn label_files(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let unread = |source| Error::Io {
        action: "read",
        path: folder.to_path_buf(),
        source,
    };
    let entries = std::fs::read_dir(folder).map_err(unread)?;
    let entries: Vec<_> = entries.collect::<Result<_, _>>().map_err(unread)?;
    let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    paths.sort();
    if paths.is_empty() {
        return Err(Error::settings(format!(
            "`{}` holds no label files (`*.txt`); give what a detector found: such a directory, or a JSON of COCO results",
            folder.display()
        )));
    }
    let texts = paths.iter().map(|path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = String::from_utf8_lossy(&read(path)?).into_owned();
        Ok((stem.into_owned(), text))
    });
    texts.collect()
}

fn declared(args: &ExplainArgs) -> Result<Option<TrainingLog>, Error> {
    let (train, validation) = (args.train_loss.as_deref(), args.val_loss.as_deref());
    number("--train-loss", train, args.metric)?;
    number("--val-loss", validation, args.metric)?;
    if train.is_none() && validation.is_none() {
        return Ok(None);
    }
    let [train, validation] = [train, validation].map(|text| text.map(plain));
    let text = |of: &Option<(String, bool)>| of.as_ref().map(|(text, _)| text.clone());
    let mut log = training_log::declared(
        text(&train).as_deref(),
        text(&validation).as_deref(),
        TrainLossKind::Unknown,
    );
    for epoch in &mut log.epochs {
        let own = [
            (&mut epoch.train, &train),
            (&mut epoch.validation, &validation),
        ];
        for (loss, _) in own
            .into_iter()
            .filter(|(_, of)| of.as_ref().is_some_and(|of| of.1))
        {
            *loss = loss.map(share);
        }
    }
    Ok(Some(log))
}

/// A number as it is read, and whether it is a percentage: `0,5` and `5 %` are numbers, too. What
/// may be a thousand (`1,234`) stays as it is.
fn plain(text: &str) -> (String, bool) {
    let text = text.trim();
    let (number, is_percent) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let parts = number.split_once(',').filter(|_| !number.contains('.'));
    let is_fraction = parts.is_some_and(|(whole, decimals)| {
        let is_nothing = whole.trim_start_matches('-') == "0";
        (decimals.len() != 3 || is_nothing) && decimals.bytes().all(|byte| byte.is_ascii_digit())
    });
    let number = match is_fraction {
        true => number.replace(',', "."),
        false => number.to_owned(),
    };
    (number, is_percent)
}

/// The training loss in evaluation mode: the accuracy, where the log has accuracies alone.
fn measured(
    text: Option<&str>,
    metric: Option<MetricArg>,
    log: Option<&mut TrainingLog>,
) -> Result<Option<Printed>, Error> {
    const OPTION: &str = "--train-loss-eval";
    let of_accuracies = |log: &&mut TrainingLog| log.quantity == Quantity::Error;
    let (Some(text), Some(log), None) = (text, log.filter(of_accuracies), metric) else {
        return number(OPTION, text, metric);
    };
    let (plain, is_percent) = plain(text);
    let told = training_log::printed(&plain);
    let told = told.map(|told| match is_percent || told.value > 1.0 {
        true => share(told),
        false => told,
    });
    let Some(told) = told.filter(|told| (0.0..=1.0).contains(&told.value)) else {
        return Err(Error::settings(format!(
            "`{OPTION} {text}` is no accuracy, and the log has accuracies alone; give the training accuracy in evaluation mode, such as 0.95 or 95%"
        )));
    };
    log.warnings.push(format!(
        "{OPTION} {text} is taken for a training accuracy of {}, since the log has accuracies alone",
        accuracy(told.value, told.half_width)
    ));
    Ok(Some(Printed {
        value: 1.0 - told.value,
        half_width: told.half_width,
    }))
}

/// A number that was given; a percentage is a share.
fn number(
    option: &str,
    text: Option<&str>,
    metric: Option<MetricArg>,
) -> Result<Option<Printed>, Error> {
    let Some(text) = text else { return Ok(None) };
    let (number, is_percent) = plain(text);
    if is_percent && !matches!(metric, Some(MetricArg::Error)) {
        return Err(Error::settings(format!(
            "`{option} {text}` is a percentage; if it is the share of wrong answers, add `--metric error`"
        )));
    }
    let found = training_log::printed(&number);
    match found.map(|found| if is_percent { share(found) } else { found }) {
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
    fn beside_accuracies_alone_the_training_loss_in_evaluation_mode_is_an_accuracy() {
        let told = |log: &[u8], text: &str| {
            let mut log = training_log::parse(log).unwrap();
            let told = measured(Some(text), None, Some(&mut log));
            let told = told.map(|told| told.unwrap().value);
            (told.map_err(|error| error.to_string()), log.warnings)
        };
        let accuracies = b"epoch,accuracy,val_accuracy\n0,0.93,0.941\n";
        for text in ["0.95", "95", "95%", "95,0 %"] {
            let (told, warnings) = told(accuracies, text);
            assert!((told.unwrap() - 0.05).abs() < 1e-12, "{text}");
            assert!(
                warnings[0].contains("taken for a training accuracy of 95"),
                "{warnings:?}"
            );
        }
        let refused = told(accuracies, "120").0.unwrap_err();
        assert!(refused.contains("120") && refused.contains("no accuracy"));
        // A log with losses: it is a loss, and no percentage.
        let losses = b"epoch,loss,val_loss,val_accuracy\n0,0.3,0.2,0.94\n";
        assert_eq!(told(losses, "0.95"), (Ok(0.95), Vec::new()));
        assert!(told(losses, "95%").0.is_err());
    }

    #[test]
    fn losses_that_are_not_finite_are_refused_by_the_name_of_their_option() {
        for text in ["nan", "NaN", "inf", "-inf", "1e999"] {
            for option in ["--val-loss", "--train-loss", "--train-loss-eval"] {
                let refused = number(option, Some(text), None).unwrap_err().to_string();
                assert!(refused.contains(&format!("{option} {text}")), "{refused}");
            }
        }
        assert!(number("--val-loss", Some("0.5"), None).unwrap().is_some());
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let value = |text: &str, metric| {
            let number = number("--val-loss", Some(text), metric);
            number
                .map(|number| number.unwrap().value)
                .map_err(|error| error.to_string())
        };
        let rate = Some(MetricArg::Error);
        assert_eq!(value("0,5", None), Ok(0.5));
        assert_eq!(value("0,125", None), Ok(0.125));
        assert_eq!(value(" 12,5 %", rate), Ok(0.125));
        assert_eq!(value("5%", rate), Ok(0.05));
        assert!(value("5%", None).unwrap_err().contains("--metric error"));
        // A thousand or a fraction.
        assert!(value("1,234", None).is_err() && value("1,2,3", None).is_err());
    }

    #[test]
    fn what_error_rates_are_taken_for_is_told_where_they_may_be_meant_otherwise() {
        let told = |value, highest| taken_for(value, highest).unwrap_or_default();
        assert!(told(0.8, 1.2).contains("0.8 is 0.8 %"));
        assert!(told(0.8, 1.0).contains("0.8 is 80 %; write `0.8%`"));
        assert_eq!(taken_for(0.2, 0.3), None);
    }
}
