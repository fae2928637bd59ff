//! Masks and depth maps, read: their sizes and values.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::budget::Budget;
use crate::cache::Session;
use crate::progress::{Progress, Stage};
use crate::sample::{Companion, Dataset};
use crate::signature::digest::Digest;
use crate::signature::unreadable::Unreadable;
use crate::signature::{ReadMask, read_mask, reading};

/// Masks read between two writes to the cache: seconds of work.
const BATCH: usize = 1024;

/// What reading each of [`Dataset::companions`] came to, in their order. What an earlier run has
/// decoded is known by its content.
pub(super) fn read(
    dataset: &Dataset,
    session: &Session<'_>,
    budget: &Budget,
    progress: &dyn Progress,
) -> Vec<ReadMask> {
    if dataset.companions.is_empty() {
        return Vec::new();
    }
    progress.begin(Stage::Masks, Some(dataset.companions.len() as u64));
    let known = session.masks();
    let mut masks = Vec::with_capacity(dataset.companions.len());
    for batch in dataset.companions.chunks(BATCH) {
        if progress.is_interrupted() {
            break;
        }
        let read: Vec<(Option<Digest>, ReadMask)> = batch
            .par_iter()
            .map(|companion| {
                let mask = read_one(dataset, companion, budget, &known);
                progress.advance(1);
                mask
            })
            .collect();
        let opened = read
            .iter()
            .filter_map(|(content, mask)| Some(((*content)?, mask)));
        let opened: Vec<(Digest, &ReadMask)> = opened.collect();
        let learned = opened
            .iter()
            .filter(|(content, mask)| !known.contains_key(content) && !is_of_this_run(mask));
        let learned: Vec<(Digest, &ReadMask)> = learned.copied().collect();
        session.keep_masks(&learned, opened.len());
        masks.extend(read.into_iter().map(|(_, mask)| mask));
    }
    progress.end();
    masks
}

/// One mask, and its content where it could be opened.
fn read_one(
    dataset: &Dataset,
    companion: &Companion,
    budget: &Budget,
    known: &HashMap<Digest, ReadMask>,
) -> (Option<Digest>, ReadMask) {
    let mut share = budget.share();
    let bytes = match reading::read(companion.source(&dataset.root), &mut share) {
        Ok(bytes) => bytes,
        Err(unreadable) => return (None, Err(unreadable)),
    };
    let content = Digest::of(&bytes);
    let mask = known.get(&content).cloned();
    (
        Some(content),
        mask.unwrap_or_else(|| read_mask(&bytes, &mut share)),
    )
}

/// Neither a fault of this version nor a limit of this run is to outlive it in the cache.
fn is_of_this_run(mask: &ReadMask) -> bool {
    matches!(
        mask,
        Err(Unreadable::Internal { .. } | Unreadable::NoRoom { .. })
    )
}
