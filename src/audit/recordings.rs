//! What was recorded together, from names and columns, with pixels to settle doubts.

use super::search::Looks;
use crate::sample::Dataset;
use crate::sequence::examine::{self, Found, RecordingsReport, SplitLeaks};
use crate::sequence::infer::{self, Inputs};
use crate::sequence::recording::Recordings;
use crate::sequence::{augmentation, group, pixels, tiles};
use crate::settings::Recorded;
use crate::signature::Signed;

/// What is known of recordings.
pub(super) struct Known {
    /// Where each sample stands, when a layout was taken.
    pub(super) recordings: Option<Recordings>,
    /// For the report.
    pub(super) report: RecordingsReport,
    /// Evaluation samples that were recorded or made together with training samples.
    pub(super) together: Vec<SplitLeaks>,
}

/// Reads names and columns, and asks pixels where names leave a doubt.
pub(super) fn find(
    settings: &Recorded,
    dataset: &Dataset,
    signed: &[Signed],
    looks: &Looks,
) -> Known {
    let samples = &dataset.samples;
    let tiles = tiles::infer(samples);
    let inputs = Inputs {
        samples,
        captured: None,
        pattern: settings.sequence_pattern.as_ref(),
        tiled: tiles.is_some(),
    };
    let inference = infer::infer(&inputs);
    let asked = inference.comparisons();
    let answers: Vec<_> = asked
        .iter()
        .map(|ask| {
            let neighbour = looks.likeness(ask.sample, ask.neighbour)?;
            Some((neighbour, looks.likeness(ask.sample, ask.control)?))
        })
        .collect();
    let agreement = (!asked.is_empty()).then(|| pixels::agreement(&answers));
    let (recordings, facts) = inference.settle(agreement, samples);
    let by_pattern = settings.group_pattern.as_ref();
    let groups = [
        group::from_column(samples),
        by_pattern.and_then(|pattern| group::from_pattern(pattern, samples)),
        group::from_views(samples),
    ];
    let groups: Vec<_> = groups.into_iter().flatten().collect();
    let sizes: Vec<Option<(u32, u32)>> = signed
        .iter()
        .map(|signed| {
            signed
                .as_ref()
                .ok()
                .map(|signature| (signature.width, signature.height))
        })
        .collect();
    let families = augmentation::families(samples);
    let found = Found {
        recordings: recordings.as_ref(),
        groups: &groups,
        tiles: tiles.as_ref(),
        sizes: Some(&sizes),
        families: &families,
    };
    let (report, together) = examine::examine(
        samples,
        &dataset.splits,
        facts,
        found,
        settings.neighbour_steps,
    );
    Known {
        recordings,
        report,
        together,
    }
}
