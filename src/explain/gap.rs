//! Shares of the gap between printed training loss and validation loss: closed by leakage, and
//! explained by averaging over an epoch.
//!
//! `G = T_log - L`. Leakage can close at most `f L / ((1 - f) G)` of it, and the whole of it
//! only if `f k >= 1 - L / T_log`, where `k` is how much better leaked samples are fitted.

use super::bounds::Range;
use super::training_log::Epoch;

/// Share of the gap that leakage closes if leaked samples are fitted perfectly; it may exceed 1.
#[must_use]
pub(crate) fn closable_share(loss: f64, train: f64, leaked: f64) -> f64 {
    leaked * loss / ((1.0 - leaked) * (train - loss))
}

/// Smallest `f k` at which leakage closes the whole gap: `1 - L / T`.
#[must_use]
pub(crate) fn tipping_point(loss: f64, train: f64) -> f64 {
    1.0 - loss / train
}

/// Training loss at the end of an epoch, where the log prints the mean over it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EpochEnd {
    /// Number of the epoch.
    pub epoch: u64,
    /// Midpoint; absent for the first epoch, where the loss falls too steeply for one.
    pub train_end: Option<f64>,
    /// Where it lies if the loss falls, for the last epoch ever more slowly.
    pub range: Range,
}

/// End-of-epoch losses of a log whose training losses are means over the epoch. `None` for an
/// epoch whose loss does not fall to the next one: then nothing is known.
#[must_use]
pub(crate) fn epoch_ends(epochs: &[Epoch]) -> Vec<Option<EpochEnd>> {
    let losses: Vec<Option<f64>> = epochs.iter().map(|e| e.train.map(|t| t.value)).collect();
    (0..losses.len())
        .map(|i| epoch_end(&losses, i, epochs[i].number))
        .collect()
}

fn epoch_end(losses: &[Option<f64>], index: usize, epoch: u64) -> Option<EpochEnd> {
    let this = losses[index]?;
    let range = if let Some(next) = losses.get(index + 1) {
        let next = (*next)?;
        (next < this).then_some((next, this))?
    } else {
        let previous = losses[index.checked_sub(1)?]?;
        (this < previous).then_some(((2.0 * this - previous).max(0.0), this))?
    };
    let middle = (range.0 + range.1) / 2.0;
    Some(EpochEnd {
        epoch,
        train_end: (index > 0).then_some(middle),
        range,
    })
}

#[cfg(test)]
mod tests {
    use super::super::training_log::printed;
    use super::*;

    fn log(pairs: &[(&str, &str)]) -> Vec<Epoch> {
        let epoch = |(number, (train, validation)): (u64, &(&str, &str))| Epoch {
            number,
            train: printed(train),
            validation: printed(validation),
            ..Epoch::default()
        };
        (1..).zip(pairs).map(epoch).collect()
    }

    const PRINTED: [(&str, &str); 5] = [
        ("0.0292", "0.0128"),
        ("0.0169", "0.0120"),
        ("0.0161", "0.0114"),
        ("0.0154", "0.0100"),
        ("0.0151", "0.0098"),
    ];

    #[test]
    fn worked_ratios_and_gaps_agree_to_the_printed_digit() {
        let row = |(t, v): &(&str, &str)| {
            let (t, v): (f64, f64) = (t.parse().unwrap(), v.parse().unwrap());
            format!("{:.2} {:.4}", t / v, t - v)
        };
        assert_eq!(
            PRINTED.each_ref().map(row),
            [
                "2.28 0.0164",
                "1.41 0.0049",
                "1.41 0.0047",
                "1.54 0.0054",
                "1.54 0.0053"
            ]
        );
    }

    #[test]
    fn worked_tipping_point_agrees_with_its_rounding() {
        assert_eq!(format!("{:.3}", tipping_point(0.0098, 0.0151)), "0.351");
        assert_eq!(format!("{:.3}", tipping_point(0.00985, 0.01505)), "0.346");
        assert_eq!(format!("{:.3}", tipping_point(0.00975, 0.01515)), "0.356");
    }

    #[test]
    fn worked_shares_of_the_gap_agree() {
        let share = |f| format!("{:.0}", 100.0 * closable_share(0.0098, 0.0151, f));
        assert_eq!(
            [0.05, 0.3, 0.6, 0.9].map(share),
            ["10", "79", "277", "1664"]
        );
    }

    #[test]
    fn worked_half_epoch_shares_agree() {
        let ends = epoch_ends(&log(&PRINTED));
        let share = |i: usize, end: f64| {
            let (t, v): (f64, f64) = (PRINTED[i].0.parse().unwrap(), PRINTED[i].1.parse().unwrap());
            format!("{:.1}", 100.0 * (t - end) / (t - v))
        };
        let end = |i: usize| ends[i].unwrap();
        assert_eq!(
            end(0).train_end,
            None,
            "the loss falls too steeply in the first epoch"
        );
        assert_eq!(share(0, (end(0).range.0 + end(0).range.1) / 2.0), "37.5");
        assert_eq!(share(0, end(0).range.0), "75.0");
        assert_eq!(
            [1, 2, 3, 4].map(|i| share(i, end(i).train_end.unwrap())),
            ["8.2", "7.4", "2.8", "2.8"]
        );
        assert_eq!(share(4, end(4).range.0), "5.7");
    }

    #[test]
    fn a_measured_end_of_epoch_loss_lies_in_the_interval() {
        // A PilotNet-like network with dropout on public driving frames: printed mean over the
        // epoch (four of them recovered from published midpoints), and the same loss measured at
        // the end of each epoch.
        let printed = [
            ("0.142", ""),
            ("0.0320", ""),
            ("0.0220", ""),
            ("0.0179", ""),
            ("0.0158", ""),
        ];
        let measured = [0.0466, 0.0251, 0.0199, 0.0167, 0.0152];
        for (end, measured) in epoch_ends(&log(&printed)).into_iter().zip(measured) {
            let (lo, hi) = end.unwrap().range;
            assert!(lo <= measured && measured <= hi, "{measured} in {lo}..{hi}");
        }
    }

    #[test]
    fn a_rising_or_single_loss_gives_no_end() {
        assert_eq!(epoch_ends(&log(&[("0.5", "0.4")])), [None]);
        assert_eq!(
            epoch_ends(&log(&[("0.5", "0.4"), ("0.6", "0.4")])),
            [None, None]
        );
    }
}
