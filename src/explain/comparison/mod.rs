//! Does leakage change which of several models is best?
//!
//! Models are ranked on all samples and on clean ones. Two models are compared by the differences
//! of each sample, summed over groups, so that what is hard for both cancels; of detectors, whose
//! precision is no mean over samples, by the difference with every block of groups left out.

mod line;
mod scores;
#[cfg(test)]
mod tests;

use super::exposure::Exposures;
use super::inputs::Model;
use crate::report::explanation::{ComparedModel, Comparison};
use line::line;
use scores::{Case, Scores};

pub(crate) use scores::in_common;

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
    let by = in_common(models, &exposures.rows).ok()?;
    let scores = Scores::new(models, by, exposures, groups);
    let all: Vec<&Case> = scores.cases.iter().collect();
    let part = |clean: bool| all.iter().copied().filter(move |case| case.clean == clean);
    let [leaked, clean] = [false, true].map(|side| part(side).collect::<Vec<&Case>>());
    let estimates: Vec<ComparedModel> = models
        .iter()
        .enumerate()
        .map(|(at, model)| ComparedModel {
            name: model.name.to_owned(),
            all: scores.estimate(at, &all),
            leaked: scores.estimate(at, &leaked),
            clean: scores.estimate(at, &clean),
        })
        .collect();
    let on_all = scores.ranked(&all)?;
    let on_clean = scores.ranked(&clean);
    let best = on_clean.as_ref().map(|ranked| ranked[0]);
    let against = on_clean.as_ref().map(|ranked| {
        if ranked[0] == on_all[0] {
            ranked[1]
        } else {
            on_all[0]
        }
    });
    let lead = best
        .zip(against)
        .map(|(best, against)| scores.lead(best, against, &clean));
    let mut comparison = Comparison {
        measure: by.measure(),
        named: by.named(),
        samples: all.len() as u64,
        clean: clean.len() as u64,
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
