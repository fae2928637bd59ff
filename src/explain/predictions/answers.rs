//! What lines of predictions answer: a class or a number beside the true one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Line, number};
use crate::explain::inputs::Targets;
use crate::explain::metrics::Answer;

/// Lines whose predictions are how sure a model of two classes is of the second (the output of a
/// sigmoid) get that as their probabilities, and the likelier class as their prediction.
pub(super) fn with_scores_as_probabilities<'a>(
    lines: &'a [Line],
    targets: &Targets,
) -> Cow<'a, [Line]> {
    let of = |text: fn(&Line) -> &Option<String>| lines.iter().map(move |line| number(text(line)));
    let are_binary =
        of(|line| &line.truth).all(|truth| truth.is_some_and(|v| v == 0.0 || v == 1.0));
    let are_shares =
        of(|line| &line.predicted).all(|v| v.is_some_and(|v| (0.0..=1.0).contains(&v)));
    let any_between = of(|line| &line.predicted)
        .flatten()
        .any(|v| v.fract() != 0.0);
    let none_given = lines.iter().all(|line| line.probabilities.is_empty());
    let are_numbers = matches!(targets, Targets::Numbers(_));
    if !(are_binary && are_shares && any_between && none_given) || are_numbers {
        return Cow::Borrowed(lines);
    }
    let scored = lines.iter().map(|line| {
        let score = number(&line.predicted).unwrap_or(0.0);
        Line {
            predicted: Some(if score >= 0.5 { "1" } else { "0" }.to_owned()),
            probabilities: vec![1.0 - score, score],
            ..line.clone()
        }
    });
    Cow::Owned(scored.collect())
}

/// A class as it is told from others: `3` and `3.0` are one.
fn class_of(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => text.to_owned(),
    }
}

/// Numbers of all classes that lines name, numbers first where all are.
pub(super) fn classes(lines: &[Line]) -> BTreeMap<String, f64> {
    let named = lines.iter().flat_map(|line| [&line.truth, &line.predicted]);
    let mut names: Vec<String> = named.flatten().map(|text| class_of(text)).collect();
    names.sort_by(|a, b| {
        let as_number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
        as_number(a).total_cmp(&as_number(b)).then_with(|| a.cmp(b))
    });
    names.dedup();
    (0u32..)
        .map(f64::from)
        .zip(names)
        .map(|(at, name)| (name, at))
        .collect()
}

pub(super) fn class_answer(line: &Line, classes: &BTreeMap<String, f64>) -> Option<Answer> {
    let class = |text: &Option<String>| classes.get(&class_of(text.as_ref()?)).copied();
    let likeliest = || {
        let numbered = line.probabilities.iter().zip(0u32..);
        let best = numbered.max_by(|a, b| a.0.total_cmp(b.0).then(b.1.cmp(&a.1)))?;
        Some(best.1.to_string())
    };
    let truth = class(&line.truth)?;
    Some(Answer {
        truth,
        // A class that nothing is of has no number among the names.
        predicted: class(&line.predicted)
            .or_else(|| class(&likeliest()))
            .unwrap_or(classes.len() as f64),
        score: match line.probabilities[..] {
            [_, second] => Some(second),
            _ => None,
        },
    })
    .filter(|_| line.predicted.is_some() || !line.probabilities.is_empty())
}

pub(super) fn number_answer(line: &Line, row: usize, targets: &Targets) -> Option<Answer> {
    Some(Answer {
        truth: number(&line.truth).or_else(|| targets.number(row))?,
        predicted: number(&line.predicted)?,
        score: None,
    })
}
