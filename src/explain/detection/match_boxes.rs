//! Which boxes of one image are found, at every overlap that is asked.

use std::collections::BTreeMap;

use super::{Guess, MOST_OF_A_CLASS, THRESHOLDS, TrueBox};

/// A box that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) row: u32,
    pub(super) score: f64,
    /// A bit for each overlap at which it shows something that there is.
    pub(super) right: u16,
    /// A bit for each overlap at which it shows a crowd, and counts neither way.
    pub(super) ignored: u16,
}

/// Boxes of one class on one image.
#[derive(Debug, Default)]
pub(super) struct Matches {
    pub(super) hits: Vec<Hit>,
    /// How many there are that are no crowd.
    pub(super) shown: u32,
}

/// Overlaps from 0.5 to 0.95, computed as `pycocotools` does: the last digit decides ties.
fn overlaps() -> [f64; THRESHOLDS] {
    let step = (0.95 - 0.5) / (THRESHOLDS as f64 - 1.0);
    let mut all = std::array::from_fn(|at| at as f64 * step + 0.5);
    all[THRESHOLDS - 1] = 0.95;
    all
}

/// Matches the boxes of an image, by class.
pub(super) fn matches(row: u32, found: &[Guess], truth: &[TrueBox]) -> BTreeMap<u32, Matches> {
    let mut by_class: BTreeMap<u32, (Vec<&Guess>, Vec<&TrueBox>)> = BTreeMap::new();
    for one in found {
        by_class.entry(one.class).or_default().0.push(one);
    }
    for one in truth {
        by_class.entry(one.class).or_default().1.push(one);
    }
    let matched = by_class.into_iter().map(|(class, (mut found, mut truth))| {
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(MOST_OF_A_CLASS);
        truth.sort_by_key(|one| one.crowd);
        let shown = truth.iter().filter(|one| !one.crowd).count() as u32;
        let hits = of_class(row, &found, &truth);
        (class, Matches { hits, shown })
    });
    matched.collect()
}

/// The boxes of one class, crowds last among the true ones.
fn of_class(row: u32, found: &[&Guess], truth: &[&TrueBox]) -> Vec<Hit> {
    let shared: Vec<Vec<f64>> = found
        .iter()
        .map(|one| truth.iter().map(|other| overlap(one, other)).collect())
        .collect();
    let mut hits: Vec<Hit> = found
        .iter()
        .map(|one| Hit {
            row,
            score: one.score,
            right: 0,
            ignored: 0,
        })
        .collect();
    for (at, least) in overlaps().into_iter().enumerate() {
        let mut taken = vec![false; truth.len()];
        for (hit, shared) in hits.iter_mut().zip(&shared) {
            let Some(best) = best(shared, least, truth, &taken) else {
                continue;
            };
            taken[best] = true;
            match truth[best].crowd {
                true => hit.ignored |= 1 << at,
                false => hit.right |= 1 << at,
            }
        }
    }
    hits
}

/// The true box with the largest overlap, of equals the last, that no surer box has; a crowd, which
/// many may have, where there is no other.
fn best(shared: &[f64], least: f64, truth: &[&TrueBox], taken: &[bool]) -> Option<usize> {
    let mut best = None;
    let mut least = least.min(1.0 - 1e-10);
    for (at, (&own, one)) in shared.iter().zip(truth).enumerate() {
        if taken[at] && !one.crowd {
            continue;
        }
        if one.crowd && best.is_some_and(|best: usize| !truth[best].crowd) {
            break;
        }
        if own >= least {
            least = own;
            best = Some(at);
        }
    }
    best
}

/// Intersection over union; of a crowd over the box that was found.
fn overlap(found: &Guess, truth: &TrueBox) -> f64 {
    let [x, y, width, height] = found.corner;
    let [left, top, wide, high] = truth.corner;
    let across = (x + width).min(left + wide) - x.max(left);
    let down = (y + height).min(top + high) - y.max(top);
    if across <= 0.0 || down <= 0.0 {
        return 0.0;
    }
    let both = across * down;
    let own = width * height;
    let union = match truth.crowd {
        true => own,
        false => own + wide * high - both,
    };
    both / union
}
