//! Metrics that are no mean over samples (F1, AUC, R2, ...), recomputed on all, leaked and clean
//! samples.
//!
//! Intervals are those of the delete-a-group jackknife (Kott 2001): groups fall into at most
//! [`MOST_BLOCKS`] blocks, the metric is taken again without each, and with `B` blocks
//! `se^2 = (B - 1) / B * sum (m_b - mean)^2`, Student's t with `B - 1` degrees of freedom. So a
//! metric is taken at most 101 times, whatever the number of samples.

use std::collections::BTreeMap;

use super::detection::{self, Detected};
use super::exposure::Exposures;
use super::interval::{FEW_GROUPS, t_quantile};
use crate::report::explanation::{CiMethod, Estimate, Exposure, MetricByExposure, Status};

/// More blocks make intervals hardly better and take more time.
const MOST_BLOCKS: usize = 100;

/// What a model said of a sample beside what is true.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The true number, or the number of the true class.
    pub truth: f64,
    /// The same as predicted.
    pub predicted: f64,
    /// Of two classes, how sure the model is of the second, 0 to 1.
    pub score: Option<f64>,
}

/// All answers, by row, and what the user measured of each sample.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Whether answers are classes, else numbers.
    pub are_classes: bool,
    /// One for each row, where there is one.
    pub of: Vec<Option<Answer>>,
    /// Measures of each sample (`iou`, `dice`, ...), by row.
    pub measures: BTreeMap<&'static str, Vec<Option<f64>>>,
    /// Boxes that were found beside those that there are.
    pub detected: Option<Detected>,
}

impl Answers {
    /// What is known without predictions.
    pub const NONE: &'static Self = &Self {
        are_classes: false,
        of: Vec::new(),
        measures: BTreeMap::new(),
        detected: None,
    };
}

/// A value of a sample, in its group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<T> {
    pub(super) group: u32,
    pub(super) clean: bool,
    pub(super) value: T,
}

/// A metric of some samples; `None` where it is not defined for them.
type MetricOf<'a, T> = &'a dyn Fn(&[T]) -> Option<f64>;

