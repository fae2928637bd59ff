//! The exclusion curve: what copying labels from the nearest training images scores on the user's
//! own evaluation samples, while ever more of the training images recorded around each sample are
//! hidden.
//!
//! It needs targets, but neither predictions nor retraining. Where it levels off (the *plateau*),
//! hiding more changes nothing: that lag is the decorrelation lag, and plateau over start is by how
//! much leakage flatters a learner that copies.

use super::inputs::{Inputs, Metric, Targets};
use super::interval::{GroupSum, ratio, sum_by_group};
use super::nearest_training::{K, Neighbour, Query, Window};
use crate::report::explanation::{
    Assumption, CurvePoint, Estimate, ExclusionCurve, Hidden, Status,
};

/// Share of the training split that the plateau must leave.
const TRAINING_LEFT: f64 = 0.8;
/// Share of the plateau at which a window counts as having reached it. At 0.95 the noise of a few
/// hundred samples ends the search far too early (3 steps instead of 20 on half of the driving
/// frames).
const REACHED: f64 = 0.98;

/// Loss of a copied value against the true one.
#[must_use]
pub(crate) fn copy_loss(metric: Metric, targets: &Targets, truth: f64, copied: f64) -> f64 {
    match (targets, metric) {
        (Targets::Classes(_), _) => f64::from(u8::from(truth != copied)),
        (_, Metric::AbsoluteError) => (truth - copied).abs(),
        _ => (truth - copied).powi(2),
    }
}

/// Computes the curve; `groups` are the units of the intervals, one per row.
#[must_use]
pub(crate) fn curve(inputs: &Inputs, queries: &[Query], groups: &[u32]) -> ExclusionCurve {
    let n_training = inputs
        .rows
        .iter()
        .filter(|row| !row.evaluation)
        .count()
        .max(1) as f64;
    let ordered = inputs.rows.iter().any(|row| row.place.is_some());
    let grouped = inputs.rows.iter().any(|row| row.group.is_some()) || !inputs.twins.is_empty();
    let windows: Vec<Window> = Window::all()
        .filter(|&window| {
            window == Window::NOTHING || ordered || (grouped && window == Window::LEAK_GROUP)
        })
        .collect();
    let losses: Vec<Vec<Losses>> = windows
        .iter()
        .map(|&window| {
            queries
                .iter()
                .map(|query| losses(inputs, query, window))
                .collect()
        })
        .collect();
    let left = |window: Window| {
        let hidden: f64 = queries
            .iter()
            .map(|query| f64::from(query.hidden_by(window)))
            .sum();
        1.0 - hidden / (queries.len().max(1) as f64 * n_training)
    };
    let points: Vec<CurvePoint> = windows
        .iter()
        .zip(&losses)
        .map(|(&window, losses)| {
            let five = mean(queries, losses, groups, |l| l.five);
            CurvePoint {
                hidden: match (window, window.lag()) {
                    (Window::NOTHING, _) => Hidden::Nothing,
                    (Window::RECORDING, _) => Hidden::Recording,
                    _ if !ordered => Hidden::LeakGroup,
                    _ => Hidden::Lag,
                },
                lag_steps: window.lag().filter(|_| ordered),
                copy_nearest: mean(queries, losses, groups, |l| l.one).value,
                n_dropped: losses
                    .iter()
                    .filter(|l| l.truth && l.five.is_none())
                    .count() as u64,
                training_left: left(window),
                five_nearest: five,
            }
        })
        .collect();
    let usable = (0..points.len()).rfind(|&i| {
        points[i].training_left >= TRAINING_LEFT && points[i].five_nearest.value.is_some()
    });
    let Some(plateau) = usable.filter(|&i| i > 0) else {
        return without_plateau(points, ordered || grouped);
    };
    let value = |i: usize| points[i].five_nearest.value.unwrap_or(0.0);
    let reached = (1..=plateau).find(|&i| value(i) >= REACHED * value(plateau));
    let compare = |pick: fn(&Losses) -> Option<f64>| {
        let rows = queries.iter().zip(losses[plateau].iter().zip(&losses[0]));
        let both = rows.filter_map(|(query, (p, none))| {
            Some((groups[query.row as usize], pick(p)?, pick(none)?))
        });
        let both: Vec<_> = both.collect();
        let n = both.len();
        ratio(&sum_by_group(both.into_iter()), n).assuming(&[Assumption::A4])
    };
    ExclusionCurve {
        decorrelation_lag_steps: reached.and_then(|i| points[i].lag_steps),
        ratio_five_nearest: compare(|l| l.five),
        ratio_copy_nearest: compare(|l| l.one),
        plateau: points[plateau].five_nearest.clone(),
        points,
    }
}

fn without_plateau(points: Vec<CurvePoint>, has_groups: bool) -> ExclusionCurve {
    let absent = if has_groups {
        Estimate::absent(
            Status::NotIdentified,
            "too_little_training_left",
            "hiding the group of a sample leaves less than 80 % of the training split",
        )
    } else {
        Estimate::absent(
            Status::MissingInput,
            "no_groups",
            "no recordings, groups or twins are known, so there is nothing to hide",
        )
    };
    ExclusionCurve {
        points,
        plateau: absent.clone(),
        decorrelation_lag_steps: None,
        ratio_five_nearest: absent.clone(),
        ratio_copy_nearest: absent,
    }
}

