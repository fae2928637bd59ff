//! Dose and response: mean loss by how close training came to a sample.
//!
//! Closeness is confounded with difficulty: what is common is near to something and easy. So a
//! response is shown, and nothing is concluded from it.

use super::exclusion::copy_loss;
use super::exposure::Exposures;
use super::inputs::{Inputs, Targets};
use super::interval::{ratio, sum_by_group};
use super::nearest_training::{Query, Window};
use crate::report::explanation::{DoseBin, Estimate, Response, ResponseBin, ResponseBy};

/// Bins by distance of images.
const BINS: usize = 6;

/// First whole numbers of the bins by steps; a bin ends before the next begins.
const STEPS: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 6.0, 31.0];

/// The same for numbers of copies.
const COPIES: [f64; 5] = [0.0, 1.0, 2.0, 3.0, 6.0];

/// Least similarities of the bins.
const SIMILARITIES: [f64; 7] = [-1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/// Mean loss by distance to the nearest training image, in bins of equally many samples. `groups`
/// are the units of the intervals, one per row.
#[must_use]
pub(crate) fn dose(
    inputs: &Inputs,
    queries: &[Query],
    groups: &[u32],
    loss_of: &dyn Fn(u32) -> Option<f64>,
) -> Vec<DoseBin> {
    let mut points: Vec<(i32, u32, f64)> = queries
        .iter()
        .filter_map(|query| {
            let nearest = query.left_by(Window::NOTHING).next()?;
            Some((nearest.distance, query.row, loss_of(query.row)?))
        })
        .collect();
    points.sort_by_key(|&(distance, row, _)| (distance, row));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let training: Vec<f64> = inputs
        .training_rows()
        .into_iter()
        .filter_map(|row| inputs.targets.number(row as usize))
        .collect();
    let numbers = matches!(inputs.targets, Targets::Numbers(_));
    let constant = numbers.then(|| mean(&training));
    let size = points.len().div_ceil(BINS).max(1);
    let bin = |bin: &[(i32, u32, f64)]| {
        let losses: Vec<f64> = bin.iter().map(|point| point.2).collect();
        let trivial: Vec<f64> = bin
            .iter()
            .filter_map(|point| {
                let truth = inputs.targets.number(point.1 as usize)?;
                Some(copy_loss(inputs.metric, inputs.targets, truth, constant?))
            })
            .collect();
        let (loss, trivial) = (mean(&losses), mean(&trivial));
        let distance = |d: i32| f64::from(d).sqrt() / 64.0;
        let rows = bin.iter().map(|point| (point.1, point.2));
        let interval = mean_over_groups(rows, groups);
        DoseBin {
            distance_lo: distance(bin[0].0),
            distance_hi: distance(bin[bin.len() - 1].0),
            n: bin.len() as u64,
            loss,
            loss_lo: interval.lo,
            loss_hi: interval.hi,
            loss_over_trivial: (trivial > 0.0).then(|| loss / trivial),
        }
    };
    points.chunks(size).map(bin).collect()
}

/// Mean loss by steps to the nearest training frame, by similarity to the most similar training
/// image and by number of training images that show the same; those that are known of at least two
/// doses.
#[must_use]
pub(crate) fn responses(
    inputs: &Inputs,
    exposures: &Exposures,
    groups: &[u32],
    loss_of: &dyn Fn(u32) -> Option<f64>,
) -> Vec<Response> {
    let rows = || exposures.rows.iter().copied().zip(&exposures.lag);
    let with_loss = |row: u32, dose: Option<f64>| Some((row, dose, loss_of(row)?));
    let placed = rows().filter(|(row, _)| inputs.rows[*row as usize].place.is_some());
    let by_steps = placed.filter_map(|(row, steps)| with_loss(row, steps.map(f64::from)));
    let alike = |row: u32| inputs.alike.get(row as usize);
    let by_similarity = rows().filter_map(|(row, _)| with_loss(row, alike(row)?.similarity));
    let by_copies = rows().filter_map(|(row, _)| {
        let copies = alike(row)?.copies as f64;
        with_loss(row, Some(copies))
    });
    [
        (ResponseBy::Steps, by_steps.collect(), &STEPS[..]),
        (
            ResponseBy::Similarity,
            by_similarity.collect(),
            &SIMILARITIES[..],
        ),
        (ResponseBy::Copies, by_copies.collect(), &COPIES[..]),
    ]
    .into_iter()
    .map(|(by, cases, edges)| response(by, cases, edges, groups))
    .filter(|response| response.bins.len() > 1)
    .collect()
}

/// Means in bins that begin at `edges`, and of samples without a dose; empty bins are left out.
fn response(
    by: ResponseBy,
    cases: Vec<(u32, Option<f64>, f64)>,
    edges: &[f64],
    groups: &[u32],
) -> Response {
    let bin_of = |dose: f64| edges.iter().rposition(|&edge| edge <= dose);
    let of_bin = |bin: Option<usize>| {
        let own = cases
            .iter()
            .filter(move |(_, dose, _)| dose.and_then(bin_of) == bin);
        mean_over_groups(own.map(|&(row, _, loss)| (row, loss)), groups)
    };
    let counted = by != ResponseBy::Similarity;
    let last = (by == ResponseBy::Similarity).then_some(1.0);
    let end = |bin: usize| match edges.get(bin + 1) {
        // Whole numbers end one before the next bin begins.
        Some(next) => Some(next - f64::from(u8::from(counted))),
        None => last,
    };
    let bins = std::iter::once(None).chain((0..edges.len()).map(Some));
    let bins = bins.map(|bin| ResponseBin {
        lo: bin.map(|bin| edges[bin]),
        hi: bin.and_then(end),
        loss: of_bin(bin),
    });
    Response {
        by,
        bins: bins.filter(|bin| bin.loss.n_used > 0).collect(),
    }
}

/// Mean loss of rows, with its interval over groups.
fn mean_over_groups(rows: impl Iterator<Item = (u32, f64)>, groups: &[u32]) -> Estimate {
    let rows: Vec<(u32, f64, f64)> = rows
        .map(|(row, loss)| (groups[row as usize], loss, 1.0))
        .collect();
    let n = rows.len();
    ratio(&sum_by_group(rows.into_iter()), n)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::exposure::tests::bare;
    use super::super::inputs::{Alike, Row};
    use super::*;
    use crate::report::explanation::Exposure;

    const ROW: Row = Row {
        evaluation: true,
        place: None,
        group: None,
    };

    /// Means of the samples whose dose lies in a bin, taken one bin and one sample at a time.
    fn twin(cases: &[(u64, f64)]) -> Vec<(f64, Option<f64>, u64, f64)> {
        let bins = [
            (0, Some(0)),
            (1, Some(1)),
            (2, Some(2)),
            (3, Some(5)),
            (6, None),
        ];
        let mut means = Vec::new();
        for (lo, hi) in bins {
            let (mut n, mut sum) = (0, 0.0);
            for (copies, loss) in cases {
                if *copies >= lo && hi.is_none_or(|hi| *copies <= hi) {
                    n += 1;
                    sum += loss;
                }
            }
            if n > 0 {
                means.push((lo as f64, hi.map(|hi| hi as f64), n, sum / n as f64));
            }
        }
        means
    }

    proptest! {
        #[test]
        fn bins_hold_what_a_naive_count_puts_into_them(
            cases in prop::collection::vec((0u64..9, 0.0f64..2.0), 1..40)
        ) {
            let rows = vec![ROW; cases.len()];
            let alike: Vec<Alike> = cases
                .iter()
                .map(|case| Alike { similarity: None, copies: case.0 })
                .collect();
            let inputs = Inputs { alike: &alike, ..bare(&rows, &[]) };
            let n = cases.len();
            let exposures = Exposures {
                rows: (0..n as u32).collect(),
                class: vec![Exposure::Clean; n],
                lag: vec![None; n],
            };
            let groups: Vec<u32> = (0..n as u32).collect();
            let loss = |row: u32| Some(cases[row as usize].1);
            let found = responses(&inputs, &exposures, &groups, &loss);
            let expected = twin(&cases);
            if expected.len() < 2 {
                prop_assert!(found.is_empty());
                return Ok(());
            }
            prop_assert_eq!(found.len(), 1, "similarity and steps are known of none");
            prop_assert_eq!(found[0].by, ResponseBy::Copies);
            prop_assert_eq!(found[0].bins.len(), expected.len());
            for (bin, (lo, hi, n, mean)) in found[0].bins.iter().zip(expected) {
                prop_assert_eq!((bin.lo, bin.hi, bin.loss.n_used), (Some(lo), hi, n));
                prop_assert!((bin.loss.value.unwrap() - mean).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_similarity_of_one_is_in_the_last_bin_and_none_in_a_bin_of_its_own() {
        let cases = vec![(0, None, 1.0), (1, Some(0.95), 2.0), (2, Some(1.0), 4.0)];
        let found = response(ResponseBy::Similarity, cases, &SIMILARITIES, &[0, 1, 2]);
        let told = found
            .bins
            .iter()
            .map(|bin| (bin.lo, bin.hi, bin.loss.value));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [(None, None, Some(1.0)), (Some(0.95), Some(1.0), Some(3.0))]
        );
    }
}
