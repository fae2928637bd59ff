//! Signatures of all samples, on all cores, in the order of the samples.

use std::ops::Range;

use rayon::prelude::*;

use crate::budget::Budget;
use crate::progress::{Progress, Stage};
use crate::sample::{Dataset, SampleId};
use crate::signature::digest::Digest;
use crate::signature::memory::Memory;
use crate::signature::unreadable::Unreadable;
use crate::signature::{Signed, Signer, reading};

/// The signature of every sample, at the sample's index. A file that is a
/// sample of several splits is read once.
///
/// `known` holds, for each of [`Dataset::files`], what an earlier run found and
/// still holds; only the others are read.
#[must_use]
pub(super) fn sign(
    dataset: &Dataset,
    known: Vec<Option<Signed>>,
    memory: &dyn Memory,
    budget: &Budget,
    progress: &dyn Progress,
) -> Vec<Signed> {
    let files = dataset.files();
    assert_eq!(files.len(), known.len(), "one entry for every file");
    progress.begin(Stage::Hashing, Some(files.len() as u64));
    let samples = 0..dataset.samples.len();
    let signed = sign_run(dataset, (&files, samples), known, memory, budget, progress);
    progress.end();
    signed
}

/// As [`sign`], of a run of files and their samples.
pub(super) fn sign_run(
    dataset: &Dataset,
    (files, samples): (&[SampleId], Range<usize>),
    known: Vec<Option<Signed>>,
    memory: &dyn Memory,
    budget: &Budget,
    progress: &dyn Progress,
) -> Vec<Signed> {
    let signed: Vec<_> = files
        .par_iter()
        .zip(known)
        .map_init(
            || Signer::within(budget),
            |signer, (&id, known)| {
                let signed = match known {
                    Some(signed) => signed,
                    // The audit is given up, and this with it.
                    None if progress.is_interrupted() => {
                        Err(Unreadable::Refused("interrupted".to_owned()))
                    }
                    None => sign_file(dataset, id, memory, signer, budget),
                };
                // What an earlier run had more memory for is refused like all else.
                let signed = signed.and_then(|signature| {
                    budget.share().admits(signature.facts.need.bytes())?;
                    Ok(signature)
                });
                progress.advance(1);
                signed
            },
        )
        .collect();
    let mut signatures = Vec::with_capacity(samples.len());
    let starts = files.iter().map(|id| id.index());
    let ends = starts.clone().skip(1).chain([samples.end]);
    for ((start, end), signature) in starts.zip(ends).zip(signed) {
        for _ in start + 1..end {
            signatures.push(signature.clone());
        }
        signatures.push(signature);
    }
    signatures
}

fn sign_file(
    dataset: &Dataset,
    id: SampleId,
    memory: &dyn Memory,
    signer: &mut Signer,
    budget: &Budget,
) -> Signed {
    let mut share = budget.share();
    let bytes = reading::read(dataset.source(id), &mut share)?;
    let content = Digest::of(&bytes);
    memory.recall(id, content).unwrap_or_else(|| {
        let signed = signer.sign_content(&bytes, content, &mut share);
        // Neither a fault of this version nor a limit of this run is to outlive it in the cache.
        let is_of_this_run = matches!(
            signed,
            Err(Unreadable::Internal { .. } | Unreadable::NoRoom { .. })
        );
        if !is_of_this_run {
            memory.learn(content, &signed);
        }
        signed
    })
}
