//! Twin-label asymmetry: does the model predict the training twin's label rather than the sample's own?
//!
//! For an evaluation sample `i` with exactly one training twin `j` whose label differs, a model that did not use `j` errs as much
//! against `y_i` as against `y_j`, by exchangeability. `A = mean[(p - y_i)^2 - (p - y_j)^2]` over
//! `M = mean (y_i - y_j)^2` is the weight the model gives to the copied label. Only exact duplicates and still twins qualify: frames of a
//! film are no exchangeable pair.

use super::estimate::{CiMethod, Estimate, Status};
use super::inputs::{Inputs, Prediction, Setting, Targets};
use super::interval::{Scale, from_influence, sum_by_group};

/// Fewest pairs.
const FEW_PAIRS: usize = 30;

/// The weight, about 0 (not copied) to 1 (copied).
#[must_use]
pub fn copied_weight(
    inputs: &Inputs,
    predictions: &[Option<Prediction>],
    groups: &[u32],
) -> Estimate {
    if !matches!(inputs.targets, Targets::Numbers(_)) {
        return Estimate::absent(
            Status::NotApplicable,
            "not_numbers",
            "defined for numbers only",
        );
    }
    let mut partners: Vec<(u32, u32, bool)> = Vec::new();
    for twin in inputs
        .twins
        .iter()
        .filter(|twin| twin.setting <= Setting::Default)
    {
        for (this, other) in [(twin.a, twin.b), (twin.b, twin.a)] {
            if inputs.rows[this as usize].evaluation && !inputs.rows[other as usize].evaluation {
                partners.push((this, other, twin.exact));
            }
        }
    }
    partners.sort_unstable();
    let moving = |a: u32, b: u32| {
        inputs.rows[a as usize].place.is_some()
            && inputs.rows[a as usize].place != inputs.rows[b as usize].place
    };
    let single = partners
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() == 1)
        .map(|run| run[0]);
    let pairs: Vec<(u32, f64, f64)> = single
        .filter(|&(this, other, exact)| exact || !moving(this, other))
        .filter_map(|(this, other, _)| {
            let predicted = predictions.get(this as usize)?.as_ref()?.predicted?;
            let (own, copied) = (
                inputs.targets.number(this as usize)?,
                inputs.targets.number(other as usize)?,
            );
            (own != copied).then(|| {
                (
                    groups[this as usize],
                    (predicted - own).powi(2) - (predicted - copied).powi(2),
                    (own - copied).powi(2),
                )
            })
        })
        .collect();
    if pairs.len() < FEW_PAIRS {
        return Estimate::absent(
            Status::NotIdentified,
            "few_pairs",
            "fewer than 30 still twins whose labels differ",
        );
    }
    let n = pairs.len();
    let sums = sum_by_group(pairs.into_iter());
    let total: f64 = sums.iter().map(|group| group.den).sum();
    let value = sums.iter().map(|group| group.num).sum::<f64>() / total;
    let influence: Vec<f64> = sums
        .iter()
        .map(|group| (group.num - value * group.den) / total)
        .collect();
    let sizes: Vec<f64> = sums.iter().map(|group| group.den).collect();
    let estimate = Estimate {
        groups_used: Some(sums.len() as u64),
        ..Estimate::exact(value, n)
    };
    match from_influence(value, &influence, &sizes, Scale::Linear) {
        Some(interval) => estimate.with_interval(interval.lo, interval.hi, CiMethod::GroupedT),
        None => estimate,
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::bare;
    use super::super::inputs::{Row, Twin};
    use super::*;

    fn weight(copy: f64) -> Estimate {
        let rows: Vec<Row> = (0..200)
            .map(|i| Row {
                evaluation: i < 100,
                place: None,
                group: None,
            })
            .collect();
        let twins: Vec<Twin> = (0..100)
            .map(|i| Twin {
                a: i,
                b: i + 100,
                setting: Setting::Strict,
                exact: true,
            })
            .collect();
        let deviation =
            |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 16 & 0xff) / 128.0 - 1.0;
        let targets = Targets::Numbers((0..200).map(|i| Some(deviation(i))).collect());
        let predictions: Vec<_> = (0..200)
            .map(|i| {
                Some(Prediction {
                    predicted: Some(copy * deviation(i % 100 + 100)),
                    loss: None,
                })
            })
            .collect();
        let groups: Vec<u32> = (0..200).collect();
        copied_weight(
            &Inputs {
                targets: &targets,
                ..bare(&rows, &twins)
            },
            &predictions,
            &groups,
        )
    }

    #[test]
    fn a_model_that_copies_half_is_weighed_at_about_a_half() {
        let half = weight(0.5);
        assert!(half.lo.unwrap() < 0.5 && 0.5 < half.hi.unwrap(), "{half:?}");
        let none = weight(0.0);
        assert!(none.lo.unwrap() < 0.0 && 0.0 < none.hi.unwrap(), "{none:?}");
    }
}