/// Every metric that the answers allow.
#[must_use]
pub(crate) fn metrics(
    answers: &Answers,
    exposures: &Exposures,
    groups: &[u32],
) -> Vec<MetricByExposure> {
    let answered = cases(&answers.of, exposures, groups);
    let mut all = Vec::new();
    let chosen: [(&str, MetricOf<'_, Answer>); 3] = match answers.are_classes {
        true => [
            ("macro_f1", &macro_f1),
            ("balanced_accuracy", &balanced_accuracy),
            ("auc", &auc),
        ],
        false => [("mae", &mae), ("rmse", &rmse), ("r2", &r2)],
    };
    for (name, metric) in chosen {
        all.extend(by_exposure(name, &answered, metric));
    }
    for (name, values) in &answers.measures {
        all.extend(by_exposure(name, &cases(values, exposures, groups), &mean));
    }
    if let Some(detected) = &answers.detected {
        let images = cases(&images(detected), exposures, groups);
        for measure in detection::Measure::ALL {
            let precision = |images: &[u32]| detected.mean_precision(images, measure);
            all.extend(by_exposure(measure.name(), &images, &precision));
        }
    }
    all
}

/// The images that detections were sought on, each at its row.
fn images(detected: &Detected) -> Vec<Option<u32>> {
    let rows = detected.images();
    let most = rows.iter().max().map_or(0, |most| *most as usize + 1);
    let mut at = vec![None; most];
    for &row in rows {
        at[row as usize] = Some(row);
    }
    at
}

/// Whether a smaller value of a measure is a better one.
pub(super) fn less_is_better(name: &str) -> bool {
    matches!(name, "mae" | "rmse" | "cer" | "wer")
}

fn cases<T: Copy>(values: &[Option<T>], exposures: &Exposures, groups: &[u32]) -> Vec<Case<T>> {
    let rows = exposures.rows.iter().zip(&exposures.class);
    rows.filter_map(|(&row, &class)| {
        Some(Case {
            group: groups[row as usize],
            clean: class == Exposure::Clean,
            value: (*values.get(row as usize)?)?,
        })
    })
    .collect()
}

/// `None` where the metric is not defined even for all.
fn by_exposure<T: Copy>(
    name: &str,
    cases: &[Case<T>],
    metric: MetricOf<'_, T>,
) -> Option<MetricByExposure> {
    let of = |wanted: &dyn Fn(&Case<T>) -> bool| {
        let chosen: Vec<Case<T>> = cases.iter().filter(|case| wanted(case)).copied().collect();
        within(estimate(&chosen, metric), name)
    };
    let all = of(&|_| true);
    all.value.is_some().then(|| MetricByExposure {
        metric: name.to_owned(),
        leaked: of(&|case| !case.clean),
        clean: of(&|case| case.clean),
        all,
    })
}

/// An interval without what the metric cannot be: a share is 0 to 1, an error not negative.
pub(super) fn within(estimate: Estimate, name: &str) -> Estimate {
    let (least, most) = match name {
        _ if less_is_better(name) => (0.0, f64::INFINITY),
        "r2" => (f64::NEG_INFINITY, 1.0),
        "psnr" => (f64::NEG_INFINITY, f64::INFINITY),
        // A measure in percent is no share of 1.
        _ if estimate.value.is_some_and(|value| value <= 1.0) => (0.0, 1.0),
        _ => (0.0, f64::INFINITY),
    };
    Estimate {
        lo: estimate.lo.map(|lo| lo.max(least)),
        hi: estimate.hi.map(|hi| hi.min(most)),
        ..estimate
    }
}

/// A metric of these samples, with its interval over groups.
pub(super) fn estimate<T: Copy>(cases: &[Case<T>], metric: MetricOf<'_, T>) -> Estimate {
    let values: Vec<T> = cases.iter().map(|case| case.value).collect();
    let Some(value) = metric(&values) else {
        let message = "not defined for these samples";
        return Estimate::absent(Status::NotIdentified, "no_samples", message);
    };
    let mut groups: Vec<u32> = cases.iter().map(|case| case.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let estimate = Estimate {
        groups_used: Some(groups.len() as u64),
        ..Estimate::exact(value, cases.len())
    };
    let blocks = groups.len().min(MOST_BLOCKS);
    let block_of = |case: &Case<T>| {
        let at = groups.binary_search(&case.group);
        at.map_or(0, |at| at % blocks)
    };
    let of_cases: Vec<usize> = cases.iter().map(block_of).collect();
    let without = (0..blocks).map(|block| {
        let kept = values
            .iter()
            .zip(&of_cases)
            .filter(|(_, own)| **own != block);
        metric(&kept.map(|(value, _)| *value).collect::<Vec<T>>())
    });
    let without: Option<Vec<f64>> = without.collect();
    let Some(without) = without.filter(|_| blocks > 1) else {
        return estimate.with_message("no interval: it needs more independent groups");
    };
    let count = blocks as f64;
    let mean = without.iter().sum::<f64>() / count;
    let squares: f64 = without.iter().map(|one| (one - mean).powi(2)).sum();
    let half = t_quantile(count - 1.0) * ((count - 1.0) / count * squares).sqrt();
    let message = match groups.len() < FEW_GROUPS {
        true => "fewer than 8 independent groups",
        false => "",
    };
    estimate
        .with_interval(value - half, value + half, CiMethod::GroupedJackknife)
        .with_message(message)
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    let sum: f64 = values.iter().sum();
    (!values.is_empty()).then(|| sum / values.len() as f64)
}

fn mae(answers: &[Answer]) -> Option<f64> {
    let errors = answers.iter().map(|one| (one.truth - one.predicted).abs());
    mean(&errors.collect::<Vec<f64>>())
}

fn squared_error(answers: &[Answer]) -> Option<f64> {
    let errors = answers
        .iter()
        .map(|one| (one.truth - one.predicted).powi(2));
    mean(&errors.collect::<Vec<f64>>())
}

fn rmse(answers: &[Answer]) -> Option<f64> {
    squared_error(answers).map(f64::sqrt)
}

/// 1 - squared error over the variance of the truth.
fn r2(answers: &[Answer]) -> Option<f64> {
    let truths: Vec<f64> = answers.iter().map(|one| one.truth).collect();
    let centre = mean(&truths)?;
    let variance = mean(
        &truths
            .iter()
            .map(|one| (one - centre).powi(2))
            .collect::<Vec<f64>>(),
    )?;
    (variance > 0.0).then_some(1.0 - squared_error(answers)? / variance)
}

/// Right, true and predicted samples of each class.
fn confusion(answers: &[Answer]) -> BTreeMap<u64, [f64; 3]> {
    let mut classes: BTreeMap<u64, [f64; 3]> = BTreeMap::new();
    for one in answers {
        // Numbers of classes are whole.
        let (truth, predicted) = (one.truth.to_bits(), one.predicted.to_bits());
        classes.entry(truth).or_default()[1] += 1.0;
        classes.entry(predicted).or_default()[2] += 1.0;
        if truth == predicted {
            classes.entry(truth).or_default()[0] += 1.0;
        }
    }
    classes
}

/// Mean over classes, true or predicted, of the harmonic mean of precision and recall.
fn macro_f1(answers: &[Answer]) -> Option<f64> {
    let classes = confusion(answers).into_values();
    let f1 = classes.map(|[right, all, predicted]| 2.0 * right / (all + predicted));
    mean(&f1.collect::<Vec<f64>>())
}

/// Mean over true classes of the share that is right.
fn balanced_accuracy(answers: &[Answer]) -> Option<f64> {
    let classes = confusion(answers).into_values();
    let recalls = classes
        .filter(|[_, all, _]| *all > 0.0)
        .map(|[right, all, _]| right / all);
    mean(&recalls.collect::<Vec<f64>>())
}

/// Area under the receiver operating characteristic: the share of pairs of a sample of each of two
/// classes in which the second class has the higher score, ties counted half (Mann and Whitney).
fn auc(answers: &[Answer]) -> Option<f64> {
    let classes: Vec<u64> = confusion(answers)
        .into_iter()
        .filter(|(_, [_, all, _])| *all > 0.0)
        .map(|(class, _)| class)
        .collect();
    let [_, second] = classes[..] else {
        return None;
    };
    let mut scored: Vec<(f64, bool)> = answers
        .iter()
        .map(|one| Some((one.score?, one.truth.to_bits() == second)))
        .collect::<Option<_>>()?;
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut sum) = (0.0, 0.0);
    for ties in scored.chunk_by(|a, b| a.0 == b.0) {
        let of_second = ties.iter().filter(|one| one.1).count() as f64;
        let of_first = ties.len() as f64 - of_second;
        sum += of_second * (below + of_first / 2.0);
        below += of_first;
    }
    let of_second = answers.len() as f64 - below;
    Some(sum / (below * of_second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(truth: u8, predicted: u8, score: u8) -> Answer {
        Answer {
            truth: f64::from(truth),
            predicted: f64::from(predicted),
            score: Some(f64::from(score) / 8.0),
        }
    }

    #[test]
    fn metrics_of_numbers_are_those_of_the_textbook() {
        let answers = [answer(1, 2, 0), answer(3, 3, 0), answer(5, 1, 0)];
        assert!((mae(&answers).unwrap() - 5.0 / 3.0).abs() < 1e-12);
        assert!((rmse(&answers).unwrap() - (17.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((r2(&answers).unwrap() - (1.0 - 17.0 / 8.0)).abs() < 1e-12);
        assert_eq!(r2(&answers[..1]), None);
        assert_eq!(mae(&[]), None);
    }

    #[test]
    fn metrics_of_classes_are_those_of_the_textbook() {
        // Class 0: 2 of 3 right, predicted twice. Class 1: 0 of 1. Class 2 is only predicted.
        let answers = [
            answer(0, 0, 1),
            answer(0, 0, 2),
            answer(0, 1, 3),
            answer(1, 2, 4),
        ];
        assert!((macro_f1(&answers).unwrap() - (4.0 / 5.0) / 3.0).abs() < 1e-12);
        assert!((balanced_accuracy(&answers).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(auc(&answers), Some(1.0));
        assert_eq!(auc(&answers[..3]), None, "one class has no pairs");
    }

    #[test]
    fn the_jackknife_of_a_mean_of_single_samples_is_its_standard_error() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i * 37 % 40)).collect();
        let cases: Vec<Case<f64>> = (0..)
            .zip(&values)
            .map(|(group, &value)| Case {
                group,
                clean: true,
                value,
            })
            .collect();
        let found = estimate(&cases, &mean);
        let centre = found.value.unwrap();
        let squares: f64 = values.iter().map(|one| (one - centre).powi(2)).sum();
        let half = t_quantile(39.0) * (squares / 39.0 / 40.0).sqrt();
        assert!(
            (found.hi.unwrap() - centre - half).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(estimate(&cases[..1], &mean).hi, None);
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(
            all in prop::collection::vec((0u8..2, 0u8..9), 2..60),
        ) {
            let answers: Vec<Answer> = all.iter().map(|&(truth, score)| answer(truth, 0, score)).collect();
            let (mut sum, mut pairs) = (0.0, 0.0);
            for (_, low) in all.iter().filter(|one| one.0 == 0) {
                for (_, high) in all.iter().filter(|one| one.0 == 1) {
                    pairs += 1.0;
                    sum += match high.cmp(low) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    };
                }
            }
            match auc(&answers) {
                Some(found) => prop_assert!((found - sum / pairs).abs() < 1e-12),
                None => prop_assert_eq!(pairs, 0.0),
            }
        }
    }
}
