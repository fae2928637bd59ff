//! What lines of predictions answer: a class or a number beside the true one, and the loss.

use std::borrow::Cow;

use super::classes::Classes;
use super::faults::Faults;
use super::{Line, LossKind, number};
use crate::explain::inputs::{Metric, Prediction, Targets};
use crate::explain::metrics::Answer;
use crate::explain::yardsticks::metric_of;

/// Probabilities below this count as this, as frameworks clip them.
const SMALLEST_PROBABILITY: f64 = 1e-7;

/// What every line of a file is judged by.
pub(super) struct File<'a> {
    pub(super) targets: &'a Targets,
    pub(super) metric: Metric,
    pub(super) classes: &'a Classes<'a>,
    /// Whether classes are predicted, else numbers.
    pub(super) are_classes: bool,
}

/// What a line comes to for its sample.
pub(super) struct Judged {
    pub(super) prediction: Prediction,
    pub(super) answer: Option<Answer>,
    /// What the loss is, where there is one.
    pub(super) kind: Option<LossKind>,
}

/// Whether classes are predicted. Where the dataset has no labels, true fractions are numbers.
pub(super) fn are_classes(lines: &[Line], targets: &Targets, metric: Metric) -> bool {
    let is_fraction = |line: &Line| number(&line.truth).is_some_and(|truth| truth.fract() != 0.0);
    match targets {
        Targets::Numbers(_) => false,
        Targets::Classes(_) => true,
        Targets::None => {
            !matches!(metric, Metric::SquaredError | Metric::AbsoluteError)
                && !lines.iter().any(is_fraction)
        }
    }
}

/// Lines whose predictions are how sure a model of two classes is of the second (the output of a
/// sigmoid) get that as their probabilities, and the likelier class as their prediction. A line
/// without a usable number changes nothing for the others.
pub(super) fn with_scores_as_probabilities<'a>(
    lines: &'a [Line],
    targets: &Targets,
    classes: &Classes<'_>,
) -> Cow<'a, [Line]> {
    let stated = |text: fn(&Line) -> &Option<String>| {
        let said = lines.iter().filter_map(move |line| text(line).as_deref());
        said.filter(|text| !classes.is_no_value(text))
    };
    let truths = || stated(|line| &line.truth);
    let scores = || stated(|line| &line.predicted).map(|text| text.trim().parse::<f64>());
    let are_binary = truths().next().is_some() && truths().all(|text| classes.is_of_two(text));
    let are_shares = scores().all(|v| v.is_ok_and(|v| (0.0..=1.0).contains(&v)));
    let any_between = scores().flatten().any(|v| v.fract() != 0.0);
    let none_given = lines.iter().all(|line| line.probabilities.is_empty());
    let are_numbers = matches!(targets, Targets::Numbers(_));
    if !(are_binary && are_shares && any_between && none_given) || are_numbers {
        return Cow::Borrowed(lines);
    }
    let scored = lines.iter().map(|line| match number(&line.predicted) {
        Some(score) => Line {
            predicted: Some(if score >= 0.5 { "1" } else { "0" }.to_owned()),
            probabilities: vec![1.0 - score, score],
            ..line.clone()
        },
        None => line.clone(),
    });
    Cow::Owned(scored.collect())
}

/// Judges a line, and counts what is wrong with it.
pub(super) fn judge(line: &Line, row: usize, file: &File<'_>, faults: &mut Faults) -> Judged {
    let unusable = has_no_number(line, file);
    faults.no_number += u64::from(unusable);
    let shares = are_shares(&line.probabilities);
    faults.no_shares += u64::from(line.probabilities.iter().all(|p| p.is_finite()) && !shares);
    let is_class_unknown = file.are_classes && !unusable && names_no_class(line, file);
    faults.no_class += u64::from(is_class_unknown);
    let bad_loss = line
        .loss
        .is_some_and(|loss| !(loss.is_finite() && loss >= 0.0));
    faults.bad_loss += u64::from(bad_loss);
    let answer = match file.are_classes {
        _ if unusable => None,
        true => class_answer(line, row, file),
        false => number_answer(line, row, file.targets),
    };
    let judged = answer.map(|answer| answer.truth == answer.predicted);
    // What the file itself calls right stands in where nothing else tells it.
    let stated = line.right.filter(|_| judged.is_none() && file.are_classes);
    let loss = match line.loss {
        // Another loss in its place would be one of another kind.
        Some(_) if bad_loss => None,
        Some(loss) => Some((loss, LossKind::Given)),
        None if unusable => None,
        None => computed(line, row, file, answer).or_else(|| {
            let wrong = stated.map(|right| f64::from(u8::from(!right)));
            wrong.map(|wrong| (wrong, LossKind::Wrong))
        }),
    };
    let right = judged.or(stated);
    Judged {
        prediction: Prediction {
            predicted: number(&line.predicted),
            loss: loss.map(|(loss, _)| loss),
            right: right.filter(|_| file.are_classes),
        },
        answer,
        kind: loss.map(|(_, kind)| kind),
    }
}

/// Whether anything in it that must be a number is none.
fn has_no_number(line: &Line, file: &File<'_>) -> bool {
    let texts = [&line.truth, &line.predicted];
    let mut texts = texts.into_iter().flatten();
    let bad = |text: &String| match file.are_classes {
        true => file.classes.is_no_value(text),
        false => number(&Some(text.clone())).is_none(),
    };
    texts.any(bad) || line.probabilities.iter().any(|p| !p.is_finite())
}

