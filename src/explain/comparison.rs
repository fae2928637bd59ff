//! Does leakage change which of several models is best?
//!
//! Models are ranked on all samples and on clean ones. Two models are compared by the differences
//! of each sample, summed over groups, so that what is hard for both cancels.

use std::cmp::Ordering;

use super::exposure::Exposures;
use super::inputs::{Model, Prediction};
use super::interval::{difference, ratio, share, sum_by_group};
use super::predictions::LossKind;
use crate::report::explanation::{ComparedModel, Comparison, Estimate, Exposure, Measure};
use crate::wording::{accuracy, count, loss};

/// Half of what shares are written to.
const HALF_WIDTH: f64 = super::accuracy::TENTH_OF_A_POINT;

/// An evaluation sample that every model predicted.
struct Case {
    group: u32,
    clean: bool,
    /// What each model scored, more is better.
    scores: Vec<f64>,
}

/// Compares models; `None` below two, or where they predicted no sample in common.
#[must_use]
pub(crate) fn compare(
    models: &[Model<'_>],
    exposures: &Exposures,
    groups: &[u32],
) -> Option<Comparison> {
    if models.len() < 2 {
        return None;
    }
    let measure = in_common(models, &exposures.rows).ok()?;
    let score = |one: &Prediction| score(one, measure);
    let cases = exposures.rows.iter().zip(&exposures.class);
    let cases = cases.filter_map(|(&row, &class)| {
        let of = |model: &Model<'_>| score(of_row(model, row)?);
        Some(Case {
            group: groups[row as usize],
            clean: class == Exposure::Clean,
            scores: models.iter().map(of).collect::<Option<_>>()?,
        })
    });
    let cases: Vec<Case> = cases.collect();
    if cases.is_empty() {
        return None;
    }
    let any = |_: &Case| true;
    let clean = |case: &Case| case.clean;
    let leaked = |case: &Case| !case.clean;
    let estimates: Vec<ComparedModel> = models
        .iter()
        .enumerate()
        .map(|(at, model)| ComparedModel {
            name: model.name.to_owned(),
            all: estimate(&cases, at, measure, &any),
            leaked: estimate(&cases, at, measure, &leaked),
            clean: estimate(&cases, at, measure, &clean),
        })
        .collect();
    let on_all = ranked(&cases, models.len(), &any);
    let on_clean = ranked(&cases, models.len(), &clean);
    let n_clean = cases.iter().filter(|case| case.clean).count();
    let best = (n_clean > 0).then(|| on_clean[0]);
    let against = best.map(|best| {
        if best == on_all[0] {
            on_clean[1]
        } else {
            on_all[0]
        }
    });
    let lead = best.zip(against).map(|(best, against)| {
        let clean = cases.iter().filter(|case| case.clean);
        let rows = clean.map(|case| (case.group, case.scores[best] - case.scores[against], 1.0));
        difference(&sum_by_group(rows), n_clean)
    });
    let mut comparison = Comparison {
        measure,
        samples: cases.len() as u64,
        clean: n_clean as u64,
        best_on_all: estimates[on_all[0]].name.clone(),
        best_on_clean: best.map(|best| estimates[best].name.clone()),
        against: against.map(|other| estimates[other].name.clone()),
        difference: lead,
        models: estimates,
        line: String::new(),
    };
    comparison.line = line(&comparison);
    Some(comparison)
}

/// What all models can be compared by on the evaluation rows: whether they were right, or losses of
/// one kind.
///
/// # Errors
/// What each model has, where that is nothing in common.
pub(crate) fn in_common(models: &[Model<'_>], rows: &[u32]) -> Result<Measure, String> {
    let has = |model: &Model<'_>, measure| {
        let own = rows.iter().filter_map(|&row| of_row(model, row));
        own.filter_map(|one| score(one, measure)).next().is_some()
    };
    let all_have = |measure| models.iter().all(|model| has(model, measure));
    let kind = models.first().and_then(|model| model.loss_kind);
    let one_kind = kind.is_some() && models.iter().all(|model| model.loss_kind == kind);
    let measure = match () {
        () if all_have(Measure::Accuracy) => Measure::Accuracy,
        () if one_kind && all_have(Measure::Loss) => Measure::Loss,
        () => {
            let each = models.iter().map(|model| {
                let right = has(model, Measure::Accuracy);
                format!(
                    "`{}` has {}",
                    model.name,
                    what_it_has(model, right, has(model, Measure::Loss))
                )
            });
            return Err(format!(
                "the models have nothing in common to be compared by: {}; give all of them the same columns",
                each.collect::<Vec<_>>().join(", ")
            ));
        }
    };
    let usable = |model: &Model<'_>, row| of_row(model, row).and_then(|one| score(one, measure));
    let shared = |row: &u32| models.iter().all(|model| usable(model, *row).is_some());
    match rows.iter().any(shared) {
        true => Ok(measure),
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
    let parts: Vec<&str> = right.into_iter().chain(kind).collect();
    match parts[..] {
        [] => "neither answers nor losses".to_owned(),
        _ => parts.join(" and "),
    }
}

fn of_row<'a>(model: &'a Model<'_>, row: u32) -> Option<&'a Prediction> {
    model.predictions.get(row as usize)?.as_ref()
}

/// A prediction by the measure, more is better.
fn score(one: &Prediction, measure: Measure) -> Option<f64> {
    match measure {
        Measure::Accuracy => one.right.map(|right| f64::from(u8::from(right))),
        Measure::Loss => one.loss.map(|loss| -loss),
    }
}

fn estimate(
    cases: &[Case],
    model: usize,
    measure: Measure,
    wanted: &dyn Fn(&Case) -> bool,
) -> Estimate {
    let chosen: Vec<&Case> = cases.iter().filter(|case| wanted(case)).collect();
    let sign = match measure {
        Measure::Accuracy => 1.0,
        Measure::Loss => -1.0,
    };
    let rows = chosen
        .iter()
        .map(|case| (case.group, sign * case.scores[model], 1.0));
    let groups = sum_by_group(rows);
    match measure {
        Measure::Accuracy => share(&groups),
        Measure::Loss => ratio(&groups, chosen.len()),
    }
}

/// Models, best first; of equals the first.
fn ranked(cases: &[Case], models: usize, wanted: &dyn Fn(&Case) -> bool) -> Vec<usize> {
    let total = |model: usize| -> f64 {
        let chosen = cases.iter().filter(|case| wanted(case));
        chosen.map(|case| case.scores[model]).sum()
    };
    let totals: Vec<f64> = (0..models).map(total).collect();
    let mut order: Vec<usize> = (0..models).collect();
    order.sort_by(|&a, &b| totals[b].partial_cmp(&totals[a]).unwrap_or(Ordering::Equal));
    order
}

fn line(of: &Comparison) -> String {
    let (n, clean) = (count(of.samples), count(of.clean));
    let told = |estimate: &Estimate| match (estimate.value, of.measure) {
        (None, _) => String::new(),
        (Some(value), Measure::Accuracy) => accuracy(value, HALF_WIDTH),
        (Some(value), Measure::Loss) => loss(value),
    };
    let model = |name: &str| of.models.iter().find(|one| one.name == name);
    let all = &of.best_on_all;
    let on_all = model(all).map(|one| told(&one.all)).unwrap_or_default();
    let (Some(best), Some(other), Some(lead)) = (&of.best_on_clean, &of.against, &of.difference)
    else {
        return format!(
            "All {n} samples leak: `{all}` is best on them ({on_all}), and which model is best on new images cannot be said."
        );
    };
    if of.clean == of.samples {
        return format!("None of the {n} samples is known to leak: `{all}` is best ({on_all}).");
    }
    let on_clean = |name: &str| model(name).map(|one| told(&one.clean)).unwrap_or_default();
    if lead.value == Some(0.0) && best == all {
        return format!(
            "`{best}` and `{other}` cannot be told apart on the {clean} samples not known to leak ({})",
            on_clean(best)
        ) + &format!("; on all {n} the best has {on_all}.");
    }
    let by = by(of.measure, lead);
    let (own, others) = (on_clean(best), on_clean(other));
    match (best == all, lead.lo.is_some_and(|lo| lo > 0.0)) {
        (false, true) => format!(
            "Leakage changes which model is best: on all {n} it is `{all}` ({on_all}), on the {clean} not known to leak `{best}` ({own} against {others}; {by})."
        ),
        (false, false) => format!(
            "Which model is best is not known: on all {n} it is `{all}` ({on_all}), on the {clean} not known to leak `{best}` ({own} against {others}), which may be chance ({by})."
        ),
        (true, true) => format!(
            "Leakage does not change which model is best: `{all}` is on all {n} ({on_all}) and on the {clean} not known to leak ({own} against {others} of `{other}`; {by})."
        ),
        (true, false) => format!(
            "`{all}` is best on all {n} ({on_all}) and on the {clean} not known to leak ({own}); there it is before `{other}` ({others}) by what may be chance ({by})."
        ),
    }
}

/// A difference and its interval: "1.8 points, 0.3 to 3.3".
fn by(measure: Measure, lead: &Estimate) -> String {
    let told = |value: f64| match measure {
        Measure::Accuracy => format!("{:.1}", value * 100.0),
        Measure::Loss => match value < 0.0 {
            true => format!("-{}", loss(-value)),
            false => loss(value),
        },
    };
    let value = told(lead.value.unwrap_or(0.0));
    let unit = match measure {
        Measure::Accuracy => " points",
        Measure::Loss => "",
    };
    match (lead.lo, lead.hi) {
        (Some(lo), Some(hi)) => {
            format!(
                "difference {value}{unit}, 95 % interval {} to {}",
                told(lo),
                told(hi)
            )
        }
        _ => format!("difference {value}{unit}, no interval from one group"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares two models by which of their samples they got right; the first `leaked` samples
    /// leak, and every sample is a group.
    fn compared(a: &[bool], b: &[bool], leaked: usize) -> Comparison {
        let of = |right: &[bool]| -> Vec<Option<Prediction>> {
            let one = |&right: &bool| Prediction {
                right: Some(right),
                ..Prediction::default()
            };
            right.iter().map(one).map(Some).collect()
        };
        let (a, b) = (of(a), of(b));
        let models = [("a", &a), ("b", &b)].map(|(name, predictions)| Model {
            name,
            predictions,
            loss_kind: None,
        });
        let rows: Vec<u32> = (0..a.len() as u32).collect();
        let class = |&row: &u32| match (row as usize) < leaked {
            true => Exposure::Twin,
            false => Exposure::Clean,
        };
        let exposures = Exposures {
            class: rows.iter().map(class).collect(),
            lag: vec![None; rows.len()],
            rows: rows.clone(),
        };
        compare(&models, &exposures, &rows).unwrap()
    }

    fn runs(parts: &[(bool, usize)]) -> Vec<bool> {
        parts
            .iter()
            .flat_map(|&(right, n)| vec![right; n])
            .collect()
    }

    #[test]
    fn a_model_that_is_best_by_its_leaks_alone_is_not_best() {
        let copies = runs(&[(true, 100), (false, 50), (true, 50)]);
        let honest = runs(&[(false, 60), (true, 40), (true, 90), (false, 10)]);
        let of = compared(&copies, &honest, 100);
        assert_eq!(
            (&*of.best_on_all, of.best_on_clean.as_deref()),
            ("a", Some("b"))
        );
        assert!((of.difference.unwrap().value.unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(
            of.line,
            "Leakage changes which model is best: on all 200 it is `a` (75.0 %), on the 100 not known to leak `b` (90.0 % against 50.0 %; difference 40.0 points, 95 % interval 26.5 to 53.5)."
        );
    }

    #[test]
    fn a_difference_that_may_be_chance_is_told_as_such() {
        let a = runs(&[(true, 100), (false, 50), (true, 50)]);
        let b = runs(&[(false, 100), (false, 49), (true, 51)]);
        let of = compared(&a, &b, 100);
        assert!(
            of.line.contains("is not known") && of.line.contains("may be chance"),
            "{}",
            of.line
        );
    }

    #[test]
    fn the_same_model_may_be_best_on_both() {
        let a = runs(&[(true, 100), (true, 90), (false, 10)]);
        let b = runs(&[(false, 100), (false, 50), (true, 50)]);
        let of = compared(&a, &b, 100);
        assert!(
            of.line.starts_with("Leakage does not change"),
            "{}",
            of.line
        );
        let near = compared(&a, &runs(&[(false, 100), (true, 89), (false, 11)]), 100);
        assert!(near.line.contains("by what may be chance"), "{}", near.line);
    }

    #[test]
    fn without_clean_or_leaked_samples_little_is_said() {
        let (a, b) = (runs(&[(true, 10)]), runs(&[(false, 10)]));
        assert!(compared(&a, &b, 10).line.contains("cannot be said"));
        assert!(compared(&a, &b, 0).line.starts_with("None of the 10"));
    }

    /// Predictions that are right or not, with a loss or without.
    fn predictions(right: Option<bool>, loss: Option<f64>) -> Vec<Option<Prediction>> {
        let one = Prediction {
            right,
            loss,
            predicted: None,
        };
        vec![Some(one); 4]
    }

    fn model<'a>(
        name: &'a str,
        predictions: &'a [Option<Prediction>],
        loss_kind: Option<LossKind>,
    ) -> Model<'a> {
        Model {
            name,
            predictions,
            loss_kind,
        }
    }

    #[test]
    fn models_are_compared_only_by_what_all_of_them_have() {
        let wrong = predictions(Some(true), Some(0.0));
        let given = predictions(None, Some(1.9));
        let both = predictions(Some(false), Some(1.7));
        let rows = [0, 1, 2, 3];
        let memo = model("memo", &wrong, Some(LossKind::Wrong));
        let loss = model("loss", &given, Some(LossKind::Given));
        let two = model("two", &both, Some(LossKind::Given));
        assert_eq!(in_common(&[memo, two], &rows), Ok(Measure::Accuracy));
        assert_eq!(in_common(&[loss, two], &rows), Ok(Measure::Loss));
        let refused = in_common(&[memo, loss], &rows).unwrap_err();
        assert!(
            refused.contains("`memo` has right or wrong classes, `loss` has a given loss"),
            "{refused}"
        );
        let nothing = predictions(None, None);
        let refused = in_common(&[loss, model("none", &nothing, None)], &rows).unwrap_err();
        assert!(
            refused.contains("`none` has neither answers nor losses"),
            "{refused}"
        );
        let mut first = wrong.clone();
        first[1..].fill(None);
        let mut last = wrong.clone();
        last[..3].fill(None);
        let apart = [model("a", &first, None), model("b", &last, None)];
        assert!(in_common(&apart, &rows).is_err());
    }

    #[test]
    fn a_sample_without_an_answer_does_not_change_the_measure() {
        let mut one = predictions(Some(true), Some(0.0));
        one[2] = Some(Prediction::default());
        let other = predictions(Some(false), Some(1.0));
        let models = [
            model("a", &one, Some(LossKind::Wrong)),
            model("b", &other, Some(LossKind::LogLoss)),
        ];
        assert_eq!(in_common(&models, &[0, 1, 2, 3]), Ok(Measure::Accuracy));
    }

    #[test]
    fn equal_models_are_not_before_each_other() {
        let one = runs(&[(true, 60), (false, 40)]);
        let of = compared(&one, &one, 20);
        assert!(of.line.contains("cannot be told apart"), "{}", of.line);
    }
}
