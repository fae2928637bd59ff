//! The pipeline in steps, with files between them, so that machines can share the work: signing,
//! learning, and matching of evaluation with training. The report is that of a check.

use super::signing::sign_run;
use super::{Read, explanation, judge_signed, masks, patterns, planning, unless_interrupted};
use crate::cache::{Cache, Session};
use crate::error::Error;
use crate::progress::{Progress, Stage};
use crate::report::Report;
use crate::sample::Dataset;
use crate::settings::Settings;
use crate::signature::digest::Digest;
use crate::signature::{SIGNATURE_VERSION, Signed};
use crate::steps::{Head, Made, Row, Shard, Share, Steps, shards};
use crate::verification::{LEARNED_VERSION, Merged};

/// Signs a share of a dataset's images into files. What is signed already is left as it is.
///
/// # Errors
/// A file that cannot be written, and an interruption; a bad image is a row with its reason.
pub fn sign_in_steps(
    settings: &Settings,
    dataset: &Dataset,
    steps: &Steps,
    share: Share,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Made, Error> {
    settings.validate()?;
    let (files, all) = (dataset.files(), shards(dataset, steps.images()));
    let todo: Vec<&Shard> = share
        .of(&all)
        .filter(|shard| !steps.has_signatures(shard))
        .collect();
    let session = Session::of_contents(cache, dataset);
    let images: usize = todo.iter().map(|shard| shard.files.len()).sum();
    progress.begin(Stage::Hashing, Some(images as u64));
    for shard in &todo {
        let run = (&files[shard.files.clone()], shard.samples.clone());
        let known = vec![None; shard.files.len()];
        let signed = sign_run(dataset, run, known, &session, &settings.memory, progress);
        session.flush();
        unless_interrupted(progress)?;
        steps.write_signatures(dataset, shard, &signed)?;
    }
    progress.end();
    Ok(Made {
        made: todo.len(),
        kept: share.count(all.len()) - todo.len(),
    })
}

/// Learns from all signatures what has to be known to match a part of the training splits.
///
/// # Errors
/// Signatures that are not there or cannot be read, and a file that cannot be written.
pub fn learn_in_steps(
    settings: &Settings,
    dataset: &Dataset,
    steps: &Steps,
    progress: &dyn Progress,
) -> Result<(), Error> {
    settings.validate()?;
    let shards = shards(dataset, steps.images());
    let mut signatures = signatures(dataset, steps, &shards, progress)?;
    progress.begin(Stage::Matching, None);
    let plan = planning::plan(
        settings,
        dataset,
        &mut signatures,
        explanation::SETTING_STEP,
    );
    progress.end();
    unless_interrupted(progress)?;
    steps.write_learned(&head(settings, dataset, &shards), &plan)
}

/// Looks for all evaluation images in a share of the training images. What is matched already is
/// left as it is. The dataset is not needed: signatures and what was learned are.
///
/// # Errors
/// What is not there or cannot be read, and a file that cannot be written.
pub fn match_in_steps(steps: &Steps, share: Share, progress: &dyn Progress) -> Result<Made, Error> {
    let learned = steps.read_learned()?;
    let (head, plan) = learned.ok_or_else(|| steps.nothing_learned())?;
    let own = || share.of(&head.shards);
    let todo: Vec<&String> = own()
        .filter(|shard| !steps.has_matches(&head, shard))
        .collect();
    progress.begin(Stage::Matching, Some(todo.len() as u64));
    let mut searcher = plan.searcher();
    for shard in &todo {
        unless_interrupted(progress)?;
        let rows = steps.read_signatures(shard)?.into_iter();
        let part = rows.filter_map(|row| {
            let signature = row.signed.ok().filter(|one| !one.low_information)?;
            Some((
                row.split?,
                (signature.byte_digest.prefix(), signature.thumbnail?),
            ))
        });
        steps.write_matches(&head, shard, &searcher.search(part.collect()))?;
        progress.advance(1);
    }
    progress.end();
    Ok(Made {
        made: todo.len(),
        kept: own().count() - todo.len(),
    })
}

/// Checks a dataset from what the steps have left: the report of [`audit`](super::audit), byte for
/// byte. Where nothing was learned, everything is searched here; where a part of the dataset is
/// asked about, too.
///
/// # Errors
/// Files that are not there, are of another state of the dataset, or cannot be read; and as for
/// [`audit`](super::audit).
pub fn audit_in_steps(
    settings: &Settings,
    dataset: &Dataset,
    steps: &Steps,
    cache: &Cache,
    progress: &dyn Progress,
) -> Result<Report, Error> {
    settings.validate()?;
    patterns::must_fit(&settings.recorded, dataset)?;
    if settings.names_only {
        let message = "`--names-only` opens no image and needs no signature: use `check`";
        return Err(Error::settings(message));
    }
    let shards = shards(dataset, steps.images());
    let merged = match settings.focus {
        Some(_) => None,
        None => merged(settings, dataset, steps, &shards)?,
    };
    let signatures = signatures(dataset, steps, &shards, progress)?;
    let session = Session::of_contents(cache, dataset);
    let masks = masks::read(dataset, &session, &settings.memory, progress);
    unless_interrupted(progress)?;
    let read = Read {
        signatures,
        masks,
        merged,
    };
    judge_signed(settings, dataset, read, &session, progress)
}

/// What was matched; `None` where nothing was learned to match by.
fn merged(
    settings: &Settings,
    dataset: &Dataset,
    steps: &Steps,
    shards: &[Shard],
) -> Result<Option<Merged>, Error> {
    let Some((head, _)) = steps.read_learned()? else {
        return Ok(None);
    };
    if head.id != self::head(settings, dataset, shards).id {
        return Err(steps.learned_elsewhere());
    }
    let mut merged = Merged::default();
    for shard in &head.shards {
        merged.add(steps.read_matches(&head, shard)?);
    }
    Ok(Some(merged))
}

/// The signature of every sample.
fn signatures(
    dataset: &Dataset,
    steps: &Steps,
    shards: &[Shard],
    progress: &dyn Progress,
) -> Result<Vec<Signed>, Error> {
    let mut signatures = Vec::with_capacity(dataset.samples.len());
    progress.begin(Stage::Hashing, Some(dataset.samples.len() as u64));
    for shard in shards {
        unless_interrupted(progress)?;
        let rows: Vec<Row> = steps.read_signatures(&shard.name)?;
        progress.advance(rows.len() as u64);
        signatures.extend(rows.into_iter().map(|row| row.signed));
    }
    progress.end();
    let (given, samples) = (signatures.len(), dataset.samples.len());
    match given == samples {
        true => Ok(signatures),
        false => Err(Error::Signatures { given, samples }),
    }
}

/// Everything that what is learned depends on: the signed images, their splits, and settings.
fn head(settings: &Settings, dataset: &Dataset, shards: &[Shard]) -> Head {
    let names: Vec<String> = shards.iter().map(|shard| shard.name.clone()).collect();
    let mut hasher = blake3::Hasher::new();
    let versions = (
        env!("CARGO_PKG_VERSION"),
        SIGNATURE_VERSION,
        LEARNED_VERSION,
    );
    let known = format!(
        "{versions:?} {:?} {:?} {names:?}",
        settings.matching, dataset.splits
    );
    hasher.update(known.as_bytes());
    Head {
        id: Digest::from_hasher(&hasher),
        shards: names,
    }
}
