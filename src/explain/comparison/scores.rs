//! What models are compared by, and how they score.

use std::cmp::Ordering;

use crate::explain::detection;
use crate::explain::exposure::Exposures;
use crate::explain::inputs::{Model, Prediction};
use crate::explain::interval::{difference, ratio, share, sum_by_group};
use crate::explain::metrics::{self, less_is_better, within};
use crate::explain::predictions::LossKind;
use crate::report::explanation::{Estimate, Exposure, Measure};
use crate::wording;

/// Overlaps over which detectors are ranked.
const RANKED_BY: detection::Measure = detection::Measure::HalfTo95;

/// What models are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Share of right classes.
    Accuracy,
    /// Mean average precision of boxes.
    Boxes,
    /// Mean loss.
    Loss,
    /// Mean of a measure of each sample.
    Sample(&'static str),
}

impl By {
    pub(super) fn measure(self) -> Measure {
        match self {
            Self::Accuracy => Measure::Accuracy,
            Self::Loss => Measure::Loss,
            Self::Boxes | Self::Sample(_) => Measure::Named,
        }
    }

    pub(super) fn named(self) -> Option<String> {
        match self {
            Self::Accuracy | Self::Loss => None,
            Self::Boxes => Some(RANKED_BY.name().to_owned()),
            Self::Sample(name) => Some(name.to_owned()),
        }
    }

    /// What turns more into better.
    fn sign(self) -> f64 {
        match self {
            Self::Loss => -1.0,
            Self::Sample(name) if less_is_better(name) => -1.0,
            _ => 1.0,
        }
    }
}

/// What all models can be compared by on the evaluation rows: whether they were right, boxes,
/// losses of one kind, or a measure of each sample.
///
/// # Errors
/// What each model has, where that is nothing in common.
pub(crate) fn in_common(models: &[Model<'_>], rows: &[u32]) -> Result<By, String> {
    let has = |model: &Model<'_>, by| rows.iter().any(|&row| score(model, row, by).is_some());
    let all_have = |by: &By| models.iter().all(|model| has(model, *by));
    let kind = models.first().and_then(|model| model.loss_kind);
    let one_kind = kind.is_some() && models.iter().all(|model| model.loss_kind == kind);
    let measures = models.first().into_iter();
    let measures = measures.flat_map(|model| model.answers.measures.keys());
    let candidates = [By::Accuracy, By::Boxes, By::Loss].into_iter();
    let mut candidates = candidates
        .filter(|by| *by != By::Loss || one_kind)
        .chain(measures.map(|name| By::Sample(name)));
    let Some(by) = candidates.find(all_have) else {
        let each = models.iter().map(|model| {
            let own = what_it_has(model, has(model, By::Accuracy), has(model, By::Loss));
            format!("`{}` has {own}", model.name)
        });
        return Err(format!(
            "the models have nothing in common to be compared by: {}; give all of them the same columns",
            each.collect::<Vec<_>>().join(", ")
        ));
    };
    let shared = |row: &u32| models.iter().all(|one| score(one, *row, by).is_some());
    match rows.iter().any(shared) {
        true => Ok(by),
        false => Err("no evaluation sample has a usable prediction of every model".to_owned()),
    }
}

/// What a model can be measured by, in words.
fn what_it_has(model: &Model<'_>, right: bool, loss: bool) -> String {
    let kind = match model.loss_kind {
        _ if !loss => None,
        Some(LossKind::Given) => Some("a given loss"),
        Some(LossKind::LogLoss) => Some("the loss of its probabilities"),
        Some(LossKind::Wrong) => None,
        Some(LossKind::AbsoluteError) => Some("an absolute error"),
        Some(LossKind::SquaredError) => Some("a squared error"),
        None => Some("losses of several kinds"),
    };
    let right =
        (right || model.loss_kind == Some(LossKind::Wrong)).then_some("right or wrong classes");
    let boxes = model.answers.detected.as_ref().map(|_| "boxes");
    let parts = right
        .into_iter()
        .chain(boxes)
        .chain(kind)
        .map(str::to_owned);
    let measures = model.answers.measures.keys();
    let parts: Vec<String> = parts
        .chain(measures.map(|name| wording::metric(name)))
        .collect();
    match parts[..] {
        [] => "neither answers nor losses".to_owned(),
        _ => parts.join(" and "),
    }
}

/// A prediction of a model, more is better; of boxes only whether they were sought there.
fn score(model: &Model<'_>, row: u32, by: By) -> Option<f64> {
    let own = || -> Option<&Prediction> { model.predictions.get(row as usize)?.as_ref() };
    let found = match by {
        By::Accuracy => own()?.right.map(|right| f64::from(u8::from(right))),
        By::Loss => own()?.loss,
        By::Boxes => {
            let images = model.answers.detected.as_ref()?.images();
            images.binary_search(&row).ok().map(|_| 0.0)
        }
        By::Sample(name) => *model.answers.measures.get(name)?.get(row as usize)?,
    };
    found.map(|value| by.sign() * value)
}

/// An evaluation sample that every model predicted.
pub(super) struct Case {
    row: u32,
    group: u32,
    pub(super) clean: bool,
    /// What each model scored, more is better.
    scores: Vec<f64>,
}

/// How models score on the samples that they have in common.
pub(super) struct Scores<'a> {
    models: &'a [Model<'a>],
    by: By,
    pub(super) cases: Vec<Case>,
}

