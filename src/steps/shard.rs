//! Runs of images that are signed into one file each.

use std::ops::Range;

use rayon::prelude::*;

use crate::sample::{Dataset, SampleId};
use crate::signature::SIGNATURE_VERSION;
use crate::signature::digest::Digest;
use crate::source::Stamp;

/// A run of images in order of path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Digest of the paths, splits, sizes and times of its images: another one when any changes.
    pub(crate) name: String,
    /// Positions in [`Dataset::files`].
    pub(crate) files: Range<usize>,
    /// Positions in [`Dataset::samples`].
    pub(crate) samples: Range<usize>,
}

/// All images of a dataset, so many at a time. Looks at files, and opens none.
pub(crate) fn shards(dataset: &Dataset, images: usize) -> Vec<Shard> {
    let files = dataset.files();
    let stamp = |id: &SampleId| dataset.source(*id).stamp();
    let stamps: Vec<Option<Stamp>> = files.par_iter().map(stamp).collect();
    let starts = (0..files.len()).step_by(images);
    let shards = starts.map(|start| {
        let end = files.len().min(start + images);
        let last = files
            .get(end)
            .map_or(dataset.samples.len(), |id| id.index());
        let samples = files[start].index()..last;
        Shard {
            name: name(dataset, samples.clone(), &stamps[start..end]),
            files: start..end,
            samples,
        }
    });
    shards.collect()
}

fn name(dataset: &Dataset, samples: Range<usize>, stamps: &[Option<Stamp>]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&SIGNATURE_VERSION.to_le_bytes());
    for sample in &dataset.samples[samples] {
        let split = sample
            .split
            .map(|split| &dataset.splits[split.index()].name);
        let number = sample.split.map_or(u32::MAX, |split| u32::from(split.0));
        hasher.update(&number.to_le_bytes());
        for text in [&*sample.path, split.map_or("", String::as_str)] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
    }
    for stamp in stamps {
        let known = stamp.map(|stamp| (stamp.size, stamp.modified, stamp.changed));
        hasher.update(format!("{known:?}").as_bytes());
    }
    Digest::from_hasher(&hasher).hex()
}
