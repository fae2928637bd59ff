//! What was recorded together, from names, columns and capture times, with pixels to settle doubts.

use rayon::prelude::*;

use super::search::Looks;
use crate::matching::partners::Partnerships;
use crate::sample::{Dataset, Sample};
use crate::sequence::augmentation::Family;
use crate::sequence::examine::{self, Found, Pixels, RecordedPair, RecordingsReport, SplitLeaks};
use crate::sequence::group::Groups;
use crate::sequence::infer::{self, Inputs, SequenceFacts};
use crate::sequence::recording::Recordings;
use crate::sequence::sources::CaptureTime;
use crate::sequence::tiles::Tiles;
use crate::sequence::{augmentation, group, pixels, tiles};
use crate::settings::Recorded;
use crate::signature::Signed;

/// How far below the threshold of the search two samples that belong together may be to count as alike. A search
/// picks the best of thousands of strangers; this looks at one pair that names have picked already.
const BELONGING: f32 = 0.05;

/// What belongs together, whatever split it is in.
pub(super) struct Known {
    /// Where each sample stands, when a layout was taken.
    pub(super) recordings: Option<Recordings>,
    /// How that came about.
    facts: SequenceFacts,
    /// Groups of every rule.
    pub(super) groups: Vec<Groups>,
    tiles: Option<Tiles>,
    sizes: Vec<Option<(u32, u32)>>,
    families: Vec<Family>,
}

/// Reads names and columns, and asks pixels where names leave a doubt.
pub(super) fn find(
    settings: &Recorded,
    samples: &[Sample],
    signed: &[Signed],
    looks: &Looks,
) -> Known {
    let tiles = tiles::infer(samples);
    let captured: Vec<Option<CaptureTime>> = signed.iter().map(capture_time).collect();
    let inputs = Inputs {
        samples,
        captured: Some(&captured),
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
    // Where no image was opened, pixels were not asked.
    let answered = answers.iter().any(Option::is_some);
    let agreement = answered.then(|| pixels::agreement(&answers));
    let (recordings, facts) = inference.settle(agreement, samples);
    let by_pattern = settings.group_pattern.as_ref();
    let groups = [
        group::from_column(samples),
        by_pattern.and_then(|pattern| group::from_pattern(pattern, samples)),
        group::from_views(samples),
    ];
    let size = |signed: &Signed| {
        let signature = signed.as_ref().ok()?;
        Some((signature.width, signature.height))
    };
    Known {
        recordings,
        facts,
        groups: groups.into_iter().flatten().collect(),
        tiles,
        sizes: signed.iter().map(size).collect(),
        families: augmentation::families(samples),
    }
}

fn capture_time(signed: &Signed) -> Option<CaptureTime> {
    let captured = signed.as_ref().ok()?.captured?;
    Some(CaptureTime {
        nanoseconds: captured.milliseconds.saturating_mul(1_000_000),
        camera: captured.camera,
    })
}

impl Known {
    /// What of it crosses the splits of `dataset`, which may be divided otherwise than the dataset that was read.
    pub(super) fn examine(
        &self,
        settings: &Recorded,
        dataset: &Dataset,
    ) -> (RecordingsReport, Vec<SplitLeaks>) {
        let found = Found {
            recordings: self.recordings.as_ref(),
            groups: &self.groups,
            tiles: self.tiles.as_ref(),
            sizes: Some(&self.sizes),
            families: &self.families,
        };
        let (samples, splits) = (&dataset.samples, &dataset.splits);
        examine::examine(
            samples,
            splits,
            self.facts.clone(),
            found,
            settings.neighbour_steps,
        )
    }
}

/// The leaks with what pixels say of each pair. `threshold` is that of the search.
pub(super) fn ask_pixels(
    together: Vec<SplitLeaks>,
    partners: &Partnerships,
    looks: &Looks,
    threshold: f32,
) -> Vec<SplitLeaks> {
    let asked = |split: SplitLeaks| {
        let known = |leak: &RecordedPair| {
            let partners = partners.of(leak.evaluation, Some(split.training))?;
            let pair = partners.best.iter().find(|pair| pair.b == leak.training)?;
            Some(pair.near.map(|near| near.similarity))
        };
        let leaks = split.leaks.into_par_iter().map(|leak| {
            let pixels = match known(&leak) {
                Some(similarity) => Pixels {
                    similarity,
                    agree: true,
                },
                None => {
                    let similarity = looks.similarity(leak.evaluation, leak.training);
                    let agree = similarity.is_some_and(|s| s >= threshold - BELONGING);
                    Pixels { similarity, agree }
                }
            };
            RecordedPair { pixels, ..leak }
        });
        SplitLeaks {
            leaks: leaks.collect(),
            ..split
        }
    };
    together.into_iter().map(asked).collect()
}
