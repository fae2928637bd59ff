//! Label noise: how far the targets of exact copies differ.

use super::inputs::{Inputs, Targets};

/// Fewest pairs of copies with targets that the noise is estimated from.
const FEW_PAIRS: usize = 30;

/// Half the mean squared difference of the targets of exact copies, training or evaluation: no
/// function of the image does better on them. `None` for classes and below 30 pairs.
#[must_use]
pub(crate) fn label_noise(inputs: &Inputs) -> Option<f64> {
    if !matches!(inputs.targets, Targets::Numbers(_)) {
        return None;
    }
    let exact = inputs.twins.iter().filter(|twin| twin.exact);
    let target = |row: u32| inputs.targets.number(row as usize);
    let differences: Vec<f64> = exact
        .filter_map(|twin| Some((target(twin.a)? - target(twin.b)?).powi(2)))
        .collect();
    let n = differences.len();
    (n >= FEW_PAIRS).then(|| differences.iter().sum::<f64>() / (2.0 * n as f64))
}
