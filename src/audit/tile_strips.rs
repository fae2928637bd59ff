//! Comparison of overlapping tiles on the strip of pixels that they share.

use rayon::prelude::*;

use crate::budget::Budget;
use crate::sample::{Dataset, SampleId};
use crate::sequence::examine::{Pixels, RecordedPair, SplitLeaks};
use crate::signature::reading::Opened;
use crate::signature::{Signed, region};

/// Pairs that are decoded for one pair of splits. Where there are more, these speak for the others.
const MOST_DECODED: usize = 256;
/// Correlation of a strip with itself in another file: compression costs little, another strip
/// reaches less.
const SAME_STRIP: f64 = 0.9;
/// Share of the decoded pairs that must agree for the others to count as well.
const NEARLY_ALL: f64 = 0.9;

/// The leaks with what shared strips say.
pub(super) fn confirm(
    together: Vec<SplitLeaks>,
    dataset: &Dataset,
    signatures: &[Signed],
    budget: &Budget,
) -> Vec<SplitLeaks> {
    let confirmed = together.into_iter().map(|mut split| {
        let readable = |id: SampleId| signatures[id.index()].is_ok();
        let open: Vec<usize> = (0..split.leaks.len())
            .filter(|at| {
                let leak = &split.leaks[*at];
                let strip = leak.strip.is_some() && !leak.pixels.agree;
                strip && readable(leak.evaluation) && readable(leak.training)
            })
            .collect();
        let every = open.len().div_ceil(MOST_DECODED).max(1);
        let decoded: Vec<usize> = open.iter().copied().step_by(every).collect();
        let said: Vec<Option<f64>> = decoded
            .par_iter()
            .map(|at| correlation(&split.leaks[*at], dataset, signatures, budget))
            .collect();
        for (at, said) in decoded.iter().zip(&said) {
            set(&mut split.leaks[*at].pixels, *said);
        }
        let told = said.iter().flatten().count();
        let same = said
            .iter()
            .flatten()
            .filter(|said| **said >= SAME_STRIP)
            .count();
        if told > 0 && same as f64 >= NEARLY_ALL * told as f64 {
            for at in open {
                // A strip that was looked at speaks for itself, unless it is flat.
                let looked_at = decoded
                    .binary_search(&at)
                    .is_ok_and(|place| said[place].is_some());
                split.leaks[at].pixels.agree |= !looked_at;
            }
        }
        split
    });
    confirmed.collect()
}

fn set(pixels: &mut Pixels, said: Option<f64>) {
    if let Some(said) = said {
        pixels.similarity = Some(said as f32);
        pixels.agree = said >= SAME_STRIP;
    }
}

fn correlation(
    leak: &RecordedPair,
    dataset: &Dataset,
    signatures: &[Signed],
    budget: &Budget,
) -> Option<f64> {
    let strip = leak.strip?;
    let opened = |id| Opened::of(dataset, signatures, id);
    let pair = [opened(leak.evaluation)?, opened(leak.training)?];
    let mut share = budget.share();
    let [one, other] = region::lumas(pair, &mut share)?;
    let same = |a, b| region::correlation((&one, a), (&other, b));
    // Two bare numbers may be row and column as well: the strip then lies along the other side.
    let turned = |[left, upper, right, lower]: region::Edges| [upper, left, lower, right];
    let as_read = same(strip.evaluation, strip.training);
    let as_rows = same(turned(strip.evaluation), turned(strip.training));
    as_read.into_iter().chain(as_rows).max_by(f64::total_cmp)
}
