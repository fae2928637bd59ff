//! A comparison in words.

use crate::report::explanation::{Comparison, Estimate, Measure};
use crate::wording::{accuracy, count, loss, metric};

/// Half of what shares are written to.
const HALF_WIDTH: f64 = crate::wording::TENTH_OF_A_POINT;

/// What leakage does to the order of models.
pub(super) fn line(of: &Comparison) -> String {
    let (n, clean) = (count(of.samples), count(of.clean));
    let bare = |estimate: &Estimate| match (estimate.value, of.measure) {
        (None, _) => String::new(),
        (Some(value), Measure::Accuracy) => accuracy(value, HALF_WIDTH),
        (Some(value), Measure::Loss) => loss(value),
        (Some(value), Measure::Named) => format!("{value:.3}"),
    };
    let told = |estimate: &Estimate| match &of.named {
        Some(name) => format!("{} {}", metric(name), bare(estimate)),
        None => bare(estimate),
    };
    let model = |name: &str| of.models.iter().find(|one| one.name == name);
    let all = &of.best_on_all;
    let on_all = model(all).map(|one| told(&one.all)).unwrap_or_default();
    let (Some(best), Some(other), Some(lead)) = (&of.best_on_clean, &of.against, &of.difference)
    else {
        if of.clean > 0 {
            return format!(
                "`{all}` is best on all {n} samples ({on_all}); the {clean} not known to leak show nothing to find, so which model is best on new images cannot be said."
            );
        }
        return format!(
            "All {n} samples leak: `{all}` is best on them ({on_all}), and which model is best on new images cannot be said."
        );
    };
    if of.clean == of.samples {
        return format!("None of the {n} samples is known to leak: `{all}` is best ({on_all}).");
    }
    let on_clean = |name: &str| model(name).map(|one| bare(&one.clean)).unwrap_or_default();
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
        Measure::Named => format!("{value:.3}"),
        Measure::Loss => match value < 0.0 {
            true => format!("-{}", loss(-value)),
            false => loss(value),
        },
    };
    let value = told(lead.value.unwrap_or(0.0));
    let unit = match measure {
        Measure::Accuracy => " points",
        Measure::Loss | Measure::Named => "",
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