struct Losses {
    /// Whether the sample has a target.
    truth: bool,
    one: Option<f64>,
    five: Option<f64>,
}

fn losses(inputs: &Inputs, query: &Query, window: Window) -> Losses {
    let Some(truth) = inputs.targets.number(query.row as usize) else {
        return Losses {
            truth: false,
            one: None,
            five: None,
        };
    };
    let near: Vec<f64> = query
        .left_by(window)
        .filter_map(|n: Neighbour| inputs.targets.number(n.row as usize))
        .collect();
    let loss = |copied| copy_loss(inputs.metric, inputs.targets, truth, copied);
    let vote = |near: &[f64]| match inputs.targets {
        Targets::Classes(_) => majority(near),
        _ => near.iter().sum::<f64>() / near.len() as f64,
    };
    Losses {
        truth: true,
        one: near.first().map(|&copied| loss(copied)),
        five: (near.len() == K).then(|| loss(vote(&near))),
    }
}

/// Most frequent value; of equally frequent ones that of the nearest neighbour.
fn majority(nearest_first: &[f64]) -> f64 {
    let votes = |value: f64| {
        nearest_first
            .iter()
            .filter(|&&other| other == value)
            .count()
    };
    let best = nearest_first
        .iter()
        .map(|&value| votes(value))
        .max()
        .unwrap_or(0);
    nearest_first
        .iter()
        .copied()
        .find(|&value| votes(value) == best)
        .unwrap_or(f64::NAN)
}

fn mean(
    queries: &[Query],
    losses: &[Losses],
    groups: &[u32],
    pick: impl Fn(&Losses) -> Option<f64>,
) -> Estimate {
    let rows: Vec<_> = queries
        .iter()
        .zip(losses)
        .filter_map(|(query, l)| Some((groups[query.row as usize], pick(l)?, 1.0)))
        .collect();
    let sums: Vec<GroupSum> = sum_by_group(rows.iter().copied());
    ratio(&sums, rows.len())
}

#[cfg(test)]
mod tests {
    use super::super::descriptors::Descriptors;
    use super::super::exposure::tests::{bare, film};
    use super::super::leak_groups::leak_groups;
    use super::super::nearest_training::search;
    use super::*;

    #[test]
    fn hiding_neighbours_of_a_smooth_film_raises_the_loss_to_a_plateau() {
        // Content never returns to the same point, so the nearest images are neighbours in time;
        // part of the label cannot be seen.
        let n = 3000;
        let marks: Vec<bool> = (0..n)
            .map(|i: u32| i.wrapping_mul(2_654_435_761) >> 16 & 0xff < 51)
            .collect();
        let rows = film(&marks);
        let wave = |i: u32, period: f64| (f64::from(i) / period).sin();
        let vectors: Vec<_> = (0..n)
            .map(|i| {
                Some(
                    [13.1, 17.7, 23.3, 29.9, 37.1]
                        .map(|period| wave(i, period) as f32)
                        .to_vec(),
                )
            })
            .collect();
        let label = |i: u32| wave(i, 13.1) + wave(i, 7.3);
        let targets = Targets::Numbers((0..n).map(|i| Some(label(i))).collect());
        let descriptors = Descriptors::from_vectors(&vectors);
        let inputs = Inputs {
            targets: &targets,
            descriptors: Some(&descriptors),
            ..bare(&rows, &[])
        };
        let curve = curve(
            &inputs,
            &search(&inputs, &descriptors),
            &leak_groups(&inputs, 20),
        );
        assert!(
            curve.ratio_five_nearest.value.unwrap() > 1.5,
            "{:?}",
            curve.ratio_five_nearest
        );
        assert!(curve.decorrelation_lag_steps.unwrap() <= 100);
    }

    #[test]
    fn without_groups_there_is_nothing_to_hide() {
        let mut rows = film(&[true, false, false, false, false, false]);
        rows.iter_mut().for_each(|row| row.place = None);
        let vectors: Vec<_> = (0..6).map(|i| Some(vec![i as f32])).collect();
        let targets = Targets::Numbers(vec![Some(1.0); 6]);
        let descriptors = Descriptors::from_vectors(&vectors);
        let inputs = Inputs {
            targets: &targets,
            ..bare(&rows, &[])
        };
        let curve = curve(
            &inputs,
            &search(&inputs, &descriptors),
            &leak_groups(&inputs, 20),
        );
        assert_eq!(curve.plateau.reason_code.as_deref(), Some("no_groups"));
        assert_eq!(curve.points.len(), 1);
    }

    #[test]
    fn a_tie_of_votes_goes_to_the_nearest() {
        assert_eq!(majority(&[2.0, 1.0, 1.0, 2.0, 3.0]), 2.0);
        assert_eq!(majority(&[3.0, 1.0, 1.0, 2.0, 1.0]), 1.0);
    }
}
