//! Ridge regression on the descriptors, a learner that hardly memorises: under the user's split,
//! and with blocks of time left out.

use super::descriptors::Descriptors;
use super::exclusion::copy_loss;
use super::inputs::{Inputs, Targets};
use super::interval::{ratio, sum_by_group};
use crate::report::explanation::Ridge;
use rayon::prelude::*;

/// Penalty on squared coefficients, for standardised descriptors.
const PENALTY: f64 = 10.0;
/// Blocks left out in turn.
const BLOCKS: usize = 5;
/// Classes beyond this number make the proxy too costly for what it tells.
const MAX_CLASSES: usize = 200;
/// Rows whose products are summed together; fixed, so that sums do not depend on threads.
const CHUNK: usize = 2048;

/// Fits both. `None` without descriptors for both sides, with one group only, or with too many
/// classes.
#[must_use]
pub(crate) fn ridge(
    inputs: &Inputs,
    descriptors: &Descriptors,
    groups: &[u32],
    purge: u32,
) -> Option<Ridge> {
    let outputs = match inputs.targets {
        Targets::None => return None,
        Targets::Numbers(_) => 1,
        Targets::Classes(classes) => classes
            .iter()
            .flatten()
            .max()
            .map_or(0, |&c| c as usize + 1),
    };
    let usable = |row: &u32| {
        descriptors.vector(*row).is_some() && inputs.targets.number(*row as usize).is_some()
    };
    let training: Vec<u32> = inputs.training_rows().into_iter().filter(usable).collect();
    let evaluation: Vec<u32> = inputs
        .evaluation_rows()
        .into_iter()
        .filter(usable)
        .collect();
    if training.is_empty() || evaluation.is_empty() || outputs == 0 || outputs > MAX_CLASSES {
        return None;
    }
    let block = blocks(inputs, groups)?;
    let moments = |rows: &[u32]| Moments::of(inputs, descriptors, rows, outputs);
    let per_block: Vec<Moments> = (0..BLOCKS)
        .map(|b| moments(&select(&training, |row| block[row as usize] == b)))
        .collect();
    let total = per_block
        .iter()
        .fold(Moments::zero(descriptors.dimension(), outputs), |sum, m| {
            sum.plus(m, 1.0)
        });
    let whole = total.solve();
    let mut user = vec![0.0; inputs.rows.len()];
    let mut blocked = vec![0.0; inputs.rows.len()];
    for (b, own) in per_block.iter().enumerate() {
        let queries = select(&evaluation, |row| block[row as usize] == b);
        let surroundings = purged(inputs, &training, &block, b, purge);
        let model = total
            .plus(own, -1.0)
            .plus(&moments(&surroundings), -1.0)
            .solve();
        for &row in &queries {
            user[row as usize] = loss(inputs, descriptors, &whole, row)?;
            blocked[row as usize] = loss(inputs, descriptors, &model, row)?;
        }
    }
    let mean = |losses: &[f64]| {
        evaluation
            .iter()
            .map(|&row| losses[row as usize])
            .sum::<f64>()
            / evaluation.len() as f64
    };
    let pairs = evaluation.iter().map(|&row| {
        (
            groups[row as usize],
            blocked[row as usize],
            user[row as usize],
        )
    });
    Some(Ridge {
        user_split: mean(&user),
        blocked: mean(&blocked),
        ratio: ratio(&sum_by_group(pairs), evaluation.len()),
    })
}

fn select(rows: &[u32], wanted: impl Fn(u32) -> bool) -> Vec<u32> {
    rows.iter().copied().filter(|&row| wanted(row)).collect()
}

/// Contiguous blocks of about equal size, cut between groups, in the order of recordings and
/// positions, then of groups.
fn blocks(inputs: &Inputs, groups: &[u32]) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..inputs.rows.len()).collect();
    order.sort_by_key(|&i| {
        (
            inputs.rows[i].place.is_none(),
            inputs.rows[i].place,
            groups[i],
            i,
        )
    });
    if groups.iter().all(|&group| group == groups[0]) {
        return None;
    }
    let mut block = vec![0; order.len()];
    let mut current = 0;
    for (rank, &i) in order.iter().enumerate() {
        if rank > 0 && groups[order[rank - 1]] != groups[i] {
            current = (rank * BLOCKS / order.len()).max(current);
        }
        block[i] = current;
    }
    Some(block)
}

/// Training rows of other blocks that stand within `purge` steps of a row of block `b`.
fn purged(inputs: &Inputs, training: &[u32], block: &[usize], b: usize, purge: u32) -> Vec<u32> {
    let mut held: Vec<_> = (0..block.len())
        .filter(|&i| block[i] == b)
        .filter_map(|i| inputs.rows[i].place)
        .collect();
    held.sort_unstable();
    let near = |row: u32| {
        let Some(place) = inputs.rows[row as usize].place else {
            return false;
        };
        let at = held.partition_point(|other| *other < place);
        let neighbours = [at.checked_sub(1), Some(at)]
            .into_iter()
            .flatten()
            .filter_map(|i| held.get(i));
        neighbours
            .filter(|other| other.recording == place.recording)
            .any(|other| other.position.abs_diff(place.position) <= purge)
    };
    select(training, |row| block[row as usize] != b && near(row))
}

fn loss(inputs: &Inputs, descriptors: &Descriptors, model: &[Vec<f64>], row: u32) -> Option<f64> {
    let vector = descriptors.vector(row)?;
    let predict = |weights: &Vec<f64>| {
        let inner: f64 = weights
            .iter()
            .zip(vector)
            .map(|(w, &x)| w * f64::from(x) / 64.0)
            .sum();
        inner + weights[weights.len() - 1]
    };
    let truth = inputs.targets.number(row as usize)?;
    let predicted = match inputs.targets {
        Targets::Classes(_) => {
            (0..model.len())
                .map(|c| (predict(&model[c]), c))
                .fold((f64::NEG_INFINITY, 0), |best, new| {
                    if new.0 > best.0 { new } else { best }
                })
                .1 as f64
        }
        _ => predict(&model[0]),
    };
    Some(copy_loss(inputs.metric, inputs.targets, truth, predicted))
}

