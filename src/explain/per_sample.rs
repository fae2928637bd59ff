//! T3: mean losses by exposure and by distance to training, and the honest loss they allow.

use super::dose::{dose, responses};
use super::exposure::Exposures;
use super::honest::{Case, degree_standardised, standardised_at};
use super::inputs::{Inputs, Prediction, Setting};
use super::interval::{ratio, share, sum_by_group};
use super::losses::{Reported, max_loss};
use super::nearest_training::Query;
use super::predicted_against_true::correlation;
use super::together::hidden_partners;
use crate::report::explanation::{
    Accuracies, ClassLoss, Estimate, Exposure, FromPredictions, IfMissed, Status,
};
use crate::wording;

/// Relative difference beyond rounding at which predictions and log are not of one run.
const SAME_RUN: f64 = 0.01;
/// Share of frames with an adjacent training frame above which exposure hardly varies.
const HARDLY_VARIES: f64 = 0.9;
/// Shares of leaked samples that were found, for which the honest loss is told, too.
const RECALLS: [f64; 2] = [0.8, 0.6];

/// What is known of the samples before what was predicted.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(super) exposures: &'a Exposures,
    pub(super) groups: &'a [u32],
}

/// Puts T3 together.
#[must_use]
pub(crate) fn from_predictions(
    inputs: &Inputs,
    predictions: &[Option<Prediction>],
    reported: Option<Reported>,
    seen: &Seen<'_>,
    queries: &[Query],
) -> FromPredictions {
    let Seen {
        exposures, groups, ..
    } = *seen;
    let loss_of = |row: u32| {
        predictions
            .get(row as usize)
            .copied()
            .flatten()
            .and_then(|p| p.loss)
    };
    let rows: Vec<usize> = (0..exposures.rows.len())
        .filter(|&i| loss_of(exposures.rows[i]).is_some())
        .collect();
    let losses: Vec<f64> = rows
        .iter()
        .filter_map(|&i| loss_of(exposures.rows[i]))
        .collect();
    let group = |i: usize| groups[exposures.rows[i] as usize];
    let mean_where = |wanted: &dyn Fn(usize) -> bool| {
        let chosen: Vec<_> = rows
            .iter()
            .zip(&losses)
            .filter(|(i, _)| wanted(**i))
            .map(|(&i, &loss)| (group(i), loss, 1.0))
            .collect();
        let n = chosen.len();
        ratio(&sum_by_group(chosen.into_iter()), n)
    };
    // A share of wrong answers is no more than 1.
    let are_shares = max_loss(inputs) == Some(1.0) && losses.iter().all(|&loss| loss <= 1.0);
    let possible = |estimate: Estimate| Estimate {
        hi: estimate
            .hi
            .map(|hi| if are_shares { hi.min(1.0) } else { hi }),
        ..estimate
    };
    let all = possible(mean_where(&|_| true));
    let degrees = degrees(inputs);
    let cases: Vec<Case> = rows
        .iter()
        .zip(&losses)
        .map(|(&i, &loss)| Case {
            group: group(i),
            clean: exposures.class[i] == Exposure::Clean,
            degree: degrees[exposures.rows[i] as usize],
            loss,
        })
        .collect();
    let ordered = inputs.rows.iter().any(|row| row.place.is_some());
    let honest = possible(honest(&cases, ordered, inputs, exposures));
    let may_miss = honest.value.is_some() && cases.iter().any(|case| !case.clean);
    let recalls = if may_miss { &RECALLS[..] } else { &[] };
    let if_missed = recalls.iter().map(|&recall| IfMissed {
        recall,
        honest: possible(standardised_at(&cases, recall)),
    });
    FromPredictions {
        n_matched: predictions.iter().flatten().count() as u64,
        n_unmatched: inputs.predictions_unmatched,
        n_with_loss: rows.len() as u64,
        inflation_ratio: inflation(&honest, &cases),
        honest_standardised: honest,
        if_missed: if_missed.collect(),
        by_class: Exposure::ALL
            .map(|class| ClassLoss {
                class,
                loss: possible(mean_where(&|i| exposures.class[i] == class)),
            })
            .into_iter()
            .filter(|row| row.loss.value.is_some())
            .collect(),
        accuracy: accuracies(inputs, predictions, seen),
        metrics: Vec::new(),
        dose: dose(inputs, queries, groups, &loss_of),
        responses: responses(inputs, exposures, groups, &loss_of),
        correlation: correlation(inputs, predictions, exposures),
        // Of all samples: those of some have another mean.
        loss_recomputed: recomputed(all, reported.filter(|_| rows.len() == exposures.rows.len())),
    }
}