/// Whether they are probabilities of all classes, as far as rounding lets them be: there are none,
/// or all lie between 0 and 1 and add up to 1.
fn are_shares(probabilities: &[f64]) -> bool {
    let rounding = (0.05 + 0.0005 * probabilities.len() as f64).min(0.3);
    let sum: f64 = probabilities.iter().sum();
    let each = probabilities.iter().all(|p| (0.0..=1.0).contains(p));
    probabilities.is_empty() || (each && (sum - 1.0).abs() <= rounding)
}

/// Whether a class is written that is none of those known. A prediction without a truth beside it
/// must be one of the dataset's.
fn names_no_class(line: &Line, file: &File<'_>) -> bool {
    let unknown = |text: &str| file.classes.number(text).is_none();
    let truth = line.truth.as_deref();
    let predicted = line.predicted.as_deref();
    let is_name = |text: &str| text.trim().parse::<f64>().is_err();
    // A name that the dataset does not know still has the dataset's own class of that sample.
    let truth_unknown =
        truth.is_some_and(|text| unknown(text) && !(is_name(text) && file.classes.are_columns()));
    let predicted_unknown = predicted.is_some_and(|text| {
        unknown(text)
            || (truth.is_none() && is_name(text) && file.classes.of_dataset(text).is_none())
    });
    truth_unknown || predicted_unknown
}

/// The true class in the numbering of the file. Classes of the dataset are numbered otherwise than
/// those of a model, so that only a truth beside the prediction counts, or the name of the class.
fn true_class(line: &Line, row: usize, file: &File<'_>) -> Option<f64> {
    let classes = file.classes;
    if let Some(text) = &line.truth {
        let is_name = text.trim().parse::<f64>().is_err();
        let own = || classes.column_of_row(file.targets, row).map(f64::from);
        let stated = classes.number(text);
        return match classes.are_columns() && is_name {
            true => stated.or_else(own),
            false => stated,
        };
    }
    let Some(predicted) = &line.predicted else {
        // Columns of probabilities are in the order of the dataset's classes.
        return classes.column_of_row(file.targets, row).map(f64::from);
    };
    classes.of_dataset(predicted)?;
    classes.number(classes.name_of_row(file.targets, row)?)
}

/// The column with the largest of the values; of equals the first.
fn largest(values: &[f64]) -> Option<u32> {
    let numbered = values.iter().zip(0u32..);
    let best = numbered.max_by(|a, b| a.0.total_cmp(b.0).then(b.1.cmp(&a.1)))?;
    Some(best.1)
}

fn class_answer(line: &Line, row: usize, file: &File<'_>) -> Option<Answer> {
    Some(Answer {
        truth: true_class(line, row, file)?,
        predicted: match &line.predicted {
            Some(text) => file.classes.number(text)?,
            None => f64::from(largest(&line.probabilities)?),
        },
        score: match line.probabilities[..] {
            [_, second] => Some(second),
            _ => None,
        },
    })
}

fn number_answer(line: &Line, row: usize, targets: &Targets) -> Option<Answer> {
    Some(Answer {
        truth: number(&line.truth).or_else(|| targets.number(row))?,
        predicted: number(&line.predicted)?,
        score: None,
    })
}

/// The loss of what was predicted, by the metric.
fn computed(
    line: &Line,
    row: usize,
    file: &File<'_>,
    answer: Option<Answer>,
) -> Option<(f64, LossKind)> {
    let metric = metric_of(file.metric, file.targets);
    if metric == Metric::LogLoss && !line.probabilities.is_empty() {
        let loss = log_loss(line, row, file)?;
        return Some((loss, LossKind::LogLoss));
    }
    let numbers = || {
        let truth = number(&line.truth).or_else(|| file.targets.number(row))?;
        Some((truth, number(&line.predicted)?))
    };
    match metric {
        Metric::LogLoss | Metric::ErrorRate => {
            let is_whole = |v: &f64| v.fract() == 0.0 || !file.are_classes;
            let sides = answer.map(|answer| (answer.truth, answer.predicted));
            let sides = sides.or_else(|| numbers().filter(|_| line.truth.is_none()));
            let (truth, predicted) = sides.filter(|(_, predicted)| is_whole(predicted))?;
            Some((f64::from(u8::from(truth != predicted)), LossKind::Wrong))
        }
        Metric::AbsoluteError => {
            let (truth, predicted) = numbers()?;
            Some(((truth - predicted).abs(), LossKind::AbsoluteError))
        }
        _ => {
            let (truth, predicted) = numbers()?;
            Some(((truth - predicted).powi(2), LossKind::SquaredError))
        }
    }
}

/// Minus the logarithm of the probability of the true class.
fn log_loss(line: &Line, row: usize, file: &File<'_>) -> Option<f64> {
    if !are_shares(&line.probabilities) {
        return None;
    }
    let of_row = || file.classes.column_of_row(file.targets, row);
    let column = match &line.truth {
        None => of_row(),
        Some(text) if text.trim().parse::<f64>().is_ok() => file.classes.column(text),
        Some(text) => file.classes.column(text).or_else(of_row),
    }?;
    let own = line.probabilities.get(column as usize)?;
    Some(-own.max(SMALLEST_PROBABILITY).ln())
}