/// Sums of products that a least-squares fit needs; differences of two are the sums without some
/// rows.
struct Moments {
    /// Width of the design: descriptor and intercept.
    width: usize,
    /// `X'X`, full square, row by row.
    gram: Vec<f64>,
    /// `X'y`, one vector per output.
    cross: Vec<Vec<f64>>,
}

impl Moments {
    fn zero(dimension: usize, outputs: usize) -> Self {
        let width = dimension + 1;
        Self {
            width,
            gram: vec![0.0; width * width],
            cross: vec![vec![0.0; width]; outputs],
        }
    }

    fn of(inputs: &Inputs, descriptors: &Descriptors, rows: &[u32], outputs: usize) -> Self {
        let partial = |rows: &[u32]| {
            let mut m = Self::zero(descriptors.dimension(), outputs);
            let mut x = vec![1.0; m.width];
            for &row in rows {
                let (Some(vector), Some(y)) =
                    (descriptors.vector(row), inputs.targets.number(row as usize))
                else {
                    continue;
                };
                x.iter_mut()
                    .zip(vector)
                    .for_each(|(x, &v)| *x = f64::from(v) / 64.0);
                for (i, line) in m.gram.chunks_exact_mut(m.width).enumerate() {
                    line[..=i]
                        .iter_mut()
                        .zip(&x)
                        .for_each(|(g, xj)| *g += x[i] * xj);
                }
                let (output, y) = if outputs > 1 || matches!(inputs.targets, Targets::Classes(_)) {
                    (y as usize, 1.0)
                } else {
                    (0, y)
                };
                m.cross[output]
                    .iter_mut()
                    .zip(&x)
                    .for_each(|(c, x)| *c += x * y);
            }
            m
        };
        let parts: Vec<Self> = rows.par_chunks(CHUNK).map(partial).collect();
        parts
            .iter()
            .fold(Self::zero(descriptors.dimension(), outputs), |sum, part| {
                sum.plus(part, 1.0)
            })
    }

    fn plus(&self, other: &Self, factor: f64) -> Self {
        let add = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a + factor * b).collect();
        let cross = self
            .cross
            .iter()
            .zip(&other.cross)
            .map(|(a, b)| add(a, b))
            .collect();
        Self {
            width: self.width,
            gram: add(&self.gram, &other.gram),
            cross,
        }
    }

    /// Coefficients per output, intercept last, by Cholesky decomposition. The penalty makes the
    /// matrix positive definite.
    fn solve(&self) -> Vec<Vec<f64>> {
        let w = self.width;
        let mut l = self.gram.clone();
        for i in 0..w {
            l[i * w + i] += if i + 1 < w { PENALTY } else { 1e-6 };
            for j in 0..=i {
                let inner: f64 = (0..j).map(|k| l[i * w + k] * l[j * w + k]).sum();
                let rest = l[i * w + j] - inner;
                l[i * w + j] = if i == j {
                    rest.max(1e-12).sqrt()
                } else {
                    rest / l[j * w + j]
                };
            }
        }
        let solve_one = |right: &Vec<f64>| {
            let mut x = right.clone();
            for i in 0..w {
                let inner: f64 = (0..i).map(|k| l[i * w + k] * x[k]).sum();
                x[i] = (x[i] - inner) / l[i * w + i];
            }
            for i in (0..w).rev() {
                let inner: f64 = (i + 1..w).map(|k| l[k * w + i] * x[k]).sum();
                x[i] = (x[i] - inner) / l[i * w + i];
            }
            x
        };
        self.cross.iter().map(solve_one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::{bare, film};
    use super::super::leak_groups::leak_groups;
    use super::*;

    fn fit(label: impl Fn(f32, f32) -> f64) -> Ridge {
        let n = 1000u32;
        let hash = |i: u32, salt: u32| {
            ((i + salt).wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 65536.0 - 0.5
        };
        let rows = film(&(0..n).map(|i| i % 5 == 0).collect::<Vec<_>>());
        let vectors: Vec<_> = (0..n)
            .map(|i| Some(vec![hash(i, 7), hash(i, 7777)]))
            .collect();
        let targets = Targets::Numbers(
            (0..n)
                .map(|i| Some(label(hash(i, 7), hash(i, 7777))))
                .collect(),
        );
        let descriptors = Descriptors::from_vectors(&vectors);
        let inputs = Inputs {
            targets: &targets,
            ..bare(&rows, &[])
        };
        ridge(&inputs, &descriptors, &leak_groups(&inputs, 20), 20).unwrap()
    }

    #[test]
    fn a_linear_target_is_found_and_time_blocks_change_nothing() {
        let fit = fit(|a, b| f64::from(2.0 * a - b) + 0.5);
        assert!(fit.user_split < 1e-3, "{fit:?}");
        assert!(fit.blocked < 1e-3);
    }

    #[test]
    fn one_group_cannot_be_blocked() {
        let rows = film(&[true, false]);
        let targets = Targets::Numbers(vec![Some(0.0), Some(1.0)]);
        let descriptors = Descriptors::from_vectors(&[Some(vec![0.0]), Some(vec![1.0])]);
        let inputs = Inputs {
            targets: &targets,
            ..bare(&rows, &[])
        };
        assert!(ridge(&inputs, &descriptors, &[0, 0], 1).is_none());
    }
}
