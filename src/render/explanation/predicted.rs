//! What predictions tell: each measure on all, leaked and clean samples.

use crate::report::explanation::{Estimate, FromPredictions, MetricByExposure};
use crate::wording::{self, Scale, TENTH_OF_A_POINT, accuracy, count, loss, percent};

/// The loss or accuracy of clean samples, as it was measured.
pub(super) fn measured(predictions: &FromPredictions, scale: Scale) -> Option<String> {
    let of = predictions.clean_loss()?;
    let (value, lo, hi) = match scale {
        Scale::Loss => (loss(of.value?), loss(of.lo?), loss(of.hi?)),
        Scale::Accuracy => {
            let of = &predictions.accuracy.as_ref()?.clean;
            let told = |share| accuracy(share, TENTH_OF_A_POINT);
            (told(of.value?), told(of.lo?), told(of.hi?))
        }
    };
    Some(format!(
        "{} on samples that are not exposed, measured: {value} ({lo} to {hi})",
        scale.name()
    ))
}

pub(super) fn predicted(predictions: &FromPredictions, scale: Scale) -> Vec<String> {
    let classes: Vec<String> = predictions
        .by_class
        .iter()
        .filter_map(|of| {
            let n = count(of.loss.n_used);
            Some(format!(
                "{} {} (n {n})",
                of.class.name(),
                loss(of.loss.value?)
            ))
        })
        .collect();
    let right = predictions.accuracy.iter().map(|right| {
        let share = |of: &Estimate| of.value.map(|value| accuracy(value, TENTH_OF_A_POINT));
        let parts = [
            ("all", &right.all),
            ("leaked", &right.leaked),
            ("clean", &right.clean),
            ("weighed by twins", &right.standardised),
        ];
        let parts = parts
            .iter()
            .filter_map(|(name, of)| Some(format!("{name} {}", share(of)?)));
        format!("right: {}", parts.collect::<Vec<_>>().join(", "))
    });
    let mut lines = Vec::new();
    lines.extend(right);
    // What is right was told of each side.
    if scale == Scale::Loss && !classes.is_empty() {
        lines.push(format!("loss by exposure: {}", classes.join(", ")));
    }
    // Where nothing is clean, or all is, the two sides are one; without losses it is all there is.
    let both = |one: &&MetricByExposure| {
        let two = one.leaked.value.is_some() && one.clean.value.is_some();
        two || predictions.n_with_loss == 0
    };
    lines.extend(predictions.metrics.iter().filter(both).map(metric));
    let honest = &predictions.honest_standardised;
    lines.push(match (honest.value, honest.lo, honest.hi) {
        (Some(value), Some(lo), Some(hi)) => format!(
            "honest {} on the same samples: {} (95 % interval {})",
            scale.name(),
            scale.value(value),
            scale.range(lo, hi)
        ),
        // Of metrics alone no loss is missed.
        _ if predictions.n_with_loss == 0 && !predictions.metrics.is_empty() => String::new(),
        _ => honest.message.clone(),
    });
    let missed = predictions.if_missed.iter().filter_map(|one| {
        let (value, lo, hi) = (one.honest.value?, one.honest.lo?, one.honest.hi?);
        let share = percent(1.0 - one.recall);
        Some(format!(
            "{} ({}) if {share} of the leaked ones were missed",
            scale.value(value),
            scale.range(lo, hi)
        ))
    });
    lines.push(missed.collect::<Vec<_>>().join("; "));
    lines.retain(|line| !line.is_empty());
    lines
}

/// A metric on all, leaked and clean samples.
fn metric(metric: &MetricByExposure) -> String {
    let told = |name: &str, of: &Estimate| {
        let interval = match (of.lo, of.hi) {
            (Some(lo), Some(hi)) if name == "clean" => format!(" ({lo:.3} to {hi:.3})"),
            _ => String::new(),
        };
        of.value.map(|value| format!("{name} {value:.3}{interval}"))
    };
    let parts = [
        told("all", &metric.all),
        told("leaked", &metric.leaked),
        told("clean", &metric.clean),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}", wording::metric(&metric.metric), parts.join(", "))
}