/// Accuracy on all, leaked and clean samples, and standardised.
fn accuracies(
    inputs: &Inputs,
    predictions: &[Option<Prediction>],
    seen: &Seen<'_>,
) -> Option<Accuracies> {
    let Seen {
        exposures, groups, ..
    } = *seen;
    let degrees = degrees(inputs);
    let cases: Vec<Case> = exposures
        .rows
        .iter()
        .zip(&exposures.class)
        .filter_map(|(&row, &class)| {
            let right = predictions.get(row as usize)?.as_ref()?.right?;
            Some(Case {
                group: groups[row as usize],
                clean: class == Exposure::Clean,
                degree: degrees[row as usize],
                loss: f64::from(u8::from(!right)),
            })
        })
        .collect();
    if cases.is_empty() {
        return None;
    }
    let right = |wanted: &dyn Fn(&Case) -> bool| {
        let chosen = cases.iter().filter(|case| wanted(case));
        share(&sum_by_group(
            chosen.map(|case| (case.group, 1.0 - case.loss, 1.0)),
        ))
    };
    let ordered = inputs.rows.iter().any(|row| row.place.is_some());
    let wrong = honest(&cases, ordered, inputs, exposures);
    Some(Accuracies {
        all: right(&|_| true),
        leaked: right(&|case| !case.clean),
        clean: right(&|case| case.clean),
        standardised: Estimate {
            value: wrong.value.map(|error| 1.0 - error),
            lo: wrong.hi.map(|error| (1.0 - error).max(0.0)),
            hi: wrong.lo.map(|error| (1.0 - error).min(1.0)),
            ..wrong
        },
    })
}

/// Twins of every row in the whole of `rows`.
fn degrees(inputs: &Inputs) -> Vec<u32> {
    let mut degree = vec![0; inputs.rows.len()];
    for twin in inputs
        .twins
        .iter()
        .filter(|twin| twin.setting <= Setting::Default)
    {
        degree[twin.a as usize] += 1;
        degree[twin.b as usize] += 1;
    }
    degree
}

fn honest(cases: &[Case], ordered: bool, inputs: &Inputs, exposures: &Exposures) -> Estimate {
    if cases.is_empty() {
        return degree_standardised(cases);
    }
    if let Some(refusal) = hidden_partners(inputs, exposures) {
        return refusal;
    }
    let is_clean = |class: Exposure| class == Exposure::Clean;
    if exposures.share(is_clean) > 0.0 && !cases.iter().any(|case| case.clean) {
        let message = "no clean sample has a usable loss in the predictions";
        return Estimate::absent(Status::NotIdentified, "no_clean_loss", message);
    }
    let touched = exposures.share(|class| class <= Exposure::Adjacent);
    if ordered && exposures.share(|class| class == Exposure::Clean) < 1.0 {
        let reason = if touched > HARDLY_VARIES {
            "exposure hardly varies"
        } else {
            "frames far from training are a selection of their own"
        };
        let message = format!(
            "{reason} ({} have an adjacent training frame); predictions cannot identify the honest loss; use the projection or retrain on the grouped split",
            wording::percent(touched)
        );
        return Estimate::absent(Status::NotIdentified, "exposure_not_randomised", message);
    }
    degree_standardised(cases)
}

fn inflation(honest: &Estimate, cases: &[Case]) -> Estimate {
    let reported = cases.iter().map(|case| case.loss).sum::<f64>() / cases.len() as f64;
    match (honest.value, honest.lo, honest.hi) {
        (Some(value), Some(lo), Some(hi)) if reported > 0.0 => Estimate {
            value: Some(value / reported),
            lo: Some(lo / reported),
            hi: Some(hi / reported),
            ..honest.clone()
        }
        .with_message("the interval takes the reported loss as fixed"),
        _ => Estimate::absent(
            Status::NotIdentified,
            honest.reason_code.as_deref().unwrap_or("no_interval"),
            honest.message.clone(),
        ),
    }
}

fn recomputed(all: Estimate, reported: Option<Reported>) -> Estimate {
    let (Some(value), Some(reported)) = (all.value, reported) else {
        return all;
    };
    let slack = reported.validation.half_width + SAME_RUN * reported.validation.value;
    if (value - reported.validation.value).abs() <= slack {
        return all;
    }
    let message = format!(
        "predictions give {} where the log says {}: not the same run, or the printed loss contains a penalty, sample weights or unequal batches",
        wording::loss(value),
        wording::loss(reported.validation.value)
    );
    Estimate {
        status: Status::Contradicted,
        reason_code: Some("loss_differs_from_log".to_owned()),
        ..all.with_message(message)
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::bare;
    use super::*;

    fn honest_of(cases: &[Case], class: Vec<Exposure>) -> Option<String> {
        let exposures = Exposures {
            rows: (0..class.len() as u32).collect(),
            lag: vec![None; class.len()],
            class,
        };
        honest(cases, false, &bare(&[], &[]), &exposures).reason_code
    }

    #[test]
    fn why_there_is_no_honest_loss_is_told_as_it_is() {
        let leaked = Case {
            group: 0,
            clean: false,
            degree: 1,
            loss: 0.5,
        };
        let half = vec![Exposure::Twin, Exposure::Clean];
        assert_eq!(honest_of(&[], half.clone()).as_deref(), Some("no_loss"));
        assert_eq!(honest_of(&[leaked], half).as_deref(), Some("no_clean_loss"));
        let all = vec![Exposure::Twin];
        assert_eq!(honest_of(&[leaked], all).as_deref(), Some("all_leaked"));
    }
}