impl<'a> Scores<'a> {
    pub(super) fn new(
        models: &'a [Model<'a>],
        by: By,
        exposures: &Exposures,
        groups: &[u32],
    ) -> Self {
        let cases = exposures.rows.iter().zip(&exposures.class);
        let cases = cases.filter_map(|(&row, &class)| {
            Some(Case {
                row,
                group: groups[row as usize],
                clean: class == Exposure::Clean,
                scores: models
                    .iter()
                    .map(|model| score(model, row, by))
                    .collect::<Option<_>>()?,
            })
        });
        Self {
            models,
            by,
            cases: cases.collect(),
        }
    }

    /// Models, best first; of equals the first. `None` where the measure is of none of these.
    pub(super) fn ranked(&self, cases: &[&Case]) -> Option<Vec<usize>> {
        let rows: Vec<u32> = cases.iter().map(|case| case.row).collect();
        let total = |model: usize| match self.by {
            By::Boxes => self.precision(model, &rows),
            _ => (!cases.is_empty()).then(|| cases.iter().map(|case| case.scores[model]).sum()),
        };
        let totals: Option<Vec<f64>> = (0..self.models.len()).map(total).collect();
        let totals = totals?;
        let mut order: Vec<usize> = (0..self.models.len()).collect();
        order.sort_by(|&a, &b| totals[b].partial_cmp(&totals[a]).unwrap_or(Ordering::Equal));
        Some(order)
    }

    /// The measure of a model.
    pub(super) fn estimate(&self, model: usize, cases: &[&Case]) -> Estimate {
        let sign = self.by.sign();
        let values = cases
            .iter()
            .map(|case| (case.group, sign * case.scores[model]));
        let groups = || sum_by_group(values.clone().map(|(group, value)| (group, value, 1.0)));
        match self.by {
            By::Accuracy => share(&groups()),
            By::Loss => ratio(&groups(), cases.len()),
            By::Boxes => {
                let precision = |rows: &[u32]| self.precision(model, rows);
                within(
                    metrics::estimate(&rows(cases), &precision),
                    RANKED_BY.name(),
                )
            }
            By::Sample(name) => {
                let values = values
                    .zip(cases)
                    .map(|((group, value), case)| metrics::Case {
                        group,
                        clean: case.clean,
                        value,
                    });
                let values: Vec<metrics::Case<f64>> = values.collect();
                within(metrics::estimate(&values, &metrics::mean), name)
            }
        }
    }

    /// By how much the best is better than another.
    pub(super) fn lead(&self, best: usize, against: usize, cases: &[&Case]) -> Estimate {
        if self.by == By::Boxes {
            let lead =
                |rows: &[u32]| Some(self.precision(best, rows)? - self.precision(against, rows)?);
            return metrics::estimate(&rows(cases), &lead);
        }
        let rows = cases
            .iter()
            .map(|case| (case.group, case.scores[best] - case.scores[against], 1.0));
        difference(&sum_by_group(rows), cases.len())
    }

    fn precision(&self, model: usize, rows: &[u32]) -> Option<f64> {
        let detected = self.models[model].answers.detected.as_ref()?;
        detected.mean_precision(rows, RANKED_BY)
    }
}

/// The rows of cases, as metrics take them.
fn rows(cases: &[&Case]) -> Vec<metrics::Case<u32>> {
    let each = cases.iter().map(|case| metrics::Case {
        group: case.group,
        clean: case.clean,
        value: case.row,
    });
    each.collect()
}
