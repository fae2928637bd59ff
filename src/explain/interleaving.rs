//! How finely evaluation and training frames alternate within recordings.

use super::inputs::Inputs;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a split was made, as far as the order of frames tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// Frames were drawn one by one.
    RandomFrame,
    /// Stretches of frames were drawn.
    Chunked,
    /// Whole recordings, or one long stretch.
    Blocked,
    /// No order is known.
    Unknown,
}

/// Alternation of the two sides within recordings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interleaving {
    /// What the index says.
    pub kind: SplitKind,
    /// 1 for a random frame split, 0 when every recording has as few runs as possible; `null` without order.
    pub index: Option<f64>,
    /// Standard score of the number of runs under a random frame split.
    pub runs_z: Option<f64>,
    /// Mean length, in frames, of a run of evaluation frames.
    pub mean_evaluation_run: Option<f64>,
    /// Share of ordered evaluation frames with a training frame one step away, expected under a random frame split.
    pub adjacent_share_expected_random: Option<f64>,
}

/// Counts runs (Wald and Wolfowitz 1940) per recording and compares them with a random frame split.
#[must_use]
pub fn interleaving(inputs: &Inputs) -> Interleaving {
    let mut frames: Vec<_> = inputs
        .rows
        .iter()
        .filter_map(|row| Some((row.place?, row.evaluation)))
        .collect();
    frames.sort_unstable();
    let (mut runs, mut evaluation_runs, mut recordings) = (0.0, 0.0, 0.0);
    let (mut expected, mut variance, mut evaluation_total) = (0.0, 0.0, 0.0);
    for recording in frames.chunk_by(|a, b| a.0.recording == b.0.recording) {
        let total = recording.len() as f64;
        let evaluation = recording.iter().filter(|frame| frame.1).count() as f64;
        let product = 2.0 * evaluation * (total - evaluation);
        for run in recording.chunk_by(|a, b| a.1 == b.1) {
            runs += 1.0;
            evaluation_runs += f64::from(u8::from(run[0].1));
        }
        recordings += 1.0;
        evaluation_total += evaluation;
        expected += 1.0 + product / total;
        if total > 1.0 {
            variance += product * (product - total) / (total * total * (total - 1.0));
        }
    }
    if frames.is_empty() || evaluation_total == 0.0 {
        return Interleaving {
            kind: SplitKind::Unknown,
            index: None,
            runs_z: None,
            mean_evaluation_run: None,
            adjacent_share_expected_random: None,
        };
    }
    let index = if expected > recordings {
        (runs - recordings) / (expected - recordings)
    } else {
        0.0
    };
    let kind = match index {
        i if i >= 0.8 => SplitKind::RandomFrame,
        i if i >= 0.1 => SplitKind::Chunked,
        _ => SplitKind::Blocked,
    };
    let training_share = 1.0 - evaluation_total / frames.len() as f64;
    Interleaving {
        kind,
        index: Some(index),
        runs_z: (variance > 0.0).then(|| (runs - expected) / variance.sqrt()),
        mean_evaluation_run: Some(evaluation_total / evaluation_runs),
        adjacent_share_expected_random: Some(1.0 - (1.0 - training_share).powi(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::tests::{bare, film};
    use super::*;

    fn of(evaluation: impl Fn(u32) -> bool) -> Interleaving {
        let marks: Vec<bool> = (0..2000).map(evaluation).collect();
        interleaving(&bare(&film(&marks), &[]))
    }

    #[test]
    fn scattered_frames_look_random_and_one_stretch_looks_blocked() {
        // A multiplicative hash is random enough for a fifth of the frames.
        let scattered = of(|i| i.wrapping_mul(2_654_435_761) >> 16 & 0xff < 51);
        assert_eq!(scattered.kind, SplitKind::RandomFrame);
        assert!((scattered.adjacent_share_expected_random.unwrap() - 0.96).abs() < 0.01);
        assert_eq!(of(|i| i >= 1600).kind, SplitKind::Blocked);
    }

    #[test]
    fn stretches_of_ten_look_chunked() {
        let chunked = of(|i| (i / 10).wrapping_mul(2_654_435_761) >> 16 & 0xff < 51);
        assert_eq!(chunked.kind, SplitKind::Chunked);
        assert!(chunked.mean_evaluation_run.unwrap() >= 10.0);
    }

    #[test]
    fn images_without_order_have_no_index() {
        assert_eq!(interleaving(&bare(&[], &[])).kind, SplitKind::Unknown);
    }
}
